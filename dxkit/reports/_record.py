"""What remains of a meeting: who came, what was said, voted and decided, without who voted what?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from dxkit._checks import require_columns
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import shorten
from dxkit.loaders import load
from dxkit.reports._atomic_write import write_report
from dxkit.reports._groups import name_group, read_groups
from dxkit.reports._handout import STYLES, TITLE
from dxkit.reports._html_page import (
    escape_text,
    write_list,
    write_page,
    write_part,
    write_sheet,
    write_table,
)
from dxkit.reports._marks import read_mark
from dxkit.schema import LEAST_PEERS

TITLE_LENGTH = 40
ITEM_LENGTH = 90
OPTION_LENGTH = 60
# column of the results → what the vote says
VOTE_NAMES = {
    "against_strongly": "強く反対",
    "against": "反対",
    "neutral": "どちらとも",
    "for": "賛成",
    "for_strongly": "強く賛成",
}
AGENDA_HEADINGS = {"part": "内容", "minutes": "分", "guide": "進め方"}
NOTE = (
    "投票は無記名です。だれがどう投票したかは記録されていません。"
    "点は −2（強く反対）から +2（強く賛成）の平均で、"
    f"{LEAST_PEERS}票に満たない項目は内訳を載せません。"
    "多数決の結果ではなく、話し合いの材料です。"
)
HIDDEN_OPTIONS = "選んだ人が少ないため載せません"
LOOSE_CARDS = "まとめていないカード"


class StoredSession(Protocol):
    """What a `dxkit.store.Session` holds of a meeting."""

    def results(self) -> pd.DataFrame:
        """Return one row an item."""

    def notes(self) -> pd.DataFrame:
        """Return one row a card."""

    def choices(self) -> pd.DataFrame:
        """Return one row an item and option."""

    def agreement(self, *, items: Sequence[str] | None = None) -> Any:
        """Compute how far the voters agree."""

    def digest(self) -> Any:
        """Compute what all entries come to, and whether they are what was written."""


@accepts_old_keywords(to="path")
def record(
    session: StoredSession,
    *,
    groups: Any = None,
    agenda: pd.DataFrame | None = None,
    decisions: Sequence[Mapping[str, str]] | pd.DataFrame = (),
    title: str = TITLE,
    date: str = "",
    place: str = "",
    next_date: str = "",
    path: str | Path | None = None,
) -> Path:
    """Write the record of a meeting from what its session holds.

    Parameters
    ----------
    session
        A `dxkit.store.Session` with its votes, cards and choices.
    groups
        Who sat together: `dxkit.groups.Groups`, or a table with ``code`` and ``group``. Invented or
        estimated groups, votes, cards or decisions (see `dxkit.load`) are marked at the top.
    agenda
        One row a part: ``part, minutes`` (``guide`` if there is one), such as ``meeting_agenda``.
    decisions
        One row a decision: ``what, who, until``; left out, empty lines are printed to write on.
    title, date, place, next_date
        Printed at the top and at the end.
    path
        The file (``.html``); by default ``out/record.html``.

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints on A4, on as many pages as it needs; the same
        content gives the same bytes.

    Raises
    ------
    TableError
        If a table lacks a column.

    Examples
    --------
    >>> import re, tempfile
    >>> from dxkit import reports, store
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with store.Session(f"{folder}/a.sqlite") as session:
    ...         for client, value in zip("abc", [2, 2, -1]):
    ...             _ = session.vote(item="文字の同定", value=value, client=client)
    ...         page = reports.record(session, path=f"{folder}/a.html").read_text("utf-8")
    >>> re.findall("文字の同定|[+−][0-9.]+</td>", page)
    ['文字の同定', '+1.0</td>']
    """
    results = session.results()
    choices = session.choices()
    notes = session.notes()
    # the agenda is a plan, not data: an invented example of one may be used as it is
    mark = read_mark(groups, results, choices, notes, decisions)
    parts = [
        f'<p class="made">{escape_text(mark)}を含みます</p>' if mark else "",
        _write_occasion(date, place, next_date),
        _write_participants(groups),
        _write_agenda(agenda),
        write_part("投票の結果", _write_votes(results) + _describe_agreement(session, results)),
        _write_choices(choices),
        write_part("出された意見（カード）", _write_cards(notes)),
        write_part("決まったこと（だれが・いつまでに）", _write_decisions(decisions)),
        write_part("記録の照合値", _write_digest(session)),
    ]
    heading = f"{shorten(title, TITLE_LENGTH)} 記録"
    body = write_sheet(escape_text(heading), [part for part in parts if part], foot=[NOTE])
    page = write_page(heading, body, kind="card meeting record", styles=STYLES)
    return write_report("out/record.html" if path is None else path, page)


def _write_occasion(date: str, place: str, next_date: str) -> str:
    if not (date or place or next_date):
        return ""
    rows = [("日時", date), ("場所", place), ("次の会", next_date)]
    return write_part("会の概要", write_list(rows))


def _write_participants(groups: Any) -> str:
    """Write who sat together."""
    if groups is None:
        return ""
    table = read_groups(groups)
    names = load("municipalities").set_index("code")["name"]
    rows = [
        (name_group(key), "、".join(str(names.get(code, code)) for code in members["code"]))
        for key, members in table.groupby("group", sort=True)
    ]
    return write_part(f"参加した{len(table)}団体（{len(rows)}組）", write_list(rows))


def _write_agenda(agenda: pd.DataFrame | None) -> str:
    if agenda is None:
        return ""
    require_columns(agenda, ("part", "minutes"), "次第")
    columns = [name for name in AGENDA_HEADINGS if name in agenda.columns]
    rows = agenda[columns].to_numpy().tolist()
    headings = [AGENDA_HEADINGS[name] for name in columns]
    return write_part("次第", write_table(headings, rows, number_columns=(1,)))


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
    key = escape_text(f"内訳の帯は、左から {'　'.join(VOTE_NAMES.values())} です。")
    table = f'<table class="votes"><thead>{head}</thead><tbody>{lines}</tbody></table>'
    return f'{table}<p class="note">{key}</p>'


def _write_vote(row: Mapping[Any, Any]) -> str:
    name = f"<td>{escape_text(shorten(row['item'], ITEM_LENGTH))}</td>"
    votes = f'<td class="figure">{int(row["votes"])}</td>'
    if row["is_hidden"]:
        hidden = '<td class="few" colspan="2">票が少ないため載せません</td>'
        return f'<tr>{name}{votes}<td class="figure">—</td>{hidden}</tr>'
    counts = [int(row[column]) for column in VOTE_NAMES]
    # the minus of the heading's scale, not a hyphen
    mean = f"{row['mean']:+.1f}".replace("-", "−")
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


def _describe_agreement(session: StoredSession, results: pd.DataFrame) -> str:
    """Write how far the voters agree on the order of the items."""
    items = list(results.loc[results["votes"] >= LEAST_PEERS, "item"])
    # an order needs two
    if len(items) < 2:
        return ""
    agreement = session.agreement(items=items)
    if not np.isfinite(agreement.w):
        return (
            '<p class="note">全項目に投票した人が少なく、'
            "一致の度合い（ケンドールのW）は求められません。</p>"
        )
    text = (
        f"順番の一致の度合い（ケンドールのW、0〜1）は {agreement.w:.2f}"
        f"（全項目に投票した{agreement.complete}人）。"
    )
    return f'<p class="note">{escape_text(text)}</p>'


def _write_choices(choices: pd.DataFrame) -> str:
    if choices.empty:
        return ""
    # as for votes: what one or two chose would give them away
    voters = choices.groupby("item")["votes"].transform("sum")
    is_hidden = (voters < LEAST_PEERS) | choices["votes"].isna()
    rows = [
        (
            shorten(row["item"], OPTION_LENGTH),
            HIDDEN_OPTIONS if hidden else shorten(row["option"], OPTION_LENGTH),
            "—" if hidden else row["votes"],
        )
        for row, hidden in zip(choices.to_dict("records"), is_hidden, strict=True)
    ]
    headings = ["選んだこと", "選択肢", "人数"]
    return write_part("選ばれたもの", write_table(headings, rows, number_columns=(2,)))


def _write_digest(session: StoredSession) -> str:
    """Write the store's running digest: whoever compares it later sees any change since."""
    digest = session.digest()
    sentence = (
        f"SHA-256: {digest}（{digest.entries}件）。"
        "後日、保存ファイルの digest() がこの値と違えば、この後に書き足されたか、書き換えられています。"
    )
    warning = ""
    if not digest.intact:
        text = "保存ファイルが、書いたときのものと違います。控えと比べてください。"
        warning = f'<p class="made">{escape_text(text)}</p>'
    return f'{warning}<p class="note">{escape_text(sentence)}</p>'


def _write_cards(notes: pd.DataFrame) -> str:
    """Write the cards under the title of their group; every card is printed whole."""
    if notes.empty:
        return "<p>カードはありませんでした。</p>"
    # a pile is called by its title, else by its group
    titles = notes["title"].where(notes["title"].astype(bool), notes["group"])
    titles = titles.where(titles.astype(bool), LOOSE_CARDS)
    order = sorted(titles.unique(), key=lambda title: (title == LOOSE_CARDS, str(title)))
    return "".join(_write_pile(str(title), notes.loc[titles == title, "text"]) for title in order)


def _write_pile(title: str, cards: pd.Series) -> str:
    items = "".join(f"<li>{escape_text(card)}</li>" for card in cards)
    heading = f"{escape_text(shorten(title, OPTION_LENGTH))}（{len(cards)}枚）"
    return f'<h3>{heading}</h3><ul class="cards">{items}</ul>'


def _write_decisions(decisions: Sequence[Mapping[str, str]] | pd.DataFrame) -> str:
    # an empty frame to write into by hand, if nothing was noted
    table = pd.DataFrame(decisions)
    if table.empty:
        return '<div class="lines"></div>'
    require_columns(table, ("what",), "決まったこと")
    columns = table.reindex(columns=["what", "who", "until"]).astype(object).fillna("")
    headings = ["決まったこと", "だれが", "いつまでに"]
    return write_table(headings, columns.to_numpy().tolist())
