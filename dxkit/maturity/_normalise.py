"""How do indicators in different units come onto one scale?

The normalisations of the OECD/JRC handbook (step 5). Goalposts are the default: fixed ends make
years comparable, while min-max, z-scores and ranks move everybody when one municipality changes.
"""

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit._checks import require_choice
from dxkit.errors import Fault, TableError
from dxkit.maturity._framework import Framework

Normalise = Literal["goalposts", "minmax", "zscore", "rank", "percentile"]
NORMALISE = get_args(Normalise)
# methods that stretch a column over a scale, which a column without variation cannot be
NEEDS_SPREAD = ("minmax", "zscore")
# differences below this part of the largest figure are rounding: 0.1 + 0.2 is no better than 0.3
ROUNDING = 1e-12
# the squares of smaller differences are 0
LEAST_SPREAD = 1e-150


def normalise_figures(
    numbers: FloatArray, framework: Framework, normalise: str, scale: tuple[float, float]
) -> FloatArray:
    """Bring columns onto one scale, more always better.

    Parameters
    ----------
    numbers
        Units × leaves; NaN is missing and stays so.
    framework
        Directions and goalposts.
    normalise
        One of `NORMALISE`.
    scale
        Ends of the scale for ``goalposts`` (values beyond the posts are cut), ``minmax`` and
        ``percentile``.

    Raises
    ------
    ChoiceError
        If ``normalise`` is unknown.
    TableError
        If goalposts are asked for and not given, or a column does not vary and cannot be
        normalised.
    """
    require_choice(normalise, NORMALISE, "normalise")
    # from here on more is better in every column
    directed = numbers * framework.direction
    if normalise == "goalposts":
        return _stretch(directed, *read_goalposts(framework), scale)
    if normalise in NEEDS_SPREAD:
        _check_spread(numbers, framework)
    if normalise == "minmax":
        return _stretch(directed, np.nanmin(directed, axis=0), np.nanmax(directed, axis=0), scale)
    if normalise == "zscore":
        deviation = directed - np.nanmean(directed, axis=0)
        return np.asarray(deviation / np.nanstd(directed, axis=0, ddof=1))
    return _rank_columns(directed, normalise, scale)


def normalise_kept(
    numbers: FloatArray,
    framework: Framework,
    normalise: str,
    scale: tuple[float, float],
    is_kept: BoolArray,
) -> FloatArray:
    """Bring the columns that are kept onto one scale; the others are missing.

    Parameters
    ----------
    numbers, framework, normalise, scale
        As for `normalise_figures`.
    is_kept
        Of each leaf.
    """
    kept_part = replace(
        framework,
        leaves=tuple(np.array(framework.leaves)[is_kept]),
        direction=framework.direction[is_kept],
        low=framework.low[is_kept],
        high=framework.high[is_kept],
    )
    scaled = np.full(numbers.shape, np.nan)
    scaled[:, is_kept] = normalise_figures(numbers[:, is_kept], kept_part, normalise, scale)
    return scaled


def _stretch(
    directed: FloatArray, low: FloatArray, high: FloatArray, scale: tuple[float, float]
) -> FloatArray:
    r"""Compute :math:`l + (u-l)(x-\min)/(\max-\min)`, cut at the ends."""
    share = np.clip((directed - low) / (high - low), 0, 1)
    return np.asarray(scale[0] + (scale[1] - scale[0]) * share)


def read_goalposts(framework: Framework) -> tuple[FloatArray, FloatArray]:
    """Read the goalposts in the direction of better.

    Raises
    ------
    TableError
        Naming every indicator that has none.
    """
    is_absent = np.isnan(framework.low) | np.isnan(framework.high)
    if is_absent.any():
        remedy = "low と high を入れるか、normalise= に別の方法を選んでください"
        names = np.array(framework.leaves)[is_absent]
        raise TableError(
            [Fault("目標値（low・high）がありません", remedy, column=str(name)) for name in names]
        )
    posts = [framework.low * framework.direction, framework.high * framework.direction]
    worse, better = np.sort(posts, axis=0)
    return worse, better


def find_flat_columns(numbers: FloatArray) -> BoolArray:
    """Find columns in which everybody is equal but for rounding, or nobody has a figure."""
    is_answered = ~np.isnan(numbers)
    highest = np.where(is_answered, numbers, -np.inf).max(axis=0)
    lowest = np.where(is_answered, numbers, np.inf).min(axis=0)
    largest = np.where(is_answered, np.abs(numbers), 0.0).max(axis=0)
    return np.asarray(~(highest - lowest > np.maximum(ROUNDING * largest, LEAST_SPREAD)))


def _check_spread(numbers: FloatArray, framework: Framework) -> None:
    """Refuse columns in which everybody is equal: they cannot be stretched over a scale."""
    is_flat = find_flat_columns(numbers)
    if is_flat.any():
        problem = "すべての市町で同じ値か、値がありません"
        remedy = "この指標を外す（重み0）か、normalise='goalposts' にしてください"
        names = np.array(framework.leaves)[is_flat]
        raise TableError([Fault(problem, remedy, column=str(name)) for name in names])


def _rank_columns(directed: FloatArray, normalise: str, scale: tuple[float, float]) -> FloatArray:
    """Compute ascending ranks (ties share the mean rank), or the share of others below."""
    method: Literal["average", "min"] = "average" if normalise == "rank" else "min"
    ranks = pd.DataFrame(directed).rank(method=method).to_numpy()
    if normalise == "rank":
        return np.asarray(ranks, dtype=float)
    n_answered = (~np.isnan(directed)).sum(axis=0)
    share_below = (ranks - 1) / np.maximum(n_answered - 1, 1)
    return np.asarray(scale[0] + (scale[1] - scale[0]) * share_below)


def find_worst_and_best(
    scaled: FloatArray, normalise: str, scale: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Find what a missing answer could be worth at least and at most, for each leaf."""
    n_leaves = scaled.shape[1]
    if normalise in ("goalposts", "minmax", "percentile"):
        return np.full(n_leaves, scale[0]), np.full(n_leaves, scale[1])
    # scales without ends: the worst and the best that anybody has
    is_answered = ~np.isnan(scaled)
    worst = np.where(is_answered, scaled, np.inf).min(axis=0)
    best = np.where(is_answered, scaled, -np.inf).max(axis=0)
    return worst, best
