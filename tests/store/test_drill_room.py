"""A table-top drill on the stage: groups choose in secret, then the shock and the scores are shown."""

import json

import pytest
from rooms import Phone, Window

import dxkit
from dxkit import sharing
from dxkit.widgets.room import open_room

CARDS = dxkit.load("drill_cards").set_index("card")
# seven groups, as at the tables of 41 municipalities
CHOICES = ["県ハブ", "県ハブ", "県ハブ", "国クラウド", "国クラウド", "同意制", "協定"]


def _open(folder):
    return open_room(folder, meeting="机上訓練", address="127.0.0.1", browser=False)


def _close(room):
    room.stop()
    room.session.close()


@pytest.fixture
def room(tmp_path):
    opened = _open(tmp_path)
    yield opened
    _close(opened)


def _key(room, card):
    return next(key for key in room.stage.questions if key.startswith(f"{card}枚目"))


def _choose(room, card):
    for number, choice in enumerate(CHOICES):
        body = {"item": _key(room, card), "option": choice, "id": f"{number:06d}{card:06d}"}
        assert Phone(room.port, room.code).ask("POST", "/vote", body)[0] == 200


def test_the_cards_become_questions_once_however_often_they_are_asked_for(room):
    officer = Window(room.officer_link)
    for _ in range(2):
        officer.act("drill")
    labels = [question.label for question in room.stage.questions.values()]
    assert labels == [
        f"{card}枚目（{row['hour']}時間）: {row['question']}" for card, row in CARDS.iterrows()
    ]


def test_neither_shock_nor_scores_nor_counts_leave_the_laptop_before_the_officer_opens_them(room):
    officer = Window(room.officer_link)
    stage = Window(room.stage_link)
    officer.act("drill")
    officer.act("go", step=f"question:{_key(room, 2)}")
    _choose(room, 2)
    hidden = stage.look()
    assert hidden["inject"] == CARDS.loc[2, "inject"]
    assert hidden["mark"] == "架空データ"
    assert hidden["votes"] == len(CHOICES)
    assert not {"bars", "scores", "shock"} & set(hidden)
    assert CARDS.loc[2, "shock"] not in json.dumps(hidden, ensure_ascii=False)
    officer.act("show_result")
    opened = stage.look()
    assert opened["shock"] == CARDS.loc[2, "shock"]
    phones = {row["policy"]: row["phones"] for row in opened["scores"]}
    assert phones == {
        "共有なし": 0, "協定": 1, "県ハブ": 3, "同意制": 1, "緊急時": 0, "国クラウド": 2
    }  # fmt: skip


def test_the_scores_are_those_of_the_scenario_with_all_shocks_up_to_the_card(room):
    officer = Window(room.officer_link)
    officer.act("drill")
    officer.act("go", step=f"question:{_key(room, 3)}")
    officer.act("show_result")
    shocks = {"outage_spread": 1.5, "wrong_share": 0.08}
    scenario = sharing.read_scenario("nankai_illustrative").change(hours=72, draws=10, **shocks)
    expected = sharing.drill_scores(sharing.simulate(scenario), hour=24).set_index("policy")
    rows = Window(room.stage_link).look()["scores"]
    assert [row["policy"] for row in rows] == list(expected.index)
    for row in rows:
        scored = expected.loc[row["policy"]]
        assert row["known"] == pytest.approx(scored["known"])
        assert row["staff_hours"] == pytest.approx(scored["staff_hours"])
        # who tells nothing has no share of what was told
        assert (row["lawful_share"] is None) == (row["policy"] == "共有なし")
    # fewer than three chose: no numbers of phones, but the scores
    assert {row["phones"] for row in rows} == {None}


def test_a_restart_and_a_second_start_lose_no_choice_and_no_score(tmp_path):
    first = _open(tmp_path)
    officer = Window(first.officer_link)
    officer.act("drill")
    officer.act("go", step=f"question:{_key(first, 1)}")
    _choose(first, 1)
    officer.act("show_result")
    before = Window(first.stage_link).look()
    _close(first)
    second = _open(tmp_path)
    try:
        assert Window(second.stage_link).look() == before
        Window(second.officer_link).act("drill")
        assert Window(second.stage_link).look() == before
        assert len(second.stage.questions) == len(CARDS)
    finally:
        _close(second)


def test_another_question_has_no_card(room):
    officer = Window(room.officer_link)
    officer.act("ask", label="次の会", kind="choice", options="午前\n午後")
    officer.act("go", step="question:次の会")
    assert "inject" not in Window(room.stage_link).look()


def test_scores_are_computed_only_when_a_card_may_have_come_on(room, monkeypatch):
    officer = Window(room.officer_link)
    officer.act("drill")
    officer.act("go", step=f"question:{_key(room, 1)}")
    moments = []
    monkeypatch.setattr("dxkit.widgets.room._officer.score_card", lambda _: moments.append(1))
    officer.act("timer", minutes=5)
    officer.act("no_timer")
    officer.act("accept", on=False)
    officer.act("agenda", text="受付")
    assert moments == []
    officer.act("next")
    officer.act("show_result")
    assert len(moments) == 2


def test_scores_that_fail_are_told_beside_the_action_that_was_done_and_tried_again(
    room, monkeypatch
):
    officer = Window(room.officer_link)
    officer.act("drill")

    def fail(_):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("dxkit.widgets.room._drill._compute_scores", fail)
        # `act` refuses any answer but 200
        state = officer.act("go", step=f"question:{_key(room, 1)}")
        assert state["step"] == f"question:{_key(room, 1)}"
        (warning,) = [text for text in state["warnings"] if "点数を計算できませんでした" in text]
        assert "もう一度映すと" in warning
        assert officer.act("timer", minutes=5)["timer_s"] > 0
    state = officer.act("show_result")
    assert not [text for text in state["warnings"] if "点数を計算できませんでした" in text]
    assert len(Window(room.stage_link).look()["scores"]) == 6


def test_a_table_that_the_rooms_server_loads_is_none_that_a_cell_has_loaded(room, monkeypatch):
    monkeypatch.setenv("DXKIT_TODAY", "2100-01-01")
    pending = {}
    monkeypatch.setattr("dxkit.loaders._old_tables._pending", pending)
    officer = Window(room.officer_link)
    officer.act("drill")
    officer.act("go", step=f"question:{_key(room, 1)}")
    assert pending == {}
    # a cell of this thread loads a table as old as that
    dxkit.load("dashboard")
    assert "dashboard" in pending


def test_two_phones_of_a_group_count_as_two_and_the_stage_says_phones_not_groups(room):
    officer = Window(room.officer_link)
    officer.act("drill")
    officer.act("go", step=f"question:{_key(room, 1)}")
    _choose(room, 1)
    officer.act("show_result")
    rows = Window(room.stage_link).look()["scores"]
    assert sum(row["phones"] for row in rows) == len(CHOICES)
    assert not [row for row in rows if "groups" in row]
