"""Has anything really changed between two rounds?"""

import numpy as np
import pandas as pd
from scipy.special import ndtri

from dxkit._arrays import FloatArray
from dxkit._checks import (
    read_mapping,
    require_number,
    require_result,
    warn_of_lone_labels,
)
from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.maturity._framework import parse_framework
from dxkit.maturity._score import Scores
from dxkit.schema import carry_provenance

# an interval of every draw would have no ends
MAX_LEVEL = 0.999999


def change(
    before: Scores,
    after: Scores,
    *,
    error: float = 0.6,
    level: float = 0.9,
    names: pd.Series | None = None,
) -> pd.DataFrame:
    """Compare two rounds, and part real change from noise.

    Parameters
    ----------
    before, after
        Of `score`, with the same fixed goalposts; only items that both have are compared.
    error
        Standard deviation of one answer, in its own unit (`rater_severity` estimates it; 0 for
        counted figures).
    level
        Of the interval (0 to below 1).
    names
        Code → name, to be handed on as ``name``.

    Returns
    -------
    pandas.DataFrame
        Index ``code`` (municipalities of both rounds): ``before, after, change, low, high,
        beyond_noise, items`` (compared), on the scale of the total.

    Raises
    ------
    ChoiceError
        If a round was not scored with goalposts and arithmetic means: other normalisations move
        everybody when one municipality changes. Also if an option is out of its limits.
    TableError
        If the rounds share no municipality or item, or their goalposts differ.

    Warns
    -----
    TableWarning
        Of municipalities and items that only one round has: they are not compared.

    Notes
    -----
    A total is a weighted mean of answers with independent errors: its change has the standard
    error error · √(Σ w² (1/range²) · 2). Rounding and an interviewer's change between rounds are
    not in it.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit.maturity import score
    >>> frame = pd.DataFrame(
    ...     {"indicator": ["plan", "team"], "parent": "", "label": ["計画", "体制"],
    ...      "direction": 1, "weight": 1.0, "unit": "段階", "low": 0.0, "high": 5.0}
    ... )
    >>> rounds = [
    ...     score(pd.DataFrame({"plan": plan, "team": [2, 2]}, index=["28201", "28202"]), frame)
    ...     for plan in ([1, 1], [4, 2])
    ... ]
    >>> change(*rounds)[["change", "beyond_noise"]].round(2).to_numpy().tolist()
    [[0.3, True], [0.1, False]]
    """
    require_result(before, Scores, "before", "maturity.score")
    require_result(after, Scores, "after", "maturity.score")
    require_number(error, "error")
    require_number(level, "level", high=MAX_LEVEL)
    name_by_code = read_mapping(names, "names")
    common = _find_common_items(before, after)
    codes = before.raw.index.intersection(after.raw.index)
    if not len(codes) or not common:
        problem = "2つの回に共通の市町か項目がありません"
        raise TableError([Fault(problem, "同じ市町・同じ項目の表を渡してください")])
    _warn_of_lone(before.raw.index, after.raw.index, "市町")
    _warn_of_lone(before.normalised.columns, after.normalised.columns, "項目")
    framework = parse_framework(before.indicators)
    position = [framework.leaves.index(item) for item in common]
    width = (framework.high - framework.low)[position]
    first, second = (scores.normalised.loc[codes, common].to_numpy() for scores in (before, after))
    is_in_both = ~np.isnan(first) & ~np.isnan(second)
    # weights of the items that both rounds hold, scaled to sum 1
    weights = framework.leaf_weights[position] * is_in_both
    weight_sums = weights.sum(axis=1)
    share = weights / np.where(weight_sums > 0, weight_sums, np.nan)[:, None]
    old_total = _sum_items(first, share, is_in_both)
    new_total = _sum_items(second, share, is_in_both)
    standard_error = error * np.sqrt(2 * ((share / width) ** 2).sum(axis=1))
    margin = standard_error * ndtri((1 + level) / 2)
    difference = new_total - old_total
    columns = {
        "before": old_total,
        "after": new_total,
        "change": difference,
        "low": difference - margin,
        "high": difference + margin,
    }
    table = pd.DataFrame(columns, index=codes)
    table["beyond_noise"] = (table["low"] > 0) | (table["high"] < 0)
    table["items"] = is_in_both.sum(axis=1)
    if names is not None:
        table.insert(0, "name", pd.Series(name_by_code, dtype=object).reindex(codes).to_numpy())
    return carry_provenance(table, before.raw, after.raw)


def _warn_of_lone(before: pd.Index, after: pd.Index, unit: str) -> None:
    """Say which municipalities or items only one round has."""
    lone = {"前の回": before.difference(after), "後の回": after.difference(before)}
    warn_of_lone_labels(lone, unit, "比べていません")


def _sum_items(scaled: FloatArray, share: FloatArray, is_in_both: FloatArray) -> FloatArray:
    """Sum items by their shares; NaN where a municipality has none that both rounds hold."""
    total = (np.where(is_in_both, scaled, 0) * share).sum(axis=1)
    return np.where(np.isnan(share[:, 0]), np.nan, total)


def _find_common_items(before: Scores, after: Scores) -> list[str]:
    """Find the items that both rounds hold, refusing scores that do not compare."""
    for scores in (before, after):
        if (
            scores.settings["normalise"] != "goalposts"
            or scores.settings["aggregate"] != "arithmetic"
        ):
            raise ChoiceError(
                "change には normalise='goalposts'、aggregate='arithmetic' の点が必要です"
                "（ほかの方法は年をまたいで比べられません）。"
            )
    items = [item for item in before.normalised.columns if item in after.normalised.columns]
    old_posts, new_posts = (
        scores.indicators.set_index("indicator").loc[items, ["low", "high", "direction"]]
        for scores in (before, after)
    )
    has_moved = (old_posts != new_posts).any(axis=1)
    if has_moved.any():
        remedy = "low・high・direction をそろえて計算し直してください"
        raise TableError(
            Fault("2つの回で目標値か向きが違います", remedy, column=str(item))
            for item in old_posts.index[has_moved]
        )
    return items
