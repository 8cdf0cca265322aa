"""What text and what number does this cell hold?

Cells as offices type them: full-width digits, thousands commas, △ for minus, 74%, ``***`` and X for
suppressed. A blank or a statistical mark is missing, never 0. A sheet turns each cell into text
once, when it is made (`to_texts`); everything else works on these texts.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple, cast

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.loaders._place_names import find_successors, names_municipality

# marks of official statistics: none, unknown, suppressed, not applicable
MISSING_MARKS = frozenset([
    "", "-", "--", "%", "…", "...", "・・・", "・・", "***", "**", "*", "x", "X", "χ", "Χ", "―",
    "ー", "n/a", "N/A", "na", "NA", "nan", "NaN", "null", "NULL", "調査無し", "調査なし", "該当なし",
    "該当無し", "不詳", "欠測", "回答なし", "未回答", "不明", "対象外", "非公表", "秘匿", "未調査",
    "..", "・", "非該当", "無回答", "未集計", "集計中", "データなし", "資料なし",
])  # fmt: skip
NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?")
# the form of nearly all numbers in CSV files; a leading zero names something and is no number
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,20})?")
MINUS_SIGNS = str.maketrans({"△": "-", "▲": "-", "−": "-", "‐": "-", "–": "-", "－": "-"})
LEADING_ZERO = re.compile(r"'?0[0-9]+")
# a blank between a sign or a mark and its number; one between two digits parts two numbers
LOOSE_BLANKS = re.compile(r"(?<![\d.,])\s+|\s+(?![\d.,])")
# units that offices type behind a number; the longest that fits is meant
UNITS = (
    "百万円", "十億円", "億円", "千万円", "万円", "千円", "円", "万人", "千人", "人", "名", "世帯", "戸", "件", "棟",
    "箇所", "か所", "ヶ所", "カ所", "ヵ所", "ケ所", "個所", "床", "台", "団体", "市町村", "市町", "校", "施設", "園",
    "館", "本", "基", "回", "時間", "分", "秒", "日間", "日", "ヶ月", "か月", "カ月", "年", "歳", "km2", "m2", "km",
    "cm", "m", "ha", "ヘクタール", "t", "トン", "kg", "点", "位", "票", "組", "社", "店", "便", "ポイント", "度", "℃",
)  # fmt: skip
# among them those that multiply: a bare number beside them may be of another size
SCALE_UNITS = frozenset(["百万円", "十億円", "億円", "千万円", "万円", "千円", "万人", "千人", "%"])
PERCENT = "%"
# 約5件, 19(休床中), 12※: a number with a word about it; a bracket of digits alone is another number
REMARKED_NUMBER = re.compile(
    r"(?P<mark>[※*]?)\s*(?P<about>約|およそ|おおよそ|おおむね|概ね|ほぼ)?\s*"
    r"(?P<number>[-+△▲−‐–－]?\s*[\d,]+(?:\.\d+)?)\s*"
    rf"(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))}|%)?\s*"
    r"(?P<note>\([^()]*[^\d()\s,.%+-][^()]*\)|[※*]\d*|\(?注\s*\d*\)?)?"
)
# numbers of notes behind a figure or a municipality: 3², 12件①, 姫路市¹
NOTE_DIGITS = re.compile(
    "(?:(?<=[0-9０-９])|(?<=[0-9０-９][件人])|(?<=[市町村区]))[²³¹⁰⁴-⁹₀-₉①-⑳⑴-⒛㉑-㉟㊱-㊿]+(?=[\\s)）]*$)",
    re.MULTILINE,
)
# characters without a width that come along from web pages and PDFs: zero-width blanks, word
# joiners, soft hyphens, marks of direction; joiners and variation selectors belong to a letter
INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")
PLACE_ENDS = ("市", "町", "村", "区")
# joins the cells of a row, and combines with no letter of theirs
SEPARATOR = ","
# the same in a column of lines
LEADING_ZEROS = re.compile(r"\n0[0-9]")


def to_text(cell: object) -> str:
    """Turn a cell into plain text: full-width letters and digits made half-width, ends trimmed."""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else _fold(cell)
    if cell is None:
        return ""
    # a date of a workbook comes with a time of midnight
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _fold(str(cell))


def to_texts(row: Iterable[object]) -> tuple[str, ...]:
    """Turn a row of cells into plain texts; a row that is plain already is returned itself."""
    cells = row if isinstance(row, tuple) else tuple(row)
    # most rows of a CSV are plain already: one look at the whole row tells, several times quicker
    if _is_plain(cells):
        return cast("tuple[str, ...]", cells)
    # the common case is written out: a call for each of millions of cells takes most of the time
    texts = tuple(
        [cell.strip() if type(cell) is str and cell.isascii() else to_text(cell) for cell in cells]
    )
    return cells if texts == cells else texts


def _is_plain(cells: Sequence[object]) -> bool:
    """Check whether all cells are texts with nothing to fold and nothing to trim."""
    try:
        joined = SEPARATOR.join(cast("Sequence[str]", cells))
    except TypeError:
        return False
    # of all whitespace, the plain blank alone is printable
    if " " in joined or not joined.isprintable():
        return False
    return joined.isascii() or unicodedata.is_normalized("NFKC", joined)


def to_verbatim(cell: object, text: str) -> str:
    """Keep the characters of the source (names and addresses are not rewritten), ends trimmed."""
    return cell.strip() if isinstance(cell, str) else text


def parse_number(text: str) -> float | None:
    """Read the number that a text is, a percentage as a share of 1; ``None`` if it is missing.

    Raises
    ------
    ValueError
        If the text is something else, or a number too large to keep.
    """
    if PLAIN_NUMBER.fullmatch(text):
        return float(text)
    # the apostrophe by which Excel is told that a cell is text
    typed = text.removeprefix("'").translate(MINUS_SIGNS)
    if typed in MISSING_MARKS:
        return None
    typed = LOOSE_BLANKS.sub("", typed)
    divisor = 100 if typed.endswith("%") else 1
    typed = typed.removesuffix("%")
    if not NUMBER.fullmatch(typed) or not any(letter.isdigit() for letter in typed):
        raise ValueError(text)
    number = float(typed.replace(",", "")) / divisor
    if math.isinf(number):
        raise ValueError(text)
    return number


class TypedNumber(NamedTuple):
    """A number as it was typed: its value, its unit (% where it is a percentage) and a remark."""

    value: float | None
    unit: str
    remark: str


def parse_typed(text: str) -> TypedNumber:
    """Read a number with what is typed around it: a unit, 約, a bracket with words.

    Raises
    ------
    ValueError
        If the text is something else, or may be two numbers.
    """
    try:
        value = parse_number(text)
    except ValueError:
        match = REMARKED_NUMBER.fullmatch(text)
        if match is None:
            raise
        unit = match["unit"] or ""
        value = parse_number(match["number"] + (PERCENT if unit == PERCENT else ""))
        remark = (match["mark"] or "") + (match["about"] or "") + (match["note"] or "")
        return TypedNumber(value, unit, remark)
    return TypedNumber(value, PERCENT if value is not None and text.endswith(PERCENT) else "", "")


def to_number(cell: object, text: str) -> float | None:
    """Read the number in a cell, given with its text; ``None`` if it is missing.

    Raises
    ------
    ValueError
        As `parse_number` does.
    """
    # a truth value of a workbook counts as 1 or 0, the word "True" does not
    return float(cell) if isinstance(cell, bool) else parse_number(text)


def is_number(cell: object, text: str) -> bool:
    """Check whether a cell, given with its text, holds a number."""
    try:
        return to_number(cell, text) is not None
    except ValueError:
        return False


def parse_plain_numbers(texts: Sequence[str]) -> FloatArray | None:
    """Read a whole column of plainly written numbers and blanks at once.

    Returns
    -------
    numpy.ndarray or None
        Blanks are NaN. ``None`` if the column is blank or holds anything that must be looked at
        cell by cell: marks, percentages, leading zeros, words.
    """
    written = "\n".join(texts)
    # digits of other scripts are numbers only after they have been looked at
    if not written.isascii():
        return None
    lines = f"\n{written}\n"
    # "5." is no number here; a leading zero names something
    if ".\n" in lines or ("\n0" in lines and LEADING_ZEROS.search(lines)):
        return None
    blank_count = 0
    if "\n\n" in lines:
        blank_count = sum(1 for text in texts if not text)
        written = "\n".join([text or "nan" for text in texts])
    try:
        # one pass over the text is several times quicker than `float` of each cell, and as exact;
        # at a word it stops
        numbers = np.fromstring(written, sep="\n")
    except ValueError:
        return None
    # "5-3" or "1.2.3" count as two numbers, 1e999 is infinite
    filled_count = len(texts) - blank_count
    if len(numbers) != len(texts) or np.isfinite(numbers).sum() != filled_count:
        return None
    return numbers if filled_count else None


def has_leading_zero(text: str) -> bool:
    """Check whether digits name something: a leading zero would be lost as a number."""
    return bool(LEADING_ZERO.fullmatch(text))


@lru_cache(maxsize=2**14)
def _fold(typed: str) -> str:
    # a raised or circled digit is the number of a note: folded, 3² would be 32
    apart = NOTE_DIGITS.sub(_part_note, typed)
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", apart)).strip()


def _part_note(digits: re.Match[str]) -> str:
    """Part the number of a note from a figure or a place; 選挙区① is itself a name."""
    before = digits.string[: digits.start()].rpartition("\n")[2]
    if before.endswith(PLACE_ENDS):
        place = before.lstrip("(（ ")
        # towns that are gone have notes, too
        if not names_municipality(place) and not find_successors(place, None):
            return digits[0]
    return f"※{digits[0]}"
