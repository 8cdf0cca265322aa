"""What does HiGHS make of a maximal covering problem, with shares of columns or whole ones?

max Σ w z with z_i ≤ Σ_j a_ij y_j and Σ y = p: the linear relaxation gives prices of the rows, the
mixed-integer programme decides.
"""

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.cover import WHOLE_WEIGHT_GAP, Cover
from dxkit._optimise.highs import NO_LIMIT, NODE_LIMIT, solve_model
from dxkit._optimise.solution import Solution


def solve_lp_relaxation(cover: Cover, count: int) -> tuple[FloatArray, FloatArray]:
    """Solve the linear relaxation.

    Returns
    -------
    tuple
        The share in which each column is chosen, and the price of each row.
    """
    solution = _solve_programme(cover, count)
    values = solution.require_values()
    is_shared = np.diff(cover.rows.indptr) > 1
    prices = cover.weights.copy()
    # duals of an interior point may lie a little outside their limits
    prices[is_shared] = np.clip(np.abs(solution.duals[:-1]), 0.0, cover.weights[is_shared])
    return values[: cover.rows.shape[1]], prices


def solve_mip(cover: Cover, start: IntArray, time_limit_s: float | None) -> Solution:
    """Let HiGHS choose as many columns as ``start`` holds, beginning with these."""
    start_values = np.zeros(cover.rows.shape[1])
    start_values[start] = 1.0
    return _solve_programme(cover, len(start), start=start_values, time_limit_s=time_limit_s)


def _solve_programme(
    cover: Cover,
    count: int,
    *,
    start: FloatArray | None = None,
    time_limit_s: float | None = None,
) -> Solution:
    """Solve Σ w z → max, z_i ≤ Σ a_ij y_j, Σ y = count; with a start, y must be whole.

    A row of one column needs no z of its own: its y says it. Presolve is off, as merging and fixing
    have left it nothing to find.
    """
    is_shared = np.diff(cover.rows.indptr) > 1
    rows = cover.rows[is_shared]
    weights = cover.weights[is_shared]
    row_count, column_count = rows.shape
    single_rows = cover.rows[~is_shared]
    single_weights = np.bincount(single_rows.indices, cover.weights[~is_shared], column_count)
    links = sp.hstack([rows.astype(float), -sp.eye_array(row_count)], format="csr")
    is_column = np.arange(column_count + row_count) < column_count
    total = sp.csr_array(is_column.astype(float)[None, :])
    low = np.append(np.zeros(row_count), count)
    high = np.append(np.full(row_count, NO_LIMIT), count)
    if start is not None:
        # z follows from y: a row counts if any of its columns is chosen
        start = np.concatenate([start, rows @ start > 0])
    return solve_model(
        np.concatenate([single_weights, weights]),
        sp.csr_array(sp.vstack([links, total], format="csr")),
        low,
        high,
        upper=np.ones(column_count + row_count),
        integers=None if start is None else is_column,
        maximise=True,
        start=start,
        absolute_gap=cover.weight_unit * WHOLE_WEIGHT_GAP,
        central_duals=True,
        use_presolve=False,
        node_limit=NODE_LIMIT,
        time_limit_s=time_limit_s,
    )
