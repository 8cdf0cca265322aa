"""Do two who looked at the same website see the same, and where do they not?"""

from itertools import combinations

import numpy as np
import pandas as pd

from dxkit.errors import TableError
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.procedures._portal_scores import read_checks


@accepts_any_table("checks")
def portal_agreement(checks: pd.DataFrame) -> pd.DataFrame:
    """Measure how far raters of the same website agree.

    Parameters
    ----------
    checks
        From the form ``portal``: ``code, item, rater, found``; items that one of two could not
        judge are left out.

    Returns
    -------
    pandas.DataFrame
        One row a municipality and pair of raters: ``code, rater, other_rater, items`` (judged by
        both), ``agree`` (share), ``kappa`` (Cohen 1960: 1 is perfect, 0 what chance gives; missing
        where both said the same of all items) and ``disagree`` (items to look at again together,
        separated by 、).

    Raises
    ------
    TableError
        If the form cannot be used, or no website was looked at by two.

    Examples
    --------
    >>> import pandas as pd
    >>> seen = pd.DataFrame({"code": "28201", "item": ["a", "b", "c", "d"] * 2})
    >>> seen = seen.assign(rater=["A"] * 4 + ["B"] * 4, found=["あった"] * 2 + ["なかった"] * 2 +
    ...                    ["あった"] + ["なかった"] * 3)
    >>> portal_agreement(seen)[["agree", "kappa", "disagree"]].to_numpy().tolist()
    [[0.75, 0.5, 'b']]
    """
    rows = read_checks(checks)
    lines = []
    for code, own in rows.groupby("code", sort=True):
        wide = own.pivot_table(index="item", columns="rater", values="seen", dropna=False)
        for first, second in combinations(sorted(wide.columns, key=str), 2):
            both = wide[[first, second]].dropna()
            if len(both):
                lines.append(_compare(str(code), both))
    if not lines:
        raise TableError.one(
            "同じ市町を2人が点検した項目がありません",
            "もう1人が、別の記号で同じ様式に記入してください",
            value="、".join(sorted(map(str, set(rows["rater"])))),
        )
    return carry_provenance(pd.DataFrame(lines), checks)


def _compare(code: str, both: pd.DataFrame) -> dict[str, object]:
    """Compare two raters of one website."""
    one = both.iloc[:, 0].to_numpy()
    two = both.iloc[:, 1].to_numpy()
    is_same = one == two
    # what two who answered as often "there" would agree on by chance
    chance = one.mean() * two.mean() + (1 - one.mean()) * (1 - two.mean())
    kappa = np.nan if chance >= 1 else (is_same.mean() - chance) / (1 - chance)
    return {
        "code": code,
        "rater": both.columns[0],
        "other_rater": both.columns[1],
        "items": len(both),
        "agree": float(is_same.mean()),
        "kappa": round(float(kappa), 9),
        "disagree": "、".join(sorted(map(str, both.index[~is_same]))),
    }
