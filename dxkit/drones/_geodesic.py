"""How far are two points of the ellipsoid apart, and which pairs lie within a range?

Distances are geodesic: the chord between two points of the ellipsoid (found by a tree search in
space) and the arc above it, arc = 2R · asin(chord / 2R), which is the geodesic to within a
millimetre up to 50 km and a few metres at 300 km.
"""

import numpy as np
from scipy.spatial import cKDTree

from dxkit._arrays import FloatArray, IntArray

MEAN_RADIUS_KM = 6371.0088
# GRS80, the ellipsoid of JGD2011
EQUATOR_RADIUS_KM = 6378.137
FLATTENING = 1 / 298.257222101
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
# further than this nothing is near: half of the earth's girth
FARTHEST_KM = 20000.0
# places are searched in blocks, so that what the search itself needs stays small
SMALLEST_BLOCK_ROWS = 256
MOST_BLOCKS = 64


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
    lat, lon = places
    # the chord is never longer than the arc; the margin covers an arc's radius of 0.6 % more or
    # less
    chord = 2 * MEAN_RADIUS_KM * np.sin(min(range_km * 1.01, FARTHEST_KM) / (2 * MEAN_RADIUS_KM))
    # bases are few: one tree of them serves all blocks of places
    base_tree = cKDTree(to_space(*bases))
    step = max(SMALLEST_BLOCK_ROWS, -(-len(lat) // MOST_BLOCKS))
    starts = range(0, len(lat), step)
    blocks = [
        _find_in_block(
            lat[start : start + step], lon[start : start + step], base_tree, chord, range_km
        )
        for start in starts
    ]
    place, base, km = (np.concatenate(part) for part in zip(*blocks, strict=True))
    # blocks count their places from 0
    block_sizes = [len(block[0]) for block in blocks]
    return place + np.repeat(np.asarray(starts, dtype=np.int32), block_sizes), base, km


def _find_in_block(
    lat: FloatArray, lon: FloatArray, base_tree: cKDTree, chord: float, range_km: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Find the pairs of some of the places.

    The search needs some five times the memory of its result.
    """
    tree = cKDTree(to_space(lat, lon))
    pairs = tree.sparse_distance_matrix(base_tree, chord, output_type="ndarray")
    km = measure_km(pairs["v"], lat[pairs["i"]])
    # the search took a margin: measured exactly, some pairs are too far
    within = np.flatnonzero(km <= range_km)
    order = within[np.lexsort((pairs["j"][within], pairs["i"][within]))]
    return pairs["i"][order].astype(np.int32), pairs["j"][order].astype(np.int32), km[order]


def measure_km(chord_km: FloatArray, lat: FloatArray) -> FloatArray:
    """Compute the arc above a chord, by how strongly the ellipsoid is curved at the latitude."""
    radius = _curvature_radius(lat)
    return np.asarray(2 * radius * np.arcsin(np.minimum(chord_km / (2 * radius), 1.0)))


def to_space(lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Convert points of the ellipsoid to x, y, z in km."""
    up = np.radians(lat)
    along = np.radians(lon)
    # distance from the surface to the axis along the vertical
    normal = EQUATOR_RADIUS_KM / np.sqrt(1 - ECCENTRICITY_SQUARED * np.sin(up) ** 2)
    level = normal * np.cos(up)
    height = normal * (1 - ECCENTRICITY_SQUARED) * np.sin(up)
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
