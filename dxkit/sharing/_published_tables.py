"""What does a reader know of tables that are published together?

`PublishedTables` gathers tables, what their labels cover, how they are linked and the equations
that follow, for `suppress`, `audit` and the disclosure ledger alike.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.errors import Fault, TableError
from dxkit.schema import LEAST_PEOPLE
from dxkit.sharing._cell_system import CellSystem, SystemBuilder
from dxkit.sharing._count_tables import (
    SUBTOTAL_NAMES,
    TOTAL,
    CountTable,
    Hierarchy,
    append_sum,
    is_total_name,
    normalise_label,
)
from dxkit.sharing._label_space import Cover, LabelSpace, split_cover
from dxkit.sharing._table_links import Links, TableLinks, find_links

# columns in which a row must equal the sum of its neighbours before it is taken for a subtotal
LEAST_SUBTOTAL_COLUMNS = 3
PARTS_REMEDY = "内訳の行・列か、hierarchy・links の書き方を確かめてください"


@dataclass(frozen=True)
class PublishedTables:
    """Tables with their equations.

    Attributes
    ----------
    tables
        One a table handed in; where margins were added, with them.
    links
        How the tables belong together.
    system
        Unknowns and equations.
    is_signed
        For each unknown whether its measure may be negative (a change from year to year).
    """

    tables: list[CountTable]
    links: TableLinks
    system: CellSystem
    is_signed: BoolArray

    def gather_values(self) -> FloatArray:
        """Gather the value of each unknown from the tables; NaN where none shows it."""
        values = np.full(self.system.equations.shape[1], np.nan)
        for table, cells in zip(self.tables, self.system.cells, strict=True):
            is_printed = ~np.isnan(table.counts)
            values[cells[is_printed]] = table.counts[is_printed]
        return values

    def mark_printed(self, numbers: Iterable[int]) -> BoolArray:
        """Mark the unknowns that some of the tables, by number, print."""
        is_printed = np.zeros(self.system.equations.shape[1], dtype=np.bool_)
        for number in numbers:
            cells = self.system.cells[number]
            is_printed[cells[~np.isnan(self.tables[number].counts)]] = True
        return is_printed

    def mark_withheld(self) -> BoolArray:
        """Mark the unknowns that are blank in any of the tables."""
        is_withheld = np.zeros(self.system.equations.shape[1], dtype=np.bool_)
        for table, cells in zip(self.tables, self.system.cells, strict=True):
            is_withheld[cells[np.isnan(table.counts)]] = True
        return is_withheld

    def name_cells(self) -> dict[int, str]:
        """Name the unknowns that stand in a table, for messages."""
        names: dict[int, str] = {}
        for table, cells in zip(self.tables, self.system.cells, strict=True):
            for i, j in np.ndindex(cells.shape):
                names.setdefault(int(cells[i, j]), table.label_cell(i, j))
        return names

    def mark_shown(self) -> BoolArray:
        """Mark the unknowns that stand in a table, printed or blank."""
        is_shown: BoolArray = self.count_places() > 0
        return is_shown

    def count_places(self) -> IntArray:
        """Count the places in the tables where each unknown stands, printed or blank."""
        numbers = [cells.ravel() for cells in self.system.cells]
        return np.bincount(np.concatenate(numbers), minlength=self.system.equations.shape[1])


def gather_tables(
    tables: Sequence[CountTable],
    hierarchy: Hierarchy,
    links: Links,
    *,
    signed_names: frozenset[str] = frozenset(),
    tolerance: float = 0.0,
) -> PublishedTables:
    """Build the equations of tables; arguments as for `find_links`."""
    space = LabelSpace(tables, hierarchy)
    table_links = find_links(tables, space, links, tolerance)
    system = SystemBuilder(tables, space, table_links.measures, table_links.sums).build_system()
    signed_measures = {
        measure
        for table, measure in zip(tables, table_links.measures, strict=True)
        if table.name in signed_names or (np.nan_to_num(table.counts) < 0).any()
    }
    is_signed = np.isin(system.measures, sorted(signed_measures))
    return PublishedTables(list(tables), table_links, system, is_signed)


def append_margins(tables: Sequence[CountTable], hierarchy: Hierarchy) -> list[CountTable]:
    """Append subtotals and totals that are absent: a reader can add them up, or has them already.

    A subtotal that stands in any of the tables is not appended to the others.
    """
    labels = {label for table in tables for axis in table.axes for label in axis}
    absent = [label for label in hierarchy if label not in labels]
    with_subtotals = []
    for table in tables:
        longer = table
        for label in absent:
            longer = _append_subtotal(longer, hierarchy, label)
        with_subtotals.append(longer)
    space = LabelSpace(with_subtotals, hierarchy)
    complete = []
    for t, table in enumerate(with_subtotals):
        longer = table
        for axis in range(len(table.axes)):
            if table.find_total(axis) is None:
                covers = space.list_covers((t, axis))
                full: Cover = frozenset().union(*covers)
                # each label once, the largest subtotals in place of their parts
                parts = [full] if full in covers else split_cover(full, covers)
                longer = append_sum(longer, axis, TOTAL, [covers.index(part) for part in parts])
        complete.append(longer)
    return complete


def _append_subtotal(table: CountTable, hierarchy: Hierarchy, label: Hashable) -> CountTable:
    """Append the row of a subtotal, before the total, if any of its parts is a row."""
    leaves = _list_leaves(hierarchy, label, table.axes[0])
    if not leaves:
        return table
    longer = append_sum(table, 0, label, leaves)
    position = table.find_total(0)
    if position is None or position != len(table.axes[0]) - 1:
        return longer
    order = [*range(position), position + 1, position]
    axes = (tuple(longer.axes[0][i] for i in order), *longer.axes[1:])
    return CountTable(table.name, longer.counts[order], axes, table.source)


def _list_leaves(hierarchy: Hierarchy, label: Hashable, labels: Sequence[Hashable]) -> list[int]:
    """List the positions of the rows without parts that a subtotal sums."""
    positions: list[int] = []
    for part in hierarchy.get(label, ()):
        below = _list_leaves(hierarchy, part, labels)
        if below:
            positions += below
        elif part in labels:
            positions.append(labels.index(part))
    return list(dict.fromkeys(positions))


def require_sums(published: PublishedTables, values: FloatArray) -> None:
    """Refuse tables whose totals, subtotals or links do not add up; every one is reported.

    Raises
    ------
    TableError
    """
    gaps = published.system.equations @ values
    faults = _list_conflicts(published, values)
    for row in np.flatnonzero(~np.isnan(gaps) & (gaps != 0)):
        name = published.system.names[row]
        is_total = any(is_total_name(part) for part in name.split("×"))
        word = next((part for part in name.split("×") if is_total_name(part)), name)
        problem = f"「{word}」が内訳の和と合いません"
        remedy = f"「{word}」を消して渡せば計算します" if is_total else PARTS_REMEDY
        faults.append(Fault(problem, remedy, value=name))
    if faults:
        raise TableError(faults)


def _list_conflicts(published: PublishedTables, values: FloatArray) -> list[Fault]:
    """List the figures that differ from another of the same people."""
    return [
        Fault(
            f"同じ人たちの数が、ほかの所では{values[cells[i, j]]:g}です",
            PARTS_REMEDY,
            value=f"{table.label_cell(i, j)}: {table.counts[i, j]:g}",
        )
        for table, cells in zip(published.tables, published.system.cells, strict=True)
        for i, j in np.argwhere(~np.isnan(table.counts) & (table.counts != values[cells]))
    ]


def compute_implied(published: PublishedTables, values: FloatArray) -> FloatArray:
    """Compute what no table shows but subtraction gives (all less men are the women)."""
    completed = values.copy()
    equations = published.system.equations
    while True:
        is_unknown = np.isnan(completed)
        open_counts = abs(equations) @ is_unknown.astype(float)
        rows = np.flatnonzero(open_counts == 1)
        if not len(rows):
            return completed
        sums = equations @ np.where(is_unknown, 0.0, completed)
        for row in rows:
            inside = slice(equations.indptr[row], equations.indptr[row + 1])
            cells = equations.indices[inside]
            position = int(np.flatnonzero(is_unknown[cells])[0])
            completed[cells[position]] = -sums[row] / equations.data[inside][position]


def list_suspects(tables: Sequence[CountTable], hierarchy: Hierarchy) -> list[str]:
    """List in Japanese the rows that look like subtotals which nobody declared."""
    texts = []
    for table in tables:
        for axis, labels in enumerate(table.axes):
            values = table.counts if axis == 0 else table.counts.T
            total = table.find_total(axis)
            suspects = [
                str(label)
                for position, label in enumerate(labels)
                if not is_total_name(label)
                and label not in hierarchy
                and (
                    normalise_label(label) in SUBTOTAL_NAMES
                    or _sums_neighbours(values, position, total)
                )
            ]
            if suspects:
                place = f"表「{table.name}」の" if table.name else ""
                texts.append(
                    f"{place}「{'・'.join(suspects)}」は小計のように見えます。"
                    "小計なら hierarchy= で内訳を示してください"
                )
    return texts


def _sums_neighbours(values: FloatArray, position: int, total: int | None) -> bool:
    """Whether a row is the sum of the rows that follow or precede it without a break."""
    row = values[position]
    is_printed = ~np.isnan(row) & (row != 0)
    if is_printed.sum() < LEAST_SUBTOTAL_COLUMNS:
        return False
    end = len(values) if total is None or total < position else total
    start = 0 if total is None or total > position else total + 1
    after = np.cumsum(values[position + 1 : end], axis=0)[1:]
    before = np.cumsum(values[start:position][::-1], axis=0)[1:]
    runs = np.concatenate([after, before])[:, is_printed]
    return bool((runs == row[is_printed]).all(axis=1).any())


def read_notes(tables: Sequence[CountTable]) -> dict[str, Any]:
    """Read what `suppress` noted in the tables' ``attrs``; the rounding a table each."""
    notes: dict[str, Any] = {
        "k": LEAST_PEOPLE,
        "rounding": [table.source.attrs.get("settings", {}).get("rounding") for table in tables],
        "hierarchy": {},
        "links": {},
        "signed": set(),
    }
    names = {table.name for table in tables}
    for table in tables:
        settings = table.source.attrs.get("settings", {})
        if not isinstance(settings, Mapping):
            continue
        notes["k"] = max(notes["k"], settings.get("k", 0))
        notes["hierarchy"] |= settings.get("hierarchy") or {}
        for total, parts in (settings.get("links") or {}).items():
            # a link is of use only where all its tables were handed in
            if {total, *parts} <= names:
                notes["links"][total] = parts
        if settings.get("signed"):
            notes["signed"].add(table.name)
    return notes
