"""Which sets of visits fit into a day, and what is the shortest tour of each?

Sets grow place by place, and the shortest ways through them come from those through their subsets
(Held and Karp's dynamic programme, 1962).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from dxkit._arrays import BoolArray, IntArray
from dxkit.errors import ChoiceError

# whole seconds
Seconds: TypeAlias = NDArray[np.int64]
# places of a set, counted from 0
Members: TypeAlias = NDArray[np.int8]
MAX_SETS = 6_000_000


@dataclass(frozen=True)
class DayTours:
    """All sets of visits that fit into a day.

    Attributes
    ----------
    matrix
        Places × sets, 0/1.
    travel_s
        Seconds of the shortest tour of each set.
    """

    matrix: sp.csc_array
    travel_s: Seconds

    def list_places(self, column: int) -> tuple[int, ...]:
        """List the places of a set, counted from 1."""
        return tuple((self.matrix[:, [column]].indices + 1).tolist())


def list_day_tours(travel: Seconds, visit_s: int, day_s: int) -> DayTours:
    """List every set of visits that fits into a day, with its shortest tour.

    Parameters
    ----------
    travel
        Seconds; row and column 0 are the start.
    visit_s, day_s
        Seconds of a visit, of a day.

    Raises
    ------
    ChoiceError
        If there are more than `MAX_SETS`.
    """
    place_count = len(travel) - 1
    from_start = travel[0, 1:]
    to_start = travel[1:, 0]
    between = travel[1:, 1:]
    members: Members = np.arange(place_count, dtype=np.int8)[:, None]
    # ways[s, k]: seconds of the shortest way from the start through the set that ends at its
    # k-th member
    ways = from_start[:, None].copy()
    levels: list[tuple[Members, Seconds]] = []
    set_count = 0
    while len(members):
        tours = (ways + to_start[members]).min(axis=1)
        fits = tours + visit_s * members.shape[1] <= day_s
        # as times keep the triangle inequality, no set that fits has a subset that does not
        members = members[fits]
        ways = ways[fits]
        levels.append((members, tours[fits]))
        set_count += len(members)
        if set_count > MAX_SETS:
            raise ChoiceError(
                f"1日の回り方が{MAX_SETS:,}通りを超え、証明できません。"
                "訪問を長く、1日を短くするか、地域に分けてください。"
            )
        members, ways = _grow_sets(members, ways, between)
    seconds = np.concatenate([tours for _, tours in levels])
    rows = np.concatenate([sets.ravel() for sets, _ in levels]).astype(np.int32)
    sizes = np.concatenate([np.full(len(sets), sets.shape[1]) for sets, _ in levels])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    shape = (place_count, len(seconds))
    return DayTours(sp.csc_array((np.ones(len(rows)), rows, starts), shape=shape), seconds)


def _grow_sets(members: Members, ways: Seconds, between: Seconds) -> tuple[Members, Seconds]:
    """Add one later place to every set all of whose subsets fit; return the shortest ways."""
    size = members.shape[1]
    # a set as the bits of a whole number, sorted to be found by bisection
    keys = _encode_sets(members)
    order = np.argsort(keys)
    keys = keys[order]
    members = members[order]
    ways = ways[order]
    # only places after the last one, so that no set comes twice
    is_later = np.arange(len(between))[None, :] > members[:, -1:]
    row, place = np.nonzero(is_later)
    grown: Members = np.column_stack([members[row], place.astype(np.int8)])
    subset_rows, fits = _find_subsets(grown, keys)
    grown = grown[fits]
    subset_rows = subset_rows[fits]
    longer = np.empty(grown.shape, dtype=np.int64)
    for k in range(size + 1):
        # the way ends at the k-th member and comes from any of the rest
        rest = np.delete(grown, k, axis=1)
        last_leg = between[rest, grown[:, k][:, None]]
        longer[:, k] = (ways[subset_rows[:, k]] + last_leg).min(axis=1)
    return grown, longer


def _encode_sets(members: Members) -> NDArray[np.int64]:
    """Encode each set as a whole number: one bit a place."""
    return np.asarray((np.int64(1) << members.astype(np.int64)).sum(axis=1), dtype=np.int64)


def _find_subsets(grown: Members, keys: NDArray[np.int64]) -> tuple[IntArray, BoolArray]:
    """Find the row of each set without its k-th member, and which sets have all of them."""
    codes = _encode_sets(grown)
    rows = np.empty(grown.shape, dtype=np.intp)
    has_all = np.ones(len(grown), dtype=bool)
    for k in range(grown.shape[1]):
        subset = codes & ~(np.int64(1) << grown[:, k].astype(np.int64))
        rows[:, k] = np.minimum(np.searchsorted(keys, subset), max(len(keys) - 1, 0))
        has_all &= keys[rows[:, k]] == subset if len(keys) else False
    return rows, has_all


def find_shortest_tour(travel: Seconds, places: tuple[int, ...]) -> list[int]:
    """Find the shortest order of a few places, from place 0 and back (Held and Karp)."""
    # (visited, last) → seconds and order; equal seconds keep the order found first
    ways: dict[tuple[frozenset[int], int], tuple[int, tuple[int, ...]]] = {
        (frozenset([place]), place): (int(travel[0, place]), (place,)) for place in places
    }
    for _ in range(len(places) - 1):
        longer: dict[tuple[frozenset[int], int], tuple[int, tuple[int, ...]]] = {}
        for (visited, last), (seconds, order) in ways.items():
            for place in sorted(set(places) - visited):
                key = (visited | {place}, place)
                total = seconds + int(travel[last, place])
                if key not in longer or total < longer[key][0]:
                    longer[key] = (total, (*order, place))
        ways = longer
    tours = (
        (seconds + int(travel[last, 0]), order) for (_, last), (seconds, order) in ways.items()
    )
    return list(min(tours)[1])
