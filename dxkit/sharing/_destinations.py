"""Which share of each home's evacuees goes to which host?

By a gravity model (size of the host over a power of the distance), or by a table of shares.
"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray, IntArray
from dxkit.sharing._great_circle import EARTH_RADIUS_KM, compute_distances_km
from dxkit.sharing._scenario import Scenario

# hosts nearer than this count as this far: gravity has no meaning at distance 0
SHORTEST_KM = 5.0


def compute_host_shares(
    scenario: Scenario, municipalities: pd.DataFrame, own_host: IntArray
) -> FloatArray:
    """Compute (O, H) shares of each home's people who go to each host."""
    if scenario.settings["method"] == "行列":
        destinations = scenario.tables["destinations"]
        table = destinations.pivot(index="home", columns="host", values="share")  # noqa: PD010
        homes = list(municipalities["code"].iloc[own_host])
        # a pair that the table does not name has nobody
        shares = table.reindex(index=homes, columns=list(municipalities["code"])).fillna(0.0)
        weights = shares.to_numpy(dtype=float)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=float)
    return _compute_gravity_shares(scenario, municipalities, own_host)


def _compute_gravity_shares(
    scenario: Scenario, municipalities: pd.DataFrame, own_host: IntArray
) -> FloatArray:
    """Share out by size and distance, but for given shares at home and out of the prefecture."""
    in_prefecture = municipalities["inside"].to_numpy(dtype=bool)
    size = municipalities["attraction"].to_numpy(dtype=float)
    homes = np.arange(len(own_host))
    distance_km = np.maximum(_compute_home_distances(municipalities, own_host), SHORTEST_KM)
    power = float(scenario.settings["distance_power"])
    attraction = np.where(in_prefecture, size * distance_km**-power, 0.0)
    # the share that stays is given, not attracted
    attraction[homes, own_host] = 0.0
    # hosts outside share by size alone; one without a size still counts
    outside_size = np.where(in_prefecture, 0.0, np.maximum(size, 1.0))
    outside_weights = outside_size[None, :] * np.ones((len(own_host), 1))
    outside_share = float(scenario.settings["outside_share"])
    moving_share = 1 - outside_share - float(scenario.settings["own_share"])
    shares = outside_share * _normalise_rows(outside_weights) + (
        moving_share * _normalise_rows(attraction)
    )
    # who goes nowhere else stays at home, also where there is no host to go to
    shares[homes, own_host] += 1 - shares.sum(axis=1)
    return np.asarray(shares, dtype=float)


def _normalise_rows(weights: FloatArray) -> FloatArray:
    """Scale each row to sum 1; a row of zeros stays."""
    total = weights.sum(axis=1, keepdims=True)
    shares: FloatArray = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return shares


def _compute_home_distances(municipalities: pd.DataFrame, own_host: IntArray) -> FloatArray:
    """Compute distances (O, H) in km; a host without coordinates is an Earth's radius away."""
    lat = municipalities["lat"].to_numpy(dtype=float)
    lon = municipalities["lon"].to_numpy(dtype=float)
    distance_km = compute_distances_km((lat[own_host], lon[own_host]), (lat, lon))
    return np.asarray(np.nan_to_num(distance_km, nan=EARTH_RADIUS_KM), dtype=float)
