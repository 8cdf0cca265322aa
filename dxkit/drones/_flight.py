"""How far does a drone get with this load, in this wind, and still come home?

The battery is spent at a power that grows with mass, P(m) ∝ m^k, and time depends on the wind. With endurance T₀ at a mass
m₀, a leg of length d flown at ground speed g with mass m spends the share (d / g) / T₀ · (m / m₀)^k of the battery.

* k is fitted where two endurances are published: PF2-CAT3 flies 20 min at 8.8 kg and 17.5 min at 9.8 kg, so k = ln(20/17.5) /
  ln(9.8/8.8) = 1.24. Elsewhere k = 1.5, the ideal hover of momentum theory (Leishman, Principles of Helicopter Aerodynamics,
  2006); Dorling et al. (IEEE Trans. SMC 2017) found power nearly linear in mass, k = 1. Published models of one and the same
  drone differ by a factor of several (Zhang et al., Transp. Res. D 2021): this is a model, not a specification.
* Wind w from the side by the angle a: ground speed g = √(v² − (w sin a)²) + w cos a at air speed v. The load goes out, the
  drone comes back empty.
* Climbing and descending take time at hovering power; the work of lifting itself (about 1 % of a battery for 150 m) and the
  change of power with air speed are left out. A drone that flies slower or faster than its cruise gets elsewhere.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, shorten

Floats = NDArray[np.float64]
HOVER = 1.5
RESERVE = 0.2
CLIMB_MS, DESCENT_MS = 3.0, 2.0
NEEDED = ("mass_kg", "payload_max_kg", "airspeed_ms", "endurance_min", "wind_max_ms")

Drone: TypeAlias = Mapping[str, Any] | pd.Series | pd.DataFrame


def flight_range(
    drone: Drone,
    *,
    payload_kg: float = 0.0,
    wind_ms: float = 0.0,
    reserve_share: float = RESERVE,
    round_trip: bool = True,
    climb_m: float = 0.0,
) -> float:
    """Give how far from its base a drone can deliver, against the wind.

    Parameters
    ----------
    drone
        A row of the table ``drone_types``: ``mass_kg`` (with battery, without load), ``payload_max_kg, airspeed_ms,
        endurance_min, wind_max_ms``, and where known ``endurance_payload_kg`` (the load at that endurance, 0 by default),
        ``loaded_min, loaded_payload_kg`` (a second endurance) or ``power_exponent``.
    payload_kg
        Load on the way out; the drone comes back empty.
    wind_ms
        Wind against the way out and with the way back: of all directions the one with the shortest range.
    reserve_share
        Share of the battery that must be left after landing.
    round_trip
        Whether the drone must come back; otherwise it lands where it delivers.
    climb_m
        Height climbed and descended on each leg.

    Returns
    -------
    float
        Kilometres between base and place of delivery; 0 if the reserve does not even allow the climbs.

    Raises
    ------
    ChoiceError
        If a choice is nonsense: a load below 0 or above the drone's limit, a wind above its limit, a reserve outside 0–1.

    Examples
    --------
    >>> pf2 = {"mass_kg": 8.8, "payload_max_kg": 1.0, "airspeed_ms": 10.0, "endurance_min": 20.0,
    ...        "loaded_min": 17.5, "loaded_payload_kg": 1.0, "wind_max_ms": 10.0}
    >>> round(flight_range(pf2, payload_kg=1.0), 2)
    4.48
    >>> round(flight_range(pf2, payload_kg=1.0, wind_ms=7.0), 2)
    2.18
    """
    shape = flight_shape(
        drone, payload_kg=payload_kg, wind_ms=wind_ms, wind_from_deg=0.0, reserve_share=reserve_share,
        round_trip=round_trip, climb_m=climb_m, step_deg=360,
    )  # fmt: skip
    return float(shape["range_km"].iloc[0])


def flight_shape(
    drone: Drone,
    *,
    payload_kg: float = 0.0,
    wind_ms: float = 0.0,
    wind_from_deg: float = 0.0,
    reserve_share: float = RESERVE,
    round_trip: bool = True,
    climb_m: float = 0.0,
    step_deg: int = 1,
) -> pd.DataFrame:
    """Give the reach in every direction: in wind it is a shape, not a circle.

    Parameters
    ----------
    wind_from_deg
        Where the wind comes from: 0 north, 90 east.
    step_deg
        Between two directions.
    drone, payload_kg, wind_ms, reserve_share, round_trip, climb_m
        As for `flight_range`.

    Returns
    -------
    pandas.DataFrame
        One row a direction: ``bearing_deg`` (from the base, 0 north, clockwise), ``range_km``. `reach` and all siting functions
        take it as ``range_km=``.

    Raises
    ------
    ChoiceError
        As `flight_range`.
    """
    known = _drone(drone)
    _check(known, payload_kg, wind_ms, reserve_share, climb_m)
    if not np.isfinite(wind_from_deg) or step_deg < 1:
        raise ChoiceError(
            f"wind_from_deg={shorten(wind_from_deg)}, step_deg={shorten(step_deg)} は使えません。度で書いてください。"
        )
    bearing = np.arange(0, 360, step_deg, dtype=float)
    loads = [payload_kg, 0.0] if round_trip else [payload_kg]
    minutes = np.array([endurance(known, load) for load in loads])
    against = np.radians(bearing - wind_from_deg)
    speeds = np.array(
        [
            ground_speed(known["airspeed_ms"], wind_ms, against),
            ground_speed(known["airspeed_ms"], wind_ms, against + np.pi),
        ]
    )
    km = leg_km(speeds[: len(loads)], minutes, reserve_share, climb_m)
    settings = {"payload_kg": payload_kg, "wind_ms": wind_ms, "wind_from_deg": wind_from_deg, "reserve_share": reserve_share,
                "round_trip": round_trip, "climb_m": climb_m}  # fmt: skip
    table = pd.DataFrame({"bearing_deg": bearing, "range_km": km})
    table.attrs = {"settings": settings}
    return table


def ground_speed(airspeed_ms: float, wind_ms: float, against: Floats) -> Floats:
    """Give ground speed √(v² − (w sin a)²) − w cos a, a being the angle between the way and where the wind comes from.

    0 where the wind is as fast as the drone or carries it off.
    """
    across = airspeed_ms**2 - (wind_ms * np.sin(against)) ** 2
    speed = np.sqrt(np.maximum(across, 0.0)) - wind_ms * np.cos(against)
    return np.where((across > 0) & (speed > 0), speed, 0.0)


def leg_km(speeds_ms: Floats, minutes: Floats, reserve_share: float, climb_m: float) -> Floats:
    """Give d with Σ over legs (d / gᵢ + climbs) / Tᵢ = 1 − reserve, in km; one row of speeds a leg."""
    climbs = climb_m / CLIMB_MS + climb_m / DESCENT_MS
    left = 1.0 - reserve_share - (climbs / (60.0 * minutes)).sum()
    with np.errstate(divide="ignore"):
        spent = (1.0 / speeds_ms / (60.0 * minutes[:, None])).sum(axis=0)
    return np.asarray(max(left, 0.0) / spent / 1000.0)


def endurance(drone: Drone, payload_kg: float) -> float:
    """Give the minutes in the air with a load: T₀ · (m₀ / m)^k."""
    known = _drone(drone)
    first = known["mass_kg"] + known.get("endurance_payload_kg", 0.0)
    return float(
        known["endurance_min"] * (first / (known["mass_kg"] + payload_kg)) ** exponent(known)
    )


def exponent(drone: Drone) -> float:
    """Give k of P ∝ m^k: fitted to two published endurances, or as the table says, or 1.5."""
    known = _drone(drone)
    if "loaded_min" in known and "loaded_payload_kg" in known:
        first = known["mass_kg"] + known.get("endurance_payload_kg", 0.0)
        second = known["mass_kg"] + known["loaded_payload_kg"]
        return float(np.log(known["endurance_min"] / known["loaded_min"]) / np.log(second / first))
    return float(known.get("power_exponent", HOVER))


def _drone(drone: Drone) -> dict[str, float]:
    """Give a drone's numbers, those that are known.

    Raises
    ------
    ChoiceError
    """
    if isinstance(drone, pd.DataFrame):
        if len(drone) != 1:
            raise ChoiceError(
                f"drone には1機種の行を渡してください（{len(drone)}行ありました）。例: drone_types.iloc[0]"
            )
        drone = drone.iloc[0]
    if not isinstance(drone, (Mapping, pd.Series)):
        raise ChoiceError(
            f'drone には drone_types の1行を渡してください（「{shorten(drone)}」でした）。例: load("drone_types").iloc[0]'
        )
    known = {
        str(key): float(value)
        for key, value in drone.items()
        if isinstance(value, (int, float, np.number)) and np.isfinite(value)
    }
    bad = [key for key in NEEDED if known.get(key, 0.0) <= 0]
    if bad:
        raise ChoiceError(
            f"機種の表の {bad[0]}={shorten(dict(drone.items()).get(bad[0]))} は使えません。0より大きい数を入れてください。"
        )
    return known


def _check(
    drone: dict[str, float], payload_kg: float, wind_ms: float, reserve_share: float, climb_m: float
) -> None:
    """Refuse nonsense, naming it."""
    most, limit = drone["payload_max_kg"], drone["wind_max_ms"]
    said = [
        (
            0 <= payload_kg <= most,
            f"荷物の重さ payload_kg={shorten(payload_kg)} は使えません。この機種は 0〜{most:g} kg です。",
        ),
        (
            0 <= wind_ms <= limit,
            f"風速 wind_ms={shorten(wind_ms)} では飛べません。この機種の限度は {limit:g} m/s です（0以上）。",
        ),
        (
            0 <= reserve_share < 1,
            f"電池の残し方 reserve_share={shorten(reserve_share)} は使えません。0以上1未満（0.2 = 2割残す）にしてください。",
        ),
        (
            0 <= climb_m < np.inf,
            f"上昇の高さ climb_m={shorten(climb_m)} は使えません。0以上（m）にしてください。",
        ),
    ]
    for fine, problem in said:
        if not fine:
            raise ChoiceError(problem)
