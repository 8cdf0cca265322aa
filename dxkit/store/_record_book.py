"""How does the record of a meeting stand in a workbook that an office prints as it is?

Widths that fit the texts, wrapped lines, headings on every page, A4 across; no ids, and nothing
that tells in which order votes came.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from dxkit.schema import carry_provenance
from dxkit.store._record_tables import SECRET_KINDS

KIND_LABELS = {
    "vote": "票",
    "note": "カード",
    "choice": "選択",
    "arrange": "カードの移動",
    "undo": "取り消し",
    "seal": "封",
}
HISTORY_COLUMNS = ["kind", "item", "value", "text", "group", "title", "stands", "at"]
NOTE_COLUMNS = ["text", "group", "title", "at"]
# widths of columns, in half-width letters
MIN_WIDTH = 8
MAX_WIDTH = 48
# points of one line
LINE_HEIGHT = 15
DECIMALS = "0.00"
HEADING_FILL = PatternFill("solid", fgColor="E9EEF2")
THIN_LINE = Side(style="thin", color="999999")
THIN_LINES = Border(left=THIN_LINE, right=THIN_LINE, top=THIN_LINE, bottom=THIN_LINE)


def list_history_rows(history: pd.DataFrame) -> pd.DataFrame:
    """List a history for printing: votes by item, without what tells their order; then the rest."""
    secret_ids = set(history.loc[history["kind"].isin(SECRET_KINDS), "id"])
    # who took a vote back did so at a time, too
    is_secret = history["id"].isin(secret_ids) | _find_undos(history, secret_ids)
    item_of_id = dict(zip(history["id"], history["item"], strict=True))
    places = {item: place for place, item in enumerate(dict.fromkeys(history["item"]))}
    items = history["item"].where(history["item"] != "", history["refers_to"].map(item_of_id))
    # cards stay in their order; of votes only the item counts, and what they are
    keys = pd.DataFrame(
        {
            "is_card": ~is_secret,
            "item": items.map(places).fillna(0).where(is_secret, 0),
            "kind": history["kind"].where(is_secret, ""),
            "stands": (~history["stands"]).where(is_secret, other=False),
        }
    )
    order = keys.sort_values(list(keys.columns), kind="stable").index
    rows = history.assign(
        item=items.where(is_secret, history["item"]).fillna(""),
        value=history["value"].mask(is_secret),
        text=history["text"].mask(history["kind"] == "choice", ""),
        kind=history["kind"].map(KIND_LABELS),
        stands=history["stands"].map({True: "○", False: "取り消し"}),
        at=history["at"].mask(is_secret, ""),
    )
    return carry_provenance(rows.loc[order, HISTORY_COLUMNS].reset_index(drop=True), history)


def _find_undos(history: pd.DataFrame, secret_ids: set[Any]) -> "pd.Series[bool]":
    """Find the entries that take back a vote or a choice, or bring it back."""
    ids = set(secret_ids)
    flags = []
    for entry_id, target in zip(history["id"], history["refers_to"], strict=True):
        is_undo = bool(target) and target in ids
        if is_undo:
            ids.add(entry_id)
        flags.append(is_undo)
    return pd.Series(flags, index=history.index, dtype=bool)


def write_minutes(table: pd.DataFrame) -> pd.DataFrame:
    """Write the times of a table as people read them: the day and the minute, Japan's time."""
    # an empty table's column has no kind yet
    times = table["at"].astype("str").str.slice(0, 16).str.replace("T", " ", regex=False)
    return carry_provenance(table.assign(at=times), table)


def lay_out_book(path: Path, titles: Mapping[str, str]) -> None:
    """Give the sheets of a workbook widths, wrapped lines and a print set-up.

    Parameters
    ----------
    path
        The workbook; written anew as a whole.
    titles
        Sheet name to what is printed above each page of it.
    """
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        _lay_out_sheet(sheet, titles.get(sheet.title, sheet.title))
    part = path.with_name(f".{path.name}.part")
    try:
        book.save(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _lay_out_sheet(sheet: Worksheet, title: str) -> None:
    widths = [_find_width(column) for column in sheet.iter_cols(values_only=True)]
    for position, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    for row, cells in enumerate(sheet.iter_rows(), start=1):
        for cell in cells:
            if isinstance(cell.value, float):
                cell.number_format = DECIMALS
            cell.border = THIN_LINES
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if row == 1:
                cell.font = Font(bold=True)
                cell.fill = HEADING_FILL
        lines = [_count_lines(cell.value, width) for cell, width in zip(cells, widths, strict=True)]
        # programs that open a file made elsewhere do not always fit heights to wrapped lines
        sheet.row_dimensions[row].height = LINE_HEIGHT * max(lines, default=1) + 2
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    page = sheet.page_setup
    page.paperSize = sheet.PAPERSIZE_A4
    page.orientation = "landscape"
    # as many pages as the rows need, but one page wide
    page.fitToWidth = 1
    page.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    # an & begins a code of its own in headers
    sheet.oddHeader = HeaderFooterItem(left=_HeaderFooterPart(text=title.replace("&", "＆")))
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text="&P / &N"))


def _find_width(cells: tuple[Any, ...]) -> float:
    longest = max(
        (_measure_text(line) for cell in cells for line in _write_cell(cell).splitlines()),
        default=0,
    )
    return float(min(max(longest + 2, MIN_WIDTH), MAX_WIDTH))


def _count_lines(value: object, width: float) -> int:
    lines = _write_cell(value).splitlines() or [""]
    return sum(max(1, -(-_measure_text(line) // int(width - 1))) for line in lines)


def _write_cell(value: object) -> str:
    """Write a cell as it is shown."""
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _measure_text(text: str) -> int:
    """Measure a text in half-width letters."""
    return sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in text)
