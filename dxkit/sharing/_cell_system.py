"""Which equations hold between all cells that are published together?

Every cell is named by what is counted (its measure) and what its labels cover; a cell that stands
in two tables is one unknown. The equations are the totals, the subtotals and the links of measures.
Cells that no table shows but that an equation needs (the women, where only all and the men are
printed) are unknowns, too.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.sparse import csr_array

from dxkit._arrays import IntArray
from dxkit.sharing._count_tables import CountTable
from dxkit.sharing._label_space import Cover, LabelSpace, split_cover

# what a cell's labels cover, dimension by dimension; a dimension that is covered in full is absent
Place = tuple[tuple[int, Cover], ...]
Key = tuple[int, Place]
# cells of the joint table of all dimensions; above it, the joint table is not looked at
JOINT_LIMIT = 5_000


@dataclass(frozen=True)
class CellSystem:
    """The unknowns and equations of several tables.

    Attributes
    ----------
    cells
        For each table the number of the unknown of each cell, shaped as the table.
    equations
        One row an equation: parts less their total are zero.
    measures
        The measure of each unknown.
    not_checked
        Equations that were left out, in Japanese.
    names
        A name of the total of each equation, for messages; empty where no table shows it.
    """

    cells: list[IntArray]
    equations: csr_array
    measures: IntArray
    names: list[str]
    not_checked: list[str]


def list_places(table_number: int, table: CountTable, space: LabelSpace) -> list[list[Place]]:
    """List what each cell of a table covers, shaped as the table."""
    axes: list[list[Place]] = [
        [
            ()
            if space.is_full(space.dimension_of[axis], cover)
            else ((space.dimension_of[axis], cover),)
            for cover in space.list_covers(axis)
        ]
        for axis in [(table_number, a) for a in range(len(table.axes))]
    ]
    columns: list[Place] = axes[1] if len(axes) > 1 else [()]
    return [[_merge_places(row, column) for column in columns] for row in axes[0]]


def _merge_places(row: Place, column: Place) -> Place:
    # by dimension, so that a transposed table names its cells alike
    return tuple(sorted(row + column, key=lambda part: part[0]))


class SystemBuilder:
    """Collects unknowns and equations.

    Parameters
    ----------
    tables, space
        The tables, and what their labels cover.
    measures
        The measure of each table.
    sums
        Measures that are the sum of others: ``(measure, its parts)``.
    """

    def __init__(
        self,
        tables: Sequence[CountTable],
        space: LabelSpace,
        measures: Sequence[int],
        sums: Sequence[tuple[int, tuple[int, ...]]],
    ) -> None:
        self._tables = tables
        self._space = space
        self._measures = measures
        self._sums = sums
        self._number_of: dict[Key, int] = {}
        self._names: dict[int, str] = {}
        self._rows: dict[tuple[int, tuple[int, ...]], None] = {}
        self._not_checked: list[str] = []

    def build_system(self) -> CellSystem:
        """Build unknowns and equations of all tables."""
        cells = []
        for t, table in enumerate(self._tables):
            places = list_places(t, table, self._space)
            numbers = np.zeros(table.counts.shape, dtype=np.intp)
            for i, row in enumerate(places):
                for j, place in enumerate(row):
                    number = self._find_number((self._measures[t], place))
                    numbers[i, j] = number
                    self._names.setdefault(number, table.label_cell(i, j))
            cells.append(numbers)
        pools = self._list_pools()
        for (measure, dimensions), numbers_of_tables in pools.items():
            self._add_pool(measure, dimensions, numbers_of_tables)
        for measure, dimensions in self._list_joint_dimensions(list(pools)).items():
            joined = [t for t, other in enumerate(self._measures) if other == measure]
            self._add_pool(measure, dimensions, joined)
        self._add_sums()
        return self._assemble_system(cells)

    def _find_number(self, key: Key) -> int:
        return self._number_of.setdefault(key, len(self._number_of))

    def _list_pools(self) -> Mapping[tuple[int, tuple[int, ...]], list[int]]:
        """List the tables of each measure and each set of dimensions."""
        pools: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        for t, table in enumerate(self._tables):
            dimensions = [self._space.dimension_of[t, axis] for axis in range(len(table.axes))]
            pools.setdefault((self._measures[t], tuple(sorted(dimensions))), []).append(t)
        return pools

    def _list_joint_dimensions(
        self, pools: Sequence[tuple[int, tuple[int, ...]]]
    ) -> dict[int, tuple[int, ...]]:
        """List the measures whose tables are margins of a larger table that nobody prints.

        Places by ages, places by sexes and ages by sexes are margins of one table of all three, in
        which no count is negative; that narrows the blanks of the three.
        """
        joint: dict[int, tuple[int, ...]] = {}
        for measure in dict.fromkeys(self._measures):
            crossed = [set(pool[1]) for pool in pools if pool[0] == measure and len(pool[1]) > 1]
            dimensions = tuple(sorted(set().union(*crossed)))
            if len(crossed) < 2 or len(dimensions) < 3:
                continue
            sizes = [self._space.count_labels(dimension) for dimension in dimensions]
            if math.prod(sizes) <= JOINT_LIMIT:
                joint[measure] = dimensions
            else:
                self._not_checked.append(
                    f"すべての軸を掛け合わせた表（{math.prod(sizes)}ます）に負の数がないことは、"
                    "大きすぎるため使っていません"
                )
        return joint

    def _add_pool(
        self, measure: int, dimensions: tuple[int, ...], table_numbers: Sequence[int]
    ) -> None:
        """Split every cell that covers more than a single label, along each dimension."""
        covers: dict[int, dict[Cover, None]] = {dimension: {} for dimension in dimensions}
        waiting: dict[tuple[Cover, ...], None] = {}
        for t in table_numbers:
            lists = self._list_covers(t, dimensions)
            for dimension, axis_covers in zip(dimensions, lists, strict=True):
                covers[dimension].update(dict.fromkeys(axis_covers))
            waiting.update(dict.fromkeys(product(*lists)))
        splits: dict[tuple[int, Cover], list[Cover]] = {}
        queue = list(waiting)
        # the queue grows by the parts that no table shows; they are split in turn
        for cell in queue:
            for position, dimension in enumerate(dimensions):
                cover = cell[position]
                if len(cover) < 2:
                    continue
                if (dimension, cover) not in splits:
                    splits[dimension, cover] = split_cover(cover, list(covers[dimension]))
                parts = [
                    (*cell[:position], part, *cell[position + 1 :])
                    for part in splits[dimension, cover]
                ]
                self._add_row(measure, dimensions, cell, parts)
                fresh = [part for part in parts if part not in waiting]
                waiting.update(dict.fromkeys(fresh))
                queue.extend(fresh)

    def _list_covers(self, table_number: int, dimensions: Sequence[int]) -> list[list[Cover]]:
        """List what a table's labels cover in each dimension; all of it where it has no axis."""
        axis_of = {
            self._space.dimension_of[table_number, axis]: (table_number, axis)
            for axis in range(len(self._tables[table_number].axes))
        }
        return [
            self._space.list_covers(axis_of[dimension])
            if dimension in axis_of
            else [self._space.get_full(dimension)]
            for dimension in dimensions
        ]

    def _add_row(
        self,
        measure: int,
        dimensions: tuple[int, ...],
        total: tuple[Cover, ...],
        parts: Sequence[tuple[Cover, ...]],
    ) -> None:
        numbers = [
            self._find_number((measure, self._drop_full(dimensions, cell)))
            for cell in (total, *parts)
        ]
        self._rows[numbers[0], tuple(numbers[1:])] = None

    def _drop_full(self, dimensions: tuple[int, ...], cell: tuple[Cover, ...]) -> Place:
        return tuple(
            (dimension, cover)
            for dimension, cover in zip(dimensions, cell, strict=True)
            if not self._space.is_full(dimension, cover)
        )

    def _add_sums(self) -> None:
        """Link measures cell by cell, wherever the total and any part have the cell."""
        for total, parts in self._sums:
            places = [place for measure, place in list(self._number_of) if measure == total]
            for place in places:
                if any((part, place) in self._number_of for part in parts):
                    numbers = [self._find_number((part, place)) for part in parts]
                    self._rows[self._find_number((total, place)), tuple(numbers)] = None

    def _assemble_system(self, cells: list[IntArray]) -> CellSystem:
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for i, (total, parts) in enumerate(self._rows):
            rows += [i] * (len(parts) + 1)
            columns += [*parts, total]
            values += [1.0] * len(parts) + [-1.0]
        shape = (len(self._rows), len(self._number_of))
        equations = csr_array((values, (rows, columns)), shape=shape)
        measures = np.array([measure for measure, _ in self._number_of], dtype=np.intp)
        names = [self._names.get(total, "") for total, _ in self._rows]
        return CellSystem(cells, equations, measures, names, self._not_checked)
