"""Which characters do these bytes mean?

Offices save text as UTF-8, cp932 ("Shift_JIS"), UTF-16 or EUC-JP and do not say which. Decoding is strict: a byte that
fits no encoding, text that was saved garbled, and files that are no text at all are faults that name the row, never
question marks inside a name.
"""

import re
import warnings
from collections.abc import Iterator

from dxkit.errors import Fault, TableError, TableWarning, shorten

SAMPLE = 40_000
MARKS_16 = (b"\xff\xfe", b"\xfe\xff")
# what files renamed to .csv turn out to be, by their first bytes
KINDS = {
    b"\x89PNG": "画像（PNG）",
    b"\xff\xd8\xff": "画像（JPEG）",
    b"GIF8": "画像（GIF）",
    b"%PDF": "PDF",
    b"\x1f\x8b": "圧縮ファイル（gz）",
    b"7z\xbc\xaf": "圧縮ファイル（7z）",
    b"Rar!": "圧縮ファイル（rar）",
    b"SQLite format 3\0": "データベース（SQLite）",
}
WEB_PAGE = re.compile(rb"\s*(<!doctype html|<html|<head|<body|<script|<table)", re.IGNORECASE)
SOUND = re.compile("[ぁ-んァ-ヶ一-龠]")
# EUC-JP read as cp932 turns into half-width katakana; these words tell it from half-width katakana that is meant
HALF_KANA = re.compile("[｡-ﾟ]")
EUC_WORDS = re.compile("[ぁ-ん市町村区県都府道人口名計数年月日]")
# text read in the wrong encoding (first) and saved again as UTF-8 gives its bytes back, which mean something in the second
GARBLINGS = (
    ("cp932", "utf-8"),
    ("cp1252", "utf-8"),
    ("latin-1", "utf-8"),
    ("cp1252", "cp932"),
    ("latin-1", "cp932"),
)
RESAVE = "メモ帳で開いて「名前を付けて保存」→ 文字コード「UTF-8」で保存し直してください"
GET_AGAIN = "元のファイルをもう一度入手してください"


def decode(content: bytes, file: str) -> str:
    """Turn bytes into text: UTF-8 and UTF-16 (with or without BOM), cp932, EUC-JP; strictly.

    Raises
    ------
    TableError
        If no encoding fits without loss, or the text was saved garbled; names the row.
    """
    check_kind(content, file)
    if content.startswith(MARKS_16) or b"\0" in content:
        return _sixteen(content, file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _mostly_utf8(content):
            raise TableError([_bad_byte(content, error, "UTF-8", file)]) from error
        return _japanese(content, file)
    if faults := [*_lost(text, file), *_garbled(text, file)]:
        raise TableError(faults)
    return text


def check_kind(content: bytes, file: str) -> None:
    """Refuse pictures, PDFs, web pages and the like by what they are."""
    for start, kind in KINDS.items():
        if content.startswith(start):
            raise TableError.one(
                f"中身は{kind}で、表のファイルではありません",
                "CSVかXLSXを指定してください",
                file=file,
            )
    if WEB_PAGE.match(content[:1000].removeprefix(b"\xef\xbb\xbf")):
        remedy = "ブラウザーで開いて内容を確かめ、CSVかXLSXをダウンロードし直してください"
        raise TableError.one(
            "中身はウェブページ（HTML）で、表のファイルではありません", remedy, file=file
        )


def _sixteen(content: bytes, file: str) -> str:
    """Read UTF-16; without a BOM, the zeros of its ASCII characters tell the byte order."""
    even, odd = content[::2].count(0), content[1::2].count(0)
    encoding = (
        "utf-16" if content.startswith(MARKS_16) else "utf-16-le" if odd > even else "utf-16-be"
    )
    if encoding != "utf-16" and min(even, odd) * 20 > max(even, odd):
        raise _no_text(content, file)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-16":
            raise _no_text(content, file) from error
        raise TableError([_bad_byte(content, error, "UTF-16", file)]) from error
    if "\0" in text:
        raise _no_text(content, file)
    return text.lstrip("\ufeff")


def _no_text(content: bytes, file: str) -> TableError:
    row = content.count(b"\n", 0, content.index(0)) + 1
    problem = "文字のファイルではありません（文字でないバイト 00 があります。別の形式の名前を変えたものか、壊れたファイルです）"
    return TableError.one(problem, "CSVかXLSXの元のファイルを指定してください", file=file, row=row)


def _mostly_utf8(content: bytes) -> bool:
    """Tell damaged UTF-8 from text in another encoding: most of its multi-byte runs are sound."""
    text = content[: 50 * SAMPLE].decode("utf-8", errors="replace")
    return text.count("\ufffd") * 10 < len(SOUND.findall(text))


def _japanese(content: bytes, file: str) -> str:
    """Read cp932 or EUC-JP, whichever gives sound text."""
    try:
        text = content.decode("cp932")
    except UnicodeDecodeError as error:
        euc = _euc(content)
        if euc is None:
            raise TableError(
                [_bad_byte(content, error, "UTF-8 でも Shift_JIS（cp932）", file)]
            ) from error
        return euc
    sample = text[:SAMPLE]
    if len(HALF_KANA.findall(sample)) * 20 > len(sample):
        return _euc(content) or text
    return text


def _euc(content: bytes) -> str | None:
    try:
        text = content.decode("euc_jp")
    except UnicodeDecodeError:
        return None
    return text if EUC_WORDS.search(text[:SAMPLE]) else None


def _bad_byte(content: bytes, error: UnicodeDecodeError, tried: str, file: str) -> Fault:
    row = content.count(b"\n", 0, error.start) + 1
    if error.end >= len(content) - 3 and error.reason in (
        "unexpected end of data",
        "incomplete multibyte sequence",
        "truncated data",
    ):
        return Fault("ファイルが文字の途中で切れています", GET_AGAIN, file=file, row=row)
    seen = content[error.start : error.start + 4].hex(" ")
    return Fault(
        f"文字コードが{tried}として読めません（バイト {seen}）", RESAVE, file=file, row=row
    )


def _lost(text: str, file: str) -> Iterator[Fault]:
    """Tell text whose characters an earlier conversion has lost; a stray one (official files hold some) only deserves a look."""
    lost = text.count("\ufffd")
    if lost * 20 > sum(character > "\x7f" for character in text[:SAMPLE]) and lost > 1:
        row = text.count("\n", 0, text.index("\ufffd")) + 1
        problem = f"文字化けで失われた文字（�）が{lost}個あります"
        yield Fault(
            problem, "文字化けする前の元のファイルから保存し直してください", file=file, row=row
        )
    elif lost:
        row = text.count("\n", 0, text.index("\ufffd")) + 1
        said = f"ファイル「{file}」の{row}行目などに、文字化けで失われた文字（�）が{lost}個あります（そのまま読みます）"
        warnings.warn(said, TableWarning, stacklevel=2)


def _garbled(text: str, file: str) -> Iterator[Fault]:
    """Find text that was read in a wrong encoding and saved again."""
    sample = "".join(character for character in text[:SAMPLE] if character > "\x7f")
    japanese = bool(SOUND.search(sample))
    for wrong, right in GARBLINGS if sample else ():
        # a misreading as Latin letters leaves no Japanese character at all
        if wrong == "cp932" or not japanese:
            meant = sample.encode(wrong, errors="ignore").decode(right, errors="replace")
            good = len(SOUND.findall(meant))
            if good >= 2 and good >= meant.count("\ufffd"):
                problem = f"文字化けしたまま保存されています（「{shorten(sample, 12)}」は、もとは「{shorten(meant, 8)}」のようです）"
                yield Fault(
                    problem, "文字化けする前の元のファイルから保存し直してください", file=file
                )
                return
