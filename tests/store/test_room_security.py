"""What was tried against the room's page; every name says what, and none of it may work."""

import json
import logging
import socket
import sqlite3
import threading
import time
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rooms import Phone

from dxkit import widgets
from dxkit.errors import ChoiceError
from dxkit.store import Session
from dxkit.widgets.room import CodeGate, RateLimiter, Room

ITEMS = {"buy": "共同調達", "train": "研修の共同実施"}
SECRET_WORDS = ("共同調達", "研修", "buy", "秘密のカード", "第1回会議")
# what the gate and the limiters allow
FREE_TRIES = 5
FREE_TRIES_ALL = 50
FORGET_S = 600.0
MAX_SENDERS = 4096
CLIENT_BURST = 60
HOSTILE = "<script>window.__pwned=1</script><img src=x onerror=alert(1)>${alert(1)}"


@pytest.fixture
def room(tmp_path, caplog, monkeypatch):
    # three seconds in earnest: see the test of connections that say nothing
    monkeypatch.setattr("dxkit.widgets.room._server.HEADERS_S", 1.0)
    with Session(tmp_path / "m.sqlite") as session:
        session.note(text="秘密のカード")
        with Room(session, ITEMS, title="第1回会議") as opened:
            yield opened
    # nothing that was sent made the server stumble over itself
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.fixture
def phone(room):
    return Phone(room.port, room.code)


def _raw(port, sent, seconds=5):
    """Send bytes as they are; give all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(sent)
        got = b""
        while True:
            try:
                part = connection.recv(65536)
            except OSError:
                return got
            if not part:
                return got
            got += part


def _until(true, seconds=30):
    for _ in range(seconds * 50):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came about")


def _board_of(session, items):
    """What the facilitator's board shows, as HTML."""
    board = widgets.vote_board(session, items, start=False)
    parts = [getattr(child, "value", "") for child in board.children]
    return "".join(part for part in parts if isinstance(part, str))


def _nothing_told(said):
    assert not any(word in str(said) for word in SECRET_WORDS)


@pytest.mark.parametrize("path", ["/", "/page.js", "/page.css"])
def test_without_the_code_the_page_shows_nothing_of_the_meeting(room, path):
    status, said = Phone(room.port).ask("GET", path)
    assert status == 200
    _nothing_told(said)
    assert room.code not in str(said)


@pytest.mark.parametrize(
    "token", ["", "x", "a" * 32 + "." + "b" * 40, ".", "é.é", "a" * 5000, None]
)
def test_without_a_proven_token_neither_state_nor_vote_nor_card(room, token):
    outsider = Phone(room.port)
    for ask in (
        ("GET", "/state"),
        ("POST", "/vote", {"item": "buy", "value": 1, "id": "i" * 12}),
        ("POST", "/note", {"text": "x", "id": "i" * 12}),
    ):
        status, said = outsider.ask(
            *ask, headers={"X-Room-Token": token and token.encode("utf-8").decode("latin-1")}
        )
        assert status in (400, 401, 431)
        _nothing_told(said)
    assert room.session.results().empty
    assert len(room.session.notes()) == 1


def test_a_token_of_another_meeting_opens_nothing(room, tmp_path):
    with Session(tmp_path / "other.sqlite") as session, Room(session, ["x"]) as other:
        stranger = Phone(other.port, other.code)
        stranger.port = room.port
        assert stranger.ask("GET", "/state")[0] == 401


def test_a_token_for_somebody_elses_name_cannot_be_made_up(room, phone):
    client, _, seal = phone.token.partition(".")
    forged = Phone(room.port)
    for token in (
        f"{client[:-1]}0.{seal}",
        f"{client}x.{seal}",
        f"{client}.{seal[:-1]}",
        f".{seal}",
        f"{client}.",
    ):
        forged.token = token if token != phone.token else f"0{token}"
        assert forged.ask("GET", "/state")[0] == 401


def test_a_wrong_code_five_times_is_slowed_and_then_even_the_right_one_waits(room):
    now = [0.0]
    room.gate._clock = lambda: now[0]
    stranger = Phone(room.port)
    answers = [stranger.ask("POST", "/join", {"code": f"{at:08d}"})[0] for at in range(5)]
    assert answers == [401] * 5
    status, said = stranger.ask("POST", "/join", {"code": room.code})
    assert status == 429
    assert "待ってから" in said["error"]
    assert int(stranger.headers["Retry-After"]) >= 2
    now[0] = 2.1
    assert stranger.ask("POST", "/join", {"code": room.code})[0] == 200


def test_a_hundred_wrong_codes_at_the_same_moment_are_not_all_looked_at(room):
    room.gate._clock = lambda: 0.0
    answers = []
    threads = [
        threading.Thread(
            target=lambda at=at: answers.append(
                Phone(room.port).ask("POST", "/join", {"code": str(at)})[0]
            )
        )
        for at in range(100)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(401) == FREE_TRIES
    assert set(answers) == {401, 429}


def test_phones_that_are_in_go_on_while_somebody_guesses(room, phone):
    stranger = Phone(room.port)
    for at in range(8):
        stranger.ask("POST", "/join", {"code": str(at)})
    assert phone.vote("buy", 1, "v" * 12)[0] == 200


def test_waits_grow_to_a_minute_and_are_forgotten_after_ten_quiet_ones():
    now = [0.0]
    gate = CodeGate(b"k" * 32, clock=lambda: now[0])
    assert [gate.try_code("a", "wrong") for _ in range(5)] == [False] * 5
    waits = []
    for _ in range(8):
        # a code that is not looked at is not counted either
        waits.append(gate.try_code("a", "wrong"))
        assert gate.try_code("a", "wrong") == waits[-1]
        now[0] += waits[-1]
        assert gate.try_code("a", "wrong") is False
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    now[0] += FORGET_S + 1
    assert [gate.try_code("a", "wrong") for _ in range(5)] == [False] * 5


def test_a_guesser_with_many_addresses_is_slowed_as_well():
    gate = CodeGate(b"k" * 32, clock=lambda: 0.0)
    told = [gate.try_code(f"10.0.{at // 200}.{at % 200}", "wrong") for at in range(200)]
    assert sum(each is False for each in told) == FREE_TRIES_ALL


def test_many_addresses_do_not_fill_the_memory():
    gate, limiter = CodeGate(b"k" * 32), RateLimiter(1, 1)
    for at in range(MAX_SENDERS + 500):
        gate.try_code(str(at), "wrong")
        limiter.allow_request(str(at))
    assert 0 < gate.sender_count <= MAX_SENDERS
    assert 0 < limiter.sender_count <= MAX_SENDERS


@pytest.mark.parametrize("typed", ["{0}", "{1} {2}", "{1}-{2}", " {0} ", "full-width"])
def test_the_code_may_be_typed_as_people_type_it(room, typed):
    code = room.code
    given_code = (
        typed.format(code, code[:4], code[4:])
        if typed != "full-width"
        else code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    )
    assert Phone(room.port).ask("POST", "/join", {"code": given_code})[0] == 200


@pytest.mark.parametrize("code", [None, 0, [], {}, "", True, "9" * 5000, "\ud800", ["12345678"]])
def test_a_code_of_another_kind_is_wrong_and_breaks_nothing(room, code):
    assert Phone(room.port).ask("POST", "/join", {"code": code})[0] == 401


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "http://127.0.0.1:{port}.evil.example", "http://localhost:{port}@evil.example", "", None]
)  # fmt: skip
def test_another_origins_page_cannot_post(room, phone, origin):
    sent = origin and origin.format(port=room.port)
    assert (
        phone.ask(
            "POST", "/vote", {"item": "buy", "value": 2, "id": "o" * 12}, headers={"Origin": sent}
        )[0]
        == 403
    )
    assert room.session.results().empty


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_that_says_it_comes_from_another_site_gets_nothing(room, phone, site):
    for method, path in (("GET", "/state"), ("GET", "/"), ("POST", "/vote")):
        status, said = phone.ask(
            method, path, {} if method == "POST" else None, headers={"Sec-Fetch-Site": site}
        )
        assert status == 403
        _nothing_told(said)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json-patch",
        None,
    ],
)
def test_a_form_of_another_page_cannot_post(room, phone, kind):
    assert (
        phone.ask(
            "POST",
            "/vote",
            {"item": "buy", "value": 2, "id": "f" * 12},
            headers={"Content-Type": kind},
        )[0]
        == 415
    )


def test_no_answer_lets_another_origin_read_it(room, phone):
    for method, path in (("GET", "/"), ("GET", "/state"), ("OPTIONS", "/vote")):
        phone.ask(method, path, headers={"Origin": "http://evil.example"})
        assert not any(name.lower().startswith("access-control") for name in phone.headers)
        assert phone.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:{port}, evil",
        "0.0.0.0:{port}",
        "[::1]:{port}",
        "",
    ],
)
def test_a_name_that_was_rebound_to_this_machine_gets_nothing(room, phone, host):
    status, said = phone.ask("GET", "/state", headers={"Host": host.format(port=room.port)})
    assert status == 421
    _nothing_told(said)


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/page.html", "//etc/passwd", "/page.css/../page.js", "/page.js%00", "/page.html",
        "/PAGE.JS", "/page.js?x=1", "/state/", "/state?token=1", "/.git/config", "/m.sqlite", "/assets/room/page.js", "/results", "/history", "/export",
        "/votes", "/admin", "/%73tate", "/\\..\\page.js", "http://127.0.0.1/state", "*", "/favicon.ico", "/" + "a" * 2000,
    ],
)  # fmt: skip
def test_no_path_but_the_four_is_there(room, phone, path):
    status, said = phone.ask("GET", path)
    assert status == 404
    _nothing_told(said)


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "X" * 300]
)
def test_no_method_but_get_and_post_is_there(room, phone, method):
    status, said = phone.ask(method, "/state")
    assert status in (501, 405, 400)
    _nothing_told(said)


HEAD = "Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nContent-Type: application/json\r\nX-Room-Token: {token}\r\n"
BODY = '{"item": "buy", "value": 2, "id": "hhhhhhhhhhhh"}'
TRICKS = {
    "two_hosts": "POST /vote HTTP/1.1\r\nHost: evil\r\n" + HEAD + f"Content-Length: {len(BODY)}\r\n\r\n{BODY}",
    "two_origins": "POST /vote HTTP/1.1\r\nOrigin: http://evil\r\n" + HEAD + f"Content-Length: {len(BODY)}\r\n\r\n{BODY}",
    "two_tokens": "POST /vote HTTP/1.1\r\nX-Room-Token: x\r\n" + HEAD + f"Content-Length: {len(BODY)}\r\n\r\n{BODY}",
    "two_lengths": "POST /vote HTTP/1.1\r\n" + HEAD + f"Content-Length: 0\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}",
    "chunked": "POST /vote HTTP/1.1\r\n" + HEAD + f"Transfer-Encoding: chunked\r\n\r\n{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n",
    "chunked_and_length": "POST /vote HTTP/1.1\r\n" + HEAD + f"Transfer-Encoding: chunked\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}",
    "negative_length": "POST /vote HTTP/1.1\r\n" + HEAD + f"Content-Length: -1\r\n\r\n{BODY}",
    "signed_length": "POST /vote HTTP/1.1\r\n" + HEAD + f"Content-Length: +{len(BODY)}\r\n\r\n{BODY}",
    "no_length": "POST /vote HTTP/1.1\r\n" + HEAD + f"\r\n{BODY}",
    "huge_length": "POST /vote HTTP/1.1\r\n" + HEAD + f"Content-Length: 99999999999999999999\r\n\r\n{BODY}",
    "folded_header": "POST /vote HTTP/1.1\r\n" + HEAD.replace("Origin: ", "Origin:\r\n http://evil ") + f"Content-Length: {len(BODY)}\r\n\r\n{BODY}",
    "200_headers": "POST /vote HTTP/1.1\r\n" + "A: b\r\n" * 200 + HEAD + f"Content-Length: {len(BODY)}\r\n\r\n{BODY}",
    "endless_header": "POST /vote HTTP/1.1\r\nA: " + "a" * 70_000 + "\r\n" + HEAD + f"Content-Length: {len(BODY)}\r\n\r\n{BODY}",
    "endless_path": "POST /" + "a" * 70_000 + " HTTP/1.1\r\n" + HEAD + "\r\n",
    "http_0_9": "GET /state\r\n\r\n",
    "http_9": "GET /state HTTP/9.9\r\n" + HEAD + "\r\n",
    "no_http": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "nul": "GET /state\0 HTTP/1.1\r\n" + HEAD + "\r\n",
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_a_header_trick_stores_nothing_and_tells_nothing(room, phone, trick):
    sent = TRICKS[trick].replace("{port}", str(room.port)).replace("{token}", phone.token)
    got = _raw(room.port, sent.encode("latin-1"))
    assert b" 200 " not in got.split(b"\r\n")[0]
    _nothing_told(got.decode("utf-8", "replace"))
    assert room.session.results().empty
    assert phone.vote("buy", 1, "z" * 12)[0] == 200


def test_a_second_request_hidden_behind_the_first_is_not_answered(room, phone):
    head = HEAD.replace("{port}", str(room.port)).replace("{token}", phone.token)
    got = _raw(
        room.port, f"GET /page.css HTTP/1.1\r\n{head}\r\nGET /state HTTP/1.1\r\n{head}\r\n".encode()
    )
    assert got.count(b"HTTP/1.1 200") == 1
    _nothing_told(got.decode())


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"5", b"null", b'"x"', b"[" * 8000, b"\xff\xfe", b'{"item": "buy"}', b'{"item": "buy", "value": 3, "id": "aaaaaaaaaaaa"}',
        b'{"item": "buy", "value": true, "id": "aaaaaaaaaaaa"}', b'{"item": "buy", "value": NaN, "id": "aaaaaaaaaaaa"}', b'{"item": "none", "value": 1, "id": "aaaaaaaaaaaa"}',
        b'{"item": ["buy"], "value": 1, "id": "aaaaaaaaaaaa"}', b'{"item": "buy", "value": 1}', b'{"item": "buy", "value": 1, "id": "x"}', b'{"item": "buy", "value": 1, "id": 5}',
        b'{"item": "buy", "value": 1e400, "id": "aaaaaaaaaaaa"}', b'{"item": "buy", "value": 1, "id": "../../../../x"}',
        b'{"item": "buy", "value": ' + b"9" * 5000 + b', "id": "aaaaaaaaaaaa"}',
    ],
)  # fmt: skip
def test_a_vote_that_is_none_is_refused_politely(room, phone, body):
    status, said = phone.ask("POST", "/vote", body)
    assert status == 400
    assert said["error"]
    assert room.session.results().empty


def test_what_is_too_long_is_refused_before_it_is_read(room, phone):
    status, _ = phone.ask("POST", "/note", {"text": "a" * 9000, "id": "n" * 12})
    assert status == 413
    status, said = phone.ask("POST", "/note", {"text": "a" * 1001, "id": "n" * 12})
    assert status == 400
    assert "1000文字まで" in said["error"]
    assert len(room.session.notes()) == 1


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=400))
def test_any_bytes_leave_the_server_up(room, junk):
    _raw(room.port, junk + b"\r\n\r\n", seconds=0.2)
    assert room.running


def test_one_phone_that_asks_too_often_is_told_to_wait_and_the_others_are_not(room, phone):
    other = Phone(room.port, room.code)
    room.by_client.per_second = 0.0
    told = [phone.ask("GET", "/state")[0] for _ in range(80)]
    assert told.count(200) == CLIENT_BURST
    assert set(told) == {200, 429}
    assert other.ask("GET", "/state")[0] == 200


def test_a_flood_from_one_address_is_told_to_wait_and_a_phone_behind_it_still_comes_in(room):
    room.by_address.burst, room.by_address.per_second = 20, 0.0
    told = [Phone(room.port).ask("GET", "/state")[0] for _ in range(30)]
    assert told == [401] * 20 + [429] * 10
    # the pages themselves and the QR code's secret do not wait behind a flood
    assert Phone(room.port).ask("GET", "/page.css")[0] == 200
    secret = room.link.partition("#key=")[2]
    status, said = Phone(room.port).ask("POST", "/join", {"key": secret})
    assert (status, bool(said["token"])) == (200, True)


@pytest.mark.slow
def test_connections_that_say_nothing_are_hung_up_on_after_three_seconds(tmp_path):
    with Session(tmp_path / "m.sqlite") as session, Room(session, ITEMS) as room:
        phone = Phone(room.port, room.code)
        begun = time.monotonic()
        silent = [socket.create_connection(("127.0.0.1", room.port), timeout=60) for _ in range(20)]
        for each in silent:
            each.sendall(b"GET /state HTTP/1.1\r\n")
        assert phone.ask("GET", "/state")[0] == 200
        assert all(each.recv(10) == b"" for each in silent)
        assert time.monotonic() - begun >= 2.9
        for each in silent:
            each.close()


def test_four_hundred_half_open_connections_keep_no_phone_behind_them_out(room, phone):
    held = [socket.create_connection(("127.0.0.1", room.port), timeout=5) for _ in range(400)]
    for each in held:
        # some have had to go already
        with suppress(OSError):
            each.sendall(b"POST /vote HTTP/1.1\r\nHost: ")
    for at in range(41):
        assert Phone(room.port, room.code).vote("buy", 1, f"{at:012d}")[0] == 200
    assert room.session.results()["votes"].tolist() == [41]
    for each in held:
        each.close()
    _until(lambda: room.connection_count == 0)
    assert any("127.0.0.1 から、途中で止まった接続が" in told for told in room.list_warnings())


def test_of_too_many_connections_the_oldest_half_open_one_goes(tmp_path, monkeypatch):
    # a slow machine must not let them time out meanwhile
    monkeypatch.setattr("dxkit.widgets.room._server.HEADERS_S", 600.0)
    monkeypatch.setattr("dxkit.widgets.room._connection_table.MAX_CONNECTIONS", 5)
    with Session(tmp_path / "m.sqlite") as session, Room(session, ITEMS) as room:
        _check_that_the_oldest_goes(room)


def _check_that_the_oldest_goes(room):
    phone = Phone(room.port, room.code)
    _until(lambda: room.connection_count == 0)
    held = [socket.create_connection(("127.0.0.1", room.port), timeout=5) for _ in range(6)]
    assert held[0].recv(10) == b""
    _until(lambda: room.connection_count == 5)
    assert phone.vote("buy", 1, "v" * 12)[0] == 200
    # that vote, too, took the place of the oldest
    assert held[1].recv(10) == b""
    for each in held:
        each.close()


def test_every_answer_carries_the_strict_headers_and_names_no_software(room, phone):
    for method, path in (
        ("GET", "/"),
        ("GET", "/page.js"),
        ("GET", "/state"),
        ("GET", "/nothing"),
        ("POST", "/vote"),
        ("PUT", "/"),
    ):
        phone.ask(method, path, b"" if method == "POST" else None)
        policy = phone.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert phone.headers["X-Content-Type-Options"] == "nosniff"
        assert phone.headers["X-Frame-Options"] == "DENY"
        assert phone.headers["Referrer-Policy"] == "no-referrer"
        assert phone.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in phone.headers
        assert "python" not in str(phone.headers).lower()


def test_no_answer_to_any_phone_tells_a_vote(room, phone):
    other = Phone(room.port, room.code)
    for at in range(5):
        assert Phone(room.port, room.code).vote("buy", 2, f"{at:012d}")[0] == 200
    for path in ("/", "/state", "/page.js"):
        said = json.dumps(other.ask("GET", path)[1])
        assert '"value"' not in said
        assert '"mean"' not in said
        assert phone.client not in said


def test_one_phones_id_cannot_block_or_undo_anothers_vote(room, phone):
    other = Phone(room.port, room.code)
    assert phone.vote("buy", 2, "s" * 12)[0] == 200
    assert other.vote("buy", -2, "s" * 12)[0] == 200
    assert room.session.results()["votes"].tolist() == [2]


def test_who_voted_what_is_in_no_file_page_or_log(room, phone, tmp_path, capfd):
    phone.vote("buy", -2, "w" * 12)
    held = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    for hidden in (phone.client, phone.token, "w" * 12):
        assert hidden.encode() not in held
        assert hidden not in room.session.history().to_csv()
    assert b"127.0.0.1" not in held
    told = capfd.readouterr()
    assert told.out + told.err == ""


def test_script_in_a_note_is_text_on_the_board_and_in_the_sheets(room, phone, tmp_path):
    assert (
        phone.ask("POST", "/note", {"text": HOSTILE, "group": HOSTILE[:150], "id": "x" * 12})[0]
        == 200
    )
    assert phone.ask("POST", "/note", {"text": "=1+1", "id": "y" * 12})[0] == 200
    shown = _board_of(room.session, ITEMS)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown
    book = openpyxl.load_workbook(room.session.export(tmp_path / "r.xlsx"))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(cell.value == "'=1+1" for cell in cells)


def test_script_in_an_item_is_text_in_the_chart(tmp_path):
    with Session(tmp_path / "h.sqlite") as session, Room(session, [HOSTILE]) as opened:
        phone = Phone(opened.port, opened.code)
        assert phone.vote(HOSTILE, 1, "x" * 12)[0] == 200
        shown = _board_of(session, [HOSTILE])
        assert "&lt;script&gt;" in shown
        assert "<script" not in shown
        assert "<img" not in shown


def test_loopback_alone_listens_unless_the_network_is_asked_for(tmp_path):
    with Session(tmp_path / "m.sqlite") as session:
        with Room(session, ["x"]) as here:
            assert here.address.startswith("http://127.0.0.1:")
            with pytest.raises(OSError, match=r".+"):
                socket.create_connection(("127.0.0.2", here.port), timeout=2)
        with Room(session, ["x"], network=True, address="127.0.0.2") as there:
            assert there.address.startswith("http://127.0.0.2:")
            assert there.hosts == (f"127.0.0.2:{there.port}",)
            with pytest.raises(OSError, match=r".+"):
                socket.create_connection(("127.0.0.1", there.port), timeout=2)


def test_the_code_is_behind_the_hash_that_browsers_send_to_nobody(room):
    address, _, secret = room.link.partition("#key=")
    assert address == room.address
    # 128 bits: nobody finds them by trying
    assert len(secret) == 32
    assert room.code not in room.link
    assert len(room.code) == 8
    assert room.code.isdecimal()


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], "ありません"),
        (["a", "a"], "重なって"),
        ("abc", "1つの文字列"),
        (["", "b"], "空でない"),
        ([5], "空でない"),
    ],
)
def test_items_that_cannot_be_voted_on_are_named(tmp_path, items, said):
    with Session(tmp_path / "m.sqlite") as session, pytest.raises(ChoiceError, match=said):
        Room(session, items)


def test_a_taken_port_is_named(room):
    with pytest.raises(ChoiceError, match=str(room.port)):
        Room(room.session, ["x"], port=room.port).start()


def test_one_phone_that_joins_again_and_again_is_one_phone(room):
    # its answers got lost on the way: it knocks again with the same id of its own
    device = "d" * 32
    tokens = {
        Phone(room.port).ask("POST", "/join", {"code": room.code, "device": device})[1]["token"]
        for _ in range(5)
    }
    assert len(tokens) == 1
    assert room.joined == 1


@pytest.mark.parametrize("device", ["short", 5, [], "x" * 65, "é" * 32, "a b" * 8])
def test_a_phones_own_id_that_is_none_is_refused(room, device):
    status, _ = Phone(room.port).ask("POST", "/join", {"code": room.code, "device": device})
    assert status == 400
    assert room.joined == 0


def test_phones_are_counted_from_the_file_also_after_a_restart(tmp_path):
    with Session(tmp_path / "m.sqlite") as session:
        with Room(session, ITEMS) as first:
            before = [Phone(first.port, first.code) for _ in range(4)]
        with Room(session, ITEMS) as again:
            assert again.joined == 4
            for phone in before:
                # another program may have taken the port between the two rooms
                phone.port = again.port
                assert phone.ask("GET", "/state")[0] == 200
            assert again.joined == 4
            assert again.present == 4


def test_no_more_identities_come_in_than_persons_are_there(tmp_path):
    with Session(tmp_path / "m.sqlite") as session, Room(session, ITEMS, expected=3) as room:
        device = "d" * 32
        join = {"code": room.code, "device": device}
        assert Phone(room.port).ask("POST", "/join", join)[0] == 200
        for _ in range(2):
            Phone(room.port, room.code)
        answers = [Phone(room.port).ask("POST", "/join", {"code": room.code}) for _ in range(50)]
        assert {status for status, _ in answers} == {403}
        assert "人数（3人）がそろっています" in answers[0][1]["error"]
        # who is in comes in again
        assert Phone(room.port).ask("POST", "/join", join)[0] == 200
        assert room.joined == 3
        assert any("人数（3人）を超える新しい端末を50回" in told for told in room.list_warnings())
        assert "人数（3人）を超える" in _board_of_room(room)
        room.door.change_expected(4)
        assert Phone(room.port).ask("POST", "/join", {"code": room.code})[0] == 200


def _board_of_room(room):
    board = widgets.VoteBoard(room, min_votes=3)
    board.refresh()
    return board.message.value


@pytest.mark.slow
def test_a_rush_of_new_identities_from_one_address_is_slowed_and_told(room):
    answers = [Phone(room.port).ask("POST", "/join", {"code": room.code})[0] for _ in range(300)]
    # 120 at once, and one in two seconds
    assert 120 <= answers.count(200) <= 150
    assert set(answers) == {200, 429}
    told = " ".join(room.list_warnings())
    assert "新しい端末が続いたので" in told
    assert "会場の人数と比べてください" in told


def test_a_paper_ticket_makes_one_voter_on_one_device(tmp_path):
    with (
        Session(tmp_path / "m.sqlite") as session,
        Room(session, ITEMS, expected=3, tickets=True) as room,
    ):
        assert len({link.partition("#ticket=")[2] for link in room.ticket_links}) == 3
        ticket = room.door.tickets[0]
        secret = room.link.partition("#key=")[2]
        for way in ({"code": room.code}, {"key": secret}):
            assert Phone(room.port).ask("POST", "/join", way)[0] == 403
        own = {"ticket": ticket.lower(), "device": "d" * 32}
        tokens = {Phone(room.port).ask("POST", "/join", own)[1]["token"] for _ in range(3)}
        assert len(tokens) == 1
        status, said = Phone(room.port).ask("POST", "/join", own | {"device": "e" * 32})
        assert status == 403
        assert "別の端末" in said["error"]
        assert Phone(room.port).ask("POST", "/join", own | {"ticket": "A" * 12})[0] == 401
        # a broken phone: the officer lets the ticket go, and it stays the same voter
        room.door.release_ticket(ticket)
        again = Phone(room.port).ask("POST", "/join", own | {"device": "e" * 32})
        assert again[1]["token"] in tokens
        assert room.joined == 1


@pytest.mark.parametrize("expected", [0, -1, 1.5, True, "41", 5000])
def test_a_number_of_persons_that_is_none_is_refused(tmp_path, expected):
    with Session(tmp_path / "m.sqlite") as session, pytest.raises(ChoiceError, match="expected="):
        Room(session, ITEMS, expected=expected)


def test_tickets_need_a_number_of_persons(tmp_path):
    with Session(tmp_path / "m.sqlite") as session, pytest.raises(ChoiceError, match="人数"):
        Room(session, ITEMS, tickets=True)


def test_a_guesser_behind_the_same_address_keeps_nobody_out_who_reads_the_qr_code(room):
    stranger = Phone(room.port)
    for at in range(60):
        stranger.ask("POST", "/join", {"code": f"{at:08d}"})
    assert Phone(room.port).ask("POST", "/join", {"code": room.code})[0] == 429
    secret = room.link.partition("#key=")[2]
    phones = [Phone(room.port) for _ in range(41)]
    for at, phone in enumerate(phones):
        status, said = phone.ask("POST", "/join", {"key": secret, "device": f"{at:032d}"})
        assert status == 200
        phone.token = said["token"]
        assert phone.vote("buy", 1, f"{at:012d}")[0] == 200
    assert room.session.results()["votes"].tolist() == [41]
    assert any("会議コードの間違いが5回" in told for told in room.list_warnings())


@pytest.mark.parametrize("key", [None, "", "x", 5, [], "0" * 32, "０" * 32, "\ud800", "12345678"])
def test_a_secret_that_is_wrong_opens_nothing(room, key):
    assert Phone(room.port).ask("POST", "/join", {"key": key})[0] == 401
    assert room.joined == 0


def test_the_log_leads_to_no_phone_and_no_vote(room, phone, tmp_path):
    phone.vote("buy", -2, "w" * 12)
    with sqlite3.connect(tmp_path / "m.room.sqlite") as log:
        names = {name for (name,) in log.execute("SELECT name FROM admitted")}
    with sqlite3.connect(tmp_path / "m.sqlite") as store:
        rows = str(store.execute("SELECT * FROM dxkit_entries").fetchall())
    assert len(names) == 1
    assert not any(name in rows or name in phone.token for name in names)
