"""How does a table leave for a spreadsheet, with no cell that runs and no invented figure unmarked?

It stands below `dxkit.loaders` and `dxkit.store`, because both write tables.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pandas as pd

from dxkit.errors import ChoiceError
from dxkit.schema._made_mark import MADE_NOTE, is_made
from dxkit.schema._safe_cell import safe_cell

SUFFIXES = (".csv", ".xlsx")


def write_sheets(tables: Mapping[str, pd.DataFrame], path: str | Path) -> Path:
    """Write tables as the sheets of one XLSX, or as CSV files beside each other.

    Parameters
    ----------
    tables
        Sheet name to table; their indexes are left out. Below a table that is invented
        (`is_made`) stands a last line that says so.
    path
        ``.xlsx``, or ``.csv`` (UTF-8 with BOM, as Excel wants it): the first table goes there, the
        second to ``name_SHEET.csv`` and so on.

    Returns
    -------
    pathlib.Path
        The (first) file.

    Raises
    ------
    ChoiceError
        If the name ends in neither.

    Examples
    --------
    >>> import pandas as pd
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> tables = {"結果": pd.DataFrame({"票": [3]}), "メモ": pd.DataFrame({"文": ["=1+1"]})}
    >>> path = write_sheets(tables, Path(mkdtemp()) / "record.csv")
    >>> sorted(file.name for file in path.parent.iterdir())
    ['record.csv', 'record_メモ.csv']
    >>> (path.parent / "record_メモ.csv").read_text(encoding="utf-8-sig").split()
    ['文', "'=1+1"]
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise ChoiceError(
            f"「{path.name}」は書けません。名前の終わりを .csv か .xlsx にしてください。"
        )
    if path.suffix.lower() == ".xlsx":
        # a program that stops halfway leaves the old file as it was
        part = _name_part(path)
        _make_workbook(tables).save(part)
        return part.replace(path)
    for position, (name, table) in enumerate(tables.items()):
        target = path if position == 0 else path.with_name(f"{path.stem}_{name}{path.suffix}")
        part = _name_part(target)
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(_list_rows(table))
        part.replace(target)
    return path


def _name_part(path: Path) -> Path:
    """Name what is written first, so that a file under its own name is always whole."""
    return path.with_name(f".{path.name}.part")


def _list_rows(table: pd.DataFrame) -> list[list[object]]:
    """List the rows of a file: headings, cells, and the note below an invented table."""
    # whole numbers stay whole, also beside missing cells
    cells = table.astype(object).to_numpy().tolist()
    rows = [list(map(safe_cell, table.columns)), *(list(map(safe_cell, row)) for row in cells)]
    if is_made(table):
        # a plain text in the first column: it stays whichever program saves the file again
        rows.append([MADE_NOTE, *[None] * (len(table.columns) - 1)])
    return rows


def _make_workbook(tables: Mapping[str, pd.DataFrame]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    # a new workbook comes with an empty sheet
    book.remove(book.worksheets[0])
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        for row, cells in enumerate(_list_rows(table), start=1):
            for column, value in enumerate(cells, start=1):
                cell = sheet.cell(row, column)
                cell.value = value
                # openpyxl would store text that starts with "=" as a formula
                if isinstance(value, str):
                    cell.data_type = "s"
    return book
