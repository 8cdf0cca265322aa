"""What must hold for every group?

Sizes, who stays together, who is kept apart, and who is spread (leaders one a group). `Rules` is
the checked form, on the positions of members.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np

from dxkit._arrays import FloatArray, IntArray


@dataclass(frozen=True)
class SpreadKind:
    """Members of one kind who are spread over the groups.

    Attributes
    ----------
    label
        What they are called in a sentence.
    members
        Their positions.
    """

    label: str
    members: tuple[int, ...]

    def compute_limits(self, group_count: int) -> tuple[int, int]:
        """Compute how many of them a group has at least and at most."""
        return len(self.members) // group_count, ceil(len(self.members) / group_count)


@dataclass(frozen=True)
class Rules:
    """What must hold, on positions of members.

    Attributes
    ----------
    member_count
        Number of members.
    min_size, max_size, group_count
        Smallest and largest size of a group, and number of groups.
    together, apart
        Sets of positions that meet, and of which no two meet.
    spread
        Kinds of members that are spread.
    """

    member_count: int
    min_size: int
    max_size: int
    group_count: int
    together: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, ...], ...] = ()
    spread: tuple[SpreadKind, ...] = ()

    def list_blocks(self) -> list[list[int]]:
        """List who moves as one: members linked by ``together``, and everybody else alone."""
        # union of linked members; the smallest position of a block stands for it
        parents = list(range(self.member_count))
        for link in self.together:
            for member in link[1:]:
                root = _find_root(parents, link[0])
                other_root = _find_root(parents, member)
                parents[max(root, other_root)] = min(root, other_root)
        blocks: dict[int, list[int]] = {}
        for member in range(self.member_count):
            blocks.setdefault(_find_root(parents, member), []).append(member)
        return list(blocks.values())

    def compute_penalties(self) -> FloatArray:
        """Compute a members × members table of penalties for two in one group.

        Great where two must not meet, 1 where two of a kind meet: with a given number of groups,
        the pairs of a kind that meet are fewest exactly when the kind is spread evenly.
        """
        table = np.zeros((self.member_count, self.member_count))
        for kind in self.spread:
            table[np.ix_(kind.members, kind.members)] += 1.0
        # a pair that must not meet outweighs all that spreading can gain for one member
        strong = 1.0 + len(self.spread) * self.member_count
        for link in self.apart:
            table[np.ix_(link, link)] += strong
        np.fill_diagonal(table, 0.0)
        return table

    def compute_min_penalty(self) -> float:
        """Compute the penalty that is left when every rule is kept."""
        total = 0
        for kind in self.spread:
            quotient, remainder = divmod(len(kind.members), self.group_count)
            fuller_groups = remainder * (quotient + 1) * quotient // 2
            total += (self.group_count - remainder) * quotient * (quotient - 1) // 2 + fuller_groups
        return float(total)

    def list_broken(self, labels: IntArray) -> list[str]:
        """List which rules a grouping (the group of each member, from 0) breaks."""
        sizes = np.bincount(labels, minlength=self.group_count)
        broken = [f"人数 {size}" for size in sizes if not self.min_size <= size <= self.max_size]
        # texts for developers: users are told by `make_conflict_error`
        broken += [
            f"同じグループにする {link}"
            for link in self.together
            if len(set(labels[list(link)])) > 1
        ]
        broken += [
            f"別のグループにする {link}"
            for link in self.apart
            if len(set(labels[list(link)])) < len(link)
        ]
        for kind in self.spread:
            low, high = kind.compute_limits(self.group_count)
            counts = np.bincount(labels[list(kind.members)], minlength=self.group_count)
            broken += [kind.label for count in counts if not low <= count <= high]
        return broken


def _find_root(parents: list[int], member: int) -> int:
    while parents[member] != member:
        member = parents[member]
    return member
