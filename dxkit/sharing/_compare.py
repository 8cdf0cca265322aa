"""Which policies does no other policy beat?

`compare` puts the figures of all policies side by side and marks the Pareto-optimal ones.
"""

from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import require_result
from dxkit.sharing._measures import INTERVAL, summarise_figure
from dxkit.sharing._outcome import Outcome, mark_simulated
from dxkit.sharing._trace import Trace

# shares of evacuees known to home whose hour is given
LEVELS = (0.5, 0.8)
# hours; the Pareto mark looks at the last marked hour up to this one
FIRST_DAYS_H = 72
# decimals to which figures count as equal
DECIMALS = 9


def compare(outcome: Outcome) -> pd.DataFrame:
    """Put the policies side by side, and mark those that no other one beats.

    Parameters
    ----------
    outcome
        From `simulate`.

    Returns
    -------
    pandas.DataFrame
        One row a policy. For each figure its mean over draws, ``_p05`` and ``_p95``:
        ``known_home_24, _72, _168`` (and for host and prefecture), ``t50, t80`` (hours until home
        knows that share; missing where it never does in more than half of the draws; ``_reached``
        is the share of draws that do), ``disclosed, unneeded`` (per evacuee),
        ``duplicate_person_hours, staff_hours``. ``pareto``: no other policy is at least as good in
        known to home at the last mark up to 72 h, unneeded disclosures and staff hours, and better
        in one (means).

    Examples
    --------
    >>> from dxkit import sharing
    >>> scenario = sharing.read_scenario("noto_2024").change(hours=48)
    >>> outcome = sharing.simulate(scenario, policies=["共有なし", "県ハブ", "緊急時"], draws=2)
    >>> compare(outcome)[["policy", "pareto", "known_home_24", "unneeded"]].round(2)
      policy  pareto  known_home_24  unneeded
    0   共有なし    True           0.08      0.00
    1    県ハブ    True           0.11      0.00
    2    緊急時   False           0.08      0.31
    """
    require_result(outcome, Outcome, "outcome", "sharing.simulate")
    rows = []
    for rules, trace in zip(outcome.rules, outcome.traces, strict=True):
        row: dict[str, Any] = {"policy": rules.name}
        for figure, values in _compute_figures(outcome, trace).items():
            for statistic, value in summarise_figure(values).items():
                row[figure if statistic == "mean" else f"{figure}_{statistic}"] = value
        for level in LEVELS:
            row |= _compute_reach_hours(trace.hourly["home"], level)
        rows.append(row)
    table = pd.DataFrame(rows)
    # a short scenario is compared at its first mark
    early_marks = [mark for mark in outcome.marks if mark <= FIRST_DAYS_H]
    mark = max(early_marks, default=outcome.marks[0])
    criteria = table[[f"known_home_{mark}", "unneeded", "staff_hours"]].to_numpy()
    # the more is known the better, the fewer disclosures and hours the better
    goods = criteria * np.array([1.0, -1.0, -1.0])
    table.insert(1, "pareto", _find_unbeaten(goods))
    return mark_simulated(table, outcome.settings)


def _compute_figures(outcome: Outcome, trace: Trace) -> dict[str, FloatArray]:
    """Compute each figure of a policy, one number a draw."""
    hourly = trace.hourly
    figures = {
        f"known_{body}_{mark}": hourly[body][mark - 1]
        for body in ("home", "host", "prefecture")
        for mark in outcome.marks
    }
    figures["disclosed"] = hourly["disclosed"][-1]
    figures["unneeded"] = hourly["unneeded"][-1]
    total_people = outcome.model.people.sum()
    figures["duplicate_person_hours"] = hourly["duplicate"].sum(axis=0) * total_people
    figures["staff_hours"] = hourly["registering_hours"][-1] + hourly["sending_hours"][-1]
    return figures


def _compute_reach_hours(known_shares: FloatArray, level: float) -> dict[str, float]:
    """Compute the hours until home knows this share: median and interval over draws."""
    is_reached = known_shares >= level
    has_reached = is_reached.any(axis=0)
    # a draw that never reaches the level is later than any hour
    hours = np.where(has_reached, is_reached.argmax(axis=0) + 1.0, np.inf)
    low, middle, high = np.quantile(hours, (INTERVAL[0], 0.5, INTERVAL[1]), method="nearest")
    name = f"t{level * 100:.0f}"
    quantiles = {name: middle, f"{name}_p05": low, f"{name}_p95": high}
    finite = {
        key: float(value) if np.isfinite(value) else float("nan")
        for key, value in quantiles.items()
    }
    return {**finite, f"{name}_reached": float(has_reached.mean())}


def _find_unbeaten(goods: FloatArray) -> list[bool]:
    """Find the rows that no other row beats: as good in all columns and better in one."""
    # the same policy played twice must not beat itself by float dust
    rounded = np.round(goods, DECIMALS)
    is_as_good = (rounded[:, None, :] >= rounded[None, :, :]).all(axis=2)
    is_better = (rounded[:, None, :] > rounded[None, :, :]).any(axis=2)
    is_beaten = np.asarray((is_as_good & is_better).any(axis=0))
    return [not beaten for beaten in is_beaten.tolist()]
