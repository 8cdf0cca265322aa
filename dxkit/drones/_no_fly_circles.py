"""What must be flown around near a point? A circle."""

import geopandas as gpd
import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.drones._origin import mark_origin
from dxkit.drones._projection import DATUM, METRES, to_plane_points
from dxkit.schema import accepts_any_table

QUARTER_CORNERS = 8
# wider than this the map's plane is no picture of the earth any more
LARGEST_RADIUS_KM = 500.0


@accepts_any_table("points")
def circles(points: pd.DataFrame, *, radius_km: float) -> gpd.GeoDataFrame:
    """Draw no-fly circles around points.

    Parameters
    ----------
    points
        One row a point: ``lat, lon``; other columns are kept.
    radius_km
        Of each circle, up to 500.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a circle (a polygon of 32 corners that holds the circle), in degrees.

    Raises
    ------
    TableError
        If a position is missing or is none.
    ChoiceError
        If the radius is not above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> hospital = pd.DataFrame({"name": ["病院"], "lat": [35.5], "lon": [134.8]})
    >>> zone = circles(hospital, radius_km=1.0)
    >>> zone["name"].tolist(), round(float(zone.to_crs(6690).area.sum()) / 1e6, 2)
    (['病院'], 3.15)
    """
    lat, lon = _checks.read_coordinates(points, "points")
    radius = _checks.require_number(radius_km, "radius_km", high=LARGEST_RADIUS_KM, above=True)
    # the corners stand a little outside, so that the sides do not cut into the circle
    corner_m = 1000 * radius / np.cos(np.pi / (4 * QUARTER_CORNERS))
    outlines = to_plane_points(lat, lon).buffer(corner_m, quad_segs=QUARTER_CORNERS)
    shapes = gpd.GeoSeries(outlines, crs=METRES).to_crs(DATUM)
    # a table that has shapes already gets the circles in their place
    table = points.drop(columns="geometry", errors="ignore").reset_index(drop=True)
    return mark_origin(gpd.GeoDataFrame(table, geometry=shapes.to_numpy(), crs=DATUM), points)
