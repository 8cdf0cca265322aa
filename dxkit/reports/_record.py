"""What remains of a meeting: who came, what was said, voted and decided, without who voted what?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from dxkit.errors import Fault, TableError, shorten
from dxkit.loaders import load
from dxkit.reports import _atomic_write
from dxkit.reports._handout import STYLES, TITLE, name_of, part, table_of
from dxkit.reports._html_page import listing, page, sheet, table, text

# counts of fewer voters than this would tell what one person thinks
LEAST_SHOWN = 3
VALUES = {
    "against_strongly": "強く反対",
    "against": "反対",
    "neutral": "どちらとも",
    "for": "賛成",
    "for_strongly": "強く賛成",
}
NOTE = (
    "投票は無記名です。だれがどう投票したかは記録されていません。点は −2（強く反対）から +2（強く賛成）の平均で、"
    f"{LEAST_SHOWN}票に満たない項目は内訳を載せません。多数決の結果ではなく、話し合いの材料です。"
)
LOOSE = "まとめていないカード"


class Kept(Protocol):
    """What a `dxkit.store.Session` gives."""

    def results(self) -> pd.DataFrame:
        """Give one row an item."""

    def notes(self) -> pd.DataFrame:
        """Give one row a card."""

    def choices(self) -> pd.DataFrame:
        """Give one row an item and option."""

    def agreement(self, *, items: Sequence[str] | None = None) -> Any:
        """Give how far the voters agree."""


def record(
    session: Kept,
    *,
    groups: Any = None,
    agenda: pd.DataFrame | None = None,
    decisions: Sequence[Mapping[str, str]] | pd.DataFrame = (),
    title: str = TITLE,
    date: str = "",
    place: str = "",
    next_date: str = "",
    to: str | Path | None = None,
) -> Path:
    """Write the record of a meeting from what its session kept.

    Parameters
    ----------
    session
        A `dxkit.store.Session` with its votes, cards and choices.
    groups
        Who sat together: `dxkit.groups.Groups`, or a table with ``code`` and ``group``.
    agenda
        One row a part: ``part, minutes`` (``guide`` if there is one), such as ``meeting_agenda``.
    decisions
        One row a decision: ``what, who, until``; left out, empty lines are printed to write on.
    title, date, place, next_date
        Printed at the top and at the end.
    to
        The file (``.html``); by default ``out/record.html``.

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints on A4, on as many pages as it needs; the same content gives the same bytes.

    Raises
    ------
    TableError
        If a table lacks a column.
    """
    parts = [
        part("会の概要", listing([("日時", date), ("場所", place), ("次の会", next_date)]))
        if date or place or next_date
        else "",
        _present(groups),
        _agenda(agenda),
        part("投票の結果", _votes(session.results()) + _agreed(session)),
        _choices(session.choices()),
        part("出された意見（カード）", _cards(session.notes())),
        part("決まったこと（だれが・いつまでに）", _decisions(decisions)),
    ]
    heading = f"{text(shorten(title, 40))} 記録"
    target = Path("out/record.html" if to is None else to)
    target.parent.mkdir(parents=True, exist_ok=True)
    body = sheet(heading, [each for each in parts if each], foot=[NOTE])
    _atomic_write.write(
        target, page(f"{shorten(title, 40)} 記録", body, kind="card meeting record", styles=STYLES)
    )
    return target


def _present(groups: Any) -> str:
    """Write who sat together."""
    if groups is None:
        return ""
    own = table_of(groups)
    names = load("municipalities").set_index("code")["name"]
    rows = [
        (name_of(key), "、".join(str(names.get(code, code)) for code in part_["code"]))
        for key, part_ in own.groupby("group", sort=True)
    ]
    return part(f"参加した{len(own)}団体（{len(rows)}組）", listing(rows))


def _agenda(agenda: pd.DataFrame | None) -> str:
    if agenda is None:
        return ""
    _need(agenda, ("part", "minutes"), "次第")
    columns = [name for name in ("part", "minutes", "guide") if name in agenda.columns]
    headings = {"part": "内容", "minutes": "分", "guide": "進め方"}
    return part(
        "次第",
        table(
            [headings[name] for name in columns], agenda[columns].to_numpy().tolist(), figures=(1,)
        ),
    )


def _votes(results: pd.DataFrame) -> str:
    """Write one row an item, most wanted first, with how the votes are spread."""
    if results.empty:
        return "<p>投票はありませんでした。</p>"
    few = results["votes"] < LEAST_SHOWN
    ordered = results.assign(few=few).sort_values(
        ["few", "mean"], ascending=[True, False], kind="stable"
    )
    lines = "".join(_vote(row) for row in ordered.to_dict("records"))
    keys = "　".join(VALUES.values())
    head = '<tr><th>項目</th><th class="figure">票</th><th class="figure">平均</th><th>内訳</th><th>票の数（左から）</th></tr>'
    said = f'<p class="note">{text(f"内訳の帯は、左から {keys} です。")}</p>'
    return f'<table class="votes"><thead>{head}</thead><tbody>{lines}</tbody></table>{said}'


def _vote(row: Mapping[Any, Any]) -> str:
    name, votes = (
        f"<td>{text(shorten(row['item'], 90))}</td>",
        f'<td class="figure">{int(row["votes"])}</td>',
    )
    if row["few"]:
        return f'<tr>{name}{votes}<td class="figure">—</td><td class="few" colspan="2">票が少ないため載せません</td></tr>'
    counts = [int(row[key]) for key in VALUES]
    mean = f"{row['mean']:+.1f}".replace("-", "−")
    shown = text(" / ".join(map(str, counts)))
    return f'<tr>{name}{votes}<td class="figure">{mean}</td><td>{_spread(counts)}</td><td>{shown}</td></tr>'


def _spread(counts: Sequence[int]) -> str:
    """Draw the five counts as one bar of five parts."""
    ends = np.concatenate([[0], np.cumsum(counts)]) * 100 / max(1, sum(counts))
    parts = "".join(
        f'<rect class="v{at}" x="{ends[at]:.2f}" width="{ends[at + 1] - ends[at]:.2f}" height="8"/>'
        for at in range(len(counts))
    )
    return f'<svg class="spread" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{parts}</svg>'


def _agreed(session: Kept) -> str:
    """Say how far the voters agree on the order of the items."""
    results = session.results()
    items = list(results.loc[results["votes"] >= LEAST_SHOWN, "item"])
    if len(items) < 2:
        return ""
    found = session.agreement(items=items)
    if not np.isfinite(found.w):
        return '<p class="note">全項目に投票した人が少なく、一致の度合い（ケンドールのW）は求められません。</p>'
    said = f"順番の一致の度合い（ケンドールのW、0〜1）は {found.w:.2f}（全項目に投票した{found.complete}人）。"
    return f'<p class="note">{text(said)}</p>'


def _choices(choices: pd.DataFrame) -> str:
    if choices.empty:
        return ""
    hidden = choices.groupby("item")["votes"].transform("sum") < LEAST_SHOWN
    rows = [
        (shorten(row["item"], 60), shorten(row["option"], 60), "—" if few else row["votes"])
        for row, few in zip(choices.to_dict("records"), hidden, strict=True)
    ]
    return part("選ばれたもの", table(["選んだこと", "選択肢", "人数"], rows, figures=(2,)))


def _cards(notes: pd.DataFrame) -> str:
    """Write the cards under the title of their group; every card is printed whole."""
    if notes.empty:
        return "<p>カードはありませんでした。</p>"
    heads = (
        notes["title"]
        .where(notes["title"].astype(bool), notes["group"])
        .where(lambda name: name.astype(bool), LOOSE)
    )
    order = sorted(heads.unique(), key=lambda name: (name == LOOSE, str(name)))
    return "".join(_pile(str(name), notes.loc[heads == name, "text"]) for name in order)


def _pile(name: str, said: pd.Series) -> str:
    items = "".join(f"<li>{text(each)}</li>" for each in said)
    return f'<h3>{text(shorten(name, 60))}（{len(said)}枚）</h3><ul class="cards">{items}</ul>'


def _decisions(decisions: Sequence[Mapping[str, str]] | pd.DataFrame) -> str:
    rows = pd.DataFrame(decisions)
    if rows.empty:
        return '<div class="lines"></div>'
    _need(rows, ("what",), "決まったこと")
    rows = rows.reindex(columns=["what", "who", "until"]).astype(object).fillna("")
    return table(["決まったこと", "だれが", "いつまでに"], rows.to_numpy().tolist())


def _need(given: pd.DataFrame, needed: Sequence[str], what: str) -> None:
    missing = [name for name in needed if name not in given.columns]
    if missing:
        raise TableError(
            Fault(f"{what}の表に列がありません", "見出しを確かめてください", column=name)
            for name in missing
        )
