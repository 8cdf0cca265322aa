"""How fast and how exact are shared costs, and how many dear estimates are found, each beside the usual way in the same run?

    python tests/benchmarks/costs.py [--repeats 300]

Shapley values: ours by counting coalitions beside the listing of all of them (13 members, exact fractions) and beside coopgame-py
(same members, floats). Core: the coalition that would leave. Bundling: beside listing every subset. Estimates: planted at 2.3 times,
F1 of ours beside yen per resident and beside a plain least-squares line of logarithms. Prices, licences and estimates are made.
"""

import argparse
import sys
import time
from itertools import combinations

import coopgame
import numpy as np
import pandas as pd

import dxkit
from dxkit.support import costs
from dxkit.support.costs import _cooperative_games, _price_ladder

PRICES = pd.DataFrame(
    {"from_count": [1, 50, 200, 500, 1000], "unit_yen": [26_400, 22_000, 18_700, 15_400, 13_200]}
)
MINIMUM = 20


def timed(task, *arguments, times=3):
    """Give the answer and the least of some seconds."""
    least = np.inf
    for _ in range(times):
        start = time.perf_counter()
        answer = task(*arguments)
        least = min(least, time.perf_counter() - start)
    return answer, least


def needs(many):
    """Licences of the last municipalities in code order: people by 4,000 (made)."""
    people = dxkit.load("municipalities")["people_2020"].tail(many)
    return np.maximum(2, (people / 4000).round()).to_numpy().astype(np.int64)


def shapley():
    """41 members, and 13 beside listing and coopgame-py."""
    for many in (13, 41):
        need = needs(many)
        cost = _price_ladder.tariff(PRICES, int(need.sum()), minimum=MINIMUM).yen
        values, seconds = timed(_cooperative_games.shapley, need, cost)
        if sum(values) != cost[-1]:
            sys.exit("the parts do not sum to the bill")
        (group, saved), found_in = timed(_cooperative_games.objection, values, need, cost)
        print(f"Shapley {many} members, {need.sum()} licences: {seconds * 1000:.1f} ms exact; core test {found_in * 1000:.1f} ms: "
              f"{len(group)} would leave and save {float(saved):,.0f} yen", flush=True)  # fmt: skip
        if many == 13:
            listed, slow = timed(_cooperative_games.shapley_by_listing, need, cost, times=1)
            if listed != values:
                sys.exit("listing gives other fractions")
            sums = np.zeros(1, dtype=np.int64)
            for size in need.tolist():
                sums = np.concatenate([sums, sums + size])
            peer, rust = timed(
                lambda values=cost[sums[1:]]: coopgame.shapley(
                    coopgame.Game([float(yen) for yen in values])
                )
            )
            off = max(abs(float(value) - each) for value, each in zip(values, peer, strict=True))
            print(f"  listing all coalitions: {slow * 1000:.0f} ms, the same fractions ({slow / seconds:.0f} ×); coopgame-py {rust * 1000:.1f} ms "
                  f"({rust / seconds:.1f} ×), largest difference {off:.1e} yen", flush=True)  # fmt: skip


def bundling():
    """41 municipalities, and 16 beside listing every subset."""
    for many in (16, 41):
        need = needs(many)
        licences = pd.DataFrame({"code": range(many), "licences": need})
        found, seconds = timed(
            lambda table=licences: costs.bundle(
                table, PRICES, minimum=MINIMUM, handling_yen=150_000
            )
        )
        print(f"bundling {many}: {seconds * 1000:.0f} ms, {found}", flush=True)
        if many == 16:
            joint = _price_ladder.tariff(PRICES, int(need.sum()), minimum=MINIMUM).yen
            start, best = time.perf_counter(), int(joint[need].sum())
            for size in range(1, many + 1):
                for group in combinations(range(many), size):
                    inside = need[list(group)]
                    best = min(
                        best,
                        int(
                            joint[need].sum()
                            - joint[inside].sum()
                            + joint[inside.sum()]
                            + 150_000 * size
                        ),
                    )
            slow = time.perf_counter() - start
            if best != found.total_yen:
                sys.exit(f"listing gives {best}, not {found.total_yen}")
            print(
                f"  listing {2**many:,} subsets: {slow:.1f} s, the same total ({slow / seconds:.0f} ×)",
                flush=True,
            )


def least_squares(logs, values, cut=2.5):
    """The plain line of logarithms with its own spread."""
    slope, base = np.polyfit(logs, values, 1)
    rest = values - base - slope * logs
    return rest > cut * rest.std(ddof=2)


def estimates(repeats):
    """F1 over repeats, three ways."""
    towns = dxkit.load("municipalities")
    people = towns["people_2020"].to_numpy(dtype=float)
    for many, planted, factor in (
        (12, 2, 2.3),
        (41, 4, 2.3),
        (41, 8, 2.3),
        (12, 2, 1.6),
        (41, 4, 1.6),
    ):
        start = time.perf_counter()
        table = costs.estimates_trial(
            towns, estimates=many, planted=planted, factor=factor, repeats=repeats
        ).set_index("method")["f1"]
        seconds, random, counted = (
            time.perf_counter() - start,
            np.random.default_rng(0),
            np.zeros(3),
        )
        for _ in range(repeats):
            logs = np.log(random.choice(people, many, replace=False))
            truth = np.isin(np.arange(many), random.choice(many, planted, replace=False))
            values = 0.7 * logs + random.normal(0, 0.18, many) + np.log(factor) * truth
            flags = least_squares(logs, values)
            counted += [(flags & truth).sum(), (flags & ~truth).sum(), (~flags & truth).sum()]
        line = 2 * counted[0] / (2 * counted[0] + counted[1] + counted[2])
        print(f"{many} estimates, {planted} planted × {factor}, {repeats} repeats: F1 ours {table['trimmed']:.3f}, yen per resident "
              f"{table['per_resident']:.3f}, plain line {line:.3f} ({seconds:.1f} s)", flush=True)  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=300, help="samples a case (default 300)")
    asked = parser.parse_args()
    shapley()
    bundling()
    estimates(asked.repeats)
