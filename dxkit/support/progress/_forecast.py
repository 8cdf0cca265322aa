"""When may each municipality be through with all 20 systems, and how sure is that?"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.support.progress import _progress_table
from dxkit.support.progress._forecast_result import HORIZON, Forecast, Told
from dxkit.support.progress._monte_carlo import (
    FUTURE,
    FUTURE_OF_TWO,
    Cells,
    Floats,
    Pace,
    finishing,
)
from dxkit.support.progress._progress_table import STEPS, date, month_end, months_between

DEADLINE = "2026-03-31"


def forecast(
    progress: pd.DataFrame,
    extensions: pd.DataFrame | None = None,
    *,
    delay: Mapping[str, float] | None = None,
    vendors: pd.DataFrame | None = None,
    pace: Pace | None = None,
    as_of: str | None = None,
    deadline: str = DEADLINE,
    draws: int = 2000,
    seed: int = 0,
) -> Forecast:
    """Forecast when the municipalities are through, from the steps done so far and the list of extensions.

    Parameters
    ----------
    progress
        One row a municipality and system: ``code, system, share_done``, and ``as_of`` ("2026-01": the month's end). With two
        dates or more, the pace is that between the first and the last; with one, that since work began (`Pace.start`).
    extensions
        The 特定移行支援システム: ``code, systems`` (names separated by 、). A column ``extended`` of the progress table
        counts too.
    delay
        Vendor → months by which it is late with everything that is not through: what if?
    vendors
        Who builds what: ``code, system, vendor`` (or ``code, vendor``). Not in any official table: yours, or a made example.
        Not needed if the progress table has a column ``vendor``.
    pace
        What is assumed.
    as_of
        The date of the figures, if the table has none.
    deadline
        A date.
    draws, seed
        Of the simulation; the same seed gives the same futures, so that two forecasts can be compared.

    Returns
    -------
    Forecast

    Raises
    ------
    TableError
        If a table cannot be used.
    ChoiceError
        If there is no date, the deadline is past, or a delay names a vendor that is not there.

    Notes
    -----
    A gamma–Poisson model with factors for the future (see `dxkit.support.progress._monte_carlo`). It is a projection, not a plan:
    it knows nothing of contracts, cut-over dates or revised specifications. Where work speeds up near the deadline it is too
    late, where vendors stall it is too early: `trial` shows by how much. A system without a figure is left out, and its
    municipality's chances are then blank.
    """
    rows = _progress_table.checked(progress)
    now = _progress_table.latest(rows).reset_index(drop=True)
    chosen = pace or Pace()
    today = month_end(as_of or _progress_table.as_of(rows))
    to_deadline = months_between(today, date(deadline))
    if to_deadline <= 0:
        raise ChoiceError(f"期限 {deadline} は、進捗の時点 {today:%Y-%m-%d} より後にしてください。")
    late = _delays(now, vendors, delay)
    gained, months = _gained(rows, now, chosen, today)
    if chosen.future is None:
        chosen = replace(chosen, future=FUTURE_OF_TWO if months[0] == months[1] else FUTURE)
    known = now["share_done"].notna().to_numpy()
    town, codes = pd.factorize(now["code"], sort=True)
    left = np.round(STEPS * (1 - now["share_done"].fillna(1.0).to_numpy()), 6)
    cells = Cells(gained, left, town, _progress_table.extended(now, extensions), late)
    times = finishing(cells, months, to_deadline, chosen, draws=draws, seed=seed)
    times[:, ~known] = np.nan
    settings: dict[str, object] = {
        "as_of": f"{today:%Y-%m-%d}", "deadline": deadline, "pace": chosen, "months_watched": months, "delay": dict(delay or {}),
        "draws": draws, "seed": seed,
        "made": any(each is not None and each.attrs.get("made") is True for each in (progress, vendors)),
    }  # fmt: skip
    return Told(now, cells, times, today, to_deadline, settings, pd.Index(codes)).result()


def compare(before: Forecast, after: Forecast) -> pd.DataFrame:
    """Tell what differs between two forecasts of the same municipalities, such as one with a vendor's delay.

    Parameters
    ----------
    before, after
        Made with the same ``draws`` and ``seed``, so that they differ only by what was changed.

    Returns
    -------
    pandas.DataFrame
        One row a municipality: ``code, in_time_before, in_time_after, finish_before, finish_after, months_later`` (median of
        the draws).

    Raises
    ------
    ChoiceError
        If they were not made alike.
    """
    same = all(
        before.settings[name] == after.settings[name]
        for name in ("draws", "seed", "as_of", "deadline")
    )
    if not same or list(before.cells["code"]) != list(after.cells["code"]):
        raise ChoiceError(
            "同じ進捗の表・時点・期限・draws・seed で作った2つの見通しを比べてください。"
        )
    later = [np.median(_last(after, code) - _last(before, code)) for code in before.table["code"]]
    found = pd.DataFrame(
        {
            "code": before.table["code"],
            "in_time_before": before.table["in_time"],
            "in_time_after": after.table["in_time"],
            "finish_before": before.table["finish"],
            "finish_after": after.table["finish"],
            "months_later": np.round(later, 2),
        }
    )
    found.attrs["settings"] = {"delay": after.settings["delay"], "caution": _progress_table.CAUTION}
    return found


def _last(told: Forecast, code: str) -> Floats:
    return np.asarray(told.finishing[:, (told.cells["code"] == code).to_numpy()].max(axis=1))


def _gained(
    rows: pd.DataFrame, now: pd.DataFrame, pace: Pace, today: pd.Timestamp
) -> tuple[Floats, tuple[float, float]]:
    """Give the steps gained and over how many months, from the first date or from when work began."""
    done = now["share_done"].fillna(0.0).to_numpy()
    first = rows["as_of"].astype(str).min() if "as_of" in rows.columns else None
    if first is None or first == _progress_table.as_of(rows):
        ends = [months_between(date(f"{each}-01"), today) for each in pace.start]
        if not ends[0] >= ends[1] > 0:
            raise ChoiceError(
                f"start={pace.start} は、進捗の時点より前の（早い月, 遅い月）にしてください。"
            )
        return STEPS * done, (ends[1], ends[0])
    then = rows[rows["as_of"].astype(str) == first].set_index(["code", "system"])["share_done"]
    before = then.reindex(pd.MultiIndex.from_frame(now[["code", "system"]])).to_numpy()
    months = months_between(month_end(first), today)
    gain = np.where(np.isnan(before), 0.0, done - np.nan_to_num(before))
    return STEPS * np.maximum(gain, 0.0), (months, months)


def _delays(
    now: pd.DataFrame, vendors: pd.DataFrame | None, delay: Mapping[str, float] | None
) -> Floats:
    """Give each system's further months."""
    if not delay:
        return np.zeros(len(now))
    owners = _vendor_of(now, vendors)
    unknown = [name for name in delay if name not in set(owners.dropna())]
    if unknown:
        offered = shorten("、".join(sorted(set(owners.dropna().astype(str)))))
        raise ChoiceError(
            f"delay の事業者「{shorten(unknown[0])}」は表にありません。今ある事業者: {offered}"
        )
    for name, months in delay.items():
        _checks.require_number(months, f"delay[{shorten(name)}]", high=float(HORIZON))
    return np.asarray(owners.map(dict(delay)).fillna(0.0), dtype=np.float64)


def _vendor_of(now: pd.DataFrame, vendors: pd.DataFrame | None) -> pd.Series:
    if vendors is None and "vendor" in now.columns:
        return now["vendor"]
    if vendors is None:
        problem = "事業者の列がありません（公表された進捗の表に事業者は載っていません）"
        raise TableError(
            [
                Fault(
                    problem,
                    "vendors= に code, system, vendor の表を渡してください",
                    column="vendor",
                )
            ]
        )
    keys = [name for name in ("code", "system") if name in vendors.columns]
    _checks.require_columns(vendors, ["code", "vendor"], "事業者")
    _checks.require_unique_rows(vendors, keys, "事業者")
    return now[["code", "system"]].merge(vendors[[*keys, "vendor"]], on=keys, how="left")["vendor"]
