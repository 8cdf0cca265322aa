"""What was typed into one cell of a form, as its column takes it, or why it cannot be taken?"""

import re

import pandas as pd

from dxkit.errors import PlaceNameError
from dxkit.loaders import _cells
from dxkit.loaders._form_columns import FormColumn
from dxkit.loaders._origin import find_date
from dxkit.loaders._resolve_municipality import resolve_municipality
from dxkit.loaders._resolve_prefecture import resolve_prefecture

# 2026-10-01, 2026/10/1, 2026.10.1
DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
JAPANESE_DATE = re.compile(r"(令和|平成|\d{4})\s*(元|\d{0,2})\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")
FULL_DATE_LENGTH = 10
CHOICES_SHOWN = 12
ISO_MONTH_DAY = "%Y-%m-%d"


class UnreadableError(Exception):
    """A cell that is not what its column holds."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


def parse_cell(
    text: str, verbatim: str, cell: object, column: FormColumn, prefecture: str | None
) -> object:
    """Parse a cell that is not blank."""
    if column.kind == "municipality":
        try:
            return resolve_municipality(verbatim, prefecture=resolve_prefecture(prefecture))
        except PlaceNameError as error:
            raise UnreadableError(error.problem, error.remedy) from None
    if column.kind == "date":
        return _parse_date(text)
    if column.kind in ("integer", "number"):
        return _parse_number(text, cell, column)
    if column.labels:
        return _parse_choice(text, verbatim, column)
    return verbatim


def _parse_date(text: str) -> str:
    """Parse a full date; a month alone, or two dates, is none."""
    if match := DATE.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
        written = f"{year}-{month:02d}-{day:02d}"
    elif JAPANESE_DATE.fullmatch(text):
        written = find_date([text])
    else:
        written = ""
    date = pd.to_datetime(written, format=ISO_MONTH_DAY, errors="coerce")
    if len(written) != FULL_DATE_LENGTH or pd.isna(date):
        raise UnreadableError("日付ではありません", "2026-10-01 のように年月日を書いてください")
    return written


def _parse_number(text: str, cell: object, column: FormColumn) -> float:
    """Parse a number within the column's limits; words beside it are not passed over."""
    try:
        number = _cells.to_number(cell, text)
    except ValueError:
        number = None
    if number is None:
        raise UnreadableError(
            "数ではありません", "数字だけを書いてください（約・〜・単位は付けません）"
        )
    if column.kind == "integer" and not float(number).is_integer():
        raise UnreadableError("整数ではありません", "小数のない数にしてください")
    low = -float("inf") if column.low is None else column.low
    high = float("inf") if column.high is None else column.high
    if not low <= number <= high:
        limits = "〜".join(
            "" if limit is None else f"{limit:,g}" for limit in (column.low, column.high)
        )
        raise UnreadableError(f"{limits} の範囲にありません", "桁と単位を確かめてください")
    return float(number)


def _parse_choice(text: str, verbatim: str, column: FormColumn) -> str:
    """Parse one of the choices; its code is taken as well."""
    for candidate in (verbatim, text):
        if candidate in column.labels:
            return column.labels[candidate]
        if candidate in column.labels.values():
            return candidate
    # choices are read with full-width letters made half-width, as cells are
    folded = {_cells.to_text(label): code for label, code in column.labels.items()}
    if text in folded:
        return folded[text]
    listed = "・".join(list(column.labels)[:CHOICES_SHOWN])
    more = " など" if len(column.labels) > CHOICES_SHOWN else ""
    raise UnreadableError("選択肢にありません", f"{listed}{more} から1つ選んでください")
