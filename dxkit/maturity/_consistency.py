"""Do the indicators under one heading belong together?

Handbook step 4 (multivariate analysis): Cronbach's alpha of each heading with an interval, because
41 municipalities are few.
"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import (
    require_result,
    require_seed,
    require_share,
    require_whole_number,
)
from dxkit._plain_tables import order_of_labels
from dxkit.maturity._score import Scores
from dxkit.schema import carry_provenance


def consistency(
    scores: Scores, *, draws: int = 1000, level: float = 0.9, seed: int = 0
) -> pd.DataFrame:
    """Compute Cronbach's alpha of each heading.

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
        Index heading: ``indicators`` (how many), ``alpha, low, high``, ``municipalities`` (with
        all answers). Missing where a heading has fewer than two indicators that vary.

    Raises
    ------
    ChoiceError
        If an option is out of its limits.

    Notes
    -----
    Cronbach (1951). High alpha says that indicators move together, not that they measure what they
    should.

    Examples
    --------
    >>> import dxkit
    >>> from dxkit.maturity import score
    >>> scores = score(dxkit.load("dashboard"), dxkit.load("indicators_dashboard"))
    >>> consistency(scores, draws=100)["alpha"].round(2).to_dict()
    {'organisation': 0.58, 'operations': 0.48, 'services': 0.05}
    """
    require_result(scores, Scores, "scores", "maturity.score")
    require_whole_number(draws, "draws", high=10**9)
    require_share(level, "level")
    require_seed(seed)
    parents = scores.indicators.set_index("indicator")["parent"]
    by_code = scores.normalised.iloc[order_of_labels(scores.normalised.index)]
    rows = {}
    for heading in scores.dimensions.columns:
        members = [name for name in scores.normalised.columns if parents[name] == heading]
        # each heading draws the same municipalities, in the order of their codes
        random = np.random.default_rng(seed)
        complete = by_code[members].dropna().to_numpy()
        rows[heading] = _bootstrap_alpha(complete, draws, level, random)
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["indicators", "alpha", "low", "high", "municipalities"]
    )
    table = table.rename_axis("heading").astype({"indicators": int, "municipalities": int})
    return carry_provenance(table, scores.normalised)


def _bootstrap_alpha(
    numbers: FloatArray, draws: int, level: float, random: np.random.Generator
) -> tuple[int, float, float, float, int]:
    """Compute alpha with an interval: how many indicators, alpha, low, high, how many units."""
    n_units, n_items = numbers.shape
    alpha = compute_cronbach(numbers)
    if np.isnan(alpha):
        return n_items, alpha, np.nan, np.nan, n_units
    samples = (numbers[random.integers(0, n_units, n_units)] for _ in range(draws))
    bounds = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.nanquantile([compute_cronbach(sample) for sample in samples], bounds)
    return n_items, alpha, float(low), float(high), n_units


def compute_cronbach(numbers: FloatArray) -> float:
    r"""Compute Cronbach's alpha; NaN where it is not defined.

    :math:`\frac{k}{k-1}\left(1 - \frac{\sum \sigma_i^2}{\sigma_{\mathrm{sum}}^2}\right)`

    Parameters
    ----------
    numbers
        Units × indicators, complete.
    """
    n_units, n_items = numbers.shape
    sum_variance = numbers.sum(axis=1).var(ddof=1) if n_units > 1 else 0.0
    if n_items < 2 or not sum_variance > 0:
        return float("nan")
    item_variance = numbers.var(axis=0, ddof=1).sum()
    return float(n_items / (n_items - 1) * (1 - item_variance / sum_variance))
