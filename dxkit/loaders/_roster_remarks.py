"""What is said of a meeting's list that was read: guesses, and what a person does not see?"""

import warnings
from dataclasses import replace

from openpyxl.utils import get_column_letter

from dxkit.errors import Fault, TableWarning, list_first, shorten
from dxkit.loaders._roster_headings import RosterHead
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._sheet_looks import describe_crossed, describe_hidden

# rows and columns that a remark names
SHOWN = 5


def warn_of_filled_rows(page: Sheet, filled: list[int]) -> None:
    """Say which rows took the body of the row above."""
    if filled:
        rows = list_first((f"{number}行目" for number in filled), SHOWN, count=len(filled))
        warn_of_list(
            page,
            f"団体が空欄の{len(filled)}行（{rows}）を、上の行と同じ団体とみなしました",
            "違う団体の人がいないか、確かめてください",
        )


def warn_of_nameless_columns(head: RosterHead, members: list[tuple[int, dict[str, str]]]) -> None:
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
        warn_of_list(
            page,
            f"見出しのない{listed}は読みませんでした",
            "使うときは、見出しを入れてください",
        )


def warn_of_looks(head: RosterHead, members: list[tuple[int, dict[str, str]]]) -> None:
    """Say which members are hidden or crossed out on the screen."""
    looks = replace(head.page.looks, hidden_sheets=())
    rows = {number for number, _ in members}
    columns = [(heading, position) for position, heading in head.headings.items()]
    places = (looks, rows, columns, "{}行目".format)
    for text in (*describe_hidden(*places), *describe_crossed(*places)):
        warn_of_list(head.page, text)


def warn_of_missing_persons(page: Sheet, members: list[tuple[int, dict[str, str]]]) -> None:
    """Say which bodies stand there without a person where most have one."""
    missing = [(number, cells["code"]) for number, cells in members if not cells.get("person", "-")]
    if not missing or len(missing) * 2 > len(members):
        return
    rows = (f"{number}行目「{shorten(body, 20)}」" for number, body in missing)
    listed = list_first(rows, SHOWN, count=len(missing))
    warn_of_list(
        page,
        f"氏名が空欄の{len(missing)}行（{listed}）も、1人と数えました",
        "参加者の行でなければ、名簿から消して読み直してください",
    )


def warn_of_list(page: Sheet, problem: str, remedy: str = "", *, stacklevel: int = 4) -> None:
    """Warn of something in the list, with its file and sheet."""
    fault = Fault(problem, remedy, file=page.file, sheet=page.name)
    warnings.warn(str(fault), TableWarning, stacklevel=stacklevel)
