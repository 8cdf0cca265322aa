"""How does a drone fly around what it may not cross?

Polygons come as shapes, as circles around points, or as strips along runways. A blocked flight takes the shortest way over
the polygons' corners: two corners see each other if the line between them does not pass through a polygon.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from dxkit import _checks
from dxkit.errors import ChoiceError

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
DATUM = "EPSG:6668"
# JGD2011 / UTM zone 53N; only the ratio of two ways is taken from it
METRES = "EPSG:6690"
# corners stand this far off, so that a way along a border is no crossing
CLEAR_M = 1.0
MOST_CORNERS = 2000


def circles(points: pd.DataFrame, *, radius_km: float) -> gpd.GeoDataFrame:
    """Make no-fly circles around points.

    Parameters
    ----------
    points
        One row a point: ``lat, lon``; other columns are kept.
    radius_km
        Of each circle.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a circle (a polygon of 32 corners that holds the circle), in degrees.
    """
    lat, lon = _checks.read_coordinates(points, "points")
    metres = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=DATUM).to_crs(METRES)
    # a polygon of 32 corners around the circle, not within it
    outer = 1000 * _checks.require_number(radius_km, "radius_km", above=True) / np.cos(np.pi / 32)
    shapes = gpd.GeoSeries(metres.buffer(outer, quad_segs=8), crs=METRES).to_crs(DATUM)
    return gpd.GeoDataFrame(
        points.drop(columns="geometry", errors="ignore").reset_index(drop=True),
        geometry=shapes.to_numpy(),
        crs=DATUM,
    )


def runway_strips(
    runways: pd.DataFrame, *, beyond_km: float, half_width_km: float
) -> gpd.GeoDataFrame:
    """Make no-fly strips along runways.

    Parameters
    ----------
    runways
        One row a runway: ``end_lat, end_lon, other_lat, other_lon`` (the table ``runways``).
    beyond_km
        How far the strip goes on beyond both ends.
    half_width_km
        From the centre line to each side.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a strip, in degrees.

    Notes
    -----
    The legal limit near an airport is a height, not a line on a map: the strip is a study's assumption about what to stay
    out of. Ask the airport before any flight.
    """
    ends = [
        _checks.read_numbers(runways, column, "runways", low=-np.inf)
        for column in ("end_lon", "end_lat", "other_lon", "other_lat")
    ]
    beyond, half = (
        1000 * _checks.require_number(beyond_km, "beyond_km", above=True),
        1000 * _checks.require_number(half_width_km, "half_width_km", above=True),
    )
    lines = gpd.GeoSeries(
        shapely.linestrings(
            np.stack([np.column_stack(ends[:2]), np.column_stack(ends[2:])], axis=1)
        ),
        crs=DATUM,
    )
    points = shapely.get_coordinates(lines.to_crs(METRES).to_numpy()).reshape(-1, 2, 2)
    way = points[:, 1] - points[:, 0]
    way *= beyond / np.linalg.norm(way, axis=1, keepdims=True)
    long = shapely.linestrings(np.stack([points[:, 0] - way, points[:, 1] + way], axis=1))
    shapes = gpd.GeoSeries(shapely.buffer(long, half, cap_style="flat"), crs=METRES).to_crs(DATUM)
    return gpd.GeoDataFrame(runways.reset_index(drop=True), geometry=shapes.to_numpy(), crs=DATUM)


def detours(
    no_fly: gpd.GeoDataFrame | gpd.GeoSeries,
    demand: tuple[Floats, Floats],
    bases: tuple[Floats, Floats],
    *,
    place: Places,
    base: Places,
    km: Floats,
) -> tuple[Places, Places, Floats]:
    """Lengthen the pairs whose straight flight is blocked; pairs that begin or end inside a polygon go."""
    zones = _zones(no_fly)
    ends, starts = _project(*demand), _project(*bases)
    tree = shapely.STRtree(zones)
    inside_end, inside_start = _inside(tree, ends), _inside(tree, starts)
    kept = ~(inside_end[place] | inside_start[base])
    place, base, km = place[kept], base[kept], km[kept].copy()
    lines = shapely.linestrings(np.stack([starts[base], ends[place]], axis=1))
    blocked = np.unique(tree.query(lines, predicate="crosses")[0])
    if blocked.size:
        ways = shortest(zones, starts, ends, base[blocked], place[blocked])
        km[blocked] *= ways / shapely.length(lines[blocked])
    return place, base, km


def shortest(
    zones: NDArray[np.object_], starts: Floats, ends: Floats, start: Places, end: Places
) -> Floats:
    """Give the length of the shortest way of each pair over the zones' corners; infinite where there is none.

    way = min over corners a, b of |start a| + D(a, b) + |b end|, D being the shortest ways among corners.
    """
    corners = np.unique(
        shapely.get_coordinates(shapely.buffer(zones, CLEAR_M, join_style="mitre")), axis=0
    )
    if len(corners) > MOST_CORNERS:
        raise ChoiceError(
            f"飛行禁止区域の頂点が{len(corners)}個あります。simplify などで{MOST_CORNERS}個以下に減らしてください。"
        )
    among = dijkstra(_seen(zones, corners, corners), directed=False)
    (some, start), (others, end) = (
        np.unique(start, return_inverse=True),
        np.unique(end, return_inverse=True),
    )
    first, last = _seen(zones, starts[some], corners), _seen(zones, ends[others], corners)
    reached = np.array([(_infinite(row)[:, None] + among).min(axis=0) for row in first])
    return np.array(
        [
            (reached[one] + _infinite(last[other])).min()
            for one, other in zip(start, end, strict=True)
        ]
    )


def _seen(zones: NDArray[np.object_], points: Floats, corners: Floats) -> Floats:
    """Give the distance of each pair that sees each other, 0 for others."""
    one, other = np.divmod(np.arange(len(points) * len(corners)), len(corners))
    lines = shapely.linestrings(np.stack([points[one], corners[other]], axis=1))
    length = shapely.length(lines)
    hidden = np.unique(shapely.STRtree(lines).query(zones, predicate="crosses")[1])
    within = np.unique(shapely.STRtree(lines).query(zones, predicate="contains")[1])
    length[hidden] = length[within] = 0.0
    return np.asarray(length.reshape(len(points), len(corners)))


def _infinite(row: Floats) -> Floats:
    return np.where(row > 0, row, np.inf)


def _zones(no_fly: gpd.GeoDataFrame | gpd.GeoSeries) -> NDArray[np.object_]:
    """Give the polygons in metres.

    Raises
    ------
    ChoiceError
    """
    if not isinstance(no_fly, (gpd.GeoDataFrame, gpd.GeoSeries)) or no_fly.crs is None:
        raise ChoiceError(
            "no_fly には座標系のある図形（GeoDataFrame）を渡してください。円は circles、滑走路は runway_strips で作れます。"
        )
    shapes = shapely.get_parts(shapely.make_valid(no_fly.geometry.to_crs(METRES).to_numpy()))
    shapes = shapes[shapely.area(shapes) > 0]
    shapely.prepare(shapes)
    return np.asarray(shapes)


def _project(lat: Floats, lon: Floats) -> Floats:
    return np.asarray(
        shapely.get_coordinates(
            gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=DATUM).to_crs(METRES).to_numpy()
        )
    )


def _inside(tree: shapely.STRtree, points: Floats) -> NDArray[np.bool_]:
    found = np.zeros(len(points), dtype=bool)
    found[tree.query(shapely.points(points), predicate="within")[0]] = True
    return found
