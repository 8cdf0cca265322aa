"""What stands in this file, cell by cell, before anybody decides what it means?

CSV, TSV and XLSX become a `Sheet`: rows of cells with the row numbers that a spreadsheet program
shows, so that every later fault can say where it is. Files are hostile until read: size, line
length and number of cells are bounded here.
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from dxkit.errors import TableError
from dxkit.loaders import _zip
from dxkit.loaders._decode_text import decode_text, refuse_other_kinds
from dxkit.loaders._old_workbook import read_old_workbook
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._sheet import MAX_CELLS, Sheet
from dxkit.loaders._xlsx import ENCRYPTED_PART, make_workbook_error, read_workbook

MAX_FILE_BYTES = 512 * 2**20
MAX_LINE_BYTES = 2**20
BYTES_PER_MB = 2**20
SHEET_SUFFIXES = (".xlsx", ".xlsm")
# how the container of old Excel files and of locked ones begins
OLD_CONTAINER = b"\xd0\xcf\x11\xe0"
DELIMITERS = (",", "\t", ";")
# enough lines at the beginning to tell the delimiter
DELIMITER_SAMPLE_LETTERS = 20_000
DELIMITER_SAMPLE_LINES = 50
UNREADABLE_QUOTES = '引用符（"）が閉じていないか、1つのセルが長すぎます'
QUOTE_REMEDY = 'この行から下の引用符（"）の数を確かめてください'
# a private-use character that no file holds: if the last row is not this alone, a quote is open
END = "\uf8ff\uf8feend"
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def read_sheets(path: str | Path, *, sheet: str | None = None, also: str = "") -> list[Sheet]:
    """Read every sheet of a file, or the one named.

    Parameters
    ----------
    path
        CSV, TSV, TXT or XLSX; the kind is told by the content, not by the name alone.
    sheet
        Name of one sheet (XLSX only).
    also
        Name of a sheet that comes last if it is there and hidden (XLSX only).

    Raises
    ------
    TableError
        If the file is missing, empty, too large, encrypted, damaged, in an unknown encoding, or has
        no such sheet.
    """
    path = Path(path)
    content = read_bytes(path)
    # the content tells the kind: files are renamed by hand
    if content.startswith(_zip.START):
        return read_workbook(path.name, content, sheet, also)
    if content.startswith(OLD_CONTAINER):
        if ENCRYPTED_PART in content:
            raise make_workbook_error(path.name, content)
        return read_old_workbook(path.name, content, sheet)
    if path.suffix.lower() in SHEET_SUFFIXES:
        refuse_other_kinds(content, path.name)
        raise make_workbook_error(path.name, content)
    text = _decode_lines(path.name, content)
    # a file of 100 MB need not be held twice while its cells are split
    del content
    return [_make_text_sheet(path.name, text)]


def read_bytes(path: Path) -> bytes:
    """Read a file's content after the checks that need no look inside."""
    name = path.name
    try:
        _require_regular_file(path)
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            limit = f"{MAX_FILE_BYTES // BYTES_PER_MB} MB"
            problem = f"ファイルが大きすぎます（{size / BYTES_PER_MB:,.0f} MB、上限 {limit}）"
            raise TableError.one(problem, "必要な行だけのファイルに分けてください", file=name)
        content = path.read_bytes()
    except OSError as error:
        problem = f"ファイルを読めません（{error.strerror}）"
        remedy = "ほかのソフトで開いていれば閉じ、読み取りの権限を確かめてください"
        raise TableError.one(problem, remedy, file=name) from error
    if not content:
        raise TableError.one("ファイルが空です（0バイト）", GET_AGAIN, file=name)
    return content


def _require_regular_file(path: Path) -> None:
    """Refuse what is missing, a folder, or a device that would never end."""
    name = path.name
    if not path.exists():
        remedy = f"置き場所と名前を確かめてください（{path}）"
        raise TableError.one("ファイルが見つかりません", remedy, file=name)
    if path.is_dir():
        remedy = "中のファイルを1つ指定してください"
        raise TableError.one("ファイルではなくフォルダーです", remedy, file=name)
    if not path.is_file():
        remedy = "CSVかXLSXのファイルを指定してください"
        raise TableError.one("ふつうのファイルではありません", remedy, file=name)


def read_text_sheet(file: str, content: bytes) -> Sheet:
    """Read one CSV or TSV from bytes."""
    return _make_text_sheet(file, _decode_lines(file, content))


def _decode_lines(file: str, content: bytes) -> str:
    """Decode a text file whose lines are no longer than those of tables."""
    refuse_other_kinds(content, file)
    # a line of 200 MB would be decoded and split before anybody looks at it
    longest = _measure_longest_line(content)
    if longest > MAX_LINE_BYTES:
        problem = (
            f"1行が長すぎます（{longest / BYTES_PER_MB:,.1f} MB）。表のファイルではないようです"
        )
        raise TableError.one(problem, "CSVかXLSXを指定してください", file=file)
    text = decode_text(content, file)
    if not text or text.isspace():
        raise TableError.one("ファイルに何も書かれていません", GET_AGAIN, file=file)
    return text


def _make_text_sheet(file: str, text: str) -> Sheet:
    rows, row_numbers = _split_cells(text, file)
    return Sheet(file, "", tuple(rows), tuple(row_numbers))


def _measure_longest_line(content: bytes) -> int:
    if b"\n" in content:
        return max(map(len, io.BytesIO(content)))
    return max(map(len, content.split(b"\r")))


def _split_cells(text: str, file: str) -> tuple[list[tuple[str, ...]], list[int]]:
    """Split text into rows of cells, with the line at which each row starts."""
    rows: list[tuple[str, ...]] = []
    row_numbers: list[int] = []
    delimiter = _find_delimiter(text)
    cell_count = 0
    for row_number, line_count, cells in _read_records(text, delimiter, file):
        cell_count += len(cells)
        if cell_count > MAX_CELLS:
            problem = f"セルが多すぎます（上限 {MAX_CELLS:,}）"
            remedy = "必要な行と列だけのファイルに分けてください"
            raise TableError.one(problem, remedy, file=file, row=row_number)
        # a stray quote swallows whole rows up to the next one: rows inside a cell
        if line_count > 1 and any(_holds_rows(cell, delimiter, len(cells)) for cell in cells):
            problem = '引用符（"）が閉じていないようです（1つのセルに何行も入っています）'
            raise TableError.one(problem, QUOTE_REMEDY, file=file, row=row_number)
        rows.append(tuple(cells))
        row_numbers.append(row_number)
    return rows, row_numbers


def _read_records(text: str, delimiter: str, file: str) -> Iterator[tuple[int, int, list[str]]]:
    """Read record after record: first line, number of lines, cells."""
    lines = _split_lines(text)
    if '"' in text:
        yield from _read_quoted_records(lines, delimiter, file)
        return
    # without a quote a record is a line, and splitting lines is several times quicker
    longest_cell = csv.field_size_limit()
    for number, line in enumerate(lines, start=1):
        stripped = line.rstrip("\r\n")
        cells = stripped.split(delimiter) if stripped else []
        if len(stripped) > longest_cell and max(map(len, cells)) > longest_cell:
            raise TableError.one(UNREADABLE_QUOTES, QUOTE_REMEDY, file=file, row=number)
        yield number, 1, cells


def _read_quoted_records(
    lines: Iterator[str], delimiter: str, file: str
) -> Iterator[tuple[int, int, list[str]]]:
    """Read records with quoted cells.

    A quote that never closes is a fault, not a swallowed file.
    """
    reader = csv.reader(chain(lines, [END]), delimiter=delimiter)
    line = 0
    try:
        for cells in reader:
            if cells == [END]:
                return
            if cells and cells[-1].endswith(END):
                problem = '引用符（"）が閉じていません'
                raise TableError.one(problem, QUOTE_REMEDY, file=file, row=line + 1)
            yield line + 1, reader.line_num - line, cells
            line = reader.line_num
    except csv.Error as error:
        raise TableError.one(UNREADABLE_QUOTES, QUOTE_REMEDY, file=file, row=line + 1) from error


def _split_lines(text: str) -> Iterator[str]:
    """Split text into lines as text files have them; each ends in a line break.

    `str.splitlines` also splits at form feeds and the like, and `io.StringIO` takes four bytes a
    letter.
    """
    # a carriage return without a line feed is a line break, too, but few files have one
    has_lone_returns = text.count("\r") > text.count("\r\n")
    matches = (match[0] for match in LINE.finditer(text))
    for line in matches if has_lone_returns else _split_at_line_feeds(text):
        yield line if line.endswith(("\n", "\r")) else f"{line}\n"


def _split_at_line_feeds(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _holds_rows(cell: str, delimiter: str, width: int) -> bool:
    """Check whether a cell of several lines holds rows of the table."""
    if "\n" not in cell:
        return False
    return any(line.count(delimiter) >= max(width - 1, 2) for line in cell.split("\n"))


def _find_delimiter(text: str) -> str:
    """Find comma, tab or semicolon: the one that most of the first lines hold, and most often."""
    sample = text[:DELIMITER_SAMPLE_LETTERS].splitlines()[:DELIMITER_SAMPLE_LINES]
    lines = [line for line in sample if line.strip()]
    return max(
        DELIMITERS,
        key=lambda mark: (
            sum(mark in line for line in lines),
            sum(line.count(mark) for line in lines),
        ),
    )
