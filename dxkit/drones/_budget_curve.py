"""What is the best that each number of bases can do, and from which number on do more bring little?

The maximal covering location problem for every number, and the elbow of the curve.
"""

from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import Executor

import numpy as np
import pandas as pd
import scipy.sparse as sp
from tqdm.auto import tqdm

from dxkit import _checks
from dxkit._arrays import FloatArray, IntArray
from dxkit._keywords import accepts_old_keywords
from dxkit._optimise.cover import ColumnChoice
from dxkit._optimise.mclp import maximise_coverage
from dxkit.drones._base_ranges import Range
from dxkit.drones._detours import NoFly
from dxkit.drones._origin import mark_origin
from dxkit.drones._reach import Distances
from dxkit.drones._siting_problem import (
    SitingProblem,
    explain_solver_errors,
    read_base_count,
    read_siting_problem,
)
from dxkit.drones._siting_result import build_siting
from dxkit.schema import accepts_any_table


@accepts_old_keywords(seconds="time_limit_s", progress="show_progress")
@accepts_any_table("demand", "candidates")
def budget_curve(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    counts: int | Sequence[int] = 20,
    range_km: Range,
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
    time_limit_s: float | None = None,
    executor: Executor | None = None,
    show_progress: bool = False,
) -> pd.DataFrame:
    """Compute the best that each number of bases can do.

    Parameters
    ----------
    counts
        Numbers of bases; one number n stands for 1 … n. With ``fixed``, numbers below that of the
        fixed ones are left out.
    time_limit_s
        For each number, as for `best_bases`.
    executor
        Spreads the numbers over a machine's cores or a cluster; the answer is the same.
    show_progress
        Show a bar.
    demand, candidates, range_km, weight, fixed, no_fly, distance_km
        As for `best_bases`.

    Returns
    -------
    pandas.DataFrame
        One row a number: ``count, covered`` (weight), ``share, added`` (to the row before),
        ``bound, gap`` (0: proven), ``elbow`` (the one row from which on more bases bring clearly
        less), ``worst_code, worst_share`` (the municipality with the smallest covered share; where
        the demand has ``code``) and ``bases`` (a tuple of names).

    Raises
    ------
    TableError, ChoiceError
        As `best_bases`.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame(
    ...     {"lat": [35.0, 35.0, 35.1], "lon": [134.0, 134.01, 134.0], "people": [10, 20, 25]}
    ... )
    >>> sites = pd.DataFrame(
    ...     {"base": ["駅", "役場"], "lat": [35.0, 35.1], "lon": [134.005, 134.0]}
    ... )
    >>> budget_curve(people, sites, counts=2, range_km=2)[["count", "covered", "bases"]]
       count  covered    bases
    0      1     30.0     (駅,)
    1      2     55.0  (駅, 役場)
    """
    _checks.require_flag(show_progress, "show_progress")
    _checks.require_executor(executor, "map")
    problem = read_siting_problem(
        demand,
        candidates,
        range_km=range_km,
        weight=weight,
        fixed=fixed,
        no_fly=no_fly,
        distance_km=distance_km,
    )
    numbers = _checks.read_counts(counts, len(problem.names))
    if numbers[-1] < len(problem.fixed):
        # no number is large enough: refused with the words of a single number
        read_base_count(numbers[-1], problem)
    numbers = [number for number in numbers if number >= len(problem.fixed)]
    limit_s = _checks.read_time_limit(time_limit_s)
    matrix, weights, fixed_positions = problem.solver_input()
    # one job a number: they do not depend on each other
    jobs = [(matrix, weights, number, fixed_positions, limit_s) for number in numbers]
    with explain_solver_errors():
        answers = executor.map(_run_job, jobs) if executor is not None else map(_run_job, jobs)
        # an executor gives its answers in the order of the jobs
        bar = tqdm(answers, total=len(jobs), desc="拠点数", disable=not show_progress)
        choices = list(bar)
    table = pd.DataFrame(
        [
            _describe_point(problem, number, choice)
            for number, choice in zip(numbers, choices, strict=True)
        ]
    )
    covered = table["covered"].to_numpy(float)
    # the first row adds all that it covers
    table.insert(3, "added", table["covered"].diff().fillna(table["covered"]))
    elbow = _find_elbow(table["count"].to_numpy(float), covered)
    table.insert(6, "elbow", table.index == elbow)
    is_reproducible = all(choice.is_reproducible for choice in choices)
    table.attrs["settings"] = {**problem.settings, "reproducible": is_reproducible}
    return mark_origin(table, *problem.inputs)


def _find_elbow(counts: FloatArray, values: FloatArray) -> int:
    """Find the row that lies highest above the line from the first to the last point of a curve."""
    if len(counts) < 3 or values[-1] == values[0]:
        return 0
    # both axes from 0 to 1, so that neither unit decides where the elbow lies
    along = (counts - counts[0]) / (counts[-1] - counts[0])
    return int(np.argmax((values - values[0]) / (values[-1] - values[0]) - along))


def _describe_point(problem: SitingProblem, number: int, choice: ColumnChoice) -> dict[str, object]:
    """Write one row of the curve."""
    siting = build_siting(problem, choice)
    point: dict[str, object] = {
        "count": number,
        "covered": siting.value,
        "share": siting.share,
        "bound": siting.bound,
        "gap": siting.gap,
    }
    # without codes, or without weight anywhere, nobody is worst off
    if siting.by_code["share"].notna().any():
        worst = int(np.nanargmin(siting.by_code["share"].to_numpy(float)))
        point |= {
            "worst_code": siting.by_code["code"].iloc[worst],
            "worst_share": siting.by_code["share"].iloc[worst],
        }
    return point | {"bases": tuple(problem.names[np.sort(problem.base_order[choice.columns])])}


def _run_job(job: tuple[sp.csr_array, FloatArray, int, IntArray, float | None]) -> ColumnChoice:
    """Solve one number of bases; a function of one argument, for an executor's map."""
    matrix, weights, number, fixed, limit_s = job
    return maximise_coverage(matrix, weights, number, fixed=fixed, time_limit_s=limit_s)
