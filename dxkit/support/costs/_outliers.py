"""Which estimate is dear for a municipality of its size, what would be fair, and from where on can one be sure?

A cost per resident falls with size, so that small municipalities look dear beside large ones. Here log(yen) = a + b · log(people)
is fitted by least trimmed squares (Rousseeuw 1984): of all lines through two estimates, each improved by concentration steps
(Rousseeuw and Van Driessen 2006), the one with the least sum over the ``coverage`` of smallest squares; then by least squares
over the estimates within ``cut`` spreads, repeated until they stay the same. The spread is made consistent for normal errors.
With a coverage of 0.75 up to a quarter of the estimates may be dear; 0.5 bears nearly half, and calls more fair ones dear.

Limit: with the usual spread of estimates (about a fifth) a factor below about 1.6 is not told from chance by this or any method
(`estimates_trial` shows it), and what makes an estimate dear (scope, term, line, support) is for people to ask.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from dxkit import _checks
from dxkit.errors import ChoiceError, Fault, TableError, shorten

Flags = NDArray[np.bool_]
METHODS = ("trimmed", "per_resident")
USUAL_CUT = 2.0
Floats = NDArray[np.float64]
CUT = 2.5
COVERAGE = 0.75
# fewer than these and half of them are no line; fewer than the second and a range may give one away
FEWEST = 6
# lines through two estimates to begin with, at most
STARTS = 2000
STEPS = 12
# quotes are rounded: a smaller spread is no spread
LEAST_SPREAD = 0.01
NINE_OF_TEN = 1.2816
# sizes at which the anonymised range stands: nobody's own
ROUND = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


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
    heads = _checks.read_numbers(municipalities, people, "municipalities", low=1)
    if not (FEWEST <= estimates <= len(heads) and 0 < planted <= estimates // 2):
        raise ChoiceError(
            f"estimates={estimates}, planted={planted} は使えません。{FEWEST}〜{len(heads)}件、うち半分までにしてください。"
        )
    dear = np.log(_checks.require_number(factor, "factor", above=True))
    random, counted = np.random.default_rng(seed), np.zeros((len(METHODS), 3), dtype=int)
    for _ in range(repeats):
        logs = np.log(random.choice(heads, estimates, replace=False))
        truth = np.isin(np.arange(estimates), random.choice(estimates, planted, replace=False))
        costs = elasticity * logs + random.normal(0, spread, estimates) + dear * truth
        for at, flags in enumerate(
            (_flag_by_trimmed_fit(logs, costs, cut), _per_resident(logs, costs))
        ):
            counted[at] += [(flags & truth).sum(), (flags & ~truth).sum(), (~flags & truth).sum()]
    found, wrong, missed = counted.T
    precision, recall = found / np.maximum(found + wrong, 1), found / np.maximum(found + missed, 1)
    table = pd.DataFrame(
        {
            "method": METHODS,
            "precision": precision,
            "recall": recall,
            "f1": 2 * found / (2 * found + wrong + missed),
        }
    )
    sizes = {
        "estimates": estimates,
        "planted": planted,
        "factor": factor,
        "elasticity": elasticity,
        "spread": spread,
    }
    table.attrs = {"made": True, "settings": sizes | {"repeats": repeats, "cut": cut, "seed": seed}}
    return table


def _flag_by_trimmed_fit(
    logs: NDArray[np.float64], costs: NDArray[np.float64], cut: float
) -> Flags:
    line = fit(logs, costs, cut)
    return np.asarray(costs - line.at(logs) > cut * line.spread, dtype=bool)


def _per_resident(logs: NDArray[np.float64], costs: NDArray[np.float64]) -> Flags:
    each = np.exp(costs - logs)
    return np.asarray(each > each.mean() + USUAL_CUT * each.std(ddof=1), dtype=bool)


@dataclass(frozen=True)
class Line:
    """A fitted line of logarithms and the spread around it."""

    base: float
    slope: float
    spread: float

    def at(self, logs: Floats) -> Floats:
        """Give the logarithm of the cost."""
        return self.base + self.slope * logs


@dataclass(frozen=True)
class Estimates:
    """What estimates say about each other.

    Attributes
    ----------
    table
        One row an estimate: its key, ``people, yen_year, yen_per_person``, ``fair_yen_year`` (the middle for its size),
        ``low_yen_year`` and ``high_yen_year`` (the fair range), ``ratio`` (of the estimate to the middle),
        ``verdict`` (high, low, fair) and
        ``reason`` in Japanese; the dearest first.
    fair
        The anonymised range: one row a size, ``people, low_yen_per_person, middle_yen_per_person, high_yen_per_person``.
    settings
        ``estimates, slope`` (1 % more people cost so many % more), ``spread, flagged_from`` (a ratio above this is called high),
        ``found_from`` (of estimates dearer than this, nine in ten are found), ``cut``.
    """

    table: pd.DataFrame
    fair: pd.DataFrame
    settings: dict[str, Any]

    def __repr__(self) -> str:
        high = int((self.table["verdict"] == "high").sum())
        return f"<見積もり {len(self.table)}件: 高いもの {high}件（{self.settings['flagged_from']:.2f}倍を超えるもの）>"

    def for_one(self, key: str) -> pd.DataFrame:
        """Give one body's own row with the fair range and how many estimates stand behind it: nothing of any other.

        Raises
        ------
        ChoiceError
            If there is none of that key.
        """
        first = self.table.columns[0]
        own = self.table[self.table[first] == key]
        if own.empty:
            raise ChoiceError(
                f"「{shorten(key)}」の見積もりはありません。{first} の値を確かめてください。"
            )
        return own.assign(estimates=len(self.table)).reset_index(drop=True)


def outliers(
    estimates: pd.DataFrame,
    *,
    people: str = "people",
    yen: str = "yen_year",
    cut: float = CUT,
    coverage: float = COVERAGE,
) -> Estimates:
    """Find estimates out of line with their municipality's size, and an anonymised fair range.

    Parameters
    ----------
    estimates
        One row an estimate: ``estimate`` (or else ``code``: its key), people and yen a year; at least six.
    people, yen
        The columns.
    cut
        How many spreads from the line an estimate is called high or low.
    coverage
        The share of estimates that are sure to be fair (0.5–1): one minus the share that may be dear.

    Returns
    -------
    Estimates

    Raises
    ------
    TableError
        If a column is missing, a figure is not above 0, or there are fewer than six estimates.
    ChoiceError
        If ``cut`` or ``coverage`` cannot be.
    """
    z = _checks.require_number(cut, "cut", above=True)
    key = "estimate" if "estimate" in estimates else "code"
    _checks.require_unique_rows(estimates, [key], "estimates")
    heads, cost = (
        _checks.read_numbers(estimates, column, "estimates", low=1e-9) for column in (people, yen)
    )
    if len(heads) < FEWEST:
        raise TableError(
            [Fault("見積もりが少なすぎます", f"{FEWEST}件以上にしてください", value=len(heads))]
        )
    line = fit(
        np.log(heads),
        np.log(cost),
        z,
        _checks.require_number(coverage, "coverage", low=0.5, high=1.0),
    )
    middle, width = np.exp(line.at(np.log(heads))), np.exp(z * line.spread)
    table = pd.DataFrame(
        {
            key: estimates[key].to_numpy(),
            "people": heads,
            "yen_year": cost,
            "yen_per_person": cost / heads,
        }
    )
    table = table.assign(
        fair_yen_year=middle,
        low_yen_year=middle / width,
        high_yen_year=middle * width,
        ratio=cost / middle,
    )
    table["verdict"] = np.where(
        table["ratio"] > width, "high", np.where(table["ratio"] < 1 / width, "low", "fair")
    )
    table["reason"] = [_reason(ratio, float(width)) for ratio in table["ratio"].tolist()]
    table = table.sort_values("ratio", ascending=False, kind="stable", ignore_index=True)
    found = {
        "estimates": len(heads),
        "slope": line.slope,
        "spread": line.spread,
        "flagged_from": float(width),
    }
    found["found_from"] = float(np.exp((z + NINE_OF_TEN) * line.spread))
    return Estimates(
        table, _fair(heads, line, float(width)), found | {"cut": cut, "coverage": coverage}
    )


def fit(logs: Floats, costs: Floats, cut: float = CUT, coverage: float = COVERAGE) -> Line:
    """Fit the line of logarithms that most estimates agree on, and the spread of those in line with it."""
    # (n + 3) / 2 is the least that makes a line of two figures sure
    kept_many = max((len(logs) + 3) // 2, int(np.ceil(coverage * len(logs))))
    base, slope = _trimmed(logs, costs, kept_many)
    squares = np.sort((costs - base - slope * logs) ** 2)[:kept_many]
    line = Line(base, slope, _floor(np.sqrt(squares.mean()) / _shrunk(kept_many / len(logs))))
    kept = np.zeros(len(logs), dtype=bool)
    for _ in range(STEPS):
        inside = np.abs(costs - line.at(logs)) <= cut * line.spread
        if (inside == kept).all() or inside.sum() < kept_many:
            break
        kept = inside
        base, slope = (
            float(each[0]) for each in _least_squares(logs[None, kept], costs[None, kept])
        )
        rest = costs[kept] - base - slope * logs[kept]
        spread = np.sqrt((rest**2).sum() / (kept.sum() - 2)) / _shrunk(2 * norm.cdf(cut) - 1)
        line = Line(base, slope, _floor(spread))
    return line


def _trimmed(logs: Floats, costs: Floats, kept: int) -> tuple[float, float]:
    """Give the line with the least sum of the ``kept`` smallest squares, from all (or many) lines through two estimates."""
    pairs = np.array(list(combinations(range(len(logs)), 2)))
    pairs = pairs[:: -(-len(pairs) // STARTS)]
    base, slope = _least_squares(logs[pairs], costs[pairs])
    for _ in range(STEPS):
        squares = (costs - base[:, None] - slope[:, None] * logs) ** 2
        nearest = np.argpartition(squares, kept - 1, axis=1)[:, :kept]
        base, slope = _least_squares(logs[nearest], costs[nearest])
    squares = np.sort((costs - base[:, None] - slope[:, None] * logs) ** 2, axis=1)[:, :kept]
    best = int(np.argmin(squares.sum(axis=1)))
    return float(base[best]), float(slope[best])


def _least_squares(logs: Floats, costs: Floats) -> tuple[Floats, Floats]:
    """Give base and slope of each row; people that are all the same give a level line."""
    middle, height = logs.mean(axis=1, keepdims=True), costs.mean(axis=1, keepdims=True)
    apart = ((logs - middle) ** 2).sum(axis=1)
    slope = ((logs - middle) * (costs - height)).sum(axis=1) / np.where(apart > 0, apart, 1.0)
    return height[:, 0] - slope * middle[:, 0], slope


def _shrunk(share: float) -> float:
    """Give by how much the spread of the middle share of a normal distribution is smaller than the whole."""
    if share >= 1:
        return 1.0
    edge = norm.ppf((1 + share) / 2)
    return float(np.sqrt(1 - 2 * edge * norm.pdf(edge) / share))


def _floor(spread: float) -> float:
    return max(float(spread), LEAST_SPREAD)


def _fair(heads: Floats, line: Line, width: float) -> pd.DataFrame:
    """Give the range at the round sizes around all estimates, the same for everybody's."""
    decades = range(int(np.floor(np.log10(heads.min()))), int(np.ceil(np.log10(heads.max()))) + 1)
    grid = np.array([each * 10.0**decade for decade in decades for each in ROUND])
    first, last = (
        np.searchsorted(grid, heads.min(), side="right") - 1,
        np.searchsorted(grid, heads.max()),
    )
    rounded = grid[first : last + 1]
    middle = np.exp(line.at(np.log(rounded))) / rounded
    names = {
        "low_yen_per_person": middle / width,
        "middle_yen_per_person": middle,
        "high_yen_per_person": middle * width,
    }
    return pd.DataFrame({"people": rounded} | names)


def _reason(ratio: float, width: float) -> str:
    if ratio > width:
        return f"同じ規模の{ratio:.1f}倍。内訳（範囲・期間・回線・保守）を聞く"
    if ratio < 1 / width:
        return f"同じ規模の{ratio:.1f}倍。抜けている費用がないか確かめる"
    return f"同じ規模の{ratio:.1f}倍。ばらつきの範囲（{1 / width:.1f}〜{width:.1f}倍）にある"
