"""Which entries of one register are one person, once all pairs among them are looked at together?

Of five entries of one person, the two that were written worst often share too little to be linked
by themselves, but each is linked to the others. A single doubtful pair, on the other hand, says
little where it would join two groups that share nothing else.
"""

import heapq
from collections.abc import Iterator

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray, IntArray

Rows = list[int]


def join_entries(pairs: pd.DataFrame, least_ratio: float) -> pd.DataFrame:
    """Join groups of entries, the surest first, by the mean ratio of all pairs between them.

    Parameters
    ----------
    pairs
        ``left, right`` (row numbers) and ``weight`` (log2 of the likelihood ratio) of each pair
        that may be one person; pairs that do not stand here count as ratio 0.
    least_ratio
        Mean likelihood ratio from which two groups are joined.

    Returns
    -------
    pandas.DataFrame
        One row a pair of entries of a group, also of those that did not stand in ``pairs``:
        ``left, right, weight`` of the joining of their groups. The pairs of a higher
        ``least_ratio`` are those of a lower one whose weight reaches it.

    Notes
    -----
    Average linkage of the likelihood ratios: the ratio of two groups is that of a pair drawn from
    them at random, as if nobody knew which two of their entries were copied from each other.
    """
    columns = pairs[["left", "right", "weight"]]
    is_alone = _find_lone_pairs(pairs["left"].to_numpy(), pairs["right"].to_numpy())
    is_sure = np.exp2(pairs["weight"].to_numpy()) >= least_ratio
    lone = columns[is_alone & is_sure]
    groups = _Groups(columns[~is_alone])
    rows = list(groups.join(least_ratio))
    joined = pd.DataFrame(rows, columns=columns.columns).astype(columns.dtypes)
    together: pd.DataFrame = pd.concat([lone, joined], ignore_index=True)
    return together


def _find_lone_pairs(first: IntArray, second: IntArray) -> BoolArray:
    """Find pairs of which neither entry stands in another pair: nothing can be joined to them."""
    counts = np.bincount(np.concatenate([first, second]).astype(np.int64))
    is_alone: BoolArray = (counts[first] == 1) & (counts[second] == 1)
    return is_alone


class _Groups:
    """Groups of entries, and the sum of the ratios of the pairs between each two of them."""

    def __init__(self, pairs: pd.DataFrame) -> None:
        first = pairs["left"].tolist()
        second = pairs["right"].tolist()
        ratios: FloatArray = np.exp2(pairs["weight"].to_numpy(dtype=np.float64))
        self.members: dict[int, Rows] = {row: [row] for row in {*first, *second}}
        self.sums: dict[int, dict[int, float]] = {row: {} for row in self.members}
        self.queue: list[tuple[float, int, int]] = []
        self.next_group = max(self.members, default=-1) + 1
        for a, b, ratio in zip(first, second, ratios.tolist(), strict=True):
            self.sums[a][b] = self.sums[b][a] = ratio
            self.queue.append((-ratio, min(a, b), max(a, b)))
        heapq.heapify(self.queue)

    def join(self, least_ratio: float) -> Iterator[tuple[int, int, float]]:
        """Join the two groups of the highest mean until none reaches the least."""
        while self.queue and -self.queue[0][0] >= least_ratio:
            ratio, a, b = heapq.heappop(self.queue)
            # either may have been joined to another group since this was put into the queue
            if a in self.members and b in self.members:
                weight = float(np.log2(-ratio))
                for row in self.members[a]:
                    for partner in self.members[b]:
                        yield min(row, partner), max(row, partner), weight
                self._merge(a, b)

    def _merge(self, a: int, b: int) -> None:
        """Make one group of two; sums to a third group add up."""
        group = self.next_group
        self.next_group += 1
        self.members[group] = self.members.pop(a) + self.members.pop(b)
        sums = self.sums.pop(a)
        for neighbour, ratio in self.sums.pop(b).items():
            sums[neighbour] = sums.get(neighbour, 0.0) + ratio
        del sums[a], sums[b]
        self.sums[group] = sums
        size = len(self.members[group])
        for neighbour, ratio in sums.items():
            around = self.sums[neighbour]
            around.pop(a, None)
            around.pop(b, None)
            around[group] = ratio
            mean = ratio / (size * len(self.members[neighbour]))
            heapq.heappush(self.queue, (-mean, neighbour, group))
