"""How many dear estimates are found when it is known which they are, beside the usual yen per resident?"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError
from dxkit.support import checking
from dxkit.support.costs.outlying import CUT, FEWEST, fit

Flags = NDArray[np.bool_]
METHODS = ("trimmed", "per_resident")
USUAL_CUT = 2.0


def estimates_trial(
    municipalities: pd.DataFrame,
    *,
    people: str = "people_2020",
    estimates: int = 12,
    planted: int = 2,
    factor: float = 2.3,
    elasticity: float = 0.7,
    spread: float = 0.18,
    repeats: int = 300,
    cut: float = CUT,
    seed: int = 0,
) -> pd.DataFrame:
    """Plant dear estimates among fair ones and count how many each method finds (invented estimates).

    Parameters
    ----------
    municipalities, people
        The table and column from which sizes are drawn, without replacement.
    estimates, planted, factor
        How many estimates, how many of them dear, and how many times as dear.
    elasticity, spread
        The invented rule: cost grows by people to this power; the logarithm scatters normally with this deviation.
    repeats, seed
        How many samples, and the random seed.
    cut
        As for `outliers`; yen per resident calls high what lies two deviations above its mean.

    Returns
    -------
    pandas.DataFrame
        One row a method (trimmed, per_resident): ``method, precision, recall, f1`` over all repeats.

    Raises
    ------
    TableError
        If people are missing.
    ChoiceError
        If there are more planted than half, or more estimates than municipalities.
    """
    heads = checking.numbers(municipalities, people, "municipalities", low=1)
    if not (FEWEST <= estimates <= len(heads) and 0 < planted <= estimates // 2):
        raise ChoiceError(
            f"estimates={estimates}, planted={planted} は使えません。{FEWEST}〜{len(heads)}件、うち半分までにしてください。"
        )
    dear = np.log(checking.between(factor, "factor", above=True))
    random, counted = np.random.default_rng(seed), np.zeros((len(METHODS), 3), dtype=int)
    for _ in range(repeats):
        logs = np.log(random.choice(heads, estimates, replace=False))
        truth = np.isin(np.arange(estimates), random.choice(estimates, planted, replace=False))
        costs = elasticity * logs + random.normal(0, spread, estimates) + dear * truth
        for at, flags in enumerate((_trimmed(logs, costs, cut), _per_resident(logs, costs))):
            counted[at] += [(flags & truth).sum(), (flags & ~truth).sum(), (~flags & truth).sum()]
    found, wrong, missed = counted.T
    precision, recall = found / np.maximum(found + wrong, 1), found / np.maximum(found + missed, 1)
    table = pd.DataFrame(
        {"method": METHODS, "precision": precision, "recall": recall, "f1": 2 * found / (2 * found + wrong + missed)}
    )
    sizes = {"estimates": estimates, "planted": planted, "factor": factor, "elasticity": elasticity, "spread": spread}
    table.attrs = {"made": True, "settings": sizes | {"repeats": repeats, "cut": cut, "seed": seed}}
    return table


def _trimmed(logs: NDArray[np.float64], costs: NDArray[np.float64], cut: float) -> Flags:
    line = fit(logs, costs, cut)
    return np.asarray(costs - line.at(logs) > cut * line.spread, dtype=bool)


def _per_resident(logs: NDArray[np.float64], costs: NDArray[np.float64]) -> Flags:
    each = np.exp(costs - logs)
    return np.asarray(each > each.mean() + USUAL_CUT * each.std(ddof=1), dtype=bool)
