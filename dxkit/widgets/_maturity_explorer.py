"""How does one indicator look over the municipalities of an area?"""

import html
from typing import Any

import geopandas as gpd
import ipywidgets
import pandas as pd

from dxkit import maps
from dxkit.errors import ChoiceError
from dxkit.widgets._html import LABELLED, NEUTRAL, WIDE, show

# units in the framework tables that mean yes/no and a share of 1
YES_NO, SHARE = "有無", "割合"
ALL_AREAS = "兵庫県全体"


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
        options=list(zip(known["label"], known["indicator"], strict=True)),
        description="指標",
        layout=WIDE,
        style=LABELLED,
    )
    areas = [ALL_AREAS, *dict.fromkeys(municipalities["area"])]
    area = ipywidgets.Dropdown(options=areas, description="圏域", layout=WIDE, style=LABELLED)
    sentence, table, picture = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.Output()
    units = dict(zip(known["indicator"], known["unit"].fillna(""), strict=True))
    labels = dict(zip(known["indicator"], known["label"], strict=True))

    def draw(_: object = None) -> None:
        shown = (
            municipalities
            if area.value == ALL_AREAS
            else municipalities[municipalities["area"] == area.value]
        )
        chosen = shown.assign(value=shown["code"].map(values[chooser.value]))
        label, unit = labels[chooser.value], units[chooser.value]
        sentence.value = f'<div style="{NEUTRAL}">{_sentence(chosen["value"], label, unit)}</div>'
        table.value = _table(chosen, label, unit)
        show(picture, _map(chosen, label, unit, background))

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
    heads = "".join(
        f'<th style="{cell}">{html.escape(head)}</th>' for head in ("市町", "圏域", label)
    )
    body = f'<table style="border-collapse:collapse">{heads}{rows}</table>'
    return f"<details><summary>市町ごとの値を表で見る</summary>{body}</details>"


def _map(
    chosen: gpd.GeoDataFrame, label: str, unit: str, background: gpd.GeoDataFrame | None
) -> Any:
    if unit == YES_NO:
        chosen = chosen.assign(value=chosen["value"].map({1: "実施", 0: "未実施"}))
    return maps.choropleth(
        chosen, column="value", label=label, unit=unit, background=background, title=label
    )
