"""Which seating is worth most, and how much more could any be worth?

`solve_seating` chooses among the paths of all wishes at once. With x_wp = 1 if wish w is given
its path p (`list_paths`), maximise

Σ_w Σ_p (value_w · |p| + cycle · value_w · [p ends at 教え合う]) · x_wp
  + M · Σ_bodies (somebody of it has a seat)

with at most one path a wish, no more than its seats a session and no more than ``load`` sessions a
person and term. M is so great that no body is left empty for the sake of value. Solved by CP-SAT
within a number of steps that is the same on every machine; the bound is what no seating can pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dxkit import _checks
from dxkit.support.training._learning_paths import Path, Session, Wish
from dxkit.support.training._learning_stages import LAST_STAGE


@dataclass(frozen=True)
class SeatingProblem:
    """What can be given for which wish.

    Attributes
    ----------
    wishes, sessions
        As read.
    paths
        For each wish its paths.
    load
        How many sessions a person may have in a term.
    bonus
        How many times its value a wish is worth on top when it reaches the last stage.
    fair
        Whether a seat for every body comes before value.
    """

    wishes: Sequence[Wish]
    sessions: Sequence[Session]
    paths: Sequence[list[Path]]
    load: int
    bonus: int
    fair: bool

    def path_value(self, wish: Wish, path: Path) -> int:
        """Compute what a path is worth to a wish."""
        completes_cycle = self.sessions[path[-1]].stage == LAST_STAGE
        return wish.value * (len(path) + self.bonus * completes_cycle)


@dataclass(frozen=True)
class SolverLimits:
    """How far the solver searches."""

    deterministic_limit: float
    time_limit_s: float | None
    seed: int


@dataclass(frozen=True)
class SeatingSolution:
    """A seating, the value that none can pass, and whether every machine finds the same."""

    seating: dict[int, Path]
    bound: int
    is_reproducible: bool


def solve_seating(
    problem: SeatingProblem, start: Mapping[int, Path], limits: SolverLimits
) -> SeatingSolution:
    """Solve for the best seating; the bound holds among those that leave as few bodies empty.

    Parameters
    ----------
    problem
        What can be given.
    start
        A seating to begin with.
    limits
        Where the search ends.

    Raises
    ------
    MissingExtraError
        If OR-tools is not installed.
    """
    cp_model = _checks.import_extra("ortools.sat.python.cp_model", "OR-tools")
    model = cp_model.CpModel()
    path_variables = [[model.new_bool_var("") for _ in paths] for paths in problem.paths]
    _limit_seats_and_hours(model, problem, path_variables)
    # the solver begins with a seating that can be, and only improves it
    for position, (variables, paths) in enumerate(zip(path_variables, problem.paths, strict=True)):
        for variable, path in zip(variables, paths, strict=True):
            model.add_hint(variable, start.get(position) == path)
    served = _flag_served_bodies(model, problem, path_variables)
    body_weight = _set_objective(model, problem, path_variables, served)
    solver = cp_model.CpSolver()
    status = _run_solver(solver, model, limits)
    # the clock decided only if neither the proof nor the limit of work came first
    is_reproducible = (
        limits.time_limit_s is None
        or status == cp_model.OPTIMAL
        or solver.response_proto.deterministic_time >= limits.deterministic_limit
    )
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        # stopped before it had checked even the start, beyond which only a plain bound is known
        return SeatingSolution(dict(start), body_weight - 1, is_reproducible)
    seating = {
        position: paths[pick]
        for position, paths in enumerate(problem.paths)
        for pick, variable in enumerate(path_variables[position])
        if solver.value(variable)
    }
    n_served = sum(bool(solver.value(body)) for body in served) if problem.fair else 0
    # the part of the objective that says who is served is no value
    bound = round(solver.best_objective_bound) - body_weight * n_served
    return SeatingSolution(seating, bound, is_reproducible)


def _run_solver(solver: Any, model: Any, limits: SolverLimits) -> Any:
    """Run CP-SAT with one worker and its own measure of work, so that no clock decides."""
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = limits.seed
    solver.parameters.max_deterministic_time = limits.deterministic_limit
    if limits.time_limit_s is not None:
        solver.parameters.max_time_in_seconds = limits.time_limit_s
    return solver.solve(model)


def _limit_seats_and_hours(
    model: Any, problem: SeatingProblem, path_variables: Sequence[Sequence[Any]]
) -> None:
    """Limit each wish to one path, and keep to the seats and to the persons' hours."""
    in_session: dict[int, list[Any]] = {}
    in_term: dict[tuple[str, int], list[Any]] = {}
    # which variables would take the same seat or the same hour
    for wish, paths, variables in zip(problem.wishes, problem.paths, path_variables, strict=True):
        model.add_at_most_one(variables)
        for variable, path in zip(variables, paths, strict=True):
            for session in path:
                in_session.setdefault(session, []).append(variable)
                term = problem.sessions[session].term
                in_term.setdefault((wish.person, term), []).append(variable)
    for session, variables in in_session.items():
        model.add(sum(variables) <= problem.sessions[session].seats)
    for variables in in_term.values():
        model.add(sum(variables) <= problem.load)


def _set_objective(
    model: Any,
    problem: SeatingProblem,
    path_variables: Sequence[Sequence[Any]],
    served: Sequence[Any],
) -> int:
    """Set what is maximised; return what a body with a seat counts."""
    values = [
        [problem.path_value(wish, path) for path in paths]
        for wish, paths in zip(problem.wishes, problem.paths, strict=True)
    ]
    # one body more with a seat outweighs any value
    body_weight = 1 + sum(max(of_wish, default=0) for of_wish in values)
    # value and fairness in one objective, as CP-SAT takes only one
    value = sum(
        variable * path_value
        for variables, of_wish in zip(path_variables, values, strict=True)
        for variable, path_value in zip(variables, of_wish, strict=True)
    )
    model.maximize(value + (body_weight * sum(served) if problem.fair else 0))
    return body_weight


def _flag_served_bodies(
    model: Any, problem: SeatingProblem, path_variables: Sequence[Sequence[Any]]
) -> list[Any]:
    """Add a variable a body that can be 1 only if somebody of it has a seat."""
    # every path of every person of a body
    of_code: dict[str, list[Any]] = {}
    for wish, variables in zip(problem.wishes, path_variables, strict=True):
        of_code.setdefault(wish.code, []).extend(variables)
    served = [model.new_bool_var("") for _ in of_code]
    for body, variables in zip(served, of_code.values(), strict=True):
        # the objective rewards the flag, so that one direction is enough
        model.add_bool_or([*variables, body.negated()])
    return served
