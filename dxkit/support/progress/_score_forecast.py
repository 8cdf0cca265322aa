"""How good was the earlier forecast, now that a later file is there?

`score_forecast` holds the draws of a forecast against what a later file shows, beside a forecast
that anybody could have made without a model.
"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.progress import _progress_table
from dxkit.support.progress._dates import count_months, read_date, read_month_end
from dxkit.support.progress._forecast_result import LEVELS, Forecast
from dxkit.support.progress._progress_table import PROGRESS_CAUTION, STEPS

# a system through today has no months to divide by
LEAST_MONTHS = 1e-9


@accepts_any_table("progress")
def score_forecast(
    forecast: Forecast, progress: pd.DataFrame, *, as_of: str | None = None
) -> pd.DataFrame:
    """Score a forecast by a later file.

    Parameters
    ----------
    forecast
        Made from an earlier file.
    progress
        A later file, as for `forecast`; of several dates the latest.
    as_of
        Its date, if the table has none.

    Returns
    -------
    pandas.DataFrame
        One row a municipality that both have: ``code, steps_left_then, steps_left`` (now),
        ``steps_p05, steps_median, steps_p95`` (forecast for the later date), ``within`` (whether
        the interval holds the true figure), ``through`` (whether it is through now) and
        ``through_chance`` (the forecast's chance of that). ``attrs["settings"]``: ``coverage``
        (share of intervals that hold; 0.9 is what they promise), ``error_steps`` (mean absolute
        error of the median), ``error_steps_unchanged`` (of saying that nothing moves), ``skill``
        (1 - the quotient of both: above 0 is better than that), ``brier`` and ``brier_unchanged``
        of ``through``, and how many municipalities one of both lacks.

    Raises
    ------
    TableError
        If the table cannot be used.
    ChoiceError
        If it is not later than the forecast, or has no municipality of it.

    Warns
    -----
    TableWarning
        Of systems of these municipalities that only the forecast or only the later file has.

    Notes
    -----
    Steps of a system are taken to arrive evenly until it is through, as in the forecast's curve.
    One later file scores one forecast; municipalities are not independent of each other.

    Examples
    --------
    >>> import dxkit
    >>> from dxkit.support.progress import forecast
    >>> figures = dxkit.load("progress")
    >>> later = figures.assign(as_of="2026-07")
    >>> scores = score_forecast(forecast(figures, draws=100), later)
    >>> round(scores.attrs["settings"]["error_steps_unchanged"], 6)
    0.0
    """
    rows = _progress_table.select_latest(_progress_table.read_progress(progress))
    date = read_month_end(as_of or _progress_table.find_latest_date(rows))
    months = count_months(read_date(str(forecast.settings["as_of"])), date)
    if months <= 0:
        raise ChoiceError(
            f"見通し（{forecast.settings['as_of']}）より後の進捗の表を渡してください"
            f"（渡された表の時点は {date:%Y-%m-%d}）。"
        )
    cells = forecast.cells.assign(position=np.arange(len(forecast.cells)))
    _warn_of_lone_pairs(cells, rows)
    both = cells.merge(rows[["code", "system", "share_done"]], on=["code", "system"])
    both = both.rename(columns={"share_done_x": "share_then", "share_done_y": "share_now"})
    both = both.dropna(subset=["share_then", "share_now"])
    if both.empty:
        raise ChoiceError("見通しと後の表に、同じ市町と業務の組が1つもありません。")
    lines = [
        _score_municipality(str(code), systems, forecast.finishing, months)
        for code, systems in both.groupby("code", sort=True)
    ]
    table = pd.DataFrame(lines)
    table.attrs["settings"] = _summarise(table) | {
        "forecast_as_of": forecast.settings["as_of"],
        "as_of": f"{date:%Y-%m-%d}",
        "left_out": len(set(forecast.cells["code"]) ^ set(both["code"])),
        "caution": PROGRESS_CAUTION,
    }
    return carry_provenance(table, forecast.table, progress)


def _warn_of_lone_pairs(cells: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Say which systems of the forecast's municipalities only one side has a figure of."""
    then = _list_pairs(cells.rename(columns={"share_then": "share_done"}))
    now = _list_pairs(rows[rows["code"].isin(cells["code"])])
    lone = {"見通し": then - now, "後の表": now - then}
    _checks.warn_of_lone_labels(lone, "市町と業務の組", "比べていません")


def _list_pairs(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return set(
        rows.loc[rows["share_done"].notna(), ["code", "system"]].itertuples(index=False, name=None)
    )


def _score_municipality(
    code: str, systems: pd.DataFrame, finishing: FloatArray, months: float
) -> dict[str, object]:
    """Score one municipality."""
    finish = finishing[:, systems["position"].to_numpy()]
    then = STEPS * (1 - systems["share_then"].to_numpy())
    now = float(STEPS * (1 - systems["share_now"]).sum())
    still = np.clip(1 - months / np.maximum(finish, LEAST_MONTHS), 0, 1)
    low, median, high = np.quantile((then * still).sum(axis=1), LEVELS)
    return {
        "code": code,
        "steps_left_then": float(then.sum()),
        "steps_left": now,
        "steps_p05": low,
        "steps_median": median,
        "steps_p95": high,
        # figures of steps are rounded in the published shares
        "within": bool(low - 0.5 <= now <= high + 0.5),
        "through": bool((systems["share_now"] >= 1).all()),
        "through_chance": float((finish <= months).all(axis=1).mean()),
    }


def _summarise(table: pd.DataFrame) -> dict[str, object]:
    """Summarise the scores, beside those of saying that nothing moves."""
    error = float((table["steps_median"] - table["steps_left"]).abs().mean())
    unchanged = float((table["steps_left_then"] - table["steps_left"]).abs().mean())
    was_through = (table["steps_left_then"] == 0).astype(float)
    return {
        "coverage": float(table["within"].mean()),
        "error_steps": error,
        "error_steps_unchanged": unchanged,
        "skill": 1 - error / unchanged if unchanged else float("nan"),
        "brier": float(((table["through_chance"] - table["through"]) ** 2).mean()),
        "brier_unchanged": float(((was_through - table["through"]) ** 2).mean()),
    }
