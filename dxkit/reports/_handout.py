"""What does each table of a group exchange meeting need on one sheet of paper?

Who sits there, why together, how far each has come, what to talk about, and where to vote. Shares
are those of the 40 steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pandas as pd

from dxkit import charts, schema
from dxkit._checks import require_columns, require_flag
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import shorten
from dxkit.loaders import load
from dxkit.reports._atomic_write import write_report
from dxkit.reports._groups import (
    CELL_LENGTH,
    explain_groups,
    name_group,
    name_members,
    name_persons,
    read_groups,
)
from dxkit.reports._html_page import (
    draw_bar,
    embed_figure,
    escape_text,
    write_page,
    write_part,
    write_sheet,
)
from dxkit.reports._official_figures import Official, gather_official
from dxkit.reports._origin_marks import read_mark
from dxkit.reports._qr_code import check_address, draw_qr_code
from dxkit.support.progress import PROGRESS_CAUTION
from dxkit.support.progress import table as progress_table

TITLE = "グループ意見交換会"
STYLES = ("report.css", "meeting.css")
# questions that fit on a sheet, and letters of each
QUESTION_COUNT = 5
QUESTION_LENGTH = 90
# letters of a reason, of a shown cell, of the parts of the heading, and of a printed address
REASON_LENGTH = 120
SHOWN_LENGTH = 10
HEAD_LENGTH = 24
PRINTED_ADDRESS_LENGTH = 60
SOURCES = ("人口・世帯・面積", "標準化の進捗", "特定移行")
# what `write_sheet` puts beside the heading when it has nothing to put there
EMPTY_ASIDE = '<p class="note"></p></header>'
HEADINGS = ("団体", "圏域", "人口", "終えた手順", "残る業務", "特定移行")
# of these, what only a meeting on the 20 systems needs
SYSTEM_HEADINGS = ("終えた手順", "残る業務", "特定移行")
NUMBER_HEADINGS = ("人口", "残る業務", "特定移行")
# a title or question that holds one of these is about the 20 systems
SYSTEM_WORDS = ("標準化", "ガバメントクラウド", "システム移行")

Questions = pd.DataFrame | Sequence[str] | Mapping[Any, Sequence[str]] | None


@accepts_old_keywords(to="path")
def handout(
    groups: Any,
    *,
    members: pd.DataFrame | None = None,
    show: Sequence[str] = (),
    reasons: Mapping[Any, str] | pd.Series | None = None,
    questions: Questions = None,
    systems: bool | None = None,
    url: str | Mapping[Any, str] | None = None,
    title: str = TITLE,
    date: str = "",
    place: str = "",
    path: str | Path | None = None,
) -> Path:
    """Write one A4 sheet a group: members, why together, figures, questions, a QR code to vote.

    Parameters
    ----------
    groups
        `dxkit.groups.Groups`, or a table with ``code`` and ``group``, and ``person`` where bodies
        send persons; these need not be municipalities, and have no figures then. Invented or
        estimated groups or members (see `dxkit.load`) are marked on every sheet.
    members
        One row a participant: ``code``, and ``name`` if the municipality's own is not the one to
        print. Needed for ``show``.
    show
        Columns of ``members`` to print beside the figures, such as ``vendor``; four at most.
    reasons
        Group → why these members sit together; by default what `dxkit.groups.explain` says.
    questions
        One row a question (``question``, with ``theme`` if there is one), a list of texts, or group
        → list. By default the first question of each theme of ``meeting_questions``. Five are
        printed.
    systems
        Whether each sheet shows how far the municipalities have come with the 20 systems to be
        standardised. ``None`` goes by the meeting's subject: shown where the title or a question
        holds 標準化, ガバメントクラウド or システム移行, and with the example questions.
    url
        Where to vote (http or https): for all, or group → address. Without it there is no QR code.
    title, date, place
        Printed at the top.
    path
        The file (``.html``); by default ``out/handout.html``.

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints one A4 sheet a group; the browser's 印刷 makes a
        PDF of it.

    Raises
    ------
    TableError
        If columns are missing, a municipality is unknown (without ``person``) or stands in two
        groups.
    ChoiceError
        If an address or option cannot be used.

    Examples
    --------
    >>> import re, tempfile
    >>> import pandas as pd
    >>> from dxkit import reports
    >>> pair = pd.DataFrame({"code": ["28209", "28585"], "group": 1})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = reports.handout(pair, path=f"{folder}/a.html").read_text("utf-8")
    >>> re.findall('<td class="kept">(..町?市?)</td>', page)
    ['豊岡市', '但馬', '香美町', '但馬']
    """
    if systems is not None:
        require_flag(systems, "systems")
    table = read_groups(groups)
    official = gather_official()
    # bodies that send persons, and those of `form(places=False)`, need not be municipalities
    is_mixed = "person" in table.columns or not getattr(groups, "settings", {}).get("places", True)
    name = name_persons if is_mixed else name_members
    people = name(table, members, official.municipalities, list(show))
    agenda = _Agenda(questions, url, explain_groups(groups, reasons))
    mark = read_mark(groups, members)
    # long texts are cut: a group has one sheet
    place_and_date = "　".join(shorten(text, HEAD_LENGTH) for text in (date, place) if text)
    is_shown = agenda.is_on_systems(title) if systems is None else systems
    head = _Head(shorten(title, HEAD_LENGTH), place_and_date, mark, is_shown)
    sheets = [
        _write_group_sheet(key, part, agenda, official, head)
        for key, part in people.groupby("group", sort=True)
    ]
    heading = f"{head.title} 配布資料{f'（{mark}を含む）' if mark else ''}"
    page = write_page(heading, "\n".join(sheets), kind="card meeting handout", styles=STYLES)
    return write_report("out/handout.html" if path is None else path, page)


@dataclass(frozen=True)
class _Head:
    """What stands at the top of every sheet, and whether the 20 systems follow."""

    title: str
    place_and_date: str
    mark: str
    has_systems: bool


@dataclass(frozen=True)
class _Agenda:
    """What each group is asked, where it votes and why it sits together."""

    questions: Questions
    url: str | Mapping[Any, str] | None
    reasons: Mapping[Any, str]

    def list_questions(self, key: Any) -> list[str]:
        """List the questions of a group as printed."""
        questions = self.questions
        if questions is None:
            # one of each theme: a sheet has room for five
            questions = load("meeting_questions").drop_duplicates("theme")
        if isinstance(questions, Mapping):
            questions = list(questions.get(key, ()))
        if isinstance(questions, pd.DataFrame):
            questions = _write_questions(questions)
        return [shorten(text, QUESTION_LENGTH) for text in questions][:QUESTION_COUNT]

    def is_on_systems(self, title: str) -> bool:
        """Whether the meeting is about the 20 systems to be standardised."""
        questions = self.questions
        if questions is None:
            # the examples are about them
            return True
        if isinstance(questions, pd.DataFrame):
            questions = _write_questions(questions)
        if isinstance(questions, Mapping):
            questions = [text for texts in questions.values() for text in texts]
        # a word that a line breaks, or that is typed in half width
        texts = [normalize("NFKC", "".join(str(text).split())) for text in (title, *questions)]
        return any(word in text for text in texts for word in SYSTEM_WORDS)

    def get_address(self, key: Any) -> str:
        """Return where a group votes; empty where it does not."""
        is_by_group = isinstance(self.url, Mapping)
        address = self.url.get(key, "") if is_by_group else self.url  # type: ignore[union-attr]
        return check_address(address or "")

    def get_reason(self, key: Any) -> str:
        """Return why a group sits together; empty where nobody says so."""
        # keys that went through a file are texts
        reason = self.reasons.get(key, self.reasons.get(str(key), ""))
        return shorten(reason, REASON_LENGTH)


def _write_questions(table: pd.DataFrame) -> list[str]:
    """Write each question of a table behind its theme."""
    require_columns(table, ["question"], "問い")
    themes = [""] * len(table)
    if "theme" in table.columns:
        themes = [f"{theme}: " for theme in table["theme"].astype(str)]
    return [f"{theme}{text}" for theme, text in zip(themes, table["question"], strict=True)]


def _write_group_sheet(
    key: Any, people: pd.DataFrame, agenda: _Agenda, official: Official, head: _Head
) -> str:
    mark = f'<p class="made">{escape_text(head.mark)}を含みます</p>' if head.mark else ""
    reason = agenda.get_reason(key)
    unit = "人" if "person" in people.columns else "団体"
    questions = "".join(f"<li>{escape_text(text)}</li>" for text in agenda.list_questions(key))
    parts = [
        mark,
        f'<p class="why">{escape_text(reason)}</p>' if reason else "",
        write_part(f"このグループの{len(people)}{unit}", _write_members(people, official, head)),
        _draw_progress(key, people, official) if head.has_systems else "",
        write_part("話し合うこと", f"<ol class='asked'>{questions}</ol>"),
        write_part("次の一歩（だれが・いつまでに）", '<div class="lines"></div>'),
    ]
    # the caution stands above the sources: shares are of steps, not of finished systems
    tables = (official.municipalities, official.progress, official.extensions)
    count = len(SOURCES) if head.has_systems else 1
    sources = "　".join(f"［{name}］{official.sources[name]}" for name in SOURCES[:count])
    # one paragraph: each one costs a line of the sheet
    age_note = schema.write_age_note(*tables[:count])
    origin = " ".join(filter(None, [f"出典: {sources}", age_note]))
    foot = [PROGRESS_CAUTION, origin] if head.has_systems else [origin]
    heading = (
        f"{escape_text(head.title)} {escape_text(name_group(key))}"
        f"<small>{escape_text(head.place_and_date)}</small>"
    )
    sheet = write_sheet(heading, parts, foot=foot)
    return _add_code(sheet, agenda.get_address(key))


def _draw_progress(key: Any, people: pd.DataFrame, official: Official) -> str:
    """Draw how far each municipality has come with each of the 20 systems; nothing without one."""
    towns = people[people["code"] != ""].drop_duplicates("code")
    if towns.empty:
        return ""
    systems = list(dict.fromkeys(official.progress["system"]))
    wide = progress_table(official.progress, systems=systems)
    shares = wide.loc[towns["code"]].set_axis(list(towns["name"]))
    # the foot of the sheet names the sources, and which of them are old
    shares.attrs["inputs"] = [
        record | {"fresh_until": ""} for record in shares.attrs.get("inputs", ())
    ]
    figure = charts.heatmap(shares, label="終えた手順の割合", low=0, high=1, source="")
    picture = embed_figure(figure, f"{name_group(key)}の市町ごとの20業務の進み具合")
    return write_part("20業務の進み具合（40の作業手順のうち終えた割合）", picture)


def _add_code(sheet: str, address: str) -> str:
    """Put the QR code at the top right, in place of the empty note."""
    if not address:
        return sheet.replace(EMPTY_ASIDE, "</header>", 1)
    words = f"投票はこちら<br>{escape_text(shorten(address, PRINTED_ADDRESS_LENGTH))}"
    code = f'<div class="code">{draw_qr_code(address)}<p class="note">{words}</p></div>'
    return sheet.replace(EMPTY_ASIDE, f"{code}</header>", 1)


def _write_members(people: pd.DataFrame, official: Official, sheet_head: _Head) -> str:
    """Write the members with their figures."""
    shown_columns = [
        name for name in people.columns if name not in ("code", "group", "name", "person")
    ]
    body, *figures = _list_headings(sheet_head)
    persons = ["氏名"] if "person" in people.columns else []
    names = [body, *persons, *figures, *(schema.heading(name) for name in shown_columns)]
    head = "".join(
        f'<th class="{"figure" if name in NUMBER_HEADINGS else ""}">'
        f"{escape_text(shorten(name, CELL_LENGTH))}</th>"
        for name in names
    )
    lines = "".join(
        _write_member(row, shown_columns, official, sheet_head) for row in people.to_dict("records")
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _list_headings(head: _Head) -> list[str]:
    return [name for name in HEADINGS if head.has_systems or name not in SYSTEM_HEADINGS]


def _write_member(
    row: Mapping[Any, Any], shown_columns: Sequence[str], official: Official, head: _Head
) -> str:
    persons = [f'<td class="kept">{escape_text(row["person"])}</td>'] if "person" in row else []
    cells = [f'<td class="kept">{escape_text(row["name"])}</td>', *persons]
    # the body's name stands before its figures
    cells += _write_figures(row["code"], official)[: len(_list_headings(head)) - 1]
    for name in shown_columns:
        text = "" if pd.isna(row[name]) else shorten(row[name], SHOWN_LENGTH)
        cells.append(f"<td>{escape_text(text)}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _write_figures(code: str, official: Official) -> list[str]:
    """Write the figures of a municipality; empty cells for a body that is none."""
    if not code:
        return ["<td></td>"] * (len(HEADINGS) - 1)
    municipality = official.municipalities.loc[code]
    progress = official.progress[official.progress["code"] == code]
    share = float(progress["share_done"].mean())
    # a system counts as open until all of its steps are done
    unfinished = int((progress["share_done"] < 1).sum())
    listed = int(official.extensions.get(code, 0))
    return [
        f'<td class="kept">{escape_text(municipality["area"])}</td>',
        f'<td class="figure">{municipality["people_2020"]:,}人</td>',
        f'<td class="barred"><span>{draw_bar(share)}</span>{share:.0%}</td>',
        f'<td class="figure">{unfinished}/{len(progress)}</td>',
        f'<td class="figure">{listed}件</td>',
    ]
