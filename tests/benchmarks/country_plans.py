"""What do rounds and sharing cost at the size of a large prefecture, beside the best plain way?

    python tests/benchmarks/country_plans.py [--only rounds] [--large]

As country.py, in a fresh process each: 8 and 90 of the 179 towns of Hokkaido, with proof; with
--large all of them, too.

Sharing: 5 and 62 municipalities of Tokyo, of whom up to 9 million people flee (invented), beside Mesa
at 1,000 people and scaled by people and hours. Mesa's answer must be the person engine's for as many
people, and the person engine's for a million people ours: with 1,000 people and staff in proportion
a town has a fraction of a registration an hour, where means are too high (sharing_mesa.py).
Measured on 29 November 2026, two cores, load 13: 9,000,002 people of 62 towns in 0.20 s of processor, known
to home .3854 beside .3847 by a million persons; Mesa with 999 people .1271 beside persons .1265.

Rounds were measured on 29 November 2026, two cores, other tests running: 8 and 90 towns in 0.1 and 31 s,
each proven (gap 0), 24 days beside 27 by the plain rule, which takes no time. Not measured: all 179,
which by that growth may take hours; no run of them has ended yet (one was stopped after some 20 minutes).
"""

import numpy as np
from country import call_and_count, report
from sharing_mesa import (
    HOURS,
    POLICY,
    allow,
    draw_persons,
    has_mesa,
    mesa_model,
    prepare,
    read_prefecture,
    scale_people,
)

import dxkit
from dxkit import sharing
from dxkit.support import liaison

# the city hall of Sapporo, from which the liaison sets out
OFFICE = (43.06209, 141.35439)
MESA_PEOPLE, PERSONS, PERSON_SEEDS = 1_000, 1_000_000, 10
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
    km = liaison.distances(towns, start=OFFICE).to_numpy()
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


def share_ours(size):
    """Simulate one policy with one draw of outages."""
    scenario = read_prefecture(size)
    outcome, spent, peak = call_and_count(
        lambda: sharing.simulate(scenario, policies=[POLICY], draws=1, seed=0)
    )
    curve = outcome.timeline[outcome.timeline["measure"] == "known_home"]
    people = float(scenario.tables["evacuees"]["evacuees"].sum())
    return (float(curve["mean"].iloc[-1]), people), spent, peak


def share_plainly(size):
    """Let Mesa, or without it the person engine, play some of the people; scale its time."""
    model, rules, restored = prepare(read_prefecture(size))
    few = scale_people(model, MESA_PEOPLE)
    people = float(model.people.sum())
    large = min(PERSONS, people)

    def play():
        if not has_mesa():
            return draw_persons(few, rules, restored, 1)[0]
        disaster = mesa_model(few, rules, restored[0])
        for _ in range(HOURS):
            disaster.step()
        return disaster.known_home()

    answer, spent, peak = call_and_count(play)
    # not counted: what the answers are compared with
    persons = float(np.mean(draw_persons(few, rules, restored, PERSON_SEEDS)))
    many = draw_persons(scale_people(model, large), rules, restored, 1)[0]
    count = np.round(few.people).sum()
    return (answer, persons, many, count, large), spent / count * people, peak


def compare_sharing(ours, plain):
    """Say what homes know at both sizes."""
    answer, persons, many, count, large = plain
    way = "Mesa" if has_mesa() else "person engine"
    text = f"{ours[1]:,.0f} evacuees, known to home {ours[0]:.4f} beside {many:.4f} ({large:,.0f} "
    text += f"persons); {way} with {count:,.0f} people {answer:.4f} beside persons {persons:.4f}"
    is_same = abs(ours[0] - many) < allow(large, 1)
    return text, is_same and abs(answer - persons) < allow(count, 1, PERSON_SEEDS)


CASES = {
    "sharing": ((5, 62), share_ours, share_plainly, compare_sharing),
    "rounds": ((8, 90), visit_ours, visit_plainly, compare_rounds),
}
# beyond a minute of processor time
LARGE_SIZES = {"rounds": (179,)}


if __name__ == "__main__":
    report(CASES, LARGE_SIZES)
