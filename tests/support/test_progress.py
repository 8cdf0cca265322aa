"""Progress is the share of 40 steps: laid out as published, forecast with honest intervals, reasons in words that can be checked."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dxkit
from dxkit.errors import ChoiceError, TableError
from dxkit.support import progress as pr

PROGRESS, EXTENSIONS = dxkit.load("progress"), dxkit.load("extensions")
TOWNS = dxkit.load("municipalities")
NAMES = TOWNS.set_index("code")["name"]


@pytest.fixture(scope="module")
def told():
    return pr.forecast(PROGRESS, EXTENSIONS)


def small(*shares, systems=2, as_of="2026-01"):
    codes = np.repeat([f"28{201 + at}" for at in range(len(shares) // systems)], systems)
    names = [f"業務{at}" for at in range(systems)] * (len(shares) // systems)
    return pd.DataFrame({"code": codes, "system": names, "share_done": shares, "as_of": as_of})


def test_the_table_has_41_rows_and_20_systems_and_holds_every_published_share():
    wide = pr.table(PROGRESS, systems=list(dxkit.load("systems")["system"]))
    assert wide.shape == (41, 20)
    assert list(wide.columns) == list(dxkit.load("systems")["system"])
    long = wide.reset_index().melt("code", var_name="system").set_index(["code", "system"])["value"]
    own = PROGRESS.set_index(["code", "system"])["share_done"]
    assert (long.reindex(own.index) == own).all()
    # 総務省 2026-01: mean of Hyogo 0.7506, lowest 豊岡市 0.32
    assert round(float(wide.to_numpy().mean()), 4) == 0.7506
    assert pr.table(PROGRESS, names=NAMES).mean(axis=1).idxmin() == "豊岡市"
    assert round(float(wide.loc["28209"].mean()), 2) == 0.32


def test_the_table_says_what_a_share_means():
    said = pr.table(PROGRESS).attrs["settings"]["caution"]
    assert "40の作業手順のうち終えた手順の割合" in said
    assert "移行を終えたシステムの割合ではありません" in said


def test_a_blank_is_not_nought():
    table = small(0.5, np.nan)
    assert np.isnan(pr.table(table).iloc[0, 1])
    result = pr.forecast(table, draws=50)
    assert np.isnan(result.table["in_time"].iloc[0])


def test_a_table_that_cannot_be_used_names_every_fault():
    with pytest.raises(TableError, match="列がありません") as caught:
        pr.table(PROGRESS[["code"]])
    assert {fault.column for fault in caught.value.faults} == {"system", "share_done"}
    with pytest.raises(TableError, match="0〜1"):
        pr.table(small(0.5, 75.0))
    with pytest.raises(TableError, match="重複"):
        pr.table(pd.concat([small(0.5, 0.7)] * 2))
    with pytest.raises(ChoiceError, match="戸せき"):
        pr.table(PROGRESS, systems=["戸せき"])


def test_inputs_are_never_altered():
    before, listed = PROGRESS.copy(), EXTENSIONS.copy()
    result = pr.forecast(PROGRESS, EXTENSIONS, draws=20)
    pr.lagging(PROGRESS, EXTENSIONS, forecast=result, municipalities=TOWNS)
    pd.testing.assert_frame_equal(PROGRESS, before)
    pd.testing.assert_frame_equal(EXTENSIONS, listed)


def test_the_forecast_has_a_row_a_municipality_with_ordered_dates(told):
    table = told.table
    assert list(table["code"]) == sorted(NAMES.index)
    assert (table["finish_p05"] <= table["finish"]).all()
    assert (table["finish"] <= table["finish_p95"]).all()
    assert table["in_time"].between(0, 1).all()
    assert table.attrs["settings"]["as_of"] == "2026-01-31"
    assert (told.cells["finish_p95"] <= table["finish_p95"].max()).all()
    np.testing.assert_allclose(table["share_done"], PROGRESS.groupby("code")["share_done"].mean())


def test_what_the_list_says_will_be_late_is_late(told):
    listed = told.cells["extended"]
    assert listed.sum() == (PROGRESS["extended"] & (PROGRESS["share_done"] < 1)).sum()
    assert (told.cells.loc[listed, "in_time"] == 0).all()
    assert told.in_time["most"] == (EXTENSIONS["count"] == 0).sum() == 8
    assert told.in_time["p95"] <= told.in_time["most"]


def test_the_prefectures_own_16_stands_beside_the_forecast_and_changes_nothing(told):
    assert (told.stated["in_time"], told.stated["of"]) == (16, 41)
    assert "2025" in told.stated["as_of"]
    assert "更に減る可能性も" in told.stated["said"]
    assert "stated" not in told.settings


def test_the_same_seed_gives_the_same_forecast_and_another_one_nearly(told):
    again = pr.forecast(PROGRESS, EXTENSIONS)
    pd.testing.assert_frame_equal(told.table, again.table)
    other = pr.forecast(PROGRESS, EXTENSIONS, seed=1)
    assert (told.table["in_time_others"] - other.table["in_time_others"]).abs().max() < 0.06


def test_the_burn_down_starts_with_all_that_remains_and_only_falls(told):
    for name, whole in (
        ("steps", told.cells["steps_left"].sum()),
        ("systems", (told.cells["steps_left"] > 0).sum()),
    ):
        own = told.curve[told.curve["measure"] == name]
        assert own["mean"].iloc[0] == pytest.approx(whole)
        assert (own["mean"].diff().dropna() <= 1e-9).all()
        assert (own["p05"] <= own["p95"]).all()


def test_one_system_at_a_known_pace_takes_the_gamma_time_of_the_formula():
    # 20 of 40 steps in 40 months, no other uncertainty: 20 more take Gamma(20) at a rate that is itself Gamma(20.5)/40
    table = small(0.5, systems=1)
    pace = pr.PaceAssumptions(
        start=("2022-10", "2022-10"), future=(1.0, 1.0), lean=0.0, together=0.0
    )
    months = pr.forecast(table, pace=pace, draws=20_000, deadline="2030-12-31").finishing[:, 0]
    watched = 1218 / (365.25 / 12)
    # the mean of a Gamma(20) over a Gamma(20.5) is 20 / 19.5
    assert months.mean() == pytest.approx(watched * 20 / 19.5, rel=0.02)


def test_with_two_dates_the_pace_is_that_between_them():
    then, now = small(0.5, 0.5, 0.4, 0.8, as_of="2025-01"), small(0.9, 0.9, 0.45, 0.85)
    both = pr.forecast(pd.concat([then, now]), draws=500)
    assert both.settings["months_watched"][0] == pytest.approx(12, abs=0.1)
    fast, slow = both.table["finish"]
    assert fast < slow
    assert both.settings["pace"].future == (0.5, 2.0)


def test_nothing_left_is_through_today():
    result = pr.forecast(small(1.0, 1.0), draws=50)
    assert result.table["in_time"].iloc[0] == 1
    assert str(result.table["finish_p95"].iloc[0].date()) == "2026-01-31"


def test_a_vendors_delay_moves_only_its_own_open_systems():
    vendors = pd.DataFrame({"code": ["28201", "28202"], "vendor": ["甲社", "乙社"]})
    table = small(0.9, 1.0, 0.9, 0.9)
    before = pr.forecast(table, draws=300)
    after = pr.forecast(table, draws=300, vendors=vendors, delay={"甲社": 6})
    told = pr.compare(before, after).set_index("code")
    assert told["months_later"].to_dict() == {"28201": 6.0, "28202": 0.0}
    np.testing.assert_allclose((after.finishing - before.finishing)[0], [6, 0, 0, 0])
    assert not after.settings["made"]
    invented = vendors.copy()
    invented.attrs["made"] = True
    assert pr.forecast(table, draws=20, vendors=invented, delay={"甲社": 6}).settings["made"]


def test_a_delay_without_vendors_or_with_an_unknown_one_says_what_is_there():
    table = small(0.9, 0.9)
    with pytest.raises(TableError, match="事業者は載っていません"):
        pr.forecast(table, delay={"甲社": 3})
    with pytest.raises(ChoiceError, match="今ある事業者: 乙社"):
        pr.forecast(table.assign(vendor="乙社"), delay={"甲社": 3})
    with pytest.raises(ChoiceError, match=r"delay\[乙社\]"):
        pr.forecast(table.assign(vendor="乙社"), delay={"乙社": -1})


def test_forecasts_that_were_made_differently_are_not_compared():
    table = small(0.9, 0.9)
    with pytest.raises(ChoiceError, match="seed"):
        pr.compare(pr.forecast(table, draws=20), pr.forecast(table, draws=20, seed=2))


def test_a_forecast_without_a_date_says_so():
    table = small(0.5, 0.5).drop(columns="as_of")
    with pytest.raises(ChoiceError, match="as_of"):
        pr.forecast(table)
    with pytest.raises(ChoiceError, match="「きのう」が読めません"):
        pr.forecast(table, as_of="きのう")
    with pytest.raises(ChoiceError, match=r"start=\('2027-01', '2027-02'\)"):
        pr.forecast(table, as_of="2026-01", pace=pr.PaceAssumptions(start=("2027-01", "2027-02")))


def test_a_list_that_names_an_unknown_system_is_refused():
    listed = pd.DataFrame({"code": ["28201"], "systems": ["業務0、業務X、共通機能"]})
    with pytest.raises(TableError, match="業務X"):
        pr.forecast(small(0.5, 0.5), listed, draws=20)


@pytest.mark.parametrize(
    "options",
    [{"future": (4, 1)}, {"shared": 2}, {"together": -1}, {"lean": -1}, {"wait_months": (5, 1)}],
)
def test_an_assumption_that_cannot_be_is_named(options):
    with pytest.raises(ChoiceError, match=next(iter(options))):
        pr.PaceAssumptions(**options)


def test_the_systems_of_a_municipality_hang_together_as_assumed():
    wide = pr.table(PROGRESS)
    towns, systems = wide.shape
    between = systems * wide.mean(axis=1).var()
    within = wide.sub(wide.mean(axis=1), axis=0).pow(2).to_numpy().sum() / (towns * (systems - 1))
    assert (between - within) / (between + (systems - 1) * within) == pytest.approx(
        pr.PaceAssumptions().together, abs=0.01
    )


def test_intervals_hold_where_the_future_keeps_to_the_assumptions_and_not_where_it_does_not():
    found = {}
    for future in ("steady", "rush", "stall"):
        trials = [pr.trial(future=future, seed=seed) for seed in range(10)]
        found[future] = np.mean(
            [each.covered(pr.forecast(each.progress, draws=400))[0] for each in trials]
        )
    assert found["steady"] >= 0.85
    assert found["rush"] < 0.5
    assert found["stall"] < 0.5


def test_a_trial_is_marked_made_and_refuses_an_unknown_future():
    assert pr.trial(n_municipalities=3).progress.attrs["made"] is True
    with pytest.raises(ChoiceError, match="明るい"):
        pr.trial(future="明るい")


def test_lagging_says_why_in_words_that_the_figures_bear_out():
    named = pr.lagging(PROGRESS, EXTENSIONS, municipalities=TOWNS).set_index("name")
    said = named.loc["豊岡市", "reasons"]
    assert "20業務の平均が32%で、全体の平均75%より43ポイント低い" in said
    assert "特定移行支援システム（期限の延長）が17業務ある" in said
    assert "20業務が50%以下" in said
    assert named.loc["豊岡市", "ask"].count("？") == 0
    assert named.loc["豊岡市", "ask"].count("か。") >= 4
    assert set(named.loc["豊岡市", "systems"].split("、")) == set(PROGRESS["system"])
    assert "神河町" not in named.index
    assert (named["reasons_count"].diff().dropna() <= 0).all()


def test_few_staff_is_a_reason_only_where_it_is_known():
    towns = pd.DataFrame({"code": ["28201"], "name": ["ある市"], "staff": [1.0]})
    assert "担当職員が1人" in pr.lagging(small(0.9, 0.9), municipalities=towns)["reasons"].iloc[0]
    assert pr.lagging(small(0.9, 0.9), municipalities=towns.assign(staff=np.nan)).empty


def test_a_facilitator_may_change_thresholds_and_questions_and_leave_rules_out():
    own = pr.rules().query("rule == 'stuck'").assign(threshold=0.3, ask="どこで止まっていますか。")
    named = pr.lagging(PROGRESS, rules=own)
    low = PROGRESS.groupby("code")["share_done"].min()
    assert set(named["code"]) == set(low.index[low <= 0.3])
    assert set(named["ask"]) == {"どこで止まっていますか。"}


def test_a_rule_that_cannot_be_said_is_named():
    with pytest.raises(TableError, match="おそさ"):
        pr.lagging(PROGRESS, rules=pr.rules().assign(reason="{おそさ}"))
    with pytest.raises(ChoiceError, match="slow"):
        pr.lagging(PROGRESS, rules=pr.rules().assign(rule="slow"))


@given(st.lists(st.integers(0, 40), min_size=4, max_size=4))
@settings(max_examples=25, deadline=None)
def test_more_done_is_never_later_and_the_chances_of_all_never_above_each(steps):
    table = small(*[each / 40 for each in steps])
    result = pr.forecast(table, draws=60)
    best = result.cells.groupby("code")["in_time"].min()
    assert (result.table.set_index("code")["in_time"] <= best + 1e-12).all()
    assert (result.finishing[:, np.array(steps) == 40] == 0).all()


def test_the_agenda_fills_ninety_minutes_without_a_gap():
    agenda = dxkit.load("meeting_agenda")
    assert agenda["minutes"].sum() == 90
    assert (agenda["start_min"] == agenda["minutes"].cumsum() - agenda["minutes"]).all()
    assert agenda.attrs["made"] is True


def test_the_questions_hold_the_themes_that_the_prefecture_names():
    questions = dxkit.load("meeting_questions")
    assert {"移行作業の注意点", "データ連携の調整", "文字同定"} <= set(questions["theme"])
    assert questions["question"].str.endswith("か。").mean() > 0.8


def test_the_example_of_vendors_is_invented_and_names_one_for_each_of_820_cells():
    vendors = dxkit.load("vendors_example")
    assert vendors.attrs["made"] is True
    assert len(vendors) == 820
    assert vendors.set_index(["code", "system"]).index.equals(
        PROGRESS.set_index(["code", "system"]).index
    )
    assert vendors["vendor"].str.fullmatch("[甲乙丙丁戊]社").all()


def test_a_late_vendor_of_the_example_delays_nobody_by_more_and_some_by_as_much(told):
    vendors = dxkit.load("vendors_example")
    late = pr.forecast(PROGRESS, EXTENSIONS, vendors=vendors, delay={"甲社": 12})
    changed = pr.compare(told, late)
    assert changed["months_later"].between(0, 12).all()
    hit = set(vendors.loc[vendors["vendor"] == "甲社", "code"])
    assert set(changed.loc[changed["months_later"] > 0, "code"]) <= hit
    assert (changed["in_time_after"] <= changed["in_time_before"]).all()
