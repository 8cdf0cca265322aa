"""What does the officer put on the projector, and what is kept back?

A `Stage` remembers the step that is shown, which results are open, which cards are let through, the
timer and the agenda. Everything lies in the room's log: a restart shows what stood there before.
"""

import time
from collections.abc import Mapping, Sequence

from dxkit.errors import ChoiceError, shorten
from dxkit.store import ITEM_LONGEST, check_text
from dxkit.widgets.room._questions import Question
from dxkit.widgets.room._room_log import RoomLog

DOOR = "door"
AGENDA = "agenda"
CARDS = "cards"
BLANK = "blank"
QUESTION = "question:"
# steps that every meeting has, and what the officer calls them
FIXED_STEPS = {DOOR: "参加のQRコード", AGENDA: "次第"}
LAST_STEPS = {CARDS: "カード", BLANK: "何も映さない"}
MAX_TIMER_MIN = 600
MAX_AGENDA = 40
# what became of a card
WAITING = "waiting"
SHOWN = "shown"
HIDDEN = "hidden"


class Stage:
    """What the projector shows, kept in the room's log.

    Parameters
    ----------
    log
        Keeps every change.
    questions
        By their keys, in their order.
    moderate
        Cards wait until the officer lets them through.
    """

    def __init__(self, log: RoomLog, questions: Mapping[str, Question], *, moderate: bool) -> None:
        self._log = log
        self._first_questions = dict(questions)
        self._moderate = moderate

    @property
    def questions(self) -> dict[str, Question]:
        """All questions: those that the room began with, then those that the officer added."""
        added = [
            Question(entry["label"], entry["kind"], tuple(entry["options"]), entry["key"])
            for entry in self._log.read_setting("questions", [])
        ]
        return self._first_questions | {question.key: question for question in added}

    def add_question(self, question: Question) -> None:
        """Add a question behind the others.

        Raises
        ------
        ChoiceError
            If there is one of this name.
        """
        if question.key in self.questions:
            raise ChoiceError(f"問い「{shorten(question.label)}」は、もうあります。")
        added = self._log.read_setting("questions", [])
        self._log.write_setting("questions", [*added, question.describe()])

    def remove_question(self, key: str) -> None:
        """Take a question that the officer added off the list; its answers stay in the store."""
        added = self._log.read_setting("questions", [])
        remaining = [entry for entry in added if entry["key"] != key]
        if len(remaining) == len(added):
            raise ChoiceError(f"問い「{shorten(key)}」は、ここでは消せません。")
        self._log.write_setting("questions", remaining)

    def is_added(self, key: str) -> bool:
        """Whether the officer added a question, who may then take it off."""
        return key not in self._first_questions

    @property
    def steps(self) -> dict[str, str]:
        """All steps and what they are called, in their order."""
        questions = {QUESTION + key: question.label for key, question in self.questions.items()}
        return FIXED_STEPS | questions | LAST_STEPS

    @property
    def step(self) -> str:
        """The step that is shown."""
        step = str(self._log.read_setting("step", DOOR))
        # a question may have been taken off meanwhile
        return step if step in self.steps else DOOR

    @property
    def question(self) -> Question | None:
        """The question that is shown, if one is."""
        return self.questions.get(self.step.removeprefix(QUESTION))

    def go_to(self, step: str) -> None:
        """Show a step.

        Raises
        ------
        ChoiceError
            If there is no such step.
        """
        if step not in self.steps:
            raise ChoiceError(f"画面「{shorten(step)}」はありません。")
        self._log.write_setting("step", step)

    def move(self, count: int) -> None:
        """Show the next step (1) or the one before (-1); the ends stay."""
        steps = list(self.steps)
        position = min(max(steps.index(self.step) + count, 0), len(steps) - 1)
        self.go_to(steps[position])

    def is_open(self, key: str) -> bool:
        """Whether a question's result may be shown."""
        return key in self._log.read_setting("open_results", [])

    def show_result(self, key: str, *, is_shown: bool) -> None:
        """Show or hide a question's result."""
        if key not in self.questions:
            raise ChoiceError(f"問い「{shorten(key)}」はありません。")
        others = [name for name in self._log.read_setting("open_results", []) if name != key]
        self._log.write_setting("open_results", [*others, key] if is_shown else others)

    @property
    def is_moderated(self) -> bool:
        """Whether cards wait for the officer."""
        return bool(self._log.read_setting("moderate", self._moderate))

    def moderate(self, *, is_moderated: bool) -> None:
        """Let cards wait for the officer, or not."""
        self._log.write_setting("moderate", is_moderated)

    def find_verdict(self, card_id: str) -> str:
        """Find whether a card is shown, hidden or waiting."""
        verdict = self._log.read_setting("cards", {}).get(card_id)
        return str(verdict or (WAITING if self.is_moderated else SHOWN))

    def judge_card(self, card_id: str, verdict: str) -> None:
        """Show a card or hide it."""
        if verdict not in (SHOWN, HIDDEN):
            raise ChoiceError(f"カードの扱い「{shorten(verdict)}」はありません。")
        cards = self._log.read_setting("cards", {})
        self._log.write_setting("cards", cards | {card_id: verdict})

    @property
    def is_accepting(self) -> bool:
        """Whether votes and cards are taken."""
        return bool(self._log.read_setting("accepting", True))

    def accept(self, *, is_accepting: bool) -> None:
        """Take votes and cards, or not."""
        self._log.write_setting("accepting", is_accepting)

    @property
    def agenda(self) -> list[str]:
        """The lines of the agenda."""
        return list(self._log.read_setting("agenda", []))

    def write_agenda(self, lines: Sequence[object]) -> None:
        """Take a new agenda."""
        texts = [str(line).strip() for line in lines if str(line).strip()]
        if len(texts) > MAX_AGENDA:
            raise ChoiceError(f"次第は{MAX_AGENDA}行までです（今は{len(texts)}行）。")
        self._log.write_setting(
            "agenda", [check_text(text, "次第", longest=ITEM_LONGEST) for text in texts]
        )

    @property
    def timer_s(self) -> float | None:
        """How many seconds are left, below zero once they are over; ``None`` without a timer."""
        ends_at = self._log.read_setting("timer", None)
        # the clock on the wall: a restart must not stretch the time
        return None if ends_at is None else float(ends_at) - time.time()

    def start_timer(self, minutes: object) -> None:
        """Start the timer anew."""
        is_number = isinstance(minutes, int | float) and not isinstance(minutes, bool)
        count = float(str(minutes)) if is_number else 0.0
        if not 0 < count <= MAX_TIMER_MIN:
            raise ChoiceError(
                f"時間「{shorten(minutes)}」分は使えません。{MAX_TIMER_MIN}分までの数にしてください。"
            )
        self._log.write_setting("timer", time.time() + 60 * count)

    def remove_timer(self) -> None:
        """Take the timer away."""
        self._log.write_setting("timer", None)

    def read_title(self, otherwise: str) -> str:
        """Read the meeting's title."""
        return str(self._log.read_setting("title", otherwise))

    @property
    def has_title(self) -> bool:
        """Whether somebody has written a title."""
        return self._log.read_setting("title", None) is not None

    def write_title(self, title: object) -> None:
        """Take a new title."""
        self._log.write_setting("title", check_text(title, "会議の名前", longest=ITEM_LONGEST))
