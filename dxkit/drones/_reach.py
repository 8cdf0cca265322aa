"""Which places does each base reach, and how far are they?

Distances are geodesic, or the user's own. Where a straight flight would cross a no-fly polygon, the
shortest way around it counts.
"""

from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from dxkit import _checks
from dxkit.drones._base_ranges import Range, describe_range, read_range
from dxkit.drones._detours import NoFly, add_detours
from dxkit.drones._geodesic import find_near_pairs
from dxkit.drones._origin import mark_origin
from dxkit.drones._pairs import Pairs
from dxkit.schema import accepts_any_table

Distances: TypeAlias = ArrayLike | pd.DataFrame | None


@accepts_any_table("demand", "bases")
def reach(
    demand: pd.DataFrame,
    bases: pd.DataFrame,
    *,
    range_km: Range,
    no_fly: NoFly = None,
    distance_km: Distances = None,
) -> pd.DataFrame:
    """List which places each base reaches.

    Parameters
    ----------
    demand
        One row a place: ``lat, lon`` (degrees), and its name in ``place`` (or the index).
    bases
        One row a base: ``lat, lon`` and its name in ``base`` (or the index).
    range_km
        How far a base delivers: a number, one number a base (a series by its labels, a list by
        position), or the table of `flight_shape`.
    no_fly
        Polygons that must be flown around; a place or base inside one is not reached at all.
    distance_km
        Distances of the user's own (by road, around mountains), a row a place, a column a base, in
        place of geodesic ones; ``inf`` where there is no way. A table goes by its labels, which
        must be the names of the places and of the bases, an array by position.

    Returns
    -------
    pandas.DataFrame
        One row a pair within range: ``place, base, distance_km``, in the order of the two tables.

    Raises
    ------
    TableError
        If columns are missing or hold what is no position, or labels or numbers of ``distance_km``
        do not fit.
    ChoiceError
        If the range is not a number above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> villages = pd.DataFrame(
    ...     {"place": ["甲", "乙"], "lat": [35.40, 35.44], "lon": [134.80, 134.80]}
    ... )
    >>> stations = pd.DataFrame({"base": ["駅"], "lat": [35.41], "lon": [134.80]})
    >>> reach(villages, stations, range_km=3.0).round(2).to_dict("records")
    [{'place': '甲', 'base': '駅', 'distance_km': 1.11}]
    """
    pairs = find_pairs(demand, bases, range_km=range_km, no_fly=no_fly, distance_km=distance_km)
    places = _checks.read_labels(demand, "place", "demand")
    names = _checks.read_labels(bases, "base", "bases")
    table = pd.DataFrame(
        {"place": places[pairs.place], "base": names[pairs.base], "distance_km": pairs.km}
    )
    # what was asked, so that a chart can say it
    table.attrs["settings"] = {
        "range_km": describe_range(range_km),
        "no_fly": no_fly is not None,
        "own_distances": distance_km is not None,
    }
    return mark_origin(table, demand, bases, range_km, no_fly, distance_km)


def find_pairs(
    demand: pd.DataFrame,
    bases: pd.DataFrame,
    *,
    range_km: Range,
    no_fly: NoFly = None,
    distance_km: Distances = None,
    allow_extra_bases: bool = False,
) -> Pairs:
    """Find the pairs of `reach`, as positions.

    Parameters
    ----------
    allow_extra_bases
        Columns of ``distance_km`` for other bases are left out instead of refused.
    """
    names = _checks.read_labels(bases, "base", "bases")
    # each base has its own limit; the longest one is what has to be searched
    limits = read_range(range_km, names)
    longest_km = float(limits.max())
    shape = (len(demand), len(bases))
    if distance_km is not None:
        places = _checks.read_labels(demand, "place", "demand")
        distances = _checks.read_distance_matrix(
            distance_km, places, names, allow_extra_bases=allow_extra_bases
        )
        # own distances replace the search and, as they may be by road, no-fly zones too
        place, base = np.nonzero(distances <= longest_km)
        pairs = Pairs(place, base, distances[place, base], shape)
    else:
        base_points = _checks.read_coordinates(bases, "bases")
        place_points = _checks.read_coordinates(demand, "demand")
        pairs = Pairs(*find_near_pairs(place_points, base_points, longest_km), shape)
        if no_fly is not None:
            pairs = add_detours(pairs, no_fly, place_points, base_points)
    # a shape cuts off, by direction, what the search found within its longest range
    if isinstance(range_km, pd.DataFrame):
        bearings = pairs.compute_bearings(
            _checks.read_coordinates(demand, "demand"), _checks.read_coordinates(bases, "bases")
        )
        return pairs.select_within_shape(range_km, bearings)
    return pairs.select(pairs.km <= limits[pairs.base])
