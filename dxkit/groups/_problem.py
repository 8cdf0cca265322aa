"""Can this grouping problem be posed: these members, these columns, these rules?

`read_problem` checks everything before anything is searched for: all faults of the tables
together, then the sizes.
"""

import warnings
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.grouping_task import GroupingTask, build_task
from dxkit.errors import TableError, TableWarning
from dxkit.groups._attribute_columns import read_attributes
from dxkit.groups._distance import (
    Columns,
    Criterion,
    describe_criteria,
    list_column_faults,
    measure_criteria,
    read_weights,
    sum_distances,
)
from dxkit.groups._members import Key, Roster, read_members
from dxkit.groups._read_rules import Links, read_group_count, read_links, read_sizes, read_spread
from dxkit.groups._rules import Rules, SpreadKind
from dxkit.schema import carry_provenance

OBJECTIVES = ("mean", "sum")


@dataclass(frozen=True)
class Problem:
    """Checked members, columns and rules.

    Attributes
    ----------
    roster
        The members.
    criteria
        The columns that groups go by, measured.
    cost
        Members × members: what it costs that two meet; computed once and not to be altered.
    rules
        What must hold for every group.
    objective
        ``mean`` or ``sum``, as in `form`.
    settings
        What was asked, for the result.
    """

    roster: Roster
    criteria: tuple[Criterion, ...]
    cost: FloatArray
    rules: Rules
    objective: str
    settings: dict[str, Any]

    @property
    def size_factor(self) -> FloatArray:
        """By size of a group: what the sum of its pairs is multiplied by."""
        sizes = np.arange(self.rules.max_size + 1)
        if self.objective == "sum":
            return np.ones(len(sizes))
        others = np.maximum(sizes - 1, 1)
        return np.where(sizes > 1, 2.0 / (others * self.rules.member_count), 0.0)

    @property
    def sign_of_quality(self) -> float:
        """-1 where a large quality is better, which is where members should only differ."""
        all_differ = all(criterion.weight < 0 for criterion in self.criteria)
        return -1.0 if self.criteria and all_differ else 1.0

    def build_task(self, extra_cost: FloatArray | None = None) -> GroupingTask:
        """Build the annealing task; ``extra_cost`` is added to what meetings cost."""
        rules = self.rules
        return build_task(
            self.cost if extra_cost is None else self.cost + extra_cost,
            rules.compute_penalties(),
            rules.list_blocks(),
            self.size_factor,
            min_size=rules.min_size,
            max_size=rules.max_size,
            group_count=rules.group_count,
            min_penalty=rules.compute_min_penalty(),
        )


def read_problem(
    members: pd.DataFrame | Iterable[Hashable],
    *,
    size: int | Sequence[int] = (5, 7),
    alike: Columns = (),
    different: Columns = (),
    together: Links = (),
    apart: Links = (),
    spread: str | Iterable[str] = (),
    count: int | None = None,
    objective: str = "mean",
    scale: str = "spread",
    missing: str = "average",
    places: bool | None = None,
) -> Problem:
    """Check the members, columns, sizes and rules of `form`, and measure the distances.

    Raises
    ------
    TableError
        With all faults of the tables.
    ChoiceError
        If a choice is not offered, or the sizes cannot add up.
    """
    # an iterator is read once here, as it is needed again
    alike = read_weights(alike, "alike")
    different = read_weights(different, "different")
    spread_columns = [] if spread is None else _checks.read_list(spread, "spread")
    _checks.require_choice(objective, OBJECTIVES, "objective")
    if places is not None:
        _checks.require_flag(places, "places")
    min_size, max_size = read_sizes(size)
    roster, faults = read_members(members, places=places)
    # without members there is nothing that columns and links could be checked against
    if roster is None:
        raise TableError(faults)
    roster, remarks = _read_columns(roster, [*alike, *different])
    faults = list_column_faults(roster.table, alike, different, scale, missing)
    together_links, together_faults = read_links(together, roster, "together")
    apart_links, apart_faults = read_links(apart, roster, "apart")
    kinds, kind_faults = read_spread(spread_columns, roster)
    if faults := [*faults, *together_faults, *apart_faults, *kind_faults]:
        raise TableError(faults)
    # faults name rows of the user's list; from here on members stand in the order of their codes
    ranks = np.argsort(roster.order_of_keys())
    roster = roster.sort_by_code()
    together_links = _renumber_links(together_links, ranks)
    apart_links = _renumber_links(apart_links, ranks)
    kinds = _renumber_kinds(kinds, ranks)
    member_count = len(roster.codes)
    group_count = read_group_count(member_count, min_size, max_size, count)
    rules = Rules(member_count, min_size, max_size, group_count, together_links, apart_links, kinds)
    criteria = measure_criteria(roster.table, alike, different, scale)
    settings = {
        "size": (min_size, max_size),
        "count": group_count,
        "columns": describe_criteria(criteria),
        "objective": objective,
        "scale": scale,
        "missing": missing,
        **_describe_rules(roster, rules, spread_columns),
    }
    _warn_of_members(roster, [*alike, *different, *spread_columns], remarks)
    cost = _sum_distances_once(criteria, member_count)
    return Problem(roster, criteria, cost, rules, objective, settings)


def _describe_rules(
    roster: Roster, rules: Rules, spread_columns: Sequence[str]
) -> dict[str, object]:
    """Describe the members and the rules, for the settings of a result."""
    return {
        "spread": [kind.label for kind in rules.spread],
        "spread_by": spread_columns,
        "places": roster.are_places,
        "renamed": roster.renamed,
        "together": _list_keys(roster, rules.together),
        "apart": _list_keys(roster, rules.apart),
    }


def _read_columns(roster: Roster, columns: Iterable[str]) -> tuple[Roster, list[TableWarning]]:
    """Read the columns that groups go by as what they hold, however they are stored."""
    table, remarks = read_attributes(roster.table, columns)
    return replace(roster, table=carry_provenance(table, roster.table)), remarks


def _renumber_members(members: Iterable[int], ranks: IntArray) -> tuple[int, ...]:
    return tuple(sorted(int(ranks[member]) for member in members))


def _renumber_links(
    links: tuple[tuple[int, ...], ...], ranks: IntArray
) -> tuple[tuple[int, ...], ...]:
    """Write links with the members' positions in the order of their codes."""
    return tuple(sorted(_renumber_members(link, ranks) for link in links))


def _renumber_kinds(kinds: Sequence[SpreadKind], ranks: IntArray) -> tuple[SpreadKind, ...]:
    """Write kinds with the members' positions in the order of their codes."""
    renumbered = [replace(kind, members=_renumber_members(kind.members, ranks)) for kind in kinds]
    return tuple(sorted(renumbered, key=lambda kind: (kind.members, kind.label)))


def _warn_of_members(
    roster: Roster, columns: Iterable[str], remarks: Iterable[TableWarning]
) -> None:
    for warning in [*remarks, *roster.list_warnings(columns)]:
        warnings.warn(warning, stacklevel=5)


def _sum_distances_once(criteria: Sequence[Criterion], member_count: int) -> FloatArray:
    """Compute the cost matrix that search, proof and result are handed; nobody may change it."""
    cost = sum_distances(criteria, member_count)
    cost.flags.writeable = False
    return cost


def _list_keys(roster: Roster, links: tuple[tuple[int, ...], ...]) -> list[tuple[Key, ...]]:
    """List links as codes, or as codes and persons."""
    keys = roster.keys
    return [tuple(keys[member] for member in link) for link in links]
