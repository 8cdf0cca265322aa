"""How does the power that a drone needs grow with its mass, and how long does it fly with a load?

The battery is spent at a power P(m) ∝ m^k. k is fitted where two endurances are published: PF2-CAT3
flies 20 min at 8.8 kg and 17.5 min at 9.8 kg, so k = ln(20 / 17.5) / ln(9.8 / 8.8) = 1.24.
Elsewhere k = 1.5, the ideal hover of momentum theory (Leishman, Principles of Helicopter
Aerodynamics, 2006); Dorling et al. (IEEE Trans. SMC 2017) found power nearly linear in mass, k = 1.
Published models of one and the same drone differ by a factor of several (Zhang et al., Transp. Res.
D 2021): this is a model, not a specification.
"""

import numpy as np

from dxkit._checks import require_number
from dxkit.drones._drone_figures import Drone, read_drone_figures
from dxkit.errors import ChoiceError

# k of the ideal hover, where neither a second endurance nor a k is known
HOVER_EXPONENT = 1.5


def power_exponent(drone: Drone) -> float:
    """Compute k of P ∝ m^k: how the power that a drone needs grows with its mass.

    Parameters
    ----------
    drone
        As for `flight_range`.

    Returns
    -------
    float
        Fitted where ``loaded_min`` and ``loaded_payload_kg`` are known; else ``power_exponent`` of
        the row; else 1.5, that of an ideal hover.

    Raises
    ------
    ChoiceError
        If the figures cannot be used, or no k above 0 fits the two endurances.

    Examples
    --------
    >>> pf2 = {"mass_kg": 8.8, "payload_max_kg": 1.0, "airspeed_ms": 10.0, "endurance_min": 20.0,
    ...        "loaded_min": 17.5, "loaded_payload_kg": 1.0, "wind_max_ms": 10.0}
    >>> round(power_exponent(pf2), 2)
    1.24
    """
    figures = read_drone_figures(drone)
    # one endurance does not say how power grows: take the table's k, or theory's
    if "loaded_min" not in figures or "loaded_payload_kg" not in figures:
        return figures.get("power_exponent", HOVER_EXPONENT)
    # both masses with the load at which each endurance was flown
    mass_kg = figures["mass_kg"] + figures.get("endurance_payload_kg", 0.0)
    loaded_mass_kg = figures["mass_kg"] + figures["loaded_payload_kg"]
    times = np.log(figures["endurance_min"] / figures["loaded_min"])
    masses = np.log(loaded_mass_kg / mass_kg)
    # both must change, and the heavier drone must be the one that lands sooner
    if times * masses <= 0:
        raise ChoiceError(
            f"機種の表の loaded_min={figures['loaded_min']:g}（荷物 "
            f"{figures['loaded_payload_kg']:g} kg）と endurance_min={figures['endurance_min']:g}"
            f"（荷物 {figures.get('endurance_payload_kg', 0.0):g} kg）が合いません。"
            "重いほど飛行時間が短くなるように直すか、loaded_min を空にしてください。"
        )
    return float(times / masses)


def endurance_min(drone: Drone, payload_kg: float = 0.0) -> float:
    """Compute the minutes in the air with a load: T₀ · (m₀ / m)^k.

    Parameters
    ----------
    drone
        As for `flight_range`; T₀ is its ``endurance_min``, flown at the mass m₀.
    payload_kg
        The load; 0 up to the drone's ``payload_max_kg``.

    Returns
    -------
    float
        Minutes until the battery is empty, without a reserve.

    Raises
    ------
    ChoiceError
        If the figures or the load cannot be used.

    Examples
    --------
    >>> pf2 = {"mass_kg": 8.8, "payload_max_kg": 1.0, "airspeed_ms": 10.0, "endurance_min": 20.0,
    ...        "loaded_min": 17.5, "loaded_payload_kg": 1.0, "wind_max_ms": 10.0}
    >>> round(endurance_min(pf2, 0.5), 2)
    18.67
    """
    figures = read_drone_figures(drone)
    load_kg = require_number(payload_kg, "payload_kg", high=figures["payload_max_kg"])
    # the endurance that is known was itself flown with some load
    full_mass_kg = figures["mass_kg"] + figures.get("endurance_payload_kg", 0.0)
    mass_ratio = full_mass_kg / (figures["mass_kg"] + load_kg)
    return float(figures["endurance_min"] * mass_ratio ** power_exponent(drone))
