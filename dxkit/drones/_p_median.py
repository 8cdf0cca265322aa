"""Where should bases stand so that deliveries are short: on average, or for the worst-placed?

The p-median problem (Hakimi 1964; ReVelle and Swain 1970) and the p-centre problem, both by way of coverage. For a place with
sorted distances D₁ < D₂ < …, its distance to the nearest base is D_max less the steps D_{k+1} − D_k whose ring D_k holds a
base; so the p-median is a maximal covering problem whose rows are the rings, weighted w · (D_{k+1} − D_k) (Church 2003;
García, Labbé and Marín 2011). Only the nearest rings are written down; where an answer leaves them, more are.
"""

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from dxkit import _checks
from dxkit._optimise import set_cover
from dxkit._optimise.highs import NO_LIMIT as ENDLESS
from dxkit.drones import _siting
from dxkit.drones._reach import FARTHEST_KM, NoFly
from dxkit.drones._siting import Distances, Siting
from dxkit.errors import Fault, TableError

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
FIRST_RINGS = 4
NEAR = 1e-7


def median_bases(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    count: int,
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
    seconds: float = ENDLESS,
) -> Siting:
    """Choose bases so that the mean distance from people to their nearest base is the least (p-median).

    Parameters
    ----------
    demand, candidates, count, weight, fixed, no_fly, distance_km, seconds
        As for `dxkit.drones.best_bases`; there is no range: every place is served.

    Returns
    -------
    Siting
        ``value`` and ``bound``: the mean distance in km by weight, and what it cannot be below.

    Raises
    ------
    TableError
        As `best_bases`, and if no candidate reaches a place.
    ChoiceError
        As `best_bases`.
    """
    asked, known, whole = _asked(
        demand, candidates, count, weight, fixed=fixed, no_fly=no_fly, distance_km=distance_km
    )
    chosen, value, bound = nearest_mean(known, asked.weights, whole, asked.kept, seconds)
    total = max(float(asked.weights.sum()), 1e-300)
    return asked.answer(chosen, value / total, bound / total, count=whole)


def centre_bases(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    count: int,
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
) -> Siting:
    """Choose bases so that the longest distance from anybody to the nearest base is the least (p-centre).

    Parameters
    ----------
    demand, candidates, count, fixed, no_fly, distance_km
        As for `dxkit.drones.median_bases`.
    weight
        Places where it is 0 do not count.

    Returns
    -------
    Siting
        ``value`` and ``bound``: the longest distance in km; proven by covering at no shorter one.

    Raises
    ------
    TableError, ChoiceError
        As `median_bases`.
    """
    asked, known, whole = _asked(
        demand, candidates, count, weight, fixed=fixed, no_fly=no_fly, distance_km=distance_km
    )
    chosen, value = nearest_worst(known[asked.weights > 0], whole, asked.kept)
    return asked.answer(chosen, value, value, count=whole)


def nearest_mean(
    km: Floats, weights: Floats, count: int, kept: Places, seconds: float = ENDLESS
) -> tuple[Places, float, float]:
    """Choose columns with the least Σ w · (distance to the nearest chosen one); give them, that sum, and its lower bound.

    With r rings written, a place farther than its rings counts as if at the next: a lower bound, and exact once every place
    of the answer lies within its rings; else those places get twice as many.
    """
    order = np.argsort(km, axis=1, kind="stable")
    ranked = np.take_along_axis(km, order, axis=1)
    depth = np.full(len(km), min(FIRST_RINGS + km.shape[1] // count, km.shape[1]))
    while True:
        rows, steps, far = rings(order, ranked, weights, depth)
        found = _siting.covered_most(rows, steps, count, kept, seconds)
        lower = far - found.bound
        away = km[:, found.chosen].min(axis=1)
        value = float(weights @ away)
        beyond = (weights > 0) & (away > ranked[np.arange(len(km)), depth - 1])
        if not beyond.any() or found.bound > found.value:
            near = value - lower <= NEAR * max(value, 1e-9)
            return found.chosen, value, value if near else lower
        depth = np.where(beyond, np.minimum(2 * depth, km.shape[1]), depth)


def rings(
    order: Places, ranked: Floats, weights: Floats, depth: Places
) -> tuple[sp.csr_array, Floats, float]:
    """Write each place's first rings as rows, weighted by the steps between them; give also Σ w · (the last ring's end).

    Ring k of a place holds its k nearest columns; a place with all its rings written ends at its last column.
    """
    many = order.shape[1]
    place = np.repeat(np.arange(len(order)), depth)
    ring = np.arange(len(place)) - np.repeat(np.cumsum(depth) - depth, depth)
    after = np.minimum(ring + 1, many - 1)
    steps = weights[place] * (ranked[place, after] - ranked[place, ring])
    ends = np.concatenate([[0], np.cumsum(ring + 1)])
    inside = np.arange(ends[-1]) - np.repeat(ends[:-1], ring + 1)
    columns = order[np.repeat(place, ring + 1), inside].astype(np.int32)
    rows = sp.csr_array(
        (np.ones(len(columns), dtype=np.int8), columns, ends), shape=(len(place), many)
    )
    rows.sort_indices()
    return rows, steps, float(weights @ ranked[np.arange(len(order)), np.minimum(depth, many - 1)])


def nearest_worst(km: Floats, count: int, kept: Places) -> tuple[Places, float]:
    """Choose columns with the least longest distance to the nearest chosen one, by halving the list of distances."""
    steps = np.unique(km[np.isfinite(km)])
    low, high = int(np.searchsorted(steps, km.min(axis=1).max())), len(steps) - 1
    best = kept
    while low <= high:
        middle = (low + high) // 2
        chosen, _ = set_cover.fewest(
            sp.csr_array((km <= steps[middle]).astype(np.int8)), np.ones(len(km)), 1.0, kept
        )
        if len(chosen) <= count:
            best, high = chosen, int(np.searchsorted(steps, km[:, chosen].min(axis=1).max())) - 1
        else:
            low = middle + 1
    spare = np.setdiff1d(np.arange(km.shape[1]), best)[: count - len(best)]
    best = np.union1d(best, spare)
    return best, float(km[:, best].min(axis=1).max())


def _asked(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    count: int,
    weight: str,
    *,
    fixed: Iterable[Hashable],
    no_fly: NoFly,
    distance_km: Distances,
) -> tuple[_siting.Question, Floats, int]:
    """Check the tables and give all distances, infinite where there is no way."""
    asked = _siting.ask(
        demand,
        candidates,
        range_km=FARTHEST_KM,
        weight=weight,
        fixed=fixed,
        no_fly=no_fly,
        distance_km=distance_km,
    )
    known = np.full(asked.pairs.shape, np.inf)
    known[asked.pairs.place, asked.pairs.base] = asked.pairs.km
    lost = np.flatnonzero((asked.weights > 0) & ~np.isfinite(known).any(axis=1))
    if lost.size:
        names = _checks.read_labels(demand, "place", "demand")
        remedy = "この行を除くか、候補地を足してください"
        raise TableError(
            Fault(
                "どの候補地からも行けません",
                remedy,
                row=int(row) + 1,
                column="place",
                value=names[int(row)],
            )
            for row in lost
        )
    whole = _siting.number_of_bases(count, asked)
    if np.isfinite(known).all():
        return asked, known, whole
    # further than any way: such a base is never the nearest one where another can be
    far = 1e3 * (1.0 + known[np.isfinite(known)].max())
    return asked, np.where(np.isfinite(known), known, far), whole
