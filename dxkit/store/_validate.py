"""Is what a client sends something that may be kept?"""

import unicodedata
import uuid
from numbers import Integral

from dxkit.errors import ChoiceError, shorten

ITEM_LONGEST, TEXT_LONGEST, NAME_LONGEST = 200, 1000, 100
LOWEST, HIGHEST = -2, 2
# spreadsheets and PostgreSQL refuse control characters, UTF-8 refuses half surrogates
REFUSED = ("Cc", "Cs")
KEPT = "\n\t"


def check_text(value: object, what: str, *, longest: int, empty: bool = False) -> str:
    """Give a text that can be kept, shown and printed.

    Raises
    ------
    ChoiceError
        If it is no text, empty, too long, or holds control characters.
    """
    if not isinstance(value, str):
        raise ChoiceError(
            f"{what}「{shorten(value)}」は文字ではありません。文字で指定してください。"
        )
    found = value.replace("\r\n", "\n").replace("\r", "\n")
    if not empty and not found.strip():
        raise ChoiceError(f"{what}「{shorten(value)}」が空です。1文字以上入れてください。")
    if len(found) > longest:
        raise ChoiceError(
            f"{what}「{shorten(value)}」が長すぎます（{len(found)}文字）。{longest}文字までにしてください。"
        )
    if any(unicodedata.category(sign) in REFUSED and sign not in KEPT for sign in found):
        raise ChoiceError(
            f"{what}「{shorten(value)}」に、表示できない制御文字が入っています。取り除いてください。"
        )
    return found


def check_vote(value: object) -> int:
    """Give a vote of -2 to 2.

    Raises
    ------
    ChoiceError
        If it is anything else.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, Integral)
        or not LOWEST <= int(value) <= HIGHEST
    ):
        raise ChoiceError(
            f"票「{shorten(value)}」は使えません。-2・-1・0・1・2 のどれかにしてください。"
        )
    return int(value)


def check_name(value: object, what: str) -> str:
    """Give the id of an entry or client: up to 100 characters."""
    return check_text(value, what, longest=NAME_LONGEST)


def fresh_id(value: str | None) -> str:
    """Give an entry's id, made up where none is given."""
    return str(uuid.uuid4()) if value is None else check_name(value, "id")
