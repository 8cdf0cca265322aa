"""Fitted figures fit, predicted ones are off by the stated points; larger misses are not hidden.

Sources of the published figures: notes in each scenario's ``observed.csv`` (Kobe: 兵庫県調べ, Kobe
University Library eqb25_023).
"""

import pytest

from dxkit import sharing
from dxkit.errors import ChoiceError

# points, to half a point: a change of the model that moves these must be told
MISSES = {
    # 7.5, 20.4, 30.8 and -5.0 while contact began on day 49, 30 days after the window had opened
    "noto_2024": {
        (384, "所在不明"): 1.9,
        (504, "所在不明"): -0.9,
        (600, "所在不明"): 3.4,
        (816, "所在不明"): -0.1,
        (2160, "把握"): -1.6,
    },
    "japan_2011": {(3312, "県が把握"): -7.2},
    "kobe_1995": {
        (168, "避難所"): 5.0,
        (1872, "避難所"): 1.4,
        (2208, "避難所"): -0.8,
        (2304, "避難所"): -1.6,
        (2640, "避難所"): -2.5,
    },
}


@pytest.fixture(scope="module", params=MISSES)
def played(request):
    return sharing.replay(request.param)


def test_predicted_figures_are_off_by_the_stated_points(played):
    predicted = played.table.query("use == '予測'").set_index(["hour", "measure"])["miss_points"]
    assert predicted.to_dict() == pytest.approx(MISSES[played.name], abs=0.5)
    assert played.worst_points == pytest.approx(
        max(map(abs, MISSES[played.name].values())), abs=0.5
    )


def test_misses_are_simulated_less_observed_in_points_of_the_base(played):
    table = played.table
    assert (table["observed"] * table["base"]).to_numpy() == pytest.approx(
        table["people"].to_numpy()
    )
    assert table["miss_points"].to_numpy() == pytest.approx(
        ((table["simulated"] - table["observed"]) * 100).to_numpy()
    )
    assert (table["within_goal"] == (table["miss_points"].abs() <= 10)).all()
    assert table["source"].str.len().min() > 5


def test_the_curve_runs_day_by_day_through_what_the_table_says(played):
    curve, table = played.curve, played.table
    assert list(curve.columns) == ["measure", "hour", "simulated"]
    assert set(curve["measure"]) == set(table["measure"])
    days = table["hour"].max() // 24
    assert curve.groupby("measure").size().eq(days).all()
    joined = table.merge(curve, on=["measure", "hour"], suffixes=("", "_day"))
    assert len(joined) == len(table)
    assert joined["simulated_day"].to_numpy() == pytest.approx(joined["simulated"].to_numpy())
    assert curve["simulated"].between(0, 1 + 1e-9).all()


def test_all_three_keep_the_goal(played):
    assert played.table.query("use == '予測'")["within_goal"].all()


def test_japan_misses_the_goal_where_all_report_alike_and_its_note_says_so():
    scenario = sharing.read_scenario("japan_2011")
    alike = sharing.replay(
        scenario.with_table("places", scenario.tables["places"].assign(contact_per_day=0.04))
    )
    assert alike.worst_points == pytest.approx(11.6, abs=0.05)
    assert "どこも同じとすると+11.6ポイント" in alike.note


def test_japan_reports_outside_shelters_as_slowly_as_in_the_example_of_nankai():
    reached = {
        name: sharing.read_scenario(name).tables["places"]["contact_per_day"]
        for name in ("japan_2011", "nankai_illustrative")
    }
    assert reached["japan_2011"].tolist() == reached["nankai_illustrative"].tolist()


def test_fitted_figures_fit_where_there_are_as_many_knobs_as_figures():
    for name in ("noto_2024", "japan_2011"):
        fitted = sharing.replay(name).table.query("use == '当てはめ'")
        assert fitted["miss_points"].abs().max() < 0.5


def test_kobe_fitted_only_to_february_misses_march_and_says_so():
    played = sharing.replay("kobe_1995", fit_until_hour=864)
    assert played.worst_points == pytest.approx(22.8, abs=0.5)
    assert played.fitted["避難所を出る割合（1日）"] == pytest.approx(0.0155, abs=0.0005)
    assert (played.table.query("hour > 864")["use"] == "予測").all()


def test_figures_that_are_predicted_do_not_touch_the_fit():
    scenario = sharing.read_scenario("noto_2024")
    observed = scenario.tables["observed"].copy()
    observed.loc[observed["use"] == "予測", "people"] = 1.0
    changed = sharing.replay(scenario.with_table("observed", observed))
    assert changed.fitted == sharing.replay("noto_2024").fitted
    assert changed.worst_points > 40


def test_what_cannot_be_played_back_is_refused():
    with pytest.raises(ChoiceError, match=r"再現「nankai_illustrative」はありません.*kobe_1995"):
        sharing.replay("nankai_illustrative")
    with pytest.raises(ChoiceError, match="fit_until_hour=1 では当てはめる数値が足りません"):
        sharing.replay("noto_2024", fit_until_hour=1)
