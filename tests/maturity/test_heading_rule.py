"""One rule for missing answers: scores, nominal ranks and draws agree wherever they say the same."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxkit import maturity

# three depths, uneven weights, a leaf right below the total, one direction reversed
FRAME = pd.DataFrame(
    [
        ("way", "", 2.0, 1), ("work", "", 1.0, 1), ("deep", "work", 3.0, 1), ("alone", "", 0.5, 1),
        ("a", "way", 1.0, 1), ("b", "way", 2.0, 1), ("c", "way", 1.5, -1),
        ("d", "deep", 1.0, 1), ("e", "deep", 1.0, 1), ("f", "work", 1.0, 1),
    ],
    columns=["indicator", "parent", "weight", "direction"],
).assign(label="", unit="段階", low=0.0, high=5.0)  # fmt: skip
LEAVES = ["alone", "a", "b", "c", "d", "e", "f"]
METHODS = [("goalposts", "arithmetic"), ("goalposts", "geometric"), ("minmax", "arithmetic")]


def _table(seed, blanks, units=12):
    """Whole levels with blanks; somebody has answered everything, so that all columns vary."""
    random = np.random.default_rng(seed)
    levels = random.integers(0, 6, (units, len(LEAVES))).astype(float)
    levels[random.random(levels.shape) < blanks] = np.nan
    levels[0], levels[1] = 0, 5
    # nobody has answered nothing at all
    levels[np.isnan(levels).all(axis=1), 0] = 3
    index = [f"{28201 + row}" for row in range(units)]
    return pd.DataFrame(levels, index=index, columns=LEAVES)


def _same_everywhere(values, normalise, aggregate, **options):
    """Ranks of score totals, and those of all draws in which nothing moves."""
    total = maturity.score(
        values, FRAME, normalise=normalise, aggregate=aggregate, min_answered=0.0
    ).total
    common = {"normalise": (normalise,), "aggregate": (aggregate,), "draws": 3, **options}
    still = maturity.rank_intervals(values, FRAME, vary=(), **common)
    weighed = maturity.rank_intervals(values, FRAME, vary=("weights",), weight_noise=0.0, **common)
    return maturity.competition_ranks(total), still, weighed


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.7), st.sampled_from(METHODS))
def test_scores_nominal_ranks_and_draws_agree_when_nothing_moves(seed, blanks, method):
    ranks, still, weighed = _same_everywhere(_table(seed, blanks), *method)
    for firm in (still, weighed):
        assert firm.table["nominal"].tolist() == ranks.tolist()
        assert (firm.ranks == ranks.to_numpy()).all()
        assert (firm.table[["p05", "median", "p95"]].to_numpy() == ranks.to_numpy()[:, None]).all()


@pytest.mark.parametrize("method", METHODS)
def test_draws_of_severity_agree_where_interviewers_do_not_differ_and_never_err(method):
    values = _table(3, 0.4)
    cases = pd.DataFrame(
        [(code, item, rater, 3.0) for code in ("V1", "V2") for item in LEAVES for rater in "AB"],
        columns=["code", "item", "rater", "level"],
    )
    ranks, _, _ = _same_everywhere(values, *method)
    severe = maturity.rank_intervals(
        values, FRAME, vary=("severity",), answers=cases, draws=4,
        normalise=(method[0],), aggregate=(method[1],),
    )  # fmt: skip
    assert (severe.ranks == ranks.to_numpy()).all()


def test_drawn_weights_are_weighed_up_within_each_heading():
    """A draw after another, by `score` with each heading's drawn weight: the sum of its leaves."""
    values = _table(7, 0.4)
    firm = maturity.rank_intervals(values, FRAME, vary=("weights",), draws=30, seed=2)
    weights = maturity.draw_weights(FRAME, draws=30, seed=2)
    parents = FRAME.set_index("indicator")["parent"]
    for draw in range(30):
        weight = weights.loc[draw].reindex(FRAME["indicator"], fill_value=0.0)
        for leaf, share in weights.loc[draw].items():
            above = parents[leaf]
            while above:
                weight[above] += share
                above = parents[above]
        total = maturity.score(
            values, FRAME.assign(weight=weight.to_numpy()), min_answered=0.0
        ).total
        assert firm.ranks[draw].tolist() == maturity.competition_ranks(total).tolist()


def test_figures_beyond_the_goalposts_are_cut_in_draws_of_answers_too():
    values = _table(5, 0.0)
    values.loc["28205", "alone"] = 40.0
    values.loc["28206", "a"] = np.nan
    values.loc["28206", [name for name in LEAVES if name != "a"]] = [0, 0, 5, 0, 0, 0]
    firm = maturity.rank_intervals(
        values, FRAME, vary=("missing",), normalise=("goalposts",), draws=50
    )
    # whoever is behind with every answer stays behind, and 40 counts as 5
    whole = values.drop(index="28206")
    ranks = maturity.competition_ranks(maturity.score(whole, FRAME).total)
    others = firm.table.drop(index="28206")
    assert (others["p05"] >= ranks).all()
    assert (others["p95"] <= ranks + 1).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 0.7), st.floats(0.3, 0.9))
def test_totals_that_score_does_not_give_are_missing_everywhere(seed, blanks, min_answered):
    values = _table(seed, blanks)
    total = maturity.score(values, FRAME, min_answered=min_answered).total
    firm = maturity.rank_intervals(
        values, FRAME, vary=(), min_answered=min_answered, draws=2, normalise=("goalposts",)
    )
    nominal = firm.table["nominal"].astype(float)
    assert nominal.isna().tolist() == total.isna().tolist()
    ranks = maturity.competition_ranks(total.dropna())
    assert nominal.dropna().tolist() == ranks.tolist()
    with_interval = firm.table["p05"].notna()
    assert not (with_interval & total.isna()).any()
