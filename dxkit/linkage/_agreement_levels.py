"""What does the linkage compare, how far may it agree, and how much does that prove?"""

import pandas as pd

from dxkit._checks import require_choice
from dxkit.linkage._comparisons import COMPARISONS, JARO_WINKLER
from dxkit.linkage._splink_model import write_condition


def agreement_levels(*, backend: str = "duckdb") -> pd.DataFrame:
    """List the levels of agreement that `link` and `dedupe` tell apart.

    Parameters
    ----------
    backend
        ``duckdb`` or ``spark``: in whose SQL the conditions are written.

    Returns
    -------
    pandas.DataFrame
        One row a level of a field, the strongest first: ``field`` (name, birthday, address, sex),
        ``label`` (as in ``reason`` of `link`), ``condition`` (SQL; ``ELSE`` where nothing
        stronger holds), ``m``, ``u`` and ``h`` (share of the level among true pairs, among chance
        pairs and among pairs of two people of one house, where learning starts, 0–1).

    Raises
    ------
    ChoiceError
        If there is no such backend.

    Notes
    -----
    Fellegi & Sunter (1969): a level weighs log2(m / u). The shares were learnt from invented
    registers and are assumptions about real ones. They count as a few observed pairs: the more
    records two registers hold, the more the shares are their own.

    Examples
    --------
    >>> levels = agreement_levels()
    >>> levels.loc[levels["field"] == "sex", ["label", "m", "u", "h"]].to_numpy().tolist()
    [['性別が同じ', 0.995, 0.5, 0.45], ['性別が違う', 0.005, 0.5, 0.55]]
    """
    require_choice(backend, JARO_WINKLER, "backend")
    rows = [
        {
            "field": comparison.field,
            "label": level.label,
            "condition": write_condition(level, backend),
            "m": level.m,
            "u": level.u,
            "h": level.h,
        }
        for comparison in COMPARISONS
        for level in comparison.levels
    ]
    return pd.DataFrame(rows)
