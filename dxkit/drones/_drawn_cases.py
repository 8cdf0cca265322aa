"""What do bases reach on drawn days, and how often are they the best that could be chosen?

A draw is a set of people, and where a station's wind is known also a day's wind. Who reaches whom
in calm air is searched once; each search for the best bases starts from the answer before.
"""

import warnings
from collections.abc import Hashable
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
from dxkit.errors import Fault, TableWarning

# share of all people by which equal sums may differ
ROUNDING = 1e-12


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
    """One row a draw, how often each base was among the best, and how often one could fly.

    ``gaps`` holds of each search for best bases by how much of the people it may fall short of the
    best: 0 where that is proven.
    """

    table: pd.DataFrame
    stands: dict[str, float] | None
    flight_share: float
    gaps: list[float]

    @property
    def unproven(self) -> int | None:
        """How many searches ended before their proof; None without a search."""
        return None if self.stands is None else int(np.count_nonzero(self.gaps))

    @property
    def largest_gap(self) -> float | None:
        """The largest of the gaps; None without a search."""
        return None if self.stands is None else max(self.gaps, default=0.0)

    @property
    def findings(self) -> dict[Hashable | None, object]:
        """What is said of all draws together."""
        return {
            "stands": self.stands,
            "flight_share": self.flight_share,
            "unproven": self.unproven,
            "largest_gap": self.largest_gap,
        }


@dataclass(frozen=True)
class BestOfDraw:
    """The best bases that were found for a draw, what they reach, and what the best may reach."""

    value: float
    bound: float
    names: list[str]


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

    def find_best(self, weights: FloatArray, shape: pd.DataFrame | None) -> BestOfDraw:
        """Find the best bases of a draw."""
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
        names = [str(base) for base in self.problem.names[columns]]
        return BestOfDraw(choice.value, choice.bound, names)


def draw_cases(
    calm: CalmCoverage,
    search: BestBases,
    winds: WindDraws | None,
    draw_count: int,
    seed: int | None,
) -> DrawnCases:
    """Compute what the bases reach in each draw, and how often each is among its best bases."""
    # without draws the limits of the people need not be there
    if not draw_count:
        return DrawnCases(pd.DataFrame(), None, np.nan, [])
    draws = DemandDraws(calm.demand, seed)
    names = [str(name) for name in _checks.read_labels(calm.bases, "base", "bases")]
    best = None if search.candidates is None else DrawSearch(calm, search, len(names))
    times_best = dict.fromkeys(names, 0)
    flights = 0
    rows = []
    gaps = []
    for _ in range(draw_count):
        weights = calm.weights * draws.draw_factors()
        wind = None if winds is None else winds.draw_wind()
        row, answer = _draw_case(calm, best, weights, wind)
        rows.append(row)
        flights += wind is None or wind.is_flyable
        if answer is not None:
            gaps.append(_compute_share(answer.bound - answer.value, weights))
            for base in answer.names:
                times_best[base] = times_best.get(base, 0) + 1
    table = pd.DataFrame(rows)
    if best is None:
        return DrawnCases(table, None, flights / draw_count, gaps)
    # on a day without a flight all bases are as good; where no day had one nothing is known
    stands = {base: times_best[base] / flights if flights else np.nan for base in names}
    return DrawnCases(table, stands, flights / draw_count, gaps)


def warn_of_unproven(cases: DrawnCases) -> None:
    """Warn where a draw's best bases are not proven: its ``lost`` may then be too small."""
    if cases.unproven:
        fault = Fault(
            f"引いた{len(cases.gaps)}回のうち{cases.unproven}回は、"
            "いちばん良い拠点と証明する前に計算を止めました",
            f"その回の lost は、本当は最大{cases.largest_gap:.3g}大きいことがあります（割合）。"
            "stands も目安として読んでください",
        )
        # the line that called robustness, through its decorator
        warnings.warn(str(fault), TableWarning, stacklevel=4)


def _draw_case(
    calm: CalmCoverage, best: DrawSearch | None, weights: FloatArray, wind: DrawnWind | None
) -> tuple[dict[str, object], BestOfDraw | None]:
    """Describe a draw, and find its best bases (None without a search or a flight)."""
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
    share = _compute_share(covered, weights)
    row |= {"covered": covered, "share": share, "lost": np.nan}
    if best is None or (wind is not None and not wind.is_flyable):
        return row, None
    answer = best.find_best(weights, shape)
    return row | {"lost": _compute_share(answer.value - covered, weights)}, answer


def _compute_share(people: float, weights: FloatArray) -> float:
    """Compute the share of a draw's people; 0 where it draws none."""
    total = float(weights.sum())
    # sums of the same people in another order differ in the last digit
    if abs(people) <= ROUNDING * total:
        return 0.0
    return people / total


def _compute_bearings(pairs: Pairs, demand: pd.DataFrame, bases: pd.DataFrame) -> FloatArray:
    return pairs.compute_bearings(
        _checks.read_coordinates(demand, "demand"), _checks.read_coordinates(bases, "bases")
    )
