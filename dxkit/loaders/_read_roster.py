"""Who is on the list of a meeting that an office keeps in a workbook of its own?

Unlike `read_table`, bodies need not be municipalities: sections of the prefecture, associations,
companies and lecturers stand beside them, each with one person or several.
"""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit._checks import require_flag
from dxkit.errors import Fault, TableError, shorten
from dxkit.loaders._cells import INVISIBLE, has_leading_zero
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._roster_attendance import NO_WORDS, YES_WORDS, part_absent
from dxkit.loaders._roster_faults import (
    list_cell_faults,
    list_repeats,
    make_blank_fault,
    make_doubled_heading_fault,
    make_further_heading_fault,
    make_no_list_fault,
    make_two_lists_fault,
)
from dxkit.loaders._roster_headings import (
    LEFT_OUT,
    PERSON_HEADINGS,
    RosterHead,
    find_heads,
    index_headings,
    is_named,
    name_heading,
)
from dxkit.loaders._roster_persons import (
    SEPARATOR,
    find_person_headings,
    index_by_person,
    is_one_name,
    is_person,
    name_person_column,
    split_persons,
)
from dxkit.loaders._roster_remarks import (
    warn_of_columns_apart,
    warn_of_departments,
    warn_of_filled_rows,
    warn_of_likely_absent,
    warn_of_list,
    warn_of_looks,
    warn_of_missing_persons,
    warn_of_nameless_columns,
)
from dxkit.loaders._roster_rows import is_further_heading, is_note, is_section, repeats_headings
from dxkit.loaders._roster_sheets import list_unread_sheets, warn_of_unread_lists
from dxkit.loaders._sheet import Sheet
from dxkit.schema import MADE_NOTE_START

# what says beside numbers that there is none, in plain characters; x and * may be an answer
BLANK_MARKS = frozenset(("", "-", "--", "―", "—", "ー", "...", "不明", "未定"))
DITTO_MARKS = frozenset(("〃", "々", "同上", "″", '"'))
NUMBER = re.compile(r"[-+−]?\d{1,3}(,\d{3})+(\.\d+)?|[-+−]?\d+(\.\d+)?")


@accepts_open_file
def read_roster(
    path: str | Path,
    *,
    sheet: str | None = None,
    columns: Mapping[str, str | None] | None = None,
    fill_down: bool = False,
) -> pd.DataFrame:
    r"""Read the list of who is invited to a meeting, as an office keeps it.

    Parameters
    ----------
    path
        XLSX or CSV, in any encoding that `read_table` reads. Titles above the headings, headings in
        several rows, merged cells, 〃 and notes below the list are understood.
    sheet
        Which sheet, where several hold a list.
    columns
        Heading to column name, where headings are others than 団体名, 市町名, 所属 … (``code``) and
        氏名, 出席者 … (``person``): ``{"参加機関": "code"}``. A column 出欠 (``attends``) says who
        comes: × and 欠席 are not read as members, and stand in ``skipped``. Of several columns of
        persons (出席者1, 出席者2, or named so here) each person is a member; 姓 and 名 are one name.
        Other columns keep their headings unless they are named here; ``None`` leaves one out, with
        whatever is wrong in it.
    fill_down
        Whether a blank body is that of the row above, as where a body is written once for several
        persons; a blank is a fault otherwise. How many rows were filled is warned of.

    Returns
    -------
    pandas.DataFrame
        One row a person (or body): ``code`` (the body as it is written), ``person`` where there is
        such a column, and the other columns; numbers as numbers, ○ and blank as yes and no.
        ``.attrs``: ``receipt`` (what was read, in a sentence), ``skipped`` (``row, text`` of rows
        that are no members), ``source``, and ``made=True`` where the file says so.

    Raises
    ------
    TableError
        With every fault: no headings, a person without a body, a person who stands twice.

    Warns
    -----
    TableWarning
        Of bodies that were filled in, rows of several persons, people without a name (他2名), who is
        marked as absent elsewhere (備考: 欠席), bodies that may be one (姫路市 総務課, 姫路市
        情報課), rows and columns that are hidden or crossed out, columns without a heading, and
        answers to 出欠 that are neither yes nor no, of columns beyond a blank one, and of lists on
        other sheets under headings that are not known.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "list.csv"
    >>> _ = path.write_text("出席者名簿\n団体名,氏名\n姫路市,青木\n県DX課,岡\n", "utf-8")
    >>> read_roster(path).to_numpy().tolist()
    [['姫路市', '青木'], ['県DX課', '岡']]
    """
    require_flag(fill_down, "fill_down")
    names = index_headings(columns or {})
    sheets = read_sheets(path, sheet=sheet)
    head = _find_list(sheets, names)
    page = head.page
    fields = _name_fields(head, names)
    members, skipped, faults = _read_rows(head, fields, fill_down=fill_down)
    faults = [*list_cell_faults(head, fields, skipped), *faults]
    warn_of_unread_lists(sheets, page)
    warn_of_nameless_columns(head, members)
    warn_of_columns_apart(head, members, fields)
    warn_of_looks(head, members, fields)
    headings = [head.headings[place] for place, name in fields.items() if is_person(name)]
    members, remarks = split_persons(members, is_joined=is_one_name(headings))
    for problem, remedy in remarks:
        warn_of_list(page, problem, remedy, stacklevel=3)
    faults += list_repeats(page, members)
    if faults:
        raise TableError(faults)
    members, absent, remark, likely_absent = part_absent(members)
    if remark:
        warn_of_list(page, remark, "欠席の人は × にしてください", stacklevel=3)
    warn_of_missing_persons(page, members)
    warn_of_likely_absent(page, likely_absent)
    warn_of_departments(page, members)
    if not members:
        raise TableError([Fault("出欠が × の人だけで、参加者が1人もいません", file=page.file,
                                sheet=page.name)])  # fmt: skip
    skipped = sorted([*skipped, *absent], key=lambda note: int(note["row"]))
    table = _tabulate_members(members, fields)
    table.attrs = {
        "source": page.file,
        "receipt": _write_receipt(head, table, skipped, list_unread_sheets(sheets, page)),
        "skipped": skipped,
    }
    if any(str(note["text"]).startswith(MADE_NOTE_START) for note in skipped):
        table.attrs |= {"kind": "made", "made": True}
    return table


def _find_list(sheets: list[Sheet], names: Mapping[str, str]) -> RosterHead:
    """Find the sheet that holds a list, and its headings."""
    heads = find_heads(sheets, names)
    if not heads:
        raise TableError([make_no_list_fault(sheets)])
    if len(heads) > 1:
        raise TableError([make_two_lists_fault(heads)])
    return heads[0]


def _name_fields(head: RosterHead, names: Mapping[str, str]) -> dict[int, str]:
    """Name the columns; a heading that stands twice is a fault."""
    fields: dict[int, str] = {}
    headings = list(head.headings.values())
    together = find_person_headings(headings, PERSON_HEADINGS)
    # a heading that is named by itself stays as it is
    asked = {heading for heading in headings if is_named(heading, names)}
    asked -= {heading for heading in headings if name_heading(heading, names) == heading.strip()}
    # several columns of persons are meant: by their numbers, or by who says so
    persons = [
        heading
        for heading in headings
        if (name_heading(heading, names) == "person" if heading in asked else heading in together)
    ]
    by_person = index_by_person(headings, persons) if persons == together else {}
    for position, heading in head.headings.items():
        name = name_heading(heading, names)
        if name == LEFT_OUT:
            continue
        if heading in persons:
            name = name_person_column(sum(map(is_person, fields.values())))
        elif heading in by_person and heading not in asked:
            stem, place = by_person[heading]
            name = name_person_column(place, name_heading(stem, {}))
        # a second question of who comes is one of another matter
        if name == "attends" and name in fields.values():
            name = heading.strip()
        if name in fields.values():
            raise TableError([make_doubled_heading_fault(head, fields, position, name)])
        fields[position] = name
    return fields


def _read_rows(
    head: RosterHead, fields: Mapping[int, str], *, fill_down: bool
) -> tuple[list[tuple[int, dict[str, str]]], list[dict[str, Any]], list[Fault]]:
    """Read the members with the numbers of their rows, what is no member, and the faults."""
    members: list[tuple[int, dict[str, str]]] = []
    skipped: list[dict[str, Any]] = []
    faults: list[Fault] = []
    filled: list[int] = []
    page = head.page
    for row in range(head.first, len(page.rows)):
        number = page.row_numbers[row]
        cells = _read_cells(page, row, fields)
        # a text merged over several cells stands in each of them
        text = " ".join(page.list_texts(row))
        if not text:
            continue
        if is_note(text, cells) or is_section(page, row, cells) or repeats_headings(head, row):
            skipped.append({"row": number, "text": text})
            continue
        if is_further_heading(page, row, cells):
            faults.append(make_further_heading_fault(page, number, text))
            continue
        if cells["code"] in DITTO_MARKS and members:
            cells["code"] = members[-1][1]["code"]
        is_below = fill_down and members and not cells["code"]
        persons = [cell for name, cell in cells.items() if is_person(name)]
        if is_below and any(persons or [text]):
            cells["code"] = members[-1][1]["code"]
            filled.append(number)
        if cells["code"]:
            members.append((number, cells))
        elif any(cells.values()):
            faults.append(make_blank_fault(page, number, cells.get("person") or text))
        else:
            skipped.append({"row": number, "text": text})
    if not members and not faults:
        remedy = "見出しの下に、1行に1人ずつ書いてください"
        problem = "見出しの下に参加者が1人もいません"
        faults.append(Fault(problem, remedy, file=page.file, sheet=page.name))
    warn_of_filled_rows(page, filled)
    return members, skipped, faults


def _tabulate_members(
    members: list[tuple[int, dict[str, str]]], fields: Mapping[int, str]
) -> pd.DataFrame:
    """Tabulate one row a member, each column as what it holds."""
    stems = dict.fromkeys(name.partition(SEPARATOR)[0] for name in fields.values())
    names = [name for name in stems if name != "attends"]
    table = pd.DataFrame([row for _, row in members], columns=names)
    others = [name for name in names if name not in ("code", "person")]
    shown: dict[str, Any] = {name: _read_column(table[name]) for name in others}
    return table.assign(**shown)


def _read_cells(page: Sheet, row: int, fields: Mapping[int, str]) -> dict[str, str]:
    """Read a row's cells as they are written: ㈱ stays ㈱, so that it is found in the list.

    What has no width goes, or two names that look alike would be two.
    """
    return {
        name: INVISIBLE.sub("", page.find_verbatim(row, position)).strip()
        for position, name in fields.items()
    }


def _read_column(texts: pd.Series) -> pd.Series:
    """Read a column as numbers or yes and no where all of it is, else as text."""
    plain = texts.map(lambda text: unicodedata.normalize("NFKC", text).casefold().strip())
    filled = plain[plain != ""]
    if filled.empty:
        return texts.where(plain != "", None)
    # a mark says that a number is missing only beside numbers
    figures = plain[~plain.isin(BLANK_MARKS)]
    if len(figures) and figures.map(_is_figure).all():
        digits = plain.str.replace(",", "").str.replace("−", "-")
        return pd.to_numeric(digits.where(plain.index.isin(figures.index), None))
    # NFKC leaves circles as they are
    if filled.isin(YES_WORDS | NO_WORDS).all() and filled.isin(YES_WORDS).any():
        return plain.isin(YES_WORDS)
    return texts.where(plain != "", None)


def _is_figure(text: str) -> bool:
    """Check for a number; a telephone number would lose its first digit."""
    return NUMBER.fullmatch(text) is not None and not has_leading_zero(text)


def _write_receipt(
    head: RosterHead, table: pd.DataFrame, skipped: list[dict[str, Any]], unread: list[str]
) -> str:
    """Say in a sentence what was read and what was not."""
    page = head.page
    place = f"シート「{page.name}」" if page.name else f"「{page.file}」"
    count = f"{table['code'].nunique()}団体"
    if "person" in table.columns:
        count += f"・{int((table['person'] != '').sum())}人"
    notes = "、".join(f"{note['row']}行目「{shorten(note['text'], 20)}」" for note in skipped)
    tail = f" 読まなかった行: {notes}。" if notes else ""
    others = "、".join(f"「{shorten(name, 20)}」" for name in unread)
    tail += f" 読まなかったシート: {others}。" if others else ""
    first = page.row_numbers[head.top]
    return f"{place}の{first}行目を見出しとして、{count}を読みました。{tail}".strip()
