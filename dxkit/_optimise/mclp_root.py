"""How low do cuts bring the bound on the best coverage, and which columns does that leave?

The programme of `dxkit._optimise.mclp_cuts` is solved again and again over few active columns; its
solution gives cuts, its prices give the bound, and say which other columns have to become active.
Cuts are taken between the solution and the best shares so far (Ben-Ameur and Neto 2007: in-out),
which takes fewer of them.
"""

from dataclasses import dataclass

import numpy as np

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.cover import (
    RELATIVE_TOLERANCE,
    improve_by_swaps,
    restrict_cover,
    sum_covered_weight,
)
from dxkit._optimise.deadline import Deadline
from dxkit._optimise.lagrangian import compute_bound, find_fixable_columns
from dxkit._optimise.mclp_cuts import CutProgramme, CutSet, group_rows
from dxkit._optimise.mclp_state import SearchState

# the first active columns, for each column to be chosen
FIRST_COLUMNS_FACTOR = 3
# columns that are all active from the beginning
FEW_COLUMNS = 120
# columns that a round adds at least, where so many have too large a sum
SMALLEST_ADDITION = 20
# rounds of active columns, and solutions in one round
SIFTING_ROUNDS = 100
CUT_STEPS = 200
# solutions after which the shares are rounded to an answer
ANSWER_STEPS = 5
# how near, as a share of the distance from the best answer to the bound, the solution must come to
# what is really covered: in the first rounds, and in the last
LOOSE_TOLERANCE = 0.3
TIGHT_TOLERANCE = 0.02
# where cuts are taken: this share of the way from the best shares to the solution
CUT_POINT = 0.5
# answers that a search around the best one tries, and the share of the columns that the widest of
# its steps replaces; tried on Hyogo's 50,335 × 1,000, p = 50, of tests/benchmarks/siting.py alone
SEARCH_STEPS = 200
LARGEST_STEP = 0.25
# a column of a smaller share counts as not chosen
SMALLEST_SHARE = 1e-6
# shares of new prices that are tried in a mix with the best prices so far
PRICE_SHARES = (1.0, 0.5)


@dataclass(frozen=True)
class CutRelaxation:
    """Where the cuts have come to: the state, the active columns and the tight cuts."""

    state: SearchState
    active: IntArray
    cut_sets: list[CutSet]
    grouping: tuple[IntArray, int]


def relax_by_cuts(state: SearchState, deadline: Deadline) -> CutRelaxation:
    """Lower the bound by cuts until the linear relaxation over all columns is solved."""
    count = state.open_count
    grouping = group_rows(state.cover, count)
    sums = compute_bound(state.cover, state.prices, count)[1]
    active = np.argsort(-sums, kind="stable")[: FIRST_COLUMNS_FACTOR * (count + 1)]
    active = np.union1d(active, np.flatnonzero(np.isin(state.free, state.best)))
    tolerance = LOOSE_TOLERANCE
    if len(state.free) <= FEW_COLUMNS:
        # one programme of all of them costs less than several of ever more
        active = np.arange(len(state.free))
        tolerance = TIGHT_TOLERANCE
    cut_sets: list[CutSet] = []
    for _ in range(SIFTING_ROUNDS):
        programme = CutProgramme(state.cover, count, active, grouping, cut_sets)
        state = _approach_relaxation(state, programme, tolerance, deadline)
        prices = programme.read_prices()
        for share in PRICE_SHARES:
            state = state.with_prices(share * prices + (1 - share) * state.prices)
        cut_sets = programme.tight_cut_sets()
        if state.is_finished or deadline.is_over():
            break
        possible = find_possible_columns(state)
        sums = compute_bound(state.cover, prices, count)[1]
        added = np.intersect1d(columns_to_add(sums, active, count), possible)
        active = np.union1d(np.intersect1d(active, possible), added)
        # what the prices of all columns bound more than those of the active ones is worth a round
        excess = state.bound - state.sure_weight - programme.value
        if not added.size or excess < TIGHT_TOLERANCE * (state.bound - state.value):
            if tolerance == TIGHT_TOLERANCE:
                break
            tolerance = TIGHT_TOLERANCE
    return CutRelaxation(state, active, cut_sets, grouping)


def find_possible_columns(state: SearchState) -> IntArray:
    """Find the columns that a better answer may hold."""
    goal = state.value - state.sure_weight
    return np.union1d(*find_fixable_columns(state.cover, state.prices, state.open_count, goal))


def columns_to_add(sums: FloatArray, active: IntArray, count: int) -> IntArray:
    """Find the columns outside the active ones whose sums pass the last chosen active one's."""
    first = len(active) - count
    limit = np.partition(sums[active], first)[first] if first > 0 else 0.0
    is_larger = sums > limit + RELATIVE_TOLERANCE * (1 + abs(limit))
    candidates = np.setdiff1d(np.flatnonzero(is_larger), active)
    largest_first = candidates[np.argsort(-sums[candidates], kind="stable")]
    return largest_first[: max(len(active) // 2, SMALLEST_ADDITION)]


def round_shares(active: IntArray, shares: FloatArray, count: int) -> IntArray:
    """Take the columns of the largest shares."""
    return active[np.argsort(-shares, kind="stable")[:count]]


def search_among(state: SearchState, columns: IntArray) -> SearchState:
    """Look for a better answer among these columns and those of the best one, by chance.

    Iterated local search (Lourenço, Martin and Stützle 2003): some columns of the best answer are
    replaced by others, swaps follow, and the result stays if it is better. Few columns can be
    chosen, so that a step costs little. The seed is fixed.
    """
    columns = np.union1d(columns, np.flatnonzero(np.isin(state.free, state.best)))
    cover, _ = restrict_cover(state.cover, columns, np.arange(0))
    best = np.flatnonzero(np.isin(state.free[columns], state.best))
    best_value = sum_covered_weight(cover, best)
    count = len(best)
    # at least two, as swaps have tried each one; never more than there are others
    most = min(max(2, int(LARGEST_STEP * count)), count, len(columns) - count)
    generator = np.random.default_rng(0)
    for _ in range(SEARCH_STEPS if most >= 2 else 0):
        size = int(generator.integers(2, most + 1))
        others = np.setdiff1d(np.arange(len(columns)), best)
        stay = np.delete(best, generator.choice(count, size, replace=False))
        enter = generator.choice(others, size, replace=False)
        answer = improve_by_swaps(cover, np.concatenate([stay, enter]))
        value = sum_covered_weight(cover, answer)
        if value > best_value:
            best = answer
            best_value = value
    return state.with_answer(columns[best])


def _approach_relaxation(
    state: SearchState, programme: CutProgramme, tolerance: float, deadline: Deadline
) -> SearchState:
    """Add cuts until the solution is near to what its shares really cover."""
    count = state.open_count
    active = programme.active
    # the best answer, or what of it is active, is a point from which to go
    centre = np.isin(state.free[active], state.best).astype(float)
    centre_value = programme.cover_rows(centre)
    if not programme.cut_count:
        programme.add_cuts(np.zeros(len(active)))
        programme.add_cuts(centre)
    for step in range(CUT_STEPS):
        solution = programme.solve()
        value = programme.cover_rows(solution.shares)
        if value > centre_value:
            centre = solution.shares
            centre_value = value
        if step % ANSWER_STEPS == ANSWER_STEPS - 1:
            state = state.with_answer(round_shares(active, solution.shares, count))
        room = solution.value + state.sure_weight - state.value
        if solution.value - centre_value <= max(tolerance * room, 1e-6) or deadline.is_over():
            break
        point = CUT_POINT * solution.shares + (1 - CUT_POINT) * centre
        value = programme.cover_rows(point)
        added = programme.add_cuts(point, solution)
        if value > centre_value:
            centre = point
            centre_value = value
        if not added and not programme.add_cuts(solution.shares, solution):
            break
    return state.with_answer(round_shares(active, solution.shares, count))
