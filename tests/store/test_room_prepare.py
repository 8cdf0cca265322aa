"""The pages before the day keep everything in the meeting's file, and lose nothing to a second window."""

import contextlib
import http.client
import io
import json
import subprocess
import sys
import threading
import time
import zipfile
from urllib.parse import quote

import openpyxl
import pytest
from rooms import Phone

from dxkit import reports
from dxkit.errors import ChoiceError
from dxkit.store import Meeting
from dxkit.widgets.room import open_room

NAME = "第1回"
HOSTILE = '=HYPERLINK("http://x")<img src=x onerror=alert(1)>'
PEOPLE = [
    ("姫路市", "青木", 530, "Ａ社"),
    ("姫路市", "岡", 530, "A社"),
    ("県DX課", "森", None, "B社"),
    ("神戸市", "原", 1525, "B社"),
    ("神戸市", "林", 1525, "A社"),
    ("豊岡市", HOSTILE, 78, "A社"),
]


def _write_book(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_list(people=PEOPLE, headings=("団体名", "氏名", "人口", "事業者")):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["出席者名簿"])
    sheet.append(headings)
    for row in people:
        sheet.append([None if value is None else f" {value}" for value in row])
    for row in sheet.iter_rows(min_row=3):
        for cell in row:
            cell.data_type = "s" if cell.value is not None else "n"
    sheet.append(["※ 敬称略"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


class Window:
    """One window of the officer: remembers the state that it shows."""

    def __init__(self, room, meeting=NAME):
        self.room, self.meeting = room, meeting
        self.key = room.officer_link.partition("#key=")[2]
        self.state = self.ask("/prepare/state", {})[1]

    def ask(self, path, body=None, content=None, **headers):
        host = f"127.0.0.1:{self.room.port}"
        sent = {"Host": host, "Origin": f"http://{host}", "X-Room-Key": self.key,
                "Content-Type": "application/json"} | headers  # fmt: skip
        data = (
            json.dumps({"meeting": self.meeting, **body}).encode() if content is None else content
        )
        connection = http.client.HTTPConnection("127.0.0.1", self.room.port, timeout=120)
        try:
            connection.request("POST", path, data, sent)
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
        finally:
            connection.close()
        try:
            return status, json.loads(content)
        except ValueError:
            return status, content

    def _keep(self, outcome):
        if outcome[0] == 200:
            self.state = outcome[1]
        return outcome

    def act(self, action, **fields):
        body = {"action": action, "revision": self.state["revision"], **fields}
        return self._keep(self.ask("/prepare/do", body))

    def upload(self, content, name="名簿.xlsx"):
        headers = {"X-File-Name": quote(name), "X-Meeting": quote(self.meeting),
                   "X-Revision": str(self.state["revision"])}  # fmt: skip
        return self._keep(self.ask("/prepare/upload", content=content, **headers))

    def seats(self):
        return {
            tuple(member["key"]): row["group"]
            for row in self.state["groups"]["rows"]
            for member in row["members"]
        }


def _open(folder, **options):
    papers = {"handout": reports.handout, "record": reports.record,
              "calendar_entry": reports.calendar_entry}  # fmt: skip
    return open_room(folder, address="127.0.0.1", browser=False, papers=papers, **options)


@pytest.fixture
def room(tmp_path):
    opened = _open(tmp_path, meeting=NAME)
    yield opened
    opened.stop()
    opened.session.close()


@pytest.fixture
def window(room):
    return Window(room)


def _fill(room, people=PEOPLE):
    """Fill the meeting by its public calls, without an upload."""
    import pandas as pd

    table = pd.DataFrame(people, columns=["code", "person", "人口", "事業者"])
    with Meeting(room.session.database.path, meeting=NAME) as meeting:
        meeting.add_persons(table)


@pytest.fixture
def filled(room):
    _fill(room)
    window = Window(room)
    assert window.act("rules", low="2", high="4", uses={"人口": "alike"})[0] == 200
    assert window.act("form")[0] == 200
    return window


def test_only_the_officer_reaches_the_pages(room, window):
    phone = Phone(room.port, room.code)
    for path in ("/prepare/state", "/prepare/do", "/prepare/file"):
        assert phone.ask("POST", path, {})[0] == 401
        assert window.ask(path, {}, **{"X-Room-Key": "0" * 32})[0] == 401
    status, _ = window.ask("/prepare/upload", content=b"x" * 1000, **{"X-Room-Key": "0" * 32})
    assert status == 401
    # the stage's secret opens the stage alone
    stage = room.stage_link.partition("#key=")[2]
    assert window.ask("/prepare/state", {}, **{"X-Room-Key": stage})[0] == 401
    assert window.ask("/prepare/state", {}, Origin="http://elsewhere.example")[0] == 403


def test_nobody_else_may_send_a_long_body(window):
    answer = None
    # hung up on before the body is read: by a closed connection, told in the system's words
    with contextlib.suppress(ConnectionError, http.client.HTTPException):
        answer = window.ask("/prepare/upload", content=b"x" * 2**20, **{"X-Room-Key": "0" * 32})
    assert answer is None


@pytest.mark.slow
def test_a_list_is_read_shown_and_taken(window):
    status, state = window.upload(_write_list())
    assert status == 200
    draft = state["draft"]
    assert [entry["role"] for entry in draft["headings"]] == ["code", "person", "", ""]
    assert draft["count"] == 6
    assert draft["skipped"] == ["9行目: ※ 敬称略"]
    assert state["roster"]["persons"] == 0
    assert window.act("accept")[0] == 200
    roster = window.state["roster"]
    assert (roster["bodies"], roster["persons"]) == (4, 6)
    assert HOSTILE in roster["rows"][5][1]
    assert any("「A社」と「Ａ社」" in text for text in window.state["wishes"]["remarks"])


@pytest.mark.slow
def test_a_column_is_taken_for_what_the_officer_says(window):
    headings = ("所属", "参加者", "団体名", "事業者")
    people = [("甲課", "青木", "姫路市", "X"), ("乙課", "岡", "神戸市", "X")]
    draft = window.upload(_write_list(people, headings))[1]["draft"]
    assert {entry["heading"]: entry["sure"] for entry in draft["headings"]}["所属"] is False
    roles = {"所属": "code", "団体名": "-", "参加者": "person", "事業者": ""}
    assert window.act("columns", sheet=draft["sheet"], roles=roles)[0] == 200
    assert window.state["draft"]["columns"] == ["団体", "氏名", "事業者"]
    assert window.state["draft"]["rows"][0] == ["甲課", "青木", "X"]
    roles["団体名"] = "code"
    window.act("columns", sheet=draft["sheet"], roles=roles)
    assert window.state["draft"]["faults"] == [
        "「団体」の列が2つあります。1つを残し、ほかは「そのまま使う」にしてください。"
    ]
    assert window.act("accept")[0] == 400


@pytest.mark.slow
def test_blank_bodies_and_absent_persons_are_the_officers_choice(window):
    headings = ("団体名", "氏名", "出欠", "事業者")
    people = [("姫路市", "青木", "○", "X"), ("", "岡", "○", "X"), ("神戸市", "森", "×", "X")]
    draft = window.upload(_write_list(people, headings))[1]["draft"]
    assert [entry["role"] for entry in draft["headings"]] == ["code", "person", "attends", ""]
    assert "上の列の意味を「団体（空欄は上の行と同じ）」に" in draft["faults"][0]
    assert window.act("accept")[0] == 400
    roles = {"団体名": "code_below", "氏名": "person", "出欠": "attends", "事業者": ""}
    assert window.act("columns", sheet=draft["sheet"], roles=roles)[0] == 200
    draft = window.state["draft"]
    assert draft["rows"] == [["姫路市", "青木", "X"], ["姫路市", "岡", "X"]]
    assert draft["remarks"][0].startswith("シート「")
    assert "神戸市 森（出欠: ×）" in draft["skipped"][0]
    assert window.act("accept")[0] == 200


@pytest.mark.slow
def test_a_second_column_of_persons_is_left_out_or_kept_where_the_officer_says_so(window):
    rows = [("団体名", "出席者1", "出席者2", "備考"), ("姫路市", "青木", "伊藤", "#N/A"),
            ("神戸市", "森", "林", "x")]  # fmt: skip
    draft = window.upload(_write_book({"名簿": rows}))[1]["draft"]
    assert draft["faults"][0].startswith("2行目 D列 「#N/A」: セルがエラーになっています")
    roles = {"団体名": "code", "出席者1": "person", "出席者2": "-", "備考": "-"}
    for role, columns, row in (
        ("-", ["団体", "氏名"], ["姫路市", "青木"]),
        ("", ["団体", "氏名", "出席者2（名簿）"], ["姫路市", "青木", "伊藤"]),
    ):
        window.act("columns", sheet=draft["sheet"], roles=roles | {"出席者2": role})
        assert window.state["draft"]["faults"] == []
        assert window.state["draft"]["columns"] == columns
        assert window.state["draft"]["rows"][0] == row
        assert window.state["draft"]["count"] == 2


def test_a_list_on_each_of_several_sheets_is_not_lost_in_silence(window):
    lists = {title: [("団体名", "氏名"), (title, "青木")] for title in ("播磨", "但馬")}
    draft = window.upload(_write_book(lists | {"記入要領": [("名簿",)]}))[1]["draft"]
    assert draft["sheets"] == ["播磨", "但馬"]
    assert any("シート「播磨」だけです。「但馬」にも名簿が" in text for text in draft["remarks"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (_write_list()[:900], "壊れている"),
        (b"PK\x03\x04" + b"\0" * 400, "壊れている"),
        (b"1,2\n3,4\n", "見出し"),
    ],
)
def test_a_damaged_list_writes_nothing(room, window, content, words):
    _fill(room)
    before = window.ask("/prepare/state", {})[1]
    status, said = window.upload(content, "名簿.csv" if content[:1] == b"1" else "名簿.xlsx")
    assert status == 400
    assert words in said["error"]
    assert "\n" not in said["error"]
    assert window.ask("/prepare/state", {})[1] == before


def test_wrong_kinds_and_sizes_are_refused_in_one_sentence(window):
    for content, name in (
        (b"x", "写真.png"),
        (b"", "空.xlsx"),
        (b"x" * (10 * 2**20 + 1), "大.xlsx"),
    ):
        status, said = window.upload(content, name)
        assert status == 400
        assert name in said["error"]
        assert "\n" not in said["error"]
    assert window.ask("/prepare/state", {})[1]["revision"] == 0


def test_a_window_that_is_behind_overwrites_nothing(room, filled):
    other = Window(room)
    member = next(iter(filled.seats()))
    target = next(group for group in filled.seats().values() if group != filled.seats()[member])
    assert filled.act("move", member=list(member), group=target)[0] == 200
    status, said = other.act("rules", low="2", high="5", uses={})
    assert status == 409
    assert "別の窓" in said["error"]
    now = Window(room)
    assert now.state["wishes"]["high"] == 4
    assert now.seats()[member] == target


def test_moves_are_scored_undone_and_done_again(filled):
    start = filled.seats()
    member = next(iter(start))
    target = next(group for group in start.values() if group != start[member])
    alike = filled.state["groups"]["measures"][0]["value"]
    filled.act("move", member=list(member), group=target)
    assert filled.seats() == start | {member: target}
    assert filled.state["groups"]["measures"][0]["value"] > alike
    filled.act("undo")
    assert filled.seats() == start
    assert filled.state["groups"]["measures"][0]["value"] == alike
    filled.act("redo")
    assert filled.seats()[member] == target
    assert filled.act("redo")[0] == 400


@pytest.mark.slow
def test_who_cancels_leaves_and_who_comes_late_gets_a_seat(room, filled):
    members = list(filled.seats())
    assert filled.act("cancel", member=list(members[0]))[0] == 200
    assert members[0] not in filled.seats()
    assert filled.state["groups"]["absent"] == [list(members[0])]
    row = {"code": "香美町", "person": "新井", "人口": "１６", "事業者": "B社"}
    assert filled.act("late", row=row)[0] == 200
    assert ("香美町", "新井") in filled.seats()
    assert filled.act("late", row=row)[0] == 400
    assert filled.act("late", row=row | {"person": "他", "人口": "多い"})[0] == 400
    assert filled.act("seat", member=list(members[0]))[0] == 200
    assert set(filled.seats()) == {*members, ("香美町", "新井")}
    with Meeting(room.session.database.path, meeting=NAME) as meeting:
        seats = meeting.rounds()
        assert len(seats) == 7
        assert meeting.persons()["人口"].tolist()[-1] == 16


@pytest.mark.slow
def test_wishes_are_typed_kept_and_named_when_broken(filled):
    assert filled.act("wish", kind="apart", members=["姫路市・青木", "神戸市"])[0] == 200
    assert filled.act("wish", kind="together", members=["森", "県DX課・森"])[0] == 400
    status, said = filled.act("wish", kind="together", members=["だれか", "岡"])
    assert status == 400
    assert "名簿にありません" in said["error"]
    assert filled.state["wishes"]["links"]["apart"] == [["姫路市・青木", "神戸市"]]
    assert filled.act("form")[0] == 200
    seats = filled.seats()
    partner = seats["神戸市", "原"]
    assert seats["姫路市", "青木"] != partner
    filled.act("move", member=["姫路市", "青木"], group=partner)
    assert any("別のグループにする希望" in text for text in filled.state["groups"]["broken"])
    assert filled.act("unwish", kind="apart", position=0)[0] == 200
    assert filled.state["wishes"]["links"]["apart"] == []


@pytest.mark.slow
def test_a_stopped_room_opens_with_every_step_as_it_was(tmp_path, room, filled):
    filled.act("wish", kind="together", members=["青木", "岡"])
    filled.act("day", title="意見交換会", date="12月10日", place="会議室", items="共同調達\n派遣")
    filled.act("decide", what="照会する", who="県", until="3月")
    before = filled.state
    room.stop()
    room.session.close()
    # without a name the meeting that was prepared is opened
    again = _open(tmp_path)
    try:
        # projector and phones call it as the papers do
        assert again.title == "意見交換会"
        assert set(again.items) == {"共同調達", "派遣"}
        window = Window(again)
        changed = {"stage_link", "officer_link"}
        assert {key: value for key, value in window.state.items() if key not in changed} == {
            key: value for key, value in before.items() if key not in changed
        }
        assert window.act("undo")[0] == 400
    finally:
        again.stop()
        again.session.close()


@pytest.mark.slow
def test_next_months_groups_keep_those_apart_who_have_met(filled):
    pairs = {
        frozenset((one, two))
        for one, first in filled.seats().items()
        for two, second in filled.seats().items()
        if one[0] != two[0] and first == second
    }
    seats_before = filled.seats()
    status, state = filled.act("next", name="第2回")
    assert status == 200
    assert state["meeting"] == "第2回"
    assert state["meetings"] == [NAME, "第2回"]
    window = Window(filled.room, "第2回")
    seats = window.seats()
    assert set(seats) == set(seats_before)
    again = sum(seats[one] == seats[two] for one, two in map(tuple, pairs))
    assert f"また会うのは{again}組" in window.state["groups"]["note"]
    first = Window(filled.room)
    assert first.act("next", name="第2回")[0] == 400
    assert first.seats() == seats_before


def test_an_unknown_meeting_is_not_made_by_a_slip(window):
    window.meeting = "ない会議"
    assert window.ask("/prepare/state", {})[0] == 400
    window.meeting = NAME
    assert window.ask("/prepare/state", {})[1]["meetings"] == [NAME]


@pytest.mark.slow
def test_files_hold_the_groups_and_nothing_that_runs(filled):
    filled.act("day", title="会", date="", place="", items=HOSTILE)
    files = {}
    for kind in ("groups.xlsx", "handout.html", "record.docx", "record.xlsx", "next.ics"):
        status, files[kind] = filled.ask(
            "/prepare/file", {"kind": kind, "start": "2026-12-10T14:00"}
        )
        assert status == 200
    sheet = openpyxl.load_workbook(io.BytesIO(files["groups.xlsx"]))["グループ"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=7)]
    assert {(row[1], row[0]) for row in rows} == {
        (code, group) for (code, _), group in filled.seats().items()
    }
    assert [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    page = files["handout.html"].decode()
    assert "<img src=x" not in page
    assert "県DX課" in page
    assert b"DTSTART:20261210T050000Z" in files["next.ics"]


def test_papers_that_nobody_handed_in_are_refused_in_words(tmp_path):
    opened = open_room(tmp_path, meeting=NAME, address="127.0.0.1", browser=False)
    try:
        window = Window(opened)
        status, said = window.ask("/prepare/file", {"kind": "record.docx"})
        assert status == 400
        assert "make room" in said["error"]
        assert window.ask("/prepare/file", {"kind": "../x"})[0] == 400
    finally:
        opened.stop()
        opened.session.close()


@pytest.mark.slow
def test_a_seal_waits_for_no_open_file_and_the_record_can_still_be_written(room, filled):
    filled.act("day", title="会", date="", place="", items="共同調達")
    for number in range(3):
        phone = Phone(room.port, room.code)
        assert phone.vote("共同調達", 2, f"{number:012d}")[0] == 200
    # many reads beside the seal: none keeps what it erases
    started = time.monotonic()
    status, _ = filled.ask("/officer/do", {"action": "seal", "confirm": "封"})
    assert status == 200
    assert time.monotonic() - started < 60
    assert filled.ask("/prepare/state", {})[1]["sealed"] is True
    assert filled.ask("/prepare/file", {"kind": "record.docx"})[0] == 200


def _meet(room):
    return Meeting(room.session.database.path, meeting=room.session.meeting)


def test_the_day_form_leaves_alone_what_it_does_not_send(room, window):
    with _meet(room) as meeting:
        meeting.set_room(next_date="1月15日", place="大会議室")
    assert window.act("day", title="会", items="共同調達")[0] == 200
    assert window.act("day", date="12月10日")[0] == 200
    with _meet(room) as meeting:
        settings = meeting.room()
        assert meeting.items() == ["共同調達"]
    assert {name: settings[name] for name in ("title", "date", "place", "next_date")} == {
        "title": "会", "date": "12月10日", "place": "大会議室", "next_date": "1月15日",
    }  # fmt: skip


def test_a_corrected_item_is_asked_anew_and_one_taken_off_stays_off(room, window):
    window.act("day", items="共同調逹\n派遣")
    assert set(room.items) == {"共同調逹", "派遣"}
    window.act("day", items="共同調達\n派遣")
    assert set(room.items) == {"共同調達", "派遣"}
    room.stage.remove_question("派遣")
    window.act("day", items="共同調達\n派遣\n研修")
    assert set(room.items) == {"共同調達", "研修"}


def test_a_body_is_not_wished_together_with_its_own_person(room, filled):
    for kind in ("together", "apart"):
        status, said = filled.act("wish", kind=kind, members=["県DX課", "県DX課・森"])
        assert status == 400
        assert "全員" in said["error"]
    with _meet(room) as meeting:
        assert meeting.wishes() == {"together": [], "apart": []}
        # also where such a wish came in otherwise, the pages go on and name it
        meeting.wish(together=[("県DX課", ("県DX課", "森"))])
    member = next(iter(filled.seats()))
    target = next(group for group in filled.seats().values() if group != filled.seats()[member])
    assert filled.act("move", member=list(member), group=target)[0] == 200
    assert filled.act("unwish", kind="together", position=0)[0] == 200
    assert filled.seats()[member] == target


def test_a_new_list_leaves_no_old_seats_in_the_round(room, filled):
    with _meet(room) as meeting:
        assert len(meeting.rounds()) == 6
        plan = json.loads(meeting.room()["plan"])
        columns = ["code", "person"]
        plan["draft"] = {"file": "x.csv", "faults": [], "columns": columns, "made": False,
                         "rows": [["洲本市", "新"], ["淡路市", "任"]], "headings": [],
                         "skipped": [], "remarks": [], "receipt": "", "sheets": ["x"],
                         "sheet": "x"}  # fmt: skip
        meeting.set_room(plan=json.dumps(plan))
    status, said = filled.act("accept")
    assert status == 200, said
    assert filled.state["roster"]["persons"] == 2
    with _meet(room) as meeting:
        assert meeting.rounds().empty


def test_a_refused_next_meeting_is_not_half_made(room, filled):
    assert filled.act("rules", low="5", high="5", uses={})[0] == 200
    status, said = filled.act("next", name="第2回")
    assert status == 400, said
    assert filled.ask("/prepare/state", {})[1]["meetings"] == [NAME]
    assert filled.act("rules", low="2", high="4", uses={})[0] == 200
    assert filled.act("next", name="第2回")[0] == 200


def test_the_meeting_that_was_chosen_last_is_opened_the_next_time(tmp_path):
    first = _open(tmp_path, meeting=NAME)
    _fill(first)
    with Meeting(first.session.database.path, meeting="第2回") as meeting:
        meeting.add_bodies(["姫路市"])
    Window(first, "第2回")
    first.stop()
    first.session.close()
    second = _open(tmp_path)
    try:
        assert second.session.meeting == "第2回"
        with Meeting(second.session.database.path, meeting=NAME) as meeting:
            meeting.session.seal()
        # a decision that is added after the seal makes it no meeting to come
        assert Window(second, NAME).act("decide", what="照会", who="", until="")[0] == 200
    finally:
        second.stop()
        second.session.close()
    third = _open(tmp_path)
    assert third.session.meeting == "第2回"
    third.stop()
    third.session.close()


def test_a_seal_does_not_wait_for_ever(room, window, monkeypatch):
    begun, finished = threading.Event(), threading.Event()

    def read(_):
        begun.set()
        finished.wait(60)
        raise ChoiceError("読めません")

    with monkeypatch.context() as patch:
        patch.setattr("dxkit.widgets.room._officer.SEAL_WAIT_S", 0.05)
        patch.setattr("dxkit.widgets.room._preparation.read_plan", read)
        other = threading.Thread(target=window.act, args=("undo",))
        other.start()
        assert begun.wait(60)
        status, said = window.ask("/officer/do", {"action": "seal", "confirm": "封"})
        finished.set()
        other.join()
    assert status == 400
    assert "準備の画面が作業中" in said["error"]
    assert room.stage.is_accepting
    assert window.ask("/officer/do", {"action": "seal", "confirm": "封"})[0] == 200


def test_what_a_seal_could_not_erase_is_said_on_the_page(room, window, monkeypatch):
    monkeypatch.setattr("dxkit.store._entry_commits.Database.erase_traces", lambda _: False)
    state = window.ask("/officer/do", {"action": "seal", "confirm": "封"})[1]
    assert "-wal" in state["warnings"][0]
    assert state["sealed"] is True
    monkeypatch.undo()
    again = window.ask("/officer/do", {"action": "seal", "confirm": "封"})[1]
    assert not any("-wal" in text for text in again["warnings"])


def test_reading_a_list_keeps_nobody_waiting(room, window, monkeypatch):
    other = Window(room)
    answers = []

    def read(_, name, **__):
        # while the file is read another window is answered
        answers.append(other.ask("/prepare/state", {})[0])
        return {"file": name, "faults": [], "columns": ["code"], "made": False, "rows": [["甲"]],
                "headings": [], "skipped": [], "remarks": [], "receipt": "", "sheets": ["x"],
                "sheet": "x"}  # fmt: skip

    monkeypatch.setattr("dxkit.widgets.room._preparation.read_upload", read)
    assert window.upload(b"x", "a.csv")[0] == 200
    assert window.act("columns", sheet="x", roles={})[0] == 200
    assert answers == [200, 200]


def test_a_folder_is_opened_by_one_room_at_a_time(tmp_path, room):
    with pytest.raises(ChoiceError, match="もう開いています"):
        _open(tmp_path, meeting="別の会議")
    room.stop()
    again = _open(tmp_path, meeting="別の会議")
    with pytest.raises(ChoiceError, match="もう開いています"):
        room.start()
    again.stop()
    again.session.close()


@pytest.mark.slow
def test_a_killed_room_leaves_nothing_that_has_to_be_cleared(tmp_path):
    code = (
        "import sys, time\n"
        "from dxkit.widgets.room import open_room\n"
        "room = open_room(sys.argv[1], meeting='第1回', address='127.0.0.1', browser=False)\n"
        "print('open', flush=True)\n"
        "time.sleep(600)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE)
    try:
        assert child.stdout.readline().strip() == b"open"
        with pytest.raises(ChoiceError, match="もう開いています"):
            _open(tmp_path, meeting=NAME)
    finally:
        child.kill()
        child.communicate()
    again = _open(tmp_path, meeting=NAME)
    assert Window(again).state["meeting"] == NAME
    again.stop()
    again.session.close()


def test_no_record_is_written_while_ballots_come_in(room, window):
    phone = Phone(room.port, room.code)
    window.act("day", items="共同調達")
    assert phone.vote("共同調達", 2, "0" * 12)[0] == 200
    for kind in ("record.xlsx", "record.docx"):
        status, said = window.ask("/prepare/file", {"kind": kind})
        assert status == 400
        assert "受付を止めて" in said["error"]
    room.stage.accept(is_accepting=False)
    assert window.ask("/prepare/file", {"kind": "record.xlsx"})[0] == 200


@pytest.mark.slow
def test_an_ordinary_list_is_taken_in_and_a_double_heading_named_plainly(window):
    text = "団体名,氏名,氏名（ふりがな）,出席（午前）,出席（午後）\n姫路市,青木,あおき,○,\n"
    draft = window.upload(text.encode(), "a.csv")[1]["draft"]
    assert draft["faults"] == []
    assert draft["columns"] == ["団体", "氏名", "氏名（ふりがな）", "出席（午前）", "出席（午後）"]
    text = "団体名,氏名,備考,備考\n姫路市,青木,あ,い\n"
    draft = window.upload(text.encode(), "a.csv")[1]["draft"]
    assert draft["faults"] == [
        "1行目 「備考」: 「備考」にあたる見出しが2つあります → 片方の見出しを変えてください"
    ]


def test_colleagues_sit_apart_where_that_is_chosen(room, filled):
    assert filled.act("rules", low="2", high="4", uses={}, separate=True)[0] == 200
    assert filled.act("form")[0] == 200
    seats = filled.seats()
    assert len({seats["姫路市", "青木"], seats["姫路市", "岡"]}) == 2
    assert len({seats["神戸市", "原"], seats["神戸市", "林"]}) == 2
    # who comes in addition too, and it stays chosen where a form does not send it
    row = {"code": "県DX課", "person": "谷", "人口": "", "事業者": "B社"}
    assert filled.act("late", row=row)[0] == 200
    seats = filled.seats()
    assert seats["県DX課", "谷"] != seats["県DX課", "森"]
    assert filled.act("rules", low="2", high="4", uses={})[0] == 200
    assert filled.state["wishes"]["separate"] is True
    # two who are wished together are not parted
    assert filled.act("wish", kind="together", members=["青木", "岡"])[0] == 200
    assert filled.act("form")[0] == 200
    seats = filled.seats()
    assert seats["姫路市", "青木"] == seats["姫路市", "岡"]
    assert filled.state["groups"]["broken"] == []


def test_alike_and_different_are_measured_apart(room, filled):
    filled.act("rules", low="2", high="4", uses={"人口": "alike", "事業者": "different"})
    filled.act("form")
    measures = {entry["role"]: entry["value"] for entry in filled.state["groups"]["measures"]}
    assert measures.keys() == {"alike", "different"}
    # beside chance, which is 1 for each of them; of the difference it is 0
    assert measures["alike"] < 1 < measures["different"]


def test_the_record_holds_the_stages_agenda_and_the_next_date(room, filled):
    room.stage.write_agenda(["開会", "話し合い"])
    filled.act("day", title="意見交換会", date="", place="", items="")
    assert room.title == "意見交換会"
    body = {"kind": "record.docx", "start": "2027-01-14T14:00"}
    status, content = filled.ask("/prepare/file", body)
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(content)) as document:
        text = document.read("word/document.xml").decode()
    for words in ("話し合い", "2027年1月14日（木）14:00", "意見交換会"):
        assert words in text
    assert "（未定）" not in text


def test_a_title_that_is_cleared_leaves_the_projector(room, filled):
    day = {"date": "", "place": "", "items": ""}
    filled.act("day", title="意見交換会", **day)
    assert room.title == "意見交換会"
    assert filled.act("day", title="", **day)[0] == 200
    assert room.title == NAME
    # what the officer writes on the other page stays where the title is not touched here
    room.stage.write_title("全体会")
    filled.act("day", title="", **(day | {"place": "大会議室"}))
    assert room.title == "全体会"


def test_the_title_that_was_prepared_is_there_when_the_room_opens(tmp_path):
    with Meeting(tmp_path / "meeting.sqlite", meeting=NAME) as meeting:
        meeting.set_room(title="意見交換会")
    titles = []
    for written in ("全体会", "全体会"):
        opened = _open(tmp_path, meeting=NAME)
        titles.append(opened.title)
        opened.stage.write_title(written)
        opened.stop()
        opened.session.close()
    # what the officer wrote on the day is not overwritten when the room is opened again
    assert titles == ["意見交換会", "全体会"]


def test_the_officer_chooses_whether_handouts_show_the_twenty_systems(room, filled):
    def has_systems():
        status, content = filled.ask("/prepare/file", {"kind": "handout.html"})
        assert status == 200
        return "20業務の進み具合" in content.decode()

    day = {"date": "", "place": "", "title": "人材育成の会"}
    filled.act("day", items="研修を共同で開く", **day)
    assert not has_systems()
    filled.act("day", items="標準化の共同調達を続ける")
    assert has_systems()
    for choice, is_shown in (("no", False), ("yes", True), ("", True)):
        assert filled.act("day", systems=choice)[0] == 200
        assert filled.ask("/prepare/state", {})[1]["day"]["systems"] == choice
        assert has_systems() is is_shown
    # what a window of an earlier release does not send stays
    filled.act("day", systems="no")
    filled.act("day", items="標準化の相談", **day)
    assert not has_systems()
    status, answer = filled.act("day", systems="maybe")
    assert (status, "選び方" in answer["error"]) == (400, True)
