"""How good is a grouping, and what can no grouping be better than?

Costs are small where groups are good, whatever was asked; `Problem.sign_of_quality` turns them
into the quality that users see.
"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray, IntArray
from dxkit.groups._problem import Problem


def compute_cost(problem: Problem, labels: IntArray) -> float:
    """Compute the cost of a grouping: of each group, the sum of its pairs times a factor."""
    factor = problem.size_factor
    total = 0.0
    for group in np.unique(labels):
        members = np.flatnonzero(labels == group)
        pairs = problem.cost[np.ix_(members, members)].sum() / 2
        total += float(factor[len(members)] * pairs)
    return total


def compute_quick_bound(problem: Problem) -> float:
    """Compute a cost that no grouping can be below.

    Everybody meets just those who are best for them: weak, but known at once.
    """
    rules = problem.rules
    factor = problem.size_factor
    cost = problem.cost.copy()
    # nobody meets itself
    np.fill_diagonal(cost, np.inf)
    nearest = np.sort(cost, axis=1)[:, : max(rules.max_size - 1, 0)]
    # column k: the sum of the k + 1 cheapest mates of each member
    sums = np.cumsum(nearest, axis=1)
    # of each size a group can have, the best that every member can get in it
    by_size = [
        factor[size] / 2 * sums[:, size - 2]
        for size in range(max(rules.min_size, 2), rules.max_size + 1)
        if size - 2 < sums.shape[1]
    ]
    if rules.min_size == 1:
        by_size.append(np.zeros(rules.member_count))
    return float(np.min(by_size, axis=0).sum()) if by_size else 0.0


def compute_gap(value: float, bound: float) -> float:
    """Compute the distance of a value from its bound, relative to the bound; 0 up to rounding."""
    distance = abs(bound - value)
    return distance / max(abs(bound), 1e-12) if distance > 1e-9 else 0.0


def average_within(distances: FloatArray, labels: IntArray) -> float:
    """Average over members the mean distance to the others of the group.

    Members who are alone are left out.
    """
    same_group = labels[:, None] == labels[None, :]
    mates = same_group.sum(axis=1) - 1
    has_mates = mates > 0
    if not has_mates.any():
        return float("nan")
    sums = (distances * same_group).sum(axis=1)
    return float((sums[has_mates] / mates[has_mates]).mean())


def tabulate_groups(problem: Problem, numbers: IntArray) -> pd.DataFrame:
    """Tabulate size and mean distances of each group (numbered from 1)."""
    rows = []
    for number in range(1, int(numbers.max()) + 1):
        members = np.flatnonzero(numbers == number)
        # ordered pairs, as the sums below count each pair twice
        pairs = max(len(members) * (len(members) - 1), 1)
        by_column = {
            criterion.column: criterion.distances[np.ix_(members, members)].sum() / pairs
            for criterion in problem.criteria
        }
        distance = sum(
            abs(criterion.weight) * by_column[criterion.column] for criterion in problem.criteria
        )
        rows.append({"group": number, "size": len(members), "distance": distance, **by_column})
    return pd.DataFrame(rows)
