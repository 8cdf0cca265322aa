"""Which columns of a 0/1 matrix cover the most weight, and how good is the answer found at once?

A row is a place with its weight, a column a base; a 1 says that the base reaches the place. Rows
with the same columns are merged; columns are taken greedily, then swapped while a swap adds weight.
How far such an answer is from the best, `dxkit._optimise.mclp` computes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray

# whole weights: an answer nearer to its bound than this is optimal, as values are whole numbers
WHOLE_WEIGHT_GAP = 1 - 1e-6
# relative difference below which two sums of weights count as equal
RELATIVE_TOLERANCE = 1e-9


@dataclass(frozen=True)
class CoverMatrix:
    """Rows and columns of a coverage, with rows of the same columns merged.

    Attributes
    ----------
    rows, columns
        The same 0/1 matrix by row (CSR) and by column (CSR of the transpose).
    weights
        One a row.
    row_of_place
        The row that each row before the merging has become; -1 if none.
    """

    rows: sp.csr_array
    columns: sp.csr_array
    weights: FloatArray
    row_of_place: IntArray

    @cached_property
    def float_columns(self) -> sp.csr_array:
        """``columns`` in floats, which products with prices need: made once, not at every step."""
        columns = self.columns
        return sp.csr_array(
            (columns.data.astype(np.float64), columns.indices, columns.indptr), shape=columns.shape
        )

    @cached_property
    def total_weight(self) -> float:
        """The weight of all rows."""
        return float(self.weights.sum())

    @cached_property
    def weight_unit(self) -> float:
        """1 for whole weights, where a bound less than 1 above proves an answer; otherwise 0."""
        return float(bool((self.weights == np.floor(self.weights)).all()))


@dataclass(frozen=True)
class ColumnChoice:
    """Chosen columns, their objective, and a bound that no choice can pass.

    Attributes
    ----------
    columns
        Positions of the chosen columns, ascending.
    value, bound
        Equal where the choice is proven to be the best.
    is_reproducible
        False if a limit by the clock stopped the search, so that another machine may find another
        answer.
    price_shares
        Of each row of the matrix, its price as a share of its weight: from there a search with
        other weights, or a few other entries, can start. None where no prices were needed.
    """

    columns: IntArray
    value: float
    bound: float
    is_reproducible: bool = True
    price_shares: FloatArray | None = None


def merge_rows(matrix: sp.csr_array, weights: FloatArray, seed: int = 0) -> CoverMatrix:
    """Make one row of all rows with the same columns, and add their weights.

    Rows without a column or without weight are left out. Rows are told apart by the sum of a random
    64-bit number a column and compared afterwards: after a chance collision, which is found so,
    other numbers are drawn.
    """
    useful = (np.diff(matrix.indptr) > 0) & (weights > 0)
    rows = matrix[useful] if not useful.all() else matrix
    keys = np.random.default_rng(seed).integers(0, 2**64, matrix.shape[1], dtype=np.uint64)
    # the key of a row is the difference of two running sums, so that no loop over rows is needed
    running_sums = np.zeros(rows.nnz + 1, dtype=np.uint64)
    np.cumsum(keys[rows.indices], out=running_sums[1:])
    row_keys = running_sums[rows.indptr[1:]] - running_sums[rows.indptr[:-1]]
    _, first_rows, merged_row = np.unique(row_keys, return_index=True, return_inverse=True)
    merged = rows[first_rows]
    lengths = np.diff(rows.indptr)
    same_lengths = np.array_equal(lengths[first_rows][merged_row], lengths)
    if not (same_lengths and np.array_equal(merged[merged_row].indices, rows.indices)):
        return merge_rows(matrix, weights, seed + 1)
    row_of_place = np.full(matrix.shape[0], -1, dtype=np.intp)
    row_of_place[useful] = merged_row
    merged_weights = np.bincount(merged_row, weights[useful], len(first_rows)).astype(float)
    return CoverMatrix(merged, sp.csr_array(merged.T), merged_weights, row_of_place)


def restrict_cover(
    cover: CoverMatrix, columns: IntArray, sure_columns: IntArray
) -> tuple[CoverMatrix, float]:
    """Keep some columns, and the rows that the sure columns do not cover.

    Returns
    -------
    tuple
        The smaller cover, and the weight that the sure columns cover.
    """
    covered = count_covering(cover, sure_columns) > 0
    open_weights = np.where(covered, 0.0, cover.weights)
    smaller = merge_rows(sp.csr_array(cover.rows[:, columns]), open_weights)
    return smaller, float(cover.weights[covered].sum())


def count_covering(cover: CoverMatrix, columns: IntArray) -> IntArray:
    """Count, for each row, how many of these columns cover it."""
    # the columns' rows are read off the matrix: its own indexing takes ten times as long
    starts = cover.columns.indptr[columns].tolist()
    ends = cover.columns.indptr[columns + 1].tolist()
    indices = cover.columns.indices
    parts = [indices[start:end] for start, end in zip(starts, ends, strict=True)]
    rows = np.concatenate(parts) if parts else indices[:0]
    return np.bincount(rows, minlength=cover.rows.shape[0])


def sum_covered_weight(cover: CoverMatrix, columns: IntArray) -> float:
    """Sum the weight of the rows that these columns cover."""
    return float(cover.weights[count_covering(cover, columns) > 0].sum())


def choose_greedily(cover: CoverMatrix, count: int, start: IntArray | None = None) -> IntArray:
    """Take the column that adds most weight, again and again, until there are ``count``."""
    columns = [] if start is None else start.tolist()
    is_covered = count_covering(cover, np.asarray(columns, dtype=np.intp)) > 0
    open_weights = np.where(is_covered, 0.0, cover.weights)
    gains = cover.columns @ open_weights
    gains[columns] = -1.0
    while len(columns) < count:
        best = int(np.argmax(gains))
        columns.append(best)
        new_rows = _rows_of_column(cover, best)
        new_rows = new_rows[open_weights[new_rows] > 0]
        # only the gains of columns that share a newly covered row change
        sharing, lengths = _columns_of_rows(cover, new_rows)
        lost = np.repeat(open_weights[new_rows], lengths)
        gains -= np.bincount(sharing, lost, len(gains))
        open_weights[new_rows] = 0.0
        gains[best] = -np.inf
    return np.asarray(columns, dtype=np.intp)


def improve_by_swaps(cover: CoverMatrix, columns: IntArray) -> IntArray:
    """Swap chosen columns for others while that adds weight.

    The gains of all swaps are computed together; all that still add weight when their turn comes
    are made, from the largest on, before they are computed again.
    """
    columns = columns.copy()
    threshold = RELATIVE_TOLERANCE * max(1.0, cover.weights.sum())
    value = sum_covered_weight(cover, columns)
    while True:
        entering, largest = find_best_swaps(cover, columns)
        last_value = value
        for leaving in np.argsort(-largest, kind="stable")[: np.count_nonzero(largest > threshold)]:
            if entering[leaving] in columns:
                continue
            swapped = columns.copy()
            swapped[leaving] = entering[leaving]
            swapped_value = sum_covered_weight(cover, swapped)
            if swapped_value > value + threshold:
                columns, value = swapped, swapped_value
        if value == last_value:
            return columns


def find_best_swaps(cover: CoverMatrix, columns: IntArray) -> tuple[IntArray, FloatArray]:
    """Find, for each chosen column, the column that had best come in its place, and what it adds.

    A swap of j for k adds the uncovered rows of k, less the rows that only j covers, plus those of
    them that k covers too. Of columns that add as much, the first comes in.
    """
    covering = count_covering(cover, columns)
    # the weight of the rows that a column alone covers, as a matrix of chosen columns × rows
    only_here = cover.columns[columns].astype(float)
    only_here.data = np.where(
        covering[only_here.indices] == 1, cover.weights[only_here.indices], 0.0
    )
    only_here.eliminate_zeros()
    # what a column adds does not depend on which one leaves
    newly_covered = cover.columns @ np.where(covering == 0, cover.weights, 0.0)
    # a column that is chosen already cannot come in
    newly_covered[columns] = -np.inf
    covered_again = sp.csr_array(only_here @ cover.rows)
    # a column that covers none of the lost rows again is at best the one that adds most anyway
    entering = np.full(len(columns), int(np.argmax(newly_covered)))
    largest = newly_covered[entering]
    gains = covered_again.data + newly_covered[covered_again.indices]
    filled = np.flatnonzero(np.diff(covered_again.indptr))
    if filled.size:
        starts = covered_again.indptr[filled]
        row_largest = np.maximum.reduceat(gains, starts)
        lengths = np.diff(covered_again.indptr)[filled]
        is_largest = gains == np.repeat(row_largest, lengths)
        no_column = cover.rows.shape[1]
        row_entering = np.minimum.reduceat(
            np.where(is_largest, covered_again.indices, no_column), starts
        )
        is_better = (row_largest > largest[filled]) | (
            (row_largest == largest[filled]) & (row_entering < entering[filled])
        )
        entering[filled[is_better]] = row_entering[is_better]
        largest[filled[is_better]] = row_largest[is_better]
    return entering, largest - only_here.sum(axis=1)


def is_proven(cover: CoverMatrix, value: float, bound: float) -> bool:
    """Check that no answer can be better than this one."""
    return bound <= value + max(
        cover.weight_unit * WHOLE_WEIGHT_GAP, RELATIVE_TOLERANCE * abs(value)
    )


def _rows_of_column(cover: CoverMatrix, column: int) -> IntArray:
    starts = cover.columns.indptr
    return np.asarray(cover.columns.indices[starts[column] : starts[column + 1]])


def _columns_of_rows(cover: CoverMatrix, rows: IntArray) -> tuple[IntArray, IntArray]:
    """Read the columns of these rows one after the other, and how many each row has."""
    starts = cover.rows.indptr[rows]
    lengths = cover.rows.indptr[rows + 1] - starts
    # where each row's columns lie, less where they come to stand
    shifts = np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
    # the matrix's own indexing takes several times as long for a few rows
    return cover.rows.indices[shifts + np.arange(len(shifts))], lengths
