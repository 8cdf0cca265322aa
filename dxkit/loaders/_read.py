"""How is any file read, whatever it is?"""

import warnings
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit.errors import Fault, TableError, TableWarning
from dxkit.loaders._identify import identify
from dxkit.loaders._mesh_population import read_mesh_population
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._table import read_table

# readers of the room's prefecture by default
OF_PREFECTURE = (read_table, read_mesh_population)
# how faults of rows elsewhere end
ELSEWHERE = ("の市町ではありません", "の行が1つもありません")
ELSEWHERE_SHARE = 0.5


@accepts_open_file
def read(path: str | Path, **options: Any) -> pd.DataFrame:
    r"""Read any file with the reader that fits it (`identify`).

    Parameters
    ----------
    path
        The file.
    options
        Keywords of that reader; with ``recipe=`` (see `read_table`) it is that of the recipe.

    Returns
    -------
    pandas.DataFrame
        As that reader returns it; ``.attrs["identity"]`` says in Japanese what the file is. A table
        or mesh of other prefectures than the room's is read with ``prefecture=None``.

    Raises
    ------
    TableError
        If the file cannot be read.

    Warns
    -----
    TableWarning
        As that reader does, and if the file is of other prefectures.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "a.csv"
    >>> _ = path.write_text("市町名,件数\n姫路市,12\n尼崎市,3\n", encoding="cp932")
    >>> read(path)["code"].tolist()
    ['28201', '28202']
    """
    identity = identify(path)
    # only `read_table` leaves recipes
    reader = identity.reader if options.get("recipe") is None else read_table
    try:
        table = reader(path, **options)
    except TableError as error:
        # of another prefecture, or of all Japan: read as what it is, and said
        if reader not in OF_PREFECTURE or "prefecture" in options or not _is_elsewhere(error):
            raise
        table = reader(path, prefecture=None, **options)
        remark = "県外の市区町村の表なので、全国の表として読みました（prefecture=None と同じです）"
        warnings.warn(str(Fault(remark, file=identity.file)), TableWarning, stacklevel=3)
    table.attrs["identity"] = str(identity)
    return table


def _is_elsewhere(error: TableError) -> bool:
    """Check whether most faults are that rows are of other prefectures."""
    count = sum(any(words in fault.problem for words in ELSEWHERE) for fault in error.faults)
    return count > ELSEWHERE_SHARE * len(error.faults)
