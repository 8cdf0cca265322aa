"""Do the sizes add up, and are all who are linked or spread on the list?

Each reader turns one option of `form` into the form that `Rules` has, on positions of members.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from itertools import combinations
from math import ceil
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from dxkit._checks import read_list
from dxkit._optimise.grouping_task import choose_group_count, list_group_counts
from dxkit.errors import ChoiceError, Fault, shorten
from dxkit.groups._distance import classify_column
from dxkit.groups._members import Roster, find_heading
from dxkit.groups._rules import SpreadKind

Links: TypeAlias = Iterable[Iterable[Hashable]]
# above it, a spread column of whole numbers is a quantity, not a kind
MAX_KINDS = 12


def read_sizes(size: int | Sequence[int]) -> tuple[int, int]:
    """Read the smallest and largest size of a group.

    Raises
    ------
    ChoiceError
    """
    # of a set nobody knows which comes first
    is_unordered = isinstance(size, Set | Mapping)
    ends = [] if is_unordered else read_list(size, "size")
    is_single = isinstance(size, (int, np.integer))
    pair = (size, size) if is_single else tuple(ends)
    is_range = len(pair) == 2 and all(_is_integer(number) for number in pair)
    if not is_range or not 1 <= pair[0] <= pair[1]:
        raise ChoiceError(
            f"size={shorten(size)} は使えません。"
            "5 か (5, 7) のように、1以上の人数（少ない方, 多い方）にしてください。"
        )
    return int(pair[0]), int(pair[1])


def read_group_count(member_count: int, min_size: int, max_size: int, count: int | None) -> int:
    """Read the number of groups.

    By default the one whose mean size is nearest to the middle of the range.

    Raises
    ------
    ChoiceError
        If sizes cannot add up to the number of members.
    """
    possible = list_group_counts(member_count, min_size, max_size)
    if count is None:
        nearest = choose_group_count(member_count, min_size, max_size)
        if nearest is None:
            raise ChoiceError(_say_cannot_sum(member_count, min_size, max_size))
        return nearest
    if not _is_integer(count) or count < 1:
        raise ChoiceError(f"count={shorten(count)} は使えません。1以上の整数にしてください。")
    if count not in possible:
        fits = f"{possible[0]}〜{possible[-1]}" if possible else ""
        advice = (
            f"count を{fits}にするか、size を変えてください。"
            if fits
            else _say_cannot_sum(member_count, min_size, max_size)
        )
        raise ChoiceError(
            f"{member_count}人は、{min_size}〜{max_size}人の{count}グループに分けられません"
            f"（{count}グループに入るのは{count * min_size}〜{count * max_size}人）。{advice}"
        )
    return int(count)


def read_links(
    links: Links, roster: Roster, option: str
) -> tuple[tuple[tuple[int, ...], ...], list[Fault]]:
    """Read links as positions.

    A body that sends several persons stands for all of them: all stay together, or none of them
    meets any of the others of the link, while persons of one body may meet. A fault is listed for
    each link that names somebody who is not there, or nobody else.
    """
    read: list[tuple[int, ...]] = []
    faults: list[Fault] = []
    for number, link in enumerate(_list_links(links, option), start=1):
        # a single name is a link with nobody, which is reported below
        labels = read_labels(link, option)
        members = [roster.find_members(label) for label in labels]
        faults += [
            Fault(
                f"{option} の{number}組目に、参加者にない人がいます",
                f"{roster.suggest_label(label)}参加者の表に加えるか、ここから除いてください",
                value=label,
            )
            for label, positions in zip(labels, members, strict=True)
            if not positions
        ]
        distinct = dict.fromkeys(position for positions in members for position in positions)
        has_pair = len(distinct) > 1 and (option == "together" or len(set(map(tuple, members))) > 1)
        if not has_pair and all(members):
            remedy = '[("28201", "28202")] のように、2人以上の組にしてください'
            problem = f"{option} の{number}組目が2人以上ではありません"
            faults.append(Fault(problem, remedy, value=labels))
        if option == "apart" and any(len(positions) > 1 for positions in members):
            read += _pair_members(members)
        else:
            read.append(tuple(distinct))
    return tuple(read), faults


def _pair_members(members: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """Pair each member whom a label means with each whom another label means."""
    pairs = {
        (min(i, j), max(i, j))
        for positions, others in combinations(members, 2)
        for i in positions
        for j in others
        if i != j
    }
    return sorted(pairs)


def read_spread(
    columns: Iterable[str], roster: Roster
) -> tuple[tuple[SpreadKind, ...], list[Fault]]:
    """Read the kinds that are spread: True of a yes/no column, each word of another."""
    kinds: list[SpreadKind] = []
    faults: list[Fault] = []
    for name in columns:
        if name not in roster.table.columns:
            present = shorten("、".join(map(str, roster.table.columns)))
            faults.append(
                Fault("spread の列が参加者の表にありません", f"今ある列: {present}", column=name)
            )
            continue
        column_kinds, column_faults = _list_kinds(roster.table[name], name)
        kinds += column_kinds
        faults += column_faults
    return tuple(kinds), faults


def _list_kinds(values: pd.Series, name: str) -> tuple[list[SpreadKind], list[Fault]]:
    """List the kinds of a column; blanks belong to none."""
    heading = find_heading(name)
    if classify_column(values) == "有無":
        marked = tuple(np.flatnonzero(values.fillna(False).astype(bool)).tolist())
        return ([SpreadKind(heading, marked)] if marked else []), []
    # numbers of people, say: every value would be a kind of its own
    if values.nunique() > MAX_KINDS:
        problem = f"spread の列に違う値が{values.nunique()}種類あります"
        remedy = "はい/いいえの列か、数種類の区分の列にしてください"
        return [], [Fault(problem, remedy, column=name)]
    return [
        SpreadKind(f"{heading}「{shorten(value, 20)}」", _find_rows_of_value(values, value))
        for value in values.dropna().unique()
    ], []


def _find_rows_of_value(values: pd.Series, value: object) -> tuple[int, ...]:
    return tuple(row for row, cell in enumerate(values) if pd.notna(cell) and cell == value)


def read_labels(labels: object, option: str) -> list[Any]:
    """Read whom an option means: one label, or several; a person is a pair (code, person)."""
    if isinstance(labels, list | tuple):
        # a file of JSON has pairs as lists
        labels = [tuple(label) if isinstance(label, list) else label for label in labels]
    return read_list(labels, option)


def _list_links(links: Links | None, option: str) -> list[Any]:
    """List the links; a bare pair ("28201", "28202") is one link and no list of two."""
    if links is None:
        return []
    if isinstance(links, str):
        return [links]
    if not np.iterable(links) or isinstance(links, pd.DataFrame):
        raise ChoiceError(
            f"{option}={shorten(links)} は使えません。"
            '[("28201", "28202")] のように、組の並びにしてください。'
        )
    # read once: an iterator is empty afterwards
    items = list(links)
    is_one_link = len(items) >= 2 and all(isinstance(item, str) for item in items)
    return [items] if is_one_link else items


def _is_integer(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))


def _say_cannot_sum(member_count: int, min_size: int, max_size: int) -> str:
    """Say that sizes cannot add up, and which ranges would."""
    groups = max(1, round(2 * member_count / (min_size + max_size)))
    near = f"({member_count // groups}, {ceil(member_count / groups)})"
    sizes = f"{min_size}〜{max_size}人" if min_size < max_size else f"{min_size}人"
    return (
        f"{member_count}人は、どのグループも{sizes}になるようには分けられません。"
        f"size={near} なら{groups}グループに分けられます。"
    )
