"""What should each municipality learn next, who gets a seat, and how many complete the cycle?

`skill_map` compares what people can do with what their roles need, `pair` brings teachers and
learners together, and `write_calendar` puts a year of courses into everybody's calendar.
"""

from typing import Any

from dxkit._keywords import find_old_name
from dxkit.support.training._find_materials import find_materials
from dxkit.support.training._funnel import funnel
from dxkit.support.training._learning_stages import LEARNING_STAGES, STAGE_LABELS
from dxkit.support.training._pair import pair
from dxkit.support.training._plan import plan
from dxkit.support.training._seats import Seats, seats
from dxkit.support.training._skill_map import skill_map
from dxkit.support.training._write_calendar import write_calendar

__all__ = [
    "LEARNING_STAGES",
    "STAGE_LABELS",
    "Seats",
    "find_materials",
    "funnel",
    "pair",
    "plan",
    "seats",
    "skill_map",
    "write_calendar",
]

# names of the release before, which go on working with a warning
_OLD_NAMES = {"LABELS": "STAGE_LABELS", "STAGES": "LEARNING_STAGES"}


def __getattr__(name: str) -> Any:
    """Find a public name of the release before (PEP 562)."""
    return find_old_name(name, _OLD_NAMES, globals(), __name__)
