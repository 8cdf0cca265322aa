"""Which sheets are left unread beside the one of a meeting's list, and may they hold lists, too?"""

import re
from collections.abc import Sequence

from dxkit.errors import list_first, shorten
from dxkit.loaders._municipality_rows import holds_full_name
from dxkit.loaders._roster_headings import fold_heading, guess_heads
from dxkit.loaders._roster_remarks import warn_of_list
from dxkit.loaders._sheet import Sheet

# what heads a list of people, in words that `read_roster` does not know by itself; 団体数 is a sum
PEOPLE_WORD = re.compile(
    "(?:氏名|名前|芳名|所属|団体|機関|会社|企業|組織|役職|職名|肩書|参加者|出席者|来賓|委員|講師|随行)"
    "(?!.*数$)"
)
# sheets that a remark names, and headings of each
SHOWN = 3


def list_unread_sheets(sheets: Sequence[Sheet], page: Sheet) -> list[str]:
    """List the names of the other sheets on which something stands."""
    return [other.name for other in sheets if other is not page and _list_rows(other)]


def warn_of_unread_lists(sheets: Sequence[Sheet], page: Sheet) -> None:
    """Say which other sheets may hold a list under headings that nobody knows."""
    lists = {
        other.name: headings
        for other in sheets
        if other is not page and (headings := _find_list_headings(other))
    }
    if lists:
        first = next(iter(lists))
        listed = list_first(
            (f"「{shorten(name, 20)}」: {headings}" for name, headings in lists.items()),
            SHOWN,
            count=len(lists),
        )
        warn_of_list(
            page,
            f"ほかのシートにある名簿らしい表は読んでいません（{listed}）",
            f'その人たちも参加するなら、1つのシートにまとめるか、sheet="{shorten(first, 20)}" と '
            'columns={"見出し": "code"} で別に読んでください',
        )


def _find_list_headings(page: Sheet) -> str:
    """Find the headings of what may be a list; empty where nothing is like one."""
    for head in guess_heads([page]):
        headings = list(head.headings.values())
        if any(PEOPLE_WORD.search(fold_heading(heading)) for heading in headings):
            return "・".join(shorten(heading, 12) for heading in headings[:SHOWN])
        return ""
    # members without headings
    members = [texts for texts in _list_rows(page) if len(texts) > 1 and holds_full_name(texts)]
    return "見出しなし" if len(members) > 1 else ""


def _list_rows(page: Sheet) -> list[list[str]]:
    """List the texts of each row that is not blank."""
    return [texts for row in range(len(page.rows)) if (texts := page.list_texts(row))]
