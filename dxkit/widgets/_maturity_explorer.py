"""How does one indicator look over the municipalities of an area?"""

import html
from typing import Any

import geopandas as gpd
import ipywidgets
import pandas as pd

from dxkit import maps
from dxkit.errors import ChoiceError
from dxkit.loaders import municipality_name
from dxkit.widgets._html import CELL, LABELLED, NEUTRAL, TABLE, WIDE, show_picture, write_message
from dxkit.widgets._provenance import read_provenance
from dxkit.widgets._stills import StillAxis, StillPlan, render_parts

# units in the framework tables that mean yes/no and a share of 1
YES_NO = "有無"
SHARE = "割合"


def maturity_explorer(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    municipalities: gpd.GeoDataFrame,
    *,
    background: gpd.GeoDataFrame | None = None,
    code: str | None = None,
    made: bool = False,
    source: str | None = None,
) -> ipywidgets.VBox:
    """Choose an indicator and an area; see the map and the municipalities' values.

    Parameters
    ----------
    values
        One row a municipality (index ``code``), one column an indicator. Source, time and kind of
        its ``.attrs`` stand on the map.
    indicators
        One row an indicator: ``indicator, label, unit``.
    municipalities
        One row a municipality: ``code, name, area, geometry``.
    background
        Neighbouring prefectures, drawn in grey.
    code
        The municipality that a thick line surrounds.
    made, source
        As for `dxkit.maps.choropleth`.

    Returns
    -------
    ipywidgets.VBox
        Two drop-downs, a sentence that counts, the map and a table in code order: no league table.

    Raises
    ------
    ChoiceError
        If no indicator of the framework is a column of ``values``.

    Examples
    --------
    >>> import dxkit
    >>> towns = dxkit.load("municipalities")
    >>> values = pd.DataFrame({"ai": 1.0}, index=pd.Index(towns["code"], name="code"))
    >>> indicators = pd.DataFrame({"indicator": ["ai"], "label": ["AIの導入"], "unit": ["有無"]})
    >>> explorer = maturity_explorer(values, indicators, towns)
    >>> explorer.children[2].value.partition(">")[2]
    'AIの導入: 41市町のうち 実施 41、未実施 0。</div>'
    """
    # the framework may list more than was measured
    known_indicators = _select_known(indicators, values)
    provenance = read_provenance(values, source=source, made=made)
    keys = known_indicators["indicator"]
    labels = dict(zip(keys, known_indicators["label"], strict=True))
    units = dict(zip(keys, known_indicators["unit"].fillna(""), strict=True))
    options = list(zip(known_indicators["label"], keys, strict=True))
    chooser = ipywidgets.Dropdown(options=options, description="指標", layout=WIDE, style=LABELLED)
    mine = municipalities[municipalities["code"] == code]
    everywhere = _name_everywhere(municipalities)
    areas = [everywhere, *dict.fromkeys(municipalities["area"])]
    area = ipywidgets.Dropdown(options=areas, description="圏域", layout=WIDE, style=LABELLED)
    sentence = ipywidgets.HTML()
    table = ipywidgets.HTML()
    picture = ipywidgets.Output()

    def draw(_: object = None) -> None:
        selected = _select_area(municipalities, area.value, everywhere)
        rows = selected.assign(value=selected["code"].map(values[chooser.value]))
        # what is drawn are the values; the municipalities are their background
        rows.attrs = dict(provenance)
        label = labels[chooser.value]
        unit = units[chooser.value]
        sentence.value = write_message(NEUTRAL, _write_sentence(rows["value"], label, unit))
        table.value = _write_values(rows, label, unit)
        drawing = _draw_map(rows, label, unit, background)
        show_picture(picture, drawing if mine.empty else drawing.outline(mine))

    # drawn once more by hand: observers hear of changes only
    chooser.observe(draw, names="value")
    area.observe(draw, names="value")
    draw()
    box = ipywidgets.VBox([chooser, area, sentence, picture, table])
    box.still_plan = StillPlan(
        (
            StillAxis("指標", chooser, tuple((str(words), key) for words, key in options)),
            StillAxis("圏域", area, tuple((str(name), name) for name in areas)),
        ),
        lambda: render_parts([sentence, picture, table]),
    )
    return box


def _select_known(indicators: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    known_indicators = indicators[indicators["indicator"].isin(values.columns)]
    if known_indicators.empty:
        raise ChoiceError(
            "指標の表と値の表に、共通する指標がありません。"
            "indicators の「indicator」列と values の列名を確かめてください。"
        )
    return known_indicators


def _name_everywhere(municipalities: gpd.GeoDataFrame) -> str:
    """Name all areas together: by the prefecture, where all municipalities are of one."""
    numbers = municipalities["code"].astype(str).str[:2].unique()
    known = len(numbers) == 1 and numbers[0].isdigit()
    return f"{municipality_name(numbers[0] + '000')}全体" if known else "全体"


def _select_area(municipalities: gpd.GeoDataFrame, area: str, everywhere: str) -> gpd.GeoDataFrame:
    if area == everywhere:
        return municipalities
    return municipalities[municipalities["area"] == area]


def _format_cell(value: float, unit: str) -> str:
    """Write a value as a reader expects it; a blank stays a blank."""
    if pd.isna(value):
        return "データなし"
    if unit == YES_NO:
        return "実施" if value else "未実施"
    return f"{value:.0%}" if unit == SHARE else f"{value:,.10g}"


def _write_sentence(series: pd.Series, label: str, unit: str) -> str:
    """Write in one sentence how many have what; blanks are counted apart, never as 0."""
    present = series.dropna()
    blank_count = int(series.isna().sum())
    tail = f"　データなし {blank_count}市町" if blank_count else ""
    name = html.escape(label)
    if present.empty:
        return f"{name}: どの市町にもデータがありません。"
    # yes and no are counted; of other values the middle is told
    if unit == YES_NO:
        yes_count = int(present.sum())
        no_count = int((present == 0).sum())
        return f"{name}: {len(present)}市町のうち 実施 {yes_count}、未実施 {no_count}。{tail}"
    low, middle, high = (
        _format_cell(float(present.quantile(share)), unit) for share in (0, 0.5, 1)
    )
    return f"{name}: {len(present)}市町の中央値 {middle}（最小 {low} 〜 最大 {high}）。{tail}"


def _write_values(rows: pd.DataFrame, label: str, unit: str) -> str:
    """Write the values as an HTML table in code order, behind a line to open it."""
    cells = rows[["name", "area", "value"]].itertuples(index=False)
    texts = [(str(name), str(area), _format_cell(value, unit)) for name, area, value in cells]
    body = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{html.escape(text)}</td>' for text in row) + "</tr>"
        for row in texts
    )
    heads = "".join(
        f'<th style="{CELL}">{html.escape(head)}</th>' for head in ("市町", "圏域", label)
    )
    table = f'<table style="{TABLE}">{heads}{body}</table>'
    return f"<details><summary>市町ごとの値を表で見る</summary>{table}</details>"


def _draw_map(
    rows: gpd.GeoDataFrame, label: str, unit: str, background: gpd.GeoDataFrame | None
) -> Any:
    drawn_rows = rows
    if unit == YES_NO:
        # words are categories with colours of their own; 0 and 1 would be two shades of blue
        drawn_rows = rows.assign(value=rows["value"].map({1: "実施", 0: "未実施"}))
    return maps.choropleth(
        drawn_rows, column="value", label=label, unit=unit, background=background, title=label
    )
