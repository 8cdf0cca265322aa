"""How well would the simplest rules have done?

The rivals that stand beside every forecast: the last value, the place's own exponential, 6 % a day
and one Lomax curve of the other events without the place's own counts.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import least_squares

from dxkit._arrays import FloatArray
from dxkit.sharing._forecast_curves import HOURS_A_DAY
from dxkit.sharing._forecast_hierarchy import LAST_LEARNED_HOUR, Counts

RIVALS = {
    "last_value": "最後の値のまま",
    "own_exponential": "自分の値の指数曲線",
    "six_percent": "1日6％減",
    "lomax_alone": "ほかの災害のロマックス",
}
FIXED_RATE = 0.06
# logarithms of shape and of scale in days
LOWEST_PARAMETERS = (-2.0, -2.0)
HIGHEST_PARAMETERS = (2.5, 5.0)
FIRST_GUESS = (0.0, 1.0)


def predict_rivals(
    archive: Sequence[Counts], counts: Counts, hours: FloatArray
) -> dict[str, FloatArray]:
    """Predict people at each hour with every rival."""
    falling = counts.select_from_largest()
    last_hour = falling.hours[-1]
    last = falling.people[-1]
    days = (hours - last_hour) / HOURS_A_DAY
    shape, scale = fit_lomax(archive)
    left = (hours / HOURS_A_DAY + scale) / (last_hour / HOURS_A_DAY + scale)
    return {
        "last_value": np.full(len(hours), last),
        "own_exponential": last * np.exp(-_fit_rate(falling) * days),
        "six_percent": last * (1 - FIXED_RATE) ** days,
        "lomax_alone": last * left**-shape,
    }


def fit_lomax(archive: Sequence[Counts]) -> tuple[float, float]:
    """Fit shape and scale (days) of one Lomax curve to all events, each with the same weight."""
    series = [counts.select_until(LAST_LEARNED_HOUR).select_from_largest() for counts in archive]
    series = [counts for counts in series if len(counts.hours) > 1]

    def compute_misses(logs: FloatArray) -> FloatArray:
        shape, scale = np.exp(logs)
        misses = []
        for counts in series:
            days = counts.hours / HOURS_A_DAY + scale
            left = (days / days[0]) ** -shape
            misses.append((left - counts.people / counts.people[0]) / np.sqrt(len(days)))
        return np.concatenate(misses)

    if not series:
        # nothing to learn from: hardly anybody leaves
        return float(np.exp(LOWEST_PARAMETERS[0])), 1.0
    fit = least_squares(compute_misses, FIRST_GUESS, bounds=(LOWEST_PARAMETERS, HIGHEST_PARAMETERS))
    shape, scale = np.exp(fit.x)
    return float(shape), float(scale)


def _fit_rate(falling: Counts) -> float:
    """Fit the place's own daily rate; 0 where one count, or growth, tells none."""
    if np.ptp(falling.hours) == 0:
        return 0.0
    slope = np.polyfit(falling.hours / HOURS_A_DAY, np.log(falling.people), 1)[0]
    return max(0.0, -float(slope))
