"""Who gets which seat, so that most of what is wished is learnt, no body goes empty, and every refusal has a reason?

With x_wp = 1 if wish w is given its path p (`paths`), maximise

Σ_w Σ_p (value_w · |p| + cycle · value_w · [p ends at 教え合う]) · x_wp + M · Σ_bodies (somebody of it has a seat)

with at most one path a wish, no more than its seats a session and no more than ``load`` sessions a person and term. M is so great
that no body is left empty for the sake of value. Solved by CP-SAT within a number of steps that is the same on every machine; the
bound is what no seating can pass.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dxkit import _checks
from dxkit.support.training._paths import (
    STAGES,
    Session,
    Wish,
    fits,
    paths,
    read_sessions,
    read_wishes,
)
from dxkit.support.training._refusals import by_code, refused, totals

Given = dict[int, tuple[int, ...]]
# a term is half a year: one session a month
LOAD = 6
CYCLE = 2
EFFORT = 20.0


@dataclass(frozen=True)
class Seats:
    """Who sits where, and why others do not.

    Attributes
    ----------
    table
        One row a seat: ``learner, code, topic, stage, term, session``.
    refused
        One row a wish that does not reach 教え合う: ``learner, code, topic, reached`` (its last stage, empty for none), ``cause``
        (none_offered, away, full, load), ``reason`` in Japanese.
    by_code
        One row a body: ``code, persons, wishes, seats, cycles, served`` (persons with a seat), ``share`` (of its wishes that got
        a seat), ``reason`` (in Japanese, where nobody of it has a seat).
    compare
        One row a way (stage_by_stage, first_come, best): ``way, label, value, seats, cycles, served``,
        ``empty`` (bodies without a seat), ``lowest`` (share of the body worst off).
    settings
        ``load, cycle, bound`` (of the value), ``gap`` (0 if proven), ``seed``.
    """

    table: pd.DataFrame
    refused: pd.DataFrame
    by_code: pd.DataFrame
    compare: pd.DataFrame
    settings: dict[str, Any]

    def __repr__(self) -> str:
        best, gap = self.compare.to_dict("records")[-1], self.settings["gap"]
        return f"<席の割り当て: {best['seats']}席、教え合うまで{best['cycles']}件、席のない団体 {best['empty']}、隙間 {gap:.1%}>"


def seats(
    wishes: pd.DataFrame,
    sessions: pd.DataFrame,
    *,
    load: int = LOAD,
    cycle: int = CYCLE,
    fair: bool = True,
    effort: float = EFFORT,
    seed: int = 0,
) -> Seats:
    """Give out the seats of a year, beside what first come, first served would have given.

    Two such ways are shown: sign-up opens stage by stage (everybody for 知る first, then for やってみる …), or each person is
    served in turn with the longest path that is still free, the dearest wish first.

    Parameters
    ----------
    wishes
        One row a person and topic, in order of application: ``learner, code, topic, value`` (1–1000: how much it is wished);
        where given ``away`` (terms in which the person is not there, separated by blanks) and ``done`` (the stage already done).
    sessions
        One row a session: ``session, topic, stage`` (know, try, teach), ``term`` (1, 2 …), ``seats``.
    load
        How many sessions a person may have in a term.
    cycle
        How many times its value a wish is worth on top when it reaches 教え合う.
    fair
        Whether a seat for every body comes before value.
    effort
        How long CP-SAT searches, in its own deterministic seconds (the same answer on every machine).
    seed
        The solver's seed.

    Returns
    -------
    Seats

    Raises
    ------
    TableError
        If a column is missing, a number is not whole, or a stage or term cannot be read.
    ChoiceError
        If an option cannot be.
    MissingExtraError
        If OR-tools is not installed.
    """
    most, bonus = (
        int(_checks.require_number(load, "load", low=1)),
        int(_checks.require_number(cycle, "cycle", high=1000)),
    )
    asked, offered = read_wishes(wishes), read_sessions(sessions)
    open_paths = [paths(wish, offered) for wish in asked]
    first = first_come(asked, offered, open_paths, most)
    worth = [
        [_worth(wish, path, offered, bonus) for path in ways]
        for wish, ways in zip(asked, open_paths, strict=True)
    ]
    time = _checks.require_number(effort, "effort", above=True)
    best, bound = _solved(
        asked, offered, open_paths, worth, first, load=most, fair=fair, effort=time, seed=seed
    )
    ways = {
        "stage_by_stage": stage_by_stage(asked, offered, most),
        "first_come": first,
        "best": best,
    }
    rows = [totals(way, given, asked, offered, bonus) for way, given in ways.items()]
    value = int(rows[-1]["value"])
    settings = {
        "load": most,
        "cycle": bonus,
        "fair": fair,
        "bound": max(bound, value),
        "gap": max(bound - value, 0) / max(bound, 1),
    }
    return Seats(
        _table(best, asked, offered),
        refused(best, asked, offered, most),
        by_code(best, asked, offered, most),
        pd.DataFrame(rows),
        settings | {"effort": effort, "seed": seed},
    )


def first_come(
    asked: Sequence[Wish],
    offered: Sequence[Session],
    open_paths: Sequence[list[tuple[int, ...]]],
    load: int,
) -> Given:
    """Serve persons in order of application: the longest path that is still free, in the earliest terms."""
    taken = _Taken(asked, offered, load)
    for at in _in_turn(asked):
        ways = sorted(
            open_paths[at],
            key=lambda path: (-len(path), [offered[session].term for session in path]),
        )
        free = next((path for path in ways if taken.is_free(at, path)), ())
        taken.take(at, free)
    return taken.given


def stage_by_stage(asked: Sequence[Wish], offered: Sequence[Session], load: int) -> Given:
    """Open sign-up stage by stage: in order of application, each takes the earliest session that is free."""
    taken = _Taken(asked, offered, load)
    earliest = sorted(range(len(offered)), key=lambda session: (offered[session].term, session))
    for stage in range(len(STAGES)):
        for at in _in_turn(asked):
            path = taken.given.get(at, ())
            reached = offered[path[-1]].stage if path else asked[at].done
            after = offered[path[-1]].term if path else 0
            open_at = [
                session
                for session in earliest
                if reached == stage - 1
                and offered[session].term >= after
                and fits(asked[at], offered[session], stage)
            ]
            taken.take(
                at, tuple(session for session in open_at if taken.is_free(at, (session,)))[:1]
            )
    return taken.given


def _in_turn(asked: Sequence[Wish]) -> list[int]:
    """Give the wishes in order of the persons' applications, each person's dearest first."""
    arrived = {wish.person: at for at, wish in reversed(list(enumerate(asked)))}
    return sorted(
        range(len(asked)), key=lambda at: (arrived[asked[at].person], -asked[at].value, at)
    )


class _Taken:
    """The seats and hours that are taken so far."""

    def __init__(self, asked: Sequence[Wish], offered: Sequence[Session], load: int) -> None:
        self.asked, self.offered, self.load = asked, offered, load
        self.left = [session.seats for session in offered]
        self.used: Counter[tuple[str, int]] = Counter()
        self.given: Given = {}

    def hours(self, at: int, path: Sequence[int]) -> Counter[tuple[str, int]]:
        """Give how many sessions of which term a path takes of a person."""
        return Counter((self.asked[at].person, self.offered[session].term) for session in path)

    def is_free(self, at: int, path: Sequence[int]) -> bool:
        """Tell whether every session has a seat and the person an hour."""
        kept = all(self.used[key] + many <= self.load for key, many in self.hours(at, path).items())
        return kept and all(self.left[session] > 0 for session in path)

    def take(self, at: int, path: tuple[int, ...]) -> None:
        """Add sessions to what a wish has."""
        if path:
            self.given[at] = self.given.get(at, ()) + path
        self.used += self.hours(at, path)
        for session in path:
            self.left[session] -= 1


def _worth(wish: Wish, path: Sequence[int], offered: Sequence[Session], bonus: int) -> int:
    whole = offered[path[-1]].stage == len(STAGES) - 1
    return wish.value * (len(path) + bonus * whole)


def _solved(
    asked: Sequence[Wish],
    offered: Sequence[Session],
    open_paths: Sequence[list[tuple[int, ...]]],
    worth: Sequence[list[int]],
    start: Given,
    *,
    load: int,
    fair: bool,
    effort: float,
    seed: int,
) -> tuple[Given, int]:
    """Give the best seating found, and the value that none can pass (of those that leave as few bodies empty)."""
    cp_model = _checks.import_extra("ortools.sat.python.cp_model", "OR-tools")
    model = cp_model.CpModel()
    chosen = [[model.new_bool_var("") for _ in ways] for ways in open_paths]
    in_session: dict[int, list[Any]] = {}
    in_term: dict[tuple[str, int], list[Any]] = {}
    of_code: dict[str, list[Any]] = {}
    for at, (wish, ways) in enumerate(zip(asked, open_paths, strict=True)):
        model.add_at_most_one(chosen[at])
        for variable, path in zip(chosen[at], ways, strict=True):
            model.add_hint(variable, start.get(at) == path)
            of_code.setdefault(wish.code, []).append(variable)
            for session in path:
                in_session.setdefault(session, []).append(variable)
                in_term.setdefault((wish.person, offered[session].term), []).append(variable)
    for session, variables in in_session.items():
        model.add(sum(variables) <= offered[session].seats)
    for variables in in_term.values():
        model.add(sum(variables) <= load)
    great = 1 + sum(max(values, default=0) for values in worth)
    served = [model.new_bool_var("") for _ in of_code]
    for body, variables in zip(served, of_code.values(), strict=True):
        model.add_bool_or([*variables, body.negated()])
    pairs = [
        pair
        for variables, values in zip(chosen, worth, strict=True)
        for pair in zip(variables, values, strict=True)
    ]
    model.maximize(sum(each * yen for each, yen in pairs) + (great * sum(served) if fair else 0))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, seed
    solver.parameters.max_deterministic_time = effort
    solver.solve(model)
    found = {
        at: ways[pick]
        for at, ways in enumerate(open_paths)
        for pick, each in enumerate(chosen[at])
        if solver.value(each)
    }
    reached = sum(bool(solver.value(body)) for body in served) if fair else 0
    return found, round(solver.best_objective_bound) - great * reached


def _table(given: Given, asked: Sequence[Wish], offered: Sequence[Session]) -> pd.DataFrame:
    rows = [
        (
            asked[at].person,
            asked[at].code,
            asked[at].topic,
            STAGES[offered[session].stage],
            offered[session].term,
            offered[session].name,
        )
        for at, path in sorted(given.items())
        for session in path
    ]
    return pd.DataFrame(rows, columns=["learner", "code", "topic", "stage", "term", "session"])
