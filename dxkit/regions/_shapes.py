"""What are a prefecture's shapes in metres, and where do they touch each other and others?

What is computed here once is shared by all callers and never altered. Everything is asked for by a
prefecture's number; ``None`` is all Japan.
"""

from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from dxkit._arrays import IntArray
from dxkit.loaders import load

DATUM = "EPSG:6668"
# true to 0.4 % between Kyushu and Hokkaido, 3 % too long in Okinawa: one plane for all Japan
JAPAN_PLANE = "+proj=lcc +lat_1=33 +lat_2=44 +lat_0=38 +lon_0=137 +ellps=GRS80 +units=m"
# neighbours' shapes come from another cleaning: what is closer than this to one is a land border
LAND_GAP_M = 100.0
# prefectures whose shapes are kept at hand
KEPT_PREFECTURES = 4

ShapeArray = NDArray[np.object_]


@lru_cache(maxsize=64)
def find_plane(number: str | None) -> str:
    """Find a prefecture's plane coordinates: the zone of JGD2011 / UTM of its office.

    Within Hyogo lengths are true to 0.05 %, at the far ends of 北海道, 東京都 and 沖縄県 to 0.4 %.
    """
    if number is None:
        return JAPAN_PLANE
    epsg = load("prefectures").set_index("prefecture_code")["epsg"]
    return f"EPSG:{epsg[number]}"


@lru_cache(maxsize=KEPT_PREFECTURES)
def load_metric_shapes(number: str | None) -> gpd.GeoDataFrame:
    """Load a prefecture's shapes in metres."""
    return gpd.GeoDataFrame(load("boundaries", number), crs=DATUM).to_crs(find_plane(number))


@lru_cache(maxsize=KEPT_PREFECTURES)
def build_prefecture_tree(number: str | None) -> shapely.STRtree:
    """Build a search tree of the prefectures around one, in metres."""
    around = gpd.GeoDataFrame(load("neighbour_prefectures", number), crs=DATUM)
    return shapely.STRtree(around.to_crs(find_plane(number)).geometry.to_numpy())


@lru_cache(maxsize=KEPT_PREFECTURES)
def find_touching_pairs(number: str | None) -> tuple[IntArray, IntArray, ShapeArray]:
    """Find positions of each pair of municipalities that touch, and the lines they share."""
    towns = load_metric_shapes(number)
    shapes = towns.geometry.to_numpy()
    first, second = towns.sindex.query(shapes, predicate="intersects")
    # each pair once, and no shape with itself
    is_ordered = first < second
    first = first[is_ordered]
    second = second[is_ordered]
    outlines = shapely.boundary(shapes)
    shared = shapely.intersection(outlines[first], outlines[second])
    return first, second, np.asarray(shared)


@lru_cache(maxsize=KEPT_PREFECTURES)
def join_land_borders(number: str | None) -> shapely.Geometry:
    """Join all land borders, between municipalities and to other prefectures, to one shape."""
    _, _, shared = find_touching_pairs(number)
    shapes = load_metric_shapes(number).geometry.to_numpy()
    outline = shapely.boundary(shapely.coverage_union_all(shapes))
    # the coast is no border: only what lies near another prefecture counts
    around = shapely.union_all(shapely.buffer(build_prefecture_tree(number).geometries, LAND_GAP_M))
    lines = shapely.union_all([*shared, shapely.intersection(outline, around)])
    # thousands of points are measured against the same lines
    shapely.prepare(lines)
    return lines
