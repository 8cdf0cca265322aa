"""Who gets which seat, so that most of what is wished is learnt and every refusal has a reason?

`seats` gives out the seats of a year by a proven optimum (`_seating_model`), beside what first
come, first served would have given (`_first_come`), with a reason for every wish that ends early
(`_seating_report`).
"""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dxkit import _checks
from dxkit._keywords import accepts_old_keywords
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance
from dxkit.support.training._first_come import open_by_stage, serve_by_person
from dxkit.support.training._learning_paths import list_paths, read_sessions, read_wishes
from dxkit.support.training._seating_model import (
    SeatingProblem,
    SeatingSolution,
    SolverLimits,
    solve_seating,
)
from dxkit.support.training._seating_report import (
    Seating,
    count_by_code,
    sum_up_seating,
    tabulate_refusals,
    tabulate_seats,
)

# a term is half a year: one session a month
SESSIONS_PER_TERM = 6
CYCLE_BONUS = 2
MAX_CYCLE_BONUS = 1000
# in CP-SAT's deterministic time, which on a common machine is about a second each
DETERMINISTIC_LIMIT = 20.0


@dataclass(frozen=True)
class Seats(TableResult):
    """Who sits where, and why others do not.

    Attributes
    ----------
    table
        One row a seat, by person and topic: ``learner, code, topic, stage, term, session``.
    refused
        One row a wish that does not reach 教え合う: ``learner, code, topic, reached`` (its last
        stage, empty for none), ``cause`` (none_offered, away, full, load), ``reason`` in Japanese.
    by_code
        One row a body: ``code, persons, wishes, seats, cycles, served`` (persons with a seat),
        ``share`` (of its wishes that got a seat), ``reason`` (in Japanese, where nobody of it has
        a seat).
    compare
        One row a way (stage_by_stage, first_come, best): ``way, label, value, seats, cycles,
        served``, ``empty`` (bodies without a seat), ``lowest`` (share of the body worst off).
    settings
        ``load, cycle, fair, bound`` (of the value), ``gap`` (0 if proven), ``deterministic_limit,
        time_limit_s, seed``, ``reproducible`` (whether every machine gives the same seats).
    """

    table: pd.DataFrame
    refused: pd.DataFrame
    by_code: pd.DataFrame
    compare: pd.DataFrame
    settings: dict[str, Any]

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"1期{self.settings['load']}回までの出席で、希望の価値（教え合うまで進めば{self.settings['cycle']}倍を加える）"
                "の合計が最大になるように席を割り当てた"
                f"{'（どの団体にも席があることを優先）' if self.settings['fair'] else ''}。",
                f"CP-SAT で解き、上限との差は{self.settings['gap']:.3g}。",
            ),
            en=(
                "Seats were allotted for the greatest value of wishes (plus "
                f"{self.settings['cycle']} times the value "
                f"where the last stage is reached), at most {self.settings['load']} sessions a term"
                f"{', a seat for every body coming first' if self.settings['fair'] else ''}.",
                f"It was solved by CP-SAT; the gap to the bound is {self.settings['gap']:.3g}.",
            ),
            software=("ortools",),
        )

    def __repr__(self) -> str:
        best = self.compare.to_dict("records")[-1]
        return (
            f"<席の割り当て: {best['seats']}席、教え合うまで{best['cycles']}件、"
            f"席のない団体 {best['empty']}、隙間 {self.settings['gap']:.1%}>"
        )


@accepts_old_keywords(effort="deterministic_limit")
@accepts_any_table("wishes", "sessions")
def seats(
    wishes: pd.DataFrame,
    sessions: pd.DataFrame,
    *,
    load: int = SESSIONS_PER_TERM,
    cycle: int = CYCLE_BONUS,
    fair: bool = True,
    deterministic_limit: float = DETERMINISTIC_LIMIT,
    time_limit_s: float | None = None,
    seed: int = 0,
) -> Seats:
    """Allot the seats of a year, beside what first come, first served would have given.

    Two such ways are shown: sign-up opens stage by stage (everybody for 知る first, then for
    やってみる …), or each person is served in turn with the longest path that is still free, the
    dearest wish first. The best seating does not hang on the order of application.

    Parameters
    ----------
    wishes
        One row a person and topic: ``learner, code, topic, value`` (1–1000: how much it is
        wished); where given ``away`` (terms in which the person is not there, separated by
        blanks), ``done`` (the stage already done) and ``applied`` (a number: place in the order
        of application; without it the rows stand in that order).
    sessions
        One row a session: ``session, topic, stage`` (know, try, teach), ``term`` (1, 2 …),
        ``seats``.
    load
        How many sessions a person may have in a term.
    cycle
        How many times its value a wish is worth on top when it reaches 教え合う.
    fair
        Whether a seat for every body comes before value.
    deterministic_limit
        How much CP-SAT searches, in its own deterministic time: the same answer on every machine.
    time_limit_s
        Seconds by the clock after which the search ends as well. Where it does, the answer can
        differ from machine to machine, and ``settings["reproducible"]`` is False.
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

    Examples
    --------
    >>> import pandas as pd
    >>> sessions = pd.DataFrame({"session": ["dx-1"], "topic": ["dx"], "stage": ["know"]})
    >>> sessions = sessions.assign(term=1, seats=1)
    >>> wishes = pd.DataFrame({"learner": ["a", "b"], "code": ["28201", "28365"]})
    >>> result = seats(wishes.assign(topic="dx", value=[1, 3]), sessions)
    >>> result.table["learner"].tolist(), result.refused["reason"].tolist()[0]
    (['b'], '「知る」は満席（第1期、1席）')
    """
    max_load = int(_checks.require_number(load, "load", low=1))
    bonus = int(_checks.require_number(cycle, "cycle", high=MAX_CYCLE_BONUS))
    # options first, as solving takes seconds
    limits = _read_limits(deterministic_limit, time_limit_s, seed)
    wish_list = read_wishes(wishes)
    session_list = read_sessions(sessions)
    paths = [list_paths(wish, session_list) for wish in wish_list]
    problem = SeatingProblem(wish_list, session_list, paths, max_load, bonus, fair)
    # begin with persons in their own order, so that the order of application decides nothing
    in_order = [replace(wish, application=position) for position, wish in enumerate(wish_list)]
    start = serve_by_person(in_order, session_list, paths, max_load)
    solution = solve_seating(problem, start, limits)
    # the other two are shown, not used
    ways: dict[str, Seating] = {
        "stage_by_stage": open_by_stage(wish_list, session_list, max_load),
        "first_come": serve_by_person(wish_list, session_list, paths, max_load),
        "best": solution.seating,
    }
    result = _build_result(problem, ways, solution, limits)
    for part in (result.table, result.refused, result.by_code, result.compare):
        carry_provenance(part, wishes, sessions)
    return result


def _read_limits(deterministic_limit: float, time_limit_s: float | None, seed: int) -> SolverLimits:
    work = _checks.require_number(deterministic_limit, "deterministic_limit", above=True)
    if time_limit_s is not None:
        _checks.require_number(time_limit_s, "time_limit_s", above=True)
    return SolverLimits(work, time_limit_s, seed)


def _build_result(
    problem: SeatingProblem,
    ways: dict[str, Seating],
    solution: SeatingSolution,
    limits: SolverLimits,
) -> Seats:
    """Tabulate the best seating, and compare it with the other ways."""
    wishes = problem.wishes
    sessions = problem.sessions
    rows = [
        sum_up_seating(way, seating, wishes, sessions, problem.bonus)
        for way, seating in ways.items()
    ]
    value = int(rows[-1]["value"])
    settings = {
        "load": problem.load,
        "cycle": problem.bonus,
        "fair": problem.fair,
        # rounding of the solver's bound must not put it below what was reached
        "bound": max(solution.bound, value),
        "gap": max(solution.bound - value, 0) / max(solution.bound, 1),
        "deterministic_limit": limits.deterministic_limit,
        "time_limit_s": limits.time_limit_s,
        "seed": limits.seed,
        "reproducible": solution.is_reproducible,
    }
    # reasons are taken from the seating itself, and so can be checked
    refusals = tabulate_refusals(solution.seating, wishes, sessions, problem.load)
    return Seats(
        tabulate_seats(solution.seating, wishes, sessions),
        refusals,
        count_by_code(solution.seating, wishes, sessions, refusals),
        pd.DataFrame(rows),
        settings,
    )
