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

from dxkit._checks import read_list, require_function, require_number, require_table
from dxkit.assumptions._answer_difference import (
    Figures,
    Namings,
    largest_difference,
    take_apart,
)
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
    changes: str | tuple[str, ...] = CHANGE_NAMES,
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
        objects``. One thread instead of several is always tried, and whether the call leaves its
        tables as they were (``input left alone``).
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
        If a change is unknown, or ``tolerance`` is no number from 0.
    TableError
        If ``tables`` is neither a table nor tables by keyword.

    Notes
    -----
    Rows of an answer are compared by label (the index, or the columns of words), so an answer in
    the order of its input is no difference. ``float32`` is compared with the same figures as
    doubles, of which there are two honest readings: all digits of the binary number, or the
    shortest decimal that names it (0.725, not 0.7250000238); an answer that agrees with either is
    the same. This is a metamorphic test (Chen et al. 1998): it finds answers that depend
    on what they should not, and cannot say that an answer is right.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"code": ["28201", "28202"], "people": [3.0, 5.0]})
    >>> report = doubt(lambda t: {"first": t["people"].iloc[0]}, table, changes=("rows reversed",))
    >>> report[["change", "outcome", "largest_difference"]]
                 change outcome  largest_difference
    0  input left alone    same                 0.0
    1     rows reversed   moved                 0.4
    2        one thread    same                 0.0
    """
    require_function(call, "call")
    changes = tuple(read_list(changes, "changes"))
    unknown = [name for name in changes if name not in CHANGE_NAMES]
    if unknown:
        raise ChoiceError(
            f"changes の「{unknown[0]}」はありません。"
            f"{'・'.join(CHANGE_NAMES)} から選んでください。"
        )
    require_number(tolerance, "tolerance")
    if not isinstance(tables, pd.DataFrame | Mapping):
        require_table(tables, "tables")
    by_name = {"": tables} if isinstance(tables, pd.DataFrame) else dict(tables)
    for name, table in by_name.items():
        require_table(table, f"tables[{name!r}]" if name else "tables")
    namings: Namings = {}
    # the first answer says how rows are named in all others
    copies = {name: table.copy() for name, table in by_name.items()}
    before = take_apart(_run(call, copies), namings)
    trial = _Trial(call, by_name, before, namings, tolerance, seed)
    rows = [
        (name, "input left alone", *_compare_input(by_name[name], copies[name])) for name in copies
    ]
    rows += [
        (name, change.name, *_try_change(trial, name, change))
        for name in by_name
        for change in TABLE_CHANGES
        if change.name in changes
    ]
    # sums of matrices must not hang on how many threads share them
    with threadpool_limits(limits=1):
        rows.append(("", "one thread", *_try_call(trial, {}, trial.before)))
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
    namings: Namings
    tolerance: float
    seed: int


def _run(call: Callable[..., Any], tables: Mapping[str, pd.DataFrame]) -> Any:
    return call(tables[""]) if list(tables) == [""] else call(**tables)


def _compare_input(table: pd.DataFrame, used: pd.DataFrame) -> tuple[str, float, str]:
    """Say whether a table that a call has used is still what it was."""
    is_same = used.equals(table) and used.columns.equals(table.columns)
    if is_same and used.index.equals(table.index) and list(used.attrs) == list(table.attrs):
        return "same", 0.0, ""
    return "moved", np.inf, "the table itself"


def _try_change(trial: _Trial, name: str, change: TableChange) -> tuple[str, float, str]:
    """Run the call with one table changed; return outcome, largest difference and place."""
    table = trial.tables[name]
    outcomes = []
    for reference in change.references:
        expected = reference(table)
        changed = change.apply(expected, np.random.default_rng(trial.seed))
        if changed is None:
            return "not applicable", 0.0, ""
        # a change of precision is compared with the answer to figures of that precision
        before = trial.before
        if expected is not table:
            try:
                before = _answer(trial, {name: expected})
            except DxkitError as error:
                # what is wrong with these figures is wrong in every precision
                outcomes.append(("not applicable", 0.0, str(error)))
                continue
        # either reading of a narrower number is honest, and one of them must be met throughout
        outcomes.append(_try_call(trial, {name: changed}, before))
        if outcomes[-1][0] == "same":
            break
    return min(outcomes, key=lambda outcome: outcome[1])


def _answer(trial: _Trial, replaced: Mapping[str, pd.DataFrame]) -> Figures:
    """Answer from the tables, some of them replaced; those that are not are handed over as copies.

    A changed table is handed over as it is: a copy may bring back the usual memory layout.
    """
    tables = {
        name: replaced[name] if name in replaced else table.copy()
        for name, table in trial.tables.items()
    }
    return take_apart(_run(trial.call, tables), trial.namings)


def _try_call(
    trial: _Trial, replaced: Mapping[str, pd.DataFrame], before: Figures
) -> tuple[str, float, str]:
    try:
        after = _answer(trial, replaced)
    except DxkitError as error:
        return "refused", np.inf, str(error)
    except Exception as error:  # noqa: BLE001 - whatever a call raises is what the report is for
        return "error", np.inf, f"{type(error).__name__}: {error}"
    difference, place = largest_difference(before, after)
    return ("moved" if difference > trial.tolerance else "same"), difference, place
