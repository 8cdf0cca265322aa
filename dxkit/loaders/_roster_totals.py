"""Which cells of a meeting's list count people instead of naming one?

Offices write below a list how many stand on it (参加者合計 3, 以上5名, （合計）), and in place of names
how many come (3名, 約3名). A body or a person whose name only sounds so stays: 合田, 計良, 計算センター.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# no cell of a count is longer
LONGEST = 40
# what words about a count are made of; none is a beginning and end of others, so that each word is
# parted in one way only
PARTS = (
    "約|およそ|延べ?|のべ|全|総|合計|小計|累計|計|数|参加|出席|欠席|来場|申込み?|招待|団体|機関|会社|"
    "市|町|村|県|府|者|人|名簿?|員|様|内訳?|うち|外|他|ほか|以上|予定|定員|残り?|勢|トータル|total|sum"
)
# what makes such a word one about a count: 県, 市町 alone are bodies
SIGNS = re.compile(
    "計|数|者|参加|出席|欠席|来場|申込|延|のべ|総勢|うち|内訳|外|他|ほか|以上|定員|残|トータル|total|sum"
)
# a sum needs no number beside it
SUM = re.compile(r"(?:参加|出席|団体|機関|者|総)*(?:合計|小計|累計|総計|計)|トータル|total|sum")
UNIT = "名様?|人|団体|社|機関|市町村?"
FIGURE = rf"\d[\d,]*(?:{UNIT})?"
# 一人 is a name
SPELT = r"(?:[一二三四五六七八九十百数]+)(?:名様?|団体|社)"
TAIL = "(?:程度|ほど|前後|余り?|以上|弱|強|予定|参加|出席|欠席)*"
TOKEN = re.compile(rf"(?P<words>(?:{PARTS})*)(?:(?P<figure>{FIGURE})|(?P<spelt>{SPELT}))?{TAIL}")
# marks around and between the words; a comma within 1,234 is none
BETWEEN = re.compile(r"[\s:、・/。()\[\]【】〈〉《》「」『』<>=]+|(?<!\d),|,(?!\d{3})")
# in place of a name: 3名, 約3名, 計三名, 数名, 計3; a bare 3 may name somebody who has no other name
FORE = "(?:約|およそ|延べ?|のべ|全|計|合計|総勢|以上|各)"
PEOPLE = re.compile(rf"{FORE}*(?:\d[\d,]*(?:名様?|人)|{SPELT}){TAIL}|{FORE}+\d[\d,]*")


@dataclass(frozen=True)
class _Token:
    """One word of a row: letters, and a number behind them; either may be absent.

    ``is_firm``: the number has a unit or letters, so that it is no running number.
    """

    words: str
    is_number: bool
    is_firm: bool


def is_total_row(text: str, named: Sequence[str]) -> bool:
    """Check for a row of nothing but counts and words about them.

    Parameters
    ----------
    text
        All of the row, cells parted by blanks.
    named
        Its cells that should name a body or persons.
    """
    tokens = _part_words(text)
    labels = [token.words for token in tokens or () if token.words and not token.is_number]
    if not tokens or not all(map(SIGNS.search, labels)):
        return False
    if any(map(SUM.fullmatch, labels)):
        return True
    if labels:
        # a running number stands before the words, a count behind them
        first = next(place for place, token in enumerate(tokens) if token.words in labels)
        return any(token.is_firm for token in tokens) or any(
            token.is_number for token in tokens[first + 1 :]
        )
    # a number in a column of its own, beside a blank body, counts nobody of the list
    cells = " ".join(filter(None, named))
    return any(token.is_firm for token in _part_words(cells) or ())


def is_people_count(text: str) -> bool:
    """Check for a number of people in place of a name."""
    return PEOPLE.fullmatch(_fold_text(text)) is not None


def _part_words(text: str) -> list[_Token] | None:
    """Part a row into words; ``None`` where one of them says something else."""
    tokens = []
    for word in filter(None, BETWEEN.split(_fold_text(text, keep_blanks=True))):
        match = TOKEN.fullmatch(word) if len(word) <= LONGEST else None
        if match is None:
            return None
        words = match["words"]
        figure = match["figure"] or ""
        is_firm = bool(figure and (words or not figure[-1].isdigit())) or bool(
            match["spelt"] and words
        )
        tokens.append(_Token(words, bool(figure or match["spelt"]), is_firm))
    return tokens


def _fold_text(text: str, *, keep_blanks: bool = False) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return plain if keep_blanks else re.sub(r"\s", "", plain)
