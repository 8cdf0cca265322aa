"""Which entries of one register are one person, once all pairs among them are looked at together?

Of five entries of one person, the two that were written worst often share too little to be linked
by themselves, but each is linked to the others. A single doubtful pair, on the other hand, says
little where it would join two groups that share nothing else.
"""

import heapq
import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.errors import TableWarning

Rows = list[int]
Link = tuple[int, int, float]
# nobody stands in a register this often: a group of more entries shares a mark that stands for
# nothing, and all pairs of 1,500 would be a million rows
LARGEST_GROUP = 200


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
        ``least_ratio`` are those of a lower one whose weight reaches it. A group of more than
        200 entries hangs together by single pairs; not all pairs of it are listed.

    Warns
    -----
    TableWarning
        Of groups of more than 200 entries: how many they are, and the size of the largest.

    Notes
    -----
    Average linkage of the likelihood ratios: the ratio of two groups is that of a pair drawn from
    them at random, as if nobody knew which two of their entries were copied from each other.
    Entries of which each reaches the ratio with 200 others or more are a group from the start,
    joined by the fewest and surest of these pairs (single linkage).
    """
    columns = pairs[["left", "right", "weight"]]
    is_alone = _find_lone_pairs(pairs["left"].to_numpy(), pairs["right"].to_numpy())
    is_sure = np.exp2(pairs["weight"].to_numpy()) >= least_ratio
    lone = columns[is_alone & is_sure]
    crowds = list(_find_crowds(columns[is_sure]))
    groups = _Groups(columns[~is_alone], [rows for rows, _ in crowds])
    links = [link for _, tree in crowds for link in tree]
    joined = pd.DataFrame([*links, *groups.join(least_ratio)], columns=columns.columns)
    groups.warn_of_large()
    together: pd.DataFrame = pd.concat([lone, joined.astype(columns.dtypes)], ignore_index=True)
    return together


def _find_crowds(sure: pd.DataFrame) -> Iterator[tuple[Rows, list[Link]]]:
    """Find large groups of entries that are sure of 200 others each, and what holds each together.

    Taken pair by pair, such groups would cost the square of their size.
    """
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components, minimum_spanning_tree  # noqa: PLC0415

    counts = np.bincount(sure[["left", "right"]].to_numpy(dtype=np.int64).ravel())
    if counts.max(initial=0) < LARGEST_GROUP:
        return
    is_crowded = counts >= LARGEST_GROUP
    among = sure[is_crowded[sure["left"]] & is_crowded[sure["right"]]]
    # the surest pairs are the shortest ways; a way of length 0 would count as none
    lengths = among["weight"].max() - among["weight"].to_numpy(dtype=np.float64) + 1
    ways = coo_array((lengths, (among["left"], among["right"])), shape=(len(counts),) * 2)
    _, group_of_row = connected_components(ways, directed=False)
    sizes = np.bincount(group_of_row)
    tree = minimum_spanning_tree(ways.tocsr()).tocoo()
    surest = pd.MultiIndex.from_arrays([tree.row, tree.col])
    links = among[pd.MultiIndex.from_frame(among[["left", "right"]]).isin(surest)]
    group_of_link = group_of_row[links["left"].to_numpy()]
    for group in np.flatnonzero(sizes > LARGEST_GROUP).tolist():
        rows = np.flatnonzero(group_of_row == group).tolist()
        yield rows, list(links[group_of_link == group].itertuples(index=False, name=None))


def _find_lone_pairs(first: IntArray, second: IntArray) -> BoolArray:
    """Find pairs of which neither entry stands in another pair: nothing can be joined to them."""
    counts = np.bincount(np.concatenate([first, second]).astype(np.int64))
    is_alone: BoolArray = (counts[first] == 1) & (counts[second] == 1)
    return is_alone


class _Groups:
    """Groups of entries, and the sum of the ratios of the pairs between each two of them."""

    def __init__(self, pairs: pd.DataFrame, crowds: Sequence[Rows]) -> None:
        """Make a group of each entry, and of each crowd."""
        ratios: FloatArray = np.exp2(pairs["weight"].to_numpy(dtype=np.float64))
        # a crowd goes by its first entry
        self.members: dict[int, Rows] = {rows[0]: rows for rows in crowds}
        group_of_row = {row: rows[0] for rows in crowds for row in rows}
        first, second = (
            [group_of_row.get(row, row) for row in pairs[side].tolist()]
            for side in ("left", "right")
        )
        for group in {*first, *second}:
            self.members.setdefault(group, [group])
        self.sums: dict[int, dict[int, float]] = {group: {} for group in self.members}
        self.next_group = max(self.members, default=-1) + 1
        for a, b, ratio in zip(first, second, ratios.tolist(), strict=True):
            if a != b:
                self.sums[a][b] = self.sums[b][a] = self.sums[a].get(b, 0.0) + ratio
        self.queue: list[tuple[float, int, int]] = [
            (-ratio / (len(self.members[a]) * len(self.members[b])), a, b)
            for a, around in self.sums.items()
            for b, ratio in around.items()
            if a < b
        ]
        heapq.heapify(self.queue)

    def warn_of_large(self) -> None:
        """Warn of groups of which not all pairs are listed."""
        large = [rows for rows in self.members.values() if len(rows) > LARGEST_GROUP]
        if not large:
            return
        largest = max(large, key=len)
        message = (
            f"同じ人とみられる記録が{LARGEST_GROUP}件を超えるまとまりが{len(large):,}個あります"
            f"（最大は{len(largest):,}件。その1つは{min(largest) + 1:,}件目の記録です）。すべての組は"
            "並べず、1組ずつのつながりだけを示します。氏名や生年月日の欄に、多くの人に同じ値"
            "（仮の値など）が入っていないか確かめてください"
        )
        warnings.warn(message, TableWarning, stacklevel=3)

    def join(self, least_ratio: float) -> Iterator[Link]:
        """Join the two groups of the highest mean until none reaches the least."""
        while self.queue and -self.queue[0][0] >= least_ratio:
            ratio, a, b = heapq.heappop(self.queue)
            # either may have been joined to another group since this was put into the queue
            if a in self.members and b in self.members:
                weight = float(np.log2(-ratio))
                rows = self.members[a]
                partners = self.members[b]
                if len(rows) + len(partners) > LARGEST_GROUP:
                    rows = rows[:1]
                    partners = partners[:1]
                for row in rows:
                    for partner in partners:
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
