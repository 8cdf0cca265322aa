"""Who has never met, and would have most to talk about?

`strangers` lists the pairs that sat in no meeting together.
"""

from collections.abc import Iterable
from itertools import combinations

import networkx as nx
import pandas as pd

from dxkit import _checks
from dxkit._keywords import accepts_old_keywords
from dxkit._plain_tables import read_plain_table
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.network._ties import Ties, describe_edge, require_ties


@accepts_old_keywords(met="attendance")
@accepts_any_table("attendance")
def strangers(
    codes: Iterable[str], attendance: pd.DataFrame, *, ties: Ties | None = None
) -> pd.DataFrame:
    """Find the pairs that have never met, those with most in common first.

    Parameters
    ----------
    codes
        Everybody who could meet.
    attendance
        One row an attendance: ``meeting, code``, and ``group`` where a meeting sat in groups
        (then only those of one group met).
    ties
        From `ties`: what a pair has in common.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``code, other, weight, shared``, then by code.
        ``.attrs["settings"]``: ``pairs`` (all), ``met`` (of them).

    Raises
    ------
    TableError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> attendance = pd.DataFrame({"meeting": [1, 1], "code": ["28201", "28202"]})
    >>> strangers(["28201", "28202", "28203"], attendance)[["code", "other"]]
        code  other
    0  28201  28203
    1  28202  28203
    """
    plain = read_plain_table(attendance)
    has_groups = "group" in plain.columns
    # who sat in no meeting or group would count as a stranger to all
    keys = ["meeting", "code", *(["group"] if has_groups else [])]
    _checks.require_filled(plain, keys, "met")
    # without groups the whole meeting sat together
    sittings = plain if has_groups else plain.assign(group="")
    together = {
        pair
        for _, present in sittings.groupby(["meeting", "group"])["code"]
        for pair in combinations(sorted(set(present), key=str), 2)
    }
    if ties is not None:
        require_ties(ties)
    graph: nx.Graph[str] = nx.Graph() if ties is None else ties.graph
    everybody = sorted(set(_checks.read_list(codes, "codes")), key=str)
    rows = [
        (first, second, *describe_edge(graph, first, second))
        for first, second in combinations(everybody, 2)
        if (first, second) not in together
    ]
    pairs = pd.DataFrame(rows, columns=["code", "other", "weight", "shared"]).sort_values(
        ["weight", "code", "other"], ascending=[False, True, True], ignore_index=True
    )
    # of all pairs, as a list of strangers alone does not say how many have met
    n_pairs = len(everybody) * (len(everybody) - 1) // 2
    pairs.attrs = {"settings": {"pairs": n_pairs, "met": n_pairs - len(pairs)}}
    return carry_provenance(pairs, codes, attendance, None if ties is None else ties.table)
