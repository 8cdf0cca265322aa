"""What are the shapes of Hyogo in metres, and where do they touch each other and other prefectures?

What is computed here once is shared by all callers and never altered.
"""

from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from dxkit._arrays import IntArray
from dxkit.loaders import load

DATUM = "EPSG:6668"
# JGD2011 / UTM zone 53N; within Hyogo its lengths are true to 0.05 %
METRES = "EPSG:6690"
# neighbours' shapes come from another cleaning: what is closer than this to one is a land border
LAND_GAP_M = 100.0

ShapeArray = NDArray[np.object_]


@lru_cache(maxsize=1)
def load_metric_shapes() -> gpd.GeoDataFrame:
    """Load the 41 shapes in metres."""
    return gpd.GeoDataFrame(load("boundaries"), crs=DATUM).to_crs(METRES)


@lru_cache(maxsize=1)
def build_prefecture_tree() -> shapely.STRtree:
    """Build a search tree of the shapes around Hyogo, in metres."""
    prefectures = gpd.GeoDataFrame(load("neighbour_prefectures"), crs=DATUM).to_crs(METRES)
    return shapely.STRtree(prefectures.geometry.to_numpy())


@lru_cache(maxsize=1)
def find_touching_pairs() -> tuple[IntArray, IntArray, ShapeArray]:
    """Find positions of each pair of municipalities that touch, and the lines they share."""
    towns = load_metric_shapes()
    shapes = towns.geometry.to_numpy()
    first, second = towns.sindex.query(shapes, predicate="intersects")
    # each pair once, and no shape with itself
    is_ordered = first < second
    first = first[is_ordered]
    second = second[is_ordered]
    outlines = shapely.boundary(shapes)
    shared = shapely.intersection(outlines[first], outlines[second])
    return first, second, np.asarray(shared)


@lru_cache(maxsize=1)
def join_land_borders() -> shapely.Geometry:
    """Join all land borders, between municipalities and to other prefectures, to one shape."""
    _, _, shared = find_touching_pairs()
    outline = shapely.boundary(shapely.coverage_union_all(load_metric_shapes().geometry.to_numpy()))
    # the coast is no border: only what lies near another prefecture counts
    around = shapely.union_all(shapely.buffer(build_prefecture_tree().geometries, LAND_GAP_M))
    lines = shapely.union_all([*shared, shapely.intersection(outline, around)])
    # thousands of points are measured against the same lines
    shapely.prepare(lines)
    return lines
