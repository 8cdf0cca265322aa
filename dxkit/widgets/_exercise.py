"""How does a trainee learn at once whether an answer is right?"""

import html
from collections.abc import Sequence
from numbers import Real

import ipywidgets

from dxkit.errors import ChoiceError
from dxkit.widgets._html import BAD, GOOD, NEUTRAL


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
        The right answer, computed in the notebook from its tables: one of ``choices``, a text or a number.
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
    """
    if choices is not None and str(answer) not in list(map(str, choices)):
        raise ChoiceError(f"正解「{answer}」が選択肢にありません: {'、'.join(map(str, choices))}")
    box = _answer_box(choices, unit)
    button = ipywidgets.Button(description="答え合わせ", button_style="primary", icon="")
    verdict = ipywidgets.HTML(value="")
    title = ipywidgets.HTML(value=f"<b>問い</b>　{html.escape(question)}")

    def judge(_: object) -> None:
        verdict.value = _verdict(box.value, answer, tolerance, hint)

    button.on_click(judge)
    unit_label = ipywidgets.HTML(value=html.escape(unit))
    return ipywidgets.VBox([title, ipywidgets.HBox([box, unit_label, button]), verdict])


def _answer_box(choices: Sequence[str] | None, unit: str) -> ipywidgets.ValueWidget:
    if choices is not None:
        return ipywidgets.RadioButtons(
            options=list(map(str, choices)),
            value=None,
            layout=ipywidgets.Layout(width="max-content"),
        )
    placeholder = f"数を入力（{unit}）" if unit else "答えを入力"
    return ipywidgets.Text(placeholder=placeholder, layout=ipywidgets.Layout(width="14em"))


def _verdict(given: str | None, answer: str | float, tolerance: float, hint: str) -> str:
    """Give the verdict on an answer as HTML."""
    if given is None or not str(given).strip():
        return f'<div style="{NEUTRAL}">答えを選ぶか入力してから、もう一度押してください。</div>'
    if _is_right(str(given), answer, tolerance):
        return f'<div style="{GOOD}">○ 正解です。答えは {html.escape(_shown(answer))} です。</div>'
    advice = f" ヒント: {html.escape(hint)}" if hint else ""
    return f'<div style="{BAD}">× もう一度考えてみましょう。{advice}</div>'


def _is_right(given: str, answer: str | float, tolerance: float) -> bool:
    if not isinstance(answer, Real):
        return given.strip() == str(answer).strip()
    try:
        typed = _number(given)
    except ValueError:
        return False
    return abs(typed - float(answer)) <= tolerance + 1e-9


def _number(given: str) -> float:
    """Read a number as people type it: full-width digits, commas, 市町 or % behind it."""
    plain = (
        given.translate(str.maketrans("０１２３４５６７８９．，−％", "0123456789.,-%"))
        .replace(",", "")
        .strip()
    )
    return float(plain.rstrip("%市町人件個割 "))


def _shown(answer: str | float) -> str:
    return f"{answer:g}" if isinstance(answer, Real) else str(answer)
