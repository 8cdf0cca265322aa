"""How wide must a column be at least, so that no name and no short word is broken in the middle?"""

from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

# width of a half-width letter, in em; a full-width letter is 1 em wide
HALF_WIDTH_EM = 0.56
# a word of so many full-width letters stays on one line, and a name of so many half-width ones
WORD_EM = 6
NAME_LETTERS = 34
# bold headings are a little wider than their letters
SLACK_EM = 0.4
# a narrowest column, and how much all columns of a row may ask for together
COLUMN_EM = 4
PAGE_EM = 32
ROOM_EM = 46


def find_least_widths(columns: Sequence[Sequence[str]]) -> list[float]:
    """Find the least width of each column in em, from the texts that may be wrapped.

    Parameters
    ----------
    columns
        Of each column its heading and its cells; numbers, which are never broken, may be left out.

    Returns
    -------
    list of float
        Wide enough for each word and name; where all together would be wider than a page, that of
        the first column, which names the rows, then of the columns that ask for least, and a few
        letters for each of the others.
    """
    # without a least width, a long text beside would squeeze a short one to one letter a line
    narrowest = min(COLUMN_EM, PAGE_EM / max(len(columns), 1))
    wishes = [max(narrowest, _find_longest(texts)) for texts in columns]
    widths = [narrowest] * len(columns)
    for position in sorted(range(len(columns)), key=lambda place: (place > 0, wishes[place])):
        if sum(widths) - narrowest + wishes[position] <= ROOM_EM:
            widths[position] = wishes[position]
    return widths


def _find_longest(texts: Iterable[str]) -> float:
    words = {word for text in texts for word in text.split()}
    widths = [_measure(word) for word in words if _stays_whole(word)]
    return max(widths) + SLACK_EM if widths else 0.0


def _stays_whole(word: str) -> bool:
    """Check for a short word, or a name in half-width letters that somebody may want to copy."""
    return _measure(word) <= WORD_EM or (word.isascii() and len(word) <= NAME_LETTERS)


def _measure(text: str) -> float:
    return sum(1 if east_asian_width(letter) in "WFA" else HALF_WIDTH_EM for letter in text)
