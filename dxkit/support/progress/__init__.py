"""How far has each municipality come with the 20 systems, when is it through, whom to ask first?

`table` lays the figures out as municipalities × systems, `forecast` says when each may be through
and how sure that is, `compare` what a vendor's delay would change, `lagging` whom to approach and
what to ask. After the deadline `follow_up` says which system is in which state and until when,
`slips` what went back since the last file, and `score_forecast` how good the earlier forecast was.
`schedule_members` makes groups of who cuts over when, `broken_links` says what stops reaching
another system meanwhile. `trial` makes places whose future is known, by which the forecast itself
can be judged. A share is always the share of the 40 steps done, never "systems migrated".
"""

from typing import Any

from dxkit._keywords import find_old_name
from dxkit.support.progress._broken_links import broken_links
from dxkit.support.progress._compare import compare
from dxkit.support.progress._follow_up import FollowUp, follow_up
from dxkit.support.progress._forecast import forecast
from dxkit.support.progress._forecast_result import PREFECTURE_FORECAST, Forecast
from dxkit.support.progress._lagging_municipalities import lagging
from dxkit.support.progress._lagging_rules import rules
from dxkit.support.progress._pace_assumptions import PaceAssumptions
from dxkit.support.progress._progress_table import PROGRESS_CAUTION, table
from dxkit.support.progress._schedule_members import schedule_members
from dxkit.support.progress._score_forecast import score_forecast
from dxkit.support.progress._slips import slips
from dxkit.support.progress._trial import Trial, trial

__all__ = [
    "PREFECTURE_FORECAST",
    "PROGRESS_CAUTION",
    "FollowUp",
    "Forecast",
    "PaceAssumptions",
    "Trial",
    "broken_links",
    "compare",
    "follow_up",
    "forecast",
    "lagging",
    "rules",
    "schedule_members",
    "score_forecast",
    "slips",
    "table",
    "trial",
]

# names of the release before, which go on working with a warning
_OLD_NAMES = {
    "CAUTION": "PROGRESS_CAUTION",
    "STATED": "PREFECTURE_FORECAST",
    "Pace": "PaceAssumptions",
}


def __getattr__(name: str) -> Any:
    """Find a public name of the release before (PEP 562)."""
    return find_old_name(name, _OLD_NAMES, globals(), __name__)
