"""What does a change of one step do to days until done and to staff hours?"""

import pandas as pd

from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.process._change_steps import Changes, change_steps
from dxkit.support.process._simulate import QUANTILES, Simulation, simulate
from dxkit.support.process._steps import DAY_MIN


@accepts_any_table("steps")
def compare_changes(
    steps: pd.DataFrame,
    changes: Changes,
    *,
    per_day: float,
    days: float = 60,
    warm_up_days: float = 60,
    draws: int = 10,
    work_variation: float = 0.5,
    day_min: float = DAY_MIN,
    seed: int = 0,
) -> pd.DataFrame:
    """Simulate a process before and after a change, with the same cases.

    Parameters
    ----------
    steps
        As for `flow_times`.
    changes
        As for `change_steps`.
    per_day, days, warm_up_days, draws, work_variation, day_min, seed
        As for `simulate`.

    Returns
    -------
    pandas.DataFrame
        One row a measure of `simulate`: ``measure, label, unit, before, after, difference`` (after
        less before), ``low, high`` (5 % and 95 % of the runs' differences), and what the plain sum
        of the means says: ``sum_before, sum_after, sum_difference`` (missing where it says
        nothing). ``.attrs["settings"]``: as for `simulate`, with ``overloaded`` before and
        ``overloaded_after``.

    Raises
    ------
    TableError, ChoiceError
        As for `change_steps` and `simulate`.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({"order": [1], "step": ["審査"], "who": ["担当"], "work_min": [60.0]})
    >>> change = {"審査": {"work_min": 45}}
    >>> table = compare_changes(steps.assign(wait_min=0), change, per_day=7, draws=4, seed=1)
    >>> days = table.set_index("measure").loc["days_mean"]
    >>> bool(days["difference"] < 3 * days["sum_difference"] < 0)
    True
    """
    options = {
        "per_day": per_day,
        "days": days,
        "warm_up_days": warm_up_days,
        "work_variation": work_variation,
        "day_min": day_min,
    }
    before = simulate(steps, draws=draws, seed=seed, **options)
    after = simulate(change_steps(steps, changes), draws=draws, seed=seed, **options)
    table = before.table[["measure", "label", "unit"]].copy()
    table["before"] = before.table["mean"]
    table["after"] = after.table["mean"]
    table["difference"] = table["after"] - table["before"]
    # run by run, as each run meets the same cases before and after
    differences = _list_runs(after) - _list_runs(before)
    table["low"] = differences.quantile(QUANTILES[0]).loc[table["measure"]].to_numpy()
    table["high"] = differences.quantile(QUANTILES[1]).loc[table["measure"]].to_numpy()
    table["sum_before"] = before.table["sum"]
    table["sum_after"] = after.table["sum"]
    table["sum_difference"] = table["sum_after"] - table["sum_before"]
    table.attrs = {}
    result = carry_provenance(table, steps)
    result.attrs["settings"] = before.settings | {
        "overloaded_after": after.settings["overloaded"],
        "changes": {
            step: None if change is None else dict(change) for step, change in changes.items()
        },
    }
    return result


def _list_runs(outcome: Simulation) -> pd.DataFrame:
    """List the measures of each run: one row a run, one column a measure."""
    return outcome.runs.pivot_table(index="run", columns="measure", values="value")
