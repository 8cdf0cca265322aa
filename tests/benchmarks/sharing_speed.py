"""How long does one policy take for a million evacuees over 336 hours, beside Mesa?

Mesa plays the same model person by person. It is measured at 2,000 to 10,000 people and scaled
linearly to a million by its lowest cost per person and hour (its cost per person does not fall with
more people, so the scaling is fair to it). Capacity and people are scaled together, and what homes
know in the end is compared, so that both are seen to play the same model. Mesa is no dependency:
``pip install mesa`` to run this part.
"""

import argparse
import importlib.util
import os
import random
import re
import shutil
import time
from bisect import bisect
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from dxkit import sharing, widgets
from dxkit.loaders import data_folder

PEOPLE, HOURS, POLICY = 1_000_000, 336, "県ハブ"
SAMPLES = (2_000, 5_000, 10_000)
# types of place that a cell stands for
PLACE_COUNT = 4
NOT_YET, NEVER, AGAIN, SENDABLE, HELD, KNOWN = range(6)


def scaled(model, people):
    """Give the model with so many people, and staff in proportion."""
    factor = people / model.people.sum()
    return replace(model, people=model.people * factor, capacity=model.capacity * factor)


def best_of(times, function):
    """Give the least time of several runs, and the last answer."""
    least, answer = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        answer = function()
        least = min(least, time.perf_counter() - start)
    return least, answer


def mesa_model(model, rules, restored, seed=1):
    """Make a Mesa model of the same rules, hour by hour and person by person."""
    import mesa

    own, first, later = (
        model.own_host.tolist(),
        np.cumsum(model.first_shares, axis=1).tolist(),
        np.cumsum(model.later_shares, axis=1).tolist(),
    )
    move, contact, capacity = (
        model.move_rates.tolist(),
        model.contact_rates.tolist(),
        model.capacity.tolist(),
    )
    arrive = np.cumsum(model.flight_shares).tolist()
    paper, slow = 1 / model.settings["paper_hours"], model.settings["paper_efficiency"]

    class Evacuee(mesa.Agent):
        def __init__(self, model, home):
            super().__init__(model)
            self.home, self.state, self.twice = home, NOT_YET, False
            self.cell = min(bisect(first[home], random.random()), len(first[home]) - 1)
            self.flees = bisect(arrive, random.random() * arrive[-1])

        def begin(self):
            hour = self.model.hour
            if self.state == NOT_YET:
                if self.flees == hour:
                    self.state = NEVER
            elif random.random() < move[hour][self.cell % PLACE_COUNT]:
                self.state = NEVER if self.state == NEVER else AGAIN
                self.twice = False
                self.cell = min(
                    bisect(later[self.home], random.random()), len(later[self.home]) - 1
                )
            if (
                self.state in (NEVER, AGAIN)
                and random.random() < contact[hour][self.cell % PLACE_COUNT]
            ):
                self.model.queues.setdefault(self.cell // PLACE_COUNT, []).append(self)

        def finish(self):
            model = self.model
            if self.twice and random.random() < rules.cleaning_rate:
                self.twice = False
            if model.hour < rules.start_hour or self.state < SENDABLE:
                return
            host = self.cell // PLACE_COUNT
            if self.state == SENDABLE and random.random() < (
                rules.send_rate if model.up[host] else min(paper, rules.send_rate)
            ):
                self.state = HELD
            rate = (
                rules.receive_rate if model.up[own[self.home]] else min(paper, rules.receive_rate)
            )
            if self.state == HELD and host != own[self.home] and random.random() < rate:
                self.state = KNOWN

    class Disaster(mesa.Model):
        def __init__(self):
            super().__init__(seed=seed)
            random.seed(seed)
            self.hour, self.queues = 0, {}
            for home, count in enumerate(np.round(model.people).astype(int).tolist()):
                for _ in range(count):
                    Evacuee(self, home)

        def step(self):
            self.up = (restored <= self.hour).tolist()
            self.agents.do("begin")
            for host, queue in self.queues.items():
                limit = capacity[self.hour][host] * (1.0 if self.up[host] else slow)
                random.shuffle(queue)
                for person in queue[: int(limit + random.random())]:
                    person.twice = person.state == AGAIN and random.random() >= rules.strike_share
                    person.state = SENDABLE
            self.queues = {}
            self.agents.do("finish")
            self.hour += 1

        def known_home(self):
            known = [
                a.state == KNOWN or (a.state >= SENDABLE and a.cell // PLACE_COUNT == own[a.home])
                for a in self.agents
            ]
            return sum(known) / len(known)

    return Disaster()


def one_policy():
    """Compare one policy with one draw of outages."""
    scenario = sharing.read_scenario("nankai_illustrative").change(hours=HOURS)
    model = sharing.build_model(scenario)
    rules = sharing.build_rules(
        model, scenario.policies.set_index("policy", drop=False).loc[POLICY]
    )
    restored = sharing.draw_outages(model, 1, 0)
    ours, trace = best_of(
        20, lambda: sharing.run_cohort_engine(scaled(model, PEOPLE), rules, restored, (HOURS,))
    )
    print(
        f"{PEOPLE:,} evacuees x {HOURS} h, policy {POLICY}, 1 draw: cohort {ours:.3f} s, known to home {trace.hourly['home'][-1, 0]:.4f}"
    )
    if importlib.util.find_spec("mesa") is None:
        print("  Mesa is not installed: nothing to compare with")
        return
    costs = [mesa_cost(scaled(model, people), rules, restored[0], people) for people in SAMPLES]
    theirs = min(costs) * PEOPLE * HOURS
    print(
        f"  Mesa scaled linearly to {PEOPLE:,}: {theirs:,.0f} s; ratio {theirs / ours:,.0f} (bar 2,000)"
    )


def mesa_cost(model, rules, restored, people):
    """Give Mesa's seconds a person and hour, the making of agents not counted."""
    disaster = mesa_model(model, rules, restored)
    count = len(disaster.agents)
    start = time.perf_counter()
    for _ in range(HOURS):
        disaster.step()
    taken = time.perf_counter() - start
    print(f"  Mesa {count:,} people: {taken:.2f} s, {taken / count / HOURS * 1e6:.2f} us a person and hour, "
          f"known to home {disaster.known_home():.4f}")  # fmt: skip
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
    print(f"CSV change to curves of 6 policies: 20 draws {taken:.2f} s, explorer with picture {shown:.2f} s (bar 5); "
          f"curves moved by up to {100 * moved:.1f} points")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    chosen = parser.parse_args()
    one_policy()
    all_policies(chosen.draws)
    decisions()
    facilitator()
