"""Which municipalities share a border?"""

from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from dxkit._arrays import FloatArray
from dxkit._checks import require_flag
from dxkit.loaders import load, resolve_prefecture
from dxkit.regions._shapes import (
    DATUM,
    ShapeArray,
    find_plane,
    find_touching_pairs,
    load_metric_shapes,
)
from dxkit.schema import carry_provenance

BY_LAND = "陸続き"


def neighbours(*, bridges: bool = False, prefecture: str | None = "") -> pd.DataFrame:
    """List the municipalities that share a border.

    Parameters
    ----------
    bridges
        Add the bridges of the table ``bridges`` with ``border_km`` 0: in Hyogo 明石海峡大橋
        (神戸市–淡路市), without which Awaji's three cities border only each other. Bridges outside
        Hyogo are not listed there.
    prefecture
        As for `dxkit.load`; ``None``: all Japan, across prefectural borders too.

    Returns
    -------
    pandas.DataFrame
        One row a pair, each pair once: ``code, neighbour`` (``code`` < ``neighbour``),
        ``border_km`` (length of the shared border as drawn) and ``via`` (陸続き, or the bridge).
        Municipalities that meet only in a point are no pair.

    Examples
    --------
    >>> pairs = neighbours()
    >>> pairs.loc[pairs["neighbour"] == "28206", ["code", "via"]].to_numpy().tolist()
    [['28100', '陸続き'], ['28204', '陸続き']]
    """
    require_flag(bridges, "bridges")
    # a copy: the measured table is shared by all callers
    number = resolve_prefecture(prefecture)
    table = _measure_land_borders(number).copy()
    if bridges:
        listed = load("bridges", number)
        codes = set(load_metric_shapes(number)["code"])
        # both ends must be among the municipalities that were asked for
        is_inside = listed["code"].isin(codes) & listed["neighbour"].isin(codes)
        rows = listed.loc[is_inside, ["code", "neighbour", "via"]].assign(border_km=0.0)
        table = pd.concat([table, rows[table.columns]], ignore_index=True)
        table = table.sort_values(["code", "neighbour"], ignore_index=True)
    table.attrs = {"settings": {"bridges": bridges}}
    return carry_provenance(table, load("boundaries", number))


@lru_cache(maxsize=4)
def _measure_land_borders(number: str | None) -> pd.DataFrame:
    first, second, shared = find_touching_pairs(number)
    codes = load_metric_shapes(number)["code"].to_numpy()
    lengths = np.round(_measure_lengths(shared, number) / 1000, 2)
    table = pd.DataFrame(
        {"code": codes[first], "neighbour": codes[second], "border_km": lengths, "via": BY_LAND}
    )
    # shapes that meet in a point share no length
    touching: pd.DataFrame = table[lengths > 0].sort_values(
        ["code", "neighbour"], ignore_index=True
    )
    return touching


def _measure_lengths(lines: ShapeArray, number: str | None) -> FloatArray:
    """Measure lines in metres: in a prefecture's plane, or on the ellipsoid for all Japan."""
    if number is not None:
        return np.asarray(shapely.length(lines))
    degrees = gpd.GeoSeries(lines, crs=find_plane(None)).to_crs(DATUM)
    geod = Geod(ellps="GRS80")
    return np.array(
        [sum(geod.geometry_length(part) for part in shapely.get_parts(line)) for line in degrees]
    )
