"""Does a column by which members are grouped hold numbers, though it is not stored as numbers?

A spreadsheet stores 「1,234」 as text, and dates and spans of time as objects. What is certainly a
number, a date or a span of time counts as one; what could be either is taken for words. Both are
said, and only what nobody doubts is not.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from dxkit.errors import TableWarning, list_first, shorten

# Decimal and Fraction are numbers, however an object column stores them
NUMBER_TYPES = (int, float, np.number, Decimal, Fraction)
DATE_TYPES = (date, np.datetime64)
SPAN_TYPES = (timedelta, np.timedelta64)
NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
# what a word for a kind never has: 1,234 and 0.5, but not 3, which may be the third kind
FIGURE = re.compile(r"[-+].*|.*\d[,.]\d.*|.*\d%")
DIGITS = re.compile(r"[-+]?\d[\d,.]*")
# 2026-04-01, 2026年4月, 10:30
TIME = re.compile(r"\d{4}\s*[-/年]\s*\d{1,2}.*|\d{1,2}[:時]\d{2}.*")
MINUS_SIGNS = str.maketrans("−△▲‐", "----")
# cells that a warning lists
LISTED = 3


def read_attributes(
    table: pd.DataFrame, columns: Iterable[str]
) -> tuple[pd.DataFrame, list[TableWarning]]:
    """Read columns of objects as numbers, dates or spans of time where all cells are such.

    Parameters
    ----------
    table
        The members.
    columns
        Those by which groups are formed; those that the table lacks are passed over.

    Returns
    -------
    tuple
        The table, and a warning for each column that was or may have been taken wrongly.
    """
    warnings = []
    for column in columns:
        if column in table.columns:
            values, remark = _read_column(table[column])
            table = table.assign(**{column: values})
            if remark:
                warnings.append(TableWarning(f"列 {column} の{remark}"))
    return table, warnings


def _read_column(values: "pd.Series[Any]") -> "tuple[pd.Series[Any], str]":
    """Read one column; the second is what to say of it, or nothing."""
    if isinstance(values.dtype, pd.PeriodDtype):
        return values.dt.to_timestamp(), ""
    if values.dtype != object and not isinstance(values.dtype, pd.StringDtype):
        return values, ""
    filled = [cell for cell in values[values.notna()] if not isinstance(cell, bool | np.bool_)]
    texts = [cell for cell in filled if isinstance(cell, str)]
    if texts:
        return _read_texts(values, texts, has_others=len(texts) < len(filled))
    times: dict[Any, Callable[[Any], Any]] = {
        DATE_TYPES: pd.Timestamp,
        SPAN_TYPES: pd.Timedelta,
        pd.Period: lambda period: period.to_timestamp(),
        # an hour of the day is a span of time since midnight
        time: lambda hour: pd.Timedelta(hours=hour.hour, minutes=hour.minute, seconds=hour.second),
    }
    for kinds, convert in times.items():
        if filled and all(isinstance(cell, kinds) for cell in filled):
            return values.map(convert, na_action="ignore").infer_objects(), ""
    if all(isinstance(cell, NUMBER_TYPES) for cell in filled):
        return values, ""
    return values, f"数でも文字でもない値（{_list_cells(filled)}）を、区分として扱いました。"


def _read_texts(
    values: "pd.Series[Any]", texts: list[str], *, has_others: bool
) -> "tuple[pd.Series[Any], str]":
    """Read a column with texts: numbers that are written out, or words."""
    plain = {text: _fold_number(text) for text in texts}
    figures = [text for text in texts if FIGURE.fullmatch(plain[text]) and _is_number(plain[text])]
    others = [text for text in texts if not _is_number(plain[text])]
    cells = [cell for cell in values[values.notna()] if not isinstance(cell, str)]
    are_numbers = all(isinstance(cell, NUMBER_TYPES) for cell in cells)
    if not others and are_numbers and (figures or has_others):
        numbers = values.map(
            lambda cell: float(plain[cell].replace(",", "")) if isinstance(cell, str) else cell,
            na_action="ignore",
        )
        shown = _list_cells(figures or texts)
        return numbers.infer_objects(), f"文字で書かれた数（{shown}）を、数として扱いました。"
    remedy = "数として比べるなら、数だけの列にしてください（pd.to_numeric など）。"
    # 1,200人 and 3.5km: numbers with a unit
    measured = [
        text
        for text in others
        if DIGITS.match(plain[text]) and (FIGURE.match(plain[text]) or TIME.match(plain[text]))
    ]
    if figures or measured or (has_others and others):
        shown = _list_cells(measured or others or texts)
        return values, f"数として読めない値（{shown}）があるので、区分として扱いました → {remedy}"
    # 01 and 28201 may be codes, 3 the third kind: nobody knows
    if not others and not any(text.startswith("0") and len(text) > 1 for text in plain.values()):
        shown = _list_cells(texts)
        return values, f"文字で入った数字（{shown}）を、区分として扱いました → {remedy}"
    return values, ""


def _fold_number(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().translate(MINUS_SIGNS)


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None


def _list_cells(cells: list[Any]) -> str:
    shown = list(dict.fromkeys(f"「{shorten(cell, 20)}」" for cell in cells))
    return list_first(shown, LISTED, count=len(shown))
