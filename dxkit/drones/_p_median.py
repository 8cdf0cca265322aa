"""Where should bases stand so that deliveries are short on average?

The p-median problem (Hakimi 1964; ReVelle and Swain 1970).
"""

from collections.abc import Hashable, Iterable

import pandas as pd

from dxkit import _checks
from dxkit._keywords import accepts_old_keywords
from dxkit._optimise.p_median import minimise_mean_distance
from dxkit.drones._detours import NoFly
from dxkit.drones._reach import Distances
from dxkit.drones._siting_problem import (
    explain_solver_errors,
    read_base_count,
    read_siting_problem,
)
from dxkit.drones._siting_result import Siting, build_siting
from dxkit.schema import accepts_any_table


@accepts_old_keywords(seconds="time_limit_s")
@accepts_any_table("demand", "candidates")
def median_bases(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    count: int,
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
    time_limit_s: float | None = None,
) -> Siting:
    """Choose bases so that the mean distance to the nearest base is the least (p-median).

    Parameters
    ----------
    demand, candidates, count, weight, fixed, no_fly, distance_km, time_limit_s
        As for `best_bases`; there is no range: every place is served.

    Returns
    -------
    Siting
        ``value`` and ``bound``: the mean distance in km by weight, and what it cannot be below.

    Raises
    ------
    TableError
        As `best_bases`, and if no candidate reaches a place.
    ChoiceError
        As `best_bases`.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"lat": [35.0, 35.0], "lon": [134.0, 134.1], "people": [3, 1]})
    >>> sites = pd.DataFrame({"base": ["駅", "役場"], "lat": 35.0, "lon": [134.0, 134.1]})
    >>> siting = median_bases(people, sites, count=1)
    >>> siting.bases["base"].tolist(), round(siting.value, 2)
    (['駅'], 2.28)
    """
    problem = read_siting_problem(
        demand, candidates, weight=weight, fixed=fixed, no_fly=no_fly, distance_km=distance_km
    )
    km = problem.finite_distances()
    weights = problem.weights[problem.place_order]
    base_count = read_base_count(count, problem)
    limit_s = _checks.read_time_limit(time_limit_s)
    with explain_solver_errors():
        choice = minimise_mean_distance(km, weights, base_count, problem.sorted_fixed, limit_s)
    # the kernel sums, people want a mean
    scale = problem.total_weight or 1.0
    return build_siting(problem, choice, scale=scale, method="p_median", count=base_count)
