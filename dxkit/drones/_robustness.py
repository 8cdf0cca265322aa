"""How much of the coverage is left when the wind blows, or when a base is closed?

Each base is closed alone, and the wind comes from each of some directions; both are computed from
the pairs that are reached in calm air with all bases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict, cast

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._checks import LARGEST_KM
from dxkit._optimise.mclp import maximise_coverage
from dxkit.drones._demand_draws import DemandDraws
from dxkit.drones._detours import NoFly
from dxkit.drones._drone_figures import Drone, read_drone_figures
from dxkit.drones._flight_range import RESERVE_SHARE, flight_range, flight_shape
from dxkit.drones._origin import mark_origin
from dxkit.drones._pairs import Pairs
from dxkit.drones._reach import Distances, find_pairs
from dxkit.drones._siting_problem import (
    LARGEST_WEIGHT,
    explain_solver_errors,
    read_base_count,
    read_siting_problem,
)
from dxkit.drones._siting_result import Siting
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table

WINDS_MS = (0.0, 3.0, 5.0, 7.0)
DIRECTIONS = 8
MOST_DIRECTIONS = 360
MOST_DRAWS = 10_000
# no wind on earth is as fast
FASTEST_WIND_MS = 200.0


class FlightChoices(TypedDict):
    """How a drone is flown, beside the wind."""

    payload_kg: float
    reserve_share: float
    round_trip: bool


@dataclass(frozen=True)
class CalmCoverage:
    """Who is reached with all bases in calm air, and what is needed to ask about a wind."""

    demand: pd.DataFrame
    bases: pd.DataFrame
    weights: FloatArray
    pairs: Pairs


@dataclass(frozen=True)
class BestBases:
    """How the best bases of a draw are sought, as many as there are."""

    bases: pd.DataFrame
    candidates: pd.DataFrame | None
    range_km: float
    no_fly: NoFly
    distance_km: Distances


@accepts_any_table("demand", "bases", "candidates")
def robustness(
    demand: pd.DataFrame,
    bases: pd.DataFrame | Siting,
    *,
    drone: Drone | None = None,
    range_km: float | None = None,
    payload_kg: float = 0.0,
    winds_ms: Sequence[float] = WINDS_MS,
    directions: int = DIRECTIONS,
    reserve_share: float = RESERVE_SHARE,
    round_trip: bool = True,
    weight: str = "people",
    no_fly: NoFly = None,
    distance_km: Distances = None,
    draws: int = 0,
    candidates: pd.DataFrame | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Compute who is still reached in every wind, with any one base closed, and if people err.

    Parameters
    ----------
    demand
        One row a place: ``lat, lon`` and the weight's column.
    bases
        The bases, as a table (``lat, lon``, ``base``) or as a `Siting`.
    drone, payload_kg, reserve_share, round_trip
        As for `flight_range`; without a drone only closed bases are asked about.
    range_km
        How far a base delivers, in place of the drone's own range in calm air.
    winds_ms
        Wind speeds; those above the drone's limit count as no flight.
    directions
        How many directions the wind comes from, evenly around the compass; up to 360.
    weight, no_fly
        As for `best_bases`.
    distance_km
        As for `best_bases`; the table of all candidates will do, its other columns are left out.
    draws
        How often the people are drawn from their error, the columns ``low`` and ``high`` of the
        demand (an interval of 80 %, as ``mesh_estimated`` has); of other weights the drawn share of
        people is taken. 0 draws nothing.
    candidates
        Among which each draw's best bases are sought, as many as ``bases``.
    seed
        Of the draws.

    Returns
    -------
    pandas.DataFrame
        One row a case: ``kind`` (wind, closed or demand), ``wind_ms, wind_from_deg, base`` (the
        closed one), ``covered`` (weight), ``share, lost`` (share less than with all bases in calm
        air; of a draw less than its own best bases, NaN without ``candidates``).
        ``.attrs["stands"]``: with ``candidates`` the share of the draws in which each base is among
        the best (None without).

    Raises
    ------
    TableError, ChoiceError
        As `best_bases` and `flight_range`; if neither drone nor range is given; if the demand has
        no limits to draw from.

    Notes
    -----
    A cell's people are drawn as people · exp(z · s), z normal, with s from low (z < 0) or high: the
    middle stays the estimate. Neighbours err together: z is partly that of the block of some
    5 km (11 % of the variance, as on Hiroshima's cells), and each municipality keeps its sum.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame(
    ...     {"lat": [35.0, 35.0, 35.1], "lon": [134.0, 134.01, 134.0], "people": [10, 20, 20]}
    ... )
    >>> sites = pd.DataFrame(
    ...     {"base": ["駅", "役場"], "lat": [35.0, 35.1], "lon": [134.005, 134.0]}
    ... )
    >>> robustness(people, sites, range_km=2.0)[["kind", "base", "covered", "lost"]]
         kind base  covered  lost
    0  closed    駅     20.0   0.6
    1  closed   役場     30.0   0.4
    """
    table = bases.bases if isinstance(bases, Siting) else bases
    weights = _checks.read_numbers(demand, weight, "demand", low=0, high=LARGEST_WEIGHT)
    direction_count = _read_directions(directions)
    choices: FlightChoices = {
        "payload_kg": payload_kg,
        "reserve_share": reserve_share,
        "round_trip": round_trip,
    }
    calm_km = _read_calm_range(range_km, drone, choices)
    # all cases are parts of these pairs: nothing is searched twice
    pairs = find_pairs(
        demand,
        table,
        range_km=calm_km,
        no_fly=no_fly,
        distance_km=distance_km,
        allow_extra_bases=True,
    )
    calm = CalmCoverage(demand, table, weights, pairs)
    cases = _close_each_base(calm)
    if drone is not None:
        cases += _blow_winds(calm, drone, _read_winds(winds_ms), direction_count, choices)
    result = pd.DataFrame(cases, columns=["kind", "wind_ms", "wind_from_deg", "base", "covered"])
    total = max(float(weights.sum()), 1e-300)
    result["share"] = result["covered"] / total
    result["lost"] = (_sum_covered(pairs, weights) - result["covered"]) / total
    draw_count = _checks.require_whole_number(draws, "draws", low=0, high=MOST_DRAWS)
    search = BestBases(table, candidates, calm_km, no_fly, distance_km)
    drawn, stands = _draw_demand(calm, search, draw_count, seed)
    result = pd.concat([result, drawn], ignore_index=True) if draw_count else result
    result.attrs["settings"] = {
        **choices,
        "range_km": calm_km,
        "weight": weight,
        "directions": direction_count,
        "draws": draw_count,
        "seed": seed,
    }
    result.attrs["stands"] = stands
    return mark_origin(result, demand, table, drone, no_fly, distance_km, candidates)


def _read_directions(directions: int) -> int:
    return _checks.require_whole_number(directions, "directions", high=MOST_DIRECTIONS)


def _read_winds(winds_ms: Sequence[float]) -> list[float]:
    """Read wind speeds: finite numbers of at least 0."""
    winds = _checks.to_float_array(winds_ms)
    if winds.ndim != 1 or not ((winds >= 0) & (winds <= FASTEST_WIND_MS)).all():
        raise ChoiceError(
            f"winds_ms={shorten(winds_ms)} は使えません。"
            f"(3, 5, 7) のように、0〜{FASTEST_WIND_MS:g} の数（m/s）の並びにしてください。"
        )
    return [float(wind_ms) for wind_ms in winds]


def _read_calm_range(range_km: float | None, drone: Drone | None, choices: FlightChoices) -> float:
    """Read the range in calm air, or compute that of the drone."""
    if range_km is not None:
        return _checks.require_number(range_km, "range_km", high=LARGEST_KM, above=True)
    if drone is None:
        raise ChoiceError(
            "robustness には drone（機種の表の1行）か range_km（km）のどちらかを渡してください。"
        )
    return flight_range(drone, **choices)


def _sum_covered(pairs: Pairs, weights: FloatArray) -> float:
    return float(weights[np.unique(pairs.place)].sum())


def _close_each_base(calm: CalmCoverage) -> list[dict[str, object]]:
    """Compute the covered weight with each base closed: all, less what only that base reaches."""
    pairs = calm.pairs
    weights = calm.weights
    names = _checks.read_labels(calm.bases, "base", "bases")
    # how many bases reach each place
    times = np.bincount(pairs.place, minlength=len(weights))
    weights_alone = np.where(times[pairs.place] == 1, weights[pairs.place], 0.0)
    lost = np.bincount(pairs.base, weights_alone, len(names))
    covered = _sum_covered(pairs, weights)
    return [
        {"kind": "closed", "base": name, "covered": covered - lost_here}
        for name, lost_here in zip(names, lost, strict=True)
    ]


def _blow_winds(
    calm: CalmCoverage,
    drone: Drone,
    winds_ms: list[float],
    direction_count: int,
    choices: FlightChoices,
) -> list[dict[str, object]]:
    """Compute the covered weight in each wind from each direction; calm air has none."""
    return [
        _blow_wind(calm, drone, wind_ms, turn * 360.0 / direction_count, choices)
        for wind_ms in winds_ms
        for turn in range(direction_count if wind_ms else 1)
    ]


def _blow_wind(
    calm: CalmCoverage, drone: Drone, wind_ms: float, from_deg: float, choices: FlightChoices
) -> dict[str, object]:
    """Compute the covered weight in a wind; its ways are those of calm air, only shorter."""
    # above the drone's limit nobody is reached
    covered = 0.0
    if wind_ms <= read_drone_figures(drone)["wind_max_ms"]:
        shape = flight_shape(drone, wind_ms=wind_ms, wind_from_deg=from_deg, **choices)
        pairs = calm.pairs.select_within_shape(
            shape,
            _checks.read_coordinates(calm.demand, "demand"),
            _checks.read_coordinates(calm.bases, "bases"),
        )
        covered = _sum_covered(pairs, calm.weights)
    return {"kind": "wind", "wind_ms": wind_ms, "wind_from_deg": from_deg, "covered": covered}


def _draw_demand(
    calm: CalmCoverage, search: BestBases, draw_count: int, seed: int
) -> tuple[pd.DataFrame, dict[str, float] | None]:
    """Compute what the bases reach in each draw, and how often each is among its best bases."""
    # without draws the limits of the people need not be there
    if not draw_count:
        return pd.DataFrame(), None
    draws = DemandDraws(calm.demand, seed)
    names = _checks.read_labels(calm.bases, "base", "bases")
    reached = np.unique(calm.pairs.place)
    times_best = dict.fromkeys(map(str, names), 0)
    find_best = None if search.candidates is None else _prepare_search(calm, search, len(names))
    rows = []
    for _ in range(draw_count):
        weights = calm.weights * draws.draw_factors()
        total = max(float(weights.sum()), 1e-300)
        covered = float(weights[reached].sum())
        lost = np.nan
        if find_best is not None:
            best_value, best_names = find_best(weights)
            lost = (best_value - covered) / total
            for base in best_names:
                times_best[base] = times_best.get(base, 0) + 1
        rows.append({"kind": "demand", "covered": covered, "share": covered / total, "lost": lost})
    if search.candidates is None:
        return pd.DataFrame(rows), None
    return pd.DataFrame(rows), {str(base): times_best[str(base)] / draw_count for base in names}


def _prepare_search(
    calm: CalmCoverage, search: BestBases, count: int
) -> Callable[[FloatArray], tuple[float, list[str]]]:
    """Prepare the search for the best bases of any weights: who reaches whom stays the same."""
    problem = read_siting_problem(
        calm.demand.assign(drawn=calm.weights),
        cast(pd.DataFrame, search.candidates),
        range_km=search.range_km,
        weight="drawn",
        fixed=(),
        no_fly=search.no_fly,
        distance_km=search.distance_km,
    )
    base_count = read_base_count(count, problem)
    matrix, _, _ = problem.solver_input()

    def find_best(weights: FloatArray) -> tuple[float, list[str]]:
        with explain_solver_errors():
            choice = maximise_coverage(matrix, weights[problem.place_order], base_count)
        columns = problem.restore_columns(choice).columns
        return choice.value, [str(base) for base in problem.names[columns]]

    return find_best
