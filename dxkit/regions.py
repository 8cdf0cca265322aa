"""Which municipality is where, who borders whom, and in which of them does a place lie?

Shapes are those of the table ``boundaries``: already generalised, off the official border and coast by 34 m in the median and
142 m in the 95th percentile. `locate` therefore takes the nearest municipality for points up to 300 m off the coast, and
flags every point within 150 m of a border as uncertain. Not for parcels, official areas or the wards of Kobe.
"""

from collections.abc import Iterable
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from dxkit.codes import MESH_LEVELS, mesh_box, mesh_code, short_code
from dxkit.errors import ChoiceError, CodeError, Fault, TableError, shorten
from dxkit.loaders import load

DATUM = "EPSG:6668"
# JGD2011 / UTM zone 53N; within Hyogo its lengths are true to 0.05 %
METRES = "EPSG:6690"
COAST_METRES = 300.0
BORDER_METRES = 150.0
# neighbours' shapes come from another cleaning: what is closer than this to one is a land border
LAND_GAP_METRES = 100.0
SUMMED = (
    "people_2020",
    "people_2025",
    "households_2020",
    "households_2025",
    "elderly_2020",
    "area_km2",
)
BY_LAND = "陸続き"
# 神戸市垂水区 – 淡路市, opened 1998; the only road between Awaji and the rest of Hyogo
BRIDGES = (("28100", "28226", "明石海峡大橋"),)


def municipalities() -> gpd.GeoDataFrame:
    """Give the 41 municipalities with their shapes.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a municipality, sorted by ``code``: ``code, code6, name, kana, area, kind`` (city/town), ``people_2020,
        people_2025, households_2020, elderly_2020, area_km2`` (official area, not that of the shape) and more;
        ``geometry`` in JGD2011 degrees (EPSG:6668).
    """
    table = load("municipalities")
    shaped = gpd.GeoDataFrame(table, geometry="geometry", crs=DATUM)
    shaped.attrs = dict(table.attrs)
    return shaped


def areas() -> gpd.GeoDataFrame:
    """Give the ten 圏域 as shapes.

    Returns
    -------
    geopandas.GeoDataFrame
        One row an area, in the prefecture's order: ``area, label, order, members, codes, note``, the sums of its
        municipalities' people, households, 65+ and km², and ``geometry`` (EPSG:6668).
    """
    towns = municipalities()
    listed = load("areas")
    sums = towns.groupby("area")[list(SUMMED)].sum().round(2)
    shapes = towns.groupby("area")["geometry"].agg(shapely.coverage_union_all)
    table = listed.merge(sums, left_on="area", right_index=True, how="left")
    shaped = gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(shapes.loc[table["area"]].to_numpy()), crs=DATUM
    )
    shaped.attrs = dict(listed.attrs)
    return shaped


def neighbours(*, bridges: bool = False) -> pd.DataFrame:
    """List the municipalities that share a border.

    Parameters
    ----------
    bridges
        Add 明石海峡大橋 (神戸市–淡路市) with ``border_km`` 0. Without it Awaji's three cities border only each other: no
        land joins them to the rest of Hyogo.

    Returns
    -------
    pandas.DataFrame
        One row a pair, each pair once: ``code, neighbour`` (``code`` < ``neighbour``), ``border_km`` (length of the shared
        border as drawn) and ``via`` (陸続き, or the bridge). Municipalities that meet only in a point are no pair.
    """
    table = _land_borders().copy()
    if bridges:
        rows = [
            {"code": code, "neighbour": other, "border_km": 0.0, "via": via}
            for code, other, via in BRIDGES
        ]
        table = pd.concat([table, pd.DataFrame(rows)], ignore_index=True).sort_values(
            ["code", "neighbour"], ignore_index=True
        )
    table.attrs = {"settings": {"bridges": bridges}}
    return table


def locate(
    points: pd.DataFrame | gpd.GeoSeries | ArrayLike, lon: ArrayLike | None = None
) -> pd.DataFrame:
    """Say in which municipality of Hyogo each point lies.

    Parameters
    ----------
    points
        A table with columns ``lat, lon`` in degrees, a GeoSeries of points, an array of ``(lat, lon)`` rows, or, if ``lon``
        is given, the latitudes alone.
    lon
        Longitudes beside the latitudes in ``points``.

    Returns
    -------
    pandas.DataFrame
        One row a point, with the index of ``points``: ``code, name`` (missing outside Hyogo and where coordinates are),
        ``distance_m`` (0 inside; else to the nearest municipality of Hyogo) and ``near_border`` (within 150 m of another
        municipality or prefecture: which side it is on is uncertain).

    Raises
    ------
    TableError
        If the columns ``lat, lon`` are missing or hold what is no coordinate; every row is named.

    Notes
    -----
    A point outside all shapes belongs to the nearest municipality if that is within 300 m and no other prefecture is
    nearer: piers and reclaimed land stand a little off the drawn coast.
    """
    lats, lons, index = _coordinates(points, lon)
    towns = _metric_towns()
    at = gpd.GeoSeries(gpd.points_from_xy(lons, lats), crs=DATUM).to_crs(METRES).to_numpy()
    known = np.isfinite(lats) & np.isfinite(lons)
    nearest = np.full(len(lats), -1)
    distance = np.full(len(lats), np.nan)
    if known.any():
        (_, nearest[known]), distance[known] = towns.sindex.nearest(
            at[known], return_all=False, return_distance=True
        )
    found = known & (distance <= COAST_METRES)
    found[found] = ~_elsewhere(at[found], distance[found])
    # the last row of the list is "nowhere"
    chosen = np.where(found, nearest, len(towns))
    near = np.zeros(len(lats), dtype=bool)
    near[found] = shapely.dwithin(_borders(), at[found], BORDER_METRES)
    return pd.DataFrame(
        {
            "code": pd.Series([*towns["code"], None], dtype="str").take(chosen).set_axis(index),
            "name": pd.Series([*towns["name"], None], dtype="str").take(chosen).set_axis(index),
            "distance_m": np.round(distance, 1),
            "near_border": near,
        },
        index=index,
    )


def mesh(codes: str | Iterable[str]) -> gpd.GeoDataFrame:
    """Give mesh cells as shapes.

    Parameters
    ----------
    codes
        Mesh codes of one level (``within`` and the column ``place`` of ``mesh_people`` hold such).

    Returns
    -------
    geopandas.GeoDataFrame
        One row a code, in the order given: ``place, lat, lon`` (centre), ``geometry`` (EPSG:6668).

    Raises
    ------
    CodeError
        If a code is none, or levels are mixed.
    """
    places = np.array([codes] if isinstance(codes, str) else list(codes), dtype=str)
    south, west, north, east = (np.asarray(edge, dtype=float) for edge in mesh_box(places))
    centres = {
        "place": places,
        "lat": np.round((south + north) / 2, 7),
        "lon": np.round((west + east) / 2, 7),
    }
    return gpd.GeoDataFrame(centres, geometry=shapely.box(west, south, east, north), crs=DATUM)


def within(codes: str | Iterable[str], *, level: str | int = "4") -> NDArray[np.str_]:
    """List the mesh cells whose centre lies in these municipalities.

    Parameters
    ----------
    codes
        Municipality codes; one or several.
    level
        ``"3"`` 1 km, ``"4"`` 500 m, ``"5"`` 250 m.

    Returns
    -------
    array of str
        Mesh codes, sorted, each once; together they are land cells, whether anybody lives there or not.

    Raises
    ------
    CodeError
        If a code is not one of the 41.
    ChoiceError
        If there is no such level.
    """
    chosen = _chosen(codes)
    if str(level) not in MESH_LEVELS:
        raise ChoiceError(
            f"メッシュの段階「{shorten(level)}」はありません。{'・'.join(MESH_LEVELS)} から選んでください（4 = 500 m）。"
        )
    if chosen.empty:
        return np.array([], dtype=str)
    lat, lon = _centres(chosen.total_bounds, str(level))
    inside, _ = chosen.sindex.query(
        shapely.points(lon, lat), predicate="intersects", output_format="indices"
    )
    inside = np.unique(inside)
    return np.unique(np.asarray(mesh_code(lat[inside], lon[inside], level=level)))


def _centres(bounds: ArrayLike, level: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the centres of all cells of a level that touch a rectangle."""
    west, south, east, north = np.asarray(bounds, dtype=float)
    per_lat, per_lon = MESH_LEVELS[level]
    rows = np.arange(np.floor(south * per_lat), np.ceil(north * per_lat))
    columns = np.arange(np.floor((west - 100) * per_lon), np.ceil((east - 100) * per_lon))
    lat, lon = np.meshgrid((rows + 0.5) / per_lat, (columns + 0.5) / per_lon + 100, indexing="ij")
    return lat.ravel(), lon.ravel()


def _chosen(codes: str | Iterable[str]) -> gpd.GeoDataFrame:
    """Give the named municipalities' shapes, or name the code that is none."""
    towns = gpd.GeoDataFrame(load("boundaries"), crs=DATUM)
    wanted = [short_code(code) for code in ([codes] if isinstance(codes, str) else codes)]
    unknown = [code for code in wanted if code not in set(towns["code"])]
    if unknown:
        raise CodeError(
            f"「{'、'.join(unknown)}」は兵庫県の41市町の団体コードではありません。municipalities() の code を使ってください。"
        )
    return towns[towns["code"].isin(wanted)].reset_index(drop=True)


@lru_cache(maxsize=1)
def _metric_towns() -> gpd.GeoDataFrame:
    """Give the 41 shapes in metres; shared, never altered."""
    return gpd.GeoDataFrame(load("boundaries"), crs=DATUM).to_crs(METRES)


@lru_cache(maxsize=1)
def _prefectures() -> shapely.STRtree:
    """Give the shapes around Hyogo in metres, as a search tree."""
    return shapely.STRtree(
        gpd.GeoDataFrame(load("neighbour_prefectures"), crs=DATUM)
        .to_crs(METRES)
        .geometry.to_numpy()
    )


@lru_cache(maxsize=1)
def _pairs() -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.object_]]:
    """Give positions of each pair of municipalities that touch, and the lines they share."""
    towns = _metric_towns()
    shapes = towns.geometry.to_numpy()
    first, second = towns.sindex.query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    shared = shapely.intersection(shapely.boundary(shapes[first]), shapely.boundary(shapes[second]))
    return first, second, np.asarray(shared)


@lru_cache(maxsize=1)
def _land_borders() -> pd.DataFrame:
    first, second, shared = _pairs()
    codes = _metric_towns()["code"].to_numpy()
    kilometres = np.round(shapely.length(shared) / 1000, 2)
    table = pd.DataFrame(
        {"code": codes[first], "neighbour": codes[second], "border_km": kilometres, "via": BY_LAND}
    )
    touching: pd.DataFrame = table[kilometres > 0].sort_values(
        ["code", "neighbour"], ignore_index=True
    )
    return touching


@lru_cache(maxsize=1)
def _borders() -> shapely.Geometry:
    """Give all land borders as one prepared shape: between municipalities, and to other prefectures."""
    _, _, shared = _pairs()
    outline = shapely.boundary(shapely.coverage_union_all(_metric_towns().geometry.to_numpy()))
    around = shapely.union_all(shapely.buffer(_prefectures().geometries, LAND_GAP_METRES))
    lines = shapely.union_all([*shared, shapely.intersection(outline, around)])
    shapely.prepare(lines)
    return lines


def _elsewhere(points: NDArray[np.object_], distance: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which points outside Hyogo lie in, or are nearer to, another prefecture."""
    elsewhere = np.zeros(len(points), dtype=bool)
    outside = np.flatnonzero(distance > 0)
    if outside.size:
        _, away = _prefectures().query_nearest(
            points[outside], return_distance=True, all_matches=False
        )
        elsewhere[outside] = away < distance[outside]
    return elsewhere


def _coordinates(
    points: pd.DataFrame | gpd.GeoSeries | ArrayLike, lon: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], pd.Index]:
    """Give latitudes, longitudes and the index of what was handed in."""
    if isinstance(points, gpd.GeoSeries):
        degrees = points.to_crs(DATUM) if points.crs else points
        table = pd.DataFrame({"lat": degrees.y, "lon": degrees.x}, index=points.index)
    elif lon is not None:
        lats, lons = np.broadcast_arrays(
            np.atleast_1d(np.asarray(points)), np.atleast_1d(np.asarray(lon))
        )
        table = pd.DataFrame({"lat": lats.ravel(), "lon": lons.ravel()})
    elif isinstance(points, pd.DataFrame):
        table = points
    else:
        table = pd.DataFrame(np.asarray(points, dtype=float).reshape(-1, 2), columns=["lat", "lon"])
    lats, lons = _checked(table)
    return lats, lons, table.index


def _checked(table: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Check that the columns are there and hold degrees; report every fault at once."""
    missing = [column for column in ("lat", "lon") if column not in table.columns]
    if missing:
        raise TableError(
            [
                Fault(
                    "列がありません",
                    "緯度 lat と経度 lon（度）の列を用意してください",
                    column=column,
                )
                for column in missing
            ]
        )
    faults: list[Fault] = []
    values: list[NDArray[np.float64]] = []
    for column, low, high in (("lat", -90.0, 90.0), ("lon", -180.0, 180.0)):
        numbers = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
        bad = (
            (np.isnan(numbers) & table[column].notna().to_numpy())
            | (numbers < low)
            | (numbers > high)
        )
        remedy = "度（10進）で書いてください。緯度と経度が逆でないかも確かめてください"
        faults += [
            Fault(
                "座標ではありません",
                remedy,
                row=int(at) + 1,
                column=column,
                value=table[column].iloc[at],
            )
            for at in np.flatnonzero(bad)
        ]
        values.append(numbers)
    if faults:
        raise TableError(faults)
    return values[0], values[1]
