"""On which plane are circles, strips and detours drawn?"""

import geopandas as gpd
import numpy as np
import shapely

from dxkit._arrays import FloatArray

# JGD2011 in degrees
DATUM = "EPSG:6668"
# JGD2011 / UTM zone 53N, in metres; of a detour only the ratio of two ways is taken from it
METRES = "EPSG:6690"


def to_plane_points(lat: FloatArray, lon: FloatArray) -> gpd.GeoSeries:
    """Project positions to points in metres."""
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=DATUM).to_crs(METRES)


def to_plane(lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Project positions to x and y in metres, a row a position."""
    return np.asarray(shapely.get_coordinates(to_plane_points(lat, lon).to_numpy()))
