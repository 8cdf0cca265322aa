"""What do the tests of robustness share? A small copter, and people scattered over a valley."""

import numpy as np
import pandas as pd

CRAFT = {
    "mass_kg": 8.8,
    "payload_max_kg": 1.0,
    "airspeed_ms": 10.0,
    "endurance_min": 20.0,
    "wind_max_ms": 10.0,
}


def scatter_people(count):
    """People at that many places in a square of 0.2 degrees, the same each time."""
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "lat": 35.3 + 0.2 * rng.random(count),
            "lon": 134.7 + 0.2 * rng.random(count),
            "people": rng.integers(1, 90, count),
        }
    )
