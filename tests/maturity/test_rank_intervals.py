"""Intervals of ranks hold the truth where it is known, and draws mean what they say."""

import concurrent.futures

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

import dxkit
from dxkit import maturity
from dxkit.errors import ChoiceError, TableError


@pytest.fixture(scope="module")
def dashboard():
    return dxkit.load("dashboard"), dxkit.load("indicators_dashboard")


def _rank(scores):
    return maturity.competition_ranks(pd.Series(scores)).tolist()


def test_ranks_are_competition_ranks_with_ties_sharing_the_better_place():
    scores = np.random.default_rng(0).integers(0, 6, (200, 30)).astype(float)
    assert all(_rank(row) == rankdata(-row, method="min").tolist() for row in scores)


def test_negative_scores_and_scores_of_very_different_size_keep_their_order():
    scores = np.random.default_rng(0).normal(size=(200, 41)) * 10.0 ** np.arange(-20, 21)
    assert all(_rank(row) == rankdata(-row, method="min").tolist() for row in scores)


def test_scores_that_differ_by_rounding_alone_are_level():
    assert _rank([0.1 + 0.2, 0.3, 0.0, -0.0]) == [1, 1, 3, 3]


def test_a_missing_score_ranks_behind_everybody():
    assert _rank([2.0, np.nan, 1.0]) == [1, 3, 2]


def test_quantiles_are_ranks_that_were_drawn(dashboard):
    found = maturity.rank_intervals(*dashboard, draws=999)
    expected = np.quantile(found.ranks, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf").T
    assert (found.table[["p05", "median", "p95"]].to_numpy() == expected).all()


def test_drawn_weights_sum_to_one_and_stay_within_their_share(framework, flat):
    weights = maturity.draw_weights(framework, draws=3000)
    assert weights.sum(axis=1).to_numpy() == pytest.approx(1)
    # two levels of 1 ± 0.25 over equal weights: an eighth times (1.25/0.75 at most, heading by heading)
    assert weights.min().min() >= 0.125 * (0.75 / 1.25) ** 2 * 0.9
    assert weights.mean().to_numpy() == pytest.approx(0.125, abs=0.003)
    given = np.array([1, 2, 3, 4, 5, 6, 7, 8.0])
    uneven = maturity.draw_weights(flat(given), draws=3000, weight_noise=0.1, seed=3)
    assert uneven.mean().to_numpy() == pytest.approx(given / given.sum(), abs=0.003)
    still = maturity.draw_weights(flat(given), draws=2, weight_noise=0).to_numpy()
    assert still == pytest.approx(np.array([given / given.sum()] * 2))


def test_without_variation_everybody_keeps_the_nominal_rank(figures, framework):
    found = maturity.rank_intervals(figures, framework, vary=(), draws=20)
    assert (found.table["p05"] == found.table["nominal"]).all()
    assert (found.table["p95"] == found.table["nominal"]).all()
    ranks = maturity.score(figures, framework).total.rank(ascending=False)
    assert found.table["nominal"].tolist() == ranks.tolist()


def test_drawn_ranks_equal_scoring_each_draw_one_by_one(figures, framework):
    """One draw after another, by `score` with the drawn leaf weights as a flat index."""
    found = maturity.rank_intervals(figures, framework, vary=("weights",), draws=40, seed=3)
    weights = maturity.draw_weights(framework, draws=40, seed=3)
    flat = framework[framework["low"].notna()].assign(parent="")
    for draw in range(40):
        ranks = maturity.score(
            figures, flat.assign(weight=weights.loc[draw].to_numpy())
        ).total.rank(ascending=False, method="min")
        assert found.ranks[draw].tolist() == ranks.tolist()


def test_the_same_seed_gives_the_same_intervals_on_any_workers(dashboard):
    plain = maturity.rank_intervals(*dashboard, draws=1500, seed=5)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        shared = maturity.rank_intervals(*dashboard, draws=1500, seed=5, executor=pool)
    assert (plain.ranks == shared.ranks).all()
    assert (maturity.rank_intervals(*dashboard, draws=1500, seed=6).ranks != plain.ranks).any()


def test_shares_above_and_tiers_fit_the_ranks(dashboard):
    found = maturity.rank_intervals(*dashboard, draws=800)
    above = found.above.to_numpy()
    assert above + above.T - np.diag(np.diag(above)) == pytest.approx(
        np.ones_like(above) - 0.5 * np.eye(41)
    )
    foremost = found.table.sort_values(["tier", "median"])
    for tier, members in foremost.groupby("tier"):
        head = members.index[0]
        following = foremost.index[foremost["tier"] == tier + 1]
        assert all(found.above.loc[head, other] < 0.9 for other in members.index[1:])
        if len(following):
            assert found.above.loc[head, following[0]] >= 0.9
    assert found.first(41).eq(1).all()


def test_pairs_of_methods_that_do_not_go_together_are_left_out_and_listed(figures, framework):
    settings = maturity.rank_intervals(figures, framework, draws=60).settings
    assert settings["left_out"] == [("zscore", "geometric")]
    assert len(settings["methods"]) == 5


def test_missing_answers_widen_the_interval_of_whoever_has_them():
    trial = maturity.hearing_trial(seed=4)
    middle = int((trial.places - 20).abs().argmin())
    holed = trial.levels.copy()
    holed.iloc[middle, ::2] = np.nan
    options = {"vary": ("weights", "missing"), "draws": 1000}
    spread = [
        maturity.rank_intervals(table, trial.indicators, **options).ranks[:, middle].std()
        for table in (trial.levels, holed)
    ]
    assert spread[1] > 1.5 * spread[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [({"vary": ("rank",)}, "severity"), ({"draws": 0}, "draws=0"), ({"normalise": ("rank",)}, "goalposts"),
     ({"normalise": ("zscore",), "aggregate": ("geometric",)}, "組み合わせられる方法")],
)  # fmt: skip
def test_a_choice_that_does_not_exist_lists_those_that_do(figures, framework, options, said):
    with pytest.raises(ChoiceError, match=said):
        maturity.rank_intervals(figures, framework, **options)


def _trials(count, **options):
    """Coverage and width of 90 % intervals over seeded hearings with known truth: everything, and weights only."""
    honest, custom = [], []
    for seed in range(count):
        trial = maturity.hearing_trial(seed=seed, **options)
        given = {"draws": 1000, "seed": seed}
        full = maturity.rank_intervals(
            trial.levels,
            trial.indicators,
            answers=trial.answers,
            vary=("weights", "severity"),
            **given,
        )
        sharp = maturity.rank_intervals(trial.levels, trial.indicators, vary=("weights",), **given)
        honest.append(trial.covered(full.table))
        custom.append(trial.covered(sharp.table))
    return np.mean(honest, axis=0), np.mean(custom, axis=0)


def test_intervals_hold_the_true_rank_and_those_of_weights_alone_do_not():
    (covered, width), (sharp, _) = _trials(30)
    assert covered >= 0.88
    assert width <= 6.5
    assert sharp <= 0.45


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.5, 1.0])
def test_coverage_does_not_depend_on_how_far_municipalities_are_apart(spread):
    (covered, _), _ = _trials(40, spread=spread)
    assert covered >= 0.88


def test_severity_needs_cases_that_interviewers_share():
    trial = maturity.hearing_trial(seed=1)
    alone = trial.answers[~trial.answers["code"].str.startswith("V")]
    with pytest.raises(TableError, match="2人以上"):
        maturity.rank_intervals(trial.levels, trial.indicators, answers=alone, draws=10)


def test_a_table_of_the_whole_country_is_ranked():
    random = np.random.default_rng(0)
    names = [f"i{at}" for at in range(12)]
    values = pd.DataFrame(
        random.uniform(0, 5, (1741, 12)), index=[f"{at:05d}" for at in range(1741)], columns=names
    )
    frame = pd.DataFrame(
        {
            "indicator": names,
            "parent": "",
            "label": names,
            "direction": 1,
            "weight": 1.0,
            "unit": "",
            "low": 0.0,
            "high": 5.0,
        }
    )
    found = maturity.rank_intervals(values, frame, draws=300)
    assert found.ranks.shape == (300, 1741)
    assert found.table["tier"].min() == 1


def test_a_missing_answer_is_drawn_and_never_0_whatever_the_tables_layout(dashboard):
    values, indicators = dashboard
    values = values.set_index("code") if "code" in values else values
    holed = values.copy()
    holed.loc["28201", list(indicators["indicator"].iloc[-6:].filter(items=holed.columns))] = np.nan
    by_row = pd.DataFrame(
        np.array(holed, dtype=float, order="C"), index=holed.index, columns=holed.columns
    )
    by_column = pd.DataFrame(
        np.array(holed, dtype=float, order="F"), index=holed.index, columns=holed.columns
    )
    tables = [
        maturity.rank_intervals(each, indicators, draws=500).table
        for each in (holed, by_row, by_column)
    ]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    pd.testing.assert_frame_equal(tables[0], tables[2])


@pytest.mark.parametrize(
    "index",
    [
        pd.Index([28201, 28202], name="code"),
        pd.Index(["282014", "282022"], name="団体コード"),
        pd.Index([7, 7], name="code"),
        pd.MultiIndex.from_tuples([(1, "a"), (1, "b")]),
    ],
    ids=["numbers", "six digits", "no codes", "two labels"],
)
def test_ranks_stand_beside_their_scores_under_any_index(index):
    scores = pd.Series([1.0, 2.0], index=index)
    ranks = maturity.competition_ranks(scores)
    pd.testing.assert_index_equal(ranks.index, index)
    assert ranks.tolist() == [2, 1]
    if index.is_unique:
        assert scores.to_frame("score").assign(rank=ranks)["rank"].tolist() == [2, 1]
