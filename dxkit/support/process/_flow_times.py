"""How many minutes of work and of waiting does a case take, and where does it wait longest?"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.process._steps import DAY_MIN, count_visits, read_process, sum_work

LONGEST_WAIT = "いちばん長い待ち"
BOTTLENECK = "いちばん手が足りない担当"


@accepts_any_table("steps")
def flow_times(
    steps: pd.DataFrame, *, per_day: float | None = None, day_min: float = DAY_MIN
) -> pd.DataFrame:
    """Add up work and waiting over the steps of a process, repeats counted.

    Parameters
    ----------
    steps
        One row a step of one process: ``order, step, who, work_min`` (minutes of work on one case),
        ``wait_min`` (minutes of working time that a case waits before this step although somebody
        is free: post, closing days, meetings) and, where known, ``staff`` (people who share the
        work of ``who``, 1 by default), ``sent_back`` (share sent back after this step, 0–1),
        ``back_to`` (order of the step it goes back to; by default the one before), ``medium``. The
        form ``process`` (`dxkit.loaders.write_form`).
    per_day
        New cases a day; gives ``utilisation``.
    day_min
        Minutes of working time a day.

    Returns
    -------
    pandas.DataFrame
        One row a step in order: the columns handed in, ``passes`` (times that a case passes),
        ``work_case_min, wait_case_min`` (minutes a case, repeats counted), ``time_share`` (of the
        whole time), ``pool_min`` (minutes of work that a case brings to each person of ``who``
        over all steps), ``utilisation`` (share of the day of ``who``; missing without ``per_day``)
        and ``remark``: where the wait is longest, and whose day is the fullest (the bottleneck).
        ``.attrs["settings"]``: ``work_min, wait_min, days, work_share, longest_wait, bottleneck,
        most_per_day`` (cases a day at which the bottleneck's day is full).

    Raises
    ------
    TableError
        Naming every cell that cannot be used.
    ChoiceError
        If an option is no number that can be used.

    Notes
    -----
    Sums of means: nobody queues for anybody. Where the day of one is nearly full, a case takes much
    longer (`simulate`).

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({"order": [1, 2], "step": ["受付", "審査"], "who": ["窓口", "担当"]})
    >>> steps = steps.assign(work_min=[10, 30], wait_min=[0, 465], sent_back=[0, 0.5])
    >>> times = flow_times(steps, per_day=6)
    >>> figures = ["step", "passes", "work_case_min", "wait_case_min", "utilisation"]
    >>> times[figures].round(2).values.tolist()
    [['受付', 2.0, 20.0, 0.0, 0.26], ['審査', 2.0, 60.0, 930.0, 0.77]]
    """
    _checks.require_number(day_min, "day_min", low=1.0, high=1440.0)
    if per_day is not None:
        _checks.require_number(per_day, "per_day", high=100_000.0)
    process = read_process(steps)
    # repeats after a return count as often as they happen
    visits = count_visits(process)
    work = visits * process.work_min
    waits = visits * process.wait_min
    total_min = float(work.sum() + waits.sum())
    pool_min = sum_work(process) / process.staff
    table = process.table.assign(
        passes=visits,
        work_case_min=work,
        wait_case_min=waits,
        time_share=(work + waits) / total_min if total_min else 0.0,
        pool_min=pool_min[process.pool_of],
        utilisation=np.nan if per_day is None else per_day * pool_min[process.pool_of] / day_min,
    )
    # the first of several with the same load
    fullest = int(pool_min.argmax())
    table["remark"] = [
        "、".join(
            [LONGEST_WAIT] * bool(waits[place] == waits.max() > 0)
            + [BOTTLENECK] * bool(pool_min[process.pool_of[place]] == pool_min.max() > 0)
        )
        for place in range(len(process.steps))
    ]
    result = carry_provenance(table, steps)
    result.attrs["settings"] = {
        "day_min": day_min,
        "per_day": per_day,
        "work_min": float(work.sum()),
        "wait_min": float(waits.sum()),
        "days": total_min / day_min,
        "work_share": float(work.sum()) / total_min if total_min else float("nan"),
        "longest_wait": process.steps[int(waits.argmax())] if waits.max() > 0 else "",
        "bottleneck": process.pools[fullest],
        "most_per_day": float(day_min / pool_min[fullest]) if pool_min[fullest] else float("inf"),
    }
    return result
