"""How fast and exact are shared costs, how many dear estimates are found, beside the usual ways?

    python tests/benchmarks/costs.py [--repeats 300]

All in the same run. Shapley values: ours by counting coalitions beside the listing of all of them
(13 members, exact fractions) and beside coopgame-py (same members, floats). Core: the coalition
that would leave. Bundling: beside listing every subset. Estimates: planted at 2.3 times, F1 of
ours beside yen per resident and beside a plain least-squares line of logarithms. Prices, licences
and estimates are invented.
"""

import argparse
import sys
import time
from fractions import Fraction
from itertools import combinations
from math import factorial

import coopgame
import numpy as np
import pandas as pd

import dxkit
from dxkit.support import costs

PRICES = pd.DataFrame(
    {"from_count": [1, 50, 200, 500, 1000], "unit_yen": [26_400, 22_000, 18_700, 15_400, 13_200]}
)
MINIMUM = 20
HANDLING_YEN = 150_000


def timed(task, *arguments, times=3):
    """Give the answer and the least of some seconds."""
    least = np.inf
    for _ in range(times):
        start = time.perf_counter()
        answer = task(*arguments)
        least = min(least, time.perf_counter() - start)
    return answer, least


def needs(count):
    """Licences of the last municipalities in code order: people by 4,000 (made)."""
    people = dxkit.load("municipalities")["people_2020"].tail(count)
    return np.maximum(2, (people / 4000).round()).to_numpy().astype(np.int64)


def cost_of(need):
    """What a contract for each number of licences costs."""
    return costs.contract_costs(PRICES, int(need.sum()), minimum=MINIMUM)["yen"].to_numpy()


def shapley_by_listing(need, cost):
    """The Shapley values from a list of every coalition."""
    count = len(need)
    values = []
    for member in range(count):
        others = [int(size) for position, size in enumerate(need) if position != member]
        value = Fraction(0)
        for size in range(count):
            steps = sum(
                int(cost[sum(coalition) + need[member]] - cost[sum(coalition)])
                for coalition in combinations(others, size)
            )
            weight = Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
            value += weight * steps
        values.append(value)
    return tuple(values)


def shapley():
    """41 members, and 13 beside listing and coopgame-py."""
    for count in (13, 41):
        need = needs(count)
        cost = cost_of(need)
        values, seconds = timed(costs.shapley, need, cost)
        if sum(values) != cost[-1]:
            sys.exit("the parts do not sum to the bill")
        (group, saved), core_seconds = timed(costs.core_objection, values, need, cost)
        print(
            f"Shapley {count} members, {need.sum()} licences: {seconds * 1000:.1f} ms exact; "
            f"core test {core_seconds * 1000:.1f} ms: "
            f"{len(group)} would leave and save {float(saved):,.0f} yen",
            flush=True,
        )
        if count == 13:
            compare_shapley(need, cost, values, seconds)


def compare_shapley(need, cost, values, seconds):
    """The same values by listing and by coopgame-py."""
    listed, slow = timed(shapley_by_listing, need, cost, times=1)
    if listed != values:
        sys.exit("listing gives other fractions")
    sums = np.zeros(1, dtype=np.int64)
    for size in need.tolist():
        # coalitions bit by bit, as coopgame-py numbers them
        sums = np.concatenate([sums, sums + size])
    yen = [float(price) for price in cost[sums[1:]]]
    peer, rust = timed(lambda: coopgame.shapley(coopgame.Game(yen)))
    error = max(abs(float(value) - part) for value, part in zip(values, peer, strict=True))
    print(
        f"  listing all coalitions: {slow * 1000:.0f} ms, the same fractions "
        f"({slow / seconds:.0f} ×); coopgame-py {rust * 1000:.1f} ms ({rust / seconds:.1f} ×), "
        f"largest difference {error:.1e} yen",
        flush=True,
    )


def bundling():
    """41 municipalities, and 16 beside listing every subset."""
    for count in (16, 41):
        need = needs(count)
        licences = pd.DataFrame({"code": range(count), "licences": need})
        result, seconds = timed(
            lambda table=licences: costs.bundle(
                table, PRICES, minimum=MINIMUM, handling_yen=HANDLING_YEN
            )
        )
        print(f"bundling {count}: {seconds * 1000:.0f} ms, {result}", flush=True)
        if count == 16:
            start = time.perf_counter()
            best = cheapest_by_listing(need)
            slow = time.perf_counter() - start
            if best != result.total_yen:
                sys.exit(f"listing gives {best}, not {result.total_yen}")
            print(
                f"  listing {2**count:,} subsets: {slow:.1f} s, the same total "
                f"({slow / seconds:.0f} ×)",
                flush=True,
            )


def cheapest_by_listing(need):
    """The least cost of all subsets to bundle."""
    joint = cost_of(need)
    alone = int(joint[need].sum())
    best = alone
    for size in range(1, len(need) + 1):
        for group in combinations(range(len(need)), size):
            members = need[list(group)]
            contract = int(joint[members.sum()])
            handling = HANDLING_YEN * size
            best = min(best, alone - int(joint[members].sum()) + contract + handling)
    return best


def least_squares(logs, values, cut=2.5):
    """The plain line of logarithms with its own spread."""
    slope, base = np.polyfit(logs, values, 1)
    rest = values - base - slope * logs
    return rest > cut * rest.std(ddof=2)


def estimates(repeats):
    """F1 over repeats, three ways."""
    municipalities = dxkit.load("municipalities")
    people = municipalities["people_2020"].to_numpy(dtype=float)
    for count, planted, factor in (
        (12, 2, 2.3),
        (41, 4, 2.3),
        (41, 8, 2.3),
        (12, 2, 1.6),
        (41, 4, 1.6),
    ):
        start = time.perf_counter()
        table = costs.evaluate_outlier_methods(
            municipalities, n_estimates=count, n_planted=planted, factor=factor, repeats=repeats
        ).set_index("method")["f1"]
        seconds = time.perf_counter() - start
        line = score_plain_line(people, count, planted, factor, repeats)
        print(
            f"{count} estimates, {planted} planted × {factor}, {repeats} repeats: "
            f"F1 ours {table['trimmed']:.3f}, yen per resident {table['per_resident']:.3f}, "
            f"plain line {line:.3f} ({seconds:.1f} s)",
            flush=True,
        )


def score_plain_line(people, count, planted, factor, repeats):
    """F1 of the plain line on samples drawn as those of the trial."""
    rng = np.random.default_rng(0)
    outcomes = np.zeros(3)
    for _ in range(repeats):
        logs = np.log(rng.choice(people, count, replace=False))
        truth = np.isin(np.arange(count), rng.choice(count, planted, replace=False))
        values = 0.7 * logs + rng.normal(0, 0.18, count) + np.log(factor) * truth
        flags = least_squares(logs, values)
        outcomes += [(flags & truth).sum(), (flags & ~truth).sum(), (~flags & truth).sum()]
    return 2 * outcomes[0] / (2 * outcomes[0] + outcomes[1] + outcomes[2])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=300, help="samples a case (default 300)")
    options = parser.parse_args()
    shapley()
    bundling()
    estimates(options.repeats)
