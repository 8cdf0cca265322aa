"""What does suppression over all linked tables cost, and what does an attack on it still find?

    python tests/benchmarks/suppression.py [--sets 200] [--first 0] [--step 1] [--kind linked] [--least]

Prints for hierarchical and linked random releases: blanks, blanks recovered exactly by an attack
written without dxkit, small counts known to ± their own size; and the blanked cells and people
beside plain complementary suppression of the same equations ("plain": no protection interval; "two
in every sum": as offices do by hand), and beside each table suppressed by itself. The last line of
each kind says how many times as much the first way loses. ``--least`` prints in its place, for the
hierarchical releases, the fewest people that any safe choice of blanks loses (a mixed-integer
programme written without dxkit), beside the first way and beside plain.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from dxkit import sharing

sys.path.insert(0, str(Path(__file__).parents[1] / "sharing"))

import suppression_attack as rival


def suppress_alone(release, **options):
    """Each table by itself, areas in a table of their own."""
    published = {}
    for name, table in release.tables.items():
        areas = [label for label in table.index if label in release.hierarchy]
        places = [label for label in table.index if label not in areas]
        part = sharing.suppress(table.loc[places], **options)
        if areas:
            part = pd.concat([part, sharing.suppress(table.loc[areas], **options).drop(index="計")])
        published[name] = part
    return published


WAYS = {
    "all equations": lambda release: sharing.suppress(release.tables, hierarchy=release.hierarchy),
    "each alone": suppress_alone,
    "plain": lambda release: sharing.suppress(
        release.tables, hierarchy=release.hierarchy, protection=0
    ),
    "two in every sum": rival.suppress_plainly,
    "each alone, plain": lambda release: suppress_alone(release, protection=0),
}

# the attack takes most of the time; the other ways are there for what they cost
ATTACKED = ("all equations", "each alone")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="seed of the first set")
    parser.add_argument("--step", type=int, default=1, help="3: the sets with areas in halves")
    parser.add_argument("--kind", choices=["hierarchical", "linked"])
    parser.add_argument("--attack-all", action="store_true")
    parser.add_argument("--least", action="store_true")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.sets * options.step, options.step)
    warnings.simplefilter("ignore")
    if options.least:
        compare_least(seeds)
        return
    for kind in (rival.hierarchical, rival.linked):
        if options.kind in (None, kind.__name__):
            compare_ways(kind, seeds, attack_all=options.attack_all)


def compare_ways(kind, seeds, *, attack_all):
    """Print a line a way, and what the first way loses beside the plain ones."""
    loss = {}
    for way, call in WAYS.items():
        start = time.process_time()
        total = np.zeros(5)
        for seed in seeds:
            release = kind(seed)
            published = call(release)
            is_attacked = way in ATTACKED or attack_all
            verdict = rival.judge(rival.attack(release, published)) if is_attacked else {}
            attacked = [*verdict.values()] or [0, 0, 0]
            total += [*attacked, *rival.measure_loss(release, published)]
        blanks, recovered, narrow, cells, people = total.astype(int).tolist()
        loss[way] = total[-2:]
        share = recovered / blanks if blanks else float("nan")
        print(
            f"{kind.__name__:13} {way:18} sets {len(seeds)} blanks {blanks} recovered {recovered} "
            f"({share:.1%}) narrow {narrow} cells lost {cells} people lost {people} "
            f"{time.process_time() - start:.0f} s of processor",
            flush=True,
        )
    for way in ("plain", "two in every sum"):
        cells, people = loss["all equations"] / loss[way]
        print(f"{kind.__name__:13} all equations beside {way}: {cells:.3f} x cells, {people:.3f} x people")  # fmt: skip


def compare_least(seeds):
    """Print what ours and plain lose beside the least that is possible at all."""
    people = np.zeros(3)
    proof_count = 0
    tie_count = 0
    for seed in seeds:
        release = rival.hierarchical(seed)
        losses = [
            rival.measure_loss(release, WAYS[way](release))[1] for way in ("all equations", "plain")
        ]
        least, is_attained = rival.find_least_loss(release)
        people += (least, *losses)
        proof_count += is_attained
        tie_count += losses[0] <= least + 1e-6
    least, ours, plain = people
    print(
        f"hierarchical  seeds {seeds[0]} to {seeds[-1]}: people lost: least possible {least:.0f} "
        f"(proven in {proof_count} sets), ours {ours:.0f} (the least in {tie_count}), plain {plain:.0f}; "
        f"least {least / plain:.3f} x plain, ours {ours / plain:.3f} x plain"
    )


if __name__ == "__main__":
    main()
