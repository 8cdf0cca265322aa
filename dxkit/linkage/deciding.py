"""Which of the weighed pairs are the same person, and how sure is that?

A shelter's record is at most one resident. Its candidates therefore share one certainty: with likelihood ratios L of its
pairs and the share s of records that have a partner at all among n, pair i is right with probability
(s/n)·Lᵢ / (1 - s + (s/n)·ΣL). The share is not given but found: it is the one that the probabilities themselves add up to
(expectation–maximisation).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Rows = NDArray[np.int32]
Numbers = NDArray[np.float64]
ROUNDS = 200
STEADY = 1e-9
# a register all of whose records have partners would leave no room for a doubt
MOST = 0.9999


def shared_certainty(right: Rows, ratio: Numbers, lefts: int, rights: int) -> tuple[Numbers, float]:
    """Give each pair's probability where a right record has at most one partner, and the share of right records that have one.

    Parameters
    ----------
    right
        Row of each pair's right record.
    ratio
        Likelihood ratio of each pair.
    lefts, rights
        Number of records on each side.
    """
    sums = np.bincount(right, weights=ratio, minlength=rights)
    share = 0.5
    for _ in range(ROUNDS):
        matched = share / lefts * sums
        now = float(np.clip((matched / (1 - share + matched)).mean(), 1 / (rights + 1), MOST))
        if abs(now - share) < STEADY:
            break
        share = now
    each: Numbers = share / lefts * ratio / (1 - share + share / lefts * sums[right])
    return each, share


def own_certainty(ratio: Numbers, pairs: float) -> tuple[Numbers, float]:
    """Give each pair's probability where pairs stand for themselves, and the share of all pairs that are one person."""
    share = 1 / pairs
    for _ in range(ROUNDS):
        each = share * ratio / (1 - share + share * ratio)
        now = float(np.clip(each.sum() / pairs, 0.1 / pairs, MOST))
        if abs(now - share) * pairs < STEADY * pairs**0.5:
            break
        share = now
    final: Numbers = share * ratio / (1 - share + share * ratio)
    return final, share


def best(pairs: pd.DataFrame, *sides: str) -> pd.DataFrame:
    """Keep each record's best pair on the sides named; of equals, the first in order of rows."""
    kept = pairs.sort_values(["weight", "left", "right"], ascending=[False, True, True], kind="stable")
    if len(sides) == 1:
        return kept.drop_duplicates(sides[0])
    return _one_to_one(kept)


def _one_to_one(ordered: pd.DataFrame) -> pd.DataFrame:
    """Take pairs from the surest on; a record that is taken is taken."""
    left, right = ordered["left"].tolist(), ordered["right"].tolist()
    lefts: set[int] = set()
    rights: set[int] = set()
    keep = np.zeros(len(ordered), dtype=bool)
    for row, (one, other) in enumerate(zip(left, right, strict=True)):
        if one not in lefts and other not in rights:
            keep[row] = True
            lefts.add(one)
            rights.add(other)
    return ordered[keep]
