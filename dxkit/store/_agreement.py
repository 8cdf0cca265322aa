"""How far does a group agree, and which groups of opinion are there in it?

Kendall's W for ties within a voter: M. G. Kendall, Rank Correlation Methods (1948), ch. 6; S. Siegel, Nonparametric
Statistics (1956), pp. 229-238. Opinion groups as Polis finds them: C. Small et al., "Polis: scaling deliberation by mapping
high dimensional opinion spaces", Recerca 26(2), 2021. Both describe these voters and test nobody else's opinion.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.spatial.distance import cdist

from dxkit.errors import ChoiceError, TableWarning

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
# Polis: who has voted on fewer items than this (or all there are) is left out
LEAST_VOTES = 7
MOST_GROUPS = 5
STARTS = 100
# figures of fewer voters than this would tell what one person thinks
LEAST_SHOWN = 3
MISSING_WARNED = 0.5


@dataclass(frozen=True)
class Agreement:
    """How far voters agree.

    Attributes
    ----------
    w : float
        Kendall's W: 0 (no agreement on the order of the items) to 1 (the same order); missing if fewer than two voted on all.
    p_value : float
        By the chi-square approximation, which needs more than seven items.
    voters, complete, items : int
        How many voted, how many of them on every item (W uses only these), and on how many items.
    missing : float
        Share (0-1) of votes not given.
    groups : pandas.DataFrame
        One row an opinion group: ``group, voters``.
    opinions : pandas.DataFrame
        One row a group and item: ``group, item, votes, mean``; missing where fewer than three voted.
    silhouette : float
        How clearly the groups stand apart (-1 to 1); below about 0.25 read them as one cloud.
    """

    w: float
    p_value: float
    voters: int
    complete: int
    items: int
    missing: float
    groups: pd.DataFrame
    opinions: pd.DataFrame
    silhouette: float


def kendall_w(ratings: ArrayLike) -> tuple[float, float]:
    """Give Kendall's coefficient of concordance with the correction for ties, and its p-value.

    Parameters
    ----------
    ratings
        One row a voter, one column an item; higher is better, ties allowed, nothing missing.

    Returns
    -------
    tuple of float
        W and p (chi-square with n - 1 degrees of freedom: an approximation for n > 7 items). Both are missing if there
        are fewer than two voters or items, or nobody makes any difference between items.

    Raises
    ------
    ChoiceError
        If it is no complete table of numbers.
    """
    values = np.asarray(ratings, dtype=np.float64)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise ChoiceError(
            f"評価の表（形 {values.shape}）に空欄か数でない値があります。全項目に答えた人の行だけを渡してください。"
        )
    voters, items = values.shape
    if voters < 2 or items < 2:
        return np.nan, np.nan
    ranks = stats.rankdata(values, axis=1)
    ties = sum(
        float((count**3 - count).sum())
        for count in (np.unique(row, return_counts=True)[1] for row in ranks)
    )
    room = voters**2 * (items**3 - items) - voters * ties
    if room <= 0:
        return np.nan, np.nan
    sums = ranks.sum(axis=0)
    w = float(12 * ((sums - sums.mean()) ** 2).sum() / room)
    return w, float(stats.chi2.sf(voters * (items - 1) * w, items - 1))


def opinion_groups(
    votes: pd.DataFrame, *, least_votes: int = LEAST_VOTES, seed: int = 0
) -> tuple[pd.Series, float]:
    """Find groups of voters who vote alike, as Polis does: two principal components, then k-means with 2 to 5 groups.

    Missing votes take the item's mean; a voter's place is stretched by the root of (items / votes given), so that who voted
    on few items is not drawn to the middle; the number of groups has the highest silhouette.

    Parameters
    ----------
    votes
        One row a voter, one column an item, missing where there is no vote.
    least_votes
        Who voted on fewer items (or not on all, where there are fewer items) belongs to no group.
    seed
        Starts k-means.

    Returns
    -------
    tuple
        The group of each voter (``Int64``, from 1, the largest first; missing for those left out), and the silhouette.
        With fewer than three voters left, or all in one place, there is one group and no silhouette.
    """
    values = votes.to_numpy(dtype=np.float64)
    given = np.isfinite(values)
    enough = given.sum(axis=1) >= max(1, min(least_votes, values.shape[1]))
    found = pd.Series(pd.NA, index=votes.index, dtype="Int64", name="group")
    if not enough.any():
        return found, np.nan
    # as in Polis, those left out still have a say in which directions the plane has
    spread = places(values[given.any(axis=1)])[enough[given.any(axis=1)]]
    labels, silhouette = _split(spread, np.random.default_rng(seed))
    found[enough] = _by_size(labels) + 1
    return found, silhouette


def places(values: Floats) -> Floats:
    """Give each voter's place on the plane of the two directions in which votes differ most."""
    given = np.isfinite(values)
    known = given.any(axis=0)
    values, given = values[:, known], given[:, known]
    centred = np.where(given, values - np.nanmean(values, axis=0), 0.0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    stretch = np.sqrt(values.shape[1] / given.sum(axis=1))
    spread: Floats = centred @ directions.T * stretch[:, None]
    return spread


def _split(points: Floats, random: np.random.Generator) -> tuple[Places, float]:
    most = min(MOST_GROUPS, len(np.unique(points.round(9), axis=0)), len(points) - 1)
    tried = [
        (labels, _silhouette(points, labels))
        for labels in (_k_means(points, k, random) for k in range(2, most + 1))
    ]
    return max(
        tried, key=lambda each: each[1], default=(np.zeros(len(points), dtype=np.intp), np.nan)
    )


def _k_means(points: Floats, k: int, random: np.random.Generator) -> Places:
    """Give the best of several starts of Lloyd's algorithm, each begun as k-means++ does."""
    tried = [_lloyd(points, _spread_out(points, k, random)) for _ in range(STARTS)]
    return min(tried, key=lambda each: each[1])[0]


def _spread_out(points: Floats, k: int, random: np.random.Generator) -> Floats:
    centres = [points[random.integers(len(points))]]
    for _ in range(k - 1):
        far = cdist(points, np.array(centres), "sqeuclidean").min(axis=1)
        centres.append(points[random.choice(len(points), p=far / far.sum())])
    return np.array(centres)


def _lloyd(points: Floats, centres: Floats) -> tuple[Places, float]:
    labels = np.full(len(points), -1, dtype=np.intp)
    while True:
        far = cdist(points, centres, "sqeuclidean")
        now = far.argmin(axis=1)
        if (now == labels).all():
            return labels, float(far.min(axis=1).sum())
        labels = now
        # a centre that nobody is nearest to stays where it is
        centres = np.array(
            [
                points[labels == at].mean(axis=0) if (labels == at).any() else c
                for at, c in enumerate(centres)
            ]
        )


def _silhouette(points: Floats, labels: Places) -> float:
    """Give the mean silhouette (Rousseeuw 1987); a voter alone in a group counts 0."""
    kinds, own = np.unique(labels, return_inverse=True)
    if len(kinds) < 2:
        return -1.0
    sums = np.column_stack([cdist(points, points[labels == kind]).sum(axis=1) for kind in kinds])
    sizes = np.bincount(own)
    rows = np.arange(len(points))
    inside = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    scores = np.where(
        sizes[own] > 1, (outside - inside) / np.maximum(np.maximum(inside, outside), 1e-12), 0.0
    )
    return float(scores.mean())


def _by_size(labels: Places) -> Places:
    """Give groups numbers from 0, the largest first; equal sizes in the order of their first voter."""
    kinds, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    rank = np.empty(len(kinds), dtype=np.intp)
    rank[np.lexsort((first, -sizes))] = np.arange(len(kinds))
    numbered: Places = rank[np.searchsorted(kinds, labels)]
    return numbered


def agree(votes: pd.DataFrame, *, seed: int = 0) -> Agreement:
    """Put W and the opinion groups of a table of votes together, nobody's own votes in it.

    Parameters
    ----------
    votes
        As in `opinion_groups`.
    seed
        As in `opinion_groups`.

    Returns
    -------
    Agreement

    Warns
    -----
    TableWarning
        If more than half of the votes are missing.
    """
    missing = float(votes.isna().to_numpy().mean()) if votes.size else np.nan
    if missing > MISSING_WARNED:
        said = (
            f"票の{missing:.0%}が空欄です。半分を超えると意見グループは当てになりません（参考値）。"
        )
        warnings.warn(said, TableWarning, stacklevel=3)
    complete = votes.dropna()
    w, p_value = kendall_w(complete.to_numpy(dtype=np.float64))
    labels, silhouette = opinion_groups(votes, seed=seed)
    sizes = labels.value_counts().sort_index().rename_axis("group").rename("voters").reset_index()
    return Agreement(
        w,
        p_value,
        len(votes),
        len(complete),
        votes.shape[1],
        missing,
        sizes,
        _opinions(votes, labels),
        silhouette,
    )


def _opinions(votes: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """Give each group's mean on each item where enough voted that it tells nobody's own vote."""
    long = (
        votes.assign(group=labels)
        .melt(id_vars="group", var_name="item", value_name="value")
        .dropna()
    )
    counted = (
        long.groupby(["group", "item"], sort=True)["value"]
        .agg(votes="size", mean="mean")
        .reset_index()
    )
    return counted.assign(mean=counted["mean"].where(counted["votes"] >= LEAST_SHOWN))
