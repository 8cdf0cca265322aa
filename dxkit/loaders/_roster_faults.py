"""What is wrong with a meeting's list, with file, sheet and row?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl.utils import get_column_letter

from dxkit.errors import Fault, shorten
from dxkit.loaders._roster_headings import (
    HEADING_ROWS,
    PERSON_HEADINGS,
    RosterHead,
    fold_heading,
)
from dxkit.loaders._roster_persons import make_person_key
from dxkit.loaders._sheet import Sheet

BLANK_REMEDY = "団体名を入れるか、行を除くか、fill_down=True で上の行と同じ団体とみなしてください"


def make_blank_fault(page: Sheet, number: int, value: str) -> Fault:
    return Fault(
        "団体が空欄です", BLANK_REMEDY, file=page.file, sheet=page.name, row=number, value=value
    )


def make_further_heading_fault(page: Sheet, number: int, text: str) -> Fault:
    """Make the fault of headings below a list, under which other columns stand."""
    return Fault(
        "この行も見出しのようです（この行から下は、別の名簿かもしれません）",
        "1つのシートに1つの名簿だけを置いてください（上の説明や、途中の見出しの行は消します）",
        file=page.file, sheet=page.name, row=number, value=text,
    )  # fmt: skip


def list_cell_faults(
    head: RosterHead, positions: Iterable[int], skipped: Sequence[Mapping[str, Any]]
) -> list[Fault]:
    """List the faults of cells that are read: an error beside the list, or in a total, is none."""
    letters = {get_column_letter(position + 1) for position in positions}
    others = {note["row"] for note in skipped}
    first = head.page.row_numbers[head.top]
    return [
        fault
        for fault in head.page.faults
        if (not fault.column or fault.column in letters)
        and (fault.row is None or (fault.row >= first and fault.row not in others))
    ]


def list_repeats(page: Sheet, members: list[tuple[int, dict[str, str]]]) -> list[Fault]:
    """List the rows of members who stand in an earlier row."""
    rows: dict[tuple[str, str], int] = {}
    faults = []
    for number, cells in members:
        key = make_person_key(cells)
        first = rows.setdefault(key, number)
        if first != number:
            who = "・".join(filter(None, (cells["code"], cells.get("person"))))
            remedy = "1行だけ残してください（別の人なら、氏名の列で区別してください）"
            faults.append(
                Fault(f"同じ参加者が{first}行目にもあります", remedy, file=page.file,
                      sheet=page.name, row=number, value=who)
            )  # fmt: skip
    return faults


def make_doubled_heading_fault(
    head: RosterHead, fields: Mapping[int, str], position: int, name: str
) -> Fault:
    """Make the fault of two headings of one meaning: two lists side by side, or one too many."""
    page = head.page
    heading = head.headings[position]
    what = {"code": "団体", "person": "氏名", "attends": "出欠"}.get(name, name)
    problem = f"「{what}」にあたる見出しが2つあります"
    remedy = 'columns={"見出し": "列の名前"} で区別するか、片方の見出しを変えてください'
    first = next(place for place, other in fields.items() if other == name)
    if name == "code" and _lie_beside(head, first, position):
        letters = "と".join(f"{get_column_letter(place + 1)}列" for place in (first, position))
        problem = f"名簿が横に2つ並んでいるようです（{letters}が団体の列です）"
        remedy = (
            "右の名簿を、左の名簿の下に続けるか、別のシートに移してください"
            f"（1つの名簿なら、{remedy}）"
        )
    return Fault(
        problem, remedy, file=page.file, sheet=page.name, row=page.row_numbers[head.top],
        value=heading,
    )  # fmt: skip


def _lie_beside(head: RosterHead, first: int, second: int) -> bool:
    """Check for a second list: the same heading once more, or persons behind each body."""
    persons = [
        place
        for place, heading in head.headings.items()
        if fold_heading(heading.rpartition("_")[2]) in PERSON_HEADINGS
    ]
    has_both = any(first < place < second for place in persons) and max(persons) > second
    words = {fold_heading(head.headings[place].rpartition("_")[2]) for place in (first, second)}
    return has_both or len(words) == 1


def make_two_lists_fault(heads: Sequence[RosterHead]) -> Fault:
    """Make the fault of a workbook with several lists."""
    listed = "、".join(f"「{head.page.name}」" for head in heads)
    remedy = f'sheet="{heads[0].page.name}" のように1つ選んでください'
    problem = f"名簿のあるシートが{len(heads)}つあります（{listed}）"
    return Fault(problem, remedy, file=heads[0].page.file)


def make_no_list_fault(sheets: Sequence[Sheet]) -> Fault:
    """Make the fault of a file in which no heading names a body."""
    cells = [text.strip() for page in sheets for row in page.texts[:HEADING_ROWS] for text in row]
    seen = "、".join(f"「{shorten(text, 12)}」" for text in dict.fromkeys(filter(None, cells)))
    remedy = (
        '団体の列の見出しを「団体名」にするか、columns={"見出し": "code"} で教えてください'
        f"（はじめの方のセル: {shorten(seen, 200)}）"
    )
    problem = "団体名・市町名・所属などの見出しがありません"
    return Fault(problem, remedy, file=sheets[0].file)
