"""On how much of the index is one municipality ahead of another?"""

import numpy as np
import pandas as pd

from dxkit._checks import require_choice, require_result
from dxkit.maturity._aggregate import compare_pairs, find_comparable, spread_over_leaves
from dxkit.maturity._framework import TOTAL, parse_framework
from dxkit.maturity._score import Scores
from dxkit.schema import carry_provenance


def outranking(scores: Scores, *, heading: str = TOTAL) -> pd.DataFrame:
    """Compare municipalities pair by pair: the outranking matrix of the handbook.

    Parameters
    ----------
    scores
        Of `score`; only the order within each indicator counts.
    heading
        The heading below which indicators are compared; by default all of them.

    Returns
    -------
    pandas.DataFrame
        Municipalities × municipalities: share of the heading's weight (0–1) on which the row's
        municipality is ahead of the column's, half of it where they are level. Indicators that
        either has not answered count for neither; a pair without any that both have answered is
        missing.

    Raises
    ------
    ChoiceError
        If there is no such heading.

    Notes
    -----
    OECD/JRC handbook, equation (32), the step before Copeland's rule (``aggregate="copeland"`` of
    `score`). How far ahead somebody is does not count.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit.maturity import score
    >>> frame = pd.DataFrame(
    ...     {"indicator": ["plan", "team"], "parent": "", "label": ["計画", "体制"],
    ...      "direction": 1, "weight": [2.0, 1.0], "unit": "段階", "low": 0.0, "high": 5.0}
    ... )
    >>> values = pd.DataFrame({"plan": [3, 1], "team": [2, 2]}, index=["28201", "28202"])
    >>> outranking(score(values, frame)).round(2).to_numpy().tolist()
    [[0.0, 0.83], [0.17, 0.0]]
    """
    require_result(scores, Scores, "scores", "maturity.score")
    framework = parse_framework(scores.indicators)
    names = [node.name for node in framework.headings]
    position = names.index(require_choice(heading, names, "heading"))
    scaled = scores.normalised.to_numpy()
    weights = spread_over_leaves(framework)[position]
    matrix = compare_pairs(scaled, weights)
    # who has answered nothing is not behind
    matrix = np.where(find_comparable(scaled, weights), matrix, np.nan)
    codes = scores.normalised.index
    table = pd.DataFrame(matrix, index=codes, columns=codes)
    return carry_provenance(table, scores.normalised)
