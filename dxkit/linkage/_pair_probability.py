"""How probable is each pair, once all that could be meant are looked at together?

A weight says how much more likely two records look alike if they are one person. A probability
also needs the share of records that have a partner at all, which is found from the weights
themselves by expectation–maximisation.
"""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._arrays import FloatArray

RowArray = NDArray[np.int32]
# rounds of expectation–maximisation; the share settles long before
MAX_ROUNDS = 200
# change of the share below which it has settled
TOLERANCE = 1e-9
# a register all of whose records have partners would leave no room for a doubt
MAX_SHARE = 0.9999
Once = Literal["right", "both", "neither"]


def share_probability(
    right: RowArray, ratio: FloatArray, left_records: int, right_records: int
) -> tuple[FloatArray, float]:
    """Compute each pair's probability where a right record has at most one partner.

    Parameters
    ----------
    right
        Row of each pair's right record.
    ratio
        Likelihood ratio of each pair.
    left_records, right_records
        Number of records on each side.

    Returns
    -------
    probability : numpy.ndarray
        Of each pair; those of one right record sum to 1 at most.
    share : float
        Of the right records, those that have a partner.
    """
    ratio_sums = np.bincount(right, weights=ratio, minlength=right_records)
    share = 0.5
    for _ in range(MAX_ROUNDS):
        # odds that the right record's partner is among the candidates, against nobody
        matched = share / left_records * ratio_sums
        mean_matched = (matched / (1 - share + matched)).mean()
        new_share = float(np.clip(mean_matched, 1 / (right_records + 1), MAX_SHARE))
        if abs(new_share - share) < TOLERANCE:
            break
        share = new_share
    matched_sums = share / left_records * ratio_sums[right]
    probability: FloatArray = share / left_records * ratio / (1 - share + matched_sums)
    return probability, share


def pair_probability(ratio: FloatArray, possible_pairs: float) -> tuple[FloatArray, float]:
    """Compute each pair's probability where pairs stand for themselves.

    Parameters
    ----------
    ratio
        Likelihood ratio of each pair.
    possible_pairs
        Number of all pairs that could be formed.

    Returns
    -------
    probability : numpy.ndarray
    share : float
        Of all pairs that could be formed, those that are one person.
    """
    share = 1 / possible_pairs
    for _ in range(MAX_ROUNDS):
        probability = share * ratio / (1 - share + share * ratio)
        new_share = float(
            np.clip(probability.sum() / possible_pairs, 0.1 / possible_pairs, MAX_SHARE)
        )
        # in pairs, against their square root: far finer than chance
        if abs(new_share - share) * possible_pairs < TOLERANCE * possible_pairs**0.5:
            break
        share = new_share
    settled: FloatArray = share * ratio / (1 - share + share * ratio)
    return settled, share


def keep_best_pairs(pairs: pd.DataFrame, *sides: str) -> pd.DataFrame:
    """Keep each record's best pair on the sides named; of equals, the first in order of rows."""
    ordered = pairs.sort_values(
        ["weight", "left", "right"], ascending=[False, True, True], kind="stable"
    )
    if len(sides) == 1:
        return ordered.drop_duplicates(sides[0])
    return _keep_one_to_one(ordered)


def _keep_one_to_one(ordered: pd.DataFrame) -> pd.DataFrame:
    """Take pairs from the surest on; a record that has a partner gets no second one."""
    paired_left: set[int] = set()
    paired_right: set[int] = set()
    is_kept = np.zeros(len(ordered), dtype=bool)
    pairs = zip(ordered["left"].tolist(), ordered["right"].tolist(), strict=True)
    for row, (left, right) in enumerate(pairs):
        if left not in paired_left and right not in paired_right:
            is_kept[row] = True
            paired_left.add(left)
            paired_right.add(right)
    return ordered[is_kept]
