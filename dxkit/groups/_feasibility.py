"""Can any grouping keep these rules?

The rules are written as constraints on x[member, group] and HiGHS is asked for any answer.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray
from dxkit.groups._highs import SparseModel, solve_mip
from dxkit.groups._rules import Rules

# of the search tree of one question: the same on every machine, some 10 s at 41 members
NODE_LIMIT = 500


class SearchLimitError(Exception):
    """The search stopped at its limit before it knew an answer."""


class ConstraintRows:
    """Constraints low ≤ row·x ≤ high, gathered one by one."""

    def __init__(self, column_count: int) -> None:
        self.column_count = column_count
        self.positions: list[IntArray] = []
        self.factors: list[FloatArray] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add_row(
        self,
        columns: Sequence[int] | IntArray,
        factors: Sequence[float] | float,
        low: float,
        high: float,
    ) -> None:
        """Add one row: its columns, and their factors (or one factor for all)."""
        positions = np.asarray(columns, dtype=np.intp)
        row = np.broadcast_to(np.asarray(factors, dtype=np.float64), positions.shape)
        self.positions.append(positions)
        self.factors.append(row)
        self.low.append(low)
        self.high.append(high)

    def build_matrix(self) -> sp.csc_array:
        """Build one sparse matrix of all rows."""
        starts = np.cumsum([0, *(len(row) for row in self.positions)])
        entries = (np.concatenate(self.factors), np.concatenate(self.positions), starts)
        shape = (len(self.positions), self.column_count)
        return sp.csr_array(entries, shape=shape).tocsc()


def solve_rows(cost: FloatArray, rows: ConstraintRows) -> FloatArray | None:
    """Find the cheapest answer of zeros and ones; None if there is none.

    Raises
    ------
    SearchLimitError
        If the search stopped at its limit without an answer.
    """
    model = SparseModel(cost, rows.build_matrix(), np.asarray(rows.low), np.asarray(rows.high))
    answer = solve_mip(model, node_limit=NODE_LIMIT)
    # no answer and no proof that there is none
    if answer.values is None and not answer.is_ended:
        raise SearchLimitError
    return answer.values


def write_rows(rules: Rules, *, allow_empty: bool = False) -> ConstraintRows:
    """Write rules as rows on x[member, group].

    With ``allow_empty`` a group may also have nobody; one column a group more then says whether
    it is in use.
    """
    member_count = rules.member_count
    group_count = rules.group_count
    x_count = member_count * group_count
    rows = ConstraintRows(x_count + (group_count if allow_empty else 0))
    x = np.arange(x_count).reshape(member_count, group_count)
    # everybody in exactly one group
    for member in range(member_count):
        rows.add_row(x[member], 1.0, 1, 1)
    for group in range(group_count):
        if allow_empty:
            # low·used ≤ Σ x ≤ high·used
            columns = [*x[:, group], x_count + group]
            ones = [1.0] * member_count
            rows.add_row(columns, [*ones, -float(rules.min_size)], 0, np.inf)
            rows.add_row(columns, [*ones, -float(rules.max_size)], -np.inf, 0)
        else:
            rows.add_row(x[:, group], 1.0, rules.min_size, rules.max_size)
        _add_link_rows(rows, rules, x, group)
    return rows


def find_grouping(rules: Rules) -> IntArray | None:
    """Find any grouping that keeps the rules (the group of each member); None if there is none.

    Raises
    ------
    SearchLimitError
        If the search stopped at its limit without an answer.
    """
    rows = write_rows(rules)
    values = solve_rows(np.zeros(rows.column_count), rows)
    return None if values is None else read_labels(values, rules)


def read_labels(values: FloatArray, rules: Rules) -> IntArray:
    """Read the group of each member from x[member, group]."""
    x = values[: rules.member_count * rules.group_count]
    table = x.reshape(rules.member_count, rules.group_count)
    return np.asarray(table.argmax(axis=1), dtype=np.intp)


def is_possible(rules: Rules) -> bool:
    """Check whether a grouping keeps the rules.

    True also where the search reaches its limit before this is known.
    """
    # most conflicts are seen in who is linked with whom, without a search
    linked = [set(block) for block in rules.list_blocks() if len(block) > 1]
    for block in linked:
        for link in rules.apart:
            if len(block) > rules.max_size or len(block & set(link)) > 1:
                return False
    try:
        return find_grouping(rules) is not None
    except SearchLimitError:
        return True


def _add_link_rows(rows: ConstraintRows, rules: Rules, x: IntArray, group: int) -> None:
    """Add what links and spread kinds ask of one group."""
    for link in rules.together:
        for member in link[1:]:
            rows.add_row([x[link[0], group], x[member, group]], [1.0, -1.0], 0, 0)
    for link in rules.apart:
        rows.add_row(x[list(link), group], 1.0, 0, 1)
    for kind in rules.spread:
        # as even as the number of groups allows
        low, high = kind.compute_limits(rules.group_count)
        rows.add_row(x[list(kind.members), group], 1.0, low, high)
