"""How does the officer prepare a meeting on the room's own pages: list, wishes, groups, papers?

Everything lies in the meeting's file. A window says which number of the plan it shows: what another
window changed meanwhile is never overwritten, and the officer is told.
"""

import hashlib
import logging
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

from tornado.httputil import HTTPHeaders

from dxkit.errors import ChoiceError, DxkitError, StoreError, TableWarning
from dxkit.store import ITEM_LONGEST, Meeting, check_text
from dxkit.widgets.room._papers import PaperDesk, Papers
from dxkit.widgets.room._plan import Plan, read_plan, tabulate_seats, write_plan
from dxkit.widgets.room._prepare_steps import ACTS, Body, start_next
from dxkit.widgets.room._prepare_view import describe_preparation, is_sealed, plain_words
from dxkit.widgets.room._questions import Question
from dxkit.widgets.room._read_upload import MAX_UPLOAD_BYTES, read_upload
from dxkit.widgets.room._replies import RefusedError, Reply, make_reply
from dxkit.widgets.room._room_log import RoomLog, open_log
from dxkit.widgets.room._room_state import RoomState

STATE = "/prepare/state"
ACTION = "/prepare/do"
UPLOAD = "/prepare/upload"
FILE = "/prepare/file"
# longer bodies are taken off the wire, so that their sender can be told why they are refused
MAX_SENT_BYTES = 2 * MAX_UPLOAD_BYTES
SENDING_S = 30.0
MAX_NAME_LENGTH = 300
# settings of the whole store, not of one meeting
STORE_WIDE = ""
NEXT_MEETING = "next_meeting"
# items that were made questions, so that one which the officer took off stays off
ASKED = "asked_items"
BALLOTS = ("vote", "choice")
FAULT = (
    "プログラムの誤りで、終わりまでできませんでした。いまの内容を表示しました。"
    "make room の窓の文を知らせてください。"
)
COUNTING = "受付中は記録を保存できません。進行役の画面で受付を止めてから保存してください。"
STALE = (
    "別の窓で先に変更されたので、この操作はしていません。"
    "いまの内容を表示しました。確かめて、もう一度操作してください。"
)


class PreparationDesk:
    """Answers the pages before the day.

    Parameters
    ----------
    room
        The room whose officer prepares; the meeting that is prepared may be another one.
    papers
        As for `PaperDesk`.
    """

    ROUTES: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        ("POST", path) for path in (STATE, ACTION, UPLOAD, FILE)
    )

    def __init__(self, room: RoomState, papers: Papers) -> None:
        self._room = room
        self._papers = PaperDesk(papers)
        # one change at a time; a seal waits for it, as an open file would keep what it erases
        self.turn = threading.Lock()

    def may_ask(self, secret: str) -> bool:
        """Check whether a secret is the officer's."""
        return self._room.gate.has_secret("officer", secret)

    def find_service(
        self, path: str, headers: HTTPHeaders, content: bytes, body: Body
    ) -> Callable[[], Reply]:
        """Find what answers a request that may be answered."""
        if path == UPLOAD:
            return lambda: self._answer(lambda: self._take_upload(headers, content))
        if path == ACTION and body.get("action") == "columns":
            return lambda: self._answer(lambda: self._choose_columns(body))
        serve = {STATE: self._show, ACTION: self._act, FILE: self._write_file}[path]
        return lambda: self._answer(lambda: self._serve_in_turn(serve, body))

    @contextmanager
    def _hold_turn(self) -> Iterator[None]:
        with self.turn, warnings.catch_warnings():
            warnings.simplefilter("ignore", TableWarning)
            yield

    def _serve_in_turn(self, serve: Callable[[Body], Reply], body: Body) -> Reply:
        with self._hold_turn():
            return serve(body)

    def _answer(self, serve: Callable[[], Reply]) -> Reply:
        try:
            return serve()
        except (StoreError, RefusedError):
            raise
        except Exception as error:
            if not isinstance(error, DxkitError):
                # a fault of this program: the page says so, and what is wrong stands where it runs
                logging.getLogger("dxkit.room").exception("the officer's request failed")
                return make_reply(500, {"error": FAULT})
            return make_reply(400, {"error": plain_words(str(error))})

    def _show(self, body: Body) -> Reply:
        with self._open(body.get("meeting")) as meeting:
            if body.get("meeting") is not None:
                # chosen in the list: the page says that this one is opened the next time
                self._remember(meeting)
            return self._describe(meeting, read_plan(meeting))

    def _describe(self, meeting: Meeting, plan: Plan) -> Reply:
        view = describe_preparation(meeting, plan)
        names = list(dict.fromkeys([*view["meetings"], self._room.session.meeting]))
        links = {
            "room_meeting": self._room.session.meeting,
            "stage_link": self._room.stage_link,
            "officer_link": self._room.officer_link,
            "meetings": names,
        }
        return make_reply(200, view | links)

    def _act(self, body: Body) -> Reply:
        name = body.get("action")
        act = ACTS.get(name) if isinstance(name, str) else None
        if act is None and name != "next":
            raise ChoiceError("その操作はありません。画面を開き直してください。")
        with self._open(body.get("meeting")) as meeting:
            plan = read_plan(meeting)
            _require_current(plan, body.get("revision"))
            if act is None:
                return self._start_next(meeting, plan, body)
            title = read_title(meeting)
            act(meeting, plan, body)
            self._keep(meeting, plan)
            if name in ("accept", "discard"):
                self._find_draft(meeting).unlink(missing_ok=True)
            if name == "day":
                self._ask_items(meeting)
                # what the officer wrote elsewhere stays unless the name is changed here
                if read_title(meeting) != title:
                    self._name_room(meeting)
            return self._describe(meeting, plan)

    def _keep(self, meeting: Meeting, plan: Plan) -> None:
        """Write the plan, and the groups that hold as the meeting's round."""
        if plan.steps:
            # a new list may leave none of those who sat
            seats = tabulate_seats(meeting, plan)
            meeting.add_round(None if seats.empty else seats)
        write_plan(meeting, plan)
        self._remember(meeting)

    def _remember(self, meeting: Meeting) -> None:
        """Remember which meeting is prepared: `open_room` opens it the next time."""
        if is_sealed(meeting):
            return
        log = open_store_log(self._room)
        if log.read_setting(NEXT_MEETING, None) != meeting.name:
            log.write_setting(NEXT_MEETING, meeting.name)
        log.close()

    def _name_room(self, meeting: Meeting) -> None:
        """Call the meeting on projector and phones what the papers call it."""
        if meeting.name == self._room.session.meeting:
            self._room.stage.write_title(read_title(meeting))

    def _start_next(self, meeting: Meeting, plan: Plan, body: Body) -> Reply:
        name = check_text(str(body.get("name") or "").strip(), "会議の名前", longest=ITEM_LONGEST)
        if name in (*meeting.list_meetings(), self._room.session.meeting):
            raise ChoiceError(f"会議「{name}」は、もうあります。別の名前にしてください。")
        with self._open(name, is_new=True) as following:
            next_plan = start_next(meeting, plan, following)
            self._keep(following, next_plan)
            return self._describe(following, next_plan)

    def _take_upload(self, headers: HTTPHeaders, content: bytes) -> Reply:
        name = _read_text(headers, "X-File-Name")
        meeting_name = _read_text(headers, "X-Meeting")
        revision = headers.get("X-Revision", "")
        # what is no list is refused before anything of the meeting is opened, and what takes long
        # to read keeps nobody waiting
        draft = read_upload(content, name)
        with self._hold_turn(), self._open(meeting_name) as meeting:
            plan = read_plan(meeting)
            _require_current(plan, int(revision) if revision.isdecimal() else None)
            self._find_draft(meeting).write_bytes(content)
            plan.draft = draft
            self._keep(meeting, plan)
            return self._describe(meeting, plan)

    def _choose_columns(self, body: Body) -> Reply:
        """Read the list that was handed in again, its columns as the officer says."""
        with self._hold_turn(), self._open(body.get("meeting")) as meeting:
            plan = read_plan(meeting)
            _require_current(plan, body.get("revision"))
            path = self._find_draft(meeting)
            if plan.draft is None or not path.exists():
                raise ChoiceError("ファイルがもうありません。もう一度ファイルを選んでください。")
            content = path.read_bytes()
            before = plan.draft
        draft = _read_again(content, before, body)
        with self._hold_turn(), self._open(body.get("meeting")) as meeting:
            plan = read_plan(meeting)
            # another window may have gone on while the file was read
            _require_current(plan, body.get("revision"))
            plan.draft = draft
            self._keep(meeting, plan)
            return self._describe(meeting, plan)

    def _find_draft(self, meeting: Meeting) -> Path:
        """Find where the file lies that was handed in and not taken yet."""
        store = meeting.session.database.path
        digest = hashlib.sha256(meeting.name.encode()).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) if store is None else store.parent
        stem = "room" if store is None else store.stem
        return folder / f"{stem}.{digest}.upload"

    def _write_file(self, body: Body) -> Reply:
        self._require_counted(body)
        with self._open(body.get("meeting")) as meeting:
            is_own = meeting.name == self._room.session.meeting
            agenda = self._room.stage.agenda if is_own else []
            return self._papers.write(meeting, read_plan(meeting), {**body, "agenda": agenda})

    def _require_counted(self, body: Body) -> None:
        """Refuse a record with all counts while ballots come in, of which results are kept back."""
        room = self._room
        is_record = str(body.get("kind")).startswith("record.")
        name = body.get("meeting")
        is_own = name is None or str(name) == room.session.meeting
        if is_record and is_own and room.stage.is_accepting and room.session.count(BALLOTS):
            raise ChoiceError(COUNTING)

    def _ask_items(self, meeting: Meeting) -> None:
        """Ask what the room's own meeting votes on, on the phones."""
        if meeting.name == self._room.session.meeting:
            ask_items(self._room, meeting)

    @contextmanager
    def _open(self, name: object, *, is_new: bool = False) -> Iterator[Meeting]:
        """Open a meeting of the room's store; nobody makes one by a mistyped name.

        Closed after each request: a file that stays open would keep what a seal erases.
        """
        session = self._room.session
        url = session.database.url.render_as_string(hide_password=False)
        own = session.meeting
        wanted = own if name is None else str(name)
        if wanted != own and not is_new:
            with Meeting(url, meeting=own) as meeting:
                if wanted not in meeting.list_meetings():
                    raise ChoiceError("その会議はありません。画面を開き直してください。")
        with Meeting(url, meeting=wanted) as meeting:
            yield meeting


def ask_items(room: RoomState, meeting: Meeting) -> None:
    """Make a meeting's items questions of its room; an item that went takes its question along."""
    stage = room.stage
    items = meeting.items()
    asked = room.log.read_setting(ASKED, [])
    for item in asked:
        if item not in items and item in stage.questions and stage.is_added(item):
            stage.remove_question(item)
    for item in items:
        # one that the officer took off stays off
        if item not in asked and item not in stage.questions:
            stage.add_question(Question(item))
    if asked != items:
        room.log.write_setting(ASKED, items)


def name_room(room: RoomState, meeting: Meeting) -> None:
    """Call a room what its meeting was called on the pages, unless it has a name already."""
    if not room.stage.has_title:
        room.stage.write_title(read_title(meeting))


def read_title(meeting: Meeting) -> str:
    """Read what a meeting is called: the name that was typed, else that of its list."""
    return str(meeting.room().get("title") or meeting.name)


def open_store_log(room: RoomState) -> RoomLog:
    """Open the settings that belong to no single meeting."""
    return open_log(room.session, STORE_WIDE)


def allows_upload(room: RoomState, path: str, headers: HTTPHeaders) -> bool:
    """Say whether a request may bring a file: the officer's alone, before its body is read."""
    is_officer = room.gate.has_secret("officer", headers.get("X-Room-Key", ""))
    return path == UPLOAD and is_officer


def _require_current(plan: Plan, revision: object) -> None:
    if revision != plan.revision:
        raise RefusedError(409, STALE)


def _read_again(content: bytes, draft: Body, body: Body) -> dict[str, Any]:
    """Read a list with the sheet and columns that the officer chose."""
    sheet = body.get("sheet")
    roles = body.get("roles")
    # another sheet has headings of its own
    is_same = sheet == draft["sheet"]
    return read_upload(
        content,
        draft["file"],
        sheet=sheet if isinstance(sheet, str) else None,
        roles={str(key): str(role) for key, role in roles.items()}
        if isinstance(roles, dict) and is_same
        else None,
    )


def _read_text(headers: HTTPHeaders, name: str) -> str:
    """Read a text that a header holds in percent signs."""
    values = headers.get_list(name)
    if len(values) != 1 or len(values[0]) > 9 * MAX_NAME_LENGTH:
        raise ChoiceError("ファイルの名前が読めません。短い名前にして、もう一度選んでください。")
    # a name that Windows made may hold half a character
    return unquote(values[0], errors="replace")[:MAX_NAME_LENGTH]
