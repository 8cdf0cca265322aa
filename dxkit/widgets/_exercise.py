"""How does a trainee learn at once whether an answer is right?"""

import html
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real

import ipywidgets

from dxkit.errors import ChoiceError
from dxkit.widgets._call_on_enter import call_on_enter
from dxkit.widgets._exercise_state import ExerciseState, make_key, read_state, write_state
from dxkit.widgets._html import BAD, FOCUS_RING, GOOD, NEUTRAL, write_message
from dxkit.widgets._progress_reports import find_cell_id, report_exercise
from dxkit.widgets._typed_answers import (
    PERCENT,
    TypedAnswerError,
    export_rule,
    read_typed_number,
)
from dxkit.widgets._typed_texts import (
    ONE_CHOICE,
    fold_text,
    has_places,
    is_same_text,
    list_choice_spellings,
    list_spellings,
)
from dxkit.widgets._written_choice import offer_written_choice

# above the rounding errors of a computed answer
ROUNDING = 1e-9
# wrong answers after which the solution may be unfolded
TRIES_BEFORE_SOLUTION = 3
NOT_ANSWERED = "答えを選ぶか入力してから、もう一度押してください。"
PERCENT_ASKED = "百分率（％）で答えてください（例: 0.5 ではなく 50）。"
NOT_KEPT = "（答えは保存できませんでした）"

Answer = str | float


def exercise(
    question: str,
    answer: Answer | Sequence[Answer],
    *,
    choices: Sequence[str] | None = None,
    hint: str | Sequence[str] = "",
    unit: str = "",
    tolerance: float = 0.0,
) -> ipywidgets.VBox:
    """Ask a question and check the answer at once.

    Parameters
    ----------
    question
        The question, in Japanese.
    answer
        The right answer, computed in the notebook from its tables: one of ``choices``, a text or a
        number. Several where they tie: each counts as right.
    choices
        Offered answers, to be ticked, or written in words or by their place; without them there is
        only a box to type in.
    hint
        Shown after a wrong answer; of several, the second after the second one. After the third,
        the solution can be unfolded. What stands between backticks is shown as code.
    unit
        Shown behind the box.
    tolerance
        How far a number may be off.

    Returns
    -------
    ipywidgets.VBox
        Its attribute ``children[-1].value`` holds the verdict as HTML. What was answered is kept in
        the user's own folder and stands there again when the cell is run on another day.

    Raises
    ------
    ChoiceError
        If there is no answer, or none that is among the choices.

    Notes
    -----
    Numbers may be typed full-width, in kanji, with unit, commas or 約. What is no number is no
    wrong answer: words say what is asked.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", DXKIT_HOME=mkdtemp()):
    ...     quiz = exercise("兵庫県の市町はいくつ？", 41, unit="市町")
    ...     box, _, button = quiz.children[1].children
    ...     box.value = "約４１市町"
    ...     button.click()
    >>> "正解" in quiz.children[-1].value, "もう一度" in quiz.children[-1].value
    (True, False)
    """
    solution = _make_solution(answer, choices, hint, unit, tolerance)
    key = make_key(question, solution.answers, choices, unit)
    cell_id = find_cell_id()
    state = read_state(key)
    box = _make_answer_box(choices, unit)
    button = ipywidgets.Button(description="答え合わせ", button_style="primary", icon="")
    verdict = ipywidgets.HTML(value="")
    title = ipywidgets.HTML(value=f"<b>問い</b>　{html.escape(question)}{FOCUS_RING}")

    def judge(_: object) -> None:
        words = solution.judge(box.value, state)
        is_kept = write_state(key, state)
        notice = report_exercise(cell_id, state)
        verdict.value = (words if is_kept else words + NOT_KEPT) + notice

    if state.typed and (choices is None or state.typed in box.options):
        box.value = state.typed
        verdict.value = solution.judge(box.value, state, is_new=False)
    unit_label = ipywidgets.HTML(value=html.escape(unit))
    lines = [title, ipywidgets.HBox([box, unit_label, button]), verdict]
    if choices is None:
        # what is there from another day was judged then
        call_on_enter(box, button, judge)
    else:
        lines.insert(2, offer_written_choice(box, button, judge, verdict))
    exercise_box = ipywidgets.VBox(lines)
    exercise_box.describe_exercise = lambda: {
        "key": key,
        "question": question,
        **_describe_choices(choices),
        **solution.describe(),
    }
    return exercise_box


@dataclass(frozen=True)
class Solution:
    """What is right, and what helps on the way."""

    answers: tuple[Answer, ...]
    hints: tuple[str, ...]
    unit: str
    tolerance: float
    is_typed: bool

    def judge(self, typed: str | None, state: ExerciseState, *, is_new: bool = True) -> str:
        """Write the verdict on an answer as HTML, and note it in the state."""
        text = "" if typed is None else str(typed)
        state.typed = text
        if not text.strip():
            return write_message(NEUTRAL, NOT_ANSWERED)
        try:
            is_right = self._is_right(text)
        except TypedAnswerError as error:
            # not wrong, but no answer to what was asked
            return write_message(NEUTRAL, html.escape(str(error)))
        state.solved = state.solved or is_right
        if is_right:
            return self._write_right()
        state.tries += is_new
        return self._write_wrong(state.tries)

    def describe(self) -> dict[str, object]:
        """Write down all that a check in another language needs; it holds the answers."""
        last = max(len(self.hints), TRIES_BEFORE_SOLUTION)
        texts = [str(answer) for answer in self.answers]
        return {
            "numbers": [float(answer) for answer in self.answers if isinstance(answer, Real)],
            "texts": [fold_text(text) for text in texts],
            "names": [] if not self.is_typed else list_spellings(texts),
            "unit": self.unit,
            "tolerance": self.tolerance,
            "typed": self.is_typed,
            "rule": {**export_rule(), "rounding": ROUNDING},
            "words": {
                "empty": write_message(NEUTRAL, NOT_ANSWERED),
                "right": self._write_right(),
                # after the first, second, … wrong answer
                "wrong": [self._write_wrong(tries) for tries in range(1, last + 1)],
                "percent": PERCENT_ASKED,
                "other": write_message(NEUTRAL, "{}"),
            },
        }

    def _write_right(self) -> str:
        return write_message(GOOD, f"○ 正解です。答えは {self._write_answers()} です。")

    def _write_wrong(self, tries: int) -> str:
        return write_message(BAD, f"× もう一度考えてみましょう。{self._write_help(tries)}")

    def _is_right(self, typed: str) -> bool:
        if not self.is_typed:
            # one of the choices, as it stands
            return typed in map(str, self.answers)
        numbers = [float(answer) for answer in self.answers if isinstance(answer, Real)]
        if not numbers:
            return any(is_same_text(typed, str(answer)) for answer in self.answers)
        value = read_typed_number(typed, self.unit)
        if any(self._is_close(value, number) for number in numbers):
            return True
        is_percent = unicodedata.normalize("NFKC", self.unit) in PERCENT
        if is_percent and any(self._is_close(100 * value, number) for number in numbers):
            raise TypedAnswerError(PERCENT_ASKED)
        return False

    def _is_close(self, value: float, number: float) -> bool:
        return abs(value - number) <= self.tolerance + ROUNDING * max(1.0, abs(number))

    def _write_help(self, tries: int) -> str:
        """Write the hints so far and, in the end, the folded solution."""
        hints = self.hints[:tries]
        words = "".join(f"<br>ヒント: {_write_code(html.escape(hint))}" for hint in hints)
        if tries < TRIES_BEFORE_SOLUTION:
            return words
        return (
            f"{words}<details><summary>答えを見る</summary>答えは {self._write_answers()} です。"
            "どうしてそうなるかを、ヒントのとおりに確かめてみましょう。</details>"
        )

    def _write_answers(self) -> str:
        listed = " か ".join(html.escape(_format_answer(answer)) for answer in self.answers)
        return f"{listed}（どれも正解）" if len(self.answers) > 1 else listed


def _describe_choices(choices: Sequence[str] | None) -> dict[str, object]:
    """Write down the choices, and how each may be written."""
    if choices is None:
        return {"choices": None}
    options = list(map(str, choices))
    return {
        "choices": options,
        "spellings": [list_choice_spellings(option) for option in options],
        "places": has_places(options),
        "one_choice": write_message(NEUTRAL, ONE_CHOICE),
    }


def _write_code(text: str) -> str:
    """Set what stands between two backticks as code, to be typed into a cell."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", text)


def _make_solution(
    answer: Answer | Sequence[Answer],
    choices: Sequence[str] | None,
    hint: str | Sequence[str],
    unit: str,
    tolerance: float,
) -> Solution:
    answers = _list_answers(answer)
    if not answers or any(isinstance(value, Real) and math.isnan(value) for value in answers):
        raise ChoiceError("この問いの答えが計算できていません。上のセルから順に実行してください。")
    if choices is not None:
        offered = list(map(str, choices))
        answers = tuple(value for value in answers if str(value) in offered)
        if not answers:
            listed = "、".join(offered)
            raise ChoiceError(
                f"正解「{'、'.join(map(str, _list_answers(answer)))}」が選択肢にありません: {listed}"
            )
    hints = (hint,) if isinstance(hint, str) else tuple(hint)
    shown_hints = tuple(text for text in hints if text)
    return Solution(answers, shown_hints, unit, tolerance, is_typed=choices is None)


def _list_answers(answer: Answer | Sequence[Answer]) -> tuple[Answer, ...]:
    """List the answers; one alone is a list of one."""
    if isinstance(answer, str | Real) or not isinstance(answer, Iterable):
        return (answer,)
    return tuple(answer)


def _make_answer_box(choices: Sequence[str] | None, unit: str) -> ipywidgets.ValueWidget:
    if choices is not None:
        return ipywidgets.RadioButtons(
            options=list(map(str, choices)),
            # nothing is ticked at first: a default would be taken for an answer
            value=None,
            layout=ipywidgets.Layout(width="max-content"),
        )
    placeholder = f"数を入力（{unit}）" if unit else "答えを入力"
    return ipywidgets.Text(placeholder=placeholder, layout=ipywidgets.Layout(width="14em"))


def _format_answer(answer: Answer) -> str:
    if not isinstance(answer, Real):
        return str(answer)
    # 1,234,567 must not become 1.23457e+06
    return f"{answer:,.6g}" if abs(answer) < 1e6 else f"{answer:,.0f}"
