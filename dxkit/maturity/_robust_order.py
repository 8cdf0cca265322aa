"""What of the order holds under every admissible weight?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._checks import require_number, require_share
from dxkit.errors import TableError
from dxkit.maturity._framework import find_blank_faults, parse_framework, read_figures
from dxkit.maturity._method_texts import describe_robust_order
from dxkit.maturity._normalise import Normalise, normalise_figures
from dxkit.maturity._plain_framework import complete_framework
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance

# rounding of sums must not undo a level pair
LEVEL_TOLERANCE = 1e-12
BLANK_REMEDY = "impute で補うか、見出しごとの点（Scores.dimensions）を使ってください"


@dataclass(frozen=True)
class RobustOrder(TableResult):
    """A partial order that needs no probabilities.

    Attributes
    ----------
    above
        Row is ahead of column (or level with it) under every admissible weight, and ahead under
        some.
    edges
        The Hasse diagram: ``upper, lower``, only pairs with nobody between them.
    places
        Index ``code``: ``best, worst`` (bounds of the rank under admissible weights), ``above,
        below`` (how many are surely ahead, surely behind), ``layer`` (1: nobody is surely ahead).
    settings
        The bounds used; ``settled``: share of pairs whose order is sure.
    """

    above: pd.DataFrame
    edges: pd.DataFrame
    places: pd.DataFrame
    settings: dict[str, Any]

    def __repr__(self) -> str:
        return f"<確かな順: {len(self.places)}市町、順の決まった組 {self.settings['settled']:.0%}>"

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.places

    def _describe_method(self) -> MethodText:
        return describe_robust_order(self.settings, LEVEL_TOLERANCE)


@accepts_any_table("values", "indicators")
def robust_order(
    values: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    *,
    low: float = 0.5,
    high: float = 2.0,
    normalise: Normalise = "goalposts",
) -> RobustOrder:
    """Find the order that holds whatever the weights are, within bounds.

    Parameters
    ----------
    values
        One row a municipality, one column an indicator (or a dimension: few columns settle more
        pairs).
    indicators
        The framework.
    low, high
        Each indicator's share of the total may be between ``low`` and ``high`` times its given
        share.
    normalise
        The normalisation.

    Returns
    -------
    RobustOrder

    Raises
    ------
    ChoiceError
        If the bounds are not 0 ≤ low ≤ 1 ≤ high.
    TableError
        If answers are missing (impute them first: a sure order cannot rest on a guess unseen).

    Notes
    -----
    For weights v between l·w and u·w the least of Σ v·(a − b) is Σ w·(l·(a − b)⁺ − u·(a − b)⁻),
    and its sign does not change when v is scaled to sum 1; so the necessary preference is exact
    without a linear programme. ``best`` and ``worst`` count pairs and are outer bounds: no
    admissible weight gives a place outside them.

    Examples
    --------
    >>> import dxkit
    >>> index = dxkit.load("technology_index").set_index("country")
    >>> framework = dxkit.load("indicators_technology")
    >>> order = robust_order(index, framework)
    >>> order.places.loc[["Finland", "Korea"], ["best", "worst"]].to_numpy().tolist()
    [[1, 5], [1, 16]]
    """
    indicators = complete_framework(values, indicators)
    # each indicator's given share lies between the bounds
    require_share(low, "low")
    require_number(high, "high", low=1)
    framework = parse_framework(indicators)
    numbers, codes = read_figures(values, framework)
    if faults := find_blank_faults(numbers, codes, framework.leaves, BLANK_REMEDY):
        raise TableError(faults)
    scaled = normalise_figures(numbers, framework, normalise, (0.0, 1.0))
    is_sure = _find_sure_pairs(scaled, framework.leaf_weights, low, high)
    # both ways sure means level, which is nobody's lead
    is_above = is_sure & ~is_sure.T
    n_above = is_above.sum(axis=0)
    n_below = is_above.sum(axis=1)
    columns = {
        "best": n_above + 1,
        "worst": codes.size - n_below,
        "above": n_above,
        "below": n_below,
        "layer": _find_layers(is_above),
    }
    n_pairs = max(codes.size * (codes.size - 1) / 2, 1)
    settings = {
        "low": low,
        "high": high,
        "normalise": normalise,
        "settled": float(is_above.sum() / n_pairs),
    }
    return RobustOrder(
        carry_provenance(pd.DataFrame(is_above, index=codes, columns=codes), values, indicators),
        carry_provenance(_reduce_to_edges(is_above, codes), values, indicators),
        carry_provenance(pd.DataFrame(columns, index=codes), values, indicators),
        settings,
    )


def _find_sure_pairs(scaled: FloatArray, weights: FloatArray, low: float, high: float) -> BoolArray:
    """Find pairs in which the row's score is at least the column's under all weights."""
    is_sure = np.empty((scaled.shape[0], scaled.shape[0]), dtype=bool)
    # row by row to save memory: all pairs times all indicators would be large
    for unit, figures in enumerate(scaled):
        lead = figures - scaled
        least_lead = np.where(lead > 0, low * lead, high * lead) @ weights
        is_sure[unit] = least_lead >= -LEVEL_TOLERANCE
    return is_sure


def _reduce_to_edges(is_above: BoolArray, codes: pd.Index) -> pd.DataFrame:
    """Reduce the order to pairs between which nobody stands (transitive reduction)."""
    paths = is_above.astype(np.int32)
    is_between = (paths @ paths) > 0
    upper, lower = np.nonzero(is_above & ~is_between)
    return pd.DataFrame({"upper": codes[upper], "lower": codes[lower]})


def _find_layers(is_above: BoolArray) -> IntArray:
    """Find the length of the longest chain from the top to each unit."""
    layer = np.ones(is_above.shape[0], dtype=np.intp)
    # units with few above them first: whoever is above a unit has fewer above itself
    for unit in np.argsort(is_above.sum(axis=0), kind="stable"):
        upper = np.flatnonzero(is_above[:, unit])
        layer[unit] = 1 + layer[upper].max(initial=0)
    return layer
