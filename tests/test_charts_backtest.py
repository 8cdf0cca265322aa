"""A back-test is drawn with its misses: what was fitted is filled, what was predicted is hollow and says by how much it failed."""

import matplotlib.text
import pandas as pd
import pytest

from dxkit import charts
from dxkit.errors import ChoiceError, TableError


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "hour": [24, 72, 240], "measure": ["避難所", "避難所", "把握"], "use": ["当てはめ", "予測", "予測"],
            "observed": [0.9, 0.5, 0.8], "simulated": [0.9, 0.6, 0.75], "miss_points": [0.0, 10.0, -5.0],
        }
    )  # fmt: skip


@pytest.fixture
def curve():
    hours = [24, 72, 240]
    return pd.DataFrame(
        {
            "measure": ["避難所"] * 3 + ["把握"] * 3,
            "hour": hours * 2,
            "simulated": [0.9, 0.6, 0.2, 0.1, 0.4, 0.75],
        }
    )


def points(figure):
    return [line for line in figure.axes[0].lines if line.get_marker() == "o"]


def texts(figure):
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def test_lines_are_the_model_and_marks_are_what_was_counted(table, curve):
    figure = charts.backtest(table, curve, title="再現", source="公表値")
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 3]
    assert lines[0].get_xdata().tolist() == [1, 3, 10]
    assert lines[0].get_ydata() == pytest.approx([90, 60, 20])
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in points(figure)] == [
        (1, 90),
        (3, 50),
        (10, 80),
    ]


def test_only_what_was_predicted_is_hollow_and_tells_its_miss(table, curve):
    figure = charts.backtest(table, curve)
    assert [line.get_markerfacecolor() == "white" for line in points(figure)] == [False, True, True]
    assert {"+10.0", "-5.0"} <= set(texts(figure))
    assert "+0.0" not in texts(figure)
    sticks = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    assert [sorted(line.get_ydata()) for line in sticks] == [
        pytest.approx(pair) for pair in ([90, 90], [50, 60], [75, 80])
    ]


def test_a_table_that_cannot_be_drawn_says_why(table, curve):
    with pytest.raises(TableError, match="列「use」: 公表値との比較 の表に列がありません"):
        charts.backtest(table.drop(columns="use"), curve)
    with pytest.raises(TableError, match="表に行がありません"):
        charts.backtest(table, curve.head(0))
    many = pd.concat([table.assign(measure=f"指標{at}") for at in range(7)])
    with pytest.raises(ChoiceError, match=r"指標は6つまでです（いまは7）"):
        charts.backtest(many, curve)
