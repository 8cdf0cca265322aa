"""Where should bases stand so that as many people as possible are reached?

The maximal covering location problem (MCLP, Church and ReVelle 1974).
"""

from collections.abc import Hashable, Iterable

import pandas as pd

from dxkit import _checks
from dxkit._keywords import accepts_old_keywords
from dxkit._optimise.mclp import maximise_coverage
from dxkit.drones._base_ranges import Range
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
def best_bases(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    count: int,
    range_km: Range,
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
    time_limit_s: float | None = None,
) -> Siting:
    """Choose bases so that as many people as possible are reached (MCLP).

    Parameters
    ----------
    demand
        One row a place: ``lat, lon``, the weight's column, and where known ``place, code``.
    candidates
        One row a possible base: ``lat, lon``, and where known ``base`` (its name; else the index).
    count
        Number of bases in all, those of ``fixed`` included.
    range_km
        How far a base delivers: a number, one a base (a series by its labels, a list by position),
        or a table of `flight_shape`.
    weight
        The column that counts: ``people``, ``elderly`` or any other of at least 0.
    fixed
        Bases that exist already and stay, as the candidates' column ``base`` names them (of
        ``sites``: S1587, not the place's ``name``).
    no_fly, distance_km
        As for `reach`.
    time_limit_s
        Seconds after which the search stops with what it has; the gap says how sure that is, and
        ``settings["reproducible"]`` is False if it did. Without it the search is limited by counts
        (nodes of a search tree: up to 20,000, fewer the more pairs there are), so that every
        machine gives the same answer. A large question may end there, with its gap: all of Hyogo
        in 250 m cells with 1,000 candidates and 50 bases does.

    Returns
    -------
    Siting
        ``value`` and ``bound`` in weight.

    Raises
    ------
    TableError
        If a table lacks a column or holds what cannot be used, or labels do not match.
    ChoiceError
        If ``count``, ``range_km`` or ``fixed`` cannot be.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame(
    ...     {"lat": [35.0, 35.0, 35.1], "lon": [134.0, 134.01, 134.0], "people": [10, 20, 25]}
    ... )
    >>> sites = pd.DataFrame(
    ...     {"base": ["駅", "役場"], "lat": [35.0, 35.1], "lon": [134.005, 134.0]}
    ... )
    >>> siting = best_bases(people, sites, count=1, range_km=2)
    >>> siting.bases["base"].tolist(), siting.value, siting.gap
    (['駅'], 30.0, 0.0)
    """
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
    # the kernel knows columns and weights only: its errors get their words here
    with explain_solver_errors():
        choice = maximise_coverage(
            matrix,
            weights,
            base_count,
            fixed=fixed_positions,
            time_limit_s=limit_s,
        )
    return build_siting(problem, choice, method="mclp", count=base_count)
