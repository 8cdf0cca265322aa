"""How far do voters agree on the order of the items?

Kendall's W with the correction for ties within a voter: M. G. Kendall, Rank Correlation Methods
(1948), ch. 6; S. Siegel, Nonparametric Statistics (1956), pp. 229-238. It describes these voters
and tests nobody else's opinion.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from dxkit.errors import ChoiceError


def kendall_w(ratings: ArrayLike) -> tuple[float, float]:
    """Compute Kendall's coefficient of concordance with the correction for ties, and its p-value.

    Parameters
    ----------
    ratings
        One row a voter, one column an item; higher is better, ties allowed, nothing missing.

    Returns
    -------
    tuple of float
        W, from 0 (no agreement on the order of the items) to 1 (the same order), and p (chi-square
        with n - 1 degrees of freedom: an approximation for n > 7 items). Both are missing if there
        are fewer than two voters or items, or nobody makes any difference between items.

    Raises
    ------
    ChoiceError
        If it is no complete table of numbers.

    Examples
    --------
    Three officers rank six applicants (Siegel 1956, p. 230):

    >>> w, p_value = kendall_w([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]])
    >>> round(w, 3)
    0.162
    """
    try:
        values = np.asarray(ratings, dtype=np.float64)
    except (TypeError, ValueError):
        # words are no numbers either
        values = np.full(np.shape(ratings), np.nan)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise ChoiceError(
            f"評価の表（形 {values.shape}）に空欄か数でない値があります。"
            "全項目に答えた人の行だけを渡してください。"
        )
    voter_count, item_count = values.shape
    if voter_count < 2 or item_count < 2:
        return np.nan, np.nan
    # tied items share the mean of their ranks
    ranks = pd.DataFrame(values).rank(axis=1).to_numpy()
    tie_sizes = [np.unique(row, return_counts=True)[1] for row in ranks]
    # Σ (t³ − t) over all groups of t tied ranks
    tie_correction = sum(float((sizes**3 - sizes).sum()) for sizes in tie_sizes)
    largest_spread = voter_count**2 * (item_count**3 - item_count) - voter_count * tie_correction
    # every voter gave all items the same
    if largest_spread <= 0:
        return np.nan, np.nan
    # W is the spread of the rank sums over the spread of full agreement
    rank_sums = ranks.sum(axis=0)
    w = float(12 * ((rank_sums - rank_sums.mean()) ** 2).sum() / largest_spread)
    return w, float(chdtrc(item_count - 1, voter_count * (item_count - 1) * w))
