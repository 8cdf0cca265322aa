"""Which files did a user put into the data folder in place of shipped tables?

A file goes by what it is called (``progress.csv``, ``courses_2027.xlsx``) or by what it holds
(`identify`). One of which neither tells the table is refused: nobody should take shipped figures
for those of the file.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from dxkit.errors import CatalogError, TableError
from dxkit.loaders._catalog import catalog, find_fingerprint
from dxkit.loaders._data_folder import data_folder

# what stands beside tables in a folder, and is none
NO_TABLE_NAMES = ("catalog.csv", "thumbs.db", "desktop.ini")
NO_TABLE_STARTS = (".", "~$", "readme")
NO_TABLE_SUFFIXES = (".py", ".pyc", ".md", ".ipynb")
# what may follow a table's name in a file's name
NAME_ENDS = "_-. （(　0123456789"
# parts of a shapefile, which is read by its .shp
SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix")
# the function that says which tables an official file can stand for
TableFinder = Callable[[Path], str]

_is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)


@contextmanager
def use_shipped_tables() -> Iterator[None]:
    """Load shipped tables only, while a newer file is itself looked at or compared."""
    token = _is_reading.set(True)
    try:
        yield
    finally:
        _is_reading.reset(token)


def is_using_shipped_tables() -> bool:
    """Whether shipped tables are only looked at or compared, and no figure of them is used."""
    return _is_reading.get()


def find_newer_files(find_table: TableFinder) -> Mapping[str, Path]:
    """Find the file that takes the place of each table.

    Parameters
    ----------
    find_table
        Finds by its content the table that an official file stands for; ``""`` for none.

    Returns
    -------
    mapping
        Name of a table → file.

    Raises
    ------
    CatalogError
        If a file fits no table, or two fit one; names all such files.
    """
    if _is_reading.get():
        return MappingProxyType({})
    folder = data_folder()
    paths = tuple(_list_unlisted_files(folder)) if folder.is_dir() else ()
    if not paths:
        return MappingProxyType({})
    # a file that has not changed is not looked into again
    state = tuple((path, *find_fingerprint(path)) for path in paths)
    with use_shipped_tables():
        return _assign_files(state, find_table)


def _list_unlisted_files(folder: Path) -> Iterator[Path]:
    """List the files at the top of the folder that are not the catalogue's own."""
    listed: frozenset[Path] | None = None
    for path in sorted(folder.iterdir()):
        name = path.name.lower()
        if name in NO_TABLE_NAMES or name.startswith(NO_TABLE_STARTS):
            continue
        if path.suffix.lower() in (*NO_TABLE_SUFFIXES, *SHAPEFILE_PARTS) or not path.is_file():
            continue
        if listed is None:
            listed = frozenset(folder / file for file in catalog()["file"])
        if path not in listed:
            yield path


@lru_cache(maxsize=8)
def _assign_files(
    state: tuple[tuple[Path, int, int], ...], find_table: TableFinder
) -> Mapping[str, Path]:
    files: dict[str, Path] = {}
    faults: list[str] = []
    for path, _, _ in state:
        try:
            name = find_table_by_name(path.name) or find_table(path)
            problem = "付属のどの表に代わるファイルか分かりません"
        except TableError as error:
            name = ""
            problem = f"読めないファイルです（{str(error).removesuffix('。')}）"
        if not name:
            faults.append(f"「{path.name}」: {problem}")
        elif name in files:
            faults.append(
                f"「{path.name}」: 表「{name}」に代わるファイルが「{files[name].name}」と2つあります"
            )
        else:
            files[name] = path
    if faults:
        raise CatalogError(
            f"データのフォルダーに置かれたファイルを使えません。{'、'.join(faults)}。"
            "使わないファイルはフォルダーから出し、使うファイルは名前を"
            "「表の名前.csv」（例: progress.csv。表の名前は dxkit.catalog()）にしてください。"
            f"フォルダー: {data_folder()}"
        )
    return MappingProxyType(files)


def find_table_by_name(file: str) -> str:
    """Find the table of the catalogue by which a file is called: the longest name that it begins.

    ``progress_japan.csv`` is no ``progress``; letters behind a name make another word of it.
    """
    names = [
        name
        for name in catalog()["name"]
        if file.startswith(name) and file[len(name) : len(name) + 1] in (*NAME_ENDS, "")
    ]
    return max(names, key=len, default="")
