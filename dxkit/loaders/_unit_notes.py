"""Does a note around a table say that its figures are thousands or millions?

Figures are read as they are written: what the note says is repeated, so that nobody takes 1,500
(thousand) for 1,500 people.
"""

import re
from collections.abc import Iterable, Mapping

from dxkit.errors import list_first, shorten

# (単位：千人), 単位 百万円, (単位:人、千円), in plain characters
SCALED_UNIT = re.compile(
    r"(?:単位\s*(?=[:：は])|[(（]単位|^(?:資料|注)?\s*単位)\s*[:：は]?\s*"
    r"((?![^)）]*百分率)[^)）\s]*?(?:十|百|千|万|億|兆)[^)）\s]*)"
)
LISTED_NOTES = 3
NOTE_LETTERS = 20


def describe_units(notes: Iterable[Mapping[str, object]]) -> list[str]:
    """Describe in Japanese which notes of a sheet say a unit of thousands or more.

    Parameters
    ----------
    notes
        ``row`` and ``text`` of each row that is not read as data.
    """
    units = [
        f"{note['row']}行目「単位：{shorten(match[1], NOTE_LETTERS)}」"
        for note in notes
        if (match := SCALED_UNIT.search(str(note["text"])))
    ]
    if not units:
        return []
    listed = list_first(units, LISTED_NOTES, count=len(units), unit="行")
    return [
        f"表の外に単位の書き込みがあります: {listed}。数は書いてあるまま読み、掛け算はしていません"
    ]
