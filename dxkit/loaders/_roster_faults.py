"""What is wrong with a meeting's list, with file, sheet and row?"""

from collections.abc import Sequence

from dxkit.errors import Fault, shorten
from dxkit.loaders._roster_headings import HEADING_ROWS, RosterHead
from dxkit.loaders._roster_persons import make_person_key
from dxkit.loaders._sheet import Sheet

BLANK_REMEDY = "団体名を入れるか、行を除くか、fill_down=True で上の行と同じ団体とみなしてください"


def make_blank_fault(page: Sheet, number: int, value: str) -> Fault:
    return Fault(
        "団体が空欄です", BLANK_REMEDY, file=page.file, sheet=page.name, row=number, value=value
    )


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
