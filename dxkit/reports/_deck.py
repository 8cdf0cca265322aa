"""What may the prefecture say about all municipalities together, and what must it not read into it?

Landscape A4 sheets: who answered, how the levels are spread, where the headings stand (in the order
of the codes), how firm an order is, whether interviewers judge alike, and what is missing. No
league table: ranks only with their intervals. No interviewer is named.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from dxkit import charts, maturity
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import TableError
from dxkit.reports._atomic_write import write_report
from dxkit.reports._hearing_figures import (
    ANSWERED,
    NOT_APPLICABLE,
    Hearing,
    gather_hearing,
)
from dxkit.reports._html_page import (
    draw_bar,
    embed_figure,
    escape_text,
    write_page,
    write_sheet,
    write_table,
)
from dxkit.reports._official_figures import Official, gather_official
from dxkit.reports._origin_marks import in_brackets
from dxkit.schema import LEAST_PEERS

# items whose bars fit on one sheet
ITEMS_PER_SHEET = 10
DRAWS = 10_000
LEVEL = 0.9
# rows of the list of what is missing that fit on one sheet
MISSING_ROWS = 12
COVERAGE_COLUMNS = 3
# Krippendorff's least alpha for tentative conclusions
COMPARABLE_ALPHA = 0.667
TITLE = "聞き取り調査の全体像"
AGREEMENT_HEADING = "聞き取り者の評価はそろっているか"
UNKNOWN_AGREEMENT = (
    "聞き取り者の評価がそろっているかは、分かりません。"
    "何人もが評価した共通の事例（架空の町など）がないか、足りません。"
)
STATUS_NAMES = {"declined": "回答なし", "unknown": "不明", "not_applicable": "対象外"}


@accepts_old_keywords(to="path")
def deck(
    answers: pd.DataFrame,
    *,
    indicators: pd.DataFrame | None = None,
    path: str | Path | None = None,
    draws: int = DRAWS,
) -> Path:
    """Write the prefecture's sheets about a hearing.

    Parameters
    ----------
    answers
        Of all municipalities and, for the interviewers' severity, of the fictional towns. Invented
        or estimated ones (see `dxkit.load`) are marked on every sheet and picture.
    indicators
        The hearing's framework; by default ``indicators_hearing``.
    path
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

    Examples
    --------
    >>> import re, tempfile
    >>> from dxkit import load, reports
    >>> answers, items = load("hearing_example"), load("indicators_hearing")
    >>> vision = items[(items["indicator"] == "vision") | (items["parent"] == "vision")]
    >>> pair = answers["code"].isin(["28201", "28209"]) & answers["item"].isin(vision["indicator"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = reports.deck(
    ...         answers[pair], indicators=vision, path=f"{folder}/deck.html", draws=20
    ...     )
    ...     page = path.read_text("utf-8")
    >>> re.findall("<h1>(.*?)</h1>", page)[:2]
    ['回答の状況（架空データ）', '段階の分布: 目指す姿・トップのコミットメント（架空データ）']
    """
    official = gather_official()
    hearing = gather_hearing(answers, indicators, official.municipalities)
    return write_report(
        "out/deck.html" if path is None else path, write_slides(official, hearing, draws)
    )


def write_slides(official: Official, hearing: Hearing, draws: int = DRAWS) -> str:
    """Write the page of `deck` from figures that were gathered before."""
    names = official.municipalities["name"]
    # from what is surest to what is missing
    sheets = [
        _write_coverage(names, hearing),
        *_write_levels(hearing),
        _write_headings(names, hearing),
        _write_firmness(names, hearing, draws),
        _write_interviewers(hearing),
        _write_missing(hearing),
    ]
    title = f"{TITLE}{in_brackets(hearing.data_mark)}"
    return write_page(title, "\n".join(sheets), kind="deck", styles=("report.css", "deck.css"))


def _write_slide(heading: str, parts: Iterable[str], hearing: Hearing, foot: str) -> str:
    whole_heading = f"{escape_text(heading)}{in_brackets(hearing.data_mark)}"
    return write_sheet(whole_heading, parts, aside=TITLE, foot=[foot, hearing.source_line])


def _write_coverage(names: pd.Series, hearing: Hearing) -> str:
    """Show how much each municipality answered."""
    codes = hearing.asked_codes
    answered = hearing.scores.coverage["answered"].reindex(codes)
    # three figures to read from the back of the room
    key_figures = {
        "市町": len(codes),
        "項目": hearing.real["item"].nunique(),
        "回答した割合（平均）": f"{answered.mean():.0%}",
    }
    figures = "".join(
        f"<p><strong>{escape_text(number)}</strong> {escape_text(label)}</p>"
        for label, number in key_figures.items()
    )
    # three columns of names fit on a landscape sheet
    parts = np.array_split(np.arange(len(codes)), COVERAGE_COLUMNS)
    columns = "".join(
        _write_coverage_column(names, answered.iloc[part]) for part in parts if part.size
    )
    absent = [str(name) for code, name in names.items() if code not in codes]
    absent_line = f"{len(names)}市町すべてに回答があります。"
    if absent:
        absent_line = f"聞き取りの対象外か、まだ回答のない市町: {'、'.join(absent)}"
    body = [
        f'<div class="big">{figures}</div>',
        f'<div class="three">{columns}</div>',
        f"<p>{escape_text(absent_line)}</p>",
    ]
    foot = "割合は項目の重みで数えています。団体コード順。未回答は0点として扱いません。"
    return _write_slide("回答の状況", body, hearing, foot)


def _write_coverage_column(names: pd.Series, answered: pd.Series) -> str:
    rows = "".join(
        f'<tr><td>{escape_text(names[str(code)])}</td><td class="barred">{draw_bar(share)}</td>'
        f'<td class="figure">{share:.0%}</td></tr>'
        for code, share in answered.items()
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _write_levels(hearing: Hearing) -> Iterable[str]:
    """Show, heading by heading, how the levels of each item are spread."""
    # bars of all items on one sheet would be too thin to read
    labels = hearing.item_labels
    foot = "数字は市町の数です。答えのない市町は、段階0とは別に右に示しています。"
    for heading, part in hearing.real.groupby("dimension", observed=True):
        items = list(dict.fromkeys(part["item"]))
        portions = [
            items[start : start + ITEMS_PER_SHEET]
            for start in range(0, len(items), ITEMS_PER_SHEET)
        ]
        label = labels[str(heading)]
        for number, portion in enumerate(portions, start=1):
            answers = hearing.with_origin(part[part["item"].isin(portion)])
            # the foot of the sheet names the source
            figure = charts.levels(answers, names=labels, source="")
            count = f"（{number}/{len(portions)}）" if len(portions) > 1 else ""
            picture = embed_figure(figure, f"{label}の項目ごとの段階の分布")
            yield _write_slide(f"段階の分布: {label}{count}", [picture], hearing, foot)


def _write_headings(names: pd.Series, hearing: Hearing) -> str:
    """Show all headings of all municipalities, in the order of their codes."""
    codes = hearing.asked_codes
    # headings from top to bottom: municipalities are too many for rows of one sheet
    points = hearing.heading_points.rename(columns=hearing.item_labels).reindex(codes)
    wide = hearing.with_origin(points.set_axis([str(names[code]) for code in codes], axis=0).T)
    figure = charts.heatmap(wide, low=0, high=100, label="点", missing="回答が足りない", source="")
    foot = (
        "点は段階0〜5を0〜100に換算した重みつき平均。市町は団体コード順です。"
        "重みの6割より少ない回答では点を出しません。"
    )
    picture = embed_figure(figure, "市町と分野ごとの点")
    return _write_slide("分野ごとの点", [picture], hearing, foot)


def _write_firmness(names: pd.Series, hearing: Hearing, draws: int) -> str:
    """Show how firm an order is: intervals, and groups whose order is not settled."""
    has_severity = not isinstance(hearing.severity, str)
    intervals = _compute_rank_intervals(hearing, draws, has_severity=has_severity)
    spread = charts.rank_intervals(intervals, names=names, level=LEVEL, source="")
    groups = charts.tiers(intervals["tier"], names=names, source="")
    pictures = [
        embed_figure(spread, "市町の順位の幅"),
        embed_figure(groups, "順序を決められない市町のグループ"),
    ]
    mean_width = float((intervals["p95"] - intervals["p05"]).mean())
    varied = "重み・正規化・集計・未回答"
    # without common cases the interviewers' part in the differences is unknown
    warning = "聞き取り者の厳しさは含まれず、実際の幅はこれより広くなります。"
    if has_severity:
        varied += "・聞き取り者の厳しさと回答の誤差"
        warning = "幅の重なる市町の順序は決められません。"
    foot = (
        f"{varied}を同時に動かした{draws:,}回の計算による{LEVEL:.0%}の幅"
        f"（平均{mean_width:.1f}）。{warning}"
    )
    side_by_side = f'<div class="side">{"".join(pictures)}</div>'
    return _write_slide("順位はどこまで確かか", [side_by_side], hearing, foot)


def _compute_rank_intervals(hearing: Hearing, draws: int, *, has_severity: bool) -> pd.DataFrame:
    """Compute the interval of each municipality's rank and its tier."""
    # every choice that somebody could have made otherwise
    vary = ["weights", "normalise", "aggregate", "missing"]
    values = hearing.scores.raw.reindex(hearing.asked_codes).dropna(how="all")
    ranks = maturity.rank_intervals(
        values,
        hearing.framework,
        draws=draws,
        vary=[*vary, "severity"] if has_severity else vary,
        answers=hearing.answers if has_severity else None,
    )
    return hearing.with_origin(ranks.table)


def _write_interviewers(hearing: Hearing) -> str:
    """Say whether interviewers judge alike; how strict each is stays with the interviewers."""
    severity = hearing.severity
    raters = hearing.answers["rater"].dropna().nunique()
    if isinstance(severity, str):
        # the reason itself would name interviewers
        body = [f"<p>{escape_text(UNKNOWN_AGREEMENT)}</p>"]
        foot = "市町どうしの差に、聞き取り者の差が混じっています。"
        return _write_slide(AGREEMENT_HEADING, body, hearing, foot)
    if raters < LEAST_PEERS:
        text = (
            f"聞き取り者が{LEAST_PEERS}人に満たないため、一人ひとりの評価が分からないように、"
            "評価の違いは載せません。"
        )
        foot = "聞き取り者には、maturity.rater_severity で本人の値を伝えてください。"
        return _write_slide(AGREEMENT_HEADING, [f"<p>{escape_text(text)}</p>"], hearing, foot)
    # a positive severity of the model is leniency in levels
    spread = float(severity.table["severity"].std(ddof=0))
    rows = [
        ("聞き取り者", f"{raters}人"),
        ("甘さ・厳しさのばらつき（標準偏差）", f"約{spread:.1f}段階"),
        ("1つの回答の誤差（標準偏差）", f"約{severity.error:.1f}段階"),
    ]
    body = [
        f"<p>{escape_text(_describe_agreement(hearing))}</p>",
        write_table(["評価の違い", "大きさ"], rows, number_columns=(1,)),
    ]
    foot = (
        "甘さは、共通の事例（架空の町など）に付けた段階が全員の平均より高い分です。"
        "だれがどれだけ甘いかは、聞き取り者本人にだけ伝えます。段階0や5の近くでは小さめに出ます。"
    )
    return _write_slide(AGREEMENT_HEADING, body, hearing, foot)


def _describe_agreement(hearing: Hearing) -> str:
    """Write how far interviewers agree, or that it cannot be computed."""
    try:
        agreement = maturity.agreement(hearing.answers)
    except TableError:
        return "一致の度合いは計算できません。"
    verdict = "下回ります" if agreement["low"] < COMPARABLE_ALPHA else "上回ります"
    return (
        f"一致の度合い（クリッペンドルフのα）は{agreement['alpha']:.2f}です"
        f"（90%の幅 {agreement['low']:.2f}〜{agreement['high']:.2f}、"
        f"共通の事例{agreement['cases']:.0f}件）。"
        f"幅の下端は、聞き取り者をこえて比べてよい目安の{COMPARABLE_ALPHA}を{verdict}。"
    )


def _write_missing(hearing: Hearing) -> str:
    """List the items that most municipalities have not answered."""
    is_asked = hearing.real["code"].isin(hearing.asked_codes)
    silent = hearing.real[is_asked & (hearing.real["status"] != ANSWERED)]
    counts = pd.crosstab(silent["item"], silent["status"])
    counts = counts.reindex(columns=list(STATUS_NAMES), fill_value=0)
    # what does not apply is not missing
    unanswered = counts.drop(columns=NOT_APPLICABLE).sum(axis=1)
    ordered = unanswered[unanswered > 0].sort_values(ascending=False, kind="stable")
    labels = hearing.item_labels
    rows = [
        (labels.get(str(item), item), *counts.loc[item]) for item in ordered.index[:MISSING_ROWS]
    ]
    body = "<p>未回答の項目はありません。</p>"
    if rows:
        body = write_table(["項目", *STATUS_NAMES.values()], rows, number_columns=(1, 2, 3))
    foot = (
        "未回答は、点にも順位にも0として入っていません。"
        "多い項目は、問いが答えにくいか、担当が決まっていないことがあります。"
    )
    heading = "まだ分かっていないこと（答えのない市町が多い項目）"
    return _write_slide(heading, [body], hearing, foot)
