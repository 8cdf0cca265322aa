"""A back-test hides what came later, and claims only what the best simple rule does not do."""

import pandas as pd
import pytest

from dxkit import charts, sharing
from dxkit.errors import ChoiceError

RIVALS = ["last_value", "own_exponential", "six_percent", "lomax_alone"]


@pytest.mark.parametrize("event", ["noto_2024", "japan_2011", "kobe_1995", "kumamoto_2016"])
def test_each_count_after_the_origin_stands_beside_ours_and_every_rival(event):
    played = sharing.backtest(event)
    table = played.table
    assert (table["hour"] > 74).all()
    miss = (table["predicted"] - table["people"]) / table["base"] * 100
    assert table["miss_points"].to_numpy() == pytest.approx(miss.to_numpy())
    assert {f"miss_{rival}" for rival in RIVALS} <= set(table.columns)
    assert played.scores["method"].tolist() == ["dxkit", *RIVALS]


def test_skill_is_over_the_rival_with_the_least_mean_miss():
    played = sharing.backtest("noto_2024")
    means = played.scores.set_index("method")["mean_miss"]
    rivals = means[RIVALS]
    assert played.best_rival == rivals.idxmin()
    assert played.skill == pytest.approx(1 - means["dxkit"] / rivals.min())
    assert f"{played.skill:+.2f}" in repr(played)


def test_kobe_whose_counts_still_rose_is_missed_and_that_is_not_hidden():
    played = sharing.backtest("kobe_1995")
    # 316,678 people on 23 January, after 274,780 on the 19th
    assert played.table["miss_points"].iloc[1] < -30


def test_a_later_origin_knows_more():
    early = sharing.backtest("kobe_1995")
    late = sharing.backtest("kobe_1995", origin_hour=1100)
    assert late.table["hour"].min() > 1100
    assert len(late.table) < len(early.table)
    assert late.scores["mean_miss"].iloc[0] < early.scores["mean_miss"].iloc[0]


def test_a_table_of_ones_own_is_played_back():
    own = pd.DataFrame({"hour": [24, 48, 120, 240], "people": [900, 1000, 700, 400]})
    played = sharing.backtest(own, origin_hour=48)
    assert played.table["people"].tolist() == [700, 400]
    shuffled = sharing.backtest(own.iloc[::-1], origin_hour=48)
    assert shuffled.table["predicted"].tolist() == played.table["predicted"].tolist()
    own.attrs["made"] = True
    assert sharing.backtest(own, origin_hour=48).table.attrs["made"]


def test_a_chart_takes_it():
    played = sharing.backtest("noto_2024")
    figure = charts.backtest(played.points, played.curve, title="能登", source="公表値")
    assert figure.axes


def test_what_cannot_be_played_back_is_refused():
    with pytest.raises(ChoiceError, match=r"災害「nankai」の数はありません.*kobe_1995"):
        sharing.backtest("nankai")
    with pytest.raises(ChoiceError, match=r"origin_hour=1 の前と後の両方に数が要ります。23\.3以上"):
        sharing.backtest("noto_2024", origin_hour=1)
    with pytest.raises(ChoiceError, match="シナリオの再現は replay に"):
        sharing.backtest(sharing.read_scenario("noto_2024"))
