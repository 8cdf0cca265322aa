"""What do groups look like as a result: who is where, how good is it, and how sure?"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dxkit._arrays import IntArray
from dxkit.groups._method_texts import describe_groups
from dxkit.groups._problem import Problem
from dxkit.groups._quality import average_within, compute_cost, compute_gap, tabulate_groups
from dxkit.schema import MethodText, TableResult, carry_provenance


@dataclass(frozen=True)
class Groups(TableResult):
    """Members in groups, how good that is, and how sure.

    Attributes
    ----------
    table
        One row a member in the order given: ``code, group`` (from 1, by the first code in each),
        or ``code, person, group`` where bodies send persons, and ``name`` (of the body) where the
        members have one.
    quality
        With ``objective="mean"``: the mean over members of the mean distance to the others of the
        group, in units of chance (1 = two members picked at random). Small is good with ``alike``;
        with only ``different``, large is good; with both, alike less different, small is good.
        With ``"sum"``: the sum of these distances over all pairs in a group.
    bound, gap
        What no grouping under these rules can better, and their distance relative to the bound; a
        proven optimum has gap 0. Without ``certify`` the bound is a quick and weak one.
    by_group
        One row a group: ``group, size, distance`` (mean over its pairs), and the mean distance in
        each column.
    by_column
        One row a column: ``column, label, role, weight, kind, blanks, distance`` (the mean within
        groups as in ``quality``).
    members
        The members' table with ``code`` as it was understood, ``group`` added.
    settings
        What was asked; also in ``table.attrs["settings"]``. ``reproducible``: whether every
        machine gives this answer (not where ``time_limit_s`` stopped the proof).
    """

    table: pd.DataFrame
    quality: float
    bound: float
    gap: float
    by_group: pd.DataFrame
    by_column: pd.DataFrame
    members: pd.DataFrame
    settings: dict[str, Any]

    def __repr__(self) -> str:
        count = self.table["group"].nunique()
        return f"<グループ: {len(self.table)}人を{count}グループに、質 {self.quality:.3g}（限界 {self.bound:.3g}）>"

    def _describe_method(self) -> MethodText:
        return describe_groups(self.settings, self.quality, self.bound)


def make_groups(problem: Problem, labels: IntArray, bound: float, **settings: object) -> Groups:
    """Make the result for a grouping; groups are numbered by their first member's code.

    Parameters
    ----------
    problem
        What was asked.
    labels
        The group of each member, numbered in any way.
    bound
        A cost that no grouping is below.
    settings
        Added to the problem's settings.
    """
    roster = problem.roster
    # a search numbers groups in any order; for users the first member's group is number 1
    numbers = pd.factorize(labels)[0] + 1
    # where members should differ, users see a distance that is large when it is good
    quality = problem.sign_of_quality * compute_cost(problem, labels)
    bound = problem.sign_of_quality * bound
    table = roster.key_columns.assign(group=numbers)
    if "name" in roster.table.columns or roster.are_places:
        table["name"] = roster.list_names()
    all_settings = problem.settings | settings
    table = roster.restore_order(table)
    table.attrs["settings"] = all_settings
    names = ["column", "label", "role", "weight", "kind", "blanks"]
    by_column = pd.DataFrame(all_settings["columns"], columns=names)
    by_column["distance"] = [
        average_within(criterion.distances, labels) for criterion in problem.criteria
    ]
    return Groups(
        table=carry_provenance(table, roster.table),
        quality=quality,
        bound=bound,
        gap=compute_gap(quality, bound),
        by_group=carry_provenance(tabulate_groups(problem, numbers), roster.table),
        by_column=carry_provenance(by_column, roster.table),
        members=carry_provenance(
            roster.restore_order(roster.table.assign(group=numbers)), roster.table
        ),
        settings=all_settings,
    )
