"""What does the record of a meeting look like as a page that prints on A4?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dxkit.errors import shorten
from dxkit.reports._handout import STYLES
from dxkit.reports._html_page import (
    escape_text,
    write_list,
    write_page,
    write_part,
    write_sheet,
    write_table,
)
from dxkit.reports._record_content import (
    CARRIED_HEADINGS,
    DAMAGED,
    DECISION_HEADINGS,
    NOTE,
    OPTION_LENGTH,
    RECEIPT_NOTE,
    RecordContent,
    list_agenda,
    write_mean,
)
from dxkit.schema import LEAST_PEERS
from dxkit.store import VOTE_COLUMNS, VOTE_LABELS

ITEM_LENGTH = 90


def write_record_page(content: RecordContent) -> str:
    """Write the record as a page."""
    sentence = content.describe_agreement()
    agreement = f'<p class="note">{escape_text(sentence)}</p>' if sentence else ""
    parts = [
        f'<p class="made">{escape_text(content.mark)}を含みます</p>' if content.mark else "",
        _write_occasion(content.date, content.place, content.next_date),
        _write_carried(content),
        _write_participants(content),
        _write_agenda(content.agenda),
        write_part("投票の結果", _write_votes(content.results) + agreement),
        _write_choices(content),
        write_part("出された意見（カード）", _write_cards(content)),
        write_part("決まったこと（だれが・いつまでに）", _write_decisions(content)),
        _write_agenda(content.next_agenda, "次の会の次第"),
        _write_receipts(content),
        write_part("記録の照合値", _write_digest(content)),
    ]
    heading = f"{content.title} 記録"
    foot = [NOTE, content.protection]
    body = write_sheet(escape_text(heading), [part for part in parts if part], foot=foot)
    return write_page(heading, body, kind="card meeting record", styles=STYLES)


def _write_occasion(date: str, place: str, next_date: str) -> str:
    if not (date or place or next_date):
        return ""
    rows = [("日時", date), ("場所", place), ("次の会", next_date)]
    return write_part("会の概要", write_list(rows))


def _write_participants(content: RecordContent) -> str:
    """Write who sat together."""
    rows = content.list_groups()
    if not rows:
        return ""
    bodies = content.count_bodies()
    persons = f"・{content.count_persons()}人" if content.count_persons() else ""
    return write_part(f"参加した{bodies}団体{persons}（{len(rows)}グループ）", write_list(rows))


def _write_agenda(agenda: pd.DataFrame | None, heading: str = "次第") -> str:
    if agenda is None:
        return ""
    headings, rows = list_agenda(agenda)
    return write_part(heading, write_table(headings, rows, number_columns=(1,)))


def _write_votes(results: pd.DataFrame) -> str:
    """Write one row an item, the most wanted first, with how the votes are spread."""
    if results.empty:
        return "<p>投票はありませんでした。</p>"
    # items with too few votes stand last, in the order of their names: their place tells nothing
    is_hidden = results["votes"] < LEAST_PEERS
    ordered = results.assign(is_hidden=is_hidden, mean=results["mean"].mask(is_hidden)).sort_values(
        ["is_hidden", "mean", "item"], ascending=[True, False, True], kind="stable"
    )
    lines = "".join(_write_vote(row) for row in ordered.to_dict("records"))
    head = (
        '<tr><th>項目</th><th class="figure">票</th><th class="figure">平均</th>'
        "<th>内訳</th><th>票の数（左から）</th></tr>"
    )
    key = escape_text(f"内訳の帯は、左から {'　'.join(VOTE_LABELS.values())} です。")
    table = f'<table class="votes"><thead>{head}</thead><tbody>{lines}</tbody></table>'
    return f'{table}<p class="note">{key}</p>'


def _write_vote(row: Mapping[Any, Any]) -> str:
    name = f"<td>{escape_text(shorten(row['item'], ITEM_LENGTH))}</td>"
    votes = f'<td class="figure">{int(row["votes"])}</td>'
    if row["is_hidden"]:
        hidden = '<td class="few" colspan="2">票が少ないため載せません</td>'
        return f'<tr>{name}{votes}<td class="figure">—</td>{hidden}</tr>'
    counts = [int(row[column]) for column in VOTE_COLUMNS.values()]
    mean = write_mean(float(row["mean"]))
    numbers = escape_text(" / ".join(map(str, counts)))
    return (
        f'<tr>{name}{votes}<td class="figure">{mean}</td>'
        f"<td>{_draw_spread(counts)}</td><td>{numbers}</td></tr>"
    )


def _draw_spread(counts: Sequence[int]) -> str:
    """Draw the five counts as one bar of five parts."""
    ends = np.concatenate([[0], np.cumsum(counts)]) * 100 / max(1, sum(counts))
    parts = "".join(
        f'<rect class="v{index}" x="{ends[index]:.2f}" '
        f'width="{ends[index + 1] - ends[index]:.2f}" height="8"/>'
        for index in range(len(counts))
    )
    return (
        '<svg class="spread" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f"{parts}</svg>"
    )


def _write_choices(content: RecordContent) -> str:
    rows = content.list_choices()
    if not rows:
        return ""
    headings = ["選んだこと", "選択肢", "人数"]
    return write_part("選ばれたもの", write_table(headings, rows, number_columns=(2,)))


def _write_digest(content: RecordContent) -> str:
    """Write the store's running digest: whoever compares it later sees any change since."""
    warning = f'<p class="made">{escape_text(DAMAGED)}</p>' if not content.is_intact else ""
    return f'{warning}<p class="note">{escape_text(content.describe_digest())}</p>'


def _write_receipts(content: RecordContent) -> str:
    """Write the receipts of every item; whoever has a phone's receipt looks for it here."""
    rows = content.list_receipts()
    if not rows:
        return ""
    note = f'<p class="note">{escape_text(RECEIPT_NOTE)}</p>'
    return write_part("投票の控え", note + write_list(rows))


def _write_cards(content: RecordContent) -> str:
    """Write the cards under the title of their group; every card is printed whole."""
    piles = content.list_piles()
    if not piles:
        return "<p>カードはありませんでした。</p>"
    return "".join(_write_pile(title, cards) for title, cards in piles)


def _write_pile(title: str, cards: Sequence[str]) -> str:
    items = "".join(f"<li>{escape_text(card)}</li>" for card in cards)
    heading = f"{escape_text(shorten(title, OPTION_LENGTH))}（{len(cards)}枚）"
    return f'<h3>{heading}</h3><ul class="cards">{items}</ul>'


def _write_decisions(content: RecordContent) -> str:
    # an empty frame to write into by hand, if nothing was noted
    rows = content.list_decisions()
    return write_table(DECISION_HEADINGS, rows) if rows else '<div class="lines"></div>'


def _write_carried(content: RecordContent) -> str:
    """Write what earlier meetings decided and is still open: the first thing to go through."""
    rows = content.list_carried()
    if not rows:
        return ""
    return write_part("前回までの決定（未完了）", write_table(CARRIED_HEADINGS, rows))
