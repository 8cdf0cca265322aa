"""Gantt and burn-down say what the forecast's tables say, with their doubt, their deadline and the caution."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import dates as mdates

from dxkit.charts import burn_down, gantt
from dxkit.errors import ChoiceError, TableError


def days(*texts):
    return pd.to_datetime(pd.Series(texts))


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "code": ["28201", "28202"],
            "start": days("2026-01-31", "2026-01-31"),
            "finish_p05": days("2026-03-01", "2027-01-01"),
            "finish": days("2026-06-01", "2028-01-01"),
            "finish_p95": days("2027-01-01", "2036-01-31"),
            "beyond": [False, True],
        }
    )


@pytest.fixture
def curve():
    month = np.arange(4)
    date = pd.Timestamp("2026-01-31") + pd.Series(pd.to_timedelta(month * 30, unit="D"))
    mean = 10.0 - month
    return pd.DataFrame(
        {
            "measure": "systems",
            "date": date,
            "month": month,
            "mean": mean,
            "p05": mean - 1,
            "p95": mean + 1,
        }
    )


def words(figure):
    return [
        text.get_text() for text in figure.findobj(match=lambda each: hasattr(each, "get_text"))
    ]


def test_each_bar_runs_from_the_early_to_the_late_date(table):
    bars = gantt(table).axes[0].patches
    for bar, (_, row) in zip(bars, table.iterrows(), strict=True):
        assert bar.get_x() == pytest.approx(mdates.date2num(row["finish_p05"]))
        assert bar.get_x() + bar.get_width() == pytest.approx(mdates.date2num(row["finish_p95"]))


def test_the_first_row_stands_above_and_names_are_japanese(table):
    figure = gantt(table, names={"28201": "姫路市", "28202": "尼崎市"})
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["姫路市", "尼崎市"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


def test_what_runs_past_the_picture_has_an_arrow_and_is_said_in_words(table):
    assert any("三角は、図より先" in text for text in words(gantt(table)))
    assert not any("三角" in text for text in words(gantt(table.assign(beyond=False))))


def test_the_deadline_the_caution_and_invented_data_are_told(table, curve):
    for figure in (
        gantt(table, made=True, title="題", note="手順の割合です"),
        burn_down(curve, made=True, title="題", note="手順の割合です"),
    ):
        said = words(figure)
        assert any("期限 2026-03-31" in text for text in said)
        assert any("手順の割合です" in text for text in said)
        assert "（架空データ）" in figure.get_suptitle()


def test_another_forecast_is_marked_beside_it_where_it_has_the_same_rows(table):
    other = table.iloc[[1]].assign(finish=days("2027-06-01").to_numpy())
    figure = gantt(table, baseline=other)
    marks = [line for line in figure.axes[0].get_lines() if line.get_marker() == "o"]
    assert len(marks) == 1
    assert list(marks[0].get_ydata()) == [1]


def test_the_burn_down_draws_means_and_band(curve):
    axes = burn_down(curve, baseline=curve.assign(mean=curve["mean"] + 1)).axes[0]
    lines = {line.get_label(): line for line in axes.get_lines()}
    np.testing.assert_allclose(lines["いまの見通し"].get_ydata(), curve["mean"])
    np.testing.assert_allclose(lines["遅れがない場合"].get_ydata(), curve["mean"] + 1)
    assert len(axes.collections) == 1


def test_a_formula_in_a_name_is_drawn_as_text(table, tmp_path):
    figure = gantt(table, names={"28201": "$\\frac{1}{0}$", "28202": "<script>"})
    figure.savefig(tmp_path / "a.svg")
    assert "$\\frac{1}{0}$" in words(figure)


def test_tables_and_choices_that_cannot_be_drawn_are_named(table, curve):
    with pytest.raises(TableError, match="finish_p95"):
        gantt(table.drop(columns="finish_p95"))
    with pytest.raises(TableError, match="日付ではない"):
        gantt(table.assign(finish="2026"))
    with pytest.raises(TableError, match="行がありません"):
        gantt(table.iloc[:0])
    with pytest.raises(ChoiceError, match="頑張り"):
        burn_down(curve, measure="頑張り")
    with pytest.raises(TableError, match="行がありません"):
        burn_down(curve, measure="steps")
    with pytest.raises(ChoiceError, match="deadline=「いつか」"):
        burn_down(curve, deadline="いつか")


def test_a_single_row_keeps_its_height_beside_a_long_note(recwarn):
    dates = pd.to_datetime(["2026-01-31", "2026-03-01", "2026-06-01", "2027-01-01"])
    columns = ["start", "finish_p05", "finish", "finish_p95"]
    table = pd.DataFrame([dates], columns=columns).assign(code="28100")
    figure = gantt(table, title="1市の見通し", note="見通しは仮定によります。" * 25, source="試験")
    figure.draw_without_rendering()
    assert not [warning for warning in recwarn if "constrained" in str(warning.message)]
    # three lines of a label's letters at least
    assert figure.axes[0].get_position().height * figure.get_figheight() > 0.4
