"""Does a table hold invented data, and by which words is that shown?"""

from collections.abc import Mapping
from typing import Any

# these words stand wherever invented or estimated figures are shown or written
MADE_MARK = "架空データ"
ESTIMATED_MARK = "推計"
# the last line of what is written of an invented table; `read_table` knows it by its beginning
MADE_NOTE_START = f"※{MADE_MARK}"
MADE_NOTE = f"{MADE_NOTE_START}です。実在の団体や人の値ではありません。"


def is_made(origin: object) -> bool:
    """Check whether a table (or its ``.attrs``) holds invented data.

    Parameters
    ----------
    origin
        A table, series, or mapping as ``.attrs`` are.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_made({"kind": "made"}), is_made({"kind": "published"})
    (True, False)
    """
    attrs = read_attrs(origin)
    return attrs.get("made") is True or attrs.get("kind") == "made"


def read_attrs(origin: object) -> Mapping[str, Any]:
    """Read what a table says of its origin; empty for what can say nothing."""
    attrs = origin if isinstance(origin, Mapping) else getattr(origin, "attrs", None)
    return attrs if isinstance(attrs, Mapping) else {}
