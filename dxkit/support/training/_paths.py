"""Which ways through the sessions are open to a person who wishes for a topic?

A path is a run of sessions of one topic, a stage each, from the first stage that is not done yet, in terms that never go back and
in which the person is there. Everything that can be given for a wish is one of its paths: the cycle's rules hold by construction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from dxkit import _checks
from dxkit.errors import Fault, TableError

STAGES = ("know", "try", "teach")
LABELS = {"know": "知る", "try": "やってみる", "teach": "教え合う"}


def ranks(table: pd.DataFrame, column: str, what: str, *, blank: bool = False) -> list[int]:
    """Give each row's stage as 0, 1, 2; −1 for an empty cell where one is allowed.

    Raises
    ------
    TableError
        Naming every row whose stage is none of the three.
    """
    _checks.require_columns(table, [column], what)
    known: Mapping[object, int] = {stage: at for at, stage in enumerate(STAGES)}
    values = [None if pd.isna(value) or value == "" else value for value in table[column]]
    faults = [
        Fault(
            "段階が分かりません",
            f"{'・'.join(STAGES)} のどれかにしてください",
            row=at + 1,
            column=column,
            value=value,
        )
        for at, value in enumerate(values)
        if value not in known and not (value is None and blank)
    ]
    if faults:
        raise TableError(faults)
    return [known.get(value, -1) for value in values]


@dataclass(frozen=True)
class Session:
    """One session: which topic and stage, in which term, and how many seats."""

    name: str
    topic: str
    stage: int
    term: int
    seats: int


@dataclass(frozen=True)
class Wish:
    """What one person would like to learn, in order of application."""

    person: str
    code: str
    topic: str
    value: int
    away: frozenset[int]
    done: int


def read_sessions(sessions: pd.DataFrame) -> list[Session]:
    """Read the sessions: ``session, topic, stage, term, seats``.

    Raises
    ------
    TableError
    """
    _checks.require_unique_rows(sessions, ["session"], "sessions")
    _checks.require_columns(sessions, ["topic"], "sessions")
    terms, seats = (
        _checks.read_numbers(sessions, column, "sessions", whole=True).astype(int)
        for column in ("term", "seats")
    )
    rows = zip(
        sessions["session"],
        sessions["topic"],
        ranks(sessions, "stage", "sessions"),
        terms,
        seats,
        strict=True,
    )
    return [
        Session(str(name), str(topic), stage, int(term), int(many))
        for name, topic, stage, term, many in rows
    ]


def read_wishes(wishes: pd.DataFrame) -> list[Wish]:
    """Read the wishes: ``learner, code, topic, value``, and where given ``away`` (terms) and ``done`` (a stage).

    Raises
    ------
    TableError
    """
    _checks.require_unique_rows(wishes, ["learner", "topic"], "wishes")
    _checks.require_columns(wishes, ["code"], "wishes")
    value = _checks.read_numbers(wishes, "value", "wishes", low=1, high=1000, whole=True).astype(
        int
    )
    away = (
        [_terms(cell, row) for row, cell in enumerate(wishes["away"])]
        if "away" in wishes
        else [frozenset[int]()] * len(wishes)
    )
    done = ranks(wishes, "done", "wishes", blank=True) if "done" in wishes else [-1] * len(wishes)
    rows = zip(wishes["learner"], wishes["code"], wishes["topic"], value, away, done, strict=True)
    return [
        Wish(str(person), str(code), str(topic), int(worth), gone, had)
        for person, code, topic, worth, gone, had in rows
    ]


def paths(wish: Wish, sessions: Sequence[Session]) -> list[tuple[int, ...]]:
    """Give every path of a wish as positions of sessions, the shorter first."""
    found: list[tuple[int, ...]] = []
    ends: list[tuple[int, ...]] = [()]
    for stage in range(wish.done + 1, len(STAGES)):
        ends = [
            (*path, at)
            for path in ends
            for at, session in enumerate(sessions)
            if fits(wish, session, stage) and (not path or sessions[path[-1]].term <= session.term)
        ]
        found += ends
    return found


def fits(wish: Wish, session: Session, stage: int) -> bool:
    """Tell whether a session is of the wish's topic, of that stage, and in a term in which the person is there."""
    return session.topic == wish.topic and session.stage == stage and session.term not in wish.away


def _terms(cell: object, row: int) -> frozenset[int]:
    """Read the terms in which somebody is away: "1 2", 1 or empty."""
    if cell is None or cell == "" or cell != cell:  # noqa: PLR0124 - NaN is not itself
        return frozenset()
    words = [f"{cell:g}"] if isinstance(cell, float) else str(cell).split()
    if not all(word.isdigit() for word in words):
        raise TableError(
            [
                Fault(
                    "期の番号ではありません",
                    "「1 2」のように書いてください",
                    row=row + 1,
                    column="away",
                    value=cell,
                )
            ]
        )
    return frozenset(int(word) for word in words)
