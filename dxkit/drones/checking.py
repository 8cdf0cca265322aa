"""Can these tables and choices be used, and if not, what should be put right?"""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from dxkit.errors import ChoiceError, Fault, TableError, shorten

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def numbers(table: pd.DataFrame, column: str, what: str, *, low: float = -np.inf, high: float = np.inf) -> Floats:
    """Give a column of finite numbers within limits; every row that is none is named.

    Raises
    ------
    TableError
    """
    if column not in table.columns:
        offered = shorten("、".join(map(str, table.columns)))
        raise TableError([Fault(f"{what} の表に列がありません", f"今ある列: {offered}", column=column)])
    if table.empty:
        raise TableError([Fault(f"{what} の表に行がありません", "絞り込みの条件を確かめてください")])
    found = np.asarray(pd.to_numeric(table[column], errors="coerce"), dtype=np.float64)
    bad = np.flatnonzero(~(np.isfinite(found) & (found >= low) & (found <= high)))
    if bad.size:
        limits = f"{low:g}以上の数" if np.isinf(high) else f"{low:g}〜{high:g}の数"
        raise TableError(
            Fault(
                f"{what} の値が使えません",
                f"{limits}にしてください",
                row=int(row) + 1,
                column=column,
                value=table[column].iloc[row],
            )
            for row in bad
        )
    return found


def degrees(table: pd.DataFrame, what: str) -> tuple[Floats, Floats]:
    """Give latitude and longitude of each row."""
    return numbers(table, "lat", what, low=-90, high=90), numbers(table, "lon", what, low=-180, high=180)


def names(table: pd.DataFrame, column: str, what: str) -> pd.Index:
    """Give what each row is called: the column, or else the index; each name once.

    Raises
    ------
    TableError
    """
    found: pd.Index = pd.Index(table[column] if column in table.columns else table.index, name=column)
    if found.has_duplicates:
        twice = found[found.duplicated()].unique()
        raise TableError(
            Fault(f"{what} に同じ名前が2つ以上あります", "1つにまとめてください", column=column, value=each) for each in twice
        )
    return found


def whole(count: object, most: int, option: str = "count") -> int:
    """Give a number of bases from 1 to as many as there are candidates.

    Raises
    ------
    ChoiceError
    """
    if isinstance(count, (bool, np.bool_)) or not isinstance(count, (int, np.integer)) or not 1 <= count <= most:
        raise ChoiceError(f"{option}={shorten(count)} は使えません。1〜{most}（候補地の数）の整数にしてください。")
    return int(count)


def positive(value: float, option: str) -> float:
    """Give a finite number above 0.

    Raises
    ------
    ChoiceError
    """
    if not (np.isfinite(value) and value > 0):
        raise ChoiceError(f"{option}={shorten(value)} は使えません。0より大きい数にしてください。")
    return float(value)


def positions(chosen: Iterable[Hashable], offered: pd.Index, option: str = "fixed") -> Places:
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


def matrix(distance_km: ArrayLike | pd.DataFrame, demand: pd.Index, bases: pd.Index) -> Floats:
    """Give a user's own distances as an array: rows as demand, columns as bases; a labelled table is put in their order.

    Raises
    ------
    TableError
    """
    if isinstance(distance_km, pd.DataFrame) and set(bases) <= set(distance_km.columns) and set(demand) <= set(distance_km.index):
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


def counts(chosen: int | Sequence[int], most: int) -> list[int]:
    """Give numbers of bases, ascending, each once."""
    asked = range(1, chosen + 1) if isinstance(chosen, (int, np.integer)) else chosen
    return sorted({whole(each, most, "counts") for each in asked})
