"""How much of the coverage is left when the wind blows, or when a base is closed?

Each base is closed alone, and the wind comes from each of some directions; both are computed from
the pairs that are reached in calm air with all bases.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._checks import LARGEST_KM
from dxkit.drones._detours import NoFly
from dxkit.drones._drawn_cases import (
    BestBases,
    CalmCoverage,
    FlightChoices,
    draw_cases,
    warn_of_unproven,
)
from dxkit.drones._drone_figures import Drone
from dxkit.drones._flight_range import RESERVE_SHARE, flight_range
from dxkit.drones._origin import mark_origin
from dxkit.drones._pairs import sum_covered
from dxkit.drones._reach import Distances, find_pairs
from dxkit.drones._siting_problem import LARGEST_WEIGHT
from dxkit.drones._siting_result import Siting
from dxkit.drones._wind_draws import WindDraws
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table

WINDS_MS = (0.0, 3.0, 5.0, 7.0)
DIRECTIONS = 8
MOST_DIRECTIONS = 360
MOST_DRAWS = 10_000
# no wind on earth is as fast
FASTEST_WIND_MS = 200.0


@accepts_any_table("demand", "bases", "candidates", "stations")
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
    stations: pd.DataFrame | None = None,
    month: int | None = None,
    seed: int | None = 0,
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
    stations, month
        The rows of ``wind_normals`` of a single station, and the month (without it any day of the
        year, which needs all 12 months): each draw is then a day with a wind of its own, too. Needs
        ``drone`` and ``draws``.
    seed
        Of the draws; the people drawn are the same with ``stations`` and without. With None each
        call draws anew.

    Returns
    -------
    pandas.DataFrame
        One row a case: ``kind`` (wind, closed, demand, or day: demand and wind), ``wind_ms,
        wind_from_deg, base`` (the closed one), ``covered`` (weight), ``share, lost`` (share less
        than with all bases in calm air; of a draw less than its own best bases, NaN without
        ``candidates`` and on days without a flight). ``.attrs["stands"]``: with ``candidates`` the
        share of the draws with a flight in which each base is among the best (None without, NaN
        where no draw had a flight). ``.attrs["flight_share"]``: the share of the draws with a
        flight. ``.attrs["unproven"]``: how many searches for a draw's best bases ended before their
        proof, ``.attrs["largest_gap"]``: by how much of the share such a draw's ``lost`` may be too
        small at most; both None without ``candidates``.

    Raises
    ------
    TableError, ChoiceError
        As `best_bases`, `flight_range` and `flyable`; if neither drone nor range is given; if the
        demand has no limits to draw from; if ``stations`` holds more than a single station, or
        without ``month`` not all months.

    Warns
    -----
    TableWarning
        If some draw's best bases are not proven.

    Notes
    -----
    A cell's people are drawn as people · exp(z · s), z normal, with s from low (z < 0) or high: the
    middle stays the estimate. Neighbours err together: z is partly that of the block of some
    5 km (11 % of the variance, as on Hiroshima's cells), and each municipality keeps its sum.

    A drawn day is lost with the month's share of days on which the drone's limit is passed; on the
    others one wind blows over all places, Rayleigh's around the month's mean, from any direction
    alike. Both are assumptions: the normals hold neither hours nor directions, and were measured
    some 10 m above the ground, where the wind is weaker than at flight height.

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
    speeds_ms = _read_winds(winds_ms)
    choices = _read_choices(payload_kg, reserve_share, round_trip=round_trip)
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
    calm = CalmCoverage(demand, table, weights, pairs, drone, choices)
    cases = _close_each_base(calm)
    if drone is not None:
        cases += _blow_winds(calm, speeds_ms, direction_count)
    result = _list_cases(cases, calm)
    draw_count = _checks.require_whole_number(draws, "draws", low=0, high=MOST_DRAWS)
    winds = _prepare_winds(stations, drone, month, draw_count, seed)
    search = BestBases(candidates, calm_km, no_fly, distance_km)
    drawn = draw_cases(calm, search, winds, draw_count, seed)
    result = pd.concat([result, drawn.table], ignore_index=True) if draw_count else result
    result.attrs["settings"] = {
        **choices,
        "range_km": calm_km,
        "weight": weight,
        "directions": direction_count,
        "draws": draw_count,
        "month": month,
        "seed": seed,
    }
    result.attrs |= drawn.findings
    warn_of_unproven(drawn)
    return mark_origin(result, demand, table, drone, no_fly, distance_km, candidates, stations)


def _read_choices(payload_kg: float, reserve_share: float, *, round_trip: bool) -> FlightChoices:
    """Read how a drone flies, also where none does: a wrong word would stand in the settings."""
    return {
        "payload_kg": _checks.require_number(payload_kg, "payload_kg"),
        "reserve_share": _checks.require_number(reserve_share, "reserve_share", high=1),
        "round_trip": _checks.require_flag(round_trip, "round_trip"),
    }


def _prepare_winds(
    stations: pd.DataFrame | None,
    drone: Drone | None,
    month: int | None,
    draw_count: int,
    seed: int | None,
) -> WindDraws | None:
    """Prepare the draws of the wind; none without a table of stations."""
    if stations is None:
        if month is None:
            return None
        raise ChoiceError("month を使うには、観測所の風の表を stations に渡してください。")
    if drone is None or not draw_count:
        raise ChoiceError(
            "stations から風を引くには、drone（機種の表の1行）と draws（200 など、引く回数）も"
            "渡してください。"
        )
    return WindDraws(stations, drone, month, seed)


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


def _list_cases(rows: list[dict[str, object]], calm: CalmCoverage) -> pd.DataFrame:
    """List the cases as a table, with the share covered and the share lost to calm air."""
    cases = pd.DataFrame(rows, columns=["kind", "wind_ms", "wind_from_deg", "base", "covered"])
    # where there is nobody, nothing is covered and nothing lost
    total = float(calm.weights.sum()) or 1.0
    covered = cases["covered"]
    lost = sum_covered(calm.pairs, calm.weights) - covered
    return cases.assign(share=covered / total, lost=lost / total)


def _close_each_base(calm: CalmCoverage) -> list[dict[str, object]]:
    """Compute the covered weight with each base closed: all, less what only that base reaches."""
    pairs = calm.pairs
    weights = calm.weights
    names = _checks.read_labels(calm.bases, "base", "bases")
    # how many bases reach each place
    times = np.bincount(pairs.place, minlength=len(weights))
    weights_alone = np.where(times[pairs.place] == 1, weights[pairs.place], 0.0)
    lost = np.bincount(pairs.base, weights_alone, len(names))
    covered = sum_covered(pairs, weights)
    return [
        {"kind": "closed", "base": name, "covered": covered - lost_here}
        for name, lost_here in zip(names, lost, strict=True)
    ]


def _blow_winds(
    calm: CalmCoverage, winds_ms: list[float], direction_count: int
) -> list[dict[str, object]]:
    """Compute the covered weight in each wind from each direction; calm air has none."""
    return [
        {
            "kind": "wind",
            "wind_ms": wind_ms,
            "wind_from_deg": turn * 360.0 / direction_count,
            "covered": calm.cover_in_wind(wind_ms, turn * 360.0 / direction_count, calm.weights),
        }
        for wind_ms in winds_ms
        for turn in range(direction_count if wind_ms else 1)
    ]
