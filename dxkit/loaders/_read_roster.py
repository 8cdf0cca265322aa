"""Who is on the list of a meeting that an office keeps in a workbook of its own?

Unlike `read_table`, bodies need not be municipalities: sections of the prefecture, associations,
companies and lecturers stand beside them, each with one person or several.
"""

import re
import unicodedata
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter

from dxkit.errors import Fault, TableError, TableWarning, list_first, shorten
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._roster_attendance import NO_WORDS, YES_WORDS, part_absent
from dxkit.loaders._roster_headings import (
    RosterHead,
    find_heads,
    fold_heading,
    index_headings,
    make_no_list_fault,
    make_two_lists_fault,
    name_heading,
)
from dxkit.loaders._sheet import Sheet
from dxkit.schema import MADE_NOTE_START

DITTO_MARKS = frozenset(("〃", "々", "同上", "″", '"'))
NOTE_STARTS = ("※", "注", "＊", "*")
SUM_LABELS = frozenset(("計", "合計", "総計", "小計"))
# what ends a list
LAST_WORDS = frozenset(("以上", "以下余白"))
BLANK_REMEDY = "団体名を入れるか、行を除くか、fill_down=True で上の行と同じ団体とみなしてください"
# a line of its own between the parts of a list: 【播磨】, ■播磨
SECTION = re.compile(r"[【〈《\[<■◆●▼▶].")
# rows and columns that a remark names
SHOWN = 5
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
        comes: × and 欠席 are not read as members, and stand in ``skipped``. Other columns keep their
        headings unless they are named here.
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
        Of bodies that were filled in, columns without a heading, and answers to 出欠 that are
        neither yes nor no.

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
    _warn_of_nameless_columns(head, members)
    faults = [*page.faults, *faults, *_list_repeats(page, members)]
    if faults:
        raise TableError(faults)
    members, absent, remark = part_absent(members)
    if remark:
        _warn(page, remark, "欠席の人は × にしてください", stacklevel=3)
    _warn_of_missing_persons(page, members)
    if not members:
        raise TableError([Fault("出欠が × の人だけで、参加者が1人もいません", file=page.file,
                                sheet=page.name)])  # fmt: skip
    skipped = sorted([*skipped, *absent], key=lambda note: int(note["row"]))
    names_read = [name for name in fields.values() if name != "attends"]
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
    for position, heading in head.headings.items():
        name = name_heading(heading, names)
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
        if is_below and cells.get("person", text):
            cells["code"] = members[-1][1]["code"]
            filled.append(number)
        if cells["code"]:
            members.append((number, cells))
        elif any(cells.values()):
            faults.append(_make_blank_fault(page, number, cells.get("person") or text))
        else:
            skipped.append({"row": number, "text": text})
    if not members and not faults:
        faults.append(Fault("見出しの下に参加者が1人もいません", file=page.file, sheet=page.name))
    _warn_of_filled_rows(page, filled)
    return members, skipped, faults


def _is_note(text: str) -> bool:
    """Check for a row that is no member: a note, a total, or the end of the list."""
    words = {fold_heading(cell) for cell in text.split()}
    return text.startswith(NOTE_STARTS) or bool(words & SUM_LABELS) or words <= LAST_WORDS


def _is_section(page: Sheet, row: int, cells: Mapping[str, str]) -> bool:
    """Check for a line between parts of the list: one text across the table, or 【播磨】 alone."""
    words = page.list_texts(row)
    if len(words) != 1:
        return False
    number = page.row_numbers[row]
    is_across = any(
        top <= number <= bottom and right - left >= 2
        for left, top, right, bottom in page.looks.merged
    )
    is_alone = sum(bool(cell) for cell in cells.values()) < 2
    return is_across or (is_alone and SECTION.match(words[0]) is not None)


def _make_blank_fault(page: Sheet, number: int, value: str) -> Fault:
    return Fault(
        "団体が空欄です", BLANK_REMEDY, file=page.file, sheet=page.name, row=number, value=value
    )


def _warn_of_filled_rows(page: Sheet, filled: list[int]) -> None:
    if filled:
        rows = list_first((f"{number}行目" for number in filled), SHOWN, count=len(filled))
        _warn(
            page,
            f"団体が空欄の{len(filled)}行（{rows}）を、上の行と同じ団体とみなしました",
            "違う団体の人がいないか、確かめてください",
        )


def _warn_of_nameless_columns(head: RosterHead, members: list[tuple[int, dict[str, str]]]) -> None:
    """Say which columns hold something and have no heading: they are not read."""
    page = head.page
    numbers = {number for number, _ in members}
    rows = [row for row, number in enumerate(page.row_numbers) if number in numbers]
    width = max((len(page.rows[row]) for row in rows), default=0)
    nameless = [
        position
        for position in range(width)
        if position not in head.headings
        and not any(page.find_text(row, position).strip() for row in range(head.top, head.first))
        and any(page.find_text(row, position).strip() for row in rows)
    ]
    if nameless:
        letters = (f"{get_column_letter(position + 1)}列" for position in nameless)
        listed = list_first(letters, SHOWN, count=len(nameless))
        _warn(
            page,
            f"見出しのない{listed}は読みませんでした",
            "使うときは、見出しを入れてください",
        )


def _warn_of_missing_persons(page: Sheet, members: list[tuple[int, dict[str, str]]]) -> None:
    """Say which bodies stand there without a person where most have one."""
    missing = [(number, cells["code"]) for number, cells in members if not cells.get("person", "-")]
    if not missing or len(missing) * 2 > len(members):
        return
    rows = (f"{number}行目「{shorten(body, 20)}」" for number, body in missing)
    listed = list_first(rows, SHOWN, count=len(missing))
    _warn(
        page,
        f"氏名が空欄の{len(missing)}行（{listed}）も、1人と数えました",
        "参加者の行でなければ、名簿から消して読み直してください",
    )


def _warn(page: Sheet, problem: str, remedy: str, *, stacklevel: int = 4) -> None:
    fault = Fault(problem, remedy, file=page.file, sheet=page.name)
    warnings.warn(str(fault), TableWarning, stacklevel=stacklevel)


def _list_repeats(page: Sheet, members: list[tuple[int, dict[str, str]]]) -> list[Fault]:
    """List the rows of members who stand in an earlier row."""
    rows: dict[tuple[str, str], int] = {}
    faults = []
    for number, cells in members:
        key = (cells["code"], cells.get("person", ""))
        first = rows.setdefault(key, number)
        if first != number:
            remedy = "1行だけ残してください（別の人なら、氏名の列で区別してください）"
            faults.append(
                Fault(f"同じ参加者が{first}行目にもあります", remedy, file=page.file,
                      sheet=page.name, row=number, value="・".join(filter(None, key)))
            )  # fmt: skip
    return faults


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
