"""What should one municipality's own people see about themselves: what is strong, what comes next, and how sure is that?

No rank, and no other municipality's name unless the sheet is for the prefecture: the like are shown as their middle half.
"""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from dxkit import charts, maturity
from dxkit.errors import ChoiceError, shorten
from dxkit.reports import _atomic_write
from dxkit.reports._hearing_figures import PEERS, Hearing, hearing
from dxkit.reports._html_page import bar, listing, page, picture, sheet, text
from dxkit.reports._official_figures import Official, official

AUDIENCES = ("municipality", "prefecture")
LIKE = "人口・面積・高齢化の近い{}市町"
STEPS = 3
MADE = '<p class="made">架空データ（実在の市町の回答ではありません）</p>'
NOTHING_TO_ASK = (
    "標準化の進捗の表からは、とくに尋ねる点はありません。切替えの日の進め方・試験・住民への説明など、先に進んだ経験を、"
    "ほかの市町に話してもらえるかを聞きます。"
)
# more would not fit on one sheet beside the other candidates
TEXT_WIDTH, LABEL_WIDTH = 98, 46


def profile(
    code: str,
    *,
    answers: pd.DataFrame | None = None,
    indicators: pd.DataFrame | None = None,
    to: str | Path | None = None,
    audience: str = "municipality",
) -> Path:
    """Write a municipality's 市町カルテ: one A4 sheet of official figures, and a second of its hearing.

    Parameters
    ----------
    code
        The municipality.
    answers
        Of the hearing, of all municipalities: ``code, item, rater, level, target, status, evidence``. Without them the
        second sheet is left out.
    indicators
        The hearing's framework with its level texts; by default ``indicators_hearing``.
    to
        The file (``.html``); by default ``out/profile_<code>.html``.
    audience
        ``"municipality"``: no other municipality is named. ``"prefecture"``: the like, and who of them has reached the next
        level, are.

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints on A4; no rank in it.

    Raises
    ------
    CodeError
        If it is none of the 41 municipalities.
    ChoiceError
        If there is no such audience, or the municipality has not answered.
    TableError
        If the answers or the framework cannot be used.
    """
    facts = official()
    facts.town(code)
    heard = None if answers is None else hearing(answers, indicators, facts.towns)
    target = Path(f"out/profile_{code}.html" if to is None else to)
    target.parent.mkdir(parents=True, exist_ok=True)
    _atomic_write.write(target, card(code, facts, heard, audience))
    return target


def card(code: str, facts: Official, heard: Hearing | None, audience: str) -> str:
    """Write the page of `profile` from figures that were gathered before."""
    if audience not in AUDIENCES:
        raise ChoiceError(
            f"audience「{shorten(audience)}」は使えません。{'・'.join(AUDIENCES)} から選んでください。"
        )
    town = facts.town(code)
    sheets = [_official_sheet(town, facts, audience)]
    if heard is not None:
        if code not in heard.codes:
            raise ChoiceError(
                f"{town['name']}（{code}）の回答がありません。answers= を外すと、公表値だけのカルテを作れます。"
            )
        sheets.append(_hearing_sheet(town, facts, heard, audience))
    made = heard is not None and heard.made
    return page(f"市町カルテ {town['name']}{'（架空データ）' if made else ''}", "\n".join(sheets))


def _official_sheet(town: pd.Series, facts: Official, audience: str) -> str:
    code = str(town["code"])
    like = maturity.peers(facts.towns, code, n=PEERS)
    figure = charts.dots(
        facts.dashboard,
        one=code,
        group=list(like["code"]),
        indicators=list(facts.labels.index),
        labels=facts.labels,
        yes_no=facts.yes_no,
        unit="%",
        group_label=LIKE.format(len(like)),
    )
    parts = [
        _people(town),
        _part(
            "自治体DXの取組（公表値）",
            picture(figure, f"{town['name']}のDXの取組と{LIKE.format(len(like))}の中央値"),
        ),
        _named(like["name"], audience),
        _part("情報システムの標準化: 20業務の進み具合", _systems(code, facts)),
        _part("参加しているテーマ（市町DX支援パッケージ）", f"<p>{text(_themes(code, facts))}</p>"),
        _part("対話のための論点（首長・幹部との対話、リエゾンの巡回）", _talk(code, facts)),
    ]
    foot = [
        "順位は付けていません。違いは、取組の差のほか、記録のしかたや市町の条件の差でも生じます。",
        *_sources(facts),
    ]
    heading = (
        f"市町カルテ {text(town['name'])}<small>{text(town['kana'])}　{text(town['area'])}</small>"
    )
    return sheet(heading, parts, aside="公表値の頁", foot=foot)


def _sources(facts: Official) -> Iterable[str]:
    yield "出典: " + "　".join(f"［{what}］{source}" for what, source in facts.sources.items())


def _part(heading: str, body: str) -> str:
    return f"<section><h2>{text(heading)}</h2>{body}</section>"


def _people(town: pd.Series) -> str:
    """Write the few figures at the top."""
    change = town["people_2025"] / town["people_2020"] - 1
    facts = {
        "人口（2020年）": (f"{town['people_2020']:,}", "人"),
        "人口（2025年速報）": (f"{town['people_2025']:,}", "人"),
        "5年間の増減": (f"{100 * change:+.1f}", "%"),
        "65歳以上（2020年）": (f"{100 * town['elderly_2020'] / town['people_2020']:.1f}", "%"),
        "世帯数（2025年速報）": (f"{town['households_2025']:,}", "世帯"),
        "面積": (f"{town['area_km2']:,.2f}", "km²"),
    }
    cells = [
        f"<div><dt>{text(name)}</dt><dd>{text(figure)}<small>{text(unit)}</small></dd></div>"
        for name, (figure, unit) in facts.items()
    ]
    return f'<dl class="facts">{"".join(cells)}</dl>'


def _named(names: Iterable[object], audience: str) -> str:
    """Name the like, for the prefecture only."""
    return (
        f'<p class="note">比べた市町: {text("、".join(map(str, names)))}</p>'
        if audience == "prefecture"
        else ""
    )


def _systems(code: str, facts: Official) -> str:
    """Write the 20 systems as bars."""
    own = facts.progress[facts.progress["code"] == code]
    rows = [
        f"<li><span>{text(row.system)}</span>{_share(row.share_done)}"
        f'<span class="late">{"特定移行" if row.extended else ""}</span></li>'
        for row in own.itertuples()
    ]
    count = int(facts.extensions.get(code, 0))
    inside = int(own["extended"].sum())
    said = (
        f"数字は40の作業手順のうち終えた割合です（手順の重さは同じではありません）。特定移行支援システム（期限の延長）は{count}件、"
        f"うち20業務のなかは{inside}業務です。延長は事業者の都合によることも多く、遅れとは限りません。"
    )
    return f'<ul class="systems">{"".join(rows)}</ul><p class="note">{text(said)}</p>'


def _share(share: object) -> str:
    known = float(share) if isinstance(share, float) and not pd.isna(share) else None
    if known is None:
        return '<span>データなし</span><span class="much"></span>'
    return f'{bar(known)}<span class="much">{known:.0%}</span>'


def _themes(code: str, facts: Official) -> str:
    own = facts.themes[facts.themes["code"] == code]
    return (
        "、".join(f"{row.theme}（{row.status}）" for row in own.itertuples())
        or "資料に名前のあるテーマはありません。"
    )


def _talk(code: str, facts: Official) -> str:
    """Write what the progress figures give to talk about; where they give nothing, what others could learn."""
    if code not in facts.talk.index:
        return f"<p>{text(NOTHING_TO_ASK)}</p>"
    own = facts.talk.loc[code]
    return f'<div class="talk">{listing([("見えたこと", own["reasons"]), ("聞くこと", own["ask"])])}</div>'


def _hearing_sheet(town: pd.Series, facts: Official, heard: Hearing, audience: str) -> str:
    code = str(town["code"])
    answered = facts.towns.loc[sorted({*heard.codes, code})]
    like = (
        maturity.peers(answered, code, n=min(PEERS, len(answered) - 1))
        if len(answered) > 1
        else None
    )
    parts = [
        f'<div class="under">{MADE if heard.made else ""}<p>{text(_coverage(code, heard))}</p></div>',
        *_against_peers(town, heard, like, audience),
        _part(
            "段階の分布（項目の数）",
            picture(_own_levels(code, heard), f"{town['name']}の項目ごとの段階の分布"),
        ),
        _part("次の一歩の候補", _steps(code, facts, heard, like, audience)),
    ]
    foot = [
        "点は、段階0〜5を0〜100に換算した重みつき平均です。順位は付けていません。段階は会話をもとに付けたもので、"
        f"1つの回答に標準偏差で約{heard.error:.1f}段階の誤差を見込んでいます。",
        "「確からしさ」は、近い市町の中央値より低いといえる確からしさです。候補は話し合いの出発点で、指示ではありません。",
    ]
    marked = "（架空データ）" if heard.made else ""
    heading = f"聞き取り調査から見た {text(town['name'])}{marked}"
    return sheet(heading, parts, aside="聞き取りの頁", foot=foot)


def _coverage(code: str, heard: Hearing) -> str:
    """Say how much was answered, and what the unanswered rest could change."""
    own = heard.scores.coverage.loc[code]
    low, high = 100 * own["low"], 100 * own["high"]
    said = f"回答した割合（重み）{own['answered']:.0%}"
    return (
        f"{said}。"
        if high - low < 0.05
        else f"{said}。未回答しだいで、総合点は{low:.0f}〜{high:.0f}点になりえます。"
    )


def _against_peers(
    town: pd.Series, heard: Hearing, like: pd.DataFrame | None, audience: str
) -> list[str]:
    if like is None:
        return []
    code, group = str(town["code"]), LIKE.format(len(like))
    table = heard.dimensions().assign(name=str(town["name"]))
    columns = list(heard.scores.dimensions.columns)
    labels = heard.labels
    figure = charts.dots(
        table,
        one=code,
        group=list(like["code"]),
        indicators=columns,
        labels=labels,
        group_label=group,
        unit="点",
    )
    shown = picture(figure, f"{town['name']}の分野ごとの点と{group}の中央値")
    return [_part("分野ごとの横顔", shown), _named(like["name"], audience)]


def _own_levels(code: str, heard: Hearing) -> Figure:
    own = heard.real[heard.real["code"] == code]
    return charts.levels(own, by="dimension", names=heard.labels, count_label="項目")


def _steps(
    code: str, facts: Official, heard: Hearing, like: pd.DataFrame | None, audience: str
) -> str:
    names = facts.towns["name"]
    found = maturity.next_steps(
        heard.scores,
        code,
        n=STEPS,
        framework=heard.framework,
        peers=like,
        names=names,
        error=heard.error,
    )
    own = heard.real[heard.real["code"] == code].set_index("item")
    cards = [_step(row, own.loc[row["item"]], like, audience) for _, row in found.iterrows()]
    return (
        f'<ol class="steps">{"".join(cards)}</ol>'
        if cards
        else "<p>候補はありません（回答がないか、すべて最上段です）。</p>"
    )


def _step(row: pd.Series, own: pd.Series, like: pd.DataFrame | None, audience: str) -> str:
    """Write one candidate: in one line where it leads and who is there, then what the levels mean."""
    there = [name for name in str(row["reached_by"]).split("、") if name]
    known = [
        f"段階{row['level']}から{row['next_level']}へ",
        "" if pd.isna(own["target"]) else f"市町の目標は段階{own['target']:g}",
        "" if like is None else f"近い{len(like)}市町のうち{len(there)}市町が到達",
        f"確からしさ: {row['sure']}",
    ]
    said = [
        ("いま", shorten(row["now_text"], TEXT_WIDTH)),
        ("次の段階", shorten(row["next_text"], TEXT_WIDTH)),
        ("近くで到達", "、".join(there) if audience == "prefecture" else ""),
        (
            "聞き取った根拠",
            "" if pd.isna(own["evidence"]) else shorten(own["evidence"], TEXT_WIDTH),
        ),
    ]
    line = f'<p class="note">{text("　".join(each for each in known if each))}</p>'
    return f"<li><h3>{text(shorten(row['label'], LABEL_WIDTH))}</h3>{line}{listing(said)}</li>"
