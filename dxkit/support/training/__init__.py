"""What should each municipality learn next, who gets a seat, and how many come through the cycle of learning?"""

from dxkit.support.training.funnelling import funnel
from dxkit.support.training.planning import plan
from dxkit.support.training.seating import Seats, seats
from dxkit.support.training.stages import LABELS, STAGES

__all__ = ["LABELS", "STAGES", "Seats", "funnel", "plan", "seats"]
