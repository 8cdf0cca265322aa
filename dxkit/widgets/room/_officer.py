"""What can the officer see and do from a phone or a second window?

The officer's link holds a secret of its own; it never stands on the stage or on a phone.
"""

import logging
import threading
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

from dxkit.errors import ChoiceError, StoreError, TableWarning, shorten
from dxkit.widgets.room._addresses import list_addresses
from dxkit.widgets.room._course_pages import NO_PAGES
from dxkit.widgets.room._drill import score_card, start_drill
from dxkit.widgets.room._freed_memory import clear_freed_memory
from dxkit.widgets.room._questions import KINDS, Question
from dxkit.widgets.room._replies import Reply, make_reply
from dxkit.widgets.room._room_state import RoomState, check_person_count
from dxkit.widgets.room._stage import QUESTION
from dxkit.widgets.room._stage_view import (
    count_waiting,
    describe_door,
    describe_result,
    describe_stage,
    draw_qr,
)
from dxkit.widgets.room._trainee_board import BOARD_STATE

STAGE_STATE = "/stage/state"
OFFICER_STATE = "/officer/state"
OFFICER_ACTION = "/officer/do"
TICKETS = "/officer/tickets"
MAX_OFFICER_CARDS = 300
# the pages before the day form groups within it; what takes longer is told to the officer
SEAL_WAIT_S = 10.0
TRACES = (
    "封をしましたが、ほかのプログラムが会議のファイルを開いているため、消した内容が控えのファイル"
    "（-wal）に残っています。ほかのノートブックや窓を閉じて、もう一度封をしてください。"
)
# what may bring a card of the drill on the stage, and where its scores are tried once more
CARD_ACTIONS = ("go", "next", "back", "show_result")
NO_SCORES = (
    "机上訓練の点数を計算できませんでした。起きたことは映せます。"
    "このカードをもう一度映すと、計算し直します。"
)
Body = dict[str, Any]


class OfficerDesk:
    """Serves the stage's and the officer's pages.

    Parameters
    ----------
    room
        The meeting.
    preparation
        Is held while the pages before the day have the meeting's file open.
    """

    ROUTES: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        [
            ("GET", STAGE_STATE),
            ("GET", OFFICER_STATE),
            ("GET", TICKETS),
            ("GET", BOARD_STATE),
            ("POST", OFFICER_ACTION),
        ]
    )

    def __init__(self, room: RoomState, preparation: threading.Lock) -> None:
        self._room = room
        self._preparation = preparation
        # two windows of the officer: one change at a time
        self._turn = threading.Lock()
        self._has_no_scores = False
        stage = room.stage
        self._actions: dict[str, Callable[[Body], object]] = {
            "go": lambda body: stage.go_to(str(body.get("step"))),
            "next": lambda _: stage.move(1),
            "back": lambda _: stage.move(-1),
            "show_result": lambda body: self._show_result(body, is_shown=True),
            "hide_result": lambda body: self._show_result(body, is_shown=False),
            "card": lambda body: stage.judge_card(str(body.get("id")), str(body.get("verdict"))),
            "all_cards": lambda _: self._show_waiting_cards(),
            "votable": self._make_votable,
            "drill": lambda _: start_drill(self._room),
            "moderate": lambda body: stage.moderate(is_moderated=body.get("on") is True),
            "accept": self._accept,
            "ask": self._ask_question,
            "unask": lambda body: stage.remove_question(str(body.get("key"))),
            "agenda": lambda body: stage.write_agenda(str(body.get("text", "")).splitlines()),
            "title": lambda body: stage.write_title(body.get("title")),
            "timer": lambda body: stage.start_timer(body.get("minutes")),
            "no_timer": lambda _: stage.remove_timer(),
            "expected": self._change_expected,
            "release": lambda body: room.door.release_ticket(body.get("ticket")),
            "move": lambda body: room.move(str(body.get("address"))),
            "seal": self._seal,
        }

    def may_ask(self, path: str, secret: str) -> bool:
        """Check whether a secret opens a path: the officer's opens the stage, too."""
        gate = self._room.gate
        is_officer = gate.has_secret("officer", secret)
        return is_officer or (path == STAGE_STATE and gate.has_secret("stage", secret))

    def find_service(self, path: str, body: Body) -> Callable[[], Reply]:
        """Find what answers a request that may be answered."""
        if path == STAGE_STATE:
            return lambda: make_reply(200, describe_stage(self._room))
        if path == OFFICER_STATE:
            return lambda: make_reply(200, self._describe())
        if path == BOARD_STATE:
            return lambda: make_reply(200, self._room.board.describe())
        if path == TICKETS:
            return lambda: make_reply(200, {"tickets": self._draw_tickets()})
        return lambda: self._act(body)

    def _act(self, body: Body) -> Reply:
        name = body.get("action")
        action = self._actions.get(name) if isinstance(name, str) else None
        if action is None:
            raise ChoiceError(f"操作「{shorten(name)}」はありません。画面を開き直してください。")
        with self._turn:
            action(body)
            if name in CARD_ACTIONS:
                self._score_card()
        return make_reply(200, self._describe())

    def _score_card(self) -> None:
        """Compute the scores of a card that has come on; the officer is told if that fails."""
        try:
            score_card(self._room)
        except Exception:
            # the action itself was done and the meeting goes on; what is wrong stands where it runs
            logging.getLogger("dxkit.room").exception("the drill's scores failed")
            self._has_no_scores = True
        else:
            self._has_no_scores = False

    def _describe(self) -> dict[str, Any]:
        room = self._room
        stage = room.stage
        cards = room.list_cards()
        return {
            "title": room.title,
            "step": stage.step,
            "steps": [{"step": step, "label": label} for step, label in stage.steps.items()],
            "questions": self._describe_questions(),
            "kinds": KINDS,
            "cards": cards[:MAX_OFFICER_CARDS],
            "waiting": count_waiting(cards),
            "moderated": stage.is_moderated,
            "accepting": stage.is_accepting,
            "sealed": self._is_sealed,
            "agenda": stage.agenda,
            "timer_s": stage.timer_s,
            "expected": room.door.expected,
            "tickets": len(room.ticket_links),
            "joined": room.joined,
            "readers": room.door.readers,
            "present": room.present,
            "tested": room.tested,
            "warnings": [*self._list_own_warnings(), *room.list_warnings()],
            "door": describe_door(room),
            "addresses": [
                {"address": entry.address, "interface": entry.interface, "note": entry.note}
                for entry in list_addresses()
            ],
            "host": room.host,
            "stage_link": room.stage_link,
            "course_link": f"{room.address}course" if room.course.pages else "",
            "no_course": NO_PAGES,
            "join_link": room.link,
            "remote_qr": draw_qr(room.officer_link) if room.has_qr else None,
        }

    def _describe_questions(self) -> list[dict[str, Any]]:
        """Describe each question with its result, where that may be seen."""
        stage = self._room.stage
        # who watches a result grow vote by vote learns single votes: not the officer either
        return [
            describe_result(self._room, question, is_shown=stage.is_open(key))
            | {"added": stage.is_added(key)}
            for key, question in stage.questions.items()
        ]

    def _draw_tickets(self) -> list[dict[str, str]]:
        """Draw the paper tickets: a QR code each, and the letters below it to type."""
        room = self._room
        pairs = zip(room.door.tickets, room.ticket_links, strict=True)
        return [{"code": code, "qr": draw_qr(link)} for code, link in pairs]

    @property
    def _is_sealed(self) -> bool:
        return bool(self._room.log.read_setting("sealed", False))

    def _list_own_warnings(self) -> list[str]:
        """List what is left to do after a seal or a card of the drill."""
        has_traces = self._room.log.read_setting("seal_traces", False)
        return [TRACES] * bool(has_traces) + [NO_SCORES] * self._has_no_scores

    def _show_result(self, body: Body, *, is_shown: bool) -> None:
        stage = self._room.stage
        # without a name the one that is on the stage is meant
        key = body.get("key", stage.step.removeprefix(QUESTION))
        stage.show_result(str(key), is_shown=is_shown)

    def _show_waiting_cards(self) -> None:
        for card in self._room.list_cards():
            if card["verdict"] == "waiting":
                self._room.stage.judge_card(str(card["id"]), "shown")

    def _make_votable(self, body: Body) -> None:
        """Make a card a question that everybody votes on."""
        cards = {str(card["id"]): card for card in self._room.list_cards()}
        card = cards.get(str(body.get("id")))
        if card is None:
            raise ChoiceError("そのカードはありません。画面を開き直してください。")
        self._room.stage.add_question(Question(" ".join(str(card["text"]).split())))

    def _ask_question(self, body: Body) -> None:
        options = body.get("options", [])
        # one option a line, as it is typed
        lines = options.splitlines() if isinstance(options, str) else list(options)
        texts = tuple(str(line).strip() for line in lines if str(line).strip())
        kind = str(body.get("kind", "scale"))
        self._room.stage.add_question(Question(str(body.get("label", "")).strip(), kind, texts))

    def _accept(self, body: Body) -> None:
        if self._is_sealed:
            raise ChoiceError("この会議は封をしたので、もう受け付けられません。")
        self._room.stage.accept(is_accepting=body.get("on") is True)

    def _change_expected(self, body: Body) -> None:
        expected = body.get("count")
        check_person_count(expected, tickets=self._room.door.needs_ticket)
        self._room.door.change_expected(expected)

    def _seal(self, body: Body) -> None:
        # a slip of the thumb must not end the meeting
        if body.get("confirm") != "封":
            raise ChoiceError("封をするには、確認の欄に「封」と入れてください。")
        # whoever has the file open keeps what the seal is to erase
        if not self._preparation.acquire(timeout=SEAL_WAIT_S):
            raise ChoiceError(
                "準備の画面が作業中です。終わってから、もう一度封をしてください。封はまだしていません。"
            )
        try:
            self._room.stage.accept(is_accepting=False)
            with warnings.catch_warnings(record=True) as remarks:
                warnings.simplefilter("always", TableWarning)
                self._room.session.seal()
        except StoreError as error:
            # whoever opens this page may know which file it is
            raise ChoiceError(f"封が終わっていません。{error}") from error
        finally:
            self._preparation.release()
        self._room.log.write_setting("sealed", True)
        self._room.forget_clients()
        clear_freed_memory()
        has_traces = any("-wal" in str(remark.message) for remark in remarks)
        self._room.log.write_setting("seal_traces", has_traces)
