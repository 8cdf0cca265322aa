"""How few days and minutes can any plan of visits take?

Every set of visits that fits into a day is listed with its shortest tour (Held and Karp's dynamic
programme, 1962), and the days are a set partitioning: fewest days first, then fewest seconds. The
linear relaxation over all sets is solved by column generation; only columns whose reduced cost
could still matter go to HiGHS. Exact for times that keep the triangle inequality and visits
without appointments; meant for some forty places and a handful of visits a day.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from dxkit._arrays import FloatArray, IntArray
from dxkit.support.liaison._day_tours import DayTours, Seconds, list_day_tours

# columns with which the relaxation begins, and columns that are added at a time
START_COLUMNS = 400
ADDED_COLUMNS = 400
# differences of days and seconds that are none
ROUNDING = 1e-6
# columns looked at when no plan of so many days is known: those whose reduced cost is within this
# part of the relaxation
REDUCED_COST_SHARE = 0.02
# nodes of each search tree: the same on every machine, some minutes at 36,000 tours
NODE_LIMIT = 20_000
# how scipy's milp says what it ended with
MILP_LIMIT = 1
MILP_INFEASIBLE = 2


@dataclass(frozen=True)
class Proof:
    """What no plan can pass.

    Attributes
    ----------
    days, travel_s
        Fewest days, and fewest seconds of travel with that many days (or bounds of them, where a
        search reached its limit).
    tour_count
        How many sets of visits fit into a day.
    plan
        The places of each day where a plan was found that is better than the one at hand; else
        empty.
    is_reproducible
        False where the clock stopped a search.
    """

    days: int
    travel_s: int
    tour_count: int
    plan: tuple[tuple[int, ...], ...]
    is_reproducible: bool


def prove_plan(
    travel: Seconds,
    visit_s: int,
    day_s: int,
    *,
    plan_days: int,
    plan_travel_s: int,
    time_limit_s: float | None = None,
) -> Proof:
    """Prove how good a plan is.

    Parameters
    ----------
    travel
        Seconds; row and column 0 are the start.
    visit_s, day_s
        Seconds of a visit, of a day.
    plan_days, plan_travel_s
        The plan at hand: days and seconds of travel.
    time_limit_s
        Where given, seconds by the clock for each of the two integer programmes instead of
        `NODE_LIMIT`; on reaching a limit their bound is given.

    Raises
    ------
    ChoiceError
        If there are too many tours to list.
    """
    tours = list_day_tours(travel, visit_s, day_s)
    search = _PartitionSearch(tours, time_limit_s)
    days = search.bound_days(plan_days)
    # with fewer days than the plan's, no plan is known that the seconds could be compared with
    known_s = float(plan_travel_s) if days == plan_days else np.inf
    travel_s, columns = search.bound_travel(days, known_s)
    plan = tuple(tours.list_places(column) for column in columns)
    is_reproducible = not search.was_stopped_by_clock
    return Proof(days, travel_s, tours.matrix.shape[1], plan, is_reproducible)


@dataclass(frozen=True)
class _PartitionModel:
    """Choose columns that hold each place once, and so many of them (None: any number)."""

    matrix: sp.csc_array
    costs: FloatArray
    days: int | None

    def keep_columns(self, columns: IntArray) -> "_PartitionModel":
        return replace(self, matrix=self.matrix[:, columns], costs=self.costs[columns])


class _PartitionSearch:
    """The two integer programmes of a proof, over all tours of a day."""

    def __init__(self, tours: DayTours, time_limit_s: float | None) -> None:
        self.tours = tours
        self.time_limit_s = time_limit_s
        self.was_stopped_by_clock = False

    def bound_days(self, plan_days: int) -> int:
        """Compute the fewest days of any plan, at most those of the plan at hand."""
        ones = np.ones(self.tours.matrix.shape[1])
        model = _PartitionModel(self.tours.matrix, ones, None)
        bound, place_prices, _ = _solve_relaxation(model)
        if int(np.ceil(bound - ROUNDING)) >= plan_days:
            return plan_days
        # a plan of fewer days uses only sets whose reduced cost leaves room for it
        reduced_costs = ones - self.tours.matrix.T @ place_prices
        useful = np.flatnonzero(reduced_costs <= plan_days - 1 - bound + ROUNDING)
        fewest, _ = self._solve_integer(model.keep_columns(useful))
        if not np.isfinite(fewest):
            return plan_days
        return min(plan_days, int(np.ceil(fewest - ROUNDING)))

    def bound_travel(self, days: int, known_s: float) -> tuple[int, IntArray]:
        """Compute the fewest seconds of any plan of so many days, at most those known.

        The tours of a better plan come with it, where one was found.
        """
        costs = self.tours.travel_s.astype(np.float64)
        model = _PartitionModel(self.tours.matrix, costs, days)
        bound, place_prices, day_price = _solve_relaxation(model)
        is_known = np.isfinite(known_s)
        room = known_s - bound if is_known else REDUCED_COST_SHARE * bound
        reduced_costs = costs - self.tours.matrix.T @ place_prices - day_price
        useful = np.flatnonzero(reduced_costs <= room + ROUNDING)
        fewest, columns = self._solve_integer(model.keep_columns(useful))
        if not np.isfinite(fewest):
            # no plan among the useful tours: what is known is the best, or only a bound is known
            return int(np.ceil((known_s if is_known else bound) - ROUNDING)), useful[:0]
        is_better = costs[useful[columns]].sum() < known_s - ROUNDING
        return (
            int(np.ceil(min(fewest, known_s) - ROUNDING)),
            useful[columns] if is_better else useful[:0],
        )

    def _solve_integer(self, model: _PartitionModel) -> tuple[float, IntArray]:
        """Solve the integer programme.

        Returns its bound (the optimum when it ended by itself; inf where no plan exists) and the
        columns of a plan.
        """
        nothing = np.arange(0)
        column_count = len(model.costs)
        if not column_count:
            return np.inf, nothing
        constraints = [LinearConstraint(model.matrix, 1, 1)]
        if model.days is not None:
            one_each = np.ones((1, column_count))
            constraints.append(LinearConstraint(one_each, model.days, model.days))
        options: dict[str, Any] = {"mip_rel_gap": 0.0}
        if self.time_limit_s is None:
            options["node_limit"] = NODE_LIMIT
        else:
            options["time_limit"] = self.time_limit_s
        solved = milp(
            model.costs,
            integrality=np.ones(column_count),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options=options,
        )
        if solved.status == MILP_INFEASIBLE:
            return np.inf, nothing
        if solved.status == MILP_LIMIT and self.time_limit_s is not None:
            self.was_stopped_by_clock = True
        bound = float(solved.mip_dual_bound)
        return bound, nothing if solved.x is None else np.flatnonzero(solved.x > 0.5)


def _solve_relaxation(model: _PartitionModel) -> tuple[float, FloatArray, float]:
    """Solve the linear relaxation over all columns by column generation.

    Returns its value, and the prices of the places and of a day.
    """
    place_count, column_count = model.matrix.shape
    # the single visits come first, so that every place is in some column
    spread = np.linspace(0, column_count - 1, min(START_COLUMNS, column_count))
    used = np.unique(np.concatenate([np.arange(place_count), spread.astype(np.int64)]))
    # a place left out costs more than any tour, so that the first columns need not make a plan
    skip_cost = 4.0 * float(model.costs.max()) + 1.0
    while True:
        value, place_prices, day_price = _solve_master(model.keep_columns(used), skip_cost)
        reduced_costs = model.costs - model.matrix.T @ place_prices - day_price
        fresh = np.setdiff1d(_pick_cheapest(reduced_costs), used)
        if not fresh.size:
            return value, place_prices, day_price
        used = np.union1d(used, fresh)


def _pick_cheapest(reduced_costs: FloatArray) -> IntArray:
    """Pick the columns most worth having.

    Ties at the edge go to the first columns: which of them a partial sort takes depends on the
    processor.
    """
    last = min(ADDED_COLUMNS, len(reduced_costs)) - 1
    edge = np.partition(reduced_costs, last)[last]
    below = np.flatnonzero(reduced_costs < edge)
    at_edge = np.flatnonzero(reduced_costs == edge)
    cheapest: IntArray = np.concatenate([below, at_edge])[:ADDED_COLUMNS]
    return cheapest[reduced_costs[cheapest] < -ROUNDING]


def _solve_master(model: _PartitionModel, skip_cost: float) -> tuple[float, FloatArray, float]:
    """Solve the relaxation over a few columns, in which a place may be skipped at a cost."""
    place_count, column_count = model.matrix.shape
    rows = [sp.hstack([model.matrix, sp.eye_array(place_count, format="csc")])]
    sides = np.ones(place_count)
    if model.days is not None:
        counted = np.concatenate([np.ones(column_count), np.zeros(place_count)])
        rows.append(sp.csc_array(counted[None, :]))
        sides = np.append(sides, model.days)
    # skipping a place is a column of its own
    costs = np.append(model.costs, np.full(place_count, skip_cost))
    solved = linprog(costs, A_eq=sp.vstack(rows), b_eq=sides, method="highs")
    prices: NDArray[np.float64] = np.asarray(solved.eqlin.marginals)
    day_price = float(prices[place_count]) if model.days is not None else 0.0
    return float(solved.fun), prices[:place_count], day_price
