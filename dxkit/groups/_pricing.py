"""Which groups are worth having at these prices?

Every possible group is looked at, but few are touched: a group is a head (its first members) and a tail of up to four. Tails are
sorted by their own cost, and a head needs to look at a tail only while cost of head + cost of tail + the least that they can
have with each other is below what is asked for. At 41 members and sizes 5–7 that decides among 28 million groups in about a
second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dxkit.groups._rules import Rules

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
TAIL = 4
# a group that breaks a rule costs so much that it is never worth having
NEVER = 1e6


@dataclass(frozen=True)
class Found:
    """Groups of one size that are worth having.

    Attributes
    ----------
    members
        Groups × size: positions.
    reduced
        What each costs less the prices of its members.
    whole
        True if no other group of this size is worth having.
    """

    members: Whole
    reduced: Floats
    whole: bool


def subsets(people: int, size: int) -> Whole:
    """Give all sets of ``size`` of the members, each ascending, in lexical order."""
    flat = np.fromiter(
        (at for each in combinations(range(people), size) for at in each), dtype=np.intp
    )
    return flat.reshape(-1, size) if size else np.zeros((1, 0), dtype=np.intp)


def pair_sums(table: Floats, sets: Whole) -> Floats:
    """Give the sum over the pairs of each set."""
    total = np.zeros(len(sets))
    for one in range(sets.shape[1]):
        for two in range(one + 1, sets.shape[1]):
            total += table[sets[:, one], sets[:, two]]
    return total


class Pricer:
    """All groups of some size, ready to be asked at any prices."""

    def __init__(self, rules: Rules, cost: Floats, size: int, factor: float) -> None:
        self.rules, self.size = rules, size
        forced, alone = _forbidding(rules)
        self.cost, self.alone = factor * cost + forced, alone
        tail = min(TAIL, size)
        self.heads, self.tails = subsets(rules.people, size - tail), subsets(rules.people, tail)
        self.head_costs, self.tail_costs = (
            pair_sums(self.cost, self.heads),
            pair_sums(self.cost, self.tails),
        )
        # what each head has with each member
        self.with_head = sum(
            (self.cost[self.heads[:, at]] for at in range(size - tail)),
            np.zeros((len(self.heads), rules.people)),
        )
        self.last = self.heads[:, -1] if size > tail else np.full(1, -1)

    def below(self, prices: Floats, limit: float, most: int, rng: np.random.Generator) -> Found:
        """Give groups whose cost less prices is below the limit; it may stop once it has ``most`` of them."""
        own = self.alone - prices
        heads = self.head_costs + own[self.heads].sum(axis=1)
        tails = self.tail_costs + own[self.tails].sum(axis=1)
        order = np.argsort(tails, kind="stable")
        members, reduced, many = [], [], 0
        lasts = np.unique(self.last)
        for last in rng.permutation(lasts):
            for at, after, values in self._touched(int(last), heads, tails, order, limit):
                kept = np.flatnonzero(values < limit)
                groups = np.hstack(
                    [
                        np.broadcast_to(self.heads[at], (len(kept), self.heads.shape[1])),
                        self.tails[after[kept]],
                    ]
                )
                fine = self._keeps(groups)
                members.append(groups[fine])
                reduced.append(values[kept][fine])
                many += int(fine.sum())
                if many >= most:
                    return _gathered(members, reduced, self.size, whole=False)
        return _gathered(members, reduced, self.size, whole=True)

    def _touched(
        self, last: int, heads: Floats, tails: Floats, order: Whole, limit: float
    ) -> Iterator[tuple[int, Whole, Floats]]:
        """Give each head that ends with this member, the tails after it that it must look at, and the costs of both together."""
        own = np.flatnonzero(self.last == last)
        after = order[self.tails[order, 0] > last]
        if not after.size:
            return
        sorted_costs = tails[after]
        meeting = np.sort(self.with_head[own, last + 1 :], axis=1)[:, : self.tails.shape[1]].sum(
            axis=1
        )
        counts = np.searchsorted(sorted_costs, limit - heads[own] - meeting)
        for head, count in zip(own[counts > 0], counts[counts > 0], strict=True):
            row, looked = self.with_head[head], after[:count]
            values = heads[head] + sorted_costs[:count]
            for column in self.tails[looked].T:
                values = values + row[column]
            yield int(head), looked, values

    def _keeps(self, groups: Whole) -> NDArray[np.bool_]:
        """Tell which groups have as many of each spread kind as they must."""
        fine = np.ones(len(groups), dtype=bool)
        for kind in self.rules.spread:
            low, high = kind.limits(self.rules.count)
            marked = np.zeros(self.rules.people, dtype=bool)
            marked[list(kind.members)] = True
            number = marked[groups].sum(axis=1)
            fine &= (number >= low) & (number <= high)
        return fine


def _forbidding(rules: Rules) -> tuple[Floats, Floats]:
    """Give pair and single costs that make a group that breaks a link dear: a without b costs NEVER, a with b nothing."""
    pairs, alone = np.zeros((rules.people, rules.people)), np.zeros(rules.people)
    banned: Sequence[Sequence[int]] = [
        *rules.apart,
        *(kind.members for kind in rules.spread if kind.limits(rules.count)[1] == 1),
    ]
    for link in banned:
        pairs[np.ix_(link, link)] += NEVER
    for block in rules.blocks():
        for one, two in combinations(block, 2):
            alone[[one, two]] += NEVER
            pairs[one, two] -= 2 * NEVER
            pairs[two, one] -= 2 * NEVER
    np.fill_diagonal(pairs, 0.0)
    return pairs, alone


def _gathered(members: list[Whole], reduced: list[Floats], size: int, *, whole: bool) -> Found:
    if not members:
        return Found(np.zeros((0, size), dtype=np.intp), np.zeros(0), whole)
    return Found(np.concatenate(members), np.concatenate(reduced), whole)
