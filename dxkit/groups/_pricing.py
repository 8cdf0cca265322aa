"""Which groups are worth having at these prices?

Every possible group is looked at, but few are touched: a group is a head (its first members) and a
tail of up to four. Tails are sorted by their own cost, and a head needs to look at a tail only
while cost of head + cost of tail + the least that they can have with each other is below the
limit. At 41 members and sizes 5–7 that decides among 28 million groups in about a second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.groups._rules import Rules
from dxkit.groups._work_limit import WorkLimit

TAIL_SIZE = 4
# work of turning to a head, in groups looked at
UNITS_OF_HEAD = 1_000
# a group that breaks a rule costs so much that it is never worth having
FORBIDDING_COST = 1e6


@dataclass(frozen=True)
class PricedGroups:
    """Groups of one size that are worth having.

    Attributes
    ----------
    members
        Groups × size: positions.
    reduced_costs
        What each costs less the prices of its members.
    is_complete
        True if no other group of this size is worth having.
    """

    members: IntArray
    reduced_costs: FloatArray
    is_complete: bool

    def keep_best(self, count: int) -> IntArray:
        """Return the members of the groups with the least reduced costs."""
        order = np.argsort(self.reduced_costs, kind="stable")[:count]
        return self.members[order]


def list_subsets(member_count: int, size: int) -> IntArray:
    """List all sets of ``size`` of the members, each ascending, in lexical order."""
    subsets = combinations(range(member_count), size)
    flat = np.fromiter((member for subset in subsets for member in subset), dtype=np.intp)
    return flat.reshape(-1, size) if size else np.zeros((1, 0), dtype=np.intp)


def sum_pairs(table: FloatArray, sets: IntArray) -> FloatArray:
    """Sum a table over the pairs of each set."""
    total = np.zeros(len(sets))
    for i in range(sets.shape[1]):
        for j in range(i + 1, sets.shape[1]):
            total += table[sets[:, i], sets[:, j]]
    return total


class Pricer:
    """All groups of one size, ready to be priced."""

    def __init__(self, rules: Rules, cost: FloatArray, size: int, factor: float) -> None:
        self.rules = rules
        self.size = size
        forbidden_pairs, forbidden_alone = _forbid_broken_links(rules)
        self.cost = factor * cost + forbidden_pairs
        self.alone = forbidden_alone
        tail_size = min(TAIL_SIZE, size)
        self.heads = list_subsets(rules.member_count, size - tail_size)
        self.tails = list_subsets(rules.member_count, tail_size)
        self.head_costs = sum_pairs(self.cost, self.heads)
        self.tail_costs = sum_pairs(self.cost, self.tails)
        # what each head has with each member
        self.cost_with_head = sum(
            (self.cost[self.heads[:, column]] for column in range(size - tail_size)),
            np.zeros((len(self.heads), rules.member_count)),
        )
        # a tail's members all come after the last of its head, so that no group comes twice
        self.last = self.heads[:, -1] if size > tail_size else np.full(1, -1)

    def find_cheap_groups(
        self,
        prices: FloatArray,
        limit: float,
        max_count: int,
        rng: np.random.Generator,
        work: WorkLimit,
    ) -> PricedGroups:
        """Find groups whose cost less the prices of their members is below a limit.

        Parameters
        ----------
        prices
            One a member.
        limit
            For the reduced costs.
        max_count
            The search may stop once it has so many groups.
        rng
            Decides with which heads the search begins.
        work
            Is charged with the groups looked at; where it is used up the search stops.
        """
        # the reduced cost of a group: its pairs, less the prices of its members
        alone = self.alone - prices
        head_costs = self.head_costs + alone[self.heads].sum(axis=1)
        tail_costs = self.tail_costs + alone[self.tails].sum(axis=1)
        # cheapest tails first, so that each head looks at a beginning of the list only
        order = np.argsort(tail_costs, kind="stable")
        work.spend(len(head_costs) + len(tail_costs))
        members: list[IntArray] = []
        reduced_costs: list[FloatArray] = []
        count = 0
        # in random order: a pricing that stops early should not always find the same groups
        for last in rng.permutation(np.unique(self.last)):
            for head, tails, costs in self._list_candidates(
                int(last), head_costs, tail_costs, order, limit
            ):
                work.spend(UNITS_OF_HEAD + len(costs))
                cheap = np.flatnonzero(costs < limit)
                head_columns = (len(cheap), self.heads.shape[1])
                groups = np.hstack(
                    [np.broadcast_to(self.heads[head], head_columns), self.tails[tails[cheap]]]
                )
                allowed = self._keeps_spread(groups)
                members.append(groups[allowed])
                reduced_costs.append(costs[cheap][allowed])
                count += int(allowed.sum())
                if count >= max_count:
                    return _join_priced_groups(members, reduced_costs, self.size, is_complete=False)
            if work.is_used_up():
                return _join_priced_groups(members, reduced_costs, self.size, is_complete=False)
        return _join_priced_groups(members, reduced_costs, self.size, is_complete=True)

    def _list_candidates(
        self,
        last: int,
        head_costs: FloatArray,
        tail_costs: FloatArray,
        order: IntArray,
        limit: float,
    ) -> Iterator[tuple[int, IntArray, FloatArray]]:
        """List each head that ends with a member, the tails it must look at, and their costs."""
        heads = np.flatnonzero(self.last == last)
        tails = order[self.tails[order, 0] > last]
        if not tails.size:
            return
        sorted_costs = tail_costs[tails]
        # the least that a head can have with a tail: its cheapest members after the head
        with_later = np.sort(self.cost_with_head[heads, last + 1 :], axis=1)
        least_between = with_later[:, : self.tails.shape[1]].sum(axis=1)
        # tails beyond this position are too dear even at the least cost between
        counts = np.searchsorted(sorted_costs, limit - head_costs[heads] - least_between)
        for head, count in zip(heads[counts > 0], counts[counts > 0], strict=True):
            row = self.cost_with_head[head]
            candidates = tails[:count]
            costs = head_costs[head] + sorted_costs[:count]
            # what head and tail really have with each other, member by member of the tail
            for column in self.tails[candidates].T:
                costs = costs + row[column]
            yield int(head), candidates, costs

    def _keeps_spread(self, groups: IntArray) -> BoolArray:
        """Check which groups have as many of each spread kind as they must."""
        allowed = np.ones(len(groups), dtype=bool)
        for kind in self.rules.spread:
            low, high = kind.compute_limits(self.rules.group_count)
            is_of_kind = np.zeros(self.rules.member_count, dtype=bool)
            is_of_kind[list(kind.members)] = True
            counts = is_of_kind[groups].sum(axis=1)
            allowed &= (counts >= low) & (counts <= high)
        return allowed


def _forbid_broken_links(rules: Rules) -> tuple[FloatArray, FloatArray]:
    """Return costs of pairs and of single members that make a group dear if it breaks a link."""
    pairs = np.zeros((rules.member_count, rules.member_count))
    alone = np.zeros(rules.member_count)
    banned: Sequence[Sequence[int]] = [
        *rules.apart,
        *(kind.members for kind in rules.spread if kind.compute_limits(rules.group_count)[1] == 1),
    ]
    for link in banned:
        pairs[np.ix_(link, link)] += FORBIDDING_COST
    # a linked member without the other is forbidden; with the other both costs cancel out
    for block in rules.list_blocks():
        for i, j in combinations(block, 2):
            alone[[i, j]] += FORBIDDING_COST
            pairs[i, j] -= 2 * FORBIDDING_COST
            pairs[j, i] -= 2 * FORBIDDING_COST
    np.fill_diagonal(pairs, 0.0)
    return pairs, alone


def _join_priced_groups(
    members: list[IntArray], reduced_costs: list[FloatArray], size: int, *, is_complete: bool
) -> PricedGroups:
    """Join what was found head by head."""
    if not members:
        return PricedGroups(np.zeros((0, size), dtype=np.intp), np.zeros(0), is_complete)
    return PricedGroups(np.concatenate(members), np.concatenate(reduced_costs), is_complete)
