"""What stands in this file, cell by cell, before anybody decides what it means?

CSV, TSV and XLSX become a `Sheet`: rows of cells with the row numbers that a spreadsheet program shows, so that every
later fault can say where it is. Files are hostile until read: size, line length and number of cells are bounded here.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from dxkit.errors import TableError
from dxkit.loaders import _zip
from dxkit.loaders._encoding import GET_AGAIN, check_kind, decode
from dxkit.loaders._sheet import MAX_CELLS, Sheet
from dxkit.loaders._xlsx import not_a_workbook, read_workbook

MAX_FILE_BYTES = 512 * 2**20
MAX_LINE_BYTES = 2**20
SHEET_SUFFIXES = (".xlsx", ".xlsm")
OLD_CONTAINER = b"\xd0\xcf\x11\xe0"
DELIMITERS = (",", "\t", ";")
QUOTE_REMEDY = 'この行から下の引用符（"）の数を確かめてください'
# a private-use character that no file holds: if the last row is not this alone, a quote is still open
END = "\uf8ff\uf8feend"


def read_sheets(path: str | Path, *, sheet: str | None = None) -> list[Sheet]:
    """Read every sheet of a file, or the one named.

    Parameters
    ----------
    path
        CSV, TSV, TXT or XLSX; the kind is told by the content, not by the name alone.
    sheet
        Name of one sheet (XLSX only).

    Raises
    ------
    TableError
        If the file is missing, empty, too large, encrypted, damaged, in an unknown encoding, or has no such sheet.
    """
    path = Path(path)
    content = read_bytes(path)
    if content.startswith(_zip.START):
        return read_workbook(path.name, content, sheet)
    if content.startswith(OLD_CONTAINER):
        raise not_a_workbook(path.name, content)
    if path.suffix.lower() in SHEET_SUFFIXES:
        check_kind(content, path.name)
        raise not_a_workbook(path.name, content)
    return [text_sheet(path.name, content)]


def read_bytes(path: Path) -> bytes:
    """Give a file's content after the checks that need no look inside."""
    name = path.name
    try:
        if not path.exists():
            raise TableError.one(
                "ファイルが見つかりません", f"置き場所と名前を確かめてください（{path}）", file=name
            )
        if path.is_dir():
            raise TableError.one(
                "ファイルではなくフォルダーです", "中のファイルを1つ指定してください", file=name
            )
        if not path.is_file():
            raise TableError.one(
                "ふつうのファイルではありません", "CSVかXLSXのファイルを指定してください", file=name
            )
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            problem = f"ファイルが大きすぎます（{size / 2**20:,.0f} MB、上限 {MAX_FILE_BYTES // 2**20} MB）"
            raise TableError.one(problem, "必要な行だけのファイルに分けてください", file=name)
        content = path.read_bytes()
    except OSError as error:
        problem = f"ファイルを読めません（{error.strerror}）"
        raise TableError.one(
            problem, "ほかのソフトで開いていれば閉じ、読み取りの権限を確かめてください", file=name
        ) from error
    if not content:
        raise TableError.one("ファイルが空です（0バイト）", GET_AGAIN, file=name)
    return content


def text_sheet(file: str, content: bytes) -> Sheet:
    """Read one CSV or TSV from bytes."""
    check_kind(content, file)
    longest = _longest_line(content)
    if longest > MAX_LINE_BYTES:
        problem = f"1行が長すぎます（{longest / 2**20:,.1f} MB）。表のファイルではないようです"
        raise TableError.one(problem, "CSVかXLSXを指定してください", file=file)
    text = decode(content, file)
    if not text.strip():
        raise TableError.one("ファイルに何も書かれていません", GET_AGAIN, file=file)
    rows, numbers = _split(text, file)
    return Sheet(file, "", tuple(rows), tuple(numbers))


def _longest_line(content: bytes) -> int:
    if b"\n" in content:
        return max(map(len, io.BytesIO(content)))
    return max(map(len, content.split(b"\r")))


def _split(text: str, file: str) -> tuple[list[tuple[object, ...]], list[int]]:
    """Split text into cells, with the line at which each row starts."""
    rows: list[tuple[object, ...]] = []
    numbers: list[int] = []
    delimiter = _delimiter(text)
    count = 0
    for number, cells in _records(text, delimiter, file):
        count += len(cells)
        if count > MAX_CELLS:
            remedy = "必要な行と列だけのファイルに分けてください"
            raise TableError.one(
                f"セルが多すぎます（上限 {MAX_CELLS:,}）", remedy, file=file, row=number
            )
        # a stray quote swallows whole rows up to the next one: rows inside a cell
        if any("\n" in cell and _holds_rows(cell, delimiter, len(cells)) for cell in cells):
            raise TableError.one(
                '引用符（"）が閉じていないようです（1つのセルに何行も入っています）',
                QUOTE_REMEDY,
                file=file,
                row=number,
            )
        rows.append(tuple(cells))
        numbers.append(number)
    return rows, numbers


def _records(text: str, delimiter: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Give row after row; a quote that never closes is a fault, not a swallowed file."""
    ended = text if text.endswith(("\n", "\r")) else f"{text}\n"
    reader = csv.reader(io.StringIO(f"{ended}{END}", newline=""), delimiter=delimiter)
    line = 0
    try:
        for cells in reader:
            if cells == [END]:
                return
            if cells and cells[-1].endswith(END):
                raise TableError.one(
                    '引用符（"）が閉じていません', QUOTE_REMEDY, file=file, row=line + 1
                )
            yield line + 1, cells
            line = reader.line_num
    except csv.Error as error:
        raise TableError.one(
            '引用符（"）が閉じていないか、1つのセルが長すぎます',
            QUOTE_REMEDY,
            file=file,
            row=line + 1,
        ) from error


def _holds_rows(cell: str, delimiter: str, width: int) -> bool:
    return any(line.count(delimiter) >= max(width - 1, 2) for line in cell.split("\n"))


def _delimiter(text: str) -> str:
    """Tell comma, tab and semicolon apart: the one that most of the first lines hold, and most often."""
    lines = [line for line in text[:20_000].splitlines()[:50] if line.strip()]
    return max(
        DELIMITERS,
        key=lambda mark: (
            sum(mark in line for line in lines),
            sum(line.count(mark) for line in lines),
        ),
    )
