"""Which wind may blow on a day of the month, if the station's normals are all that is known?

The normals give a month's mean wind and its days with a strong wind. A draw is a day: it is lost
with the share of the days on which the drone's limit is passed (`dxkit.drones.flyable`). On the
others the wind is Rayleigh's around the mean, up to the drone's limit, from any direction alike.
Shape and direction are assumptions: neither stands in the normals.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.drones._drone_figures import Drone, read_drone_figures
from dxkit.drones._flyable import flyable
from dxkit.errors import ChoiceError, shorten

# so that the people drawn are the same with wind and without
WIND_STREAM = 1


@dataclass(frozen=True)
class DrawnWind:
    """The wind of a day; ``is_flyable`` is False on a day that is lost."""

    is_flyable: bool
    speed_ms: float
    from_deg: float


class WindDraws:
    """Draws of the wind of one station, of one month or of the whole year."""

    def __init__(
        self, stations: pd.DataFrame, drone: Drone, month: int | None, seed: int | None
    ) -> None:
        days = flyable(stations, drone, month=month)
        _require_station(stations)
        _require_months(days["month"], month)
        months = _checks.read_numbers(stations, "month", "stations", low=1, high=12, whole=True)
        mean_ms = _checks.read_numbers(
            stations,
            "mean_wind_ms",
            "stations",
            low=0,
            high=60,
            rows=np.isin(months, days["month"]),
        )
        means = dict(zip(months.astype(int).tolist(), mean_ms.tolist(), strict=True))
        # months are gone through in their order, whatever that of the rows
        days = days.sort_values("month", ignore_index=True)
        self.mean_ms = np.array([means[int(number)] for number in days["month"]])
        self.day_share = (days["days"] / days["days"].sum()).to_numpy()
        self.flyable_share = (days["flyable_days"] / days["days"]).to_numpy()
        self.limit_ms = read_drone_figures(drone)["wind_max_ms"]
        # without a seed each call draws anew, here as for the people
        self.rng = np.random.default_rng(None if seed is None else (seed, WIND_STREAM))

    def draw_wind(self) -> DrawnWind:
        """Draw a day's wind."""
        # always as many numbers a draw, so that a draw does not hang on the one before
        which_month, day_draw, how_strong, turn = self.rng.random(4)
        month = int(np.searchsorted(np.cumsum(self.day_share)[:-1], which_month, side="right"))
        # a month's mean wind without any wind leaves nothing to draw
        scale = max(self.mean_ms[month] * np.sqrt(2 / np.pi), 1e-9)
        below_limit = -np.expm1(-((self.limit_ms / scale) ** 2) / 2)
        speed_ms = scale * np.sqrt(-2 * np.log1p(-how_strong * below_limit))
        return DrawnWind(
            is_flyable=bool(day_draw < self.flyable_share[month]),
            speed_ms=float(min(speed_ms, self.limit_ms)),
            from_deg=float(360 * turn),
        )


def _require_station(stations: pd.DataFrame) -> None:
    """Refuse the rows of more than a single station: one wind blows over all places."""
    names = sorted(set(stations["station"].astype(str)))
    if len(names) != 1:
        raise ChoiceError(
            f"stations に観測所が{len(names)}か所（{shorten('、'.join(names))}）あります。"
            "いちばん近い1か所の行だけを渡してください。"
        )


def _require_months(months: pd.Series, month: int | None) -> None:
    """Refuse a month without a row or with several, and a year of which months are missing."""
    if months.empty or months.duplicated().any():
        raise ChoiceError(
            f"month={shorten(month)} の風を stations の表から1つに決められません。"
            "wind_normals から1つの観測所の行（月ごとに1行）を選んでください。"
        )
    missing = sorted(set(range(1, 13)) - set(months))
    # any day of the year needs the year's twelve months
    if month is None and missing:
        listed = "・".join(map(str, missing))
        raise ChoiceError(
            f"stations の表に{listed}月の行がないため、1年の風を引けません。"
            f"その観測所の12か月分の行を渡すか、month={months.iloc[0]} のように月を選んでください。"
        )
