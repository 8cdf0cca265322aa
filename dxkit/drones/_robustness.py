"""How much of the coverage is left when the wind blows, or when a base is closed?"""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from dxkit import _checks
from dxkit.drones._flight import RESERVE, Drone, flight_range, flight_shape
from dxkit.drones._reach import NoFly, Pairs, pairs
from dxkit.drones._siting import Siting
from dxkit.errors import ChoiceError, shorten


class Load(TypedDict):
    """How a drone is flown, beside the wind."""

    payload_kg: float
    reserve_share: float
    round_trip: bool


WINDS = (0.0, 3.0, 5.0, 7.0)
DIRECTIONS = 8


def robustness(
    demand: pd.DataFrame,
    bases: pd.DataFrame | Siting,
    *,
    drone: Drone | None = None,
    range_km: float | None = None,
    payload_kg: float = 0.0,
    winds_ms: Sequence[float] = WINDS,
    directions: int = DIRECTIONS,
    reserve_share: float = RESERVE,
    round_trip: bool = True,
    weight: str = "people",
    no_fly: NoFly = None,
    distance_km: ArrayLike | pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Ask who is still reached in every wind, and with any one base closed.

    Parameters
    ----------
    demand
        One row a place: ``lat, lon`` and the weight's column.
    bases
        The bases, as a table (``lat, lon``, ``base``) or as a `Siting`.
    drone, payload_kg, reserve_share, round_trip
        As for `flight_range`; without a drone only closed bases are asked about.
    range_km
        How far a base delivers, in place of the drone's own range in calm air.
    winds_ms
        Wind speeds; those above the drone's limit count as no flight.
    directions
        How many directions the wind comes from, evenly around the compass.
    weight, no_fly, distance_km
        As for `best_bases`.

    Returns
    -------
    pandas.DataFrame
        One row a case: ``kind`` (wind or closed), ``wind_ms, wind_from_deg, base`` (the closed one), ``covered`` (weight),
        ``share, lost`` (share less than with all bases in calm air).

    Raises
    ------
    TableError, ChoiceError
        As `best_bases` and `flight_range`; if neither drone nor range is given.
    """
    table = bases.bases if isinstance(bases, Siting) else bases
    weights = _checks.read_numbers(demand, weight, "demand", low=0)
    if range_km is None and drone is None:
        raise ChoiceError(
            "robustness には drone（機種の表の1行）か range_km（km）のどちらかを渡してください。"
        )
    if directions < 1:
        raise ChoiceError(
            f"directions={shorten(directions)} は使えません。1以上の整数にしてください。"
        )
    load: Load = {
        "payload_kg": payload_kg,
        "reserve_share": reserve_share,
        "round_trip": round_trip,
    }
    calm = (
        flight_range(drone, **load)
        if range_km is None and drone is not None
        else float(range_km or 0.0)
    )
    found = pairs(demand, table, range_km=calm, no_fly=no_fly, distance_km=distance_km)
    names = _checks.read_labels(table, "base", "bases")
    rows = _closed(found, weights, names)
    if drone is not None:
        limit = float(dict(drone.items()).get("wind_max_ms", np.inf))
        for wind in winds_ms:
            for turn in np.arange(directions if wind else 1) * 360.0 / directions:
                kept = _in_wind(
                    found,
                    demand,
                    table,
                    drone,
                    wind_ms=wind,
                    turn=float(turn),
                    limit=limit,
                    load=load,
                )
                rows.append(
                    {
                        "kind": "wind",
                        "wind_ms": float(wind),
                        "wind_from_deg": turn,
                        "covered": _covered(kept, weights),
                    }
                )
    total, full = max(float(weights.sum()), 1e-300), _covered(found, weights)
    result = pd.DataFrame(rows, columns=["kind", "wind_ms", "wind_from_deg", "base", "covered"])
    result["share"], result["lost"] = result["covered"] / total, (full - result["covered"]) / total
    result.attrs = {
        "settings": {**load, "range_km": calm, "weight": weight, "directions": directions}
    }
    return result


def _covered(found: Pairs, weights: np.ndarray) -> float:
    return float(weights[np.unique(found.place)].sum())


def _closed(found: Pairs, weights: np.ndarray, names: pd.Index) -> list[dict[str, object]]:
    """Give the covered weight with each base closed: all, less what only that base reaches."""
    times = np.bincount(found.place, minlength=len(weights))
    only = np.where(times[found.place] == 1, weights[found.place], 0.0)
    full = _covered(found, weights)
    lost = np.bincount(found.base, only, len(names))
    return [
        {"kind": "closed", "base": name, "covered": full - less}
        for name, less in zip(names, lost, strict=True)
    ]


def _in_wind(
    calm: Pairs,
    demand: pd.DataFrame,
    bases: pd.DataFrame,
    drone: Drone,
    *,
    wind_ms: float,
    turn: float,
    limit: float,
    load: Load,
) -> Pairs:
    """Keep the pairs that can be flown in a wind; its ways are those of calm air, only shorter."""
    if wind_ms > limit:
        return Pairs(calm.place[:0], calm.base[:0], calm.km[:0], calm.shape)
    shape = flight_shape(drone, wind_ms=wind_ms, wind_from_deg=turn, **load)
    return calm.within(
        shape, _checks.read_coordinates(demand, "demand"), _checks.read_coordinates(bases, "bases")
    )
