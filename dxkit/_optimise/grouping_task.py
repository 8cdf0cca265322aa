"""Which grouping problem do annealing and the exchange of pairs of groups solve?

`GroupingTask` holds it as arrays over blocks: members who stay together move as one block.
"""

import random
from dataclasses import dataclass
from math import ceil

import numpy as np

from dxkit._arrays import FloatArray, IntArray


def list_group_counts(member_count: int, min_size: int, max_size: int) -> range:
    """List the numbers of groups whose sizes can add up to the number of members."""
    # as few groups as the largest size allows, up to as many as the smallest does
    return range(max(1, ceil(member_count / max_size)), member_count // min_size + 1)


def choose_group_count(member_count: int, min_size: int, max_size: int) -> int | None:
    """Choose the number of groups whose mean size is nearest to the middle of the range.

    ``None`` where no number of groups has sizes that add up.
    """
    middle = (min_size + max_size) / 2
    return min(
        list_group_counts(member_count, min_size, max_size),
        key=lambda number: (abs(member_count / number - middle), number),
        default=None,
    )


@dataclass(frozen=True)
class GroupingTask:
    """A grouping problem over blocks of members.

    Attributes
    ----------
    block_sizes
        Number of members in each block.
    within, between
        Cost of the pairs inside each block, and between two blocks.
    penalties
        Penalty for two blocks in one group (a rule that they break together).
    size_factor
        By size of a group (from 0 to ``max_size``): what the sum of its pairs is multiplied by.
    min_size, max_size, group_count
        Smallest and largest size of a group, number of groups.
    min_penalty
        The penalty that is left when every rule is kept.
    """

    block_sizes: tuple[int, ...]
    within: FloatArray
    between: FloatArray
    penalties: FloatArray
    size_factor: FloatArray
    min_size: int
    max_size: int
    group_count: int
    min_penalty: float = 0.0

    def compute_cost(self, labels: IntArray) -> float:
        """Compute the cost of a grouping (the group of each block)."""
        total = 0.0
        for group in range(self.group_count):
            blocks = np.flatnonzero(labels == group)
            pairs = float(self.between[np.ix_(blocks, blocks)].sum()) / 2
            pairs += float(self.within[blocks].sum())
            size = sum(self.block_sizes[block] for block in blocks)
            total += float(self.size_factor[size]) * pairs
        return total

    def compute_penalty(self, labels: IntArray) -> float:
        """Compute the penalty of a grouping (the group of each block)."""
        same_group = labels[:, None] == labels[None, :]
        return float(self.penalties[same_group].sum()) / 2


def build_task(
    cost: FloatArray,
    penalties: FloatArray,
    blocks: list[list[int]],
    size_factor: FloatArray,
    *,
    min_size: int,
    max_size: int,
    group_count: int,
    min_penalty: float,
) -> GroupingTask:
    """Sum members × members tables over blocks.

    Parameters
    ----------
    cost, penalties
        Members × members, symmetric, zero on the diagonal.
    blocks
        The members of each block.
    size_factor, min_size, max_size, group_count
        As in `GroupingTask`.
    min_penalty
        The penalty of members when every rule is kept; what blocks have inside is taken off.
    """
    membership = np.zeros((len(blocks), len(cost)))
    for row, block in enumerate(blocks):
        membership[row, block] = 1.0
    between = membership @ cost @ membership.T
    block_penalties = membership @ penalties @ membership.T
    # the diagonal counts each pair inside a block twice
    within = np.diag(between) / 2
    penalty_within = float(np.diag(block_penalties).sum()) / 2
    np.fill_diagonal(between, 0.0)
    np.fill_diagonal(block_penalties, 0.0)
    return GroupingTask(
        block_sizes=tuple(len(block) for block in blocks),
        within=np.asarray(within),
        between=between,
        penalties=block_penalties,
        size_factor=size_factor,
        min_size=min_size,
        max_size=max_size,
        group_count=group_count,
        min_penalty=min_penalty - penalty_within,
    )


def deal_blocks(task: GroupingTask, seed: int) -> IntArray:
    """Deal blocks to groups, largest first, as a start for the search.

    Each goes to the smallest group with room; of those to the one with the least penalty.
    """
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    blocks = range(len(task.block_sizes))
    order = sorted(blocks, key=lambda block: (-task.block_sizes[block], rng.random()))
    labels = np.full(len(task.block_sizes), -1, dtype=np.intp)
    group_sizes = [0] * task.group_count
    for block in order:
        size = task.block_sizes[block]
        penalties = [
            float(task.penalties[block, labels == group].sum()) for group in range(task.group_count)
        ]
        # where no group has room the sizes are broken for now: annealing never mends that,
        # so the caller checks with `has_allowed_sizes`
        with_room = [
            group for group in range(task.group_count) if group_sizes[group] + size <= task.max_size
        ] or range(task.group_count)
        group = min(
            with_room,
            key=lambda group: (group_sizes[group], penalties[group], rng.random()),
        )
        group_sizes[group] += size
        labels[block] = group
    return labels


def has_allowed_sizes(task: GroupingTask, labels: IntArray) -> bool:
    """Check whether every group's size lies within the limits."""
    sizes = np.bincount(labels, weights=task.block_sizes, minlength=task.group_count)
    return bool(((sizes >= task.min_size) & (sizes <= task.max_size)).all())
