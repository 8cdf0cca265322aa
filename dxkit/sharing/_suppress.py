"""Which cells of a table of people must be blank, so that no small count can be worked out?

A table with margins is a circulation: people flow from the total to each row, on to a column, and
back to the total. A blank cell can be worked out exactly when it lies on no cycle along which
blanks can change by one person. `suppress` therefore finds, for every small cell, the cheapest such
cycle and blanks it whole (complementary suppression; the graph view of Gusfield, "A graph theoretic
approach to statistical data security", SIAM J. Comput. 17, 1988). Zeros stay published, so a reader
knows that every blank is at least 1; this is taken into account. Only exact derivation is
prevented: a reader may still narrow a blank to a range (see `audit`), and the only person in a cell
knows more than others. The blanks are few, not proven fewest.
"""

from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from dxkit._arrays import BoolArray, FloatArray
from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.schema import carry_provenance

TOTAL = "計"
# people
ROUNDING_BASES = (5, 10)
# a step over a cell that is blank already costs next to nothing, but more than nothing, so that
# among free cycles the shorter one is chosen
BLANK_COST = 1e-6
Counts = NDArray[np.int64]


@overload
def suppress(
    table: pd.Series, *, k: int = ..., rounding: int | None = ..., complementary: bool = ...
) -> pd.Series: ...
@overload
def suppress(
    table: pd.DataFrame, *, k: int = ..., rounding: int | None = ..., complementary: bool = ...
) -> pd.DataFrame: ...
def suppress(
    table: pd.DataFrame | pd.Series,
    *,
    k: int = 10,
    rounding: int | None = None,
    complementary: bool = True,
) -> pd.DataFrame | pd.Series:
    """Blank small counts, and as many others as it takes that none can be worked out.

    Parameters
    ----------
    table
        Counts of people: a Series (one-way) or DataFrame (two-way), without margins or with
        margins 計 that add up.
    k
        Counts from 1 to ``k − 1`` are blanked, margins too. Zeros are published.
    rounding
        Round what is published to multiples of 5 or 10; ``None`` for none.
    complementary
        ``False`` leaves out the second step: only to show what a reader could then work out.

    Returns
    -------
    pandas.Series or pandas.DataFrame
        With margins 計, as ``Int64``; blanks are missing. ``.attrs["settings"]`` holds ``k,
        rounding``, and how many cells were blanked in each step.

    Raises
    ------
    TableError
        If a cell is no count, or margins do not add up.
    ChoiceError
        If ``k`` or ``rounding`` is not offered.

    Examples
    --------
    Of the first row only the 3 is small; three more cells keep it from being worked out:

    >>> import pandas as pd
    >>> counts = pd.DataFrame([[3, 40], [50, 60], [70, 80]], index=list("abc"), columns=list("xy"))
    >>> suppress(counts)
          x     y    計
    a  <NA>  <NA>   43
    b  <NA>  <NA>  110
    c    70    80  150
    計   123   180  303
    """
    if k < 2 or (rounding is not None and rounding not in ROUNDING_BASES):
        raise ChoiceError(
            f"k={k}、rounding={rounding} は使えません。"
            "k は2以上、rounding は 5・10・None から選んでください。"
        )
    full = _append_totals(_read_counts(table))
    is_small = (full > 0) & (full < k)
    is_blank = is_small
    if complementary:
        blank_more = _blank_one_way if isinstance(table, pd.Series) else _blank_two_way
        is_blank = blank_more(full, is_small)
    published = full if rounding is None else (full + rounding // 2) // rounding * rounding
    settings = {
        "k": k,
        "rounding": rounding,
        "primary": int(is_small.sum()),
        "complementary": int(is_blank.sum() - is_small.sum()),
    }
    return _format_published(table, published, is_blank, settings)


def _read_counts(table: pd.DataFrame | pd.Series) -> Counts:
    """Return the inner counts; check that all are counts and that margins add up."""
    frame = table.to_frame() if isinstance(table, pd.Series) else table
    numbers = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    faulty_cells = np.argwhere(~(numbers >= 0) | (numbers != np.floor(numbers)))
    if len(faulty_cells):
        remedy = "0以上の整数（人数）にしてください"
        raise TableError(
            Fault(
                "人数ではありません",
                remedy,
                row=int(i) + 1,
                column=str(frame.columns[j]),
                value=frame.iloc[i, j],
            )
            for i, j in faulty_cells
        )
    counts = numbers.astype(np.int64)
    is_inner_row = np.array([name != TOTAL for name in frame.index])
    is_inner_column = np.array([name != TOTAL for name in frame.columns])
    inner = counts[np.ix_(is_inner_row, is_inner_column)]
    _check_margins(counts, inner, is_inner_row, is_inner_column)
    one_way: Counts = inner[:, 0]
    return one_way if isinstance(table, pd.Series) else inner


def _check_margins(
    counts: Counts, inner: Counts, is_inner_row: BoolArray, is_inner_column: BoolArray
) -> None:
    has_row = not is_inner_row.all()
    has_column = not is_inner_column.all()
    column_sums_differ = (
        has_row and (counts[~is_inner_row][:, is_inner_column] != inner.sum(axis=0)).any()
    )
    row_sums_differ = (
        has_column and (counts[is_inner_row][:, ~is_inner_column][:, 0] != inner.sum(axis=1)).any()
    )
    total_differs = (
        has_row and has_column and counts[~is_inner_row][:, ~is_inner_column][0, 0] != inner.sum()
    )
    if column_sums_differ or row_sums_differ or total_differs:
        raise TableError.one(
            f"「{TOTAL}」が内訳の和と合いません",
            f"「{TOTAL}」を消して渡せば計算します",
            value=TOTAL,
        )


def _append_totals(counts: Counts) -> Counts:
    if counts.ndim == 1:
        return np.append(counts, counts.sum())
    with_row_sums = np.column_stack([counts, counts.sum(axis=1)])
    return np.vstack([with_row_sums, with_row_sums.sum(axis=0)])


def _blank_one_way(full: Counts, is_small: BoolArray) -> BoolArray:
    """Blank the smallest further cells until the blanks' sum leaves room."""
    is_blank = is_small.copy()
    by_size = [i for i in np.argsort(full[:-1], kind="stable") if full[i] > 0 and not is_blank[i]]
    for i in by_size:
        hidden = full[:-1][is_blank[:-1]]
        # two blanks whose sum is 2 can only be 1 and 1
        has_room = len(hidden) >= 2 and hidden.sum() > len(hidden)
        if not is_blank.any() or has_room or (is_blank[-1] and len(hidden)):
            break
        is_blank[i] = True
    hidden = full[:-1][is_blank[:-1]]
    # no further cell can be blanked: then the total must go
    is_blank[-1] |= bool(len(hidden)) and (len(hidden) < 2 or hidden.sum() <= len(hidden))
    return is_blank


@dataclass(frozen=True)
class _Network:
    """Rows, columns, and two nodes for the margins; every cell is an arc between two nodes."""

    row_count: int
    column_count: int

    def find_arc(self, i: int, j: int) -> tuple[int, int]:
        """Find the nodes from which and to which a cell's people flow."""
        # the node from which the total flows to the rows, and that to which the columns flow
        source = self.row_count + self.column_count
        sink = source + 1
        if i == self.row_count and j == self.column_count:
            return sink, source
        if i == self.row_count:
            return self.row_count + j, sink
        if j == self.column_count:
            return source, i
        return i, self.row_count + j


def _blank_two_way(full: Counts, is_small: BoolArray) -> BoolArray:
    """Blank for every small cell the cheapest cycle along which one person can be moved."""
    network = _Network(full.shape[0] - 1, full.shape[1] - 1)
    node_count = network.row_count + network.column_count + 2
    cost = np.full((node_count, node_count), np.inf)
    cell_of_arc: dict[tuple[int, int], tuple[int, int]] = {}
    # a printed zero cannot change: it is no arc
    for i, j in np.argwhere(full > 0):
        tail, head = network.find_arc(int(i), int(j))
        cell_of_arc[tail, head] = cell_of_arc[head, tail] = (int(i), int(j))
        _set_cost(cost, (tail, head), int(full[i, j]), is_blank=bool(is_small[i, j]))
    is_blank = is_small.copy()
    # the largest small cells first: their cycles are the dearest, and later ones reuse them
    cells = sorted(map(tuple, np.argwhere(is_small).tolist()), key=lambda cell: -int(full[cell]))
    for i, j in cells:
        for arc in _find_cycle(cost, network.find_arc(i, j), can_fall=full[i, j] > 1):
            cell = cell_of_arc[arc]
            is_blank[cell] = True
            _set_cost(cost, network.find_arc(*cell), int(full[cell]), is_blank=True)
    return is_blank


def _set_cost(cost: FloatArray, arc: tuple[int, int], count: int, *, is_blank: bool) -> None:
    """Set the cost of a cell in a cycle: of one person more, or (if it holds several) one less."""
    cell_cost = BLANK_COST if is_blank else float(count)
    cost[arc] = cell_cost
    # a cell of one person cannot fall, because a blank is known to be at least 1
    cost[arc[::-1]] = cell_cost if count > 1 else np.inf


def _find_cycle(cost: FloatArray, arc: tuple[int, int], *, can_fall: bool) -> list[tuple[int, int]]:
    """Find the cheapest way through other cells that closes a cycle with this one."""
    forward = cost[arc]
    backward = cost[arc[::-1]]
    # the cell itself is taken out while its detour is sought
    cost[arc] = cost[arc[::-1]] = np.inf
    paths = [_find_path(cost, arc[1], arc[0])]
    if can_fall:
        paths.append(_find_path(cost, *arc))
    cost[arc] = forward
    cost[arc[::-1]] = backward
    return min(paths, key=lambda path: path[0])[1]


def _find_path(cost: FloatArray, start: int, end: int) -> tuple[float, list[tuple[int, int]]]:
    """Find the cheapest path: its cost, and its arcs from the end back to the start."""
    lengths, predecessors = dijkstra(
        np.where(np.isinf(cost), 0.0, cost), indices=start, return_predecessors=True
    )
    arcs: list[tuple[int, int]] = []
    node = end
    while node != start and predecessors[node] >= 0:
        arcs.append((int(predecessors[node]), node))
        node = int(predecessors[node])
    return float(lengths[end]), arcs


def _format_published(
    table: pd.DataFrame | pd.Series,
    published: Counts,
    is_blank: BoolArray,
    settings: dict[str, Any],
) -> pd.DataFrame | pd.Series:
    """Label the published counts as the table is labelled, margins last, blanks missing."""
    index = pd.Index([name for name in table.index if name != TOTAL] + [TOTAL])
    if isinstance(table, pd.Series):
        series = pd.Series(published, index=index, name=table.name, dtype="Int64").mask(is_blank)
        series.attrs["settings"] = settings
        return carry_provenance(series, table)
    columns = pd.Index([name for name in table.columns if name != TOTAL] + [TOTAL])
    frame = pd.DataFrame(published, index=index, columns=columns).astype("Int64").mask(is_blank)
    frame.attrs["settings"] = settings
    return carry_provenance(frame, table)
