"""What do the rounds of a large prefecture cost, beside going to the nearest next?

    python tests/benchmarks/country_plans.py [--large]

As country.py, in a fresh process each: 12 and 45 of the 179 towns of Hokkaido, with proof; with
--large all of them, too.

Measured on 29 November 2026, two cores, other tests running: 12, 24, 45 and 90 towns in 0.4, 0.6, 2.0
and 68 s, each proven (gap 0). Not measured: all 179, which by that growth may take hours; no run of
them has ended yet.
"""

import numpy as np
from country import call_and_count, report

import dxkit
from dxkit.support import liaison

# the city hall of Sapporo, from which the liaison sets out
OFFICE = (43.06209, 141.35439)
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


CASES = {
    "rounds": ((12, 45), visit_ours, visit_plainly, compare_rounds),
}
# beyond a minute of processor time
LARGE_SIZES = {"rounds": (179,)}


if __name__ == "__main__":
    report(CASES, LARGE_SIZES)
