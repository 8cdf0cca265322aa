"""How does a plan of visits read: who is visited when, and how long is each day?"""

from collections.abc import Hashable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray
from dxkit.support.liaison._day_tours import Seconds, find_shortest_tour
from dxkit.support.liaison._routing import HOUR_S, RoutingTask, Stop


def list_options(
    municipalities: pd.DataFrame,
    travel: Seconds,
    fits: BoolArray,
    *,
    visit_s: int,
    day_s: int,
) -> pd.DataFrame:
    """List those left out, with the hours that a visit would need and what can be done.

    Parameters
    ----------
    municipalities
        Those left out.
    travel
        Seconds between the start (0) and all municipalities, those left out included.
    fits
        For each row of ``travel``: does a visit fit into a day?
    visit_s, day_s
        Seconds of a visit, of a day.

    Returns
    -------
    pandas.DataFrame
        ``code, name, needed_hours, options``.
    """
    rows = [
        _describe_options(
            municipality, int(travel[0, place]), int(travel[place, 0]), visit_s, day_s
        )
        for municipality, place in zip(
            municipalities.to_dict("records"), np.flatnonzero(~fits), strict=True
        )
    ]
    return pd.DataFrame(rows, columns=["code", "name", "needed_hours", "options"])


def _describe_options(
    municipality: Mapping[Hashable, object], out_s: int, back_s: int, visit_s: int, day_s: int
) -> dict[str, object]:
    """Describe what can be done about one municipality: seconds there and back are known."""
    needed_hours = (out_s + back_s + visit_s) / HOUR_S
    # to the next tenth of an hour, so that the hours named are enough
    options = ["オンラインで行う", f"1日を{np.ceil(needed_hours * 10) / 10:.1f}時間にする"]
    if out_s + back_s < day_s:
        options.append(f"訪問を{(day_s - out_s - back_s) // 60}分以内にする")
    if max(out_s, back_s) + visit_s <= day_s:
        options.append("前泊か後泊にして、片道の移動を別の日に分ける")
    options.append("近くの県民局・県民センターから出る（start をその庁舎にする）")
    return {
        "code": municipality["code"],
        "name": municipality.get("name", municipality["code"]),
        "needed_hours": needed_hours,
        "options": "／".join(options),
    }


def order_stops(stops: list[Stop], task: RoutingTask) -> list[list[Stop]]:
    """Put the stops in order, day by day.

    Without appointments a day's tour is its shortest one, begun at the smaller of its two ends,
    and days are ordered by their first place; with appointments order and days stay as they are.
    """
    days = sorted({stop.day for stop in stops})
    by_day = [[stop for stop in stops if stop.day == day] for day in days]
    if task.windows:
        return by_day
    tours = [
        find_shortest_tour(task.travel, tuple(sorted(stop.place for stop in tour)))
        for tour in by_day
    ]
    # one way round is as long as the other only where the times are the same both ways
    if (task.travel == task.travel.T).all():
        tours = [min(tour, tour[::-1]) for tour in tours]
    return [[Stop(day, place, 0) for place in tour] for day, tour in enumerate(sorted(tours))]


def sum_travel(tours: list[list[Stop]], task: RoutingTask) -> int:
    """Sum the seconds of travel of all days, ways back included."""
    ways = [[0, *(stop.place for stop in tour), 0] for tour in tours]
    return int(sum(task.travel[i, j] for way in ways for i, j in pairwise(way)))


def tabulate_visits(
    municipalities: pd.DataFrame,
    tours: list[list[Stop]],
    task: RoutingTask,
    day_begins: float,
) -> pd.DataFrame:
    """Tabulate one row a visit."""
    # what is known of a municipality beside its code stands in the plan, too
    if "area_name" in municipalities:
        municipalities = municipalities.assign(area=municipalities["area_name"])
    labels = municipalities[
        [column for column in ("code", "name", "area") if column in municipalities.columns]
    ]
    records = [
        {str(column): value for column, value in record.items()}
        for record in labels.to_dict("records")
    ]
    rows: list[dict[str, Any]] = []
    for tour in tours:
        # who has an appointment first sets out so late that nobody waits
        now = max(tour[0].earliest_s - int(task.travel[0, tour[0].place]), 0)
        here = 0
        for order, stop in enumerate(tour, start=1):
            way_s = int(task.travel[here, stop.place])
            # a visit begins no earlier than its appointment
            arrive = now + way_s
            wait_s = max(stop.earliest_s - arrive, 0)
            now = arrive + wait_s + task.visit_s
            rows.append(
                {
                    "day": stop.day + 1,
                    "order": order,
                    **records[stop.place - 1],
                    "arrive": arrive / HOUR_S,
                    "leave": now / HOUR_S,
                    "travel_min": way_s / 60,
                    "wait_min": wait_s / 60,
                }
            )
            here = stop.place
    columns = ["day", "order", *labels.columns, "arrive", "leave", "travel_min", "wait_min"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        arrive_at=_write_clock(table["arrive"], day_begins),
        leave_at=_write_clock(table["leave"], day_begins),
    )


def tabulate_days(
    visits: pd.DataFrame, tours: list[list[Stop]], task: RoutingTask, day_begins: float
) -> pd.DataFrame:
    """Tabulate one row a day."""
    names = visits["name"] if "name" in visits.columns else visits["code"]
    by_day = visits.assign(name=names).groupby("day", sort=True)
    # the way back stands in no row of the visits
    back_s = np.array([task.travel[tour[-1].place, 0] for tour in tours], dtype=np.float64)
    first = by_day.first()
    begin = (first["arrive"] - first["travel_min"] / 60).to_numpy()
    end = by_day["leave"].last().to_numpy() + back_s / HOUR_S
    table = pd.DataFrame({"day": first.index, "visits": by_day.size().to_numpy()})
    return table.assign(
        travel_min=by_day["travel_min"].sum().to_numpy() + back_s / 60,
        hearing_min=table["visits"] * task.visit_s / 60,
        wait_min=by_day["wait_min"].sum().to_numpy(),
        hours=end - begin,
        set_out_at=_write_clock(pd.Series(begin), day_begins),
        back_at=_write_clock(pd.Series(end), day_begins),
        route=by_day["name"].agg("→".join).to_numpy(),
    )


def _write_clock(hours: "pd.Series[float]", day_begins: float) -> list[str]:
    """Write hours since the day began as HH:MM, to the next minute."""
    # what lies above a whole minute by rounding alone is that minute
    minutes = [int(np.ceil((hour + day_begins) * 60 - 1e-6)) for hour in hours]
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes]
