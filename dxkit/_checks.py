"""Can these tables and choices be used, and if not, what should be put right?

One check a function, with one wording for everybody: columns, numbers, keys, labels, choices and optional libraries.
"""

from collections.abc import Hashable, Iterable, Sequence
from importlib import import_module
from types import ModuleType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from dxkit._arrays import FloatArray, IntArray
from dxkit.errors import ChoiceError, Fault, MissingExtraError, TableError, shorten


def require_columns(table: pd.DataFrame, needed: Sequence[str], what: str) -> None:
    """Refuse a table that lacks columns or has no row.

    Raises
    ------
    TableError
        Naming every missing column.
    """
    offered = shorten("、".join(map(str, table.columns)))
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise TableError(
            Fault(f"{what} の表に列がありません", f"今ある列: {offered}", column=column)
            for column in missing
        )
    if table.empty:
        raise TableError(
            [Fault(f"{what} の表に行がありません", "絞り込みの条件を確かめてください")]
        )


def read_numbers(
    table: pd.DataFrame,
    column: str,
    what: str,
    *,
    low: float = 0.0,
    high: float = np.inf,
    blank: bool = False,
    whole: bool = False,
) -> FloatArray:
    """Give a column of finite numbers within limits; every row that is none is named.

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

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    TableError
    """
    require_columns(table, [column], what)
    found = np.asarray(pd.to_numeric(table[column], errors="coerce"), dtype=np.float64)
    good = np.isfinite(found) & (found >= low) & (found <= high)
    if whole:
        good &= found == np.round(np.where(np.isfinite(found), found, 0.0))
    if blank:
        good |= np.asarray(table[column].isna(), dtype=bool)
    bad = np.flatnonzero(~good)
    if bad.size:
        limits = f"{low:g}以上の" if np.isinf(high) else f"{low:g}〜{high:g}の"
        remedy = f"{limits}{'整数' if whole else '数'}にしてください"
        raise TableError(
            Fault(
                f"{what} の値が使えません",
                remedy,
                row=int(row) + 1,
                column=column,
                value=table[column].iloc[row],
            )
            for row in bad
        )
    return found


def require_unique_rows(table: pd.DataFrame, keys: Sequence[str], what: str) -> None:
    """Refuse a table in which the same key stands in two rows.

    Raises
    ------
    TableError
    """
    require_columns(table, keys, what)
    twice = table.loc[table.duplicated(list(keys)), list(keys)]
    if len(twice):
        raise TableError(
            Fault(
                f"{what} に同じ行が2つ以上あります",
                "1つにまとめてください",
                column="・".join(keys),
                value="・".join(map(str, row)),
            )
            for row in twice.itertuples(index=False)
        )


def require_choice(value: object, offered: Iterable[str], option: str) -> str:
    """Give a choice that is among those offered.

    Raises
    ------
    ChoiceError
    """
    known = list(offered)
    if value not in known:
        raise ChoiceError(
            f"{option}=「{shorten(value)}」は選べません。{'・'.join(known)} から選んでください。"
        )
    return str(value)


def require_number(
    value: float, option: str, *, low: float = 0.0, high: float = np.inf, above: bool = False
) -> float:
    """Give a finite number within limits; ``above`` leaves ``low`` itself out.

    Raises
    ------
    ChoiceError
    """
    number = (
        isinstance(value, (int, float, np.integer, np.floating))
        and not isinstance(value, bool)
        and np.isfinite(value)
    )
    if not (number and low <= value <= high and not (above and value == low)):
        least = f"{low:g}より大きい" if above else f"{low:g}以上"
        most = "" if np.isinf(high) else f"{high:g}以下の"
        raise ChoiceError(
            f"{option}={shorten(value)} は使えません。{least}{most}数にしてください。"
        )
    return float(value)


def import_extra(module: str, package: str, name: str = "planning") -> ModuleType:
    """Import an optional library.

    Raises
    ------
    MissingExtraError
        With the command that installs it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{package} がありません。pip install 'dxkit[{name}]' を実行してください。"
        ) from error


def read_coordinates(table: pd.DataFrame, what: str) -> tuple[FloatArray, FloatArray]:
    """Give latitude and longitude of each row."""
    return read_numbers(table, "lat", what, low=-90, high=90), read_numbers(
        table, "lon", what, low=-180, high=180
    )


def read_labels(table: pd.DataFrame, column: str, what: str) -> pd.Index:
    """Give what each row is called: the column, or else the index; each name once.

    Raises
    ------
    TableError
    """
    found: pd.Index = pd.Index(
        table[column] if column in table.columns else table.index, name=column
    )
    if found.has_duplicates:
        twice = found[found.duplicated()].unique()
        raise TableError(
            Fault(
                f"{what} に同じ名前が2つ以上あります",
                "1つにまとめてください",
                column=column,
                value=each,
            )
            for each in twice
        )
    return found


def require_count(count: object, most: int, option: str = "count") -> int:
    """Give a number of bases from 1 to as many as there are candidates.

    Raises
    ------
    ChoiceError
    """
    if (
        isinstance(count, (bool, np.bool_))
        or not isinstance(count, (int, np.integer))
        or not 1 <= count <= most
    ):
        raise ChoiceError(
            f"{option}={shorten(count)} は使えません。1〜{most}（候補地の数）の整数にしてください。"
        )
    return int(count)


def find_positions(
    chosen: Iterable[Hashable], offered: pd.Index, option: str = "fixed"
) -> IntArray:
    """Give where these names stand among those offered, each once.

    Raises
    ------
    ChoiceError
    """
    wanted = list(dict.fromkeys([chosen] if isinstance(chosen, str) else chosen))
    found = offered.get_indexer(pd.Index(wanted)) if wanted else np.arange(0)
    if (found < 0).any():
        first = "、".join(map(str, offered[:5]))
        raise ChoiceError(
            f"{option} の「{shorten(wanted[int(np.argmin(found))])}」は候補地にありません。次のように書いてください: {first}"
        )
    return np.asarray(found, dtype=np.intp)


def read_distance_matrix(
    distance_km: ArrayLike | pd.DataFrame, demand: pd.Index, bases: pd.Index
) -> FloatArray:
    """Give a user's own distances as an array: rows as demand, columns as bases; a labelled table is put in their order.

    Raises
    ------
    TableError
    """
    if (
        isinstance(distance_km, pd.DataFrame)
        and set(bases) <= set(distance_km.columns)
        and set(demand) <= set(distance_km.index)
    ):
        distance_km = distance_km.loc[list(demand), list(bases)]
    found = np.asarray(distance_km, dtype=np.float64)
    if found.shape != (len(demand), len(bases)):
        remedy = f"行が需要（{len(demand)}）、列が候補地（{len(bases)}）の表にしてください"
        raise TableError([Fault("distance_km の大きさが違います", remedy, value=found.shape)])
    if np.isnan(found).any() or (found < 0).any():
        row, column = np.argwhere(np.isnan(found) | (found < 0))[0]
        remedy = "行けない組は inf にしてください"
        raise TableError(
            [
                Fault(
                    "distance_km に使えない値があります",
                    remedy,
                    row=int(row) + 1,
                    column=str(bases[column]),
                    value=found[row, column],
                )
            ]
        )
    return found


def read_counts(chosen: int | Sequence[int], most: int) -> list[int]:
    """Give numbers of bases, ascending, each once."""
    asked = range(1, chosen + 1) if isinstance(chosen, (int, np.integer)) else chosen
    return sorted({require_count(each, most, "counts") for each in asked})
