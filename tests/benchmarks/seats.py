"""What do proven seats bring beside two kinds of first come, first served, and the plain model?

    python tests/benchmarks/seats.py [--load 4 5 6]

The year is invented (57 persons, 8 topics × 3 stages × 2 terms, 20/12/8 seats). "Plain" is the
model with a variable a person and session, linked by prerequisites, in the same CP-SAT with the
same limit of work, a minute at most: where it proves its optimum the values must be equal.
"""

import argparse
import sys
import time

import pandas as pd
from ortools.sat.python import cp_model

import dxkit
from dxkit.support import training

# the plain model may take minutes for the same limit of work
PATIENCE_S = 60.0
STAGES = training.LEARNING_STAGES


def may_sit(wish, session):
    """Whether a session is of the wish's topic and in a term in which the person is there."""
    away = set() if pd.isna(wish.away) else {int(wish.away)}
    return session.topic == wish.topic and session.term not in away


def plain(wishes, sessions, load, settings):
    """A variable a wish and session; a stage needs the one before in the same or an earlier term."""
    rows = list(wishes.itertuples(index=False))
    offered = list(sessions.itertuples(index=False))
    stages = [STAGES.index(session.stage) for session in offered]
    model = cp_model.CpModel()
    sits = {
        (number, place): model.new_bool_var("")
        for number, wish in enumerate(rows)
        for place, session in enumerate(offered)
        if may_sit(wish, session)
    }
    by_session, by_term, by_code, worth = {}, {}, {}, []
    for (number, place), variable in sits.items():
        wish, session = rows[number], offered[place]
        by_session.setdefault(place, []).append(variable)
        by_term.setdefault((wish.learner, session.term), []).append(variable)
        by_code.setdefault(wish.code, []).append(variable)
        bonus = settings["cycle"] * (session.stage == STAGES[-1])
        worth.append(variable * int(wish.value) * (1 + bonus))
    for number in range(len(rows)):
        for stage in range(len(STAGES)):
            own = [place for n, place in sits if n == number and stages[place] == stage]
            model.add(sum(sits[number, place] for place in own) <= 1)
            for place in own if stage else ():
                before = [
                    sits[number, earlier]
                    for n, earlier in sits
                    if n == number
                    and stages[earlier] == stage - 1
                    and offered[earlier].term <= offered[place].term
                ]
                model.add(sits[number, place] <= sum(before))
    for place, variables in by_session.items():
        model.add(sum(variables) <= int(offered[place].seats))
    for variables in by_term.values():
        model.add(sum(variables) <= load)
    for variables in by_code.values():
        model.add(sum(variables) >= 1)
    model.maximize(sum(worth))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = settings["deterministic_limit"]
    solver.parameters.max_time_in_seconds = PATIENCE_S
    status = solver.solve(model)
    return round(solver.objective_value), solver.best_objective_bound, status == cp_model.OPTIMAL


def race(wishes, sessions, load):
    """Ours and the plain model for one load."""
    start = time.perf_counter()
    result = training.seats(wishes, sessions, load=load)
    ours = time.perf_counter() - start
    ways = result.compare.set_index("way")
    best, first, staged = (ways.loc[way] for way in ("best", "first_come", "stage_by_stage"))
    start = time.perf_counter()
    value, bound, proven = plain(wishes, sessions, load, result.settings)
    peer = time.perf_counter() - start
    if proven and not result.settings["gap"] and value != best["value"]:
        sys.exit(f"different optima: {value} and {best['value']}")
    print(
        f"load {load}: value {best['value']} (gap {result.settings['gap']:.1%}) in {ours:.1f} s; "
        f"first come person by person {first['value']} ({best['value'] / first['value'] - 1:+.1%}), "
        f"stage by stage {staged['value']} ({best['value'] / staged['value'] - 1:+.1%}); cycles "
        f"{best['cycles']} / {first['cycles']} / {staged['cycles']}; "
        f"plain model {value}, bound {bound:.0f}, "
        f"{'proven' if proven else 'not proven'} in {peer:.1f} s ({peer / ours:.1f} ×)",
        flush=True,
    )


def main():
    """Race each load."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--load", type=int, nargs="+", default=[4, 5, 6], help="sessions a person and term"
    )
    wishes, sessions = dxkit.load("applicants_example"), dxkit.load("course_sessions")
    for load in parser.parse_args().load:
        race(wishes, sessions, load)


if __name__ == "__main__":
    main()
