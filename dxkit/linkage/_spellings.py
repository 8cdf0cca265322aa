"""Which different texts does a column hold, and which of them stands in which row?

Registers repeat themselves: five million people bear a few ten thousand birthdays. A column is
kept as its different texts, each read and folded once, and as one number a row.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._arrays import IntArray

RowArray = NDArray[np.int32]


class Spellings(NamedTuple):
    """A column: its texts, in which one may stand twice, and the position of each row's text."""

    texts: list[str]
    rows: RowArray

    def is_blank(self) -> NDArray[np.bool_]:
        """Say of each text whether it is nothing but blanks."""
        return np.array([not text.strip() for text in self.texts], dtype=bool)

    def count_rows(self) -> NDArray[np.int64]:
        """Count the rows of each text."""
        return np.bincount(self.rows, minlength=len(self.texts))


def find_spellings(texts: Sequence[str] | pd.Series) -> Spellings:
    """Find the different texts, in the order in which they first occur; a missing one is blank."""
    values = texts if isinstance(texts, pd.Series) else np.array(texts, dtype=object)
    rows, different = pd.factorize(values)
    distinct: list[str] = np.asarray(different, dtype=object).tolist()
    is_missing = rows < 0
    if is_missing.any():
        rows[is_missing] = len(distinct)
        distinct.append("")
    return Spellings(distinct, rows.astype(np.int32))


class SpellingPairs(NamedTuple):
    """Two columns side by side: the different pairs of their texts, and each row's pair."""

    pairs: list[tuple[str, str]]
    rows: RowArray


def pair_spellings(first: Spellings, second: Spellings) -> SpellingPairs:
    """Find the different pairs of texts of two columns, in the order of their first rows."""
    size = max(len(second.texts), 1)
    rows, combined = pd.factorize(first.rows.astype(np.int64) * size + second.rows)
    positions = zip(*(part.tolist() for part in np.divmod(combined, size)), strict=True)
    pairs = [(first.texts[one], second.texts[other]) for one, other in positions]
    return SpellingPairs(pairs, rows.astype(np.int32))


def build_column(spellings: Spellings, index: pd.Index) -> pd.Series:
    """Build a column of categories, in which blank texts are missing."""
    texts = pd.Index(spellings.texts, dtype="str")
    is_blank = np.asarray(texts == "", dtype=bool)
    positions = np.where(is_blank, -1, np.cumsum(~is_blank) - 1).astype(np.int32)
    return _build_categories(texts[~is_blank], positions[spellings.rows], index)


def _build_categories(texts: pd.Index, rows: RowArray, index: pd.Index) -> pd.Series:
    """Build a column of categories from texts, of which some may be equal, and their rows."""
    positions, different = pd.factorize(texts)
    # row -1 is the last entry: missing
    codes = np.append(positions, -1).astype(np.int32)[rows]
    return pd.Series(pd.Categorical.from_codes(codes, categories=different), index=index)


def join_columns(first: pd.Series, second: pd.Series, separator: str) -> pd.Series:
    """Join the texts of two columns of categories; missing where either is."""
    size = max(len(second.cat.categories), 1)
    combined = _read_codes(first) * size + _read_codes(second)
    is_known = (first.notna() & second.notna()).to_numpy()
    rows = np.full(len(combined), -1, dtype=np.int32)
    rows[is_known], different = pd.factorize(combined[is_known])
    heads = first.cat.categories.take(different // size)
    tails = second.cat.categories.take(different % size)
    return _build_categories(heads + separator + tails, rows, first.index)


def fill_column(column: pd.Series, filling: pd.Series) -> pd.Series:
    """Fill what is missing in a column of categories with what stands in another one."""
    codes = _read_codes(column)
    filling_codes = _read_codes(filling)
    is_filled = (codes < 0) & (filling_codes >= 0)
    rows = np.where(is_filled, filling_codes + len(column.cat.categories), codes)
    # a text may stand in both columns
    texts = column.cat.categories.append(filling.cat.categories)
    return _build_categories(texts, rows.astype(np.int32), column.index)


def cut_column(column: pd.Series, length: int) -> pd.Series:
    """Cut the texts of a column of categories to their first characters."""
    texts = column.cat.categories.str[:length]
    return _build_categories(texts, _read_codes(column).astype(np.int32), column.index)


def _read_codes(column: pd.Series) -> IntArray:
    """Read positions of categories as numbers that do not overflow; -1 where a text is missing."""
    return column.cat.codes.to_numpy().astype(np.int64)
