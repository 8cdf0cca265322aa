"""How far are two answers apart, whatever they are made of?

An answer is taken apart into labelled figures and words, so that two answers whose rows stand in
another order are compared row by row of the same label.
"""

import dataclasses
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

# what a result says of its own settings and its inputs is not the answer
SKIPPED_FIELDS = ("settings", "attrs")
DEEPEST = 8

Figures = dict[str, Any]


def take_apart(answer: object) -> Figures:
    """Return every figure and word of an answer under a label that says where it stands."""
    return dict(_parts(answer, "", 0))


def _parts(answer: Any, label: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(answer, pd.DataFrame):
        yield from _frame_parts(answer, label)
    elif isinstance(answer, pd.Series):
        yield from _frame_parts(answer.to_frame("value"), label)
    elif isinstance(answer, np.ndarray):
        yield from ((f"{label}{list(place)}", value) for place, value in np.ndenumerate(answer))
    elif isinstance(answer, set | frozenset):
        yield label, "、".join(sorted(map(str, answer)))
    elif isinstance(answer, Mapping | list | tuple) or dataclasses.is_dataclass(answer):
        for name, value in _members(answer):
            yield from _parts(value, f"{label}.{name}", depth + 1)
    elif hasattr(answer, "to_frame"):
        yield from _parts(answer.to_frame(), label, depth + 1)
    else:
        yield label, answer


def _members(answer: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a mapping, a list or a result object holds, each under its name or number."""
    if isinstance(answer, Mapping):
        yield from ((str(key), value) for key, value in answer.items())
    elif isinstance(answer, list | tuple):
        yield from ((str(number), value) for number, value in enumerate(answer))
    elif not isinstance(answer, type):
        for field in dataclasses.fields(answer):
            if field.name not in SKIPPED_FIELDS and not field.name.startswith("_"):
                yield field.name, getattr(answer, field.name)


def _frame_parts(frame: pd.DataFrame, label: str) -> Iterator[tuple[str, Any]]:
    """Yield each cell under its row's label and its column's name."""
    labels = row_labels(frame)
    for column in frame.columns.unique():
        cells = frame[column]
        if str(getattr(cells, "dtype", "")) == "geometry":
            cells = cells.to_wkb()
        values = cells.iloc[:, 0] if isinstance(cells, pd.DataFrame) else cells
        for row, value in zip(labels, values, strict=True):
            yield f"{label}[{row}, {column}]", value


def row_labels(frame: pd.DataFrame) -> list[str]:
    """Return what tells the rows apart: the columns of words, or else the index.

    Words come first, since an index often only says in which order the rows stood in a table that
    was handed over.
    """
    words = [column for column in frame.columns if _is_label(frame[column])]
    keys = frame[words].astype(str).agg("|".join, axis=1) if words and len(frame) else None
    if keys is not None and keys.is_unique:
        return [str(key) for key in keys]
    if keys is None or (frame.index.is_unique and not isinstance(frame.index, pd.RangeIndex)):
        return [str(item) for item in frame.index]
    # rows that nothing else tells apart are numbered
    number = keys.groupby(keys, sort=False).cumcount()
    return [
        f"{key}#{count}" if count else str(key) for key, count in zip(keys, number, strict=True)
    ]


def _is_label(column: Any) -> bool:
    """Whether a column holds words or whole numbers, and no lists."""
    if isinstance(column, pd.DataFrame):
        return False
    if pd.api.types.is_float_dtype(column.dtype) or str(column.dtype) == "geometry":
        return False
    # figures may lie in a column of objects
    has_figures = any(
        isinstance(value, float | np.floating) and not _is_nan(value) for value in column
    )
    return not has_figures and all(isinstance(value, Hashable) for value in column)


def largest_difference(before: Figures, after: Figures) -> tuple[float, str]:
    """Compare two answers; return the largest difference and where it is.

    A word that differs, a figure that is missing on one side, and a label that only one of them has
    count as infinite.
    """
    largest = 0.0
    place = ""
    for label in [*before, *(label for label in after if label not in before)]:
        if label in before and label in after:
            difference = _distance(before[label], after[label])
        else:
            difference = np.inf
        if difference > largest:
            largest = difference
            place = label
    return largest, place


def _distance(before: Any, after: Any) -> float:
    """Return how far two figures are apart, relative to their size where that is above 1."""
    if _is_missing(before) or _is_missing(after):
        return 0.0 if _is_missing(before) and _is_missing(after) else np.inf
    if isinstance(before, str) or isinstance(after, str):
        return 0.0 if str(before) == str(after) else np.inf
    try:
        first, second = float(before), float(after)
    except (TypeError, ValueError):
        return 0.0 if _is_equal(before, after) else np.inf
    if first == second:
        return 0.0
    return float(abs(first - second) / max(1.0, abs(first), abs(second)))


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or _is_nan(value)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def _is_equal(before: Any, after: Any) -> bool:
    """Compare what is no number: lists and arrays within a cell, dates, shapes."""
    if isinstance(before, list | tuple | np.ndarray) and isinstance(
        after, list | tuple | np.ndarray
    ):
        difference, _ = largest_difference(take_apart(list(before)), take_apart(list(after)))
        return difference < 1e-9
    return bool(before == after)
