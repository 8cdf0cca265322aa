"""What did the group say, vote and choose, and is all of it still there after a crash?

A `Meeting` keeps who is invited, who sits where and what was decided; its `Session` keeps votes,
notes and choices in the same database, each durable before the call returns, and seals them;
`kendall_w` and `opinion_groups` measure how far a group agrees, and `opinion_plane` shows where
each voter stands.
"""

from dxkit.store._agreement import Agreement
from dxkit.store._digest import Digest
from dxkit.store._kendall_w import kendall_w
from dxkit.store._longest_texts import ITEM_LONGEST, TEXT_LONGEST
from dxkit.store._meeting import Meeting
from dxkit.store._opinion_groups import opinion_groups
from dxkit.store._opinion_plane import opinion_plane
from dxkit.store._practice_meetings import is_practice
from dxkit.store._practise_votes import practise
from dxkit.store._receipt import Receipt
from dxkit.store._session import Session
from dxkit.store._text_checks import check_text, check_vote
from dxkit.store._vote_scale import VOTE_COLUMNS, VOTE_LABELS

__all__ = [
    "ITEM_LONGEST",
    "TEXT_LONGEST",
    "VOTE_COLUMNS",
    "VOTE_LABELS",
    "Agreement",
    "Digest",
    "Meeting",
    "Receipt",
    "Session",
    "check_text",
    "check_vote",
    "is_practice",
    "kendall_w",
    "opinion_groups",
    "opinion_plane",
    "practise",
]
