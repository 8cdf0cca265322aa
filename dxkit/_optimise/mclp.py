"""Which p columns of a 0/1 matrix cover the most weight, and how is that proven?

The maximal covering location problem (Church and ReVelle 1974): choose p columns so that the weight w of the rows that hold a
chosen column is the greatest. In the order of `maximise`:

1. rows reached by the same bases are one row, and a good answer is found by greed and swaps (`covering`);
2. any prices u with 0 ≤ u ≤ w on the rows give the bound Σ(w − u) + the p largest column sums of u ≥ optimum (the Lagrangian
   of "a covered row needs a base"; Galvão and ReVelle 1996); subgradient steps lower it;
3. a base that the bound does not allow in (or out of) any better answer is fixed, and rows are merged again;
4. the linear relaxation over few columns, grown until no other column is asked for (sifting), gives better prices;
5. HiGHS decides on the bases that are left. Weights that are whole numbers prove an answer by a bound less than 1 above it.
"""

from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from dxkit._optimise.cover import (
    CLOSE,
    EXACT,
    Cover,
    counts,
    greedy,
    merge,
    narrowed,
    proven,
    swapped,
    value,
)
from dxkit._optimise.highs import NO_LIMIT as ENDLESS
from dxkit._optimise.highs import Solution as Answer
from dxkit._optimise.highs import solve_model

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
# of the subgradient steps: how many, how long without gain, the smallest pace, how much of the last step is kept
STEPS, PATIENCE, SLOWEST, MOMENTUM = 300, 25, 0.02, 0.85
# of the sifting: columns to begin with (times the count), to add at least, and rounds before the bound is lowered again
FEW, MORE, BRIEF = 3, 20, 3
# fixing is worth its work when a tenth of the columns goes
LITTLE = 0.9
# how much of the new prices is mixed with the best so far
SHARES = (1.0, 0.5, 0.25, 0.1)


@dataclass(frozen=True)
class Choice:
    """The chosen columns, the weight they cover, and a bound that no choice can pass."""

    chosen: Places
    value: float
    bound: float


def bound(cover: Cover, prices: Floats, count: int) -> tuple[float, Floats]:
    """Give Σ(w − u) + the ``count`` largest column sums of u, and those sums."""
    sums = cover.columns @ prices
    most = np.partition(sums, len(sums) - count)[len(sums) - count :] if count else sums[:0]
    return float((cover.weights - prices).sum() + most.sum()), sums


def lowered(cover: Cover, prices: Floats, count: int, goal: float) -> tuple[float, Floats, Places]:
    """Lower the bound by subgradient steps; give the lowest, its prices, and the best answer met on the way.

    The step is Polyak's, (bound − goal) · pace / ‖g‖² along g = (what the ``count`` columns of the largest sums hold) − 1
    + `MOMENTUM` · the last g, held within 0 ≤ u ≤ w; after `PATIENCE` steps of little gain the pace halves.
    """
    lowest, kept, pace, stale, last = np.inf, prices, 1.0, 0, np.zeros(len(prices))
    most, best = -1.0, np.arange(count)
    for _ in range(STEPS):
        now, sums = bound(cover, prices, count)
        stale = 0 if now < lowest - 1e-3 * (min(lowest, 2 * now) - goal) else stale + 1
        lowest, kept = (now, prices) if now < lowest else (lowest, kept)
        top = np.argpartition(sums, len(sums) - count)[len(sums) - count :]
        held = counts(cover, top)
        found = float(cover.weights[held > 0].sum())
        most, best = (found, top) if found > most else (most, best)
        goal = max(goal, found)
        if proven(cover, goal, lowest) or pace < SLOWEST:
            break
        if stale >= PATIENCE:
            pace, stale, prices, last = pace / 2, 0, kept, np.zeros(len(prices))
            continue
        last = held - 1.0 + MOMENTUM * last
        # a price that would pass its end stays, and must not shorten the step of the others
        slope = np.where(
            ((prices <= 0) & (last > 0)) | ((prices >= cover.weights) & (last < 0)), 0.0, last
        )
        prices = np.clip(
            prices - pace * (now - goal) / max(float(slope @ slope), 1.0) * slope,
            0.0,
            cover.weights,
        )
    return lowest, kept, best


def relaxed(cover: Cover, count: int) -> tuple[Floats, Floats]:
    """Solve the linear relaxation: give the columns' shares and the rows' prices."""
    found = _programme(cover, count)
    shared = np.diff(cover.rows.indptr) > 1
    prices = cover.weights.copy()
    prices[shared] = np.clip(np.abs(found.duals[:-1]), 0.0, cover.weights[shared])
    return found.require_values()[: cover.rows.shape[1]], prices


def decided(cover: Cover, best: Places, seconds: float) -> tuple[float, float, Places]:
    """Let HiGHS choose ``count`` columns; give value, bound and choice."""
    start = np.zeros(cover.rows.shape[1])
    start[best] = 1.0
    found = _programme(cover, len(best), whole=True, start=start, seconds=seconds)
    chosen = np.flatnonzero(found.require_values()[: len(start)] > 0.5)
    return value(cover, chosen), found.bound, chosen


def _programme(
    cover: Cover,
    count: int,
    *,
    whole: bool = False,
    start: Floats | None = None,
    seconds: float = ENDLESS,
) -> Answer:
    """Write Σ w z → max, z_i ≤ Σ a_ij y_j, Σ y = count; a row of one column needs no z of its own: its y says it.

    Merging and fixing have left HiGHS's own simplifying nothing to find.
    """
    shared = np.diff(cover.rows.indptr) > 1
    rows, weights, (_, many) = cover.rows[shared], cover.weights[shared], cover.rows.shape
    alone = np.bincount(cover.rows[~shared].indices, cover.weights[~shared], many)
    total = sp.csr_array(np.concatenate([np.ones(many), np.zeros(len(weights))])[None, :])
    matrix = sp.vstack(
        [sp.hstack([rows.astype(float), -sp.eye_array(len(weights))], format="csr"), total],
        format="csr",
    )
    low, high = np.zeros(len(weights) + 1), np.full(len(weights) + 1, ENDLESS)
    low[-1] = high[-1] = count
    if start is not None:
        start = np.concatenate([start, rows @ start > 0])
    return solve_model(
        np.concatenate([alone, weights]), sp.csr_array(matrix), low, high,
        upper=np.ones(many + len(weights)), integers=np.arange(many + len(weights)) < many if whole else None, maximise=True, central_duals=not whole,
        start=start, absolute_gap=cover.grain * CLOSE, time_limit_s=None if seconds == ENDLESS else seconds, use_presolve=False,
    )  # fmt: skip


@dataclass(frozen=True)
class Search:
    """How far the search has come.

    Attributes
    ----------
    cover
        What is still open: the free columns, and the rows that no sure column covers.
    free, sure
        The columns that a better answer may hold, and those that it must hold, as numbers of the whole matrix.
    base
        The weight that the sure columns cover.
    best, value
        The best answer so far, as numbers of the whole matrix, and its weight.
    bound
        What no answer can pass.
    prices
        Of the cover's rows, those of the lowest bound.
    """

    cover: Cover
    free: Places
    sure: Places
    base: float
    best: Places
    value: float
    bound: float
    prices: Floats

    @property
    def count(self) -> int:
        """Give how many of the free columns are to be chosen."""
        return len(self.best) - len(self.sure)

    @property
    def done(self) -> bool:
        """Tell whether the best answer is proven."""
        return (
            proven(self.cover, self.value, self.bound)
            or self.count == 0
            or self.count >= len(self.free)
        )

    def met(self, chosen: Places) -> "Search":
        """Take an answer (numbers of the cover's columns) with its best swaps, if it is better."""
        better = swapped(self.cover, chosen)
        found = self.base + value(self.cover, better)
        return (
            self
            if found <= self.value
            else replace(self, best=np.concatenate([self.sure, self.free[better]]), value=found)
        )

    def limited(self, prices: Floats) -> "Search":
        """Take prices, if their bound is lower."""
        now = self.base + bound(self.cover, prices, self.count)[0]
        return replace(self, prices=prices, bound=now) if now < self.bound else self


def priced(search: Search) -> Search:
    """Lower the bound by subgradient steps, then drop what it does not allow."""
    if search.done:
        return search
    _, prices, top = lowered(search.cover, search.prices, search.count, search.value - search.base)
    return reduced(search.met(top).limited(prices))


def reduced(search: Search) -> Search:
    """Drop the columns that no better answer holds, and take those that every better answer holds."""
    if search.done:
        return search
    inside, free = fixed(search.cover, search.value - search.base, search.prices, search.count)
    if len(free) > LITTLE * len(search.free):
        return search
    cover, more = narrowed(search.cover, free, inside)
    known = cover.places >= 0
    prices = np.bincount(cover.places[known], search.prices[known], len(cover.weights)).astype(
        float
    )
    sure = np.concatenate([search.sure, search.free[inside]])
    return _only(
        replace(
            search,
            cover=cover,
            free=search.free[free],
            sure=sure,
            base=search.base + more,
            prices=prices,
        )
    )


def _only(search: Search) -> Search:
    """Where a single choice is left, take it if it is better."""
    if search.count not in (0, len(search.free)):
        return search
    total = search.base + value(search.cover, np.arange(search.count))
    chosen = np.concatenate([search.sure, search.free[: search.count]])
    return replace(search, best=chosen, value=total) if total > search.value else search


def sifted(search: Search, until: float, rounds: int = 100) -> Search:
    """Solve the linear relaxation over few columns, adding those whose sums are too large, until none is.

    Each round gives prices for all rows: that of merged rows is shared in proportion to weight, a row of none of the few
    costs all of its weight. A mean of them and the best prices so far often gives the lower bound.
    """
    _, sums = bound(search.cover, search.prices, search.count)
    few = np.argsort(-sums)[: FEW * (search.count + 1)]
    for _ in range(rounds):
        if search.done or monotonic() > until:
            break
        cover, count, free = search.cover, search.count, search.free
        small = merge(sp.csr_array(cover.rows[:, few]), cover.weights)
        shares, prices = relaxed(small, count)
        full = cover.weights * np.append(prices / small.weights, 1.0)[small.places]
        search = search.met(few[np.argsort(-shares, kind="stable")[:count]])
        sums = bound(cover, full, count)[1]
        limit = np.partition(sums[few], len(few) - count)[len(few) - count]
        for share in SHARES:
            search = search.limited(share * full + (1 - share) * search.prices)
        asked = np.setdiff1d(np.flatnonzero(sums > limit + EXACT * (1 + abs(limit))), few)
        asked = asked[np.argsort(-sums[asked])][: max(len(few), MORE)]
        search = reduced(search)
        few, asked = (np.flatnonzero(np.isin(search.free, free[each])) for each in (few, asked))
        if not asked.size:
            return search
        # the columns of the largest sums are always among the few: fewer than are to be chosen would not do
        largest = np.argsort(-bound(search.cover, search.prices, search.count)[1])[: search.count]
        few = np.union1d(np.union1d(few, asked), largest)
    return search


def settled(search: Search, until: float) -> Search:
    """Let HiGHS decide on the free columns that are left."""
    if search.done or monotonic() > until:
        return search
    begin = np.flatnonzero(np.isin(search.free, search.best))[: search.count]
    begin = greedy(search.cover, search.count, begin)
    found, limit, chosen = decided(search.cover, begin, until - monotonic())
    highest = max(min(search.bound, search.base + limit), search.value)
    if search.base + found > search.value:
        search = replace(
            search,
            best=np.concatenate([search.sure, search.free[chosen]]),
            value=search.base + found,
        )
    return replace(search, bound=highest)


def maximise(
    matrix: sp.csr_array,
    weights: Floats,
    count: int,
    *,
    start: Places | None = None,
    seconds: float = ENDLESS,
) -> Choice:
    """Choose ``count`` columns that cover the most weight.

    Parameters
    ----------
    matrix
        0/1: row a place, column a base.
    weights
        At least 0, one a row.
    count
        From 1 to the number of columns.
    start
        A good answer, if one is known.
    seconds
        After which the search stops with what it has; the bound holds all the same.
    """
    cover, until, nothing = merge(matrix, weights), monotonic() + seconds, np.arange(0)
    if count >= matrix.shape[1] or not cover.weights.size:
        chosen = np.arange(count)
        return Choice(chosen, value(cover, chosen), value(cover, chosen))
    best = swapped(cover, greedy(cover, count) if start is None else start)
    # nothing can pass all the weight there is (the bound of prices 0), which proves an answer that covers it all
    total = float(cover.weights.sum())
    search = Search(
        cover,
        np.arange(matrix.shape[1]),
        nothing,
        0.0,
        best,
        value(cover, best),
        total,
        cover.weights / 2,
    )
    search = sifted(priced(search), until, BRIEF)
    search = settled(sifted(priced(search), until), until)
    return Choice(np.sort(search.best), search.value, search.value if search.done else search.bound)


def fixed(cover: Cover, goal: float, prices: Floats, count: int) -> tuple[Places, Places]:
    """Give the columns that every better answer holds, and those that it may hold.

    A column out of the ``count`` largest sums, forced in, lowers the bound to: bound − (the last of the largest − its sum);
    one of the largest, forced out, to: bound − (its sum − the largest of the others).
    """
    highest, sums = bound(cover, prices, count)
    room = highest - goal - (cover.grain * CLOSE if cover.grain else -EXACT * abs(goal))
    order = np.argsort(-sums, kind="stable")
    last, other = sums[order[count - 1]], sums[order[count]]
    inside = order[:count][sums[order[:count]] - other > room]
    free = np.flatnonzero(last - sums <= room)
    return inside, np.setdiff1d(free, inside)
