"""How many days does a case take when it has to queue, and whose day is full?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance
from dxkit.support.process._queues import Passage, draw_cases, run_queues
from dxkit.support.process._steps import DAY_MIN, Process, count_visits, read_process, sum_work

# what is measured, with its label and its unit
MEASURES = {
    "days_mean": ("終わるまでの日数（平均）", "日"),
    "days_p90": ("10件のうち9件が終わる日数", "日"),
    "queue_days": ("うち順番待ち", "日"),
    "wait_days": ("うち決まった待ち", "日"),
    "work_hours": ("1件にかける職員の時間", "時間"),
    "staff_hours_day": ("1日の職員の時間", "時間"),
}
# most cases of one run: above it, it is not a process of one section
MOST_CASES = 100_000
QUANTILES = (0.05, 0.95)


@dataclass(frozen=True)
class Simulation(TableResult):
    """What became of the cases of a simulated office.

    Attributes
    ----------
    table
        One row a measure: ``measure, label, unit, mean`` (over all runs), ``low, high`` (5 % and
        95 % of the runs), ``sum`` (the plain sum of the means, without queues; missing where it
        says nothing).
    staff
        One row for each of those who do the steps: ``who, staff, utilisation`` (share of the day,
        from the means), ``work_hours_day`` (simulated), ``queue_days`` (that a case waits for
        them).
    runs
        One row a run and measure: ``run, measure, value``.
    settings
        As used; ``overloaded``: those whose work exceeds their day.
    """

    table: pd.DataFrame
    staff: pd.DataFrame
    runs: pd.DataFrame
    settings: dict[str, object]

    def _describe_method(self) -> MethodText:
        used = self.settings
        return MethodText(
            ja=(
                f"1日平均{used['per_day']:g}件がでたらめな間隔で届き、担当の手が空いた順に進むとして、"
                f"{used['warm_up_days']:g}日の助走のあとの{used['days']:g}日に届いた件を"
                f"{used['draws']}回シミュレーションした（作業時間の変動係数{used['work_variation']:g}）。",
            ),
            en=(
                f"Cases arrive at random, {used['per_day']:g} a day, and are served in turn; those "
                f"of {used['days']:g} days after {used['warm_up_days']:g} days of warm-up were "
                f"simulated {used['draws']} times (coefficient of variation of the work "
                f"{used['work_variation']:g}).",
            ),
            constants={"QUANTILES": QUANTILES},
        )

    def __repr__(self) -> str:
        days = self.table.set_index("measure").loc["days_mean"]
        return f"<終わるまで平均{days['mean']:.1f}日（単純な足し算では{days['sum']:.1f}日）>"

    def _list_notes(self) -> tuple[str, ...]:
        # days of such an office say only how long it was looked at
        names = self.settings["overloaded"]
        if not isinstance(names, list) or not names:
            return ()
        return (
            f"「{'、'.join(names)}」は1日の仕事が勤務時間を超えています。待ちは日ごとに増え続けるので、"
            "日数は目安になりません。",
        )


@accepts_any_table("steps")
def simulate(
    steps: pd.DataFrame,
    *,
    per_day: float,
    days: float = 60,
    warm_up_days: float = 60,
    draws: int = 10,
    work_variation: float = 0.5,
    day_min: float = DAY_MIN,
    seed: int = 0,
) -> Simulation:
    """Simulate cases that queue for the people who do the steps of a process.

    Parameters
    ----------
    steps
        As for `flow_times`.
    per_day
        New cases a working day, on average; they come at random.
    days, warm_up_days
        Working days whose new cases are counted, and days before them (the office starts empty).
    draws
        Runs with other random numbers.
    work_variation
        Standard deviation of the work on a case as a share of its mean: 0 (always the same) to 3.
    day_min
        Minutes of working time a day; days are working days.
    seed
        Of the random numbers. The same steps of another process meet the same cases.

    Returns
    -------
    Simulation

    Raises
    ------
    TableError
        Naming every cell that cannot be used.
    ChoiceError
        If an option cannot be used, or there would be too many cases.

    Notes
    -----
    First come, first served; nobody is ill or at lunch; whoever shares a step can do all of it.
    Work varies by a gamma distribution, waits do not. With one step this is the textbook's queue
    M/G/c, with whose formulas it is tested.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({"order": [1], "step": ["審査"], "who": ["担当"], "work_min": [60.0]})
    >>> outcome = simulate(steps.assign(wait_min=0), per_day=6, days=200, draws=4, seed=1)
    >>> outcome.staff[["who", "utilisation"]].round(2).values.tolist()
    [['担当', 0.77]]
    >>> days = outcome.table.set_index("measure").loc["days_mean"]
    >>> bool(days["mean"] > 2 * days["sum"])
    True
    """
    span = _Span(per_day, days, warm_up_days, day_min)
    span.require_numbers()
    _checks.require_whole_number(draws, "draws", high=10_000)
    # None would draw anew each time, and changes are compared on the same draws
    _checks.require_whole_number(seed, "seed", low=0, high=2**63 - 1)
    variation = _checks.require_number(work_variation, "work_variation", high=3.0)
    process = read_process(steps)
    rows = [
        {"run": run, "measure": measure, "value": value}
        for run in range(draws)
        for measure, value in _run_once(process, span, variation, (seed, run))
    ]
    runs = pd.DataFrame(rows)
    utilisation = per_day * sum_work(process) / process.staff / day_min
    settings: dict[str, object] = {
        "per_day": per_day,
        "days": days,
        "warm_up_days": warm_up_days,
        "draws": draws,
        "work_variation": work_variation,
        "day_min": day_min,
        "seed": seed,
        "overloaded": [
            name for name, share in zip(process.pools, utilisation, strict=True) if share >= 1
        ],
    }
    by_case = runs[runs["measure"].isin(MEASURES)].reset_index(drop=True)
    table = _summarise(by_case, sum_means(process, per_day, day_min))
    staff = _list_staff(process, utilisation, runs)
    # every table says where its steps came from
    for part in (table, staff, by_case):
        carry_provenance(part, steps)
        part.attrs["settings"] = settings
    return Simulation(table, staff, by_case, settings)


@dataclass(frozen=True)
class _Span:
    """How many cases come, and which of them count."""

    per_day: float
    days: float
    warm_up_days: float
    day_min: float

    def require_numbers(self) -> None:
        """Refuse numbers that cannot be used, or too many cases."""
        _checks.require_number(self.per_day, "per_day", above=True)
        _checks.require_number(self.days, "days", low=1.0, high=10_000.0)
        _checks.require_number(self.warm_up_days, "warm_up_days", high=10_000.0)
        _checks.require_number(self.day_min, "day_min", low=1.0, high=1440.0)
        cases = self.per_day * (self.warm_up_days + 2 * self.days)
        if cases > MOST_CASES:
            raise ChoiceError(
                f"1回に{cases:,.0f}件は多すぎます（{MOST_CASES:,}件まで）。"
                "per_day か days を小さくしてください。"
            )

    @property
    def start_min(self) -> float:
        return self.warm_up_days * self.day_min

    @property
    def end_min(self) -> float:
        return self.start_min + self.days * self.day_min

    @property
    def case_count(self) -> int:
        """Cases to be drawn: those after the counted ones keep the office as full as it was."""
        return int(np.ceil(self.per_day * (self.warm_up_days + 2 * self.days))) + 20


def _run_once(
    process: Process, span: _Span, variation: float, seed: tuple[int, int]
) -> Iterator[tuple[str, float]]:
    """Simulate one run; yield its measures, and the queue and work of each pool."""
    cases = draw_cases(
        count=span.case_count,
        gap_min=span.day_min / span.per_day,
        orders=process.table["order"].to_numpy(dtype=np.intp),
        variation=variation,
        seed=seed,
    )
    # those who come during the counted days
    arrivals = cases.arrival_min
    first, last = np.searchsorted(arrivals, [span.start_min, span.end_min])
    # a quiet spell in which nobody comes has at least the next case
    last = min(max(last, first + 1), len(arrivals))
    passage = run_queues(process, cases, variation=variation, last=int(last))
    yield from _measure(
        passage, arrivals, slice(int(min(first, last - 1)), int(last)), span, process
    )


def _measure(
    passage: Passage, arrivals: FloatArray, window: slice, span: _Span, process: Process
) -> Iterator[tuple[str, float]]:
    days = (passage.done_min[window] - arrivals[window]) / span.day_min
    # means over the cases that are counted
    work = passage.work_min[window].mean(axis=0)
    queues = passage.queue_min[window].mean(axis=0) / span.day_min
    # of the cases that came, not of those expected: few come in a quiet month
    arrived_per_day = len(days) / span.days
    yield "days_mean", float(days.mean())
    yield "days_p90", float(np.quantile(days, 0.9))
    yield "queue_days", float(queues.sum())
    yield "wait_days", float(passage.wait_min[window].mean() / span.day_min)
    yield "work_hours", float(work.sum() / 60)
    yield "staff_hours_day", float(work.sum() / 60 * arrived_per_day)
    for place in range(len(process.pools)):
        yield f"queue {place}", float(queues[place])
        yield f"work {place}", float(work[place] / 60 * arrived_per_day)


def sum_means(process: Process, per_day: float, day_min: float) -> dict[str, float]:
    """Sum the means over the steps, as if nobody ever queued."""
    visits = count_visits(process)
    work_min = float(visits @ process.work_min)
    wait_min = float(visits @ process.wait_min)
    return {
        "days_mean": (work_min + wait_min) / day_min,
        "queue_days": 0.0,
        "wait_days": wait_min / day_min,
        "work_hours": work_min / 60,
        "staff_hours_day": per_day * work_min / 60,
    }


def _summarise(runs: pd.DataFrame, sums: dict[str, float]) -> pd.DataFrame:
    groups = runs.groupby("measure")["value"]
    summary = pd.DataFrame(
        {
            "mean": groups.mean(),
            "low": groups.quantile(QUANTILES[0]),
            "high": groups.quantile(QUANTILES[1]),
        }
    ).loc[list(MEASURES)]
    # a measure that the sum says nothing of stays missing
    labels = pd.DataFrame(MEASURES, index=["label", "unit"]).T
    table = labels.join(summary).assign(sum=pd.Series(sums, dtype=float))
    return table.rename_axis("measure").reset_index()


def _list_staff(process: Process, utilisation: FloatArray, runs: pd.DataFrame) -> pd.DataFrame:
    means = runs.groupby("measure")["value"].mean()
    # pools are known by their place among the measures of a run
    places = range(len(process.pools))
    return pd.DataFrame(
        {
            "who": process.pools,
            "staff": process.staff,
            "utilisation": utilisation,
            "work_hours_day": [means[f"work {place}"] for place in places],
            "queue_days": [means[f"queue {place}"] for place in places],
        }
    )
