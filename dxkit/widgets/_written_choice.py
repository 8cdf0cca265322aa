"""How does somebody answer by writing where others tick: 2, or the words themselves?"""

import html
from collections.abc import Callable

import ipywidgets

from dxkit.widgets._call_on_enter import call_on_enter
from dxkit.widgets._html import NEUTRAL, write_message
from dxkit.widgets._typed_answers import TypedAnswerError
from dxkit.widgets._typed_texts import read_typed_choice

INVITATION = "番号や言葉で書いてもよい"


def offer_written_choice(
    ticks: ipywidgets.RadioButtons,
    button: ipywidgets.Button,
    judge: Callable[[object], None],
    verdict: ipywidgets.HTML,
) -> ipywidgets.Text:
    """Make the box in which a choice may be written; what it means is ticked, then judged."""
    box = ipywidgets.Text(placeholder=INVITATION, layout=ipywidgets.Layout(width="14em"))
    choice = _WrittenChoice(ticks, box, judge, verdict)
    # before the box is listened to for Enter: by then it must be known which of both is newer
    box.observe(choice.take_text, "value")
    ticks.observe(choice.take_tick, "value")
    choice.empty_box = call_on_enter(box, button, choice.judge)
    return box


class _WrittenChoice:
    """Knows whether the last answer was ticked or written."""

    def __init__(
        self,
        ticks: ipywidgets.RadioButtons,
        box: ipywidgets.Text,
        judge: Callable[[object], None],
        verdict: ipywidgets.HTML,
    ) -> None:
        self._ticks = ticks
        self._box = box
        self._judge_tick = judge
        self._verdict = verdict
        self.empty_box: Callable[[], None] = lambda: None
        self._is_written = False
        # a tick then comes from what was written
        self._is_judging = False

    def take_text(self, _: object) -> None:
        """Take what was written."""
        self._is_written = bool(self._box.value.strip())

    def take_tick(self, _: object) -> None:
        """Take a tick: what was written before is overruled, and goes."""
        self._is_written = False
        if not self._is_judging:
            self.empty_box()

    def judge(self, source: object) -> None:
        """Tick what was written, so that it is seen what was understood, and judge it."""
        if self._is_written:
            try:
                self._is_judging = True
                self._ticks.value = read_typed_choice(self._box.value, self._ticks.options)
            except TypedAnswerError as error:
                self._verdict.value = write_message(NEUTRAL, html.escape(str(error)))
                return
            finally:
                self._is_judging = False
            self._is_written = False
            self._box.value = ""
        self._judge_tick(source)
