"""How much longer does a case take when more cases come a day?"""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.process._simulate import simulate


@accepts_any_table("steps")
def compare_volumes(steps: pd.DataFrame, per_day: Iterable[float], **options: Any) -> pd.DataFrame:
    """Simulate the same process with different numbers of new cases a day.

    Parameters
    ----------
    steps
        As for `flow_times`.
    per_day
        Numbers of new cases a day.
    options
        As for `simulate`.

    Returns
    -------
    pandas.DataFrame
        One row a number: ``per_day, utilisation`` (of whose day is the fullest), ``who`` (that is),
        ``queue_days, days_mean, days_p90`` (simulated), ``days_sum`` (the plain sum of the means).

    Raises
    ------
    ChoiceError
        If there is no number, or one cannot be used.
    TableError
        If the steps cannot be used.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({"order": [1], "step": ["審査"], "who": ["担当"], "work_min": [60.0]})
    >>> table = compare_volumes(steps.assign(wait_min=0), [3, 7], draws=4)
    >>> table[["utilisation", "days_sum"]].round(2).values.tolist()
    [[0.39, 0.13], [0.9, 0.13]]
    >>> bool(table["queue_days"].iloc[1] > 5 * table["queue_days"].iloc[0])
    True
    """
    # a text would be read letter by letter
    numbers = (
        list(per_day) if isinstance(per_day, Iterable) and not isinstance(per_day, str) else []
    )
    if not numbers:
        raise ChoiceError(
            f"per_day=「{shorten(per_day)}」は使えません。[4, 5, 6] のように件数を並べてください。"
        )
    rows = []
    for number in numbers:
        outcome = simulate(steps, per_day=number, **options)
        measures = outcome.table.set_index("measure")
        fullest = outcome.staff.iloc[int(outcome.staff["utilisation"].to_numpy().argmax())]
        rows.append(
            {
                "per_day": float(number),
                "utilisation": float(fullest["utilisation"]),
                "who": fullest["who"],
                "queue_days": measures.loc["queue_days", "mean"],
                "days_mean": measures.loc["days_mean", "mean"],
                "days_p90": measures.loc["days_p90", "mean"],
                "days_sum": measures.loc["days_mean", "sum"],
            }
        )
    return carry_provenance(pd.DataFrame(rows), steps)
