"""Who meets with whom over several meetings, so that everybody keeps meeting new people?

`rotate` lets no pair meet twice where that can be, and then seats members so that groups are as
alike (or as different) as that allows.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit._optimise import schedules
from dxkit.errors import ChoiceError, shorten
from dxkit.groups._distance import Columns
from dxkit.groups._members import find_heading
from dxkit.groups._method_texts import describe_rotation
from dxkit.groups._problem import Problem, read_problem
from dxkit.schema import MethodText, TableResult, carry_provenance

# the same columns for all meetings, or one choice of columns a meeting
PerRound: TypeAlias = Columns | Sequence[Columns]
# swaps proposed when members are given their seats
STEPS = 40_000
MAX_ROUNDS = 30


@dataclass(frozen=True)
class Rotation(TableResult):
    """Groups of several meetings.

    Attributes
    ----------
    table
        One row a member and meeting: ``round, group, code`` (from 1), ``person`` where bodies send
        persons, and ``name`` where the members have one.
    repeats, bound
        How often pairs meet again (of each pair, the meetings after the first), and a number that
        no plan is below.
    quality
        The mean over meetings of what `Groups.quality` is with ``objective="mean"``.
    by_round
        One row a meeting: ``round, groups, smallest, largest, columns, quality``.
    pairs
        How many pairs never meet, meet once, twice …: index ``times``.
    settings
        What was asked; also in ``table.attrs["settings"]``.
    """

    table: pd.DataFrame
    repeats: int
    bound: int
    quality: float
    by_round: pd.DataFrame
    pairs: pd.Series
    settings: dict[str, Any]

    def __repr__(self) -> str:
        rounds = self.table["round"].nunique()
        return f"<グループ替え: {rounds}回、再会 {self.repeats}（下限 {self.bound}）>"

    def _describe_method(self) -> MethodText:
        return describe_rotation(self.settings, self.repeats, self.bound, STEPS)


def rotate(
    members: pd.DataFrame | Iterable[Hashable],
    *,
    rounds: int,
    size: int | Sequence[int] = (5, 7),
    alike: PerRound = (),
    different: PerRound = (),
    count: int | None = None,
    scale: str = "spread",
    missing: str = "average",
    places: bool | None = None,
    seed: int = 0,
) -> Rotation:
    """Put members into groups at several meetings so that pairs meet again as seldom as can be.

    Parameters
    ----------
    members, size, scale, missing, places, seed
        As for `form`.
    rounds
        Number of meetings.
    alike, different
        Columns as for `form`, the same for all meetings, or a list with one choice a meeting:
        ``[("people",), ("vendor",), …]``.
    count
        Number of groups at every meeting; by default it may differ from meeting to meeting.

    Returns
    -------
    Rotation
        The same for the same seed on every machine: the searches count steps, not seconds.

    Raises
    ------
    TableError, ChoiceError
        As for `form`; if ``rounds`` or the list of columns a meeting cannot be.

    Notes
    -----
    Meetings are directions of a finite affine plane where one fits (41 members: the plane of
    order 7, eight meetings in which all 820 pairs meet exactly once), else found by annealing;
    seats are then given to members by annealing.

    Examples
    --------
    >>> plan = rotate([f"m{number}" for number in range(9)], rounds=4, size=3)
    >>> plan.repeats, plan.pairs.to_dict()
    (0, {1: 36})
    """
    common = {"scale": scale, "missing": missing, "places": places}
    problems = pose_problems(
        members, rounds, size=size, alike=alike, different=different, common=common, count=count
    )
    rules = problems[0].rules
    group_counts = (
        range(ceil(rules.member_count / rules.max_size), rules.member_count // rules.min_size + 1)
        if count is None
        else range(count, count + 1)
    )
    # first who meets whom, on seats without names
    schedule = schedules.plan_schedule(
        rules.member_count,
        rounds,
        min_size=rules.min_size,
        max_size=rules.max_size,
        group_counts=group_counts,
        seed=seed,
    )
    costs = np.asarray([problem.cost for problem in problems])
    # without columns all seats are alike
    if costs.any():
        schedule = schedules.assign_seats(schedule, costs, STEPS, seed)
    bound = schedules.bound_repeats(rules.member_count, rounds, group_counts)
    settings = {"rounds": rounds, "count": count, "seed": seed}
    return _make_rotation(problems, schedule, bound, settings)


def pose_problems(
    members: pd.DataFrame | Iterable[Hashable],
    rounds: int,
    *,
    size: int | Sequence[int],
    alike: PerRound,
    different: PerRound,
    common: Mapping[str, Any],
    count: int | None,
) -> list[Problem]:
    """Check what is asked of each meeting, and pose its grouping problem."""
    # True and False are whole numbers to Python
    is_integer = isinstance(rounds, (int, np.integer)) and not isinstance(rounds, bool)
    if not is_integer or not 1 <= rounds <= MAX_ROUNDS:
        raise ChoiceError(
            f"rounds={shorten(rounds)} は使えません。1〜{MAX_ROUNDS} の回数にしてください。"
        )
    # an iterator can be read only once, and every meeting reads the members
    table = members if isinstance(members, pd.DataFrame) else list(members)
    columns = zip(
        _read_columns(alike, rounds, "alike"),
        _read_columns(different, rounds, "different"),
        strict=True,
    )
    return [
        read_problem(
            table,
            size=size,
            alike=alike_columns,
            different=different_columns,
            count=count,
            **common,
        )
        for alike_columns, different_columns in columns
    ]


def measure_quality(problems: Sequence[Problem], schedule: IntArray) -> float:
    """Average the quality over meetings, as in `Rotation.quality`."""
    qualities = [
        _measure_round(problem, labels) for problem, labels in zip(problems, schedule, strict=True)
    ]
    return float(np.mean(qualities))


def _read_columns(columns: PerRound, rounds: int, option: str) -> list[Columns]:
    """Read the columns of each meeting."""
    # one choice for all meetings: a name, or names with weights
    if isinstance(columns, (str, Mapping)):
        return [columns] * rounds
    # one of a meeting may be a mapping, which is no label
    choices = list(columns) if np.iterable(columns) else [] if columns is None else [columns]
    if isinstance(columns, pd.DataFrame):
        raise ChoiceError(
            f"{option}={shorten(columns)} は使えません。列の名前の並びにしてください。"
        )
    if not choices or all(isinstance(name, str) for name in choices):
        return [tuple(map(str, choices))] * rounds
    if len(choices) != rounds:
        raise ChoiceError(
            f"{option} には{len(choices)}回分の列があります。"
            f"rounds={rounds} と同じ数にしてください。"
        )
    return list(choices)


def _measure_round(problem: Problem, labels: IntArray) -> float:
    """Measure the quality of one meeting."""
    same_group = (labels[:, None] == labels[None, :]).astype(np.float64)
    mates = np.maximum(same_group.sum(axis=1) - 1, 1)
    mean = ((problem.cost * same_group).sum(axis=1) / mates).mean()
    return problem.sign_of_quality * float(mean)


def _make_rotation(
    problems: list[Problem], schedule: IntArray, bound: int, settings: dict[str, Any]
) -> Rotation:
    """Make the result; groups are numbered by their first member at every meeting."""
    roster = problems[0].roster
    # numbers of groups mean nothing from meeting to meeting, so each begins anew
    rounds = [np.asarray(pd.factorize(labels)[0]) + 1 for labels in schedule]
    by_round = pd.DataFrame(
        [
            _summarise_round(number, problem, labels)
            for number, (problem, labels) in enumerate(zip(problems, rounds, strict=True), 1)
        ]
    )
    columns = [problem.settings["columns"] for problem in problems]
    all_settings = problems[0].settings | settings | {"columns": columns, "reproducible": True}
    table = _tabulate_meetings(problems[0], rounds)
    table.attrs["settings"] = all_settings
    return Rotation(
        table=carry_provenance(table, roster.table),
        repeats=schedules.count_repeats(schedule),
        bound=bound,
        quality=float(by_round["quality"].mean()),
        by_round=carry_provenance(by_round, roster.table),
        pairs=carry_provenance(_count_pairs(schedule), roster.table),
        settings=all_settings,
    )


def _tabulate_meetings(problem: Problem, rounds: list[IntArray]) -> pd.DataFrame:
    """Tabulate one row a member and meeting."""
    roster = problem.roster
    meetings = [
        pd.concat([pd.DataFrame({"round": number, "group": labels}), roster.key_columns], axis=1)
        for number, labels in enumerate(rounds, 1)
    ]
    table = pd.concat(meetings, ignore_index=True)
    if "name" in roster.table.columns or roster.are_places:
        table["name"] = roster.list_names() * len(rounds)
    return table.sort_values(["round", "group"], kind="stable", ignore_index=True)


def _count_pairs(schedule: IntArray) -> "pd.Series[int]":
    """Count the pairs by how often they meet."""
    meetings = schedules.count_meetings(schedule)
    times = pd.Series(meetings[np.triu_indices(len(meetings), 1)])
    return times.value_counts().sort_index().rename("pairs").rename_axis("times")


def _summarise_round(number: int, problem: Problem, labels: IntArray) -> dict[str, object]:
    """Summarise one meeting as a row of `Rotation.by_round`."""
    sizes = np.bincount(labels)[1:]
    return {
        "round": number,
        "groups": len(sizes),
        "smallest": int(sizes.min()),
        "largest": int(sizes.max()),
        "columns": "、".join(find_heading(criterion.column) for criterion in problem.criteria),
        "quality": _measure_round(problem, labels),
    }
