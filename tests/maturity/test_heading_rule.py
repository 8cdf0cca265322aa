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


def _same_everywhere(values, normalise, aggregate, **rule):
    """Totals of score, and ranks of all draws in which nothing moves; a rule or the default of each."""
    total = maturity.score(values, FRAME, normalise=normalise, aggregate=aggregate, **rule).total
    common = {"normalise": (normalise,), "aggregate": (aggregate,), "draws": 3, **rule}
    still = maturity.rank_intervals(values, FRAME, vary=(), **common)
    weighed = maturity.rank_intervals(values, FRAME, vary=("weights",), weight_noise=0.0, **common)
    return total, still, weighed


# each function's own default, and shares of the weight
RULES = [{}, {"min_answered": 0.0}, {"min_answered": 0.4}, {"min_answered": 1.0}]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.7), st.sampled_from(METHODS), st.sampled_from(RULES))
def test_scores_nominal_ranks_and_draws_agree_when_nothing_moves(seed, blanks, method, rule):
    total, still, weighed = _same_everywhere(_table(seed, blanks), *method, **rule)
    ranks = maturity.competition_ranks(total)
    has_total = total.notna()
    for firm in (still, weighed):
        assert (firm.ranks == ranks.to_numpy()).all()
        shown = firm.table[["nominal", "p05", "median", "p95"]]
        assert (shown.notna().all(axis=1) == has_total).all()
        assert (shown.isna().all(axis=1) == ~has_total).all()
        assert (shown[has_total].to_numpy() == ranks[has_total].to_numpy()[:, None]).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.5), st.sampled_from(RULES))
def test_leaving_an_indicator_out_is_scoring_without_it(seed, blanks, rule):
    values = _table(seed, blanks)
    moves = maturity.leave_one_out(values, FRAME, **rule).set_index("indicator")
    total = maturity.score(values, FRAME, **rule).total
    nominal = maturity.competition_ranks(total)
    for name in LEAVES:
        rest = maturity.score(values, FRAME[FRAME["indicator"] != name], **rule).total
        # who has no total with it or without has no rank that could move
        has_both = total.notna() & rest.notna()
        shift = (maturity.competition_ranks(rest) - nominal).abs()[has_both]
        expected = pytest.approx(shift.mean(), abs=1e-12, nan_ok=True)
        assert moves.loc[name, "mean_shift"] == expected
        largest = moves.loc[name, "largest"]
        assert pd.isna(largest) if shift.empty else largest == shift.max()


@pytest.mark.parametrize("seed", range(4))
def test_sensitivity_starts_from_the_ranks_of_score_and_leaves_blanks_out(seed):
    values = _table(seed, 0.3)
    table = maturity.sensitivity(values, FRAME, vary=("aggregate",), draws=64)
    ranks = [
        maturity.competition_ranks(maturity.score(values, FRAME, aggregate=aggregate).total)
        for aggregate in ("arithmetic", "geometric")
    ]
    # half of the sample is arithmetic and moves nobody, the other half is geometric
    shift = (ranks[1] - ranks[0]).abs().mean()
    assert table.attrs["mean"] == pytest.approx(shift / 2, rel=0.05)


@pytest.mark.parametrize("method", METHODS)
def test_draws_of_severity_agree_where_interviewers_do_not_differ_and_never_err(method):
    values = _table(3, 0.4)
    cases = pd.DataFrame(
        [(code, item, rater, 3.0) for code in ("V1", "V2") for item in LEAVES for rater in "AB"],
        columns=["code", "item", "rater", "level"],
    )
    ranks = maturity.competition_ranks(_same_everywhere(values, *method)[0])
    severe = maturity.rank_intervals(
        values, FRAME, vary=("severity",), answers=cases, draws=4,
        normalise=(method[0],), aggregate=(method[1],),
    )  # fmt: skip
    assert (severe.ranks == ranks.to_numpy()).all()


def test_drawn_weights_are_weighed_up_within_each_heading():
    """A draw after another, by `score` with each heading's drawn weight: the sum of its leaves."""
    values = _table(7, 0.4)
    firm = maturity.rank_intervals(
        values, FRAME, vary=("weights",), draws=30, seed=2, min_answered=0.0
    )
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
