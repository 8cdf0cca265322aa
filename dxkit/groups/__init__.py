"""Who meets with whom, and why?

`form` makes the groups of one meeting, with a bound on request; `rotate` those of several, in which
nobody meets twice where that can be, and `tradeoff` what that costs; `replan` mends groups after
cancellations and seats latecomers with the fewest moves; `next_round` keeps those apart who have
met; `score` measures groups made by hand; `explain` says why.
"""

from dxkit.groups._explain import explain
from dxkit.groups._form import form
from dxkit.groups._groups import Groups
from dxkit.groups._next_round import next_round
from dxkit.groups._replan import replan
from dxkit.groups._rotate import Rotation, rotate
from dxkit.groups._score import score
from dxkit.groups._tradeoff import tradeoff

__all__ = [
    "Groups",
    "Rotation",
    "explain",
    "form",
    "next_round",
    "replan",
    "rotate",
    "score",
    "tradeoff",
]
