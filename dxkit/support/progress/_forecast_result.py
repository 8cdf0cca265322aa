"""What do the draws say about each municipality, each system and each month to come?

`Forecast` is what a user gets; `ForecastDraws` makes its tables from the draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit.loaders import HYOGO
from dxkit.schema import MethodText, TableResult
from dxkit.support.progress._dates import (
    DAYS_A_MONTH,
    DEADLINE,
    EXTENDED_DEADLINE,
    count_months,
    read_date,
)
from dxkit.support.progress._monte_carlo import SystemArrays
from dxkit.support.progress._progress_table import PROGRESS_CAUTION

# months from now after which no date is given
HORIZON_MONTHS = 120
MIN_CURVE_MONTHS = 12
# enough for a band in a picture
CURVE_DRAWS = 500
# the ends and the middle of an interval that holds nine draws of ten
LEVELS = (0.05, 0.5, 0.95)
# what is shorter or longer is a made-up label
CODE_DIGITS = 5
# what the prefecture itself wrote; shown beside the forecast, never fitted
PREFECTURE_FORECAST = {
    "in_time": 16,
    "of": 41,
    "as_of": "令和7年度当初（2025年春）",
    "source": "兵庫県「市町DX支援パッケージ（令和7年度）」6頁",
    "said": "期限内での移行完了見込は16市町に留まる（更に減る可能性も）",
}
FORECAST_LIMITS = (
    "1時点の進捗からは速さの変わり方は分からないため、これからの速さは、"
    "これまでの平均の半分から4倍（90%の場合）と仮定しています。",
    "40手順の重さは同じではなく、本番の切替えの日は契約で決まります。"
    "個別の予定を聞き取れたら、そちらを使ってください。",
    "特定移行支援システムの一覧に載った業務は、"
    "一覧のとおり2026年3月31日より後に終わるものとして計算しています。",
)


def _find_statement(codes: pd.Index) -> dict[str, object]:
    """Find what the prefecture itself stated; only Hyogo's statement is known."""
    texts = [str(code) for code in codes]
    is_elsewhere = all(
        len(text) == CODE_DIGITS and text.isdigit() and not text.startswith(HYOGO) for text in texts
    )
    return {} if is_elsewhere else dict(PREFECTURE_FORECAST)


@dataclass(frozen=True)
class Forecast(TableResult):
    """When the municipalities may be through.

    Attributes
    ----------
    table
        One row a municipality in the order of the codes: ``code, share_done`` (mean of its
        systems), ``steps_left, systems_left, listed`` (systems of 特定移行), ``in_time``
        (probability that every system is through by the deadline), ``in_time_others`` (the same
        for the systems that are not listed), ``start`` (date of the figures), ``finish_p05,
        finish, finish_p95`` (dates by which all are through; never later than the horizon, see
        ``beyond``), ``past_limit`` (probability of more than five years more).
    cells
        One row a system of a municipality, in the order of the codes and of the ministry's list:
        ``code, system, share_done, steps_left, extended, in_time, finish_p05, finish,
        finish_p95``.
    curve
        One row a measure and month: ``measure`` (``steps``, ``systems``, ``municipalities``),
        ``date``, ``month``, ``mean``, ``p05``, ``p95``: what is not through yet.
    in_time
        How many municipalities are through by the deadline: ``p05, median, p95``, and ``most``:
        those that can be at all (for the first deadline those with nothing listed).
    stated
        What Hyogo stated, with its date; not used. Empty for municipalities of other prefectures.
    settings
        Every assumption.
    finishing
        Months from the date of the figures, draws × rows of ``cells``.
    caution, limits
        What has to be said beside every figure.
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    curve: pd.DataFrame
    in_time: dict[str, float]
    stated: dict[str, object]
    settings: dict[str, object]
    finishing: FloatArray = field(repr=False)
    caution: str = PROGRESS_CAUTION
    limits: tuple[str, ...] = FORECAST_LIMITS

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"{self.settings['as_of']} の進捗から、業務ごとの残りの手順が終わる日を{self.settings['draws']:,}回引いた"
                f"（期限 {self.settings['deadline']}）。",
                "ペースの仮定は設定の pace のとおり。",
                self.caution,
            ),
            en=(
                f"From the progress of {self.settings['as_of']}, the day on which the remaining steps of each system "
                f"end was drawn {self.settings['draws']:,} times (deadline {self.settings['deadline']}).",
                "The pace is assumed as the setting pace says.",
            ),
            constants={
                "horizon_months": HORIZON_MONTHS,
                "curve_draws": CURVE_DRAWS,
                "levels": LEVELS,
                "extended_deadline": EXTENDED_DEADLINE,
            },
        )

    def __repr__(self) -> str:
        spread = self.in_time
        if self.settings["after_deadline"]:
            return (
                f"<期限 {self.settings['deadline']} の後の進捗（{self.settings['as_of']}）: "
                f"{len(self.table)}市町のうち終えたのは{spread['median']:.0f}市町>"
            )
        return (
            f"<見通し（{self.settings['as_of']}）: {len(self.table)}市町のうち"
            f"{self.settings['deadline']}までに終わるのは{spread['median']:.0f}市町"
            f"（90%の場合 {spread['p05']:.0f}〜{spread['p95']:.0f}）>"
        )

    def _list_notes(self) -> Sequence[str]:
        return (self.caution,)


@dataclass(frozen=True)
class ForecastDraws:
    """Draws on their way to tables.

    Attributes
    ----------
    rows
        One row a system of a municipality, of the latest date.
    systems, months
        The same as arrays, and when each is through (draws × systems); NaN where unknown.
    today, months_to_deadline
        Date of the figures, and how far it is to the deadline.
    settings
        Every assumption.
    codes
        The municipalities, in order.
    """

    rows: pd.DataFrame
    systems: SystemArrays
    months: FloatArray
    today: pd.Timestamp
    months_to_deadline: float
    settings: dict[str, object]
    codes: pd.Index

    def build_result(self) -> Forecast:
        """Build all tables."""
        last = self._find_last_months(self.months)
        # one count a draw: the interval is that of the count, not of each municipality
        count = (last <= self.months_to_deadline).sum(axis=1)
        quantiles = np.quantile(count, LEVELS).tolist()
        spread = dict(zip(("p05", "median", "p95"), quantiles, strict=True))
        table = self._tabulate_municipalities(last)
        spread["most"] = self._count_most(table)
        table.attrs["settings"] = self.settings | {"caution": PROGRESS_CAUTION}
        return Forecast(
            table,
            self._tabulate_cells(),
            self._tabulate_curve(last),
            spread,
            _find_statement(self.codes),
            self.settings,
            self.months,
        )

    def _count_most(self, table: pd.DataFrame) -> float:
        """Count the municipalities that can be in time at all."""
        is_known = table["in_time"].notna()
        if self.settings["after_deadline"]:
            return float((table.loc[is_known, "in_time"] == 1).sum())
        # who has a listed system is late for the first deadline by the list itself
        is_first = read_date(str(self.settings["deadline"])) <= read_date(DEADLINE)
        return float((is_known & (table["listed"] == 0)).sum() if is_first else is_known.sum())

    def _find_last_months(self, months: FloatArray) -> FloatArray:
        """Find when the last system of each municipality is through; NaN if one is unknown."""
        # columns by municipality, so that each has one run of columns
        order = np.argsort(self.systems.municipality, kind="stable")
        starts = np.searchsorted(self.systems.municipality[order], np.arange(len(self.codes)))
        return np.asarray(np.maximum.reduceat(months[:, order], starts, axis=1))

    def _tabulate_municipalities(self, last: FloatArray) -> pd.DataFrame:
        steps_left = self.systems.steps_left
        is_waiting = self.systems.is_listed & (steps_left > 0)
        # systems on the list count as through, to see how the others fare
        others = self._find_last_months(np.where(is_waiting, 0.0, self.months))
        groups = self.rows.assign(
            steps_left=steps_left, systems_left=steps_left > 0, listed=is_waiting
        ).groupby("code", sort=True)
        sums = groups[["steps_left", "systems_left", "listed"]].sum()
        facts = {
            "code": self.codes,
            "share_done": groups["share_done"].mean().to_numpy(),
            "steps_left": sums["steps_left"].to_numpy(),
            "systems_left": sums["systems_left"].to_numpy(dtype=int),
            "listed": sums["listed"].to_numpy(dtype=int),
            "in_time": _share_of_draws(last, self.months_to_deadline),
            "in_time_others": _share_of_draws(others, self.months_to_deadline),
            "start": self.today,
        }
        # the chance of missing even the extended deadline
        limit_months = max(count_months(self.today, read_date(EXTENDED_DEADLINE)), 0.0)
        table = pd.DataFrame(facts | self._compute_dates(last))
        return table.assign(past_limit=1 - _share_of_draws(last, limit_months))

    def _tabulate_cells(self) -> pd.DataFrame:
        keys = self.rows[["code", "system", "share_done"]]
        figures = {
            "steps_left": self.systems.steps_left,
            "extended": self.systems.is_listed,
            "in_time": _share_of_draws(self.months, self.months_to_deadline),
        }
        cells = pd.DataFrame(figures | self._compute_dates(self.months), index=keys.index)
        return pd.concat([keys, cells], axis=1)

    def _compute_dates(self, months: FloatArray) -> dict[str, object]:
        """Compute the interval of each column's dates, and whether it ends after the horizon."""
        quantiles = np.quantile(months, LEVELS, axis=0)
        columns = ("finish_p05", "finish", "finish_p95")
        dates: dict[str, object] = {
            column: _add_months(self.today, quantile)
            for column, quantile in zip(columns, quantiles, strict=True)
        }
        return dates | {"beyond": quantiles[-1] > HORIZON_MONTHS}

    def _tabulate_curve(self, last: FloatArray) -> pd.DataFrame:
        """Count what is not through at each month's end; a system's steps arrive evenly."""
        # a system without a figure can be counted neither as open nor as through
        is_known = ~np.isnan(self.months).any(axis=0)
        months = self.months[:CURVE_DRAWS, is_known]
        steps_left = self.systems.steps_left[is_known]
        last_known = last[:CURVE_DRAWS, ~np.isnan(last).any(axis=0)]
        ends = np.arange(0, _find_curve_end(months) + 1)
        # a system that is through today has no months to divide by
        lengths = np.maximum(months, 1e-9)
        counts = {
            "steps": [(steps_left * np.clip(1 - end / lengths, 0, 1)).sum(axis=1) for end in ends],
            "systems": [(months > end).sum(axis=1) for end in ends],
            "municipalities": [(last_known > end).sum(axis=1) for end in ends],
        }
        parts = [
            self._summarise_measure(measure, ends, np.array(of_draws))
            for measure, of_draws in counts.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def _summarise_measure(
        self, measure: str, ends: np.ndarray, of_draws: FloatArray
    ) -> pd.DataFrame:
        low, high = np.quantile(of_draws, (LEVELS[0], LEVELS[-1]), axis=1)
        dates = _add_months(self.today, ends)
        columns = {"measure": measure, "date": dates, "month": ends}
        return pd.DataFrame(columns | {"mean": of_draws.mean(axis=1), "p05": low, "p95": high})


def _find_curve_end(months: FloatArray) -> int:
    """Find the month by which nearly all is through, at least a year and within the horizon."""
    nearly_all = float(np.quantile(months, 0.99)) if months.size else 0.0
    return int(np.clip(np.ceil(nearly_all), MIN_CURVE_MONTHS, HORIZON_MONTHS))


def _share_of_draws(months: FloatArray, until: float) -> FloatArray:
    """Compute the share of draws through by then; NaN where unknown."""
    return np.where(np.isnan(months).any(axis=0), np.nan, (months <= until).mean(axis=0))


def _add_months(today: pd.Timestamp, months: np.ndarray) -> pd.Series:
    # dates after the horizon would look more certain than they are
    days = np.minimum(months, HORIZON_MONTHS) * DAYS_A_MONTH
    return (today + pd.Series(pd.to_timedelta(days, unit="D"))).dt.normalize()
