"""How far are two answers apart, whatever they are made of?

An answer is taken apart into labelled figures and words, so that two answers whose rows stand in
another order are compared row by row of the same label.
"""

import dataclasses
import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dxkit.assumptions._row_labels import RowNaming, choose_naming, name_rows, write_label

# what a result says of its own settings and its inputs is not the answer
SKIPPED_FIELDS = ("settings", "attrs")
DEEPEST = 8

Figures = dict[str, Any]
Namings = dict[str, RowNaming]


def take_apart(answer: object, namings: Namings | None = None) -> Figures:
    """Return every figure and word of an answer under a label that says where it stands.

    Parameters
    ----------
    answer
        A table, a result object, numbers, words, and lists or mappings of these.
    namings
        How the rows of each table in it are named; what is not in there is chosen and put in, so
        that the next answer's rows are named alike.
    """
    return dict(_split_answer(answer, "", 0, namings if namings is not None else {}))


def _split_answer(
    answer: Any, label: str, depth: int, namings: Namings
) -> Iterator[tuple[str, Any]]:
    # an answer that holds itself would never end
    if depth > DEEPEST:
        return
    if isinstance(answer, pd.DataFrame):
        yield from _split_frame(answer, label, namings, has_words=True)
    elif isinstance(answer, pd.Series):
        yield from _split_frame(answer.to_frame("value"), label, namings, has_words=False)
    elif isinstance(answer, pd.Index):
        yield from _split_answer(answer.tolist(), label, depth + 1, namings)
    elif isinstance(answer, np.ndarray):
        yield from ((f"{label}{list(place)}", value) for place, value in np.ndenumerate(answer))
    elif isinstance(answer, set | frozenset):
        yield label, "、".join(sorted(map(str, answer)))
    elif hasattr(answer, "edges") and hasattr(answer, "nodes"):
        # a graph of networkx: what its nodes and its edges say, in any order
        yield from _split_answer(_list_graph(answer), label, depth + 1, namings)
    elif isinstance(answer, Mapping | list | tuple) or dataclasses.is_dataclass(answer):
        for name, value in _list_members(answer):
            yield from _split_answer(value, f"{label}.{name}", depth + 1, namings)
    elif hasattr(answer, "to_frame"):
        yield from _split_answer(answer.to_frame(), label, depth + 1, namings)
    else:
        yield label, answer


def _list_members(answer: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a mapping, a list or a result object holds, each under its name or number."""
    if isinstance(answer, Mapping):
        yield from ((write_label(key), value) for key, value in answer.items())
    elif isinstance(answer, list | tuple):
        # results with names of their own are told apart by them, in whatever order they stand
        names = [getattr(value, "name", None) for value in answer]
        is_named = all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
        labels = names if is_named else range(len(answer))
        yield from ((str(name), value) for name, value in zip(labels, answer, strict=True))
    elif not isinstance(answer, type):
        for field in dataclasses.fields(answer):
            if field.name not in SKIPPED_FIELDS and not field.name.startswith("_"):
                yield field.name, getattr(answer, field.name)
        # tables that a result writes when they are asked for
        for name, item in inspect.getmembers_static(type(answer)):
            if isinstance(item, property | cached_property) and not name.startswith("_"):
                value = getattr(answer, name)
                if isinstance(value, pd.DataFrame | pd.Series):
                    yield name, value


def _list_graph(graph: Any) -> dict[str, Any]:
    """List a graph's nodes and edges under their names; an edge has no direction of its own."""
    edges = {
        "—".join(sorted((str(first), str(second)))): data
        for first, second, data in graph.edges(data=True)
    }
    return {"nodes": dict(graph.nodes(data=True)), "edges": edges}


def _split_frame(
    frame: pd.DataFrame, label: str, namings: Namings, *, has_words: bool
) -> Iterator[tuple[str, Any]]:
    """Yield each cell under its row's label and its column's name."""
    if label not in namings:
        namings[label] = choose_naming(frame, has_words=has_words)
    labels = name_rows(frame, namings[label])
    # a table without a row or a column differs from none at all
    yield f"{label}[rows]", len(frame)
    for position, column in enumerate(frame.columns):
        cells = frame.iloc[:, position]
        values: Iterable[Any] = cells.to_wkb() if str(cells.dtype) == "geometry" else cells
        for row, value in zip(labels, values, strict=True):
            yield f"{label}[{row}, {write_label(column)}]", value


def largest_difference(before: Figures, after: Figures) -> tuple[float, str]:
    """Compare two answers; return the largest difference and where it is.

    A word that differs, a figure that is missing on one side, and a label that only one of them has
    count as infinite.
    """
    largest = 0.0
    place = ""
    for label in [*before, *(label for label in after if label not in before)]:
        if label in before and label in after:
            difference = _measure_distance(before[label], after[label])
        else:
            difference = np.inf
        if difference > largest:
            largest = difference
            place = label
    return largest, place


def _measure_distance(before: Any, after: Any) -> float:
    """Return how far two figures are apart, relative to their size where that is above 1."""
    # all kinds of blank are one
    if _is_missing(before) or _is_missing(after):
        return 0.0 if _is_missing(before) and _is_missing(after) else np.inf
    # a code that became a number is written alike, or it is another answer
    if isinstance(before, str) or isinstance(after, str):
        return 0.0 if write_label(before) == write_label(after) else np.inf
    try:
        first = float(before)
        second = float(after)
    except (TypeError, ValueError):
        return _measure_other(before, after)
    if first == second:
        return 0.0
    difference = abs(first - second) / max(1.0, abs(first), abs(second))
    # infinite against finite
    return np.inf if np.isnan(difference) else float(difference)


def _is_missing(value: Any) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float | np.floating) and bool(np.isnan(value)))
    )


def _measure_other(before: Any, after: Any) -> float:
    """Compare what is no number: lists, arrays and tables within a cell, dates, shapes."""
    compound = (list, tuple, np.ndarray, Mapping, pd.DataFrame, pd.Series, set, frozenset)
    if isinstance(before, compound) and isinstance(after, compound):
        namings: Namings = {}
        # a list and an array of the same figures say the same
        parts = [
            take_apart(list(part) if isinstance(part, tuple | np.ndarray) else part, namings)
            for part in (before, after)
        ]
        return largest_difference(*parts)[0]
    return 0.0 if bool(before == after) else np.inf
