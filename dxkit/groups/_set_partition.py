"""How is grouping written as a choice among listed groups?

Every grouping is a choice of groups that cover each member once: the set partitioning model.
`GroupPool` holds the groups listed so far.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray
from dxkit.groups._highs import SparseModel
from dxkit.groups._rules import Rules


@dataclass
class GroupPool:
    """Listed groups and the cost of each."""

    groups: list[tuple[int, ...]]
    costs: list[float]

    def add_groups(self, members: IntArray, costs: FloatArray) -> None:
        """Add groups (groups × size); none twice."""
        present = set(self.groups)
        for group, cost in zip(map(tuple, members.tolist()), costs.tolist(), strict=True):
            if group not in present:
                present.add(group)
                self.groups.append(group)
                self.costs.append(cost)

    def build_model(self, rules: Rules) -> SparseModel:
        """Build the set partitioning model: each member once, and the number of groups."""
        # members × groups, and a last row that counts groups
        entries = (row for group in self.groups for row in (*group, rules.member_count))
        rows = np.fromiter(entries, dtype=np.intp)
        starts = np.cumsum([0, *(len(group) + 1 for group in self.groups)])
        shape = (rules.member_count + 1, len(self.groups))
        matrix = sp.csc_array((np.ones(len(rows)), rows, starts), shape=shape)
        sides = np.append(np.ones(rules.member_count), float(rules.group_count))
        return SparseModel(np.asarray(self.costs), matrix, sides, sides)

    def keep_groups(self, positions: IntArray) -> None:
        """Keep only the groups at these positions."""
        self.groups = [self.groups[position] for position in positions]
        self.costs = [self.costs[position] for position in positions]


def list_sizes(rules: Rules) -> tuple[int, ...]:
    """List the sizes that a group can have when all others keep the limits."""
    # a group may be no smaller than what the others, all at their largest, leave over
    others = rules.group_count - 1
    low = max(rules.min_size, rules.member_count - others * rules.max_size)
    high = min(rules.max_size, rules.member_count - others * rules.min_size)
    return tuple(range(low, high + 1))


def list_profiles(rules: Rules, sizes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """List every choice of sizes for the groups that adds up to all members."""
    return [
        profile
        for profile in combinations_with_replacement(sizes, rules.group_count)
        if sum(profile) == rules.member_count
    ]


def sum_cheapest(rules: Rules, least_cost: dict[int, float]) -> float:
    """Sum the least cost of a group of each size, over the cheapest choice of sizes."""
    profiles = list_profiles(rules, tuple(least_cost))
    return min(sum(least_cost[size] for size in profile) for profile in profiles)


def count_possible_groups(rules: Rules) -> float:
    """Count the sets of members that are a group by their size."""
    sizes = range(rules.min_size, rules.max_size + 1)
    return float(sum(comb(rules.member_count, size) for size in sizes))
