"""How far has each municipality come with the 20 systems, when will it be through, and whom should the prefecture ask first?

`table` lays the figures out as municipalities × systems, `forecast` says when each may be through and how sure that is,
`compare` what a vendor's delay would change, `lagging` whom to approach and what to ask. `trial` makes places whose future is
known, by which the forecast itself can be judged. A share is always the share of the 40 steps done, never "systems migrated".
"""

from dxkit.support.progress._forecast import compare, forecast
from dxkit.support.progress._forecast_result import STATED, Forecast
from dxkit.support.progress._lagging import lagging, rules
from dxkit.support.progress._monte_carlo import Pace
from dxkit.support.progress._progress_table import CAUTION, table
from dxkit.support.progress._trial import Trial, trial

__all__ = [
    "CAUTION",
    "STATED",
    "Forecast",
    "Pace",
    "Trial",
    "compare",
    "forecast",
    "lagging",
    "rules",
    "table",
    "trial",
]
