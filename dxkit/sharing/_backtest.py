"""Would the forecast have been better than the simplest rule, in this disaster?

`backtest` hides one event of the archive, or a table of one's own, from the hour of the origin on,
forecasts every later count from the earlier ones and from the other events, and puts the simple
rivals beside it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray
from dxkit._checks import require_number
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import MethodText, TableResult, accepts_any_table, merge_provenance
from dxkit.sharing._forecast import build_forecast, list_forecast_constants
from dxkit.sharing._forecast_counts import (
    read_archive,
    read_counts_of_place,
    warn_of_changed_definitions,
)
from dxkit.sharing._forecast_hierarchy import Counts
from dxkit.sharing._forecast_rivals import RIVALS
from dxkit.sharing._scenario import Scenario

ORIGIN_H = 74.0
LEVEL = 0.8
DAY_H = 24.0
OWN_TABLE = "渡した表"
SHELTERS = "避難所"
KNOWN = "当てはめ"
PREDICTED = "予測"


@dataclass(frozen=True)
class Backtest(TableResult):
    """What was forecast of a past disaster, beside what was counted and what rivals say.

    Attributes
    ----------
    name
        The event, or 渡した表.
    table
        One row a count from the origin on: ``hour, people, base, predicted, low, high``, the misses
        in points of the base of ours (``miss_points``) and of every rival (``miss_last_value``,
        ``miss_own_exponential``, ``miss_six_percent``, ``miss_lomax_alone``).
    scores
        One row a method: ``method, mean_miss, median_miss, worst_miss`` in points.
    skill
        1 − our mean miss ÷ that of the best rival: above 0 we are nearer, below 0 the rival is.
    best_rival
        The rival with the least mean miss, chosen after the fact: the hardest to beat.
    curve
        One row a day: ``measure, hour, simulated`` (share of the base), for `charts.backtest`.
    points
        One row a count, those before the origin too: ``measure, hour, use, observed, simulated,
        miss_points``, for `charts.backtest`.
    """

    name: str
    table: pd.DataFrame
    scores: pd.DataFrame
    skill: float
    best_rival: str
    curve: pd.DataFrame
    points: pd.DataFrame

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"災害「{self.name}」の{self._used_settings['origin_hour']:g}時間より後の数を隠し、それまでの数とほかの災害の"
                "階層モデル（ロマックス曲線、対数時間のウィーナー過程、EM法）から予測した。",
                f"単純なモデル{len(RIVALS)}つと比べ、最も近いもの（{RIVALS[self.best_rival]}）に対する技量は"
                f"{self.skill:+.3f}。区間は{self._used_settings['level']:g}。",
            ),
            en=(
                f"Counts of {self.name} after hour {self._used_settings['origin_hour']:g} were hidden and forecast "
                "from the earlier ones and a hierarchical model of the other events (Lomax curves, a "
                "Wiener process in log time, fitted by EM).",
                f"Beside it stand {len(RIVALS)} simple rules; the skill against the best of them "
                f"({self.best_rival}) is {self.skill:+.3f}. Intervals are at {self._used_settings['level']:g}.",
            ),
            constants=list_forecast_constants(),
            software=("scipy",),
        )

    def __repr__(self) -> str:
        ours = self.scores["mean_miss"].iloc[0]
        return (
            f"<予測の検証 {self.name}: {len(self.table)}点、平均のずれ {ours:.1f}ポイント。"
            f"最も近い単純なモデル（{RIVALS[self.best_rival]}）に対する技量 {self.skill:+.2f}>"
        )

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.table


@accepts_any_table("archive")
def backtest(
    event: str | pd.DataFrame,
    *,
    origin_hour: float | None = None,
    archive: pd.DataFrame | None = None,
) -> Backtest:
    """Forecast a past disaster from an hour on, and compare with counts and simple rivals.

    Parameters
    ----------
    event
        An event of the archive (``"noto_2024"``, ``"japan_2011"``, ``"kobe_1995"``, …), which is
        then left out of what the forecast learns from; or a table of one place with ``hour,
        people``.
    origin_hour
        Counts up to it are known; by default hour 74, the end of the third day.
    archive
        As for `forecast`.

    Returns
    -------
    Backtest

    Raises
    ------
    ChoiceError
        If there is no such event, or no count on either side of the origin.
    TableError
        If columns or rows are missing or a cell is no number.

    Examples
    --------
    >>> played = backtest("chuetsu_2004")
    >>> played.table[["hour", "people"]].to_numpy().tolist()
    [[168.1, 76615.0]]
    >>> played.best_rival
    'six_percent'
    """
    if isinstance(event, Scenario):
        raise ChoiceError(
            f"backtest はシナリオ「{shorten(event.name)}」を読めません。"
            "シナリオの再現は replay に渡してください。"
        )
    origin = ORIGIN_H if origin_hour is None else origin_hour
    require_number(origin, "origin_hour", low=0)
    archive_table, events = read_archive(archive)
    name = OWN_TABLE
    if isinstance(event, pd.DataFrame):
        counts = read_counts_of_place(event, "event")
    else:
        if event not in events:
            raise ChoiceError(
                f"災害「{shorten(event)}」の数はありません。"
                f"{'・'.join(events)} から選ぶか、hour と people の表を渡してください。"
            )
        name = event
        counts = events.pop(event)
    known = counts.select_until(origin)
    later = counts.hours > origin
    if not len(known.hours) or not later.any():
        raise ChoiceError(
            f"origin_hour={origin:g} の前と後の両方に数が要ります。"
            f"{counts.hours[0]:g}以上、{counts.hours[-1]:g}未満の時間にしてください。"
        )
    warn_of_changed_definitions(known, stack_level=3)
    origin_attrs = merge_provenance(event, archive_table, {"kind": "estimated"})
    origin_attrs["settings"] = {"origin_hour": origin, "level": LEVEL}
    others = list(events.values())
    table = _compare_counts(others, known, counts, later)
    scores = _score_methods(table)
    rivals = scores.iloc[1:]
    best = rivals.iloc[int(rivals["mean_miss"].to_numpy().argmin())]
    skill = 1 - scores["mean_miss"].iloc[0] / max(best["mean_miss"], np.finfo(float).tiny)
    curve = _forecast_days(others, known, counts)
    points = _list_points(table, known)
    for frame in (table, scores, curve, points):
        frame.attrs |= origin_attrs
    return Backtest(name, table, scores, float(skill), str(best["method"]), curve, points)


def _compare_counts(
    archive: list[Counts], known: Counts, counts: Counts, later: BoolArray
) -> pd.DataFrame:
    """Put forecast, rivals and counts after the origin side by side."""
    hours = counts.hours[later]
    predicted = build_forecast(archive, known, hours, LEVEL)
    base = known.people.max()
    observed = counts.people[later]
    table = pd.DataFrame({"hour": hours, "people": observed, "base": base})
    table["predicted"] = predicted["people"]
    table["low"] = predicted["low"]
    table["high"] = predicted["high"]
    table["miss_points"] = (predicted["people"] - observed) / base * 100
    for rival in RIVALS:
        table[f"miss_{rival}"] = (predicted[rival] - observed) / base * 100
    return table


def _score_methods(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise the misses of dxkit and of every rival; dxkit stands first."""
    columns = {"dxkit": "miss_points"} | {rival: f"miss_{rival}" for rival in RIVALS}
    misses = {method: table[column].abs() for method, column in columns.items()}
    return pd.DataFrame(
        {
            "method": list(misses),
            "mean_miss": [miss.mean() for miss in misses.values()],
            "median_miss": [miss.median() for miss in misses.values()],
            "worst_miss": [miss.max() for miss in misses.values()],
        }
    )


def _forecast_days(archive: list[Counts], known: Counts, counts: Counts) -> pd.DataFrame:
    """Forecast day by day from the last known count to the last of all."""
    last = known.hours[-1]
    hours = np.arange(last + 1, counts.hours[-1] + DAY_H, DAY_H)
    predicted = build_forecast(archive, known, hours, LEVEL)
    share = predicted["people"] / known.people.max()
    return pd.DataFrame({"measure": SHELTERS, "hour": hours, "simulated": share})


def _list_points(table: pd.DataFrame, known: Counts) -> pd.DataFrame:
    """List all counts as shares of the base; those before the origin were known."""
    base = known.people.max()
    before = pd.DataFrame({"hour": known.hours, "use": KNOWN, "observed": known.people / base})
    # a count that is known needs no forecast
    before["simulated"] = before["observed"]
    after = pd.DataFrame({"hour": table["hour"], "use": PREDICTED})
    after["observed"] = table["people"] / base
    after["simulated"] = table["predicted"] / base
    points = pd.concat([before, after], ignore_index=True)
    points.insert(0, "measure", SHELTERS)
    points["miss_points"] = (points["simulated"] - points["observed"]) * 100
    return points
