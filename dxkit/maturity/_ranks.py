"""Who is before whom, in ten thousand draws at once?"""

import numpy as np
from numpy.typing import NDArray

from dxkit.maturity._framework import Floats

Ranks = NDArray[np.int16]


def ranks_of(scores: Floats) -> Ranks:
    """Give the competition rank of each column in each row: 1 is the highest score, ties share the better rank.

    Scores that agree to about twelve digits are level: the rest is rounding. Missing scores rank behind everybody.

    Notes
    -----
    A number below 0 or above it keeps its order as a 64-bit integer once negative ones are turned over, so a score and its
    column fit into one integer, and sorting those takes half the time of sorting positions.
    """
    count = scores.shape[1]
    bits = max(count - 1, 1).bit_length()
    keys = np.where(np.isnan(scores), np.inf, 0.0 - scores).view(np.int64)
    keys ^= (keys >> 63) & np.int64(2**63 - 1)
    keys = ((keys + (1 << (bits - 1))) >> bits << bits) | np.arange(count)
    keys.sort(axis=1)
    return _places(keys, bits)


def _places(keys: NDArray[np.int64], bits: int) -> Ranks:
    """Give each column its place in the sorted row, level ones the first of theirs."""
    rows, count = keys.shape
    places = np.broadcast_to(np.arange(1, count + 1, dtype=np.int16), keys.shape)
    level = keys[:, 1:] >> bits == keys[:, :-1] >> bits
    if level.any():
        places = places.copy()
        places[:, 1:][level] = 0
        np.maximum.accumulate(places, axis=1, out=places)
    ranks = np.empty(keys.size, dtype=np.int16)
    ranks[((keys & ((1 << bits) - 1)) + np.arange(rows)[:, None] * count).ravel()] = places.ravel()
    return ranks.reshape(keys.shape)


def by_unit(ranks: Ranks) -> Ranks:
    """Give units × draws, each unit's ranks side by side in memory."""
    return np.ascontiguousarray(ranks.T)


def quantiles(units: Ranks, shares: tuple[float, ...]) -> NDArray[np.int16]:
    """Give quantiles of each row of `by_unit` as ranks that were drawn (inverted distribution function)."""
    draws = units.shape[1]
    at = np.clip(np.ceil(np.array(shares) * draws).astype(int) - 1, 0, draws - 1)
    # a stable sort of 16-bit integers counts them instead of comparing
    return np.asarray(np.sort(units, axis=1, kind="stable")[:, at])


def above(units: Ranks) -> Floats:
    """Give, for each pair, the share of draws in which the row's unit is before the column's (a tie counts half)."""
    count, draws = units.shape
    result = np.empty((count, count))
    for one in range(count):
        before = np.count_nonzero(units[one] < units, axis=1)
        level = np.count_nonzero(units[one] == units, axis=1)
        result[one] = (before + 0.5 * level) / draws
    return result


def tiers(units: Ranks, median: Floats, level: float) -> NDArray[np.intp]:
    """Group units whose order is not settled: a tier ends before the first unit that its head is ahead of with ``level``.

    A tier's head is its foremost unit; of the other pairs nothing need be known.
    """
    order = np.argsort(median, kind="stable")
    result = np.zeros(median.size, dtype=np.intp)
    tier, start = 1, 0
    while start < order.size:
        head = units[order[start]]
        end = start + 1
        while end < order.size and _before(head, units[order[end]]) < level:
            end += 1
        result[order[start:end]] = tier
        tier, start = tier + 1, end
    return result


def _before(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    return float(np.count_nonzero(one < other) + 0.5 * np.count_nonzero(one == other)) / one.size
