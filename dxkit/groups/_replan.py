"""Somebody cancels on the morning of the meeting: who has to move?

As few members as possible: a mixed-integer programme on HiGHS finds the fewest moves that keep sizes and links, and that crowd
members of one kind (leaders) nowhere more than an even spread or the plan so far does; of the ways to make so few, one with
likeness as good as exchanging single moves brings it.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, DxkitError, Fault, TableError
from dxkit.groups import _feasibility
from dxkit.groups._problem import Question, ask
from dxkit.groups._result import Groups, answer, quick_bound, score
from dxkit.groups._rules import Marked, Rules

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]


def replan(groups: Groups, *, absent: str | Iterable[Hashable]) -> Groups:
    """Mend groups after cancellations with the fewest moves.

    Parameters
    ----------
    groups
        What `form` (or `replan`) gave.
    absent
        Codes or names of members who do not come.

    Returns
    -------
    Groups
        Groups keep their numbers; a group may be dissolved where those left cannot fill it. ``settings["moved"]`` lists
        ``code, from, to`` of everybody who moves, ``settings["absent"]`` who is away, ``settings["spread_kept"]`` whether
        `spread` could be kept. The bound is that of new groups.

    Raises
    ------
    TableError
        If somebody absent was not a member.
    ChoiceError
        If those left cannot be put into groups of this size under the rules.
    """
    gone = _positions(groups, [absent] if isinstance(absent, str) else list(absent))
    here = np.setdiff1d(np.arange(len(groups.members)), gone)
    before = groups.table["group"].to_numpy()[here] - 1
    asked = _asked(
        groups,
        groups.members.iloc[here].drop(columns="group"),
        set(groups.table["code"].iloc[here]),
    )
    rules = replace(asked.rules, count=int(before.max(initial=0)) + 1, spread=())
    caps = [_cap(kind, before, asked.rules.count) for kind in asked.rules.spread]
    after = _fewest(rules, before, caps)
    kept = after is not None
    if after is None and caps:
        caps, after = [], _fewest(rules, before, [])
    if after is None:
        raise _feasibility.refuse(replace(asked.rules, spread=()), asked.names())
    after = _better(asked, Limits(rules, caps), before, after)
    found = answer(
        asked, after, quick_bound(asked), seed=groups.settings.get("seed"), certified=False
    )
    return _numbered(groups, found, _Moves(before, after, gone, kept))


@dataclass(frozen=True)
class Cap:
    """Members of one kind, and how many of them each group may have."""

    members: Whole
    most: Whole


@dataclass(frozen=True)
class Limits:
    """What a plan must keep."""

    rules: Rules
    caps: list[Cap]

    def kept(self, plan: Whole) -> bool:
        """Tell whether a plan keeps sizes, links and caps."""
        rules = self.rules
        sizes = np.bincount(plan, minlength=rules.count)
        right = ((sizes >= rules.low) & (sizes <= rules.high)) | (sizes == 0)
        near = all(len(set(plan[list(link)])) == 1 for link in rules.together)
        far = all(len(set(plan[list(link)])) == len(link) for link in rules.apart)
        even = all(
            (np.bincount(plan[cap.members], minlength=rules.count) <= cap.most).all()
            for cap in self.caps
        )
        return bool(right.all()) and near and far and even


@dataclass(frozen=True)
class _Moves:
    """Where those left were and will be, who is away, and whether kinds could be kept spread."""

    before: Whole
    after: Whole
    gone: Whole
    spread_kept: bool


def _cap(kind: Marked, before: Whole, count: int) -> Cap:
    """Let a group have as many of a kind as an even spread gives it, or as it has already."""
    members = np.asarray(kind.members, dtype=np.intp)
    held = np.bincount(before[members], minlength=int(before.max(initial=0)) + 1)
    return Cap(members, np.maximum(held, kind.limits(count)[1]))


def _positions(groups: Groups, labels: list[Hashable]) -> Whole:
    """Give where the absent stand; all who are none are named."""
    from dxkit.groups._members import Roster  # noqa: PLC0415 - only its reading of names

    codes = pd.Index(groups.table["code"], dtype=object)
    roster = Roster(groups.members, codes, bool(groups.settings["places"]), {})
    at = roster.positions(labels)
    faults = [
        Fault(
            "absent に参加者でない人がいます",
            "グループの表にある団体コードか名前にしてください",
            value=label,
        )
        for label, place in zip(labels, at, strict=True)
        if place < 0
    ]
    if faults:
        raise TableError(faults)
    return np.unique(np.asarray(at, dtype=np.intp))


def _asked(groups: Groups, left: pd.DataFrame, codes: set[str]) -> Question:
    """Ask again of those who are left, by the same columns and rules; distances keep the scale of those who are there."""
    told = groups.settings
    columns: dict[str, dict[str, float]] = {"alike": {}, "different": {}}
    for each in told["columns"]:
        if left[each["column"]].notna().any():
            columns[each["role"]][each["column"]] = each["weight"]
    options: dict[str, Any] = {
        name: told[name] for name in ("objective", "scale", "missing", "places")
    }
    low, high = told["size"]
    fitting = [
        count for count in range(1, told["count"] + 1) if count * low <= len(left) <= count * high
    ]
    if not fitting:
        raise ChoiceError(
            f"残る{len(left)}人は、{low}〜{high}人の{told['count']}グループ以下に分けられません。"
            "size を変えて form で作り直してください。"
        )
    options |= {name: _left(told[name], codes) for name in ("together", "apart")}
    options["spread"] = [column for column in told["spread_by"] if left[column].notna().any()]
    return ask(
        left,
        size=(low, high),
        count=max(fitting),
        alike=columns["alike"],
        different=columns["different"],
        **options,
    )


def _left(links: Iterable[Iterable[str]], codes: set[str]) -> list[tuple[str, ...]]:
    """Give links among those who are there."""
    kept = [tuple(code for code in link if code in codes) for link in links]
    return [link for link in kept if len(link) > 1]


def _fewest(rules: Rules, before: Whole, caps: list[Cap]) -> Whole | None:
    """Give the groups that fewest members have to move to reach; None if there are none."""
    people, count = rules.people, rules.count
    rows = _feasibility.rows_of(rules, empty=True, more=count)
    for cap in caps:
        for group in range(count):
            rows.add(cap.members * count + group, 1.0, 0, float(cap.most[group]))
    cost = np.zeros(rows.columns)
    stays = np.ones((people, count))
    stays[np.arange(people), before] = 0.0
    cost[: people * count] = stays.ravel()
    try:
        found = _feasibility.solve(cost, rows)
    except TimeoutError:
        raise DxkitError("時間内に答えが出ませんでした。form で作り直してください。") from None
    if found is None:
        return None
    return np.asarray(found[: people * count].reshape(people, count).argmax(axis=1), dtype=np.intp)


def _better(asked: Question, limits: Limits, before: Whole, after: Whole) -> Whole:
    """Exchange one move for another of the same number while that helps."""
    best, value = after, score(asked, after)
    improved = True
    while improved:
        improved = False
        for other in list(_neighbours(limits, before, best)):
            cost = score(asked, other)
            if cost < value - 1e-12:
                best, value, improved = other, cost, True
    return best


def _neighbours(limits: Limits, before: Whole, after: Whole) -> Iterable[Whole]:
    """Give plans in which one mover goes elsewhere, or stays while another member of any group moves."""
    moved = np.flatnonzero(before != after)
    used = np.unique(after)
    for mover in moved:
        for other in np.flatnonzero((before == after) | (np.arange(len(after)) == mover)):
            for group in used:
                plan = after.copy()
                plan[mover] = before[mover]
                plan[other] = group
                if (plan != before).sum() == len(moved) and limits.kept(plan):
                    yield plan


def _numbered(groups: Groups, found: Groups, moves: _Moves) -> Groups:
    """Give groups their former numbers, and say who moved."""
    before, after = moves.before, moves.after
    table = found.table.assign(group=after + 1)
    known = dict(zip(found.table["group"], after + 1, strict=True))
    by_group = found.by_group.assign(group=found.by_group["group"].map(known)).sort_values(
        "group", ignore_index=True
    )
    moved = [
        {"code": str(table["code"].iloc[at]), "from": int(before[at]) + 1, "to": int(after[at]) + 1}
        for at in np.flatnonzero(before != after)
    ]
    away = groups.table["code"].iloc[moves.gone].tolist()
    settings = found.settings | {
        "moved": moved,
        "absent": away,
        "count": len(by_group),
        "spread_kept": moves.spread_kept,
    }
    table.attrs["settings"] = settings
    return replace(
        found,
        table=table,
        by_group=by_group,
        members=found.members.assign(group=after + 1),
        settings=settings,
    )
