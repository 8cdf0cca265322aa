"""Is this file what its name promises, and does its reader open it?"""

import re
import warnings
import zipfile
from importlib import import_module
from pathlib import Path

from dxkit.errors import CodeError, PlaceNameError, TableError, TableWarning
from dxkit.loaders import _zip
from dxkit.loaders._decode_text import FILE_KINDS, WEB_PAGE
from dxkit.loaders._fetch_refusal import (
    CUT_SHORT,
    FILTER_REMEDY,
    LOOK_AT_PAGE,
    TRY_LATER,
    RefusalError,
)
from dxkit.loaders._raw import OLD_CONTAINER

HEAD_BYTES = 4096
TAIL_BYTES = 65_536
UTF8_MARK = b"\xef\xbb\xbf"
WORKBOOK = "Excelのファイル（xlsx）"
ARCHIVE = "圧縮ファイル（zip）"
PAGE = "ウェブページ（HTML）"
TEXT = "文字のファイル"
JSON = "JSONのファイル"
# members that every workbook has; some programs write backslashes
WORKBOOK_MARKS = ("[Content_Types].xml", "xl/", "xl\\")
EXPECTED_KINDS = {
    ".zip": ARCHIVE,
    ".xlsx": WORKBOOK,
    ".csv": TEXT,
    ".txt": TEXT,
    ".json": JSON,
    ".geojson": JSON,
}
# a table may begin with a bracket of its own
JSON_START = re.compile(rb'\s*[\[{]\s*["\[{]')
# faults of the reader that stand in the message
FAULTS_SHOWN = 3


def check_kind(path: Path, suffix: str) -> None:
    """Refuse a downloaded file that is empty, of another kind, or cut.

    Raises
    ------
    RefusalError
        Names what came and what was expected.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip():
        raise RefusalError("届いたファイルが空です", TRY_LATER)
    expected = EXPECTED_KINDS.get(suffix.lower(), "")
    kind = _find_archive_kind(path) if head.startswith(_zip.START) else _find_kind(head)
    if kind == PAGE:
        problem = f"届いたのは{PAGE}で、ファイルではありません"
        raise RefusalError(problem, FILTER_REMEDY)
    if expected and kind != expected:
        raise RefusalError(f"届いたのは{kind}で、{expected}ではありません", LOOK_AT_PAGE)
    if kind == TEXT and _is_cut_in_row(path):
        raise RefusalError(CUT_SHORT, TRY_LATER)


def check_reader(path: Path, reader: str) -> None:
    """Refuse a file that its reader cannot read.

    Raises
    ------
    RefusalError
        Holds the reader's own words.
    """
    read = getattr(import_module("dxkit.loaders"), reader)
    try:
        with warnings.catch_warnings():
            # whoever reads the file afterwards is warned then
            warnings.simplefilter("ignore", TableWarning)
            table = read(path)
    except (TableError, CodeError, PlaceNameError) as error:
        problem = f"{reader} で開けません: {_list_faults(error)}"
        remedy = (
            f"{LOOK_AT_PAGE}。様式が変わったときは、手で保存したファイルを {reader} に直接渡すと、"
            "直す場所がすべて示されます"
        )
        raise RefusalError(problem, remedy) from error
    if table.empty:
        raise RefusalError(f"{reader} で開いても、求める行が1つもありません", LOOK_AT_PAGE)


def _find_archive_kind(path: Path) -> str:
    """Distinguish a workbook, which is a zip, too, from other archives."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    except _zip.DAMAGE as error:
        problem = "届いた圧縮ファイルが壊れているか、途中で切れています"
        raise RefusalError(problem, TRY_LATER) from error
    return WORKBOOK if any(member.startswith(WORKBOOK_MARKS) for member in members) else ARCHIVE


def _find_kind(head: bytes) -> str:
    """Find what a file is by its first bytes."""
    text = head.removeprefix(UTF8_MARK)
    # a page in UTF-16 has a zero beside each letter
    if WEB_PAGE.match(text) or WEB_PAGE.match(head.replace(b"\0", b"").lstrip(b"\xff\xfe")):
        return PAGE
    if text.lstrip().startswith(b"<"):
        return PAGE if b"<html" in text.lower() else "ウェブページかXMLのファイル"
    if head.startswith(OLD_CONTAINER):
        return "古い形式のExcelのファイル（xls）か、パスワード付きのファイル"
    for start, kind in FILE_KINDS.items():
        if head.startswith(start):
            return kind
    return JSON if JSON_START.match(text) else TEXT


def _is_cut_in_row(path: Path) -> bool:
    """Check whether a table's last line lacks its line break and cells that the one before has."""
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(size - TAIL_BYTES, 0))
        lines = file.read().splitlines(keepends=True)
    last = lines[-1]
    if last.endswith((b"\n", b"\r", b"\0")) or len(lines) < 2:
        return False
    return any(last.count(mark) < lines[-2].count(mark) for mark in (b",", b"\t"))


def _list_faults(error: Exception) -> str:
    faults = error.faults if isinstance(error, TableError) else (error,)
    listed = "；".join(str(fault) for fault in faults[:FAULTS_SHOWN])
    rest = len(faults) - FAULTS_SHOWN
    return f"{listed}…ほか{rest}件" if rest > 0 else listed
