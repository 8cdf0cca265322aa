"""What stands in the sheets of this Excel workbook?

openpyxl reads the workbook, its texts and its date formats; the cells are taken from the sheet's XML one by one. So a
workbook is never laid out in memory at the size that it claims (one cell in XFD1048576, a merged range or a link over the
whole sheet), and what only matters on screen (rules, filters, pictures) cannot fail.
"""

import io
import re
import warnings
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Generator, Iterator
from typing import Any
from xml.etree.ElementTree import Element, iterparse

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG, WorkSheetParser

from dxkit.errors import Fault, TableError
from dxkit.loaders._encoding import GET_AGAIN
from dxkit.loaders._sheet import MAX_CELLS, Sheet
from dxkit.loaders._zip import normal_zip, read_member

MAX_XML_BYTES = 96 * 2**20
LAST_ROW, LAST_COLUMN = 2**20, 2**14
MERGE_TAG = ROW_TAG.replace("row", "mergeCell")
# an Excel file never declares entities; a file that does wants to unfold into gigabytes
DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
RESAVE = "Excelで開き、「名前を付けて保存」→「Excel ブック（.xlsx）」で保存し直してください"
# what openpyxl and the XML parser raise on damaged content (ParseError and lxml's errors are SyntaxErrors)
DAMAGE = (
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    OSError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
)


def read_workbook(file: str, content: bytes, sheet: str | None) -> list[Sheet]:
    """Read the visible sheets of a workbook, or the one named (hidden or not).

    Raises
    ------
    TableError
        If it is damaged, locked, too large, no workbook, or has no such sheet.
    """
    _check_parts(file, content)
    with warnings.catch_warnings():
        # openpyxl's English remarks on formats and rules that it leaves out say nothing about the cells
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
            pages = [page for page in book.worksheets if isinstance(page, ReadOnlyWorksheet)]
            return [_sheet(file, page) for page in _chosen(file, pages, sheet)]
        except DAMAGE as error:
            if isinstance(error, TableError):
                raise
            raise TableError.one("Excelファイルが壊れています", RESAVE, file=file) from error


def _check_parts(file: str, content: bytes) -> None:
    """Check what can be known of a workbook without parsing it."""
    archive = normal_zip(content, file)
    members = archive.namelist()
    if "xl/workbook.xml" not in members:
        raise TableError.one(
            f"Excelファイル（.xlsx）ではなく、{_what(members)}です", _how(members), file=file
        )
    if (
        sum(
            info.file_size
            for info in archive.infolist()
            if info.filename.endswith((".xml", ".rels"))
        )
        > MAX_XML_BYTES
    ):
        raise TableError.one(
            "Excelファイルの中身が大きすぎます",
            "必要なシートと列だけのファイルにしてください",
            file=file,
        )
    for member in members:
        part = read_member(archive, member, file)
        if member.endswith((".xml", ".rels")) and (
            DECLARATION.search(part) or b"\0" in part[:1000]
        ):
            raise TableError.one(
                "Excelファイルの中に、Excelが書かない宣言があります（危険なファイルかもしれません）",
                RESAVE,
                file=file,
                value=member,
            )


def _what(members: list[str]) -> str:
    if "xl/workbook.bin" in members:
        return "Excelバイナリ ブック（.xlsb）"
    if "word/document.xml" in members or "ppt/presentation.xml" in members:
        return "WordかPowerPointのファイル"
    if "content.xml" in members and "mimetype" in members:
        return "LibreOfficeなどのファイル（.ods / .odt）"
    return "圧縮ファイル（zip）"


def _how(members: list[str]) -> str:
    if _what(members) != "圧縮ファイル（zip）":
        return "「.xlsx」か「.csv」として保存し直してください"
    tables = [
        member for member in members if member.lower().endswith((".csv", ".xlsx", ".tsv", ".txt"))
    ]
    listed = f"（入っている表: {'、'.join(tables[:5])}）" if tables else ""
    return f"展開して、中のファイルを指定してください{listed}"


def _chosen(file: str, pages: list[Any], sheet: str | None) -> list[Any]:
    if not pages:
        raise TableError.one(
            "Excelファイルが壊れています（シートが1枚もありません）", RESAVE, file=file
        )
    titles = "、".join(page.title for page in pages)
    chosen = [
        page
        for page in pages
        if (page.sheet_state == "visible" if sheet is None else page.title == sheet)
    ]
    if not chosen and sheet is not None:
        raise TableError.one(f"シート「{sheet}」がありません", f"あるシート: {titles}", file=file)
    if not chosen:
        raise TableError.one(
            "表示されているシートがありません",
            f"sheet= でシート名を指定してください（{titles}）",
            file=file,
        )
    return chosen


class _Parser(WorkSheetParser):
    """openpyxl's parser of a sheet, reduced to cells and merged ranges."""

    merged: list[str]

    def parse(self) -> Generator[tuple[int, list[dict[str, Any]]]]:
        """Give row after row; `merged` is complete when they are through."""
        self.merged = []
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                row = self.parse_row(element)  # type: ignore[arg-type] # the stub's own protocol does not fit Element
                element.clear()
                yield row
            elif element.tag == MERGE_TAG:
                self.merged.append(element.get("ref", ""))

    def parse_cell(self, element: Element) -> dict[str, Any]:
        """Mark formulas whose result was never stored: they would read as blanks."""
        cell: dict[str, Any] = super().parse_cell(element)
        formula = element.find(FORMULA_TAG)
        if formula is not None and cell["value"] is None:
            cell |= {"data_type": "f", "value": f"={formula.text or ''}"}
        return cell


def _sheet(file: str, page: Any) -> Sheet:
    """Give the rows that hold something, the value of a merged range in each of its cells."""
    rows: dict[int, dict[int, object]] = {}
    faults: list[Fault] = []
    parent = page.parent
    with page._get_source() as source:
        parser = _Parser(
            source,
            page._shared_strings,
            data_only=True,
            epoch=parent.epoch,
            date_formats=parent._date_formats,
            timedelta_formats=parent._timedelta_formats,
        )
        for _, cells in parser.parse():
            for cell in cells:
                if cell["value"] is not None:
                    _check_place(cell["row"], cell["column"])
                    rows.setdefault(cell["row"], {})[cell["column"]] = cell["value"]
                    faults += _cell_faults(file, page.title, cell)
    return _grid(file, page.title, rows, parser.merged, faults)


def _check_place(row: int, column: int) -> None:
    if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
        raise ValueError(f"{row}, {column}")


def _cell_faults(file: str, title: str, cell: dict[str, Any]) -> Iterator[Fault]:
    """Find error cells and formulas without a result."""
    letter = get_column_letter(cell["column"])
    if cell["data_type"] == "e":
        remedy = "Excelで開いて、このセルの式か値を直してください"
        yield Fault(
            "セルがエラーになっています", remedy, file, title, cell["row"], letter, cell["value"]
        )
    if cell["data_type"] == "f":
        remedy = "Excelで開いて保存し直すか、値に貼り替えてください"
        yield Fault(
            "数式の計算結果が保存されていません",
            remedy,
            file,
            title,
            cell["row"],
            letter,
            cell["value"],
        )


def _grid(
    file: str,
    title: str,
    rows: dict[int, dict[int, object]],
    merged: list[str],
    faults: list[Fault],
) -> Sheet:
    numbers = sorted(rows)
    width = max((max(row) for row in rows.values()), default=0)
    areas = [_bounds(ref) for ref in merged]
    spans = [
        (
            numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)],
            left,
            min(right, width),
        )
        for left, top, right, bottom in areas
    ]
    work = sum(len(within) * max(right - left + 1, 0) for within, left, right in spans)
    if len(numbers) * width > MAX_CELLS or work > MAX_CELLS:
        last = f"{get_column_letter(max(width, 1))}{numbers[-1]}"
        problem = (
            f"表が大きすぎます（セル {last} まで。離れた場所に値や結合セルが残っているようです）"
        )
        raise TableError(
            [
                Fault(
                    problem,
                    "使っていない行と列を削除して保存し直してください",
                    file=file,
                    sheet=title,
                )
            ]
        )
    grid = {row: [rows[row].get(column, "") for column in range(1, width + 1)] for row in numbers}
    for (left, top, _, _), (within, _, right) in zip(areas, spans, strict=True):
        value = rows.get(top, {}).get(left, "")
        for row in within:
            grid[row][left - 1 : right] = [value] * (right - left + 1)
    return Sheet(
        file, title, tuple(tuple(grid[row]) for row in numbers), tuple(numbers), tuple(faults)
    )


def _bounds(ref: str) -> tuple[int, int, int, int]:
    """Give left, top, right, bottom of a range; an open one such as A:C reaches to the end of the sheet."""
    left, top, right, bottom = range_boundaries(ref)
    return left or 1, top or 1, right or LAST_COLUMN, bottom or LAST_ROW


def not_a_workbook(file: str, content: bytes) -> TableError:
    """Say why a file in the old binary container, or one only named .xlsx, cannot be read."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return TableError.one(
            "パスワード付きのExcelファイルです",
            "Excelで開き、パスワードを外して保存し直してください",
            file=file,
        )
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return TableError.one("古いExcel形式（.xls）のファイルです", RESAVE, file=file)
    return TableError.one(
        "Excelファイルとして開けません（途中で切れているか、別の形式です）", GET_AGAIN, file=file
    )
