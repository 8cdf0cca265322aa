"""How far are two points of the ellipsoid apart, and which pairs lie within a range?

Distances are geodesic: the chord between two points of the ellipsoid (found by strips of places in
space, each sorted) and the arc above it, arc = 2R · asin(chord / 2R), which is the geodesic to
within a millimetre up to 50 km and a few metres at 300 km.
"""

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray
from dxkit.drones._place_strips import PlaceStrips

MEAN_RADIUS_KM = 6371.0088
# GRS80, the ellipsoid of JGD2011
EQUATOR_RADIUS_KM = 6378.137
FLATTENING = 1 / 298.257222101
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
# further than this nothing is near: half of the earth's girth
FARTHEST_KM = 20000.0


def find_near_pairs(
    places: tuple[FloatArray, FloatArray], bases: tuple[FloatArray, FloatArray], range_km: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Find all pairs within a range.

    Parameters
    ----------
    places, bases
        Latitudes and longitudes, in degrees.

    Returns
    -------
    tuple
        Position of the place, position of the base, and kilometres of each pair, sorted by place
        and base.
    """
    # the chord is never longer than the arc; the margin covers an arc's radius of 0.6 % more or
    # less
    chord = 2 * MEAN_RADIUS_KM * np.sin(min(range_km * 1.01, FARTHEST_KM) / (2 * MEAN_RADIUS_KM))
    points, base_points = to_space(*places), to_space(*bases)
    strips = PlaceStrips(points, base_points, float(chord))
    points, radius = points[strips.order], _curvature_radius(places[0])[strips.order]
    # squares of chords leave out nearly all that is too far before any arc is computed; the chord
    # is the longest where the ellipsoid is curved least
    limit = (1 + 1e-9) * _square_chord(range_km, float(radius.max()))
    blocks = []
    for tried, base in strips.try_pairs():
        step = points[tried] - base_points[base]
        square = np.einsum("ij,ij->i", step, step)
        near = np.flatnonzero(square <= limit)
        position = tried[near]
        km = _measure_arc(np.sqrt(square[near]), radius[position])
        place = strips.order[position].astype(np.int32)
        within = km <= range_km
        blocks.append((place[within], base[near][within].astype(np.int32), km[within]))
    place, base, km = (np.concatenate(part) for part in zip(*blocks, strict=True))
    shape = (len(base_points), len(points))
    starts = np.searchsorted(base, np.arange(shape[0] + 1)).astype(np.int32)
    # scipy changes the order of storage by counting, which is faster than any sort
    by_place = sp.csr_array((km, place, starts), shape=shape).tocsc()
    rows = np.repeat(np.arange(shape[1], dtype=by_place.indices.dtype), np.diff(by_place.indptr))
    return rows, by_place.indices, by_place.data


def measure_km(chord_km: FloatArray, lat: FloatArray) -> FloatArray:
    """Compute the arc above a chord, by how strongly the ellipsoid is curved at the latitude."""
    return _measure_arc(chord_km, _curvature_radius(lat))


def to_space(lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Convert points of the ellipsoid to x, y, z in km."""
    up = np.radians(lat)
    along = np.radians(lon)
    # distance from the surface to the axis along the vertical
    rise = np.sin(up)
    normal = EQUATOR_RADIUS_KM / np.sqrt(1 - ECCENTRICITY_SQUARED * rise**2)
    level = normal * np.cos(up)
    height = normal * (1 - ECCENTRICITY_SQUARED) * rise
    return np.column_stack([level * np.cos(along), level * np.sin(along), height])


def compute_bearing(
    lat: FloatArray, lon: FloatArray, to_lat: FloatArray, to_lon: FloatArray
) -> FloatArray:
    """Compute the direction of the second point seen from the first: 0° north, 90° east."""
    from_up = np.radians(lat)
    to_up = np.radians(to_lat)
    turn = np.radians(to_lon - lon)
    east = np.sin(turn) * np.cos(to_up)
    north = np.cos(from_up) * np.sin(to_up) - np.sin(from_up) * np.cos(to_up) * np.cos(turn)
    # arctan2 gives −180 … 180
    return np.asarray(np.degrees(np.arctan2(east, north)) % 360)


def _curvature_radius(lat: FloatArray) -> FloatArray:
    """Compute the mean radius of curvature at a latitude, √(M · N)."""
    flattened = 1 - ECCENTRICITY_SQUARED * np.sin(np.radians(lat)) ** 2
    return np.asarray(EQUATOR_RADIUS_KM * np.sqrt(1 - ECCENTRICITY_SQUARED) / flattened)


def _measure_arc(chord_km: FloatArray, radius: FloatArray) -> FloatArray:
    return np.asarray(2 * radius * np.arcsin(np.minimum(chord_km / (2 * radius), 1.0)))


def _square_chord(arc_km: float, radius: float) -> float:
    """Square the chord below an arc; without end for arcs of half the girth."""
    angle = arc_km / (2 * radius)
    if angle >= np.pi / 2 - 1e-9:
        return np.inf
    return float((2 * radius * np.sin(angle)) ** 2)
