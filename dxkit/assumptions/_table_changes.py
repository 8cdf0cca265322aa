"""In which other forms can the same table be handed over?

Each change keeps every figure and label and alters only how they lie: memory layout, row and column
order, dtype, index. An answer must not depend on any of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._arrays import FloatArray


@dataclass(frozen=True)
class TableChange:
    """A way of handing over the same table in another form.

    Attributes
    ----------
    name
        What the report calls it.
    apply
        Takes a table and random numbers; returns the changed table (the input is not altered), or
        None where the change does not apply (a table without numbers has no dtype to change).
    references
        The tables with whose answers the changed one's is compared, each in the precision of the
        change: the input itself, or the readings that a narrower number allows.
    """

    name: str
    apply: Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame | None]
    references: tuple[Callable[[pd.DataFrame], pd.DataFrame], ...] = (lambda table: table,)


def _float_columns(table: pd.DataFrame) -> list[int]:
    """Return the positions of columns that numpy holds as floating-point or whole numbers."""
    kinds = [dtype.kind if isinstance(dtype, np.dtype) else "O" for dtype in table.dtypes]
    return [position for position, kind in enumerate(kinds) if kind in "fiu"]


def _rebuild(table: pd.DataFrame, columns: dict[int, pd.Series]) -> pd.DataFrame:
    """Return a copy of a table with some columns (by position) replaced."""
    rebuilt = table.copy()
    for position, part in columns.items():
        # `isetitem` keeps the column's new dtype, and a geometry column stays what it is
        rebuilt.isetitem(position, part.array)
    return rebuilt


def _lay_out(
    order: Literal["C", "F"],
) -> Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame | None]:
    """Return a change that stores neighbouring columns of one dtype as a block of that order."""

    def apply(table: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame | None:
        # a table of shapes is put together by geopandas in its own way
        if type(table) is not pd.DataFrame or not _float_columns(table):
            return None
        parts = [table.iloc[:, start:end] for start, end in _find_runs(table)]
        blocks = [
            part if not _float_columns(part) else _store_as_block(part, order) for part in parts
        ]
        # pandas keeps the blocks as they are, so that a call meets their layout
        changed = pd.concat(blocks, axis=1)
        changed.attrs = dict(table.attrs)
        return changed

    return apply


def _find_runs(table: pd.DataFrame) -> list[tuple[int, int]]:
    """Find the runs of neighbouring columns of one dtype: from, to."""
    dtypes = list(table.dtypes)
    starts = [
        column
        for column in range(len(dtypes))
        if column == 0 or dtypes[column] != dtypes[column - 1]
    ]
    return list(zip(starts, [*starts[1:], len(dtypes)], strict=True))


def _store_as_block(part: pd.DataFrame, order: Literal["C", "F"]) -> pd.DataFrame:
    block = np.array(part.to_numpy(), order=order)
    return pd.DataFrame(block, index=part.index, columns=part.columns, copy=False)


def _reverse_rows(table: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    return _renumber(table, table.iloc[::-1])


def _shuffle_rows(table: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    return _renumber(table, table.iloc[random.permutation(len(table))])


def _renumber(table: pd.DataFrame, reordered: pd.DataFrame) -> pd.DataFrame:
    """Replace the numbers of rows that were only numbered; they say nothing of the rows."""
    if isinstance(table.index, pd.RangeIndex):
        return reordered.reset_index(drop=True)
    return reordered


def _shuffle_columns(table: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    return table.iloc[:, random.permutation(table.shape[1])]


def _to_float32(table: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame | None:
    columns = [place for place in _float_columns(table) if table.dtypes.iloc[place].kind == "f"]
    single = {place: table.iloc[:, place].astype(np.float32) for place in columns}
    return _rebuild(table, single) if single else None


def _widen_float32(table: pd.DataFrame) -> pd.DataFrame:
    """Round figures to single precision and read them with all their binary digits."""
    return _read_float32(table, lambda narrow: narrow.astype(np.float64))


def _write_out_float32(table: pd.DataFrame) -> pd.DataFrame:
    """Round figures to single precision and read each as the shortest decimal that names it."""
    return _read_float32(table, lambda narrow: narrow.astype(str).astype(np.float64))


def _read_float32(
    table: pd.DataFrame, read: Callable[[NDArray[np.float32]], FloatArray]
) -> pd.DataFrame:
    columns = [place for place in _float_columns(table) if table.dtypes.iloc[place].kind == "f"]
    rounded = {
        place: pd.Series(read(table.iloc[:, place].to_numpy(dtype=np.float32))) for place in columns
    }
    return _rebuild(table, rounded)


def _to_nullable(table: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame | None:
    columns = {place: table.iloc[:, place].convert_dtypes() for place in _plain_columns(table)}
    return _rebuild(table, columns)


def _to_pyarrow(table: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame | None:
    if find_spec("pyarrow") is None:
        return None
    columns = {
        place: table.iloc[:, place].convert_dtypes(dtype_backend="pyarrow")
        for place in _plain_columns(table)
    }
    return _rebuild(table, columns)


def _to_object(table: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    columns = {place: table.iloc[:, place].astype(object) for place in _plain_columns(table)}
    return _rebuild(table, columns)


def _plain_columns(table: pd.DataFrame) -> list[int]:
    """Return the positions of columns of numbers, text or truth values (no geometry, no dates)."""
    usable = []
    for position, dtype in enumerate(table.dtypes):
        is_text = isinstance(dtype, pd.StringDtype) or dtype.kind == "O"
        is_plain = isinstance(dtype, np.dtype) and dtype.kind in "fiub"
        if (is_text or is_plain) and str(dtype) != "geometry":
            usable.append(position)
    return usable


def _number_index_from_1000(table: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame | None:
    """Replace a default index (0, 1, …) by numbers that are no positions."""
    if not isinstance(table.index, pd.RangeIndex):
        return None
    return table.set_axis(np.arange(len(table)) * 7 + 1000)


def _text_index(table: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame | None:
    """Replace a default index by labels."""
    if not isinstance(table.index, pd.RangeIndex):
        return None
    return table.set_axis([f"row {number}" for number in range(len(table))])


def _object_index(table: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame | None:
    """Keep the index's labels, as Python objects."""
    if isinstance(table.index, pd.RangeIndex | pd.MultiIndex):
        return None
    return table.set_axis(table.index.astype(object))


TABLE_CHANGES = (
    TableChange("memory by row", _lay_out("C")),
    TableChange("memory by column", _lay_out("F")),
    TableChange("rows reversed", _reverse_rows),
    TableChange("rows shuffled", _shuffle_rows),
    TableChange("columns shuffled", _shuffle_columns),
    TableChange("float32", _to_float32, (_widen_float32, _write_out_float32)),
    TableChange("nullable dtypes", _to_nullable),
    TableChange("pyarrow dtypes", _to_pyarrow),
    TableChange("object dtypes", _to_object),
    TableChange("index of numbers", _number_index_from_1000),
    TableChange("index of text", _text_index),
    TableChange("index of objects", _object_index),
)
