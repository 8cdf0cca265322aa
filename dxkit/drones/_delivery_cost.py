"""What does a delivery cost by drone, what by a van, and from how many a day is which cheaper?

Every figure is an input (the table ``delivery_costs``: assumptions, each with a low and a high
value): no reliable cost of a flight in Japan has been published. With q deliveries a day at d km:

drone  = (aircraft · n · (1/years + upkeep) + insurance · n + base) / (days · q)
         + wage · (handling + watching / ratio) / 60 + energy · 2d,
         with n = ⌈q · cycle / hours⌉ aircraft and a cycle of handling and 2d / speed;
van    = van / (days · q) + (wage · minutes / 60 + fuel · km) / q,
         with ⌈q / drops⌉ rounds of 2d · detour each and ``spacing`` · detour between drops.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit.drones._origin import mark_origin
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import accepts_any_table

ITEMS = (
    "aircraft_yen",
    "aircraft_years",
    "upkeep_share",
    "insurance_yen_year",
    "base_yen_year",
    "operator_yen_hour",
    "handling_min",
    "drones_per_operator",
    "drone_speed_ms",
    "energy_yen_km",
    "van_yen_year",
    "driver_yen_hour",
    "fuel_yen_km",
    "van_speed_kmh",
    "road_factor",
    "stop_min",
    "drops_per_round",
    "spacing_km",
    "days_year",
    "hours_day",
)
# more of these makes a delivery cheaper
CHEAPER_WHEN_HIGH = (
    "aircraft_years",
    "drones_per_operator",
    "drone_speed_ms",
    "van_speed_kmh",
    "drops_per_round",
    "days_year",
    "hours_day",
)
MOST_DELIVERIES = 10**6
# once around the earth
LONGEST_KM = 40_000.0


@accepts_any_table("costs")
def cost_per_delivery(
    costs: pd.DataFrame,
    *,
    distance_km: float,
    deliveries_per_day: int | Sequence[int] | range = range(1, 41),
) -> pd.DataFrame:
    """Compare the cost of a delivery by drone with that of a van's round.

    Parameters
    ----------
    costs
        The table ``delivery_costs``: one row an item, ``item, value, low, high``.
    distance_km
        Straight distance from the base to the place of delivery.
    deliveries_per_day
        How many are ordered a day, over the base's whole area; one number or several.

    Returns
    -------
    pandas.DataFrame
        One row a number: ``deliveries_per_day, drone_yen, drone_low_yen, drone_high_yen, van_yen,
        van_low_yen, van_high_yen`` a delivery (low and high: all assumptions at their cheap and at
        their dear end), ``aircraft`` (how many it takes) and ``cheaper`` (drone, van, or open where
        the two spans overlap).

    Raises
    ------
    TableError
        If an item is missing or stands twice, or a figure is not above 0.
    ChoiceError
        If distance or deliveries are not above 0.

    Examples
    --------
    >>> import dxkit
    >>> table = cost_per_delivery(
    ...     dxkit.load("delivery_costs"), distance_km=5, deliveries_per_day=[5, 20]
    ... )
    >>> table[["deliveries_per_day", "drone_yen", "van_yen", "aircraft", "cheaper"]]
       deliveries_per_day  drone_yen  van_yen  aircraft cheaper
    0                   5     3814.4   1050.7         1    open
    1                  20     2314.4    578.0         2    open
    """
    way_km = _checks.require_number(distance_km, "distance_km", high=LONGEST_KM, above=True)
    deliveries = _read_deliveries(deliveries_per_day)
    items = _read_items(costs)
    usual = {item: row["value"] for item, row in items.items()}
    # all assumptions at once at the end that makes a delivery cheap, or dear
    cheap = {
        item: row["high" if item in CHEAPER_WHEN_HIGH else "low"] for item, row in items.items()
    }
    dear = {
        item: row["low" if item in CHEAPER_WHEN_HIGH else "high"] for item, row in items.items()
    }
    table = pd.DataFrame({"deliveries_per_day": deliveries.astype(int)})
    for carrier, compute_yen in (("drone", _drone_yen), ("van", _van_yen)):
        for column, figures in (
            (f"{carrier}_yen", usual),
            (f"{carrier}_low_yen", cheap),
            (f"{carrier}_high_yen", dear),
        ):
            table[column] = np.round(compute_yen(figures, way_km, deliveries), 1)
    table["aircraft"] = _count_aircraft(usual, way_km, deliveries).astype(int)
    # one is cheaper where even its dear end is below the other's cheap end
    is_drone = table["drone_high_yen"] < table["van_low_yen"]
    is_van = table["van_high_yen"] < table["drone_low_yen"]
    table["cheaper"] = np.select([is_drone, is_van], ["drone", "van"], "open")
    table.attrs["settings"] = {"distance_km": way_km, **usual}
    return mark_origin(table, costs)


def _read_deliveries(deliveries_per_day: int | Sequence[int] | range) -> FloatArray:
    """Read numbers of deliveries, in the order given."""
    numbers = _checks.read_list(deliveries_per_day, "deliveries_per_day")
    if not numbers:
        raise ChoiceError(
            f"deliveries_per_day={shorten(deliveries_per_day)} に件数がありません。"
            "1以上にしてください。"
        )
    counts = [
        _checks.require_whole_number(number, "deliveries_per_day", high=MOST_DELIVERIES)
        for number in numbers
    ]
    return np.array(counts, dtype=float)


def _drone_yen(figures: dict[str, float], way_km: float, deliveries: FloatArray) -> FloatArray:
    """Compute the cost of a delivery by drone, for each number of deliveries a day."""
    # out and back, from m/s to minutes
    flight_min = 2 * way_km * 1000 / figures["drone_speed_ms"] / 60
    aircraft = _count_aircraft(figures, way_km, deliveries)
    yen_a_year = (
        figures["aircraft_yen"] * (1 / figures["aircraft_years"] + figures["upkeep_share"])
        + figures["insurance_yen_year"]
    )
    # what is paid also on a day without orders, shared by the deliveries
    standing = (aircraft * yen_a_year + figures["base_yen_year"]) / (
        figures["days_year"] * deliveries
    )
    # one operator watches several flights at once, but handles one delivery at a time
    work_min = figures["handling_min"] + flight_min / figures["drones_per_operator"]
    work = figures["operator_yen_hour"] / 60 * work_min
    return standing + work + figures["energy_yen_km"] * 2 * way_km


def _count_aircraft(figures: dict[str, float], way_km: float, deliveries: FloatArray) -> FloatArray:
    """Count the aircraft: deliveries times the minutes of a cycle, by the minutes of a day."""
    cycle_min = figures["handling_min"] + 2 * way_km * 1000 / figures["drone_speed_ms"] / 60
    return np.ceil(deliveries * cycle_min / (60 * figures["hours_day"]))


def _van_yen(figures: dict[str, float], way_km: float, deliveries: FloatArray) -> FloatArray:
    """Compute the cost of a delivery by a van's rounds, for each number of deliveries a day."""
    rounds = np.ceil(deliveries / figures["drops_per_round"])
    # out and back once a round, and from drop to drop within it
    straight_km = rounds * 2 * way_km + (deliveries - rounds) * figures["spacing_km"]
    road_km = straight_km * figures["road_factor"]
    minutes = road_km / figures["van_speed_kmh"] * 60 + deliveries * figures["stop_min"]
    yen_a_day = (
        figures["van_yen_year"] / figures["days_year"]
        + figures["driver_yen_hour"] * minutes / 60
        + figures["fuel_yen_km"] * road_km
    )
    return yen_a_day / deliveries


def _read_items(costs: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Read each item's value, low and high."""
    _checks.require_columns(costs, ["value", "low", "high"], "costs")
    labels = _checks.read_labels(costs, "item", "costs")
    # all missing items at once
    missing = [item for item in ITEMS if item not in labels]
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
    # in the order of the items, whatever the order of the table
    rows = costs.set_axis(labels).loc[list(ITEMS)]
    numbers = {
        column: _checks.read_numbers(rows, column, "costs", low=1e-12, high=1e12)
        for column in ("value", "low", "high")
    }
    is_unordered = (numbers["low"] > numbers["value"]) | (numbers["value"] > numbers["high"])
    if is_unordered.any():
        raise TableError(
            Fault(
                "low ≦ value ≦ high になっていません",
                "値を直してください",
                column="item",
                value=ITEMS[row],
            )
            for row in np.flatnonzero(is_unordered)
        )
    return {
        item: {column: float(numbers[column][row]) for column in numbers}
        for row, item in enumerate(ITEMS)
    }
