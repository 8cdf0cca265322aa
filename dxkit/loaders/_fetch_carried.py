"""Which file in the folder is the one that somebody carried in by hand?

A Mac writes か and its sound mark apart (NFD), a person adds a blank, another machine turns （ into
(: these are the same name. Anything else is only pointed out.
"""

import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path

from dxkit.errors import shorten
from dxkit.loaders._fetch_refusal import RefusalError

NOTE_SUFFIX = ".sha256"
NAMES_SHOWN = 5


def find_carried_file(folder: Path, file: str) -> Path | None:
    """Find a file by its name, however its characters are written.

    Raises
    ------
    RefusalError
        If several files have the name, or a folder has it.
    """
    exact = folder / file
    matches = [path for path in _list_entries(folder) if _fold(path.name) == _fold(file)]
    # a name as it stands in the table goes before its variants
    if exact in matches:
        matches = [exact]
    if len(matches) > 1:
        names = "、".join(f"「{shorten(path.name)}」" for path in matches[:NAMES_SHOWN])
        problem = f"置き場所に、同じ名前のファイルが{len(matches)}つあります: {names}"
        raise RefusalError(problem, "新しいほうを1つだけ残してください")
    if matches and matches[0].is_dir():
        problem = f"置き場所の「{shorten(matches[0].name)}」はファイルではなくフォルダーです"
        raise RefusalError(problem, "圧縮ファイル（zip）は開かずに、そのまま置いてください")
    return matches[0] if matches else None


def list_similar_names(folder: Path, file: str, official: Iterable[str]) -> list[str]:
    """List what lies in the folder under another name but of the same kind, the likeliest first.

    Files that have the name of an ``official`` one are what they are.
    """
    official_names = {_fold(name) for name in official}
    suffix = Path(file).suffix.lower()
    stem = _fold(Path(file).stem)
    try:
        entries = _list_entries(folder)
    except OSError:
        # this is a hint beside an error that is being reported
        return []
    names = [
        path.name
        for path in entries
        # an unpacked zip is a folder of its stem
        if _fold(path.name) == stem
        or (path.suffix.lower() == suffix and _fold(path.name) not in official_names)
    ]
    names.sort(key=lambda name: (-SequenceMatcher(None, _fold(name), _fold(file)).ratio(), name))
    return [shorten(name) for name in names[:NAMES_SHOWN]]


def _list_entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix != NOTE_SUFFIX)


def _fold(name: str) -> str:
    """Write a name in one way: composed, half-width, without blanks, in small letters."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
