"""On which day and in which order does the liaison visit whom, and who cannot be visited within a day?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.errors import ChoiceError
from dxkit.support.liaison import _itinerary, _routing
from dxkit.support.liaison._lower_bound import Proof, prove
from dxkit.support.liaison._road_distance import DETOUR, OFFICE, Point, distances, own_minutes
from dxkit.support.liaison._routing import Stop, Task

Ints = NDArray[np.int64]
KOBE = "28100"
SPEED_KMH = 50.0
HOUR = 3600


@dataclass(frozen=True)
class Rounds:
    """A plan of visits.

    Attributes
    ----------
    table
        One row a visit: ``day`` (from 1), ``order, code, name, area`` (where known), ``arrive, leave`` (hours since the day
        began), ``arrive_at, leave_at`` (clock), ``travel_min`` (from the stop before), ``wait_min``.
    by_day
        One row a day: ``day, visits, travel_min, hearing_min, wait_min, hours, set_out_at, back_at, route`` (names).
    days, minutes
        How many days; minutes of travel in all, ways back included.
    unreachable
        One row a municipality that does not fit into a day: ``code, name, needed_hours, options``. It is in no round.
    bound_days, bound_minutes
        What no plan can pass, for plans proven with ``certify=True``; None otherwise.
    gap
        Minutes above the bound relative to it, where the days are the fewest; 0 when proven; None without proof.
    settings
        What was asked; ``tours``: how many sets of visits fit into a day, all of which the proof has looked at.
    """

    table: pd.DataFrame
    by_day: pd.DataFrame
    days: int
    minutes: float
    unreachable: pd.DataFrame
    bound_days: int | None
    bound_minutes: float | None
    gap: float | None
    settings: dict[str, Any]


def rounds(
    municipalities: pd.DataFrame,
    *,
    hearing_min: float = 60.0,
    day_hours: float = 8.5,
    start: Point = OFFICE,
    exclude: tuple[str, ...] = (KOBE,),
    detour: float = DETOUR,
    speed_kmh: float = SPEED_KMH,
    minutes: pd.DataFrame | None = None,
    appointments: pd.DataFrame | None = None,
    days: int | None = None,
    day_begins: float = 8.5,
    iterations: int = 3000,
    certify: bool = False,
    seed: int = 0,
) -> Rounds:
    """Plan visits to all municipalities: as few days as possible, then as few minutes of travel as possible.

    Every day begins and ends at ``start``. No breaks are planned: shorten ``day_hours`` by them.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code`` and ``office_lat, office_lon`` (or ``lat, lon``); ``name, area`` where known.
    hearing_min
        Minutes of each visit.
    day_hours
        Hours from leaving ``start`` to being back.
    start
        Latitude and longitude; by default the prefectural office.
    exclude
        Codes that are not visited: the package leaves out Kobe.
    detour, speed_kmh
        Road kilometres for each kilometre of the great circle, and kilometres an hour: assumptions to change.
    minutes
        Own travel times (minutes) instead: rows and columns ``start`` and the codes.
    appointments
        One row a possible time of a visit: ``code, from_hour, to_hour`` (clock; the visit begins and ends between them) and
        ``day`` (from 1; empty: any day). Several rows of one code are alternatives.
    days
        Most days to plan; by default as many as there are visits.
    day_begins
        Clock hour at which a day begins.
    iterations
        Of PyVRP's search; the same number gives the same plan on every machine.
    certify
        Prove the plan by listing all tours of a day, and take the proven one where it is better; not with appointments.
    seed
        Of the search.

    Returns
    -------
    Rounds

    Raises
    ------
    TableError
        If a table lacks a column or holds what cannot be used.
    ChoiceError
        If an option cannot be, an appointment cannot be kept, or no plan keeps to every time.
    MissingExtraError
        If PyVRP is not installed.
    """
    _checks.require_columns(municipalities, ["code"], "municipalities")
    visited = municipalities[~municipalities["code"].isin(exclude)].reset_index(drop=True)
    visit, day = (
        _checks.require_number(hearing_min, "hearing_min", above=True) * 60,
        _checks.require_number(day_hours, "day_hours", above=True),
    )
    pace = _checks.require_number(speed_kmh, "speed_kmh", above=True)
    travel = _seconds(visited, start, detour, pace, minutes)
    limit, length = round(day * HOUR), round(visit)
    fits = travel[0] + travel[:, 0] + length <= limit
    fits[0] = True
    left_out = _itinerary.options(visited[~fits[1:]], travel, fits, visit=length, day=limit)
    kept = visited[fits[1:]].reset_index(drop=True)
    most = int(_checks.require_number(days or max(len(kept), 1), "days", low=1))
    windows = _routing.windows(
        appointments, kept, begins=day_begins, day=limit, visit=length, days=most
    )
    task = Task(travel[np.ix_(fits, fits)], length, limit, windows, most)
    if certify and windows:
        raise ChoiceError(
            "certify=True は appointments と一緒には使えません。どちらかを外してください。"
        )
    tours = (
        _itinerary.ordered(_routing.solve(task, iterations=iterations, seed=seed), task)
        if len(kept)
        else []
    )
    proof = _proof(task, tours) if certify and tours else None
    if proof is not None and proof.plan:
        tours = _itinerary.ordered(
            [Stop(number, place, 0) for number, tour in enumerate(proof.plan) for place in tour],
            task,
        )
    settings = {"hearing_min": hearing_min, "day_hours": day_hours, "start": start, "exclude": exclude, "detour": detour,
                "speed_kmh": speed_kmh, "own_minutes": minutes is not None, "appointments": appointments is not None,
                "iterations": iterations, "certify": certify, "seed": seed, "day_begins": day_begins,
                "tours": None if proof is None else proof.sets}  # fmt: skip
    return _told(kept, tours, task, left_out=left_out, proof=proof, settings=settings)


def _seconds(
    visited: pd.DataFrame, start: Point, detour: float, pace: float, minutes: pd.DataFrame | None
) -> Ints:
    """Give whole seconds of travel; row and column 0 are the start."""
    if minutes is not None:
        return np.rint(own_minutes(minutes, visited["code"].tolist()) * 60).astype(np.int64)
    return np.rint(distances(visited, start=start, detour=detour).to_numpy() / pace * HOUR).astype(
        np.int64
    )


def _proof(task: Task, tours: list[list[Stop]]) -> Proof:
    seconds = _itinerary.seconds(tours, task)
    return prove(task.travel, task.visit, task.day, found_days=len(tours), found_seconds=seconds)


def _told(
    kept: pd.DataFrame,
    tours: list[list[Stop]],
    task: Task,
    *,
    left_out: pd.DataFrame,
    proof: Proof | None,
    settings: dict[str, Any],
) -> Rounds:
    """Lay the plan out as tables."""
    begins, seconds = settings["day_begins"], _itinerary.seconds(tours, task)
    table = _itinerary.visits(kept, tours, task, begins)
    table.attrs["settings"] = settings
    gap = (
        None
        if proof is None
        else (seconds - proof.seconds) / max(proof.seconds, 1)
        if len(tours) == proof.days
        else np.inf
    )
    return Rounds(
        table=table,
        by_day=_itinerary.days(table, tours, task, begins),
        days=len(tours),
        minutes=seconds / 60,
        unreachable=left_out,
        bound_days=None if proof is None else proof.days,
        bound_minutes=None if proof is None else proof.seconds / 60,
        gap=gap,
        settings=settings,
    )
