"""What do past disasters tell of how fast a place empties, and what do its own counts add?

The logarithm of a count is level + curve + drift + counting noise. The level is unknown, the drift
a Wiener process in log time, and the curve's parameters are normal over the events; mean and spread
of that normal come from the archive by expectation-maximisation, and are widened for the few events
there are. The place's own counts then weigh the curves (Bayes' rule on the grid).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.sharing._forecast_curves import FAMILIES, HOURS_A_DAY, CurveFamily

# standard deviation of a count's logarithm: two counts of one day differ by 5 to 10 %
COUNT_NOISE = 0.1
# variance of the logarithm of the level before any count: it says nothing
LEVEL_VARIANCE = 100.0
# later counts of the archive belong to the closing of shelters, not to people's leaving
LAST_LEARNED_HOUR = 1500.0
EM_STEPS = 60
SAMPLES = 4000
# a shelter count of nobody, so that it has a logarithm
NOBODY = 0.5


@dataclass(frozen=True)
class Counts:
    """Hours since the event and people, sorted by hour; zeros are already `NOBODY`."""

    hours: FloatArray
    people: FloatArray

    def select_until(self, hour: float) -> "Counts":
        """Return the counts up to an hour."""
        is_early = self.hours <= hour
        return Counts(self.hours[is_early], self.people[is_early])

    def select_from_largest(self) -> "Counts":
        """Return the counts from the largest on: before it people were still coming."""
        first = int(self.people.argmax())
        return Counts(self.hours[first:], self.people[first:])

    def select_from_hour(self, hour: float) -> "Counts":
        """Return the counts from an hour on, or all where there are none."""
        is_late = self.hours >= hour
        return Counts(self.hours[is_late], self.people[is_late]) if is_late.any() else self


@dataclass(frozen=True)
class Variant:
    """One way to set the model up: curve family, which counts it learns from, drift, spread.

    ``first_hour`` is ``None`` where counts are used from the largest on; ``least_spread`` is the
    least standard deviation of a parameter over the events.
    """

    family: str
    first_hour: float | None
    drift: float
    least_spread: float

    def __str__(self) -> str:
        start = "最大の値から" if self.first_hour is None else f"{self.first_hour:g}時間から"
        return f"{self.family}・{start}・ゆらぎ{self.drift:g}・幅{self.least_spread:g}以上"

    def select_counts(self, counts: Counts) -> Counts:
        """Select the counts from which this variant learns."""
        if self.first_hour is None:
            return counts.select_from_largest()
        return counts.select_from_hour(self.first_hour)


@cache
def build_family(name: str) -> CurveFamily:
    """Build a family once."""
    return FAMILIES[name]()


def compute_covariance(variant: Variant, left: FloatArray, right: FloatArray) -> FloatArray:
    """Compute the covariance of level and drift between two lists of hours."""
    drift = np.minimum.outer(np.log1p(left / HOURS_A_DAY), np.log1p(right / HOURS_A_DAY))
    return np.asarray(LEVEL_VARIANCE + variant.drift * drift, dtype=float)


def compute_log_likelihood(variant: Variant, counts: Counts) -> FloatArray:
    """Compute the log likelihood of counts under every curve of the family."""
    noise = COUNT_NOISE**2 * np.eye(len(counts.hours))
    covariance = compute_covariance(variant, counts.hours, counts.hours) + noise
    log_left = build_family(variant.family).log_left(counts.hours)
    # the first count sets the level, which the covariance leaves open
    residual = np.log(counts.people / counts.people[0]) - (log_left - log_left[:, :1])
    whitened = np.linalg.solve(np.linalg.cholesky(covariance), residual.T)
    return np.asarray(-0.5 * (whitened**2).sum(axis=0), dtype=float)


def learn_population(variant: Variant, archive: Sequence[Counts]) -> FloatArray:
    """Learn the log density of the curves over events from several events' counts."""
    parameters = build_family(variant.family).parameters
    series = [variant.select_counts(counts.select_until(LAST_LEARNED_HOUR)) for counts in archive]
    evidence = [
        compute_log_likelihood(variant, counts) for counts in series if len(counts.hours) > 1
    ]
    if not evidence:
        # nothing to learn from: every curve is as likely as any
        return np.zeros(len(parameters))
    mean = parameters.mean(axis=0)
    spread = parameters.std(axis=0)
    for _ in range(EM_STEPS):
        log_weight = np.array(evidence) + compute_log_density(parameters, mean, spread)
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        mean = (weight @ parameters).mean(axis=0)
        variance = (weight @ ((parameters - mean) ** 2)).mean(axis=0)
        spread = np.maximum(np.sqrt(variance), variant.least_spread)
    # few events leave mean and spread uncertain themselves
    widening = np.sqrt((len(evidence) + 1) / max(len(evidence) - 1, 1))
    return compute_log_density(parameters, mean, spread * widening)


def compute_log_density(parameters: FloatArray, mean: FloatArray, spread: FloatArray) -> FloatArray:
    """Compute the logarithm of an unscaled normal density with independent parameters."""
    return np.asarray(-0.5 * (((parameters - mean) / spread) ** 2).sum(axis=1), dtype=float)


def sample_people(
    variant: Variant, population: FloatArray, counts: Counts, hours: FloatArray, seed: int
) -> FloatArray:
    """Sample what would be counted: one row a sample, one column an hour."""
    series = variant.select_counts(counts)
    log_weight = population + compute_log_likelihood(variant, series)
    weight = np.exp(log_weight - log_weight.max())
    between = compute_covariance(variant, hours, series.hours)
    noise = COUNT_NOISE**2
    covariance = compute_covariance(variant, series.hours, series.hours)
    gain = np.linalg.solve(covariance + noise * np.eye(len(series.hours)), between.T).T
    log_left = build_family(variant.family).log_left
    # conditional mean and variance of a normal vector, curve by curve
    first_left = log_left(series.hours[:1])
    first_people = series.people[0]
    residual = np.log(series.people / first_people) - (log_left(series.hours) - first_left)
    mean = np.log(first_people) + log_left(hours) - first_left + residual @ gain.T
    prior_variance = LEVEL_VARIANCE + variant.drift * np.log1p(hours / HOURS_A_DAY)
    variance = prior_variance - (gain * between).sum(axis=1) + noise
    random = np.random.default_rng(seed)
    curves = random.choice(len(weight), SAMPLES, p=weight / weight.sum())
    # one shock a sample for all hours: asking for one hour more does not change the others
    shock = random.standard_normal((SAMPLES, 1))
    return np.asarray(np.exp(mean[curves] + shock * np.sqrt(np.maximum(variance, noise))))
