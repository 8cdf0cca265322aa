"""Curves have their bands, choices that lose on both sides are marked, and everything is told in Japanese."""

import matplotlib.text
import numpy as np
import pandas as pd
import pytest

from dxkit import charts
from dxkit.errors import ChoiceError, TableError


def _curves(count):
    hours = np.arange(0, 337, 12)
    parts = [
        pd.DataFrame(
            {
                "policy": f"施策{at}",
                "hour": hours,
                "mean": hours / 400,
                "p05": hours / 500,
                "p95": hours / 350,
            }
        )
        for at in range(count)
    ]
    return pd.concat(parts, ignore_index=True)


def _texts(figure):
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def test_each_choice_has_a_line_and_a_band_in_percent():
    figure = charts.timeline(_curves(6), label="知る割合", title="曲線")
    axes = figure.axes[0]
    lines = [line for line in axes.lines if len(line.get_xdata()) > 2]
    assert len(lines) == 6
    assert len(axes.collections) == 6
    assert lines[0].get_ydata()[-1] == pytest.approx(84)
    assert {"24時間", "72時間", "7日", "14日", "施策0", "知る割合［%］"} <= set(_texts(figure))
    # told apart in print, too
    assert len({str(line.get_linestyle()) + str(line._dash_pattern) for line in lines}) == 6


def test_a_count_is_not_turned_into_percent():
    figure = charts.timeline(_curves(1), share=False, label="時間")
    assert figure.axes[0].get_ylabel() == "時間"


@pytest.mark.parametrize(
    ("table", "error", "said"),
    [
        (_curves(7), ChoiceError, "6本まで"),
        (_curves(1).drop(columns="p05"), TableError, "p05"),
        (_curves(1).head(0), TableError, "行がありません"),
    ],
)
def test_a_table_that_cannot_be_drawn_says_why(table, error, said):
    with pytest.raises(error, match=said):
        charts.timeline(table)


def test_choices_that_lose_on_both_sides_are_crosses():
    table = pd.DataFrame(
        {"policy": ["甲", "乙"], "known": [0.5, 0.4], "told": [1.0, 2.0], "pareto": [True, False]}
    )
    figure = charts.exposure(
        table, benefit="known", cost="told", benefit_label="知る割合", cost_label="提供"
    )
    assert [line.get_marker() for line in figure.axes[0].lines] == ["o", "x"]
    assert {"甲", "乙", "知る割合［%］", "提供"} <= set(_texts(figure))
    with pytest.raises(TableError, match="gain"):
        charts.exposure(table, benefit="gain", cost="told")


CHARTS_OF_NUMBERS = {
    "timeline": (
        charts.timeline,
        {"hour": [0, 24], "mean": [0.1, 0.5], "p05": [0.1, 0.4], "p95": [0.2, 0.6], "policy": "甲"},
        "mean",
    ),
    "funnel": (charts.funnel, {"stage_label": ["知る", "やる"], "count": [30, 10]}, "count"),
    "exposure": (
        lambda table: charts.exposure(table, benefit="known", cost="told"),
        {"policy": ["甲", "乙"], "known": [0.5, 0.4], "told": [1, 2]},
        "told",
    ),
    "link_errors": (
        charts.link_errors,
        {"field": "氏名", "kind": ["同じ", "違う"], "pairs": [10, 10], "missed": [0, 4]},
        "missed",
    ),
}


@pytest.mark.parametrize("name", CHARTS_OF_NUMBERS)
def test_a_chart_refuses_words_and_days_among_its_numbers_and_reads_every_storage(name):
    draw, columns, column = CHARTS_OF_NUMBERS[name]
    table = pd.DataFrame(columns)
    for cell in ("多い", pd.Timestamp("2026-04-01"), True):
        spoilt = table.astype({column: object})
        spoilt.loc[1, column] = cell
        with pytest.raises(TableError, match=column):
            draw(spoilt)
    for stored in (
        table.astype({column: object}),
        table.convert_dtypes(),
        table.astype({column: str}),
    ):
        assert draw(stored).axes


def test_what_says_nothing_is_no_word_of_a_chart_and_what_is_no_text_no_traceback():
    draw, columns, _ = CHARTS_OF_NUMBERS["timeline"]
    table = pd.DataFrame(columns)
    assert draw(table, title=None).get_suptitle() == ""
    assert draw(table, title=5, source=7).get_suptitle() == "5"


def test_half_a_character_is_drawn_as_a_letter_that_the_font_lacks():
    columns = CHARTS_OF_NUMBERS["exposure"][1]
    broken = pd.DataFrame(columns).astype({"policy": object})
    broken.loc[0, "policy"] = "甲\ud800"
    assert charts.exposure(broken, benefit="known", cost="told").axes


@pytest.mark.parametrize("names", [1, "x", [], pd.DataFrame({"a": [1]})])
def test_names_that_name_nothing_are_refused(names):
    stages = pd.DataFrame({"stage_label": ["知る"], "count": [3], "code": ["28201"]})
    with pytest.raises(ChoiceError, match="names="):
        charts.funnel(stages, by="code", names=names)
