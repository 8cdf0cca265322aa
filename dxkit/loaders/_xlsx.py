"""What stands in the sheets of this Excel workbook?

openpyxl reads the workbook, its texts and its date formats; the cells are taken from the sheet's
XML one by one. So a workbook is never laid out in memory at the size that it claims (one cell in
XFD1048576, a merged range or a link over the whole sheet), and what only matters on screen (rules,
filters, pictures) cannot fail.
"""

import io
import re
import warnings
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from dxkit.errors import Fault, TableError, TableWarning
from dxkit.loaders._decode_text import LOST
from dxkit.loaders._remedies import GET_AGAIN, SAVE_AS_WORKBOOK
from dxkit.loaders._sheet import MAX_CELLS, Sheet
from dxkit.loaders._sheet_looks import find_percent_styles
from dxkit.loaders._sheet_parser import LAST_COLUMN, LAST_ROW, SheetParser, find_bounds
from dxkit.loaders._workbook_looks import strip_looks
from dxkit.loaders._zip import open_zip, read_member
from dxkit.schema import replace_surrogates

# rows and columns of the smallest table
LEAST_TABLE = 2
MAX_XML_BYTES = 96 * 2**20
XML_SUFFIXES = (".xml", ".rels")
# letters of a part in which a second encoding (zeros) would show
XML_HEAD_BYTES = 1000
WORKBOOK_PART = re.compile(r"xl/workbook[^/]*\.xml", re.IGNORECASE)
# a locked workbook stands in the old container, under this name
ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
# an Excel file never declares entities; a file that does wants to unfold into gigabytes
DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
ARCHIVE = "圧縮ファイル（zip）"
TABLE_SUFFIXES = (".csv", ".xlsx", ".tsv", ".txt")
# tables of an archive that a message lists
LISTED_TABLES = 5
# what openpyxl and the XML parser raise on damaged content (ParseError and lxml's errors are
# SyntaxErrors)
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


def read_workbook(file: str, content: bytes, sheet: str | None, also: str = "") -> list[Sheet]:
    """Read the visible sheets of a workbook, or the one named (hidden or not).

    With ``also``, the hidden sheet of that name comes last, if there is one: a workbook is opened
    once.

    Raises
    ------
    TableError
        If it is damaged, locked, too large, no workbook, or has no such sheet.
    """
    archive = _check_parts(file, content)
    with warnings.catch_warnings(record=True) as remarks:
        # openpyxl's English remarks on formats and rules that it leaves out say nothing about cells
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", TableWarning)
        book = _open_book(file, content, archive)
        pages = [page for page in book.worksheets if isinstance(page, ReadOnlyWorksheet)]
        sheets = [_read_sound_page(file, page) for page in _choose_pages(file, pages, sheet)]
        if sheet is None:
            sheets = _note_hidden_sheets(sheets, pages)
            sheets += [
                _read_sound_page(file, page)
                for page in pages
                if page.title == also and page.sheet_state != "visible"
            ]
    for remark in remarks:
        warnings.warn(str(remark.message), TableWarning, stacklevel=3)
    return sheets


def _open_book(file: str, content: bytes, archive: zipfile.ZipFile) -> openpyxl.Workbook:
    """Open a workbook; if openpyxl rejects it, once more with its looks taken off.

    Excel opens colours, fonts and fills that the standard does not have, and so do we: they
    matter on screen only.
    """
    options = {"read_only": True, "data_only": True, "keep_links": False}
    try:
        if not any("\\" in member for member in archive.namelist()):
            return openpyxl.load_workbook(io.BytesIO(content), **options)
    except DAMAGE:
        pass
    try:
        plain = strip_looks(archive, file)
        return openpyxl.load_workbook(io.BytesIO(plain), **options)
    except DAMAGE as error:
        if isinstance(error, TableError):
            raise
        problem = "Excelファイルが壊れています"
        raise TableError.one(problem, SAVE_AS_WORKBOOK, file=file) from error


def _note_hidden_sheets(sheets: list[Sheet], pages: Sequence[Any]) -> list[Sheet]:
    """Note which sheets that may hold a table are hidden, and so are not read."""
    # lists of choices are one column wide; where no size is written, it may be anything
    names = tuple(
        str(page.title)
        for page in pages
        if page.sheet_state != "visible"
        and (page.max_row or LEAST_TABLE) >= LEAST_TABLE
        and (page.max_column or LEAST_TABLE) >= LEAST_TABLE
    )
    if not names:
        return sheets
    return [replace(page, looks=replace(page.looks, hidden_sheets=names)) for page in sheets]


def _read_sound_page(file: str, page: Any) -> Sheet:
    """Read a page; damage in it is told with the sheet's name."""
    try:
        return _read_page(file, page)
    except DAMAGE as error:
        if isinstance(error, TableError):
            raise
        problem = "Excelファイルのこのシートが壊れています"
        fault = Fault(problem, SAVE_AS_WORKBOOK, file=file, sheet=str(page.title))
        raise TableError([fault]) from error


def _check_parts(file: str, content: bytes) -> zipfile.ZipFile:
    """Check what can be known of a workbook without parsing it."""
    archive = open_zip(content, file)
    # some programs write the separators of Windows, and any number behind the workbook's name
    members = [member.replace("\\", "/") for member in archive.namelist()]
    if not any(map(WORKBOOK_PART.fullmatch, members)):
        problem = f"Excelファイル（.xlsx）ではなく、{_find_archive_kind(members)}です"
        raise TableError.one(problem, _find_archive_remedy(members), file=file)
    sizes = [info.file_size for info in archive.infolist() if info.filename.endswith(XML_SUFFIXES)]
    if sum(sizes) > MAX_XML_BYTES:
        remedy = "必要なシートと列だけのファイルにしてください"
        raise TableError.one("Excelファイルの中身が大きすぎます", remedy, file=file)
    for member in archive.namelist():
        # pictures and the like are read, too: a member that lies about its size is told here
        part = read_member(archive, member, file)
        if member.endswith(XML_SUFFIXES) and (
            DECLARATION.search(part) or b"\0" in part[:XML_HEAD_BYTES]
        ):
            problem = (
                "Excelファイルの中に、Excelが書かない宣言があります（危険なファイルかもしれません）"
            )
            raise TableError.one(problem, SAVE_AS_WORKBOOK, file=file, value=member)
    return archive


def _find_archive_kind(members: Sequence[str]) -> str:
    if "xl/workbook.bin" in members:
        return "Excelバイナリ ブック（.xlsb）"
    if "word/document.xml" in members or "ppt/presentation.xml" in members:
        return "WordかPowerPointのファイル"
    if "content.xml" in members and "mimetype" in members:
        return "LibreOfficeなどのファイル（.ods / .odt）"
    return ARCHIVE


def _find_archive_remedy(members: Sequence[str]) -> str:
    if _find_archive_kind(members) != ARCHIVE:
        return "「.xlsx」か「.csv」として保存し直してください"
    tables = [member for member in members if member.lower().endswith(TABLE_SUFFIXES)]
    listed = f"（入っている表: {'、'.join(tables[:LISTED_TABLES])}）" if tables else ""
    return f"展開して、中のファイルを指定してください{listed}"


def _choose_pages(file: str, pages: Sequence[Any], sheet: str | None) -> list[Any]:
    """Choose the visible pages, or the one named."""
    if not pages:
        problem = "Excelファイルが壊れています（シートが1枚もありません）"
        raise TableError.one(problem, SAVE_AS_WORKBOOK, file=file)
    titles = "、".join(page.title for page in pages)
    if sheet is None:
        visible = [page for page in pages if page.sheet_state == "visible"]
        if not visible:
            remedy = f"sheet= でシート名を指定してください（{titles}）"
            raise TableError.one("表示されているシートがありません", remedy, file=file)
        return visible
    of_title = [page for page in pages if page.title == sheet]
    if not of_title:
        raise TableError.one(f"シート「{sheet}」がありません", f"あるシート: {titles}", file=file)
    return of_title


def _read_page(file: str, page: Any) -> Sheet:
    """Read the rows that hold something, the value of a merged range in each of its cells."""
    rows: dict[int, dict[int, object]] = {}
    faults: list[Fault] = []
    with page._get_source() as source:
        parser = _make_parser(page, source)
        for _, cells in parser.parse():
            for cell in cells:
                if cell["value"] is not None:
                    _require_place(cell["row"], cell["column"])
                    value = _replace_surrogates(file, page.title, cell)
                    rows.setdefault(cell["row"], {})[cell["column"]] = value
                    faults += _find_cell_faults(file, page.title, cell)
    formulas = [
        Fault(
            "数式のセルがあります",
            "数式ではなく、文字や数を入れてください",
            file,
            page.title,
            row,
            get_column_letter(column),
            written,
        )
        for row, column, written in parser.formulas
    ]
    sheet = _make_sheet(file, page.title, rows, parser.merged, faults)
    return replace(sheet, formulas=tuple(formulas), looks=parser.describe_looks())


def _make_parser(page: Any, source: Any) -> SheetParser:
    """Make the parser of a page, which knows the styles of its workbook."""
    parent = page.parent
    parser = SheetParser(
        source,
        page._shared_strings,
        data_only=True,
        epoch=parent.epoch,
        date_formats=parent._date_formats,
        timedelta_formats=parent._timedelta_formats,
    )
    formats = (style.numFmtId for style in parent._cell_styles)
    parser.percent_styles = find_percent_styles(formats, parent._number_formats)
    parser.crossed_styles = frozenset(
        number
        for number, style in enumerate(parent._cell_styles)
        if style.fontId < len(parent._fonts) and parent._fonts[style.fontId].strike
    )
    return parser


def _replace_surrogates(file: str, title: str, cell: dict[str, Any]) -> object:
    """Put U+FFFD in the place of half a surrogate pair, which a workbook's escapes can write."""
    value = cell["value"]
    if not isinstance(value, str) or (text := replace_surrogates(value, LOST)) == value:
        return value
    fault = Fault(
        "文字として読めない符号（サロゲートの片割れ）があります（その文字は不明として読みます）",
        "元の文字を確かめてください",
        file,
        title,
        cell["row"],
        get_column_letter(cell["column"]),
        text,
    )
    warnings.warn(str(fault), TableWarning, stacklevel=2)
    return text


def _require_place(row: int, column: int) -> None:
    """Refuse a cell outside of what Excel has; it counts as damage."""
    if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
        raise ValueError(f"{row}, {column}")


def _find_cell_faults(file: str, title: str, cell: dict[str, Any]) -> Iterator[Fault]:
    """Find error cells and formulas without a result."""
    words = {
        "e": ("セルがエラーになっています", "Excelで開いて、このセルの式か値を直してください"),
        "f": (
            "数式の計算結果が保存されていません",
            "Excelで開いて保存し直すか、値に貼り替えてください",
        ),
    }
    if cell["data_type"] in words:
        problem, remedy = words[cell["data_type"]]
        letter = get_column_letter(cell["column"])
        yield Fault(problem, remedy, file, title, cell["row"], letter, cell["value"])


def _make_sheet(
    file: str,
    title: str,
    rows: dict[int, dict[int, object]],
    merged: Sequence[str],
    faults: Sequence[Fault],
) -> Sheet:
    """Lay out the filled rows; refuse a sheet whose far-off cells would make it too large."""
    numbers = sorted(rows)
    width = max((max(row) for row in rows.values()), default=0)
    areas = [find_bounds(ref) for ref in merged]
    # of a merged range only the rows that hold something, and only the columns of the table
    spans = [
        (
            numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)],
            first,
            min(right, width),
        )
        for first, top, right, bottom in areas
    ]
    merged_cells = sum(len(within) * max(right - first + 1, 0) for within, first, right in spans)
    if len(numbers) * width > MAX_CELLS or merged_cells > MAX_CELLS:
        last = f"{get_column_letter(max(width, 1))}{numbers[-1]}"
        problem = (
            f"表が大きすぎます（セル {last} まで。離れた場所に値や結合セルが残っているようです）"
        )
        remedy = "使っていない行と列を削除して保存し直してください"
        raise TableError([Fault(problem, remedy, file=file, sheet=title)])
    grid = {row: [rows[row].get(column, "") for column in range(1, width + 1)] for row in numbers}
    for (first, top, _, _), (within, _, right) in zip(areas, spans, strict=True):
        # a merged range keeps its value in its first cell
        value = rows.get(top, {}).get(first, "")
        for row in within:
            grid[row][first - 1 : right] = [value] * (right - first + 1)
    cells = tuple(tuple(grid[row]) for row in numbers)
    return Sheet(file, title, cells, tuple(numbers), tuple(faults))


def make_workbook_error(file: str, content: bytes) -> TableError:
    """Make the error of a locked workbook, or of a file that is only named .xlsx."""
    if ENCRYPTED_PART in content:
        remedy = "Excelで開き、パスワードを外して保存し直してください"
        return TableError.one("パスワード付きのExcelファイルです", remedy, file=file)
    problem = "Excelファイルとして開けません（途中で切れているか、別の形式です）"
    return TableError.one(problem, GET_AGAIN, file=file)
