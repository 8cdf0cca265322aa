"""How does a trainee learn at once whether an answer is right?"""

import html
from collections.abc import Sequence
from numbers import Real

import ipywidgets

from dxkit.errors import ChoiceError
from dxkit.widgets._html import BAD, GOOD, NEUTRAL, write_message

# letters as a Japanese keyboard gives them, and what they stand for
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，−％", "0123456789.,-%")
# units that people type behind a number
TYPED_UNITS = "%市町人件個割 "
# above the rounding errors of a computed answer
ROUNDING = 1e-9


def exercise(
    question: str,
    answer: str | float,
    *,
    choices: Sequence[str] | None = None,
    hint: str = "",
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
        number.
    choices
        Offered answers; without them a box to type in appears.
    hint
        Shown after a wrong answer.
    unit
        Shown behind the box.
    tolerance
        How far a number may be off.

    Returns
    -------
    ipywidgets.VBox
        Its attribute ``children[-1].value`` holds the verdict as HTML.

    Raises
    ------
    ChoiceError
        If the answer is not among the choices.

    Examples
    --------
    >>> quiz = exercise("兵庫県の市町はいくつ？", 41, unit="市町")
    >>> box, _, button = quiz.children[1].children
    >>> box.value = "４１市町"
    >>> button.click()
    >>> "正解" in quiz.children[-1].value, "もう一度" in quiz.children[-1].value
    (True, False)
    """
    if choices is not None and str(answer) not in list(map(str, choices)):
        raise ChoiceError(f"正解「{answer}」が選択肢にありません: {'、'.join(map(str, choices))}")
    box = _make_answer_box(choices, unit)
    button = ipywidgets.Button(description="答え合わせ", button_style="primary", icon="")
    verdict = ipywidgets.HTML(value="")
    title = ipywidgets.HTML(value=f"<b>問い</b>　{html.escape(question)}")

    def judge(_: object) -> None:
        verdict.value = _write_verdict(box.value, answer, tolerance, hint)

    button.on_click(judge)
    unit_label = ipywidgets.HTML(value=html.escape(unit))
    return ipywidgets.VBox([title, ipywidgets.HBox([box, unit_label, button]), verdict])


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


def _write_verdict(typed: str | None, answer: str | float, tolerance: float, hint: str) -> str:
    """Write the verdict on an answer as HTML."""
    if typed is None or not str(typed).strip():
        return write_message(NEUTRAL, "答えを選ぶか入力してから、もう一度押してください。")
    if _is_right(str(typed), answer, tolerance):
        words = f"○ 正解です。答えは {html.escape(_format_answer(answer))} です。"
        return write_message(GOOD, words)
    advice = f" ヒント: {html.escape(hint)}" if hint else ""
    return write_message(BAD, f"× もう一度考えてみましょう。{advice}")


def _is_right(typed: str, answer: str | float, tolerance: float) -> bool:
    if not isinstance(answer, Real):
        return typed.strip() == str(answer).strip()
    try:
        number = _read_number(typed)
    except ValueError:
        return False
    return abs(number - float(answer)) <= tolerance + ROUNDING


def _read_number(typed: str) -> float:
    """Read a number as people type it: full-width digits, commas, 市町 or % behind it."""
    plain = typed.translate(FULL_WIDTH).replace(",", "").strip()
    return float(plain.rstrip(TYPED_UNITS))


def _format_answer(answer: str | float) -> str:
    return f"{answer:g}" if isinstance(answer, Real) else str(answer)
