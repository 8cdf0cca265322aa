"""Is there a better way to share out the members of any two groups?

A grouping in which no swap is a gain may still be poor. Here every pair of groups is taken apart
and put together in the best of all ways (some thousand), until no pair can be improved: a far
larger neighbourhood, for milliseconds a pair.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

import numpy as np

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._optimise.grouping_task import GroupingTask

# blocks of two groups beyond which there are too many ways to share them out
MAX_BLOCKS = 14
# costs nearer to each other than this are equal up to rounding
ROUNDING = 1e-10


@dataclass
class ExchangeLog:
    """What a search by exchanges has compared so far.

    Attributes
    ----------
    remaining_ways
        How many ways to share out two groups may still be compared: a limit without a clock.
    settled
        Pairs of groups (the blocks of each, as bytes) that are known to be shared out at best.
    """

    remaining_ways: float = np.inf
    settled: set[tuple[bytes, bytes]] = field(default_factory=set)

    def is_used_up(self) -> bool:
        """Check whether no more ways may be compared."""
        return self.remaining_ways <= 0


@lru_cache(maxsize=32)
def list_choices(block_count: int) -> FloatArray:
    """List all ways to choose some of the blocks (0/1, one row a way).

    The first block is always among the chosen; the others count in binary.
    """
    numbers = np.arange(2 ** (block_count - 1))
    digits = (numbers[:, None] >> np.arange(block_count - 1)) & 1
    return np.hstack([np.ones((len(numbers), 1)), digits]).astype(np.float64)


def polish_grouping(
    task: GroupingTask, labels: IntArray, price: float, log: ExchangeLog | None = None
) -> IntArray:
    """Improve a grouping of blocks pair of groups by pair of groups.

    Parameters
    ----------
    task
        The problem.
    labels
        The group of each block.
    price
        What a unit of penalty costs.
    log
        Of the comparisons before this one; where it is used up, the grouping so far is returned.
    """
    best = labels.copy()
    log = ExchangeLog() if log is None else log
    groups = range(task.group_count)
    contents = [_encode_group(best, group) for group in groups]
    # a dict as an ordered set: pairs of groups not compared since one of them changed
    waiting = dict.fromkeys(combinations(groups, 2))
    while waiting and not log.is_used_up():
        pair = next(iter(waiting))
        del waiting[pair]
        key = (contents[pair[0]], contents[pair[1]])
        if key in log.settled:
            continue
        if _improve_pair(task, best, pair, price, log):
            for group in pair:
                contents[group] = _encode_group(best, group)
            # all pairs with one of the two groups, in the order in which they began
            touched = {(min(i, j), max(i, j)) for i in pair for j in groups if i != j}
            waiting |= dict.fromkeys(sorted(touched - {pair}))
        else:
            log.settled.add(key)
    return best


def _encode_group(labels: IntArray, group: int) -> bytes:
    """Encode which blocks are in a group."""
    return np.flatnonzero(labels == group).tobytes()


def _improve_pair(
    task: GroupingTask, labels: IntArray, pair: tuple[int, int], price: float, log: ExchangeLog
) -> bool:
    """Share out two groups anew where that is a gain; return whether it was."""
    blocks = np.flatnonzero((labels == pair[0]) | (labels == pair[1]))
    if not 2 <= len(blocks) <= MAX_BLOCKS:
        return False
    sizes = np.asarray(task.block_sizes)[blocks]
    choices = list_choices(len(blocks))
    log.remaining_ways -= len(choices)
    allowed = np.flatnonzero(_has_allowed_sizes(task, choices @ sizes, int(sizes.sum())))
    choices = choices[allowed]
    # the present way, found by its binary number
    present = labels[blocks] == labels[blocks[0]]
    number = present[1:] @ 2 ** np.arange(len(blocks) - 1)
    now = int(np.searchsorted(allowed, number))
    costs = _compute_costs(task, choices, blocks, price)
    if costs.min() >= costs[now] - ROUNDING:
        return False
    # the first of the ways that are best up to rounding
    best = int(np.flatnonzero(costs <= costs.min() + ROUNDING)[0])
    labels[blocks] = np.where(choices[best] > 0, pair[0], pair[1])
    return True


def _has_allowed_sizes(task: GroupingTask, sizes: FloatArray, total: int) -> BoolArray:
    """Check for each way whether the chosen and the others both have an allowed size."""
    others = total - sizes
    allowed = (sizes >= task.min_size) & (sizes <= task.max_size)
    return allowed & (others >= task.min_size) & (others <= task.max_size)


def _compute_costs(
    task: GroupingTask, choices: FloatArray, blocks: IntArray, price: float
) -> FloatArray:
    """Compute what each choice of blocks (x, 0/1) and the rest of them cost as two groups.

    What the rest has among itself follows from what the chosen have:
    Σ(1 − x)B(1 − x) = ΣB − 2 Σ xB + Σ xBx.
    """
    sizes = np.asarray(task.block_sizes)[blocks]
    between = task.between[np.ix_(blocks, blocks)]
    within = task.within[blocks]
    penalties = task.penalties[np.ix_(blocks, blocks)]
    chosen_sizes = (choices @ sizes).astype(np.intp)
    pairs = np.einsum("ij,ij->i", choices @ between, choices) / 2
    chosen_sum = pairs + choices @ within
    rest_sum = pairs + (between.sum() / 2 + within.sum())
    rest_sum = rest_sum - choices @ (between.sum(axis=1) + within)
    costs = task.size_factor[chosen_sizes] * chosen_sum
    costs = costs + task.size_factor[sizes.sum() - chosen_sizes] * rest_sum
    if penalties.any():
        broken = (
            np.einsum("ij,ij->i", choices @ penalties, choices)
            + penalties.sum() / 2
            - choices @ penalties.sum(axis=1)
        )
        costs = costs + price * broken
    return np.asarray(costs)


def shake_grouping(
    task: GroupingTask, labels: IntArray, swaps: int, rng: np.random.Generator
) -> IntArray:
    """Let a few random blocks of equal size change places."""
    shaken = labels.copy()
    sizes = np.asarray(task.block_sizes)
    for i in rng.integers(0, len(labels), swaps):
        j = rng.choice(np.flatnonzero(sizes == sizes[i]))
        shaken[[i, j]] = shaken[[j, i]]
    return shaken


def search_pair_exchanges(
    task: GroupingTask,
    labels: IntArray,
    price: float,
    *,
    tries: int,
    swaps: int,
    seed: int,
    max_ways: float = np.inf,
) -> IntArray:
    """Shake and polish again and again, keeping what is better.

    Iterated local search (Lourenço, Martin and Stützle 2003).

    Parameters
    ----------
    task, labels, price
        As for `polish_grouping`.
    tries, swaps
        How often a grouping is shaken, by so many swaps each.
    seed
        Of the shaking.
    max_ways
        How many ways to share out two groups may be compared in all.
    """
    rng = np.random.default_rng(seed)
    log = ExchangeLog(max_ways)
    best = polish_grouping(task, labels, price, log)
    best_cost = task.compute_cost(best) + price * task.compute_penalty(best)
    for _ in range(tries):
        if log.is_used_up():
            break
        neighbour = polish_grouping(task, shake_grouping(task, best, swaps, rng), price, log)
        cost = task.compute_cost(neighbour) + price * task.compute_penalty(neighbour)
        if cost < best_cost - ROUNDING:
            best = neighbour
            best_cost = cost
    return best
