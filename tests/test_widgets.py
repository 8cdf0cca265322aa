"""Widgets answer at once, escape what tables hold, and never show a blank as 0."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from dxkit import widgets
from dxkit.errors import ChoiceError

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def towns():
    shapes = [box(135 + i, 34, 136 + i, 35) for i in range(3)]
    return gpd.GeoDataFrame(
        {
            "code": ["28201", "28202", "28203"],
            "name": ["姫路市", HOSTILE, "明石市"],
            "area": ["中播磨", "阪神南", "東播磨"],
        },
        geometry=shapes,
        crs="EPSG:6668",
    )


@pytest.fixture
def values():
    return pd.DataFrame(
        {"ai": [1.0, 0.0, None], "cards": [0.7, 0.8, None]},
        index=pd.Index(["28201", "28202", "28203"], name="code"),
    )


@pytest.fixture
def indicators():
    return pd.DataFrame(
        {
            "indicator": ["ai", "cards"],
            "label": ["AIの導入", "カードの保有"],
            "unit": ["有無", "割合"],
        }
    )


def _answer(exercise, given):
    box_, _, button = exercise.children[1].children
    box_.value = given
    button.click()
    return exercise.children[-1].value


def test_a_right_choice_is_praised_and_a_wrong_one_gets_the_hint():
    asked = widgets.exercise("どれ？", "姫路市", choices=["神戸市", "姫路市"], hint="西の方です")
    assert "○ 正解" in _answer(asked, "姫路市")
    wrong = _answer(asked, "神戸市")
    assert "×" in wrong
    assert "西の方です" in wrong


@pytest.mark.parametrize("given", ["1,234", "１２３４", " 1234 ", "1234市町", "1234.0"])
def test_a_number_may_be_typed_as_people_type_it(given):
    assert "○ 正解" in _answer(widgets.exercise("いくつ？", 1234), given)


@pytest.mark.parametrize("given", ["1235", "千", "-", ""])
def test_what_is_not_the_answer_is_never_right(given):
    assert "○ 正解" not in _answer(widgets.exercise("いくつ？", 1234), given)


def test_a_number_within_the_tolerance_is_right():
    asked = widgets.exercise("何％？", 68.3, tolerance=0.05)
    assert "○ 正解" in _answer(asked, "68.3%")
    assert "○ 正解" not in _answer(asked, "68.4")


def test_an_answer_that_is_not_offered_is_refused():
    with pytest.raises(ChoiceError, match="姫路市"):
        widgets.exercise("どれ？", "姫路市", choices=["神戸市"])


def test_question_and_hint_are_shown_as_text():
    asked = widgets.exercise(HOSTILE, 1, hint=HOSTILE)
    assert "<img" not in asked.children[0].value
    assert "<img" not in _answer(asked, "2")


def test_the_explorer_changes_with_the_indicator(values, indicators, towns):
    shown = widgets.maturity_explorer(values, indicators, towns)
    chooser, _, sentence, picture, _ = shown.children
    assert "実施 1、未実施 1" in sentence.value
    first = picture.outputs
    chooser.value = "cards"
    assert "中央値 75%" in sentence.value
    assert picture.outputs != first


def test_the_explorer_counts_blanks_apart_from_zero(values, indicators, towns):
    sentence = widgets.maturity_explorer(values, indicators, towns).children[2]
    assert "データなし 1市町" in sentence.value


def test_the_explorer_shows_one_area_when_asked(values, indicators, towns):
    shown = widgets.maturity_explorer(values, indicators, towns)
    shown.children[1].value = "東播磨"
    assert "どの市町にもデータがありません" in shown.children[2].value
    assert "姫路市" not in shown.children[4].value


def test_names_from_tables_never_become_html(values, indicators, towns):
    shown = widgets.maturity_explorer(values, indicators, towns)
    assert "<img" not in shown.children[4].value
    assert "&lt;img" in shown.children[4].value


def test_a_framework_without_a_column_is_refused(values, towns):
    other = pd.DataFrame({"indicator": ["none"], "label": ["x"], "unit": [""]})
    with pytest.raises(ChoiceError, match="共通する指標"):
        widgets.maturity_explorer(values, other, towns)
