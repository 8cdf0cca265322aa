"""How often does the forecast hold where the future is known?

Made municipalities whose systems really arrive step by step. What the forecast sees is one snapshot; what it does not see is when
each was through. Where the future keeps to the assumptions nine intervals of ten must hold; where it does not, fewer will.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.support.progress._forecast_result import Forecast
from dxkit.support.progress._monte_carlo import FUTURE, NINETY, Floats
from dxkit.support.progress._progress_table import DAYS_A_MONTH, STEPS

# how much faster the future is than what is assumed
FUTURES = {"steady": 1.0, "rush": 5.0, "stall": 1 / 5}


@dataclass(frozen=True)
class Trial:
    """Made municipalities with a snapshot and their true future.

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

    def covered(self, told: Forecast) -> tuple[float, float]:
        """Give how many of the true dates (share) lie within the forecast's interval, and the intervals' mean width in months."""
        both = told.table.merge(self.finish, on="code", suffixes=("", "_true"))
        inside = (both["finish_true"] >= both["finish_p05"]) & (
            both["finish_true"] <= both["finish_p95"]
        )
        width = (both["finish_p95"] - both["finish_p05"]).dt.days / DAYS_A_MONTH
        return float(inside.mean()), float(width.mean())


def trial(
    *,
    future: str = "steady",
    municipalities: int = 41,
    systems: int = 20,
    months: float = 40.0,
    seed: int = 0,
) -> Trial:
    """Make municipalities whose systems arrive step by step, and hide their future.

    Parameters
    ----------
    future
        ``steady``: as `Pace` assumes, half to four times as fast as so far; ``rush``: five times that from now on; ``stall``: a
        fifth.
    municipalities, systems
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
    """
    times = FUTURES[_checks.require_choice(future, FUTURES, "future")]
    random = np.random.default_rng(seed)
    speed = random.lognormal(np.log(0.75), 0.25, size=(municipalities, 1)) * random.lognormal(
        0, 0.15, (municipalities, systems)
    )
    done = np.minimum(random.poisson(speed * months * STEPS / 40), STEPS)
    slow, fast = np.log(FUTURE)
    sigma = (fast - slow) / 2 / NINETY * np.sqrt(0.5)
    factor = times * np.exp(
        (slow + fast) / 2
        + random.normal(0, sigma)
        + random.normal(0, sigma, size=(municipalities, 1))
    )
    left = STEPS - done
    needed = np.where(left > 0, random.gamma(np.maximum(left, 1)) / (speed * factor), 0.0)
    return _made(done, needed, future)


def _made(done: np.ndarray, needed: Floats, future: str) -> Trial:
    towns, systems = done.shape
    codes = [f"28{900 + at}" for at in range(towns)]
    names = [f"業務{at + 1:02d}" for at in range(systems)]
    progress = pd.DataFrame({"code": np.repeat(codes, systems), "system": np.tile(names, towns)})
    progress = progress.assign(share_done=done.ravel() / STEPS, extended=False, as_of="2026-01")
    progress.attrs |= {"made": True, "source": "架空: dxkit.support.progress.trial"}
    days = pd.to_timedelta(needed.max(axis=1) * DAYS_A_MONTH, unit="D")
    finish = pd.DataFrame(
        {"code": codes, "finish": (pd.Timestamp("2026-01-31") + pd.Series(days)).dt.normalize()}
    )
    return Trial(progress, finish, future)
