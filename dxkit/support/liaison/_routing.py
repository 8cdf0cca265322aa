"""In which order, and on which days, are all visits made in as few days and minutes as possible?

The vehicle routing model of PyVRP (Wouda, Lan, Kool 2024), an iterated local search: good answers
in seconds and the same for the same seed, but without proof; `_lower_bound` gives that. A visit
with several possible times is a group of which one is made.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.support.liaison._day_tours import Seconds

HOUR_S = 3600
# days follow each other on the plan's own clock at this distance
DAY_S = 24 * HOUR_S
# dearer than any travel of a day, so that fewer days come before fewer minutes
DAY_COST = 200_000


@dataclass(frozen=True)
class VisitWindow:
    """When a visit can begin, in seconds of the day (``day`` from 0; None: any day)."""

    day: int | None
    earliest_s: int
    latest_s: int


@dataclass(frozen=True)
class RoutingTask:
    """Visits to plan.

    Attributes
    ----------
    travel
        Seconds; row and column 0 are the start.
    visit_s, day_s
        Seconds of each visit, and of a day.
    windows
        Possible times of some visits, by place.
    max_days
        Most days to plan.
    """

    travel: Seconds
    visit_s: int
    day_s: int
    windows: dict[int, list[VisitWindow]]
    max_days: int

    @property
    def has_dated_visits(self) -> bool:
        """Whether a visit is bound to a certain day."""
        return any(
            window.day is not None for windows in self.windows.values() for window in windows
        )


@dataclass(frozen=True)
class Stop:
    """One visit.

    Attributes
    ----------
    day
        On which day (from 0).
    place
        To whom: column of the travel matrix.
    earliest_s
        Not beginning before this second of the day.
    """

    day: int
    place: int
    earliest_s: int


def search_routes(
    task: RoutingTask, *, iterations: int, seed: int, time_limit_s: float | None = None
) -> tuple[list[Stop], bool]:
    """Search for a plan of all visits.

    Parameters
    ----------
    task
        The visits.
    iterations, seed
        Of PyVRP's search.
    time_limit_s
        Where given, the search also stops after so many seconds by the clock.

    Returns
    -------
    tuple
        All visits in their order, and whether the clock had no part in it.

    Raises
    ------
    ChoiceError
        If no plan that keeps to every time was found.
    """
    pyvrp = _checks.import_extra("pyvrp", "pyvrp")
    pyvrp_stop = _checks.import_extra("pyvrp.stop", "pyvrp")
    # PyVRP is optional and heavy: it is imported where it is used
    model = pyvrp.Model()
    # times are given pair by pair, so coordinates play no part
    places = [model.add_location(x=0, y=0) for _ in range(len(task.travel))]
    for i, j in np.ndindex(task.travel.shape):
        seconds = int(task.travel[i, j])
        model.add_edge(places[i], places[j], distance=seconds, duration=seconds)
    _add_days(model, model.add_depot(places[0]), task)
    clients = _add_visits(model, places, task)
    limits = [pyvrp_stop.MaxIterations(iterations)]
    if time_limit_s is not None:
        limits.append(pyvrp_stop.MaxRuntime(time_limit_s))
    stop = pyvrp_stop.MultipleCriteria(limits)
    result = model.solve(stop, seed=seed, display=False, collect_stats=False)
    if not result.best.is_feasible():
        what = (
            "約束の時間をすべて守る巡回" if task.windows else f"{task.max_days}日で全部を回る巡回"
        )
        raise ChoiceError(
            f"{what}が見つかりません。約束を減らすか、日数・1日の時間・繰り返しを増やしてください。"
        )
    return _read_stops(result.best, clients, task), result.num_iterations >= iterations


def _add_days(model: Any, depot: Any, task: RoutingTask) -> None:
    """Add the days: alike, or each with its own time where a visit is bound to a day."""
    if not task.has_dated_visits:
        model.add_vehicle_type(
            task.max_days,
            start_depot=depot,
            end_depot=depot,
            fixed_cost=DAY_COST,
            tw_early=0,
            tw_late=task.day_s,
        )
        return
    for day in range(task.max_days):
        morning = day * DAY_S
        # a later day is a little dearer, so that visits do not wait without need
        model.add_vehicle_type(
            1,
            start_depot=depot,
            end_depot=depot,
            fixed_cost=DAY_COST + day,
            tw_early=morning,
            tw_late=morning + task.day_s,
        )


def _add_visits(model: Any, places: list[Any], task: RoutingTask) -> list[tuple[int, int]]:
    """Add the visits.

    Returns for each client, in the model's order, its place and before which second of the day
    it cannot begin.
    """
    clients: list[tuple[int, int]] = []
    for place in range(1, len(places)):
        windows = _list_windows(task.windows.get(place, []), task)
        # alternatives are clients of one group, of which one is visited
        group = model.add_client_group() if len(windows) > 1 else None
        for earliest, latest in windows:
            model.add_client(
                places[place],
                service_duration=task.visit_s,
                tw_early=earliest,
                tw_late=latest,
                required=group is None,
                group=group,
            )
            clients.append((place, earliest % DAY_S))
    return clients


def _list_windows(windows: list[VisitWindow], task: RoutingTask) -> list[tuple[int, int]]:
    """List windows on the plan's own clock: a window of no day stands on every day."""
    if not windows:
        return [(0, task.max_days * DAY_S)]
    if not task.has_dated_visits:
        return [(window.earliest_s, window.latest_s) for window in windows]
    return [
        (day * DAY_S + window.earliest_s, day * DAY_S + window.latest_s)
        for window in windows
        for day in (range(task.max_days) if window.day is None else [window.day])
    ]


def _read_stops(best: Any, clients: list[tuple[int, int]], task: RoutingTask) -> list[Stop]:
    """Read the routes as stops, in their order."""
    stops = []
    for number, route in enumerate(best.routes()):
        day = route.vehicle_type() if task.has_dated_visits else number
        visits = [clients[activity.idx] for activity in route.schedule() if activity.is_client()]
        stops += [Stop(day, place, earliest) for place, earliest in visits]
    return stops


def read_appointments(
    appointments: pd.DataFrame | None,
    municipalities: pd.DataFrame,
    *,
    day_begins: float,
    day_s: int,
    visit_s: int,
    max_days: int,
) -> dict[int, list[VisitWindow]]:
    """Read the possible times of each appointed place (from 1: its row among those visited).

    Raises
    ------
    TableError
        Naming every appointment that cannot be: unknown code, a day beyond the plan, no room for
        the visit.
    """
    if appointments is None:
        return {}
    _checks.require_columns(appointments, ["code", "from_hour", "to_hour"], "appointments")
    earliest = _read_seconds(appointments, "from_hour", day_begins)
    latest = _read_seconds(appointments, "to_hour", day_begins)
    has_days = "day" in appointments.columns
    dated = appointments if has_days else appointments.assign(day=np.nan)
    days = _checks.read_numbers(
        dated, "day", "appointments", low=1, high=max_days, blank=True, whole=True
    )
    # place 0 is the start
    places = {code: row + 1 for row, code in enumerate(municipalities["code"])}
    _check_appointments(
        appointments, places, np.minimum(latest, day_s) - np.maximum(earliest, 0), visit_s
    )
    windows: dict[int, list[VisitWindow]] = {}
    for row, code in enumerate(appointments["code"]):
        window = VisitWindow(
            day=None if np.isnan(days[row]) else int(days[row]) - 1,
            earliest_s=max(int(earliest[row]), 0),
            # the visit must have ended by then
            latest_s=min(int(latest[row]), day_s) - visit_s,
        )
        windows.setdefault(places[code], []).append(window)
    return windows


def _read_seconds(appointments: pd.DataFrame, column: str, day_begins: float) -> Seconds:
    """Read clock hours as seconds since the day began."""
    hours = _checks.read_numbers(appointments, column, "appointments", high=24)
    return np.rint((hours - day_begins) * HOUR_S).astype(np.int64)


def _check_appointments(
    appointments: pd.DataFrame, places: dict[str, int], room_s: Seconds, visit_s: int
) -> None:
    """Refuse appointments with unknown codes or without room for the visit, all at once."""
    faults = []
    for row, code in enumerate(appointments["code"], start=1):
        if code not in places:
            problem = "appointments の市町は巡回先にありません"
            remedy = "巡回する市町の団体コードにしてください（1日で行けない市町は除かれています）"
            faults.append(Fault(problem, remedy, row=row, column="code", value=code))
        elif room_s[row - 1] < visit_s:
            problem = "appointments に訪問の入る時間がありません"
            remedy = (
                "from_hour から to_hour までを、1日の時間の中で、訪問の時間より長くとってください"
            )
            faults.append(Fault(problem, remedy, row=row, column="from_hour", value=code))
    if faults:
        raise TableError(faults)
