"""What stands in this workbook of the Excel of before 2007 (.xls)?

python-calamine reads it; cells, merged ranges and errors become the same `Sheet` as those of newer
workbooks. What formulas stood in it cannot be told: their last results are read.
"""

import io
from collections.abc import Sequence
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from dxkit.errors import Fault, TableError
from dxkit.loaders._remedies import SAVE_AS_WORKBOOK
from dxkit.loaders._sheet import MAX_CELLS, Sheet

# how calamine writes a cell that shows an error
ERROR_STARTS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


def read_old_workbook(file: str, content: bytes, sheet: str | None) -> list[Sheet]:
    """Read the visible sheets of an .xls, or the one named.

    Raises
    ------
    TableError
        If it is damaged, too large, or has no such sheet.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        titles = [
            page.name
            for page in book.sheets_metadata
            if page.name == sheet or (sheet is None and page.visible == SheetVisibleEnum.Visible)
        ]
        if sheet is not None and sheet not in titles:
            listed = "、".join(book.sheet_names)
            problem = f"シート「{sheet}」がありません"
            raise TableError.one(problem, f"あるシート: {listed}", file=file)
        return [_make_page(file, title, book.get_sheet_by_name(title)) for title in titles]
    except (CalamineError, ValueError, OverflowError, IndexError, MemoryError) as error:
        if isinstance(error, TableError):
            raise
        problem = "古いExcel形式（.xls）のファイルですが、壊れていて読めません"
        raise TableError.one(problem, SAVE_AS_WORKBOOK, file=file) from error


def _make_page(file: str, title: str, page: Any) -> Sheet:
    if page.total_height * page.total_width > MAX_CELLS:
        remedy = "使っていない行と列を削除して保存し直してください"
        raise TableError([Fault("表が大きすぎます", remedy, file=file, sheet=title)])
    # the whole area from A1 on, so that rows and columns are those of the screen
    grid = [list(row) for row in page.to_python(skip_empty_area=False)]
    for (top, first), (bottom, last) in page.merged_cell_ranges or ():
        value = grid[top][first] if top < len(grid) else ""
        for row in grid[top : bottom + 1]:
            row[first : last + 1] = [value] * len(row[first : last + 1])
    filled = [number for number, row in enumerate(grid, start=1) if any(map(_is_filled, row))]
    cells = tuple(tuple(grid[number - 1]) for number in filled)
    faults = _find_error_cells(file, title, filled, cells)
    return Sheet(file, title, cells, tuple(filled), tuple(faults))


def _is_filled(cell: object) -> bool:
    return cell is not None and cell != ""


def _find_error_cells(
    file: str, title: str, numbers: Sequence[int], rows: Sequence[Sequence[object]]
) -> list[Fault]:
    remedy = "Excelで開いて、このセルの式か値を直してください"
    return [
        Fault("セルがエラーになっています", remedy, file, title, number, value=cell)
        for number, row in zip(numbers, rows, strict=True)
        for cell in row
        if isinstance(cell, str) and cell in ERROR_STARTS
    ]
