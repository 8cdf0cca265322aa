"""How fast does a drone move over the ground in this wind?

At air speed v in a wind w, the ground speed is g = √(v² − (w sin a)²) − w cos a. The angle a lies
between the way and the direction from which the wind comes: at 0° the drone flies into the wind and
g = v − w, at 180° the wind carries it and g = v + w.
"""

import numpy as np

from dxkit._arrays import FloatArray


def compute_ground_speed(airspeed_ms: float, wind_ms: float, against: FloatArray) -> FloatArray:
    """Compute the speed over the ground, in metres a second.

    Parameters
    ----------
    airspeed_ms, wind_ms
        Speeds in the air and of the wind.
    against
        Angle from the way to the direction from which the wind comes, in radians.

    Returns
    -------
    FloatArray
        One speed an angle; 0 where the wind is as fast as the drone or carries it off.

    Examples
    --------
    >>> compute_ground_speed(10.0, 6.0, np.radians([0.0, 90.0, 180.0])).round(6)
    array([ 4.,  8., 16.])
    """
    # what is left of the air speed after holding against the side wind
    across = airspeed_ms**2 - (wind_ms * np.sin(against)) ** 2
    speed = np.sqrt(np.maximum(across, 0.0)) - wind_ms * np.cos(against)
    return np.where((across > 0) & (speed > 0), speed, 0.0)
