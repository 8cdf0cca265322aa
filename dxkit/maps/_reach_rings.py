"""Where does the reach of a base end on the map?"""

import numpy as np

from dxkit._arrays import FloatArray
from dxkit._checks import require_number, to_float_array
from dxkit.errors import ChoiceError, shorten

# mean radius of the Earth (IUGG)
EARTH_RADIUS_KM = 6371.0088


def reach_ring(lat: float, lon: float, bearing_deg: FloatArray, range_km: FloatArray) -> FloatArray:
    """Compute the points at these distances and directions from a base.

    Parameters
    ----------
    lat, lon
        Of the base, in degrees.
    bearing_deg
        Directions in degrees, clockwise from north.
    range_km
        Distance in each direction, in km; one a bearing.

    Returns
    -------
    numpy.ndarray
        One row a direction: longitude, latitude, in degrees.

    Notes
    -----
    The direct problem on a sphere of the Earth's mean radius; against the ellipsoid, lengths are
    off by at most 0.5 %.

    Examples
    --------
    >>> import numpy as np
    >>> reach_ring(35.0, 135.0, np.array([0.0, 90.0]), np.array([10.0, 10.0])).round(3)
    array([[135.  ,  35.09],
           [135.11,  35.  ]])
    """
    base = [
        require_number(lat, "lat", low=-90, high=90),
        require_number(lon, "lon", low=-360, high=360),
    ]
    start_lat = np.radians(base[0])
    bearing = np.radians(_read_numbers(bearing_deg, "bearing_deg"))
    # the range as an angle at the centre of the Earth
    angle = _read_numbers(range_km, "range_km") / EARTH_RADIUS_KM
    if bearing.shape != angle.shape:
        raise ChoiceError(
            f"bearing_deg（{bearing.size}個）と range_km（{angle.size}個）の数をそろえてください。"
        )
    end_lat = np.arcsin(
        np.sin(start_lat) * np.cos(angle) + np.cos(start_lat) * np.sin(angle) * np.cos(bearing)
    )
    turn = np.arctan2(
        np.sin(bearing) * np.sin(angle) * np.cos(start_lat),
        np.cos(angle) - np.sin(start_lat) * np.sin(end_lat),
    )
    return np.column_stack([base[1] + np.degrees(turn), np.degrees(end_lat)])


def _read_numbers(values: FloatArray, option: str) -> FloatArray:
    numbers = to_float_array(values)
    if not np.isfinite(numbers).all():
        raise ChoiceError(f"{option}={shorten(values)} に数でない値があります。")
    return numbers
