"""Would the answer be the same if the same data lay otherwise?

`doubt` reruns any call over other memory layouts, row and column orders, dtypes and indexes of its
tables, and reports what moved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from dxkit.assumptions._answer_difference import Figures, largest_difference, take_apart
from dxkit.assumptions._table_changes import TABLE_CHANGES, TableChange
from dxkit.errors import ChoiceError, DxkitError

# by how much two answers may differ: rounding in another order of summation
TOLERANCE = 1e-9
COLUMNS = ("table", "change", "outcome", "largest_difference", "place")
CHANGE_NAMES = tuple(change.name for change in TABLE_CHANGES)


def doubt(
    call: Callable[..., Any],
    tables: pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    changes: tuple[str, ...] = CHANGE_NAMES,
    tolerance: float = TOLERANCE,
    seed: int = 0,
) -> pd.DataFrame:
    """Rerun a call over other forms of the same tables, and report what moved.

    Parameters
    ----------
    call
        Takes the tables (one table as its only argument, or several by keyword) and returns an
        answer: a table, a result object, numbers, words. What is random in it needs a fixed seed.
    tables
        One table, or tables by keyword. They are not altered.
    changes
        Which changes to try; by default all: ``memory by row``, ``memory by column``, ``rows
        reversed``, ``rows shuffled``, ``columns shuffled``, ``float32``, ``nullable dtypes``,
        ``pyarrow dtypes``, ``object dtypes``, ``index of numbers``, ``index of text``, ``index of
        objects``. One thread instead of several is always tried.
    tolerance
        By how much a figure may differ, relative to its size where that is above 1.
    seed
        Of the shuffles.

    Returns
    -------
    pandas.DataFrame
        One row a table and change: ``table, change``, ``outcome`` (``"same"``, ``"moved"``,
        ``"refused"``: dxkit said what was wrong, ``"error"``: anything else was raised, ``"not
        applicable"``), ``largest_difference`` (infinite where a word or a row differs), ``place``
        (where it is, or the error). ``.attrs["moved"]`` counts the rows that are neither the same
        nor not applicable.

    Raises
    ------
    ChoiceError
        If a change is unknown.

    Notes
    -----
    Rows of an answer are compared by label (the index, or the columns of words), so an answer in
    the order of its input is no difference. ``float32`` is compared with the same figures rounded
    to single precision. This is a metamorphic test (Chen et al. 1998): it finds answers that depend
    on what they should not, and cannot say that an answer is right.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"code": ["28201", "28202"], "people": [3.0, 5.0]})
    >>> report = doubt(lambda t: {"first": t["people"].iloc[0]}, table, changes=("rows reversed",))
    >>> report[["change", "outcome", "largest_difference"]]
              change outcome  largest_difference
    0  rows reversed   moved                 0.4
    1     one thread    same                 0.0
    """
    unknown = [name for name in changes if name not in CHANGE_NAMES]
    if unknown:
        raise ChoiceError(
            f"changes の「{unknown[0]}」はありません。"
            f"{'・'.join(CHANGE_NAMES)} から選んでください。"
        )
    by_name = {"": tables} if isinstance(tables, pd.DataFrame) else dict(tables)
    trial = _Trial(call, by_name, take_apart(_run(call, by_name)), tolerance, seed)
    rows = [
        (name, change.name, *_try_change(trial, name, change))
        for name in by_name
        for change in TABLE_CHANGES
        if change.name in changes
    ]
    with threadpool_limits(limits=1):
        rows.append(("", "one thread", *_try_call(trial, by_name, trial.before)))
    report = pd.DataFrame(rows, columns=list(COLUMNS))
    quiet = report["outcome"].isin(["same", "not applicable"])
    report.attrs = {
        "moved": int((~quiet).sum()),
        "settings": {"tolerance": tolerance, "seed": seed, "changes": tuple(changes)},
    }
    return report


@dataclass(frozen=True)
class _Trial:
    """The call that is doubted, its tables, its answer to them, and how it is compared."""

    call: Callable[..., Any]
    tables: Mapping[str, pd.DataFrame]
    before: Figures
    tolerance: float
    seed: int


def _run(call: Callable[..., Any], tables: Mapping[str, pd.DataFrame]) -> Any:
    """Call with copies, so that a call which alters its input cannot spoil the comparison."""
    return _run_as_is(call, {name: table.copy() for name, table in tables.items()})


def _run_as_is(call: Callable[..., Any], tables: Mapping[str, pd.DataFrame]) -> Any:
    """Call without copying first: a copy may bring back the usual memory layout."""
    return call(tables[""]) if list(tables) == [""] else call(**tables)


def _try_change(trial: _Trial, name: str, change: TableChange) -> tuple[str, float, str]:
    """Run the call with one table changed; return outcome, largest difference and place."""
    table = trial.tables[name]
    reference = change.reference(table)
    changed = change.apply(reference, np.random.default_rng(trial.seed))
    if changed is None:
        return "not applicable", 0.0, ""
    # a change of precision is compared with the answer to figures of that precision
    is_same_table = reference is table
    before = trial.before
    if not is_same_table:
        before = take_apart(_run(trial.call, {**trial.tables, name: reference}))
    return _try_call(trial, {**trial.tables, name: changed}, before)


def _try_call(
    trial: _Trial, tables: Mapping[str, pd.DataFrame], before: Figures
) -> tuple[str, float, str]:
    try:
        after = take_apart(_run_as_is(trial.call, tables))
    except DxkitError as error:
        return "refused", np.inf, str(error)
    except Exception as error:  # noqa: BLE001 - whatever a call raises is what the report is for
        return "error", np.inf, f"{type(error).__name__}: {error}"
    difference, place = largest_difference(before, after)
    return ("moved" if difference > trial.tolerance else "same"), difference, place
