"""Which birthdays does a register hold, once each spelling of a date is read?"""

import re
import warnings

import numpy as np
from numpy.typing import NDArray

from dxkit.errors import Fault, TableWarning
from dxkit.linkage._birthday import is_blank_date, read_birthday
from dxkit.linkage._spellings import Spellings

DATE_MARKS = re.compile(r"[/.\-]")
EIGHT_DIGITS = re.compile("[0-9]{8}")


def fold_birthdays(
    cells: Spellings, sheet: str
) -> tuple[dict[str, Spellings], dict[str, NDArray[np.int32]]]:
    """Fold birthdays where whole, and year, month and day as far as they are known."""
    dates = [read_birthday(text) for text in cells.texts]
    _warn_of_unread_birthdays(cells, dates, sheet)
    days = [f"{year:04d}-{month:02d}-{day:02d}" if day else "" for year, month, day in dates]
    digits = [
        day.replace("-", "") if day else _read_digits(text) if date[0] else ""
        for text, day, date in zip(cells.texts, days, dates, strict=True)
    ]
    numbers = np.array(dates, dtype=np.int32).reshape(-1, 3)[cells.rows]
    return {
        "birthday": Spellings(days, cells.rows),
        "digits": Spellings(digits, cells.rows),
    }, {part: numbers[:, column] for column, part in enumerate(("year", "month", "day"))}


def _read_digits(text: str) -> str:
    """Read the eight digits of a date that cannot be.

    1950-43-06 is no day, but one slip away from 1954-03-06.
    """
    plain = DATE_MARKS.sub("", text.strip())
    return plain if EIGHT_DIGITS.fullmatch(plain) else ""


def _warn_of_unread_birthdays(
    cells: Spellings, dates: list[tuple[int, int, int]], sheet: str
) -> None:
    """Say how many cells hold something that is read as no date."""
    is_unread = np.array(
        [
            not year and not is_blank_date(text)
            for text, (year, _, _) in zip(cells.texts, dates, strict=True)
        ],
        dtype=bool,
    )
    if is_unread.any():
        rows = np.flatnonzero(is_unread[cells.rows])
        fault = Fault(
            f"生年月日として読めないセルが{len(rows):,}件あります（不明として扱います）",
            "1965-05-03 や 昭和40年5月3日 のように年から書いてください",
            sheet=sheet,
            row=int(rows[0]) + 2,
            column="birthday",
            value=cells.texts[cells.rows[rows[0]]],
        )
        warnings.warn(str(fault), TableWarning, stacklevel=2)
