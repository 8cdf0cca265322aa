"""How far apart are places on the Earth's surface?

`compute_distances_km` measures great circles on a sphere with the haversine formula.
"""

import numpy as np

from dxkit._arrays import FloatArray

# mean radius; the sphere differs from the ellipsoid by less than 0.6 %
EARTH_RADIUS_KM = 6371.0


def compute_distances_km(
    start_degrees: tuple[FloatArray, FloatArray], end_degrees: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Compute great-circle distances, starts × ends; both are (latitudes, longitudes)."""
    start_lat, start_lon = (np.radians(degrees)[:, None] for degrees in start_degrees)
    end_lat, end_lon = (np.radians(degrees)[None, :] for degrees in end_degrees)
    haversine = np.sin((end_lat - start_lat) / 2) ** 2 + (
        np.cos(start_lat) * np.cos(end_lat) * np.sin((end_lon - start_lon) / 2) ** 2
    )
    # rounding may carry the haversine of antipodes a little beyond 1, where arcsin is not defined
    angle = 2 * np.arcsin(np.sqrt(np.clip(haversine, 0, 1)))
    return np.asarray(EARTH_RADIUS_KM * angle, dtype=float)
