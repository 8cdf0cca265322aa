"""How does a table leave as a file that can be read back?"""

from os import PathLike
from pathlib import Path

import pandas as pd

from dxkit._checks import require_table
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import write_sheets

# what spreadsheet programs call a sheet that nobody named
SHEET_NAME = "Sheet"


def write_table(table: pd.DataFrame, path: str | Path) -> Path:
    """Write a table as CSV (UTF-8 with BOM, as Excel wants it) or XLSX, with no cell that runs.

    Parameters
    ----------
    table
        The table; its index is left out. Its source stands below the rows of a CSV (※出典: …) and
        in a sheet 出典 of a workbook; below an invented table stands a last line that says so.
        `read_table` takes both for notes and writes them into ``.attrs`` again.
    path
        ``.csv`` or ``.xlsx``.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ChoiceError
        If the name ends in neither, or there is none.
    TableError
        If it is no table.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from dxkit.loaders import load, read_table
    >>> path = write_table(load("service_budgets").head(3), Path(mkdtemp()) / "budgets.csv")
    >>> table = read_table(path)
    >>> len(table), table.attrs["made"], table.attrs["skipped"][0]["text"][:6]
    (3, True, '※架空データ')
    """
    require_table(table, "write_table の table")
    if not isinstance(path, str | PathLike):
        name = f"「{shorten(path)}」（{type(path).__name__}）"
        raise ChoiceError(
            f"write_table の path に{name}は渡せません。ファイルの名前を書いてください。"
        )
    # one table is a workbook of one sheet
    # a folder such as out/ is made, as for maps and reports
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return write_sheets({SHEET_NAME: table}, path, sources=True)
