"""What do bases reach on drawn days, and how often are they the best that could be chosen?

A draw is a set of people, and where a station's wind is known also a day's wind. Who reaches whom
in calm air is searched once; each search for the best bases starts from the answer before.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypedDict, cast

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._optimise.cover import ColumnChoice
from dxkit._optimise.mclp import maximise_coverage
from dxkit.drones._demand_draws import DemandDraws
from dxkit.drones._detours import NoFly
from dxkit.drones._drone_figures import Drone, read_drone_figures
from dxkit.drones._flight_range import flight_shape
from dxkit.drones._pairs import Pairs, sum_covered
from dxkit.drones._reach import Distances
from dxkit.drones._siting_problem import (
    SitingProblem,
    explain_solver_errors,
    read_base_count,
    read_siting_problem,
)
from dxkit.drones._wind_draws import DrawnWind, WindDraws


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
    drone: Drone | None
    choices: FlightChoices

    @cached_property
    def bearings(self) -> FloatArray:
        """The direction of each pair."""
        return _compute_bearings(self.pairs, self.demand, self.bases)

    def draw_shape(self, wind_ms: float, from_deg: float) -> pd.DataFrame:
        """Compute the drone's reach in every direction in this wind."""
        drone = cast(Drone, self.drone)
        return flight_shape(drone, wind_ms=wind_ms, wind_from_deg=from_deg, **self.choices)

    def cover_in_wind(self, wind_ms: float, from_deg: float, weights: FloatArray) -> float:
        """Sum the weight reached in a wind; its ways are those of calm air, only shorter."""
        # above the drone's limit nobody is reached
        if wind_ms > read_drone_figures(cast(Drone, self.drone))["wind_max_ms"]:
            return 0.0
        shape = self.draw_shape(wind_ms, from_deg)
        return sum_covered(self.pairs.select_within_shape(shape, self.bearings), weights)


@dataclass(frozen=True)
class BestBases:
    """Among which candidates the best bases of a draw are sought, and how far they reach."""

    candidates: pd.DataFrame | None
    range_km: float
    no_fly: NoFly
    distance_km: Distances


@dataclass(frozen=True)
class DrawnCases:
    """One row a draw, how often each base was among the best, and how often one could fly."""

    table: pd.DataFrame
    stands: dict[str, float] | None
    flight_share: float


class DrawSearch:
    """The search for the best bases of draw after draw, as many as there are bases."""

    def __init__(self, calm: CalmCoverage, search: BestBases, count: int) -> None:
        candidates = cast(pd.DataFrame, search.candidates)
        self.problem: SitingProblem = read_siting_problem(
            calm.demand.assign(drawn=calm.weights),
            candidates,
            range_km=search.range_km,
            weight="drawn",
            fixed=(),
            no_fly=search.no_fly,
            distance_km=search.distance_km,
        )
        self.count = read_base_count(count, self.problem)
        self.calm_matrix = self.problem.solver_input()[0]
        self.last: ColumnChoice | None = None
        self._candidates = candidates

    @cached_property
    def bearings(self) -> FloatArray:
        """The direction of each pair."""
        return _compute_bearings(self.problem.pairs, self.problem.demand, self._candidates)

    def find_best(self, weights: FloatArray, shape: pd.DataFrame | None) -> tuple[float, list[str]]:
        """Find what the best bases reach in a draw, and their names."""
        matrix = self.calm_matrix
        if shape is not None:
            pairs = self.problem.pairs.select_within_shape(shape, self.bearings)
            matrix = replace(self.problem, pairs=pairs).solver_input()[0]
        with explain_solver_errors():
            choice = maximise_coverage(
                matrix, weights[self.problem.place_order], self.count, start=self.last
            )
        # an answer without prices is no better beginning than greed
        self.last = choice if choice.price_shares is not None else self.last
        columns = self.problem.restore_columns(choice).columns
        return choice.value, [str(base) for base in self.problem.names[columns]]


def draw_cases(
    calm: CalmCoverage,
    search: BestBases,
    winds: WindDraws | None,
    draw_count: int,
    seed: int,
) -> DrawnCases:
    """Compute what the bases reach in each draw, and how often each is among its best bases."""
    # without draws the limits of the people need not be there
    if not draw_count:
        return DrawnCases(pd.DataFrame(), None, np.nan)
    draws = DemandDraws(calm.demand, seed)
    names = [str(name) for name in _checks.read_labels(calm.bases, "base", "bases")]
    best = None if search.candidates is None else DrawSearch(calm, search, len(names))
    times_best = dict.fromkeys(names, 0)
    flights = 0
    rows = []
    for _ in range(draw_count):
        weights = calm.weights * draws.draw_factors()
        wind = None if winds is None else winds.draw_wind()
        row, best_names = _draw_case(calm, best, weights, wind)
        rows.append(row)
        flights += wind is None or wind.is_flyable
        for base in best_names:
            times_best[base] = times_best.get(base, 0) + 1
    table = pd.DataFrame(rows)
    if best is None:
        return DrawnCases(table, None, flights / draw_count)
    # on a day without a flight all bases are as good
    stands = {base: times_best[base] / max(flights, 1) for base in names}
    return DrawnCases(table, stands, flights / draw_count)


def _draw_case(
    calm: CalmCoverage, best: DrawSearch | None, weights: FloatArray, wind: DrawnWind | None
) -> tuple[dict[str, object], list[str]]:
    """Describe a draw, and name its best bases (none without a search or a flight)."""
    row: dict[str, object] = {"kind": "demand"}
    shape = None
    covered = 0.0
    if wind is None:
        covered = sum_covered(calm.pairs, weights)
    else:
        row = {"kind": "day", "wind_ms": wind.speed_ms, "wind_from_deg": wind.from_deg}
        if wind.is_flyable:
            shape = calm.draw_shape(wind.speed_ms, wind.from_deg)
            covered = sum_covered(calm.pairs.select_within_shape(shape, calm.bearings), weights)
        else:
            # the wind that stops the flights is not drawn, only that it does
            row = {"kind": "day"}
    total = max(float(weights.sum()), 1e-300)
    row |= {"covered": covered, "share": covered / total, "lost": np.nan}
    if best is None or (wind is not None and not wind.is_flyable):
        return row, []
    best_value, best_names = best.find_best(weights, shape)
    return row | {"lost": (best_value - covered) / total}, best_names


def _compute_bearings(pairs: Pairs, demand: pd.DataFrame, bases: pd.DataFrame) -> FloatArray:
    return pairs.compute_bearings(
        _checks.read_coordinates(demand, "demand"), _checks.read_coordinates(bases, "bases")
    )
