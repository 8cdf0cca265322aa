"""How few columns cover every row, and which columns cover rows more than once?

The two covering models that HiGHS solves as they stand, on merged rows: the location set covering problem, and coverage of
which the k-th time has a value of its own.
"""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from dxkit._optimise.cover import CLOSE, greedy, merge
from dxkit._optimise.highs import NO_LIMIT as ENDLESS
from dxkit._optimise.highs import solve_model

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def fewest(
    matrix: sp.csr_array, weights: Floats, share: float, kept: Places
) -> tuple[Places, float]:
    """Choose the fewest columns, the kept ones among them, that cover every coverable row, or a share of the weight.

    min Σ y with Σ_j a_ij y_j ≥ 1 for every row i; for a share, Σ_j a_ij y_j ≥ z_i and Σ w z ≥ share · Σ w. Gives the columns
    and the number below which it cannot be.
    """
    if share == 1.0:
        rows = merge(matrix, np.ones(matrix.shape[0])).rows.astype(float)
        low, high = np.ones(rows.shape[0]), np.full(rows.shape[0], ENDLESS)
        many, extra = matrix.shape[1], 0
    else:
        cover = merge(matrix, weights)
        extra, many = cover.rows.shape
        wanted = np.concatenate([np.zeros(many), cover.weights])[None, :]
        linked = sp.hstack([cover.rows.astype(float), -sp.eye_array(extra)])
        rows = sp.csr_array(sp.vstack([linked, sp.csr_array(wanted)]))
        # sums of shares are never exact: a millionth of a person is forgiven
        low = np.append(np.zeros(extra), share * cover.weights.sum() - 1e-6)
        high = np.full(extra + 1, ENDLESS)
    rows, low, high = _with_kept(rows, low, high, kept)
    cost = np.concatenate([np.ones(many), np.zeros(extra)])
    whole = np.arange(many + extra) < many
    found = solve_model(
        cost,
        rows,
        low,
        high,
        upper=np.ones(many + extra),
        integers=whole,
        absolute_gap=CLOSE,
    )
    chosen = np.flatnonzero(found.require_values()[:many] > 0.5)
    return chosen, float(min(len(chosen), np.ceil(found.bound - 1e-6)))


def backed(
    matrix: sp.csr_array,
    weights: Floats,
    count: int,
    values: Floats,
    *,
    kept: Places,
    seconds: float,
) -> tuple[Places, float, float]:
    """Choose columns so that the summed value of first, second, … coverage is the greatest.

    max Σ_i w_i Σ_k v_k z_ik with Σ_k z_ik ≤ Σ_j a_ij y_j, 0 ≤ z ≤ 1, Σ y = count; as v does not rise, the first z is filled
    before the second. Gives columns, value and bound.
    """
    cover = merge(matrix, weights)
    each, many = cover.rows.shape
    times = len(values)
    filled = sp.hstack([cover.rows.astype(float), *[-sp.eye_array(each)] * times])
    total = np.concatenate([np.ones(many), np.zeros(each * times)])[None, :]
    rows = sp.csr_array(sp.vstack([filled, sp.csr_array(total)]))
    low, high = np.append(np.zeros(each), count), np.append(np.full(each, ENDLESS), count)
    rows, low, high = _with_kept(rows, low, high, kept)
    cost = np.concatenate([np.zeros(many), np.outer(values, cover.weights).ravel()])
    whole = np.arange(many + each * times) < many
    held = np.bincount(cover.columns[greedy(cover, count, kept)].indices, minlength=each)
    start = np.concatenate(
        [
            np.isin(np.arange(many), greedy(cover, count, kept)),
            *(held > time for time in range(times)),
        ]
    )
    found = solve_model(
        cost,
        rows,
        low,
        high,
        upper=np.ones(len(cost)),
        integers=whole,
        start=start.astype(float),
        maximise=True,
        time_limit_s=None if seconds == ENDLESS else seconds,
    )
    chosen = np.sort(np.argsort(-found.require_values()[:many], kind="stable")[:count])
    held = np.bincount(cover.columns[chosen].indices, minlength=each)
    value = float(
        (cover.weights * np.append(0.0, np.cumsum(values))[np.minimum(held, times)]).sum()
    )
    near = found.bound <= value + 1e-6 * max(1.0, abs(value))
    return chosen, value, value if near else found.bound


def _with_kept(
    rows: sp.csr_array, low: Floats, high: Floats, kept: Places
) -> tuple[sp.csr_array, Floats, Floats]:
    """Add a row y_j = 1 for each kept column."""
    if not kept.size:
        return rows, low, high
    ones = sp.csr_array(
        (np.ones(len(kept)), (np.arange(len(kept)), kept)), shape=(len(kept), rows.shape[1])
    )
    more = np.ones(len(kept))
    return sp.csr_array(sp.vstack([rows, ones])), np.append(low, more), np.append(high, more)
