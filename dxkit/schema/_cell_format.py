"""How is a cell written for people: number, share, code, date, list, yes or no, missing?

What stands in a table may be hostile: texts are cut to a length that a person reads, and characters
that could reorder or hide what stands beside them become boxes. Escaping for HTML comes later.
"""

import math
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError, shorten
from dxkit.schema._value_labels import VALUE_LABELS

MISSING = "―"
YES = "○"
NO = "×"
LONGEST_TEXT = 2_000
LONGEST_LIST = 50
# units of what is counted: decimals of such figures come from averages and say little
COUNT_UNITS = ("人", "世帯", "円", "団体", "市町", "件", "票", "市", "町", "位", "業務", "手順")
SHARE_UNIT = "割合"
DEGREE_UNIT = "度"
# whole numbers in such columns name something: a comma would make another name of it
NAMING_COLUMNS = ("code", "code6", "id", "year", "page")
# whole numbers without a unit within these limits are taken for years
YEARS = (1868, 2100)
# bidirectional controls: they would turn round the text beside them
BIDIRECTIONAL = frozenset("\u061c\u200e\u200f") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
HOSTILE_CATEGORIES = ("Cc", "Co", "Cs")

CellWriter = Callable[[object], str]


def make_cell_writer(
    name: str, unit: str, values: Sequence[object], template: str | None
) -> CellWriter:
    """Choose how the cells of a column are written.

    Parameters
    ----------
    name, unit
        The column's name and unit in the schema.
    values
        Its cells: numbers of one column get the same decimals.
    template
        A format text such as ``"{:.1%}"`` in place of the usual form.

    Raises
    ------
    ChoiceError
        If the format text cannot format a number or a text.
    """
    if template is not None:
        _require_template(template)
    number_template = template or _find_number_template(name, unit, values)
    # codes have their Japanese words by column: "unknown" is no word of every column
    labels = VALUE_LABELS.get(name, {})

    def write(value: object) -> str:
        if is_missing(value):
            return MISSING
        if template is not None and not is_number(value):
            return box_hostile_letters(_apply(template, value))
        return _write_value(value, number_template, labels)

    return write


def is_missing(value: object) -> bool:
    """Check for ``None``, NaN, NaT and pandas' own NA."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def is_number(value: object) -> bool:
    """Check for a number that is neither a truth value nor missing."""
    return isinstance(value, Real | np.number) and not isinstance(value, bool | np.bool_)


def to_numbers(values: Sequence[object]) -> FloatArray:
    """Turn cells into an array of numbers; what is none becomes NaN."""
    return np.array([_to_float(value) if is_number(value) else math.nan for value in values])


def _to_float(number: Any) -> float:
    return float(number)


def box_hostile_letters(value: object) -> str:
    """Write a value as text without what could reorder or hide other text."""
    text = str(value)
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    return "".join("□" if _is_hostile(letter) else letter for letter in text)


def _is_hostile(letter: str) -> bool:
    if letter in "\n\t":
        return False
    return letter in BIDIRECTIONAL or unicodedata.category(letter) in HOSTILE_CATEGORIES


def _write_value(value: object, number_template: str, labels: Mapping[str, str]) -> str:
    """Write a cell that is not missing by its type."""
    if isinstance(value, bool | np.bool_):
        return YES if value else NO
    if is_number(value):
        return _write_number(_to_float(value), number_template)
    if isinstance(value, datetime) and value.time() != time():
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    # a text is a collection of letters, but reads as one
    if isinstance(value, Collection) and not isinstance(value, str | bytes | Mapping):
        return _write_list(value, number_template, labels)
    return labels.get(str(value)) or box_hostile_letters(value)


def _write_list(values: Collection[object], number_template: str, labels: Mapping[str, str]) -> str:
    """Write the parts of a cell that is a list, a set or an array."""
    # a set has no order of its own: sorted, so that the same table always reads the same
    ordered = sorted(values, key=str) if isinstance(values, set | frozenset) else list(values)
    parts = [
        MISSING if is_missing(part) else _write_value(part, number_template, labels)
        for part in ordered[:LONGEST_LIST]
    ]
    return box_hostile_letters("、".join(parts) + ("…" if len(ordered) > LONGEST_LIST else ""))


def _write_number(number: float, template: str) -> str:
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    text = box_hostile_letters(template.format(number))
    # −0.04 to one decimal is 0.0, not −0.0
    return text.removeprefix("-") if not set(text) & set("123456789") else text


def _find_number_template(name: str, unit: str, values: Sequence[object]) -> str:
    """Find decimals and separators from the unit and the size of a column's numbers."""
    numbers = to_numbers(values)
    numbers = numbers[np.isfinite(numbers)]
    if name in NAMING_COLUMNS:
        return "{:.0f}"
    if unit == SHARE_UNIT:
        return "{:.1%}"
    if unit == DEGREE_UNIT:
        return "{:.4f}"
    if not numbers.size:
        return "{:,.0f}"
    largest = float(np.abs(numbers).max())
    if (numbers == np.round(numbers)).all():
        are_years = not unit and YEARS[0] <= numbers.min() and largest <= YEARS[1]
        return "{:.0f}" if are_years else "{:,.0f}"
    # three figures say what a table is read for
    decimals = 3 if largest < 1 else 2 if largest < 10 else 1 if largest < 1000 else 0
    if unit in COUNT_UNITS:
        decimals = min(decimals, 1 if largest < 100 else 0)
    return f"{{:,.{decimals}f}}"


def _require_template(template: str) -> None:
    """Refuse a format text that can write neither a number nor a text."""
    for sample in (1.0, "a"):
        try:
            if template.format(sample) != template:
                return
        except (ValueError, LookupError, AttributeError, TypeError):
            continue
    raise ChoiceError(
        f"formats の「{shorten(template)}」では書けません。"
        '"{:.1%}" や "{:,.0f}" のように書いてください。'
    )


def _apply(template: str, value: object) -> str:
    """Write a text by a format text; one that is meant for numbers leaves it as it is."""
    try:
        return template.format(value)
    except (ValueError, TypeError):
        return str(value)
