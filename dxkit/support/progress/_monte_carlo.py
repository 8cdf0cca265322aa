"""When might each system be through, if it goes on about as fast as so far? One draw after another.

`draw_finish_months` takes steps to arrive at a steady pace (a Poisson process). How fast a
system's steps arrived so far is known only roughly, more so where few have; systems of one
municipality usually move together, so each pace leans towards its municipality's. How fast they
will arrive is one factor for all and one for each municipality, both unknown. What remains then
takes a gamma time.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, ndtr

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.support.progress._pace_assumptions import (
    FUTURE_FROM_ONE_DATE,
    NINETY_PERCENT,
    PaceAssumptions,
)

# half a step more is Jeffreys' prior of a Poisson rate
JEFFREYS_STEPS = 0.5
# steps a month below which a pace is as good as nought
LEAST_PACE = 1e-9


@dataclass(frozen=True, slots=True)
class SystemArrays:
    """Systems of municipalities as arrays, one element a municipality and system.

    Attributes
    ----------
    steps_gained
        Steps done while the pace was watched.
    steps_left
        Steps that remain.
    municipality
        Position of the municipality.
    is_listed
        Whether on the extension list.
    delay_months
        Further months, if a vendor is late.
    """

    steps_gained: FloatArray
    steps_left: FloatArray
    municipality: IntArray
    is_listed: BoolArray
    delay_months: FloatArray

    @property
    def municipality_count(self) -> int:
        """How many municipalities there are."""
        return int(self.municipality.max(initial=-1)) + 1


def draw_finish_months(
    systems: SystemArrays,
    months_watched: tuple[float, float],
    months_of_list: float,
    pace: PaceAssumptions,
    *,
    draws: int,
    seed: int,
) -> FloatArray:
    """Draw when each system is through.

    Parameters
    ----------
    systems
        The systems.
    months_watched
        Shortest and longest time over which the steps were gained; one drawn for all.
    months_of_list
        Months from now to the first deadline: listed systems are through only after it, as the
        list says; 0 where it has passed.
    pace, draws, seed
        Assumptions, how many draws, and the seed.

    Returns
    -------
    numpy.ndarray
        draws × systems, in months from now; 0 where nothing remains.
    """
    rng = np.random.default_rng(seed)
    by_municipality = (draws, systems.municipality_count)
    # how long work has gone on is itself uncertain, and the same for all in a draw
    watched = rng.uniform(*months_watched, size=(draws, 1))
    slow, fast = np.log(pace.future or FUTURE_FROM_ONE_DATE)
    # the two ends hold nine futures of ten of a lognormal factor
    sigma = (fast - slow) / 2 / NINETY_PERCENT
    # the future factor: a part that all have in common and a part of each municipality
    common = rng.normal((slow + fast) / 2, sigma * np.sqrt(pace.shared), size=(draws, 1))
    individual = rng.normal(0.0, sigma * np.sqrt(1 - pace.shared), size=by_municipality)
    factor = np.exp(common + individual[:, systems.municipality])
    rate = _draw_rates(systems, watched, pace, rng) * factor
    # gamma times whose luck is partly the municipality's own (a Gaussian copula)
    luck = np.sqrt(pace.together) * rng.normal(size=by_municipality)[:, systems.municipality]
    luck += np.sqrt(1 - pace.together) * rng.normal(size=(draws, len(systems.steps_left)))
    is_open = systems.steps_left > 0
    # the gamma quantile of each one's luck: so many steps at that pace
    needed = gammaincinv(np.where(is_open, systems.steps_left, 1.0), ndtr(luck)) / rate
    rest = rng.uniform(*pace.wait_months, size=by_municipality)[:, systems.municipality]
    # a listed system rests first, and is never through before the first deadline has passed
    after_rest = np.maximum(
        needed + rest + systems.delay_months, np.nextafter(months_of_list, np.inf)
    )
    months = np.where(systems.is_listed, after_rest, needed + systems.delay_months)
    return np.where(is_open, months, 0.0)


def _draw_rates(
    systems: SystemArrays, watched: FloatArray, pace: PaceAssumptions, rng: np.random.Generator
) -> FloatArray:
    """Draw the steps a month of each system so far."""
    count = systems.municipality_count
    # the municipality's mean pace, towards which each of its systems leans
    steps = np.bincount(systems.municipality, systems.steps_gained, minlength=count)
    sizes = np.maximum(np.bincount(systems.municipality, minlength=count), 1)
    mean = ((steps + JEFFREYS_STEPS) / sizes)[systems.municipality] / watched
    # gamma posterior of a Poisson rate, with ``lean`` steps seen at the municipality's mean pace
    shape = systems.steps_gained + JEFFREYS_STEPS + pace.lean
    rates = rng.gamma(shape, size=(len(watched), len(shape)))
    return np.maximum(rates / (watched + pace.lean / mean), LEAST_PACE)
