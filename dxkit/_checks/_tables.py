"""Does a table have its columns, its numbers and its keys?"""

import warnings
from collections.abc import Hashable, Iterable, Sequence
from datetime import date, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit.errors import Fault, TableError, TableWarning, shorten

# what to do about a table without rows: the rows were most likely filtered away
EMPTY_REMEDY = "絞り込みの条件を確かめてください"
# what pandas would turn into numbers: time into nanoseconds or months since 1970, complex numbers
# into their real parts
NO_NUMBERS = (
    date, time, timedelta, np.datetime64, np.timedelta64, pd.Period, pd.Interval,
    complex, np.complexfloating, bytes,
)  # fmt: skip
LARGEST_DOUBLE = 10**300
LARGEST_WHOLE = 1e15
# what looks like an empty cell
BLANK_TEXTS = ("", " ", "　")
# Japan with its farthest islands, in degrees
SOUTH = 20.0
NORTH = 46.0
WEST = 122.0
EAST = 154.0


def require_table(table: object, what: str) -> None:
    """Refuse what is no table; one without rows is one.

    Raises
    ------
    TableError
    """
    if not isinstance(table, pd.DataFrame):
        remedy = "load や read_table で読んだ表を渡してください"
        raise TableError([Fault(f"{what} が表（DataFrame）ではありません", remedy, value=table)])


def require_one_heading(table: pd.DataFrame, what: str) -> None:
    """Refuse what is no table, and one whose columns are named in several steps.

    Raises
    ------
    TableError
    """
    require_table(table, what)
    if table.columns.nlevels > 1:
        remedy = '1段にしてください（例: table.columns = ["_".join(head) for head in table]）'
        raise TableError([Fault(f"{what} の見出しが{table.columns.nlevels}段です", remedy)])


def require_columns(table: pd.DataFrame, needed: Sequence[str], what: str) -> None:
    """Refuse a table that lacks columns, has one of them more than once, or has no row.

    Raises
    ------
    TableError
        Naming every missing or repeated column.
    """
    require_one_heading(table, what)
    missing = [column for column in needed if not _has_column(table, column)]
    if missing:
        # every missing column at once, with those that are there for comparison
        present = shorten("、".join(map(str, table.columns)))
        raise TableError(
            Fault(f"{what} の表に列がありません", f"今ある列: {present}", column=shorten(column))
            for column in missing
        )
    require_single_columns(table, needed, what)
    if table.empty:
        raise TableError([Fault(f"{what} の表に行がありません", EMPTY_REMEDY)])


def _has_column(table: pd.DataFrame, column: object) -> bool:
    """Look for a column; what no column can be called (a list, pd.NA) is none."""
    # None and NaN would find a heading that is missing
    is_name = isinstance(column, Hashable) and not (column is None or column is pd.NA)
    return is_name and column in table.columns


def require_single_columns(table: pd.DataFrame, needed: Iterable[Hashable], what: str) -> None:
    """Refuse a table in which a column that is read stands twice; others may repeat.

    Raises
    ------
    TableError
        Naming every such column.
    """
    require_one_heading(table, what)
    if table.columns.is_unique:
        return
    # which of them is meant nobody can say
    repeated = table.columns[table.columns.duplicated()].unique()
    faults = [
        Fault(
            f"{what} に同じ名前の列が2つ以上あります", "列の名前を変えてください", column=str(head)
        )
        for head in dict.fromkeys(needed)
        if head in repeated
    ]
    if faults:
        raise TableError(faults)


def to_numbers(cells: "pd.Series[Any]") -> FloatArray:
    """Convert cells to numbers, NaN where one is none.

    Numbers that a spreadsheet stored as text are read; other text, dates, months, spans of time,
    complex numbers, and True or False among numbers are none.

    Examples
    --------
    >>> to_numbers(pd.Series(["3", "多い", 2, None, pd.Timestamp("2026-04-01")])).tolist()
    [3.0, nan, 2.0, nan, nan]
    """
    kind = getattr(cells.dtype, "kind", "O")
    if kind in "mMc" or isinstance(cells.dtype, pd.PeriodDtype | pd.IntervalDtype):
        return np.full(len(cells), np.nan)
    if kind == "O" and not isinstance(cells.dtype, pd.StringDtype):
        cells = cells.astype(object)
        is_other = np.array([_is_no_number(cell) for cell in cells], dtype=bool)
        # a column of True and False counts; one of them among numbers is a slip
        is_flag = np.array([isinstance(cell, bool | np.bool_) for cell in cells], dtype=bool)
        if not (is_flag | cells.isna()).all():
            is_other |= is_flag
        cells = cells.where(~is_other, None)
    return pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _is_no_number(cell: object) -> bool:
    """Check for what pandas would turn into a number, or fail at: whole numbers without end."""
    is_endless = isinstance(cell, int) and abs(cell) > LARGEST_DOUBLE
    return is_endless or isinstance(cell, NO_NUMBERS)


def read_numbers(
    table: pd.DataFrame,
    column: str,
    what: str,
    *,
    low: float = 0.0,
    high: float = np.inf,
    blank: bool = False,
    whole: bool = False,
    rows: BoolArray | None = None,
) -> FloatArray:
    """Read a column of finite numbers within limits; every row that is none is named.

    Parameters
    ----------
    table, column, what
        The table, its column, and what to call the table in a message.
    low, high
        Limits, both allowed.
    blank
        Empty cells are allowed (NaN).
    whole
        Only whole numbers are allowed.
    rows
        Which rows are read; the cells of the others may hold anything (NaN).

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    TableError
    """
    require_columns(table, [column], what)
    # of larger numbers, not every whole one can be told from its neighbour
    high = min(high, LARGEST_WHOLE) if whole else high
    cells = table[column]
    if isinstance(cells.dtype, np.dtype) and cells.dtype.kind in "fiu":
        numbers = np.asarray(cells, dtype=np.float64)
    else:
        numbers = to_numbers(cells)
    is_good = np.isfinite(numbers) & (numbers >= low) & (numbers <= high)
    if whole:
        # rounding infinity would warn
        is_good &= numbers == np.round(np.where(np.isfinite(numbers), numbers, 0.0))
    if blank:
        # text that is no number is NaN by now, too, but its cell is not empty
        is_good |= np.asarray(table[column].isna(), dtype=bool)
    if rows is not None:
        numbers = np.where(rows, numbers, np.nan)
        is_good |= ~rows
    bad_rows = np.flatnonzero(~is_good)
    # the remedy names the limits in the words of the caller's call
    if bad_rows.size:
        limits = f"{low:.15g}以上の" if np.isinf(high) else f"{low:.15g}〜{high:.15g}の"
        remedy = f"{limits}{'整数' if whole else '数'}にしてください"
        raise TableError(
            Fault(
                f"{what} の値が使えません",
                remedy,
                row=int(row) + 1,
                column=column,
                value=table[column].iloc[row],
            )
            for row in bad_rows
        )
    return numbers


def require_unique_rows(table: pd.DataFrame, keys: Sequence[str], what: str) -> None:
    """Refuse a table in which the same key stands in two rows, or is blank in one.

    Raises
    ------
    TableError
    """
    require_columns(table, keys, what)
    require_filled(table, keys, what)
    # the second and later rows of a key; the first is not at fault
    repeated = table.loc[table.duplicated(list(keys)), list(keys)]
    if len(repeated):
        raise TableError(
            Fault(
                f"{what} に同じ行が2つ以上あります",
                "1つにまとめてください",
                column="・".join(keys),
                value="・".join(map(str, row)),
            )
            for row in repeated.itertuples(index=False)
        )


def require_filled(table: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    """Refuse a table with blanks in columns by which its rows are counted or found.

    Raises
    ------
    TableError
        Naming every blank cell, or column that is missing.
    """
    require_columns(table, columns, what)
    faults = [fault for column in columns for fault in find_blank_cells(table, column, what)]
    if faults:
        raise TableError(faults)


def find_blank_cells(table: pd.DataFrame, column: str, what: str) -> list[Fault]:
    """Find the rows without a key, which would drop out of every comparison without a word.

    Returns
    -------
    list of Fault
        One a cell, with its row as the table's first, second, …
    """
    cells = table[column]
    # numbers of Arrow refuse to be compared with texts
    is_blank = cells.isna() | np.asarray(cells.astype("object").isin(BLANK_TEXTS))
    return [
        Fault(
            f"{what} に空欄があります",
            "値を入れるか、行を除いてください",
            row=int(row) + 1,
            column=column,
        )
        for row in np.flatnonzero(is_blank)
    ]


def find_stray_words(
    table: pd.DataFrame, column: str, words: Sequence[str], what: str, *, blank: bool = False
) -> list[Fault]:
    """Find the cells of a column that hold none of the words offered.

    Parameters
    ----------
    table
        The table.
    column
        Its column.
    words
        What may stand there.
    what
        The table's name in messages.
    blank
        Whether a blank is allowed.

    Returns
    -------
    list of Fault
        One a cell, with its row as the table's first, second, …
    """
    cells = table[column]
    is_stray = ~cells.isin(list(words)) & ~(cells.isna() & blank)
    return [
        Fault(
            f"{what} の値が選択肢にありません",
            f"{'・'.join(words)} から選んでください",
            row=int(row) + 1,
            column=column,
            value=cells.iloc[row],
        )
        for row in np.flatnonzero(is_stray.to_numpy(dtype=bool))
    ]


def read_coordinates(table: pd.DataFrame, what: str) -> tuple[FloatArray, FloatArray]:
    """Read latitude and longitude of each row, in degrees; places abroad are named in a warning."""
    lat = read_numbers(table, "lat", what, low=-90, high=90)
    lon = read_numbers(table, "lon", what, low=-180, high=180)
    is_abroad = (lat < SOUTH) | (lat > NORTH) | (lon < WEST) | (lon > EAST)
    if is_abroad.any():
        row = int(np.argmax(is_abroad))
        fault = Fault(
            f"{what} に、日本の外の位置が{int(is_abroad.sum())}行あります（そのまま使います）",
            "緯度と経度が逆でないか、0 が入っていないか確かめてください",
            row=row + 1,
            column="lat・lon",
            value=f"{lat[row]:.15g}, {lon[row]:.15g}",
        )
        warnings.warn(str(fault), TableWarning, stacklevel=3)
    return lat, lon
