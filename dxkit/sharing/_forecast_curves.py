"""In which shapes may the number of people in shelters fall, and with which parameters?

Every family is a grid of parameters with a function from hours to the logarithm of the share that
is left. A grid instead of a sampler makes each answer the same on every run.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dxkit._arrays import FloatArray

HOURS_A_DAY = 24.0
GRID_SIZE = 80
# grids of two parameters have this many values of each
PAIR_GRID_SIZE = 36
# a day's rate of those who stay long, in the two-rate family
SLOW_RATE = 0.015


@dataclass(frozen=True)
class CurveFamily:
    """A grid of curves: parameters as the hierarchy sees them, and the logarithm of what is left.

    ``parameters`` has a row a curve; ``log_left(hours)`` has a row a curve and a column an hour.
    """

    parameters: FloatArray
    log_left: Callable[[FloatArray], FloatArray]


def build_exponential() -> CurveFamily:
    """Build curves with one rate of leaving each."""
    rate = np.geomspace(0.003, 0.6, GRID_SIZE)[:, None]
    return CurveFamily(np.log(rate), lambda hours: -rate * hours / HOURS_A_DAY)


def build_lomax(scale_days: float) -> CurveFamily:
    """Build Lomax curves with one scale in days: the hazard on day t is shape / (t + scale)."""
    # the mean hazard of the first days is what the places differ in
    shape = np.geomspace(0.003, 0.8, GRID_SIZE)[:, None] * (scale_days + 3)
    return CurveFamily(
        np.log(shape), lambda hours: -shape * np.log1p(hours / HOURS_A_DAY / scale_days)
    )


def build_free_lomax() -> CurveFamily:
    """Build Lomax curves in which shape and scale both vary."""
    grids = np.meshgrid(np.geomspace(0.2, 6, PAIR_GRID_SIZE), np.geomspace(0.3, 40, PAIR_GRID_SIZE))
    shape, scale = (grid.reshape(-1, 1) for grid in grids)
    return CurveFamily(
        np.log(np.hstack([shape, scale])),
        lambda hours: -shape * np.log1p(hours / HOURS_A_DAY / scale),
    )


def build_two_rates() -> CurveFamily:
    """Build mixtures of those who leave soon and those who stay long."""
    grids = np.meshgrid(np.linspace(-3, 3, PAIR_GRID_SIZE), np.geomspace(0.02, 0.8, PAIR_GRID_SIZE))
    log_odds, rate = (grid.reshape(-1, 1) for grid in grids)
    soon = 1 / (1 + np.exp(-log_odds))

    def compute_log_left(hours: FloatArray) -> FloatArray:
        days = hours / HOURS_A_DAY
        left = soon * np.exp(-rate * days) + (1 - soon) * np.exp(-SLOW_RATE * days)
        return np.asarray(np.log(left), dtype=float)

    return CurveFamily(np.hstack([log_odds, np.log(rate)]), compute_log_left)


FAMILIES: dict[str, Callable[[], CurveFamily]] = {
    "指数": build_exponential,
    "ロマックス3日": lambda: build_lomax(3.0),
    "ロマックス10日": lambda: build_lomax(10.0),
    "ロマックス30日": lambda: build_lomax(30.0),
    "ロマックス2母数": build_free_lomax,
    "2つの率": build_two_rates,
}
