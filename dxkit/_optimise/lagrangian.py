"""What can no choice of p columns cover, and which columns must or cannot be in a better one?

Any prices u with 0 ≤ u ≤ w on the rows of a cover give the bound Σ(w − u) + the p largest column
sums of u ≥ optimum: the Lagrangian of "a covered row needs a chosen column" (Galvão and ReVelle
1996). Subgradient steps lower it; a fixed number of them, so that no machine gets further.
"""

from dataclasses import dataclass

import numpy as np

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.cover import (
    RELATIVE_TOLERANCE,
    WHOLE_WEIGHT_GAP,
    CoverMatrix,
    count_covering,
    is_proven,
)

MAX_STEPS = 300
# steps without gain after which the pace halves
PATIENCE_STEPS = 25
# share of Polyak's step below which the search ends
SMALLEST_PACE = 0.02
# share of the last step that is kept
MOMENTUM = 0.85
# share of the distance to the goal by which the bound must fall to count as a gain
SMALLEST_GAIN = 1e-3


@dataclass(frozen=True)
class PricedBound:
    """The lowest bound met, the prices that give it, and the best columns met on the way."""

    bound: float
    prices: FloatArray
    columns: IntArray


def compute_bound(cover: CoverMatrix, prices: FloatArray, count: int) -> tuple[float, FloatArray]:
    """Compute Σ(w − u) + the ``count`` largest column sums of u, and all these sums."""
    sums = cover.float_columns @ prices
    largest = sums[_largest_positions(sums, count)] if count else sums[:0]
    return _sum_bound(cover, prices, largest), sums


def lower_bound_by_subgradient(
    cover: CoverMatrix, prices: FloatArray, count: int, goal: float, steps: int = MAX_STEPS
) -> PricedBound:
    """Lower the bound by subgradient steps.

    The step is Polyak's, (bound − goal) · pace / ‖g‖² along g = (how many of the ``count`` columns
    with the largest sums hold a row) − 1 + `MOMENTUM` · the last g, within 0 ≤ u ≤ w; after
    `PATIENCE_STEPS` of little gain the pace halves.

    Parameters
    ----------
    goal
        The value of the best answer so far.
    steps
        How many at most.
    """
    lowest = PricedBound(np.inf, prices, np.arange(count))
    best_value = -1.0
    pace = 1.0
    stale_steps = 0
    last_step = np.zeros(len(prices))
    for _ in range(steps):
        # the columns of the largest sums bound all answers, and are one, often a good one
        sums = cover.float_columns @ prices
        columns = _largest_positions(sums, count)
        bound = _sum_bound(cover, prices, sums[columns])
        needed_gain = SMALLEST_GAIN * (min(lowest.bound, 2 * bound) - goal)
        stale_steps = 0 if bound < lowest.bound - needed_gain else stale_steps + 1
        if bound < lowest.bound:
            lowest = PricedBound(bound, prices, lowest.columns)
        covering = count_covering(cover, columns)
        value = float(cover.weights[covering > 0].sum())
        if value > best_value:
            best_value = value
            lowest = PricedBound(lowest.bound, lowest.prices, columns)
        goal = max(goal, value)
        if is_proven(cover, goal, lowest.bound) or pace < SMALLEST_PACE:
            break
        if stale_steps >= PATIENCE_STEPS:
            # go on from the best prices with half the pace and without momentum
            pace /= 2
            stale_steps = 0
            prices = lowest.prices
            last_step = np.zeros(len(prices))
            continue
        last_step = covering - 1.0 + MOMENTUM * last_step
        prices = _step_prices(cover, prices, last_step, pace * (bound - goal))
    return lowest


def find_fixable_columns(
    cover: CoverMatrix, prices: FloatArray, count: int, goal: float
) -> tuple[IntArray, IntArray]:
    """Find the columns that every better answer holds, and those that it may hold.

    A column out of the ``count`` largest sums, forced in, lowers the bound to: bound − (the last of
    the largest − its sum); one of the largest, forced out, to: bound − (its sum − the largest of
    the others).

    Returns
    -------
    tuple
        The sure columns, and the free ones; all others are in no better answer.
    """
    bound, sums = compute_bound(cover, prices, count)
    # a better answer with whole weights is better by 1
    if cover.weight_unit:
        room = bound - goal - cover.weight_unit * WHOLE_WEIGHT_GAP
    else:
        room = bound - goal + RELATIVE_TOLERANCE * abs(goal)
    order = np.argsort(-sums, kind="stable")
    last_in = sums[order[count - 1]]
    first_out = sums[order[count]]
    sure = order[:count][sums[order[:count]] - first_out > room]
    possible = np.flatnonzero(last_in - sums <= room)
    return sure, np.setdiff1d(possible, sure)


def _step_prices(
    cover: CoverMatrix, prices: FloatArray, step: FloatArray, length: float
) -> FloatArray:
    """Move prices against a step of this length, within 0 and the weights."""
    # a price that would pass its end stays, and must not shorten the step of the others
    can_move = np.where(step > 0, prices > 0, prices < cover.weights)
    slope = step * can_move
    # not slope @ slope: the threads that numpy starts for it cost more than they save
    scale = length / max(float(np.einsum("i,i->", slope, slope)), 1.0)
    moved = prices - scale * slope
    np.maximum(moved, 0.0, out=moved)
    return np.minimum(moved, cover.weights, out=moved)


def _sum_bound(cover: CoverMatrix, prices: FloatArray, largest: FloatArray) -> float:
    return float(cover.total_weight - prices.sum() + largest.sum())


def _largest_positions(sums: FloatArray, count: int) -> IntArray:
    return sums.argpartition(len(sums) - count)[len(sums) - count :]
