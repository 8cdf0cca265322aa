"""Which of several changes saves most days, and which most hours?"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dxkit.errors import ChoiceError
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.process._change_steps import Changes
from dxkit.support.process._compare_changes import compare_changes


@accepts_any_table("steps")
def compare_plans(
    steps: pd.DataFrame, plans: Mapping[str, Changes], *, per_day: float, **options: Any
) -> pd.DataFrame:
    """Simulate several plans for the same process, each against the process as it is.

    Parameters
    ----------
    steps
        As for `flow_times`.
    plans
        Name of a plan → its changes (`change_steps`).
    per_day, options
        As for `simulate`.

    Returns
    -------
    pandas.DataFrame
        One row a plan, in the order given: ``plan, days_difference`` (mean days until done, after
        less before) with ``low, high`` (5 % and 95 % of the runs), ``sum_difference`` (days by the
        plain sum of the means), ``hours_difference`` (staff hours a day), ``overloaded`` (those
        whose day is still too full, separated by 、).

    Raises
    ------
    ChoiceError
        If there is no plan, or a plan names what is not there.
    TableError
        If the steps cannot be used.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({"order": [1], "step": ["審査"], "who": ["担当"], "work_min": [60.0]})
    >>> plans = {"短くする": {"審査": {"work_min": 45}}, "増やす": {"審査": {"staff": 2}}}
    >>> table = compare_plans(steps.assign(wait_min=0), plans, per_day=7, draws=4)
    >>> table[["plan", "sum_difference"]].round(3).values.tolist()
    [['短くする', -0.032], ['増やす', 0.0]]
    >>> bool((table["days_difference"] < -0.2).all())
    True
    """
    if not isinstance(plans, Mapping) or not plans:
        raise ChoiceError(
            '案を {"案の名前": {"手順の名前": {"work_min": 10}}} のように書いてください。'
        )
    rows = []
    for name, changes in plans.items():
        table = compare_changes(steps, changes, per_day=per_day, **options)
        measures = table.set_index("measure")
        # the days are what people ask for first; hours tell who pays for them
        days = measures.loc["days_mean"]
        rows.append(
            {
                "plan": str(name),
                "days_difference": days["difference"],
                "low": days["low"],
                "high": days["high"],
                "sum_difference": days["sum_difference"],
                "hours_difference": measures.loc["staff_hours_day", "difference"],
                "overloaded": "、".join(table.attrs["settings"]["overloaded_after"]),
            }
        )
    return carry_provenance(pd.DataFrame(rows), steps)
