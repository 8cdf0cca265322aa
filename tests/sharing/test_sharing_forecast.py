"""A forecast is in people, says what it does not know, and is scored on events it has not seen."""

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import sharing
from dxkit.errors import ChoiceError, TableError

COUNTS = pd.DataFrame({"hour": [30, 54, 72], "people": [1500, 1300, 1000]})
RIVALS = ["last_value", "own_exponential", "six_percent", "lomax_alone"]


@pytest.fixture(scope="module")
def scores():
    return sharing.score_forecasts()


def test_a_forecast_has_one_row_an_asked_hour_in_people_and_rivals_beside_it():
    table = sharing.forecast(COUNTS, hours=[96, 240, 792])
    assert table["hour"].tolist() == [96, 240, 792]
    assert list(table.columns) == ["hour", "people", "low", "high", "share", *RIVALS]
    assert (table["low"] < table["people"]).all()
    assert (table["people"] < table["high"]).all()
    assert table["people"].is_monotonic_decreasing
    assert table["share"].to_numpy() == pytest.approx(table["people"] / 1500)
    assert table["last_value"].tolist() == [1000] * 3
    assert table["six_percent"].to_numpy() == pytest.approx(1000 * 0.94 ** np.array([1, 7, 30]))
    assert table.attrs["kind"] == "estimated"


def test_one_count_is_enough():
    table = sharing.forecast(COUNTS.tail(1), hours=96)
    assert 500 < table["people"].item() < 1100
    assert table["own_exponential"].item() == 1000


def test_forecasts_scale_with_the_counts():
    once = sharing.forecast(COUNTS, hours=[96, 240])
    tenfold = sharing.forecast(COUNTS.assign(people=COUNTS["people"] * 10), hours=[96, 240])
    assert tenfold["high"].to_numpy() == pytest.approx(10 * once["high"].to_numpy())


def test_neither_order_of_rows_nor_other_asked_hours_change_a_forecast():
    one_hour = sharing.forecast(COUNTS, hours=240)
    more_hours = sharing.forecast(COUNTS.iloc[::-1], hours=[96, 240])
    assert more_hours["low"].iloc[1] == pytest.approx(one_hour["low"].item())


def test_the_own_counts_are_learnt_from():
    steady = COUNTS.assign(people=[1500, 1480, 1470])
    fast = COUNTS.assign(people=[1500, 800, 400])
    share = [
        sharing.forecast(counts, hours=240)["people"].item() / counts["people"].iloc[-1]
        for counts in (steady, fast)
    ]
    assert share[0] > 1.3 * share[1]


def test_a_wider_level_gives_a_wider_interval_and_later_hours_are_less_sure():
    wide = sharing.forecast(COUNTS, hours=[96, 240], level=0.95)
    narrow = sharing.forecast(COUNTS, hours=[96, 240], level=0.5)
    assert (wide["low"] < narrow["low"]).all()
    assert (wide["high"] > narrow["high"]).all()
    spread = np.log(wide["high"] / wide["low"])
    assert spread.iloc[1] > spread.iloc[0]


def test_a_change_of_definition_is_flagged():
    primary_then_all = pd.DataFrame({"hour": [72, 504, 526], "people": [34173, 8232, 15309]})
    with pytest.warns(
        UserWarning, match="数え方が変わった疑い: 504時間の8,232人から526時間の15,309人"
    ):
        table = sharing.forecast(primary_then_all, hours=600)
    assert len(table.attrs["notes"]) == 1
    assert sharing.forecast(COUNTS, hours=96).attrs["notes"] == []


def test_every_fault_of_the_counts_comes_in_one_japanese_message():
    faulty = pd.DataFrame({"hour": [24, "あす"], "people": ["約千人", 900]})
    with pytest.raises(TableError, match=r"(?s)(?=.*あす)(?=.*約千人)"):
        sharing.forecast(faulty, hours=96)
    with pytest.raises(TableError, match="people"):
        sharing.forecast(COUNTS.drop(columns="people"), hours=96)
    with pytest.raises(TableError, match="counts に人が1人もいません"):
        sharing.forecast(COUNTS.assign(people=0), hours=96)


@pytest.mark.parametrize("hours", [72, [96, 10], "あす", [], np.nan, True])
def test_hours_must_lie_after_the_last_count(hours):
    with pytest.raises(ChoiceError, match="最後に数えた時間（72）より後"):
        sharing.forecast(COUNTS, hours=hours)


def test_made_counts_make_a_made_forecast():
    made = COUNTS.copy()
    made.attrs["made"] = True
    assert sharing.forecast(made, hours=96).attrs["made"]
    archive = dxkit.load("shelter_counts")
    archive.attrs["made"] = True
    assert sharing.score_forecasts(archive).attrs["made"]
    assert sharing.backtest("kobe_1995", archive=archive).table.attrs["made"]


def test_an_event_does_not_see_itself():
    archive = dxkit.load("shelter_counts")
    before = sharing.score_forecasts(archive).query("event == 'noto_2024' and method == 'dxkit'")
    later = (archive["event"] == "noto_2024") & (archive["hour"] > 74)
    # what is counted later changes, what is predicted does not
    archive["value"] = archive["value"].mask(later, archive["value"] * 0.5)
    after = sharing.score_forecasts(archive).query("event == 'noto_2024' and method == 'dxkit'")
    assert after["predicted"].tolist() == before["predicted"].tolist()
    assert after["people"].tolist() == [value / 2 for value in before["people"]]


def test_targets_are_the_nearest_counts_within_the_tolerances(scores):
    ours = scores.query("method == 'dxkit'")
    targets = ours[["event", "days", "hour"]].to_numpy().tolist()
    # by hand from the published counts: hour 74 + 24 × days
    assert ["noto_2024", 7, 261.8] in targets
    assert ["noto_2024", 3, 189.8] in targets
    assert ["kumamoto_2016", 14, 346.6] in targets
    assert not [target for target in targets if target[:2] == ["kumamoto_2016", 7]]
    assert len(targets) == 14


def test_misses_and_interval_scores_are_in_points_of_the_base(scores):
    miss = (scores["predicted"] - scores["people"]) / scores["base"] * 100
    assert scores["miss_points"].to_numpy() == pytest.approx(miss.to_numpy())
    ours = scores.query("method == 'dxkit'")
    outside = np.maximum(ours["low"] - ours["people"], 0) + np.maximum(
        ours["people"] - ours["high"], 0
    )
    expected = (ours["high"] - ours["low"] + 10 * outside) / ours["base"] * 100
    assert ours["interval_score"].to_numpy() == pytest.approx(expected.to_numpy())
    assert (ours["is_covered"].astype(bool) == (outside == 0)).all()


def test_the_forecast_beats_the_best_rival_over_the_archive(scores):
    misses = scores.assign(miss=scores["miss_points"].abs()).groupby("method")["miss"]
    median = misses.median()
    assert median["dxkit"] < median.drop("dxkit").min()
    assert misses.mean()["dxkit"] < misses.mean().drop("dxkit").min()


def test_the_interval_covers_as_often_as_it_says(scores):
    covered = scores.query("method == 'dxkit'")["is_covered"].astype(bool)
    assert 0.7 <= covered.mean() <= 0.9


def test_the_archive_says_who_published_and_where_counts_conflict():
    archive = dxkit.load("shelter_counts")
    assert archive["publisher"].str.len().min() > 1
    assert archive["url"].str.startswith("http").all()
    marked = archive[archive["conflict"] == 1]
    kobe = marked.query("event == 'kobe_1995' and hour == 174.2 and place == '兵庫県'")
    assert sorted(kobe["value"]) == [294078, 307022]
    facts = dxkit.load("evacuation_facts")
    assert {"event", "topic", "fact", "value", "unit", "publisher", "url"} <= set(facts.columns)
    assert archive.attrs["kind"] == facts.attrs["kind"] == "published"
