"""What does a hearing say about one municipality, on one sheet of paper?

How much was answered, its headings beside the like, its levels, and what could come next. What
fewer than three of the like answered is left out: it would tell what another municipality said.
"""

from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure

from dxkit import charts, maturity
from dxkit.errors import shorten
from dxkit.reports._hearing_figures import PEER_COUNT, Hearing
from dxkit.reports._html_page import (
    embed_figure,
    escape_text,
    write_list,
    write_part,
    write_sheet,
)
from dxkit.reports._official_figures import Official
from dxkit.reports._official_sheet import PEERS_NAME, name_peers
from dxkit.reports._origin_marks import in_brackets
from dxkit.schema import LEAST_PEERS, MADE_MARK

STEP_COUNT = 3
TOO_FEW = f"比べられる市町が{LEAST_PEERS}つに満たないため、ほかの市町との比較は載せません"
# what a mark means, in a frame of its own on the sheet
MARK_WORDS = {MADE_MARK: f"{MADE_MARK}（実在の市町の回答ではありません）"}
# letters: more would not fit on one sheet beside the other candidates
TEXT_LENGTH = 98
LABEL_LENGTH = 46
NO_STEPS = "<p>候補はありません（回答がないか、すべて最上段です）。</p>"
# points by which unanswered items must be able to move the score before the sheet says so
NOTABLE_RANGE = 0.05


def write_hearing_sheet(
    municipality: pd.Series, official: Official, hearing: Hearing, audience: str
) -> str:
    code = str(municipality["code"])
    peers = _find_answering_peers(code, official, hearing)
    mark = hearing.data_mark
    frame = f'<p class="made">{escape_text(MARK_WORDS.get(mark, mark))}</p>' if mark else ""
    coverage = f"<p>{escape_text(_describe_coverage(code, hearing))}</p>"
    levels = embed_figure(
        _draw_levels(code, hearing), f"{municipality['name']}の項目ごとの段階の分布"
    )
    parts = [
        f'<div class="under">{frame}{coverage}</div>',
        *_write_against_peers(municipality, hearing, peers, audience),
        write_part("段階の分布（項目の数）", levels),
        write_part("次の一歩の候補", _write_steps(code, official, hearing, peers, audience)),
    ]
    foot = [
        "点は、段階0〜5を0〜100に換算した重みつき平均です。順位は付けていません。"
        "段階は会話をもとに付けたもので、"
        f"1つの回答に標準偏差で約{hearing.answer_error:.1f}段階の誤差を見込んでいます。",
        "「確からしさ」は、近い市町の中央値より低いといえる確からしさです。"
        "候補は話し合いの出発点で、指示ではありません。",
        hearing.source_line,
    ]
    heading = f"聞き取り調査から見た {escape_text(municipality['name'])}{in_brackets(mark)}"
    return write_sheet(heading, parts, aside="聞き取りの頁", foot=foot)


def _find_answering_peers(code: str, official: Official, hearing: Hearing) -> pd.DataFrame | None:
    """Find the municipalities most like this one among those that answered, if there are enough."""
    answering = official.municipalities.loc[sorted({*hearing.asked_codes, code})]
    peer_count = min(PEER_COUNT, len(answering) - 1)
    if peer_count < LEAST_PEERS:
        return None
    return maturity.peers(answering, code, count=peer_count)


def _list_codes(peers: pd.DataFrame | None) -> list[str]:
    return [] if peers is None else list(peers["code"])


def _hide_few(values: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    """Blank the others' values in columns in which fewer than three of them have one."""
    others = values.index[values.index.isin(codes)]
    is_few = values.loc[others].notna().sum() < LEAST_PEERS
    shown = values.copy()
    shown.loc[others, is_few[is_few].index] = float("nan")
    return shown


def _describe_coverage(code: str, hearing: Hearing) -> str:
    """Write how much was answered, and what the unanswered rest could change."""
    coverage = hearing.scores.coverage.loc[code]
    low = 100 * coverage["low"]
    high = 100 * coverage["high"]
    answered = f"回答した割合（重み）{coverage['answered']:.0%}。"
    if high - low < NOTABLE_RANGE:
        return answered
    return f"{answered}未回答しだいで、総合点は{low:.0f}〜{high:.0f}点になりえます。"


def _write_against_peers(
    municipality: pd.Series, hearing: Hearing, peers: pd.DataFrame | None, audience: str
) -> list[str]:
    """Show the headings' points beside those of the like."""
    if peers is None:
        return [write_part("分野ごとの横顔", f"<p>{escape_text(TOO_FEW)}。</p>")]
    name = str(municipality["name"])
    peers_name = PEERS_NAME.format(len(peers))
    points = hearing.with_origin(_hide_few(hearing.heading_points, _list_codes(peers)))
    figure = charts.dots(
        points.assign(name=name),
        code=str(municipality["code"]),
        group=list(peers["code"]),
        indicators=list(hearing.scores.dimensions.columns),
        labels=hearing.item_labels,
        group_label=peers_name,
        unit="点",
        source="",
    )
    picture = embed_figure(figure, f"{name}の分野ごとの点と{peers_name}の中央値")
    return [write_part("分野ごとの横顔", picture), name_peers(peers["name"], audience)]


def _draw_levels(code: str, hearing: Hearing) -> Figure:
    answers = hearing.with_origin(hearing.real[hearing.real["code"] == code])
    labels = hearing.item_labels
    return charts.levels(answers, by="dimension", names=labels, count_label="項目", source="")


def _write_steps(
    code: str, official: Official, hearing: Hearing, peers: pd.DataFrame | None, audience: str
) -> str:
    """Write the candidates for a next step, surest first."""
    if hearing.scores.raw.loc[code].isna().all():
        return NO_STEPS
    compared = pd.DataFrame({"code": _list_codes(peers)}, dtype=object)
    shown = _hide_few(hearing.scores.raw, _list_codes(peers))
    steps = maturity.next_steps(
        # the order of the candidates must not tell what one or two others answered either
        replace(hearing.scores, raw=shown),
        code,
        count=STEP_COUNT,
        framework=hearing.framework,
        peers=compared,
        names=official.municipalities["name"],
        error=hearing.answer_error,
    )
    # what was said in the interview belongs beside each candidate
    answers = hearing.real[hearing.real["code"] == code].set_index("item")
    peer_counts = shown.loc[shown.index.isin(_list_codes(peers))].notna().sum()
    cards = [
        _write_step(step, answers.loc[step["item"]], int(peer_counts[step["item"]]), audience)
        for _, step in steps.iterrows()
    ]
    if not cards:
        return NO_STEPS
    return f'<ol class="steps">{"".join(cards)}</ol>'


def _write_step(step: pd.Series, answer: pd.Series, peer_count: int, audience: str) -> str:
    """Write one candidate: in one line where it leads, then what the levels mean."""
    reached_names = [name for name in str(step["reached_by"]).split("、") if name]
    facts = [f"段階{step['level']}から{step['next_level']}へ"]
    if not pd.isna(answer["target"]):
        facts.append(f"市町の目標は段階{answer['target']:g}")
    if peer_count >= LEAST_PEERS:
        # of those that answered this item
        facts.append(f"近い{peer_count}市町のうち{len(reached_names)}市町が到達")
        facts.append(f"確からしさ: {step['sure']}")
    else:
        facts.append(TOO_FEW)
    evidence = "" if pd.isna(answer["evidence"]) else shorten(answer["evidence"], TEXT_LENGTH)
    rows = [
        ("いま", shorten(step["now_text"], TEXT_LENGTH)),
        ("次の段階", shorten(step["next_text"], TEXT_LENGTH)),
        # a municipality's own sheet names no other
        ("近くで到達", "、".join(reached_names) if audience == "prefecture" else ""),
        ("聞き取った根拠", evidence),
    ]
    heading = f"<h3>{escape_text(shorten(step['label'], LABEL_LENGTH))}</h3>"
    line = f'<p class="note">{escape_text("　".join(facts))}</p>'
    return f"<li>{heading}{line}{write_list(rows)}</li>"
