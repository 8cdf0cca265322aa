"""What do ten thousand draws of ranks say together?"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.maturity._competition_ranks import RankArray


def group_by_unit(ranks: RankArray) -> RankArray:
    """Turn draws × units into units × draws, each unit's ranks side by side in memory."""
    return np.ascontiguousarray(ranks.T)


def find_quantiles(unit_ranks: RankArray, shares: tuple[float, ...]) -> RankArray:
    """Find quantiles of each unit as ranks that were drawn (inverted distribution function)."""
    draws = unit_ranks.shape[1]
    position = np.clip(np.ceil(np.array(shares) * draws).astype(int) - 1, 0, draws - 1)
    # a stable sort of 16-bit integers counts them instead of comparing
    return np.asarray(np.sort(unit_ranks, axis=1, kind="stable")[:, position])


def count_above(unit_ranks: RankArray) -> FloatArray:
    """Count, for each pair, the share of draws in which the row's unit is before the column's.

    A tie counts half.
    """
    n_units, draws = unit_ranks.shape
    shares = np.full((n_units, n_units), 0.5)

    def fill_row(unit: int) -> None:
        # one half of the table: the other half is what is left to 1
        others = unit_ranks[unit + 1 :]
        before = _count_true(unit_ranks[unit] < others)
        not_after = _count_true(unit_ranks[unit] <= others)
        row = (before + not_after) / (2 * draws)
        shares[unit, unit + 1 :] = row
        shares[unit + 1 :, unit] = 1 - row

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        # every row writes cells of its own
        list(pool.map(fill_row, range(n_units)))
    return shares


def _count_true(flags: BoolArray) -> IntArray:
    """Count the true ones of each row; eight flags a byte are counted at once."""
    packed = np.packbits(flags, axis=1)
    return np.asarray(np.bitwise_count(packed).sum(axis=1, dtype=np.intp))


def group_tiers(unit_ranks: RankArray, median: FloatArray, level: float) -> IntArray:
    """Group units whose order is not settled.

    A tier ends before the first unit that its head is ahead of with ``level``. Its head is its
    foremost unit; of the other pairs nothing need be certain.
    """
    order = np.argsort(median, kind="stable")
    tiers = np.zeros(median.size, dtype=np.intp)
    tier = 1
    start = 0
    while start < order.size:
        head = unit_ranks[order[start]]
        end = start + 1
        while end < order.size and _share_before(head, unit_ranks[order[end]]) < level:
            end += 1
        tiers[order[start:end]] = tier
        tier += 1
        start = end
    return tiers


def _share_before(head: RankArray, unit: RankArray) -> float:
    before = np.count_nonzero(head < unit)
    return float(before + 0.5 * np.count_nonzero(head == unit)) / head.size
