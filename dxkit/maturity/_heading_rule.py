"""What becomes of a heading's mean when answers below it are missing?

The rule for missing answers, the same in `score`, in the nominal rank and in every draw of
`rank_intervals`: a heading is the weighted mean of the members that are there, their weights scaled
to sum 1 within that heading. It is there if one of them is, and if those that are there hold at
least ``min_answered`` of its weight (by the given weights, whatever weights are drawn). So the
weight of a missing answer goes to its neighbours under the same heading and not to the rest of the
index, and a heading without an answer hands its weight to the headings beside it. The mean is
arithmetic, or that of logarithms (geometric) or reciprocals (harmonic), heading by heading.
Copeland compares each pair by what both have answered, and gives a heading to the same units. Where
missing answers are drawn, nothing is left out.
"""

from collections.abc import Sequence

import numpy as np

from dxkit._arrays import BoolArray, FloatArray
from dxkit.maturity._framework import Framework

# the least share of a heading's weight that must be answered before it gets a score
MIN_ANSWERED = 0.6
# room for rounding: 0.6 of the weight is enough where 0.6 is asked for
SHARE_TOLERANCE = 1e-9


def find_present(is_answered: BoolArray, framework: Framework, min_answered: float) -> BoolArray:
    """Find which leaves and headings are there, unit by unit.

    Parameters
    ----------
    is_answered
        Units × leaves.
    framework
        The tree, with the given weights.
    min_answered
        Share of a heading's weight (0–1) that must be there.

    Returns
    -------
    numpy.ndarray
        Units × (leaves, then headings); the last column is the total.
    """
    n_leaves = len(framework.leaves)
    is_present = np.zeros((len(is_answered), n_leaves + len(framework.headings)), dtype=bool)
    is_present[:, :n_leaves] = is_answered
    for position, heading in enumerate(framework.headings):
        share = is_present[:, heading.members] @ heading.weights
        is_enough = (share > 0) & (share >= min_answered - SHARE_TOLERANCE)
        is_present[:, n_leaves + position] = is_enough
    return is_present


class HeadingAverager:
    """Averages of one table's leaves under many draws of weights, by the rule for missing answers.

    Parameters
    ----------
    is_answered, framework, min_answered
        As for `find_present`.
    """

    def __init__(
        self, is_answered: BoolArray, framework: Framework, min_answered: float = 0.0
    ) -> None:
        self.framework = framework
        self.is_present = find_present(is_answered, framework, min_answered)
        self.is_complete = bool(is_answered.all())
        self._presence = self.is_present.astype(float)

    def average(self, lifted: FloatArray, heading_weights: Sequence[FloatArray]) -> FloatArray:
        """Average leaves up to the total.

        Parameters
        ----------
        lifted
            Units × leaves, on the scale on which the mean is arithmetic; 0 where missing.
        heading_weights
            Members × draws of each heading, of sum 1 within it.

        Returns
        -------
        numpy.ndarray
            Draws × units; NaN where the total is not there.
        """
        if self.is_complete:
            # means of means are one product of matrices
            return np.asarray(multiply_weights(self.framework, heading_weights).T @ lifted.T)
        n_leaves = len(self.framework.leaves)
        means: dict[int, FloatArray] = {}
        for position, heading in enumerate(self.framework.headings):
            weights = heading_weights[position]
            is_leaf = heading.members < n_leaves
            leaves = heading.members[is_leaf]
            sums = weights[is_leaf].T @ lifted[:, leaves].T
            shares = weights[is_leaf].T @ self._presence[:, leaves].T
            # headings below have a mean of their own in each draw
            inner = zip(heading.members[~is_leaf], weights[~is_leaf], strict=True)
            for member, member_weights in inner:
                sums += member_weights[:, None] * means.pop(member)
                shares += member_weights[:, None] * self._presence[:, member]
            with np.errstate(invalid="ignore", divide="ignore"):
                is_present = self.is_present[:, n_leaves + position]
                means[n_leaves + position] = np.where(is_present, sums / shares, 0.0)
        total = means[n_leaves + len(self.framework.headings) - 1]
        total[:, ~self.is_present[:, -1]] = np.nan
        return total


def multiply_weights(framework: Framework, heading_weights: Sequence[FloatArray]) -> FloatArray:
    """Multiply weights from the total down to the leaves.

    Parameters
    ----------
    framework
        The tree.
    heading_weights
        Members × draws of each heading.

    Returns
    -------
    numpy.ndarray
        Leaves × draws: each leaf's share of the total.
    """
    n_leaves = len(framework.leaves)
    n_draws = heading_weights[-1].shape[1]
    # each weight's draws side by side in memory: headings are dealt with one after another
    share = np.ones((n_leaves + len(framework.headings), n_draws))
    for position in range(len(framework.headings) - 1, -1, -1):
        members = framework.headings[position].members
        share[members] = heading_weights[position] * share[n_leaves + position]
    return share[:n_leaves]
