"""Which p columns have the least summed distance of all rows to their nearest chosen column?

The p-median problem (Hakimi 1964; ReVelle and Swain 1970) by way of coverage. For a place with
sorted distances D₁ < D₂ < …, its distance to the nearest base is D_max less the steps D_{k+1} − D_k
whose ring D_k holds a base; so the p-median is a maximal covering problem whose rows are the rings,
weighted w · (D_{k+1} − D_k) (Church 2003; García, Labbé and Marín 2011). Only the nearest rings are
written down; where an answer leaves them, more are.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.cover import ColumnChoice
from dxkit._optimise.deadline import Deadline
from dxkit._optimise.mclp import maximise_coverage

# rings of a place that are written at first, beside one for each time that p goes into the columns
FIRST_RINGS = 4
# relative: a bound nearer than this counts as reached
BOUND_TOLERANCE = 1e-7


@dataclass(frozen=True)
class RankedDistances:
    """Each row's columns from near to far (``order``), and their distances (``km``)."""

    order: IntArray
    km: FloatArray

    def distance_of(self, ring: IntArray) -> FloatArray:
        """Look up each row's distance to the column of this rank."""
        return np.asarray(self.km[np.arange(len(self.km)), ring])


def minimise_mean_distance(
    km: FloatArray,
    weights: FloatArray,
    count: int,
    fixed: IntArray,
    time_limit_s: float | None = None,
) -> ColumnChoice:
    """Choose columns with the least Σ w · (distance to the nearest chosen one).

    With r rings written, a place farther than its rings counts as if at the next: a lower bound,
    and exact once every place of the answer lies within its rings; else those places get twice as
    many.

    Parameters
    ----------
    km
        Finite distances, row a place, column a base.
    weights, count, fixed, time_limit_s
        As for `dxkit._optimise.mclp.maximise_coverage`.
    """
    deadline = Deadline(time_limit_s)
    order = np.argsort(km, axis=1, kind="stable")
    ranked = RankedDistances(order, np.take_along_axis(km, order, axis=1))
    column_count = km.shape[1]
    depth = np.full(len(km), min(FIRST_RINGS + column_count // count, column_count))
    while True:
        matrix, steps, longest_sum = build_rings(ranked, weights, depth)
        covering = maximise_coverage(
            matrix, steps, count, fixed=fixed, time_limit_s=deadline.remaining_s
        )
        # what is covered is saved from the longest sum
        lowest = longest_sum - covering.bound
        nearest_km = km[:, covering.columns].min(axis=1)
        value = float(weights @ nearest_km)
        leaves_rings = (weights > 0) & (nearest_km > ranked.distance_of(depth - 1))
        # a search that a limit stopped is not begun again with more rings
        if not leaves_rings.any() or covering.bound > covering.value:
            is_reached = value - lowest <= BOUND_TOLERANCE * max(value, 1e-9)
            return ColumnChoice(
                covering.columns, value, value if is_reached else lowest, covering.is_reproducible
            )
        depth = np.where(leaves_rings, np.minimum(2 * depth, column_count), depth)


def build_rings(
    ranked: RankedDistances, weights: FloatArray, depth: IntArray
) -> tuple[sp.csr_array, FloatArray, float]:
    """Write each place's first rings as rows of a covering problem.

    Ring k of a place holds its k nearest columns; a place with all its rings written ends at its
    last column.

    Returns
    -------
    tuple
        The 0/1 rows, their weights (the steps between rings), and Σ w · (the last ring's end).
    """
    order = ranked.order
    last_column = order.shape[1] - 1
    place = np.repeat(np.arange(len(order)), depth)
    # of each row of the result: the ring's number within its place, from 0
    ring = np.arange(len(place)) - np.repeat(np.cumsum(depth) - depth, depth)
    next_ring = np.minimum(ring + 1, last_column)
    steps = weights[place] * (ranked.km[place, next_ring] - ranked.km[place, ring])
    # ring k has k + 1 entries: the ranks 0 … k of its place
    starts = np.concatenate([[0], np.cumsum(ring + 1)])
    rank = np.arange(starts[-1]) - np.repeat(starts[:-1], ring + 1)
    columns = order[np.repeat(place, ring + 1), rank].astype(np.int32)
    rows = sp.csr_array(
        (np.ones(len(columns), dtype=np.int8), columns, starts),
        shape=(len(place), order.shape[1]),
    )
    rows.sort_indices()
    ends = ranked.distance_of(np.minimum(depth, last_column))
    return rows, steps, float(weights @ ends)
