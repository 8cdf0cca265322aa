"""When are two conclusions the same?"""

from typing import Any

import pandas as pd


def is_same_conclusion(first: Any, second: Any) -> bool:
    """Compare conclusions; two missing values are the same one, also within a tuple.

    Examples
    --------
    >>> is_same_conclusion(("28201", float("nan")), ("28201", float("nan")))
    True
    >>> is_same_conclusion(None, float("nan"))
    False
    """
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(is_same_conclusion, first, second))
    if _is_blank(first) or _is_blank(second):
        return _is_blank(first) and _is_blank(second)
    return bool(first == second)


def _is_blank(conclusion: Any) -> bool:
    """Check for nan, NaT and NA, none of which equals itself; None is a conclusion of its own."""
    is_scalar = pd.api.types.is_scalar(conclusion) and conclusion is not None
    return is_scalar and bool(pd.isna(conclusion))
