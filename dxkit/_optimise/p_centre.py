"""Which p columns have the least longest distance of any row to its nearest chosen column?

The p-centre problem, by halving the list of distances: at each one, the location set covering
problem says whether p columns cover every row.
"""

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise import set_cover
from dxkit._optimise.cover import ColumnChoice
from dxkit._optimise.deadline import Deadline


def minimise_longest_distance(
    km: FloatArray, count: int, fixed: IntArray, time_limit_s: float | None = None
) -> ColumnChoice:
    """Choose columns with the least longest distance to the nearest chosen one.

    Parameters
    ----------
    km
        Distances, row a place, column a base; infinite where there is no way.
    count, fixed, time_limit_s
        As for `dxkit._optimise.mclp.maximise_coverage`.
    """
    if not len(km):
        return ColumnChoice(_fill_up(fixed, count, km.shape[1]), 0.0, 0.0)
    deadline = Deadline(time_limit_s)
    steps = np.unique(km[np.isfinite(km)])
    # nobody is nearer than to the nearest column of all
    low = int(np.searchsorted(steps, km.min(axis=1).max()))
    high = len(steps) - 1
    lowest_possible = low
    is_reproducible = True
    best = fixed
    # each question halves the list: ten questions for a thousand distances
    while low <= high:
        middle = (low + high) // 2
        within = sp.csr_array((km <= steps[middle]).astype(np.int8))
        choice = set_cover.choose_fewest(within, np.ones(len(km)), 1.0, fixed, deadline.remaining_s)
        is_reproducible &= choice.is_reproducible
        if choice.value <= count:
            best = choice.columns
            high = int(np.searchsorted(steps, km[:, best].min(axis=1).max())) - 1
        else:
            low = middle + 1
            # a covering that a limit stopped proves only what its bound says
            if choice.bound > count:
                lowest_possible = low
    columns = _fill_up(best, count, km.shape[1])
    value = float(km[:, columns].min(axis=1).max())
    return ColumnChoice(columns, value, min(value, float(steps[lowest_possible])), is_reproducible)


def _fill_up(columns: IntArray, count: int, column_count: int) -> IntArray:
    """Add the first columns that are not chosen yet, until there are ``count``."""
    spare = np.setdiff1d(np.arange(column_count), columns)
    return np.union1d(columns, spare[: count - len(columns)])
