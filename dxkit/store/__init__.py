"""What did the group say, vote and choose, and is all of it still there after a crash?

A `Session` keeps votes, notes and choices in a database, each durable before the call returns; `kendall_w` and
`opinion_groups` tell how far a group agrees.
"""

from dxkit.store._agreement import Agreement, kendall_w, opinion_groups
from dxkit.store._session import Receipt, Session
from dxkit.store._validate import ITEM_LONGEST, TEXT_LONGEST, check_text, check_vote

__all__ = [
    "ITEM_LONGEST",
    "TEXT_LONGEST",
    "Agreement",
    "Receipt",
    "Session",
    "check_text",
    "check_vote",
    "kendall_w",
    "opinion_groups",
]
