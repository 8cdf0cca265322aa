"""How does a table leave for a spreadsheet, with no cell that runs and no invented figure unmarked?

It stands below `dxkit.loaders` and `dxkit.store`, because both write tables.
"""

import csv
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from dxkit._checks import read_mapping, require_flag, require_table
from dxkit.errors import ChoiceError, Fault, TableError, TableWarning, shorten
from dxkit.schema._made_mark import MADE_NOTE, is_made
from dxkit.schema._safe_cell import safe_cell, writable_text
from dxkit.schema._source_note import SOURCE_SHEET, make_source_sheet, write_source_note

SUFFIXES = (".csv", ".xlsx")
# what a sheet of Excel holds
SHEET_ROWS = 2**20
SHEET_COLUMNS = 2**14
LONGEST_CELL = 32_767
LONGEST_TITLE = 31
# whole numbers up to here are exact in Excel
LARGEST_EXACT = 2**53
# characters that neither a sheet's title nor a file's name may hold
UNTITLED = re.compile(r'[\[\]:*?/\\<>|"\n\r\t]')


def write_sheets(
    tables: Mapping[str, pd.DataFrame], path: str | Path, *, sources: bool = False
) -> Path:
    """Write tables as the sheets of one XLSX, or as CSV files beside each other.

    Parameters
    ----------
    tables
        Sheet name to table; their indexes are left out. Below a table that is invented
        (`is_made`) stands a last line that says so.
    path
        ``.xlsx``, or ``.csv`` (UTF-8 with BOM, as Excel wants it): the first table goes there, the
        second to ``name_SHEET.csv`` and so on.
    sources
        Say where each table comes from: below the rows of a CSV, in a sheet 出典 of a workbook.

    Returns
    -------
    pathlib.Path
        The (first) file.

    Raises
    ------
    ChoiceError
        If the name ends in neither, or ``tables`` holds no table.
    TableError
        If a table is longer or wider than a sheet of Excel.

    Warns
    -----
    TableWarning
        For characters that no file can hold (written as □) and texts too long for a cell of Excel.

    Notes
    -----
    What Excel has no type for (a time with its zone, an infinite number) is written as text.

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
    require_flag(sources, "sources")
    tables = read_mapping(tables, "tables", "{シート名: 表}")
    if not tables:
        raise ChoiceError("tables に表がありません。{シート名: 表} の形で渡してください。")
    for title, table in tables.items():
        require_table(table, str(title))
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise ChoiceError(
            f"「{path.name}」は書けません。名前の終わりを .csv か .xlsx にしてください。"
        )
    if path.suffix.lower() == ".xlsx":
        tables = _add_source_sheet(tables) if sources else tables
        _require_fit(tables, path.name)
        book = _make_workbook(tables)
        _write_whole(path, book.save)
        return path
    for position, (title, table) in enumerate(
        zip(_make_titles(tables), tables.values(), strict=True)
    ):
        target = path if position == 0 else path.with_name(f"{path.stem}_{title}{path.suffix}")
        _write_whole(target, partial(_write_csv, _list_rows(table, sources=sources)))
    return path


def _add_source_sheet(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Add the sheet that says where each table comes from, where one says so."""
    pages = {title: make_source_sheet(table) for title, table in tables.items()}
    listed = [page.assign(表=title) for title, page in pages.items() if page is not None]
    # with one table there is nothing to tell apart
    if len(tables) == 1:
        listed = [page.drop(columns="表") for page in listed]
    return {**tables, SOURCE_SHEET: pd.concat(listed)} if listed else dict(tables)


def _write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write under another name first, so that a file under its own name is always whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        # what could not be written to its end is no file of anybody
        part.unlink(missing_ok=True)


def _write_csv(rows: list[list[object]], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def write_csv_text(table: pd.DataFrame) -> str:
    """Write a table with its sources as the text of a CSV, without the mark that Excel wants."""
    text = StringIO(newline="")
    csv.writer(text).writerows(_list_rows(table, sources=True))
    return text.getvalue()


def _list_rows(table: pd.DataFrame, *, sources: bool = False) -> list[list[object]]:
    """List the rows of a file: headings, cells, source, and the note of an invented table."""
    # whole numbers stay whole, also beside missing cells
    cells = [list(table.columns), *table.astype(object).to_numpy().tolist()]
    _warn_of_unwritable(cells)
    rows = [list(map(_to_safe_cell, row)) for row in cells]
    blanks: list[object] = [None] * (len(table.columns) - 1)
    if sources and (note := write_source_note(table)):
        rows.append([writable_text(note), *blanks])
    if is_made(table):
        # a plain text in the first column: it stays whichever program saves the file again
        rows.append([MADE_NOTE, *blanks])
    return rows


def _to_safe_cell(value: object) -> object:
    return safe_cell(writable_text(value) if isinstance(value, str) else value)


def _warn_of_unwritable(cells: list[list[object]]) -> None:
    """Say which texts hold characters that no file can hold."""
    broken = [
        (row, column)
        for row, values in enumerate(cells, start=1)
        for column, value in enumerate(values)
        if isinstance(value, str) and writable_text(value) != value
    ]
    if broken:
        row, column = broken[0]
        fault = Fault(
            f"ファイルに書けない文字（制御文字やサロゲートの片割れ）のあるセルが{len(broken):,}件"
            "あります（□ に替えて書きます）",
            "元の文字を確かめてください",
            row=row,
            column=writable_text(str(cells[0][column])),
            value=cells[row - 1][column],
        )
        warnings.warn(str(fault), TableWarning, stacklevel=5)


def _make_titles(names: Iterable[str]) -> list[str]:
    """Make titles that a workbook and a file's name can bear, each of them once."""
    titles: list[str] = []
    for name in names:
        plain = UNTITLED.sub("_", writable_text(str(name))).strip("' ")[:LONGEST_TITLE] or "_"
        title = plain
        count = 1
        # programs take titles that differ in capitals for the same
        while title.casefold() in map(str.casefold, titles):
            count += 1
            title = f"{plain[: LONGEST_TITLE - 1 - len(str(count))]}_{count}"
        titles.append(title)
    return titles


def _require_fit(tables: Mapping[str, pd.DataFrame], file: str) -> None:
    """Refuse tables with more rows or columns than a sheet has."""
    faults = [
        Fault(
            f"Excelのシートに入りません（{len(table):,}行 × {len(table.columns):,}列）",
            "CSV（.csv）で保存するか、表を分けてください",
            file=file,
            sheet=str(name),
        )
        for name, table in tables.items()
        # headings and the note of an invented table take a row each
        if len(table) + 2 > SHEET_ROWS or len(table.columns) > SHEET_COLUMNS
    ]
    if faults:
        raise TableError(faults)


def _make_workbook(tables: Mapping[str, pd.DataFrame]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    # a new workbook comes with an empty sheet
    book.remove(book.worksheets[0])
    for title, table in zip(_make_titles(tables), tables.values(), strict=True):
        sheet = book.create_sheet(title)
        for row, cells in enumerate(_list_rows(table), start=1):
            for column, value in enumerate(cells, start=1):
                cell = sheet.cell(row, column)
                cell.value = _to_workbook_cell(value)
                # openpyxl would store text that starts with "=" as a formula
                if isinstance(cell.value, str):
                    cell.data_type = "s"
    return book


def _to_workbook_cell(value: object) -> Any:
    """Turn what Excel has no type for into the text that a CSV would hold."""
    if isinstance(value, str):
        if len(value) > LONGEST_CELL:
            message = f"Excelのセルに入る{LONGEST_CELL:,}文字を超える文を、途中で切って書きます"
            warnings.warn(f"{message}（「{shorten(value, 20)}」）", TableWarning, stacklevel=4)
        return value[:LONGEST_CELL]
    if isinstance(value, bool | None):
        return value
    # a moment with a zone, an infinite number, and digits beyond what Excel counts exactly
    if isinstance(value, int | float):
        return value if abs(value) <= LARGEST_EXACT else str(value)
    if isinstance(value, datetime | time):
        return str(value) if value.tzinfo is not None else value
    if isinstance(value, date | timedelta | Decimal):
        return value
    return str(_to_safe_cell(str(value)))[:LONGEST_CELL]
