"""What must be flown around near a runway? A strip along it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit.drones._origin import mark_origin
from dxkit.drones._projection import DATUM, METRES, to_plane
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table

# longer or wider than this the map's plane is no picture of the earth any more
LARGEST_KM = 500.0


@accepts_any_table("runways")
def runway_strips(
    runways: pd.DataFrame, *, beyond_km: float, half_width_km: float
) -> gpd.GeoDataFrame:
    """Draw no-fly strips along runways.

    Parameters
    ----------
    runways
        One row a runway: ``end_lat, end_lon, other_lat, other_lon`` (the table ``runways``).
    beyond_km
        How far the strip goes on beyond both ends, up to 500.
    half_width_km
        From the centre line to each side, up to 500.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a strip, in degrees.

    Raises
    ------
    TableError
        If a position is missing or is none.
    ChoiceError
        If a length is not above 0.

    Notes
    -----
    The legal limit near an airport is a height, not a line on a map: the strip is a study's
    assumption about what to stay out of. Ask the airport before any flight.

    Examples
    --------
    >>> import dxkit
    >>> tajima = dxkit.load("runways").query("airport == 'RJBT'")
    >>> strip = runway_strips(tajima, beyond_km=3.0, half_width_km=0.3)
    >>> round(float(strip.to_crs(6690).area.sum()) / 1e6, 2)
    4.32
    """
    beyond_m = 1000 * _read_length(beyond_km, "beyond_km")
    half_width_m = 1000 * _read_length(half_width_km, "half_width_km")
    start = to_plane(*_read_ends(runways, "end"))
    end = to_plane(*_read_ends(runways, "other"))
    lengths = np.linalg.norm(end - start, axis=1, keepdims=True)
    _require_two_ends(lengths.ravel())
    # the way from one end to the other, as long as the strip goes on beyond them
    overhang = (end - start) * (beyond_m / lengths)
    # the strip's axis, from beyond one end to beyond the other
    centre_lines = shapely.linestrings(np.stack([start - overhang, end + overhang], axis=1))
    strips = shapely.buffer(centre_lines, half_width_m, cap_style="flat")
    shapes = gpd.GeoSeries(strips, crs=METRES).to_crs(DATUM)
    table = runways.reset_index(drop=True)
    return mark_origin(gpd.GeoDataFrame(table, geometry=shapes.to_numpy(), crs=DATUM), runways)


def _require_two_ends(lengths: FloatArray) -> None:
    """Refuse runways without a length, which have no direction."""
    points = np.flatnonzero(lengths == 0)
    if points.size:
        raise TableError(
            Fault("滑走路の両端が同じ位置です", "緯度・経度を確かめてください", row=int(row) + 1)
            for row in points
        )


def _read_length(length_km: float, option: str) -> float:
    return _checks.require_number(length_km, option, high=LARGEST_KM, above=True)


def _read_ends(runways: pd.DataFrame, side: str) -> tuple[FloatArray, FloatArray]:
    """Read latitude and longitude of one end of each runway."""
    return (
        _checks.read_numbers(runways, f"{side}_lat", "runways", low=-90, high=90),
        _checks.read_numbers(runways, f"{side}_lon", "runways", low=-180, high=180),
    )
