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

from dxkit.errors import Fault, TableError, shorten
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._roster_attendance import NO_WORDS, YES_WORDS, part_absent
from dxkit.loaders._roster_faults import (
    list_repeats,
    make_blank_fault,
    make_no_list_fault,
    make_two_lists_fault,
)
from dxkit.loaders._roster_headings import (
    PERSON_HEADINGS,
    RosterHead,
    find_heads,
    fold_heading,
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
    warn_of_filled_rows,
    warn_of_list,
    warn_of_looks,
    warn_of_missing_persons,
    warn_of_nameless_columns,
)
from dxkit.loaders._sheet import Sheet
from dxkit.schema import MADE_NOTE_START

DITTO_MARKS = frozenset(("〃", "々", "同上", "″", '"'))
NOTE_STARTS = ("※", "注", "＊", "*")
SUM_LABELS = frozenset(("計", "合計", "総計", "小計"))
# what ends a list
LAST_WORDS = frozenset(("以上", "以下余白"))
# a line of its own between the parts of a list: 【播磨】, ■播磨
SECTION = re.compile(r"[【〈《\[<■◆●▼▶].")
# a line of its own below the list: 担当：情報政策課 内線1234
CONTACT = re.compile(
    r"^(?:担当|事務局|連絡先|お?問い?合わ?せ)[^::]*[::]|内線\s*\d|〒|(?:TEL|電話)\s*[::]", re.I
)
NUMBER = re.compile(r"[-+−]?\d{1,3}(,\d{3})+(\.\d+)?|[-+−]?\d+(\.\d+)?")


@accepts_open_file
def read_roster(
    path: str | Path,
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
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
        Other columns keep their headings unless they are named here.
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
        Of bodies that were filled in, rows of several persons, people without a name (他2名), rows
        and columns that are hidden or crossed out, columns without a heading, and answers to 出欠
        that are neither yes nor no.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "list.csv"
    >>> _ = path.write_text("出席者名簿\n団体名,氏名\n姫路市,青木\n県DX課,岡\n", "utf-8")
    >>> read_roster(path).to_numpy().tolist()
    [['姫路市', '青木'], ['県DX課', '岡']]
    """
    names = index_headings(columns or {})
    head = _find_list(read_sheets(path, sheet=sheet), names)
    page = head.page
    fields = _name_fields(head, names)
    members, skipped, faults = _read_rows(page, head.first, fields, fill_down=fill_down)
    warn_of_nameless_columns(head, members)
    warn_of_looks(head, members)
    headings = [head.headings[place] for place, name in fields.items() if is_person(name)]
    members, remarks = split_persons(members, is_joined=is_one_name(headings))
    for problem, remedy in remarks:
        warn_of_list(page, problem, remedy, stacklevel=3)
    faults = [*page.faults, *faults, *list_repeats(page, members)]
    if faults:
        raise TableError(faults)
    members, absent, remark = part_absent(members)
    if remark:
        warn_of_list(page, remark, "欠席の人は × にしてください", stacklevel=3)
    warn_of_missing_persons(page, members)
    if not members:
        raise TableError([Fault("出欠が × の人だけで、参加者が1人もいません", file=page.file,
                                sheet=page.name)])  # fmt: skip
    skipped = sorted([*skipped, *absent], key=lambda note: int(note["row"]))
    stems = dict.fromkeys(name.partition(SEPARATOR)[0] for name in fields.values())
    names_read = [name for name in stems if name != "attends"]
    table = pd.DataFrame([row for _, row in members], columns=names_read)
    others = [name for name in names_read if name not in ("code", "person")]
    shown: dict[str, Any] = {name: _read_column(table[name]) for name in others}
    table = table.assign(**shown)
    table.attrs = {
        "source": page.file,
        "receipt": _write_receipt(page, head.top, table, skipped),
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
    page = head.page
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
        if heading in persons:
            name = name_person_column(sum(map(is_person, fields.values())))
        elif heading in by_person and heading not in asked:
            stem, place = by_person[heading]
            name = name_person_column(place, name_heading(stem, {}))
        # a second question of who comes is one of another matter
        if name == "attends" and name in fields.values():
            name = heading.strip()
        if name in fields.values():
            what = {"code": "団体", "person": "氏名", "attends": "出欠"}.get(name, name)
            remedy = 'columns={"見出し": "列の名前"} で区別するか、片方の見出しを変えてください'
            raise TableError(
                [Fault(f"「{what}」にあたる見出しが2つあります", remedy, file=page.file,
                       sheet=page.name, row=page.row_numbers[head.top], value=heading)]
            )  # fmt: skip
        fields[position] = name
    return fields


def _read_rows(
    page: Sheet, first: int, fields: Mapping[int, str], *, fill_down: bool
) -> tuple[list[tuple[int, dict[str, str]]], list[dict[str, Any]], list[Fault]]:
    """Read the members with the numbers of their rows, what is no member, and the faults."""
    members: list[tuple[int, dict[str, str]]] = []
    skipped: list[dict[str, Any]] = []
    faults: list[Fault] = []
    filled: list[int] = []
    for row in range(first, len(page.rows)):
        number = page.row_numbers[row]
        # as it is written: ㈱ stays ㈱, so that who copies a name from the list finds it
        cells = {
            name: page.find_verbatim(row, position).strip() for position, name in fields.items()
        }
        # a text merged over several cells stands in each of them
        text = " ".join(page.list_texts(row))
        if not text:
            continue
        if _is_note(text) or _is_section(page, row, cells):
            skipped.append({"row": number, "text": text})
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
        faults.append(Fault("見出しの下に参加者が1人もいません", file=page.file, sheet=page.name))
    warn_of_filled_rows(page, filled)
    return members, skipped, faults


def _is_note(text: str) -> bool:
    """Check for a row that is no member: a note, a total, or the end of the list."""
    words = {fold_heading(cell) for cell in text.split()}
    return text.startswith(NOTE_STARTS) or bool(words & SUM_LABELS) or words <= LAST_WORDS


def _is_section(page: Sheet, row: int, cells: Mapping[str, str]) -> bool:
    """Check for a line between or below parts of the list: one text across the table, or alone."""
    words = page.list_texts(row)
    if len(words) != 1:
        return False
    number = page.row_numbers[row]
    is_across = any(
        top <= number <= bottom and right - left >= 2 and page.find_text(row, left - 1) == words[0]
        for left, top, right, bottom in page.looks.merged
    )
    is_alone = sum(bool(cell) for cell in cells.values()) < 2
    marks = SECTION.match(words[0]) or CONTACT.search(words[0])
    return is_across or (is_alone and marks is not None)


def _read_column(texts: pd.Series) -> pd.Series:
    """Read a column as numbers or yes and no where all of it is, else as text."""
    plain = texts.map(lambda text: unicodedata.normalize("NFKC", text).casefold().strip())
    filled = plain[plain != ""]
    if filled.empty:
        return texts.where(plain != "", None)
    if filled.map(lambda text: NUMBER.fullmatch(text) is not None).all():
        digits = plain.str.replace(",", "").str.replace("−", "-")
        return pd.to_numeric(digits.where(plain != "", None))
    # NFKC leaves circles as they are
    if filled.isin(YES_WORDS | NO_WORDS).all() and filled.isin(YES_WORDS).any():
        return plain.isin(YES_WORDS)
    return texts.where(plain != "", None)


def _write_receipt(
    page: Sheet, top: int, table: pd.DataFrame, skipped: list[dict[str, Any]]
) -> str:
    """Say in a sentence what was read and what was not."""
    place = f"シート「{page.name}」" if page.name else f"「{page.file}」"
    count = f"{table['code'].nunique()}団体"
    if "person" in table.columns:
        count += f"・{int((table['person'] != '').sum())}人"
    notes = "、".join(f"{note['row']}行目「{shorten(note['text'], 20)}」" for note in skipped)
    tail = f" 読まなかった行: {notes}。" if notes else ""
    return (
        f"{place}の{page.row_numbers[top]}行目を見出しとして、{count}を読みました。{tail}".strip()
    )
