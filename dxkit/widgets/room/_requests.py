"""What does the room's server say to a request, and to which does it say nothing?

Only exact paths exist: no file is looked up by what a request names; a page of the course is one
of a list. What cannot come from the page itself is refused before anything is read: another host
name (DNS rebinding), another origin, another kind or size of content.
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from tornado.httputil import HTTPHeaders

from dxkit.errors import ChoiceError, StoreError
from dxkit.store import ITEM_LONGEST, TEXT_LONGEST, check_text
from dxkit.widgets.room._code_gate import clean_code, is_reader
from dxkit.widgets.room._course_pages import COURSE_LIST, COURSE_PAGES, split_address
from dxkit.widgets.room._officer import OfficerDesk
from dxkit.widgets.room._papers import Papers
from dxkit.widgets.room._preparation import (
    MAX_SENT_BYTES,
    SENDING_S,
    UPLOAD,
    PreparationDesk,
    allows_upload,
)
from dxkit.widgets.room._questions import SUPPORT, name_support, store_answer
from dxkit.widgets.room._replies import RefusedError, Reply, make_refusal, make_reply
from dxkit.widgets.room._request_parts import (
    FILES,
    read_body,
    read_device,
    read_entry_id,
    read_file,
    read_header,
)
from dxkit.widgets.room._room_state import RoomState
from dxkit.widgets.room._server import Request
from dxkit.widgets.room._trainee_board import PROGRESS

# of the officer's pages: rules of many columns, a list of items
MAX_OFFICER_BYTES = 65_536
MAX_HEADERS = 100
# votes wait for the disk together in one commit: many threads make large commits
VOTE_THREADS = 32
DOOR_THREADS = 4
OFFICER_THREADS = 2
# they read and compress pages of megabytes, before which no vote waits
PAGE_THREADS = 2
# requests of phones that are in, and of those at the door, that may wait
MAX_WAITING_VOTES = 600
MAX_WAITING_JOINS = 64
MAX_WAITING_OFFICERS = 16
MAX_WAITING_PAGES = 200
# what a computer may ask for that reads the course; it is no voter
READER_ROUTES = (("GET", COURSE_LIST), ("POST", PROGRESS))
BUSY = "混み合っています。少し待ってください。"


class RequestDesk:
    """Answers the requests of phones, stage and officer; logs nothing of who asked what.

    Parameters
    ----------
    room
        The meeting.
    papers
        Who writes handouts and records, as for `PaperDesk`.
    """

    def __init__(self, room: RoomState, papers: Papers) -> None:
        self._room = room
        self._preparation = PreparationDesk(room, papers)
        self._officer = OfficerDesk(room, self._preparation.turn)
        self._vote_pool = ThreadPoolExecutor(VOTE_THREADS, thread_name_prefix="room-vote")
        # a crowd at the door has threads of its own: it never stands before those that are in
        self._door_pool = ThreadPoolExecutor(DOOR_THREADS, thread_name_prefix="room-door")
        # forming groups takes seconds: it never stands before a vote
        self._officer_pool = ThreadPoolExecutor(OFFICER_THREADS, thread_name_prefix="room-officer")
        self._page_pool = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="room-page")
        pools = (self._vote_pool, self._door_pool, self._officer_pool, self._page_pool)
        self._waiting = dict.fromkeys(pools, 0)

    def close(self) -> None:
        """End the threads, after what they are storing is stored."""
        for pool in self._waiting:
            pool.shutdown()

    async def answer(self, request: Request) -> Reply:
        """Answer a request."""
        try:
            self._check_origin(request)
            if request.method == "GET" and request.path in FILES:
                # from memory: to refuse one of these would cost as much as to serve it
                return read_file(request.path)
            if request.method == "GET" and request.path in self._room.more_pages:
                return self._room.more_pages[request.path]
            return await self._serve_meeting(request)
        except RefusedError as refusal:
            self._room.told_to_wait += refusal.status == 429
            return make_refusal(refusal)
        except ChoiceError as error:
            return make_reply(400, {"error": str(error)})
        except StoreError:
            # the path of the file is for the officer's screen only
            words = "保存できませんでした。係の人に知らせてください。"
            return make_reply(507, {"error": words})

    def _check_origin(self, request: Request) -> None:
        """Refuse what no page of ours sends.

        Raises
        ------
        RefusedError
        """
        headers = request.headers
        if sum(1 for _ in headers.get_all()) > MAX_HEADERS:
            raise RefusedError(431)
        hosts = headers.get_list("Host")
        # the browser of a page whose name was rebound to this machine sends that name
        if len(hosts) != 1 or hosts[0].lower() not in self._room.hosts:
            raise RefusedError(421)
        if "Transfer-Encoding" in headers:
            raise RefusedError(400)
        if headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise RefusedError(403)
        if request.method not in ("GET", "POST"):
            raise RefusedError(405)
        origins = headers.get_list("Origin")
        if request.method == "POST" and origins not in [[name] for name in self._room.origins]:
            raise RefusedError(403)

    async def _serve_meeting(self, request: Request) -> Reply:
        """Answer a request for something of the meeting, in a thread that may wait for the disk."""
        route = request.method, request.path
        if route == ("POST", "/join"):
            return await self._run(self._door_pool, MAX_WAITING_JOINS, self._make_join(request))
        if route in OfficerDesk.ROUTES:
            secret = read_header(request, "X-Room-Key")
            if not self._officer.may_ask(request.path, secret):
                self._count_stranger(request)
                raise RefusedError(401, "この画面の秘密のリンクから開き直してください。")
            body = read_body(request) if request.method == "POST" else {}
            serve = self._officer.find_service(request.path, body)
            return await self._run(self._vote_pool, MAX_WAITING_VOTES, serve)
        if route in PreparationDesk.ROUTES:
            return await self._serve_preparation(request)
        if request.method == "GET" and request.path.startswith(COURSE_PAGES):
            return await self._serve_course(request)
        return await self._serve_phone(request)

    async def _serve_preparation(self, request: Request) -> Reply:
        """Answer the officer who prepares, in a thread that phones do not wait for."""
        if not self._preparation.may_ask(read_header(request, "X-Room-Key")):
            self._count_stranger(request)
            raise RefusedError(401, "この画面の秘密のリンクから開き直してください。")
        is_upload = request.path == UPLOAD
        body = {} if is_upload else read_body(request, MAX_OFFICER_BYTES)
        serve = self._preparation.find_service(
            request.path, request.headers, request.body if is_upload else b"", body
        )
        return await self._run(self._officer_pool, MAX_WAITING_OFFICERS, serve)

    async def _serve_course(self, request: Request) -> Reply:
        """Serve a page of the course to those who have come in: its address holds a secret."""
        secret, name = split_address(request.path)
        if not self._room.gate.has_secret("course", secret):
            self._count_stranger(request)
            raise RefusedError(404)
        # a page is large: behind one access point all may have one address
        if not self._room.course.by_address.allow_request(request.sender):
            raise RefusedError(429, BUSY, wait_s=1)
        is_packed = "gzip" in read_header(request, "Accept-Encoding").lower()
        serve = partial(self._room.course.read_page, name, is_packed=is_packed)
        return await self._run(self._page_pool, MAX_WAITING_PAGES, serve)

    def _list_course(self, _: dict[str, Any], __: str) -> Reply:
        """List the course's pages, and the secret with which they are asked for."""
        return make_reply(200, self._room.course.describe(self._room.gate.derive_secret("course")))

    def find_limits(self, path: str, headers: HTTPHeaders) -> tuple[int, float] | None:
        """Find how long a request's body may be, where it may be longer than others."""
        return (MAX_SENT_BYTES, SENDING_S) if allows_upload(self._room, path, headers) else None

    async def _serve_phone(self, request: Request) -> Reply:
        client = self._room.gate.read_client(read_header(request, "X-Room-Token"))
        if client is None:
            self._count_stranger(request)
        serve = {
            ("GET", "/state"): self._describe,
            ("GET", COURSE_LIST): self._list_course,
            ("POST", "/vote"): self._store_answer,
            ("POST", "/note"): self._store_note,
            ("POST", "/support"): self._store_support,
            ("POST", "/test"): self._test_connection,
            ("POST", PROGRESS): self._room.board.take_report,
            **self._room.more_services,
        }.get((request.method, request.path))
        if serve is None:
            raise RefusedError(404)
        # who may not enter anything is refused before the body is looked at
        if client is None:
            raise RefusedError(401, "会議コードを入れてください。")
        reads_course = is_reader(client)
        if reads_course and (request.method, request.path) not in READER_ROUTES:
            raise RefusedError(
                403, "この画面からは投票できません。投票は電話の画面からお願いします。"
            )
        # behind one access point all phones may have one address: those that are in are counted
        # one by one
        if not self._room.by_client.allow_request(client):
            raise RefusedError(429, "操作が速すぎます。少し待ってください。", wait_s=1)
        if not reads_course:
            self._room.see_client(client)
        body = read_body(request) if request.method == "POST" else {}
        return await self._run(self._vote_pool, MAX_WAITING_VOTES, lambda: serve(body, client))

    async def _run(self, pool: ThreadPoolExecutor, limit: int, serve: Callable[[], Reply]) -> Reply:
        """Run what may wait for the disk.

        Raises
        ------
        RefusedError
            If too many wait already.
        """
        if self._waiting[pool] >= limit:
            raise RefusedError(429, BUSY, wait_s=2)
        self._waiting[pool] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, serve)
        finally:
            self._waiting[pool] -= 1

    def _count_stranger(self, request: Request) -> None:
        """Count a request of somebody who has shown nothing.

        Raises
        ------
        RefusedError
            If they come too often from this address.
        """
        self._room.stranger_count += 1
        if not self._room.by_address.allow_request(request.sender):
            raise RefusedError(429, BUSY, wait_s=1)

    def _make_join(self, request: Request) -> Callable[[], Reply]:
        """Look at a code, secret or ticket; what lets the phone in may wait for the disk."""
        body = read_body(request)
        gate = self._room.gate
        door = self._room.door
        device = read_device(body)
        sender = request.sender
        ticket = body.get("ticket")
        reads_course = body.get("reader") is True
        if ticket is not None:
            # a right ticket passes, however many wrong ones come from the same access point
            if not door.is_ticket(clean_code(ticket).upper()):
                self._count_stranger(request)
            if reads_course:
                door.check_ticket(ticket)
                return lambda: self._reply_reader(device, sender)
            return lambda: self._reply_token(door.admit_ticket(ticket, device or "", sender))
        if not gate.has_secret("join", body.get("key")):
            self._count_stranger(request)
            self._try_code(sender, body.get("code"))
        if reads_course:
            return lambda: self._reply_reader(device, sender)
        return lambda: self._reply_token(door.admit(device, sender))

    def _try_code(self, sender: str, code: object) -> None:
        """Check a code that was typed.

        Raises
        ------
        RefusedError
            If it is wrong, or its sender has to wait.
        """
        # the gate counts and slows down; only its answer is worded here
        verdict = self._room.gate.try_code(sender, code)
        if verdict is False:
            raise RefusedError(401, "会議コードが違います。前の画面の数字を確かめてください。")
        # anything but True and False is how long to wait
        if verdict is not True:
            raise RefusedError(
                429,
                f"続けて間違えたため、あと{int(verdict) + 1}秒待ってから入れてください。"
                "QRコードを読むと、待たずに入れます。",
                wait_s=verdict,
            )

    def _reply_reader(self, device: str | None, sender: str) -> Reply:
        """Let a computer read the course; it is counted neither as joined nor as present."""
        _, token = self._room.door.admit_reader(device, sender)
        return make_reply(200, {"token": token, "meeting": self._room.gate.meeting})

    def _reply_token(self, admitted: tuple[str, str]) -> Reply:
        client, token = admitted
        self._room.see_client(client)
        return make_reply(200, {"token": token, "meeting": self._room.gate.meeting})

    def _describe(self, _: dict[str, Any], __: str) -> Reply:
        return make_reply(200, self._room.describe_meeting())

    def _test_connection(self, _: dict[str, Any], client: str) -> Reply:
        return make_reply(200, {"tested": self._room.note_test(client)})

    def _store_answer(self, body: dict[str, Any], client: str) -> Reply:
        self._require_accepting()
        key = body.get("item")
        question = self._room.stage.questions.get(key) if isinstance(key, str) else None
        if question is None:
            raise ChoiceError("その項目は、この会議にありません。画面を開き直してください。")
        parts = [body.get(name) for name in ("value", "option", "ranking", "text")]
        entry_id = self._make_id(body, client, "vote", question.key, *parts)
        receipt = store_answer(self._room.session, question, body, client, entry_id)
        return make_reply(200, {"kept": True, "receipt": receipt})

    def _store_note(self, body: dict[str, Any], client: str) -> Reply:
        self._require_accepting()
        text = check_text(body.get("text"), "カード", longest=TEXT_LONGEST)
        group = check_text(body.get("group", ""), "グループ", longest=ITEM_LONGEST, empty=True)
        entry_id = self._make_id(body, client, "note", text, group)
        self._room.session.note(text=text, group=group, client=client, id=entry_id)
        return make_reply(200, {"kept": True})

    def _store_support(self, body: dict[str, Any], client: str) -> Reply:
        self._require_accepting()
        card_id = body.get("card")
        cards = {str(card["id"]): card for card in self._room.list_shown_cards()}
        card = cards.get(card_id) if isinstance(card_id, str) else None
        if card is None:
            raise ChoiceError("そのカードは、いま映していません。画面を開き直してください。")
        # one support a phone and card, however often it is tapped
        entry_id = self._make_id(body, client, "support", card["id"])
        self._room.session.choose(
            item=name_support(card), option=SUPPORT, client=client, id=entry_id
        )
        return make_reply(200, {"kept": True})

    def _require_accepting(self) -> None:
        if not self._room.stage.is_accepting:
            raise RefusedError(423, "いまは受け付けていません。")

    def _make_id(self, body: dict[str, Any], client: str, *content: object) -> str:
        """Make the id of an entry; sent again with the same id and content it counts once."""
        return self._room.gate.make_entry_id(client, read_entry_id(body), json.dumps(content))
