"""How few columns cover every row, and which columns cover rows more than once?

The two covering models that HiGHS solves as they stand, on merged rows: the location set covering
problem, and coverage of which the k-th time has a value of its own.
"""

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._optimise.cover import (
    WHOLE_WEIGHT_GAP,
    ColumnChoice,
    CoverMatrix,
    choose_greedily,
    count_covering,
    merge_rows,
)
from dxkit._optimise.highs import NO_LIMIT, NODE_LIMIT, solve_model
from dxkit._optimise.solution import Status

# sums of shares are never exact: this much weight (a millionth of a person) is forgiven
FORGIVEN_WEIGHT = 1e-6
# relative: a bound nearer than this counts as reached
BOUND_TOLERANCE = 1e-6


def choose_fewest(
    matrix: sp.csr_array,
    weights: FloatArray,
    share: float,
    fixed: IntArray,
    time_limit_s: float | None = None,
) -> ColumnChoice:
    """Choose the fewest columns that cover every coverable row, or a share of the weight.

    min Σ y with Σ_j a_ij y_j ≥ 1 for every row i; for a share, Σ_j a_ij y_j ≥ z_i and
    Σ w z ≥ share · Σ w.

    Parameters
    ----------
    matrix, weights
        As for `dxkit._optimise.mclp.maximise_coverage`.
    share
        Of the coverable weight; at 1 every coverable row counts, also one without weight.
    fixed
        Columns that every answer holds.
    time_limit_s
        Seconds after which the search stops with what it has.

    Returns
    -------
    ColumnChoice
        ``value`` and ``bound``: the number of columns, and the number below which it cannot be.
    """
    column_count = matrix.shape[1]
    if share == 1.0:
        cover = merge_rows(matrix, np.ones(matrix.shape[0]))
        rows = cover.rows.astype(float)
        low = np.ones(rows.shape[0])
    else:
        cover = merge_rows(matrix, weights)
        rows = _build_share_rows(cover)
        least_weight = share * cover.weights.sum() - FORGIVEN_WEIGHT
        low = np.append(np.zeros(cover.rows.shape[0]), least_weight)
    high = np.full(rows.shape[0], NO_LIMIT)
    rows, low, high = _require_fixed(rows, low, high, fixed)
    is_column = np.arange(rows.shape[1]) < column_count
    solution = solve_model(
        is_column.astype(float),
        rows,
        low,
        high,
        upper=np.ones(rows.shape[1]),
        integers=is_column,
        # numbers of columns are whole: a bound less than 1 below proves the answer
        absolute_gap=WHOLE_WEIGHT_GAP,
        node_limit=NODE_LIMIT,
        time_limit_s=time_limit_s,
    )
    values = solution.values_within_limit()
    if values is None:
        # stopped before any answer: greed always finds one
        columns = _cover_greedily(cover, fixed, share)
    else:
        columns = np.flatnonzero(values[:column_count] > 0.5)
    smallest = 1 if cover.weights.size else 0
    bound = np.ceil(max(solution.bound, smallest, len(fixed)) - BOUND_TOLERANCE)
    return ColumnChoice(
        columns,
        float(len(columns)),
        float(min(len(columns), bound)),
        solution.status is not Status.TIME_LIMIT,
    )


def maximise_backup(
    matrix: sp.csr_array,
    weights: FloatArray,
    count: int,
    values: FloatArray,
    *,
    fixed: IntArray,
    time_limit_s: float | None = None,
) -> ColumnChoice:
    """Choose columns so that the summed value of first, second, … coverage is the greatest.

    max Σ_i w_i Σ_k v_k z_ik with Σ_k z_ik ≤ Σ_j a_ij y_j, 0 ≤ z ≤ 1, Σ y = count; as v does not
    rise, the first z is filled before the second.

    Parameters
    ----------
    values
        v_k, what the k-th column that covers a row is worth for a unit of its weight.
    matrix, weights, count, fixed, time_limit_s
        As for `dxkit._optimise.mclp.maximise_coverage`.
    """
    # rows with the same columns are filled alike, so that one of them stands for all
    cover = merge_rows(matrix, weights)
    row_count, column_count = cover.rows.shape
    times = len(values)
    is_column = np.arange(column_count + row_count * times) < column_count
    rows, low, high = _require_fixed(
        _build_times_rows(cover, times),
        np.append(np.zeros(row_count), count),
        np.append(np.full(row_count, NO_LIMIT), count),
        fixed,
    )
    worth = np.outer(values, cover.weights).ravel()
    # a start by greed: if a limit stops HiGHS at once, this is the answer
    greedy = choose_greedily(cover, count, fixed)
    solution = solve_model(
        np.concatenate([np.zeros(column_count), worth]),
        rows,
        low,
        high,
        upper=np.ones(len(is_column)),
        integers=is_column,
        maximise=True,
        start=_start_of(cover, greedy, times),
        node_limit=NODE_LIMIT,
        time_limit_s=time_limit_s,
    )
    solved = solution.values_within_limit()
    columns = greedy
    if solved is not None:
        # exactly ``count`` columns, also where HiGHS gives one as 0.999999
        columns = np.argsort(-solved[:column_count], kind="stable")[:count]
    value = _sum_backup_value(cover, columns, values)
    # no row can be worth more than covered every time
    bound = min(solution.bound, float(worth.sum()))
    is_reached = bound <= value + BOUND_TOLERANCE * max(1.0, abs(value))
    return ColumnChoice(
        np.sort(columns),
        value,
        value if is_reached else bound,
        solution.status is not Status.TIME_LIMIT,
    )


def _sum_backup_value(cover: CoverMatrix, columns: IntArray, values: FloatArray) -> float:
    """Sum what the rows are worth that these columns cover, once or more often."""
    steps = np.append(0.0, np.cumsum(values))
    covering = np.minimum(count_covering(cover, columns), len(values))
    return float((cover.weights * steps[covering]).sum())


def _build_share_rows(cover: CoverMatrix) -> sp.csr_array:
    """Write a row Σ_j a_ij y_j − z_i ≥ 0 for each row, and the row of the covered weight."""
    row_count, column_count = cover.rows.shape
    links = sp.hstack([cover.rows.astype(float), -sp.eye_array(row_count)])
    total = np.concatenate([np.zeros(column_count), cover.weights])[None, :]
    return sp.csr_array(sp.vstack([links, sp.csr_array(total)]))


def _build_times_rows(cover: CoverMatrix, times: int) -> sp.csr_array:
    """Write a row Σ_j a_ij y_j − Σ_k z_ik ≥ 0 for each row, and the row Σ y."""
    row_count, column_count = cover.rows.shape
    links = sp.hstack([cover.rows.astype(float), *[-sp.eye_array(row_count)] * times])
    total = (np.arange(links.shape[1]) < column_count).astype(float)[None, :]
    return sp.csr_array(sp.vstack([links, sp.csr_array(total)]))


def _cover_greedily(cover: CoverMatrix, fixed: IntArray, share: float) -> IntArray:
    """Take columns greedily after the fixed ones until the share of the weight is covered."""
    # all columns in the order of their gains
    order = choose_greedily(cover, cover.rows.shape[1], fixed)
    needed = share * cover.weights.sum() - FORGIVEN_WEIGHT
    count = len(fixed)
    while cover.weights[count_covering(cover, order[:count]) > 0].sum() < needed:
        count += 1
    return np.sort(order[:count])


def _start_of(cover: CoverMatrix, columns: IntArray, times: int) -> FloatArray:
    """Write the chosen columns as a feasible vector: y, then z for each time of coverage."""
    is_chosen: BoolArray = np.isin(np.arange(cover.rows.shape[1]), columns)
    covering = count_covering(cover, columns)
    filled = [covering > time for time in range(times)]
    return np.concatenate([is_chosen, *filled]).astype(float)


def _require_fixed(
    rows: sp.csr_array, low: FloatArray, high: FloatArray, fixed: IntArray
) -> tuple[sp.csr_array, FloatArray, FloatArray]:
    """Add a row y_j = 1 for each fixed column."""
    if not fixed.size:
        return rows, low, high
    positions = (np.arange(len(fixed)), fixed)
    ones = np.ones(len(fixed))
    unit_rows = sp.csr_array((ones, positions), shape=(len(fixed), rows.shape[1]))
    all_rows = sp.csr_array(sp.vstack([rows, unit_rows]))
    return all_rows, np.append(low, ones), np.append(high, ones)
