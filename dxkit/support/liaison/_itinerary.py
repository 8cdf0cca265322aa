"""How does a plan of visits read: who is visited when, and how long is each day?"""

from collections.abc import Hashable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.support.liaison._lower_bound import shortest
from dxkit.support.liaison._routing import Stop, Task

Ints = NDArray[np.int64]
HOUR = 3600


def options(
    visited: pd.DataFrame, travel: Ints, fits: NDArray[np.bool_], *, visit: int, day: int
) -> pd.DataFrame:
    """Name those left out, with the hours that a visit would need and what can be done.

    Parameters
    ----------
    visited
        Those left out.
    travel
        Seconds between the start (0) and all municipalities, those left out included.
    fits
        For each row of ``travel``: does a visit fit into a day?
    visit, day
        Seconds of a visit, of a day.

    Returns
    -------
    pandas.DataFrame
        ``code, name, needed_hours, options``.
    """
    rows = [
        _row(left, int(at), travel, visit, day)
        for left, at in zip(visited.to_dict("records"), np.flatnonzero(~fits), strict=True)
    ]
    return pd.DataFrame(rows, columns=["code", "name", "needed_hours", "options"])


def _row(
    left: Mapping[Hashable, object], at: int, travel: Ints, visit: int, day: int
) -> dict[str, object]:
    way = int(travel[0, at] + travel[at, 0])
    said = ["オンラインで行う", f"1日を{np.ceil((way + visit) / HOUR * 10) / 10:.1f}時間にする"]
    if way < day:
        said.append(f"訪問を{(day - way) // 60}分以内にする")
    if max(travel[0, at], travel[at, 0]) + visit <= day:
        said.append("前泊か後泊にして、片道の移動を別の日に分ける")
    said.append("近くの県民局・県民センターから出る（start をその庁舎にする）")
    return {
        "code": left["code"],
        "name": left.get("name", left["code"]),
        "needed_hours": (way + visit) / HOUR,
        "options": "／".join(said),
    }


def ordered(stops: list[Stop], task: Task) -> list[list[Stop]]:
    """Give the stops day by day.

    Without appointments a day's tour is its shortest one, begun at the smaller of its two ends, and days are ordered by their
    first place; with appointments order and days stay as they are.
    """
    by_day = [
        [stop for stop in stops if stop.day == day] for day in sorted({stop.day for stop in stops})
    ]
    if task.windows:
        return by_day
    tours = [shortest(task.travel, tuple(sorted(stop.place for stop in tour))) for tour in by_day]
    symmetric = bool((task.travel == task.travel.T).all())
    tours = sorted(min(tour, tour[::-1]) if symmetric else tour for tour in tours)
    return [[Stop(day, place, 0) for place in tour] for day, tour in enumerate(tours)]


def seconds(tours: list[list[Stop]], task: Task) -> int:
    """Give the seconds of travel of all days."""
    ways = [[0, *(stop.place for stop in tour), 0] for tour in tours]
    return int(sum(task.travel[here, there] for way in ways for here, there in pairwise(way)))


def visits(kept: pd.DataFrame, tours: list[list[Stop]], task: Task, begins: float) -> pd.DataFrame:
    """Give one row a visit."""
    named = kept[[column for column in ("code", "name", "area") if column in kept.columns]]
    about = [
        {str(column): value for column, value in row.items()} for row in named.to_dict("records")
    ]
    rows: list[dict[str, Any]] = []
    for tour in tours:
        # who has an appointment first sets out so late that nobody waits
        now, here = max(tour[0].early - int(task.travel[0, tour[0].place]), 0), 0
        for order, stop in enumerate(tour, start=1):
            way = int(task.travel[here, stop.place])
            arrive = now + way
            now = max(arrive, stop.early) + task.visit
            rows.append({"day": stop.day + 1, "order": order, **about[stop.place - 1], "arrive": arrive / HOUR,
                         "leave": now / HOUR, "travel_min": way / 60, "wait_min": max(stop.early - arrive, 0) / 60})  # fmt: skip
            here = stop.place
    columns = ["day", "order", *named.columns, "arrive", "leave", "travel_min", "wait_min"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        arrive_at=clock(table["arrive"], begins), leave_at=clock(table["leave"], begins)
    )


def days(table: pd.DataFrame, tours: list[list[Stop]], task: Task, begins: float) -> pd.DataFrame:
    """Give one row a day."""
    told = table.assign(name=table["name"] if "name" in table.columns else table["code"])
    grouped = told.groupby("day", sort=True)
    back = np.array([task.travel[tour[-1].place, 0] for tour in tours], dtype=np.float64) / HOUR
    first = grouped.first()
    begin = (first["arrive"] - first["travel_min"] / 60).to_numpy()
    end = grouped["leave"].last().to_numpy() + back
    found = pd.DataFrame({"day": first.index, "visits": grouped.size().to_numpy()})
    return found.assign(
        travel_min=grouped["travel_min"].sum().to_numpy() + back * 60,
        hearing_min=found["visits"] * task.visit / 60,
        wait_min=grouped["wait_min"].sum().to_numpy(),
        hours=end - begin,
        set_out_at=clock(pd.Series(begin), begins),
        back_at=clock(pd.Series(end), begins),
        route=grouped["name"].agg("→".join).to_numpy(),
    )


def clock(hours: "pd.Series[float]", begins: float) -> list[str]:
    """Give hours since the day began as HH:MM, to the next minute."""
    minutes = [int(np.ceil((hour + begins) * 60 - 1e-6)) for hour in hours]
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes]
