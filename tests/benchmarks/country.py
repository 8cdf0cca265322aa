"""What do indices, maps and groups cost at the size of a country, beside the best plain way?

    python tests/benchmarks/country.py [--only maps]

Each call at two sizes, in a fresh process: processor time (preparing the input is not counted),
peak memory of the process, and whether both ways give the same answer. The plain ways: one draw
after another in numpy; folium's own choropleth; swapping pairs from random starts for as long as
ours took. Rounds: country_plans.py. The two sizes of a call are more than tenfold apart.

Measured on 29 November 2026, two cores, other tests running: ranks of 100 and 1,741 in 0.3 and 1.0 s
(numpy, one draw after another: 0.04 and 0.3 s); maps of as many shapes in 0.03 and 0.6 s (folium: 0.05
and 0.8 s); `form` for 36 and 400 members in 0.7 and 31 s, mean difference 1.2777 beside 1.2700 by swaps.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

import dxkit
from dxkit import groups, maps, maturity

DRAWS = 10_000
GROUP_SIZE = (5, 7)
COLUMNS = ["a", "b", "c", "d"]
MB = 2**20


def processor_s():
    """Count this process's time on all its threads."""
    return time.process_time()


def call_and_count(function, *arguments):
    """Call in this process; return the answer, processor seconds and peak MB of the process."""
    before = processor_s()
    answer = function(*arguments)
    spent = processor_s() - before
    return answer, spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB


# --- maturity: ranks under drawn weights


def rank_ours(size):
    """Draw weights and rank with dxkit."""
    from rank_draws import tables

    values, framework = tables(size)
    options = {"vary": ("weights",), "normalise": ("minmax",), "draws": DRAWS}
    found, spent, peak = call_and_count(
        lambda: maturity.rank_intervals(values, framework, **options)
    )
    return found.ranks.astype(np.int16), spent, peak


def rank_plainly(size):
    """Rank with numpy, one draw after another, under the weights that dxkit drew."""
    from rank_draws import tables

    values, framework = tables(size)
    weights = maturity.draw_weights(framework, draws=DRAWS).to_numpy()

    def rank():
        figures = values.to_numpy()
        low = figures.min(axis=0)
        scaled = (figures - low) / (figures.max(axis=0) - low)
        ranks = np.empty((DRAWS, size), dtype=np.int16)
        for draw in range(DRAWS):
            order = np.argsort(-(scaled @ weights[draw]))
            ranks[draw, order] = np.arange(1, size + 1)
        return ranks

    return call_and_count(rank)


def compare_ranks(ours, plain):
    """Say how many of all ranks are the same."""
    share = float((ours == plain).mean())
    return f"equal ranks {share:.6f}", share > 0.9999


# --- maps: a file of coloured municipalities


def load_towns(size):
    """Return the first municipalities of Japan with a figure each."""
    towns = dxkit.load("municipalities", None).iloc[:size]
    return towns.assign(value=np.arange(float(size)))[["code", "name", "value", "geometry"]]


def draw_ours(size):
    """Save dxkit's map, which opens with no network."""
    towns = load_towns(size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.html"

        def draw():
            made = maps.choropleth(towns, column="value", label="値")
            made.save(path)
            return made.shapes(), path.stat().st_size / 1e6

        return call_and_count(draw)


def draw_plainly(size):
    """Save folium's own map, as its documentation does it."""
    import folium

    towns = load_towns(size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.html"

        def draw():
            made = folium.Map((36, 138), tiles=None)
            areas = folium.Choropleth(towns, towns, ["code", "value"], "feature.properties.code")
            areas.add_to(made)
            folium.GeoJsonTooltip(["name", "value"]).add_to(areas.geojson)
            made.save(path)
            text = path.read_text(encoding="utf-8")
            return text.count('"type": "Feature"'), path.stat().st_size / 1e6

        return call_and_count(draw)


def compare_maps(ours, plain):
    """Say how large both files are; they must hold the same number of shapes."""
    text = f"{ours[0]} shapes, file {ours[1]:.2f} MB beside {plain[1]:.2f} MB without Leaflet"
    return text, ours[0] == plain[0]


# --- groups: people who differ meet


def invent_members(size):
    """Invent members with four independent figures."""
    figures = np.random.default_rng(5).normal(size=(size, len(COLUMNS)))
    return pd.DataFrame(figures, columns=COLUMNS).assign(code=[f"m{row:04}" for row in range(size)])


def measure_grouping(members, rows):
    """Compute the mean difference of the pairs that meet; every member counts the same."""
    figures = members[COLUMNS].to_numpy()
    apart = np.abs(figures[:, None] - figures[None]).mean(axis=2)
    score = 0.0
    for group in np.unique(rows):
        present = np.flatnonzero(rows == group)
        score += apart[np.ix_(present, present)].sum() / (len(present) - 1)
    return score / len(rows)


def group_ours(size):
    """Form groups with dxkit."""
    members = invent_members(size)
    found, spent, peak = call_and_count(
        lambda: groups.form(members, size=GROUP_SIZE, different=COLUMNS, places=False)
    )
    rows = members["code"].map(found.table.set_index("code")["group"]).to_numpy()
    return (measure_grouping(members, rows), np.bincount(rows)[np.unique(rows)]), spent, peak


def group_plainly(size, seconds):
    """Swap pairs from random starts for so many processor seconds, and keep the best."""
    members = invent_members(size)
    figures = members[COLUMNS].to_numpy()
    apart = np.abs(figures[:, None] - figures[None]).mean(axis=2)
    random = np.random.default_rng(0)
    dealt = np.arange(size) % (size // 6)

    def search():
        until, best, score = processor_s() + seconds, None, -1.0
        while best is None or processor_s() < until:
            rows = swap_pairs(apart, random.permutation(dealt), until)
            value = measure_grouping(members, rows)
            if value > score:
                best, score = rows, value
        return score, np.bincount(best)

    return call_and_count(search)


def swap_pairs(apart, rows, until):
    """Swap two members as long as that makes groups more different, or until time is up."""
    inside = np.stack([apart[:, rows == group].sum(axis=1) for group in range(rows.max() + 1)], 1)
    place = np.arange(len(rows))
    while processor_s() < until:
        stay = inside[place, rows]
        move = inside[:, rows] - stay[:, None]
        gain = move + move.T - 2 * apart
        gain[rows[:, None] == rows] = 0
        first, second = divmod(int(gain.argmax()), len(rows))
        if gain[first, second] < 1e-9:
            break
        change = apart[:, second] - apart[:, first]
        inside[:, rows[first]] += change
        inside[:, rows[second]] -= change
        rows[[first, second]] = rows[[second, first]]
    return rows


def compare_groups(ours, plain):
    """Say both qualities, measured by one function that knows nothing of dxkit."""
    is_within = all(5 <= count <= 7 for answer in (ours, plain) for count in answer[1])
    return f"mean difference {ours[0]:.4f} beside {plain[0]:.4f}", is_within


CASES = {
    "maturity": ((100, 1741), rank_ours, rank_plainly, compare_ranks),
    "maps": ((100, 1741), draw_ours, draw_plainly, compare_maps),
    "groups": ((36, 400), group_ours, group_plainly, compare_groups),
}


def run_alone(function, *arguments):
    """Call in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *arguments).result()


def report(cases, large_sizes=None):
    """Print a row a call and size, and end with a fault where two answers differ."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", choices=["", *cases])
    if large_sizes:
        parser.add_argument("--large", action="store_true", help="sizes beyond a minute, too")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores; processor s and peak MB of ours, of the plain way, ratio")
    for name, (usual_sizes, ours, plain, compare) in cases.items():
        if options.only not in ("", name):
            continue
        has_all = large_sizes and options.large
        sizes = usual_sizes + (large_sizes.get(name, ()) if has_all else ())
        spent = {}
        for size in sizes:
            first = run_alone(ours, size)
            extra = (first[1],) if name == "groups" else ()
            second = run_alone(plain, size, *extra)
            text, is_same = compare(first[0], second[0])
            spent[size] = first[1]
            row = f"{name:9}{size:6}"
            for _, seconds, peak in (first, second):
                row += f"{seconds:12.2f} s{peak:7.0f} MB"
            print(f"{row}{second[1] / first[1]:9.1f}x  {text}", flush=True)
            if not is_same:
                sys.exit(f"{name} {size}: the two ways do not give the same")
        few, many = sizes[0], sizes[-1]
        print(
            f"{'':9}{many / few:.1f} times the size: {spent[many] / spent[few]:.1f} times the time"
        )


if __name__ == "__main__":
    report(CASES)
