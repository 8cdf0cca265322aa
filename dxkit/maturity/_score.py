"""How mature is each municipality, heading by heading?

Beside each score stands how much of it rests on missing answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.maturity._aggregate import NEEDS_POSITIVE, Aggregate, aggregate_headings, check_pair
from dxkit.maturity._framework import TOTAL, Framework, parse_framework, read_figures
from dxkit.maturity._heading_rule import MIN_ANSWERED
from dxkit.maturity._impute import N_DONORS, impute_answers
from dxkit.maturity._method_texts import describe_scores
from dxkit.maturity._normalise import Normalise, find_worst_and_best, normalise_figures
from dxkit.maturity._plain_framework import complete_framework
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance

PLAIN_SCALE = (0.0, 1.0)
# means that take logarithms or reciprocals need a floor above 0; a hundredth of the scale, as
# composite-index tools use
FLOORED_SCALE = (0.01, 1.0)


@dataclass(frozen=True)
class Scores(TableResult):
    """Scores of municipalities, and everything that they were computed from.

    Attributes
    ----------
    total
        One figure a municipality (index ``code``), on the scale chosen; NaN where too little was
        answered.
    dimensions
        Municipalities × headings right below the total.
    normalised
        Municipalities × indicators on one scale, more is better; NaN where missing.
    indicators
        The framework table that was used.
    coverage
        Index ``code``: ``answered`` (share of the weight that was answered, 0–1), ``low`` and
        ``high``: the total if every missing answer were the worst, or the best, possible one.
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

    @property
    def _main_table(self) -> pd.DataFrame:
        """Total, headings and coverage side by side."""
        parts = [self.total.to_frame(TOTAL), self.dimensions, self.coverage]
        table: pd.DataFrame = pd.concat(parts, axis=1)
        table = carry_provenance(table, self.total, self.raw)
        table.attrs["settings"] = self.settings
        return table

    def _describe_method(self) -> MethodText:
        return describe_scores(self.settings, self.normalised.shape[1], len(self.total))

    def __repr__(self) -> str:
        n_items = self.normalised.shape[1]
        return f"<点数: {len(self.total)}市町 × {n_items}指標、{self.settings}>"


@accepts_any_table("values", "indicators")
def score(
    values: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    *,
    normalise: Normalise = "goalposts",
    aggregate: Aggregate = "arithmetic",
    impute: str | None = None,
    scale: tuple[float, float] | None = None,
    min_answered: float = MIN_ANSWERED,
    n_donors: int = N_DONORS,
) -> Scores:
    """Score municipalities by a framework.

    Parameters
    ----------
    values
        One row a municipality (index or column ``code``; an index of other names, such as
        countries, serves, too), one column an indicator; missing stays missing.
    indicators
        The framework: ``indicator, parent, label, direction, weight, unit, low, high``. Without it
        the columns themselves are the index (`plain_framework`), and a warning says so.
    normalise
        ``"goalposts"`` (fixed ends ``low`` and ``high``: years compare), ``"minmax"``,
        ``"zscore"`` (sample standard deviation), ``"rank"`` or ``"percentile"``.
    aggregate
        ``"arithmetic"``, ``"geometric"``, ``"harmonic"`` (weighted means, heading by heading) or
        ``"copeland"`` (pairwise wins less losses, as a share of the others that have answered
        anything).
    impute
        ``None`` (missing answers are left out and weights of the rest weighed up), ``"mean"``,
        ``"median"`` or ``"neighbours"``.
    scale
        Ends of the normalised scale; by default 0–1, and 0.01–1 for geometric and harmonic means.
        Geometric means of values over their maximum, as in the handbook, take ``(0, 1)`` with
        ``low`` 0 and ``high`` the maximum in the framework.
    min_answered
        Share of a heading's weight that must be answered (0–1).
    n_donors
        How many municipalities' answers ``"neighbours"`` averages.

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
    Steps 3, 5 and 6 of the OECD/JRC Handbook on Constructing Composite Indicators (2008). A total
    is no league table: see `rank_intervals` for how firm an order is. The bounds of
    `Scores.coverage` hold under the normalisation of the answers that were given; for
    ``"goalposts"`` they hold whatever the missing answers are.

    Examples
    --------
    >>> import dxkit
    >>> scores = score(dxkit.load("dashboard"), dxkit.load("indicators_dashboard"))
    >>> scores.total.round(2).head(3).to_dict()
    {'28100': 0.79, '28201': 0.92, '28202': 0.82}
    """
    indicators = complete_framework(values, indicators)
    check_pair(normalise, aggregate)
    ends = _choose_scale(scale, aggregate, min_answered)
    framework = parse_framework(indicators)
    numbers, codes = read_figures(values, framework)
    filled = impute_answers(numbers, framework, impute, n_donors)
    scaled = normalise_figures(filled, framework, normalise, ends)
    _check_positive(scaled, framework, codes, aggregate)
    headings = aggregate_headings(scaled, framework, aggregate, min_answered)
    settings = {
        "normalise": normalise,
        "aggregate": aggregate,
        "impute": impute,
        "scale": ends,
        "min_answered": min_answered,
    }
    if impute == "neighbours":
        settings["n_donors"] = n_donors
    names = [heading.name for heading in framework.headings]
    leaves = list(framework.leaves)
    table = pd.DataFrame(headings, index=codes, columns=names)
    total = table[TOTAL]
    dimensions = table[framework.dimensions]
    for result in (total, dimensions):
        result.attrs["settings"] = settings
    return Scores(
        carry_provenance(total, values, indicators),
        carry_provenance(dimensions, values, indicators),
        carry_provenance(pd.DataFrame(scaled, index=codes, columns=leaves), values, indicators),
        carry_provenance(framework.table, indicators),
        carry_provenance(
            _compute_coverage(numbers, framework, codes, settings), values, indicators
        ),
        carry_provenance(pd.DataFrame(numbers, index=codes, columns=leaves), values),
        settings,
    )


def _choose_scale(
    scale: tuple[float, float] | None, aggregate: str, min_answered: float
) -> tuple[float, float]:
    """Choose the ends of the scale: as asked for, else by what the aggregation needs."""
    default = FLOORED_SCALE if aggregate in NEEDS_POSITIVE else PLAIN_SCALE
    ends = scale if scale is not None else default
    are_ends = (
        (isinstance(ends, Sequence) or (isinstance(ends, np.ndarray) and ends.ndim == 1))
        and len(ends) == 2
        and all(map(_checks.is_number, ends))
    )
    if not (are_ends and 0 <= ends[0] < ends[1]):
        raise ChoiceError(
            f"scale={shorten(ends)} は使えません。0以上の数を、小さい方から書いてください。"
        )
    if not (_checks.is_number(min_answered) and 0 <= min_answered <= 1):
        raise ChoiceError(f"min_answered={min_answered} は 0〜1 の割合にしてください。")
    return ends


def _check_positive(
    scaled: FloatArray, framework: Framework, codes: pd.Index, aggregate: str
) -> None:
    """Refuse logarithms and reciprocals of 0, naming the cells."""
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


def _compute_coverage(
    numbers: FloatArray, framework: Framework, codes: pd.Index, settings: dict[str, Any]
) -> pd.DataFrame:
    """Compute the answered share and the bounds of the total."""
    is_answered = ~np.isnan(numbers)
    scaled = normalise_figures(numbers, framework, settings["normalise"], settings["scale"])
    # the total with every missing answer at the worst, and at the best, that it could be
    bounds = [
        aggregate_headings(
            np.where(is_answered, scaled, end), framework, settings["aggregate"], 0.0
        )[:, -1]
        for end in find_worst_and_best(scaled, settings["normalise"], settings["scale"])
    ]
    columns = {
        "answered": is_answered @ framework.leaf_weights,
        "low": np.minimum(*bounds),
        "high": np.maximum(*bounds),
    }
    return pd.DataFrame(columns, index=codes)
