"""Chosen bases against a plain model, against brute force, and against what must hold whatever the data are."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import combinations

import highspy
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as some

import dxkit
from dxkit import drones
from dxkit.errors import ChoiceError, TableError


def oracle(reached, weights, count):
    """The maximal covering location problem as textbooks write it, one variable a place and a base, solved by HiGHS alone.

    max Σ w z  with  z_i ≤ Σ_j a_ij y_j,  Σ y = count,  y and z 0 or 1.
    """
    places, bases = reached.shape
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = bases + places, places + 1
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(bases), weights])
    model.col_lower_, model.col_upper_ = np.zeros(bases + places), np.ones(bases + places)
    model.row_lower_ = np.append(np.zeros(places), count)
    model.row_upper_ = np.append(np.full(places, highspy.kHighsInf), count)
    top = sp.hstack([sp.csr_array(reached.astype(float)), -sp.eye_array(places)])
    rows = sp.csr_array(
        sp.vstack([top, np.concatenate([np.ones(bases), np.zeros(places)])[None, :]])
    )
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
        rows.indptr,
        rows.indices,
        rows.data,
    )
    model.integrality_ = [highspy.HighsVarType.kInteger] * (bases + places)
    engine = highspy.Highs()
    for option, value in (("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-9)):
        engine.setOptionValue(option, value)
    engine.passModel(model)
    engine.run()
    assert engine.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return engine.getInfo().objective_function_value


def random_instance(seed):
    """Clumped or scattered places; whole, real or hardly differing weights, some of them 0; ties; empty rows and columns."""
    rng = np.random.default_rng(seed)
    places, bases = int(rng.integers(1, 60)), int(rng.integers(2, 25))
    centres = rng.random((int(rng.integers(1, 6)), 2))
    where = centres[rng.integers(len(centres), size=places)] + rng.normal(
        0, rng.choice([0.02, 0.1, 0.4]), (places, 2)
    )
    sites = where[rng.integers(places, size=bases)] + rng.normal(
        0, 0.05, (bases, 2)
    ) * rng.integers(0, 2, (bases, 1))
    reached = np.linalg.norm(where[:, None] - sites[None], axis=2) <= rng.choice([0.05, 0.15, 0.4])
    kind = rng.integers(4)
    weights = (
        rng.integers(0, 4, places),
        rng.integers(0, 2, places),
        rng.random(places),
        rng.integers(0, 900, places),
    )[kind].astype(float)
    weights[rng.random(places) < 0.2] = 0.0
    return reached, weights, int(rng.integers(1, bases + 1))


def choose(reached, weights, count, **options):
    """`best_bases` on a 0/1 matrix, written as distances; the index of its bases are the columns."""
    demand = pd.DataFrame({"lat": 35.0, "lon": 135.0, "people": weights})
    candidates = pd.DataFrame({"lat": 35.0, "lon": 135.0}, index=range(reached.shape[1]))
    distance_km = np.where(reached, 0.5, np.inf)
    return drones.best_bases(
        demand, candidates, count=count, range_km=1, distance_km=distance_km, **options
    )


@pytest.mark.parametrize("first", range(0, 300, 25))
def test_the_optimum_is_that_of_a_plain_model(first):
    for seed in range(first, first + 25):
        reached, weights, count = random_instance(seed)
        found = choose(reached, weights, count)
        best = oracle(reached, weights, count)
        assert found.value == pytest.approx(best, rel=1e-9, abs=1e-9), seed
        assert found.bound == pytest.approx(best, rel=1e-8, abs=1e-8), seed
        columns = found.bases.index.to_numpy()
        assert weights[reached[:, columns].any(axis=1)].sum() == pytest.approx(
            found.value, abs=1e-9
        ), seed
        assert len(set(columns.tolist())) == count, seed


@pytest.mark.parametrize("seed", range(5))
def test_the_optimum_holds_where_the_relaxation_does_not_settle_it(seed):
    rng = np.random.default_rng(seed)
    reached = rng.random((120, 30)) < 0.12
    weights = rng.integers(1, 50, 120).astype(float)
    found = choose(reached, weights, 6)
    assert found.value == found.bound == pytest.approx(oracle(reached, weights, 6))


def places(seed, many=40, sites=9):
    rng = np.random.default_rng(seed)
    demand = pd.DataFrame(
        {
            "place": [f"p{row}" for row in range(many)],
            "code": rng.choice(["28209", "28222"], many),
            "lat": 35.3 + 0.15 * rng.random(many),
            "lon": 134.7 + 0.15 * rng.random(many),
            "people": rng.integers(0, 300, many),
        }
    )
    candidates = pd.DataFrame(
        {
            "base": [f"b{row}" for row in range(sites)],
            "lat": 35.3 + 0.15 * rng.random(sites),
            "lon": 134.7 + 0.15 * rng.random(sites),
        }
    )
    return demand, candidates


seeds = some.integers(0, 10_000)
few = settings(max_examples=40, deadline=None)


@few
@given(seed=seeds, count=some.integers(1, 8), km=some.floats(0.5, 12))
def test_one_more_base_never_covers_fewer(seed, count, km):
    demand, candidates = places(seed)
    less, more = (
        drones.best_bases(demand, candidates, count=each, range_km=km)
        for each in (count, count + 1)
    )
    assert more.value >= less.value
    assert less.gap == more.gap == 0


@few
@given(seed=seeds, km=some.floats(0.5, 10), further=some.floats(0, 5))
def test_a_longer_range_never_covers_fewer(seed, km, further):
    demand, candidates = places(seed)
    near, far = (
        drones.best_bases(demand, candidates, count=3, range_km=each) for each in (km, km + further)
    )
    assert far.value >= near.value


@few
@given(seed=seeds, km=some.floats(0.5, 10))
def test_what_is_covered_is_within_range_and_the_rest_is_not(seed, km):
    demand, candidates = places(seed)
    found = drones.best_bases(demand, candidates, count=3, range_km=km)
    away = drones.reach(demand, found.bases, range_km=100)
    nearest = away.groupby("place")["distance_km"].min().reindex(demand["place"]).to_numpy()
    assert (found.covered.to_numpy() == (nearest <= km)).all()
    assert found.share == pytest.approx(
        demand["people"][found.covered.to_numpy()].sum() / demand["people"].sum()
    )
    assert (found.assigned["distance_km"].dropna() <= km).all()


@few
@given(seed=seeds)
def test_the_order_of_rows_does_not_matter(seed):
    demand, candidates = places(seed)
    found = drones.best_bases(demand, candidates, count=3, range_km=4)
    turned = drones.best_bases(
        demand.sample(frac=1, random_state=seed),
        candidates.sample(frac=1, random_state=seed),
        count=3,
        range_km=4,
    )
    assert turned.value == found.value
    assert turned.covered.index.tolist() != found.covered.index.tolist()


def by_brute_force(reached, weights, count, worth=(1.0,)):
    steps = np.append(0.0, np.cumsum(worth))
    held = [
        reached[:, list(chosen)].sum(axis=1)
        for chosen in combinations(range(reached.shape[1]), count)
    ]
    return max(float(weights @ steps[np.minimum(each, len(worth))]) for each in held)


def reached_by(demand, candidates, km):
    table = drones.reach(demand, candidates, range_km=km).assign(one=True)
    grid = table.pivot_table(
        index="place", columns="base", values="one", fill_value=False, aggfunc="any"
    )
    return grid.reindex(
        index=demand["place"], columns=candidates["base"], fill_value=False
    ).to_numpy(bool)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("worth", [(1.0, 0.3), (0.9, 0.09, 0.009), (1.0, 1.0)])
def test_backup_coverage_is_the_best_of_all_choices(seed, worth):
    demand, candidates = places(seed)
    found = drones.backup(demand, candidates, count=4, range_km=5, values=worth)
    best = by_brute_force(
        reached_by(demand, candidates, 5), demand["people"].to_numpy(float), 4, worth
    )
    assert found.value == pytest.approx(best)
    assert found.gap == 0


@pytest.mark.parametrize("seed", range(8))
def test_the_curve_is_the_best_of_all_choices_at_every_number(seed):
    demand, candidates = places(seed)
    curve = drones.budget_curve(demand, candidates, counts=9, range_km=4)
    reached, weights = reached_by(demand, candidates, 4), demand["people"].to_numpy(float)
    assert curve["covered"].tolist() == pytest.approx(
        [by_brute_force(reached, weights, count) for count in range(1, 10)]
    )
    assert (curve["gap"] == 0).all()
    assert curve["elbow"].sum() == 1
    assert curve["added"].sum() == pytest.approx(curve["covered"].iloc[-1])


@pytest.mark.parametrize("seed", range(8))
def test_the_fewest_bases_are_the_fewest(seed):
    demand, candidates = places(seed)
    found = drones.fewest_bases(demand, candidates, range_km=5)
    reached = reached_by(demand, candidates, 5)
    coverable = reached.any(axis=1)
    sizes = [
        size
        for size in range(10)
        if any(
            reached[:, list(each)].any(axis=1)[coverable].all()
            for each in combinations(range(9), size)
        )
    ]
    assert len(found.bases) == found.value == found.bound == sizes[0]
    assert (found.covered.to_numpy() == coverable).all()


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_share_of_the_people_takes_fewer_bases_and_is_reached(share):
    demand, candidates = places(3)
    part = drones.fewest_bases(demand, candidates, range_km=3, share=share)
    whole = drones.fewest_bases(demand, candidates, range_km=3)
    assert part.value <= whole.value
    assert part.share >= share * part.settings["reachable"] - 1e-9
    assert (
        drones.best_bases(demand, candidates, count=max(int(part.value) - 1, 1), range_km=3).share
        < share
        or part.value == 1
    )


@pytest.mark.parametrize("seed", range(6))
def test_median_and_centre_are_the_best_of_all_choices(seed):
    demand, candidates = places(seed)
    weights = demand["people"].to_numpy(float)
    table = drones.reach(demand, candidates, range_km=1000)
    km = (
        table.pivot_table(index="place", columns="base", values="distance_km")
        .loc[demand["place"], candidates["base"]]
        .to_numpy()
    )
    ways = [km[:, list(chosen)].min(axis=1) for chosen in combinations(range(9), 3)]
    median = drones.median_bases(demand, candidates, count=3)
    centre = drones.centre_bases(demand, candidates, count=3)
    assert median.value == pytest.approx(
        min(weights @ way for way in ways) / weights.sum(), rel=1e-6
    )
    assert median.bound == pytest.approx(median.value, rel=1e-6)
    assert centre.value == pytest.approx(min(way[weights > 0].max() for way in ways))


def test_bases_that_exist_stay_and_count():
    demand, candidates = places(1)
    free = drones.best_bases(demand, candidates, count=3, range_km=3)
    worst = next(name for name in candidates["base"] if name not in set(free.bases["base"]))
    held = drones.best_bases(demand, candidates, count=3, range_km=3, fixed=[worst])
    assert worst in set(held.bases["base"])
    assert held.bases.set_index("base")["existing"].loc[worst]
    assert held.bases["existing"].sum() == 1
    assert len(held.bases) == 3
    assert held.value <= free.value
    others = candidates.index[candidates["base"] != worst]
    reached, weights = reached_by(demand, candidates, 3), demand["people"].to_numpy(float)
    own = int(candidates.index[candidates["base"] == worst][0])
    best = max(
        weights[reached[:, [own, *pair]].any(axis=1)].sum() for pair in combinations(others, 2)
    )
    assert held.value == held.bound == best


def test_each_municipality_is_told_its_own_share():
    demand, candidates = places(2)
    found = drones.best_bases(demand, candidates, count=2, range_km=4)
    for row in found.by_code.itertuples():
        own = demand["code"] == row.code
        assert row.share == pytest.approx(
            (demand["people"] * found.covered)[own].sum() / demand["people"][own].sum()
        )


def test_what_only_one_base_reaches_is_what_is_lost_when_it_closes():
    demand, candidates = places(4)
    found = drones.best_bases(demand, candidates, count=3, range_km=5)
    cases = drones.robustness(demand, found, range_km=5).set_index("base")
    for row in found.bases.itertuples():
        rest = found.bases[found.bases["base"] != row.base]
        left = drones.best_bases(demand, rest, count=2, range_km=5)
        assert found.value - row.only == left.value == cases.loc[row.base, "covered"]
        assert cases.loc[row.base, "lost"] == pytest.approx(found.share - left.share)


def test_inputs_are_left_as_they_were():
    demand, candidates = places(5)
    before = demand.copy(), candidates.copy()
    drones.best_bases(demand, candidates, count=2, range_km=3)
    drones.median_bases(demand, candidates, count=2)
    pd.testing.assert_frame_equal(demand, before[0])
    pd.testing.assert_frame_equal(candidates, before[1])


@pytest.mark.parametrize(
    "pool", [ThreadPoolExecutor(2), ProcessPoolExecutor(2)], ids=["threads", "processes"]
)
def test_the_curve_is_the_same_through_an_executor_that_starts_after_a_solution(pool):
    # processes are forked where the platform forks: threads kept by the solver would leave them waiting for ever
    rng = np.random.default_rng(0)
    demand = pd.DataFrame({"lat": 35.0, "lon": 135.0, "people": rng.integers(1, 50, 150)})
    candidates = pd.DataFrame({"lat": 35.0, "lon": 135.0}, index=range(30))
    own = np.where(rng.random((150, 30)) < 0.12, 1.0, np.inf)
    alone = drones.budget_curve(demand, candidates, counts=[2, 4, 6], range_km=2, distance_km=own)
    with pool:
        shared = drones.budget_curve(
            demand, candidates, counts=[2, 4, 6], range_km=2, distance_km=own, executor=pool
        )
    pd.testing.assert_frame_equal(alone, shared)


@pytest.mark.slow
def test_the_curve_of_tajima_is_the_same_on_a_dask_cluster():
    distributed = pytest.importorskip("distributed", reason="distributed is not installed")
    demand = (
        dxkit.load("mesh_people")
        .query("code in ['28209', '28222', '28225', '28585', '28586']")
        .reset_index(drop=True)
    )
    candidates = demand.sample(200, random_state=0)[["lat", "lon"]]
    alone = drones.budget_curve(demand, candidates, counts=20, range_km=5.0)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        shared = drones.budget_curve(
            demand, candidates, counts=20, range_km=5.0, executor=client.get_executor()
        )
    pd.testing.assert_frame_equal(alone, shared)
    assert (shared["gap"] == 0).all()


@pytest.mark.parametrize("count", [0, 10, -1, 2.5, 3.0, True, "3", float("nan"), float("inf")])
def test_a_number_of_bases_that_cannot_be_is_refused(count):
    demand, candidates = places(0)
    with pytest.raises(ChoiceError, match=f"count={count}"):
        drones.best_bases(demand, candidates, count=count, range_km=3)


@pytest.mark.parametrize(
    "km", [0, -1, float("nan"), float("inf"), 1e300, "5", True, None, [1, "2"], [[1]]]
)
def test_a_range_that_cannot_be_is_refused(km):
    demand, candidates = places(0)
    with pytest.raises(ChoiceError, match="range_km"):
        drones.best_bases(demand, candidates, count=1, range_km=km)


def test_all_faults_of_a_table_are_named():
    demand, candidates = places(0)
    demand["people"] = demand["people"].astype(object)
    demand.loc[3, "people"], demand.loc[7, "people"] = -5, "多い"
    with pytest.raises(TableError, match="多い") as error:
        drones.best_bases(demand, candidates, count=1, range_km=3)
    assert [fault.row for fault in error.value.faults] == [4, 8]
    with pytest.raises(TableError, match="lat"):
        drones.best_bases(places(0)[0], candidates.drop(columns="lat"), count=1, range_km=3)


def test_an_existing_base_that_is_no_candidate_is_named():
    demand, candidates = places(0)
    with pytest.raises(ChoiceError, match="竹田城"):
        drones.best_bases(demand, candidates, count=2, range_km=3, fixed=["竹田城"])
    with pytest.raises(ChoiceError, match="より少なくできません"):
        drones.best_bases(demand, candidates, count=1, range_km=3, fixed=["b1", "b2"])


def test_values_of_backup_that_rise_are_refused():
    demand, candidates = places(0)
    with pytest.raises(ChoiceError, match="増えない"):
        drones.backup(demand, candidates, count=2, range_km=3, values=(0.3, 1.0))


def test_a_base_given_twice_is_refused():
    demand, candidates = places(0)
    with pytest.raises(TableError, match="b1"):
        drones.best_bases(demand, candidates.assign(base="b1"), count=2, range_km=3)


def test_nobody_in_reach_is_an_answer_and_not_an_error():
    demand, candidates = places(0)
    found = drones.best_bases(demand, candidates.assign(lat=26.2), count=2, range_km=3)
    assert (found.value, found.share, found.gap) == (0.0, 0.0, 0.0)
    assert not found.covered.any()
