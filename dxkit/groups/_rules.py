"""What must hold for every group, and can it hold at all?

Sizes, who stays together, who is kept apart, and who is spread (leaders one a group). `Rules` is the checked form on positions;
`conflicts` says whether any grouping keeps them, and if none does, which few of them already exclude each other.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, shorten
from dxkit.groups._distance import kind_of
from dxkit.groups._members import Roster, heading

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
Links: TypeAlias = Iterable[Iterable[Hashable]]
# above it, a spread column of whole numbers is a quantity, not a kind
MOST_KINDS = 12


@dataclass(frozen=True)
class Marked:
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

    def limits(self, count: int) -> tuple[int, int]:
        """Give how many of them a group has, at least and at most."""
        return len(self.members) // count, ceil(len(self.members) / count)


@dataclass(frozen=True)
class Rules:
    """What must hold, on positions of members.

    Attributes
    ----------
    people
        Number of members.
    low, high, count
        Smallest and largest size of a group, and number of groups.
    together, apart
        Sets of positions that meet, and of which no two meet.
    spread
        Kinds of members that are spread.
    """

    people: int
    low: int
    high: int
    count: int
    together: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, ...], ...] = ()
    spread: tuple[Marked, ...] = ()

    def blocks(self) -> list[list[int]]:
        """Give who moves as one: members linked by ``together``, and everybody else alone."""
        leader = list(range(self.people))
        for link in self.together:
            for other in link[1:]:
                first, second = _root(leader, link[0]), _root(leader, other)
                leader[max(first, second)] = min(first, second)
        found: dict[int, list[int]] = {}
        for at in range(self.people):
            found.setdefault(_root(leader, at), []).append(at)
        return list(found.values())

    def penalties(self) -> Floats:
        """Give a members × members table: a great penalty where two must not meet, 1 where two of a kind meet.

        With a given number of groups, the pairs of a kind that meet are fewest exactly when the kind is spread evenly.
        """
        table = np.zeros((self.people, self.people))
        for kind in self.spread:
            table[np.ix_(kind.members, kind.members)] += 1.0
        strong = 1.0 + len(self.spread) * self.people
        for link in self.apart:
            table[np.ix_(link, link)] += strong
        np.fill_diagonal(table, 0.0)
        return table

    def least_penalty(self) -> float:
        """Give the penalty that is left when every rule is kept."""
        total = 0
        for kind in self.spread:
            floor, more = divmod(len(kind.members), self.count)
            total += (self.count - more) * floor * (floor - 1) // 2 + more * (
                floor + 1
            ) * floor // 2
        return float(total)

    def broken(self, groups: Whole) -> list[str]:
        """Say which rules a grouping (a number from 0 for each member) breaks."""
        sizes = np.bincount(groups, minlength=self.count)
        found = [f"人数 {size}" for size in sizes if not self.low <= size <= self.high]
        found += [
            f"同じ組にする {link}" for link in self.together if len(set(groups[list(link)])) > 1
        ]
        found += [
            f"別の組にする {link}"
            for link in self.apart
            if len(set(groups[list(link)])) < len(link)
        ]
        for kind in self.spread:
            low, high = kind.limits(self.count)
            found += [
                kind.label
                for number in np.bincount(groups[list(kind.members)], minlength=self.count)
                if not low <= number <= high
            ]
        return found


def sizes_of(size: int | Sequence[int]) -> tuple[int, int]:
    """Give the smallest and largest size of a group.

    Raises
    ------
    ChoiceError
    """
    pair = (size, size) if isinstance(size, (int, np.integer)) else tuple(size)
    if len(pair) != 2 or not all(_is_whole(each) for each in pair) or not 1 <= pair[0] <= pair[1]:
        raise ChoiceError(
            f"size={shorten(size)} は使えません。5 か (5, 7) のように、1以上の人数（少ない方, 多い方）にしてください。"
        )
    return int(pair[0]), int(pair[1])


def counts_of(people: int, low: int, high: int, count: int | None) -> int:
    """Give the number of groups: the one asked for, or the one whose mean size is nearest to the middle of the range.

    Raises
    ------
    ChoiceError
        If sizes cannot add up to the number of members.
    """
    possible = range(ceil(people / high), people // low + 1)
    if count is None:
        if not possible:
            raise ChoiceError(_cannot_sum(people, low, high))
        return min(possible, key=lambda groups: (abs(people / groups - (low + high) / 2), groups))
    if not _is_whole(count) or count < 1:
        raise ChoiceError(f"count={shorten(count)} は使えません。1以上の整数にしてください。")
    if count not in possible:
        fits = f"{possible[0]}〜{possible[-1]}" if possible else ""
        advice = (
            f"count を{fits}にするか、size を変えてください。"
            if fits
            else _cannot_sum(people, low, high)
        )
        raise ChoiceError(
            f"{people}人は、{low}〜{high}人の{count}グループに分けられません"
            f"（{count}グループに入るのは{count * low}〜{count * high}人）。{advice}"
        )
    return int(count)


def links_of(
    links: Links, roster: Roster, option: str
) -> tuple[tuple[tuple[int, ...], ...], list[Fault]]:
    """Give links as positions, and a fault for each that names somebody who is not there, or nobody else."""
    found: list[tuple[int, ...]] = []
    faults: list[Fault] = []
    given = [links] if _is_one_link(links) else list(links)
    for number, link in enumerate(given, start=1):
        labels = [link] if isinstance(link, str) else list(link)
        at = roster.positions(labels)
        faults += [
            Fault(
                f"{option} の{number}組目に、参加者にない人がいます",
                "参加者の表に加えるか、ここから除いてください",
                value=label,
            )
            for label, place in zip(labels, at, strict=True)
            if place < 0
        ]
        if len(set(at)) < 2 and min(at, default=0) >= 0:
            way = '[("28201", "28202")] のように、2人以上の組にしてください'
            faults.append(
                Fault(f"{option} の{number}組目が2人以上ではありません", way, value=labels)
            )
        found.append(tuple(dict.fromkeys(at)))
    return tuple(found), faults


def spread_of(
    spread: str | Iterable[str], roster: Roster
) -> tuple[tuple[Marked, ...], list[Fault]]:
    """Give the kinds that are spread: True of a yes/no column, each word of another."""
    kinds: list[Marked] = []
    faults: list[Fault] = []
    for name in [spread] if isinstance(spread, str) else spread:
        if name not in roster.table.columns:
            offered = shorten("、".join(map(str, roster.table.columns)))
            faults.append(
                Fault("spread の列が参加者の表にありません", f"今ある列: {offered}", column=name)
            )
            continue
        own, bad = _kinds(roster.table[name], name)
        kinds, faults = kinds + own, faults + bad
    return tuple(kinds), faults


def _kinds(values: pd.Series, name: str) -> tuple[list[Marked], list[Fault]]:
    """Give the kinds of a column; blanks belong to none."""
    sort, label = kind_of(values), heading(name)
    if sort == "有無":
        marked = tuple(np.flatnonzero(values.fillna(False).astype(bool)).tolist())
        return ([Marked(label, marked)] if marked else []), []
    if values.nunique() > MOST_KINDS:
        remedy = "はい/いいえの列か、数種類の区分の列にしてください"
        return [], [
            Fault(f"spread の列に違う値が{values.nunique()}種類あります", remedy, column=name)
        ]
    return [
        Marked(f"{label}「{shorten(value, 20)}」", _where(values, value))
        for value in values.dropna().unique()
    ], []


def _where(values: pd.Series, value: object) -> tuple[int, ...]:
    return tuple(at for at, own in enumerate(values) if pd.notna(own) and own == value)


def _is_one_link(links: Links) -> bool:
    """Tell a bare pair ("28201", "28202") from a list of pairs."""
    if isinstance(links, str):
        return True
    given = list(links)
    return len(given) >= 2 and all(isinstance(each, str) for each in given)


def _is_whole(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))


def _root(leader: list[int], at: int) -> int:
    while leader[at] != at:
        at = leader[at]
    return at


def _cannot_sum(people: int, low: int, high: int) -> str:
    """Say that sizes cannot add up, and which ranges would."""
    groups = max(1, round(2 * people / (low + high)))
    near = f"({people // groups}, {ceil(people / groups)})"
    sizes = f"{low}〜{high}人" if low < high else f"{low}人"
    return f"{people}人は、どのグループも{sizes}になるようには分けられません。size={near} なら{groups}グループに分けられます。"
