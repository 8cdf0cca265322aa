"""How does a cell leave for a spreadsheet without becoming a formula, and come back as it was?

A cell that starts with ``= + - @`` is run by spreadsheet programs as a formula, whoever typed it.
What leaves is marked as text with an apostrophe; what is read back loses the mark.
"""

import re

import pandas as pd

# what spreadsheet programs take for the beginning of a formula, also in the letters of a Japanese
# keyboard; some programs pass over blanks and invisible letters before it
INVISIBLE = (
    r"\s\u00ad\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0"
)
FORMULA_START = re.compile(rf"[\t\r\n]|[{INVISIBLE}]*[=+\-@＝＋－＠]")
TEXT_MARK = "'"
# characters that neither XML nor UTF-8 can hold, or that steer a terminal
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
BOX = "□"
# half of a pair that stands for one character: no character at all, and UTF-8 cannot hold it
SURROGATE = re.compile("[\ud800-\udfff]")


def writable_text(text: str) -> str:
    """Put a box in the place of every character that no file of a table can hold.

    Parameters
    ----------
    text
        Any text, perhaps with control characters or half of a surrogate pair.

    Returns
    -------
    str

    Examples
    --------
    >>> writable_text("a" + chr(7) + "b"), writable_text("姫路市")
    ('a□b', '姫路市')
    """
    return UNWRITABLE.sub(BOX, text)


def replace_surrogates(value: object, mark: str = "?") -> str:
    """Put a mark in the place of each lone half of a surrogate pair, which UTF-8 cannot encode.

    Parameters
    ----------
    value
        Anything; its text is used.
    mark
        What stands in its place.

    Returns
    -------
    str

    Examples
    --------
    >>> replace_surrogates("髙" + chr(0xD842)), replace_surrogates("姫路市")
    ('髙?', '姫路市')
    """
    text = str(value)
    return text if text.isascii() else SURROGATE.sub(mark, text)


def safe_cell(value: object) -> object:
    """Put an apostrophe in front of text that a spreadsheet program would run.

    Parameters
    ----------
    value
        A cell; numbers stay numbers, missing becomes empty.

    Returns
    -------
    object

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("姫路市"), safe_cell(-3), safe_cell(float("nan"))
    ("'=1+1", '姫路市', -3, None)
    """
    is_gap = value is None or value is pd.NA or value is pd.NaT
    if is_gap or (isinstance(value, float) and pd.isna(value)):
        return None
    if not isinstance(value, str):
        return value
    # what already starts with the mark gets a second one, so that taking one off gives it back
    return f"{TEXT_MARK}{value}" if _needs_mark(value) else value


def plain_cell(value: object) -> object:
    """Take off the apostrophe that `safe_cell` put in front of a text.

    Parameters
    ----------
    value
        A cell that was read back.

    Returns
    -------
    object
        Other cells as they are.

    Examples
    --------
    >>> plain_cell("'=1+1"), plain_cell("姫路市"), plain_cell(safe_cell("'quoted"))
    ('=1+1', '姫路市', "'quoted")
    """
    is_marked = isinstance(value, str) and value.startswith(TEXT_MARK) and _needs_mark(value[1:])
    return str(value)[1:] if is_marked else value


def _needs_mark(text: str) -> bool:
    return text.startswith(TEXT_MARK) or FORMULA_START.match(text) is not None
