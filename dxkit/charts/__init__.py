"""How do municipalities stand beside each other, in one picture with Japanese that never turns into boxes?

Tables become matplotlib figures: one municipality against others like it (`dots`, `radar`), all of them (`heatmap`, `levels`),
how firm any order is (`rank_intervals`, `tiers`, `hasse`, `sensitivity`, `change`), who knows what when (`timeline`,
`exposure`), what one more base or another wind does (`curve`, `wind_rose`), and
when each may be through (`gantt`, `burn_down`). There is no league table: a rank is only ever
drawn with its interval. The font is IPAexGothic as shipped with matplotlib-fontja, by its file: nothing depends on the fonts
of the machine, and no setting of matplotlib is changed for other code.
"""

from dxkit.charts._backtest import backtest
from dxkit.charts._costs import fair_range, split
from dxkit.charts._coverage_curve import curve, wind_rose
from dxkit.charts._dots import dots
from dxkit.charts._funnel import funnel
from dxkit.charts._gantt import burn_down, gantt
from dxkit.charts._hasse import hasse
from dxkit.charts._heatmap import heatmap
from dxkit.charts._legal_grounds import grounds, raci
from dxkit.charts._levels import levels
from dxkit.charts._link_errors import link_errors
from dxkit.charts._network import network, reunions, routes
from dxkit.charts._radar import radar
from dxkit.charts._rank_intervals import rank_intervals, tiers
from dxkit.charts._sensitivity import change, sensitivity
from dxkit.charts._timeline import exposure, timeline

__all__ = [
    "backtest",
    "burn_down",
    "change",
    "curve",
    "dots",
    "exposure",
    "fair_range",
    "funnel",
    "gantt",
    "grounds",
    "hasse",
    "heatmap",
    "levels",
    "link_errors",
    "network",
    "raci",
    "radar",
    "rank_intervals",
    "reunions",
    "routes",
    "sensitivity",
    "split",
    "tiers",
    "timeline",
    "wind_rose",
]
