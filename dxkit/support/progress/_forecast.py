"""When may each municipality be through with all 20 systems, and how sure is that?

`forecast` reads the tables, draws the futures (`dxkit.support.progress._monte_carlo`) and returns
them as a `Forecast`.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import accepts_any_table, carry_provenance, is_made
from dxkit.support.progress import _progress_table
from dxkit.support.progress._dates import DEADLINE, count_months, read_date, read_month_end
from dxkit.support.progress._forecast_result import HORIZON_MONTHS, Forecast, ForecastDraws
from dxkit.support.progress._monte_carlo import SystemArrays, draw_finish_months
from dxkit.support.progress._pace_assumptions import (
    FUTURE_FROM_ONE_DATE,
    FUTURE_FROM_TWO_DATES,
    PaceAssumptions,
)
from dxkit.support.progress._progress_table import STEPS

# decimals of steps: a share of 0.725 is 29 steps, whatever its last bit says
STEP_DECIMALS = 6


@accepts_any_table("progress", "extensions", "vendors")
def forecast(
    progress: pd.DataFrame,
    extensions: pd.DataFrame | None = None,
    *,
    delay: Mapping[str, float] | None = None,
    vendors: pd.DataFrame | None = None,
    pace: PaceAssumptions | None = None,
    as_of: str | None = None,
    deadline: str = DEADLINE,
    draws: int = 2000,
    seed: int = 0,
) -> Forecast:
    """Forecast when the municipalities are through, from the steps done so far.

    The same figures give the same forecast, whatever the order of the rows.

    Parameters
    ----------
    progress
        One row a municipality and system: ``code, system, share_done``, and ``as_of`` ("2026-01":
        the month's end). With two dates or more, the pace is that between the first and the last;
        with one, that since work began (`PaceAssumptions.start`).
    extensions
        The 特定移行支援システム: ``code, systems`` (names separated by 、). A column ``extended``
        of the progress table counts too.
    delay
        Vendor → months by which it is late with everything that is not through: what if?
    vendors
        Who builds what: ``code, system, vendor`` (or ``code, vendor``). Not in any official table:
        yours, or a made example. Not needed if the progress table has a column ``vendor``.
    pace
        What is assumed.
    as_of
        The date of the figures, if the table has none.
    deadline
        A date. Where the figures are of that day or later, nothing is forecast for it any more:
        ``in_time`` then says who is through at the date of the figures (1) and who is not (0),
        ``settings["after_deadline"]`` is true, and `follow_up` says whom to ask for what.
    draws, seed
        Of the simulation; the same seed gives the same futures, so that two forecasts can be
        compared.

    Returns
    -------
    Forecast

    Raises
    ------
    TableError
        If a table cannot be used.
    ChoiceError
        If there is no date, or a delay names a vendor that is not there.

    Notes
    -----
    A gamma–Poisson model with factors for the future (see `dxkit.support.progress._monte_carlo`).
    Listed systems are through only after 2026-03-31, the law's first deadline, whichever
    ``deadline`` is asked for.

    It is a projection, not a plan: it knows nothing of contracts, cut-over dates or revised
    specifications. Where work speeds up near the deadline it is too late, where vendors stall it
    is too early: `trial` shows by how much. A system without a figure is left out, and its
    municipality's chances are then blank.

    Examples
    --------
    >>> import dxkit
    >>> forecast(dxkit.load("progress"), dxkit.load("extensions"), draws=200)
    <見通し（2026-01-31）: 41市町のうち2026-03-31までに終わるのは1市町（90%の場合 0〜2）>
    """
    rows = _progress_table.read_progress(progress)
    latest = _progress_table.select_latest(rows)
    today = read_month_end(as_of or _progress_table.find_latest_date(rows))
    months_to_deadline = count_months(today, read_date(deadline))
    after_deadline = months_to_deadline <= 0
    # what is through has 0 months to go: after the deadline those alone count
    months_to_deadline = max(months_to_deadline, 0.0)
    # the list says of its systems that they end after the first deadline, not after any
    months_of_list = max(count_months(today, read_date(DEADLINE)), 0.0)
    # defaults differ by how many dates the table holds, so that they are filled in here
    assumptions = pace or PaceAssumptions()
    systems, months_watched = _read_systems(
        rows, extensions, assumptions, today, _read_delays(latest, vendors, delay)
    )
    assumptions = _fill_future(assumptions, months_watched)
    months = draw_finish_months(
        systems, months_watched, months_of_list, assumptions, draws=draws, seed=seed
    )
    # unknown stays unknown, in each draw
    months[:, latest["share_done"].isna().to_numpy()] = np.nan
    settings: dict[str, object] = {
        "as_of": f"{today:%Y-%m-%d}",
        "deadline": deadline,
        "after_deadline": after_deadline,
        "pace": assumptions,
        "months_watched": months_watched,
        "delay": dict(delay or {}),
        "draws": draws,
        "seed": seed,
        "made": any(is_made(source) for source in (progress, extensions, vendors)),
    }
    codes = pd.Index(sorted(set(latest["code"])), name=None)
    result = ForecastDraws(
        latest, systems, months, today, months_to_deadline, settings, codes
    ).build_result()
    for part in (result.table, result.cells, result.curve):
        carry_provenance(part, progress, extensions, vendors)
    return result


def _fill_future(pace: PaceAssumptions, months_watched: tuple[float, float]) -> PaceAssumptions:
    """Fill in how the pace may change, where nothing else is assumed."""
    if pace.future is not None:
        return pace
    # with two dates the two ends of the time watched are the same
    has_two_dates = months_watched[0] == months_watched[1]
    future = FUTURE_FROM_TWO_DATES if has_two_dates else FUTURE_FROM_ONE_DATE
    return replace(pace, future=future)


def _read_systems(
    rows: pd.DataFrame,
    extensions: pd.DataFrame | None,
    pace: PaceAssumptions,
    today: pd.Timestamp,
    delay_months: FloatArray,
) -> tuple[SystemArrays, tuple[float, float]]:
    """Read the systems as arrays, and over how many months their steps were gained."""
    latest = _progress_table.select_latest(rows)
    steps_gained, months_watched = _count_steps_gained(rows, latest, pace, today)
    # a blank has no steps to draw; its months are blanked afterwards
    share_done = latest["share_done"].fillna(1.0).to_numpy()
    municipality, _ = pd.factorize(latest["code"], sort=True)
    systems = SystemArrays(
        steps_gained,
        np.round(STEPS * (1 - share_done), STEP_DECIMALS),
        municipality,
        _progress_table.flag_extended(latest, extensions),
        delay_months,
    )
    return systems, months_watched


def _count_steps_gained(
    rows: pd.DataFrame, latest: pd.DataFrame, pace: PaceAssumptions, today: pd.Timestamp
) -> tuple[FloatArray, tuple[float, float]]:
    """Count the steps gained and over how many months, from the first date or the start."""
    done = latest["share_done"].fillna(0.0).to_numpy()
    first_date = rows["as_of"].astype(str).min() if "as_of" in rows.columns else None
    if first_date is None or first_date == _progress_table.find_latest_date(rows):
        lengths = [count_months(read_date(f"{month}-01"), today) for month in pace.start]
        if not lengths[0] >= lengths[1] > 0:
            raise ChoiceError(
                f"start={pace.start} は、進捗の時点より前の（早い月, 遅い月）にしてください。"
            )
        return STEPS * done, (lengths[1], lengths[0])
    first = rows[rows["as_of"].astype(str) == first_date].set_index(["code", "system"])
    # systems are matched by name, as the two dates may list them in another order
    keys = pd.MultiIndex.from_frame(latest[["code", "system"]])
    done_before = first["share_done"].reindex(keys).to_numpy()
    months = count_months(read_month_end(first_date), today)
    # what has no figure at the first date has gained nothing that is known
    gain = np.where(np.isnan(done_before), 0.0, done - np.nan_to_num(done_before))
    return STEPS * np.maximum(gain, 0.0), (months, months)


def _read_delays(
    latest: pd.DataFrame, vendors: pd.DataFrame | None, delay: Mapping[str, float] | None
) -> FloatArray:
    """Read each system's further months."""
    if not delay:
        return np.zeros(len(latest))
    owners = _match_vendors(latest, vendors)
    unknown = [name for name in delay if name not in set(owners.dropna())]
    if unknown:
        vendor_names = shorten("、".join(sorted(set(owners.dropna().astype(str)))))
        raise ChoiceError(
            f"delay の事業者「{shorten(unknown[0])}」は表にありません。今ある事業者: {vendor_names}"
        )
    # a delay beyond the horizon could not be shown
    for name, months in delay.items():
        _checks.require_number(months, f"delay[{shorten(name)}]", high=float(HORIZON_MONTHS))
    return np.asarray(owners.map(dict(delay)).fillna(0.0), dtype=np.float64)


def _match_vendors(latest: pd.DataFrame, vendors: pd.DataFrame | None) -> pd.Series:
    """Match each system with its vendor."""
    if vendors is None and "vendor" in latest.columns:
        return latest["vendor"]
    if vendors is None:
        raise TableError(
            [
                Fault(
                    "事業者の列がありません（公表された進捗の表に事業者は載っていません）",
                    "vendors= に code, system, vendor の表を渡してください",
                    column="vendor",
                )
            ]
        )
    owners = read_plain_table(vendors)
    keys = [column for column in ("code", "system") if column in owners.columns]
    _checks.require_columns(owners, ["code", "vendor"], "事業者")
    _checks.require_unique_rows(owners, keys, "事業者")
    # a table without systems gives all of a municipality's systems one vendor
    pairs = latest[["code", "system"]]
    return pairs.merge(owners[[*keys, "vendor"]], on=keys, how="left")["vendor"]
