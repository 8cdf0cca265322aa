"""Scores equal published ones; what is missing is never 0; more is never worse."""

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dxkit
from dxkit import maturity
from dxkit.errors import ChoiceError, TableError

ITEMS = [f"i{at}" for at in range(6)]
FRAME = pd.DataFrame(
    [("a", "", "A", 1, 2.0, "", None, None), ("b", "", "B", 1, 1.0, "", None, None)]
    + [(name, "ab"[at // 3], name, 1, 1.0 + at, "段階", 0.0, 5.0) for at, name in enumerate(ITEMS)],
    columns=["indicator", "parent", "label", "direction", "weight", "unit", "low", "high"],
)
levels = st.lists(st.lists(st.integers(0, 5), min_size=6, max_size=6), min_size=3, max_size=8)


def _values(rows):
    return pd.DataFrame(
        rows, index=[f"{28000 + at}" for at in range(len(rows))], columns=ITEMS, dtype=float
    )


def test_the_published_index_is_reproduced_to_the_decimals_that_its_rounded_inputs_carry(
    published, figures, framework
):
    total = maturity.score(figures, framework).total
    known = pd.Series(published)
    # printed with two decimals, from inputs that are printed with three digits
    assert (total[known.index] - known).abs().max() <= 0.0065
    assert len(known) == 22


def test_all_23_published_ranks_of_the_linear_aggregation_are_equal(tai, figures, framework):
    ranks = maturity.score(figures, framework).total.rank(ascending=False)
    assert ranks.tolist() == tai["rank_linear"].tolist()


def test_all_23_published_ranks_under_the_weights_of_the_budget_allocation_are_equal(
    tai, figures, flat
):
    # handbook tables 22 and 23, column BAP
    weights = (0.11, 0.11, 0.11, 0.18, 0.10, 0.06, 0.15, 0.18)
    published = {
        "Finland": 1, "United States": 2, "Sweden": 3, "Japan": 5, "Korea": 4, "Netherlands": 8, "United Kingdom": 7, "Singapore": 6,
        "Canada": 10, "Australia": 11, "Germany": 9, "Norway": 13, "Ireland": 12, "Belgium": 14, "New Zealand": 17, "Austria": 15,
        "France": 16, "Israel": 18, "Spain": 19, "Italy": 21, "Czech Republic": 22, "Hungary": 20, "Slovenia": 23,
    }  # fmt: skip
    ranks = maturity.score(figures, flat(weights)).total.rank(ascending=False)
    assert ranks.to_dict() == published


def test_all_23_published_ranks_of_the_geometric_aggregation_are_equal(tai, figures, flat):
    # the handbook takes the geometric mean of the raw figures: as shares of each maximum, which changes no rank
    frame = flat().assign(low=0.0, high=figures.max().to_numpy())
    ranks = maturity.score(figures, frame, aggregate="geometric", scale=(0, 1)).total.rank(
        ascending=False
    )
    assert ranks.tolist() == tai["rank_geometric"].tolist()


def test_the_outranking_matrix_of_five_countries_is_the_published_one(figures, framework, flat):
    # handbook table 36, from table 35, whose logarithms have one more digit
    five = figures.loc[["Finland", "United States", "Sweden", "Japan", "Korea"]].copy()
    five["telephones"] = [3.080, 2.997, 3.096, 3.003, 2.972]
    five["electricity"] = [4.150, 4.073, 4.145, 3.865, 3.653]
    published = [
        [0, 0.5, 0.375, 0.75, 0.625],
        [0.5, 0, 0.5, 0.625, 0.625],
        [0.625, 0.5, 0, 0.75, 0.625],
        [0.25, 0.375, 0.25, 0, 0.75],
        [0.375, 0.375, 0.375, 0.25, 0],
    ]
    scores = maturity.score(five, flat(), normalise="minmax")
    assert maturity.outranking(scores).to_numpy().tolist() == published
    # heading by heading: the patents and royalties under creation
    below = maturity.outranking(maturity.score(five, framework), heading="creation")
    assert set(below.to_numpy().ravel()) <= {0, 0.5, 1}
    with pytest.raises(ChoiceError, match="total"):
        maturity.outranking(scores, heading="creation")


# handbook table 15: mean years of schooling of the 23 countries, normalised in two ways, two decimals
Z_SCORES = [0.26, 1.52, 1.14, -0.06, 0.76, -0.12, -0.12, 1.27, 0.83, -1.58, 0.38, 1.46, -0.12, -0.19, 1.33, -0.76, -1.08, 0.00,
            -1.46, -1.52, -0.06, -0.31, -1.58]  # fmt: skip
MIN_MAX = [0.59, 1.00, 0.88, 0.49, 0.76, 0.47, 0.47, 0.92, 0.78, 0.00, 0.63, 0.98, 0.47, 0.45, 0.94, 0.27, 0.16, 0.51, 0.04, 0.02,
           0.49, 0.41, 0.00]  # fmt: skip


@pytest.mark.parametrize(("normalise", "published"), [("zscore", Z_SCORES), ("minmax", MIN_MAX)])
def test_normalised_figures_are_the_published_ones(figures, flat, normalise, published):
    ours = maturity.score(figures, flat(), normalise=normalise).normalised["schooling"]
    assert ours.round(2).tolist() == pytest.approx(published, abs=0.0051)


def _by_hand(table, weights, normalise, aggregate):
    """The formulas of the handbook in plain Python, value by value."""
    columns = []
    for name in table.columns:
        known = table[name].tolist()
        low, high = min(known), max(known)
        if normalise == "minmax":
            columns.append([0.01 + 0.99 * (x - low) / (high - low) for x in known])
        else:
            columns.append([(x - statistics.mean(known)) / statistics.stdev(known) for x in known])
    rows = list(zip(*columns, strict=True))
    share = [weight / sum(weights) for weight in weights]
    if aggregate == "arithmetic":
        return [math.fsum(w * x for w, x in zip(share, row, strict=True)) for row in rows]
    return [math.prod(x**w for w, x in zip(share, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("normalise", "aggregate"),
    [("minmax", "arithmetic"), ("zscore", "arithmetic"), ("minmax", "geometric")],
)
def test_scores_equal_the_handbooks_formulas_to_twelve_digits(figures, flat, normalise, aggregate):
    weights = (0.17, 0.15, 0.11, 0.06, 0.08, 0.13, 0.13, 0.17)
    ours = maturity.score(
        figures, flat(weights), normalise=normalise, aggregate=aggregate, scale=(0.01, 1)
    ).total
    assert ours.tolist() == pytest.approx(
        _by_hand(figures, weights, normalise, aggregate), abs=1e-12
    )


@settings(max_examples=40, deadline=None)
@given(levels, st.integers(0, 5), st.sampled_from(["arithmetic", "geometric", "harmonic"]))
def test_raising_one_answer_never_lowers_a_score(rows, item, aggregate):
    before = _values(rows)
    after = before.copy()
    after.iloc[0, item] = min(5, after.iloc[0, item] + 1)
    gained = (
        maturity.score(after, FRAME, aggregate=aggregate).total
        - maturity.score(before, FRAME, aggregate=aggregate).total
    )
    assert gained.iloc[0] >= -1e-12
    assert gained.iloc[1:].abs().max() <= 1e-12


@settings(max_examples=40, deadline=None)
@given(levels, st.randoms())
def test_the_order_of_rows_means_nothing(rows, random):
    table = _values(rows)
    order = list(table.index)
    random.shuffle(order)
    shuffled = maturity.score(table.loc[order], FRAME).total
    assert shuffled[table.index].tolist() == pytest.approx(
        maturity.score(table, FRAME).total.tolist(), abs=1e-12
    )


@settings(max_examples=40, deadline=None)
@given(levels, st.integers(0, 5), st.integers(0, 5), st.sampled_from(["arithmetic", "geometric"]))
def test_the_bounds_hold_whatever_a_missing_answer_is(rows, item, truth, aggregate):
    whole = _values(rows)
    whole.iloc[0, item] = truth
    holed = whole.copy()
    holed.iloc[0, item] = np.nan
    bounds = maturity.score(holed, FRAME, aggregate=aggregate).coverage.iloc[0]
    true = maturity.score(whole, FRAME, aggregate=aggregate).total.iloc[0]
    assert bounds["low"] - 1e-12 <= true <= bounds["high"] + 1e-12
    assert bounds["answered"] < 1


def test_a_missing_answer_is_not_a_zero():
    holed = _values([[5, 5, 5, 5, 5, np.nan], [5, 5, 5, 5, 5, 0], [5] * 6])
    total = maturity.score(holed, FRAME).total
    assert total.iloc[0] == pytest.approx(1.0)
    assert total.iloc[1] < 1


def test_a_heading_with_too_few_answers_has_no_score_and_neither_has_the_total_if_it_weighs_much():
    scores = maturity.score(_values([[np.nan, np.nan, 3, 4, 4, 4], [3] * 6]), FRAME)
    assert np.isnan(scores.dimensions.loc["28000", "a"])
    assert not np.isnan(scores.dimensions.loc["28000", "b"])
    assert np.isnan(scores.total["28000"])


@pytest.mark.parametrize("impute", ["mean", "median", "neighbours"])
def test_imputed_answers_are_between_answers_that_were_given(impute):
    holed = _values(
        [[1, 2, 3, 4, 5, np.nan], [1, 1, 1, 1, 1, 2], [5, 5, 5, 5, 5, 4], [3, 3, 3, 3, 3, 3]]
    )
    scores = maturity.score(holed, FRAME, impute=impute)
    assert 2 / 5 <= scores.normalised.loc["28000", "i5"] <= 4 / 5
    assert np.isnan(scores.raw.loc["28000", "i5"])


def test_copeland_counts_wins_less_losses():
    table = _values([[3] * 6, [2] * 6, [1] * 6])
    assert maturity.score(table, FRAME, aggregate="copeland").total.tolist() == [1, 0, -1]


def test_a_lower_value_is_better_where_the_direction_says_so():
    turned = FRAME.assign(direction=[1, 1, -1, -1, -1, -1, -1, -1])
    total = maturity.score(_values([[0] * 6, [5] * 6, [1] * 6]), turned).total
    assert total.tolist() == pytest.approx([1, 0, 0.8])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"normalise": "z"}, "zscore"),
        ({"aggregate": "mean"}, "arithmetic"),
        ({"normalise": "zscore", "aggregate": "geometric"}, "組み合わせられません"),
        ({"impute": "zero"}, "neighbours"),
        ({"scale": (1, 0)}, "小さい方"),
        ({"min_answered": 60}, "0〜1"),
    ],
)
def test_a_choice_that_does_not_exist_lists_those_that_do(options, said):
    holed = _values([[1, 2, 3, 4, 5, np.nan], [1, 1, 1, 1, 1, 2], [5, 5, 5, 5, 5, 4]])
    with pytest.raises(ChoiceError, match=said):
        maturity.score(holed, FRAME, **options)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parent": ["", "", "x", *"aabbb"]}, "上位の項目が表にありません"),
        ({"parent": ["b", "a", *"aaabbb"]}, "輪になって"),
        ({"low": [None, None, 5.0, 0, 0, 0, 0, 0]}, "逆か同じ"),
        ({"weight": [1.0, 1.0, 0, 0, 0, 0, 0, 0]}, "指標がない見出し"),
        ({"weight": [1.0, 1.0, -1, 0, 0, 0, 0, 1]}, "0以上"),
        ({"low": [None] * 8}, "目標値"),
        ({"indicator": ["total", "b", *ITEMS]}, "総合点のため"),
    ],
)
def test_a_framework_that_does_not_hold_together_says_where(change, said):
    with pytest.raises(TableError, match=said):
        maturity.score(_values([[1] * 6, [2] * 6]), FRAME.assign(**change))


def test_every_fault_of_the_figures_is_named_at_once():
    table = _values([[1] * 6, [2] * 6]).astype(object)
    table.iloc[0, 0] = "約3"
    table.index = ["28201", "28201"]
    with pytest.raises(TableError, match="約3") as caught:
        maturity.score(table.drop(columns="i5"), FRAME)
    assert {fault.problem for fault in caught.value.faults} >= {
        "指標の列がありません",
        "同じ市町の行が2つ以上あります",
    }


def test_geometric_means_of_zero_are_refused_at_their_place():
    with pytest.raises(TableError, match=r"28000 .*0なので"):
        maturity.score(_values([[0] * 6, [2] * 6]), FRAME, aggregate="geometric", scale=(0, 1))


def test_the_prefectures_dashboard_is_scored_with_its_own_framework():
    scores = maturity.score(dxkit.load("dashboard"), dxkit.load("indicators_dashboard"))
    assert len(scores.total) == 41
    assert scores.dimensions.columns.tolist() == ["organisation", "operations", "services"]
    assert scores.total.between(0, 1).all()
    # counted rows of weight 0 are no indicators
    assert "frequent_offered" not in scores.normalised.columns
    assert scores.total.attrs["settings"]["normalise"] == "goalposts"


@pytest.mark.parametrize("scale", ["ab", (1,), (0, 1, 2), ("0", "1"), (1, 0), 5, (0, np.inf)])
def test_a_scale_that_is_no_two_numbers_in_order_is_refused(scale):
    with pytest.raises(ChoiceError, match="scale="):
        maturity.score(dxkit.load("dashboard"), dxkit.load("indicators_dashboard"), scale=scale)


def test_a_way_of_filling_that_there_is_not_is_refused_even_where_nothing_is_missing():
    whole = pd.DataFrame({"code": ["28201", "28202"], "a": [1.0, 2.0]})
    frame = maturity.plain_framework(whole)
    with pytest.raises(ChoiceError, match="impute=「zero」は選べません"):
        maturity.score(whole, frame, impute="zero")


@pytest.mark.parametrize("vary", ["weights", None, 3])
def test_what_varies_is_a_list_and_no_word(vary):
    whole = pd.DataFrame({"code": ["28201", "28202"], "a": [1.0, 2.0]})
    with pytest.raises(ChoiceError, match=r"vary=.*リストで書いてください"):
        maturity.rank_intervals(whole, maturity.plain_framework(whole), vary=vary)
