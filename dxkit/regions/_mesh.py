"""What shapes have mesh cells?"""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely

from dxkit._checks import read_list
from dxkit.codes import mesh_box
from dxkit.regions._shapes import DATUM
from dxkit.schema import carry_provenance

# decimals of a degree: a centimetre
DECIMALS = 7


def mesh(codes: str | Iterable[str]) -> gpd.GeoDataFrame:
    """Draw mesh cells as shapes.

    Parameters
    ----------
    codes
        Mesh codes of one level (`within` and the column ``place`` of ``mesh_people`` hold such).

    Returns
    -------
    geopandas.GeoDataFrame
        One row a code, in the order given: ``place, lat, lon`` (centre), ``geometry`` (EPSG:6668).
        ``.attrs`` carry the provenance of the codes, if they are a column that has one.

    Raises
    ------
    CodeError
        If a code is none, or levels are mixed.

    Examples
    --------
    >>> cells = mesh(["523501244"])
    >>> cells[["place", "lat", "lon"]].to_numpy().tolist(), cells.total_bounds.round(5).tolist()
    ([['523501244', 34.6895833, 135.184375]], [135.18125, 34.6875, 135.1875, 34.69167])
    """
    places = np.array(read_list(codes, "codes"), dtype=str)
    # one level, so that all cells have the same size
    south, west, north, east = (np.asarray(edge, dtype=float) for edge in mesh_box(places))
    centres = {
        "place": places,
        "lat": np.round((south + north) / 2, DECIMALS),
        "lon": np.round((west + east) / 2, DECIMALS),
    }
    cells = gpd.GeoDataFrame(centres, geometry=shapely.box(west, south, east, north), crs=DATUM)
    return carry_provenance(cells, codes)
