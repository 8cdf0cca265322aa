"""In which order, and on which days, are all visits made in as few days and minutes as possible?

The vehicle routing model of PyVRP (Wouda, Lan, Kool 2024), an iterated local search: good answers in seconds and the same for
the same seed, but without proof; `proving` gives that. A visit with several possible times is a group of which one is made.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.errors import ChoiceError, Fault, TableError

HOUR = 3600
Ints = NDArray[np.int64]
DAY = 24 * 3600
# dearer than any travel of a day, so that fewer days come before fewer minutes
DAY_COST = 200_000


@dataclass(frozen=True)
class Window:
    """When a visit can begin, in seconds of the day (`day` from 0; None: any day)."""

    day: int | None
    early: int
    late: int


@dataclass(frozen=True)
class Task:
    """Seconds of travel (row and column 0: the start), of each visit, and of a day; possible times of some visits."""

    travel: Ints
    visit: int
    day: int
    windows: dict[int, list[Window]]
    days: int

    @property
    def dated(self) -> bool:
        """Tell whether a visit is bound to a certain day."""
        return any(
            window.day is not None for windows in self.windows.values() for window in windows
        )


@dataclass(frozen=True)
class Stop:
    """One visit: on which day (from 0), to whom (column of the travel matrix), not beginning before which second of the day."""

    day: int
    place: int
    early: int


def solve(task: Task, *, iterations: int, seed: int) -> list[Stop]:
    """Give all visits in their order.

    Raises
    ------
    ChoiceError
        If no plan that keeps to every time was found.
    """
    vrp = _checks.import_extra("pyvrp", "pyvrp")
    stopping = _checks.import_extra("pyvrp.stop", "pyvrp")
    model = vrp.Model()
    places = [model.add_location(x=0, y=0) for _ in range(len(task.travel))]
    for i, j in np.ndindex(task.travel.shape):
        model.add_edge(
            places[i], places[j], distance=int(task.travel[i, j]), duration=int(task.travel[i, j])
        )
    _vehicles(model, model.add_depot(places[0]), task)
    clients = _clients(model, places, task)
    result = model.solve(
        stopping.MaxIterations(iterations), seed=seed, display=False, collect_stats=False
    )
    if not result.best.is_feasible():
        what = "約束の時間をすべて守る巡回" if task.windows else f"{task.days}日で全部を回る巡回"
        raise ChoiceError(
            f"{what}が見つかりません。約束を減らすか、日数・1日の時間・繰り返しを増やしてください。"
        )
    return _stops(result.best, clients, task)


def _vehicles(model: Any, depot: Any, task: Task) -> None:
    """Add the days: alike, or each with its own time where a visit is bound to a day."""
    if not task.dated:
        model.add_vehicle_type(
            task.days,
            start_depot=depot,
            end_depot=depot,
            fixed_cost=DAY_COST,
            tw_early=0,
            tw_late=task.day,
        )
        return
    for day in range(task.days):
        early = day * DAY
        # a later day is a little dearer, so that visits do not wait without need
        model.add_vehicle_type(
            1,
            start_depot=depot,
            end_depot=depot,
            fixed_cost=DAY_COST + day,
            tw_early=early,
            tw_late=early + task.day,
        )


def _clients(model: Any, places: list[Any], task: Task) -> list[tuple[int, int]]:
    """Add the visits; give the place of each client in the model's order, and before which second of the day it cannot begin."""
    order: list[tuple[int, int]] = []
    for place in range(1, len(places)):
        windows = _spread(task.windows.get(place, []), task)
        group = model.add_client_group() if len(windows) > 1 else None
        for early, late in windows:
            model.add_client(
                places[place],
                service_duration=task.visit,
                tw_early=early,
                tw_late=late,
                required=group is None,
                group=group,
            )
            order.append((place, early % DAY))
    return order


def _spread(windows: list[Window], task: Task) -> list[tuple[int, int]]:
    """Give windows on the plan's own clock: a window of no day stands on every day."""
    if not windows:
        return [(0, task.days * DAY)]
    if not task.dated:
        return [(window.early, window.late) for window in windows]
    return [
        (day * DAY + window.early, day * DAY + window.late)
        for window in windows
        for day in (range(task.days) if window.day is None else [window.day])
    ]


def _stops(best: Any, clients: list[tuple[int, int]], task: Task) -> list[Stop]:
    """Give the routes as stops, in their order."""
    stops = []
    for number, route in enumerate(best.routes()):
        day = route.vehicle_type() if task.dated else number
        visits = [clients[activity.idx] for activity in route.schedule() if activity.is_client()]
        stops += [Stop(day, place, early) for place, early in visits]
    return stops


def windows(
    appointments: pd.DataFrame | None,
    visited: pd.DataFrame,
    *,
    begins: float,
    day: int,
    visit: int,
    days: int,
) -> dict[int, list[Window]]:
    """Give the possible times of each appointed place (1 …: its row among those visited).

    Raises
    ------
    TableError
        Naming every appointment that cannot be: unknown code, a day beyond the plan, no room for the visit.
    """
    if appointments is None:
        return {}
    _checks.require_columns(appointments, ["code", "from_hour", "to_hour"], "appointments")
    early, late = (
        np.rint(
            (_checks.read_numbers(appointments, column, "appointments", high=24) - begins) * HOUR
        ).astype(np.int64)
        for column in ("from_hour", "to_hour")
    )
    listed = (
        appointments["day"]
        if "day" in appointments.columns
        else pd.Series(np.nan, index=appointments.index)
    )
    dated = _checks.read_numbers(
        appointments.assign(day=listed),
        "day",
        "appointments",
        low=1,
        high=days,
        blank=True,
        whole=True,
    )
    places = {code: row + 1 for row, code in enumerate(visited["code"])}
    _known(appointments, places, early, late, day=day, visit=visit)
    found: dict[int, list[Window]] = {}
    for row, code in enumerate(appointments["code"]):
        bound = None if np.isnan(dated[row]) else int(dated[row]) - 1
        found.setdefault(places[code], []).append(
            Window(bound, max(int(early[row]), 0), min(int(late[row]), day) - visit)
        )
    return found


def _known(
    appointments: pd.DataFrame,
    places: dict[str, int],
    early: np.ndarray,
    late: np.ndarray,
    *,
    day: int,
    visit: int,
) -> None:
    faults = []
    for row, code in enumerate(appointments["code"]):
        if code not in places:
            remedy = "巡回する市町の団体コードにしてください（1日で行けない市町は除かれています）"
            faults.append(
                Fault(
                    "appointments の市町は巡回先にありません",
                    remedy,
                    row=row + 1,
                    column="code",
                    value=code,
                )
            )
        elif min(late[row], day) - max(early[row], 0) < visit:
            remedy = (
                "from_hour から to_hour までを、1日の時間の中で、訪問の時間より長くとってください"
            )
            faults.append(
                Fault(
                    "appointments に訪問の入る時間がありません",
                    remedy,
                    row=row + 1,
                    column="from_hour",
                    value=code,
                )
            )
    if faults:
        raise TableError(faults)
