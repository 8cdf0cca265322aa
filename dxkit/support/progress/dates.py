"""How many months lie between two dates, and on which day does a month of figures end?"""

import pandas as pd

from dxkit.errors import ChoiceError, shorten

DAYS_A_MONTH = 365.25 / 12


def date(text: str) -> pd.Timestamp:
    """Read a date.

    Raises
    ------
    ChoiceError
    """
    try:
        return pd.Timestamp(text)
    except ValueError:
        raise ChoiceError(f"日付「{shorten(text)}」が読めません。2026-03-31 のように書いてください。") from None


def month_end(text: str | None) -> pd.Timestamp:
    """Give the last day of a month of figures ("2026-01"), or the day itself if a day is given.

    Raises
    ------
    ChoiceError
    """
    if text is None:
        raise ChoiceError('進捗の表に時点（as_of）がありません。as_of="2026-01" のように書いてください。')
    found = date(text)
    return found + pd.offsets.MonthEnd(0) if len(str(text)) <= len("2026-01") else found


def months_between(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Give months of average length, with fractions."""
    return float((end - start) / pd.Timedelta(days=DAYS_A_MONTH))
