"""Which p columns of a 0/1 matrix cover the most weight, and how is that proven?

The maximal covering location problem (Church and ReVelle 1974): choose p columns so that the weight
w of the rows that hold a chosen column is the greatest. In the order of `maximise_coverage`:

1. rows reached by the same columns are one row, and a good answer is found by greed and swaps
   (`dxkit._optimise.cover`);
2. subgradient steps lower the bound that prices on the rows give (`dxkit._optimise.lagrangian`);
3. a column that the bound does not allow in (or out of) any better answer is fixed, and rows are
   merged again;
4. the linear relaxation over few columns, grown until no other column has too large a sum
   (sifting), gives better prices;
5. HiGHS decides on the columns that are left. Weights that are whole numbers prove an answer by a
   bound less than 1 above it.

All limits are counts of steps, rounds and nodes, so that every machine gives the same answer; a
limit by the clock can be asked for.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.cover import (
    RELATIVE_TOLERANCE,
    ColumnChoice,
    Cover,
    choose_greedily,
    improve_by_swaps,
    is_proven,
    merge_rows,
    restrict_cover,
    sum_covered_weight,
)
from dxkit._optimise.deadline import Deadline
from dxkit._optimise.lagrangian import (
    compute_bound,
    find_fixable_columns,
    lower_bound_by_subgradient,
)
from dxkit._optimise.mclp_programme import solve_lp_relaxation, solve_mip
from dxkit._optimise.solution import Status

# sifting begins with so many columns for each column to be chosen
FIRST_COLUMNS_FACTOR = 3
# columns that a round of sifting adds at least, where so many have too large a sum
SMALLEST_ADDITION = 20
# rounds of sifting before the bound is lowered by subgradient steps again, and afterwards
FIRST_SIFTING_ROUNDS = 3
SIFTING_ROUNDS = 100
# the matrix is rebuilt without fixed columns only where a tenth of the columns goes
WORTHWHILE_SHARE = 0.9
# shares of new prices that are tried in a mix with the best prices so far
PRICE_SHARES = (1.0, 0.5, 0.25, 0.1)


@dataclass(frozen=True)
class SearchState:
    """How far the search has come.

    Attributes
    ----------
    cover
        What is still open: the free columns, and the rows that no sure column covers.
    free, sure
        The columns that a better answer may hold, and those that it must hold, as positions in the
        whole matrix.
    sure_weight
        The weight that the sure columns cover.
    best, value
        The best answer so far, as positions in the whole matrix, and its weight.
    bound
        What no answer can pass.
    prices
        Of the cover's rows, those of the lowest bound.
    """

    cover: Cover
    free: IntArray
    sure: IntArray
    sure_weight: float
    best: IntArray
    value: float
    bound: float
    prices: FloatArray

    @property
    def open_count(self) -> int:
        """How many of the free columns are to be chosen."""
        return len(self.best) - len(self.sure)

    @property
    def is_finished(self) -> bool:
        """Whether the best answer is proven, or no choice is left."""
        return (
            is_proven(self.cover, self.value, self.bound)
            or self.open_count == 0
            or self.open_count >= len(self.free)
        )

    def with_answer(self, columns: IntArray) -> "SearchState":
        """Take an answer (positions in the cover) with its best swaps, if it is better."""
        improved = improve_by_swaps(self.cover, columns)
        value = self.sure_weight + sum_covered_weight(self.cover, improved)
        if value <= self.value:
            return self
        return replace(self, best=np.concatenate([self.sure, self.free[improved]]), value=value)

    def with_prices(self, prices: FloatArray) -> "SearchState":
        """Take prices, if their bound is lower."""
        bound = self.sure_weight + compute_bound(self.cover, prices, self.open_count)[0]
        return replace(self, prices=prices, bound=bound) if bound < self.bound else self


def maximise_coverage(
    matrix: sp.csr_array,
    weights: FloatArray,
    count: int,
    *,
    fixed: IntArray | None = None,
    time_limit_s: float | None = None,
) -> ColumnChoice:
    """Choose ``count`` columns, the fixed ones among them, that cover the most weight.

    Parameters
    ----------
    matrix
        0/1: row a place, column a base.
    weights
        At least 0, one a row.
    count
        From 1 to the number of columns.
    fixed
        Columns that every answer holds; at most ``count``.
    time_limit_s
        Seconds after which the search stops with what it has; the bound holds all the same.
    """
    if fixed is None or not fixed.size:
        return _maximise_free(matrix, weights, count, time_limit_s)
    # what the fixed columns cover is sure; the rest is a problem of its own on the other columns
    is_covered = np.diff(sp.csr_array(matrix[:, fixed]).indptr) > 0
    fixed_weight = float(weights[is_covered].sum())
    if count == len(fixed):
        return ColumnChoice(np.sort(fixed), fixed_weight, fixed_weight)
    free = np.setdiff1d(np.arange(matrix.shape[1]), fixed)
    open_weights = np.where(is_covered, 0.0, weights)
    rest = _maximise_free(
        sp.csr_array(matrix[:, free]), open_weights, count - len(fixed), time_limit_s
    )
    return ColumnChoice(
        np.union1d(fixed, free[rest.columns]),
        fixed_weight + rest.value,
        fixed_weight + rest.bound,
        rest.is_reproducible,
    )


def _maximise_free(
    matrix: sp.csr_array, weights: FloatArray, count: int, time_limit_s: float | None
) -> ColumnChoice:
    """Run the steps of the module's docstring."""
    deadline = Deadline(time_limit_s)
    cover = merge_rows(matrix, weights)
    if count >= matrix.shape[1] or not cover.weights.size:
        value = sum_covered_weight(cover, np.arange(count))
        return ColumnChoice(np.arange(count), value, value)
    best = improve_by_swaps(cover, choose_greedily(cover, count))
    state = SearchState(
        cover=cover,
        free=np.arange(matrix.shape[1]),
        sure=np.arange(0),
        sure_weight=0.0,
        best=best,
        value=sum_covered_weight(cover, best),
        # nothing can pass all the weight there is (the bound of prices 0), which proves an answer
        # that covers it all
        bound=float(cover.weights.sum()),
        prices=cover.weights / 2,
    )
    state = sift_columns(improve_bound(state), deadline, FIRST_SIFTING_ROUNDS)
    state = sift_columns(improve_bound(state), deadline)
    state = finish_with_mip(state, deadline)
    bound = state.value if state.is_finished else state.bound
    return ColumnChoice(np.sort(state.best), state.value, bound, not deadline.was_hit)


def improve_bound(state: SearchState) -> SearchState:
    """Lower the bound by subgradient steps, then fix the columns that it decides."""
    if state.is_finished:
        return state
    goal = state.value - state.sure_weight
    lowest = lower_bound_by_subgradient(state.cover, state.prices, state.open_count, goal)
    return fix_columns(state.with_answer(lowest.columns).with_prices(lowest.prices))


def fix_columns(state: SearchState) -> SearchState:
    """Drop the columns that no better answer holds; take those that every better answer holds."""
    if state.is_finished:
        return state
    goal = state.value - state.sure_weight
    sure, free = find_fixable_columns(state.cover, state.prices, state.open_count, goal)
    if len(free) > WORTHWHILE_SHARE * len(state.free):
        return state
    cover, newly_sure_weight = restrict_cover(state.cover, free, sure)
    # rows that are merged again add their prices
    is_open = cover.row_of_place >= 0
    prices = np.bincount(cover.row_of_place[is_open], state.prices[is_open], len(cover.weights))
    smaller = replace(
        state,
        cover=cover,
        free=state.free[free],
        sure=np.concatenate([state.sure, state.free[sure]]),
        sure_weight=state.sure_weight + newly_sure_weight,
        prices=prices.astype(float),
    )
    return _take_last_choice(smaller)


def sift_columns(
    state: SearchState, deadline: Deadline, max_rounds: int = SIFTING_ROUNDS
) -> SearchState:
    """Solve the linear relaxation over few columns, adding those whose sums are too large.

    Each round gives prices for all rows: that of merged rows is shared in proportion to weight; a
    row of none of the few columns costs all of its weight. A mix of them with the best prices so
    far often gives the lower bound.
    """
    _, sums = compute_bound(state.cover, state.prices, state.open_count)
    active = np.argsort(-sums)[: FIRST_COLUMNS_FACTOR * (state.open_count + 1)]
    for _ in range(max_rounds):
        if state.is_finished or deadline.is_over():
            break
        cover = state.cover
        count = state.open_count
        free = state.free
        small = merge_rows(sp.csr_array(cover.rows[:, active]), cover.weights)
        shares, small_prices = solve_lp_relaxation(small, count)
        prices = cover.weights * np.append(small_prices / small.weights, 1.0)[small.row_of_place]
        # the columns of the largest shares, rounded up, are often a better answer
        state = state.with_answer(active[np.argsort(-shares, kind="stable")[:count]])
        sums = compute_bound(cover, prices, count)[1]
        # the full step often overshoots: what lies between may bound lower
        for share in PRICE_SHARES:
            state = state.with_prices(share * prices + (1 - share) * state.prices)
        added = _columns_to_add(sums, active, count)
        # fixing renumbers the free columns: follow the columns by their position in the matrix
        state = fix_columns(state)
        added = np.flatnonzero(np.isin(state.free, free[added]))
        active = np.flatnonzero(np.isin(state.free, free[active]))
        if not added.size:
            return state
        # the relaxation needs as many columns as are to be chosen: those of the largest sums
        sums = compute_bound(state.cover, state.prices, state.open_count)[1]
        largest = np.argsort(-sums)[: state.open_count]
        active = np.union1d(np.union1d(active, added), largest)
    return state


def finish_with_mip(state: SearchState, deadline: Deadline) -> SearchState:
    """Let HiGHS decide on the free columns that are left."""
    if state.is_finished or deadline.is_over():
        return state
    # HiGHS begins with the best answer, as far as its columns are still free
    start = np.flatnonzero(np.isin(state.free, state.best))[: state.open_count]
    start = choose_greedily(state.cover, state.open_count, start)
    solution = solve_mip(state.cover, start, deadline.remaining_s)
    if solution.status is Status.TIME_LIMIT:
        deadline.record_hit()
    bound = max(min(state.bound, state.sure_weight + solution.bound), state.value)
    values = solution.values_within_limit()
    if values is not None:
        columns = np.flatnonzero(values[: len(state.free)] > 0.5)
        value = state.sure_weight + sum_covered_weight(state.cover, columns)
        if value > state.value:
            best = np.concatenate([state.sure, state.free[columns]])
            state = replace(state, best=best, value=value)
    return replace(state, bound=max(bound, state.value))


def _columns_to_add(sums: FloatArray, active: IntArray, count: int) -> IntArray:
    """Find the columns outside the active ones whose sums pass the last chosen active one's."""
    first = len(active) - count
    limit = np.partition(sums[active], first)[first]
    is_larger = sums > limit + RELATIVE_TOLERANCE * (1 + abs(limit))
    candidates = np.setdiff1d(np.flatnonzero(is_larger), active)
    largest_first = candidates[np.argsort(-sums[candidates])]
    return largest_first[: max(len(active), SMALLEST_ADDITION)]


def _take_last_choice(state: SearchState) -> SearchState:
    """Where a single choice is left, take it if it is better."""
    if state.open_count not in (0, len(state.free)):
        return state
    covered = sum_covered_weight(state.cover, np.arange(state.open_count))
    value = state.sure_weight + covered
    columns = np.concatenate([state.sure, state.free[: state.open_count]])
    return replace(state, best=columns, value=value) if value > state.value else state
