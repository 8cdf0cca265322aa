"""How do municipalities stand beside each other, in one picture with legible Japanese?

Tables become matplotlib figures: one municipality against others like it (`dots`, `radar`), all of
them (`heatmap`, `levels`), how firm any order is (`rank_intervals`, `tiers`, `hasse`,
`sensitivity`, `change`), who knows what when (`timeline`, `exposure`), what one more base or
another wind does (`curve`, `wind_rose`), when each may be through (`gantt`, `burn_down`),
and who does which step of a process (`swimlane`).
There is no league table: a rank is only ever drawn with its interval.

Every chart reads from its tables' ``.attrs`` where the data come from and whether they are
invented, and says so; every chart can be drawn into axes of yours (``ax=``). The font is
IPAexGothic as shipped with matplotlib-fontja, addressed by its file: nothing depends on the fonts
of the machine, and no setting of matplotlib is changed for other code.
"""

from typing import TYPE_CHECKING

from dxkit._late_names import offer_names

if TYPE_CHECKING:
    from dxkit.charts._backtest import backtest
    from dxkit.charts._burn_down import burn_down
    from dxkit.charts._change import change
    from dxkit.charts._coverage_curve import curve
    from dxkit.charts._dots import dots
    from dxkit.charts._exposure import exposure
    from dxkit.charts._fair_range import fair_range
    from dxkit.charts._funnel import funnel
    from dxkit.charts._gantt import gantt
    from dxkit.charts._grounds import grounds
    from dxkit.charts._hasse import hasse
    from dxkit.charts._heatmap import heatmap
    from dxkit.charts._levels import levels
    from dxkit.charts._link_errors import link_errors
    from dxkit.charts._multiverse import multiverse
    from dxkit.charts._network import network
    from dxkit.charts._raci import raci
    from dxkit.charts._radar import radar
    from dxkit.charts._rank_intervals import rank_intervals
    from dxkit.charts._reunions import reunions
    from dxkit.charts._routes import routes
    from dxkit.charts._sensitivity import sensitivity
    from dxkit.charts._split import split
    from dxkit.charts._swimlane import swimlane
    from dxkit.charts._tiers import tiers
    from dxkit.charts._timeline import timeline
    from dxkit.charts._wind_rose import wind_rose
else:
    __getattr__, __dir__ = offer_names(
        __name__,
        {
            "_backtest": ("backtest",),
            "_burn_down": ("burn_down",),
            "_change": ("change",),
            "_coverage_curve": ("curve",),
            "_dots": ("dots",),
            "_exposure": ("exposure",),
            "_fair_range": ("fair_range",),
            "_funnel": ("funnel",),
            "_gantt": ("gantt",),
            "_grounds": ("grounds",),
            "_hasse": ("hasse",),
            "_heatmap": ("heatmap",),
            "_levels": ("levels",),
            "_link_errors": ("link_errors",),
            "_multiverse": ("multiverse",),
            "_network": ("network",),
            "_raci": ("raci",),
            "_radar": ("radar",),
            "_rank_intervals": ("rank_intervals",),
            "_reunions": ("reunions",),
            "_routes": ("routes",),
            "_sensitivity": ("sensitivity",),
            "_split": ("split",),
            "_swimlane": ("swimlane",),
            "_tiers": ("tiers",),
            "_timeline": ("timeline",),
            "_wind_rose": ("wind_rose",),
        },
    )

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
    "multiverse",
    "network",
    "raci",
    "radar",
    "rank_intervals",
    "reunions",
    "routes",
    "sensitivity",
    "split",
    "swimlane",
    "tiers",
    "timeline",
    "wind_rose",
]
