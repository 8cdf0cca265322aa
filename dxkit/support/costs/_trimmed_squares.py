"""Which line of logarithms do most estimates agree on, however dear the others are?

`fit_line` fits log(yen) = a + b · log(people) by least trimmed squares (Rousseeuw 1984): of all
lines through two estimates, each improved by concentration steps (Rousseeuw and Van Driessen
2006), the one with the least sum over the ``coverage`` of smallest squares; then by least squares
over the estimates within ``cut`` spreads, repeated until they stay the same. The spread is made
consistent for normal errors. With a coverage of 0.75 up to a quarter of the estimates may be dear;
0.5 bears nearly half, and calls more fair ones dear.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import ndtr, ndtri

from dxkit._arrays import FloatArray

# spreads from the line to an estimate that is out of line
CUT = 2.5
COVERAGE = 0.75
# lines through two estimates to begin with, at most
MAX_STARTS = 2000
# concentration steps; the fits of so few figures stand still long before
MAX_STEPS = 12
# quotes are rounded: a smaller spread (of logarithms) is no spread
LEAST_SPREAD = 0.01


@dataclass(frozen=True)
class FittedLine:
    """A fitted line of logarithms and the spread around it."""

    base: float
    slope: float
    spread: float

    def log_cost(self, logs: FloatArray) -> FloatArray:
        """Compute the logarithm of the usual cost for these logarithms of people."""
        return self.base + self.slope * logs


def fit_line(
    logs: FloatArray, costs: FloatArray, cut: float = CUT, coverage: float = COVERAGE
) -> FittedLine:
    """Fit the line that most estimates agree on, and the spread of those in line with it."""
    # the estimates that the line must fit; as many others may be as dear as they like
    n_core = _count_core(len(logs), coverage)
    base, slope = _fit_trimmed(logs, costs, n_core)
    # the smallest squares are too small for a spread, hence the correction
    squares = np.sort((costs - base - slope * logs) ** 2)[:n_core]
    spread = np.sqrt(squares.mean()) / _compute_shrinkage(n_core / len(logs))
    line = FittedLine(base, slope, _limit_spread(spread))
    in_line = np.zeros(len(logs), dtype=bool)
    for _ in range(MAX_STEPS):
        within = np.abs(costs - line.log_cost(logs)) <= cut * line.spread
        # stop where nothing changes, or where fewer than the core would be left
        if (within == in_line).all() or within.sum() < n_core:
            break
        in_line = within
        line = _refit_line(logs[in_line], costs[in_line], cut)
    return line


def _count_core(n_estimates: int, coverage: float) -> int:
    # (n + 3) / 2 is the least that makes a line of two figures sure
    return max((n_estimates + 3) // 2, int(np.ceil(coverage * n_estimates)))


def _refit_line(logs: FloatArray, costs: FloatArray, cut: float) -> FittedLine:
    """Fit least squares to the estimates in line, with a spread corrected for the cut."""
    bases, slopes = _fit_least_squares(logs[None], costs[None])
    base = float(bases[0])
    slope = float(slopes[0])
    residuals = costs - base - slope * logs
    spread = np.sqrt((residuals**2).sum() / (len(logs) - 2))
    return FittedLine(base, slope, _limit_spread(spread / _compute_shrinkage(2 * ndtr(cut) - 1)))


def _fit_trimmed(logs: FloatArray, costs: FloatArray, n_core: int) -> tuple[float, float]:
    """Find the line with the least sum of the smallest squares, from lines through two figures."""
    pairs = np.array(list(combinations(range(len(logs)), 2)))
    # every k-th pair where there are too many
    pairs = pairs[:: -(-len(pairs) // MAX_STARTS)]
    base, slope = _fit_least_squares(logs[pairs], costs[pairs])
    for _ in range(MAX_STEPS):
        # a concentration step: refit each line to the estimates closest to it
        squares = (costs - base[:, None] - slope[:, None] * logs) ** 2
        nearest = np.argpartition(squares, n_core - 1, axis=1)[:, :n_core]
        base, slope = _fit_least_squares(logs[nearest], costs[nearest])
    squares = np.sort((costs - base[:, None] - slope[:, None] * logs) ** 2, axis=1)[:, :n_core]
    # of the lines improved so far the one with the smallest trimmed sum
    best = int(np.argmin(squares.sum(axis=1)))
    return float(base[best]), float(slope[best])


def _fit_least_squares(logs: FloatArray, costs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fit base and slope to each row; people that are all the same make a level line."""
    # centred sums lose fewer digits than sums of raw squares
    mean_log = logs.mean(axis=1, keepdims=True)
    mean_cost = costs.mean(axis=1, keepdims=True)
    variation = ((logs - mean_log) ** 2).sum(axis=1)
    covariation = ((logs - mean_log) * (costs - mean_cost)).sum(axis=1)
    slope = covariation / np.where(variation > 0, variation, 1.0)
    return mean_cost[:, 0] - slope * mean_log[:, 0], slope


def _compute_shrinkage(share: float) -> float:
    """Compute how much smaller the spread of a normal distribution's middle share is."""
    if share >= 1:
        return 1.0
    edge = ndtri((1 + share) / 2)
    # the normal density there
    density = np.exp(-(edge**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.sqrt(1 - 2 * edge * density / share))


def _limit_spread(spread: float) -> float:
    return max(float(spread), LEAST_SPREAD)
