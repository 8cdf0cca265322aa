"""Where should bases stand so that nobody is far from one?

The p-centre problem.
"""

from collections.abc import Hashable, Iterable

import pandas as pd

from dxkit import _checks
from dxkit._optimise.p_centre import minimise_longest_distance
from dxkit.drones._detours import NoFly
from dxkit.drones._reach import Distances
from dxkit.drones._siting_problem import (
    explain_solver_errors,
    read_base_count,
    read_siting_problem,
)
from dxkit.drones._siting_result import Siting, build_siting
from dxkit.schema import accepts_any_table


@accepts_any_table("demand", "candidates")
def centre_bases(
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
    """Choose bases so that the longest distance to the nearest base is the least (p-centre).

    Parameters
    ----------
    demand, candidates, count, fixed, no_fly, distance_km, time_limit_s
        As for `median_bases`.
    weight
        Places where it is 0 do not count.

    Returns
    -------
    Siting
        ``value`` and ``bound``: the longest distance in km; proven by covering at no shorter one.

    Raises
    ------
    TableError, ChoiceError
        As `median_bases`.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"lat": [35.0, 35.0], "lon": [134.0, 134.1], "people": [3, 1]})
    >>> sites = pd.DataFrame({"base": ["駅", "峠"], "lat": 35.0, "lon": [134.0, 134.04]})
    >>> siting = centre_bases(people, sites, count=1)
    >>> siting.bases["base"].tolist(), round(siting.value, 2)
    (['峠'], 5.48)
    """
    problem = read_siting_problem(
        demand, candidates, weight=weight, fixed=fixed, no_fly=no_fly, distance_km=distance_km
    )
    km = problem.finite_distances()
    weights = problem.weights[problem.place_order]
    base_count = read_base_count(count, problem)
    limit_s = _checks.read_time_limit(time_limit_s)
    # places without weight do not count, however far they are
    with explain_solver_errors():
        choice = minimise_longest_distance(
            km[weights > 0], base_count, problem.sorted_fixed, limit_s
        )
    return build_siting(problem, choice, method="p_centre", count=base_count)
