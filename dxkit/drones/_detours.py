"""How does a drone fly around what it may not cross?

A blocked flight takes the shortest way over the polygons' corners (a visibility graph): two corners
see each other if the line between them does not pass through a polygon.
"""

from typing import TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.drones._pairs import Pairs
from dxkit.drones._projection import DATUM, METRES, to_plane
from dxkit.errors import ChoiceError, Fault, TableError

NoFly: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | None

# corners stand this far off, so that a way along a border is no crossing
CLEARANCE_M = 1.0
# the visibility graph has a line for each pair of corners
MOST_CORNERS = 2000


def add_detours(
    pairs: Pairs,
    no_fly: gpd.GeoDataFrame | gpd.GeoSeries,
    places: tuple[FloatArray, FloatArray],
    bases: tuple[FloatArray, FloatArray],
) -> Pairs:
    """Lengthen the pairs whose straight flight is blocked.

    Pairs that begin or end inside a polygon are left out; where no way leads around, the distance
    is infinite.

    Raises
    ------
    ChoiceError
        If the polygons have no coordinate system, or too many corners.
    """
    zones = _read_zones(no_fly)
    ends = to_plane(*places)
    starts = to_plane(*bases)
    tree = shapely.STRtree(zones)
    is_closed = _is_inside(tree, ends)[pairs.place] | _is_inside(tree, starts)[pairs.base]
    open_pairs = pairs.select(~is_closed)
    place = open_pairs.place
    base = open_pairs.base
    km = open_pairs.km.copy()
    # only where the straight line crosses a polygon is a detour needed
    lines = shapely.linestrings(np.stack([starts[base], ends[place]], axis=1))
    blocked = np.unique(tree.query(lines, predicate="crosses")[0])
    if blocked.size:
        ways = _shortest_ways(zones, starts, ends, base[blocked], place[blocked])
        # the plane gives the ratio only, the ellipsoid the length
        km[blocked] *= ways / shapely.length(lines[blocked])
    return Pairs(place, base, km, pairs.shape)


def _shortest_ways(
    zones: NDArray[np.object_],
    starts: FloatArray,
    ends: FloatArray,
    start: IntArray,
    end: IntArray,
) -> FloatArray:
    """Compute the shortest way of each pair over the zones' corners; infinite where there is none.

    way = min over corners a, b of |start a| + D(a, b) + |b end|, D being the shortest ways among
    corners.
    """
    outlines = shapely.buffer(zones, CLEARANCE_M, join_style="mitre")
    corners = np.unique(shapely.get_coordinates(outlines), axis=0)
    if len(corners) > MOST_CORNERS:
        raise ChoiceError(
            f"飛行禁止区域の頂点が{len(corners)}個あります。"
            f"simplify などで{MOST_CORNERS}個以下に減らしてください。"
        )
    # from every corner to every other one, once for all pairs
    among = dijkstra(_visible_distances(zones, corners, corners), directed=False)
    # many pairs share a start or an end: each is looked at once
    unique_starts, start_row = np.unique(start, return_inverse=True)
    unique_ends, end_row = np.unique(end, return_inverse=True)
    first = _or_infinite(_visible_distances(zones, starts[unique_starts], corners))
    last = _or_infinite(_visible_distances(zones, ends[unique_ends], corners))
    # the shortest way from each start to each corner, by way of any first corner
    to_corners = np.array([(row[:, None] + among).min(axis=0) for row in first])
    return np.array(
        [
            (to_corners[row] + last[last_row]).min()
            for row, last_row in zip(start_row, end_row, strict=True)
        ]
    )


def _visible_distances(
    zones: NDArray[np.object_], points: FloatArray, corners: FloatArray
) -> FloatArray:
    """Compute the distance of each point and corner that see each other, 0 for others."""
    point, corner = np.divmod(np.arange(len(points) * len(corners)), len(corners))
    lines = shapely.linestrings(np.stack([points[point], corners[corner]], axis=1))
    length = shapely.length(lines)
    tree = shapely.STRtree(lines)
    # a line through a zone crosses it; one between two corners of a zone lies within it
    length[np.unique(tree.query(zones, predicate="crosses")[1])] = 0.0
    length[np.unique(tree.query(zones, predicate="contains")[1])] = 0.0
    return np.asarray(length.reshape(len(points), len(corners)))


def _or_infinite(distances: FloatArray) -> FloatArray:
    return np.where(distances > 0, distances, np.inf)


def _read_zones(no_fly: gpd.GeoDataFrame | gpd.GeoSeries) -> NDArray[np.object_]:
    """Read the polygons in metres, each part of its own."""
    is_shapes = isinstance(no_fly, gpd.GeoSeries) or (
        isinstance(no_fly, gpd.GeoDataFrame) and no_fly._geometry_column_name in no_fly
    )
    if not is_shapes or no_fly.crs is None:
        raise ChoiceError(
            "no_fly には座標系のある図形（GeoDataFrame）を渡してください。"
            "円は circles、滑走路は runway_strips で作れます。"
        )
    _require_areas(no_fly.geometry)
    shapes = shapely.get_parts(shapely.make_valid(no_fly.geometry.to_crs(METRES).to_numpy()))
    # what remains of a repaired polygon may be a line, which blocks nothing
    shapes = shapes[shapely.area(shapes) > 0]
    shapely.prepare(shapes)
    return np.asarray(shapes)


def _require_areas(shapes: gpd.GeoSeries) -> None:
    """Refuse what would block no flight without a word: blanks, lines, points, swapped degrees."""
    is_area = shapes.geom_type.isin(["Polygon", "MultiPolygon"]) & ~shapes.is_empty
    edges = np.abs(shapes.to_crs(DATUM).bounds.to_numpy())
    is_on_earth = (edges <= (180, 90, 180, 90)).all(axis=1)
    bad = np.flatnonzero(~(is_area.to_numpy(dtype=bool) & is_on_earth))
    if bad.size:
        raise TableError(
            Fault(
                "no_fly の図形が区域になりません",
                "緯度経度の範囲にある面（Polygon）にしてください。円は circles で作れます",
                row=int(row) + 1,
                value=shapes.iloc[row],
            )
            for row in bad
        )


def _is_inside(tree: shapely.STRtree, points: FloatArray) -> BoolArray:
    mask = np.zeros(len(points), dtype=bool)
    mask[tree.query(shapely.points(points), predicate="within")[0]] = True
    return mask
