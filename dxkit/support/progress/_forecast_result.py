"""What do the draws say about each municipality, each system and each month to come?"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dxkit.support.progress import _progress_table
from dxkit.support.progress._monte_carlo import Cells, Floats
from dxkit.support.progress._progress_table import DAYS_A_MONTH, date, months_between

HORIZON = 120
# enough for a band in a picture
CURVE_DRAWS = 500
LEVELS = (0.05, 0.5, 0.95)
# 特定移行支援システム: five years more
LIMIT = "2031-03-31"
# what the prefecture itself wrote; shown beside the forecast, never fitted
STATED = {
    "in_time": 16,
    "of": 41,
    "as_of": "令和7年度当初（2025年春）",
    "source": "兵庫県「市町DX支援パッケージ（令和7年度）」6頁",
    "said": "期限内での移行完了見込は16市町に留まる（更に減る可能性も）",
}
LIMITS = (
    "1時点の進捗からは速さの変わり方は分からないため、これからの速さは、これまでの平均の半分から4倍（90%の場合）と仮定しています。",
    "40手順の重さは同じではなく、本番の切替えの日は契約で決まります。個別の予定を聞き取れたら、そちらを使ってください。",
    "特定移行支援システムの一覧に載った業務は、一覧のとおり期限後に終わるものとして計算しています。",
)


@dataclass(frozen=True)
class Forecast:
    """When the municipalities may be through.

    Attributes
    ----------
    table
        One row a municipality: ``code, share_done`` (mean of its systems), ``steps_left, systems_left, listed`` (systems of
        特定移行), ``in_time`` (probability that every system is through by the deadline), ``in_time_others`` (the same for the
        systems that are not listed), ``start`` (date of the figures), ``finish_p05, finish, finish_p95`` (dates by which all
        are through; never later than the horizon, see ``beyond``), ``past_limit`` (probability of more than five years more).
    cells
        One row a system of a municipality: ``code, system, share_done, steps_left, extended, in_time, finish_p05, finish,
        finish_p95``.
    curve
        One row a measure and month: ``measure`` (``steps``, ``systems``, ``municipalities``), ``date``, ``month``, ``mean``,
        ``p05``, ``p95``: what is not through yet.
    in_time
        How many municipalities are through by the deadline: ``p05, median, p95``, and ``most``: those with nothing listed.
    stated
        What the prefecture stated, with its date; not used.
    settings
        Every assumption.
    caution, limits
        What has to be said beside every figure.
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    curve: pd.DataFrame
    in_time: dict[str, float]
    stated: dict[str, object]
    settings: dict[str, object]
    finishing: Floats = field(repr=False)
    caution: str = _progress_table.CAUTION
    limits: tuple[str, ...] = LIMITS


@dataclass(frozen=True)
class Told:
    """Draws on their way to tables."""

    now: pd.DataFrame
    cells: Cells
    times: Floats
    today: pd.Timestamp
    to_deadline: float
    settings: dict[str, object]
    codes: pd.Index

    def result(self) -> Forecast:
        """Give all tables."""
        whole = self._by_town(self.times)
        count = (whole <= self.to_deadline).sum(axis=1)
        spread = dict(
            zip(("p05", "median", "p95"), np.quantile(count, LEVELS).tolist(), strict=True)
        )
        table = self._table(whole)
        spread["most"] = float(((table["listed"] == 0) & table["in_time"].notna()).sum())
        table.attrs["settings"] = self.settings | {"caution": _progress_table.CAUTION}
        return Forecast(
            table,
            self._cells(),
            self._curve(whole),
            spread,
            dict(STATED),
            self.settings,
            self.times,
        )

    def _by_town(self, times: Floats) -> Floats:
        """Give when the last system of each municipality is through; NaN if one is unknown."""
        order = np.argsort(self.cells.town, kind="stable")
        starts = np.searchsorted(self.cells.town[order], np.arange(len(self.codes)))
        return np.asarray(np.maximum.reduceat(times[:, order], starts, axis=1))

    def _table(self, whole: Floats) -> pd.DataFrame:
        waiting = self.cells.listed & (self.cells.left > 0)
        others = self._by_town(np.where(waiting, 0.0, self.times))
        groups = self.now.assign(
            left=self.cells.left, open=self.cells.left > 0, listed=waiting
        ).groupby("code", sort=True)
        sums = groups[["left", "open", "listed"]].sum().astype({"open": int, "listed": int})
        facts = {
            "code": self.codes,
            "share_done": groups["share_done"].mean().to_numpy(),
            "steps_left": sums["left"].to_numpy(),
            "systems_left": sums["open"].to_numpy(),
            "listed": sums["listed"].to_numpy(),
            "in_time": _share(whole, self.to_deadline),
            "in_time_others": _share(others, self.to_deadline),
            "start": self.today,
        }
        limit = months_between(self.today, date(LIMIT))
        return pd.DataFrame(facts | self._dates(whole)).assign(past_limit=1 - _share(whole, limit))

    def _cells(self) -> pd.DataFrame:
        own = self.now[["code", "system", "share_done"]]
        facts = {"steps_left": self.cells.left, "extended": self.cells.listed}
        more = facts | {"in_time": _share(self.times, self.to_deadline)} | self._dates(self.times)
        return pd.concat([own, pd.DataFrame(more, index=own.index)], axis=1)

    def _dates(self, times: Floats) -> dict[str, object]:
        """Give the ends and the middle of each column's dates, and whether they lie beyond the horizon."""
        ends = np.quantile(times, LEVELS, axis=0)
        names = ("finish_p05", "finish", "finish_p95")
        found: dict[str, object] = {
            name: _after(self.today, end) for name, end in zip(names, ends, strict=True)
        }
        return found | {"beyond": ends[2] > HORIZON}

    def _curve(self, whole: Floats) -> pd.DataFrame:
        """Count what is not through at each month's end; steps of one system arrive evenly until its last."""
        known = ~np.isnan(self.times).any(axis=0)
        times, left = self.times[:CURVE_DRAWS, known], self.cells.left[known]
        towns = whole[:CURVE_DRAWS, ~np.isnan(whole).any(axis=0)]
        month = np.arange(0, _horizon(times) + 1)
        counts = {
            "steps": [
                (left * np.clip(1 - at / np.maximum(times, 1e-9), 0, 1)).sum(axis=1) for at in month
            ],
            "systems": [(times > at).sum(axis=1) for at in month],
            "municipalities": [(towns > at).sum(axis=1) for at in month],
        }
        return pd.concat(
            [self._measure(name, month, np.array(found)) for name, found in counts.items()],
            ignore_index=True,
        )

    def _measure(self, name: str, month: np.ndarray, found: Floats) -> pd.DataFrame:
        low, high = np.quantile(found, (LEVELS[0], LEVELS[2]), axis=1)
        facts = {"measure": name, "date": _after(self.today, month), "month": month}
        return pd.DataFrame(facts | {"mean": found.mean(axis=1), "p05": low, "p95": high})


def _horizon(times: Floats) -> int:
    """Give the months within which nearly all is through, at least a year and at most the horizon."""
    most = float(np.quantile(times, 0.99)) if times.size else 0.0
    return int(np.clip(np.ceil(most), 12, HORIZON))


def _share(times: Floats, until: float) -> Floats:
    """Give the share of draws through by then; NaN where unknown."""
    return np.where(np.isnan(times).any(axis=0), np.nan, (times <= until).mean(axis=0))


def _after(today: pd.Timestamp, months: np.ndarray) -> pd.Series:
    days = np.minimum(months, HORIZON) * DAYS_A_MONTH
    return (today + pd.Series(pd.to_timedelta(days, unit="D"))).dt.normalize()
