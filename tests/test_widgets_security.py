"""Ticked mails are scored on both sides, an incident opens scene by scene, and no text becomes markup."""

import pandas as pd
import pytest

import dxkit
from dxkit import widgets
from dxkit.errors import TableError

MAILS = dxkit.load("mails_example")
INCIDENT = dxkit.load("incident_example")


def tick(board, numbers):
    for row, card in zip(MAILS["mail"], board.children[1:-2], strict=True):
        card.children[0].value = row in numbers
    board.children[-2].click()
    return board.children[-1].value


def test_a_perfect_score_a_careless_one_and_one_that_flags_all_are_told_apart():
    board = widgets.mail_board(MAILS)
    traps = set(MAILS.loc[MAILS["is_phishing"] == 1, "mail"])
    honest = len(MAILS) - len(traps)
    perfect = tick(board, traps)
    assert f"見つけた {len(traps)}通 / わな {len(traps)}通" in perfect
    assert f"まちがえて疑った 0通 / ふつう {honest}通" in perfect
    assert f"見つけた 0通 / わな {len(traps)}通" in tick(board, set())
    every = tick(board, set(MAILS["mail"]))
    assert f"まちがえて疑った {honest}通 / ふつう {honest}通" in every
    # every mail's clue stands in the score and in no card
    assert all(clue in every for clue in MAILS["clue"])
    cards = "".join(card.children[1].value for card in board.children[1:-2])
    assert not any(clue in cards for clue in MAILS["clue"])


def test_a_mail_leads_nowhere_and_its_texts_are_inert():
    odd = MAILS.assign(
        subject="<script>alert(1)</script>", link="https://a.test/<b>", clue="<i>x</i>"
    )
    board = widgets.mail_board(odd)
    board.children[-2].click()
    page = board.children[-1].value + "".join(
        card.children[1].value for card in board.children[1:-2]
    )
    assert "<script" not in page
    assert "<i>" not in page
    assert "href" not in page
    assert "&lt;script&gt;" in page


def test_invented_mails_and_incidents_carry_their_mark():
    assert "架空データ" in widgets.mail_board(MAILS).children[0].value
    assert "架空データ" in widgets.incident_walk(INCIDENT).children[0].value
    plain = MAILS.copy()
    plain.attrs = {}
    assert "架空" not in widgets.mail_board(plain).children[0].value


def open_scenes(walk):
    return [scene for scene in walk.children[1].children if scene.layout.display != "none"]


def press(scene, letter):
    buttons = {
        line.children[0].description: line.children[0] for line in scene.children[1].children
    }
    buttons[letter].click()


def choose(walk, letter):
    """Choose in the last scene that is open."""
    press(open_scenes(walk)[-1], letter)
    return walk.children[-1].value


def test_each_choice_opens_the_next_scene_until_the_last():
    walk = widgets.incident_walk(INCIDENT)
    count = INCIDENT["scene"].nunique()
    for number in range(1, count + 1):
        assert len(open_scenes(walk)) == number
        told = choose(walk, "B")
    assert f"よい選択 {count} / {count}" in told
    assert "失った時間 0時間" in told
    assert "おわりです" in told


def test_a_choice_may_be_changed_and_the_hours_are_summed_again():
    walk = widgets.incident_walk(INCIDENT)
    choose(walk, "A")
    told = choose(walk, "B")
    lost = INCIDENT.query("scene == 1 and choice == 'A'")["delay_hours"].item()
    assert f"失った時間 {lost:g}時間" in told
    first = walk.children[1].children[0]
    assert "おくれる" in first.children[2].value
    press(first, "B")
    assert "失った時間 0時間" in walk.children[-1].value
    assert "よい" in first.children[2].value
    # scene 2 keeps its choice, scene 3 stays open
    assert len(open_scenes(walk)) == 3


def test_texts_of_an_incident_are_inert():
    odd = INCIDENT.assign(follows="<script>alert(1)</script>", text="<b>朝</b>")
    walk = widgets.incident_walk(odd)
    choose(walk, "A")
    scene = walk.children[1].children[0]
    assert "<script" not in scene.children[2].value
    assert "<b>朝" not in scene.children[0].value


def test_tables_that_cannot_be_shown_are_refused():
    with pytest.raises(TableError, match="clue"):
        widgets.mail_board(MAILS.drop(columns="clue"))
    with pytest.raises(TableError, match="is_phishing"):
        widgets.mail_board(MAILS.assign(is_phishing="はい"))
    with pytest.raises(TableError, match="follows"):
        widgets.incident_walk(pd.DataFrame(INCIDENT).drop(columns="follows"))
