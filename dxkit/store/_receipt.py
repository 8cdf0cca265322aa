"""What does a client get back for an entry?"""

from typing import NamedTuple


class Receipt(NamedTuple):
    """What was kept.

    Attributes
    ----------
    id : str
        The entry's id; `Session.undo` and `Session.arrange` take it.
    number : int
        Its place in the history.
    new : bool
        ``False`` if an entry with this id was there already.
    same : bool
        ``False`` if that one says something else: it stays, and this one was not kept.
    code : str
        Of a vote: what its sender finds in `Session.receipts` while the vote counts, such as
        ``K7QF-2M9P``; it changes with the value. Empty for anything else.
    """

    id: str
    number: int
    new: bool
    same: bool
    code: str = ""
