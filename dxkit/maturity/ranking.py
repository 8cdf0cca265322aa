"""Who is before whom, in ten thousand draws at once?"""

import numpy as np
from numpy.typing import NDArray

from dxkit.maturity.framework import Floats

Ranks = NDArray[np.int16]


def ranks_of(scores: Floats) -> Ranks:
    """Give the competition rank of each column in each row: 1 is the highest score, ties share the better rank.

    Missing scores rank behind everybody.
    """
    rows, count = scores.shape
    descending = np.argsort(np.where(np.isnan(scores), np.inf, -scores), axis=1)
    ordered = np.take_along_axis(scores, descending, axis=1)
    # a place is a new rank where the score differs from the one before
    place = np.arange(1, count + 1, dtype=np.int16)
    level = np.empty((rows, count), dtype=np.int16)
    level[:, 0] = 1
    level[:, 1:] = np.where(ordered[:, 1:] == ordered[:, :-1], 0, place[1:])
    np.maximum.accumulate(level, axis=1, out=level)
    ranks = np.empty((rows, count), dtype=np.int16)
    np.put_along_axis(ranks, descending, level, axis=1)
    return ranks


def quantiles(ranks: Ranks, shares: tuple[float, ...]) -> NDArray[np.int16]:
    """Give quantiles of each column's ranks as ranks that were drawn (inverted distribution function)."""
    at = np.clip(np.ceil(np.array(shares) * ranks.shape[0]).astype(int) - 1, 0, ranks.shape[0] - 1)
    return np.asarray(np.partition(np.ascontiguousarray(ranks.T), np.unique(at), axis=1)[:, at])


def above(ranks: Ranks) -> Floats:
    """Give, for each pair, the share of draws in which the row's unit is before the column's (a tie counts half)."""
    by_unit = np.ascontiguousarray(ranks.T)
    count, draws = by_unit.shape
    result = np.empty((count, count))
    for one in range(count):
        before = (by_unit[one] < by_unit).sum(axis=1, dtype=np.int64)
        level = (by_unit[one] == by_unit).sum(axis=1, dtype=np.int64)
        result[one] = (before + 0.5 * level) / draws
    return result


def tiers(ranks: Ranks, median: Floats, level: float) -> NDArray[np.intp]:
    """Group units whose order is not settled: a tier ends before the first unit that its head is ahead of with ``level``.

    A tier's head is its foremost unit; of the other pairs nothing need be known.
    """
    by_unit = np.ascontiguousarray(ranks.T)
    order = np.argsort(median, kind="stable")
    result = np.zeros(median.size, dtype=np.intp)
    tier, start = 1, 0
    while start < order.size:
        head = by_unit[order[start]]
        end = start + 1
        while end < order.size and _before(head, by_unit[order[end]]) < level:
            end += 1
        result[order[start:end]] = tier
        tier, start = tier + 1, end
    return result


def _before(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    return float(np.count_nonzero(one < other) + 0.5 * np.count_nonzero(one == other)) / one.size
