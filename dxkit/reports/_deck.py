"""What may the prefecture say about all municipalities together, and what must it not read into the answers?

Landscape A4 sheets: who answered, how the levels are spread, where the headings stand (in the order of the codes), how firm an
order is, whether interviewers judge alike, and what is missing. No league table: places only with their intervals.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from dxkit import charts, maturity
from dxkit.errors import TableError
from dxkit.reports import _atomic_write
from dxkit.reports._hearing_figures import ANSWERED, NOT_APPLICABLE, Hearing, hearing
from dxkit.reports._html_page import bar, page, picture, sheet, table, text
from dxkit.reports._official_figures import Official, official

# items whose bars fit on one sheet
ITEMS_A_SHEET = 10
DRAWS = 10_000
LEVEL = 0.9
MOST_MISSING = 12
# Krippendorff's least alpha for tentative conclusions; half the width of a 90 % interval in standard errors
COMPARABLE, NORMAL = 0.667, 1.645
TITLE = "聞き取り調査の全体像"
ALIKE = "聞き取り者の評価はそろっているか"
NOT_LINKED = "聞き取り者の厳しさは含まれず、実際の幅はこれより広くなります。"
STATUS_NAMES = {"declined": "回答なし", "unknown": "不明", "not_applicable": "対象外"}


def deck(
    answers: pd.DataFrame,
    *,
    indicators: pd.DataFrame | None = None,
    to: str | Path | None = None,
    draws: int = DRAWS,
) -> Path:
    """Write the prefecture's sheets about a hearing.

    Parameters
    ----------
    answers
        Of all municipalities and, for the interviewers' severity, of the fictional towns.
    indicators
        The hearing's framework; by default ``indicators_hearing``.
    to
        The file (``.html``); by default ``out/deck.html``.
    draws
        Of the rank intervals.

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints on landscape A4.

    Raises
    ------
    TableError
        If the answers or the framework cannot be used.
    """
    facts = official()
    target = Path("out/deck.html" if to is None else to)
    target.parent.mkdir(parents=True, exist_ok=True)
    _atomic_write.write(target, slides(facts, hearing(answers, indicators, facts.towns), draws))
    return target


def slides(facts: Official, heard: Hearing, draws: int = DRAWS) -> str:
    """Write the page of `deck` from figures that were gathered before."""
    names = facts.towns["name"]
    sheets = [
        _coverage(names, heard),
        *_levels(heard),
        _headings(names, heard),
        _firmness(names, heard, draws),
        _interviewers(heard),
        _missing(heard),
    ]
    marked = "（架空データ）" if heard.made else ""
    return page(
        f"{TITLE}{marked}", "\n".join(sheets), kind="deck", styles=("report.css", "deck.css")
    )


def _sheet(heading: str, parts: Iterable[str], heard: Hearing, foot: str) -> str:
    marked = "（架空データ）" if heard.made else ""
    return sheet(f"{text(heading)}{marked}", parts, aside=TITLE, foot=[foot])


def _coverage(names: pd.Series, heard: Hearing) -> str:
    """Show how much each municipality answered."""
    answered = heard.scores.coverage["answered"].reindex(heard.codes)
    big = {
        "市町": len(heard.codes),
        "項目": heard.real["item"].nunique(),
        "回答した割合（平均）": f"{answered.mean():.0%}",
    }
    figures = "".join(
        f"<p><strong>{text(number)}</strong> {text(what)}</p>" for what, number in big.items()
    )
    parts = np.array_split(np.arange(len(heard.codes)), 3)
    columns = "".join(_coverage_table(names, answered.iloc[part]) for part in parts if part.size)
    absent = [str(name) for code, name in names.items() if code not in heard.codes]
    said = (
        f"聞き取りの対象外か、まだ回答のない市町: {'、'.join(absent)}"
        if absent
        else "41市町すべてに回答があります。"
    )
    body = [
        f'<div class="big">{figures}</div>',
        f'<div class="three">{columns}</div>',
        f"<p>{text(said)}</p>",
    ]
    return _sheet(
        "回答の状況",
        body,
        heard,
        "割合は項目の重みで数えています。団体コード順。未回答は0点として扱いません。",
    )


def _coverage_table(names: pd.Series, answered: pd.Series) -> str:
    rows = "".join(
        f'<tr><td>{text(names[str(code)])}</td><td class="barred">{bar(share)}</td><td class="figure">{share:.0%}</td></tr>'
        for code, share in answered.items()
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _levels(heard: Hearing) -> Iterable[str]:
    """Show, heading by heading, how the levels of each item are spread."""
    for heading, part in heard.real.groupby("dimension", observed=True):
        items = list(dict.fromkeys(part["item"]))
        portions = [items[at : at + ITEMS_A_SHEET] for at in range(0, len(items), ITEMS_A_SHEET)]
        for number, portion in enumerate(portions, start=1):
            shown = part[part["item"].isin(portion)]
            figure = charts.levels(shown, names=heard.labels)
            label = heard.labels[str(heading)]
            which = f"（{number}/{len(portions)}）" if len(portions) > 1 else ""
            foot = "数字は市町の数です。答えのない市町は、段階0とは別に右に示しています。"
            yield _sheet(
                f"段階の分布: {label}{which}",
                [picture(figure, f"{label}の項目ごとの段階の分布")],
                heard,
                foot,
            )


def _headings(names: pd.Series, heard: Hearing) -> str:
    """Show all headings of all municipalities, in the order of their codes."""
    wide = heard.dimensions().rename(columns=heard.labels).reindex(heard.codes)
    wide = wide.set_axis([str(names[code]) for code in heard.codes], axis=0).T
    figure = charts.heatmap(wide, low=0, high=100, label="点", missing="回答が足りない")
    foot = "点は段階0〜5を0〜100に換算した重みつき平均。市町は団体コード順です。重みの6割より少ない回答では点を出しません。"
    return _sheet("分野ごとの点", [picture(figure, "市町と分野ごとの点")], heard, foot)


def _firmness(names: pd.Series, heard: Hearing, draws: int) -> str:
    """Show how firm an order is: intervals, and groups whose order is not settled."""
    linked = not isinstance(heard.severity, str)
    vary = [
        name
        for name in ("weights", "normalise", "aggregate", "missing", "severity")
        if linked or name != "severity"
    ]
    values = heard.scores.raw.reindex(heard.codes).dropna(how="all")
    found = maturity.rank_intervals(
        values, heard.framework, draws=draws, vary=vary, answers=heard.answers if linked else None
    )
    spread = charts.rank_intervals(found.table, names=names, level=LEVEL)
    groups = charts.tiers(found.table["tier"], names=names)
    parts = [picture(spread, "市町の順位の幅"), picture(groups, "順序を決められない市町のグループ")]
    width = float((found.table["p95"] - found.table["p05"]).mean())
    what = "重み・正規化・集計・未回答" + ("・聞き取り者の厳しさと回答の誤差" if linked else "")
    foot = f"{what}を同時に動かした{draws:,}回の計算による{LEVEL:.0%}の幅（平均{width:.1f}）。"
    foot += (
        "幅の重なる市町の順序は決められません。"
        if linked
        else "聞き取り者の厳しさは含まれず、実際の幅はこれより広くなります。"
    )
    return _sheet(
        "順位はどこまで確かか", [f'<div class="side">{"".join(parts)}</div>'], heard, foot
    )


def _interviewers(heard: Hearing) -> str:
    """Say whether interviewers judge alike, and how strict each is."""
    if isinstance(heard.severity, str):
        said = f"聞き取り者の評価がそろっているかは、分かりません。{heard.severity}"
        return _sheet(
            ALIKE,
            [f"<p>{text(said)}</p>"],
            heard,
            "市町どうしの差に、聞き取り者の差が混じっています。",
        )
    rows = [
        (rater, f"{severity:+.2f}", f"±{NORMAL * se:.2f}", int(cases))
        for rater, severity, se, cases in heard.severity.table[
            ["severity", "se", "cases"]
        ].itertuples()
    ]
    parts = [
        f"<p>{text(_agreement(heard))}</p>",
        f"<p>{text(f'1つの回答の誤差（標準偏差）は約{heard.severity.error:.2f}段階です。')}</p>",
        table(["聞き取り者", "甘さ（段階）", "90%の幅", "共通の事例"], rows, figures=(1, 2, 3)),
    ]
    foot = "甘さは、共通の事例（架空の町など）に付けた段階が全員の平均より高い分で、マイナスは厳しい評価です。"
    return _sheet(ALIKE, parts, heard, foot + "段階0や5の近くでは小さめに出ます。")


def _agreement(heard: Hearing) -> str:
    try:
        found = maturity.agreement(heard.answers)
    except TableError as error:
        return f"一致の度合いは計算できません。{error}"
    verdict = "下回ります" if found["low"] < COMPARABLE else "上回ります"
    return (
        f"一致の度合い（クリッペンドルフのα）は{found['alpha']:.2f}です（90%の幅 {found['low']:.2f}〜{found['high']:.2f}、"
        f"共通の事例{found['cases']:.0f}件）。幅の下端は、聞き取り者をこえて比べてよい目安の{COMPARABLE}を{verdict}。"
    )


def _missing(heard: Hearing) -> str:
    """List what is missing most."""
    silent = heard.real[heard.real["code"].isin(heard.codes) & (heard.real["status"] != ANSWERED)]
    counts = pd.crosstab(silent["item"], silent["status"]).reindex(
        columns=list(STATUS_NAMES), fill_value=0
    )
    unanswered = counts.drop(columns=NOT_APPLICABLE).sum(axis=1)
    worst = (
        unanswered[unanswered > 0].sort_values(ascending=False, kind="stable").index[:MOST_MISSING]
    )
    labels = heard.labels
    rows = [(labels.get(str(item), item), *counts.loc[item]) for item in worst]
    body = (
        table(["項目", *STATUS_NAMES.values()], rows, figures=(1, 2, 3))
        if rows
        else "<p>未回答の項目はありません。</p>"
    )
    foot = "未回答は、点にも順位にも0として入っていません。多い項目は、問いが答えにくいか、担当が決まっていないことがあります。"
    return _sheet("まだ分かっていないこと（答えのない市町が多い項目）", [body], heard, foot)
