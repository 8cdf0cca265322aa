"""How can a table's answer not depend on how its numbers are stored?

A table is copied into plain columns first: numpy numbers of 64 bits, text as pandas infers it,
rows counted from 0. What was float32, nullable, from pyarrow, categorical or numbers in an object
column then gives the same answer. And how can it not depend on the order of its rows? What is
random, or has to break a tie, goes through rows in the order of their keys.
"""

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray


def read_plain_table(table: pd.DataFrame) -> pd.DataFrame:
    """Copy a table into plain columns, one array a column, with rows counted from 0.

    Parameters
    ----------
    table
        Any table; not altered.

    Returns
    -------
    pandas.DataFrame
        The same cells and ``.attrs``; dates and geometries stay as they are.
    """
    # by position, as a table may have two columns of one name until it has been checked
    # the columns' own types decide how they are read, the frame's blocks in memory do not
    columns = {
        position: _read_plain_values(table.iloc[:, position]) for position in range(table.shape[1])
    }
    plain = pd.DataFrame(columns, index=pd.RangeIndex(len(table)))
    plain.columns = table.columns
    plain.attrs = dict(table.attrs)
    return plain


def _read_plain_values(column: pd.Series) -> Any:
    dtype = column.dtype
    # a category says how a word is stored, not what it is
    if isinstance(dtype, pd.CategoricalDtype):
        return _read_plain_values(pd.Series(np.asarray(column)))
    if pd.api.types.is_bool_dtype(dtype):
        # a flag with blanks has no numpy type of its own
        return _infer_values(column) if column.isna().any() else column.to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(dtype):
        return _widen_numbers(column)
    if pd.api.types.is_string_dtype(dtype) or isinstance(dtype, np.dtypes.ObjectDType):
        return _infer_values(column)
    # dates, geometries and whatever else is no number and no text
    return column.array


def _widen_numbers(column: pd.Series) -> np.ndarray:
    """Widen numbers to 64 bits; 0.725 in 32 bits is read as 0.725, not as 0.7250000238."""
    if pd.api.types.is_integer_dtype(column.dtype) and not column.isna().any():
        return column.to_numpy(dtype=np.int64)
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    bits = getattr(column.dtype, "itemsize", 8) * 8
    if pd.api.types.is_float_dtype(column.dtype) and bits < 64:
        # the shortest decimal that names the number is what its author wrote
        narrow = numbers.astype(np.float32 if bits == 32 else np.float16)
        return narrow.astype(str).astype(np.float64)
    return numbers


def _infer_values(column: pd.Series) -> pd.Series:
    """Read a column of objects as what its cells are: whole numbers, numbers, text."""
    empty = column.isna().to_numpy()
    cells = [np.nan if blank else cell for cell, blank in zip(column, empty, strict=True)]
    return pd.Series(cells, dtype=None if cells else object)


def order_of_labels(labels: Iterable[Hashable]) -> IntArray:
    """Find the order of labels as text, so that no answer hangs on the order of the rows.

    Parameters
    ----------
    labels
        Of rows or columns; of equal ones the first comes first.

    Returns
    -------
    numpy.ndarray
        The position of the first, second, … label.
    """
    # codes of mixed types have no order of their own; as text they have
    values = labels.tolist() if isinstance(labels, (pd.Series, pd.Index)) else labels
    texts = list(map(str, values))
    # most tables are in order
    if texts == sorted(texts):
        return np.arange(len(texts), dtype=np.intp)
    return np.asarray(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.intp)


def sort_by_keys(table: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """Put rows in the order of their keys as text, so that no answer hangs on the rows' order.

    Parameters
    ----------
    table
        A plain table (`read_plain_table`).
    keys
        Columns of the key, the first the most important.

    Returns
    -------
    pandas.DataFrame
        The rows in that order; the index tells at which position each stood.
    """
    # codes of mixed types have no order of their own; as text they have
    texts = pd.DataFrame({key: table[key].astype(str) for key in keys})
    return table.loc[texts.sort_values(list(keys), kind="stable").index]


def restore_order(rows: pd.DataFrame, positions: pd.Index) -> pd.DataFrame:
    """Put rows back to where the user's rows stood.

    Parameters
    ----------
    rows
        One row for each row of a table sorted by `sort_by_keys`.
    positions
        That table's index.

    Returns
    -------
    pandas.DataFrame
        Counted from 0, ``.attrs`` kept.
    """
    return rows.set_axis(positions).sort_index().reset_index(drop=True)
