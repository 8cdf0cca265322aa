"""Drone, shop van, bus or volunteers: who is reached, how often, and for how much?

Six ways of bringing goods to households (or households to goods) are computed from one table of
assumptions, ``delivery_modes``: each figure has a low and a high end and a source, or says 仮定.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit.drones._delivery_cost import LONGEST_KM
from dxkit.drones._origin import mark_origin
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table

# mode → its Japanese name, in the order of the result
MODES = {
    "drone": "ドローン",
    "shop_van": "移動販売",
    "mixed": "貨客混載",
    "community": "住民による配達",
    "parcel_van": "宅配車",
    "weekly_bus": "週1回の買い物バス",
}
# what every mode has
SHARED_ITEMS = (
    "days_year",
    "fixed_yen_year",
    "staff_yen_hour",
    "yen_km",
    "speed_kmh",
    "road_factor",
)
# minutes of staff for one delivery, households of one round, share of the drive that staff pay for
MODE_ITEMS = ("stop_min", "households_round", "drive_share", "reach_share")
MOST_HOUSEHOLDS = 1e6
# of one vehicle and day; beyond that a second one is needed
HOURS_DAY = 7.0
ITEMS = (*SHARED_ITEMS, *MODE_ITEMS)


@accepts_any_table("costs")
def compare_modes(
    costs: pd.DataFrame,
    *,
    households: float,
    distance_km: float,
    orders_week: float = 1.0,
    spacing_km: float = 1.0,
    flyable_share: float = 1.0,
) -> pd.DataFrame:
    """Compare six ways of serving the same households.

    Parameters
    ----------
    costs
        The table ``delivery_modes``: one row a mode and item, ``mode, item, value, low, high``;
        a cell is changed there, not here.
    households
        How many want to be served.
    distance_km
        Straight, from where goods are to where the households are.
    orders_week
        Deliveries (or shopping trips) that a household wants a week.
    spacing_km
        Straight, between two households of one round.
    flyable_share
        0–1: share of the days on which a drone can fly (`flyable`); the others keep their days.

    Returns
    -------
    pandas.DataFrame
        One row a mode: ``mode, label, households`` (that it reaches), ``days_year, orders_year``
        (that it carries), ``rounds_year, vehicles, staff_hours_year, yen_year, yen_delivery``,
        ``yen_household`` (a year), the last two also with ``_low`` and ``_high`` (all assumptions
        of the mode at their cheap and at their dear end), ``cheaper`` (drone or this mode, or open
        where the two spans overlap; blank for the drone) and ``break_even_orders_week``: at how
        many orders a household and week the two change places (NaN where they never do between
        0.1 and 20).

    Raises
    ------
    TableError
        If an item is missing, stands twice, or is no number within low and high.
    ChoiceError
        If a number of the study cannot be.

    Notes
    -----
    Orders beyond what the days allow (one a household and day) are not carried. Money is what is
    spent, not what users or the state pay; what a driver's visit is worth to someone who lives
    alone is not in it. No price of a flight in Japan is published: the drone's figures are 仮定.

    Examples
    --------
    >>> import dxkit
    >>> table = compare_modes(dxkit.load("delivery_modes"), households=40, distance_km=8)
    >>> table["label"].tolist()
    ['ドローン', '移動販売', '貨客混載', '住民による配達', '宅配車', '週1回の買い物バス']
    >>> bool(table.loc[0, "yen_delivery"] > table.loc[1, "yen_delivery"])
    True
    """
    study = {
        "households": _read_study(households, "households", MOST_HOUSEHOLDS),
        "distance_km": _read_study(distance_km, "distance_km", LONGEST_KM),
        "orders_week": _read_study(orders_week, "orders_week", 20.0),
        "spacing_km": _read_study(spacing_km, "spacing_km", LONGEST_KM),
        "flyable_share": _checks.require_number(flyable_share, "flyable_share", high=1.0),
    }
    figures = _read_modes(costs)
    rows = [_compare_one(mode, figures, study) for mode in MODES]
    table = pd.DataFrame(rows)
    table.attrs["settings"] = study
    return mark_origin(table, costs)


def draw_delivery_yen(
    costs: pd.DataFrame, draws: int, seed: int, **situation: float
) -> pd.DataFrame:
    """Draw all assumptions together, uniformly; return yen a delivery, a row a draw."""
    rng = np.random.default_rng(seed)
    figures = _read_modes(costs)
    study = {"spacing_km": 1.0} | situation
    columns = {}
    # in the order of modes and items, so that the order of the table's rows changes nothing
    for mode in MODES:
        ends = figures[mode]["cheap"], figures[mode]["dear"]
        items = {
            item: ends[0][item] + (ends[1][item] - ends[0][item]) * rng.random(draws)
            for item in ITEMS
        }
        columns[mode] = _serve(mode, items, study)["yen_delivery"]
    return pd.DataFrame(columns)


def _read_study(value: float, option: str, high: float) -> float:
    return _checks.require_number(value, option, high=high, above=True)


def _compare_one(
    mode: str, figures: Mapping[str, Mapping[str, dict[str, float]]], study: dict[str, float]
) -> dict[str, object]:
    """Compute one mode at its usual, its cheap and its dear end."""
    usual = _serve(mode, figures[mode]["value"], study)
    ends = [_serve(mode, figures[mode][end], study) for end in ("cheap", "dear")]
    row: dict[str, object] = {"mode": mode, "label": MODES[mode]}
    row |= {name: float(figure) for name, figure in usual.items()}
    for column in ("yen_delivery", "yen_household"):
        row[f"{column}_low"] = float(ends[0][column])
        row[f"{column}_high"] = float(ends[1][column])
    row["cheaper"] = _find_cheaper(mode, figures, study)
    row["break_even_orders_week"] = _find_break_even(mode, figures, study)
    return row


def _find_cheaper(
    mode: str, figures: Mapping[str, Mapping[str, dict[str, float]]], study: dict[str, float]
) -> str | None:
    """Name the cheaper of drone and mode where even its dear end is below the other's cheap end."""
    if mode == "drone":
        return None
    yen = {
        (carrier, end): _serve(carrier, figures[carrier][end], study)["yen_delivery"]
        for carrier in ("drone", mode)
        for end in ("cheap", "dear")
    }
    if yen["drone", "dear"] < yen[mode, "cheap"]:
        return "drone"
    return mode if yen[mode, "dear"] < yen["drone", "cheap"] else "open"


def _serve(
    mode: str,
    item: Mapping[str, float | FloatArray],
    study: Mapping[str, float | FloatArray],
) -> dict[str, FloatArray]:
    """Compute what one mode carries in a year, and what that takes; for one case or many.

    A round drives out and back once and from household to household; a drone flies out and back
    for each order, without a road.
    """
    is_drone = mode == "drone"
    days = item["days_year"] * (study["flyable_share"] if is_drone else 1.0)
    served = study["households"] * item["reach_share"]
    # a household is served once a day at most
    times = np.minimum(52 * np.asarray(study["orders_week"]), days)
    orders = served * times
    # what runs on fixed days drives also when few have ordered
    rounds = orders if is_drone else np.maximum(orders / item["households_round"], times)
    between_km = 0.0 if is_drone else np.maximum(orders - rounds, 0.0) * study["spacing_km"]
    km = (rounds * 2 * study["distance_km"] + between_km) * item["road_factor"]
    hours = orders * item["stop_min"] / 60 + km / item["speed_kmh"] * item["drive_share"]
    # the drone and the vehicle are away for the whole drive, whoever pays for it
    busy_hours = orders * item["stop_min"] / 60 + km / item["speed_kmh"]
    vehicles = np.maximum(np.ceil(busy_hours / np.maximum(days * HOURS_DAY, 1e-9) - 1e-9), 1.0)
    yen = vehicles * item["fixed_yen_year"] + hours * item["staff_yen_hour"] + km * item["yen_km"]
    is_served = orders > 0
    figures = {
        "households": served,
        "days_year": days,
        "orders_year": orders,
        "rounds_year": rounds,
        "vehicles": vehicles,
        "staff_hours_year": hours,
        "yen_year": yen,
        "yen_delivery": np.where(is_served, yen / np.where(is_served, orders, 1.0), np.nan),
        "yen_household": np.where(is_served, yen / np.where(is_served, served, 1.0), np.nan),
    }
    return {name: np.asarray(figure, dtype=float) for name, figure in figures.items()}


def _find_break_even(
    mode: str, figures: Mapping[str, Mapping[str, dict[str, float]]], study: dict[str, float]
) -> float:
    """Find the first of 200 volumes at which drone and mode change places, in either direction."""
    if mode == "drone":
        return np.nan
    volumes = np.geomspace(0.1, 20, 200)
    yen = {
        carrier: _serve(carrier, figures[carrier]["value"], {**study, "orders_week": volumes})
        for carrier in ("drone", mode)
    }
    drone_wins = yen["drone"]["yen_delivery"] < yen[mode]["yen_delivery"]
    turns = np.flatnonzero(np.diff(drone_wins))
    return float(volumes[turns[0] + 1].round(2)) if turns.size else np.nan


# more of these makes a delivery cheaper
_CHEAPER_WHEN_HIGH = ("days_year", "speed_kmh", "households_round", "reach_share")


def _read_modes(costs: pd.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """Read mode → value, cheap and dear → item → figure."""
    _checks.require_columns(costs, ["mode", "item", "value", "low", "high"], "costs")
    _checks.require_unique_rows(costs, ["mode", "item"], "costs")
    numbers = {
        column: _checks.read_numbers(costs, column, "costs", low=0, high=1e12)
        for column in ("value", "low", "high")
    }
    keys = list(zip(costs["mode"].astype(str), costs["item"].astype(str), strict=True))
    _refuse_faults(keys, numbers)
    rows = {key: position for position, key in enumerate(keys)}
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for mode in MODES:
        figures[mode] = {"value": {}, "cheap": {}, "dear": {}}
        for item in ITEMS:
            row = rows[mode, item]
            ends = ["low", "high"] if item not in _CHEAPER_WHEN_HIGH else ["high", "low"]
            figures[mode]["value"][item] = float(numbers["value"][row])
            for end, column in zip(("cheap", "dear"), ends, strict=True):
                figures[mode][end][item] = float(numbers[column][row])
    return figures


def _refuse_faults(keys: list[tuple[str, str]], numbers: Mapping[str, np.ndarray]) -> None:
    """Refuse missing items, limits without the value between, and divisors of 0, all at once."""
    faults = [
        Fault(
            "費用の表に項目がありません",
            "delivery_modes と同じ手段と項目を入れてください",
            column="item",
            value=f"{mode} {item}",
        )
        for mode in MODES
        for item in ITEMS
        if (mode, item) not in keys
    ]
    for row, (mode, item) in enumerate(keys):
        low, value, high = (float(numbers[column][row]) for column in ("low", "value", "high"))
        is_divisor = item in ("speed_kmh", "households_round")
        if not low <= value <= high or (is_divisor and low == 0):
            faults.append(
                Fault(
                    "low ≦ value ≦ high になっていないか、0で割る値です",
                    "値を直してください",
                    row=row + 1,
                    column="item",
                    value=f"{mode} {item}",
                )
            )
    if faults:
        raise TableError(faults)
