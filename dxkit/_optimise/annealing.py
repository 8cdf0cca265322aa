"""Which grouping is good, when there are more of them than grains of sand?

Simulated annealing on blocks (members who stay together move as one): a block changes its group, or two blocks change places.
What a group costs is a factor of its size times the sum of its pairs, so a change is known from two numbers: what each block has
with each group (Johnson et al. 1989 for the method; sums kept up to date as in Gallego et al. 2013 for grouping). Plain Python
lists: at 41 members they beat arrays, whose calls cost more than the arithmetic.
"""

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
# of a chain: how hot it begins and ends, in units of a typical change; how often it cools; what a broken rule costs
# hotter finds likeness, cooler finds difference; chains take turns
HEATS, COOLINGS, DEAR = ((0.3, 0.02), (0.12, 0.015)), 120, 4.0
# the share of proposals that move one block instead of swapping two
MOVES = 0.25
SURE = 1e-11


@dataclass(frozen=True)
class Task:
    """What is sought.

    Attributes
    ----------
    sizes
        How many members each block has.
    within, between
        Cost inside each block, and between two blocks.
    banned
        Penalty between two blocks.
    factor
        By size of a group (from 0 to ``high``): what its pairs' sum is multiplied by.
    low, high, count
        Sizes of a group, number of groups.
    least
        The penalty at which every rule is kept.
    """

    sizes: tuple[int, ...]
    within: Floats
    between: Floats
    banned: Floats
    factor: Floats
    low: int
    high: int
    count: int
    least: float = 0.0

    def value(self, groups: Whole) -> float:
        """Give the cost of a grouping of blocks."""
        total = 0.0
        for group in range(self.count):
            own = np.flatnonzero(groups == group)
            pairs = float(self.between[np.ix_(own, own)].sum()) / 2 + float(self.within[own].sum())
            total += float(self.factor[sum(self.sizes[at] for at in own)]) * pairs
        return total

    def penalty(self, groups: Whole) -> float:
        """Give the penalty of a grouping of blocks."""
        same = groups[:, None] == groups[None, :]
        return float(self.banned[same].sum()) / 2


def task_of(
    cost: Floats,
    banned: Floats,
    blocks: list[list[int]],
    factor: Floats,
    *,
    low: int,
    high: int,
    count: int,
    least: float,
) -> Task:
    """Sum a table of members over blocks."""
    member = np.zeros((len(blocks), len(cost)))
    for row, block in enumerate(blocks):
        member[row, block] = 1.0
    between, penalties = member @ cost @ member.T, member @ banned @ member.T
    within = np.diag(between) / 2
    inside = float(np.diag(penalties).sum()) / 2
    np.fill_diagonal(between, 0.0)
    np.fill_diagonal(penalties, 0.0)
    sizes = tuple(len(block) for block in blocks)
    return Task(
        sizes, np.asarray(within), between, penalties, factor, low, high, count, least - inside
    )


def anneal(
    task: Task,
    steps: int,
    seed: int,
    start: Whole | None = None,
    heats: tuple[float, float] = HEATS[0],
) -> tuple[Whole, float, float]:
    """Give a grouping of blocks, its cost and how far its penalty lies above the least (0: every rule is kept)."""
    chain = _Chain(task, seed, dealt(task, seed) if start is None else start)
    chain.run(steps, *heats)
    best = np.asarray(chain.groups, dtype=np.intp)
    return best, task.value(best), task.penalty(best) - task.least


def dealt(task: Task, seed: int) -> Whole:
    """Deal blocks, largest first, each to the smallest group with room, of those to the one that minds it least."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    order = sorted(range(len(task.sizes)), key=lambda at: (-task.sizes[at], rng.random()))
    groups, held = np.full(len(task.sizes), -1, dtype=np.intp), [0] * task.count
    for at in order:
        minded = [float(task.banned[at, groups == group].sum()) for group in range(task.count)]
        fits = [
            group for group in range(task.count) if held[group] + task.sizes[at] <= task.high
        ] or range(task.count)
        chosen = min(fits, key=lambda group: (held[group], minded[group], rng.random()))
        held[chosen] += task.sizes[at]
        groups[at] = chosen
    return groups


def fits(task: Task, groups: Whole) -> bool:
    """Tell whether every group's size lies within the limits."""
    held = np.bincount(groups, weights=task.sizes, minlength=task.count)
    return bool(((held >= task.low) & (held <= task.high)).all())


class _Chain:
    """One chain: where every block is, and what each group has with every block."""

    def __init__(self, task: Task, seed: int, groups: Whole) -> None:
        self.task, self.random = task, random.Random(seed)  # noqa: S311 - not for secrets
        self.price = 0.0
        self.groups: list[int] = [int(each) for each in groups]
        member = np.zeros((task.count, len(self.groups)))
        member[self.groups, np.arange(len(self.groups))] = 1.0
        self.between: list[list[float]] = task.between.tolist()
        self.banned: list[list[float]] = task.banned.tolist()
        self.within: list[float] = task.within.tolist()
        self.factor: list[float] = task.factor.tolist()
        # what a group has with a block: one list a group
        self.cost: list[list[float]] = (member @ task.between).tolist()
        self.mind: list[list[float]] = (member @ task.banned).tolist()
        self.minding = bool(task.banned.any())
        self.minded = [bool(row.any()) for row in task.banned]
        self.sizes = [
            int(each) for each in np.bincount(self.groups, weights=task.sizes, minlength=task.count)
        ]
        inside = (member @ task.between * member).sum(axis=1) / 2
        self.sums: list[float] = (inside + member @ task.within).tolist()

    def run(self, steps: int, hot: float, cold: float) -> None:
        """Cool from hot to cold, then go down to where no change is a gain."""
        scale = self.typical()
        # a rule is dear enough never to be broken for a gain, and cheap enough to be passed through while it is hot
        self.price = DEAR * scale
        for heat in scale * np.geomspace(hot, cold, COOLINGS):
            self._cool(max(1, steps // COOLINGS), float(heat))
        while self.descended():
            pass

    def typical(self) -> float:
        """Give the size of a change: how much what a block has with a group varies, times the factor."""
        spread = float(np.std(np.asarray(self.cost)))
        usual = self.factor[(self.task.low + self.task.high) // 2]
        return max(spread * usual, SURE)

    def _cool(self, steps: int, heat: float) -> None:
        """Propose changes at one heat."""
        rnd, blocks, count = self.random.random, len(self.groups), self.task.count
        moving = MOVES if self.task.low < self.task.high or len(set(self.task.sizes)) > 1 else 0.0
        for _ in range(steps):
            block, moves = int(rnd() * blocks), rnd() < moving
            other = int(rnd() * (count if moves else blocks))
            change = self._moved(block, other) if moves else self._swapped(block, other)
            if change <= 0.0 or rnd() < math.exp(-change / heat):
                self._apply(block, other, moves)

    def _moved(self, block: int, new: int) -> float:
        """Give the change when a block goes to another group; endless where sizes forbid it."""
        old, size = self.groups[block], self.task.sizes[block]
        less, more = self.sizes[old] - size, self.sizes[new] + size
        if old == new or less < self.task.low or more > self.task.high:
            return math.inf
        own, factor, sums = self.within[block], self.factor, self.sums
        change = (
            factor[less] * (sums[old] - self.cost[old][block] - own)
            - factor[self.sizes[old]] * sums[old]
        )
        change += (
            factor[more] * (sums[new] + self.cost[new][block] + own)
            - factor[self.sizes[new]] * sums[new]
        )
        if self.minding:
            change += self.price * (self.mind[new][block] - self.mind[old][block])
        return change

    def _swapped(self, one: int, two: int) -> float:
        """Give the change when two blocks change places; endless where sizes forbid it."""
        first, second = self.groups[one], self.groups[two]
        if first == second:
            return math.inf
        cost, sums, sizes, factor = self.cost, self.sums, self.sizes, self.factor
        grown = self.task.sizes[two] - self.task.sizes[one]
        if grown and not self._allowed(sizes[first] + grown, sizes[second] - grown):
            return math.inf
        pair, own = self.between[one][two], self.within[two] - self.within[one]
        at_first = sums[first] - cost[first][one] + cost[first][two] - pair + own
        at_second = sums[second] - cost[second][two] + cost[second][one] - pair - own
        change = factor[sizes[first] + grown] * at_first - factor[sizes[first]] * sums[first]
        change += factor[sizes[second] - grown] * at_second - factor[sizes[second]] * sums[second]
        if self.minding:
            mind = self.mind
            moved = mind[first][two] - mind[first][one] + mind[second][one] - mind[second][two]
            change += self.price * (moved - 2.0 * self.banned[one][two])
        return change

    def _allowed(self, one: int, two: int) -> bool:
        low, high = self.task.low, self.task.high
        return low <= one <= high and low <= two <= high

    def _apply(self, block: int, other: int, moves: bool) -> None:
        """Make a change: one block to a group, or two blocks to each other's."""
        if moves:
            self._shift(block, other)
            return
        first, second = self.groups[block], self.groups[other]
        self._shift(block, second)
        self._shift(other, first)

    def _shift(self, block: int, new: int) -> None:
        old, size = self.groups[block], self.task.sizes[block]
        own, row = self.within[block], self.between[block]
        self.sums[old] -= self.cost[old][block] + own
        self.sums[new] += self.cost[new][block] + own
        self.cost[old] = [a - b for a, b in zip(self.cost[old], row, strict=True)]
        self.cost[new] = [a + b for a, b in zip(self.cost[new], row, strict=True)]
        if self.minded[block]:
            row = self.banned[block]
            self.mind[old] = [a - b for a, b in zip(self.mind[old], row, strict=True)]
            self.mind[new] = [a + b for a, b in zip(self.mind[new], row, strict=True)]
        self.sizes[old] -= size
        self.sizes[new] += size
        self.groups[block] = new

    def descended(self) -> bool:
        """Make every gainful change met in one pass over all; tell whether there was any."""
        blocks, gained = len(self.groups), False
        for block in range(blocks):
            tries = [(group, True) for group in range(self.task.count)] + [
                (two, False) for two in range(block)
            ]
            for other, moves in tries:
                change = self._moved(block, other) if moves else self._swapped(block, other)
                if change < -SURE:
                    self._apply(block, other, moves)
                    gained = True
        return gained


def descend(task: Task, groups: Whole) -> Whole:
    """Go down from a grouping to where no change is a gain; rules that it keeps stay kept."""
    chain = _Chain(task, 0, groups)
    chain.price = 1e9 * max(chain.typical(), 1.0)
    while chain.descended():
        pass
    return np.asarray(chain.groups, dtype=np.intp)
