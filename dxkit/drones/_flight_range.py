"""How far does a drone get with this load, in this wind, and still come home?

With endurance T at the mass that is flown (`dxkit.drones.endurance_min`), a leg of length d flown
at ground speed g spends the share (d / g) / T of the battery.

* The ground speed in wind is computed by `compute_ground_speed`, in ``_ground_speed.py``. The load
  goes out, the drone comes back empty.
* Climbing and descending take time at hovering power; the work of lifting itself (about 1 % of a
  battery for 150 m) and the change of power with air speed are left out. A drone that flies slower
  or faster than its cruise gets elsewhere.
"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import is_number, require_flag
from dxkit.drones._drone_figures import Drone, read_drone_figures
from dxkit.drones._ground_speed import compute_ground_speed
from dxkit.drones._origin import mark_origin
from dxkit.drones._power_endurance import endurance_min
from dxkit.errors import ChoiceError, shorten

# share of the battery that must be left after landing, unless said otherwise
RESERVE_SHARE = 0.2
CLIMB_SPEED_MS = 3.0
DESCENT_SPEED_MS = 2.0


def flight_range(
    drone: Drone,
    *,
    payload_kg: float = 0.0,
    wind_ms: float = 0.0,
    reserve_share: float = RESERVE_SHARE,
    round_trip: bool = True,
    climb_m: float = 0.0,
) -> float:
    """Compute how far from its base a drone can deliver, against the wind.

    Parameters
    ----------
    drone
        A row of the table ``drone_types``: ``mass_kg`` (with battery, without load),
        ``payload_max_kg, airspeed_ms, endurance_min, wind_max_ms``, and where known
        ``endurance_payload_kg`` (the load at that endurance, 0 by default), ``loaded_min,
        loaded_payload_kg`` (a second endurance) or ``power_exponent``.
    payload_kg
        Load on the way out; the drone comes back empty.
    wind_ms
        Wind against the way out and with the way back: of all directions the one with the shortest
        range.
    reserve_share
        Share of the battery that must be left after landing.
    round_trip
        Whether the drone must come back; otherwise it lands where it delivers.
    climb_m
        Height climbed and descended on each leg.

    Returns
    -------
    float
        Kilometres between base and place of delivery; 0 if the reserve does not even allow the
        climbs.

    Raises
    ------
    ChoiceError
        If a choice is nonsense: a load below 0 or above the drone's limit, a wind above its limit,
        a reserve outside 0–1.

    Examples
    --------
    >>> pf2 = {"mass_kg": 8.8, "payload_max_kg": 1.0, "airspeed_ms": 10.0, "endurance_min": 20.0,
    ...        "loaded_min": 17.5, "loaded_payload_kg": 1.0, "wind_max_ms": 10.0}
    >>> round(flight_range(pf2, payload_kg=1.0), 2)
    4.48
    >>> round(flight_range(pf2, payload_kg=1.0, wind_ms=7.0), 2)
    2.18
    """
    # the first direction, 0°, is the one straight into the wind
    shape = flight_shape(
        drone,
        payload_kg=payload_kg,
        wind_ms=wind_ms,
        wind_from_deg=0.0,
        reserve_share=reserve_share,
        round_trip=round_trip,
        climb_m=climb_m,
        step_deg=360,
    )
    return float(shape["range_km"].iloc[0])


def flight_shape(
    drone: Drone,
    *,
    payload_kg: float = 0.0,
    wind_ms: float = 0.0,
    wind_from_deg: float = 0.0,
    reserve_share: float = RESERVE_SHARE,
    round_trip: bool = True,
    climb_m: float = 0.0,
    step_deg: int = 1,
) -> pd.DataFrame:
    """Compute the reach in every direction: in wind it is a shape, not a circle.

    Parameters
    ----------
    wind_from_deg
        Where the wind comes from: 0 north, 90 east.
    step_deg
        Degrees between two directions, 1 to 360.
    drone, payload_kg, wind_ms, reserve_share, round_trip, climb_m
        As for `flight_range`.

    Returns
    -------
    pandas.DataFrame
        One row a direction: ``bearing_deg`` (from the base, 0 north, clockwise), ``range_km``.
        `reach` and all siting functions take it as ``range_km=``.

    Raises
    ------
    ChoiceError
        As `flight_range`.

    Examples
    --------
    >>> pf2 = {"mass_kg": 8.8, "payload_max_kg": 1.0, "airspeed_ms": 10.0, "endurance_min": 20.0,
    ...        "wind_max_ms": 10.0}
    >>> shape = flight_shape(pf2, payload_kg=1.0, wind_ms=7.0, wind_from_deg=0.0, step_deg=90)
    >>> shape.round(2).to_dict("list")
    {'bearing_deg': [0.0, 90.0, 180.0, 270.0], 'range_km': [2.13, 3.15, 2.39, 3.15]}
    """
    require_flag(round_trip, "round_trip")
    figures = read_drone_figures(drone)
    _check_choices(figures, payload_kg, wind_ms, reserve_share, climb_m)
    if not is_number(wind_from_deg) or not is_number(step_deg) or not 1 <= step_deg <= 360:
        raise ChoiceError(
            f"wind_from_deg={shorten(wind_from_deg)}, step_deg={shorten(step_deg)} は使えません。"
            "度で書いてください。"
        )
    bearing = np.arange(0, 360, step_deg, dtype=float)
    # one load a leg: out with it, back without
    loads_kg = [payload_kg, 0.0] if round_trip else [payload_kg]
    minutes = np.array([endurance_min(figures, load_kg) for load_kg in loads_kg])
    # angle between the way out and the direction from which the wind comes
    against = np.radians(bearing - wind_from_deg)
    airspeed_ms = figures["airspeed_ms"]
    way_out = compute_ground_speed(airspeed_ms, wind_ms, against)
    # on the way back the drone flies the opposite direction in the same wind
    way_back = compute_ground_speed(airspeed_ms, wind_ms, against + np.pi)
    speeds = np.array([way_out, way_back][: len(loads_kg)])
    table = pd.DataFrame(
        {"bearing_deg": bearing, "range_km": _leg_km(speeds, minutes, reserve_share, climb_m)}
    )
    # what was asked travels with the shape: siting functions note it as their range
    table.attrs["settings"] = {
        "payload_kg": payload_kg,
        "wind_ms": wind_ms,
        "wind_from_deg": wind_from_deg,
        "reserve_share": reserve_share,
        "round_trip": round_trip,
        "climb_m": climb_m,
    }
    return mark_origin(table, drone)


def _leg_km(
    speeds_ms: FloatArray, minutes: FloatArray, reserve_share: float, climb_m: float
) -> FloatArray:
    """Compute d with Σ over legs (d / gᵢ + climbs) / Tᵢ = 1 − reserve; one row of speeds a leg."""
    climb_s = climb_m / CLIMB_SPEED_MS + climb_m / DESCENT_SPEED_MS
    # the reserve and the climbs are paid first, the rest is flown
    share_to_fly = 1.0 - reserve_share - (climb_s / (60.0 * minutes)).sum()
    # a ground speed of 0 spends infinitely much: no range
    with np.errstate(divide="ignore"):
        share_per_m = (1.0 / speeds_ms / (60.0 * minutes[:, None])).sum(axis=0)
    return np.asarray(max(share_to_fly, 0.0) / share_per_m / 1000.0)


def _check_choices(
    figures: dict[str, float],
    payload_kg: float,
    wind_ms: float,
    reserve_share: float,
    climb_m: float,
) -> None:
    """Refuse nonsense, naming it."""
    # limits of this drone, so that the message can name them
    heaviest_kg = figures["payload_max_kg"]
    fastest_ms = figures["wind_max_ms"]
    checks = [
        (
            is_number(payload_kg) and 0 <= payload_kg <= heaviest_kg,
            f"荷物の重さ payload_kg={shorten(payload_kg)} は使えません。"
            f"この機種は 0〜{heaviest_kg:g} kg です。",
        ),
        (
            is_number(wind_ms) and 0 <= wind_ms <= fastest_ms,
            f"風速 wind_ms={shorten(wind_ms)} では飛べません。"
            f"この機種の限度は {fastest_ms:g} m/s です（0以上）。",
        ),
        (
            is_number(reserve_share) and 0 <= reserve_share < 1,
            f"電池の残し方 reserve_share={shorten(reserve_share)} は使えません。"
            "0以上1未満（0.2 = 2割残す）にしてください。",
        ),
        (
            is_number(climb_m) and climb_m >= 0,
            f"上昇の高さ climb_m={shorten(climb_m)} は使えません。0以上（m）にしてください。",
        ),
    ]
    for is_fine, problem in checks:
        if not is_fine:
            raise ChoiceError(problem)
