"""Which groups of opinion are there among the voters?

Opinion groups as Polis finds them: C. Small et al., "Polis: scaling deliberation by mapping high
dimensional opinion spaces", Recerca 26(2), 2021. They describe these voters and test nobody else's
opinion.
"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray, IntArray
from dxkit.schema import carry_provenance
from dxkit.store._k_means import cluster_points, compute_silhouette
from dxkit.store._opinion_plane import place_voters, sort_votes

# as in Polis, who has voted on fewer items than this (or all there are) is left out
LEAST_VOTES = 7
MAX_GROUPS = 5
# decimals to which two places are the same
DECIMALS = 9


def opinion_groups(
    votes: pd.DataFrame,
    *,
    least_votes: int = LEAST_VOTES,
    group_count: int | None = None,
    seed: int = 0,
) -> tuple[pd.Series, float]:
    """Find groups of voters who vote alike, as Polis does.

    Voters are placed on a plane (`opinion_plane`) and grouped by k-means with 2 to 5 groups; the
    number of groups has the highest silhouette.

    Parameters
    ----------
    votes
        One row a voter, one column an item, missing where there is no vote.
    least_votes
        Who voted on fewer items (or not on all, where there are fewer items) belongs to no group.
    group_count
        Seek this number of groups, as far as there are places for them; by default the best of 2
        to 5.
    seed
        Starts k-means.

    Returns
    -------
    tuple
        The group of each voter (``Int64``, from 1, the largest first; missing for those left out),
        and the silhouette. With fewer than three voters left, or all in one place, there is one
        group and no silhouette.

    Examples
    --------
    >>> import pandas as pd
    >>> votes = pd.DataFrame([[2, 2, -2]] * 3 + [[-2, -1, 2]] * 2)
    >>> groups, silhouette = opinion_groups(votes)
    >>> groups.tolist(), silhouette
    ([1, 1, 1, 2, 2], 1.0)
    """
    groups = pd.Series(pd.NA, index=votes.index, dtype="Int64", name="group")
    # the random starts of k-means go through voters in the order of their votes, whatever the
    # order of rows and columns: voters who voted alike are the same to it
    values, by_votes = sort_votes(votes)
    labels, silhouette = _group_voters(values, least_votes, group_count, seed)
    groups.iloc[by_votes] = labels.array
    return carry_provenance(groups, votes), silhouette


def _group_voters(
    values: FloatArray, least_votes: int, group_count: int | None, seed: int
) -> tuple[pd.Series, float]:
    """Group voters: the group of each, missing for those left out, and the silhouette."""
    groups = pd.Series(pd.NA, index=range(len(values)), dtype="Int64")
    vote_counts = np.isfinite(values).sum(axis=1)
    has_enough = vote_counts >= max(1, min(least_votes, values.shape[1]))
    if not has_enough.any():
        return groups, np.nan
    # as in Polis, those left out still have a say in which directions the plane has
    has_voted = vote_counts > 0
    points = place_voters(values[has_voted])[has_enough[has_voted]]
    labels, silhouette = _cluster_best(points, group_count, np.random.default_rng(seed))
    groups[has_enough] = _number_by_size(labels) + 1
    return groups, silhouette


def _cluster_best(
    points: FloatArray, group_count: int | None, random: np.random.Generator
) -> tuple[IntArray, float]:
    """Cluster with each number of groups and keep the highest silhouette."""
    # more groups than places, or each voter alone, would say nothing
    place_count = len(np.unique(points.round(DECIMALS), axis=0))
    max_groups = min(MAX_GROUPS if group_count is None else group_count, place_count)
    max_groups = min(max_groups, len(points) - 1)
    min_groups = 2 if group_count is None else max(2, max_groups)
    clusterings = [
        (labels, compute_silhouette(points, labels))
        for labels in (
            cluster_points(points, count, random) for count in range(min_groups, max_groups + 1)
        )
    ]
    one_group = (np.zeros(len(points), dtype=np.intp), np.nan)
    return max(clusterings, key=lambda clustering: clustering[1], default=one_group)


def _number_by_size(labels: IntArray) -> IntArray:
    """Renumber groups from 0, the largest first; equal sizes in the order of their first voter."""
    kinds, first_voters, sizes = np.unique(labels, return_index=True, return_counts=True)
    rank = np.empty(len(kinds), dtype=np.intp)
    rank[np.lexsort((first_voters, -sizes))] = np.arange(len(kinds))
    numbers: IntArray = rank[np.searchsorted(kinds, labels)]
    return numbers
