"""What number, share or blank does this cell hold?

Cells as offices type them: full-width digits, thousands commas, △ for minus, 74%, ``***`` and X for suppressed. A blank
or a statistical mark is missing, never 0.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache

# marks of official statistics: none, unknown, suppressed, not applicable
MISSING_MARKS = frozenset(
    [
        "",
        "-",
        "--",
        "%",
        "…",
        "...",
        "・・・",
        "・・",
        "***",
        "**",
        "*",
        "x",
        "X",
        "χ",
        "Χ",
        "―",
        "ー",
        "n/a",
        "N/A",
        "na",
        "NA",
        "nan",
        "NaN",
        "null",
        "NULL",
        "調査無し",
        "調査なし",
        "該当なし",
        "該当無し",
        "不詳",
        "欠測",
        "回答なし",
        "未回答",
        "不明",
        "対象外",
        "非公表",
        "秘匿",
        "未調査",
    ]
)
NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?")
# the form of nearly all numbers in CSV files; a leading zero names something and is no number
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,20})?")
MINUS = str.maketrans({"△": "-", "▲": "-", "−": "-", "‐": "-", "–": "-", "－": "-"})
LEADING_ZERO = re.compile(r"0[0-9]+")


def text(cell: object) -> str:
    """Give a cell as plain text: full-width letters and digits made half-width, ends trimmed."""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else _folded(cell)
    if cell is None:
        return ""
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _folded(str(cell))


def verbatim(cell: object) -> str:
    """Give a cell as text with the characters of its source (names and addresses are not rewritten), ends trimmed."""
    return cell.strip() if isinstance(cell, str) else text(cell)


@lru_cache(maxsize=2**14)
def _folded(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()


def is_missing(cell: object) -> bool:
    """Tell whether a cell is blank or holds a mark that means "no figure"."""
    return text(cell).translate(MINUS) in MISSING_MARKS


def number(cell: object) -> float | None:
    """Give the number in a cell, a percentage as a share of 1; ``None`` if it is missing.

    Raises
    ------
    ValueError
        If the cell holds something else, or a number too large to keep.
    """
    if isinstance(cell, int | float):
        return None if math.isnan(cell) else _finite(float(cell), cell)
    if isinstance(cell, str) and PLAIN_NUMBER.fullmatch(cell):
        return float(cell)
    if is_missing(cell):
        return None
    typed = re.sub(r"\s+", "", text(cell)).translate(MINUS)
    share = typed.endswith("%")
    typed = typed.removesuffix("%")
    if not NUMBER.fullmatch(typed) or not any(character.isdigit() for character in typed):
        raise ValueError(text(cell))
    return _finite(float(typed.replace(",", "")) / (100 if share else 1), cell)


def plain_numbers(column: Sequence[object]) -> list[float | None] | None:
    """Give a whole column of plainly written numbers and blanks at once; ``None`` if anything else stands in it."""
    plain = PLAIN_NUMBER.fullmatch
    if any(cell != "" and not (isinstance(cell, str) and plain(cell)) for cell in column):
        return None
    return [float(str(cell)) if cell != "" else None for cell in column]


def is_number(cell: object) -> bool:
    """Tell whether a cell holds a number."""
    try:
        return number(cell) is not None
    except ValueError:
        return False


def keeps_text(cell: object) -> bool:
    """Tell whether digits in this cell name something (a leading zero would be lost as a number)."""
    return isinstance(cell, str) and bool(LEADING_ZERO.fullmatch(text(cell)))


def _finite(value: float, cell: object) -> float:
    if math.isinf(value):
        raise ValueError(text(cell))
    return value
