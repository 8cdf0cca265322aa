"""A trainee's exercises and kinds of error light the facilitator's board, with consent and without a name."""

import http.client
import json
import socket
import time

import pytest
from IPython.core.interactiveshell import InteractiveShell

import dxkit
from dxkit import widgets
from dxkit.loaders import data_folder, user_folder
from dxkit.widgets.room import open_room

RIGHT = "○ 正解"
SECRET_TEXT = "山田太郎の相談"
TRAINEES = data_folder().parent / "notebooks" / "trainees"
# long enough for a slow machine; nothing waits for it where all goes well
PATIENCE_S = 30


@pytest.fixture
def room(tmp_path):
    opened = open_room(tmp_path / "room", meeting="研修", address="127.0.0.1", browser=False)
    yield opened
    opened.stop()
    opened.session.close()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Lets the test be one trainee after the other, each with an own folder."""

    def be(number):
        monkeypatch.setenv("DXKIT_HOME", str(tmp_path / f"home{number}"))

    be(0)
    return be


def ask(room, path, *, key=None, token=None, body=None):
    """Ask the room as a page or a notebook does."""
    host = f"127.0.0.1:{room.port}"
    headers = {"Host": host}
    if key:
        headers["X-Room-Key"] = key
    if token:
        headers["X-Room-Token"] = token
    if body is not None:
        headers |= {"Origin": f"http://{host}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", room.port, timeout=10)
    connection.request(
        "GET" if body is None else "POST",
        path,
        None if body is None else json.dumps(body).encode(),
        headers,
    )
    reply = connection.getresponse()
    content = reply.read().decode()
    connection.close()
    return reply.status, json.loads(content) if content.startswith("{") else content


def read_board(room):
    """Read the board as the officer's page does."""
    key = room.officer_link.partition("#key=")[2]
    status, board = ask(room, "/board/state", key=key)
    assert status == 200
    return board


def wait_for(room, is_there):
    """Wait until the board shows something; reports come from a thread of their own."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        board = read_board(room)
        if is_there(board):
            return board
        time.sleep(0.02)
    raise AssertionError(board)


def share(room, code=None):
    """Press 共有する; the offer."""
    offer = widgets.share_progress()
    address, code_box, start, _ = offer.children[1].children
    address.value = f"127.0.0.1:{room.port}"
    code_box.value = room.code if code is None else code
    start.click()
    return offer


def answer(typed, question="市町はいくつ？", solution=41):
    """Answer an exercise; the verdict."""
    quiz = widgets.exercise(question, solution, unit="市町")
    box, _, button = quiz.children[1].children
    box.value = typed
    button.click()
    return quiz.children[-1].value


def course_cell():
    """A cell of the course that holds an exercise, by reading the notebook here."""
    notebook = json.loads((TRAINEES / "06_clinic.ipynb").read_text(encoding="utf-8"))
    cells = [
        cell["id"] for cell in notebook["cells"] if "widgets.exercise(" in "".join(cell["source"])
    ]
    return cells[1]


def make_shell():
    """A shell whose errors are shown in Japanese."""
    shell = InteractiveShell.instance()
    dxkit.load_ipython_extension(shell)
    return shell


def test_nothing_is_sent_before_somebody_shares(room, home):
    home(1)
    assert RIGHT in answer("41")
    make_shell().run_cell('town = "豊岡市')
    offer = widgets.share_progress()
    assert "何も送っていません" in offer.children[-1].value
    assert all(button.disabled for button in offer.children[2].children)
    assert not (user_folder() / "room.json").exists()
    assert read_board(room)["total"] == "0人"


@pytest.mark.slow
def test_thirty_sessions_light_the_board_and_no_text_arrives(room, home, tmp_path):
    shell = make_shell()
    shell.parent_header = {"metadata": {"cellId": course_cell()}}
    for number in range(30):
        home(number)
        assert "共有しています" in share(room).children[-1].value
        if number < 7:
            shell.run_cell(f'town = "{SECRET_TEXT}')
        elif number < 9:
            shell.run_cell("print((1)")
        elif number < 21:
            answer("41", question=f"{SECRET_TEXT}はいくつ？")
        else:
            answer("7", question=f"{SECRET_TEXT}はいくつ？")
    board = wait_for(
        room,
        lambda board: board["tiles"] and (board["tiles"][0]["solved"], board["tiles"][0]["tried"]) == ("12人", "9人"),
    )  # fmt: skip
    assert board["total"] == "30人"
    assert board["stops"] == [
        "30人中7人が「引用符」で止まっています",
        "「かっこ」で止まっている人が、少数います",
    ]
    assert [tile["label"] for tile in board["tiles"]] == ["06 問2"]
    assert board["tiles"][0]["look"] == "some"
    # kept in the store's folder, without a word of what was typed, and without an address
    kept = b"".join(path.read_bytes() for path in (tmp_path / "room").iterdir())
    for word in (SECRET_TEXT, "127.0.0.1", "2 市町"):
        assert word.encode() not in kept
        assert word not in json.dumps(board, ensure_ascii=False)
    # the server is started again: the board is as it was
    room.stop()
    room.start()
    assert read_board(room) == board
    shell.parent_header = {}


@pytest.mark.slow
def test_an_error_is_over_once_a_cell_has_run(room, home):
    shell = make_shell()
    for number in range(3):
        home(number)
        share(room)
        shell.run_cell("豊岡市")
    wait_for(room, lambda board: board["stops"] == ["3人中3人が「引用符」で止まっています"])
    shell.run_cell("count = 1")
    wait_for(room, lambda board: board["stops"] == ["「引用符」で止まっている人が、少数います"])
    shell.run_cell("unknown_name")
    wait_for(room, lambda board: len(board["stops"]) == 2)


def test_cards_are_raised_and_sharing_ends(room, home):
    for number in range(3):
        home(number)
        offer = share(room)
        offer.children[2].children[0].click()
    board = wait_for(room, lambda board: board["cards"][0]["count"] == "3人")
    assert board["cards"] == [
        {"card": "red", "label": "止まっています", "count": "3人"},
        {"card": "green", "label": "進めます", "count": "0人"},
    ]
    offer.children[2].children[1].click()
    wait_for(room, lambda board: {card["count"] for card in board["cards"]} == {"少数"})
    offer.children[1].children[3].click()
    assert "何も送っていません" in offer.children[-1].value
    assert read_board(room)["total"] == "少数"
    answer("41")
    assert not (user_folder() / "room.json").exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"error": SECRET_TEXT},
        {"error": ["引用符"]},
        {"card": "yellow"},
        {"share": "yes"},
        {"exercise": "clinic02"},
        {"exercise": {"id": "clinic02", "state": "solved", "name": SECRET_TEXT}},
        {"exercise": {"id": "clinic02", "state": SECRET_TEXT}},
        {"error": "引用符", "card": "red"},
        {"name": SECRET_TEXT},
    ],
)
def test_the_room_takes_nothing_but_words_of_its_list(room, body):
    token = ask(room, "/join", body={"code": room.code})[1]["token"]
    status, reply = ask(room, "/progress", token=token, body=body)
    assert status == 400
    assert "共有できるのは" in reply["error"]
    assert read_board(room)["total"] == "0人"


def test_an_id_that_is_not_of_the_course_is_not_kept(room, tmp_path):
    token = ask(room, "/join", body={"code": room.code})[1]["token"]
    for text in (SECRET_TEXT, "<b>x</b>", "a" * 500):
        body = {"exercise": {"id": text, "state": "tried"}}
        assert ask(room, "/progress", token=token, body=body)[0] == 200
    assert [tile["label"] for tile in read_board(room)["tiles"]] == ["ほかの問い"]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "room").iterdir())
    assert SECRET_TEXT.encode() not in kept
    assert json.dumps(SECRET_TEXT).encode() not in kept


def test_the_board_opens_for_the_officer_only(room):
    token = ask(room, "/join", body={"code": room.code})[1]["token"]
    for key in (
        None,
        "x",
        room.code,
        room.link.partition("#key=")[2],
        room.stage_link.partition("#key=")[2],
    ):
        assert ask(room, "/board/state", key=key, token=token)[0] == 401
    assert ask(room, "/progress", body={"share": True})[0] == 401
    for path in ("/board", "/board.css", "/board.js"):
        assert ask(room, path)[0] == 200


@pytest.mark.parametrize(
    "typed",
    ["", "example.jp:80", "127.0.0.1", "https://127.0.0.1:50000", "127.0.0.1:0", "127.0.0.1:99999", "<b>:1"],
)  # fmt: skip
def test_what_is_no_address_of_a_room_is_refused_in_words(home, typed):
    offer = widgets.share_progress()
    address, _, start, _ = offer.children[1].children
    address.value = typed
    start.click()
    assert "が読めません" in offer.children[-1].value
    assert "<b>" not in offer.children[-1].value
    assert not (user_folder() / "room.json").exists()


def test_a_wrong_code_is_said_and_an_address_may_be_typed_full_width(room, home):
    assert "会議コードが違います" in share(room, code="00000000").children[-1].value
    offer = widgets.share_progress()
    address, code, start, _ = offer.children[1].children
    wide = str.maketrans("0123456789.:", "０１２３４５６７８９．：")
    address.value = f" http://127.0.0.1:{room.port}/".translate(wide)
    code.value = room.code.translate(wide)
    start.click()
    assert "共有しています" in offer.children[-1].value


@pytest.mark.slow
def test_a_room_out_of_reach_is_said_once_and_stops_nobody(room, home):
    share(room)
    room.stop()
    # something listens there and never answers: the worst kind of silence
    with socket.create_server(("127.0.0.1", room.port)):
        before = time.monotonic()
        verdicts = [answer("41") for _ in range(20)]
        # twenty answers, each of which would wait two seconds
        assert time.monotonic() - before < 20
        until = time.monotonic() + PATIENCE_S
        while not any("会場に届きません" in verdict for verdict in verdicts):
            assert time.monotonic() < until
            time.sleep(0.1)
            verdicts.append(answer("41"))
        verdicts += [answer("41") for _ in range(5)]
    assert all(RIGHT in verdict for verdict in verdicts)
    assert sum("会場に届きません" in verdict for verdict in verdicts) == 1
    # what could not be sent comes with the next report
    room.start()
    answer("41")
    wait_for(room, lambda board: board["tiles"])


def test_consent_ends_with_the_day(room, home):
    share(room)
    path = user_folder() / "room.json"
    entry = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(entry | {"day": "2020-01-01"}), encoding="utf-8")
    assert "何も送っていません" in widgets.share_progress().children[-1].value
    path.write_text("[1, 2", encoding="utf-8")
    assert "何も送っていません" in widgets.share_progress().children[-1].value
