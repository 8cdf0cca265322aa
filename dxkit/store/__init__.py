"""What did the group say, vote and choose, and is all of it still there after a crash?

A `Session` keeps votes, notes and choices in a database, each durable before the call returns; `kendall_w` and
`opinion_groups` tell how far a group agrees.
"""

from dxkit.store.agreeing import Agreement, kendall_w, opinion_groups
from dxkit.store.session import Receipt, Session

__all__ = ["Agreement", "Receipt", "Session", "kendall_w", "opinion_groups"]
