"""What does a study assume, between which limits, and who says so?

`table` checks a list of assumptions and lays it out as the table that `flips` takes.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from dxkit._checks import to_numbers
from dxkit.errors import Fault, TableError

COLUMNS = ("assumption", "value", "low", "high", "source")
NUMBER_COLUMNS = ("value", "low", "high")
# what a row without a source is: nobody has measured it
UNSOURCED = "仮定"

# the range between two larger limits has no place in a double
LARGEST = 1e300


def table(rows: Sequence[Mapping[str, object]] | pd.DataFrame) -> pd.DataFrame:
    """Check assumptions and lay them out, one row an assumption.

    Parameters
    ----------
    rows
        Mappings (or a table) with ``assumption`` (its name), ``value`` (what the study takes),
        ``low`` and ``high`` (between which it is plausible) and ``source``; a row without a source
        is marked 仮定.

    Returns
    -------
    pandas.DataFrame
        ``assumption, value, low, high, source``, in the order given.

    Raises
    ------
    TableError
        With every fault: a missing column, a name that is empty or stands twice, a number that is
        none, limits that do not enclose the value.

    Examples
    --------
    >>> table([{"assumption": "wind_ms", "value": 5, "low": 2, "high": 8, "source": "気象庁"}])
      assumption  value  low  high source
    0    wind_ms    5.0  2.0   8.0    気象庁
    """
    if isinstance(rows, str) or not np.iterable(rows):
        remedy = "1行を1つの辞書にしたリストか、表（DataFrame）を渡してください"
        raise TableError([Fault("仮定の表ではありません", remedy, value=rows)])
    # rows count from 0, whatever index the table had
    frame = pd.DataFrame(list(rows)) if not isinstance(rows, pd.DataFrame) else rows.copy()
    frame = frame.reset_index(drop=True)
    if "source" not in frame.columns:
        frame["source"] = UNSOURCED
    faults = [
        Fault("assumptions に列がありません", "5つの列をそろえてください", column=column)
        for column in COLUMNS
        if column not in frame.columns
    ]
    if frame.empty:
        faults.append(Fault("assumptions に行がありません", "仮定を1行以上入れてください"))
    if faults:
        raise TableError(faults)
    # a new selection of columns forgets where the table comes from
    attrs = dict(frame.attrs)
    checked = frame[list(COLUMNS)].astype({"assumption": object, "source": object})
    faults = [*_name_faults(checked), *_number_faults(checked)]
    if faults:
        raise TableError(faults)
    checked = checked.astype(dict.fromkeys(NUMBER_COLUMNS, float))
    checked["assumption"] = checked["assumption"].map(str)
    sources = checked["source"].where(checked["source"].notna(), "").map(str).str.strip()
    checked["source"] = sources.where(sources != "", UNSOURCED)
    checked.attrs = attrs
    return checked


def _name_faults(frame: pd.DataFrame) -> list[Fault]:
    """Find names that are empty or stand in two rows."""
    faults = []
    repeated = frame["assumption"].duplicated(keep=False)
    for row, name in enumerate(frame["assumption"]):
        if pd.isna(name) or not str(name).strip():
            fault = partial(Fault, "仮定の名前が空欄です", "名前を入れてください")
        elif repeated.iloc[row]:
            fault = partial(Fault, "同じ名前の仮定が2つ以上あります", "1つにまとめてください")
        else:
            continue
        faults.append(fault(row=row + 1, column="assumption", value=name))
    return faults


def _number_faults(frame: pd.DataFrame) -> list[Fault]:
    """Find cells that are no finite number, and limits that do not enclose the value."""
    numbers = pd.DataFrame({column: to_numbers(frame[column]) for column in NUMBER_COLUMNS})
    finite = numbers.abs() <= LARGEST
    faults = [
        Fault(
            "数ではありません",
            "有限の数にしてください",
            row=int(row) + 1,
            column=NUMBER_COLUMNS[column],
            value=frame[NUMBER_COLUMNS[column]].iloc[row],
        )
        for row, column in np.argwhere(~finite.to_numpy())
    ]
    enclosed = (numbers["low"] <= numbers["value"]) & (numbers["value"] <= numbers["high"])
    faults += [
        Fault(
            "low ≦ value ≦ high ではありません",
            "値が範囲の中に入るように直してください",
            row=int(row) + 1,
            column="value",
            value=frame["value"].iloc[row],
        )
        for row in np.flatnonzero(finite.all(axis=1) & ~enclosed)
    ]
    return faults
