"""Which rows of two answers belong together?

By what names them: the index where it holds labels, or else the columns of words. How the rows of
an answer are named is chosen once, at the first of the two answers, and applied to both.
"""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

# figures by which rows of the same name are put in order: rounding must not reorder them
SORTING_DIGITS = 6


@dataclass(frozen=True)
class RowNaming:
    """How the rows of one table of an answer are named.

    Attributes
    ----------
    by_index
        By the labels of the index.
    columns
        By these columns, where not by the index; if there are none, rows go by position.
    """

    by_index: bool
    columns: tuple[Hashable, ...] = ()


def choose_naming(frame: pd.DataFrame, *, has_words: bool = True) -> RowNaming:
    """Choose how the rows of an answer are named.

    Parameters
    ----------
    frame
        The table.
    has_words
        Whether its columns of words may name the rows; the values of a Series must not, since
        they are the answer.
    """
    index = frame.index
    # an index of codes or names is what the author of the answer calls its rows
    if index.is_unique and _has_labels(index):
        return RowNaming(by_index=True)
    if not has_words or not len(frame):
        return RowNaming(by_index=not isinstance(index, pd.RangeIndex) and index.is_unique)
    # a name that two columns share names neither
    columns = list(frame.columns) if frame.columns.is_unique else []
    words = [column for column in columns if _is_of_words(frame[column])]
    counts = [column for column in columns if _is_of_whole_numbers(frame[column])]
    # whole numbers may be figures that move: they name rows only where words do not suffice
    for names in (words, [*words, *counts]):
        if names and not frame[names].map(write_label).duplicated().any():
            return RowNaming(by_index=False, columns=tuple(names))
    # positions that were carried along from a larger table are better than nothing
    if not isinstance(index, pd.RangeIndex) and index.is_unique:
        return RowNaming(by_index=True)
    return RowNaming(by_index=False, columns=tuple(words))


def name_rows(frame: pd.DataFrame, naming: RowNaming) -> list[str]:
    """Name the rows; rows of the same name are numbered in the order of their figures."""
    columns = [column for column in naming.columns if column in frame.columns]
    if naming.by_index:
        names = [write_label(label) for label in frame.index]
    elif columns:
        cells = frame[columns].map(write_label).to_numpy(dtype=object)
        names = ["|".join(row) for row in cells]
    else:
        return [str(position) for position in range(len(frame))]
    if len(set(names)) == len(names):
        return names
    return _number_repeated(frame, names)


def write_label(value: object) -> str:
    """Write a label so that 1, 1.0 and a nullable 1 are the same, and so are all kinds of blank."""
    if isinstance(value, tuple):
        return "・".join(map(write_label, value))
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return ""
        return str(int(value)) if float(value).is_integer() else f"{float(value):.9g}"
    return str(value)


def _number_repeated(frame: pd.DataFrame, names: list[str]) -> list[str]:
    """Add numbers to rows of one name, the ones with the smaller figures first."""
    contents = [tuple(_round_cell(value) for value in row) for row in frame.itertuples(index=False)]
    counts: dict[str, int] = {}
    numbered = list(names)
    # the same heap of rows gets the same numbers, in whatever order it lies
    for row in sorted(range(len(names)), key=lambda row: contents[row]):
        count = counts.get(names[row], 0)
        counts[names[row]] = count + 1
        numbered[row] = f"{names[row]}#{count}" if count else names[row]
    return numbered


def _round_cell(value: object) -> str:
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return f"{float(value):.{SORTING_DIGITS}g}"
    return write_label(value)


def _has_labels(index: pd.Index) -> bool:
    """Whether an index names its rows, and does not only count them."""
    if isinstance(index, pd.MultiIndex) or any(name is not None for name in index.names):
        return True
    return not pd.api.types.is_integer_dtype(index.dtype)


def _is_of_words(column: pd.Series) -> bool:
    """Whether a column holds words and nothing but words and blanks."""
    if str(column.dtype) == "geometry":
        return False
    cells = [value for value in column if not _is_blank(value)]
    return bool(cells) and all(isinstance(value, str) for value in cells)


def _is_of_whole_numbers(column: pd.Series) -> bool:
    """Whether a column holds whole numbers, however they are stored."""
    cells = [value for value in column if not _is_blank(value)]
    return bool(cells) and all(
        isinstance(value, int | float | np.integer | np.floating) and float(value).is_integer()
        for value in cells
    )


def _is_blank(value: object) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float | np.floating) and bool(np.isnan(value)))
    )
