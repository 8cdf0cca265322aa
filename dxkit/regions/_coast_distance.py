"""How far from the sea does a place lie, and on which of the prefecture's coasts?"""

from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from dxkit._arrays import FloatArray
from dxkit.loaders import load, resolve_prefecture
from dxkit.regions._locate import Points, read_points
from dxkit.regions._shapes import (
    DATUM,
    KEPT_PREFECTURES,
    LAND_GAP_M,
    ShapeArray,
    build_prefecture_tree,
    find_plane,
    load_metric_shapes,
)
from dxkit.schema import carry_provenance

# shores nearer to each other than this are one coast: a strait does not stop a tsunami
STRAIT_M = 5_000.0
# pieces of coast shorter than this are gaps between two cleanings of a land border
SHORTEST_COAST_M = 1_000.0
COMPASS = ("東", "北東", "北", "北西", "西", "南西", "南", "南東")


def coast_distance(points: Points, *, prefecture: str | None = "") -> pd.DataFrame:
    """Measure the distance of points to the prefecture's coast, and say which coast it is.

    Parameters
    ----------
    points
        As for `locate`: a table with ``lat, lon`` in degrees, a GeoSeries, or (lat, lon) rows.
    prefecture
        As for `dxkit.load`: whose coast.

    Returns
    -------
    pandas.DataFrame
        One row a point, with the index of ``points``: ``coast_km`` (straight, to the nearest
        shore; missing where there is no coast) and ``coast`` (the name of its coast by the side of
        the prefecture on which it lies, as 北の海岸). Shores less than 5 km apart count as one
        coast, as the water between them is one.

    Raises
    ------
    TableError
        If the columns ``lat, lon`` are missing or hold what is no coordinate.

    Notes
    -----
    The shore is that of the table ``boundaries``, 34 m off the official one in the median.
    Distance is not height: what floods is said by the prefecture's inundation maps alone.

    Examples
    --------
    >>> coast_distance([[34.6900, 135.1956], [35.4728, 134.7706]]).round(0)
       coast_km coast
    0       1.0  南の海岸
    1      20.0  北の海岸
    """
    lats, lons, index = read_points(points)
    number = resolve_prefecture(prefecture)
    shores, names = find_coasts(number)
    shapes = gpd.GeoSeries(gpd.points_from_xy(lons, lats), crs=DATUM).to_crs(find_plane(number))
    nearest = np.full(len(lats), len(shores))
    distance_m: FloatArray = np.full(len(lats), np.nan)
    has_place = np.isfinite(lats) & np.isfinite(lons)
    if len(shores) and has_place.any():
        to_shores = shapely.distance(shapes.to_numpy()[has_place, None], shores[None, :])
        nearest[has_place] = to_shores.argmin(axis=1)
        distance_m[has_place] = to_shores.min(axis=1)
    table = pd.DataFrame(
        {
            "coast_km": np.round(distance_m / 1000, 2),
            "coast": pd.Series([*names, None], dtype="str").take(nearest).set_axis(index),
        },
        index=index,
    )
    return carry_provenance(table, points, load("boundaries", number))


@lru_cache(maxsize=KEPT_PREFECTURES)
def find_coasts(number: str | None) -> tuple[ShapeArray, tuple[str, ...]]:
    """Find the coasts of a prefecture as lines in metres, with names by their side."""
    land = shapely.coverage_union_all(load_metric_shapes(number).geometry.to_numpy())
    around = shapely.union_all(shapely.buffer(build_prefecture_tree(number).geometries, LAND_GAP_M))
    lines = shapely.line_merge(shapely.difference(shapely.boundary(land), around))
    pieces = shapely.get_parts(lines)
    pieces = pieces[shapely.length(pieces) >= SHORTEST_COAST_M]
    if not len(pieces):
        return np.empty(0, dtype=object), ()
    # pieces whose half-straits touch belong to one coast
    waters = shapely.get_parts(shapely.union_all(shapely.buffer(pieces, STRAIT_M / 2)))
    coasts = [pieces[shapely.intersects(water, pieces)] for water in waters]
    # the longest first, so that numbers of equal names do not depend on the order of shapes
    coasts.sort(key=lambda group: -shapely.length(group).sum())
    shores = np.array([shapely.union_all(group) for group in coasts], dtype=object)
    return shores, tuple(_name_coasts(land, shores))


def _name_coasts(land: shapely.Geometry, shores: ShapeArray) -> list[str]:
    """Name each coast by the side of the land on which it lies; equal names get numbers."""
    centre = shapely.get_coordinates(shapely.centroid(land))[0]
    names: list[str] = []
    for shore in shores:
        east, north = shapely.get_coordinates(shapely.centroid(shore))[0] - centre
        side = COMPASS[round(np.degrees(np.arctan2(north, east)) / 45) % len(COMPASS)]
        count = sum(name.startswith(f"{side}の海岸") for name in names)
        names.append(f"{side}の海岸{count + 1 if count else ''}")
    return names
