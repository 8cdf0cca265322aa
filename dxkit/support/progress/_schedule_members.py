"""Who cuts over when and with whom: as members of a meeting whose groups share a schedule?"""

import numpy as np
import pandas as pd

from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.progress._dates import count_months
from dxkit.support.progress._follow_up import read_cutovers

# a municipality with several vendors counts as that of most of its systems
NO_VENDOR = "（未記入）"


@accepts_any_table("cutovers")
def schedule_members(cutovers: pd.DataFrame) -> pd.DataFrame:
    """Sum up each municipality's cut-overs, for `dxkit.groups.form` to make groups of.

    Parameters
    ----------
    cutovers
        From the form ``cutover``: ``code, system`` and, where known, ``cutover_date,
        standard_version, vendor``.

    Returns
    -------
    pandas.DataFrame
        One row a municipality: ``code, systems`` (in the form), ``undecided`` (without a date),
        ``first_cutover, last_cutover``, ``cutover_months`` (months from the earliest date of all
        to its own last one; missing without a date), ``cutover_quarter`` (of the last, as
        2026Q4), ``vendor`` (of most of its systems; the first by name of equals) and
        ``standard_version`` (the same way).

    Raises
    ------
    TableError
        If the form cannot be used.

    Examples
    --------
    >>> import pandas as pd
    >>> form = pd.DataFrame(
    ...     {"code": ["28201", "28201", "28202"], "system": ["戸籍", "就学", "戸籍"]}
    ... )
    >>> form = form.assign(cutover_date=["2026-10-01", "2027-01-04", None], vendor=["甲社"] * 3)
    >>> members = schedule_members(form)
    >>> members[["code", "undecided", "cutover_quarter", "vendor"]].fillna("").to_numpy().tolist()
    [['28201', 0, '2027Q1', '甲社'], ['28202', 1, '', '甲社']]
    """
    form = read_cutovers(cutovers)
    earliest = form["cutover_date"].min()
    groups = form.groupby("code", sort=True)
    last = groups["cutover_date"].max()
    table = pd.DataFrame(
        {
            "systems": groups.size(),
            "undecided": groups["cutover_date"].agg(lambda dates: int(dates.isna().sum())),
            "first_cutover": groups["cutover_date"].min(),
            "last_cutover": last,
            "cutover_months": [
                round(count_months(earliest, day), 1) if pd.notna(day) else np.nan for day in last
            ],
            "cutover_quarter": [
                f"{day.year}Q{day.quarter}" if pd.notna(day) else None for day in last
            ],
            "vendor": groups["vendor"].agg(_find_commonest),
            "standard_version": groups["standard_version"].agg(_find_commonest),
        }
    ).reset_index()
    return carry_provenance(table, cutovers)


def _find_commonest(words: pd.Series) -> str:
    """Find the word that stands most often, of equals the first by its letters."""
    counts = words.dropna().astype(str).value_counts()
    return min(counts.index[counts == counts.max()]) if len(counts) else NO_VENDOR
