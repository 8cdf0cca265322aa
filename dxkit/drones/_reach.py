"""Which places does each base reach, and how far are they?

Distances are geodesic: the chord between two points of the ellipsoid (found by a tree search in space) and the arc above
it, arc = 2R · asin(chord / 2R), which is the geodesic to within a millimetre up to 50 km and a few metres at 300 km. Where
a straight flight would cross a no-fly polygon, the shortest way around it counts (a visibility graph over the polygons'
corners; exact on the map's plane).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from dxkit import _checks
from dxkit.drones._no_fly import detours
from dxkit.errors import ChoiceError, shorten

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
RADIUS_KM = 6371.0088
# GRS80, the ellipsoid of JGD2011
AXIS_KM, FLATTENING = 6378.137, 1 / 298.257222101
SQUARE = FLATTENING * (2 - FLATTENING)
# further than this nothing is near: half of the earth's girth
FARTHEST_KM = 20000.0
# places are searched in blocks, so that what the search itself needs stays small: rows a block at least, and blocks at most
FEWEST_ROWS, MOST_BLOCKS = 256, 64

Range: TypeAlias = float | pd.DataFrame | pd.Series | Sequence[float]
NoFly: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | None


@dataclass(frozen=True)
class Pairs:
    """Which place lies within reach of which base: positions in their tables, sorted by place, and kilometres."""

    place: Places
    base: Places
    km: Floats
    shape: tuple[int, int]

    def matrix(self) -> sp.csr_array:
        """Give the pairs as a 0/1 matrix, a row a place."""
        starts = np.searchsorted(self.place, np.arange(self.shape[0] + 1))
        ones = np.ones(len(self.base), dtype=np.int8)
        return sp.csr_array(
            (ones, self.base.astype(np.int32), starts.astype(np.int32)), shape=self.shape
        )

    def kept(self, those: NDArray[np.bool_]) -> "Pairs":
        """Keep some of the pairs."""
        return (
            self
            if those.all()
            else Pairs(self.place[those], self.base[those], self.km[those], self.shape)
        )

    def within(
        self, shape: pd.DataFrame, demand: tuple[Floats, Floats], bases: tuple[Floats, Floats]
    ) -> "Pairs":
        """Keep the pairs within a reach that differs by direction (`flight_shape`), read off between its directions."""
        (lat, lon), (from_lat, from_lon) = demand, bases
        way = bearing(from_lat[self.base], from_lon[self.base], lat[self.place], lon[self.place])
        return self.kept(
            self.km <= np.interp(way, shape["bearing_deg"], shape["range_km"], period=360)
        )


def reach(
    demand: pd.DataFrame,
    bases: pd.DataFrame,
    *,
    range_km: Range,
    no_fly: NoFly = None,
    distance_km: ArrayLike | pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List which places each base reaches.

    Parameters
    ----------
    demand
        One row a place: ``lat, lon`` (degrees), and its name in ``place`` (or the index).
    bases
        One row a base: ``lat, lon`` and its name in ``base`` (or the index).
    range_km
        How far a base delivers: a number, one number a base, or the table of `flight_shape`.
    no_fly
        Polygons that must be flown around; a place or base inside one is not reached at all.
    distance_km
        Distances of the user's own (by road, around mountains), a row a place, a column a base, in place of geodesic ones;
        ``inf`` where there is no way.

    Returns
    -------
    pandas.DataFrame
        One row a pair within range: ``place, base, distance_km``, in the order of the two tables.

    Raises
    ------
    TableError
        If columns are missing or hold what is no position, or ``distance_km`` does not fit.
    ChoiceError
        If the range is not a number above 0.
    """
    found = pairs(demand, bases, range_km=range_km, no_fly=no_fly, distance_km=distance_km)
    places, names = (
        _checks.read_labels(demand, "place", "demand"),
        _checks.read_labels(bases, "base", "bases"),
    )
    table = pd.DataFrame(
        {"place": places[found.place], "base": names[found.base], "distance_km": found.km}
    )
    table.attrs = {
        "settings": {
            "range_km": said(range_km),
            "no_fly": no_fly is not None,
            "own_distances": distance_km is not None,
        }
    }
    return table


def pairs(
    demand: pd.DataFrame,
    bases: pd.DataFrame,
    *,
    range_km: Range,
    no_fly: NoFly = None,
    distance_km: ArrayLike | pd.DataFrame | None = None,
) -> Pairs:
    """Find the pairs of `reach`, as positions."""
    shape = (len(demand), len(bases))
    limits = _limits(range_km, len(bases))
    if distance_km is not None:
        known = _checks.read_distance_matrix(
            distance_km,
            _checks.read_labels(demand, "place", "demand"),
            _checks.read_labels(bases, "base", "bases"),
        )
        place, base = np.nonzero(known <= limits.max())
        found = Pairs(place, base, known[place, base], shape)
        start, end = None, None
    else:
        start, end = (
            _checks.read_coordinates(bases, "bases"),
            _checks.read_coordinates(demand, "demand"),
        )
        found = Pairs(*near(*end, *start, float(limits.max())), shape)
        if no_fly is not None:
            found = Pairs(
                *detours(no_fly, end, start, place=found.place, base=found.base, km=found.km), shape
            )
    if isinstance(range_km, pd.DataFrame):
        return found.within(
            range_km,
            end or _checks.read_coordinates(demand, "demand"),
            start or _checks.read_coordinates(bases, "bases"),
        )
    return found.kept(found.km <= limits[found.base])


def near(
    lat: Floats, lon: Floats, base_lat: Floats, base_lon: Floats, range_km: float
) -> tuple[Places, Places, Floats]:
    """Give place, base and geodesic kilometres of all pairs within a range, sorted by place and base."""
    # the chord is never longer than the arc; the margin covers an arc's radius of 0.6 % more or less
    chord = 2 * RADIUS_KM * np.sin(min(range_km * 1.01, FARTHEST_KM) / (2 * RADIUS_KM))
    bases, step = cKDTree(space(base_lat, base_lon)), max(FEWEST_ROWS, -(-len(lat) // MOST_BLOCKS))
    starts = range(0, len(lat), step)
    blocks = [
        _block(lat[at : at + step], lon[at : at + step], bases, chord, range_km) for at in starts
    ]
    place, base, km = (np.concatenate(part) for part in zip(*blocks, strict=True))
    return (
        place + np.repeat(np.asarray(starts, dtype=np.int32), [len(block[0]) for block in blocks]),
        base,
        km,
    )


def _block(
    lat: Floats, lon: Floats, bases: cKDTree, chord: float, range_km: float
) -> tuple[Places, Places, Floats]:
    """Give the pairs of some of the places; the search needs some five times the memory of what it gives."""
    found = cKDTree(space(lat, lon)).sparse_distance_matrix(bases, chord, output_type="ndarray")
    radius = _radius(lat[found["i"]])
    km = 2 * radius * np.arcsin(np.minimum(found["v"] / (2 * radius), 1.0))
    kept = np.flatnonzero(km <= range_km)
    order = kept[np.lexsort((found["j"][kept], found["i"][kept]))]
    return found["i"][order].astype(np.int32), found["j"][order].astype(np.int32), km[order]


def space(lat: Floats, lon: Floats) -> Floats:
    """Give points of the ellipsoid in space, in km."""
    up, along = np.radians(lat), np.radians(lon)
    normal = AXIS_KM / np.sqrt(1 - SQUARE * np.sin(up) ** 2)
    level = normal * np.cos(up)
    return np.column_stack(
        [level * np.cos(along), level * np.sin(along), normal * (1 - SQUARE) * np.sin(up)]
    )


def bearing(lat: Floats, lon: Floats, to_lat: Floats, to_lon: Floats) -> Floats:
    """Give the direction of the second point seen from the first, in degrees: 0 north, 90 east."""
    here, there, turn = np.radians(lat), np.radians(to_lat), np.radians(to_lon - lon)
    east = np.sin(turn) * np.cos(there)
    north = np.cos(here) * np.sin(there) - np.sin(here) * np.cos(there) * np.cos(turn)
    return np.asarray(np.degrees(np.arctan2(east, north)) % 360)


def said(range_km: Range) -> object:
    """Give a range as settings remember it."""
    if isinstance(range_km, pd.DataFrame):
        return dict(range_km.attrs.get("settings", {})) or "方向別"
    return float(range_km) if np.ndim(range_km) == 0 else [float(each) for each in range_km]  # type: ignore[arg-type, union-attr]


def _radius(lat: Floats) -> Floats:
    """Give the mean radius of curvature at a latitude, √(M · N)."""
    return np.asarray(AXIS_KM * np.sqrt(1 - SQUARE) / (1 - SQUARE * np.sin(np.radians(lat)) ** 2))


def _limits(range_km: Range, count: int) -> Floats:
    """Give the range of each base; of a shape, the longest."""
    if isinstance(range_km, pd.DataFrame):
        absent = {"bearing_deg", "range_km"} - set(range_km.columns)
        if absent or range_km.empty:
            raise ChoiceError(
                f"range_km の表に {'・'.join(sorted(absent)) or '行'} がありません。flight_shape の表を渡してください。"
            )
        return np.full(count, max(float(range_km["range_km"].max()), 1e-9))
    found = np.asarray(range_km, dtype=float)
    if (
        found.ndim > 1
        or found.size not in (1, count)
        or not (np.isfinite(found) & (found > 0)).all()
    ):
        raise ChoiceError(
            f"range_km={shorten(range_km)} は使えません。0より大きい数（km）か、候補地と同じ数（{count}）の並びにしてください。"
        )
    return np.broadcast_to(found.ravel(), count) if found.size == 1 else found
