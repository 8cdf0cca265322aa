"""Somebody cancels on the morning of the meeting, and somebody else comes: who has to move?

As few members as possible: a mixed-integer programme on HiGHS finds the fewest moves that keep
sizes and links, and that crowd members of one kind (leaders) nowhere more than an even spread or
the plan so far does; of the plans with so few moves, one with likeness as good as exchanging
single moves brings it.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit.errors import ChoiceError, DxkitError, Fault, TableError
from dxkit.groups import _feasibility
from dxkit.groups._conflicts import make_conflict_error
from dxkit.groups._groups import Groups, make_groups
from dxkit.groups._latecomers import add_late, read_late, read_roster
from dxkit.groups._members import Key, list_keys
from dxkit.groups._problem import Problem, read_problem
from dxkit.groups._quality import compute_cost, compute_quick_bound
from dxkit.groups._rules import Rules, SpreadKind

# a change in cost below it is rounding
ROUNDING = 1e-12
# the group of a latecomer before this plan
NO_SEAT = -1


def replan(
    groups: Groups,
    absent: Hashable | Iterable[Hashable] = (),
    late: pd.DataFrame | Iterable[Hashable] | None = None,
) -> Groups:
    """Mend groups after cancellations, or seat latecomers, with the fewest moves.

    Parameters
    ----------
    groups
        What `form`, `next_round` or `replan` returned.
    absent
        Codes or names of members who do not come. Where bodies send persons, a code stands for all
        of a body's persons, ``(code, person)`` or a person's name that nobody else has for one.
    late
        Members who come in addition: rows like those of ``members`` (``code``, ``person`` where
        bodies send persons, and the columns that the groups go by), or codes.

    Returns
    -------
    Groups
        Groups keep their numbers; a group may be dissolved where those left cannot fill it, and one
        opened only where latecomers find no seat otherwise. Latecomers stand behind the others.
        ``settings["moved"]`` lists ``code, from, to`` (and ``person``) of everybody who moves;
        taking a first seat is no move. ``settings["absent"]`` and ``settings["late"]`` say who is
        away and who came, as codes or ``(code, person)``, ``settings["spread_kept"]`` whether
        `spread` could be kept. The bound is that of new groups.

    Raises
    ------
    TableError
        If somebody absent was not a member, or somebody late is one already.
    ChoiceError
        If those who are there cannot be put into groups of this size under the rules.
    DxkitError
        If the search reached its limit (the same on every machine) without an answer.

    Warns
    -----
    TableWarning
        If latecomers lack a column that the groups go by: it counts as blank.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit.groups import form
    >>> towns = pd.DataFrame({"code": list("abcdefg"), "people": [1, 2, 3, 4, 11, 12, 13]})
    >>> before = form(towns, size=(3, 4), alike="people")
    >>> replan(before, absent=["f"]).settings["moved"]
    [{'code': 'd', 'from': 1, 'to': 2}]
    >>> late = pd.DataFrame({"code": ["h"], "people": [14]})
    >>> replan(before, late=late).table.tail(1).to_numpy().tolist()
    [['h', 2]]
    """
    # names are read as `form` reads them: a code, a name or a former name
    gone = _find_absent(groups, _list_labels(absent))
    present = np.setdiff1d(np.arange(len(groups.members)), gone)
    rest = groups.members.iloc[present].drop(columns="group")
    newcomers = read_late(groups, rest, late)
    seats = [*groups.table["group"].to_numpy()[present] - 1, *[NO_SEAT] * len(newcomers)]
    before = np.asarray(seats, dtype=np.intp)
    attending = add_late(rest, newcomers)
    problem = _pose_rest_problem(groups, attending)
    # the problem has its members in the order of their codes, the result in that of the list
    rows_given = problem.roster.rows_given
    before = before[np.argsort(rows_given)]
    # all former groups are open, as one may be dissolved; kinds are kept by caps instead
    group_count = max(int(before.max(initial=0)) + 1, problem.rules.group_count)
    rules = replace(problem.rules, group_count=group_count, spread=())
    caps = [
        _cap_kind(kind, before, group_count, problem.rules.group_count)
        for kind in problem.rules.spread
    ]
    after = _find_fewest_moves(rules, before, caps)
    spread_kept = after is not None
    if after is None and caps:
        # better crowded leaders than no plan
        caps = []
        after = _find_fewest_moves(rules, before, [])
    if after is None:
        without_spread = replace(problem.rules, spread=())
        raise make_conflict_error(without_spread, problem.roster.list_full_names())
    after = _improve_moves(problem, _PlanLimits(rules, caps), before, after)
    mended = make_groups(
        problem,
        after,
        compute_quick_bound(problem),
        seed=groups.settings.get("seed"),
        certified=False,
        reproducible=groups.settings.get("reproducible", True),
    )
    return _restore_numbers(
        groups, mended, _Moves(before[rows_given], after[rows_given], gone, spread_kept)
    )


def _list_labels(absent: Hashable | Iterable[Hashable]) -> list[Hashable]:
    """List who is meant: one label, or several."""
    if isinstance(absent, pd.DataFrame):
        return list_keys(absent)
    return [absent] if isinstance(absent, str) or not isinstance(absent, Iterable) else list(absent)


@dataclass(frozen=True)
class _KindCap:
    """Members of one kind, and how many of them each group may have at most."""

    members: IntArray
    max_counts: IntArray


@dataclass(frozen=True)
class _PlanLimits:
    """What a plan must keep."""

    rules: Rules
    caps: list[_KindCap]

    def are_kept_by(self, labels: IntArray) -> bool:
        """Check whether a plan keeps sizes, links and caps."""
        rules = self.rules
        sizes = np.bincount(labels, minlength=rules.group_count)
        allowed = ((sizes >= rules.min_size) & (sizes <= rules.max_size)) | (sizes == 0)
        has_together = all(len(set(labels[list(link)])) == 1 for link in rules.together)
        has_apart = all(len(set(labels[list(link)])) == len(link) for link in rules.apart)
        has_spread = all(
            (np.bincount(labels[cap.members], minlength=rules.group_count) <= cap.max_counts).all()
            for cap in self.caps
        )
        return bool(allowed.all()) and has_together and has_apart and has_spread


@dataclass(frozen=True)
class _Moves:
    """Where those left were and will be, who is away, and whether kinds could be kept spread."""

    before: IntArray
    after: IntArray
    gone: IntArray
    spread_kept: bool


def _cap_kind(kind: SpreadKind, before: IntArray, group_count: int, used_count: int) -> _KindCap:
    """Let a group have as many of a kind as an even spread gives it, or as it has already."""
    members = np.asarray(kind.members, dtype=np.intp)
    # latecomers have no seat yet
    seats = before[members]
    present = np.bincount(seats[seats != NO_SEAT], minlength=group_count)
    return _KindCap(members, np.maximum(present, kind.compute_limits(used_count)[1]))


def _find_absent(groups: Groups, labels: list[Hashable]) -> IntArray:
    """Find where the absent stand; all who are no members are named."""
    roster = read_roster(groups)
    members = [roster.find_members(label) for label in labels]
    faults = [
        Fault(
            "absent に参加者でない人がいます",
            f"{roster.suggest_label(label)}グループの表にある団体コードか名前にしてください",
            value=label,
        )
        for label, positions in zip(labels, members, strict=True)
        if not positions
    ]
    if faults:
        raise TableError(faults)
    return np.unique(np.asarray([i for positions in members for i in positions], dtype=np.intp))


def _pose_rest_problem(groups: Groups, attending: pd.DataFrame) -> Problem:
    """Pose the problem of those who are there, by the same columns and rules.

    Distances are measured anew among those who are there.
    """
    settings = groups.settings
    columns: dict[str, dict[str, float]] = {"alike": {}, "different": {}}
    for column in settings["columns"]:
        # a column in which everybody is blank cannot be measured
        if attending[column["column"]].notna().any():
            columns[column["role"]][column["column"]] = column["weight"]
    options: dict[str, Any] = {
        name: settings[name] for name in ("objective", "scale", "missing", "places")
    }
    keys = set(list_keys(attending))
    options |= {name: _keep_present(settings[name], keys) for name in ("together", "apart")}
    spread = [column for column in settings["spread_by"] if attending[column].notna().any()]
    return read_problem(
        attending,
        size=settings["size"],
        count=_count_groups(settings, len(attending)),
        alike=columns["alike"],
        different=columns["different"],
        spread=spread,
        **options,
    )


def _count_groups(settings: Mapping[str, Any], member_count: int) -> int:
    """Count the groups that those who are there are to fill."""
    low, high = settings["size"]
    # never more groups than before where that can be: those at the meeting know their tables
    possible = range(ceil(member_count / high), member_count // low + 1)
    few = [count for count in possible if 1 <= count <= settings["count"]]
    if few:
        return max(few)
    more = [count for count in possible if count > settings["count"]]
    if more:
        return min(more)
    raise ChoiceError(
        f"残る{member_count}人は、{low}〜{high}人の{settings['count']}グループ以下に"
        "分けられません。size を変えて form で作り直してください。"
    )


def _keep_present(links: Iterable[Iterable[Key]], keys: set[Key]) -> list[tuple[Key, ...]]:
    """Keep the links among those who are there."""
    # a link shrinks with who is away; one that is left alone is no link
    present = [tuple(key for key in link if key in keys) for link in links]
    return [link for link in present if len(link) > 1]


def _find_fewest_moves(rules: Rules, before: IntArray, caps: list[_KindCap]) -> IntArray | None:
    """Find the groups that fewest members have to move to reach; None if there are none."""
    member_count = rules.member_count
    group_count = rules.group_count
    rows = _feasibility.write_rows(rules, allow_empty=True)
    for cap in caps:
        for group in range(group_count):
            columns = cap.members * group_count + group
            rows.add_row(columns, 1.0, 0, float(cap.max_counts[group]))
    # staying costs nothing, any other group 1, and a latecomer's first seat nothing
    moves = np.ones((member_count, group_count))
    seated = np.flatnonzero(before != NO_SEAT)
    moves[seated, before[seated]] = 0.0
    moves[before == NO_SEAT] = 0.0
    cost = np.zeros(rows.column_count)
    cost[: member_count * group_count] = moves.ravel()
    try:
        values = _feasibility.solve_rows(cost, rows)
    except _feasibility.SearchLimitError:
        raise DxkitError(
            "探索の上限までに答えが出ませんでした。form で作り直してください。"
        ) from None
    return None if values is None else _feasibility.read_labels(values, rules)


def _improve_moves(
    problem: Problem, limits: _PlanLimits, before: IntArray, after: IntArray
) -> IntArray:
    """Exchange one move for another of the same number while that helps."""
    # as good as exchanging single moves can make it; the number of moves stays the fewest
    best = after
    best_cost = compute_cost(problem, after)
    has_improved = True
    while has_improved:
        has_improved = False
        for neighbour in list(_list_neighbours(limits, before, best)):
            cost = compute_cost(problem, neighbour)
            if cost < best_cost - ROUNDING:
                best = neighbour
                best_cost = cost
                has_improved = True
    return best


def _list_neighbours(limits: _PlanLimits, before: IntArray, after: IntArray) -> Iterable[IntArray]:
    """List plans in which one mover goes elsewhere, stays while another moves, or two change."""
    movers = np.flatnonzero(before != after)
    is_late = before == NO_SEAT
    groups_in_use = np.unique(after)
    stays = before == after
    for mover in movers:
        # a latecomer must sit somewhere
        others = np.zeros(len(after), dtype=bool) if is_late[mover] else stays
        for candidate in np.flatnonzero(others | (np.arange(len(after)) == mover)):
            for group in groups_in_use:
                plan = after.copy()
                plan[mover] = group if candidate == mover else before[mover]
                plan[candidate] = group
                # neither more moves nor a broken rule
                if (plan != before).sum() == len(movers) and limits.are_kept_by(plan):
                    yield plan
    for mover, other in combinations(movers, 2):
        plan = after.copy()
        plan[[mover, other]] = after[[other, mover]]
        if (plan != before).sum() == len(movers) and limits.are_kept_by(plan):
            yield plan


def _restore_numbers(groups: Groups, mended: Groups, moves: _Moves) -> Groups:
    """Restore the former numbers of the groups, and record who moved."""
    before = moves.before
    after = moves.after
    table = mended.table.assign(group=after + 1)
    # `make_groups` numbers groups anew; people know theirs by the old number
    former_number = dict(zip(mended.table["group"], after + 1, strict=True))
    numbers = mended.by_group["group"].map(former_number)
    by_group = mended.by_group.assign(group=numbers).sort_values("group", ignore_index=True)
    key_columns = table[[name for name in ("code", "person") if name in table.columns]]
    is_late = before == NO_SEAT
    moved = [
        key_columns.iloc[member].to_dict()
        | {"from": int(before[member]) + 1, "to": int(after[member]) + 1}
        for member in np.flatnonzero((before != after) & ~is_late)
    ]
    settings = mended.settings | {
        "moved": moved,
        "absent": list_keys(groups.table.iloc[moves.gone]),
        "late": list_keys(table[is_late]),
        "count": len(by_group),
        "spread_kept": moves.spread_kept,
    }
    table.attrs["settings"] = settings
    return replace(
        mended,
        table=table,
        by_group=by_group,
        members=mended.members.assign(group=after + 1),
        settings=settings,
    )
