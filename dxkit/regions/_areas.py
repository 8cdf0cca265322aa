"""Which 圏域 does a prefecture have, and what shape has each?"""

import geopandas as gpd
import shapely

from dxkit.loaders import load, resolve_prefecture
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


def areas(prefecture: str | None = "") -> gpd.GeoDataFrame:
    """List the 圏域 of a prefecture with their shapes: the ten of Hyogo by default.

    Parameters
    ----------
    prefecture
        As for `dxkit.load`; ``None``: all Japan. Outside Hyogo areas are the weather service's
        まとめた地域, and ``note`` says so.

    Returns
    -------
    geopandas.GeoDataFrame
        One row an area, in the prefecture's order: ``area_name, label, order, members, codes,
        note``, the sums of its municipalities' people, households, 65+ and km² (missing
        where all are), and ``geometry`` (EPSG:6668).

    Examples
    --------
    >>> areas().set_index("area_name").loc["但馬", ["members", "people_2020"]].tolist()
    [5, 157989]
    """
    listed = load("areas", resolve_prefecture(prefecture))
    # two prefectures may have areas of one name: rows of the list are told apart by their codes
    row_by_code = listed["codes"].str.split().explode().reset_index().set_index("codes")["index"]
    towns = municipalities(prefecture)
    groups = towns.groupby(towns["code"].map(row_by_code))
    # a figure that no member has stays missing
    sums = groups[list(SUMMED)].sum(min_count=1).round(2)
    # shapes that fit without gaps are joined faster, and without slivers along the seams
    shapes = groups["geometry"].agg(shapely.coverage_union_all)
    table = listed.join(sums)
    ordered = gpd.GeoSeries(shapes.loc[table.index].to_numpy())
    # the same class as the municipalities': its sizes refuse to be compared with a name
    shaped: gpd.GeoDataFrame = type(towns)(table, geometry=ordered, crs=DATUM)
    shaped.attrs = dict(listed.attrs)
    return shaped
