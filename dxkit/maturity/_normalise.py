"""How do indicators in different units come onto one scale?

The normalisations of the OECD/JRC handbook (step 5). Goalposts are the default: fixed ends make years comparable, while
min-max, z-scores and ranks move everybody when one municipality changes.
"""

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.maturity._framework import Floats, Framework

Normalise = Literal["goalposts", "minmax", "zscore", "rank", "percentile"]
NORMALISE = get_args(Normalise)


def normalised(
    numbers: Floats, framework: Framework, how: str, scale: tuple[float, float]
) -> Floats:
    """Bring columns onto one scale, more always better.

    Parameters
    ----------
    numbers
        Units × leaves; NaN is missing and stays so.
    framework
        Directions and goalposts.
    how
        One of `NORMALISE`.
    scale
        Ends of the scale for ``goalposts`` (values beyond the posts are cut), ``minmax`` and ``percentile``.

    Raises
    ------
    ChoiceError
        If ``how`` is unknown.
    TableError
        If goalposts are asked for and not given, or a column does not vary and cannot be normalised.
    """
    if how not in NORMALISE:
        raise ChoiceError(
            f"正規化「{how}」はありません。{'・'.join(NORMALISE)} から選んでください。"
        )
    towards = numbers * framework.direction
    if how == "goalposts":
        return _between(towards, *_posts(framework), scale)
    _check_varies(numbers, framework, how)
    if how == "minmax":
        return _between(towards, np.nanmin(towards, axis=0), np.nanmax(towards, axis=0), scale)
    if how == "zscore":
        return np.asarray(
            (towards - np.nanmean(towards, axis=0)) / np.nanstd(towards, axis=0, ddof=1)
        )
    return _places(towards, how, scale)


def _between(towards: Floats, low: Floats, high: Floats, scale: tuple[float, float]) -> Floats:
    r"""Give :math:`l + (u-l)(x-\min)/(\max-\min)`, cut at the ends."""
    share = np.clip((towards - low) / (high - low), 0, 1)
    return np.asarray(scale[0] + (scale[1] - scale[0]) * share)


def _posts(framework: Framework) -> tuple[Floats, Floats]:
    """Give the goalposts in the direction of better."""
    absent = np.isnan(framework.low) | np.isnan(framework.high)
    if absent.any():
        remedy = "low と high を入れるか、normalise= に別の方法を選んでください"
        names = np.array(framework.leaves)[absent]
        raise TableError(
            [Fault("目標値（low・high）がありません", remedy, column=str(name)) for name in names]
        )
    ends = np.sort(
        [framework.low * framework.direction, framework.high * framework.direction], axis=0
    )
    return ends[0], ends[1]


def _check_varies(numbers: Floats, framework: Framework, how: str) -> None:
    """Refuse columns in which everybody is equal: they cannot be stretched over a scale."""
    known = ~np.isnan(numbers)
    spread = np.where(known, numbers, -np.inf).max(axis=0) - np.where(known, numbers, np.inf).min(
        axis=0
    )
    flat = ~(spread > 0)
    if how in ("minmax", "zscore") and flat.any():
        remedy = "この指標を外す（重み0）か、normalise='goalposts' にしてください"
        names = np.array(framework.leaves)[flat]
        raise TableError(
            [
                Fault("すべての市町で同じ値か、値がありません", remedy, column=str(name))
                for name in names
            ]
        )


def _places(towards: Floats, how: str, scale: tuple[float, float]) -> Floats:
    """Give ascending ranks (ties share the mean rank), or the share of others that are below."""
    ranks = pd.DataFrame(towards).rank(method="average" if how == "rank" else "min").to_numpy()
    if how == "rank":
        return np.asarray(ranks, dtype=float)
    count = (~np.isnan(towards)).sum(axis=0)
    return np.asarray(scale[0] + (scale[1] - scale[0]) * (ranks - 1) / np.maximum(count - 1, 1))


def worst_and_best(scaled: Floats, how: str, scale: tuple[float, float]) -> tuple[Floats, Floats]:
    """Give what a missing answer could be worth at least and at most, for each leaf."""
    columns: NDArray[np.intp] = np.arange(scaled.shape[1])
    if how in ("goalposts", "minmax", "percentile"):
        return np.full(columns.size, scale[0]), np.full(columns.size, scale[1])
    known = ~np.isnan(scaled)
    return np.where(known, scaled, np.inf).min(axis=0), np.where(known, scaled, -np.inf).max(axis=0)
