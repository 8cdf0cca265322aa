"""Does a table have its columns, its numbers and its keys?"""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit.errors import Fault, TableError, shorten

# what to do about a table without rows: the rows were most likely filtered away
EMPTY_REMEDY = "絞り込みの条件を確かめてください"


def require_table(table: object, what: str) -> None:
    """Refuse what is no table; one without rows is one.

    Raises
    ------
    TableError
    """
    if not isinstance(table, pd.DataFrame):
        remedy = "load や read_table で読んだ表を渡してください"
        raise TableError([Fault(f"{what} が表（DataFrame）ではありません", remedy, value=table)])


def require_columns(table: pd.DataFrame, needed: Sequence[str], what: str) -> None:
    """Refuse a table that lacks columns, has one of them more than once, or has no row.

    Raises
    ------
    TableError
        Naming every missing or repeated column.
    """
    require_table(table, what)
    missing = [column for column in needed if column not in table.columns]
    if missing:
        # every missing column at once, with those that are there for comparison
        present = shorten("、".join(map(str, table.columns)))
        raise TableError(
            Fault(f"{what} の表に列がありません", f"今ある列: {present}", column=column)
            for column in missing
        )
    require_single_columns(table, needed, what)
    if table.empty:
        raise TableError([Fault(f"{what} の表に行がありません", EMPTY_REMEDY)])


def require_single_columns(table: pd.DataFrame, needed: Iterable[Hashable], what: str) -> None:
    """Refuse a table in which a column that is read stands twice; others may repeat.

    Raises
    ------
    TableError
        Naming every such column.
    """
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
    # numbers that a spreadsheet stored as text are read, other text becomes NaN
    numbers = np.asarray(pd.to_numeric(table[column], errors="coerce"), dtype=np.float64)
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
    """Refuse a table in which the same key stands in two rows.

    Raises
    ------
    TableError
    """
    require_columns(table, keys, what)
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
    """Read latitude and longitude of each row, in degrees."""
    return read_numbers(table, "lat", what, low=-90, high=90), read_numbers(
        table, "lon", what, low=-180, high=180
    )
