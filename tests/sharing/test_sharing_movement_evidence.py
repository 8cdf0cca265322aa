"""Movement is borrowed as published: hazards fall, shares add up, the event is named."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import sharing
from dxkit.errors import ChoiceError

POINT = 0.01


@pytest.fixture(scope="module")
def nankai():
    return sharing.read_scenario("nankai_illustrative")


@pytest.fixture(scope="module")
def evidence():
    return sharing.movement_evidence()


def test_no_hazard_rises_with_time(evidence):
    hazards = evidence[evidence["part"].isin(["離れる", "登録"])]
    for _, rows in hazards.groupby(["event", "part"]):
        assert (np.diff(rows["value"]) < 0).all()
        # the intervals follow one another, and the last rate holds on
        assert (rows["to_hour"].to_numpy()[:-1] == rows["from_hour"].to_numpy()[1:]).all()
        assert np.isinf(rows["to_hour"].iloc[-1])
        assert rows["value"].between(0, 1).all()


def test_the_shares_of_kumamoto_are_those_of_the_survey(evidence):
    shares = evidence.query("event == 'kumamoto_2016' and part == '場所の割合'")
    by_place = shares.set_index("place")["value"]
    # 佐賀新聞 on the prefecture's survey of 2,297 people
    assert by_place["車中・在宅"] == pytest.approx(0.472)
    assert by_place["指定避難所"] == pytest.approx(0.168)
    assert by_place["親族・宿泊"] == pytest.approx(0.186)
    assert by_place.sum() == pytest.approx(1)


def test_the_shares_of_noto_are_those_of_the_registering_window(evidence):
    shares = evidence.query("event == 'noto_2024' and part == '移動後の割合'")
    by_place = shares.set_index("place")["value"]
    assert by_place["親族・宿泊"] == pytest.approx(3677 / (3677 + 2391 + 93))
    assert by_place["車中・在宅"] == pytest.approx((2391 + 93) / (3677 + 2391 + 93))


def test_the_last_rates_of_noto_follow_from_the_published_counts(evidence):
    registering = evidence.query("event == 'noto_2024' and part == '登録'")
    # 6,246 of 19,578 had registered on 26 January at 17:00, 9,578 on 4 February at 17:00
    waiting = np.array([19_578 - 6_246, 19_578 - 9_578])
    per_day = 1 - (waiting[1] / waiting[0]) ** (1 / 9)
    assert registering["value"].iloc[-1] == pytest.approx(per_day)
    assert registering["from_hour"].iloc[0] == pytest.approx(424.8)


def test_playing_the_hazards_of_leaving_meets_the_counts_between_which_nothing_was_joined():
    rows = sharing.movement_evidence("kumamoto_2016").query("part == '離れる'")
    counts = dxkit.load("shelter_counts").query("event == 'kumamoto_2016' and is_main == 1")
    by_hour = counts.set_index("hour")["value"]
    # a row of the regression that ends at a count keeps the mean hazard up to it
    people = float(by_hour.max())
    for row in rows.to_dict("records")[:-1]:
        people *= (1 - row["value"]) ** ((row["to_hour"] - row["from_hour"]) / 24)
        assert people == pytest.approx(by_hour[row["to_hour"]], rel=1e-9)


def test_a_borrowed_scenario_names_the_event_everywhere(nankai):
    borrowed = sharing.borrow_evidence(nankai, "kumamoto_2016")
    assert "kumamoto_2016" in borrowed.note
    assert borrowed.settings["borrowed"] == "場所の割合・離れる=kumamoto_2016"
    moves = borrowed.tables["moves"].query("place == '指定避難所'")
    is_borrowed = moves["from_hour"] >= 32.1
    assert moves.loc[is_borrowed, "source"].str.contains("kumamoto_2016").all()
    # before the largest count the scenario's own rate holds, up to that hour
    own = moves[~is_borrowed]
    assert own["to_hour"].to_list() == [32.1]
    assert own["moves_per_day"].to_list() == [0.04]
    # published elsewhere is an assumption here
    figures = borrowed.figures.query("file == 'moves.csv' and item == '指定避難所'")
    assert figures["assumed"].all()
    assert len(figures) == 3 * len(moves)
    assert "32時間から" in borrowed.note
    assert borrowed.tables["moves"].attrs["made"]
    assert "kumamoto_2016" in sharing.simulate(borrowed, draws=1).settings["note"]


def test_the_scenario_itself_is_not_altered(nankai):
    before = {name: table.copy() for name, table in nankai.tables.items()}
    sharing.borrow_evidence(nankai, "noto_2024")
    for name, table in nankai.tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_what_is_not_borrowed_stays(nankai):
    borrowed = sharing.borrow_evidence(nankai, "kumamoto_2016", parts=["離れる"])
    pd.testing.assert_frame_equal(borrowed.tables["places"], nankai.tables["places"])
    others = ~nankai.tables["moves"]["place"].isin(["指定避難所", "自主避難所"])
    kept = borrowed.tables["moves"].query("place in ['親族・宿泊', '車中・在宅']")
    assert kept["moves_per_day"].to_list() == (
        nankai.tables["moves"].loc[others, "moves_per_day"].to_list()
    )


def test_the_window_opens_when_it_is_asked_to(nankai):
    late = sharing.borrow_evidence(nankai, "noto_2024")
    early = sharing.borrow_evidence(nankai, "noto_2024", window_hour=72)
    # the scenario ends on day 14, Noto's window opened on day 18
    assert late.tables["contacts"].empty
    contacts = early.tables["contacts"].query("place == '親族・宿泊'")
    assert contacts["from_hour"].to_list() == pytest.approx([72, 171, 248])
    known = [
        sharing.compare(sharing.simulate(played, policies=["県ハブ"], draws=1))
        for played in (late, early)
    ]
    assert known[1]["known_home_72"].iloc[0] == pytest.approx(known[0]["known_home_72"].iloc[0])
    assert known[1]["known_home_168"].iloc[0] > known[0]["known_home_168"].iloc[0]


@pytest.mark.slow
def test_both_engines_agree_on_a_borrowed_scenario(nankai):
    borrowed = sharing.borrow_evidence(nankai, "noto_2024", window_hour=24)
    full = sharing.build_model(borrowed)
    factor = 200_000 / full.people.sum()
    model = dataclasses.replace(
        full, people=np.round(full.people * factor), capacity=full.capacity * factor
    )
    row = borrowed.policies.set_index("policy", drop=False).loc["県ハブ"]
    rules = sharing.build_rules(model, row)
    restored = sharing.draw_outages(model, 1, 5)
    means = sharing.run_cohort_engine(model, rules, restored, (72, 336))
    drawn = sharing.run_person_engine(model, rules, restored, (72, 336), 7)
    for name in ("host", "home", "prefecture", "duplicate", "disclosed", "unneeded"):
        assert np.abs(means.hourly[name] - drawn.hourly[name]).max() < POINT, name


def test_unknown_events_and_parts_are_refused(nankai):
    with pytest.raises(ChoiceError, match="kumamoto_2016"):
        sharing.movement_evidence("kumamoto")
    with pytest.raises(ChoiceError, match="kumamoto_2016"):
        sharing.borrow_evidence(nankai, "熊本")
    with pytest.raises(ChoiceError, match="「登録」の公表値がありません"):
        sharing.borrow_evidence(nankai, "kobe_1995", parts=["登録"])
    with pytest.raises(ChoiceError, match="window_hour"):
        sharing.borrow_evidence(nankai, "kobe_1995", window_hour=72)
    with pytest.raises(ChoiceError, match="window_hour"):
        sharing.borrow_evidence(nankai, "noto_2024", window_hour=float("nan"))
