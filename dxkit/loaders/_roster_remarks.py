"""What is said of a meeting's list that was read: guesses, and what a person does not see?"""

import re
import unicodedata
import warnings
from collections.abc import Collection
from dataclasses import replace

from openpyxl.utils import get_column_letter

from dxkit.errors import Fault, TableWarning, list_first, shorten
from dxkit.loaders._roster_headings import RosterHead
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._sheet_looks import describe_crossed, describe_hidden

# 姫路市 情報政策課, 姫路市情報政策課
DEPARTMENT = re.compile(
    r"(?P<body>.{1,6}?[市町村区県])(?: .+|.*(?:課|室|係|部|局|班|センター|事務所))"
)
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


def warn_of_columns_apart(
    head: RosterHead, members: list[tuple[int, dict[str, str]]], positions: Collection[int]
) -> None:
    """Say which columns stand beyond a blank one: they may be another table's."""
    page = head.page
    numbers = {number for number, _ in members}
    rows = [row for row, number in enumerate(page.row_numbers) if number in numbers]
    rows += range(head.top, head.first)
    blank = [
        position
        for position in range(min(positions), max(positions))
        if position not in head.headings
        and not any(page.find_text(row, position).strip() for row in rows)
    ]
    apart = [head.headings[place] for place in positions if blank and place > blank[0]]
    if apart:
        listed = list_first((f"「{shorten(word, 20)}」" for word in apart), SHOWN, count=len(apart))
        warn_of_list(
            page,
            f"何もない列の右にある{listed}も、この名簿の列として読みました",
            '別の表なら、別のシートに移すか、columns={"見出し": None} で除いてください',
        )


def warn_of_looks(
    head: RosterHead, members: list[tuple[int, dict[str, str]]], positions: Collection[int]
) -> None:
    """Say which members are hidden or crossed out on the screen."""
    looks = replace(head.page.looks, hidden_sheets=())
    rows = {number for number, _ in members}
    columns = [
        (heading, position) for position, heading in head.headings.items() if position in positions
    ]
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


def warn_of_likely_absent(page: Sheet, absent: list[str]) -> None:
    """Say which members stay away by what stands in another column than 出欠."""
    if absent:
        listed = list_first(absent, SHOWN, count=len(absent))
        warn_of_list(
            page,
            f"「欠席」などと書かれた{len(absent)}人（{listed}）も、参加者として読みました",
            "欠席なら、行を消すか、「出欠」の列に × を入れてください",
        )


def warn_of_departments(page: Sheet, members: list[tuple[int, dict[str, str]]]) -> None:
    """Say which bodies may be departments of one: 姫路市 総務課 and 姫路市 情報課."""
    bodies: dict[str, set[str]] = {}
    for _, cells in members:
        name = " ".join(unicodedata.normalize("NFKC", cells["code"]).split())
        match = DEPARTMENT.fullmatch(name)
        bodies.setdefault(match["body"] if match else name, set()).add(name)
    several = [
        f"「{body}」: {'・'.join(shorten(name, 20) for name in sorted(names))}"
        for body, names in bodies.items()
        if len(names) > 1
    ]
    if several:
        listed = list_first(several, SHOWN, count=len(several))
        warn_of_list(
            page,
            f"同じ団体かもしれないものを、別の団体として読みました（{listed}）",
            "同じ団体なら、団体の列を同じ名前にそろえ、課の名前は別の列に書いてください",
        )


def warn_of_list(page: Sheet, problem: str, remedy: str = "", *, stacklevel: int = 4) -> None:
    """Warn of something in the list, with its file and sheet."""
    fault = Fault(problem, remedy, file=page.file, sheet=page.name)
    warnings.warn(str(fault), TableWarning, stacklevel=stacklevel)
