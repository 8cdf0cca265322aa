"""How does a folder appear only when it is complete, and never over somebody's work?

A folder that dxkit makes holds a list of its files with their hashes. It is made anew in its place only if nothing in it was
changed, added or taken away since.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from dxkit.errors import ChoiceError

# what running a pack leaves in it; everything else in it is somebody's work
TRACES = (".venv", ".ipynb_checkpoints", "__pycache__")


def check_free(target: Path, listing: str, what: str) -> None:
    """Refuse to write over, or into, anything that is not untouched.

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
    if not (target / listing).is_file():
        raise ChoiceError(
            f"「{target}」は{what}ではないので上書きしません。別の場所を指定するか、先に移してください。"
        )
    touched = _touched(target, listing)
    if touched:
        raise ChoiceError(
            f"「{target}」では誰かが作業しています（{'・'.join(touched[:5])} など{len(touched)}件が作成時と違います）。"
            "消えないように上書きしません。別の場所を指定してください。"
        )


def _touched(target: Path, listing: str) -> list[str]:
    """Name the files that were changed, added or taken away since the folder was made."""
    try:
        made = json.loads((target / listing).read_text(encoding="utf-8"))["files"].items()
    except (ValueError, KeyError, AttributeError):
        return [listing]
    found = {(name, digest) for name, digest in hashes(target) if name != listing}
    return sorted({name for name, _ in found ^ set(made)})


def digest(path: Path) -> str:
    """Give a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes(folder: Path, leave_out: Sequence[str] = TRACES) -> Iterator[tuple[str, str]]:
    """Give name and hash of every file of a folder."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part in leave_out for part in name.parts):
            yield name.as_posix(), digest(path)


def list_files(made: Path, listing: str, facts: dict[str, str]) -> None:
    """Write what a folder holds, by which it is later seen whether somebody worked in it."""
    content = {**facts, "files": dict(hashes(made))}
    write(made / listing, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def write(path: Path, words: str) -> None:
    """Write a text file the same on every system."""
    path.write_text(words, encoding="utf-8", newline="\n")


def put(made: Path, target: Path, earlier: Path) -> None:
    """Put a complete folder in its place; what stood there is taken away only then."""
    if target.exists():
        target.rename(earlier)
    made.rename(target)
