"""What does an entry hold, and when is one the same as another?"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from dxkit.store._longest_texts import ITEM_LONGEST
from dxkit.store._text_checks import check_text, make_entry_id

JAPAN_TIME = dt.timezone(dt.timedelta(hours=9))
# what two entries of the same id must share to be the same entry sent twice
COMPARED_FIELDS = ("kind", "author", "item", "value", "text", "group", "title", "target")


def make_row(kind: str, entry_id: str | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Make the row of an entry; fields that its kind does not have are empty."""
    return {
        "kind": kind,
        "author": "",
        "voter": "",
        "item": "",
        "value": None,
        "text": "",
        "group": "",
        "title": "",
        "target": "",
        **fields,
        "id": make_entry_id(entry_id),
        # to the minute: a finer time would help to guess whose it is
        "at": dt.datetime.now(JAPAN_TIME).isoformat(timespec="minutes"),
    }


def is_same_entry(stored: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Check that an entry which is there already is the one that was sent again."""
    return all(stored[field] == row[field] for field in COMPARED_FIELDS)


def check_group(group: str, title: str) -> dict[str, str]:
    """Return the group and title of a card if they can be kept."""
    return {
        "group": check_text(group, "グループ", longest=ITEM_LONGEST, empty=True),
        "title": check_text(title, "見出し", longest=ITEM_LONGEST, empty=True),
    }
