"""Which mesh cells have their centre in a municipality?"""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from dxkit._arrays import FloatArray
from dxkit._checks import read_list
from dxkit.codes import MESH_LEVELS, mesh_code, short_code
from dxkit.errors import CodeError
from dxkit.loaders import load, name_municipalities, resolve_prefecture
from dxkit.regions._shapes import DATUM

# longitude from which mesh codes count
FIRST_LONGITUDE = 100
# a point of the sea: it only asks whether there is such a level
ANYWHERE = (34.0, 135.0)


def within(
    codes: str | Iterable[str], *, level: str | int = "4", prefecture: str | None = ""
) -> NDArray[np.str_]:
    """List the mesh cells whose centre lies in these municipalities.

    Parameters
    ----------
    codes
        Municipality codes; one or several.
    level
        ``"3"`` 1 km, ``"4"`` 500 m, ``"5"`` 250 m.
    prefecture
        As for `dxkit.load`: whose municipalities they are; ``None``: any of Japan.

    Returns
    -------
    array of str
        Mesh codes, sorted, each once; together they are land cells, whether anybody lives there or
        not.

    Raises
    ------
    CodeError
        If a code is none of this prefecture.
    ChoiceError
        If there is no such level.

    Examples
    --------
    >>> cells = within("28206", level="3")
    >>> len(cells), str(cells[0])
    (20, '52350254')
    """
    shapes = _select_shapes(codes, prefecture)
    # told before anything is computed, also where no municipality is named
    mesh_code(*ANYWHERE, level=level)
    if shapes.empty:
        return np.array([], dtype=str)
    lat, lon = _list_centres(shapes.total_bounds, str(level))
    hits, _ = shapes.sindex.query(
        shapely.points(lon, lat), predicate="intersects", output_format="indices"
    )
    # a centre on a common border lies in two municipalities
    cells = np.unique(hits)
    # of the largest cells, no centre may lie in a municipality
    if not cells.size:
        return np.array([], dtype=str)
    return np.unique(np.asarray(mesh_code(lat[cells], lon[cells], level=level)))


def _list_centres(bounds: ArrayLike, level: str) -> tuple[FloatArray, FloatArray]:
    """List the centres of all cells of a level that touch a rectangle."""
    west, south, east, north = np.asarray(bounds, dtype=float)
    per_lat, per_lon = MESH_LEVELS[level]
    rows = np.arange(np.floor(south * per_lat), np.ceil(north * per_lat))
    first_column = np.floor((west - FIRST_LONGITUDE) * per_lon)
    columns = np.arange(first_column, np.ceil((east - FIRST_LONGITUDE) * per_lon))
    lats = (rows + 0.5) / per_lat
    lons = (columns + 0.5) / per_lon + FIRST_LONGITUDE
    lat, lon = np.meshgrid(lats, lons, indexing="ij")
    return lat.ravel(), lon.ravel()


def _select_shapes(codes: str | Iterable[str], prefecture: str | None) -> gpd.GeoDataFrame:
    """Select the named municipalities' shapes, or name the code that is none."""
    towns = gpd.GeoDataFrame(load("boundaries", resolve_prefecture(prefecture)), crs=DATUM)
    wanted_codes = [short_code(code) for code in read_list(codes, "codes")]
    town_codes = set(towns["code"])
    unknown = [code for code in wanted_codes if code not in town_codes]
    if unknown:
        raise CodeError(
            f"「{'、'.join(unknown)}」は{name_municipalities(prefecture)}の団体コードではありません。"
            "municipalities() の code を使ってください。"
        )
    return towns[towns["code"].isin(wanted_codes)].reset_index(drop=True)
