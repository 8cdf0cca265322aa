"""Who lives far from every shop, clinic or stop, so that a delivery would help most?"""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from dxkit import _checks
from dxkit._checks import LARGEST_KM
from dxkit.drones._geodesic import measure_km, to_space
from dxkit.drones._origin import mark_origin
from dxkit.drones._siting_problem import LARGEST_WEIGHT
from dxkit.schema import accepts_any_table


@accepts_any_table("demand", "services")
def need(
    demand: pd.DataFrame,
    services: pd.DataFrame,
    *,
    near_km: float,
    weight: str = "people",
) -> pd.DataFrame:
    """Find the people who live farther than a distance from every service.

    Parameters
    ----------
    demand
        One row a place: ``lat, lon`` and the weight's column; other columns are kept.
    services
        One row a shop, clinic, station, stop or whatever people must get to: ``lat, lon``.
    near_km
        Up to this far (straight) a service counts as near; the people beyond are in need.
    weight
        The column that counts: ``people``, ``elderly`` or any other of at least 0.

    Returns
    -------
    pandas.DataFrame
        The demand's rows with ``km_to_service`` (to the nearest one) and ``in_need`` (the weight
        where that is beyond ``near_km``, else 0). Siting functions take it with
        ``weight="in_need"``.

    Raises
    ------
    TableError
        If a table lacks a column, holds no row or what is no position or number.
    ChoiceError
        If ``near_km`` is not above 0.

    Notes
    -----
    The distance is straight, not by road, and need is more than distance: who has a car, who is
    driven, who is visited by a van already, no such table says.

    Examples
    --------
    >>> import pandas as pd
    >>> homes = pd.DataFrame({"lat": [35.0, 35.1], "lon": [134.0, 134.0], "people": [80, 20]})
    >>> shop = pd.DataFrame({"name": ["店"], "lat": [35.0], "lon": [134.01]})
    >>> need(homes, shop, near_km=5)[["km_to_service", "in_need"]].round(2)
       km_to_service  in_need
    0           0.91      0.0
    1          11.13     20.0
    """
    limit_km = _checks.require_number(near_km, "near_km", high=LARGEST_KM, above=True)
    _checks.require_columns(services, ["lat", "lon"], "services")
    weights = _checks.read_numbers(demand, weight, "demand", low=0, high=LARGEST_WEIGHT)
    lat, lon = _checks.read_coordinates(demand, "demand")
    service_lat, service_lon = _checks.read_coordinates(services, "services")
    # the nearest by chord is the nearest by arc
    tree = cKDTree(to_space(service_lat, service_lon))
    chord_km = tree.query(to_space(lat, lon))[0]
    km = measure_km(chord_km, lat)
    result = demand.assign(km_to_service=km, in_need=np.where(km > limit_km, weights, 0.0))
    result.attrs["settings"] = {"near_km": limit_km, "weight": weight}
    return mark_origin(result, demand, services)
