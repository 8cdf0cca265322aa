"""Where should bases stand so that people are reached twice?

Backup coverage (Hogan and ReVelle 1986) and expected coverage (Daskin 1983).
"""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._keywords import accepts_old_keywords
from dxkit._optimise.set_cover import maximise_backup
from dxkit.drones._base_ranges import Range
from dxkit.drones._detours import NoFly
from dxkit.drones._reach import Distances
from dxkit.drones._siting_problem import (
    explain_solver_errors,
    read_base_count,
    read_siting_problem,
)
from dxkit.drones._siting_result import Siting, build_siting
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table


@accepts_old_keywords(seconds="time_limit_s")
@accepts_any_table("demand", "candidates")
def backup(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    count: int,
    range_km: Range,
    values: Sequence[float] = (1.0, 0.3),
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
    time_limit_s: float | None = None,
) -> Siting:
    """Choose bases so that people are reached, and reached again when one base is out.

    Parameters
    ----------
    values
        What the first, second, … base within reach is worth for a place: (1, 0.3) backup; with each
        base out a share q of days, (1 − q, q(1 − q), …) is the expected coverage (Daskin 1983).
        They must not rise.
    demand, candidates, count, range_km, weight, fixed, no_fly, distance_km, time_limit_s
        As for `best_bases`.

    Returns
    -------
    Siting
        ``value`` and ``bound`` in weight times value; ``assigned["times"]`` says who is reached
        twice.

    Raises
    ------
    TableError, ChoiceError
        As `best_bases`, and if ``values`` rise or are negative.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame(
    ...     {"lat": [35.0, 35.0, 35.1], "lon": [134.0, 134.01, 134.0], "people": [10, 20, 5]}
    ... )
    >>> sites = pd.DataFrame(
    ...     {"base": ["駅", "役場", "学校"], "lat": [35.0, 35.1, 35.0], "lon": [134.0, 134.0, 134.01]}
    ... )
    >>> siting = backup(people, sites, count=2, range_km=2, values=(1, 0.3))
    >>> siting.bases["base"].tolist(), siting.value, siting.assigned["times"].tolist()
    (['駅', '学校'], 39.0, [2, 2, 0])
    """
    # wrong values are named before any table is searched
    worth = _read_values(values)
    problem = read_siting_problem(
        demand,
        candidates,
        range_km=range_km,
        weight=weight,
        fixed=fixed,
        no_fly=no_fly,
        distance_km=distance_km,
    )
    base_count = read_base_count(count, problem)
    limit_s = _checks.read_time_limit(time_limit_s)
    matrix, weights, fixed_positions = problem.solver_input()
    with explain_solver_errors():
        choice = maximise_backup(
            matrix,
            weights,
            base_count,
            worth,
            fixed=fixed_positions,
            time_limit_s=limit_s,
        )
    return build_siting(problem, choice, method="backup", count=base_count, values=worth.tolist())


def _read_values(values: Sequence[float]) -> FloatArray:
    """Read what the first, second, … coverage is worth."""
    worth = _checks.to_float_array(values)
    if (
        worth.ndim != 1
        or not worth.size
        or not np.isfinite(worth).all()
        or (worth < 0).any()
        or (np.diff(worth) > 0).any()
    ):
        raise ChoiceError(
            f"values={shorten(values)} は使えません。"
            "(1, 0.3) のように、0以上で増えない並びにしてください。"
        )
    return worth
