"""How does a table leave for a spreadsheet without a cell becoming a formula?

A cell that starts with ``= + - @`` is run by spreadsheet programs as a formula, whoever typed it. What leaves here is marked
as text; reading it back takes the mark off.
"""

import csv
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
    marked = isinstance(value, str) and value.startswith(MARK) and value[1:].startswith((*RUNS, MARK))
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
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise ChoiceError(f"「{path.name}」は書けません。名前の終わりを .csv か .xlsx にしてください。")
    rows = [list(map(safe_cell, table.columns)), *(list(map(safe_cell, row)) for row in table.astype(object).to_numpy().tolist())]
    unfinished = path.with_name(f".{path.name}.part")
    if path.suffix.lower() == ".csv":
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
    else:
        _workbook(rows).save(unfinished)
    unfinished.replace(path)
    return path


def _workbook(rows: list[list[object]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = value  # type: ignore[assignment] # any value of a table
            if isinstance(value, str):
                cell.data_type = "s"
    return book
