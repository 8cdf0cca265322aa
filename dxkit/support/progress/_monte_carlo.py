"""When might each system be through, if it goes on about as fast as so far? One draw after another.

Steps are taken to arrive at a steady pace (a Poisson process). How fast a system's steps arrived so far is known only roughly,
more so where few have; systems of one municipality usually move together, so each pace leans towards its municipality's. How
fast they will arrive is one factor for all and one for each municipality, both unknown. What remains then takes a gamma time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr

from dxkit.errors import ChoiceError

Floats = NDArray[np.float64]
# 90 % of a normal distribution lies within so many standard deviations
NINETY = 1.645
# times as fast as so far, where one date or two are known
FUTURE, FUTURE_OF_TWO = (0.5, 4.0), (0.5, 2.0)


@dataclass(frozen=True)
class Pace:
    """What one snapshot cannot tell and the forecast assumes; change any of it and see what follows.

    Attributes
    ----------
    start
        Earliest and latest month in which work on the steps began ("2021-09" is the month in which the law came into force).
        Not used where the table holds two dates or more: the pace between them is taken then.
    future
        Nine futures of ten go between so many times as fast as so far. By default 0.5 to 4 where the table holds one date (the
        mean since work began includes slow first years), and 0.5 to 2 where it holds two.
    shared
        The part (0–1) of that which all municipalities have in common, such as vendors short of engineers.
    lean
        How strongly a system's pace leans towards its municipality's: as if so many steps had been seen at that pace.
    together
        How much (0–1) the systems of one municipality hang together in what remains: 0 each by itself, 1 all at one stroke.
        In the shipped figures of 2026-01 the intraclass correlation of shares within municipalities is 0.59.
    wait_months
        Least and most months for which listed systems (特定移行) rest before they move on.
    """

    start: tuple[str, str] = ("2021-09", "2023-04")
    future: tuple[float, float] | None = None
    shared: float = 0.5
    lean: float = 20.0
    together: float = 0.6
    wait_months: tuple[float, float] = (0.0, 24.0)

    def __post_init__(self) -> None:
        if self.future is not None and not 0 < self.future[0] <= self.future[1]:
            raise ChoiceError(
                f"future={self.future} は使えません。0より大きい（遅い, 速い）の順にしてください。例: (0.5, 4)"
            )
        for name in ("shared", "together"):
            if not 0 <= getattr(self, name) <= 1:
                raise ChoiceError(
                    f"{name}={getattr(self, name)} は使えません。0〜1にしてください。"
                )
        if not self.lean >= 0:
            raise ChoiceError(f"lean={self.lean} は使えません。0以上にしてください。")
        if not 0 <= self.wait_months[0] <= self.wait_months[1]:
            raise ChoiceError(
                f"wait_months={self.wait_months} は使えません。0以上の（短い, 長い）の順にしてください。"
            )


@dataclass(frozen=True, slots=True)
class Cells:
    """Systems of municipalities as arrays.

    Attributes
    ----------
    gained
        Steps done while the pace was watched.
    left
        Steps that remain.
    town
        Position of the municipality.
    listed
        Whether on the extension list.
    delay
        Further months, if a vendor is late.
    """

    gained: Floats
    left: Floats
    town: NDArray[np.intp]
    listed: NDArray[np.bool_]
    delay: Floats


def finishing(
    cells: Cells,
    months: tuple[float, float],
    to_deadline: float,
    pace: Pace,
    *,
    draws: int,
    seed: int,
) -> Floats:
    """Draw when each system is through.

    Parameters
    ----------
    cells
        The systems.
    months
        Shortest and longest time over which the steps were gained; one drawn for all.
    to_deadline
        Months from now to the deadline: listed systems are through only after it, as the list says.
    pace, draws, seed
        Assumptions, how many draws, and the seed.

    Returns
    -------
    numpy.ndarray
        draws × systems, in months from now; 0 where nothing remains.
    """
    random = np.random.default_rng(seed)
    count, towns = len(cells.left), int(cells.town.max(initial=-1)) + 1
    watched = random.uniform(*months, size=(draws, 1))
    slow, fast = np.log(pace.future or FUTURE)
    sigma = (fast - slow) / 2 / NINETY
    common = random.normal((slow + fast) / 2, sigma * np.sqrt(pace.shared), size=(draws, 1))
    own = random.normal(0.0, sigma * np.sqrt(1 - pace.shared), size=(draws, towns))
    rate = _rates(cells, watched, pace, random) * np.exp(common + own[:, cells.town])
    # gamma times whose luck is partly the municipality's own (a Gaussian copula)
    luck = np.sqrt(pace.together) * random.normal(size=(draws, towns))[:, cells.town]
    luck += np.sqrt(1 - pace.together) * random.normal(size=(draws, count))
    needed = gammaincinv(np.where(cells.left > 0, cells.left, 1.0), ndtr(luck)) / rate
    rest = random.uniform(*pace.wait_months, size=(draws, towns))[:, cells.town]
    later = np.maximum(needed + rest + cells.delay, np.nextafter(to_deadline, np.inf))
    return np.where(cells.left > 0, np.where(cells.listed, later, needed + cells.delay), 0.0)


def _rates(cells: Cells, watched: Floats, pace: Pace, random: np.random.Generator) -> Floats:
    """Draw steps a month of each system so far; half a step more is Jeffreys' prior of a rate."""
    towns = int(cells.town.max(initial=-1)) + 1
    sums = np.bincount(cells.town, cells.gained, minlength=towns) + 0.5
    mean = (sums / np.maximum(np.bincount(cells.town, minlength=towns), 1))[cells.town] / watched
    shape = cells.gained + 0.5 + pace.lean
    drawn: Floats = random.gamma(shape, size=(len(watched), len(shape))) / (
        watched + pace.lean / mean
    )
    return np.maximum(drawn, 1e-9)
