"""Which p columns of a 0/1 matrix cover the most weight, and how is that proven?

The maximal covering location problem (Church and ReVelle 1974): choose p columns so that the weight
w of the rows that hold a chosen column is the greatest. In the order of `maximise_coverage`:

1. rows reached by the same columns are one row, and a good answer is found by greed and swaps
   (`dxkit._optimise.cover`);
2. some subgradient steps lower the bound that prices on the rows give
   (`dxkit._optimise.lagrangian`);
3. cuts over few columns lower it further, until the linear relaxation over all columns is solved
   (`dxkit._optimise.mclp_cuts`, `dxkit._optimise.mclp_root`);
4. a column that the bound does not allow in (or out of) any better answer is fixed;
5. branch and bound with cuts decides on the columns that are left, by how many stand in a region
   (`dxkit._optimise.mclp_regions`) or by single ones (`dxkit._optimise.mclp_tree`). Weights that
   are whole numbers prove an answer by a bound less than 1 above it.

All limits are counts of steps, rounds and nodes, so that every machine gives the same answer; a
limit by the clock can be asked for. A large problem gets fewer nodes than a small one, whose nodes
cost less: its answer may come with a gap in place of a proof.
"""

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.cover import (
    ColumnChoice,
    CoverMatrix,
    choose_greedily,
    count_covering,
    improve_by_swaps,
    merge_rows,
    sum_covered_weight,
)
from dxkit._optimise.deadline import Deadline
from dxkit._optimise.lagrangian import MAX_STEPS, lower_bound_by_subgradient
from dxkit._optimise.mclp_root import relax_by_cuts
from dxkit._optimise.mclp_state import SearchState, fix_columns
from dxkit._optimise.mclp_tree import TreeSearch

# subgradient steps from the prices of a like question: those are near, and cuts do the rest
NEAR_STEPS = 60
# subgradient steps after which columns are fixed, so that the next ones cost less
STAGE_STEPS = 150
# price of a row that the first answer covers by a single column, as a share of its weight; of 0.3,
# 0.5 and 0.7 the one with the fewest steps on five cases of tests/benchmarks/siting.py
PRICE_OF_COVERED = 0.3


def maximise_coverage(
    matrix: sp.csr_array,
    weights: FloatArray,
    count: int,
    *,
    fixed: IntArray | None = None,
    time_limit_s: float | None = None,
    start: ColumnChoice | None = None,
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
    start
        The answer to a like question (as many places, columns and chosen ones): the search begins
        there. Without it, and with fixed columns, it begins with greed.
    """
    if fixed is None or not fixed.size:
        return _maximise_free(matrix, weights, count, time_limit_s, start)
    # what the fixed columns cover is sure; the rest is a problem of its own on the other columns
    is_covered = np.diff(sp.csr_array(matrix[:, fixed]).indptr) > 0
    fixed_weight = float(weights[is_covered].sum())
    if count == len(fixed):
        return ColumnChoice(np.sort(fixed), fixed_weight, fixed_weight)
    free = np.setdiff1d(np.arange(matrix.shape[1]), fixed)
    open_weights = np.where(is_covered, 0.0, weights)
    rest = _maximise_free(
        sp.csr_array(matrix[:, free]), open_weights, count - len(fixed), time_limit_s, None
    )
    return ColumnChoice(
        np.union1d(fixed, free[rest.columns]),
        fixed_weight + rest.value,
        fixed_weight + rest.bound,
        rest.is_reproducible,
    )


def _maximise_free(
    matrix: sp.csr_array,
    weights: FloatArray,
    count: int,
    time_limit_s: float | None,
    start: ColumnChoice | None,
) -> ColumnChoice:
    """Run the steps of the module's docstring."""
    deadline = Deadline(time_limit_s)
    cover = merge_rows(matrix, weights)
    if count >= matrix.shape[1] or not cover.weights.size:
        value = sum_covered_weight(cover, np.arange(count))
        return ColumnChoice(np.arange(count), value, value)
    columns = choose_greedily(cover, count) if start is None else start.columns
    best = improve_by_swaps(cover, columns)
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
        prices=_begin_prices(cover, weights, best, start),
    )
    first_steps = STAGE_STEPS if start is None else NEAR_STEPS
    state = improve_bound(state, first_steps)
    # before rows of sure columns leave, so that a like question can start from all prices
    price_shares = _spread_prices(state)
    state = fix_columns(state)
    for _ in range(0 if start else MAX_STEPS // STAGE_STEPS - 1):
        state = fix_columns(improve_bound(state, STAGE_STEPS))
    if not (state.is_finished or deadline.is_over()):
        relaxation = relax_by_cuts(state, deadline)
        state = relaxation.state
        if not (state.is_finished or deadline.is_over()):
            state = TreeSearch(relaxation).run(deadline)
    bound = state.value if state.is_finished else state.bound
    columns = np.sort(state.best)
    return ColumnChoice(columns, state.value, bound, not deadline.was_hit, price_shares)


def improve_bound(state: SearchState, steps: int) -> SearchState:
    """Lower the bound by subgradient steps."""
    if state.is_finished:
        return state
    goal = state.value - state.sure_weight
    lowest = lower_bound_by_subgradient(state.cover, state.prices, state.open_count, goal, steps)
    state = state.with_prices(lowest.prices)
    # an answer that is proven already needs no swaps of another
    return state if state.is_finished else state.with_answer(lowest.columns)


def _begin_prices(
    cover: CoverMatrix, weights: FloatArray, best: IntArray, start: ColumnChoice | None
) -> FloatArray:
    """Take the prices to begin with: what the first answer says, or those of a like question.

    If the first answer is the best, rows that it does not cover cost all of their weight, and rows
    that it covers twice nothing.
    """
    if start is None or start.price_shares is None:
        shares = np.array([1.0, PRICE_OF_COVERED, 0.0])
        return np.asarray(cover.weights * shares[np.minimum(count_covering(cover, best), 2)])
    is_open = cover.row_of_place >= 0
    prices = (start.price_shares * weights)[is_open]
    sums = np.bincount(cover.row_of_place[is_open], prices, len(cover.weights))
    return sums.astype(np.float64)


def _spread_prices(state: SearchState) -> FloatArray:
    """Write the price of each place as a share of its weight; half where it has no row."""
    shares = np.append(state.prices / state.cover.weights, 0.5)
    return np.asarray(shares[state.cover.row_of_place])
