"""Which cells of a table of people must be left blank, so that no small count can be worked out from what is published?

A table with margins is a circulation: people flow from the total to each row, on to a column, and back to the total. A
blank cell can be worked out exactly when it lies on no cycle along which blanks can change by one person. `suppress`
therefore finds, for every small cell, the cheapest such cycle and blanks it whole (the graph view of Gusfield, "A graph
theoretic approach to statistical data security", SIAM J. Comput. 17, 1988). Zeros stay published, so a reader knows that
every blank is at least 1; this is taken into account. Only exact working-out is prevented: a reader may still narrow a
blank to a range (see `audit`), and the person who is the only one in a cell knows more than others. The blanks are few, not
proven fewest.
"""

from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from dxkit.errors import ChoiceError, Fault, TableError

TOTAL = "計"
ROUNDINGS = (5, 10)
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
# a step over what is blank already costs next to nothing, but not nothing: a shorter cycle is better
BLANK_COST = 1e-6


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
        Counts of people: a Series (one-way) or DataFrame (two-way), without margins or with margins 計 that add up.
    k
        Counts from 1 to ``k − 1`` are blanked, margins too. Zeros are published.
    rounding
        Round what is published to multiples of 5 or 10; ``None`` for none.
    complementary
        ``False`` leaves out the second step: only to show what a reader could then work out.

    Returns
    -------
    pandas.Series or pandas.DataFrame
        With margins 計, as ``Int64``; blanks are missing. ``.attrs["settings"]`` holds ``k, rounding``, and how many cells were
        blanked in each step.

    Raises
    ------
    TableError
        If a cell is no count, or margins do not add up.
    ChoiceError
        If ``k`` or ``rounding`` is not offered.
    """
    if k < 2 or (rounding is not None and rounding not in ROUNDINGS):
        raise ChoiceError(
            f"k={k}、rounding={rounding} は使えません。k は2以上、rounding は 5・10・None から選んでください。"
        )
    counts = _counts(table)
    full = _with_totals(counts)
    small = (full > 0) & (full < k)
    blank = (
        small
        if not complementary
        else _one_way(full, small)
        if isinstance(table, pd.Series)
        else _two_way(full, small)
    )
    shown = full if rounding is None else (full + rounding // 2) // rounding * rounding
    settings = {
        "k": k,
        "rounding": rounding,
        "primary": int(small.sum()),
        "complementary": int(blank.sum() - small.sum()),
    }
    return _published(table, shown, blank, settings)


def _counts(table: pd.DataFrame | pd.Series) -> Counts:
    """Give the inner counts as an array; check that all are counts and that margins add up."""
    frame = table.to_frame() if isinstance(table, pd.Series) else table
    numbers = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    bad = np.argwhere(~(numbers >= 0) | (numbers != np.floor(numbers)))
    if len(bad):
        remedy = "0以上の整数（人数）にしてください"
        raise TableError(
            Fault(
                "人数ではありません",
                remedy,
                row=int(i) + 1,
                column=str(frame.columns[j]),
                value=frame.iloc[i, j],
            )
            for i, j in bad
        )
    counts = numbers.astype(np.int64)
    rows = np.array([name != TOTAL for name in frame.index])
    columns = np.array([name != TOTAL for name in frame.columns])
    inner = counts[np.ix_(rows, columns)]
    _check_margins(counts, inner, rows, columns)
    one_way: Counts = inner[:, 0]
    return one_way if isinstance(table, pd.Series) else inner


def _check_margins(counts: Counts, inner: Counts, rows: Flags, columns: Flags) -> None:
    wrong = (not rows.all() and (counts[~rows][:, columns] != inner.sum(axis=0)).any()) or (
        not columns.all() and (counts[rows][:, ~columns][:, 0] != inner.sum(axis=1)).any()
    )
    grand = not rows.all() and not columns.all() and counts[~rows][:, ~columns][0, 0] != inner.sum()
    if wrong or grand:
        raise TableError.one(
            f"「{TOTAL}」が内訳の和と合いません",
            f"「{TOTAL}」を消して渡せば計算します",
            value=TOTAL,
        )


def _with_totals(counts: Counts) -> Counts:
    if counts.ndim == 1:
        return np.append(counts, counts.sum())
    wide = np.column_stack([counts, counts.sum(axis=1)])
    return np.vstack([wide, wide.sum(axis=0)])


def _one_way(full: Counts, small: Flags) -> Flags:
    """Blank the smallest further cells until the blanks' sum leaves room (or the total is blank, too)."""
    blank = small.copy()
    order = [at for at in np.argsort(full[:-1], kind="stable") if full[at] > 0 and not blank[at]]
    for at in order:
        hidden = full[:-1][blank[:-1]]
        free = len(hidden) >= 2 and hidden.sum() > len(hidden)
        if not blank.any() or free or (blank[-1] and len(hidden)):
            break
        blank[at] = True
    hidden = full[:-1][blank[:-1]]
    # nothing else is left to blank: then the total must go
    blank[-1] |= bool(len(hidden)) and (len(hidden) < 2 or hidden.sum() <= len(hidden))
    return blank


@dataclass(frozen=True)
class _Network:
    """Rows, columns, and two nodes that stand for the margins; every cell is an arc between two nodes."""

    rows: int
    columns: int

    def arc(self, i: int, j: int) -> tuple[int, int]:
        """Give where the cell's people come from and go to."""
        from_total, to_total = self.rows + self.columns, self.rows + self.columns + 1
        tail = from_total if j == self.columns else i
        head = to_total if i == self.rows else self.rows + j
        if i == self.rows:
            tail = to_total if j == self.columns else self.rows + j
            head = from_total if j == self.columns else to_total
        elif j == self.columns:
            head = i
        return tail, head


def _two_way(full: Counts, small: Flags) -> Flags:
    """Blank for every small cell the cheapest cycle of cells along which one person more or less makes no difference outside."""
    network = _Network(full.shape[0] - 1, full.shape[1] - 1)
    size = network.rows + network.columns + 2
    cost = np.full((size, size), np.inf)
    cells: dict[tuple[int, int], tuple[int, int]] = {}
    for i, j in np.argwhere(full > 0):
        tail, head = network.arc(int(i), int(j))
        cells[tail, head] = cells[head, tail] = (int(i), int(j))
        _price(cost, (tail, head), int(full[i, j]), blank=bool(small[i, j]))
    blank = small.copy()
    for i, j in sorted(map(tuple, np.argwhere(small).tolist()), key=lambda cell: -int(full[cell])):
        for step in _cycle(cost, network.arc(i, j), lowers=full[i, j] > 1):
            cell = cells[step]
            blank[cell] = True
            _price(cost, network.arc(*cell), int(full[cell]), blank=True)
    return blank


def _price(cost: NDArray[np.float64], arc: tuple[int, int], count: int, *, blank: bool) -> None:
    """Set what it costs to use a cell in a cycle, with more people or (if it holds more than one) with fewer."""
    price = BLANK_COST if blank else float(count)
    cost[arc] = price
    cost[arc[::-1]] = price if count > 1 else np.inf


def _cycle(
    cost: NDArray[np.float64], arc: tuple[int, int], *, lowers: bool
) -> list[tuple[int, int]]:
    """Give the steps of the cheapest way around through other cells than this one, which rises or falls by one."""
    kept = cost[arc], cost[arc[::-1]]
    cost[arc] = cost[arc[::-1]] = np.inf
    ways = [_way(cost, arc[1], arc[0])] + ([_way(cost, *arc)] if lowers else [])
    cost[arc], cost[arc[::-1]] = kept
    return min(ways, key=lambda way: way[0])[1]


def _way(cost: NDArray[np.float64], start: int, end: int) -> tuple[float, list[tuple[int, int]]]:
    length, before = dijkstra(
        np.where(np.isinf(cost), 0.0, cost), indices=start, return_predecessors=True
    )
    steps: list[tuple[int, int]] = []
    node = end
    while node != start and before[node] >= 0:
        steps.append((int(before[node]), node))
        node = int(before[node])
    return float(length[end]), steps


def _published(
    table: pd.DataFrame | pd.Series, shown: Counts, blank: Flags, settings: dict[str, Any]
) -> pd.DataFrame | pd.Series:
    index = [name for name in table.index if name != TOTAL] + [TOTAL]
    if isinstance(table, pd.Series):
        given: pd.DataFrame | pd.Series = pd.Series(
            shown, index=pd.Index(index), name=table.name, dtype="Int64"
        ).mask(blank)
    else:
        columns = [name for name in table.columns if name != TOTAL] + [TOTAL]
        given = (
            pd.DataFrame(shown, index=pd.Index(index), columns=pd.Index(columns))
            .astype("Int64")
            .mask(blank)
        )
    given.attrs = {"settings": settings}
    return given
