"""What may a missing answer be, and what must it never be taken for?

A missing answer is never 0. It is left out (and bounded by worst and best), or filled from answers that were given: the
item's mean or median, or the answers of the municipalities whose other answers are most alike (predictive mean matching,
Rubin 1986; it only ever gives answers that somebody gave, so yes/no stays yes/no).
"""

import numpy as np
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.maturity._framework import Floats, Framework

IMPUTE = ("mean", "median", "neighbours")
DONORS = 8


def imputed(numbers: Floats, framework: Framework, how: str | None) -> Floats:
    """Fill missing answers; ``None`` leaves them missing.

    Raises
    ------
    ChoiceError
        If there is no such way.
    TableError
        If nobody has answered an indicator.
    """
    if how is None or not np.isnan(numbers).any():
        return numbers
    if how not in IMPUTE:
        raise ChoiceError(
            f"補完「{how}」はありません。{'・'.join(IMPUTE)} か None から選んでください。"
        )
    _check_answered(numbers, framework)
    missing = np.isnan(numbers)
    if how == "neighbours":
        rows, _, given = donors(numbers)
        filled = numbers.copy()
        filled[missing] = given.mean(axis=1) if rows.size else 0.0
        return filled
    middle = np.nanmean(numbers, axis=0) if how == "mean" else np.nanmedian(numbers, axis=0)
    return np.where(missing, middle, numbers)


def donors(
    numbers: Floats, count: int = DONORS
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Give, for each missing cell, answers of the units whose expected answer is nearest.

    The expected answer is additive: the unit's mean deviation from the items' means, over what it has answered.

    Returns
    -------
    rows, columns : numpy.ndarray
        Where the missing cells are, in row order.
    given : numpy.ndarray
        Missing cells × ``count`` answers to draw from.
    """
    missing = np.isnan(numbers)
    middle = np.nanmean(numbers, axis=0)
    spread = np.nanstd(numbers, axis=0)
    spread[spread == 0] = 1.0
    answered = np.maximum((~missing).sum(axis=1), 1)
    standing = np.nan_to_num((numbers - middle) / spread).sum(axis=1) / answered
    rows, columns = np.nonzero(missing)
    given = np.empty((rows.size, count))
    for column in np.unique(columns):
        here = columns == column
        known = np.flatnonzero(~missing[:, column])
        given[here] = _nearest(standing[rows[here]], standing[known], numbers[known, column], count)
    return rows, columns, given


def _nearest(wanted: Floats, standing: Floats, answers: Floats, count: int) -> Floats:
    """Give for each wanted standing the ``count`` answers of the nearest standing (all over again if there are fewer)."""
    distance = np.abs(wanted[:, None] - standing[None, :])
    order = np.argsort(distance, axis=1, kind="stable")[:, : min(count, standing.size)]
    return np.asarray(np.take(answers[order], np.arange(count) % order.shape[1], axis=1))


def _check_answered(numbers: Floats, framework: Framework) -> None:
    nobody = np.isnan(numbers).all(axis=0)
    if nobody.any():
        names = np.array(framework.leaves)[nobody]
        remedy = "この指標を外してください（重み0）"
        raise TableError(
            [Fault("だれも答えていない指標です", remedy, column=str(name)) for name in names]
        )
