"""How few bases reach everybody?

The location set covering problem (LSCP, Toregas et al. 1971).
"""

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._optimise.set_cover import choose_fewest
from dxkit.drones._base_ranges import Range
from dxkit.drones._detours import NoFly
from dxkit.drones._reach import Distances
from dxkit.drones._siting_problem import explain_solver_errors, read_siting_problem
from dxkit.drones._siting_result import Siting, build_siting
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table


@accepts_any_table("demand", "candidates")
def fewest_bases(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    range_km: Range,
    share: float = 1.0,
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
    time_limit_s: float | None = None,
) -> Siting:
    """Choose as few bases as possible that reach everybody whom any candidate reaches (LSCP).

    Parameters
    ----------
    share
        Part of the reachable weight that must be reached; at 1 every reachable place counts, also
        one without weight.
    demand, candidates, range_km, weight, fixed, no_fly, distance_km, time_limit_s
        As for `best_bases`.

    Returns
    -------
    Siting
        ``settings["reachable"]``: the share of the weight that any candidate reaches; ``value`` and
        ``bound``: the number of bases and what it cannot be below.

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
    ...     {"base": ["駅", "役場", "峠"], "lat": [35.0, 35.1, 35.05], "lon": [134.005, 134.0, 134.0]}
    ... )
    >>> siting = fewest_bases(people, sites, range_km=2)
    >>> siting.bases["base"].tolist(), siting.value, siting.bound
    (['駅', '役場'], 2.0, 2.0)
    """
    if not _checks.is_number(share) or not 0 < share <= 1:
        raise ChoiceError(
            f"share={shorten(share)} は使えません。"
            "0より大きく1以下（0.9 = 届く人の9割）にしてください。"
        )
    problem = read_siting_problem(
        demand,
        candidates,
        range_km=range_km,
        weight=weight,
        fixed=fixed,
        no_fly=no_fly,
        distance_km=distance_km,
    )
    matrix, weights, fixed_positions = problem.solver_input()
    limit_s = _checks.read_time_limit(time_limit_s)
    with explain_solver_errors():
        choice = choose_fewest(matrix, weights, share, fixed_positions, limit_s)
    total = problem.total_weight
    # a place out of every candidate's reach can be asked of no choice
    is_reachable = np.diff(matrix.indptr) > 0
    reachable = float(weights[is_reachable].sum() / total) if total else 0.0
    return build_siting(problem, choice, method="lscp", wanted_share=share, reachable=reachable)
