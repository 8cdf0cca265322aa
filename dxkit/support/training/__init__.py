"""What should each municipality learn next, who gets a seat, and how many complete the cycle?"""

from typing import Any

from dxkit._keywords import find_old_name
from dxkit.support.training._funnel import funnel
from dxkit.support.training._learning_stages import LEARNING_STAGES, STAGE_LABELS
from dxkit.support.training._plan import plan
from dxkit.support.training._seats import Seats, seats

__all__ = ["LEARNING_STAGES", "STAGE_LABELS", "Seats", "funnel", "plan", "seats"]

# names of the release before, which go on working with a warning
_OLD_NAMES = {"LABELS": "STAGE_LABELS", "STAGES": "LEARNING_STAGES"}


def __getattr__(name: str) -> Any:
    """Find a public name of the release before (PEP 562)."""
    return find_old_name(name, _OLD_NAMES, globals(), __name__)
