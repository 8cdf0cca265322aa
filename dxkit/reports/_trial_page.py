"""What would a liaison hand to the towns: where to try a delivery first, and by which means?"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit._checks import require_columns
from dxkit.reports._atomic_write import write_report
from dxkit.reports._html_page import escape_text, write_page, write_part, write_sheet, write_table
from dxkit.reports._origin_marks import in_brackets, read_mark, write_source
from dxkit.schema import write_age_note

COLUMNS = (
    *("code", "people", "in_need", "place", "trial_people", "households", "base_name"),
    *("distance_km", "in_reach", "cheapest", "yen_delivery", "yen_delivery_low"),
    *("yen_delivery_high", "drone_yen", "drone_yen_low", "drone_yen_high", "stands"),
    "drone_wins",
)
# at less than this share of the draws a mode is not called the cheapest
CLEAR_SHARE = 0.9
HEADINGS = (
    "順",
    "市町",
    "遠くに住む人",
    "試す場所（メッシュ）",
    "世帯",
    "出発地点",
    "km",
    "ドローン",
)
COST_HEADINGS = ("市町", "中央の値で安い手段", "1件の円（幅）", "ドローンの円（幅）", "言える割合")


def trial_page(
    trials: pd.DataFrame,
    municipalities: pd.DataFrame,
    *,
    title: str = "どこで、何から試すか",
    path: str | Path = "out/trials.html",
) -> Path:
    """Write one A4 page: each municipality's place for a first trial, and the means compared.

    Parameters
    ----------
    trials
        From `dxkit.drones.first_trials`.
    municipalities
        ``code, name``.
    title
        The heading.
    path
        The file (``.html``).

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints on A4. It says which figures are assumed or
        estimated, and names no winner where fewer than 90 % of the draws agree.

    Raises
    ------
    TableError
        If a table lacks a column.

    Examples
    --------
    >>> import tempfile, dxkit
    >>> from dxkit import drones, reports
    >>> homes = dxkit.load("mesh_estimated").query("code == '28586'")
    >>> far = drones.need(homes, dxkit.load("stations"), near_km=5)
    >>> offices = dxkit.load("sites").query("kind == '役所・役場'")
    >>> trials = drones.first_trials(far, offices, dxkit.load("delivery_modes"), range_km=8)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = reports.trial_page(
    ...         trials, dxkit.load("municipalities"), path=f"{folder}/trials.html"
    ...     ).read_text("utf-8")
    >>> "新温泉町" in page, "架空" in page
    (True, True)
    """
    require_columns(trials, list(COLUMNS), "trials")
    require_columns(municipalities, ["code", "name"], "municipalities")
    names = municipalities.set_index("code")["name"]
    rows: list[dict[Any, Any]] = [
        row | {"name": names.get(row["code"], row["code"])} for row in trials.to_dict("records")
    ]
    mark = in_brackets(read_mark(trials))
    parts = [
        write_part("まず試す場所", _write_places(rows)),
        write_part("手段の比べ方と、どこまで言えるか", _write_costs(rows)),
        write_part("市町ごとに", _write_sentences(rows)),
    ]
    foot = [*_list_settings(trials), write_source(trials), write_age_note(trials)]
    sheet = write_sheet(escape_text(f"{title}{mark}"), parts, aside="配送の試行案", foot=foot)
    return write_report(path, write_page(f"{title}{mark}", sheet))


def _write_places(rows: Iterable[dict[Any, Any]]) -> str:
    lines = []
    for order, row in enumerate(rows, start=1):
        if pd.isna(row["place"]):
            lines.append((order, row["name"], f"{row['in_need']:,.0f}", "なし", "", "", "", ""))
            continue
        figures = (f"{row['households']:,.0f}", row["base_name"], f"{row['distance_km']:.1f}")
        reach = "届く" if row["in_reach"] else "届かない"
        people = f"{row['in_need']:,.0f}"
        lines.append((order, row["name"], people, row["place"], *figures, reach))
    return write_table(HEADINGS, lines, number_columns=(0, 2, 4, 6), stacked=True)


def _write_costs(rows: Iterable[dict[Any, Any]]) -> str:
    lines = [
        (
            row["name"],
            row["cheapest"],
            _write_span(row, "yen_delivery"),
            _write_span(row, "drone_yen") if row["in_reach"] else "届かない",
            f"{row['stands']:.0%}",
        )
        for row in rows
        if not pd.isna(row["place"])
    ]
    return write_table(COST_HEADINGS, lines, number_columns=(2, 3, 4), stacked=True)


def _write_span(row: dict[str, Any], column: str) -> str:
    return f"{row[column]:,.0f}（{row[f'{column}_low']:,.0f}〜{row[f'{column}_high']:,.0f}）"


def _write_sentences(rows: Iterable[dict[Any, Any]]) -> str:
    sentences = "".join(f"<li>{escape_text(_explain_row(row))}</li>" for row in rows)
    return f"<ul>{sentences}</ul>"


def _explain_row(row: dict[str, Any]) -> str:
    """Say in a sentence what a municipality could try, and what cannot be said."""
    name = str(row["name"])
    if pd.isna(row["place"]):
        return f"{name}: 遠くに住む人のまとまりがないので、この案では試しません。"
    share = float(row["stands"])
    if share >= CLEAR_SHARE:
        choice = f"{row['cheapest']}が安く、仮定を引き直しても{share:.0%}で変わりません。"
    else:
        choice = (
            f"どの手段が安いかは言えません（{row['cheapest']}が安いのは、"
            f"仮定を引き直した{share:.0%}だけです）。"
        )
    drone = f"ドローンが最も安くなるのは{float(str(row['drone_wins'])):.0%}です。"
    if not row["in_reach"]:
        drone = "いまの機種では、出発地点から往復で届きません。"
    return f"{name}: {choice}{drone}先に、住む人に車と家族の助けがあるかを聞いてください。"


def _list_settings(trials: pd.DataFrame) -> list[str]:
    settings = trials.attrs.get("settings", {})
    if not settings:
        return []
    return [
        "費用に公表値はなく、すべて仮定です（delivery_modes の表）。"
        f"遠くに住む世帯の{settings['joining_share']:.0%}が週{settings['orders_week']:g}回使い、"
        f"1世帯{settings['people_a_household']:g}人、半径{settings['radius_km']:g} kmを1か所とし、"
        f"ドローンの片道は{settings['range_km']:.1f} kmまで、飛べる日は"
        f"{settings['flyable_share']:.0%}として計算しました。"
        f"仮定は{settings['draws']}回引き直しました。距離は直線です。"
    ]
