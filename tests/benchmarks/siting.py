"""How fast are the best drone bases found, beside PySAL's spopt, on the same input and with the same optimum?

    python tests/benchmarks/siting.py [--quick] [--curve] [--scale] [--dask] [--plain 0 1 2] [--small] [--robust] [--count 10]

18 cases of Tajima: people of 500 m cells (the table ``mesh_people``: made) or of 250 m cells (each split into four by seeded
shares), 50, 200 or 800 candidates (stations, former town halls, then town points where ../shared has them, else cells drawn
with chances that grow with people), range 2.5, 5 and 7.5 km. Both sides get coordinates and give bases: for spopt, scipy's distance matrix on the
plane, model building and solving; for dxkit, the call `best_bases`. spopt is solved by PuLP's CBC and by HiGHS, and the
faster one counts. Every optimum is compared. Both sides run on one thread, and their time is processor time, that of child
processes included: on an idle machine it is the time on the clock, on a busy one it stays the same. Memory is the peak above
the state before the call, each in a process of its own that has solved a small instance before, and met HiGHS (so that
libraries do not count; CBC's own process does not count either).
"""

import argparse
import multiprocessing
import resource
import sys
import time
from pathlib import Path

import geopandas as gpd
import highspy
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

import dxkit
from dxkit import drones
from dxkit._optimise.mclp import maximise_coverage
from dxkit.drones._siting_problem import read_siting_problem

TAJIMA = ("28209", "28222", "28225", "28585", "28586")
TOWNS = (
    Path(__file__).resolve().parents[2]
    / ".."
    / "shared"
    / "data"
    / "places"
    / "geolonia_hyogo_towns.csv"
)
SEED = 6
RANGES = (2.5, 5.0, 7.5)


def people(metres, codes=TAJIMA):
    """Demand cells of 500 m, or of 250 m with each 500 m cell's people in four seeded shares."""
    cells = dxkit.load("mesh_people")
    cells = cells[cells["code"].isin(codes)].reset_index(drop=True) if codes else cells
    if metres == 500:
        return placed(cells)
    rng = np.random.default_rng(SEED)
    parts = np.array(
        [rng.multinomial(total, rng.dirichlet(np.full(4, 0.7))) for total in cells["people"]]
    )
    north, east = np.array([-1, -1, 1, 1]) / 960, np.array([-1, 1, -1, 1]) / 640
    lat, lon = (
        (cells["lat"].to_numpy()[:, None] + north).ravel(),
        (cells["lon"].to_numpy()[:, None] + east).ravel(),
    )
    split = pd.DataFrame(
        {
            "place": range(lat.size),
            "code": np.repeat(cells["code"], 4).to_numpy(),
            "lat": lat,
            "lon": lon,
            "people": parts.ravel(),
        }
    )
    return placed(split[split["people"] > 0].reset_index(drop=True))


def placed(table):
    """Add the positions on a plane in km, so that both sides measure the same distances."""
    metres = gpd.GeoSeries.from_xy(table["lon"], table["lat"], crs=6668).to_crs(6690)
    return table.assign(x=metres.x / 1000, y=metres.y / 1000)


def candidates(many, codes=TAJIMA):
    """Real places first: stations and former town halls, then town points, then cells drawn by people."""
    points = [dxkit.load("stations"), dxkit.load("villages")]
    points = [table[table["code"].isin(codes)] if codes else table for table in points]
    if TOWNS.exists():
        towns = (
            pd.read_csv(TOWNS, usecols=["city", "lat", "lng"])
            .rename(columns={"lng": "lon"})
            .dropna()
        )
        names = dict(dxkit.load("municipalities")[["name", "code"]].itertuples(index=False))
        own = (
            towns["city"]
            .str.replace(r"^\S+郡", "", regex=True)
            .str.replace(r"^神戸市.*", "神戸市", regex=True)
            .map(names)
        )
        points.append(
            (towns[own.isin(codes)] if codes else towns[own.notna()]).sample(
                frac=1, random_state=SEED
            )
        )
    cells = people(500, codes)
    points.append(cells.sample(many, weights=np.log1p(cells["people"]), random_state=SEED))
    sites = pd.concat([table[["lat", "lon"]] for table in points]).drop_duplicates(
        ignore_index=True
    )
    first = len(pd.concat(points[:2])[["lat", "lon"]].drop_duplicates())
    sites = sites.head(first).sample(many, random_state=SEED) if many < first else sites.head(many)
    return placed(sites.reset_index(drop=True).assign(base=[f"b{row}" for row in range(many)]))


def made_up(cells, sites, side_km):
    """Clumped cells and sites on a square, for sizes beyond the prefecture (invented)."""
    rng = np.random.default_rng(SEED)
    centres = rng.random((sites, 2)) * side_km
    where = centres[rng.integers(sites, size=cells)] + rng.normal(0, 4.0, (cells, 2))
    bases = where[rng.choice(cells, sites, replace=False)]
    tables = []
    for points in (where, bases):
        # a plane laid around 35° N, 135° E
        table = pd.DataFrame(
            {
                "lat": 35 + (points[:, 1] - side_km / 2) / 111.0,
                "lon": 135 + (points[:, 0] - side_km / 2) / 91.0,
            }
        )
        tables.append(table.assign(x=points[:, 0], y=points[:, 1]))
    return tables[0].assign(people=rng.integers(1, 200, cells)), tables[1].assign(
        base=[f"b{row}" for row in range(sites)]
    )


def by_spopt(demand, sites, count, km, solver):
    """Spopt's way: a distance matrix, a PuLP model, a solver."""
    # met here, so that the race against the plain model runs without them
    import pulp
    from spopt.locate import MCLP

    engine = (
        pulp.PULP_CBC_CMD(msg=False, threads=1)
        if solver == "CBC"
        else pulp.HiGHS(msg=False, threads=1)
    )
    start = processor_seconds()
    distance = cdist(demand[["x", "y"]], sites[["x", "y"]])
    model = MCLP.from_cost_matrix(distance, demand["people"].to_numpy(), km, p_facilities=count)
    model.solve(engine)
    seconds = processor_seconds() - start
    # not from fac2cli: it takes a base whose share HiGHS gives as 1e-12 for a chosen one
    return round(pulp.value(model.problem.objective), 3), seconds


def by_plain(demand, sites, count, km, limit_s):
    """The best plain way: pairs by a tree, rows of the same sites merged, a sparse model for HiGHS.

    y is binary and z only at most 1; the row of a single site is folded into its y, and rows that
    no site reaches are left out. HiGHS keeps its own settings, but runs on one thread.
    """
    start = processor_seconds()
    tree = cKDTree(sites[["x", "y"]])
    near = tree.query_ball_point(demand[["x", "y"]].to_numpy(), km, return_sorted=True)
    weight_of = {}
    for reached, weight in zip(map(tuple, near), demand["people"].tolist(), strict=True):
        weight_of[reached] = weight_of.get(reached, 0) + weight
    weight_of.pop((), None)
    gains = np.zeros(len(sites))
    for reached, weight in weight_of.items():
        if len(reached) == 1:
            gains[reached[0]] += weight
    shared = [(reached, weight) for reached, weight in weight_of.items() if len(reached) > 1]
    value, bound = solve_plain(gains, shared, count, limit_s)
    return value, bound, processor_seconds() - start


def solve_plain(gains, shared, count, limit_s):
    """Pass max Σ g y + Σ w z, z ≤ Σ y, Σ y = count to HiGHS."""
    sites, rows = len(gains), len(shared)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = sites + rows, rows + 1
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.append(gains, [weight for _, weight in shared]).astype(float)
    model.col_lower_, model.col_upper_ = np.zeros(sites + rows), np.ones(sites + rows)
    model.row_lower_ = np.append(np.zeros(rows), count).astype(float)
    model.row_upper_ = np.append(np.full(rows, highspy.kHighsInf), count).astype(float)
    lengths = [len(reached) + 1 for reached, _ in shared] + [sites]
    columns = [[*reached, sites + row] for row, (reached, _) in enumerate(shared)]
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.append(0, np.cumsum(lengths)).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate([*columns, np.arange(sites)]).astype(np.int32)
    signs = [np.append(np.ones(len(reached)), -1.0) for reached, _ in shared]
    model.a_matrix_.value_ = np.concatenate([*signs, np.ones(sites)])
    kinds = [highspy.HighsVarType.kInteger] * sites + [highspy.HighsVarType.kContinuous] * rows
    model.integrality_ = kinds
    solver = highspy.Highs()
    for name, setting in (("output_flag", False), ("threads", 1), ("time_limit", limit_s)):
        solver.setOptionValue(name, setting)
    # the gap at which HiGHS stops by itself, one in ten thousand, is no proof
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 1 - 1e-6)
    solver.passModel(model)
    solver.run()
    info = solver.getInfo()
    # without any answer within the limit it is as if nothing were covered
    has_answer = info.primal_solution_status == highspy.kSolutionStatusFeasible
    return round(info.objective_function_value, 3) if has_answer else 0.0, info.mip_dual_bound


def named_cases():
    """The cases that the plain model is raced on: Tajima, Hyogo and invented clumps."""
    tajima, hyogo = people(500), people(500, None)
    yield "Tajima 500 m", tajima, candidates(67), 10
    yield "Tajima 500 m", tajima, candidates(200), 10
    yield "Tajima 250 m", people(250), candidates(800), 10
    yield "Hyogo 500 m", hyogo, candidates(1000, None), 20
    yield "invented clumps", *made_up(50_000, 1_000, 190.0), 50
    yield "Tajima 250 m", people(250), candidates(800), 20
    yield "Hyogo 250 m", people(250, None), candidates(1000, None), 50


def against_plain(limit_s, rows):
    """Race the public call against the plain model on the named cases, 5 km; row 0 is not of the six."""
    ratios = []
    cases = list(named_cases())
    for row in rows:
        name, cells, sites, count = cases[row]
        demand = same_distances(cells, 5.0, sites)
        (value, bound), ours, own = in_own_process(site_with_gap, demand, sites, count, 5.0)
        (plain_value, plain_bound), plain, peer = in_own_process(
            plain_with_gap, demand, sites, count, 5.0, limit_s
        )
        if max(value, plain_value) > min(bound, plain_bound) + 1e-6:
            sys.exit(
                f"{name}: {value} to {bound} and {plain_value} to {plain_bound} exclude each other"
            )
        line = f"{name} {len(demand)} × {len(sites)}, p={count}: ours {ours:.3f} s {own:.0f} MB, {says(value, bound)}; "
        line += f"plain {plain:.2f} s {peer:.0f} MB, {says(plain_value, plain_bound)}"
        if bound - value < 1:
            # a rival that was stopped would have needed at least so long
            line += f"; {plain / ours:.1f} × faster"
            ratios += [plain / ours] if row else []
        print(line, flush=True)
    if ratios:
        print(f"{len(ratios)} of the six cases, those that ours proves: geometric mean {np.exp(np.mean(np.log(ratios))):.1f} ×, "
              f"least {min(ratios):.1f} × (a rival stopped after {limit_s:g} s counts as it stands)")  # fmt: skip


def says(value, bound):
    """Write a value with its gap."""
    gap = "proven" if bound - value < 1 else f"gap {(bound - value) / bound:.3%}"
    return f"{value:,.0f} {gap}"


def site_with_gap(demand, sites, count, km, _=None):
    """Ours, also where it ends without a proof."""
    start = processor_seconds()
    siting = drones.best_bases(demand, sites, count=count, range_km=km)
    return (siting.value, siting.bound), processor_seconds() - start


def plain_with_gap(demand, sites, count, km, limit_s=600.0):
    """Put the plain model's answer into the form of `site_with_gap`."""
    value, bound, seconds = by_plain(demand, sites, count, km, limit_s)
    return (value, bound), seconds


def search_alone(demand, sites, count, km):
    """What the plain model does, by ours: read the tables, find the pairs, search; no table of results is written."""
    start = processor_seconds()
    problem = read_siting_problem(
        demand, sites, range_km=km, weight="people", fixed=(), no_fly=None, distance_km=None
    )
    matrix, weights, _ = problem.solver_input()
    maximise_coverage(matrix, weights, count)
    return processor_seconds() - start


def small_cases(runs=5):
    """18 small cases, ours and the plain model by turns: medians, and which is slower."""
    ratios, alone_ratios = [], []
    for cells in (people(500), people(500).sample(1200, random_state=SEED)):
        for many in (50, 67, 100):
            for km in RANGES:
                sites = candidates(many)
                demand = same_distances(cells, km, sites)
                task = (demand, sites, 10, km)
                turns = [
                    (site_with_gap(*task)[1], search_alone(*task), plain_with_gap(*task)[1])
                    for _ in range(runs + 1)
                ]
                # the first turn meets the libraries
                ours, alone, plain = np.median(turns[1:], axis=0)
                ratios.append(plain / ours)
                alone_ratios.append(plain / alone)
                print(
                    f"{len(demand)} × {many}, {km} km: ours {ours:.3f} s (without writing results {alone:.3f} s), plain {plain:.3f} s, {plain / ours:.2f} × ({plain / alone:.2f} ×)",
                    flush=True,
                )
    for what, own in (("the whole call", ratios), ("without writing results", alone_ratios)):
        print(f"18 small cases, {what}: geometric mean {np.exp(np.mean(np.log(own))):.2f} ×, least {min(own):.2f} ×, "
              f"slower in {sum(ratio < 1 for ratio in own)}")  # fmt: skip


def robust_draws(draws=200):
    """200 draws of people (invented limits), without and with the wind of 豊岡 in April: 500 m cells of Tajima, 300 sites."""
    cells = people(500)
    cells = cells.assign(low=0.4 * cells["people"], high=1.8 * cells["people"])
    sites = candidates(300)
    drone = dxkit.load("drone_types").set_index("drone").loc["airtruck"]
    km = drones.flight_range(drone, payload_kg=2.0)
    siting = drones.best_bases(cells, sites, count=5, range_km=km)
    normals = dxkit.load("wind_normals").query("station == '豊岡'")
    for name, options in (("people", {}), ("people and wind", {"stations": normals, "month": 4})):
        start = processor_seconds()
        table = drones.robustness(
            cells,
            siting,
            drone=drone,
            payload_kg=2.0,
            winds_ms=(),
            candidates=sites,
            draws=draws,
            **options,
        )
        seconds = processor_seconds() - start
        drawn = table[table["kind"].isin(["demand", "day"])]
        stands = table.attrs["stands"]
        firm = [base for base, share in stands.items() if share >= 0.9]
        print(f"{draws} draws of {name}, {len(cells)} × {len(sites)}, p=5, {km:.1f} km: {seconds:.1f} s; mean share {drawn['share'].mean():.3f}, "
              f"mean loss {drawn['lost'].mean():.4f}; days with a flight {table.attrs['flight_share']:.3f}; "
              f"stands {stands}; in 90 % of the draws: {firm or 'none'}", flush=True)  # fmt: skip


def by_dxkit(demand, sites, count, km, _=None):
    """Ours: the public call; distances geodesic, or the plane's where the same input is asked for."""
    start = processor_seconds()
    siting = drones.best_bases(demand, sites, count=count, range_km=km)
    seconds = processor_seconds() - start
    if siting.gap:
        sys.exit(f"not proven: {siting.value} of at most {siting.bound}")
    return siting.value, seconds


def processor_seconds():
    """The processor time of this process and of the children it has waited for."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def peak_mb():
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_own_process(task, *arguments):
    """Run in a fresh process; give the answer, its seconds and its extra memory in MB."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(measured, (task, *arguments))


def meet_highs():
    """Solve a small problem without any structure, for which both a relaxation and a search tree are needed."""
    rng = np.random.default_rng(SEED)
    demand = pd.DataFrame({"lat": 35.0, "lon": 135.0, "people": rng.integers(1, 50, 120)})
    sites = pd.DataFrame({"lat": 35.0, "lon": 135.0}, index=range(30))
    distance_km = np.where(rng.random((120, 30)) < 0.12, 1.0, np.inf)
    drones.best_bases(demand, sites, count=6, range_km=1, distance_km=distance_km)


def measured(task, *arguments):
    """Measure one call after a small one, best of three for the short ones."""
    demand, sites, _, *rest = arguments
    task(demand.sample(40, random_state=SEED).reset_index(drop=True), sites.head(50), 2, *rest)
    meet_highs()
    before = peak_mb()
    value, seconds = task(*arguments)
    extra = peak_mb() - before
    for _ in range(2 if seconds < 2 else 0):
        seconds = min(seconds, task(*arguments)[1])
    return value, seconds, extra


def same_distances(demand, km, sites):
    """Leave out the cells whose plane and geodesic distances fall on different sides of the range (a few metres apart)."""
    plane = cdist(demand[["x", "y"]], sites[["x", "y"]]) <= km
    pairs = drones.reach(
        demand.reset_index(drop=True).drop(columns="place", errors="ignore"),
        sites.drop(columns="base"),
        range_km=km,
    )
    true = np.zeros_like(plane)
    true[pairs["place"], pairs["base"]] = True
    return demand[(plane == true).all(axis=1)].reset_index(drop=True)


def race(demand, sites, count, km, solvers=("CBC", "HiGHS")):
    """One case: print both sides, give the ratios of time and memory."""
    demand = same_distances(demand, km, sites)
    value, ours, own = in_own_process(by_dxkit, demand, sites, count, km)
    line, best, least = (
        f"{len(demand):6d} × {len(sites):4d}, {km:4.1f} km, p={count:3d}: dxkit {ours:7.3f} s {own:5.0f} MB",
        np.inf,
        np.inf,
    )
    for solver in solvers:
        peer, seconds, extra = in_own_process(by_spopt, demand, sites, count, km, solver)
        line += f"; spopt {solver} {seconds:7.2f} s {extra:5.0f} MB"
        best, least = min(best, seconds), min(least, extra)
        if abs(peer - value) > 1e-6:
            sys.exit(f"{line}: different optima, {value} and {peer}")
    print(f"{line}; optimum {value:,.0f} in all; {best / ours:7.1f} × faster", flush=True)
    # the system counts in steps of an eighth of a MB
    return best / ours, least / max(own, 0.25)


def eighteen(count, quick, solvers):
    """The 18 cases, or the six with 50 candidates."""
    ratios, shares = [], []
    for metres in (500, 250):
        for many in (50,) if quick else (50, 200, 800):
            for km in RANGES:
                ratio, share = race(people(metres), candidates(many), count, km, solvers)
                ratios.append(ratio)
                shares.append(share)
    print(f"{len(ratios)} cases: geometric mean {np.exp(np.mean(np.log(ratios))):.1f} ×, least {min(ratios):.1f} ×, most {max(ratios):.1f} ×; "
          f"memory of spopt to ours: geometric mean {np.exp(np.mean(np.log(shares))):.1f} ×, least {min(shares):.1f} ×", flush=True)  # fmt: skip


def curves():
    """The whole curve of 1 to 20 bases."""
    for metres in (500, 250):
        demand, sites = people(metres), candidates(200)
        start = time.perf_counter()
        curve = drones.budget_curve(demand, sites, counts=20, range_km=5.0)
        seconds = time.perf_counter() - start
        print(
            f"curve {len(demand)} × 200, 5 km, p = 1…20: {seconds:.1f} s, largest gap {curve['gap'].max():.2%}",
            flush=True,
        )
    demand, sites = people(250, None), candidates(1000, None)
    start = time.perf_counter()
    curve = drones.budget_curve(demand, sites, counts=20, range_km=5.0)
    gaps = ", ".join(f"{gap:.3%}" for gap in curve["gap"])
    print(
        f"all Hyogo {len(demand)} × 1000, p = 1…20: {time.perf_counter() - start:.0f} s, gaps {gaps}",
        flush=True,
    )


def scales(peer):
    """Sizes beyond the prefecture."""
    demand, sites = made_up(40_000, 500, 190.0)
    if peer:
        race(demand, sites, 50, 5.0, ("CBC",))
    demand, sites = made_up(400_000, 5_000, 610.0)
    for count in (100, 300):
        value, seconds, extra = in_own_process(by_dxkit, demand, sites, count, 10.0)
        print(
            f"400,000 × 5,000, 10 km, p={count}: {seconds:.1f} s, {extra:.0f} MB, optimum {value:,.0f} proven",
            flush=True,
        )


def spread():
    """The country's size through a local Dask cluster: the same answers as without one."""
    from distributed import Client, LocalCluster

    demand, sites = made_up(400_000, 5_000, 610.0)
    start = time.perf_counter()
    alone = drones.budget_curve(demand, sites, counts=[100, 300], range_km=10.0)
    here = time.perf_counter() - start
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        start = time.perf_counter()
        shared = drones.budget_curve(
            demand, sites, counts=[100, 300], range_km=10.0, executor=client.get_executor()
        )
        there = time.perf_counter() - start
    pd.testing.assert_frame_equal(alone, shared)
    print(f"400,000 × 5,000, p=100 and 300: {here:.1f} s here, {there:.1f} s on two Dask workers, same curve, "
          f"gaps {alone['gap'].tolist()}; peak of this process {peak_mb():.0f} MB", flush=True)  # fmt: skip


def main():
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only the cases with 50 candidates")
    parser.add_argument(
        "--curve", action="store_true", help="the curves of 1 to 20 bases, in place of the cases"
    )
    parser.add_argument(
        "--scale",
        action="store_true",
        help="40,000 × 500 and 400,000 × 5,000, in place of the cases",
    )
    parser.add_argument(
        "--dask",
        action="store_true",
        help="400,000 × 5,000 on a local Dask cluster, in place of the cases",
    )
    parser.add_argument(
        "--no-peer",
        action="store_true",
        help="with --scale: without spopt (two minutes and 400 MB)",
    )
    parser.add_argument(
        "--solver", action="append", choices=("CBC", "HiGHS"), help="of spopt; both by default"
    )
    parser.add_argument(
        "--plain",
        type=int,
        nargs="+",
        choices=range(7),
        metavar="ROW",
        help="these named cases (0 to 6; 5 and 6 are long) against a plain HiGHS model, in place of the 18",
    )
    parser.add_argument(
        "--small", action="store_true", help="18 small cases against the plain model"
    )
    parser.add_argument(
        "--robust", action="store_true", help="200 draws of people, and of people and wind"
    )
    parser.add_argument(
        "--limit-s", type=float, default=600.0, help="after which the plain model is stopped"
    )
    parser.add_argument("--count", type=int, default=10, help="number of bases (default 10)")
    options = parser.parse_args()
    if options.curve:
        curves()
    if options.scale:
        scales(not options.no_peer)
    if options.dask:
        spread()
    if options.plain:
        against_plain(options.limit_s, options.plain)
    if options.small:
        small_cases()
    if options.robust:
        robust_draws()
    if not (
        options.plain
        or options.small
        or options.robust
        or options.curve
        or options.scale
        or options.dask
    ):
        eighteen(options.count, options.quick, options.solver or ("CBC", "HiGHS"))


if __name__ == "__main__":
    main()
