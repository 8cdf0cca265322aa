"""Where do the boxes and lines of a partial order stand so that no line runs behind a name?

Layers and the order within them follow Sugiyama, Tagawa and Toda (1981): a line that skips layers
gets a place of its own in each.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dxkit._arrays import BoolArray, FloatArray, IntArray

# boxes side by side before a layer takes a further row
MAX_BOXES_PER_ROW = 12
# passes that reorder the rows, and passes that move places towards their neighbours
SWEEP_COUNT = 24
RELAXATION_COUNT = 60
# below 1: keeps a row from spreading where nothing holds it
INWARD_PULL = 0.9
# room that a name and a passing line take, in names
NAME_ROOM = 1.0
LINE_ROOM = 0.3
# distance between rows of one layer, and what is added between layers
ROW_STEP = 0.8
LAYER_STEP = 0.7


@dataclass(frozen=True)
class Layout:
    """Where boxes stand and lines run.

    Attributes
    ----------
    chains
        For each line the places that it runs through, upper first.
    across, down
        Of each place: first the boxes, then the places of passing lines.
    """

    chains: list[list[int]]
    across: FloatArray
    down: FloatArray


def lay_out(direct_pairs: BoolArray, depth: IntArray) -> Layout:
    """Place boxes and lines.

    Parameters
    ----------
    direct_pairs
        Whether a line leads from the row's box down to the column's.
    depth
        Layer of each box, counted from 0 at the top.
    """
    rows, box_down = _split_layers(direct_pairs, depth)
    chains = _route_lines(direct_pairs, rows)
    place_count = sum(map(len, rows))
    down = np.concatenate([box_down, np.zeros(place_count - box_down.size)])
    for row in rows:
        # the boxes of a row stand first in it, and tell how far down it is
        down[row] = down[row[0]]
    # pairs of places in neighbouring rows that a line joins
    joins = np.array([pair for chain in chains for pair in pairwise(chain)], dtype=np.intp)
    joins = joins.reshape(-1, 2)
    _sort_rows(rows, joins, place_count)
    return Layout(chains, _spread_places(rows, joins, len(depth)), down)


def _split_layers(direct_pairs: BoolArray, depth: IntArray) -> tuple[list[list[int]], FloatArray]:
    """Split each layer into rows of boxes, those with most lines below last."""
    rows: list[list[int]] = []
    down = np.zeros(depth.size)
    top = 0.0
    for layer in range(int(depth.max()) + 1):
        members = np.flatnonzero(depth == layer)
        members = members[np.argsort(direct_pairs[members].sum(axis=1), kind="stable")]
        for part in np.array_split(members, -(-members.size // MAX_BOXES_PER_ROW)):
            rows.append(part.tolist())
            down[part] = top
            top += ROW_STEP
        top += LAYER_STEP
    return rows, down


def _route_lines(direct_pairs: BoolArray, rows: list[list[int]]) -> list[list[int]]:
    """List the places of each line, adding one to every row that it passes."""
    row_of = {box: number for number, row in enumerate(rows) for box in row}
    chains = []
    next_place = len(row_of)
    for upper, lower in np.argwhere(direct_pairs).tolist():
        passed_rows = range(row_of[upper] + 1, row_of[lower])
        places = list(range(next_place, next_place + len(passed_rows)))
        for number, place in zip(passed_rows, places, strict=True):
            rows[number].append(place)
        next_place += len(passed_rows)
        chains.append([upper, *places, lower])
    return chains


def _sort_rows(rows: list[list[int]], joins: IntArray, place_count: int) -> None:
    """Order each row by the mean place of what it is joined to, sweeping down and up.

    The order with fewest crossings stays.
    """
    best = [row.copy() for row in rows]
    fewest = np.inf
    for sweep in range(SWEEP_COUNT):
        spots = np.zeros(place_count)
        for row in rows:
            spots[row] = _centred(len(row))
        crossings = _count_crossings(rows, joins, spots)
        if crossings < fewest:
            best = [row.copy() for row in rows]
            fewest = crossings
        is_downward = sweep % 2 == 0
        directed = joins if is_downward else joins[:, ::-1]
        for row in rows if is_downward else rows[::-1]:
            middle = _mean_of_joined(directed, spots)
            # equal means keep their order
            keys = {place: (float(middle[place]), float(spots[place])) for place in row}
            row.sort(key=keys.__getitem__)
            spots[row] = _centred(len(row))
    rows[:] = best


def _centred(count: int) -> FloatArray:
    """Return places one apart whose middle is 0."""
    return np.arange(count, dtype=np.float64) - (count - 1) / 2


def _mean_of_joined(joins: IntArray, spots: FloatArray) -> FloatArray:
    """Compute for each place the mean spot of those joined before it; its own where none is."""
    total = np.zeros(spots.size)
    count = np.zeros(spots.size)
    np.add.at(total, joins[:, 1], spots[joins[:, 0]])
    np.add.at(count, joins[:, 1], 1)
    return np.where(count > 0, total / np.maximum(count, 1), spots)


def _count_crossings(rows: list[list[int]], joins: IntArray, spots: FloatArray) -> float:
    """Count the pairs of lines between neighbouring rows that cross."""
    row_of = np.zeros(spots.size, dtype=np.intp)
    for number, row in enumerate(rows):
        row_of[row] = number
    total = 0.0
    for number in range(len(rows) - 1):
        upper, lower = spots[joins[row_of[joins[:, 0]] == number]].T
        # two lines cross if their ends are in opposite order; each pair is counted twice
        is_crossing = np.subtract.outer(upper, upper) * np.subtract.outer(lower, lower) < 0
        total += float(is_crossing.sum()) / 2
    return total


def _spread_places(rows: list[list[int]], joins: IntArray, box_count: int) -> FloatArray:
    """Move places towards those joined to them, keeping the order of rows and room for names."""
    place_count = max(max(row) for row in rows) + 1
    room = np.where(np.arange(place_count) < box_count, NAME_ROOM, LINE_ROOM)
    gaps = [(room[row[:-1]] + room[row[1:]]) / 2 for row in rows]
    spots = np.zeros(place_count)
    for row, row_gaps in zip(rows, gaps, strict=True):
        steps = np.concatenate([[0.0], np.cumsum(row_gaps)])
        spots[row] = steps - steps[-1] / 2
    both_ways = np.vstack([joins, joins[:, ::-1]])
    for _ in range(RELAXATION_COUNT):
        targets = INWARD_PULL * _mean_of_joined(both_ways, spots)
        for row, row_gaps in zip(rows, gaps, strict=True):
            spots[row] = _keep_gaps(targets[row], row_gaps)
    return spots


def _keep_gaps(targets: FloatArray, gaps: FloatArray) -> FloatArray:
    """Return places near their targets, each at least its gap after the one before."""
    steps = np.concatenate([[0.0], np.cumsum(gaps)])
    free = targets - steps
    # the mean of pushing right and pushing left
    rightwards = np.maximum.accumulate(free)
    leftwards = np.minimum.accumulate(free[::-1])[::-1]
    return np.asarray((rightwards + leftwards) / 2 + steps)
