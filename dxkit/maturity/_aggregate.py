"""How do normalised indicators become one figure a heading, and one in all?

The aggregations of the OECD/JRC handbook (step 6): an arithmetic mean lets a strength make up for
a weakness in full, a geometric or harmonic mean only in part, Copeland's rule (pairwise
majorities) not at all.
"""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError
from dxkit.maturity._framework import Framework

Aggregate = Literal["arithmetic", "geometric", "harmonic", "copeland"]
AGGREGATE = get_args(Aggregate)
NEEDS_POSITIVE = ("geometric", "harmonic")
# onto the scale on which a mean is arithmetic, and back
SCALES: dict[str, tuple[Callable[[FloatArray], FloatArray], Callable[[FloatArray], FloatArray]]] = {
    "arithmetic": (np.positive, np.positive),
    "geometric": (np.log, np.exp),
    "harmonic": (np.reciprocal, np.reciprocal),
}
# room for rounding: 0.6 of the weight is enough where 0.6 is asked for
SHARE_TOLERANCE = 1e-9


def check_pair(normalise: str, aggregate: str) -> None:
    """Refuse an aggregation that its normalisation cannot feed.

    Raises
    ------
    ChoiceError
        If the aggregation is unknown, or would take logarithms or reciprocals of z-scores (half of
        them are below 0).
    """
    if aggregate not in AGGREGATE:
        raise ChoiceError(
            f"集計「{aggregate}」はありません。{'・'.join(AGGREGATE)} から選んでください。"
        )
    if aggregate in NEEDS_POSITIVE and normalise == "zscore":
        raise ChoiceError(
            f"normalise='{normalise}' と aggregate='{aggregate}' は組み合わせられません"
            "（0以下の値の対数や逆数はありません）。"
            "normalise='goalposts' か 'minmax' を選んでください。"
        )


def aggregate_headings(
    scaled: FloatArray, framework: Framework, aggregate: str, min_answered: float
) -> FloatArray:
    """Aggregate leaves to headings, from the deepest up.

    Parameters
    ----------
    scaled
        Units × leaves, NaN where missing.
    framework
        The tree.
    aggregate
        One of `AGGREGATE`.
    min_answered
        Share of a heading's weight (0–1) that must be there; with less, the heading is missing.
        What is there is weighed up to 1.

    Returns
    -------
    numpy.ndarray
        Units × headings, in the framework's order; the last column is the total.
    """
    if aggregate == "copeland":
        return _aggregate_by_majority(scaled, framework)
    n_leaves = len(framework.leaves)
    columns = np.full((scaled.shape[0], n_leaves + len(framework.headings)), np.nan)
    columns[:, :n_leaves] = scaled
    for position, heading in enumerate(framework.headings):
        columns[:, n_leaves + position] = weighted_mean(
            columns[:, heading.members], heading.weights, aggregate, min_answered
        )
    return columns[:, n_leaves:]


def weighted_mean(
    members: FloatArray, weights: FloatArray, aggregate: str, min_answered: float = 0.0
) -> FloatArray:
    r"""Compute each row's weighted mean over what is there.

    :math:`\sum w x`, :math:`\prod x^{w}` or :math:`1/\sum w/x`, weights scaled to sum 1.
    """
    is_answered = ~np.isnan(members)
    answered_share = is_answered @ weights
    lift, lower = SCALES[aggregate]
    with np.errstate(invalid="ignore", divide="ignore"):
        # 1 stands in for what is missing: it has a logarithm and a reciprocal
        lifted = lift(np.where(is_answered, members, 1.0))
        means = lower(np.where(is_answered, lifted, 0.0) @ weights / answered_share)
    is_enough = (answered_share > 0) & (answered_share >= min_answered - SHARE_TOLERANCE)
    return np.where(is_enough, means, np.nan)


def compare_pairs(scaled: FloatArray, weights: FloatArray) -> FloatArray:
    """Compute the weight of the indicators in which the row's unit is ahead of the column's.

    Handbook equation (32). Where both are level half the weight counts; indicators that either has
    not answered say nothing about the pair.
    """
    with np.errstate(invalid="ignore"):
        is_ahead = scaled[:, None, :] > scaled[None, :, :]
        is_level = scaled[:, None, :] == scaled[None, :, :]
    matrix = np.asarray(is_ahead @ weights + 0.5 * (is_level @ weights))
    np.fill_diagonal(matrix, 0.0)
    return matrix


def _aggregate_by_majority(scaled: FloatArray, framework: Framework) -> FloatArray:
    """Compute pairwise wins less losses, as a share of the other units, heading by heading."""
    columns = []
    for shares in spread_over_leaves(framework):
        matrix = compare_pairs(scaled, shares)
        wins = np.sign(matrix - matrix.T).sum(axis=1) / max(scaled.shape[0] - 1, 1)
        is_answered = (~np.isnan(scaled)) @ shares > 0
        columns.append(np.where(is_answered, wins, np.nan))
    return np.column_stack(columns)


def spread_over_leaves(framework: Framework) -> list[FloatArray]:
    """Compute, for each heading, each leaf's share of it."""
    n_leaves = len(framework.leaves)
    shares = np.vstack([np.eye(n_leaves), np.zeros((len(framework.headings), n_leaves))])
    for position, heading in enumerate(framework.headings):
        shares[n_leaves + position] = heading.weights @ shares[heading.members]
    return list(shares[n_leaves:])
