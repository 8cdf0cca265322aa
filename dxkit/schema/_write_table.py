"""How does a table leave for a spreadsheet without a cell becoming a formula?

A cell that starts with ``= + - @`` is run by spreadsheet programs as a formula, whoever typed it. What leaves here is marked
as text; reading it back takes the mark off. It stands below `dxkit.loaders` and `dxkit.store`, because both write tables.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pandas as pd

from dxkit.errors import ChoiceError

RUNS = ("=", "+", "-", "@", "\t", "\r")
MARK = "'"


def safe_cell(value: object) -> object:
    """Give a cell that no spreadsheet program runs: text that starts with ``= + - @`` gets an apostrophe in front.

    Parameters
    ----------
    value
        A cell; numbers stay numbers, missing becomes empty.

    Returns
    -------
    object
    """
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    # what already starts so keeps its own mark when ours is taken off
    return f"{MARK}{value}" if isinstance(value, str) and value.startswith((*RUNS, MARK)) else value


def plain_cell(value: object) -> object:
    """Give a cell as it was before `safe_cell`.

    Parameters
    ----------
    value
        A cell that was read back.

    Returns
    -------
    object
    """
    marked = (
        isinstance(value, str) and value.startswith(MARK) and value[1:].startswith((*RUNS, MARK))
    )
    return str(value)[1:] if marked else value


def write_table(table: pd.DataFrame, path: str | Path) -> Path:
    """Write a table as CSV (UTF-8 with BOM, as Excel wants it) or XLSX, with no cell that runs.

    Parameters
    ----------
    table
        The table; its index is left out.
    path
        ``.csv`` or ``.xlsx``.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ChoiceError
        If the name ends in neither.
    """
    return write_sheets({"Sheet": table}, path)


def write_sheets(tables: Mapping[str, pd.DataFrame], path: str | Path) -> Path:
    """Write tables as the sheets of one XLSX, or as CSV files: the first under the name, the others beside it.

    Parameters
    ----------
    tables
        Sheet name to table; their indexes are left out.
    path
        ``.xlsx``, or ``.csv``: the second table goes to ``name_SHEET.csv`` and so on.

    Returns
    -------
    pathlib.Path
        The (first) file.

    Raises
    ------
    ChoiceError
        If the name ends in neither.
    """
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise ChoiceError(
            f"「{path.name}」は書けません。名前の終わりを .csv か .xlsx にしてください。"
        )
    if path.suffix.lower() == ".xlsx":
        unfinished = _unfinished(path)
        _workbook(tables).save(unfinished)
        return unfinished.replace(path)
    for at, (name, table) in enumerate(tables.items()):
        target = path if at == 0 else path.with_name(f"{path.stem}_{name}{path.suffix}")
        unfinished = _unfinished(target)
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(_rows(table))
        unfinished.replace(target)
    return path


def _unfinished(path: Path) -> Path:
    """Name what is written first, so that a file under its own name is always whole."""
    return path.with_name(f".{path.name}.part")


def _rows(table: pd.DataFrame) -> list[list[object]]:
    cells = table.astype(object).to_numpy().tolist()
    return [list(map(safe_cell, table.columns)), *(list(map(safe_cell, row)) for row in cells)]


def _workbook(tables: Mapping[str, pd.DataFrame]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(_rows(table), start=1):
            for column, value in enumerate(row, start=1):
                cell = sheet.cell(number, column)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"
    return book
