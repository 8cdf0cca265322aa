"""A search that is stopped: it says how far it may be off, and whether another machine would stop there, too."""

import importlib
import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dxkit import drones
from dxkit.errors import ChoiceError


@pytest.fixture
def problem():
    """Places and bases without any structure, on which the bound alone proves nothing."""
    rng = np.random.default_rng(0)
    demand = pd.DataFrame({"lat": 35.0, "lon": 135.0, "people": rng.integers(1, 50, 150)})
    candidates = pd.DataFrame({"lat": 35.0, "lon": 135.0}, index=range(30))
    distance_km = np.where(rng.random((150, 30)) < 0.12, 1.0, 2.0 + rng.random((150, 30)))
    return demand, candidates, distance_km


def ask(function, problem, **options):
    demand, candidates, distance_km = problem
    if function in (drones.median_bases, drones.centre_bases):
        # without any structure, these two take long
        demand, candidates, distance_km = (
            demand.head(90),
            candidates.head(18),
            distance_km[:90, :18],
        )
    return function(demand, candidates, distance_km=distance_km, **options)


CASES = [
    (drones.best_bases, {"count": 6, "range_km": 1}, 1),
    (drones.backup, {"count": 6, "range_km": 1}, 1),
    (drones.fewest_bases, {"range_km": 1}, -1),
    (drones.fewest_bases, {"range_km": 1, "share": 0.8}, -1),
    (drones.median_bases, {"count": 4}, -1),
    (drones.centre_bases, {"count": 3}, -1),
]
names = [f"{case[0].__name__}-{case[1].get('share', 1)}" for case in CASES]


# the node limit is met before the first node, the limit by the clock before the first look at it: no case waits for time
@pytest.mark.parametrize(("function", "options", "sign"), CASES, ids=names)
def test_a_search_that_the_clock_stops_has_a_bound_that_holds_and_says_that_it_is_not_reproducible(
    problem, function, options, sign
):
    proven = ask(function, problem, **options)
    assert proven.gap == pytest.approx(0, abs=1e-6)
    assert proven.settings["reproducible"] is True
    cut = ask(function, problem, **options, time_limit_s=0)
    assert cut.settings["reproducible"] is False
    assert sign * cut.value <= sign * proven.value + 1e-9
    assert sign * proven.value <= sign * cut.bound + 1e-9
    assert cut.settings["proven"] == (cut.gap == 0)


@pytest.mark.parametrize(("function", "options", "sign"), CASES, ids=names)
def test_a_search_that_its_own_limit_stops_has_a_bound_that_holds_and_is_the_same_everywhere(
    problem, monkeypatch, function, options, sign
):
    proven = ask(function, problem, **options)
    monkeypatch.setattr("dxkit._optimise.mclp_tree.NODE_LIMIT", 0)
    monkeypatch.setattr("dxkit._optimise.set_cover.NODE_LIMIT", 0)
    cut = ask(function, problem, **options)
    assert cut.settings["reproducible"] is True
    assert sign * cut.value <= sign * proven.value + 1e-9
    assert sign * proven.value <= sign * cut.bound + 1e-9
    again = ask(function, problem, **options)
    pd.testing.assert_frame_equal(cut.bases, again.bases)
    assert (cut.value, cut.bound, cut.gap) == (again.value, again.bound, again.gap)


def test_a_gap_is_told_where_a_limit_was_met(problem, monkeypatch):
    proven = ask(drones.best_bases, problem, count=6, range_km=1)
    cut = ask(drones.best_bases, problem, count=6, range_km=1, time_limit_s=0.0)
    assert proven.value == proven.bound
    assert cut.bound > cut.value
    assert cut.gap > 0
    monkeypatch.setattr("dxkit._optimise.mclp_tree.NODE_LIMIT", 0)
    assert ask(drones.best_bases, problem, count=6, range_km=1).gap > 0


def test_a_search_with_too_many_entries_for_its_nodes_stops_and_says_so_in_words(
    problem, monkeypatch
):
    proven = ask(drones.best_bases, problem, count=6, range_km=1)
    assert "証明ずみ" in repr(proven)
    assert "最適と証明した" in proven.methods()
    # a single node is left
    monkeypatch.setattr("dxkit._optimise.mclp_tree.NODE_WORK", 0)
    cut = ask(drones.best_bases, problem, count=6, range_km=1)
    assert cut.settings["reproducible"] is True
    assert cut.value <= proven.value <= cut.bound
    assert f"証明の途中、最善との差は最大 {cut.gap:.2%}" in repr(cut)
    assert f"差は最大{cut.gap:.3g}" in cut.methods()
    assert f"within a gap of {cut.gap:.3g}: the search stopped" in cut.methods(lang="en")
    assert cut.gap > 0


def test_a_limit_that_is_not_met_changes_nothing(problem):
    free = ask(drones.best_bases, problem, count=3, range_km=1)
    limited = ask(drones.best_bases, problem, count=3, range_km=1, time_limit_s=1e6)
    pd.testing.assert_frame_equal(free.bases, limited.bases)
    assert limited.settings == free.settings


def test_the_curve_says_whether_any_of_its_numbers_was_stopped(problem):
    demand, candidates, distance_km = problem
    options = {"counts": [1, 6], "range_km": 1, "distance_km": distance_km}
    whole = drones.budget_curve(demand, candidates, **options)
    cut = drones.budget_curve(demand, candidates, **options, time_limit_s=0)
    assert whole.attrs["settings"]["reproducible"] is True
    assert cut.attrs["settings"]["reproducible"] is False
    assert (cut["covered"] <= whole["covered"]).all()
    assert (cut["bound"] >= whole["bound"]).all()


@pytest.mark.parametrize("limit", [-1, "60", float("nan"), True])
def test_a_limit_that_cannot_be_is_refused(problem, limit):
    for function, options, _ in CASES:
        with pytest.raises(ChoiceError, match="time_limit_s"):
            ask(function, problem, **options, time_limit_s=limit)


def test_the_old_word_for_the_limit_still_works(problem):
    for function, options in (
        (drones.best_bases, {"count": 2, "range_km": 1}),
        (drones.backup, {"count": 2, "range_km": 1}),
        (drones.median_bases, {"count": 4}),
    ):
        with pytest.warns(FutureWarning, match="time_limit_s"):
            old = ask(function, problem, **options, seconds=np.inf)
        assert old.settings == ask(function, problem, **options).settings
    with pytest.warns(FutureWarning, match="time_limit_s"):
        cut = ask(drones.best_bases, problem, count=6, range_km=1, seconds=0.0)
    assert cut.settings["reproducible"] is False


def test_the_old_words_of_the_curve_still_work(problem, capsys):
    demand, candidates, distance_km = problem
    options = {"counts": [1], "range_km": 1, "distance_km": distance_km}
    with pytest.warns(FutureWarning, match="show_progress"):
        drones.budget_curve(demand, candidates, **options, progress=True)
    assert "拠点数" in capsys.readouterr().err
    with pytest.warns(FutureWarning, match="time_limit_s"):
        drones.budget_curve(demand, candidates, **options, seconds=60)


@pytest.mark.parametrize("seed", range(8))
def test_a_search_that_stops_adding_cuts_still_finds_the_best(monkeypatch, seed):
    monkeypatch.setattr("dxkit._optimise.mclp_tree.SMALLEST_PROGRESS", 1e9)
    rng = np.random.default_rng(seed)
    demand = pd.DataFrame(
        {
            "lat": 35 + 0.3 * rng.random(40),
            "lon": 134 + 0.3 * rng.random(40),
            "people": rng.integers(1, 50, 40),
        }
    )
    sites = pd.DataFrame(
        {
            "base": [f"B{number}" for number in range(9)],
            "lat": 35 + 0.3 * rng.random(9),
            "lon": 134 + 0.3 * rng.random(9),
        }
    )
    plan = drones.best_bases(demand, sites, count=3, range_km=8)
    pairs = drones.reach(demand.assign(place=range(40)), sites, range_km=8)
    reached = [set(rows["place"]) for _, rows in pairs.groupby("base")]
    people = demand["people"].to_numpy()
    best = max(people[list(set.union(*trio))].sum() for trio in itertools.combinations(reached, 3))
    assert plan.value == best
    assert plan.gap == 0


@pytest.mark.parametrize("is_in", [[True, True, False], [True, True, True]])
def test_a_node_where_all_is_chosen_has_a_bound(is_in):
    search = importlib.import_module("dxkit._optimise.mclp_tree")
    tree = object.__new__(search.TreeSearch)
    cover = SimpleNamespace(columns=np.eye(3), weights=np.array([5.0, 3.0, 1.0]))
    tree.state = SimpleNamespace(cover=cover, open_count=sum(is_in), sure_weight=10.0)
    node = search.Node(np.array(is_in), np.zeros(3, dtype=bool))
    # a price is what a row may bring: here all of its weight
    bound, _ = tree._price_node(node, cover.weights)
    assert bound == 10.0 + cover.weights[is_in].sum()
