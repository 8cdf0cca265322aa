"""What holds under all weights holds under every draw; best light, weights and dependence equal published results."""

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import maturity
from dxkit.errors import ChoiceError, TableError


def test_all_23_published_ranks_of_the_benefit_of_the_doubt_are_equal(tai, figures, flat):
    # handbook table 23, column BOD: each indicator between 10 and 15 % of the weight, min-max
    found = maturity.benefit_of_doubt(
        figures, flat(), low=0.10, high=0.15, of="weight", normalise="minmax"
    )
    ranks = found["score"].round(6).rank(ascending=False, method="min")
    assert ranks.tolist() == tai["rank_best_light"].tolist()


def test_a_municipality_that_is_best_in_one_thing_reaches_1_in_its_own_light():
    table = pd.DataFrame({"a": [3, 2, 1.0], "b": [1, 2, 3.0]}, index=["x", "y", "z"])
    found = maturity.benefit_of_doubt(table)
    assert found["score"].tolist() == pytest.approx([1, 1, 1])
    behind = maturity.benefit_of_doubt(
        pd.DataFrame({"a": [4, 2.0], "b": [4, 2.0]}, index=["x", "y"])
    )
    assert behind["score"].tolist() == pytest.approx([1, 0.5])


def test_shares_keep_to_their_bounds(figures, flat):
    found = maturity.benefit_of_doubt(figures, flat(), low=0.05, high=0.3, normalise="goalposts")
    shares = found.drop(columns="score")[found["score"] > 0]
    assert shares.min().min() >= 0.05 - 1e-6
    assert shares.max().max() <= 0.3 + 1e-6


@pytest.mark.parametrize("options", [{"low": 0.2}, {"high": 0.1}, {"of": "score"}])
def test_bounds_that_leave_no_weights_are_refused(figures, flat, options):
    with pytest.raises(ChoiceError, match=r"使えません|選べません"):
        maturity.benefit_of_doubt(figures, flat(), **options)


@pytest.fixture(scope="module")
def order(figures, framework):
    return maturity.robust_order(figures, framework)


def test_a_sure_order_holds_under_every_admissible_weight_that_was_drawn(order, figures, flat):
    random = np.random.default_rng(0)
    scaled = maturity.score(figures, flat()).normalised.to_numpy()
    sure = order.above.to_numpy()
    for _ in range(500):
        weights = random.uniform(0.5, 2.0, 8)
        total = scaled @ weights
        assert (total[:, None] >= total[None, :] - 1e-9)[sure].all()
        place = (total[None, :] > total[:, None] + 1e-12).sum(axis=1) + 1
        assert (order.places["best"].to_numpy() <= place).all()
        assert (place <= order.places["worst"].to_numpy()).all()


def test_a_pair_that_is_not_sure_is_turned_round_by_some_admissible_weights(order, figures, flat):
    scaled = maturity.score(figures, flat()).normalised.to_numpy()
    for one, other in np.argwhere(~order.above.to_numpy() & ~np.eye(23, dtype=bool)):
        lead = scaled[one] - scaled[other]
        assert lead @ np.where(lead > 0, 0.5, 2.0) <= 1e-9


def test_a_sure_order_is_transitive_and_its_edges_rebuild_it(order):
    sure = order.above.to_numpy()
    assert not (((sure.astype(int) @ sure.astype(int)) > 0) & ~sure).any()
    codes = list(order.above.index)
    built = np.zeros_like(sure)
    for upper, lower in order.edges.itertuples(index=False):
        built[codes.index(upper), codes.index(lower)] = True
    for _ in codes:
        built |= (built.astype(int) @ built.astype(int)) > 0
    assert (built == sure).all()


def test_wider_bounds_settle_fewer_pairs(figures, framework):
    settled = [
        maturity.robust_order(figures, framework, low=1 / by, high=by).settings["settled"]
        for by in (1, 1.25, 2, 10)
    ]
    assert settled == sorted(settled, reverse=True)
    assert settled[0] == 1


def test_a_sure_order_never_rests_on_a_guess():
    with pytest.raises(TableError, match="空欄"):
        maturity.robust_order(
            dxkit.load("dashboard").assign(ai=np.nan), dxkit.load("indicators_dashboard")
        )


def test_component_weights_are_the_published_ones(figures, framework):
    # handbook table 22, row FA: four factors, two decimals
    frame = maturity.reweight(framework, method="pca", values=figures, components=4)
    published = [0.17, 0.15, 0.11, 0.06, 0.08, 0.13, 0.13, 0.17]
    weights = frame["weight"] / frame["weight"].sum()
    assert frame["indicator"].tolist() == figures.columns.tolist()
    assert np.abs(weights - published).max() <= 0.015
    assert frame.attrs["explained"] == pytest.approx(0.87, abs=0.01)


def test_comparisons_without_contradiction_give_back_their_weights(flat):
    frame = flat()
    names = frame["indicator"].tolist()[:3]
    truth = np.array([0.5, 0.3, 0.2])
    comparisons = pd.DataFrame(truth[:, None] / truth[None, :], index=names, columns=names)
    weighted = maturity.reweight(frame, method="ahp", comparisons=comparisons)
    assert weighted["weight"].to_numpy()[:3] / 3 == pytest.approx(truth)
    assert weighted.attrs["consistency_ratio"] == pytest.approx(0, abs=1e-9)


def test_weights_by_comparison_go_into_the_table_and_contradictions_are_refused(framework):
    names = ["creation", "recent", "old", "skills"]
    good = pd.DataFrame(
        [[1, 2, 4, 2], [1 / 2, 1, 2, 1], [1 / 4, 1 / 2, 1, 1 / 2], [1 / 2, 1, 2, 1]],
        index=names,
        columns=names,
        dtype=float,
    )
    weighted = maturity.reweight(framework, method="ahp", comparisons=good).set_index("indicator")[
        "weight"
    ]
    assert weighted["creation"] / weighted["old"] == pytest.approx(4)
    assert weighted["patents"] == 1
    bad = good.copy()
    bad.loc["creation", "old"], bad.loc["old", "creation"] = 1 / 9, 9
    with pytest.raises(TableError, match="食い違"):
        maturity.reweight(framework, method="ahp", comparisons=bad)
    bad.loc["old", "creation"] = 5
    with pytest.raises(TableError, match="逆数"):
        maturity.reweight(framework, method="ahp", comparisons=bad)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "votes"}, "ahp"),
        ({"method": "ahp"}, "comparisons"),
        ({"method": "pca"}, "values"),
    ],
)
def test_a_way_to_weights_says_what_it_needs(framework, options, said):
    with pytest.raises(ChoiceError, match=said):
        maturity.reweight(framework, **options)


def test_equal_weights_leave_what_is_not_counted_alone():
    frame = maturity.reweight(dxkit.load("indicators_dashboard"))
    assert set(frame["weight"]) == {0, 1}
    assert frame.loc[frame["indicator"] == "frequent_offered", "weight"].item() == 0


def test_the_aggregation_moves_the_technology_index_most(figures, framework):
    """Saisana, Saltelli & Tarantola (2005) and the handbook (step 7) find the aggregation system and weights to matter most."""
    found = maturity.sensitivity(figures, framework, draws=128).set_index("factor")
    assert found["ST"].idxmax() == "aggregate"
    assert ((found["ST"] + found["ST_conf"]) >= found["S1"] - found["S1_conf"]).all()


def test_leaving_an_indicator_out_equals_scoring_without_it(figures, framework):
    found = maturity.leave_one_out(figures, framework).set_index("indicator")
    nominal = maturity.score(figures, framework).total.rank(ascending=False)
    without = maturity.score(figures, framework[framework["indicator"] != "internet"]).total.rank(
        ascending=False
    )
    assert found.loc["internet", "mean_shift"] == pytest.approx((without - nominal).abs().mean())
    assert found.loc["internet", "largest"] == (without - nominal).abs().max()


def test_one_municipalitys_rank_can_be_looked_at(figures, framework):
    found = maturity.sensitivity(figures, framework, draws=64, code="Korea")
    assert found.attrs["mean"] > 5
    with pytest.raises(ChoiceError, match="Atlantis"):
        maturity.sensitivity(figures, framework, draws=64, code="Atlantis")
