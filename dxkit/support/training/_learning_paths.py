"""Which ways through the sessions are open to a person who wishes for a topic?

A path is a run of sessions of one topic, a stage each, from the first stage that is not done yet,
in terms that never go back and in which the person is there. `list_paths` lists all of them:
everything that can be given for a wish is one of its paths, so that the cycle's rules hold by
construction. `read_sessions` and `read_wishes` read a user's tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import IntArray
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.support.training._learning_stages import LEARNING_STAGES, NO_STAGE, read_stages

# sessions as positions in the list of `read_sessions`
Path = tuple[int, ...]
# values are multiplied and added in the solver's whole numbers
MAX_VALUE = 1000


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
    """What one person would like to learn.

    Attributes
    ----------
    person, code, topic
        Who, of which body, and what.
    value
        How much it is wished.
    terms_away
        Terms in which the person is not there.
    stage_done
        The stage already done; −1 for none.
    application
        Place in the order of application, from 0.
    """

    person: str
    code: str
    topic: str
    value: int
    terms_away: frozenset[int]
    stage_done: int
    application: int


def read_sessions(sessions: pd.DataFrame) -> list[Session]:
    """Read the sessions (``session, topic, stage, term, seats``) by topic, stage, term and name.

    Raises
    ------
    TableError
    """
    table = read_plain_table(sessions)
    _checks.require_unique_rows(table, ["session"], "sessions")
    _checks.require_columns(table, ["topic"], "sessions")
    # a term is a number, as terms have an order
    terms, seats = (
        _checks.read_numbers(table, column, "sessions", whole=True).astype(int)
        for column in ("term", "seats")
    )
    stages = read_stages(table, "stage", "sessions")
    rows = zip(table["session"], table["topic"], stages, terms, seats, strict=True)
    read = [
        Session(str(name), str(topic), stage, int(term), int(count))
        for name, topic, stage, term, count in rows
    ]
    # in one order, so that ties between sessions do not hang on the rows
    return sorted(read, key=lambda entry: (entry.topic, entry.stage, entry.term, entry.name))


def read_wishes(wishes: pd.DataFrame) -> list[Wish]:
    """Read the wishes by person and topic.

    ``learner, code, topic, value``, and where given ``away`` (terms), ``done`` (a stage) and
    ``applied`` (place in the order of application; without it the rows' order).

    Raises
    ------
    TableError
    """
    table = read_plain_table(wishes)
    _checks.require_unique_rows(table, ["learner", "topic"], "wishes")
    _checks.require_columns(table, ["code"], "wishes")
    values = _checks.read_numbers(table, "value", "wishes", low=1, high=MAX_VALUE, whole=True)
    # without the column everybody is there in every term
    nowhere = [frozenset[int]()] * len(table)
    away = (
        [_read_terms(cell, row) for row, cell in enumerate(table["away"])]
        if "away" in table
        else nowhere
    )
    none_done = [NO_STAGE] * len(table)
    done = read_stages(table, "done", "wishes", blank=True) if "done" in table else none_done
    rows = zip(
        table["learner"],
        table["code"],
        table["topic"],
        values,
        away,
        done,
        _rank_applications(table),
        strict=True,
    )
    read = [
        Wish(str(person), str(code), str(topic), int(value), terms, stage, int(place))
        for person, code, topic, value, terms, stage, place in rows
    ]
    # the order of application is kept in the wish, not in its place
    return sorted(read, key=lambda wish: (wish.person, wish.topic))


def list_paths(wish: Wish, sessions: Sequence[Session]) -> list[Path]:
    """List every path of a wish, the shorter first."""
    paths: list[Path] = []
    # paths that end at the stage before; at first the one without a session
    ends: list[Path] = [()]
    for stage in range(wish.stage_done + 1, len(LEARNING_STAGES)):
        # a path goes on in the same term or a later one
        ends = [
            (*path, position)
            for path in ends
            for position, session in enumerate(sessions)
            if is_fitting(wish, session, stage)
            and (not path or sessions[path[-1]].term <= session.term)
        ]
        paths += ends
    return paths


def is_fitting(wish: Wish, session: Session, stage: int) -> bool:
    """Check that a session is of the wish's topic and of that stage, and the person is there."""
    return (
        session.topic == wish.topic
        and session.stage == stage
        and session.term not in wish.terms_away
    )


def _rank_applications(table: pd.DataFrame) -> IntArray:
    """Rank the wishes by order of application."""
    if "applied" not in table:
        return np.arange(len(table))
    # only the order counts: dates as numbers do as well as 1, 2, 3
    places = _checks.read_numbers(table, "applied", "wishes")
    return np.unique(places, return_inverse=True)[1].astype(np.intp)


def _read_terms(cell: object, row: int) -> frozenset[int]:
    """Read the terms in which somebody is away: "1 2", 1 or empty."""
    if cell is None or cell == "" or cell != cell:  # noqa: PLR0124 - NaN is not itself
        return frozenset()
    # a column with blanks is read as 1.0, 2.0
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
