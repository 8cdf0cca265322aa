"""What came out, how good is it, and how sure is that?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.groups._problem import Question

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]


@dataclass(frozen=True)
class Groups:
    """Members in groups, how good that is, and how sure.

    Attributes
    ----------
    table
        One row a member in the order given: ``code, group`` (from 1), and ``name`` where the members have one.
    quality
        With ``objective="mean"``: the mean over members of the mean distance to the others of the group, in units of chance
        (1 = two members picked at random). Wanted small with ``alike``; with only ``different``, wanted large; with both,
        alike less different, wanted small. With ``"sum"``: the sum of these distances over all pairs in a group.
    bound, gap
        What no grouping under these rules can better, and their distance relative to the bound; a proven optimum has gap 0.
        Without ``certify`` the bound is a quick and weak one.
    by_group
        One row a group: ``group, size, distance`` (mean over its pairs), and the mean distance in each column.
    by_column
        One row a column: ``column, label, role, weight, kind, blanks, distance`` (the mean within groups as in ``quality``).
    members
        The members' table with ``code`` as it was understood, ``group`` added.
    settings
        What was asked; also in ``table.attrs["settings"]``.
    """

    table: pd.DataFrame
    quality: float
    bound: float
    gap: float
    by_group: pd.DataFrame
    by_column: pd.DataFrame
    members: pd.DataFrame
    settings: dict[str, Any]


def answer(asked: Question, groups: Whole, bound: float, **told: object) -> Groups:
    """Give the result for a grouping; groups are numbered by their first member."""
    order = pd.factorize(groups)[0] + 1
    settings = asked.settings | told
    value = asked.sign * score(asked, groups)
    bound = asked.sign * bound
    gap = abs(bound - value) / max(abs(bound), 1e-12) if abs(bound - value) > 1e-9 else 0.0
    table = pd.DataFrame({"code": asked.roster.codes.astype(str), "group": order})
    if "name" in asked.roster.table.columns or asked.roster.places:
        table["name"] = asked.names()
    table.attrs["settings"] = settings
    columns = pd.DataFrame(
        settings["columns"], columns=["column", "label", "role", "weight", "kind", "blanks"]
    )
    columns["distance"] = [_within(each.apart, groups) for each in asked.criteria]
    by_group = _by_group(asked, order)
    return Groups(
        table,
        value,
        bound,
        gap,
        by_group,
        columns,
        asked.roster.table.assign(group=order),
        settings,
    )


def score(asked: Question, groups: Whole) -> float:
    """Give the cost of a grouping, small wanted."""
    cost, factor = asked.cost, asked.factor
    total = 0.0
    for group in np.unique(groups):
        own = np.flatnonzero(groups == group)
        total += float(factor[len(own)] * cost[np.ix_(own, own)].sum() / 2)
    return total


def quick_bound(asked: Question) -> float:
    """Give a cost that no grouping can be below: everybody meets just those who are best for them."""
    cost, rules = asked.cost.copy(), asked.rules
    np.fill_diagonal(cost, np.inf)
    sums = np.cumsum(np.sort(cost, axis=1)[:, : max(rules.high - 1, 0)], axis=1)
    sizes = range(max(rules.low, 2), rules.high + 1)
    each = [
        asked.factor[size] / 2 * sums[:, size - 2] for size in sizes if size - 2 < sums.shape[1]
    ]
    if rules.low == 1:
        each.append(np.zeros(rules.people))
    return float(np.min(each, axis=0).sum()) if each else 0.0


def _within(apart: Floats, groups: Whole) -> float:
    """Give the mean over members (those alone left out) of the mean distance to the others of the group."""
    same = groups[:, None] == groups[None, :]
    mates = same.sum(axis=1) - 1
    known = mates > 0
    return (
        float(((apart * same).sum(axis=1)[known] / mates[known]).mean())
        if known.any()
        else float("nan")
    )


def _by_group(asked: Question, groups: Whole) -> pd.DataFrame:
    rows = []
    for group in range(1, int(groups.max()) + 1):
        own = np.flatnonzero(groups == group)
        pairs = max(len(own) * (len(own) - 1), 1)
        inside = {
            each.column: each.apart[np.ix_(own, own)].sum() / pairs for each in asked.criteria
        }
        weighed = sum(abs(each.weight) * inside[each.column] for each in asked.criteria)
        rows.append({"group": group, "size": len(own), "distance": weighed, **inside})
    return pd.DataFrame(rows)
