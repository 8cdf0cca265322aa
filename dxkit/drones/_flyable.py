"""On how many days of a month does the wind let a drone fly?"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit.drones._drone_figures import Drone, read_drone_figures
from dxkit.drones._origin import mark_origin
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table

# of each month, February with its leap days
DAYS_IN_MONTH = (31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0)
# wind speeds (m/s) whose days the normals count
COUNTED_MS = (10, 15, 20)


@accepts_any_table("stations")
def flyable(
    stations: pd.DataFrame,
    drone: Drone,
    *,
    month: int | None = None,
    hours: object = None,
) -> pd.DataFrame:
    """Count the days of a month on which the wind stays below a drone's limit all day.

    Parameters
    ----------
    stations
        The table ``wind_normals``: one row a station and month, ``station, month, days_10ms,
        days_15ms, days_20ms`` (mean days whose strongest 10-minute wind is at least that).
    drone
        As for `flight_range`; only its ``wind_max_ms`` counts.
    month
        1 to 12; without it all months of the table.
    hours
        Always refused: the normals count days, and hourly records are not in this project.

    Returns
    -------
    pandas.DataFrame
        One row a station and month, as in the table: ``station, month, days, flyable_days``.

    Raises
    ------
    TableError
        If a column is missing.
    ChoiceError
        If there is no such month, hours are asked for, or the drone's limit lies below 10 m/s,
        which the normals do not count.

    Notes
    -----
    The speed counted is the highest of 10, 15 and 20 m/s that the drone's limit reaches: a day
    with 11 m/s is lost for a drone of 12 m/s. A day with one windy hour is lost whole. Stations
    stand some 10 m above the ground, in valleys: at flight height the wind is stronger. Rain, snow,
    fog and gusts are not counted: the days are an upper limit where these matter.

    Examples
    --------
    >>> import dxkit
    >>> normals = dxkit.load("wind_normals").query("station == '豊岡'")
    >>> flyable(normals, dxkit.load("drone_types").iloc[0], month=4)
      station  month  days  flyable_days
    0      豊岡      4  30.0          29.6
    """
    if hours is not None:
        raise ChoiceError(
            f"hours={shorten(hours)} には答えられません。平年値には日ごとの最大風速の日数だけがあり、"
            "時間ごとの風の記録はこの道具に入っていません。日数で見るか、気象庁の時別値を"
            "ご自分で読んでください。"
        )
    _checks.require_columns(stations, ["station", "month"], "stations")
    months = _checks.read_numbers(stations, "month", "stations", low=1, high=12, whole=True)
    speed_ms = _find_counted_speed(read_drone_figures(drone)["wind_max_ms"])
    days = np.array(DAYS_IN_MONTH)[months.astype(int) - 1]
    is_read = np.ones(len(stations), dtype=np.bool_)
    if month is not None:
        is_read = months == _checks.require_whole_number(month, "month", high=12)
    # blanks of months that were not asked for do no harm
    windy = _checks.read_numbers(
        stations, f"days_{speed_ms}ms", "stations", low=0, high=31, rows=is_read
    )
    table = pd.DataFrame(
        {
            "station": stations["station"].to_numpy(),
            "month": months.astype(int),
            "days": days,
            "flyable_days": _subtract_days(days, windy),
        }
    )
    table = table[is_read].reset_index(drop=True)
    table.attrs["settings"] = {"month": month, "counted_ms": speed_ms}
    return mark_origin(table, stations, drone)


def _find_counted_speed(wind_max_ms: float) -> int:
    """Find the fastest counted speed up to the drone's limit."""
    counted = [speed for speed in COUNTED_MS if speed <= wind_max_ms]
    if not counted:
        raise ChoiceError(
            f"この機種の風の限度 wind_max_ms={wind_max_ms:g} m/s では日数を数えられません。"
            "平年値にあるのは10・15・20 m/s以上の日数だけです。"
        )
    return max(counted)


def _subtract_days(days: FloatArray, windy: FloatArray) -> FloatArray:
    # a mean of many years may exceed February's 28.25 days in the last digit only
    return np.maximum(days - windy, 0.0).round(2)
