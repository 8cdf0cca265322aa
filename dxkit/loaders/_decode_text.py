"""Which characters do these bytes mean?

Offices save text as UTF-8, cp932 ("Shift_JIS"), UTF-16 or EUC-JP and do not say which. Decoding is
strict: a byte that fits no encoding, text that was saved garbled, and files that are no text at all
are faults that name the row, never question marks inside a name.
"""

import re
import warnings
from collections.abc import Iterator

from dxkit.errors import Fault, TableError, TableWarning, shorten
from dxkit.loaders._remedies import (
    GET_AGAIN,
    SAVE_AS_UTF8,
    SAVE_AS_WORKBOOK,
    UNDO_GARBLING,
)

# characters at the beginning by which an encoding is judged
SAMPLE_LENGTH = 40_000
# damaged UTF-8 is judged by more: its sound beginning may be long
LONG_SAMPLE_BYTES = 50 * SAMPLE_LENGTH
# so many Japanese letters for each broken one are UTF-8 with some damage
SOUND_PER_BROKEN = 10
# one odd character in fewer than so many is no accident
STRAY_PER_TEXT = 20
# bytes at the beginning by which a kind is told
HEAD_BYTES = 1000
END_OF_FILE = b"\x1a"
UTF16_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
# what files renamed to .csv turn out to be, by their first bytes
FILE_KINDS = {
    b"\x89PNG": "画像（PNG）",
    b"\xff\xd8\xff": "画像（JPEG）",
    b"GIF8": "画像（GIF）",
    b"%PDF": "PDF",
    b"\x1f\x8b": "圧縮ファイル（gz）",
    b"7z\xbc\xaf": "圧縮ファイル（7z）",
    b"Rar!": "圧縮ファイル（rar）",
    b"SQLite format 3\0": "データベース（SQLite）",
}
# where Japanese letters begin in the encoding of mails ("JIS"), and half-width katakana
ISO_2022 = re.compile(rb"\x1b(?:\$[@B]|\(I)")
WEB_PAGE = re.compile(rb"\s*(<!doctype html|<html|<head|<body|<script|<table)", re.IGNORECASE)
# the XML of Excel 2003, which is also found under the name .xls
SPREADSHEET_XML = re.compile(
    rb"mso-application[^>]*Excel\.Sheet|urn:schemas-microsoft-com:office:spreadsheet"
)
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
# EUC-JP read as cp932 turns into half-width katakana; these letters tell it from half-width
# katakana that is meant
HALF_KANA = re.compile("[｡-ﾟ]")
EUC_LETTERS = re.compile("[ぁ-ん市町村区県都府道人口名計数年月日]")
# text read in the wrong encoding (first) and saved again as UTF-8 gives its bytes back, which mean
# something in the second
GARBLINGS = (
    ("cp932", "utf-8"),
    ("cp1252", "utf-8"),
    ("latin-1", "utf-8"),
    ("cp1252", "cp932"),
    ("latin-1", "cp932"),
)
# how Python names a character that the end of the content cuts
CUT_REASONS = ("unexpected end of data", "incomplete multibyte sequence", "truncated data")
# what stands for a character that a conversion could not read
LOST = "\ufffd"
LAST_ASCII = "\x7f"


def decode_text(content: bytes, file: str) -> str:
    """Turn bytes into text: UTF-8, UTF-16 (with or without BOM), cp932, EUC-JP, JIS.

    Parameters
    ----------
    content
        What a file holds.
    file
        Its name, for messages.

    Returns
    -------
    str

    Raises
    ------
    TableError
        If no encoding fits without loss, or the text was saved garbled; names the row.

    Warns
    -----
    TableWarning
        If a stray character is lost (official files hold some).

    Examples
    --------
    >>> decode_text("姫路市".encode("cp932"), "a.csv"), decode_text("姫路市".encode(), "a.csv")
    ('姫路市', '姫路市')
    """
    refuse_other_kinds(content, file)
    # programs of the days of DOS end a file so
    content = content.removesuffix(END_OF_FILE)
    if content.startswith(UTF16_BYTE_ORDER_MARKS) or b"\0" in content:
        return _decode_utf16(content, file)
    if ISO_2022.search(content) and content.isascii():
        return _decode_iso_2022(content, file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _is_damaged_utf8(content):
            raise TableError([_make_byte_fault(content, error, "UTF-8", file)]) from error
        return _decode_japanese(content, file)
    # what decodes may still have been damaged by an earlier program
    if faults := [*_find_lost_characters(text, file), *_find_garbled_text(text, file)]:
        raise TableError(faults)
    return text


def refuse_other_kinds(content: bytes, file: str) -> None:
    """Refuse pictures, PDFs, web pages and the like by what they are."""
    for start, kind in FILE_KINDS.items():
        if content.startswith(start):
            raise TableError.one(
                f"中身は{kind}で、表のファイルではありません",
                "CSVかXLSXを指定してください",
                file=file,
            )
    if SPREADSHEET_XML.search(content[:HEAD_BYTES]):
        problem = "中身は「XML スプレッドシート 2003」という古い形式です"
        raise TableError.one(problem, SAVE_AS_WORKBOOK, file=file)
    if WEB_PAGE.match(content[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")):
        remedy = (
            "ブラウザーで開いて内容を確かめ、CSVかXLSXをダウンロードし直してください"
            "（Excelで開けるなら「Excel ブック（.xlsx）」で保存し直します）"
        )
        raise TableError.one(
            "中身はウェブページ（HTML）で、表のファイルではありません", remedy, file=file
        )


def _decode_iso_2022(content: bytes, file: str) -> str:
    """Decode the encoding of mails, which Excel and editors call JIS."""
    try:
        return content.decode("iso2022_jp_ext")
    except UnicodeDecodeError as error:
        raise TableError([_make_byte_fault(content, error, "JIS", file)]) from error


def _decode_utf16(content: bytes, file: str) -> str:
    """Decode UTF-16; without a BOM, the zeros of its ASCII characters tell the byte order."""
    even_zeros = content[::2].count(0)
    odd_zeros = content[1::2].count(0)
    encoding = "utf-16-le" if odd_zeros > even_zeros else "utf-16-be"
    if content.startswith(UTF16_BYTE_ORDER_MARKS):
        encoding = "utf-16"
    # zeros at both places are no text in either byte order
    elif min(even_zeros, odd_zeros) * STRAY_PER_TEXT > max(even_zeros, odd_zeros):
        raise _make_no_text_error(content, file)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-16":
            raise _make_no_text_error(content, file) from error
        raise TableError([_make_byte_fault(content, error, "UTF-16", file)]) from error
    if "\0" in text:
        raise _make_no_text_error(content, file)
    return text.lstrip("\ufeff")


def _make_no_text_error(content: bytes, file: str) -> TableError:
    row = content.count(b"\n", 0, content.index(0)) + 1
    problem = (
        "文字のファイルではありません（文字でないバイト 00 があります。"
        "別の形式の名前を変えたものか、壊れたファイルです）"
    )
    return TableError.one(problem, "CSVかXLSXの元のファイルを指定してください", file=file, row=row)


def _is_damaged_utf8(content: bytes) -> bool:
    """Check for damaged UTF-8: in other encodings few multi-byte runs are sound."""
    text = content[:LONG_SAMPLE_BYTES].decode("utf-8", errors="replace")
    return text.count("\ufffd") * SOUND_PER_BROKEN < len(JAPANESE.findall(text))


def _decode_japanese(content: bytes, file: str) -> str:
    """Decode cp932 or EUC-JP, whichever gives sound text."""
    try:
        text = content.decode("cp932")
    except UnicodeDecodeError as error:
        euc = _decode_euc(content)
        if euc is None:
            tried = "UTF-8 でも Shift_JIS（cp932）"
            raise TableError([_make_byte_fault(content, error, tried, file)]) from error
        return euc
    # nearly every EUC-JP file also decodes as cp932: only its letters tell them apart
    sample = text[:SAMPLE_LENGTH]
    if len(HALF_KANA.findall(sample)) * STRAY_PER_TEXT > len(sample):
        return _decode_euc(content) or text
    return text


def _decode_euc(content: bytes) -> str | None:
    try:
        text = content.decode("euc_jp")
    except UnicodeDecodeError:
        return None
    return text if EUC_LETTERS.search(text[:SAMPLE_LENGTH]) else None


def _make_byte_fault(content: bytes, error: UnicodeDecodeError, tried: str, file: str) -> Fault:
    """Make the fault of a byte that does not fit; one at the very end means a file cut short."""
    row = content.count(b"\n", 0, error.start) + 1
    if error.end >= len(content) - 3 and error.reason in CUT_REASONS:
        return Fault("ファイルが文字の途中で切れています", GET_AGAIN, file=file, row=row)
    odd_bytes = content[error.start : error.start + 4].hex(" ")
    problem = f"文字コードが{tried}として読めません（バイト {odd_bytes}）"
    return Fault(problem, SAVE_AS_UTF8, file=file, row=row)


def _find_lost_characters(text: str, file: str) -> Iterator[Fault]:
    """Find text whose characters an earlier conversion has lost.

    A stray one (official files hold some) only deserves a look: a warning.
    """
    count = text.count(LOST)
    if not count:
        return
    row = text.count("\n", 0, text.index(LOST)) + 1
    other_letters = sum(letter > LAST_ASCII for letter in text[:SAMPLE_LENGTH])
    if count > 1 and count * STRAY_PER_TEXT > other_letters:
        problem = f"文字化けで失われた文字（�）が{count}個あります"
        yield Fault(problem, UNDO_GARBLING, file=file, row=row)
    else:
        message = (
            f"ファイル「{file}」の{row}行目などに、"
            f"文字化けで失われた文字（�）が{count}個あります（そのまま読みます）"
        )
        warnings.warn(message, TableWarning, stacklevel=2)


def _find_garbled_text(text: str, file: str) -> Iterator[Fault]:
    """Find text that was read in a wrong encoding and saved again."""
    sample = "".join(letter for letter in text[:SAMPLE_LENGTH] if letter > LAST_ASCII)
    has_japanese = bool(JAPANESE.search(sample))
    for wrong, right in GARBLINGS if sample else ():
        # a misreading as Latin letters leaves no Japanese character at all
        if wrong != "cp932" and has_japanese:
            continue
        restored = sample.encode(wrong, errors="ignore").decode(right, errors="replace")
        sound = len(JAPANESE.findall(restored))
        # text that was right gives nothing but broken characters here
        if sound >= 2 and sound >= restored.count(LOST):
            problem = (
                f"文字化けしたまま保存されています（「{shorten(sample, 12)}」は、"
                f"もとは「{shorten(restored, 8)}」のようです）"
            )
            yield Fault(problem, UNDO_GARBLING, file=file)
            return
