"""What does a scenario mean as arrays that both engines read?

`build_model` turns tables into arrays. One cell is a host municipality × place type (``cell = host
× 4 + place``); one row is a home municipality. Hourly probabilities come from daily ones:
``1 − (1 − p)^(1/24)``. A mean delay of ``d`` hours is a probability of ``1/d`` an hour.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._checks import require_result
from dxkit.errors import Fault, TableError
from dxkit.sharing._destinations import compute_host_shares
from dxkit.sharing._scenario import Scenario
from dxkit.sharing._scenario_fields import PLACES

HOURS_A_DAY = 24
PLACE_COUNT = len(PLACES)


@dataclass(frozen=True)
class Model:
    """A scenario as arrays. ``O`` homes, ``H`` hosts, ``J = 4 H`` cells, ``T`` hours.

    Attributes
    ----------
    homes, hosts
        Codes of the municipalities from which people fled, and of all that may take them in.
    names
        Code → name.
    own_host
        (O) position of each home among the hosts.
    people
        (O) evacuees of each home.
    first_shares, later_shares
        (O, J) where people go when they flee, and when they move on; each row sums to 1.
    flight_shares
        (T) share of all evacuees who flee in each hour.
    move_rates, contact_rates
        (T, 4) probability an hour of moving on, and of meeting the registering staff.
    capacity
        (T, H) registrations an hour that the staff can make.
    in_prefecture, has_joined
        (H) whether a host lies in the prefecture, and whether it takes part in the state's cloud.
    has_agreement
        (O, H) whether home and host have an agreement.
    outage_probability, mean_hours
        (H) how likely each host's network fails, and for how many hours in the mean.
    settings
        The scenario's other numbers.
    """

    homes: tuple[str, ...]
    hosts: tuple[str, ...]
    names: dict[str, str]
    own_host: IntArray
    people: FloatArray
    first_shares: FloatArray
    later_shares: FloatArray
    flight_shares: FloatArray
    move_rates: FloatArray
    contact_rates: FloatArray
    capacity: FloatArray
    in_prefecture: BoolArray
    has_joined: BoolArray
    has_agreement: BoolArray
    outage_probability: FloatArray
    mean_hours: FloatArray
    settings: dict[str, Any]

    @property
    def hour_count(self) -> int:
        """Number of hours."""
        return len(self.flight_shares)


def convert_to_hourly(per_day: Any) -> Any:
    """Convert a probability a day to the probability an hour that makes it."""
    return 1 - (1 - np.asarray(per_day, dtype=float)) ** (1 / HOURS_A_DAY)


def build_model(scenario: Scenario) -> Model:
    """Turn a scenario into the arrays that the engines read.

    Parameters
    ----------
    scenario
        From `read_scenario`.

    Returns
    -------
    Model

    Examples
    --------
    >>> from dxkit import sharing
    >>> model = build_model(sharing.read_scenario("noto_2024"))
    >>> len(model.homes), len(model.hosts), model.people.sum()
    (6, 8, np.float64(34000.0))
    """
    require_result(scenario, Scenario, "scenario", "sharing.read_scenario")
    # hosts by code; homes are those hosts from which somebody fled
    municipalities = scenario.tables["evacuees"].sort_values("code", ignore_index=True)
    hours = int(scenario.settings["hours"])
    hosts = tuple(municipalities["code"])
    fled = municipalities[municipalities["evacuees"] > 0]
    if fled.empty:
        remedy = "避難した人のいる市町の行を入れてください"
        raise TableError([Fault("避難した人がいません", remedy, column="evacuees")])
    own_host = np.asarray(fled.index.to_numpy(), dtype=np.intp)
    # a host that the table of outages does not name never fails
    outages = (
        scenario.tables["outages"]
        .set_index("code")
        .reindex(list(hosts))
        .fillna({"probability": 0.0, "mean_hours": 0.0})
    )
    host_shares = compute_host_shares(scenario, municipalities, own_host)
    return Model(
        homes=tuple(fled["code"]),
        hosts=hosts,
        names=dict(zip(municipalities["code"], municipalities["name"], strict=True)),
        own_host=own_host,
        people=fled["evacuees"].to_numpy(dtype=float),
        first_shares=_spread_over_places(scenario, host_shares, own_host, "share"),
        later_shares=_spread_over_places(scenario, host_shares, own_host, "share_after"),
        flight_shares=_compute_flight_shares(scenario.tables["arrivals"], hours),
        move_rates=_compute_move_rates(scenario.tables["moves"], hours),
        contact_rates=_compute_contact_rates(scenario, hours),
        capacity=_compute_capacity(scenario, hosts, hours),
        in_prefecture=municipalities["inside"].to_numpy(dtype=bool),
        has_joined=municipalities["joined"].to_numpy(dtype=bool),
        has_agreement=_match_agreements(scenario.tables["agreements"], hosts, own_host),
        outage_probability=outages["probability"].to_numpy(dtype=float),
        mean_hours=outages["mean_hours"].to_numpy(dtype=float),
        settings=dict(scenario.settings),
    )


def _read_place_column(scenario: Scenario, column: str) -> FloatArray:
    """Read a column of the table of places in the order of `PLACES`."""
    places = scenario.tables["places"].set_index("place")[column]
    return places.reindex(list(PLACES)).to_numpy(dtype=float)


def _spread_over_places(
    scenario: Scenario, host_shares: FloatArray, own_host: IntArray, column: str
) -> FloatArray:
    """Spread (O, H) shares over place types, as (O, J)."""
    place_shares = _read_place_column(scenario, column)
    # everybody splits over places in the same way, wherever they go
    cells = host_shares[:, :, None] * place_shares
    # by gravity, who stays in a car or at home stays in the home municipality
    if scenario.settings["method"] != "行列":
        cells[:, :, -1] = 0.0
        cells[np.arange(len(own_host)), own_host, -1] = place_shares[-1]
    # moving those who stay changed the sums
    flat = cells.reshape(len(own_host), -1)
    return np.asarray(flat / flat.sum(axis=1, keepdims=True), dtype=float)


def _compute_flight_shares(arrivals: pd.DataFrame, hours: int) -> FloatArray:
    """Compute the share who flee in each hour; without a table all flee at once."""
    if arrivals.empty:
        return np.asarray(np.arange(hours) == 0, dtype=float)
    # between the listed hours people flee in equal parts
    cumulative = np.interp(
        np.arange(hours),
        arrivals["hour"].to_numpy(dtype=float),
        arrivals["share"].to_numpy(dtype=float),
        left=0.0,
    )
    return np.diff(cumulative, prepend=0.0)


def _compute_move_rates(moves: pd.DataFrame, hours: int) -> FloatArray:
    rates = np.zeros((hours, PLACE_COUNT))
    for row in moves.to_dict("records"):
        # from_hour belongs to the interval, to_hour does not
        interval = slice(int(row["from_hour"]), int(row["to_hour"]))
        place = PLACES.index(str(row["place"]))
        rates[interval, place] = convert_to_hourly(row["moves_per_day"])
    return rates


def _compute_contact_rates(scenario: Scenario, hours: int) -> FloatArray:
    per_day = _read_place_column(scenario, "contact_per_day")
    rates = np.tile(convert_to_hourly(per_day), (hours, 1))
    # each row holds from its hour on, until a later one of the same place
    for row in scenario.tables["contacts"].sort_values("from_hour").to_dict("records"):
        place = PLACES.index(str(row["place"]))
        rates[int(row["from_hour"]) :, place] = convert_to_hourly(row["contact_per_day"])
    return rates


def _compute_capacity(scenario: Scenario, hosts: tuple[str, ...], hours: int) -> FloatArray:
    # each row holds from its hour on, until a later one of the same municipality
    staff = np.zeros((hours, len(hosts)))
    _require_hosts(scenario.tables["staff"], ("code",), hosts, "staff")
    for row in scenario.tables["staff"].sort_values("from_hour").to_dict("records"):
        staff[int(row["from_hour"]) :, hosts.index(str(row["code"]))] = row["staff"]
    return staff * float(scenario.settings["records_per_staff_hour"])


def _require_hosts(
    table: pd.DataFrame, columns: tuple[str, ...], hosts: tuple[str, ...], what: str
) -> None:
    """Refuse codes that are none of the municipalities of the scenario."""
    faults = [
        Fault(
            f"{what} のこの団体コードは evacuees の表にありません",
            "evacuees に行を足すか、この行を除いてください",
            row=row,
            column=column,
            value=code,
        )
        for column in columns
        for row, code in enumerate(table.get(column, ()), start=1)
        if str(code) not in hosts
    ]
    if faults:
        raise TableError(faults)


def _match_agreements(
    agreements: pd.DataFrame, hosts: tuple[str, ...], own_host: IntArray
) -> BoolArray:
    """Mark (O, H) pairs with an agreement; it holds in both directions."""
    _require_hosts(agreements, ("first", "second"), hosts, "agreements")
    has_agreement = np.zeros((len(hosts), len(hosts)), dtype=bool)
    for row in agreements.itertuples(index=False):
        first = hosts.index(str(row.first))
        second = hosts.index(str(row.second))
        has_agreement[first, second] = has_agreement[second, first] = True
    return has_agreement[own_host]
