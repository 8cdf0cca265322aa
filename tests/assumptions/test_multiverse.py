"""Every combination of a study's choices is tried, and none is counted that cannot be."""

import math
from concurrent.futures import ThreadPoolExecutor

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import dxkit
from dxkit import assumptions, charts, maturity
from dxkit.errors import ChoiceError, TableError

FIGURES = dxkit.load("dashboard")
FRAMEWORK = dxkit.load("indicators_dashboard")
# worked out by hand: a is 1, 2, 3 and b is 1, 2; the sum is above 3 in (2, 2), (3, 1), (3, 2)
CHOICES = {"a": [3, 2, 1], "b": [2, 1]}


def is_large(choice):
    return choice["a"] + choice["b"] > 3


def find_foremost(choice):
    total = maturity.score(FIGURES, FRAMEWORK, **choice).total
    return {"conclusion": total.idxmax(), "estimate": total["28100"]}


def test_the_share_counts_the_combinations_in_which_the_conclusion_stands():
    table = assumptions.multiverse(is_large, CHOICES)
    assert table[["a", "b"]].to_numpy().tolist() == [[3, 2], [3, 1], [2, 2], [2, 1], [1, 2], [1, 1]]
    assert table["conclusion"].tolist() == [True, True, True, False, False, False]
    assert table.attrs["stands"] == 0.5
    assert table.attrs["conclusions"] == {"True": 0.5, "False": 0.5}
    by_option = pd.DataFrame(table.attrs["by_option"])
    assert by_option["stands"].tolist() == [1.0, 0.5, 0.0, 2 / 3, 1 / 3]
    assert by_option["combinations"].tolist() == [2, 2, 2, 3, 3]


def test_an_estimate_stands_beside_its_conclusion_and_a_number_is_its_own():
    table = assumptions.multiverse(lambda choice: choice["a"] * choice["b"], CHOICES)
    assert table["estimate"].tolist() == [6, 3, 4, 2, 2, 1]
    assert table.attrs["stands"] == 1 / 6
    assert assumptions.multiverse(is_large, CHOICES)["estimate"].isna().all()


def test_choices_of_a_score_that_do_not_go_together_are_listed_and_not_counted():
    choices = {
        "normalise": ["goalposts", "minmax", "zscore"],
        "aggregate": ["arithmetic", "geometric", "harmonic"],
    }
    table = assumptions.multiverse(find_foremost, choices)
    refused = table[table["refused"] != ""]
    # half of z-scores are below 0, and have neither logarithm nor reciprocal
    assert refused[["normalise", "aggregate"]].to_numpy().tolist() == [
        ["zscore", "geometric"],
        ["zscore", "harmonic"],
    ]
    assert refused["stands"].isna().all()
    assert refused["refused"].str.contains("組み合わせられません").all()
    assert (table.attrs["combinations"], table.attrs["refused"]) == (9, 2)
    possible = table[table["refused"] == ""]
    assert table.attrs["stands"] == pytest.approx((possible["conclusion"] == "28201").mean())
    # by hand, outside of `multiverse`
    for _, row in possible.iterrows():
        total = maturity.score(
            FIGURES, FRAMEWORK, normalise=row["normalise"], aggregate=row["aggregate"]
        ).total
        assert (row["conclusion"], row["estimate"]) == (total.idxmax(), total["28100"])


def test_options_may_be_tables_and_functions_under_their_labels():
    tables = {"全国": pd.DataFrame({"x": [1, 2]}), "県": pd.DataFrame({"x": [5]})}
    table = assumptions.multiverse(
        lambda choice: choice["rule"](choice["data"]["x"]),
        {"data": tables, "rule": {"最大": max, "最小": min}},
    )
    assert table[["data", "rule"]].to_numpy().tolist() == [
        ["全国", "最大"], ["全国", "最小"], ["県", "最大"], ["県", "最小"],
    ]  # fmt: skip
    assert table["conclusion"].tolist() == [2, 1, 5, 5]


def test_options_of_other_kinds_stay_what_they_are():
    seen = []
    assumptions.multiverse(lambda choice: seen.append(choice["x"]), {"x": [None, True, 2, "c"]})
    assert seen == [None, True, 2, "c"]


def test_two_missing_numbers_are_one_conclusion():
    table = assumptions.multiverse(lambda choice: math.nan, {"a": [1, 2]})
    assert table.attrs["stands"] == 1.0


def test_invented_data_behind_a_decision_mark_the_answer():
    made = pd.DataFrame({"x": [1]})
    made.attrs = {"source": "例", "made": True, "kind": "made"}
    table = assumptions.multiverse(is_large, CHOICES, inputs=[made, FIGURES])
    assert table.attrs["made"] is True
    assert table.attrs["source"].startswith("例")
    figure = charts.multiverse(table, title="題")
    assert "架空データ" in figure.get_suptitle()


def test_threads_give_the_same_table():
    with ThreadPoolExecutor(2) as executor:
        pd.testing.assert_frame_equal(
            assumptions.multiverse(is_large, CHOICES, executor=executor),
            assumptions.multiverse(is_large, CHOICES),
        )


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({}, "選択の名前と選択肢"),
        ([1, 2], "選択の名前と選択肢"),
        ({"a": []}, "選択「a」の選択肢"),
        ({"a": "minmax"}, "選択「a」の選択肢「minmax」"),
        ({"a": 3}, "選択「a」の選択肢「3」"),
        ({"a": [1, 1]}, "選択「a」の選択肢"),
        ({"stands": [1]}, "選択の名前「stands」"),
        ({"a": range(200), "b": range(200)}, "40,000通り"),
    ],
)
def test_choices_that_cannot_be_are_refused(choices, words):
    with pytest.raises(ChoiceError, match=words):
        assumptions.multiverse(is_large, choices)


def test_conclusions_that_cannot_be_compared_are_refused():
    with pytest.raises(ChoiceError, match="list は比べられません"):
        assumptions.multiverse(lambda choice: [1], {"a": [1, 2]})
    with pytest.raises(ChoiceError, match="conclusion がありません"):
        assumptions.multiverse(lambda choice: {"estimate": 1}, {"a": [1, 2]})
    with pytest.raises(ChoiceError, match="研究自身の選び方"):
        assumptions.multiverse(
            find_foremost, {"normalise": ["zscore", "rank"], "aggregate": ["geometric"]}
        )
    # an error that is not of this house is no answer
    with pytest.raises(ZeroDivisionError, match="division"):
        assumptions.multiverse(lambda choice: 1 / choice["a"], {"a": [0, 1]})


def test_the_curve_counts_both_kinds_and_rings_the_studys_own():
    table = assumptions.multiverse(lambda choice: choice["a"] * choice["b"] > 2, CHOICES)
    figure = charts.multiverse(table, names={"a": "方法"})
    upper, lower = figure.axes
    texts = [text.get_text() for text in upper.get_legend().get_texts()]
    assert texts == ["結論が同じ（3通り、50%）", "結論が違う（3通り、50%）", "研究自身の選び方"]
    # without estimates the conclusions are the rows
    assert [label.get_text() for label in upper.get_yticklabels()] == ["False", "True"]
    rows = [label.get_text() for label in lower.get_yticklabels()]
    assert rows == ["方法: 3", "方法: 2", "方法: 1", "b: 2", "b: 1"]
    # one mark a combination and choice
    assert sum(len(marks.get_offsets()) for marks in lower.collections) == 2 * len(table)


def test_the_curve_rises_and_says_what_is_left_out():
    choices = {"normalise": ["goalposts", "zscore"], "aggregate": ["arithmetic", "geometric"]}
    table = assumptions.multiverse(find_foremost, choices, inputs=[FIGURES])
    figure, axes = plt.subplots()
    charts.multiverse(table, ax=axes, estimate="点")
    points = [dots.get_offsets() for dots in axes.collections[:2]]
    heights = dict(point for dots in points for point in dots.tolist())
    assert [heights[place] for place in sorted(heights)] == sorted(heights.values())
    assert any("組み合わせられない1通り" in text.get_text() for text in axes.texts)
    plt.close(figure)


def test_what_is_no_multiverse_is_refused():
    with pytest.raises(TableError, match="conclusion"):
        charts.multiverse(pd.DataFrame({"a": [1]}))
    empty = assumptions.multiverse(is_large, CHOICES).assign(refused="だめ")
    with pytest.raises(TableError, match="描ける選び方"):
        charts.multiverse(empty)


def test_one_table_alone_is_an_input_and_what_is_no_table_is_refused():
    made = pd.DataFrame({"a": [1]})
    made.attrs = {"made": True, "kind": "made", "source": "例"}
    assert assumptions.multiverse(is_large, CHOICES, inputs=made).attrs["made"]
    for inputs in ([1], "made", [made["a"]], None, 3):
        with pytest.raises(TableError, match="inputs が表"):
            assumptions.multiverse(is_large, CHOICES, inputs=inputs)


def test_conclusions_that_hold_a_missing_number_are_the_same():
    table = assumptions.multiverse(lambda choice: ("x", float("nan")), CHOICES)
    assert table.attrs["stands"] == 1
