"""What does a meeting's room hold that its requests read and change?"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from dxkit.errors import ChoiceError
from dxkit.schema import LEAST_PEERS, VOTE_WORDS
from dxkit.store import Session
from dxkit.widgets.room._addresses import check_address, write_host
from dxkit.widgets.room._code_gate import CodeGate
from dxkit.widgets.room._connection_table import ConnectionTable
from dxkit.widgets.room._course_pages import CoursePages
from dxkit.widgets.room._doorkeeper import Doorkeeper
from dxkit.widgets.room._questions import Question, name_support, read_questions
from dxkit.widgets.room._rate_limiter import RateLimiter
from dxkit.widgets.room._replies import Reply
from dxkit.widgets.room._room_log import RoomLog, open_log
from dxkit.widgets.room._stage import SHOWN, Stage
from dxkit.widgets.room._store_guard import StoreGuard
from dxkit.widgets.room._trainee_board import TraineeBoard

# answers a request's JSON object, and the phone that sent it
Service: TypeAlias = Callable[[dict[str, Any], str], Reply]

LOOPBACK = "127.0.0.1"
# who has not shown the code: a phone opens a page with a burst of requests, and behind one access
# point all phones may share an address
ADDRESS_BURST = 600.0
ADDRESS_PER_SECOND = 100.0
CLIENT_BURST = 60.0
CLIENT_PER_SECOND = 10.0
MAX_SHOWN_NOTES = 200
# the page of a game, where one is open
GAME_PAGE = "/game"
# phones that are remembered as present, and for how long after their last request
MAX_CLIENTS = 4096
PRESENT_S = 30.0
# kinds of entries in the store that change what the cards, votes and choices show
CARD_KINDS = ("note", "arrange", "undo")
# so many of a kind are no accident, and told to the officer
MANY_UNFINISHED = 50
MANY_WRONG_CODES = 5
MANY_WAITS = 100
MANY_STRANGERS = 500


class RoomState:
    """A meeting, who has joined it, and under which names its page may be asked for.

    Parameters
    ----------
    session, items, title, min_votes, expected, tickets, moderate
        As for `Room`.
    host, port
        Where the page is served.

    Raises
    ------
    ChoiceError
        If there is no item, or two of the same name.
    """

    def __init__(
        self,
        session: Session,
        items: Sequence[str | Question] | Mapping[str, str],
        *,
        title: str,
        host: str,
        port: int,
        min_votes: int = LEAST_PEERS,
        expected: int | None = None,
        tickets: bool = False,
        moderate: bool = False,
        log: RoomLog | None = None,
    ) -> None:
        # a room that the officer fills on its own page begins with none
        questions = {} if log is not None and not items else read_questions(items)
        check_person_count(expected, tickets=tickets)
        key = session.key("room")
        self.session = session
        self.gate = CodeGate(key)
        self.log = open_log(session, self.gate.meeting) if log is None else log
        self.door = Doorkeeper(key, self.log, self.gate, expected=expected, tickets=tickets)
        self.stage = Stage(self.log, questions, moderate=moderate)
        self.board = TraineeBoard(self.log, session.key("board"))
        self.host = host
        self.port = port
        # further addresses under which the pages may be asked for
        self.other_hosts: list[str] = []
        self.min_votes = min_votes
        # keeps other programs from opening the same store, where it was opened for this room
        self.guard: StoreGuard | None = None
        self.by_address = RateLimiter(ADDRESS_BURST, ADDRESS_PER_SECOND)
        self.by_client = RateLimiter(CLIENT_BURST, CLIENT_PER_SECOND)
        self.table = ConnectionTable()
        # the course's pages, where a folder of them is served
        self.course = CoursePages()
        # what a game adds: pages for everybody, services for phones that are in
        self.more_pages: dict[str, Reply] = {}
        self.more_services: dict[tuple[str, str], Service] = {}
        # requests that were told to wait
        self.told_to_wait = 0
        # requests of those that have shown neither token nor secret
        self.stranger_count = 0
        # a code that leads a phone to itself is no use; who names an address means it
        self.has_qr = host != LOOPBACK
        self._title = title
        self._lock = threading.Lock()
        # when each phone asked last, and those that tried the connection test
        self._last_seen: OrderedDict[str, float] = OrderedDict()
        self._tested: dict[str, float] = {}
        # how many entries there were when a table was read, and the table
        self._tables: dict[str, tuple[int, pd.DataFrame]] = {}

    def add_pages(self, pages: Mapping[str, Reply]) -> None:
        """Serve further pages; they hold nothing secret."""
        self.more_pages.update(pages)

    def add_services(self, services: Mapping[tuple[str, str], Service]) -> None:
        """Answer further requests of phones that are in, by method and path."""
        self.more_services.update(services)

    @property
    def title(self) -> str:
        """What stands on top of the pages."""
        return self.stage.read_title(self._title)

    @property
    def items(self) -> dict[str, str]:
        """The labels of all questions by their ids in the store."""
        return {key: question.label for key, question in self.stage.questions.items()}

    @property
    def code(self) -> str:
        """The meeting's code, eight digits, for those who type."""
        return self.gate.code

    @property
    def address(self) -> str:
        """What is typed into a phone's browser."""
        return f"http://{write_host(self.host)}:{self.port}/"

    @property
    def link(self) -> str:
        """What the QR code holds: a long secret behind #, which browsers send to nobody."""
        return f"{self.address}#key={self.gate.derive_secret('join')}"

    @property
    def officer_link(self) -> str:
        """The page from which the officer drives the meeting: keep it to yourself."""
        return f"{self.address}officer#key={self.gate.derive_secret('officer')}"

    @property
    def local_officer_link(self) -> str:
        """The officer's page on this laptop's own address, where it answers there."""
        is_local = LOOPBACK in (self.host, *self.other_hosts)
        host = LOOPBACK if is_local else write_host(self.host)
        return f"http://{host}:{self.port}/officer#key={self.gate.derive_secret('officer')}"

    @property
    def local_prepare_link(self) -> str:
        """The pages before the day, on this laptop's own address where it answers there."""
        return self.local_officer_link.replace("/officer#", "/prepare#")

    @property
    def stage_link(self) -> str:
        """The page for the projector: it shows, and changes nothing."""
        return f"{self.address}stage#key={self.gate.derive_secret('stage')}"

    @property
    def ticket_links(self) -> list[str]:
        """What the QR codes of the paper tickets hold."""
        return [f"{self.address}#ticket={ticket}" for ticket in self.door.tickets]

    @property
    def joined(self) -> int:
        """How many phones were let in, each once, also before a restart."""
        return self.door.joined

    @property
    def present(self) -> int:
        """How many phones asked for something within the last half minute."""
        since = time.monotonic() - PRESENT_S
        with self._lock:
            return sum(moment > since for moment in self._last_seen.values())

    @property
    def tested(self) -> int:
        """How many phones have got through with the connection test."""
        return len(self._tested)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which the page may be asked for."""
        names = [write_host(self.host)]
        if LOOPBACK in (self.host, *self.other_hosts):
            names.append("localhost")
        names += [write_host(host) for host in self.other_hosts]
        return tuple(f"{name}:{self.port}" for name in names)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins whose pages may post: our own."""
        return tuple(f"http://{host}" for host in self.hosts)

    def listen(self, host: str) -> None:
        """Listen on one more address; a room that serves does."""

    def move(self, address: str) -> None:
        """Let phones come in under another address of this laptop; the old one goes on.

        A phone that is in already comes in again under the new address as a new one: move before
        the meeting.

        Raises
        ------
        ChoiceError
            If the address cannot be used.
        """
        host = check_address(address)
        if host != self.host:
            self.listen(host)
            others = [name for name in self.other_hosts if name != host]
            self.other_hosts = [*others, self.host]
            self.host = host
            self.has_qr = host != LOOPBACK

    def see_client(self, client: str) -> None:
        """Note that a phone is present."""
        with self._lock:
            self._last_seen[client] = time.monotonic()
            self._last_seen.move_to_end(client)
            while len(self._last_seen) > MAX_CLIENTS:
                self._last_seen.popitem(last=False)

    def forget_clients(self) -> None:
        """Forget which phones are here: after the seal nobody needs their names any more."""
        with self._lock:
            self._last_seen.clear()
            self._tested.clear()
            self._tables.clear()
        self.by_client.clear()

    def note_test(self, client: str) -> int:
        """Note that a phone's connection test got through; give how many have."""
        with self._lock:
            if client in self._tested or len(self._tested) < MAX_CLIENTS:
                self._tested[client] = time.monotonic()
            return len(self._tested)

    def read_table(self, name: str) -> pd.DataFrame:
        """Read the notes, results or choices; anew only when something was entered since."""
        kinds = CARD_KINDS if name == "notes" else ()
        count = self.session.count(kinds)
        known = self._tables.get(name)
        if known is None or known[0] != count:
            known = count, getattr(self.session, name)()
            self._tables[name] = known
        return known[1]

    def list_cards(self) -> list[dict[str, Any]]:
        """List the cards with what became of each, the newest first."""
        notes = self.read_table("notes")
        columns = ["id", "text", "group", "title"]
        cards = notes[columns].to_dict(orient="records")[::-1]
        return [
            {str(name): value for name, value in card.items()}
            | {"verdict": self.stage.find_verdict(str(card["id"]))}
            for card in cards
        ]

    def list_shown_cards(self) -> list[dict[str, Any]]:
        """List the newest cards that everybody may see, with how many support each."""
        choices = self.read_table("choices")
        support = dict(zip(choices["item"], choices["votes"], strict=True))
        cards = [card for card in self.list_cards() if card["verdict"] == SHOWN]
        return [
            {name: card[name] for name in ("id", "text", "group", "title")}
            | {"support": _read_count(support.get(name_support(card)))}
            for card in cards[:MAX_SHOWN_NOTES]
        ]

    def describe_meeting(self) -> dict[str, Any]:
        """Describe what phones show: questions and cards, never a vote."""
        question = self.stage.question
        return {
            "title": self.title,
            "items": [question.describe() for question in self.stage.questions.values()],
            "notes": self.list_shown_cards(),
            "current": None if question is None else question.key,
            "accepting": self.stage.is_accepting,
            "moderated": self.stage.is_moderated,
            "game": GAME_PAGE in self.more_pages,
            "scale": list(VOTE_WORDS.items()),
        }

    def list_warnings(self) -> list[str]:
        """Say what the officer should know of attacks and slips, one sentence each."""
        warnings = list(self.door.list_warnings())
        for sender, count in self.table.unfinished.most_common(3):
            if count >= MANY_UNFINISHED:
                warnings.append(
                    f"{sender} から、途中で止まった接続が{count}本来たので切りました。"
                    "投票は続けられます。"
                )
        if self.gate.wrong_count >= MANY_WRONG_CODES:
            warnings.append(
                f"会議コードの間違いが{self.gate.wrong_count}回ありました。"
                "打って入る人は待つことがあります。QRコードからは待たずに入れます。"
            )
        if self.stranger_count >= MANY_STRANGERS:
            warnings.append(
                f"会議に入っていない端末から{self.stranger_count}回の要求が来ました。"
                "中身は何も見せていません。"
            )
        if self.told_to_wait >= MANY_WAITS:
            warnings.append(f"速すぎる要求を{self.told_to_wait}回待たせました。")
        if not self.log.is_durable:
            warnings.append(
                "受付の記録をファイルに置けないので、止めると台数の数えが始めに戻ります。"
            )
        return warnings


def check_person_count(expected: object, *, tickets: bool) -> None:
    """Check how many persons are said to be in the room.

    Raises
    ------
    ChoiceError
        If it is no number of persons, or tickets are asked for without one.
    """
    if expected is None and tickets:
        raise ChoiceError("参加券（tickets=True）には、人数 expected= が要ります。")
    is_number = isinstance(expected, int) and not isinstance(expected, bool)
    if expected is not None and (not is_number or not 1 <= int(str(expected)) <= MAX_CLIENTS):
        raise ChoiceError(
            f"expected={expected} は使えません。会場の人数を1〜{MAX_CLIENTS}で書いてください。"
        )


def _read_count(count: Any) -> int | None:
    """Read a number that is missing while fewer than three support a card."""
    return None if count is None or pd.isna(count) else int(str(count))
