"""Who meets with whom over several meetings, so that everybody keeps meeting new people?

`rotate` lets no pair meet twice where that can be, and then seats members so that groups are as alike (or as different) as that
allows; `tradeoff` shows what it costs in likeness.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm.auto import tqdm

from dxkit._optimise import schedules
from dxkit.errors import ChoiceError, shorten
from dxkit.groups import _members as people
from dxkit.groups._distance import Columns
from dxkit.groups._problem import Question, ask
from dxkit.groups._search import search

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
# the same columns for all meetings, or one choice of columns a meeting
PerRound: TypeAlias = Columns | Sequence[Columns]
STEPS = 40_000
MOST_ROUNDS = 30
# what a pair that has met costs at its next meeting, in units of chance, for the curve; and how long each meeting is sought
PENALTIES, SHORT = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0), 25_000


@dataclass(frozen=True)
class Rotation:
    """Groups of several meetings.

    Attributes
    ----------
    table
        One row a member and meeting: ``round, group, code`` (from 1), and ``name`` where the members have one.
    repeats, bound
        How often pairs meet again (of each pair, the meetings after the first), and a number that no plan is below.
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

    Raises
    ------
    TableError, ChoiceError
        As for `form`; if ``rounds`` or the list of columns a meeting cannot be.

    Notes
    -----
    Meetings are directions of a finite affine plane where one fits (41 members: the plane of order 7, eight meetings in which
    all 820 pairs meet exactly once), else found by annealing; seats are then given to members by annealing.
    """
    common = {"scale": scale, "missing": missing, "places": places}
    asked = _asked(
        members, rounds, size=size, alike=alike, different=different, common=common, count=count
    )
    rules = asked[0].rules
    counts = _counts(rules.people, rules.low, rules.high, count)
    schedule = schedules.schedule_of(
        rules.people, rounds, low=rules.low, high=rules.high, counts=counts, seed=seed
    )
    costs = np.asarray([each.cost for each in asked])
    if costs.any():
        schedule = schedules.seated(schedule, costs, STEPS, seed)
    bound = schedules.least_repeats(rules.people, rounds, counts)
    return _answer(asked, schedule, bound, {"rounds": rounds, "count": count, "seed": seed})


def tradeoff(
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
    penalties: Sequence[float] = PENALTIES,
    seed: int = 0,
    progress: bool = False,
) -> pd.DataFrame:
    """Show what it costs in likeness that pairs meet again seldom.

    Parameters
    ----------
    members, rounds, size, alike, different, count, scale, missing, places, seed
        As for `rotate`.
    penalties
        What it costs that a pair meets that has met before, in units of chance (1 = the distance of two members picked at
        random): 0 forms every meeting as if it were the first.
    progress
        Show a progress bar.

    Returns
    -------
    pandas.DataFrame
        One row a plan: ``plan, penalty`` (blank for `rotate`'s), ``repeats, bound, quality``.

    Raises
    ------
    TableError, ChoiceError
        As for `rotate`.
    """
    common = {"scale": scale, "missing": missing, "places": places}
    asked = _asked(
        members, rounds, size=size, alike=alike, different=different, common=common, count=count
    )
    rows = []
    for penalty in tqdm(list(penalties), disable=not progress, desc="組み合わせの比較"):
        schedule = _one_by_one(asked, float(penalty), seed)
        rows.append(
            (
                "1回ずつ組む",
                float(penalty),
                schedules.repeats_of(schedule),
                _quality(asked, schedule),
            )
        )
    new = rotate(members, rounds=rounds, size=size, alike=alike, different=different, count=count, scale=scale, missing=missing,
                 places=places, seed=seed)  # fmt: skip
    rows.append(("再会を避けて組む", np.nan, new.repeats, new.quality))
    table = pd.DataFrame(rows, columns=["plan", "penalty", "repeats", "quality"])
    table.insert(3, "bound", new.bound)
    table.attrs["settings"] = new.settings | {"penalties": tuple(penalties)}
    return table


def _asked(
    members: pd.DataFrame | Iterable[Hashable],
    rounds: int,
    *,
    size: int | Sequence[int],
    alike: PerRound,
    different: PerRound,
    common: Mapping[str, Any],
    count: int | None,
) -> list[Question]:
    """Check what is asked of each meeting."""
    if (
        isinstance(rounds, bool)
        or not isinstance(rounds, (int, np.integer))
        or not 1 <= rounds <= MOST_ROUNDS
    ):
        raise ChoiceError(
            f"rounds={shorten(rounds)} は使えません。1〜{MOST_ROUNDS} の回数にしてください。"
        )
    kept = members if isinstance(members, pd.DataFrame) else list(members)
    chosen = zip(_each(alike, rounds, "alike"), _each(different, rounds, "different"), strict=True)
    return [
        ask(kept, size=size, alike=one, different=other, count=count, **common)
        for one, other in chosen
    ]


def _each(columns: PerRound, rounds: int, option: str) -> list[Columns]:
    """Give the columns of each meeting."""
    if isinstance(columns, (str, Mapping)):
        return [columns] * rounds
    given = list(columns)
    if not given or all(isinstance(each, str) for each in given):
        return [tuple(map(str, given))] * rounds
    if len(given) != rounds:
        raise ChoiceError(
            f"{option} には{len(given)}回分の列があります。rounds={rounds} と同じ数にしてください。"
        )
    return list(given)


def _counts(members: int, low: int, high: int, count: int | None) -> range:
    return (
        range(ceil(members / high), members // low + 1)
        if count is None
        else range(count, count + 1)
    )


def _one_by_one(asked: list[Question], penalty: float, seed: int) -> Whole:
    """Form meeting after meeting, with pairs that have met dearer."""
    met = np.zeros((asked[0].rules.people,) * 2)
    rows = []
    for number, each in enumerate(asked):
        groups = search(each, seed=seed + number, chains=1, steps=SHORT, extra=penalty * met)
        met += groups[:, None] == groups[None, :]
        rows.append(groups)
    return np.asarray(rows)


def _quality(asked: list[Question], schedule: Whole) -> float:
    """Give the mean over meetings, small wanted (large where only ``different`` is asked)."""
    return float(np.mean([_of_round(each, row) for each, row in zip(asked, schedule, strict=True)]))


def _of_round(asked: Question, groups: Whole) -> float:
    same = (groups[:, None] == groups[None, :]).astype(np.float64)
    mates = np.maximum(same.sum(axis=1) - 1, 1)
    return asked.sign * float(((asked.cost * same).sum(axis=1) / mates).mean())


def _answer(asked: list[Question], schedule: Whole, bound: int, told: dict[str, Any]) -> Rotation:
    roster = asked[0].roster
    rows = [np.asarray(pd.factorize(row)[0]) + 1 for row in schedule]
    table = pd.concat(
        [
            pd.DataFrame({"round": number, "group": row, "code": roster.codes.astype(str)})
            for number, row in enumerate(rows, 1)
        ],
        ignore_index=True,
    )
    if "name" in roster.table.columns or roster.places:
        table["name"] = people.called(roster.table, roster.codes, roster.places) * len(rows)
    table = table.sort_values(["round", "group"], kind="stable", ignore_index=True)
    settings = asked[0].settings | told | {"columns": [each.settings["columns"] for each in asked]}
    table.attrs["settings"] = settings
    met = schedules.meets(schedule)
    pairs = (
        pd.Series(met[np.triu_indices(len(met), 1)])
        .value_counts()
        .sort_index()
        .rename("pairs")
        .rename_axis("times")
    )
    by_round = pd.DataFrame(
        [
            _round(number, each, row)
            for number, (each, row) in enumerate(zip(asked, rows, strict=True), 1)
        ]
    )
    return Rotation(
        table,
        schedules.repeats_of(schedule),
        bound,
        float(by_round["quality"].mean()),
        by_round,
        pairs,
        settings,
    )


def _round(number: int, asked: Question, groups: Whole) -> dict[str, object]:
    sizes = np.bincount(groups)[1:]
    columns = "、".join(people.heading(each.column) for each in asked.criteria)
    return {"round": number, "groups": len(sizes), "smallest": int(sizes.min()), "largest": int(sizes.max()),
            "columns": columns, "quality": _of_round(asked, groups)}  # fmt: skip
