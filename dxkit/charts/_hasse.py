"""Which municipality is ahead of which whatever the weights, and which two cannot be compared?

Layers and the order within them follow Sugiyama, Tagawa and Toda (1981): a line that skips layers gets a place of its own in
each, so that it never runs behind a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from dxkit.charts._figure import GREY, ONE, SMALL, called, columns_of, finish, opened
from dxkit.errors import Fault, TableError

Names = Mapping[str, str] | pd.Series | None
# boxes side by side before a layer takes a further row
WIDEST = 12
SWEEPS, RELAXINGS = 24, 60
# what keeps a row from spreading where nothing holds it
INWARDS = 0.9
# room that a name and a passing line take, in names
NAME, LINE = 1.0, 0.3
NOTE = "線をたどって上にある市町ほど、どの重みでも進んでいます。線でつながらない市町どうしは、どちらが先とはいえません。"


@dataclass(frozen=True)
class Layout:
    """Where boxes stand and lines run.

    Attributes
    ----------
    rows
        Boxes and, numbered after them, the places of passing lines: row by row, left to right.
    joins
        Pairs of places in neighbouring rows, upper first.
    chains
        For each line the places that it runs through.
    across, down
        Of each place.
    """

    rows: list[list[int]]
    joins: NDArray[np.intp]
    chains: list[list[int]]
    across: NDArray[np.float64]
    down: NDArray[np.float64]


def hasse(
    edges: pd.DataFrame,
    *,
    names: Names = None,
    levels: pd.Series | None = None,
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw an order that not all share: a line leads down from each municipality to those that it is surely ahead of.

    Parameters
    ----------
    edges
        One row a pair: ``upper`` is ahead of ``lower`` (codes). Pairs that follow from others are left out of the picture.
    names
        Code → name; codes that are in no pair are drawn too, if they have a name here.
    levels
        Code → layer (smaller is higher), each below those ahead of it; by default as high as the pairs allow.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing, pairs lead round in a circle, or a layer is missing or not below the one ahead.
    """
    codes, ahead = _matrix(edges, names)
    depth = _depths(ahead) if levels is None else _given(levels, codes, ahead)
    laid = _lay_out(_reduced(ahead), depth)
    left, right = laid.across.min(), laid.across.max()
    high = laid.down.max()
    figure, axes = opened(max(6.4, 0.82 * (right - left + 1)), max(2.6, 0.6 * high + 1.8))
    # a narrow order keeps the size of its boxes
    spare = max(0.0, 6.4 / 0.82 - (right - left + 1)) / 2
    axes.set(xlim=(left - 0.6 - spare, right + 0.6 + spare), ylim=(high + 0.4, -0.4))
    axes.axis("off")
    for chain in laid.chains:
        axes.plot(laid.across[chain], laid.down[chain], color=GREY, linewidth=0.8, zorder=1)
    look = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": ONE, "linewidth": 1.0}
    for at, label in enumerate(called(codes, names)):
        axes.text(
            laid.across[at],
            laid.down[at],
            label,
            ha="center",
            va="center",
            fontsize=SMALL,
            bbox=look,
            zorder=2,
        )
    return finish(figure, title, source, made=made, note=NOTE)


def _matrix(edges: pd.DataFrame, names: Names) -> tuple[list[str], NDArray[np.bool_]]:
    """Give the codes in order, and for each pair whether the row's is ahead of the column's, whichever way leads there."""
    offered = "、".join(map(str, edges.columns))
    faults = [
        Fault("列がありません", f"今ある列: {offered}", column=name)
        for name in ("upper", "lower")
        if name not in edges
    ]
    if faults:
        raise TableError(faults)
    extra = [] if names is None else [str(code) for code in names.keys()]  # noqa: SIM118 - a Series too
    codes = sorted({*edges["upper"].astype(str), *edges["lower"].astype(str), *extra})
    if not codes:
        raise TableError([Fault("比べる市町がありません", "names= に名前の表を渡してください")])
    place = {code: at for at, code in enumerate(codes)}
    ahead = np.zeros((len(codes), len(codes)), dtype=bool)
    for upper, lower in zip(edges["upper"].astype(str), edges["lower"].astype(str), strict=True):
        ahead[place[upper], place[lower]] = True
    return codes, _closed(ahead, codes)


def _closed(ahead: NDArray[np.bool_], codes: Sequence[str]) -> NDArray[np.bool_]:
    """Add what follows: who is ahead of one who is ahead (Warshall 1962)."""
    closed = ahead.copy()
    for middle in range(len(codes)):
        closed |= closed[:, [middle]] & closed[[middle], :]
    round_trip = np.flatnonzero(np.diag(closed))
    if round_trip.size:
        who = "、".join(codes[at] for at in round_trip[:5])
        raise TableError(
            [Fault("前後の関係が輪になっています", "upper と lower を確かめてください", value=who)]
        )
    return closed


def _reduced(ahead: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the pairs with nobody between them."""
    between = ahead.astype(int) @ ahead.astype(int) > 0
    return np.asarray(ahead & ~between)


def _depths(ahead: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Give the length of the longest way down to each."""
    depth = np.zeros(len(ahead), dtype=np.intp)
    # those with fewer ahead of them come first, so that everybody ahead is done before
    for at in np.argsort(ahead.sum(axis=0), kind="stable"):
        above = depth[ahead[:, at]]
        depth[at] = above.max() + 1 if above.size else 0
    return depth


def _given(levels: pd.Series, codes: Sequence[str], ahead: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Take the layers as given, counted from 0."""
    found = columns_of(levels.to_frame("level"), ["level"])["level"].reindex(list(codes))
    faults = [
        Fault(f"{code} の層がありません", "levels= に加えてください")
        for code in found.index[found.isna()]
    ]
    if not faults:
        wrong = ahead & ~(found.to_numpy()[:, None] < found.to_numpy()[None, :])
        faults = [
            Fault(
                f"{codes[upper]} は {codes[lower]} より先なのに、層が上ではありません",
                "levels= を直してください",
            )
            for upper, lower in np.argwhere(wrong).tolist()
        ]
    if faults:
        raise TableError(faults)
    return np.asarray(np.unique(found.to_numpy(), return_inverse=True)[1], dtype=np.intp)


def _lay_out(joined: NDArray[np.bool_], depth: NDArray[np.intp]) -> Layout:
    """Place boxes and lines."""
    rows, down = _rows(joined, depth)
    chains = _chains(joined, rows)
    down = np.concatenate([down, np.zeros(sum(map(len, rows)) - down.size)])
    for row in rows:
        # the boxes of a row stand first in it, and tell how far down it is
        down[row] = down[row[0]]
    joins = np.array([pair for chain in chains for pair in pairwise(chain)], dtype=np.intp)
    joins = joins.reshape(-1, 2)
    _sort_rows(rows, joins, down.size)
    return Layout(rows, joins, chains, _across(rows, joins, len(depth)), down)


def _rows(
    joined: NDArray[np.bool_], depth: NDArray[np.intp]
) -> tuple[list[list[int]], NDArray[np.float64]]:
    """Give each layer's boxes as rows of at most `WIDEST`, those with most lines below last, and how far down they stand."""
    rows: list[list[int]] = []
    down, top = np.zeros(depth.size), 0.0
    for layer in range(int(depth.max()) + 1):
        inside = np.flatnonzero(depth == layer)
        inside = inside[np.argsort(joined[inside].sum(axis=1), kind="stable")]
        for part in np.array_split(inside, -(-inside.size // WIDEST)):
            rows.append(part.tolist())
            down[part] = top
            top += 0.8
        top += 0.7
    return rows, down


def _chains(joined: NDArray[np.bool_], rows: list[list[int]]) -> list[list[int]]:
    """Give each line the places that it runs through, adding one to every row that it passes."""
    row_of = {at: number for number, row in enumerate(rows) for at in row}
    chains, following = [], len(row_of)
    for upper, lower in np.argwhere(joined).tolist():
        passed = range(row_of[upper] + 1, row_of[lower])
        places = list(range(following, following + len(passed)))
        for number, place in zip(passed, places, strict=True):
            rows[number].append(place)
        following += len(passed)
        chains.append([upper, *places, lower])
    return chains


def _sort_rows(rows: list[list[int]], joins: NDArray[np.intp], count: int) -> None:
    """Order each row by the mean place of what it is joined to, sweeping down and up; keep the order with fewest crossings."""
    best, fewest = [row.copy() for row in rows], np.inf
    for sweep in range(SWEEPS):
        spots = np.zeros(count)
        for row in rows:
            spots[row] = np.arange(len(row)) - (len(row) - 1) / 2
        crossed = _crossings(rows, joins, spots)
        if crossed < fewest:
            best, fewest = [row.copy() for row in rows], crossed
        downwards = sweep % 2 == 0
        for row in rows if downwards else rows[::-1]:
            middle = _middle(joins if downwards else joins[:, ::-1], spots)
            row.sort(
                key=lambda at, middle=middle, spots=spots: (float(middle[at]), float(spots[at]))
            )  # type: ignore[misc]
            spots[row] = np.arange(len(row)) - (len(row) - 1) / 2
    rows[:] = best


def _middle(joins: NDArray[np.intp], spots: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the mean place of those that each is joined to on the first side of the pairs; its own where there are none."""
    total, number = np.zeros(spots.size), np.zeros(spots.size)
    np.add.at(total, joins[:, 1], spots[joins[:, 0]])
    np.add.at(number, joins[:, 1], 1)
    return np.where(number > 0, total / np.maximum(number, 1), spots)


def _crossings(rows: list[list[int]], joins: NDArray[np.intp], spots: NDArray[np.float64]) -> float:
    """Count the pairs of lines between neighbouring rows that cross."""
    row_of = np.zeros(spots.size, dtype=np.intp)
    for number, row in enumerate(rows):
        row_of[row] = number
    total = 0.0
    for number in range(len(rows) - 1):
        upper, lower = spots[joins[row_of[joins[:, 0]] == number]].T
        total += (
            float((np.subtract.outer(upper, upper) * np.subtract.outer(lower, lower) < 0).sum()) / 2
        )
    return total


def _across(rows: list[list[int]], joins: NDArray[np.intp], boxes: int) -> NDArray[np.float64]:
    """Move each place towards those that it is joined to, keeping the order of its row and room for names."""
    size = max(max(row) for row in rows) + 1
    room = np.where(np.arange(size) < boxes, NAME, LINE)
    spots = np.zeros(size)
    gaps = [(room[row[:-1]] + room[row[1:]]) / 2 for row in rows]
    for row, gap in zip(rows, gaps, strict=True):
        steps = np.concatenate([[0.0], np.cumsum(gap)])
        spots[row] = steps - steps[-1] / 2
    both = np.vstack([joins, joins[:, ::-1]])
    for _ in range(RELAXINGS):
        wanted = INWARDS * _middle(both, spots)
        for row, gap in zip(rows, gaps, strict=True):
            spots[row] = _apart(wanted[row], gap)
    return spots


def _apart(wanted: NDArray[np.float64], gaps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give places near those wanted, each at least its gap after the one before: the mean of pushing right and pushing left."""
    steps = np.concatenate([[0.0], np.cumsum(gaps)])
    free = wanted - steps
    rightwards = np.maximum.accumulate(free)
    leftwards = np.minimum.accumulate(free[::-1])[::-1]
    return np.asarray((rightwards + leftwards) / 2 + steps)
