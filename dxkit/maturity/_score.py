"""How mature is each municipality, heading by heading, and how much of that rests on missing answers?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.maturity._aggregate import AGGREGATE, NEEDS_POSITIVE, Aggregate, aggregated, check_pair
from dxkit.maturity._framework import TOTAL, Floats, Framework, build, figures
from dxkit.maturity._impute import imputed
from dxkit.maturity._normalise import Normalise, normalised, worst_and_best

# the least share of a heading's weight that must be answered before it gets a score
MIN_ANSWERED = 0.6
# means that take logarithms or reciprocals need a floor above 0; a hundredth of the scale, as composite-index tools use
FLOORED = (0.01, 1.0)


@dataclass(frozen=True)
class Scores:
    """Scores of municipalities, and everything that they were computed from.

    Attributes
    ----------
    total
        One figure a municipality (index ``code``), on the scale chosen; NaN where too little was answered.
    dimensions
        Municipalities × headings right below the total.
    normalised
        Municipalities × indicators on one scale, more is better; NaN where missing.
    indicators
        The framework table that was used.
    coverage
        Index ``code``: ``answered`` (share of the weight that was answered, 0–1), ``low`` and ``high``: the total if every
        missing answer were the worst, or the best, possible one.
    raw
        The figures as given: municipalities × indicators, NaN where missing.
    settings
        The choices made.
    """

    total: pd.Series
    dimensions: pd.DataFrame
    normalised: pd.DataFrame
    indicators: pd.DataFrame
    coverage: pd.DataFrame
    raw: pd.DataFrame
    settings: dict[str, Any]

    def __repr__(self) -> str:
        return f"<点数: {len(self.total)}市町 × {self.normalised.shape[1]}指標、{self.settings}>"


def score(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    normalise: Normalise = "goalposts",
    aggregate: Aggregate = "arithmetic",
    impute: str | None = None,
    scale: tuple[float, float] | None = None,
    min_answered: float = MIN_ANSWERED,
) -> Scores:
    """Score municipalities by a framework.

    Parameters
    ----------
    values
        One row a municipality (index or column ``code``), one column an indicator; missing stays missing.
    indicators
        The framework: ``indicator, parent, label, direction, weight, unit, low, high``.
    normalise
        ``"goalposts"`` (fixed ends ``low`` and ``high``: years compare), ``"minmax"``, ``"zscore"`` (sample standard
        deviation), ``"rank"`` or ``"percentile"``.
    aggregate
        ``"arithmetic"``, ``"geometric"``, ``"harmonic"`` (weighted means, heading by heading) or ``"copeland"`` (pairwise
        wins less losses, as a share of the others).
    impute
        ``None`` (missing answers are left out and weights of the rest weighed up), ``"mean"``, ``"median"`` or
        ``"neighbours"``.
    scale
        Ends of the normalised scale; by default 0–1, and 0.01–1 for geometric and harmonic means.
    min_answered
        Share of a heading's weight that must be answered (0–1).

    Returns
    -------
    Scores

    Raises
    ------
    TableError
        If the tables do not fit together or a figure is no number.
    ChoiceError
        If a choice does not exist or two do not go together.

    Notes
    -----
    Steps 3, 5 and 6 of the OECD/JRC Handbook on Constructing Composite Indicators (2008). A total is no league table: see
    `rank_intervals` for how firm an order is. The bounds of `Scores.coverage` hold under the normalisation of the answers
    that were given; for ``"goalposts"`` they hold whatever the missing answers are.
    """
    check_pair(normalise, aggregate)
    ends = _scale(scale, aggregate, min_answered)
    framework = build(indicators)
    numbers, codes = figures(values, framework)
    scaled = normalised(imputed(numbers, framework, impute), framework, normalise, ends)
    _check_positive(scaled, framework, codes, aggregate)
    headings = aggregated(scaled, framework, aggregate, min_answered)
    settings = {
        "normalise": normalise,
        "aggregate": aggregate,
        "impute": impute,
        "scale": ends,
        "min_answered": min_answered,
    }
    names = [heading.name for heading in framework.headings]
    table = pd.DataFrame(headings, index=codes, columns=names)
    total, dimensions = table[TOTAL], table[framework.dimensions]
    for result in (total, dimensions):
        result.attrs["settings"] = settings
    return Scores(
        total,
        dimensions,
        pd.DataFrame(scaled, index=codes, columns=list(framework.leaves)),
        framework.table,
        _coverage(numbers, framework, codes, settings),
        pd.DataFrame(numbers, index=codes, columns=list(framework.leaves)),
        settings,
    )


def _scale(
    scale: tuple[float, float] | None, aggregate: str, min_answered: float
) -> tuple[float, float]:
    ends = scale if scale is not None else FLOORED if aggregate in NEEDS_POSITIVE else (0.0, 1.0)
    if not 0 <= ends[0] < ends[1]:
        raise ChoiceError(f"scale={ends} は使えません。0以上の数を、小さい方から書いてください。")
    if not 0 <= min_answered <= 1:
        raise ChoiceError(f"min_answered={min_answered} は 0〜1 の割合にしてください。")
    return ends


def _check_positive(scaled: Floats, framework: Framework, codes: pd.Index, aggregate: str) -> None:
    """Refuse logarithms and reciprocals of 0, naming where they would be taken."""
    if aggregate not in NEEDS_POSITIVE:
        return
    remedy = (
        "scale=(0.01, 1) のように0より大きい下端にするか、aggregate='arithmetic' にしてください"
    )
    faults = [
        Fault(
            f"{codes[row]} の点が0なので{aggregate}平均を取れません",
            remedy,
            column=framework.leaves[column],
        )
        for row, column in np.argwhere(scaled <= 0)
    ]
    if faults:
        raise TableError(faults)


def _coverage(
    numbers: Floats, framework: Framework, codes: pd.Index, settings: dict[str, Any]
) -> pd.DataFrame:
    """Give the answered share and the bounds of the total."""
    known = ~np.isnan(numbers)
    scaled = normalised(numbers, framework, settings["normalise"], settings["scale"])
    bounds = [
        aggregated(np.where(known, scaled, end), framework, settings["aggregate"], 0.0)[:, -1]
        for end in worst_and_best(scaled, settings["normalise"], settings["scale"])
    ]
    low, high = np.minimum(*bounds), np.maximum(*bounds)
    return pd.DataFrame(
        {"answered": known @ framework.leaf_weights(), "low": low, "high": high}, index=codes
    )


__all__ = ["AGGREGATE", "Scores", "score"]
