"""In which municipality of a prefecture does a point lie?"""

from collections.abc import Mapping
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike

from dxkit import _checks
from dxkit._arrays import BoolArray, FloatArray
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.loaders import load, resolve_prefecture
from dxkit.regions._shapes import (
    DATUM,
    ShapeArray,
    build_prefecture_tree,
    find_plane,
    join_land_borders,
    load_metric_shapes,
)
from dxkit.schema import carry_provenance, to_table

# metres within which a point at sea belongs to the nearest municipality
COAST_M = 300.0
# metres from a border within which it is uncertain on which side a point lies
BORDER_M = 150.0
# column → lowest and highest degree
LIMITS = {"lat": (-90.0, 90.0), "lon": (-180.0, 180.0)}
# what may say where points are
Points: TypeAlias = pd.DataFrame | gpd.GeoSeries | ArrayLike


def locate(
    points: pd.DataFrame | gpd.GeoSeries | ArrayLike,
    lon: ArrayLike | None = None,
    *,
    prefecture: str | None = "",
) -> pd.DataFrame:
    """Find the municipality in which each point lies: one of Hyogo, if no other place is named.

    Parameters
    ----------
    points
        A table with columns ``lat, lon`` in degrees, a GeoSeries of points, an array of ``(lat,
        lon)`` rows, or, if ``lon`` is given, the latitudes alone.
    lon
        Longitudes beside the latitudes in ``points``.
    prefecture
        As for `dxkit.load`: only its municipalities are looked at; ``None``: those of all Japan.

    Returns
    -------
    pandas.DataFrame
        One row a point, with the index of ``points``: ``code, name`` (missing outside the
        prefecture and where coordinates are), ``distance_m`` (0 inside; else to the nearest one)
        and ``near_border`` (within 150 m of another municipality or prefecture: which side it is on
        is uncertain). ``.attrs`` carry the provenance of the points and of the boundaries.

    Raises
    ------
    TableError
        If the columns ``lat, lon`` are missing or hold what is no coordinate; every row is named.

    Notes
    -----
    A point outside all shapes belongs to the nearest municipality if that is within 300 m and no
    other prefecture is nearer: piers and reclaimed land stand a little off the drawn coast.

    Examples
    --------
    >>> locate([[34.8394, 134.6939], [34.55, 134.75]])[["code", "name"]]
        code name
    0  28201  姫路市
    1    NaN  NaN
    """
    lats, lons, index = read_points(points, lon)
    number = resolve_prefecture(prefecture)
    towns = load_metric_shapes(number)
    places = gpd.GeoSeries(gpd.points_from_xy(lons, lats), crs=DATUM)
    shapes = places.to_crs(find_plane(number)).to_numpy()
    has_place = np.isfinite(lats) & np.isfinite(lons)
    nearest = np.full(len(lats), -1)
    distance_m = np.full(len(lats), np.nan)
    if has_place.any():
        (_, nearest[has_place]), distance_m[has_place] = towns.sindex.nearest(
            shapes[has_place], return_all=False, return_distance=True
        )
    is_inside = has_place & (distance_m <= COAST_M)
    is_inside[is_inside] = ~_are_elsewhere(shapes[is_inside], distance_m[is_inside], number)
    # the last row of the lists below is "nowhere"
    position = np.where(is_inside, nearest, len(towns))
    near_border = np.zeros(len(lats), dtype=bool)
    near_border[is_inside] = shapely.dwithin(join_land_borders(number), shapes[is_inside], BORDER_M)
    columns: dict[str, object] = {
        column: pd.Series([*towns[column], None], dtype="str").take(position).set_axis(index)
        for column in ("code", "name")
    }
    columns |= {"distance_m": np.round(distance_m, 1), "near_border": near_border}
    return carry_provenance(pd.DataFrame(columns, index=index), points, load("boundaries", number))


def _are_elsewhere(points: ShapeArray, distance_m: FloatArray, number: str | None) -> BoolArray:
    """Find the points outside that lie in, or are nearer to, another prefecture."""
    elsewhere = np.zeros(len(points), dtype=bool)
    outside = np.flatnonzero(distance_m > 0)
    tree = build_prefecture_tree(number)
    # around 沖縄県 and all Japan is nobody
    if outside.size and len(tree.geometries):
        _, other_m = tree.query_nearest(points[outside], return_distance=True, all_matches=False)
        elsewhere[outside] = other_m < distance_m[outside]
    return elsewhere


def read_points(
    points: pd.DataFrame | gpd.GeoSeries | ArrayLike, lon: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray, pd.Index]:
    """Read latitudes, longitudes and the index of whatever form the points come in."""
    if isinstance(points, gpd.GeoSeries):
        # a series that does not say its datum is taken for JGD2011
        degrees = points.to_crs(DATUM) if points.crs else points
        table = pd.DataFrame({"lat": degrees.y, "lon": degrees.x}, index=points.index)
    elif lon is not None:
        table = _pair_columns(points, lon)
    elif _is_table(points):
        table = to_table(points, "points")
    else:
        table = _read_pairs(points)
    missing = [column for column in LIMITS if column not in table.columns]
    if missing:
        _checks.require_columns(table, missing, "地点（緯度 lat・経度 lon）")
    _checks.require_single_columns(table, LIMITS, "地点（緯度 lat・経度 lon）")
    columns = {column: _read_degrees(table, column) for column in LIMITS}
    faults = [fault for _, column_faults in columns.values() for fault in column_faults]
    if faults:
        raise TableError(faults)
    return columns["lat"][0], columns["lon"][0], table.index


def _pair_columns(lat: ArrayLike, lon: ArrayLike) -> pd.DataFrame:
    """Pair latitudes and longitudes, one or as many of each."""
    try:
        lats, lons = np.atleast_1d(np.asarray(lat)), np.atleast_1d(np.asarray(lon))
        paired = np.broadcast_arrays(lats, lons)
        return pd.DataFrame({"lat": paired[0].ravel(), "lon": paired[1].ravel()})
    except ValueError as error:
        # other numbers of each, lists of different lengths, half a character
        raise ChoiceError(
            f"緯度「{shorten(lat)}」と経度「{shorten(lon)}」は、同じ個数の数ではありません。"
        ) from error


def _is_table(points: object) -> bool:
    """Say whether points are a table of any library, or a list of records."""
    if isinstance(points, pd.Series):
        return False
    if isinstance(points, pd.DataFrame | Mapping) or hasattr(points, "__arrow_c_stream__"):
        return True
    return isinstance(points, list) and bool(points) and isinstance(points[0], Mapping)


def _read_pairs(points: ArrayLike) -> pd.DataFrame:
    """Read an array of (lat, lon) rows."""
    try:
        pairs = np.asarray(points, dtype=float).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        remedy = "緯度 lat・経度 lon の列のある表か、（緯度, 経度）の組のリストを渡してください"
        fault = Fault("地点を緯度と経度の組として読めません", remedy, value=str(points)[:40])
        raise TableError([fault]) from error
    return pd.DataFrame(pairs, columns=["lat", "lon"])


def _read_degrees(table: pd.DataFrame, column: str) -> tuple[FloatArray, list[Fault]]:
    """Read a column of degrees, missing ones as NaN, with the faults of all of its rows."""
    cells = table[column]
    if cells.dtype.kind == "c":
        # no coordinate: numpy would cut the imaginary part off
        cells = cells.astype("str")
    degrees = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
    low, high = LIMITS[column]
    # a missing place is allowed, a word in its place is not
    bad = np.isnan(degrees) & table[column].notna().to_numpy()
    bad |= (degrees < low) | (degrees > high)
    remedy = "度（10進）で書いてください。緯度と経度が逆でないかも確かめてください"
    faults = [
        Fault(
            "座標ではありません",
            remedy,
            row=int(row) + 1,
            column=column,
            value=table[column].iloc[row],
        )
        for row in np.flatnonzero(bad)
    ]
    return degrees, faults
