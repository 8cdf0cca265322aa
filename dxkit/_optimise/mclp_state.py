"""How far has the search for the best coverage come, and which columns are still in question?"""

from dataclasses import dataclass, replace

import numpy as np

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.cover import (
    CoverMatrix,
    improve_by_swaps,
    is_proven,
    restrict_cover,
    sum_covered_weight,
)
from dxkit._optimise.lagrangian import compute_bound, find_fixable_columns

# the matrix is rebuilt without fixed columns only where a tenth of the columns goes
WORTHWHILE_SHARE = 0.9


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

    cover: CoverMatrix
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


def _take_last_choice(state: SearchState) -> SearchState:
    """Where a single choice is left, take it if it is better."""
    if state.open_count not in (0, len(state.free)):
        return state
    covered = sum_covered_weight(state.cover, np.arange(state.open_count))
    value = state.sure_weight + covered
    columns = np.concatenate([state.sure, state.free[: state.open_count]])
    return replace(state, best=columns, value=value) if value > state.value else state
