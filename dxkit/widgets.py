"""How does somebody who has never typed code change a choice and see the picture change?

Widgets for workshops: choices in, pictures out. They work with the mouse and the keyboard, keep no output in the notebook
file and need no network. Text from tables is escaped before it becomes HTML.
"""

import html
from collections.abc import Sequence
from numbers import Real
from typing import Any

import geopandas as gpd
import ipywidgets
import pandas as pd

from dxkit import maps
from dxkit.errors import ChoiceError

# units in the framework tables that mean yes/no and a share of 1
YES_NO, SHARE = "有無", "割合"
ALL_AREAS = "兵庫県全体"
GOOD = "background:#e3f2e1;border-left:4px solid #2e7d32;padding:6px 10px"
BAD = "background:#fdecea;border-left:4px solid #b3261e;padding:6px 10px"
NEUTRAL = "background:#eef3f8;border-left:4px solid #35618e;padding:6px 10px"
WIDE = ipywidgets.Layout(width="min(640px, 98%)")
LABELLED = {"description_width": "7em"}


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
        return ipywidgets.RadioButtons(options=list(map(str, choices)), value=None, layout=ipywidgets.Layout(width="max-content"))
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
    plain = given.translate(str.maketrans("０１２３４５６７８９．，−％", "0123456789.,-%")).replace(",", "").strip()
    return float(plain.rstrip("%市町人件個割 "))


def _shown(answer: str | float) -> str:
    return f"{answer:g}" if isinstance(answer, Real) else str(answer)


def maturity_explorer(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    municipalities: gpd.GeoDataFrame,
    *,
    background: gpd.GeoDataFrame | None = None,
) -> ipywidgets.VBox:
    """Choose an indicator and an area; see the map and the municipalities' values.

    Parameters
    ----------
    values
        One row a municipality (index ``code``), one column an indicator.
    indicators
        One row an indicator: ``indicator, label, unit``.
    municipalities
        One row a municipality: ``code, name, area, geometry``.
    background
        Neighbouring prefectures, drawn in grey.

    Returns
    -------
    ipywidgets.VBox
        Two drop-downs, a sentence that counts, the map and a table in code order: no league table.

    Raises
    ------
    ChoiceError
        If no indicator of the framework is a column of ``values``.
    """
    known = indicators[indicators["indicator"].isin(values.columns)]
    if known.empty:
        raise ChoiceError(
            "指標の表と値の表に、共通する指標がありません。indicators の「indicator」列と values の列名を確かめてください。"
        )
    chooser = ipywidgets.Dropdown(
        options=list(zip(known["label"], known["indicator"], strict=True)), description="指標", layout=WIDE, style=LABELLED
    )
    areas = [ALL_AREAS, *dict.fromkeys(municipalities["area"])]
    area = ipywidgets.Dropdown(options=areas, description="圏域", layout=WIDE, style=LABELLED)
    sentence, table, picture = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.Output()
    units = dict(zip(known["indicator"], known["unit"].fillna(""), strict=True))
    labels = dict(zip(known["indicator"], known["label"], strict=True))

    def draw(_: object = None) -> None:
        shown = municipalities if area.value == ALL_AREAS else municipalities[municipalities["area"] == area.value]
        chosen = shown.assign(value=shown["code"].map(values[chooser.value]))
        label, unit = labels[chooser.value], units[chooser.value]
        sentence.value = f'<div style="{NEUTRAL}">{_sentence(chosen["value"], label, unit)}</div>'
        table.value = _table(chosen, label, unit)
        _show(picture, _map(chosen, label, unit, background))

    chooser.observe(draw, names="value")
    area.observe(draw, names="value")
    draw()
    return ipywidgets.VBox([chooser, area, sentence, picture, table])


def _cell(value: float, unit: str) -> str:
    """Give a value as a reader expects it; a blank stays a blank."""
    if pd.isna(value):
        return "データなし"
    if unit == YES_NO:
        return "実施" if value else "未実施"
    return f"{value:.0%}" if unit == SHARE else f"{value:,.10g}"


def _sentence(series: pd.Series, label: str, unit: str) -> str:
    """Say in one sentence how many have what; blanks are counted apart, never as 0."""
    known, blank = series.dropna(), int(series.isna().sum())
    tail = f"　データなし {blank}市町" if blank else ""
    name = html.escape(label)
    if known.empty:
        return f"{name}: どの市町にもデータがありません。"
    if unit == YES_NO:
        return f"{name}: {len(known)}市町のうち 実施 {int(known.sum())}、未実施 {int((known == 0).sum())}。{tail}"
    low, middle, high = (_cell(float(known.quantile(q)), unit) for q in (0, 0.5, 1))
    return f"{name}: {len(known)}市町の中央値 {middle}（最小 {low} 〜 最大 {high}）。{tail}"


def _table(chosen: pd.DataFrame, label: str, unit: str) -> str:
    """Give the values as an HTML table in code order."""
    cell = "padding:1px 10px;border-bottom:1px solid #ddd;text-align:left"
    rows = "".join(
        f'<tr><td style="{cell}">{html.escape(str(name))}</td><td style="{cell}">{html.escape(str(area))}</td>'
        f'<td style="{cell}">{html.escape(_cell(value, unit))}</td></tr>'
        for name, area, value in chosen[["name", "area", "value"]].itertuples(index=False)
    )
    heads = "".join(f'<th style="{cell}">{html.escape(head)}</th>' for head in ("市町", "圏域", label))
    body = f'<table style="border-collapse:collapse">{heads}{rows}</table>'
    return f"<details><summary>市町ごとの値を表で見る</summary>{body}</details>"


def _map(chosen: gpd.GeoDataFrame, label: str, unit: str, background: gpd.GeoDataFrame | None) -> Any:
    if unit == YES_NO:
        chosen = chosen.assign(value=chosen["value"].map({1: "実施", 0: "未実施"}))
    return maps.choropleth(chosen, column="value", label=label, unit=unit, background=background, title=label)


def _show(output: ipywidgets.Output, picture: Any) -> None:
    """Put a picture into an output area in place of the one before."""
    bundle = {"text/html": picture._repr_html_(), "text/plain": repr(picture)}
    output.outputs = ({"output_type": "display_data", "data": bundle, "metadata": {}},)
