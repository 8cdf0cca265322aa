"""What do a scenario and a policy mean as arrays that both engines read?

One cell is a host municipality × place type (``cell = host × 4 + place``); one row is a home municipality. Hourly probabilities
come from daily ones: ``1 − (1 − p)^(1/24)``. A mean delay of ``d`` hours is a probability of ``1/d`` an hour.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.sharing._scenario import Scenario
from dxkit.sharing._scenario_fields import PLACES

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Flags = NDArray[np.bool_]

EARTH_KM = 6371.0
# hosts nearer than this count as this far: gravity has no meaning at distance 0
NEAREST_KM = 5.0
HOURS_A_DAY = 24
# from these hours on, the law table's later phases hold
PHASES = ("72時間以内", "応急期", "復旧期")
PHASE_STARTS = (0, 72, 336)
MARKS = (24, 72, 168)


@dataclass(frozen=True)
class Model:
    """A scenario as arrays. ``O`` homes, ``H`` hosts, ``J = 4 H`` cells, ``T`` hours.

    Attributes
    ----------
    homes, hosts
        Codes; ``own`` gives each home's place among the hosts.
    people
        (O) evacuees of each home.
    first, later
        (O, J) where people go when they flee, and when they move on; each row sums to 1.
    arrive
        (T) share of all evacuees who flee in each hour.
    move, contact
        (T, 4) probability an hour of moving on, and of meeting the registering staff.
    capacity
        (T, H) registrations an hour that the staff can make.
    inside, joined, agreed
        (H), (H) and (O, H) flags.
    probability, mean_hours, spread
        (H), (H) and a number: outages.
    settings
        The scenario's other numbers.
    """

    homes: tuple[str, ...]
    hosts: tuple[str, ...]
    names: dict[str, str]
    own: Integers
    people: Floats
    first: Floats
    later: Floats
    arrive: Floats
    move: Floats
    contact: Floats
    capacity: Floats
    inside: Flags
    joined: Flags
    agreed: Flags
    probability: Floats
    mean_hours: Floats
    settings: dict[str, Any]

    @property
    def hours(self) -> int:
        """Number of hours."""
        return len(self.arrive)


@dataclass(frozen=True)
class Rules:
    """A policy as arrays.

    Attributes
    ----------
    direct, hub
        Whether hosts send to homes, or to a hub that passes on.
    allowed
        (O, H) whether the policy covers this pair; never where home and host are one.
    sends
        (H) whether a host sends to the hub; ``receives`` (O) whether a home receives from it.
    consent
        Share of the registered whose record may be passed on.
    self_register
        Probability an hour of registering oneself.
    """

    name: str
    direct: bool
    hub: bool
    state: bool
    needs_consent: bool
    start: float
    allowed: Flags
    sends: Flags
    receives: Flags
    consent: float
    host_rate: float
    home_rate: float
    self_register: float
    strike: float
    cleaning: float
    copies: float


def hourly(per_day: Any) -> Any:
    """Give the probability an hour that makes this probability a day."""
    return 1 - (1 - np.asarray(per_day, dtype=float)) ** (1 / HOURS_A_DAY)


def build(scenario: Scenario) -> Model:
    """Turn a scenario into arrays."""
    towns = scenario.tables["evacuees"].sort_values("code", ignore_index=True)
    hours = int(scenario.settings["hours"])
    hosts = tuple(towns["code"])
    fled = towns[towns["evacuees"] > 0]
    own = np.asarray(fled.index.to_numpy(), dtype=np.intp)
    joined = towns["joined"].to_numpy(dtype=bool)
    outages = (
        scenario.tables["outages"]
        .set_index("code")
        .reindex(list(hosts))
        .fillna({"probability": 0.0, "mean_hours": 0.0})
    )
    where = _where(scenario, towns, own)
    return Model(
        homes=tuple(fled["code"]),
        hosts=hosts,
        names=dict(zip(towns["code"], towns["name"], strict=True)),
        own=own,
        people=fled["evacuees"].to_numpy(dtype=float),
        first=_cells(scenario, where, own, "share"),
        later=_cells(scenario, where, own, "share_after"),
        arrive=_arrivals(scenario.tables["arrivals"], hours),
        move=_moves(scenario.tables["moves"], hours),
        contact=_contacts(scenario, hours),
        capacity=_capacity(scenario, hosts, hours),
        inside=towns["inside"].to_numpy(dtype=bool),
        joined=joined,
        agreed=_agreed(scenario.tables["agreements"], hosts, own),
        probability=outages["probability"].to_numpy(dtype=float),
        mean_hours=outages["mean_hours"].to_numpy(dtype=float),
        settings=dict(scenario.settings),
    )


def rules_of(model: Model, policy: "pd.Series[Any]") -> Rules:
    """Turn one row of the policies' table into arrays."""
    direct, hub = policy["route"] == "直接", policy["route"] == "集約"
    members = model.joined if policy["joined_only"] else np.ones(len(model.hosts), dtype=bool)
    pairs = model.agreed if policy["pairs"] == "協定" else np.ones_like(model.agreed)
    allowed = pairs & members[None, :] & members[model.own][:, None]
    allowed[np.arange(len(model.own)), model.own] = False
    settings = model.settings
    return Rules(
        name=str(policy["policy"]),
        direct=bool(direct),
        hub=bool(hub),
        state=policy["hub"] == "国",
        needs_consent=bool(policy["consent"]),
        start=float(policy["start_hour"]),
        allowed=allowed,
        sends=members,
        receives=members[model.own],
        consent=float(settings["consent_share"]) if policy["consent"] else 1.0,
        host_rate=1 / float(policy["host_hours"]),
        home_rate=1 / float(policy["home_hours"]),
        self_register=float(hourly(policy["self_per_day"])),
        strike=float(policy["strike_share"]),
        cleaning=float(hourly(min(1.0, settings["cleaning_per_day"] * policy["cleaning_times"]))),
        copies=float(policy["copies"]),
    )


def draw_outages(model: Model, draws: int, seed: int) -> Floats:
    """Draw at which hour each host's network is back: (draws, H), 0 where it never failed.

    Whether a network fails and for how long (exponential) is drawn town by town; one lognormal factor of mean 1 a draw
    stretches all of them, because a disaster is worse or milder everywhere.
    """
    random = np.random.default_rng(seed)
    spread = float(model.settings["outage_spread"])
    factor = np.exp(random.normal(-(spread**2) / 2, spread, (draws, 1)))
    failed = random.random((draws, len(model.hosts))) < model.probability
    hours = random.exponential(1.0, failed.shape) * model.mean_hours * factor
    return np.where(failed, np.ceil(hours), 0.0)


def phase_of(hour: int) -> int:
    """Give the place of an hour's phase in `PHASES`."""
    return sum(hour >= start for start in PHASE_STARTS) - 1


def _where(scenario: Scenario, towns: pd.DataFrame, own: Integers) -> Floats:
    """Give (O, H) shares of each home's people who go to each host."""
    if scenario.settings["method"] == "行列":
        listed = scenario.tables["destinations"].pivot(index="home", columns="host", values="share")  # noqa: PD010
        full = listed.reindex(
            index=list(towns["code"].iloc[own]), columns=list(towns["code"])
        ).fillna(0.0)
        shares = full.to_numpy(dtype=float)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=float)
    return _gravity(scenario, towns, own)


def _gravity(scenario: Scenario, towns: pd.DataFrame, own: Integers) -> Floats:
    """Share out by size and distance; what stays at home and what leaves the prefecture is given."""
    inside = towns["inside"].to_numpy(dtype=bool)
    size = towns["attraction"].to_numpy(dtype=float)
    distance = np.maximum(_distance_km(towns, own), NEAREST_KM)
    pull = np.where(inside, size * distance ** -float(scenario.settings["distance_power"]), 0.0)
    pull[np.arange(len(own)), own] = 0.0
    outside = np.where(inside, 0.0, np.maximum(size, 1.0))[None, :] * np.ones((len(own), 1))
    away = float(scenario.settings["outside_share"])
    shares = away * _normed(outside) + (1 - away - float(scenario.settings["own_share"])) * _normed(
        pull
    )
    shares[np.arange(len(own)), own] += 1 - shares.sum(axis=1)
    return np.asarray(shares, dtype=float)


def _normed(weights: Floats) -> Floats:
    total = weights.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return shares


def _distance_km(towns: pd.DataFrame, own: Integers) -> Floats:
    """Give great-circle distances (O, H); a host without coordinates is as far as the Earth is round."""
    lat, lon = (np.radians(towns[column].to_numpy(dtype=float)) for column in ("lat", "lon"))
    a = np.sin((lat[own][:, None] - lat) / 2) ** 2
    a = a + np.cos(lat[own][:, None]) * np.cos(lat) * np.sin((lon[own][:, None] - lon) / 2) ** 2
    return np.asarray(
        np.nan_to_num(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(a, 0, 1))), nan=EARTH_KM),
        dtype=float,
    )


def _cells(scenario: Scenario, where: Floats, own: Integers, column: str) -> Floats:
    """Give (O, J): hosts by place types. Who stays in a car or at home stays in the home municipality."""
    shares = (
        scenario.tables["places"]
        .set_index("place")[column]
        .reindex(list(PLACES))
        .to_numpy(dtype=float)
    )
    cells = where[:, :, None] * shares
    last = len(PLACES) - 1
    stays = scenario.settings["method"] != "行列"
    if stays:
        cells[:, :, last] = 0.0
        cells[np.arange(len(own)), own, last] = shares[last]
    flat = cells.reshape(len(own), -1)
    return np.asarray(flat / flat.sum(axis=1, keepdims=True), dtype=float)


def _arrivals(table: pd.DataFrame, hours: int) -> Floats:
    """Give the share who flee in each hour, between the listed hours in equal parts; without a table all at once."""
    if table.empty:
        return np.asarray(np.arange(hours) == 0, dtype=float)
    marks, shares = table["hour"].to_numpy(dtype=float), table["share"].to_numpy(dtype=float)
    reached = np.interp(np.arange(hours), marks, shares, left=0.0)
    return np.diff(reached, prepend=0.0)


def _moves(table: pd.DataFrame, hours: int) -> Floats:
    rates = np.zeros((hours, len(PLACES)))
    for row in table.to_dict("records"):
        rates[int(row["from_hour"]) : int(row["to_hour"]), PLACES.index(str(row["place"]))] = (
            hourly(row["moves_per_day"])
        )
    return rates


def _contacts(scenario: Scenario, hours: int) -> Floats:
    listed = (
        scenario.tables["places"]
        .set_index("place")["contact_per_day"]
        .reindex(list(PLACES))
        .to_numpy(dtype=float)
    )
    rates = np.tile(hourly(listed), (hours, 1))
    for row in scenario.tables["contacts"].sort_values("from_hour").to_dict("records"):
        rates[int(row["from_hour"]) :, PLACES.index(str(row["place"]))] = hourly(
            row["contact_per_day"]
        )
    return rates


def _capacity(scenario: Scenario, hosts: tuple[str, ...], hours: int) -> Floats:
    staff = np.zeros((hours, len(hosts)))
    for row in scenario.tables["staff"].sort_values("from_hour").to_dict("records"):
        staff[int(row["from_hour"]) :, hosts.index(str(row["code"]))] = row["staff"]
    return staff * float(scenario.settings["records_per_staff_hour"])


def _agreed(table: pd.DataFrame, hosts: tuple[str, ...], own: Integers) -> Flags:
    both = np.zeros((len(hosts), len(hosts)), dtype=bool)
    for row in table.itertuples(index=False):
        first, second = hosts.index(str(row.first)), hosts.index(str(row.second))
        both[first, second] = both[second, first] = True
    return both[own]
