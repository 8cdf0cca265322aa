"""From how dear on are dear estimates found, and how much better than by yen per resident?

`evaluate_outlier_methods` plants dear estimates among invented fair ones and counts what each
method finds.
"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._keywords import accepts_old_keywords
from dxkit._plain_tables import read_plain_table, sort_by_keys
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.costs._estimate_outliers import MIN_ESTIMATES
from dxkit.support.costs._trimmed_squares import CUT, fit_line

METHODS = ("trimmed", "per_resident")
# a day of computing, and powers that no cost follows
MOST_REPEATS = 100_000
MOST_SPREAD = 100.0
# yen per resident are called high so many standard deviations above their mean
PER_RESIDENT_CUT = 2.0


@accepts_old_keywords(estimates="n_estimates", planted="n_planted")
@accepts_any_table("municipalities")
def evaluate_outlier_methods(
    municipalities: pd.DataFrame,
    *,
    people: str = "people_2020",
    n_estimates: int = 12,
    n_planted: int = 2,
    factor: float = 2.3,
    elasticity: float = 0.7,
    spread: float = 0.18,
    repeats: int = 300,
    cut: float = CUT,
    seed: int = 0,
) -> pd.DataFrame:
    """Plant dear estimates among fair ones and count how many each method finds (invented data).

    Parameters
    ----------
    municipalities, people
        The table and column from which sizes are drawn, without replacement.
    n_estimates, n_planted, factor
        How many estimates, how many of them dear, and how many times as dear.
    elasticity, spread
        The invented rule: cost grows by people to this power; the logarithm scatters normally
        with this deviation.
    repeats, seed
        How many samples, and the random seed.
    cut
        As for `outliers`; yen per resident calls high what lies two deviations above its mean.

    Returns
    -------
    pandas.DataFrame
        One row a method (trimmed, per_resident): ``method, precision, recall, f1`` over all
        repeats.

    Raises
    ------
    TableError
        If people are missing.
    ChoiceError
        If there are more planted than half, or more estimates than municipalities.

    Examples
    --------
    >>> import dxkit
    >>> table = evaluate_outlier_methods(dxkit.load("municipalities"), repeats=20)
    >>> table[["method", "f1"]].round(2)
             method    f1
    0       trimmed  0.91
    1  per_resident  0.60
    """
    heads = _read_sizes(municipalities, people)
    _require_plantable(n_estimates, n_planted, len(heads))
    dearness = np.log(_checks.require_number(factor, "factor", above=True))
    _checks.require_whole_number(repeats, "repeats", high=MOST_REPEATS)
    _checks.require_number(elasticity, "elasticity", low=-MOST_SPREAD, high=MOST_SPREAD)
    _checks.require_number(spread, "spread", high=MOST_SPREAD)
    cut = _checks.require_number(cut, "cut", above=True)
    # one stream of random numbers for all repeats
    rng = np.random.default_rng(seed)
    # a row for each of METHODS
    counts = np.zeros((len(METHODS), 3), dtype=np.intp)
    for _ in range(repeats):
        logs = np.log(rng.choice(heads, n_estimates, replace=False))
        positions = rng.choice(n_estimates, n_planted, replace=False)
        is_dear = np.isin(np.arange(n_estimates), positions)
        # the scatter of honest estimates, and on top of it the planted factor
        noise = rng.normal(0, spread, n_estimates)
        costs = elasticity * logs + noise + dearness * is_dear
        counts[0] += _count_outcomes(_flag_by_trimmed_fit(logs, costs, cut), is_dear)
        counts[1] += _count_outcomes(_flag_by_yen_per_resident(logs, costs), is_dear)
    table = _score_methods(counts)
    settings = {
        "n_estimates": n_estimates,
        "n_planted": n_planted,
        "factor": factor,
        "elasticity": elasticity,
        "spread": spread,
        "repeats": repeats,
        "cut": cut,
        "seed": seed,
    }
    table.attrs = {"settings": settings}
    # real sizes under invented costs are invented estimates
    return carry_provenance(table, municipalities, {"kind": "made", "made": True})


def _require_plantable(n_estimates: int, n_planted: int, most: int) -> None:
    """Refuse numbers of estimates of which so many cannot stand out."""
    are_whole = all(
        isinstance(count, int | np.integer) and not isinstance(count, bool)
        for count in (n_estimates, n_planted)
    )
    if not (
        are_whole and MIN_ESTIMATES <= n_estimates <= most and 0 < n_planted <= n_estimates // 2
    ):
        raise ChoiceError(
            f"n_estimates={shorten(n_estimates)}, n_planted={shorten(n_planted)} は使えません。"
            f"{MIN_ESTIMATES}〜{most}件、うち半分までにしてください。"
        )


def _read_sizes(municipalities: pd.DataFrame, people: str) -> FloatArray:
    """Read the people in an order that does not hang on the rows: by code, or else by size."""
    plain = read_plain_table(municipalities)
    heads = _checks.read_numbers(plain, people, "municipalities", low=1)
    if "code" in plain:
        return heads[sort_by_keys(plain, "code").index]
    return np.sort(heads)


def _count_outcomes(flags: BoolArray, is_dear: BoolArray) -> IntArray:
    """Count dear ones found, fair ones called dear, and dear ones missed."""
    outcomes = (flags & is_dear, flags & ~is_dear, ~flags & is_dear)
    return np.array([outcome.sum() for outcome in outcomes], dtype=np.intp)


def _score_methods(counts: IntArray) -> pd.DataFrame:
    """Compute precision, recall and their harmonic mean of each method."""
    hits, false_alarms, misses = counts.T
    return pd.DataFrame(
        {
            "method": METHODS,
            "precision": hits / np.maximum(hits + false_alarms, 1),
            "recall": hits / np.maximum(hits + misses, 1),
            "f1": 2 * hits / (2 * hits + false_alarms + misses),
        }
    )


def _flag_by_trimmed_fit(logs: FloatArray, costs: FloatArray, cut: float) -> BoolArray:
    line = fit_line(logs, costs, cut)
    return np.asarray(costs - line.log_cost(logs) > cut * line.spread, dtype=bool)


def _flag_by_yen_per_resident(logs: FloatArray, costs: FloatArray) -> BoolArray:
    """Flag what the usual comparison calls dear."""
    yen = np.exp(costs - logs)
    return np.asarray(yen > yen.mean() + PER_RESIDENT_CUT * yen.std(ddof=1), dtype=bool)
