"""In which municipality does each cell of a mesh lie, and which lie in none of the prefecture's?"""

import geopandas as gpd
import pandas as pd

from dxkit.loaders._load import load
from dxkit.loaders._resolve_prefecture import find_prefecture, name_prefecture
from dxkit.loaders._shipped_table import DATUM

# a cell on the coast whose centre lies in the sea belongs to the nearest municipality within half
# a kilometre
COAST_M = 500


def find_municipalities(table: pd.DataFrame, prefecture: str | None) -> "pd.Series[str]":
    """Find the municipality in which a cell's centre lies, or the nearest within `COAST_M`."""
    return _find_nearest(table, prefecture, prefecture, COAST_M)


def find_cells_elsewhere(table: pd.DataFrame, prefecture: str | None) -> "pd.Series[bool]":
    """Find the cells without a municipality that are not nearest to one of the prefecture."""
    is_elsewhere = table["code"].isna()
    if prefecture is None:
        return is_elsewhere & False
    lost = table[is_elsewhere]
    if len(lost):
        nearest = _find_nearest(lost, prefecture, None, None).str[:2]
        is_elsewhere.loc[lost.index] = nearest.to_numpy() != prefecture
    return is_elsewhere


def _find_nearest(
    table: pd.DataFrame, plane: str | None, prefecture: str | None, limit_m: float | None
) -> "pd.Series[str]":
    """Find the nearest municipality of a prefecture (of Japan) to the centre of each cell.

    Distances are measured in the plane of a prefecture, or in the zone of any other file.
    """
    centres = gpd.points_from_xy(table["lon"], table["lat"], crs=DATUM)
    points = gpd.GeoDataFrame(geometry=centres, index=table.index)
    metres = points.estimate_utm_crs() if plane is None else find_prefecture(plane)["epsg"]
    points = points.to_crs(metres)
    shapes = gpd.GeoDataFrame(load("boundaries", prefecture)[["code", "geometry"]]).to_crs(metres)
    nearest = gpd.sjoin_nearest(points, shapes, max_distance=limit_m)
    # a centre on a border has two nearest shapes
    first: pd.Series[str] = nearest["code"].groupby(level=0).first().reindex(table.index)
    return first


def list_mesh_remarks(
    table: pd.DataFrame, is_elsewhere: "pd.Series[bool]", prefecture: str | None
) -> list[str]:
    """Say how many cells, with how many people, are left out or lie in no municipality."""
    remarks = []
    if is_elsewhere.any():
        people = table.loc[is_elsewhere, "people"].sum()
        remarks.append(
            f"{name_prefecture(prefecture)}の外にある{is_elsewhere.sum():,}個のメッシュ"
            f"（{people:,.0f}人）は除きました（inside_only=False で残せます）"
        )
    is_at_sea = ~is_elsewhere & table["code"].isna()
    if is_at_sea.any():
        people = table.loc[is_at_sea, "people"].sum()
        remarks.append(
            f"中心がどの市区町村の境界にも入らない{is_at_sea.sum():,}個のメッシュ（{people:,.0f}人）は"
            "code を欠測にして残しました"
        )
    return remarks
