"""Which municipalities are there, and what shape has each?"""

import geopandas as gpd

from dxkit.loaders import load
from dxkit.regions._shapes import DATUM


def municipalities(prefecture: str | None = "") -> gpd.GeoDataFrame:
    """List the municipalities of a prefecture with their shapes.

    Parameters
    ----------
    prefecture
        As for `dxkit.load`: by default the room's, or Hyogo with its 41; ``None``: all Japan.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a municipality, sorted by ``code``: ``code, code6, name, kana, area_name, kind``
        (city/town/village/ward), ``people_2020, people_2025, households_2020`` (outside Hyogo
        missing), ``elderly_2020, area_km2`` (official area, not that of the shape) and more;
        ``geometry`` in JGD2011 degrees (EPSG:6668).

    Examples
    --------
    >>> towns = municipalities()
    >>> len(towns), towns.loc[towns["area_km2"].idxmax(), "name"]
    (41, '豊岡市')
    """
    table = load("municipalities", prefecture)
    shaped: gpd.GeoDataFrame = table.set_crs(DATUM)
    # where the figures come from; the shapes are those of the table ``boundaries``
    shaped.attrs = dict(table.attrs)
    return shaped
