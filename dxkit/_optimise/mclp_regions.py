"""In which part of the columns is it open how many are to be chosen?

A search tree over single columns turns in circles where each has neighbours that cover nearly the
same: one goes out, the next comes in. How many columns stand in a whole region, such neighbours
included, says more: at most k or at least k + 1.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.cover import CoverMatrix

# a column belongs to a region whose rows hold at least this share of its weight
REGION_SHARE = 0.5
# a sum of shares nearer to a whole number than this says nothing
SMALLEST_DOUBT = 0.2
# a share nearer to a whole number counts as whole
WHOLE_SHARE = 1e-6


@dataclass(frozen=True)
class RegionLimit:
    """How many columns of a region a node holds: from ``low`` to ``high``.

    Attributes
    ----------
    region
        The position of the region among those of the search.
    low, high
        Both allowed; infinite where there is no limit.
    """

    region: int
    low: float
    high: float


def find_open_region(cover: CoverMatrix, shares: FloatArray) -> tuple[IntArray, float] | None:
    """Find the region whose sum of shares is furthest from a whole number.

    Parameters
    ----------
    shares
        Of all columns.

    Returns
    -------
    tuple
        The region's columns, ascending, and the sum of their shares; None where all sums are
        nearly whole.
    """
    is_whole = np.minimum(shares, 1 - shares) < WHOLE_SHARE
    broken = np.flatnonzero(~is_whole)
    if len(broken) < 2:
        return None
    columns = cover.float_columns
    best = None
    largest_doubt = SMALLEST_DOUBT
    # regions of columns that share rows which no whole column covers
    is_open = (cover.rows @ (is_whole & (shares > 0.5)).astype(float)) == 0
    labels = _label_components(sp.csr_array(columns[broken]), cover.weights * is_open)
    weights = columns @ cover.weights
    for label in range(int(labels.max()) + 1):
        core = broken[labels == label]
        is_row = np.zeros(len(cover.weights), dtype=np.float64)
        is_row[np.concatenate([_rows_of(columns, column) for column in core])] = 1.0
        inside = columns @ (cover.weights * is_row)
        region = np.flatnonzero(inside >= REGION_SHARE * weights)
        total = float(shares[region].sum())
        doubt = abs(total - round(total))
        if doubt > largest_doubt + WHOLE_SHARE:
            best, largest_doubt = (region, total), doubt
    return best


def _label_components(columns: sp.csr_array, weights: FloatArray) -> IntArray:
    """Label the columns, alike where they share rows with weight."""
    shared = sp.csr_array(columns @ sp.csr_array(columns.multiply(weights)).T)
    shared.eliminate_zeros()
    labels = np.full(len(shared.indptr) - 1, -1, dtype=np.intp)
    # not scipy's own search, whose first call takes a tenth of a second
    for start in range(len(labels)):
        if labels[start] >= 0:
            continue
        label = int(labels.max()) + 1
        waiting = [start]
        while waiting:
            column = waiting.pop()
            if labels[column] < 0:
                labels[column] = label
                waiting.extend(_rows_of(shared, column).tolist())
    return labels


def _rows_of(matrix: sp.csr_array, line: int) -> IntArray:
    return np.asarray(matrix.indices[matrix.indptr[line] : matrix.indptr[line + 1]])
