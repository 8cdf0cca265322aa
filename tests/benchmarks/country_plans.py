"""What do rounds and sharing cost at the size of a large prefecture, beside the best plain way?

    python tests/benchmarks/country_plans.py [--only rounds]

As country.py: two sizes more than tenfold apart, a fresh process each. Rounds: the 179 towns of
Hokkaido with proof, beside going to the nearest next. Sharing: 62 municipalities of Tokyo, of whom
9 million people flee (invented, from the teaching scenario), beside Mesa, person by person, at
1,000 people and scaled (its cost per person and hour is constant).
"""

import csv
import tempfile
from pathlib import Path

import numpy as np
from country import call_and_count, report

import dxkit
from dxkit import sharing
from dxkit.loaders import data_folder
from dxkit.support import liaison

HOURS, POLICY, MESA_PEOPLE = 336, "県ハブ", 1_000
EVACUEES = 9_000_000
VISIT_MIN, DAY_HOURS, SPEED_KMH = 60, 8.5, 50.0


# --- rounds: visits to the towns of Hokkaido


def choose_towns(size):
    """Choose towns of Hokkaido evenly by code that fit into a day."""
    towns = dxkit.load("municipalities", "01").drop(columns="geometry")
    step = len(towns) // size
    return towns.iloc[::step].head(size).reset_index(drop=True)


def visit_ours(size):
    """Plan the rounds with dxkit, with proof."""
    towns = choose_towns(size)
    plan, spent, peak = call_and_count(
        lambda: liaison.rounds(towns, exclude=(), hearing_min=VISIT_MIN, day_hours=DAY_HOURS,
                               speed_kmh=SPEED_KMH, certify=True)
    )  # fmt: skip
    out = set(plan.unreachable["code"])
    bound = (plan.bound_days, plan.gap)
    return (plan.days, plan.minutes, len(plan.table), len(out), bound), spent, peak


def visit_plainly(size):
    """Go to the nearest next, as long as the day allows."""
    from rounds import nearest

    towns = choose_towns(size)
    km = liaison.distances(towns).to_numpy()
    seconds = np.rint(km / SPEED_KMH * 3600).astype(np.int64)
    day, visit = round(DAY_HOURS * 3600), VISIT_MIN * 60
    near = np.flatnonzero(2 * seconds[0] + visit <= day)
    near = np.concatenate([[0], near[near > 0]])
    own = seconds[np.ix_(near, near)]
    tours, spent, peak = call_and_count(nearest, own, visit, day)
    length = sum(
        int(own[start, end])
        for tour in tours
        for start, end in zip([0, *tour], [*tour, 0], strict=True)
    )
    visits = sum(len(tour) for tour in tours)
    return (len(tours), length / 60, visits, size + 1 - len(near), None), spent, peak


def compare_rounds(ours, plain):
    """Say days, minutes and the gap; both must visit the same number of towns."""
    days, minutes, visits, out, (bound, gap) = ours
    text = f"{visits} visits ({out} beyond a day), {days} days {minutes:.0f} min"
    text += f" (no plan below {bound} days, gap {gap})"
    return f"{text} beside {plain[0]} days {plain[1]:.0f} min", ours[2:4] == plain[2:4]


# --- sharing: a prefecture whose people flee


def write_prefecture(folder, size):
    """Write the teaching scenario anew for the first municipalities of Tokyo."""
    source = data_folder() / "scenarios" / "nankai_illustrative"
    for name in ("arrivals.csv", "moves.csv", "places.csv", "scenario.yaml"):
        (folder / name).write_bytes((source / name).read_bytes())
    towns = dxkit.load("municipalities", "13").drop(columns="geometry").iloc[:size]
    share = towns["people_2020"] / dxkit.load("municipalities", "13")["people_2020"].sum()
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


def share_ours(size):
    """Simulate one policy with one draw of outages."""
    scenario = read_prefecture(size)
    outcome, spent, peak = call_and_count(
        lambda: sharing.simulate(scenario, policies=[POLICY], draws=1, seed=0)
    )
    curve = outcome.timeline[outcome.timeline["measure"] == "known_home"]
    people = scenario.tables["evacuees"]["evacuees"].sum()
    return (float(curve["mean"].iloc[-1]), float(people)), spent, peak


def share_plainly(size):
    """Let Mesa play some of the people, and scale its time by people."""
    from sharing_speed import mesa_model, scaled

    scenario = read_prefecture(size)
    model = sharing.build_model(scenario)
    table = scenario.policies.set_index("policy", drop=False)
    rules = sharing.build_rules(model, table.loc[POLICY])
    disaster = mesa_model(scaled(model, MESA_PEOPLE), rules, sharing.draw_outages(model, 1, 0)[0])
    count = len(disaster.agents)

    def play():
        for _ in range(HOURS):
            disaster.step()
        return disaster.known_home(), count

    answer, spent, peak = call_and_count(play)
    return answer, spent / count * float(model.people.sum()), peak


def compare_sharing(ours, plain):
    """Say what homes know; Mesa's share of so few people has an error of its own."""
    allowed = 4 * (0.25 / plain[1]) ** 0.5
    text = f"{ours[1]:,.0f} evacuees, known to home {ours[0]:.3f} beside {plain[0]:.3f}"
    return text, abs(ours[0] - plain[0]) < allowed


CASES = {
    "rounds": ((12, 179), visit_ours, visit_plainly, compare_rounds),
    "sharing": ((5, 62), share_ours, share_plainly, compare_sharing),
}


if __name__ == "__main__":
    report(CASES)
