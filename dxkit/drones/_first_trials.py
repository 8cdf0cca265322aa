"""Where would a town try a delivery first, and by which means?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit.drones._compare_modes import MODES, compare_modes, draw_delivery_yen
from dxkit.drones._geodesic import measure_km, to_space
from dxkit.drones._origin import mark_origin
from dxkit.drones._siting_problem import LARGEST_WEIGHT
from dxkit.schema import accepts_any_table

# people in private households a household, all Japan (2020 census: 2.21)
PEOPLE_A_HOUSEHOLD = 2.21
LARGEST_RADIUS_KM = 50.0
# 仮定: of ten households in need one takes part at first
JOINING_SHARE = 0.1
# a trial with fewer than one household is none
FEWEST_HOUSEHOLDS = 1.0
SHORTEST_KM = 0.1


@accepts_any_table("demand", "bases", "costs")
def first_trials(
    demand: pd.DataFrame,
    bases: pd.DataFrame,
    costs: pd.DataFrame,
    *,
    range_km: float,
    radius_km: float = 2.0,
    orders_week: float = 1.0,
    flyable_share: float = 1.0,
    people_a_household: float = PEOPLE_A_HOUSEHOLD,
    joining_share: float = JOINING_SHARE,
    draws: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Find each municipality's densest place of need, and compare the means of delivery there.

    Parameters
    ----------
    demand
        From `need`: ``place, code, lat, lon, people, in_need``.
    bases
        Where goods could start from: ``base, name, lat, lon``. A trial starts at the nearest.
    costs
        The table ``delivery_modes``.
    range_km
        How far the drone delivers (`flight_range`).
    radius_km
        A trial serves the people in need of one municipality within this distance (straight) of
        the place in the middle.
    orders_week, flyable_share
        As for `compare_modes`.
    people_a_household
        People in a household; by default the national mean of 2020.
    joining_share
        0–1: share of the households in need that take part (the default is an assumption).
    draws, seed
        How often all assumptions are drawn together, uniformly between low and high.

    Returns
    -------
    pandas.DataFrame
        One row a municipality, most people in need around one place first: ``code, people,
        in_need`` (of the municipality), ``place, lat, lon`` (the middle), ``trial_people,
        households`` (taking part), ``base, base_name, distance_km``, ``in_reach`` (of the drone),
        ``cheapest`` (label), ``yen_delivery, yen_delivery_low, yen_delivery_high`` (of it),
        ``drone_yen, drone_yen_low, drone_yen_high``, ``stands`` (share of the draws in which that
        mode is the cheapest of all) and ``drone_wins`` (share in which the drone is). Where nobody
        is in need there is no trial: no place, no mode.

    Raises
    ------
    TableError
        If a table lacks a column or holds what is no number or position.
    ChoiceError
        If a number of the study cannot be.

    Notes
    -----
    The place is the middle of a mesh cell, the distance straight. The costs are assumptions
    without a published price: which mode is the cheapest is worth as much as ``stands`` says.

    Examples
    --------
    >>> import dxkit
    >>> homes = pd.DataFrame(
    ...     {"place": ["a", "b"], "code": "28585", "lat": [35.5, 35.6], "lon": [134.6, 134.6],
    ...      "people": [90, 40], "in_need": [0.0, 40.0]}
    ... )
    >>> shop = pd.DataFrame({"base": ["x"], "name": ["道の駅"], "lat": [35.5], "lon": [134.6]})
    >>> trials = first_trials(homes, shop, dxkit.load("delivery_modes"), range_km=8, draws=20)
    >>> trials[["place", "households", "base", "distance_km", "in_reach"]].round(1).values.tolist()
    [['b', 1.8, 'x', 11.1, False]]
    """
    study = {
        "range_km": _checks.require_number(range_km, "range_km", high=1e4),
        "radius_km": _checks.require_number(
            radius_km, "radius_km", high=LARGEST_RADIUS_KM, above=True
        ),
        "orders_week": orders_week,
        "flyable_share": flyable_share,
        "people_a_household": _checks.require_number(
            people_a_household, "people_a_household", low=1.0, high=20.0
        ),
        "joining_share": _checks.require_number(
            joining_share, "joining_share", high=1.0, above=True
        ),
        "draws": _checks.require_whole_number(draws, "draws", low=1, high=100_000),
        "seed": seed,
    }
    homes = _read_points(demand, "place", "demand").assign(code=_read_codes(demand))
    for column in ("people", "in_need"):
        homes[column] = _checks.read_numbers(demand, column, "demand", low=0, high=LARGEST_WEIGHT)
    starts = _read_points(bases, "base", "bases").assign(name=_read_names(bases))
    # ties go to the smallest label, whatever the order of the rows
    homes = homes.sort_values("label", ignore_index=True)
    starts = starts.sort_values("label", ignore_index=True)
    rows = [
        _plan_trial(str(code), own.reset_index(drop=True), starts, costs, study)
        for code, own in homes.groupby("code", sort=True)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    table = table.sort_values(
        ["trial_people", "code"], ascending=[False, True], na_position="last", ignore_index=True
    )
    table.attrs["settings"] = study
    return mark_origin(table, demand, bases, costs)


COLUMNS = [
    *("code", "people", "in_need", "place", "lat", "lon", "trial_people", "households"),
    *("base", "base_name", "distance_km", "in_reach", "cheapest"),
    *("yen_delivery", "yen_delivery_low", "yen_delivery_high"),
    *("drone_yen", "drone_yen_low", "drone_yen_high", "stands", "drone_wins"),
]


def _read_points(table: pd.DataFrame, label: str, what: str) -> pd.DataFrame:
    """Read labels and positions of a table's rows."""
    _checks.require_columns(table, [label], what)
    lat, lon = _checks.read_coordinates(table, what)
    return pd.DataFrame({"label": table[label].astype(str).to_numpy(), "lat": lat, "lon": lon})


def _read_codes(demand: pd.DataFrame) -> list[str]:
    _checks.require_columns(demand, ["code"], "demand")
    return [str(code) for code in demand["code"]]


def _read_names(bases: pd.DataFrame) -> list[str]:
    _checks.require_columns(bases, ["name"], "bases")
    return [str(name) for name in bases["name"]]


def _plan_trial(
    code: str,
    homes: pd.DataFrame,
    bases: pd.DataFrame,
    costs: pd.DataFrame,
    study: Mapping[str, float],
) -> dict[str, Any]:
    """Find the place in one municipality, the base nearest to it, and compare the modes."""
    row: dict[str, Any] = {"code": code}
    row |= {column: float(homes[column].sum()) for column in ("people", "in_need")}
    points = to_space(homes["lat"].to_numpy(), homes["lon"].to_numpy())
    middle, trial_people = _find_densest(points, homes["in_need"].to_numpy(), study["radius_km"])
    households = trial_people / study["people_a_household"] * study["joining_share"]
    if households < FEWEST_HOUSEHOLDS:
        return row
    starts = to_space(bases["lat"].to_numpy(), bases["lon"].to_numpy())
    chords = np.linalg.norm(starts - points[middle], axis=1)
    # two bases at one place are equally near: the last bits must not decide
    base = int(np.argmin(np.round(chords, 9)))
    place = homes.iloc[middle]
    distance_km = float(measure_km(chords[[base]], np.array([place["lat"]]))[0])
    row |= {"place": place["label"], "lat": float(place["lat"]), "lon": float(place["lon"])}
    row |= {"trial_people": trial_people, "households": households}
    row |= {"base": bases["label"].iloc[base], "base_name": bases["name"].iloc[base]}
    row |= {"distance_km": distance_km, "in_reach": distance_km <= study["range_km"]}
    return row | _compare_there(costs, row, study)


def _find_densest(points: FloatArray, in_need: FloatArray, radius_km: float) -> tuple[int, float]:
    """Find the place with the most people in need around it; of equals the first."""
    tree = cKDTree(points)
    around = [float(in_need[near].sum()) for near in tree.query_ball_point(points, radius_km)]
    # sums in another order differ in the last bits, which must not decide
    middle = int(np.argmax(np.round(around, 6)))
    return middle, around[middle]


def _compare_there(
    costs: pd.DataFrame, row: Mapping[str, Any], study: Mapping[str, float]
) -> dict[str, Any]:
    """Compare the modes at that distance with that many households."""
    situation = {
        "households": float(row["households"]),
        # a round of no length would divide by nothing
        "distance_km": max(float(row["distance_km"]), SHORTEST_KM),
        "orders_week": study["orders_week"],
        "flyable_share": study["flyable_share"],
    }
    modes = compare_modes(costs, **situation).set_index("mode")
    yen = draw_delivery_yen(costs, int(study["draws"]), int(study["seed"]), **situation)
    can_fly = bool(row["in_reach"])
    # what cannot be reached cannot be won
    rivals = list(MODES) if can_fly else [mode for mode in MODES if mode != "drone"]
    choice = str(modes.loc[rivals, "yen_delivery"].idxmin())
    winners = yen[rivals].idxmin(axis=1)
    span = ("yen_delivery", "yen_delivery_low", "yen_delivery_high")
    figures: dict[str, Any] = {"cheapest": MODES[choice]}
    figures |= {column: float(modes[column][choice]) for column in span}
    if can_fly:
        figures |= {
            column.replace("yen_delivery", "drone_yen"): float(modes[column]["drone"])
            for column in span
        }
    figures["stands"] = float((winners == choice).mean())
    figures["drone_wins"] = float((winners == "drone").mean())
    return figures
