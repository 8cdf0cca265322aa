"""Is this a day, and which?"""

import re
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from dxkit.errors import ChoiceError, shorten

YEAR = re.compile(r"\d{4}")


def to_day(value: Any) -> "pd.Timestamp | None":
    """Read a day or a time as the clock showed it; None where it is none.

    Numbers are none: pandas would count them from 1970.

    Examples
    --------
    >>> str(to_day("2026-03-31")), to_day(20260331), to_day("来週")
    ('2026-03-31 00:00:00', None, None)
    """
    is_text = isinstance(value, str) and YEAR.search(value) is not None
    if not is_text and not isinstance(value, date | np.datetime64):
        return None
    try:
        day = pd.Timestamp(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if pd.isna(day) else day.tz_localize(None)


def read_day(value: object, option: str) -> pd.Timestamp:
    """Read an option that is a day.

    Raises
    ------
    ChoiceError
    """
    day = to_day(value)
    if day is None:
        raise ChoiceError(
            f"{option}=「{shorten(value)}」が読めません。2026-03-31 のように書いてください。"
        )
    return day
