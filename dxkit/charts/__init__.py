"""How do municipalities stand beside each other, in one picture with Japanese that never turns into boxes?

Tables become matplotlib figures: one municipality against others like it (`dots`, `radar`), all of them (`heatmap`, `levels`),
how firm any order is (`rank_intervals`, `tiers`, `hasse`, `sensitivity`, `change`), who knows what when (`timeline`,
`exposure`), what one more base or another wind does (`curve`, `wind_rose`), and
when each may be through (`gantt`, `burn_down`). There is no league table: a rank is only ever
drawn with its interval. The font is IPAexGothic as shipped with matplotlib-fontja, by its file: nothing depends on the fonts
of the machine, and no setting of matplotlib is changed for other code.
"""

from dxkit.charts.cells import heatmap
from dxkit.charts.curves import curve, wind_rose
from dxkit.charts.cycle import funnel
from dxkit.charts.dots import dots
from dxkit.charts.effects import change, sensitivity
from dxkit.charts.law import grounds, raci
from dxkit.charts.links import link_errors
from dxkit.charts.money import fair_range, split
from dxkit.charts.network import network, routes
from dxkit.charts.order import hasse
from dxkit.charts.plans import burn_down, gantt
from dxkit.charts.played import backtest
from dxkit.charts.ranks import rank_intervals, tiers
from dxkit.charts.reunions import reunions
from dxkit.charts.stacks import levels
from dxkit.charts.times import exposure, timeline
from dxkit.charts.web import radar

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
