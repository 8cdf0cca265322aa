"""What do official figures say about one municipality, on one sheet of paper?

Its key figures, its dashboard beside the like, its 20 systems, its themes, and what to talk about.
"""

from collections.abc import Iterable

import pandas as pd

from dxkit import charts, maturity
from dxkit.reports._hearing_figures import PEER_COUNT
from dxkit.reports._html_page import (
    draw_bar,
    embed_figure,
    escape_text,
    write_list,
    write_part,
    write_sheet,
)
from dxkit.reports._official_figures import Official

PEERS_NAME = "人口・面積・高齢化の近い{}市町"
NOTHING_TO_ASK = (
    "標準化の進捗の表からは、とくに尋ねる点はありません。"
    "切替えの日の進め方・試験・住民への説明など、先に進んだ経験を、"
    "ほかの市町に話してもらえるかを聞きます。"
)


def write_official_sheet(municipality: pd.Series, official: Official, audience: str) -> str:
    code = str(municipality["code"])
    # those that a municipality is compared with are like it in what it cannot choose
    peers = maturity.peers(official.municipalities, code, count=PEER_COUNT)
    peers_name = PEERS_NAME.format(len(peers))
    figure = charts.dots(
        official.dashboard,
        code=code,
        group=list(peers["code"]),
        indicators=list(official.labels.index),
        labels=official.labels,
        yes_no=official.yes_no,
        unit="%",
        group_label=peers_name,
        # the foot of the sheet names all sources
        source="",
    )
    description = f"{municipality['name']}のDXの取組と{peers_name}の中央値"
    parts = [
        _write_key_figures(municipality),
        write_part(
            "自治体DXの取組（公表値）", embed_figure(figure, description) + _write_date(official)
        ),
        name_peers(peers["name"], audience),
        write_part("情報システムの標準化: 20業務の進み具合", _write_systems(code, official)),
        write_part(
            "参加しているテーマ（市町DX支援パッケージ）",
            f"<p>{escape_text(_list_themes(code, official))}</p>",
        ),
        write_part(
            "対話のための論点（首長・幹部との対話、リエゾンの巡回）", _write_topics(code, official)
        ),
    ]
    sources = "　".join(f"［{name}］{source}" for name, source in official.sources.items())
    foot = [
        "順位は付けていません。違いは、取組の差のほか、記録のしかたや市町の条件の差でも生じます。",
        f"出典: {sources}",
        official.age_note,
    ]
    return write_sheet(_write_heading(municipality), parts, aside="公表値の頁", foot=foot)


def _write_heading(municipality: pd.Series) -> str:
    place = f"{escape_text(municipality['kana'])}　{escape_text(municipality['area'])}"
    return f"市町カルテ {escape_text(municipality['name'])}<small>{place}</small>"


def _write_date(official: Official) -> str:
    """Write from which day the figures above are: organisation and services have different ones."""
    return f'<p class="note">時点: {escape_text(official.sources["DXの取組"])}</p>'


def _write_key_figures(municipality: pd.Series) -> str:
    """Write the few figures at the top."""
    people = municipality["people_2020"]
    growth = municipality["people_2025"] / people - 1
    elderly_share = municipality["elderly_2020"] / people
    # counts of the census and of its first release stand side by side, each with its year
    figures = {
        "人口（2020年）": (f"{people:,}", "人"),
        "人口（2025年速報）": (f"{municipality['people_2025']:,}", "人"),
        "5年間の増減": (f"{100 * growth:+.1f}", "%"),
        "65歳以上（2020年）": (f"{100 * elderly_share:.1f}", "%"),
        "世帯数（2025年速報）": (f"{municipality['households_2025']:,}", "世帯"),
        "面積": (f"{municipality['area_km2']:,.2f}", "km²"),
    }
    cells = [
        f"<div><dt>{escape_text(name)}</dt>"
        f"<dd>{escape_text(figure)}<small>{escape_text(unit)}</small></dd></div>"
        for name, (figure, unit) in figures.items()
    ]
    return f'<dl class="facts">{"".join(cells)}</dl>'


def name_peers(names: Iterable[object], audience: str) -> str:
    """Name the like, for the prefecture only."""
    if audience != "prefecture":
        return ""
    return f'<p class="note">比べた市町: {escape_text("、".join(map(str, names)))}</p>'


def _write_systems(code: str, official: Official) -> str:
    """Write the 20 systems as bars."""
    progress = official.progress[official.progress["code"] == code]
    rows = [
        f"<li><span>{escape_text(row.system)}</span>{_write_share(row.share_done)}"
        f'<span class="late">{"特定移行" if row.extended else ""}</span></li>'
        for row in progress.itertuples()
    ]
    # the national list counts systems beyond the 20, too
    listed_count = int(official.extensions.get(code, 0))
    own_count = int(progress["extended"].sum())
    note = (
        "数字は40の作業手順のうち終えた割合です（手順の重さは同じではありません）。"
        f"特定移行支援システム（期限の延長）は{listed_count}件、"
        f"うち20業務のなかは{own_count}業務です。"
        "延長は事業者の都合によることも多く、遅れとは限りません。"
    )
    return f'<ul class="systems">{"".join(rows)}</ul><p class="note">{escape_text(note)}</p>'


def _write_share(share: object) -> str:
    if not isinstance(share, float) or pd.isna(share):
        return '<span>データなし</span><span class="much"></span>'
    return f'{draw_bar(share)}<span class="much">{share:.0%}</span>'


def _list_themes(code: str, official: Official) -> str:
    seats = official.themes[official.themes["code"] == code]
    themes = "、".join(f"{seat.theme}（{seat.status}）" for seat in seats.itertuples())
    return themes or "資料に名前のあるテーマはありません。"


def _write_topics(code: str, official: Official) -> str:
    """Write what the progress figures give to talk about, or what others could learn."""
    # who is through with most could tell others how
    if code not in official.topics.index:
        return f"<p>{escape_text(NOTHING_TO_ASK)}</p>"
    topic = official.topics.loc[code]
    rows = [("見えたこと", topic["reasons"]), ("聞くこと", topic["ask"])]
    return f'<div class="talk">{write_list(rows)}</div>'
