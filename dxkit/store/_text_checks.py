"""Is what a client sends something that may be kept?

`check_text` and `check_vote` return it, or refuse it with a message for the person who sent it.
"""

import unicodedata
import uuid
from numbers import Integral

from dxkit.errors import ChoiceError, shorten
from dxkit.store._longest_texts import NAME_LONGEST

# against, for
LOWEST_VOTE = -2
HIGHEST_VOTE = 2
# Unicode categories: spreadsheets and PostgreSQL refuse control characters, UTF-8 refuses half
# surrogates
REFUSED_CATEGORIES = ("Cc", "Cs")
ALLOWED_CONTROLS = "\n\t"


def check_text(value: object, what: str, *, longest: int, empty: bool = False) -> str:
    r"""Return a text that can be kept, shown and printed, with its line ends as newlines.

    Parameters
    ----------
    value
        What was sent.
    what
        What to call it in a message.
    longest
        Characters that it may have.
    empty
        Whether it may be empty.

    Returns
    -------
    str

    Raises
    ------
    ChoiceError
        If it is no text, empty, too long, or holds control characters.

    Examples
    --------
    >>> check_text("人が足りない\r\n予算もない", "カード", longest=1000)
    '人が足りない\n予算もない'
    """
    if not isinstance(value, str):
        raise ChoiceError(
            f"{what}「{shorten(value)}」は文字ではありません。文字で指定してください。"
        )
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if not empty and not text.strip():
        raise ChoiceError(f"{what}「{shorten(value)}」が空です。1文字以上入れてください。")
    if len(text) > longest:
        raise ChoiceError(
            f"{what}「{shorten(value)}」が長すぎます（{len(text)}文字）。"
            f"{longest}文字までにしてください。"
        )
    # looked at last, because a long text costs the most
    if any(_is_refused(character) for character in text):
        raise ChoiceError(
            f"{what}「{shorten(value)}」に、表示できない制御文字が入っています。"
            "取り除いてください。"
        )
    return text


def check_vote(value: object) -> int:
    """Return a vote of -2 (against) to 2 (for).

    Parameters
    ----------
    value
        What was sent.

    Returns
    -------
    int

    Raises
    ------
    ChoiceError
        If it is anything else.

    Examples
    --------
    >>> check_vote(-2)
    -2
    >>> check_vote(3)
    Traceback (most recent call last):
    ...
    dxkit.errors.ChoiceError: 票「3」は使えません。-2・-1・0・1・2 のどれかにしてください。
    """
    # True is an integer in Python and no vote
    if (
        isinstance(value, bool)
        or not isinstance(value, Integral)
        or not LOWEST_VOTE <= int(value) <= HIGHEST_VOTE
    ):
        raise ChoiceError(
            f"票「{shorten(value)}」は使えません。-2・-1・0・1・2 のどれかにしてください。"
        )
    return int(value)


def check_name(value: object, what: str) -> str:
    """Return the id of an entry or the name of a client: up to 100 characters."""
    return check_text(value, what, longest=NAME_LONGEST)


def make_entry_id(value: str | None) -> str:
    """Return an entry's id, made up where there is none."""
    return str(uuid.uuid4()) if value is None else check_name(value, "id")


def _is_refused(character: str) -> bool:
    category = unicodedata.category(character)
    return category in REFUSED_CATEGORIES and character not in ALLOWED_CONTROLS
