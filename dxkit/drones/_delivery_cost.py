"""What does a delivery cost by drone, what by a van's round, and from how many a day is which cheaper?

Every figure is an input (the table ``delivery_costs``: assumptions, each with a low and a high value): no reliable cost of a
flight in Japan has been published. With q deliveries a day at d km:

drone  = (aircraft · n · (1/years + upkeep) + insurance · n + base) / (days · q) + wage · (handling + watching / ratio) / 60
         + energy · 2d, with n = ⌈q · cycle / hours⌉ aircraft and a cycle of handling and 2d / speed;
van    = van / (days · q) + (wage · minutes / 60 + fuel · km) / q, with ⌈q / drops⌉ rounds of 2d · detour each and
         ``spacing`` · detour between drops.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.errors import Fault, TableError

Floats = NDArray[np.float64]
ITEMS = (
    "aircraft_yen", "aircraft_years", "upkeep_share", "insurance_yen_year", "base_yen_year", "operator_yen_hour",
    "handling_min", "drones_per_operator", "drone_speed_ms", "energy_yen_km", "van_yen_year", "driver_yen_hour", "fuel_yen_km",
    "van_speed_kmh", "road_factor", "stop_min", "drops_per_round", "spacing_km", "days_year", "hours_day",
)  # fmt: skip
# more of these makes a delivery cheaper
BETTER = (
    "aircraft_years",
    "drones_per_operator",
    "drone_speed_ms",
    "van_speed_kmh",
    "drops_per_round",
    "days_year",
    "hours_day",
)


def cost_per_delivery(
    costs: pd.DataFrame,
    *,
    distance_km: float,
    deliveries_per_day: int | list[int] | range = range(1, 41),
) -> pd.DataFrame:
    """Compare the cost of a delivery by drone with that of a van's round.

    Parameters
    ----------
    costs
        The table ``delivery_costs``: one row an item, ``item, value, low, high``.
    distance_km
        Straight distance from the base to the place of delivery.
    deliveries_per_day
        How many are ordered a day, over the base's whole area.

    Returns
    -------
    pandas.DataFrame
        One row a number: ``deliveries_per_day, drone_yen, drone_low_yen, drone_high_yen, van_yen, van_low_yen, van_high_yen``
        a delivery (low and high: all assumptions at their cheap and at their dear end), ``aircraft`` (how many it takes) and
        ``cheaper`` (drone, van, or open where the two spans overlap).

    Raises
    ------
    TableError
        If an item is missing, or a figure is not above 0.
    ChoiceError
        If distance or deliveries are not above 0.
    """
    away = _checks.require_number(distance_km, "distance_km", above=True)
    asked = (
        [deliveries_per_day]
        if isinstance(deliveries_per_day, (int, np.integer))
        else deliveries_per_day
    )
    many = np.array(
        [_checks.require_count(each, 10**6, "deliveries_per_day") for each in asked], dtype=float
    )
    known = _items(costs)
    cheap, dear = (
        {item: row[end[item in BETTER]] for item, row in known.items()}
        for end in (("low", "high"), ("high", "low"))
    )
    usual = {item: row["value"] for item, row in known.items()}
    table = pd.DataFrame({"deliveries_per_day": many.astype(int)})
    for name, cost in (("drone", drone_yen), ("van", van_yen)):
        for case, figures in (
            (f"{name}_yen", usual),
            (f"{name}_low_yen", cheap),
            (f"{name}_high_yen", dear),
        ):
            table[case] = np.round(cost(figures, away, many), 1)
    table["aircraft"] = aircraft(usual, away, many).astype(int)
    drone, van = (
        table["drone_high_yen"] < table["van_low_yen"],
        table["van_high_yen"] < table["drone_low_yen"],
    )
    table["cheaper"] = np.select([drone, van], ["drone", "van"], "open")
    table.attrs = {"settings": {"distance_km": away, **usual}}
    return table


def drone_yen(figures: dict[str, float], away_km: float, many: Floats) -> Floats:
    """Give the cost of a delivery by drone, for each number of deliveries a day."""
    flight_min = 2 * away_km * 1000 / figures["drone_speed_ms"] / 60
    fleet = aircraft(figures, away_km, many)
    each_year = (
        figures["aircraft_yen"] * (1 / figures["aircraft_years"] + figures["upkeep_share"])
        + figures["insurance_yen_year"]
    )
    standing = (fleet * each_year + figures["base_yen_year"]) / (figures["days_year"] * many)
    work = (
        figures["operator_yen_hour"]
        / 60
        * (figures["handling_min"] + flight_min / figures["drones_per_operator"])
    )
    return standing + work + figures["energy_yen_km"] * 2 * away_km


def aircraft(figures: dict[str, float], away_km: float, many: Floats) -> Floats:
    """Give how many aircraft it takes: deliveries times the minutes of a cycle, by the minutes of a day."""
    cycle = figures["handling_min"] + 2 * away_km * 1000 / figures["drone_speed_ms"] / 60
    return np.ceil(many * cycle / (60 * figures["hours_day"]))


def van_yen(figures: dict[str, float], away_km: float, many: Floats) -> Floats:
    """Give the cost of a delivery by a van's rounds, for each number of deliveries a day."""
    rounds = np.ceil(many / figures["drops_per_round"])
    km = (rounds * 2 * away_km + (many - rounds) * figures["spacing_km"]) * figures["road_factor"]
    minutes = km / figures["van_speed_kmh"] * 60 + many * figures["stop_min"]
    day = (
        figures["van_yen_year"] / figures["days_year"]
        + figures["driver_yen_hour"] * minutes / 60
        + figures["fuel_yen_km"] * km
    )
    return day / many


def _items(costs: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Give each item's value, low and high."""
    keyed = costs.set_index("item") if "item" in costs.columns else costs
    missing = [item for item in ITEMS if item not in keyed.index]
    if missing:
        raise TableError(
            Fault(
                "費用の表に項目がありません",
                "delivery_costs と同じ項目を入れてください",
                column="item",
                value=item,
            )
            for item in missing
        )
    chosen = keyed.loc[list(ITEMS)]
    numbers = {
        column: _checks.read_numbers(chosen, column, "costs", low=1e-12)
        for column in ("value", "low", "high")
    }
    wrong = np.flatnonzero(
        (numbers["low"] > numbers["value"]) | (numbers["value"] > numbers["high"])
    )
    if wrong.size:
        raise TableError(
            Fault(
                "low ≦ value ≦ high になっていません",
                "値を直してください",
                column="item",
                value=ITEMS[row],
            )
            for row in wrong
        )
    return {
        item: {column: float(numbers[column][at]) for column in numbers}
        for at, item in enumerate(ITEMS)
    }
