"""What do proven seats bring beside two kinds of first come, first served, and beside the plain model of the same year?

    python tests/benchmarks/seats.py [--load 4 5 6]

The year is made (57 persons, 8 topics × 3 stages × 2 terms, 20/12/8 seats). "Plain" is the model with a variable a person and
session, linked by prerequisites, in the same CP-SAT with the same effort, a minute at most: where it proves its optimum the values must be equal.
"""

import argparse
import sys
import time

from ortools.sat.python import cp_model

import dxkit
from dxkit.support import training
from dxkit.support.training._paths import fits, read_sessions, read_wishes
from dxkit.support.training._seats import CYCLE, EFFORT

# the plain model may take minutes for the same effort
PATIENCE = 60.0


def plain(wishes, sessions, load):
    """A variable a wish and session; a stage needs the one before in the same or an earlier term."""
    asked, offered = read_wishes(wishes), read_sessions(sessions)
    model, worth, reached = cp_model.CpModel(), [], {}
    sits, term_use, session_use = {}, {}, {}
    for at, wish in enumerate(asked):
        for s, session in enumerate(offered):
            if fits(wish, session, session.stage):
                sits[at, s] = model.new_bool_var("")
                session_use.setdefault(s, []).append(sits[at, s])
                term_use.setdefault((wish.person, session.term), []).append(sits[at, s])
                worth.append((sits[at, s], wish.value * (1 + CYCLE * (session.stage == 2))))
                reached.setdefault(wish.code, []).append(sits[at, s])
        for stage in range(3):
            own = {
                s: sits[at, s]
                for s, session in enumerate(offered)
                if (at, s) in sits and session.stage == stage
            }
            model.add(sum(own.values()) <= 1)
            for s, variable in own.items() if stage else ():
                before = [sits[at, b] for b, other in enumerate(offered)
                          if (at, b) in sits and other.stage == stage - 1 and other.term <= offered[s].term]  # fmt: skip
                model.add(variable <= sum(before))
    for s, variables in session_use.items():
        model.add(sum(variables) <= offered[s].seats)
    for variables in term_use.values():
        model.add(sum(variables) <= load)
    for variables in reached.values():
        model.add(sum(variables) >= 1)
    model.maximize(sum(variable * value for variable, value in worth))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_deterministic_time = 1, EFFORT
    solver.parameters.max_time_in_seconds = PATIENCE
    status = solver.solve(model)
    return round(solver.objective_value), solver.best_objective_bound, status == cp_model.OPTIMAL


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
        start = time.perf_counter()
        found = training.seats(wishes, sessions, load=load)
        ours = time.perf_counter() - start
        ways = found.compare.set_index("way")
        best, first, staged = (ways.loc[way] for way in ("best", "first_come", "stage_by_stage"))
        start = time.perf_counter()
        value, bound, proven = plain(wishes, sessions, load)
        peer = time.perf_counter() - start
        if proven and not found.settings["gap"] and value != best["value"]:
            sys.exit(f"different optima: {value} and {best['value']}")
        print(f"load {load}: value {best['value']} (gap {found.settings['gap']:.1%}) in {ours:.1f} s; first come person by person {first['value']} "
              f"({best['value'] / first['value'] - 1:+.1%}), stage by stage {staged['value']} ({best['value'] / staged['value'] - 1:+.1%}); cycles "
              f"{best['cycles']} / {first['cycles']} / {staged['cycles']}; plain model {value}, bound {bound:.0f}, "
              f"{'proven' if proven else 'not proven'} in {peer:.1f} s ({peer / ours:.1f} ×)", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
