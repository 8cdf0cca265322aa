"""What should each municipality learn next, who gets a seat, and how many complete the cycle?"""

from dxkit.support.training._funnel import funnel
from dxkit.support.training._learning_stages import LEARNING_STAGES, STAGE_LABELS
from dxkit.support.training._plan import plan
from dxkit.support.training._seats import Seats, seats

__all__ = ["LEARNING_STAGES", "STAGE_LABELS", "Seats", "funnel", "plan", "seats"]
