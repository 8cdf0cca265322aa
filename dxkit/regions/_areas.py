"""Which ten 圏域 are there, and what shape has each?"""

import geopandas as gpd
import shapely

from dxkit.loaders import load
from dxkit.regions._municipalities import municipalities
from dxkit.regions._shapes import DATUM

# columns of a municipality of which an area has the sum
SUMMED = (
    "people_2020",
    "people_2025",
    "households_2020",
    "households_2025",
    "elderly_2020",
    "area_km2",
)


def areas() -> gpd.GeoDataFrame:
    """List the ten 圏域 with their shapes.

    Returns
    -------
    geopandas.GeoDataFrame
        One row an area, in the prefecture's order: ``area, label, order, members, codes, note``,
        the sums of its municipalities' people, households, 65+ and km², and ``geometry``
        (EPSG:6668).

    Examples
    --------
    >>> areas().set_index("area").loc["但馬", ["members", "people_2020"]].tolist()
    [5, 157989]
    """
    towns = municipalities()
    listed = load("areas")
    sums = towns.groupby("area")[list(SUMMED)].sum().round(2)
    # shapes that fit without gaps are joined faster, and without slivers along the seams
    shapes = towns.groupby("area")["geometry"].agg(shapely.coverage_union_all)
    table = listed.merge(sums, left_on="area", right_index=True, how="left")
    ordered = gpd.GeoSeries(shapes.loc[table["area"]].to_numpy())
    shaped = gpd.GeoDataFrame(table, geometry=ordered, crs=DATUM)
    shaped.attrs = dict(listed.attrs)
    return shaped
