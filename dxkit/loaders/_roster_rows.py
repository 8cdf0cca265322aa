"""Which rows below the headings of a meeting's list are members, and which are something else?

Notes, totals, lines between its parts and headings that stand there once more are no members.
"""

import re
from collections.abc import Mapping

from dxkit.loaders._roster_headings import (
    BODY_HEADINGS,
    PERSON_HEADINGS,
    WELL_KNOWN,
    RosterHead,
    fold_heading,
)
from dxkit.loaders._roster_persons import is_person
from dxkit.loaders._roster_totals import is_people_count, is_total_row
from dxkit.loaders._sheet import Sheet

# 注1, 注）, 注意; 注連縄保存会 is a body
NOTE_START = re.compile(r"[※＊*]|注(?:[\s:：\d)）]|意|記|$)")
SUM_LABELS = frozenset(("計", "合計", "総計", "小計"))
# what ends a list
LAST_WORDS = frozenset(("以上", "以下余白"))
# a line of its own between the parts of a list: 【播磨】, ■播磨
SECTION = re.compile(r"[【〈《\[<■◆●▼▶].")
# （敬称略）, （事務局）; a body may begin with a bracket: （公財）青葉協会
BRACKETED = re.compile(r"\([^()]*\)")
# a line of its own below the list: 担当：情報政策課 内線1234, 令和8年12月1日現在
CONTACT = re.compile(
    r"^(?:担当|事務局|連絡先|お?問い?合わ?せ)[^::]*[::]|内線\s*\d|〒|(?:TEL|電話)\s*[::]"
    r"|\d\s*[年月日]\s*現在$",
    re.I,
)


def is_note(text: str, cells: Mapping[str, str]) -> bool:
    """Check for a row that is no member: a note, a total, or the end of the list.

    Parameters
    ----------
    text
        All of the row.
    cells
        Its cells in columns that are read.
    """
    words = {fold_heading(cell) for cell in text.split()}
    if NOTE_START.match(text) or words <= LAST_WORDS or is_total_row(text, _list_names(cells)):
        return True
    # a small table of sums may stand beside the list: its 計 makes nobody a total
    return bool(words & SUM_LABELS) and not _names_member(cells)


def _list_names(cells: Mapping[str, str]) -> list[str]:
    """List the cells that should name a body or persons."""
    return [cells["code"], *(cell for name, cell in cells.items() if is_person(name))]


def _names_member(cells: Mapping[str, str]) -> bool:
    """Check for a body, and where there are columns of persons for a person, that is no count."""
    persons = [cell for name, cell in cells.items() if is_person(name)]
    is_body = bool(cells["code"]) and fold_heading(cells["code"]) not in SUM_LABELS
    are_persons = not persons or any(persons)
    return (
        is_body
        and are_persons
        and not any(cell.isdecimal() or is_people_count(cell) for cell in _list_names(cells))
    )


def is_section(page: Sheet, row: int, cells: Mapping[str, str]) -> bool:
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
    marks = SECTION.match(words[0]) or CONTACT.search(words[0]) or BRACKETED.fullmatch(words[0])
    return is_across or (is_alone and marks is not None)


def repeats_headings(head: RosterHead, row: int) -> bool:
    """Check for a row that says the list's headings again, as above each printed page."""
    words = {
        position: heading
        for position, heading in head.headings.items()
        if head.page.find_text(row, position)
    }
    # 【必須】団体名 and （公財）海川 both fold to nothing
    return len(words) > 1 and all(
        fold_heading(heading) == fold_heading(head.page.find_text(row, position)) != ""
        for position, heading in words.items()
    )


def is_further_heading(page: Sheet, row: int, cells: Mapping[str, str]) -> bool:
    """Check for the headings of another list: words for a body and for a person, and no member."""
    words = {fold_heading(text).rstrip(".") for text in page.list_texts(row)}
    has_both = bool(words & BODY_HEADINGS) and bool(words & PERSON_HEADINGS)
    return has_both and fold_heading(cells["code"]).rstrip(".") in WELL_KNOWN
