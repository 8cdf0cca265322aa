"""Is there a better way to share out the members of any two groups?

A grouping in which no swap is a gain may still be poor. Here every pair of groups is taken apart and put together in the best of
all ways (some thousand), until no pair can be bettered: a far larger neighbourhood, for milliseconds a pair.
"""

from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dxkit._optimise.annealing import Task

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
# blocks of two groups beyond which there are too many ways
MOST_BLOCKS = 14
SURE = 1e-10


@lru_cache(maxsize=32)
def ways(blocks: int) -> Floats:
    """Give all ways to choose some of so many blocks (0/1), the first always among the chosen; the others count in binary."""
    numbers = np.arange(2 ** (blocks - 1))
    return np.hstack(
        [np.ones((len(numbers), 1)), (numbers[:, None] >> np.arange(blocks - 1)) & 1]
    ).astype(np.float64)


def polish(task: Task, groups: Whole, price: float) -> Whole:
    """Better a grouping of blocks pair of groups by pair of groups; a unit of penalty costs ``price``."""
    best = groups.copy()
    fresh = dict.fromkeys(combinations(range(task.count), 2))
    while fresh:
        pair = next(iter(fresh))
        del fresh[pair]
        if _bettered(task, best, pair, price):
            changed = [
                each
                for each in combinations(range(task.count), 2)
                if set(each) & set(pair) and each != pair
            ]
            fresh |= dict.fromkeys(changed)
    return best


def _bettered(task: Task, groups: Whole, pair: tuple[int, int], price: float) -> bool:
    """Share out two groups anew where that is a gain; tell whether it was."""
    own = np.flatnonzero((groups == pair[0]) | (groups == pair[1]))
    if not 2 <= len(own) <= MOST_BLOCKS:
        return False
    sizes = np.asarray(task.sizes)[own]
    chosen = ways(len(own))
    first = chosen @ sizes
    fits = (first >= task.low) & (first <= task.high)
    fits &= (sizes.sum() - first >= task.low) & (sizes.sum() - first <= task.high)
    kept = np.flatnonzero(fits)
    chosen, present = chosen[kept], groups[own] == groups[own[0]]
    costs = _costs(task, chosen, own, price)
    at, now = (
        int(np.argmin(costs)),
        int(np.searchsorted(kept, present[1:] @ 2 ** np.arange(len(own) - 1))),
    )
    if costs[at] >= costs[now] - SURE:
        return False
    groups[own] = np.where(chosen[at] > 0, pair[0], pair[1])
    return True


def _costs(task: Task, chosen: Floats, own: Whole, price: float) -> Floats:
    """Give what each choice of blocks (x, 0/1) and the rest of them cost as two groups.

    What the rest has among itself follows from what the chosen have: Σ(1 − x)B(1 − x) = ΣB − 2 Σ xB + Σ xBx.
    """
    sizes = np.asarray(task.sizes)[own]
    between, within, banned = (
        task.between[np.ix_(own, own)],
        task.within[own],
        task.banned[np.ix_(own, own)],
    )
    first = (chosen @ sizes).astype(np.intp)
    inside = np.einsum("ij,ij->i", chosen @ between, chosen) / 2
    one = inside + chosen @ within
    rest = inside + (between.sum() / 2 + within.sum()) - chosen @ (between.sum(axis=1) + within)
    found = task.factor[first] * one + task.factor[sizes.sum() - first] * rest
    if banned.any():
        broken = (
            np.einsum("ij,ij->i", chosen @ banned, chosen)
            + banned.sum() / 2
            - chosen @ banned.sum(axis=1)
        )
        found = found + price * broken
    return np.asarray(found)


def shaken(task: Task, groups: Whole, swaps: int, rng: np.random.Generator) -> Whole:
    """Give a grouping in which a few random blocks of equal size have changed places."""
    found, sizes = groups.copy(), np.asarray(task.sizes)
    for one in rng.integers(0, len(groups), swaps):
        two = rng.choice(np.flatnonzero(sizes == sizes[one]))
        found[[one, two]] = found[[two, one]]
    return found


def deepened(
    task: Task, groups: Whole, price: float, *, tries: int, swaps: int, seed: int
) -> Whole:
    """Shake and polish again and again, keeping what is better (iterated local search: Lourenço et al. 2003)."""
    rng = np.random.default_rng(seed)
    best = polish(task, groups, price)
    value = task.value(best) + price * task.penalty(best)
    for _ in range(tries):
        other = polish(task, shaken(task, best, swaps, rng), price)
        cost = task.value(other) + price * task.penalty(other)
        if cost < value - SURE:
            best, value = other, cost
    return best
