"""How long does one policy take for a million evacuees over 336 hours, beside Mesa?

Mesa plays the same model person by person. It is measured at 2,000 to 10,000 people and scaled
linearly to a million by its lowest cost per person and hour (its cost per person does not fall with
more people, so the scaling is fair to it). What homes know in the end must be the same: Mesa beside
the person engine with as many people, and that engine beside the cohort engine with 100,000
(sharing_mesa.py compares all three from few people to all). All seconds are of the processor. Mesa
is no dependency: ``pip install mesa`` to run this part.
"""

import argparse
import os
import re
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sharing_mesa import allow, draw_persons, has_mesa, mesa_model, scale_people

from dxkit import sharing, widgets
from dxkit.loaders import data_folder

PEOPLE, HOURS, POLICY = 1_000_000, 336, "県ハブ"
SAMPLES = (2_000, 5_000, 10_000)
# what a changed CSV may take until its curves are there, and how many times Mesa's speed is promised
BAR_S, BAR_RATIO = 3, 2_000
PERSONS = 100_000


def best_of(times, function):
    """Give the least processor time of several runs, and the last answer."""
    least, answer = float("inf"), None
    for _ in range(times):
        start = time.process_time()
        answer = function()
        least = min(least, time.process_time() - start)
    return least, answer


def one_policy():
    """Compare one policy with one draw of outages."""
    scenario = sharing.read_scenario("nankai_illustrative").change(hours=HOURS)
    model = sharing.build_model(scenario)
    rules = sharing.build_rules(
        model, scenario.policies.set_index("policy", drop=False).loc[POLICY]
    )
    restored = sharing.draw_outages(model, 1, 0)
    ours, trace = best_of(
        20,
        lambda: sharing.run_cohort_engine(scale_people(model, PEOPLE), rules, restored, (HOURS,)),
    )
    print(
        f"{PEOPLE:,} evacuees x {HOURS} h, policy {POLICY}, 1 draw: cohort {ours:.3f} s, known to home {trace.hourly['home'][-1, 0]:.4f}"
    )
    persons = draw_persons(scale_people(model, PERSONS), rules, restored, 2)
    gap = np.mean(persons) - trace.hourly["home"][-1, 0]
    print(
        f"  person engine, {PERSONS:,} people: {np.mean(persons):.4f}, {gap:+.4f} from the cohort engine"
    )
    if abs(gap) > allow(PERSONS, 2):
        sys.exit("the cohort engine and the person engine do not give the same")
    if not has_mesa():
        print("  Mesa is not installed: nothing to compare with")
        return
    costs = [mesa_cost(scale_people(model, people), rules, restored, people) for people in SAMPLES]
    theirs = min(costs) * PEOPLE * HOURS
    print(
        f"  Mesa scaled linearly to {PEOPLE:,}: {theirs:,.0f} s; ratio {theirs / ours:,.0f} (bar {BAR_RATIO:,})"
    )


def mesa_cost(model, rules, restored, people):
    """Give Mesa's processor seconds a person and hour, the making of agents not counted.

    What its homes know in the end must be what the person engine says for as many persons.
    """
    disaster = mesa_model(model, rules, restored[0])
    count = len(disaster.agents)
    start = time.process_time()
    for _ in range(HOURS):
        disaster.step()
    taken = time.process_time() - start
    persons = float(np.mean(draw_persons(model, rules, restored, 5)))
    print(f"  Mesa {count:,} people: {taken:.2f} s, {taken / count / HOURS * 1e6:.2f} us a person and hour, "
          f"known to home {disaster.known_home():.4f}; persons {persons:.4f}")  # fmt: skip
    if abs(disaster.known_home() - persons) > allow(people, 1, 5):
        sys.exit("Mesa and the person engine do not give the same")
    return taken / count / HOURS


def all_policies(draws=200):
    """Time six policies over many draws of outages."""
    scenario = sharing.read_scenario("nankai_illustrative").change(hours=HOURS)
    start, used = time.perf_counter(), time.process_time()
    outcome = sharing.simulate(scenario, draws=draws)
    table = sharing.compare(outcome)
    taken, used = time.perf_counter() - start, time.process_time() - used
    print(
        f"{len(table)} policies x {draws} draws x {HOURS} h on {os.cpu_count()} cores: {taken:.1f} s, {used:.1f} s of processor (bar 60)"
    )


def decisions(count=1_000_000):
    """Time a million questions to the law table."""
    draw = np.random.default_rng(0)
    from_, to = (
        draw.choice(["避難先市町", "県", "国"], count),
        draw.choice(["避難元市町", "他の市町"], count),
    )
    taken, _ = best_of(
        3, lambda: sharing.may_disclose(from_, to, "所在", consent=draw.random(count) < 0.5)
    )
    print(f"may_disclose: {count:,} decisions in {taken:.2f} s")


def facilitator():
    """Time from a cell changed in a CSV file to new curves, as a table and in the explorer."""
    with TemporaryDirectory() as place:
        folder = Path(
            shutil.copytree(
                data_folder() / "scenarios" / "nankai_illustrative", Path(place, "演習")
            )
        )
        path, before = folder / "staff.csv", sharing.read_scenario("nankai_illustrative")
        path.write_text(
            re.sub(r"(28100,\d+),\d+", r"\1,1", path.read_text(encoding="utf-8")), encoding="utf-8"
        )
        taken, curves = best_of(
            2, lambda: sharing.simulate(sharing.read_scenario(folder), draws=20).timeline
        )
        shown, _ = best_of(2, lambda: widgets.sharing_explorer(sharing.read_scenario(folder)))
    old = sharing.simulate(before, draws=20).timeline
    moved = (curves["mean"] - old["mean"]).abs()[curves["measure"] == "known_home"].max()
    print(f"CSV change to curves of 6 policies: 20 draws {taken:.2f} s, explorer with picture {shown:.2f} s of processor (bar {BAR_S}); "
          f"curves moved by up to {100 * moved:.1f} points")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    options = parser.parse_args()
    one_policy()
    facilitator()
    decisions()
    all_policies(options.draws)
