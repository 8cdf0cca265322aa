"""How far do offices lie from each other?"""

import numpy as np

from dxkit._arrays import FloatArray

# mean radius of the Earth in km
EARTH_KM = 6371.0088


def compute_distances_km(lats: FloatArray, lons: FloatArray) -> FloatArray:
    """Compute great-circle distances of all pairs (haversine), one row and one column an office."""
    lat = np.radians(lats)
    lon = np.radians(lons)
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    distances: FloatArray = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return distances
