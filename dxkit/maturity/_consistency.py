"""Do the indicators under one heading belong together, and do any two say the same?

Handbook step 4 (multivariate analysis): correlations, and Cronbach's alpha of each heading with an interval, because 41
municipalities are few.
"""

import numpy as np
import pandas as pd

from dxkit.errors import ChoiceError
from dxkit.maturity._framework import Floats
from dxkit.maturity._score import Scores

METHODS = ("spearman", "pearson", "kendall")


def correlations(scores: Scores, *, method: str = "spearman") -> pd.DataFrame:
    """Give the correlation of every two indicators over municipalities that have both.

    Parameters
    ----------
    scores
        Of `score`.
    method
        ``"spearman"`` (ranks, fit for levels), ``"pearson"`` or ``"kendall"``.

    Returns
    -------
    pandas.DataFrame
        Indicators × indicators; missing where an indicator does not vary.

    Raises
    ------
    ChoiceError
        If there is no such method.
    """
    if method not in METHODS:
        raise ChoiceError(
            f"相関の方法「{method}」はありません。{'・'.join(METHODS)} から選んでください。"
        )
    ranked = scores.normalised.rank() if method == "spearman" else scores.normalised
    return ranked.corr(method="kendall" if method == "kendall" else "pearson")


def consistency(
    scores: Scores, *, draws: int = 1000, level: float = 0.9, seed: int = 0
) -> pd.DataFrame:
    """Give Cronbach's alpha of each heading.

    Parameters
    ----------
    scores
        Of `score`.
    draws
        Bootstrap draws over municipalities.
    level
        Of the interval (0–1).
    seed
        Of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        Index heading: ``indicators`` (how many), ``alpha, low, high``, ``municipalities`` (with all answers). Missing where a
        heading has fewer than two indicators that vary.

    Notes
    -----
    Cronbach (1951). High alpha says that indicators move together, not that they measure what they should.
    """
    parents = scores.indicators.set_index("indicator")["parent"]
    random = np.random.default_rng(seed)
    rows = {}
    for heading in scores.dimensions.columns:
        members = [name for name in scores.normalised.columns if parents[name] == heading]
        rows[heading] = _with_interval(
            scores.normalised[members].dropna().to_numpy(), draws, level, random
        )
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["indicators", "alpha", "low", "high", "municipalities"]
    )
    return table.rename_axis("heading").astype({"indicators": int, "municipalities": int})


def _with_interval(
    numbers: Floats, draws: int, level: float, random: np.random.Generator
) -> tuple[int, float, float, float, int]:
    count, size = numbers.shape[1], numbers.shape[0]
    alpha = cronbach(numbers)
    if np.isnan(alpha):
        return count, alpha, np.nan, np.nan, size
    drawn = [cronbach(numbers[random.integers(0, size, size)]) for _ in range(draws)]
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return count, alpha, float(low), float(high), size


def cronbach(numbers: Floats) -> float:
    r"""Give :math:`\frac{k}{k-1}\left(1 - \frac{\sum \sigma_i^2}{\sigma_{\mathrm{sum}}^2}\right)`; NaN where it is not defined.

    Parameters
    ----------
    numbers
        Units × indicators, complete.
    """
    items = numbers.shape[1]
    whole = numbers.sum(axis=1).var(ddof=1) if numbers.shape[0] > 1 else 0.0
    if items < 2 or not whole > 0:
        return float("nan")
    return float(items / (items - 1) * (1 - numbers.var(axis=0, ddof=1).sum() / whole))
