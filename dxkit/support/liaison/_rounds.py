"""On which day and in which order does the liaison visit whom, and who is out of a day's reach?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import order_of_labels
from dxkit.errors import ChoiceError
from dxkit.schema import (
    MethodText,
    TableResult,
    accepts_any_table,
    carry_provenance,
    merge_provenance,
)
from dxkit.support.liaison import _itinerary, _routing
from dxkit.support.liaison._day_tours import Seconds
from dxkit.support.liaison._lower_bound import Proof, prove_plan
from dxkit.support.liaison._method_texts import describe_rounds
from dxkit.support.liaison._prefecture_facts import Point, complete_journey
from dxkit.support.liaison._road_distance import (
    DETOUR,
    distances,
    read_own_minutes,
)
from dxkit.support.liaison._routing import HOUR_S, RoutingTask, Stop

SPEED_KMH = 50.0
# of PyVRP's search: some two seconds for 40 municipalities
ITERATIONS = 3000


@dataclass(frozen=True)
class Rounds(TableResult):
    """A plan of visits.

    Attributes
    ----------
    table
        One row a visit: ``day`` (from 1), ``order, code, name, area`` (where known),
        ``arrive, leave`` (hours since the day began), ``arrive_at, leave_at`` (clock),
        ``travel_min`` (from the stop before), ``wait_min``.
    by_day
        One row a day: ``day, visits, travel_min, hearing_min, wait_min, hours, set_out_at,
        back_at, route`` (names).
    days, minutes
        How many days; minutes of travel in all, ways back included.
    unreachable
        One row a municipality that does not fit into a day: ``code, name, needed_hours,
        options``. It is in no round.
    bound_days, bound_minutes
        What no plan can pass, for plans proven with ``certify=True``; None otherwise.
    gap
        Minutes above the bound relative to it, where the days are the fewest; 0 when proven; None
        without proof.
    settings
        What was asked; ``tours``: how many sets of visits fit into a day, all of which the proof
        has looked at; ``reproducible``: whether every machine gives this plan (not where
        ``time_limit_s`` stopped a search).
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

    def __repr__(self) -> str:
        out = f"、届かない {len(self.unreachable)}" if len(self.unreachable) else ""
        return f"<訪問: {len(self.table)}か所を{self.days}日、移動 {self.minutes:.0f}分{out}>"

    def _describe_method(self) -> MethodText:
        return describe_rounds(self.settings, self.days, self.minutes)


@accepts_any_table("municipalities", "minutes", "appointments")
def rounds(
    municipalities: pd.DataFrame,
    *,
    hearing_min: float = 60.0,
    day_hours: float = 8.5,
    start: Point | None = None,
    exclude: tuple[str, ...] | None = None,
    detour: float = DETOUR,
    speed_kmh: float = SPEED_KMH,
    minutes: pd.DataFrame | None = None,
    appointments: pd.DataFrame | None = None,
    days: int | None = None,
    day_begins: float = 8.5,
    iterations: int = ITERATIONS,
    certify: bool = False,
    time_limit_s: float | None = None,
    seed: int = 0,
) -> Rounds:
    """Plan visits to all municipalities: as few days as can be, then as few minutes of travel.

    Every day begins and ends at ``start``. No breaks are planned: shorten ``day_hours`` by them.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code`` and ``office_lat, office_lon`` (or ``lat, lon``);
        ``name, area`` where known.
    hearing_min
        Minutes of each visit.
    day_hours
        Hours from leaving ``start`` to being back.
    start
        Latitude and longitude; by default the office of the prefecture (outside Hyogo: of the
        municipality in which it stands).
    exclude
        Codes that are not visited; by default those that the table ``prefectures`` names: Hyogo's
        package leaves out Kobe.
    detour, speed_kmh
        Road kilometres for each kilometre of the great circle, and kilometres an hour: assumptions
        to change.
    minutes
        Own travel times (minutes) instead: rows and columns ``start`` and the codes.
    appointments
        One row a possible time of a visit: ``code, from_hour, to_hour`` (clock; the visit begins
        and ends between them) and ``day`` (from 1; empty: any day). Several rows of one code are
        alternatives.
    days
        Most days to plan; by default as many as there are visits.
    day_begins
        Clock hour at which a day begins.
    iterations
        Of PyVRP's search; the same number gives the same plan on every machine.
    certify
        Prove the plan by listing all tours of a day, and take the proven one where it is better;
        not with appointments. The proof counts nodes of a search tree, not seconds.
    time_limit_s
        Stop PyVRP's search, and each of the two searches of the proof, after so many seconds by
        the clock. A plan that the clock stopped is marked ``settings["reproducible"] = False``.
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

    Examples
    --------
    >>> import dxkit
    >>> towns = dxkit.load("municipalities")
    >>> plan = rounds(towns[towns["area"] == "淡路"], iterations=50, certify=True)
    >>> plan.days, plan.gap, plan.by_day["route"].tolist()
    (1, 0.0, ['洲本市→南あわじ市→淡路市'])
    """
    _checks.require_columns(municipalities, ["code"], "municipalities")
    if time_limit_s is not None:
        _checks.require_number(time_limit_s, "time_limit_s", above=True)
    start, exclude = complete_journey(municipalities["code"], start, exclude)
    visited = municipalities[~municipalities["code"].isin(exclude)].reset_index(drop=True)
    pace = _checks.require_number(speed_kmh, "speed_kmh", above=True)
    travel = _compute_travel(visited, start, detour, pace, minutes)
    # the search goes through visits in the order of their codes; row and column 0 are the start
    by_code = order_of_labels(visited["code"])
    rows = np.concatenate([[0], by_code + 1])
    case = _split_by_reach(
        visited.iloc[by_code].reset_index(drop=True),
        travel[np.ix_(rows, rows)],
        visit_s=round(_checks.require_number(hearing_min, "hearing_min", above=True) * 60),
        day_s=round(_checks.require_number(day_hours, "day_hours", above=True) * HOUR_S),
    )
    task = _pose_task(case, appointments, days, day_begins)
    _check_provable(task, certify)
    plan = _plan_tours(
        task, iterations=iterations, seed=seed, certify=certify, time_limit_s=time_limit_s
    )
    settings = {
        "hearing_min": hearing_min,
        "day_hours": day_hours,
        "start": start,
        "exclude": exclude,
        "detour": detour,
        "speed_kmh": speed_kmh,
        "own_minutes": minutes is not None,
        "appointments": appointments is not None,
        "iterations": iterations,
        "certify": certify,
        "seed": seed,
        "day_begins": day_begins,
        "time_limit_s": time_limit_s,
    }
    origin = merge_provenance(municipalities, minutes, appointments)
    return _make_rounds(case, plan, origin, settings)


@dataclass(frozen=True)
class _Case:
    """Who is in a day's reach and who is not, and the seconds among the former."""

    reachable: pd.DataFrame
    unreachable: pd.DataFrame
    travel: Seconds
    visit_s: int
    day_s: int


@dataclass(frozen=True)
class _Plan:
    """The tours of all days, their proof, and whether the clock had no part in them."""

    task: RoutingTask
    tours: list[list[Stop]]
    proof: Proof | None
    is_reproducible: bool


def _split_by_reach(
    municipalities: pd.DataFrame, travel: Seconds, *, visit_s: int, day_s: int
) -> _Case:
    """Split off who cannot be visited and left again within a day; they are in no round."""
    fits = travel[0] + travel[:, 0] + visit_s <= day_s
    # the start itself
    fits[0] = True
    unreachable = _itinerary.list_options(
        municipalities[~fits[1:]], travel, fits, visit_s=visit_s, day_s=day_s
    )
    reachable = municipalities[fits[1:]].reset_index(drop=True)
    return _Case(reachable, unreachable, travel[np.ix_(fits, fits)], visit_s, day_s)


def _pose_task(
    case: _Case, appointments: pd.DataFrame | None, days: int | None, day_begins: float
) -> RoutingTask:
    """Pose the routing task of those in reach."""
    # one visit a day is always possible, so more days than visits are never needed
    limit = days or max(len(case.reachable), 1)
    max_days = int(_checks.require_number(limit, "days", low=1))
    windows = _routing.read_appointments(
        appointments,
        case.reachable,
        day_begins=day_begins,
        day_s=case.day_s,
        visit_s=case.visit_s,
        max_days=max_days,
    )
    return RoutingTask(case.travel, case.visit_s, case.day_s, windows, max_days)


def _compute_travel(
    municipalities: pd.DataFrame,
    start: Point,
    detour: float,
    pace_kmh: float,
    minutes: pd.DataFrame | None,
) -> Seconds:
    """Compute whole seconds of travel; row and column 0 are the start."""
    # whole seconds, as PyVRP computes in whole numbers
    if minutes is not None:
        table = read_own_minutes(minutes, municipalities["code"].tolist())
        return np.rint(table * 60).astype(np.int64)
    km = distances(municipalities, start=start, detour=detour).to_numpy()
    return np.rint(km / pace_kmh * HOUR_S).astype(np.int64)


def _plan_tours(
    task: RoutingTask,
    *,
    iterations: int,
    seed: int,
    certify: bool,
    time_limit_s: float | None,
) -> _Plan:
    """Plan the tours of all days, and prove them where asked."""
    # nobody in reach: no day, and nothing to prove
    if len(task.travel) == 1:
        return _Plan(task, [], None, True)
    stops, is_reproducible = _routing.search_routes(
        task, iterations=iterations, seed=seed, time_limit_s=time_limit_s
    )
    tours = _itinerary.order_stops(stops, task)
    if not certify:
        return _Plan(task, tours, None, is_reproducible)
    proof = prove_plan(
        task.travel,
        task.visit_s,
        task.day_s,
        plan_days=len(tours),
        plan_travel_s=_itinerary.sum_travel(tours, task),
        time_limit_s=time_limit_s,
    )
    # the proof came upon a better plan than the search
    if proof.plan:
        stops = [Stop(day, place, 0) for day, places in enumerate(proof.plan) for place in places]
        tours = _itinerary.order_stops(stops, task)
    return _Plan(task, tours, proof, is_reproducible and proof.is_reproducible)


def _check_provable(task: RoutingTask, certify: bool) -> None:
    """Refuse a proof with appointments, of which the tours that a proof lists know nothing."""
    if certify and task.windows:
        raise ChoiceError(
            "certify=True は appointments と一緒には使えません。どちらかを外してください。"
        )


def _make_rounds(
    case: _Case, plan: _Plan, origin: Mapping[str, Any], settings: dict[str, Any]
) -> Rounds:
    """Lay the plan out as tables that carry the origin of the inputs."""
    proof = plan.proof
    settings = settings | {
        "reproducible": plan.is_reproducible,
        "tours": None if proof is None else proof.tour_count,
    }
    day_begins = settings["day_begins"]
    travel_s = _itinerary.sum_travel(plan.tours, plan.task)
    table = _itinerary.tabulate_visits(case.reachable, plan.tours, plan.task, day_begins)
    table.attrs["settings"] = settings
    by_day = _itinerary.tabulate_days(table, plan.tours, plan.task, day_begins)
    return Rounds(
        table=carry_provenance(table, origin),
        by_day=carry_provenance(by_day, origin),
        days=len(plan.tours),
        minutes=travel_s / 60,
        unreachable=carry_provenance(case.unreachable, origin),
        bound_days=None if proof is None else proof.days,
        bound_minutes=None if proof is None else proof.travel_s / 60,
        gap=_compute_gap(len(plan.tours), travel_s, proof),
        settings=settings,
    )


def _compute_gap(days: int, travel_s: int, proof: Proof | None) -> float | None:
    """Compute how far the minutes are above their bound; inf where a day could be spared."""
    if proof is None:
        return None
    if days != proof.days:
        return np.inf
    return (travel_s - proof.travel_s) / max(proof.travel_s, 1)
