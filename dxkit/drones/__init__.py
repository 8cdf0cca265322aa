"""Whom does a delivery drone reach, where does the next base go, and how sure is that?

`flight_range` says how far a drone delivers with its load and in wind, `reach` which places lie
within, the siting functions where bases should stand; each answer of theirs carries a bound that no
other choice can pass.
"""

from dxkit.drones._backup import backup
from dxkit.drones._best_bases import best_bases
from dxkit.drones._budget_curve import budget_curve
from dxkit.drones._compare_modes import compare_modes
from dxkit.drones._delivery_cost import cost_per_delivery
from dxkit.drones._fewest_bases import fewest_bases
from dxkit.drones._first_trials import first_trials
from dxkit.drones._flight_range import flight_range, flight_shape
from dxkit.drones._flyable import flyable
from dxkit.drones._need import need
from dxkit.drones._no_fly_circles import circles
from dxkit.drones._p_centre import centre_bases
from dxkit.drones._p_median import median_bases
from dxkit.drones._power_endurance import endurance_min, power_exponent
from dxkit.drones._reach import reach
from dxkit.drones._robustness import robustness
from dxkit.drones._runway_strips import runway_strips
from dxkit.drones._siting_result import Siting
from dxkit.drones._terrain import terrain_distances

__all__ = [
    "Siting",
    "backup",
    "best_bases",
    "budget_curve",
    "centre_bases",
    "circles",
    "compare_modes",
    "cost_per_delivery",
    "endurance_min",
    "fewest_bases",
    "first_trials",
    "flight_range",
    "flight_shape",
    "flyable",
    "median_bases",
    "need",
    "power_exponent",
    "reach",
    "robustness",
    "runway_strips",
    "terrain_distances",
]
