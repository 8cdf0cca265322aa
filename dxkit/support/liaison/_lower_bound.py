"""How few days and minutes can any plan of visits take?

Every set of visits that fits into a day is listed with its shortest tour (Held and Karp's dynamic programme, 1962), and the days
are a set partitioning: fewest days first, then fewest seconds. The linear relaxation over all sets is solved by column
generation; only columns whose reduced cost could still matter go to HiGHS. Exact for times that keep the triangle inequality and
visits without appointments; meant for some forty places and a handful of visits a day.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from dxkit.errors import ChoiceError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]
MOST_SETS = 6_000_000
FIRST = 400
BATCH = 400
TINY = 1e-6
# columns looked at when no plan of so many days is known: their reduced cost is within this part of the relaxation
WIDE = 0.02
INFEASIBLE = 2


@dataclass(frozen=True)
class Proof:
    """What no plan can pass.

    Attributes
    ----------
    days, seconds
        Fewest days, and fewest seconds of travel with that many days (or bounds of them, where time ran out).
    sets
        How many sets of visits fit into a day.
    plan
        The places of each day where a plan was found that is better than the one at hand; else empty.
    """

    days: int
    seconds: int
    sets: int
    plan: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Tours:
    """All sets of visits that fit into a day: members as 0/1 columns (places × sets), and the shortest tour of each."""

    matrix: sp.csc_array
    seconds: Ints


def prove(
    travel: Ints,
    visit: int,
    day: int,
    *,
    found_days: int,
    found_seconds: int,
    time_limit: float = 300.0,
) -> Proof:
    """Prove how good a plan is.

    Parameters
    ----------
    travel
        Seconds; row and column 0 are the start.
    visit, day
        Seconds of a visit, of a day.
    found_days, found_seconds
        The plan at hand: days and seconds of travel.
    time_limit
        Seconds for each of the two integer programmes; on reaching it their bound is given.

    Returns
    -------
    Proof

    Raises
    ------
    ChoiceError
        If there are too many tours to list.
    """
    tours = day_tours(travel, visit, day)
    days = _fewest_days(tours, found_days, time_limit)
    # with fewer days than found, no plan is known that the seconds could be compared with
    seconds, chosen = _fewest_seconds(
        tours, days, float(found_seconds) if days == found_days else np.inf, time_limit
    )
    plan = tuple(tuple((tours.matrix[:, [column]].indices + 1).tolist()) for column in chosen)
    return Proof(days, seconds, tours.matrix.shape[1], plan)


def day_tours(travel: Ints, visit: int, day: int) -> Tours:
    """List every set of visits that fits into a day, with its shortest tour.

    Raises
    ------
    ChoiceError
        If there are more than `MOST_SETS`.
    """
    n = len(travel) - 1
    out, back, between = travel[0, 1:], travel[1:, 0], travel[1:, 1:]
    members = np.arange(n, dtype=np.int8)[:, None]
    # ends[s, k]: seconds of the shortest way from the start through the set that ends at its k-th member
    ends = out[:, None].copy()
    levels: list[tuple[NDArray[np.int8], Ints]] = []
    while len(members):
        tour = (ends + back[members]).min(axis=1)
        fits = tour + visit * members.shape[1] <= day
        members, ends = members[fits], ends[fits]
        levels.append((members, tour[fits]))
        if sum(len(sets) for sets, _ in levels) > MOST_SETS:
            raise ChoiceError(
                f"1日の回り方が{MOST_SETS:,}通りを超え、証明できません。訪問を長く、1日を短くするか、地域に分けてください。"
            )
        members, ends = _grown(members, ends, between, n)
    seconds = np.concatenate([tour for _, tour in levels])
    rows = np.concatenate([sets.ravel() for sets, _ in levels]).astype(np.int32)
    sizes = np.concatenate([np.full(len(sets), sets.shape[1]) for sets, _ in levels])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return Tours(sp.csc_array((np.ones(len(rows)), rows, starts), shape=(n, len(seconds))), seconds)


def _grown(
    members: NDArray[np.int8], ends: Ints, between: Ints, n: int
) -> tuple[NDArray[np.int8], Ints]:
    """Add one later place to every set, where all of its subsets fit, and give the shortest ways."""
    size = members.shape[1]
    keys = (np.int64(1) << members.astype(np.int64)).sum(axis=1)
    order = np.argsort(keys)
    keys, members, ends = keys[order], members[order], ends[order]
    later = np.arange(n)[None, :] > members[:, -1:]
    row, place = np.nonzero(later)
    grown = np.column_stack([members[row], place.astype(np.int8)])
    whole = keys[row] | (np.int64(1) << place.astype(np.int64))
    at = np.empty((len(grown), size + 1), dtype=np.int64)
    kept = np.ones(len(grown), dtype=bool)
    for k in range(size + 1):
        less = whole & ~(np.int64(1) << grown[:, k].astype(np.int64))
        at[:, k] = np.minimum(np.searchsorted(keys, less), max(len(keys) - 1, 0))
        kept &= keys[at[:, k]] == less if len(keys) else False
    grown, at = grown[kept], at[kept]
    longer = np.empty(grown.shape, dtype=np.int64)
    for k in range(size + 1):
        rest = np.delete(grown, k, axis=1)
        longer[:, k] = (ends[at[:, k]] + between[rest, grown[:, k][:, None]]).min(axis=1)
    return grown, longer


def _fewest_days(tours: Tours, found: int, time_limit: float) -> int:
    """Give the fewest days of any plan, at most those found."""
    ones = np.ones(tours.matrix.shape[1])
    bound, dual, _ = _relaxed(tours.matrix, ones, None)
    if int(np.ceil(bound - TINY)) >= found:
        return found
    # a plan of fewer days uses only sets whose reduced cost leaves room for it
    useful = np.flatnonzero(ones - tours.matrix.T @ dual <= found - 1 - bound + TINY)
    least, _ = _integer(tours.matrix[:, useful], ones[useful], None, time_limit)
    return min(found, int(np.ceil(least - TINY))) if np.isfinite(least) else found


def _fewest_seconds(tours: Tours, days: int, found: float, time_limit: float) -> tuple[int, Places]:
    """Give the fewest seconds of any plan of so many days, at most those found, and the tours of a better plan."""
    costs = tours.seconds.astype(np.float64)
    bound, dual, day_dual = _relaxed(tours.matrix, costs, days)
    room = found - bound if np.isfinite(found) else WIDE * bound
    useful = np.flatnonzero(costs - tours.matrix.T @ dual - day_dual <= room + TINY)
    least, chosen = _integer(tours.matrix[:, useful], costs[useful], days, time_limit)
    if not np.isfinite(least):
        return int(np.ceil((found if np.isfinite(found) else bound) - TINY)), useful[:0]
    better = costs[useful[chosen]].sum() < found - TINY
    return int(np.ceil(min(least, found) - TINY)), useful[chosen] if better else useful[:0]


def _relaxed(matrix: sp.csc_array, costs: Floats, days: int | None) -> tuple[float, Floats, float]:
    """Solve the linear relaxation by column generation; give its value and duals of the places and of the number of days."""
    places = matrix.shape[0]
    used = np.unique(
        np.concatenate(
            [
                np.arange(places),
                np.linspace(0, len(costs) - 1, min(FIRST, len(costs))).astype(np.int64),
            ]
        )
    )
    # a place left out costs more than any tour, so that the first columns need not make a plan
    dear = 4.0 * float(costs.max()) + 1.0
    while True:
        value, dual, day_dual = _master(matrix[:, used], costs[used], days, dear)
        reduced = costs - matrix.T @ dual - day_dual
        best = np.argpartition(reduced, min(BATCH, len(reduced) - 1))[:BATCH]
        fresh = np.setdiff1d(best[reduced[best] < -TINY], used)
        if not fresh.size:
            return value, dual, day_dual
        used = np.union1d(used, fresh)


def _master(
    matrix: sp.csc_array, costs: Floats, days: int | None, dear: float
) -> tuple[float, Floats, float]:
    places = matrix.shape[0]
    left_out = sp.eye_array(places, format="csc")
    rows = [sp.hstack([matrix, left_out])]
    target = np.ones(places)
    if days is not None:
        rows.append(
            sp.csc_array(np.concatenate([np.ones(matrix.shape[1]), np.zeros(places)])[None, :])
        )
        target = np.append(target, days)
    solved = linprog(
        np.append(costs, np.full(places, dear)), A_eq=sp.vstack(rows), b_eq=target, method="highs"
    )
    dual = np.asarray(solved.eqlin.marginals)
    return float(solved.fun), dual[:places], float(dual[places]) if days is not None else 0.0


def _integer(
    matrix: sp.csc_array, costs: Floats, days: int | None, time_limit: float
) -> tuple[float, Places]:
    """Give the bound of the integer programme (its optimum when it ends in time; inf where no plan exists) and a plan."""
    nothing = np.arange(0)
    if not matrix.shape[1]:
        return np.inf, nothing
    limits = [LinearConstraint(matrix, 1, 1)]
    if days is not None:
        limits.append(LinearConstraint(np.ones((1, matrix.shape[1])), days, days))
    options = {"time_limit": time_limit, "mip_rel_gap": 0.0}
    solved = milp(
        costs,
        integrality=np.ones(len(costs)),
        bounds=Bounds(0, 1),
        constraints=limits,
        options=options,
    )
    if solved.status == INFEASIBLE:
        return np.inf, nothing
    return float(solved.mip_dual_bound), nothing if solved.x is None else np.flatnonzero(
        solved.x > 0.5
    )


def shortest(travel: Ints, places: tuple[int, ...]) -> list[int]:
    """Give the shortest order of a few places, from place 0 and back (Held and Karp)."""
    ways: dict[tuple[frozenset[int], int], tuple[int, tuple[int, ...]]] = {
        (frozenset([place]), place): (int(travel[0, place]), (place,)) for place in places
    }
    for _ in range(len(places) - 1):
        grown: dict[tuple[frozenset[int], int], tuple[int, tuple[int, ...]]] = {}
        for (inside, last), (seconds, way) in ways.items():
            for place in sorted(set(places) - inside):
                key, longer = (inside | {place}, place), seconds + int(travel[last, place])
                if key not in grown or longer < grown[key][0]:
                    grown[key] = (longer, (*way, place))
        ways = grown
    return list(
        min((seconds + int(travel[last, 0]), way) for (_, last), (seconds, way) in ways.items())[1]
    )
