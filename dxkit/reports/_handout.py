"""What does each table of a group exchange meeting need on one sheet of paper?

Who sits there, why together, how far each has come, what to talk about, and where to vote. Shares are those of the 40 steps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import segno

from dxkit import charts, schema
from dxkit import groups as grouping
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.loaders import load
from dxkit.reports import _atomic_write
from dxkit.reports._html_page import bar, page, picture, sheet, text
from dxkit.reports._official_figures import Official, official
from dxkit.support.progress import CAUTION
from dxkit.support.progress import table as progress_table

TITLE = "グループ意見交換会"
STYLES = ("report.css", "meeting.css")
QUESTIONS, TEXT_WIDTH, WHY_WIDTH, CELL_WIDTH, SHOWN_WIDTH = 5, 90, 200, 12, 10
MADE = '<p class="made">架空データを含みます</p>'
ADDRESS_LONGEST = 300


def handout(
    groups: Any,
    *,
    members: pd.DataFrame | None = None,
    show: Sequence[str] = (),
    reasons: Mapping[Any, str] | pd.Series | None = None,
    questions: pd.DataFrame | Sequence[str] | Mapping[Any, Sequence[str]] | None = None,
    url: str | Mapping[Any, str] | None = None,
    title: str = TITLE,
    date: str = "",
    place: str = "",
    to: str | Path | None = None,
) -> Path:
    """Write one A4 sheet a group: members, why together, their figures, questions, and a QR code of where to vote.

    Parameters
    ----------
    groups
        `dxkit.groups.Groups`, or a table with ``code`` and ``group``.
    members
        One row a participant: ``code``, and ``name`` if the municipality's own is not the one to print. Needed for ``show``.
    show
        Columns of ``members`` to print beside the figures, such as ``vendor``; four at most.
    reasons
        Group → why these members sit together; by default what `dxkit.groups.explain` says of them.
    questions
        One row a question (``question``, with ``theme`` if there is one), a list of texts, or group → list. By default the first
        question of each theme of ``meeting_questions``. Five are printed.
    url
        Where to vote (http or https): for all, or group → address. Without it there is no QR code.
    title, date, place
        Printed at the top.
    to
        The file (``.html``); by default ``out/handout.html``.

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints one A4 sheet a group; the browser's 印刷 makes a PDF of it.

    Raises
    ------
    TableError
        If columns are missing, a municipality is unknown or stands in two groups.
    ChoiceError
        If an address or option cannot be used.
    """
    table = table_of(groups)
    facts = official()
    people = _people(table, members, facts, list(show))
    asked = _Asked(table["group"].unique(), questions, url, _reasons(groups, reasons))
    made = any(
        each is not None and each.attrs.get("made") is True
        for each in (getattr(groups, "table", groups), members)
    )
    head = _Head(
        shorten(title, 24), "　".join(shorten(each, 24) for each in (date, place) if each), made
    )
    sheets = [
        _sheet(key, own, asked, facts, head) for key, own in people.groupby("group", sort=True)
    ]
    target = Path("out/handout.html" if to is None else to)
    target.parent.mkdir(parents=True, exist_ok=True)
    heading = f"{head.title} 配布資料{'（架空データを含む）' if made else ''}"
    _atomic_write.write(
        target, page(heading, "\n".join(sheets), kind="card meeting handout", styles=STYLES)
    )
    return target


class _Head(NamedTuple):
    """What stands at the top of every sheet."""

    title: str
    where: str
    made: bool


@dataclass(frozen=True)
class _Asked:
    """What is told each group."""

    groups: Iterable[Any]
    questions: pd.DataFrame | Sequence[str] | Mapping[Any, Sequence[str]] | None
    url: str | Mapping[Any, str] | None
    reasons: Mapping[Any, str]

    def of(self, key: Any) -> list[str]:
        """Give the questions of a group."""
        found = self.questions
        if isinstance(found, Mapping):
            found = list(found.get(key, ()))
        if found is None:
            found = load("meeting_questions").drop_duplicates("theme")
        if not isinstance(found, pd.DataFrame):
            return [shorten(each, TEXT_WIDTH) for each in found][:QUESTIONS]
        if "question" not in found.columns:
            raise TableError(
                [
                    Fault(
                        "問いの表に列がありません",
                        "問いの列を question としてください",
                        column="question",
                    )
                ]
            )
        themes = (
            found["theme"].astype(str) + ": "
            if "theme" in found.columns
            else pd.Series("", index=found.index)
        )
        return [
            shorten(theme + str(said), TEXT_WIDTH)
            for theme, said in zip(themes, found["question"], strict=True)
        ][:QUESTIONS]

    def address(self, key: Any) -> str:
        """Give where a group votes."""
        found = self.url.get(key, "") if isinstance(self.url, Mapping) else self.url or ""
        if found and not str(found).startswith(("http://", "https://")):
            raise ChoiceError(
                f"url=「{shorten(found)}」は使えません。http:// か https:// で始まる住所にしてください。"
            )
        if len(str(found)) > ADDRESS_LONGEST:
            raise ChoiceError(
                f"url=「{shorten(found)}」は長すぎます。{ADDRESS_LONGEST}文字までにしてください。"
            )
        return str(found)


def _sheet(key: Any, own: pd.DataFrame, asked: _Asked, facts: Official, head: _Head) -> str:
    """Write one group's sheet."""
    wide = progress_table(facts.progress, systems=list(dict.fromkeys(facts.progress["system"])))
    figure = charts.heatmap(
        wide.loc[own["code"]].set_axis(list(own["name"])), label="終えた手順の割合", low=0, high=1
    )
    why = shorten(asked.reasons.get(key, asked.reasons.get(str(key), "")), WHY_WIDTH)
    parts = [
        MADE if head.made else "",
        f'<p class="why">{text(why)}</p>' if why else "",
        part(f"この組の{len(own)}団体", _rows(own, facts)),
        part(
            "20業務の進み具合（40の作業手順のうち終えた割合）",
            picture(figure, f"{name_of(key)}の市町ごとの20業務の進み具合"),
        ),
        part(
            "話し合うこと",
            "".join(
                [
                    "<ol class='asked'>",
                    *(f"<li>{text(each)}</li>" for each in asked.of(key)),
                    "</ol>",
                ]
            ),
        ),
        part("次の一歩（だれが・いつまでに）", '<div class="lines"></div>'),
    ]
    sources = "　".join(
        f"［{what}］{facts.sources[what]}"
        for what in ("人口・世帯・面積", "標準化の進捗", "特定移行")
    )
    heading = f"{text(head.title)} {text(name_of(key))}<small>{text(head.where)}</small>"
    return _with_code(sheet(heading, parts, foot=[CAUTION, f"出典: {sources}"]), asked.address(key))


def name_of(key: Any) -> str:
    """Give what a group is called: 第3グループ, or its own name."""
    return f"第{key}グループ" if str(key).isdigit() else shorten(key, 30)


def part(heading: str, body: str) -> str:
    """Write one part of a sheet."""
    return f"<section><h2>{text(heading)}</h2>{body}</section>"


def _with_code(written: str, address: str) -> str:
    """Put the QR code at the top right, in place of the empty note."""
    shown = (
        f'<div class="code">{qr(address)}<p class="note">投票はこちら<br>{text(shorten(address, 60))}</p></div>'
        if address
        else ""
    )
    return written.replace('<p class="note"></p></header>', f"{shown}</header>", 1)


def qr(address: str) -> str:
    """Draw an address as a QR code inside the page (inline SVG, nothing to fetch)."""
    written = BytesIO()
    segno.make(address, error="m", micro=False).save(
        written,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        border=4,
        title="投票のQRコード",
    )
    return written.getvalue().decode("utf-8")


def _rows(own: pd.DataFrame, facts: Official) -> str:
    """Write the members with their figures."""
    shown = [name for name in own.columns if name not in ("code", "group", "name")]
    names = [
        "団体",
        "圏域",
        "人口",
        "終えた手順",
        "残る業務",
        "特定移行",
        *(schema.heading(name) for name in shown),
    ]
    right = ("人口", "残る業務", "特定移行")
    head = "".join(
        f'<th class="{"figure" if name in right else ""}">{text(shorten(name, CELL_WIDTH))}</th>'
        for name in names
    )
    lines = "".join(_row(row, shown, facts) for row in own.to_dict("records"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _row(row: Mapping[Any, Any], shown: Sequence[str], facts: Official) -> str:
    town = facts.towns.loc[row["code"]]
    mine = facts.progress[facts.progress["code"] == row["code"]]
    share = float(mine["share_done"].mean())
    left = int((mine["share_done"] < 1).sum())
    cells = [
        f'<td class="kept">{text(row["name"])}</td><td class="kept">{text(town["area"])}</td>',
        f'<td class="figure">{town["people_2020"]:,}人</td><td class="barred"><span>{bar(share)}</span>{share:.0%}</td>',
        f'<td class="figure">{left}/{len(mine)}</td><td class="figure">{int(facts.extensions.get(row["code"], 0))}件</td>',
        *(
            f"<td>{text('' if pd.isna(row[name]) else shorten(row[name], SHOWN_WIDTH))}</td>"
            for name in shown
        ),
    ]
    return f"<tr>{''.join(cells)}</tr>"


def table_of(groups: Any) -> pd.DataFrame:
    """Give ``code, group`` of a `Groups` or a table.

    Raises
    ------
    TableError
    """
    table = getattr(groups, "table", groups)
    if not isinstance(table, pd.DataFrame):
        raise TableError(
            [
                Fault(
                    "組分けの表ではありません",
                    "groups.form の結果か、code と group の表を渡してください",
                    value=table,
                )
            ]
        )
    absent = [name for name in ("code", "group") if name not in table.columns]
    if absent:
        raise TableError(
            Fault("列がありません", "code と group の列が要ります", column=name) for name in absent
        )
    if table.empty:
        raise TableError(
            [Fault("組分けに市町がありません", "参加者を確かめてください", column="code")]
        )
    twice = table.loc[table["code"].duplicated(), "code"]
    if len(twice):
        raise TableError(
            Fault("2つの組に同じ市町がいます", "1つの組にしてください", column="code", value=code)
            for code in twice
        )
    return table


def _people(
    table: pd.DataFrame, members: pd.DataFrame | None, facts: Official, show: list[str]
) -> pd.DataFrame:
    """Give ``code, group, name`` and the columns to show, in the order of the codes."""
    unknown = [code for code in table["code"] if code not in facts.towns.index]
    if unknown:
        remedy = "5桁の団体コードにしてください"
        raise TableError(
            Fault("兵庫県の41市町にない団体です", remedy, column="code", value=code)
            for code in unknown
        )
    known = facts.towns[["name"]].copy()
    if members is not None:
        own = (
            (members if "code" in members.columns else members.reset_index())
            .drop_duplicates("code")
            .set_index("code")
        )
        absent = [name for name in show if name not in own.columns]
        if absent:
            raise ChoiceError(
                f"show の「{shorten(absent[0])}」は members の列にありません。使える列: {'、'.join(map(str, own.columns))}"
            )
        if "name" in own.columns:
            known["name"] = (
                own["name"]
                .reindex(known.index)
                .fillna(known["name"])
                .map(lambda each: shorten(each, CELL_WIDTH))
            )
        known = known.join(own[[name for name in show[:4] if name != "name"]])
    elif show:
        raise ChoiceError(f"show={shorten(show)} には、その列をもつ members の表が要ります。")
    return (
        table[["code", "group"]]
        .merge(known, left_on="code", right_index=True)
        .sort_values(["group", "code"], ignore_index=True)
    )


def _reasons(groups: Any, given: Mapping[Any, str] | pd.Series | None) -> Mapping[Any, str]:
    """Give group → sentence: as given, or as the groups themselves explain it."""
    if given is not None:
        return {key: str(said) for key, said in given.items()}
    if isinstance(groups, pd.DataFrame):
        return {}
    return {key: str(said) for key, said in grouping.explain(groups).items()}
