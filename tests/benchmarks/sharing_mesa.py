"""Do Mesa, the person engine and the cohort engine give the same answer, from few people to all?

    python tests/benchmarks/sharing_mesa.py [--seeds 20] [--largest 100000]

The teaching scenario for the first town and the first five towns of Tokyo, with staff and people
scaled together, and the same outages for all three. Mesa and the person engine must agree at every
size; the cohort engine, which counts means of large numbers, must agree with persons at full size.
With 1,000 people it does not: a town of 61 people then has 0.2 registrations an hour, and in an
hour in which the staff meet nobody the means still register. That is no error of one of them
(`tests/sharing/test_sharing_small_numbers.py` counts it by hand), so it is printed, not hidden.

Mesa is no dependency: ``pip install mesa`` to run its part.
"""

import argparse
import csv
import importlib.util
import random
import sys
import tempfile
import time
from bisect import bisect
from dataclasses import replace
from pathlib import Path

import numpy as np

import dxkit
from dxkit import sharing
from dxkit.loaders import data_folder

HOURS, POLICY, EVACUEES = 336, "県ハブ", 9_000_000
# most seconds of processor time for one size of Mesa
MESA_SIZES = {1_000: 1.0, 10_000: 0.15}
# types of place that a cell stands for
PLACE_COUNT = 4
NOT_YET, NEVER, AGAIN, BARRED, SENDABLE, AT_HUB, KNOWN = range(7)


def scale_people(model, people):
    """Give the model with so many people, and staff in proportion."""
    factor = people / model.people.sum()
    return replace(model, people=model.people * factor, capacity=model.capacity * factor)


def has_mesa():
    """Say whether Mesa is installed."""
    return importlib.util.find_spec("mesa") is not None


def make_evacuee_class(model, rules):
    """Make the agent: one person, who flees, moves on, registers and becomes known."""
    import mesa

    own = model.own_host.tolist()
    first, later = (
        np.cumsum(shares, axis=1).tolist() for shares in (model.first_shares, model.later_shares)
    )
    move, contact = model.move_rates.tolist(), model.contact_rates.tolist()
    arrive = np.cumsum(model.flight_shares).tolist()
    paper = 1 / model.settings["paper_hours"]

    def draw_cell(cumulative):
        return min(bisect(cumulative, random.random()), len(cumulative) - 1)

    def slow_down(rate, *, is_up):
        return rate if is_up else min(paper, rate)

    class Evacuee(mesa.Agent):
        def __init__(self, model, home):
            super().__init__(model)
            self.home, self.state, self.is_duplicate = home, NOT_YET, False
            self.cell = draw_cell(first[home])
            self.flight_hour = bisect(arrive, random.random())

        def begin(self):
            hour = self.model.hour
            if self.state == NOT_YET:
                if self.flight_hour == hour:
                    self.state = NEVER
            elif random.random() < move[hour][self.cell % PLACE_COUNT]:
                self.state = NEVER if self.state == NEVER else AGAIN
                self.is_duplicate = False
                self.cell = draw_cell(later[self.home])
            if self.state in (NEVER, AGAIN):
                if random.random() < rules.self_register_rate:
                    self.register()
                elif random.random() < contact[hour][self.cell % PLACE_COUNT]:
                    self.model.queues.setdefault(self.cell // PLACE_COUNT, []).append(self)

        def register(self):
            self.is_duplicate = self.state == AGAIN and random.random() >= rules.strike_share
            self.state = SENDABLE if random.random() < rules.consent_share else BARRED

        def finish(self):
            if self.is_duplicate and random.random() < rules.cleaning_rate:
                self.is_duplicate = False
            if self.model.hour >= rules.start_hour and self.state >= SENDABLE:
                self.share(self.cell // PLACE_COUNT, own[self.home], self.model.up)

        def share(self, host, target, up):
            if rules.sends_directly and self.state == SENDABLE:
                rate = slow_down(rules.send_rate, is_up=up[host] and up[target])
                if random.random() < rate * rules.allowed_pairs[self.home, host]:
                    self.state = KNOWN
            if not rules.uses_hub:
                return
            if self.state == SENDABLE:
                rate = slow_down(rules.send_rate, is_up=up[host]) * rules.host_sends[host]
                self.state = AT_HUB if random.random() < rate else SENDABLE
            if self.state == AT_HUB and host != target:
                rate = slow_down(rules.receive_rate, is_up=up[target])
                if random.random() < rate * rules.home_receives[self.home]:
                    self.state = KNOWN

    return Evacuee


def mesa_model(model, rules, restored, seed=1):
    """Make a Mesa model of the same rules, hour by hour and person by person."""
    import mesa

    evacuee = make_evacuee_class(model, rules)
    own, capacity = model.own_host.tolist(), model.capacity.tolist()
    slow = model.settings["paper_efficiency"]

    class Disaster(mesa.Model):
        def __init__(self):
            super().__init__(seed=seed)
            random.seed(seed)
            self.hour, self.queues = 0, {}
            for home, count in enumerate(np.round(model.people).astype(int).tolist()):
                for _ in range(count):
                    evacuee(self, home)

        def step(self):
            self.up = (restored <= self.hour).tolist()
            self.agents.do("begin")
            for host, queue in self.queues.items():
                limit = capacity[self.hour][host] * (1.0 if self.up[host] else slow)
                random.shuffle(queue)
                for person in queue[: int(limit + random.random())]:
                    person.register()
            self.queues = {}
            self.agents.do("finish")
            self.hour += 1

        def known_home(self):
            known = [
                a.state == KNOWN or (a.state >= BARRED and a.cell // PLACE_COUNT == own[a.home])
                for a in self.agents
            ]
            return sum(known) / len(known)

    return Disaster()


def write_prefecture(folder, size):
    """Write the teaching scenario anew for the first municipalities of Tokyo; all is invented."""
    source = data_folder() / "scenarios" / "nankai_illustrative"
    for name in ("arrivals.csv", "moves.csv", "places.csv", "scenario.yaml"):
        (folder / name).write_bytes((source / name).read_bytes())
    all_towns = dxkit.load("municipalities", "13").drop(columns="geometry")
    towns = all_towns.iloc[:size]
    share = towns["people_2020"] / all_towns["people_2020"].sum()
    rows = {"evacuees": [], "staff": [], "outages": []}
    for town, part in zip(towns.itertuples(), share, strict=True):
        place = [round(float(town.office_lat), 4), round(float(town.office_lon), 4)]
        count = round(EVACUEES * part)
        rows["evacuees"].append([town.code, town.name, count, town.people_2020, *place, 1, 1])
        rows["staff"].append([town.code, 0, max(4, town.people_2020 // 10_000)])
        rows["outages"].append([town.code, 0.6, 48])
    headings = {
        "evacuees": "団体コード,市町名,避難者数,受入の大きさ,緯度,経度,県内,国クラウド参加",
        "staff": "団体コード,開始_時間,職員数",
        "outages": "団体コード,確率,平均_時間",
    }
    for name, heading in headings.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heading.split(","), *rows[name]])


def read_prefecture(size):
    """Read that scenario."""
    with tempfile.TemporaryDirectory() as folder:
        write_prefecture(Path(folder), size)
        return sharing.read_scenario(folder)


def prepare(scenario, policy=POLICY):
    """Build the arrays, the rules of a policy and one draw of outages."""
    model = sharing.build_model(scenario)
    row = scenario.policies.set_index("policy", drop=False).loc[policy]
    return model, sharing.build_rules(model, row), sharing.draw_outages(model, 1, 0)


def draw_mesa(model, rules, restored, seeds):
    """What homes know in the end, seed by seed, as Mesa plays it."""
    shares = []
    for seed in range(seeds):
        disaster = mesa_model(model, rules, restored[0], seed)
        for _ in range(model.hour_count):
            disaster.step()
        shares.append(disaster.known_home())
    return shares


def draw_persons(model, rules, restored, seeds):
    """What homes know in the end, seed by seed, as the person engine plays it."""
    # whole persons, and shares of as many
    whole = replace(model, people=np.round(model.people))
    hours = (model.hour_count,)
    return [
        float(sharing.run_person_engine(whole, rules, restored, hours, seed).hourly["home"][-1, 0])
        for seed in range(seeds)
    ]


def allow(people, *counts):
    """Four standard errors of a share at most, for a difference of two means of so many seeds."""
    return 4 * sum(0.25 / (people * count) for count in counts) ** 0.5


def write_mean(shares):
    """Write a mean with its standard error."""
    if not shares:
        return "not run"
    error = np.std(shares, ddof=1) / len(shares) ** 0.5 if len(shares) > 1 else np.nan
    return f"{np.mean(shares):.4f} (s.e. {error:.4f}, {len(shares)} seeds)"


def compare_size(prepared, people, seeds):
    """Print the three answers at one size; give whether Mesa and persons agree, and the gap."""
    model, rules, restored = prepared
    sample = scale_people(model, people)
    trace = sharing.run_cohort_engine(sample, rules, restored, (model.hour_count,))
    means = float(trace.hourly["home"][-1, 0])
    begun = time.process_time()
    persons = draw_persons(sample, rules, restored, max(2, seeds * 10_000 // max(people, 10_000)))
    theirs = []
    if has_mesa() and people in MESA_SIZES:
        theirs = draw_mesa(sample, rules, restored, max(2, int(seeds * MESA_SIZES[people])))
    is_same = not theirs or abs(np.mean(theirs) - np.mean(persons)) < allow(
        people, len(theirs), len(persons)
    )
    low, high = sample.capacity[0].min(), sample.capacity[0].max()
    print(f"  {people:>9,.0f} people, {low:.2g}-{high:.2g} registrations an hour and town: "
          f"cohort {means:.4f}; persons {write_mean(persons)}; Mesa {write_mean(theirs)}; "
          f"{time.process_time() - begun:.0f} s of processor", flush=True)  # fmt: skip
    return is_same, abs(means - np.mean(persons)) < allow(people, len(persons))


def main():
    """Compare the three at all sizes, and end with a fault where they must agree and do not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--largest", type=int, default=100_000)
    options = parser.parse_args()
    for towns in (1, 5):
        prepared = prepare(read_prefecture(towns))
        print(f"{towns} towns, {prepared[0].people.sum():,.0f} evacuees, policy {POLICY}, "
              f"{HOURS} h, known to home in the end:", flush=True)  # fmt: skip
        sizes = [size for size in (1_000, 10_000, 100_000) if size <= options.largest]
        answers = [compare_size(prepared, size, options.seeds) for size in sizes]
        answers.append(compare_size(prepared, round(prepared[0].people.sum()), options.seeds))
        if not all(is_same for is_same, _ in answers):
            sys.exit("Mesa and the person engine do not give the same")
        if not answers[-1][1]:
            sys.exit("at full size the cohort engine and the person engine do not give the same")


if __name__ == "__main__":
    main()
