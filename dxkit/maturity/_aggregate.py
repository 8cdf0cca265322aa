"""How do normalised indicators become one figure a heading, and one in all?

The aggregations of the OECD/JRC handbook (step 6): an arithmetic mean lets a strength make up for
a weakness in full, a geometric or harmonic mean only in part, Copeland's rule (pairwise
majorities) not at all.
"""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from dxkit._arrays import BoolArray, FloatArray
from dxkit._checks import require_choice
from dxkit.errors import ChoiceError
from dxkit.maturity._framework import Framework
from dxkit.maturity._heading_rule import find_present

Aggregate = Literal["arithmetic", "geometric", "harmonic", "copeland"]
AGGREGATE = get_args(Aggregate)
NEEDS_POSITIVE = ("geometric", "harmonic")
# onto the scale on which a mean is arithmetic, and back
SCALES: dict[str, tuple[Callable[[FloatArray], FloatArray], Callable[[FloatArray], FloatArray]]] = {
    "arithmetic": (np.positive, np.positive),
    "geometric": (np.log, np.exp),
    "harmonic": (np.reciprocal, np.reciprocal),
}


def check_pair(normalise: str, aggregate: str) -> None:
    """Refuse an aggregation that its normalisation cannot feed.

    Raises
    ------
    ChoiceError
        If the aggregation is unknown, or would take logarithms or reciprocals of z-scores (half of
        them are below 0).
    """
    require_choice(aggregate, AGGREGATE, "aggregate")
    # what is no word at all is refused by the normalisation itself
    if aggregate in NEEDS_POSITIVE and isinstance(normalise, str) and normalise == "zscore":
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
        Share of a heading's weight (0–1) that must be there (the rule of `_heading_rule`).

    Returns
    -------
    numpy.ndarray
        Units × headings, in the framework's order; the last column is the total.
    """
    if aggregate == "copeland":
        return _aggregate_by_majority(scaled, framework, min_answered)
    n_leaves = len(framework.leaves)
    is_present = find_present(~np.isnan(scaled), framework, min_answered)
    columns = np.full(is_present.shape, np.nan)
    columns[:, :n_leaves] = scaled
    for position, heading in enumerate(framework.headings):
        means = _average_members(
            columns[:, heading.members], is_present[:, heading.members], heading.weights, aggregate
        )
        column = n_leaves + position
        columns[:, column] = np.where(is_present[:, column], means, np.nan)
    return columns[:, n_leaves:]


def _average_members(
    members: FloatArray, is_present: BoolArray, weights: FloatArray, aggregate: str
) -> FloatArray:
    r"""Compute each row's weighted mean over what is there.

    :math:`\sum w x`, :math:`\prod x^{w}` or :math:`1/\sum w/x`, weights scaled to sum 1.
    """
    lift, lower = SCALES[aggregate]
    with np.errstate(invalid="ignore", divide="ignore"):
        # 1 stands in for what is missing: it has a logarithm and a reciprocal
        lifted = np.where(is_present, lift(np.where(is_present, members, 1.0)), 0.0)
        return lower(lifted @ weights / (is_present @ weights))


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


def find_comparable(scaled: FloatArray, weights: FloatArray) -> BoolArray:
    """Find the pairs of units that have both answered something of weight, and each with itself."""
    is_counted = ~np.isnan(scaled) & (weights > 0)
    counts = is_counted.astype(np.float64)
    return np.asarray(counts @ counts.T > 0)


def _aggregate_by_majority(
    scaled: FloatArray, framework: Framework, min_answered: float
) -> FloatArray:
    """Compute pairwise wins less losses, as a share of the other units, heading by heading.

    Who has answered nothing below the heading is no other; a pair that shares no answer is level.
    """
    n_leaves = len(framework.leaves)
    is_present = find_present(~np.isnan(scaled), framework, min_answered)
    columns = []
    for position, shares in enumerate(spread_over_leaves(framework)):
        matrix = compare_pairs(scaled, shares)
        n_answered = int(np.diag(find_comparable(scaled, shares)).sum())
        wins = np.sign(matrix - matrix.T).sum(axis=1) / max(n_answered - 1, 1)
        # who has answered too little is compared by others, and gets no figure
        columns.append(np.where(is_present[:, n_leaves + position], wins, np.nan))
    return np.column_stack(columns)


def spread_over_leaves(framework: Framework) -> list[FloatArray]:
    """Compute, for each heading, each leaf's share of it."""
    n_leaves = len(framework.leaves)
    shares = np.vstack([np.eye(n_leaves), np.zeros((len(framework.headings), n_leaves))])
    for position, heading in enumerate(framework.headings):
        shares[n_leaves + position] = heading.weights @ shares[heading.members]
    return list(shares[n_leaves:])
