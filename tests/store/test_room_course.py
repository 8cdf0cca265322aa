"""PCs on which nothing can be installed read the course from the room: its pages, and nothing else."""

import gzip
import http.client
import json
from urllib.parse import quote

import pytest
from rooms import Phone, Window

from dxkit.errors import ChoiceError
from dxkit.store import Session
from dxkit.widgets.room import Room, open_room
from dxkit.widgets.room._course_exercises import list_course_exercises
from dxkit.widgets.room._course_pages import MAKE_PAGES, PAGE_BURST, CoursePages, find_course

PAGE = "<!DOCTYPE html><title>いくつ？</title>"
ADDRESSES = ("00_start_here.html", "trainees/01_where.html", "facilitators/02_meeting.html")


def _write_edition(folder, addresses=ADDRESSES):
    for address in addresses:
        path = folder / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE, encoding="utf-8")
    contents = [{"address": at, "question": f"{at}？", "minutes": "5分"} for at in addresses]
    listing = json.dumps({"contents": contents, "towns": ["豊岡市"], "files": {}})
    (folder / "edition.json").write_text(listing, encoding="utf-8")
    return folder


def _open_room(folder):
    session = Session(folder / "store.sqlite")
    made = Room(session, ["共同調達"])
    made.course = CoursePages(_write_edition(folder / "made"))
    made.start()
    return made


def _close_room(room):
    room.stop()
    room.session.close()


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = _open_room(tmp_path_factory.mktemp("room"))
    yield made
    _close_room(made)


@pytest.fixture
def own_room(tmp_path):
    """A room that a test may change."""
    made = _open_room(tmp_path)
    yield made
    _close_room(made)


def _list_pages(room):
    return Phone(room.port, room.code).ask("GET", "/course/list")[1]


def test_the_list_holds_the_first_page_and_the_trainees(room):
    answer = _list_pages(room)
    assert [page["address"] for page in answer["pages"]] == list(ADDRESSES[:2])
    assert answer["towns"] == ["豊岡市"]
    assert answer["pages"][1] == {
        "address": "trainees/01_where.html",
        "question": "trainees/01_where.html？",
        "minutes": "5分",
    }


def test_whoever_has_not_shown_the_code_gets_neither_list_nor_page(room):
    assert Phone(room.port).ask("GET", "/course/list")[0] == 401
    for secret in ("", "0" * 40, room.code):
        status, _ = Phone(room.port).ask("GET", f"/course/pages/{secret}/{ADDRESSES[0]}")
        assert status == 404


def test_the_page_around_them_is_open_to_all_and_may_frame_only_this_server(room):
    phone = Phone(room.port)
    for path in ("/course", "/course.css", "/course.js"):
        assert phone.ask("GET", path)[0] == 200
    phone.ask("GET", "/course")
    policy = phone.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "script-src 'self'" in policy
    assert phone.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_comes_cut_off_from_network_and_origin(room, address):
    phone = Phone(room.port)
    status, content = phone.ask("GET", f"/{_list_pages(room)['folder']}{address}")
    assert (status, content) == (200, PAGE)
    assert phone.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = phone.headers.get_all("Content-Security-Policy")
    assert len(policy) == 1
    parts = [part.strip() for part in policy[0].split(";")]
    # no connect-src: the default stands, which is nothing
    assert "default-src 'none'" in parts
    assert "frame-ancestors 'self'" in parts
    assert parts[0] == "sandbox allow-scripts allow-forms"
    assert phone.headers["X-Content-Type-Options"] == "nosniff"
    assert phone.headers["Cache-Control"] == "no-store"


def test_a_page_is_compressed_for_whom_it_may_be(room):
    path = f"/{_list_pages(room)['folder']}{ADDRESSES[0]}"
    connection = http.client.HTTPConnection("127.0.0.1", room.port, timeout=10)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip, deflate"})
    answer = connection.getresponse()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.read()).decode() == PAGE
    connection.close()
    phone = Phone(room.port)
    assert phone.ask("GET", path)[1] == PAGE
    assert phone.headers["Content-Encoding"] is None


@pytest.mark.parametrize(
    "name",
    [
        "../made/00_start_here.html",
        "..%2f..%2fstore.sqlite",
        "../store.sqlite",
        "....//store.sqlite",
        "%2e%2e/store.sqlite",
        "..\\store.sqlite",
        "/etc/passwd",
        "edition.json",
        "index.html",
        "",
        ".",
        "trainees",
        "trainees/",
        "00_start_here.html%00",
        "00_start_here.html?x",
        "00_START_HERE.html",
        "trainees/../00_start_here.html",
        "./00_start_here.html",
    ],
)
def test_what_is_not_in_the_list_is_not_there(room, name):
    status, content = Phone(room.port).ask("GET", f"/{_list_pages(room)['folder']}{name}")
    assert status in (400, 404)
    assert PAGE not in str(content)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_pages_can_only_be_read(room, method):
    path = f"/{_list_pages(room)['folder']}{ADDRESSES[0]}"
    status, _ = Phone(room.port).ask(method, path, {} if method == "POST" else None)
    assert status in (401, 404, 405)
    assert (room.course._folder / ADDRESSES[0]).read_text(encoding="utf-8") == PAGE


def test_a_foreign_page_cannot_show_one(room):
    path = f"/{_list_pages(room)['folder']}{ADDRESSES[0]}"
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert Phone(room.port).ask("GET", path, headers=headers)[0] == 403
    assert Phone(room.port).ask("GET", path, headers={"Host": "evil.example"})[0] == 421


def test_whoever_asks_for_page_after_page_has_to_wait(own_room):
    own_room.course.by_address.burst = 3
    own_room.course.by_address.per_second = 0.0
    path = f"/{_list_pages(own_room)['folder']}{ADDRESSES[0]}"
    statuses = [Phone(own_room.port).ask("GET", path)[0] for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    # a room of 41 may open five pages at once
    assert PAGE_BURST >= 41 * 5


def test_a_page_that_was_taken_away_is_not_there(own_room):
    folder = _list_pages(own_room)["folder"]
    (own_room.course._folder / ADDRESSES[0]).unlink()
    assert Phone(own_room.port).ask("GET", f"/{folder}{ADDRESSES[0]}")[0] == 404
    assert Phone(own_room.port).ask("GET", f"/{folder}{ADDRESSES[1]}")[0] == 200


def test_a_list_that_leads_out_of_its_folder_is_refused(tmp_path):
    folder = _write_edition(tmp_path / "made")
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    contents = [{"address": "../secret.html", "question": "?", "minutes": ""}]
    listing = json.dumps({"contents": contents, "towns": []})
    (folder / "edition.json").write_text(listing, encoding="utf-8")
    with pytest.raises(ChoiceError, match=r"教材のページがありません"):
        CoursePages(folder)


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path):
    folder = _write_edition(tmp_path / "made")
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    (folder / ADDRESSES[0]).unlink()
    (folder / ADDRESSES[0]).symlink_to(tmp_path / "secret.html")
    with pytest.raises(ChoiceError, match=r"教材のページがありません"):
        CoursePages(folder)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"contents": 3, "towns": []}', '{"contents": [{}], "towns": []}', "x"],
)
def test_a_folder_with_a_damaged_list_is_refused_in_words(tmp_path, content):
    (tmp_path / "edition.json").write_text(content, encoding="utf-8")
    with pytest.raises(ChoiceError, match=r"make pack TO=out/course"):
        CoursePages(tmp_path)


def test_an_empty_folder_is_refused_and_the_meeting_stays_closed(tmp_path):
    with pytest.raises(ChoiceError, match=r"教材のページがありません"):
        open_room(tmp_path / "room", course=tmp_path, address="127.0.0.1", browser=False)
    # nothing was begun
    assert not (tmp_path / "room").exists()


@pytest.mark.parametrize("place", ["out/course", "out/pack/pages"])
def test_pages_are_found_where_make_pack_leaves_them(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    assert find_course(None).pages == {}
    _write_edition(tmp_path / place)
    assert list(find_course(None).pages) == list(ADDRESSES)


def test_pages_of_an_earlier_version_do_not_keep_the_meeting_from_opening(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out" / "course").mkdir(parents=True)
    (tmp_path / "out" / "course" / "edition.json").write_text('{"files": {}}', encoding="utf-8")
    assert find_course(None).pages == {}


def test_the_officer_reads_where_the_course_is_or_how_to_make_it(own_room):
    officer = Window(own_room.officer_link)
    headers = {"X-Room-Key": officer.key}
    state = officer.ask("GET", "/officer/state", headers=headers)[1]
    assert state["course_link"] == f"{own_room.address}course"
    own_room.course = CoursePages()
    state = officer.ask("GET", "/officer/state", headers=headers)[1]
    assert state["course_link"] == ""
    assert MAKE_PAGES in state["no_course"]
    assert _list_pages(own_room)["pages"] == []


def test_a_report_of_an_exercise_reaches_the_board(room):
    cell_id = next(iter(list_course_exercises()))
    for _ in range(3):
        trainee = Phone(room.port, room.code)
        for report in ({"share": True}, {"exercise": {"id": cell_id, "state": "solved"}}):
            assert trainee.ask("POST", "/progress", report)[0] == 200
    officer = Window(room.officer_link)
    board = officer.ask("GET", "/board/state", headers={"X-Room-Key": officer.key})[1]
    assert [tile["solved"] for tile in board["tiles"]] == ["3人"]


def _read_percent(room, address):
    return Phone(room.port).ask("GET", f"/{_list_pages(room)['folder']}{quote(address)}")


def test_an_edition_of_other_notebooks_is_listed_and_served(tmp_path):
    addresses = ("hackathon/はじめに.html", "hackathon/1 名簿#2.html")
    session = Session(tmp_path / "store.sqlite")
    made = Room(session, ["共同調達"])
    made.course = CoursePages(_write_edition(tmp_path / "made", addresses))
    made.start()
    try:
        # none is for trainees: all are listed
        assert [page["address"] for page in _list_pages(made)["pages"]] == list(addresses)
        for address in addresses:
            assert _read_percent(made, address) == (200, PAGE)
        # percent signs are read once
        assert _read_percent(made, quote(addresses[0]))[0] == 404
        assert _read_percent(made, "../made/hackathon/はじめに.html")[0] == 404
    finally:
        _close_room(made)


@pytest.fixture
def full_room(tmp_path):
    """A room for one person, who is in."""
    session = Session(tmp_path / "store.sqlite")
    made = Room(session, ["共同調達"], expected=1)
    made.start()
    Phone(made.port, made.code)
    yield made
    _close_room(made)


def _join_as_reader(room, **way):
    phone = Phone(room.port)
    status, answer = phone.ask("POST", "/join", {"reader": True, "device": "d" * 32, **way})
    phone.token = answer.get("token", "")
    return status, phone


def test_who_reads_the_course_takes_no_voters_place(full_room):
    assert Phone(full_room.port).ask("POST", "/join", {"code": full_room.code})[0] == 403
    status, phone = _join_as_reader(full_room, code=full_room.code)
    assert status == 200
    assert phone.ask("GET", "/course/list")[0] == 200
    assert phone.ask("POST", "/progress", {"share": True})[0] == 200
    # the same computer once more is the same
    assert _join_as_reader(full_room, code=full_room.code)[1].token == phone.token
    assert (full_room.joined, full_room.door.readers, full_room.present) == (1, 1, 1)


def test_who_reads_the_course_may_not_vote(full_room):
    _, phone = _join_as_reader(full_room, code=full_room.code)
    for method, path in (("GET", "/state"), ("POST", "/vote"), ("POST", "/note"),
                         ("POST", "/support"), ("POST", "/test")):  # fmt: skip
        status, answer = phone.ask(method, path, {} if method == "POST" else None)
        assert (status, "投票できません" in answer["error"]) == (403, True)
    # the name cannot be taken off: the token seals it
    phone.token = phone.token.removeprefix("reader-")
    assert phone.ask("GET", "/state")[0] == 401
    assert _join_as_reader(full_room, code="0" * 8)[0] == 401


def test_with_tickets_the_code_opens_the_course_and_no_ticket_is_used_up(tmp_path):
    session = Session(tmp_path / "store.sqlite")
    made = Room(session, ["共同調達"], expected=1, tickets=True)
    made.start()
    try:
        assert Phone(made.port).ask("POST", "/join", {"code": made.code})[0] == 403
        assert _join_as_reader(made, code=made.code)[0] == 200
        ticket = made.door.tickets[0]
        assert _join_as_reader(made, ticket=ticket)[0] == 200
        assert _join_as_reader(made, ticket="A" * 12)[0] == 401
        # another device votes with it
        body = {"ticket": ticket, "device": "e" * 32}
        assert Phone(made.port).ask("POST", "/join", body)[0] == 200
    finally:
        _close_room(made)


def test_computers_that_push_in_to_read_have_to_wait(own_room):
    own_room.door._readers_by_address.burst = 1
    own_room.door._readers_by_address.per_second = 0.0
    statuses = [
        _join_as_reader(own_room, code=own_room.code, device=letter * 32)[0] for letter in "aabb"
    ]
    assert statuses == [200, 200, 429, 429]


def test_readers_are_counted_on_after_the_room_was_stopped(tmp_path):
    session = Session(tmp_path / "store.sqlite")
    for expected in ([1, 2], [2, 3]):
        made = Room(session, ["共同調達"])
        made.start()
        # the second computer comes back after the restart, and is the same
        for number, count in zip(expected, expected, strict=True):
            assert _join_as_reader(made, code=made.code, device=f"{number:032d}")[0] == 200
            assert made.door.readers == count
        made.stop()
    session.close()
