"""Can these tables and choices be used, and if not, what should be put right?"""

from collections.abc import Iterable, Sequence
from importlib import import_module
from types import ModuleType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, MissingExtraError, TableError, shorten

Floats = NDArray[np.float64]


def columns(table: pd.DataFrame, needed: Sequence[str], what: str) -> None:
    """Refuse a table that lacks columns or has no row.

    Raises
    ------
    TableError
        Naming every missing column.
    """
    offered = shorten("、".join(map(str, table.columns)))
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise TableError(Fault(f"{what} の表に列がありません", f"今ある列: {offered}", column=column) for column in missing)
    if table.empty:
        raise TableError([Fault(f"{what} の表に行がありません", "絞り込みの条件を確かめてください")])


def numbers(
    table: pd.DataFrame,
    column: str,
    what: str,
    *,
    low: float = 0.0,
    high: float = np.inf,
    blank: bool = False,
    whole: bool = False,
) -> Floats:
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
    columns(table, [column], what)
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
            Fault(f"{what} の値が使えません", remedy, row=int(row) + 1, column=column, value=table[column].iloc[row])
            for row in bad
        )
    return found


def once(table: pd.DataFrame, keys: Sequence[str], what: str) -> None:
    """Refuse a table in which the same key stands in two rows.

    Raises
    ------
    TableError
    """
    columns(table, keys, what)
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


def one_of(value: object, offered: Iterable[str], option: str) -> str:
    """Give a choice that is among those offered.

    Raises
    ------
    ChoiceError
    """
    known = list(offered)
    if value not in known:
        raise ChoiceError(f"{option}=「{shorten(value)}」は選べません。{'・'.join(known)} から選んでください。")
    return str(value)


def between(value: float, option: str, *, low: float = 0.0, high: float = np.inf, above: bool = False) -> float:
    """Give a finite number within limits; ``above`` leaves ``low`` itself out.

    Raises
    ------
    ChoiceError
    """
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool) and np.isfinite(value)
    if not (number and low <= value <= high and not (above and value == low)):
        least = f"{low:g}より大きい" if above else f"{low:g}以上"
        most = "" if np.isinf(high) else f"{high:g}以下の"
        raise ChoiceError(f"{option}={shorten(value)} は使えません。{least}{most}数にしてください。")
    return float(value)


def optional(module: str, package: str, name: str = "planning") -> ModuleType:
    """Import an optional library.

    Raises
    ------
    MissingExtraError
        With the command that installs it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(f"{package} がありません。pip install 'dxkit[{name}]' を実行してください。") from error
