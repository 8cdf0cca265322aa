"""How good are the groups found in two seconds, beside proven bounds and three other ways, on the same input?

    python tests/benchmarks/groups.py [--quick] [--seconds 60] [--objective mean|sum]

41 members into 7 groups of 5 to 7, one pair together and three pairs apart, alike or different by four columns; three seeded
instances (invented). The peers: random restart that keeps the rules, k-means-constrained (50 starts; knows sizes only, so rules
broken are counted and it is out where there are any), OR-tools' CP-SAT on the pair model (two workers). Everybody's grouping is
measured by the same function, which knows the definition of the quality and nothing of dxkit. The bound is
`form(certify=True)`'s. Times are processor time of one thread, CP-SAT's the clock;
our searches stop after an amount of work.
"""

import argparse
import sys
import time

import numpy as np
import pandas as pd

from dxkit import groups

COLUMNS = ["a", "b", "c", "d"]
TOGETHER = [("m00", "m01"), ("m02", "m03")]
APART = [("m04", "m05"), ("m06", "m07"), ("m08", "m09")]
ROLES = ("alike", "different")


def members(seed, people=41):
    """Invented members with four independent figures."""
    figures = np.random.default_rng(seed).normal(size=(people, 4))
    return pd.DataFrame(figures, columns=COLUMNS).assign(code=[f"m{at:02}" for at in range(people)])


class Problem:
    """The problem of one instance, written down anew: sizes, rules and what meetings cost."""

    people, count, low, high = 41, 7, 5, 7

    def __init__(self, table, role, objective):
        figures = table[COLUMNS].to_numpy()
        apart = np.abs(figures[:, None] - figures[None, :])
        pairs = np.triu_indices(self.people, 1)
        self.sign = 1 if role == "alike" else -1
        self.cost = self.sign * sum(
            apart[..., k] / apart[..., k][pairs].mean() for k in range(len(COLUMNS))
        )
        self.cost = self.cost / len(COLUMNS)
        position = {code: at for at, code in enumerate(table["code"])}
        self.together = [[position[code] for code in link] for link in TOGETHER]
        self.apart = [[position[code] for code in link] for link in APART]
        sizes = np.arange(self.high + 1)
        mean = 2 / np.maximum(sizes - 1, 1) / self.people
        self.factor = np.ones(self.high + 1) if objective == "sum" else mean

    def broken(self, rows):
        """How many rules a grouping breaks."""
        sizes = np.bincount(rows, minlength=self.count)
        return (
            int(((sizes < self.low) | (sizes > self.high)).sum())
            + sum(len(set(rows[link])) > 1 for link in self.together)
            + sum(len(set(rows[link])) < len(link) for link in self.apart)
        )

    def score(self, rows):
        """The cost of a grouping."""
        total = 0.0
        for group in np.unique(rows):
            own = np.flatnonzero(rows == group)
            total += self.factor[len(own)] * self.cost[np.ix_(own, own)].sum() / 2
        return total


def random_restart(asked, seconds):
    """Deal at random within the rules, keep the best."""
    rng, until, best, value, tries = (
        np.random.default_rng(0),
        time.process_time() + seconds,
        None,
        np.inf,
        0,
    )
    base = np.repeat(np.arange(7), [6, 6, 6, 6, 6, 6, 5])
    while time.process_time() < until or best is None:
        tries += 1
        dealt = rng.permutation(base)
        if not asked.broken(dealt) and (cost := asked.score(dealt)) < value:
            best, value = dealt, cost
    return best


def by_k_means(table, asked):
    """Clusters of like members with sizes only; None where it breaks a rule or members should differ."""
    from k_means_constrained import KMeansConstrained

    found = KMeansConstrained(7, size_min=5, size_max=7, n_init=50, random_state=0).fit_predict(
        table[COLUMNS]
    )
    return found, asked.broken(found)


def by_cp_sat(asked, seconds):
    """The pair model: each member in one group, each pair of a group at its cost (sum), scaled by size for the mean."""
    from ortools.sat.python import cp_model

    model, people, count = cp_model.CpModel(), asked.people, asked.count
    cost = asked.cost
    put = [[model.new_bool_var(f"x{i},{g}") for g in range(count)] for i in range(people)]
    sizes = range(asked.low, asked.high + 1)
    has = [[model.new_bool_var(f"s{g},{s}") for s in sizes] for g in range(count)]
    for row in put:
        model.add_exactly_one(row)
    for g in range(count):
        model.add_exactly_one(has[g])
        model.add(
            sum(put[i][g] for i in range(people)) == sum(s * has[g][k] for k, s in enumerate(sizes))
        )
    for link in asked.together:
        for g in range(count):
            model.add(put[link[0]][g] == put[link[1]][g])
    for link in asked.apart:
        for g in range(count):
            model.add_at_most_one(put[i][g] for i in link)
    total = []
    for g in range(count):
        inside = 0
        for i in range(people):
            for j in range(i):
                both = model.new_bool_var("")
                model.add_bool_or(put[i][g].negated(), put[j][g].negated(), both)
                model.add_implication(both, put[i][g])
                model.add_implication(both, put[j][g])
                inside += round(1e4 * cost[i, j]) * both
        worth = model.new_int_var(-(10**9), 10**9, "")
        for k, s in enumerate(sizes):
            factor = round(1e4 * asked.factor[s])
            model.add(worth == factor * inside).only_enforce_if(has[g][k])
        total.append(worth)
    model.minimize(sum(total))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 2
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return np.asarray([next(g for g in range(count) if solver.value(row[g])) for row in put])


def race(seed, role, seconds, objective):
    """One instance: print everybody's figure; stop where a peer that keeps the rules is better."""
    table = members(seed)
    options = {role: COLUMNS, "together": TOGETHER, "apart": APART, "objective": objective}
    asked = Problem(table, role, objective)
    start = time.process_time()
    ours = groups.form(table, **options)
    spent = time.process_time() - start
    start = time.process_time()
    sure = groups.form(table, certify=True, **options)
    proving = time.process_time() - start
    if abs(asked.sign * asked.score(ours.table["group"].to_numpy()) - ours.quality) > 1e-9:
        sys.exit("the quality is not what it is defined to be")
    gap = abs(ours.quality - sure.bound) / abs(sure.bound)
    print(f"{role} {seed}: dxkit {ours.quality:.5f} in {spent:.2f} s, {gap:.3%} from {'the optimum' if sure.gap == 0 else 'a bound'} "
          f"{sure.bound:.5f} proven in {proving:.0f} s (certified answer {sure.quality:.5f})", flush=True)  # fmt: skip
    peers = {"random restart": random_restart(asked, 5.0)}
    if role == "alike":
        found, broken = by_k_means(table, asked)
        print(
            f"    k-means-constrained {asked.sign * asked.score(found):.5f}, {broken} rules broken"
        )
        peers |= {} if broken else {"k-means-constrained": found}
    peers["CP-SAT"] = by_cp_sat(asked, seconds)
    for name, found in peers.items():
        if found is not None:
            if asked.broken(found):
                sys.exit(f"{name} broke {asked.broken(found)} rules")
            value = asked.sign * asked.score(found)
            print(f"    {name} {value:.5f}", flush=True)
            if asked.sign * (ours.quality - value) > 1e-6:
                sys.exit(f"{name} is better than ours: {value} and {ours.quality}")
    return spent, gap


def main():
    """Run all instances."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one instance of each kind")
    parser.add_argument("--seconds", type=float, default=60.0, help="for CP-SAT (default 60)")
    parser.add_argument("--objective", default="mean", choices=["mean", "sum"])
    asked = parser.parse_args()
    seeds = (7,) if asked.quick else (7, 8, 9)
    told = [race(seed, role, asked.seconds, asked.objective) for role in ROLES for seed in seeds]
    print(
        f"{len(told)} cases: slowest {max(each[0] for each in told):.2f} s, largest gap {max(each[1] for each in told):.3%}"
    )


if __name__ == "__main__":
    main()
