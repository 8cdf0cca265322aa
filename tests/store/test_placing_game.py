"""Groups place bases on phones in secret; plans, scores and best answers come when all have."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from rooms import Phone

from dxkit import drones, errors
from dxkit.errors import ChoiceError
from dxkit.schema import is_made
from dxkit.store import Session
from dxkit.widgets.room import PlacingGame, Room

# three towns some 11 km apart; those in need live where few people live
PEOPLE = pd.DataFrame(
    {
        "lat": [35.0, 35.1, 35.2],
        "lon": [134.0, 134.0, 134.0],
        "people": [100, 50, 10],
        "in_need": [0, 5, 10],
        "code": ["28209", "28222", "28225"],
    }
)
SITES = PEOPLE.assign(base=["A", "B", "C"], name=["甲", "<b>乙</b>", "丙"])
OPTIONS = {"groups": ["グループ1", "グループ2"], "count": 1, "range_km": 3}


@pytest.fixture
def session(tmp_path):
    with Session(tmp_path / "m.sqlite") as opened:
        yield opened


@pytest.fixture
def room(session):
    with Room(session, ["配送"]) as opened:
        yield opened


@pytest.fixture
def game(room):
    return PlacingGame(room, PEOPLE, SITES, **OPTIONS)


def place(phone, group, bases):
    return phone.ask("POST", "/game/place", {"group": group, "bases": bases})


def test_nobody_learns_a_plan_or_the_best_answer_before_all_have_recorded(room, game):
    first, second = Phone(room.port, room.code), Phone(room.port, room.code)
    assert place(first, "グループ1", ["B"])[0] == 200
    status, state = second.ask("GET", "/game/state")
    assert status == 200
    assert state["recorded"] == ["グループ1"]
    assert state["shown"] is False
    assert state["scores"] == []
    assert "plan" not in state
    assert game.scores.empty
    assert place(second, "グループ2", ["C"])[0] == 200
    state = second.ask("GET", "/game/state")[1]
    assert state["shown"] is True
    assert [row["bases"] for row in state["scores"]] == [["B"], ["C"], ["A"], ["C"]]


def test_the_scores_count_people_need_the_worst_town_and_days(room):
    game = PlacingGame(room, PEOPLE, SITES, **OPTIONS, flyable={"A": 0.9, "B": 0.8, "C": 0.5})
    game.record("グループ1", ["A"])
    game.record("グループ2", ["B"])
    scores = game.scores.set_index("plan")
    assert scores["people"].to_dict() == {
        "グループ1": 100,
        "グループ2": 50,
        "最適（人数）": 100,
        "最適（遠い人）": 10,
    }
    assert scores["need_share"].round(3).tolist() == [0, 0.333, 0, 0.667]
    assert scores["worst_share"].tolist() == [0, 0, 0, 0]
    assert scores["days_share"].tolist() == [0.9, 0.8, 0.9, 0.5]
    best = drones.best_bases(PEOPLE, SITES, count=1, range_km=3)
    assert scores.loc["最適（人数）", "bases"] == tuple(best.bases["base"])


def test_a_cell_that_runs_again_and_a_laptop_that_starts_again_lose_no_plan(tmp_path):
    with Session(tmp_path / "m.sqlite", meeting="会") as session:
        room = Room(session, ["配送"])
        PlacingGame(room, PEOPLE, SITES, **OPTIONS).record("グループ1", ["B"])
        again = PlacingGame(room, PEOPLE, SITES, **OPTIONS)
        assert again.recorded == ["グループ1"]
        assert not again.is_shown
    with Session(tmp_path / "m.sqlite", meeting="会") as session:
        game = PlacingGame(Room(session, ["配送"]), PEOPLE, SITES, **OPTIONS)
        assert game.recorded == ["グループ1"]


def test_another_phone_cannot_change_a_groups_plan_and_nobody_after_the_end(room, game):
    first, second = Phone(room.port, room.code), Phone(room.port, room.code)
    assert place(first, "グループ1", ["B"])[0] == 200
    assert place(second, "グループ1", ["A"])[0] == 400
    assert place(first, "グループ1", ["A"])[0] == 200
    assert place(second, "グループ2", ["C"])[0] == 200
    assert place(first, "グループ1", ["B"])[0] == 400
    assert game.scores["bases"].tolist()[:2] == [("A",), ("C",)]


@pytest.mark.parametrize(
    ("group", "bases", "match"),
    [
        ("グループ3", ["A"], "グループ3"),
        ("グループ1", ["X"], "1か所置いて"),
        ("グループ1", ["A", "B"], "1か所置いて"),
        ("グループ1", "A", "1か所置いて"),
        ("グループ1", [], "1か所置いて"),
        ("グループ1", [["A"]], "1か所置いて"),
    ],
)
def test_what_is_no_plan_is_refused(game, group, bases, match):
    with pytest.raises(ChoiceError, match=match):
        game.record(group, bases)
    assert game.recorded == []


@pytest.mark.parametrize("groups", [[], ["グループ1", "グループ1"], [""]])
def test_groups_that_cannot_be_told_apart_are_refused(room, groups):
    with pytest.raises(ChoiceError, match="グループ"):
        PlacingGame(room, PEOPLE, SITES, **{**OPTIONS, "groups": groups})


def test_who_has_not_joined_sees_the_page_but_no_game(room, game):
    phone = Phone(room.port)
    assert phone.ask("GET", "/game")[0] == 200
    assert phone.ask("GET", "/game/state")[0] == 401
    assert phone.ask("POST", "/game/place", {"group": "グループ1", "bases": ["A"]})[0] == 401
    assert game.recorded == []


def test_scores_of_invented_people_carry_their_mark(room):
    people = PEOPLE.copy()
    people.attrs = {"source": "架空", "kind": "made", "made": True}
    game = PlacingGame(room, people, SITES, **OPTIONS)
    game.record("グループ1", ["A"])
    game.record("グループ2", ["B"])
    assert is_made(game.scores)


def test_no_phone_is_named_beside_the_plans(room, game, tmp_path):
    client = "phone-0123456789"
    game.record("グループ1", ["A"], client=client)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"placing_game" in written
    assert client.encode() not in written


def test_a_base_named_twice_is_not_kept(game):
    with pytest.raises(ChoiceError, match="違う場所に1か所"):
        game.record("グループ1", ["A", "A"])


def test_missing_days_leave_the_phones_a_state_that_they_can_read(room):
    game = PlacingGame(room, PEOPLE, SITES, **OPTIONS, flyable={"A": 0.9})
    phone = Phone(room.port, room.code)
    game.record("グループ1", ["A"])
    game.record("グループ2", ["B"])
    scores = phone.ask("GET", "/game/state")[1]["scores"]
    assert [row["days_share"] for row in scores[:2]] == [0.9, None]


def test_phones_are_led_to_a_game_that_is_open_and_to_none_that_is_not(room):
    phone = Phone(room.port, room.code)
    assert phone.ask("GET", "/state")[1]["game"] is False
    PlacingGame(room, PEOPLE, SITES, **OPTIONS)
    assert phone.ask("GET", "/state")[1]["game"] is True


@pytest.mark.parametrize("recorded", [[], ["グループ1"], ["グループ1", "グループ2"]])
def test_the_notebook_draws_no_optimum_before_all_groups_have_recorded(recorded):
    path = Path(__file__).resolve().parents[2] / "notebooks/facilitators/10_place_bases.ipynb"
    cells = [cell["source"] for cell in nbformat.read(path, as_version=4).cells]
    (cell,) = [text for text in cells if "best = drones.best_bases" in text]
    groups = OPTIONS["groups"]
    game = SimpleNamespace(recorded=recorded, is_shown=recorded == groups)
    names = {"phones": True, "game": game, "group_names": groups, "errors": errors}
    # what the cell does first is to look at the game; behind that it needs the board
    wall = ChoiceError if not game.is_shown else NameError
    with pytest.raises(
        wall, match="全部のグループが記録してから" if not game.is_shown else "board"
    ):
        exec(cell, names)
