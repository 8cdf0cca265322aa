"""How does a folder appear only when it is complete, and never over somebody's work?

A folder that dxkit makes holds a list of its files with their hashes. It is made anew in its place
only if nothing in it was changed, added or taken away since.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dxkit.errors import ChoiceError

# what running a pack leaves in it; everything else in it is somebody's work
TRACES = (".venv", ".ipynb_checkpoints", "__pycache__")
# names in a message; the others are counted
NAMES_SHOWN = 5


def require_untouched(target: Path, listing: str, what: str) -> None:
    """Refuse to write over, or into, anything that is not an untouched folder of dxkit's.

    Parameters
    ----------
    target
        The folder to make.
    listing
        The name of the list in it.
    what
        What such a folder is called, for messages.

    Raises
    ------
    ChoiceError
    """
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    # without its list the folder was not made by dxkit
    if not (target / listing).is_file():
        raise ChoiceError(
            f"「{target}」は{what}ではないので上書きしません。"
            "別の場所を指定するか、先に移してください。"
        )
    changes = _list_changes(target, listing)
    if changes:
        raise ChoiceError(
            f"「{target}」では誰かが作業しています"
            f"（{'・'.join(changes[:NAMES_SHOWN])} など{len(changes)}件が作成時と違います）。"
            "消えないように上書きしません。別の場所を指定してください。"
        )


def _list_changes(target: Path, listing: str) -> list[str]:
    """Name the files that were changed, added or taken away since the folder was made."""
    try:
        listed = json.loads((target / listing).read_text(encoding="utf-8"))["files"].items()
    except (ValueError, KeyError, AttributeError):
        # a list that cannot be read was changed itself
        return [listing]
    # the list does not list itself
    present = {(name, digest) for name, digest in _hash_files(target) if name != listing}
    return sorted({name for name, _ in present ^ set(listed)})


def hash_file(path: Path) -> str:
    """Compute a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_files(folder: Path, leave_out: Sequence[str] = TRACES) -> Iterator[tuple[str, str]]:
    """Yield name and hash of every file of a folder."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part in leave_out for part in name.parts):
            yield name.as_posix(), hash_file(path)


def write_file_list(folder: Path, listing: str, facts: Mapping[str, object]) -> None:
    """Write what a folder holds, by which it is later seen whether somebody worked in it."""
    content = {**facts, "files": dict(_hash_files(folder))}
    write_text(folder / listing, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file with the same bytes on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def write_report(path: str | Path, page: str) -> Path:
    """Write a page into a file, making the folders above it."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_text(target, page)
    return target


def replace_folder(complete: Path, target: Path, earlier: Path) -> None:
    """Put a complete folder in its place; what stood there is taken away only then."""
    # two renames: at no moment is a half-made folder in the place
    if target.exists():
        target.rename(earlier)
    complete.rename(target)
