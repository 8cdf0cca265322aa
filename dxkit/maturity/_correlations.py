"""Do any two indicators say the same?

Handbook step 4 (multivariate analysis).
"""

import pandas as pd

from dxkit._checks import require_choice, require_result
from dxkit.maturity._score import Scores
from dxkit.schema import carry_provenance

METHODS = ("spearman", "pearson", "kendall")


def correlations(scores: Scores, *, method: str = "spearman") -> pd.DataFrame:
    """Compute the correlation of every two indicators over municipalities that have both.

    Parameters
    ----------
    scores
        Of `score`.
    method
        ``"spearman"`` (ranks, fit for levels), ``"pearson"`` or ``"kendall"``.

    Returns
    -------
    pandas.DataFrame
        Indicators × indicators (-1 to 1); missing where an indicator does not vary.

    Raises
    ------
    ChoiceError
        If there is no such method.

    Notes
    -----
    With 41 municipalities a correlation below about 0.3 cannot be told from none.

    Examples
    --------
    >>> import dxkit
    >>> from dxkit.maturity import score
    >>> scores = score(dxkit.load("dashboard"), dxkit.load("indicators_dashboard"))
    >>> round(float(correlations(scores).loc["rpa", "ai"]), 2)
    0.34
    """
    require_result(scores, Scores, "scores", "maturity.score")
    require_choice(method, METHODS, "method")
    # ranks first: Pearson's coefficient of ranks is Spearman's, and needs no scipy
    figures = scores.normalised.rank() if method == "spearman" else scores.normalised
    table = figures.corr(method="kendall" if method == "kendall" else "pearson")
    return carry_provenance(table, scores.normalised)
