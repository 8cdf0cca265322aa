"""Which pairs should clerks look at with the hours they have?"""

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit._checks import require_number
from dxkit.errors import TableError
from dxkit.linkage._evaluate import read_probabilities
from dxkit.linkage._normalise import find_missing_columns
from dxkit.schema import accepts_any_table, carry_provenance

# an assumption: no published measurement was found
MINUTES_PER_PAIR = 3.0
# a pair takes at least some milliseconds, and all clerks together have not more hours than these
LEAST_MINUTES = 1e-4
MOST_HOURS = 1e9
# pairs from this probability on are linked without a check
LINK_FROM = 0.5
LINKED = "採用"
CHECKED = "確認"
NOT_LINKED = "不採用"


@accepts_any_table("links")
def review_plan(
    links: pd.DataFrame, *, staff_hours: float, minutes: float = MINUTES_PER_PAIR
) -> pd.DataFrame:
    """Choose the pairs that clerks check, and estimate how many mistakes remain.

    Parameters
    ----------
    links
        The answer of `link` with a low ``threshold`` (0.01, say): what was cut off cannot be
        checked.
    staff_hours
        Working hours in all.
    minutes
        Minutes that one pair takes; 3 is an assumption (no published measurement was found).

    Returns
    -------
    pandas.DataFrame
        One row a pair, most doubtful first: the columns of ``links``, ``decision`` (採用, 確認,
        不採用) and ``doubt`` (chance that the decision without a check is wrong).
        ``attrs["expected"]``: ``pairs_checked, hours_used, wrong_without_review,
        missed_without_review, wrong, missed`` (the last two with the review).

    Raises
    ------
    ChoiceError
        If the hours are below 0 or the minutes are not above it.
    TableError
        If a column is missing.

    Notes
    -----
    Unchecked pairs are taken from probability 0.5. The figures hold as far as the probabilities
    do, and a clerk is taken to be always right. Pairs that no blocking rule brought together are
    in neither figure: the true number of misses is higher.

    Examples
    --------
    >>> import pandas as pd
    >>> links = pd.DataFrame(
    ...     {"left_id": ["J1", "J2", "J3"], "right_id": ["H1", "H2", "H3"],
    ...      "probability": [0.99, 0.6, 0.1]}
    ... )
    >>> plan = review_plan(links, staff_hours=0.05)
    >>> plan[["left_id", "decision"]].to_numpy().tolist()
    [['J2', '確認'], ['J3', '不採用'], ['J1', '採用']]
    >>> round(plan.attrs["expected"]["wrong"], 2)
    0.01
    """
    require_number(staff_hours, "staff_hours", high=MOST_HOURS)
    require_number(minutes, "minutes", low=LEAST_MINUTES, high=60 * MOST_HOURS)
    needed = ("left_id", "right_id", "probability")
    remedy = "link の答えを渡してください"
    if faults := find_missing_columns(links, needed, "links", remedy=remedy):
        raise TableError(faults)
    probability = read_probabilities(links)
    table = links.assign(doubt=np.minimum(probability, 1 - probability), probability=probability)
    table = table.sort_values(
        ["doubt", "left_id", "right_id"], ascending=[False, True, True], ignore_index=True
    )
    # a little room for rounding: 0.1 hours are two pairs of three minutes
    affordable = int(staff_hours * 60 / minutes + 1e-9)
    is_linked = (table["probability"] >= LINK_FROM).to_numpy()
    is_checked = (np.arange(len(table)) < affordable) & (table["doubt"].to_numpy() > 0)
    unchecked = np.where(is_linked, LINKED, NOT_LINKED)
    table["decision"] = np.where(is_checked, CHECKED, unchecked)
    doubt = table["doubt"].to_numpy(dtype=float)
    table.attrs = {
        "expected": _sum_mistakes(doubt, is_linked, is_checked, minutes),
        "settings": {"staff_hours": staff_hours, "minutes": minutes},
    }
    return carry_provenance(table, links)


def _sum_mistakes(
    doubt: FloatArray, is_linked: BoolArray, is_checked: BoolArray, minutes: float
) -> dict[str, float]:
    """Sum the chances of being wrong, over all pairs and over those that nobody checks."""
    return {
        "pairs_checked": int(is_checked.sum()),
        "hours_used": float(is_checked.sum() * minutes / 60),
        "wrong_without_review": float(doubt[is_linked].sum()),
        "missed_without_review": float(doubt[~is_linked].sum()),
        "wrong": float(doubt[is_linked & ~is_checked].sum()),
        "missed": float(doubt[~is_linked & ~is_checked].sum()),
    }
