"""Who meets with whom, and why?

`form` makes the groups of one meeting, with a bound on request; `rotate` those of several, in which nobody meets twice where that
can be, and `tradeoff` what that costs; `replan` mends groups after cancellations with the fewest moves; `explain` says why.
"""

from dxkit.groups.explaining import explain
from dxkit.groups.forming import form
from dxkit.groups.replanning import replan
from dxkit.groups.result import Groups
from dxkit.groups.rotating import Rotation, rotate, tradeoff

__all__ = ["Groups", "Rotation", "explain", "form", "replan", "rotate", "tradeoff"]
