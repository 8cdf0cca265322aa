"""Pictures of money and of learning keep their Japanese, mark what is made, and give nobody away."""

import pandas as pd
import pytest
from matplotlib.text import Text

import dxkit
from dxkit import charts
from dxkit.errors import ChoiceError, TableError
from dxkit.support import costs, training


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


@pytest.fixture(scope="module")
def estimates():
    return costs.outliers(dxkit.load("estimates_example"))


def test_dear_estimates_and_the_own_one_are_named_and_others_not(estimates):
    said = texts(
        charts.fair_range(
            estimates.table, estimates.fair, estimate="団体A", made=True, title="見積もり"
        )
    )
    assert {"団体A", "団体C", "団体J"} <= set(said)
    assert "団体B" not in said
    assert "見積もり（架空データ）" in said


def test_the_sheet_for_one_body_draws_no_other(estimates):
    figure = charts.fair_range(estimates.table, estimates.fair, estimate="団体A", anonymous=True)
    drawn = [
        len(each.get_offsets())
        for each in figure.axes[0].collections
        if hasattr(each, "get_offsets") and each.get_label() != "ばらつきの範囲"
    ]
    assert sum(drawn) == 1
    assert "団体J" not in texts(figure)


def test_a_split_bill_has_a_mark_for_every_rule_and_body():
    prices = pd.DataFrame({"from_count": [1, 10], "unit_yen": [1000, 800]})
    licences = pd.DataFrame(
        {
            "code": ["a", "b", "c"],
            "name": ["甲町", "乙町", "丙$市$"],
            "people": [5, 6, 7],
            "licences": [3, 4, 9],
        }
    )
    found = costs.share(licences, prices, minimum=5)
    figure = charts.split(found.table, found.rules, made=True)
    assert [len(line.get_xdata()) for line in figure.axes[0].lines[:6]] == [3] * 6
    said = texts(figure)
    assert {"甲町", "丙$市$"} <= set(said)
    assert any(text.startswith("ライセンス数割（") for text in said)
    with pytest.raises(ChoiceError, match=r"rule_keys=\['lottery'\]"):
        charts.split(found.table, found.rules, rule_keys=["lottery"])


def test_a_hidden_count_is_hatched_and_its_number_is_nowhere():
    records = [(f"p{at}", "dx", "know") for at in range(20)] + [
        (f"p{at}", "dx", "try") for at in range(19)
    ]
    table = training.funnel(
        pd.DataFrame(records, columns=["learner", "topic", "stage"]), by=["topic"]
    )
    figure = charts.funnel(table, by="topic", names={"dx": "自治体DXの基礎"})
    said = texts(figure)
    assert "20" in said
    assert "19" not in said
    assert any("出さない数" in text for text in said)
    assert any(patch.get_hatch() for patch in figure.axes[0].patches)


def test_tables_that_do_not_fit_are_refused(estimates):
    with pytest.raises(TableError, match="列「verdict」"):
        charts.fair_range(estimates.table.drop(columns="verdict"), estimates.fair)
    with pytest.raises(ChoiceError, match="estimate=「団体Z」"):
        charts.fair_range(estimates.table, estimates.fair, estimate="団体Z")
    with pytest.raises(TableError, match="列「stage_label」"):
        charts.funnel(pd.DataFrame({"count": [1]}))
