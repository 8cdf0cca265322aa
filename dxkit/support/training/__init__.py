"""What should each municipality learn next, who gets a seat, and how many come through the cycle of learning?"""

from dxkit.support.training._funnel import funnel
from dxkit.support.training._paths import LABELS, STAGES
from dxkit.support.training._plan import plan
from dxkit.support.training._seats import Seats, seats

__all__ = ["LABELS", "STAGES", "Seats", "funnel", "plan", "seats"]
