"""What of the order holds under every admissible weight, and how does each municipality look in its own best light?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.maturity._framework import Floats, build, figures
from dxkit.maturity._normalise import Normalise, normalised

BOUNDS = ("contribution", "weight")


@dataclass(frozen=True)
class RobustOrder:
    """A partial order that needs no probabilities.

    Attributes
    ----------
    above
        Row is ahead of column (or level with it) under every admissible weight, and ahead under some.
    edges
        The Hasse diagram: ``upper, lower``, only pairs with nobody between them.
    places
        Index ``code``: ``best, worst`` (bounds of the rank under admissible weights), ``above, below`` (how many are surely
        ahead, surely behind), ``layer`` (1: nobody is surely ahead).
    settings
        The bounds used; ``settled``: share of pairs whose order is sure.
    """

    above: pd.DataFrame
    edges: pd.DataFrame
    places: pd.DataFrame
    settings: dict[str, Any]


def robust_order(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    low: float = 0.5,
    high: float = 2.0,
    normalise: Normalise = "goalposts",
) -> RobustOrder:
    """Give the order that holds whatever the weights are, within bounds.

    Parameters
    ----------
    values
        One row a municipality, one column an indicator (or a dimension: few columns settle more pairs).
    indicators
        The framework.
    low, high
        Each indicator's share of the total may be between ``low`` and ``high`` times its given share.
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
    For weights v between l·w and u·w the least of Σ v·(a − b) is Σ w·(l·(a − b)⁺ − u·(a − b)⁻), and its sign does not change
    when v is scaled to sum 1; so the necessary preference is exact without a linear programme. ``best`` and ``worst`` count
    pairs and are outer bounds: no admissible weight gives a place outside them.
    """
    if not 0 <= low <= 1 <= high:
        raise ChoiceError(
            f"low={low}, high={high} は使えません。0 ≦ low ≦ 1 ≦ high にしてください。"
        )
    framework = build(indicators)
    numbers, codes = figures(values, framework)
    _check_complete(numbers, codes, framework.leaves)
    scaled = normalised(numbers, framework, normalise, (0.0, 1.0))
    sure = _necessary(scaled, framework.leaf_weights(), low, high)
    above = sure & ~sure.T
    count = codes.size
    ahead, behind = above.sum(axis=0), above.sum(axis=1)
    found = {
        "best": ahead + 1,
        "worst": count - behind,
        "above": ahead,
        "below": behind,
        "layer": _layers(above),
    }
    settings = {
        "low": low,
        "high": high,
        "normalise": normalise,
        "settled": float(above.sum() / max(count * (count - 1) / 2, 1)),
    }
    table = pd.DataFrame(above, index=codes, columns=codes)
    return RobustOrder(table, _hasse(above, codes), pd.DataFrame(found, index=codes), settings)


def _necessary(scaled: Floats, weights: Floats, low: float, high: float) -> NDArray[np.bool_]:
    """Tell for each pair whether the row's score is at least the column's under all weights, row by row to save memory."""
    result = np.empty((scaled.shape[0], scaled.shape[0]), dtype=bool)
    for one, own in enumerate(scaled):
        lead = own - scaled
        # rounding of sums must not undo a level pair
        result[one] = np.where(lead > 0, low * lead, high * lead) @ weights >= -1e-12
    return result


def _hasse(above: NDArray[np.bool_], codes: pd.Index) -> pd.DataFrame:
    """Keep only pairs between which nobody stands (transitive reduction)."""
    between = (above.astype(np.int32) @ above.astype(np.int32)) > 0
    upper, lower = np.nonzero(above & ~between)
    return pd.DataFrame({"upper": codes[upper], "lower": codes[lower]})


def _layers(above: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Give the length of the longest chain from the top to each unit."""
    layer = np.ones(above.shape[0], dtype=np.intp)
    for unit in np.argsort(above.sum(axis=0), kind="stable"):
        over = np.flatnonzero(above[:, unit])
        layer[unit] = 1 + layer[over].max(initial=0)
    return layer


def _check_complete(numbers: Floats, codes: pd.Index, leaves: tuple[str, ...]) -> None:
    remedy = "impute で補うか、見出しごとの点（Scores.dimensions）を使ってください"
    faults = [
        Fault(f"{codes[row]} の値が空欄です", remedy, column=leaves[column])
        for row, column in np.argwhere(np.isnan(numbers))
    ]
    if faults:
        raise TableError(faults)


def benefit_of_doubt(
    values: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    *,
    low: float = 0.0,
    high: float = 1.0,
    of: str = "contribution",
    normalise: Normalise | None = "goalposts",
) -> pd.DataFrame:
    """Score each municipality with the weights that suit it best.

    Parameters
    ----------
    values
        One row a municipality, one column an indicator, no answer missing.
    indicators
        The framework (for normalisation); without it the columns of ``values`` are used as they are.
    low, high
        Bounds of each indicator's share (0–1): ``low`` keeps anything from being ignored.
    of
        What the bounds are shares of: ``"contribution"`` (of the municipality's own score) or ``"weight"`` (of all weights).
    normalise
        The normalisation, ``None`` for none.

    Returns
    -------
    pandas.DataFrame
        Index ``code``: ``score`` (1: nobody does better under this municipality's own weights), then the share that each
        indicator contributes.

    Raises
    ------
    ChoiceError
        If the bounds leave no weights.
    TableError
        If answers are missing.

    Notes
    -----
    OECD/JRC handbook section 6.4 (Cherchye et al. 2004): for unit c, max Σ w·x_c such that Σ w·x_k ≤ 1 for all k, with
    low·Σ w·x_c ≤ w_q·x_cq ≤ high·Σ w·x_c (contribution) or low·Σ w ≤ w_q ≤ high·Σ w (weight; what the handbook's own example
    does). One linear programme a municipality (HiGHS). Friendly by construction: many reach 1. A municipality that has 0 in
    an indicator cannot draw a contribution from it; with ``low`` above 0 it scores 0.
    """
    numbers, codes, names = _plain(values, indicators, normalise)
    if not (0 <= low <= 1 / len(names) and 1 / len(names) <= high <= 1):
        raise ChoiceError(
            f"low={low}, high={high} は使えません。{len(names)}指標なら low ≦ {1 / len(names):.3f} ≦ high にしてください。"
        )
    if of not in BOUNDS:
        raise ChoiceError(f"of='{of}' は使えません。{'・'.join(BOUNDS)} から選んでください。")
    rows = [_best_light(numbers, unit, low, high, of) for unit in range(codes.size)]
    table = pd.DataFrame([row[1] for row in rows], index=codes, columns=names)
    table.insert(0, "score", [row[0] for row in rows])
    table.attrs["settings"] = {"low": low, "high": high, "of": of, "normalise": normalise}
    return table


def _plain(
    values: pd.DataFrame, indicators: pd.DataFrame | None, normalise: Normalise | None
) -> tuple[Floats, pd.Index, list[str]]:
    if indicators is None:
        table = values.set_index("code") if "code" in values.columns else values
        numbers, codes, names = (
            table.to_numpy(dtype=float, na_value=np.nan),
            table.index,
            [str(name) for name in table.columns],
        )
    else:
        framework = build(indicators)
        numbers, codes = figures(values, framework)
        names = list(framework.leaves)
        numbers = (
            numbers if normalise is None else normalised(numbers, framework, normalise, (0.0, 1.0))
        )
    _check_complete(numbers, codes, tuple(names))
    return numbers, codes, names


def _best_light(
    numbers: Floats, unit: int, low: float, high: float, of: str
) -> tuple[float, Floats]:
    from scipy.optimize import linprog  # noqa: PLC0415 - takes a second to load

    own = numbers[unit]
    # share * Σ w x - w_q x_q (or without x), for the lower and the upper share
    counted = own if of == "contribution" else np.ones(own.size)
    floor, ceiling = (
        low * counted[None, :] - np.diag(counted),
        np.diag(counted) - high * counted[None, :],
    )
    upper = np.vstack([numbers, floor, ceiling])
    limits = np.concatenate([np.ones(numbers.shape[0]), np.zeros(2 * own.size)])
    found = linprog(-own, A_ub=upper, b_ub=limits, bounds=(0, None), method="highs")
    part = found.x * own
    return float(part.sum()), part / part.sum() if part.sum() > 0 else np.full(own.size, np.nan)
