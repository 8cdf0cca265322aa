"""Which grouping is good, when there are far too many groupings to compare them all?

Simulated annealing on blocks: a block changes its group, or two blocks change places. A group
costs a factor of its size times the sum of its pairs, so the change is known from what each block
has with each group (Johnson et al. 1989 for the method; running sums as in Gallego et al. 2013 for
grouping). Plain Python lists: at 41 members they beat arrays, whose calls cost more than the
arithmetic.
"""

import math
import random

import numpy as np

from dxkit._arrays import IntArray
from dxkit._optimise.grouping_task import GroupingTask, deal_blocks

# first and last temperature of a chain, in units of a typical change; chains take turns, as hotter
# ones find likeness and cooler ones find difference
TEMPERATURES = ((0.3, 0.02), (0.12, 0.015))
# number of temperatures between the first and the last
COOLING_STEPS = 120
# price of a unit of penalty, in units of a typical change
PENALTY_PRICE = 4.0
# share of proposals that move one block instead of swapping two
MOVE_SHARE = 0.25
# changes nearer to zero than this are rounding: which way it falls depends on the processor
ROUNDING = 1e-11


def anneal_grouping(
    task: GroupingTask,
    steps: int,
    seed: int,
    start: IntArray | None = None,
    temperatures: tuple[float, float] = TEMPERATURES[0],
) -> tuple[IntArray, float, float]:
    """Find a good grouping by annealing one chain.

    Parameters
    ----------
    task
        The problem.
    steps
        Number of proposals.
    seed
        Of the random numbers.
    start
        The group of each block to begin with; dealt at random by default.
    temperatures
        First and last temperature, in units of a typical change.

    Returns
    -------
    tuple
        The group of each block, the cost, and how far the penalty lies above the least (0: every
        rule is kept).
    """
    chain = _Chain(task, seed, deal_blocks(task, seed) if start is None else start)
    chain.anneal(steps, *temperatures)
    labels = np.asarray(chain.labels, dtype=np.intp)
    return labels, task.compute_cost(labels), task.compute_penalty(labels) - task.min_penalty


def descend_grouping(task: GroupingTask, labels: IntArray) -> IntArray:
    """Improve a grouping until no single change is a gain; rules that it keeps stay kept."""
    chain = _Chain(task, 0, labels)
    # so dear that no gain in cost pays for a broken rule
    chain.price = 1e9 * max(chain.estimate_typical_change(), 1.0)
    chain.descend()
    return np.asarray(chain.labels, dtype=np.intp)


class _Chain:
    """One chain: the group of each block, and running sums of each group with every block."""

    def __init__(self, task: GroupingTask, seed: int, labels: IntArray) -> None:
        self.task = task
        self.random = random.Random(seed)  # noqa: S311 - not for secrets
        self.price = 0.0
        self.labels: list[int] = [int(label) for label in labels]
        membership = np.zeros((task.group_count, len(self.labels)))
        membership[self.labels, np.arange(len(self.labels))] = 1.0
        self.between: list[list[float]] = task.between.tolist()
        self.penalties: list[list[float]] = task.penalties.tolist()
        self.within: list[float] = task.within.tolist()
        self.size_factor: list[float] = task.size_factor.tolist()
        # what each group has with each block: one list a group
        self.group_cost: list[list[float]] = (membership @ task.between).tolist()
        self.group_penalty: list[list[float]] = (membership @ task.penalties).tolist()
        self.has_penalties = bool(task.penalties.any())
        self.block_has_penalty = [bool(row.any()) for row in task.penalties]
        sizes = np.bincount(self.labels, weights=task.block_sizes, minlength=task.group_count)
        self.sizes = [int(size) for size in sizes]
        pair_sums = (membership @ task.between * membership).sum(axis=1) / 2
        self.sums: list[float] = (pair_sums + membership @ task.within).tolist()

    def anneal(self, steps: int, first: float, last: float) -> None:
        """Cool from the first temperature to the last, then descend."""
        scale = self.estimate_typical_change()
        # dear enough that no rule is broken for a gain at the end, and cheap enough that the
        # chain passes through broken rules while it is hot
        self.price = PENALTY_PRICE * scale
        for temperature in scale * np.geomspace(first, last, COOLING_STEPS):
            self._propose_changes(max(1, steps // COOLING_STEPS), float(temperature))
        self.descend()

    def descend(self) -> None:
        """Pass over all changes until none is a gain."""
        while self._pass_over_changes():
            pass

    def estimate_typical_change(self) -> float:
        """Estimate the size of a change.

        How much what a block has with a group varies, times the factor of a middling group.
        """
        spread = float(np.std(np.asarray(self.group_cost)))
        middle_size = (self.task.min_size + self.task.max_size) // 2
        return max(spread * self.size_factor[middle_size], ROUNDING)

    def _propose_changes(self, steps: int, temperature: float) -> None:
        """Propose changes at one temperature and accept them by Metropolis' rule."""
        draw = self.random.random
        block_count = len(self.labels)
        group_count = self.task.group_count
        # with one size for all groups and all blocks a single move always breaks the sizes
        has_moves = self.task.min_size < self.task.max_size or len(set(self.task.block_sizes)) > 1
        move_share = MOVE_SHARE if has_moves else 0.0
        for _ in range(steps):
            block = int(draw() * block_count)
            is_move = draw() < move_share
            target = int(draw() * (group_count if is_move else block_count))
            change = (
                self._change_of_move(block, target)
                if is_move
                else self._change_of_swap(block, target)
            )
            # a change of nothing but rounding draws a number, so that all processors draw alike
            if change < -ROUNDING or draw() < math.exp(-change / temperature):
                self._apply_change(block, target, is_move)

    def _change_of_move(self, block: int, new: int) -> float:
        """Compute the change when a block goes to another group; inf where sizes forbid it."""
        old = self.labels[block]
        size = self.task.block_sizes[block]
        old_size = self.sizes[old] - size
        new_size = self.sizes[new] + size
        if old == new or old_size < self.task.min_size or new_size > self.task.max_size:
            return math.inf
        within = self.within[block]
        factor = self.size_factor
        sums = self.sums
        change = (
            factor[old_size] * (sums[old] - self.group_cost[old][block] - within)
            - factor[self.sizes[old]] * sums[old]
        )
        change += (
            factor[new_size] * (sums[new] + self.group_cost[new][block] + within)
            - factor[self.sizes[new]] * sums[new]
        )
        if self.has_penalties:
            change += self.price * (self.group_penalty[new][block] - self.group_penalty[old][block])
        return change

    def _change_of_swap(self, i: int, j: int) -> float:
        """Compute the change when blocks i and j change places; inf where sizes forbid it."""
        group_i = self.labels[i]
        group_j = self.labels[j]
        if group_i == group_j:
            return math.inf
        cost = self.group_cost
        sums = self.sums
        sizes = self.sizes
        factor = self.size_factor
        growth = self.task.block_sizes[j] - self.task.block_sizes[i]
        if growth and not self._are_allowed(sizes[group_i] + growth, sizes[group_j] - growth):
            return math.inf
        # the pair i, j stands in both running sums, but sits in no group together
        pair = self.between[i][j]
        within = self.within[j] - self.within[i]
        sum_i = sums[group_i] - cost[group_i][i] + cost[group_i][j] - pair + within
        sum_j = sums[group_j] - cost[group_j][j] + cost[group_j][i] - pair - within
        change = factor[sizes[group_i] + growth] * sum_i - factor[sizes[group_i]] * sums[group_i]
        change += factor[sizes[group_j] - growth] * sum_j - factor[sizes[group_j]] * sums[group_j]
        if self.has_penalties:
            penalty = self.group_penalty
            moved = penalty[group_i][j] - penalty[group_i][i]
            moved = moved + penalty[group_j][i] - penalty[group_j][j]
            change += self.price * (moved - 2.0 * self.penalties[i][j])
        return change

    def _are_allowed(self, size_i: int, size_j: int) -> bool:
        """Check two sizes of groups."""
        low = self.task.min_size
        high = self.task.max_size
        return low <= size_i <= high and low <= size_j <= high

    def _apply_change(self, block: int, target: int, is_move: bool) -> None:
        """Make a change: one block to a group, or two blocks to each other's group."""
        if is_move:
            self._move_block(block, target)
            return
        group = self.labels[block]
        other_group = self.labels[target]
        self._move_block(block, other_group)
        self._move_block(target, group)

    def _move_block(self, block: int, new: int) -> None:
        """Move a block to a group and keep the running sums up to date."""
        old = self.labels[block]
        size = self.task.block_sizes[block]
        within = self.within[block]
        row = self.between[block]
        self.sums[old] -= self.group_cost[old][block] + within
        self.sums[new] += self.group_cost[new][block] + within
        self.group_cost[old] = [a - b for a, b in zip(self.group_cost[old], row, strict=True)]
        self.group_cost[new] = [a + b for a, b in zip(self.group_cost[new], row, strict=True)]
        # most blocks stand under no rule: their penalty rows are all zero
        if self.block_has_penalty[block]:
            row = self.penalties[block]
            penalty = self.group_penalty
            penalty[old] = [a - b for a, b in zip(penalty[old], row, strict=True)]
            penalty[new] = [a + b for a, b in zip(penalty[new], row, strict=True)]
        self.sizes[old] -= size
        self.sizes[new] += size
        self.labels[block] = new

    def _pass_over_changes(self) -> bool:
        """Make every gainful change met in one pass over all; return whether there was any."""
        has_gained = False
        # moves of one block before swaps, as there are fewer of them
        for block in range(len(self.labels)):
            for group in range(self.task.group_count):
                has_gained |= self._take_if_gain(block, group, True)
            for target in range(block):
                has_gained |= self._take_if_gain(block, target, False)
        return has_gained

    def _take_if_gain(self, block: int, target: int, is_move: bool) -> bool:
        """Make one change if it is a gain beyond rounding; return whether it was."""
        change = (
            self._change_of_move(block, target) if is_move else self._change_of_swap(block, target)
        )
        if change >= -ROUNDING:
            return False
        self._apply_change(block, target, is_move)
        return True
