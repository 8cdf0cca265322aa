"""How often does the forecast hold where the future is known?

`trial` makes municipalities whose systems really arrive step by step. What the forecast sees is
one snapshot; what it does not see is when each was through. Where the future keeps to the
assumptions nine intervals of ten must hold; where it does not, fewer will.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray, IntArray
from dxkit._keywords import accepts_old_keywords
from dxkit.schema import MethodText, TableResult
from dxkit.support.progress._dates import DAYS_A_MONTH
from dxkit.support.progress._forecast_result import Forecast
from dxkit.support.progress._pace_assumptions import FUTURE_FROM_ONE_DATE, NINETY_PERCENT
from dxkit.support.progress._progress_table import STEPS

# how many times as fast the future is as what is assumed
FUTURES = {"steady": 1.0, "rush": 5.0, "stall": 1 / 5}
SNAPSHOT_MONTH = "2026-01"
SNAPSHOT_DAY = "2026-01-31"
# steps a month: the middle, and how municipalities and their systems scatter (of the logarithm)
MEDIAN_PACE = 0.75
MUNICIPALITY_SPREAD = 0.25
SYSTEM_SPREAD = 0.15
# months in which the middle pace is that of all steps
FULL_MONTHS = 40
# codes from 28900 on are no municipality's
FIRST_CODE = 28_900


@dataclass(frozen=True)
class Trial(TableResult):
    """Invented municipalities with a snapshot and their true future.

    Attributes
    ----------
    progress
        As a forecast takes it: ``code, system, share_done, extended, as_of``; made.
    finish
        One row a municipality: ``code``, ``finish`` (date by which all systems were through).
    future
        ``steady``, ``rush`` or ``stall``.
    """

    progress: pd.DataFrame
    finish: pd.DataFrame
    future: str

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"市町{len(self.finish)}の進捗を作り、将来は {self.future} とした（架空データ）。",
            ),
            en=(
                f"The progress of {len(self.finish)} municipalities was invented; their future "
                f"is {self.future}.",
            ),
            constants={
                "pace_of_futures": FUTURES,
                "median_pace": MEDIAN_PACE,
                "municipality_spread": MUNICIPALITY_SPREAD,
                "system_spread": SYSTEM_SPREAD,
                "full_months": FULL_MONTHS,
                "snapshot": SNAPSHOT_DAY,
            },
        )

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.progress

    def __repr__(self) -> str:
        systems = self.progress["system"].nunique()
        return f"<架空の進捗: {len(self.finish)}市町×{systems}業務、将来は {self.future}>"

    @accepts_old_keywords(told="forecast")
    def covered(self, forecast: Forecast) -> tuple[float, float]:
        """Compute how often the true date lies within the forecast's interval.

        Parameters
        ----------
        forecast
            Made from ``progress``.

        Returns
        -------
        float, float
            The share of municipalities whose date does, and the intervals' mean width in months.
        """
        codes = set(forecast.table["code"])
        true_codes = set(self.finish["code"])
        lone = {"見通し": codes - true_codes, "この架空の進捗": true_codes - codes}
        _checks.warn_of_lone_labels(lone, "市町", "数えていません")
        # by code, as a forecast sorts its rows
        both = forecast.table.merge(self.finish, on="code", suffixes=("", "_true"))
        after_start = both["finish_true"] >= both["finish_p05"]
        before_end = both["finish_true"] <= both["finish_p95"]
        width = (both["finish_p95"] - both["finish_p05"]).dt.days / DAYS_A_MONTH
        return float((after_start & before_end).mean()), float(width.mean())


@accepts_old_keywords(municipalities="n_municipalities", systems="n_systems")
def trial(
    *,
    future: str = "steady",
    n_municipalities: int = 41,
    n_systems: int = 20,
    months: float = 40.0,
    seed: int = 0,
) -> Trial:
    """Make municipalities whose systems arrive step by step, and hide their future (invented).

    Parameters
    ----------
    future
        ``steady``: as `PaceAssumptions` says, half to four times as fast as so far; ``rush``:
        five times that from now on; ``stall``: a fifth.
    n_municipalities, n_systems
        How many.
    months
        How long work has gone on at the snapshot (2026-01-31).
    seed
        Of everything drawn.

    Returns
    -------
    Trial

    Raises
    ------
    ChoiceError
        If there is no such future.

    Examples
    --------
    >>> trial(future="rush", n_municipalities=3)
    <架空の進捗: 3市町×20業務、将来は rush>
    """
    speed_up = FUTURES[_checks.require_choice(future, FUTURES, "future")]
    rng = np.random.default_rng(seed)
    shape = (n_municipalities, n_systems)
    pace = rng.lognormal(np.log(MEDIAN_PACE), MUNICIPALITY_SPREAD, size=(n_municipalities, 1))
    pace = pace * rng.lognormal(0, SYSTEM_SPREAD, shape)
    # no system has more than all steps
    done = np.minimum(rng.poisson(pace * months * STEPS / FULL_MONTHS), STEPS)
    slow, fast = np.log(FUTURE_FROM_ONE_DATE)
    # half of the future's variance is common to all, half each municipality's own
    sigma = (fast - slow) / 2 / NINETY_PERCENT * np.sqrt(0.5)
    common = rng.normal(0, sigma)
    individual = rng.normal(0, sigma, size=(n_municipalities, 1))
    factor = speed_up * np.exp((slow + fast) / 2 + common + individual)
    steps_left = STEPS - done
    waiting = rng.gamma(np.maximum(steps_left, 1)) / (pace * factor)
    invented = _build_trial(done, np.where(steps_left > 0, waiting, 0.0), future)
    invented.progress.attrs["settings"] = {"future": future, "months": months, "seed": seed}
    return invented


def _build_trial(done: IntArray, months_needed: FloatArray, future: str) -> Trial:
    n_municipalities, n_systems = done.shape
    codes = [str(FIRST_CODE + number) for number in range(n_municipalities)]
    names = [f"業務{number + 1:02d}" for number in range(n_systems)]
    progress = pd.DataFrame(
        {
            "code": np.repeat(codes, n_systems),
            "system": np.tile(names, n_municipalities),
            "share_done": done.ravel() / STEPS,
            "extended": False,
            "as_of": SNAPSHOT_MONTH,
        }
    )
    # a municipality is through when its last system is
    days = pd.to_timedelta(months_needed.max(axis=1) * DAYS_A_MONTH, unit="D")
    last_day = (pd.Timestamp(SNAPSHOT_DAY) + pd.Series(days)).dt.normalize()
    finish = pd.DataFrame({"code": codes, "finish": last_day})
    for invented in (progress, finish):
        invented.attrs = {
            "made": True,
            "kind": "made",
            "source": "架空: dxkit.support.progress.trial",
        }
    return Trial(progress, finish, future)
