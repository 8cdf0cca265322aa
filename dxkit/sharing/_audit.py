"""What could a reader work out from published tables with blanks?

`audit` attacks all tables that it is handed at once, with linear programming over everything that
is printed. Unknown are the blanks (each at least 1, because zeros are printed), cells that no table
shows but that the equations need, and, if values were rounded, every printed value within its
rounding. Totals, subtotals and links give the equations. For each blank the smallest and the
largest whole number that fit are computed; a blank for which they agree is disclosed (derivable).
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csc_array, csr_array
from scipy.sparse.csgraph import connected_components

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._checks import is_among, read_mapping
from dxkit._keywords import accepts_old_keywords
from dxkit._optimise.highs import LinearProgram
from dxkit.errors import ChoiceError, TableError, TableWarning, shorten
from dxkit.schema import carry_provenance
from dxkit.sharing._count_tables import CountTable, Hierarchy, read_tables
from dxkit.sharing._label_space import list_hierarchy_gaps, merge_hierarchies
from dxkit.sharing._published_tables import (
    PublishedTables,
    gather_tables,
    list_suspects,
    read_notes,
)
from dxkit.sharing._suppress import NOT_CHECKED, ROUNDING_BASES
from dxkit.sharing._table_links import Links

# people in a blank cell, at least: zeros are published
SMALLEST_BLANK = 1.0
# people by which a corner of the linear programme may miss a whole number
TOLERANCE = 1e-5
DERIVABLE = "復元できる"
NARROW = "幅が自分の大きさより狭い"
UNCHECKED = "未確認（式がない、または表の関係が分からない）"
NOT_DERIVABLE = "渡された表だけからは復元できない"
# holds for every audit
OUTSIDE = "渡されていない表、以前の公表、当事者の知識は調べていません"


@accepts_old_keywords(table="tables")
def audit(
    tables: Any,
    *,
    rounding: int | None = None,
    hierarchy: Hierarchy | None = None,
    links: Links | None = None,
) -> pd.DataFrame:
    """Find every blank that a reader can work out from all tables together.

    Parameters
    ----------
    tables
        As published: one table, or several as a dictionary ``{name: table}`` or a list. Blanks are
        missing; totals have any of their usual names (see `suppress`). An axis without total gives
        no equation.
    rounding
        To which multiples values were rounded; by default what `suppress` noted in ``.attrs``.
    hierarchy, links
        As for `suppress`; added to what `suppress` noted in ``.attrs`` and to the links that the
        printed figures themselves show.

    Returns
    -------
    pandas.DataFrame
        One row a blank: ``table`` (only where several were handed in), ``row, column, low, high``
        (people; the smallest and the largest count that fit what is printed; infinite without
        limit), ``derivable``, ``narrow`` (it may be below ``k``, as noted or 10, and whichever
        count it is, it is known to less than ± its own size) and ``verdict`` in Japanese. No
        verdict says that a blank is safe: only that it is not derivable from the tables that were
        handed in, or that it could not be checked.
        ``.attrs["settings"]`` holds the ``links`` and the ``hierarchy`` that were used and
        ``not_checked``: what was not looked at, in Japanese.

    Raises
    ------
    TableError
        If the printed numbers contradict each other.
    ChoiceError
        If an option is not offered, or names labels or tables that are not there.

    Warns
    -----
    TableWarning
        Of parts in ``hierarchy`` that no table holds, and of labels that no subtotal has.

    Notes
    -----
    The attacker knows only the tables. Who knows more, such as the only person in a cell, may
    derive more.

    Examples
    --------
    One blank in a column with a total is worked out; two blanks hide each other:

    >>> import pandas as pd
    >>> index = ["神戸市", "姫路市", "明石市", "計"]
    >>> one = audit(pd.Series([None, 30, 12, 46], index=index, name="人数"))
    >>> one[["row", "low", "high", "verdict"]].iloc[0].to_dict()
    {'row': '神戸市', 'low': 4.0, 'high': 4.0, 'verdict': '復元できる'}
    >>> audit(pd.Series([None, 30, None, 46], index=index, name="人数"))[["low", "high"]]
       low  high
    0  1.0  15.0
    1  1.0  15.0
    """
    ranges = attack_tables(tables, rounding=rounding, hierarchy=hierarchy, links=links)
    handed = read_tables(tables)
    levels = ranges.attrs["settings"]["hierarchy"]
    for text in list_hierarchy_gaps(handed, levels, hierarchy):
        warnings.warn(f"{NOT_CHECKED}{text}。", TableWarning, stacklevel=3)
    return ranges


def attack_tables(
    tables: Any,
    *,
    rounding: int | None = None,
    hierarchy: Hierarchy | None = None,
    links: Links | None = None,
) -> pd.DataFrame:
    """Attack tables as `audit` does, without a warning."""
    handed = read_tables(tables)
    notes = read_notes(handed)
    bases = notes["rounding"] if rounding is None else [rounding] * len(handed)
    for base in bases:
        if base is not None and not is_among(base, ROUNDING_BASES):
            raise ChoiceError(
                f"rounding={shorten(base)} は使えません。5・10・None から選んでください。"
            )
    levels = merge_hierarchies(notes["hierarchy"], hierarchy)
    published = gather_tables(
        handed,
        levels,
        {**notes["links"], **read_mapping(links, "links", "{合計の表: [内訳の表]}")},
        signed_names=frozenset(notes["signed"]),
        # half a step of rounding, up or down
        tolerance=max(base or 0 for base in bases) / 2,
    )
    attack = RangeAttack(published, bases)
    k = notes["k"]
    rows = [row for number in range(len(handed)) for row in _attack_table(attack, number, k)]
    typed = _type_ranges(rows, is_single=isinstance(tables, pd.DataFrame | pd.Series))
    typed.attrs["settings"] = {
        "rounding": bases,
        "hierarchy": {label: list(parts) for label, parts in levels.items()},
        "links": published.links.texts,
        "not_checked": [
            *published.links.not_checked,
            *published.system.not_checked,
            *list_hierarchy_gaps(handed, levels, hierarchy),
            *list_suspects(handed, levels),
            *_list_open_axes(handed),
            OUTSIDE,
        ],
    }
    return carry_provenance(typed, *(table.source for table in handed))


def _type_ranges(rows: Sequence[tuple[Any, ...]], *, is_single: bool) -> pd.DataFrame:
    columns = ["table", "row", "column", "low", "high", "derivable", "narrow", "verdict"]
    ranges = pd.DataFrame(rows, columns=columns)
    kinds = {"low": float, "high": float, "derivable": bool, "narrow": bool}
    typed = ranges.astype(kinds)
    return typed.drop(columns="table") if is_single else typed


def _list_open_axes(tables: Sequence[CountTable]) -> list[str]:
    """List the axes without total on which something is blank."""
    return [
        f"表「{table.name}」の{'行' if axis == 0 else '列'}に合計がありません"
        for table in tables
        for axis in range(len(table.axes))
        if table.find_total(axis) is None and np.isnan(table.counts).any()
    ]


def _attack_table(attack: "RangeAttack", number: int, k: int) -> list[tuple[Any, ...]]:
    """Compute the range of each blank of a table."""
    table = attack.published.tables[number]
    cells = attack.published.system.cells[number]
    rows: list[tuple[Any, ...]] = []
    for i, j in np.argwhere(np.isnan(table.counts)):
        cell = int(cells[i, j])
        low, high = attack.compute_range(cell)
        # equal ends mean that no other whole number fits
        is_derivable = low == high
        is_narrow = 0 < low < k and high < 2 * low
        verdict = NOT_DERIVABLE if attack.is_bound(cell) else UNCHECKED
        if is_narrow:
            verdict = NARROW
        if is_derivable:
            verdict = DERIVABLE
        column = table.axes[1][j] if len(table.axes) > 1 else table.source.name
        # a series without name has the column 0, as in `Series.to_frame`
        column = 0 if column is None else column
        rows.append(
            (table.name, table.axes[0][i], column, low, high, is_derivable, is_narrow, verdict)
        )
    return rows


def bound_cells(
    published: PublishedTables, bases: Sequence[int | None]
) -> tuple[FloatArray, FloatArray]:
    """Compute the lowest and the highest value that each unknown may have by itself."""
    size = published.system.equations.shape[1]
    is_shown = published.mark_shown()
    low = np.where(is_shown, SMALLEST_BLANK, 0.0)
    low[published.is_signed] = -np.inf
    high = np.full(size, np.inf)
    for table, cells, base in zip(published.tables, published.system.cells, bases, strict=True):
        # a multiple of 5 stands for two people fewer to two more, of 10 for five fewer to four more
        below = 0 if base is None else base // 2
        above = 0 if base is None else base - base // 2 - 1
        is_printed = ~np.isnan(table.counts)
        numbers = cells[is_printed]
        values = table.counts[is_printed]
        # a negative value is rounded as its size is, so its margins change sides
        floor = np.where(values < 0, values - above, values - below)
        floor = np.where(published.is_signed[numbers], floor, np.maximum(floor, 0))
        ceiling = np.where(values < 0, values + below, values + above)
        is_first = np.isinf(high[numbers])
        low[numbers] = np.where(is_first, floor, np.maximum(low[numbers], floor))
        high[numbers] = np.minimum(high[numbers], ceiling)
    return low, high


class RangeAttack:
    """The ranges of all blanks: one linear programme for each block of unknowns.

    Parameters
    ----------
    published
        All that is published together.
    bases
        To which multiples the values of each table were rounded; None where not.
    """

    def __init__(self, published: PublishedTables, bases: Sequence[int | None]) -> None:
        self.published = published
        self._low, self._high = bound_cells(published, bases)
        self._equations = csc_array(published.system.equations)
        self._is_open = self._low < self._high
        if (self._low > self._high).any():
            raise _contradiction()
        self._require_closed_rows()
        self._blocks = self._label_blocks()
        self._programs: dict[int, _BlockProgram] = {}

    def is_bound(self, cell: int) -> bool:
        """Whether any equation speaks of a cell."""
        return bool(self._equations.indptr[cell + 1] > self._equations.indptr[cell])

    def compute_range(self, cell: int) -> tuple[float, float]:
        """Compute the lowest and the highest whole value of one unknown over all that fits."""
        if not self._is_open[cell]:
            return float(self._low[cell]), float(self._high[cell])
        block = int(self._blocks[cell])
        if block not in self._programs:
            members = np.flatnonzero(self._blocks == block)
            self._programs[block] = _BlockProgram(self._equations, members, self._low, self._high)
        return self._programs[block].compute_range(cell)

    def _require_closed_rows(self) -> None:
        """Check the equations of which every cell is printed."""
        values = np.where(self._is_open, 0.0, self._low)
        has_open = abs(self._equations) @ self._is_open.astype(float) > 0
        if (np.abs(self._equations @ values)[~has_open] > TOLERANCE).any():
            raise _contradiction()

    def _label_blocks(self) -> IntArray:
        """Label each unknown with the number of its block of equations; -1 where printed."""
        cells = np.flatnonzero(self._is_open)
        columns = self._equations[:, cells]
        _, block_of = connected_components(csr_array(columns.T @ columns), directed=False)
        blocks = np.full(len(self._low), -1, dtype=np.intp)
        blocks[cells] = block_of
        return blocks


class _BlockProgram:
    """One linear programme for the unknowns of a block: only the cost changes."""

    def __init__(
        self, equations: csc_array, members: IntArray, low: FloatArray, high: FloatArray
    ) -> None:
        self._position_of = {int(cell): position for position, cell in enumerate(members)}
        is_member = np.zeros(len(low), dtype=np.bool_)
        is_member[members] = True
        columns = csr_array(equations[:, members])
        is_needed: BoolArray = np.diff(columns.indptr) > 0
        constant = equations @ np.where(low < high, 0.0, low)
        sides = -constant[is_needed]
        lower = low[members]
        upper = high[members]
        # what has a limit at all is limited by the sum of what is printed; a blank that reaches
        # half of this number has none
        finite = np.concatenate([lower[np.isfinite(lower)], upper[np.isfinite(upper)], sides])
        self._unlimited = 10.0 * (1 + float(np.abs(finite).sum()) + len(members))
        self._program = LinearProgram(
            columns[is_needed],
            sides,
            sides,
            upper=np.minimum(upper, self._unlimited),
            lower=np.maximum(lower, -self._unlimited),
        )

    def compute_range(self, cell: int) -> tuple[float, float]:
        """Compute the lowest and the highest whole value of a cell."""
        low = float(np.ceil(self._minimise_cell(cell, 1.0) - TOLERANCE))
        high = float(np.floor(-self._minimise_cell(cell, -1.0) + TOLERANCE))
        low = -np.inf if -low > self._unlimited / 2 else low
        return low, np.inf if high > self._unlimited / 2 else high

    def _minimise_cell(self, cell: int, sign: float) -> float:
        cost = np.zeros(len(self._position_of))
        cost[self._position_of[cell]] = sign
        solution = self._program.minimise(cost)
        if not solution.has_values:
            raise _contradiction()
        return solution.value


def _contradiction() -> TableError:
    return TableError.one(
        "公表された数どうしが矛盾しています", "計と内訳、丸めの単位を確かめてください"
    )
