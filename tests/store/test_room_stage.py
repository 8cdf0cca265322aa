"""The stage shows what the officer lets through, and nobody else can change or see more."""

import itertools
import json

import pytest
from rooms import Phone

from dxkit.errors import ChoiceError
from dxkit.store import Session
from dxkit.widgets.room import Question, Room, open_room

QUESTIONS = [
    "共同調達を続ける",
    Question("次の会の時間帯", "choice", ("午前", "午後", "夕方")),
    Question("先に取り組むこと", "ranking", ("照会", "比較表", "派遣", "研修")),
    Question("今日のひとこと", "words"),
    Question("県に望むこと", "open"),
]
SCALE, CHOICE, RANKING, WORDS, OPEN = (
    item if isinstance(item, str) else item.label for item in QUESTIONS
)
numbers = itertools.count()


@pytest.fixture
def session(tmp_path):
    with Session(tmp_path / "m.sqlite") as opened:
        yield opened


@pytest.fixture
def room(session):
    with Room(session, QUESTIONS, title="意見交換会", moderate=True) as opened:
        yield opened


class Window(Phone):
    """The officer's or the stage's page."""

    def __init__(self, link):
        address, _, self.key = link.partition("#key=")
        super().__init__(int(address.rpartition(":")[2].partition("/")[0]))

    def get(self, path):
        return self.ask("GET", path, headers={"X-Room-Key": self.key})

    def act(self, action, **fields):
        body = {"action": action, **fields}
        # a seal clears memory for seconds, and longer on a busy machine
        headers = {"X-Room-Key": self.key}
        return self.ask("POST", "/officer/do", body, headers=headers, timeout=120)


@pytest.fixture
def officer(room):
    return Window(room.officer_link)


@pytest.fixture
def stage(room):
    return Window(room.stage_link)


@pytest.fixture
def phones(room):
    return [Phone(room.port, room.code) for _ in range(4)]


def _send(phone, item, **answer):
    return phone.ask("POST", "/vote", {"item": item, "id": f"{next(numbers):012d}", **answer})


def _seen(stage):
    status, view = stage.get("/stage/state")
    assert status == 200
    return view


def test_a_result_reaches_the_stage_only_when_the_officer_opens_it(officer, stage, phones):
    officer.act("go", step=f"question:{SCALE}")
    for phone, value in zip(phones, (2, 2, -1, 0), strict=True):
        assert _send(phone, SCALE, value=value)[0] == 200
    hidden = _seen(stage)["question"]
    assert hidden["votes"] == 4
    assert "bars" not in hidden
    officer.act("show_result")
    shown = _seen(stage)["question"]
    assert [(bar["label"], bar["count"]) for bar in shown["bars"]] == [
        ("−2 反対", 0),
        ("−1 やや反対", 1),
        ("0 どちらでもない", 1),
        ("+1 やや賛成", 0),
        ("+2 賛成", 2),
    ]
    assert shown["mean"] == 0.75
    officer.act("hide_result")
    assert "bars" not in _seen(stage)["question"]


def test_neither_stage_nor_officer_sees_the_figures_of_two_voters(officer, stage, phones):
    officer.act("go", step=f"question:{SCALE}")
    officer.act("show_result")
    for phone in phones[:2]:
        _send(phone, SCALE, value=-2)
        _send(phone, CHOICE, option="夕方")
    for view in (_seen(stage), officer.get("/officer/state")[1]):
        assert "bars" not in json.dumps(view)
        assert "mean" not in json.dumps(view)


def test_a_choice_is_counted_with_the_options_that_nobody_chose(officer, stage, phones):
    officer.act("go", step=f"question:{CHOICE}")
    officer.act("show_result")
    for phone, option in zip(phones, ("午後", "午後", "夕方", "午後"), strict=True):
        assert _send(phone, CHOICE, option=option)[0] == 200
    # the last choice of a phone counts
    _send(phones[3], CHOICE, option="夕方")
    bars = _seen(stage)["question"]["bars"]
    assert {bar["label"]: bar["count"] for bar in bars} == {"午後": 2, "夕方": 2, "午前": 0}


def test_a_ranking_gives_three_two_and_one_points(officer, stage, phones):
    officer.act("go", step=f"question:{RANKING}")
    officer.act("show_result")
    orders = (
        ["照会", "派遣", "研修"],
        ["照会", "研修", "派遣"],
        ["派遣", "照会", "研修"],
        ["比較表", "照会", "派遣"],
    )
    for phone, order in zip(phones, orders, strict=True):
        assert _send(phone, RANKING, ranking=order)[0] == 200
    bars = [(bar["label"], bar["count"]) for bar in _seen(stage)["question"]["bars"]]
    assert bars == [("照会", 10), ("派遣", 7), ("研修", 4), ("比較表", 3)]


def test_no_entry_holds_a_whole_ranking(room, session, phones):
    _send(phones[0], RANKING, ranking=["照会", "派遣", "研修"])
    assert len(session.history()) == 3


@pytest.mark.parametrize(
    ("item", "answer"),
    [
        (CHOICE, {"option": "深夜"}),
        (CHOICE, {"option": ["午前"]}),
        (CHOICE, {"value": 1}),
        (RANKING, {"ranking": ["照会", "照会", "派遣"]}),
        (RANKING, {"ranking": ["照会"]}),
        (RANKING, {"ranking": "照会"}),
        (WORDS, {"text": "あ" * 21}),
        (OPEN, {"text": ""}),
        (SCALE, {"value": 3}),
    ],
)
def test_an_answer_that_does_not_fit_its_question_is_refused(session, phones, item, answer):
    status, said = _send(phones[0], item, **answer)
    assert status == 400
    assert said["error"]
    assert session.count() == 0


def test_a_card_is_shown_to_nobody_before_the_officer_lets_it_through(officer, stage, phones):
    phones[0].ask("POST", "/note", {"text": "人が足りない", "id": "n" * 12})
    officer.act("go", step="cards")
    for view in (_seen(stage), phones[1].ask("GET", "/state")[1]):
        assert "人が足りない" not in json.dumps(view, ensure_ascii=False)
    (card,) = officer.get("/officer/state")[1]["cards"]
    assert card["verdict"] == "waiting"
    officer.act("card", id=card["id"], verdict="shown")
    assert [entry["text"] for entry in _seen(stage)["cards"]] == ["人が足りない"]
    assert [entry["text"] for entry in phones[1].ask("GET", "/state")[1]["notes"]] == [
        "人が足りない"
    ]
    officer.act("card", id=card["id"], verdict="hidden")
    assert _seen(stage)["cards"] == []
    assert phones[1].ask("GET", "/state")[1]["notes"] == []


def test_a_card_becomes_a_question_that_all_vote_on(officer, phones, room, session):
    phones[0].ask("POST", "/note", {"text": "窓口を\n一本にする", "id": "n" * 12})
    (card,) = officer.get("/officer/state")[1]["cards"]
    assert officer.act("votable", id=card["id"])[0] == 200
    assert _send(phones[1], "窓口を 一本にする", value=2)[0] == 200
    assert session.results()["item"].tolist() == ["窓口を 一本にする"]


def test_support_counts_once_a_phone_and_is_told_from_three_on(officer, stage, phones):
    _send(phones[0], OPEN, text="研修を増やす")
    (card,) = officer.get("/officer/state")[1]["cards"]
    body = {"card": card["id"], "id": "s" * 12}
    # what is not shown cannot be supported
    assert phones[0].ask("POST", "/support", body)[0] == 400
    officer.act("card", id=card["id"], verdict="shown")
    officer.act("go", step=f"question:{OPEN}")
    officer.act("show_result")
    counts = []
    for phone in phones:
        for _ in range(3):
            again = {"card": card["id"], "id": f"{next(numbers):012d}"}
            assert phone.ask("POST", "/support", again)[0] == 200
        counts.append(_seen(stage)["question"]["cards"][0]["support"])
    assert counts == [None, None, 3, 4]


def test_words_are_counted_whatever_their_width(officer, stage, phones):
    officer.act("moderate", on=False)
    officer.act("go", step=f"question:{WORDS}")
    officer.act("show_result")
    for phone, text in zip(phones, ("ＤＸ", "DX", "安心", "DX "), strict=True):
        _send(phone, WORDS, text=text)
    words = {entry["label"]: entry["count"] for entry in _seen(stage)["question"]["words"]}
    assert words == {"DX": 3, "安心": 1}


def test_next_and_back_stop_at_the_ends(officer):
    steps = [entry["step"] for entry in officer.get("/officer/state")[1]["steps"]]
    assert steps[0] == "door"
    shown = [officer.act("next")[1]["step"] for _ in range(len(steps) + 1)]
    assert shown == [*steps[1:], steps[-1], steps[-1]]
    for _ in steps:
        shown = officer.act("back")[1]["step"]
    assert shown == "door"


@pytest.mark.parametrize("path", ["/stage/state", "/officer/state", "/officer/tickets"])
@pytest.mark.parametrize("key", ["", "x", "0" * 32, "é" * 32])
def test_without_the_secret_link_stage_and_officer_say_nothing(room, phones, path, key):
    for asker in (Phone(room.port), phones[0]):
        status, said = asker.ask(
            "GET", path, headers={"X-Room-Key": key.encode().decode("latin-1")}
        )
        assert status == 401
        assert "意見交換会" not in json.dumps(said, ensure_ascii=False)


def test_the_stages_link_and_the_phones_link_drive_nothing(room, stage):
    join = room.link.partition("#key=")[2]
    for key in (stage.key, join, room.code):
        body = {"action": "next"}
        assert stage.ask("POST", "/officer/do", body, headers={"X-Room-Key": key})[0] == 401
        assert stage.ask("GET", "/officer/state", headers={"X-Room-Key": key})[0] == 401
    assert room.stage.step == "door"


def test_the_officers_secret_is_nowhere_on_the_stage_or_a_phone(room, officer, stage, phones):
    texts = [json.dumps(phones[0].ask("GET", "/state")[1])]
    for step in officer.get("/officer/state")[1]["steps"]:
        officer.act("go", step=step["step"])
        texts.append(json.dumps(_seen(stage)))
    assert not any(officer.key in text for text in texts)


@pytest.mark.parametrize(
    ("action", "fields", "said"),
    [
        ("none", {}, "操作"),
        ("go", {"step": "nowhere"}, "画面"),
        ("ask", {"label": "", "kind": "scale"}, "問い"),
        ("ask", {"label": SCALE, "kind": "scale"}, "もうあります"),
        ("ask", {"label": "x", "kind": "choice", "options": "1つだけ"}, "選択肢"),
        ("ask", {"label": "x", "kind": "quiz"}, "種類"),
        ("timer", {"minutes": -1}, "時間"),
        ("timer", {"minutes": True}, "時間"),
        ("expected", {"count": 0}, "expected"),
        ("card", {"id": "x", "verdict": "eat"}, "扱い"),
        ("move", {"address": "0.0.0.0"}, "すべての口"),
        ("move", {"address": "wifi"}, "形"),
        ("seal", {}, "確認"),
        ("unask", {"key": SCALE}, "消せません"),
    ],
)
def test_what_the_officer_cannot_do_is_said_and_changes_nothing(officer, action, fields, said):
    before = officer.get("/officer/state")[1]
    status, told = officer.act(action, **fields)
    assert status == 400
    assert said in told["error"]
    assert officer.get("/officer/state")[1] == before


def test_stopping_keeps_votes_out_and_the_phone_is_told(officer, phones, session):
    officer.act("accept", on=False)
    status, said = _send(phones[0], SCALE, value=1)
    assert (status, said["error"]) == (423, "いまは受け付けていません。")
    assert session.count() == 0
    officer.act("accept", on=True)
    assert _send(phones[0], SCALE, value=1)[0] == 200


def test_sealing_ends_it_for_good(officer, phones, stage):
    for phone in phones:
        _send(phone, SCALE, value=1)
    officer.act("go", step=f"question:{SCALE}")
    officer.act("show_result")
    assert officer.act("seal", confirm="封")[1]["sealed"] is True
    assert officer.act("accept", on=True)[0] == 400
    assert _send(phones[0], SCALE, value=-2)[0] == 423
    assert _seen(stage)["question"]["mean"] == 1


def test_what_the_officer_set_is_there_after_a_restart(session):
    with Room(session, QUESTIONS) as first:
        officer = Window(first.officer_link)
        officer.act("ask", label="足した問い", kind="scale")
        officer.act("agenda", text="14:00 受付\n\n14:10 投票")
        officer.act("title", title="第2回")
        officer.act("go", step="question:足した問い")
        officer.act("timer", minutes=5)
    with Room(session, QUESTIONS) as again:
        view = Window(again.stage_link).get("/stage/state")[1]
        assert (view["title"], view["step"]) == ("第2回", "question:足した問い")
        assert 0 < view["timer_s"] <= 300
        assert again.stage.agenda == ["14:00 受付", "14:10 投票"]


def test_a_room_opened_again_without_code_goes_on_where_it_was(tmp_path):
    with open_room(tmp_path, meeting="第1回", browser=False) as room:
        officer = Window(room.local_officer_link)
        assert officer.act("ask", label="続けますか", kind="scale")[0] == 200
    room.session.close()
    with open_room(tmp_path, meeting="第1回", browser=False) as room:
        assert room.items == {"続けますか": "続けますか"}
        room.session.seal()
    room.session.close()
    with pytest.raises(ChoiceError, match="「第1回」は封をして"):
        open_room(tmp_path, meeting="第1回", browser=False)


def test_after_a_sealed_meeting_of_the_day_the_next_one_begins(tmp_path):
    titles = []
    for _ in range(2):
        with open_room(tmp_path, browser=False) as room:
            titles.append(room.title)
            room.session.seal()
        room.session.close()
    assert titles[1] == f"{titles[0]}（2）"


def test_a_seal_whose_key_file_is_held_by_windows_says_so_and_is_finished_by_sealing_again(
    officer, phones, session, tmp_path, monkeypatch
):
    for phone in phones:
        assert _send(phone, SCALE, value=1)[0] == 200
    (key,) = tmp_path.glob("dxkit-*.key")

    def refuse(*_):
        raise PermissionError(13, "in use")

    with monkeypatch.context() as patch:
        patch.setattr("dxkit.store._key_file.Path.unlink", refuse)
        for _ in range(2):
            status, answer = officer.act("seal", confirm="封")
            assert status != 200
            assert f"封が終わっていません。会議の鍵のファイル「{key.name}」" in answer["error"]
            assert not officer.get("/officer/state")[1]["sealed"]
            # closed for the phones all the same
            assert _send(phones[0], SCALE, value=2)[0] != 200
    assert key.exists()
    assert officer.act("seal", confirm="封")[1]["sealed"]
    assert not key.exists()
    assert int(session.results()["votes"].sum()) == len(phones)
