"""What may a missing answer be, and what must it never be taken for?

A missing answer is never 0. It is left out (and bounded by worst and best), or filled from answers
that were given: the item's mean or median, or the answers of the municipalities whose other answers
are most alike (predictive mean matching, Rubin 1986; it only ever draws answers that somebody gave,
so yes/no stays yes/no).
"""

import numpy as np

from dxkit._arrays import FloatArray
from dxkit._checks import require_choice, require_whole_number
from dxkit.errors import Fault, TableError
from dxkit.maturity._framework import Framework

IMPUTE = ("mean", "median", "neighbours")
# answers that are averaged for a missing one
N_DONORS = 8


def impute_answers(
    numbers: FloatArray, framework: Framework, impute: str | None, n_donors: int = N_DONORS
) -> FloatArray:
    """Fill missing answers; ``None`` leaves them missing.

    Raises
    ------
    ChoiceError
        If there is no such way.
    TableError
        If nobody has answered an indicator.
    """
    # also where nothing is missing: a wrong word would stand in the settings
    if impute is not None:
        require_choice(impute, IMPUTE, "impute")
    require_whole_number(n_donors, "n_donors")
    if impute is None or not np.isnan(numbers).any():
        return numbers
    _check_answered(numbers, framework)
    is_missing = np.isnan(numbers)
    if impute == "neighbours":
        donor_answers = _find_donor_answers(numbers, n_donors)
        filled = numbers.copy()
        filled[is_missing] = donor_answers.mean(axis=1)
        return filled
    middle = np.nanmean(numbers, axis=0) if impute == "mean" else np.nanmedian(numbers, axis=0)
    return np.where(is_missing, middle, numbers)


def _find_donor_answers(numbers: FloatArray, n_donors: int) -> FloatArray:
    """Find, for each missing cell, answers of the units whose expected answer is nearest.

    The expected answer is additive: the unit's mean deviation from the items' means, over what it
    has answered.

    Returns
    -------
    numpy.ndarray
        Missing cells (in row order) × ``n_donors`` answers.
    """
    is_missing = np.isnan(numbers)
    middle = np.nanmean(numbers, axis=0)
    spread = np.nanstd(numbers, axis=0)
    spread[spread == 0] = 1.0
    n_answered = np.maximum((~is_missing).sum(axis=1), 1)
    standing = np.nan_to_num((numbers - middle) / spread).sum(axis=1) / n_answered
    rows, columns = np.nonzero(is_missing)
    donor_answers = np.empty((rows.size, n_donors))
    for column in np.unique(columns):
        is_here = columns == column
        donors = np.flatnonzero(~is_missing[:, column])
        donor_answers[is_here] = _pick_nearest(
            standing[rows[is_here]], standing[donors], numbers[donors, column], n_donors
        )
    return donor_answers


def _pick_nearest(
    targets: FloatArray, standing: FloatArray, answers: FloatArray, n_donors: int
) -> FloatArray:
    """Pick for each target the answers of the nearest standing, over again if there are few."""
    distance = np.abs(targets[:, None] - standing[None, :])
    order = np.argsort(distance, axis=1, kind="stable")[:, : min(n_donors, standing.size)]
    return np.asarray(np.take(answers[order], np.arange(n_donors) % order.shape[1], axis=1))


def _check_answered(numbers: FloatArray, framework: Framework) -> None:
    is_unanswered = np.isnan(numbers).all(axis=0)
    if is_unanswered.any():
        names = np.array(framework.leaves)[is_unanswered]
        remedy = "この指標を外してください（重み0）"
        raise TableError(
            [Fault("だれも答えていない指標です", remedy, column=str(name)) for name in names]
        )
