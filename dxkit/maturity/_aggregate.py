"""How do normalised indicators become one figure a heading, and one in all?

The aggregations of the OECD/JRC handbook (step 6): an arithmetic mean lets a strength make up for a weakness in full, a
geometric or harmonic mean only in part, Copeland's rule (pairwise majorities) not at all.
"""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from dxkit.errors import ChoiceError
from dxkit.maturity._framework import Floats, Framework

Aggregate = Literal["arithmetic", "geometric", "harmonic", "copeland"]
AGGREGATE = get_args(Aggregate)
NEEDS_POSITIVE = ("geometric", "harmonic")
# onto the scale on which a mean is arithmetic, and back
SCALES: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "arithmetic": (np.positive, np.positive),
    "geometric": (np.log, np.exp),
    "harmonic": (np.reciprocal, np.reciprocal),
}


def check_pair(normalise: str, aggregate: str) -> None:
    """Refuse an aggregation that its normalisation cannot feed.

    Raises
    ------
    ChoiceError
        If the aggregation is unknown, or would take logarithms or reciprocals of z-scores (half of them are below 0).
    """
    if aggregate not in AGGREGATE:
        raise ChoiceError(
            f"集計「{aggregate}」はありません。{'・'.join(AGGREGATE)} から選んでください。"
        )
    if aggregate in NEEDS_POSITIVE and normalise == "zscore":
        raise ChoiceError(
            f"normalise='{normalise}' と aggregate='{aggregate}' は組み合わせられません（0以下の値の対数や逆数はありません）。"
            "normalise='goalposts' か 'minmax' を選んでください。"
        )


def aggregated(scaled: Floats, framework: Framework, how: str, min_answered: float) -> Floats:
    """Aggregate leaves to headings, from the deepest up.

    Parameters
    ----------
    scaled
        Units × leaves, NaN where missing.
    framework
        The tree.
    how
        One of `AGGREGATE`.
    min_answered
        Share of a heading's weight (0–1) that must be there; with less, the heading is missing. What is there is weighed
        up to 1.

    Returns
    -------
    numpy.ndarray
        Units × headings, in the framework's order; the last column is the total.
    """
    if how == "copeland":
        return _copeland(scaled, framework)
    columns = np.full((scaled.shape[0], len(framework.leaves) + len(framework.headings)), np.nan)
    columns[:, : len(framework.leaves)] = scaled
    for at, heading in enumerate(framework.headings):
        columns[:, len(framework.leaves) + at] = mean(
            columns[:, heading.members], heading.weights, how, min_answered
        )
    return columns[:, len(framework.leaves) :]


def mean(part: Floats, weights: Floats, how: str, min_answered: float = 0.0) -> Floats:
    r"""Give the weighted mean of each row: :math:`\sum w x`, :math:`\prod x^{w}` or :math:`1/\sum w/x`, over what is known."""
    known = ~np.isnan(part)
    share = known @ weights
    lift, back = SCALES[how]
    with np.errstate(invalid="ignore", divide="ignore"):
        lifted = lift(np.where(known, part, 1.0))
        result = back(np.where(known, lifted, 0.0) @ weights / share)
    # a little room for rounding: 0.6 of the weight is enough where 0.6 is asked
    return np.where((share > 0) & (share >= min_answered - 1e-9), result, np.nan)


def outranking(scaled: Floats, weights: Floats) -> Floats:
    """Give the weight of the indicators in which the row's unit is ahead of the column's; half where they are level.

    Handbook equation (32). Indicators that either has not answered say nothing about the pair.
    """
    with np.errstate(invalid="ignore"):
        ahead = scaled[:, None, :] > scaled[None, :, :]
        level = scaled[:, None, :] == scaled[None, :, :]
    matrix = np.asarray(ahead @ weights + 0.5 * (level @ weights))
    np.fill_diagonal(matrix, 0.0)
    return matrix


def _copeland(scaled: Floats, framework: Framework) -> Floats:
    """Give pairwise wins less losses, as a share of the other units, heading by heading on the leaves below it."""
    below = _leaves_below(framework)
    columns = []
    for share in below:
        matrix = outranking(scaled, share)
        wins = np.sign(matrix - matrix.T).sum(axis=1) / max(scaled.shape[0] - 1, 1)
        answered = (~np.isnan(scaled)) @ share > 0
        columns.append(np.where(answered, wins, np.nan))
    return np.column_stack(columns)


def _leaves_below(framework: Framework) -> list[Floats]:
    """Give, for each heading, each leaf's share of it."""
    count = len(framework.leaves)
    shares = np.vstack([np.eye(count), np.zeros((len(framework.headings), count))])
    for at, heading in enumerate(framework.headings):
        shares[count + at] = heading.weights @ shares[heading.members]
    return list(shares[count:])
