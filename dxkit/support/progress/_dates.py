"""Which day does a date of figures stand for, and how many months lie between two days?

`read_date` and `read_month_end` read what users write, `count_months` measures.
"""

import pandas as pd

from dxkit._checks import to_day
from dxkit.errors import ChoiceError, shorten

# 標準化基本方針: the end of fiscal 2025, and for 特定移行支援システム five years more at most
DEADLINE = "2026-03-31"
EXTENDED_DEADLINE = "2031-03-31"
# a Julian year by twelve
DAYS_A_MONTH = 365.25 / 12


def read_date(text: str) -> pd.Timestamp:
    """Read a date.

    Raises
    ------
    ChoiceError
    """
    day = to_day(text)
    if day is None:
        raise ChoiceError(
            f"日付「{shorten(text)}」が読めません。2026-03-31 のように書いてください。"
        )
    return day


def read_month_end(text: str | None) -> pd.Timestamp:
    """Read a month of figures ("2026-01") as its last day, or a day as itself.

    Raises
    ------
    ChoiceError
    """
    if text is None:
        raise ChoiceError(
            '進捗の表に時点（as_of）がありません。as_of="2026-01" のように書いてください。'
        )
    day = read_date(text)
    # a month's figures are those of its last day
    return day + pd.offsets.MonthEnd(0) if len(str(text)) <= len("2026-01") else day


def count_months(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Count months of average length, with fractions."""
    return float((end - start) / pd.Timedelta(days=DAYS_A_MONTH))
