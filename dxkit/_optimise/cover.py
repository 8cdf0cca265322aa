"""Which columns of a 0/1 matrix cover the most weight, and how good is the answer that is found at once?

A row is a place with its weight, a column a base, a 1 says that the base reaches the place. Rows reached by the same bases are
one row; columns are taken greedily, then swapped while that helps. How far the answer is from the best, `searching` says.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
# of an answer with whole weights: a bound nearer than this is the answer
CLOSE = 1 - 1e-6
EXACT = 1e-9


@dataclass(frozen=True)
class Cover:
    """Rows and columns of a coverage, merged and ready to be asked.

    Attributes
    ----------
    rows, columns
        The same 0/1 matrix by row (CSR) and by column (CSC as CSR of the transpose).
    weights
        One a row.
    places
        The row that each row before the merging has become; -1 if none.
    """

    rows: sp.csr_array
    columns: sp.csr_array
    weights: Floats
    places: Places

    @property
    def grain(self) -> float:
        """Give 1 for whole weights, for which an answer within less than 1 of the bound is proven; otherwise 0."""
        return float(bool((self.weights == np.floor(self.weights)).all()))


def merge(matrix: sp.csr_array, weights: Floats, seed: int = 0) -> Cover:
    """Make one row of all rows with the same columns, their weights added; rows of no column or weight go.

    Rows are told apart by the sum of a random 64-bit number a column, then compared: a chance collision is found, and other
    numbers are drawn.
    """
    useful = (np.diff(matrix.indptr) > 0) & (weights > 0)
    rows = matrix[useful] if not useful.all() else matrix
    keys = np.random.default_rng(seed).integers(0, 2**64, matrix.shape[1], dtype=np.uint64)
    ends = np.concatenate(
        [np.zeros(1, dtype=np.uint64), np.cumsum(keys[rows.indices], dtype=np.uint64)]
    )
    _, first, place = np.unique(
        ends[rows.indptr[1:]] - ends[rows.indptr[:-1]], return_index=True, return_inverse=True
    )
    merged = rows[first]
    lengths = np.diff(rows.indptr)
    if not (
        np.array_equal(lengths[first][place], lengths)
        and np.array_equal(merged[place].indices, rows.indices)
    ):
        return merge(matrix, weights, seed + 1)
    places = np.full(matrix.shape[0], -1, dtype=np.intp)
    places[useful] = place
    return Cover(
        merged,
        sp.csr_array(merged.T),
        np.bincount(place, weights[useful], len(first)).astype(float),
        places,
    )


def narrowed(cover: Cover, columns: Places, taken: Places) -> tuple[Cover, float]:
    """Keep only these columns, and the rows that the taken ones do not cover; give also the weight that those cover."""
    covered = counts(cover, taken) > 0
    kept = merge(sp.csr_array(cover.rows[:, columns]), np.where(covered, 0.0, cover.weights))
    return kept, float(cover.weights[covered].sum())


def counts(cover: Cover, chosen: Places) -> NDArray[np.intp]:
    """Give how many of the chosen columns each row holds."""
    return np.bincount(cover.columns[chosen].indices, minlength=cover.rows.shape[0])


def value(cover: Cover, chosen: Places) -> float:
    """Give the weight that the chosen columns cover."""
    return float(cover.weights[counts(cover, chosen) > 0].sum())


def greedy(cover: Cover, count: int, begin: Places | None = None) -> Places:
    """Take the column that adds most, again and again, until there are ``count``."""
    chosen = [] if begin is None else begin.tolist()
    left = np.where(counts(cover, np.asarray(chosen, dtype=np.intp)) > 0, 0.0, cover.weights)
    gains = cover.columns @ left
    gains[chosen] = -1.0
    while len(chosen) < count:
        best = int(np.argmax(gains))
        chosen.append(best)
        newly = _row(cover.columns, best)
        newly = newly[left[newly] > 0]
        taken = cover.rows[newly]
        gains -= np.bincount(
            taken.indices, np.repeat(left[newly], np.diff(taken.indptr)), len(gains)
        )
        left[newly] = 0.0
        gains[best] = -np.inf
    return np.asarray(chosen, dtype=np.intp)


def swapped(cover: Cover, chosen: Places, kept: int = 0) -> Places:
    """Swap one chosen column for another while that adds weight; the first ``kept`` stay.

    A swap of j for k adds: the uncovered rows of k, less the rows that only j covers, plus those of them that k covers too.
    """
    chosen = chosen.copy()
    while True:
        gain = swap_gains(cover, chosen)
        gain[:kept] = -np.inf
        gain[:, chosen] = -np.inf
        out, into = np.unravel_index(int(np.argmax(gain)), gain.shape)
        if not gain[out, into] > EXACT * max(1.0, cover.weights.sum()):
            return chosen
        chosen[out] = into


def swap_gains(cover: Cover, chosen: Places) -> Floats:
    """Give what each swap of a chosen column (row) for another (column) adds."""
    held = counts(cover, chosen)
    only = cover.columns[chosen].astype(float)
    only.data = np.where(held[only.indices] == 1, cover.weights[only.indices], 0.0)
    only.eliminate_zeros()
    fresh = cover.columns @ np.where(held == 0, cover.weights, 0.0)
    back = (only @ cover.rows).toarray()
    return np.asarray(fresh[None, :] - only.sum(axis=1)[:, None] + back)


def proven(cover: Cover, goal: float, highest: float) -> bool:
    """Tell whether no answer can be better than this one."""
    return highest <= goal + max(cover.grain * CLOSE, EXACT * abs(goal))


def _row(matrix: sp.csr_array, place: int) -> NDArray[np.int32]:
    return np.asarray(matrix.indices[matrix.indptr[place] : matrix.indptr[place + 1]])
