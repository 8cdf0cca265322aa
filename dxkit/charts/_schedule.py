"""How do all pictures of a schedule read their dates, name their years and show the deadline?"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import dates as mdates

from dxkit._arrays import FloatArray
from dxkit._checks import require_columns
from dxkit.charts._legend import hide_frame
from dxkit.charts._style import DARK_GREY, GREY, LABEL_PT
from dxkit.errors import ChoiceError, Fault, TableError, shorten

DEADLINE = "2026-03-31"
DATE_COLUMNS = ("start", "finish_p05", "finish", "finish_p95", "date")
# matplotlib's own dates carry no types
to_days: Callable[[Any], Any] = mdates.date2num
locate_years: Callable[[], Any] = mdates.YearLocator
format_years: Callable[[str], Any] = mdates.DateFormatter


def read_dates(table: pd.DataFrame, needed: Sequence[str], what: str) -> dict[str, FloatArray]:
    """Read the date columns among those needed as matplotlib's days.

    Raises
    ------
    TableError
        If a column is missing or holds no dates, or the table is empty.
    """
    require_columns(table, needed, what)
    columns = [name for name in DATE_COLUMNS if name in needed]
    faults = [
        Fault(
            "日付ではない列です", "日付の列にしてください", column=name, value=table[name].iloc[0]
        )
        for name in columns
        if not pd.api.types.is_datetime64_any_dtype(table[name])
    ]
    if faults:
        raise TableError(faults)
    return {name: to_days(table[name].to_numpy()) for name in columns}


def draw_years(axes: Any, deadline: str) -> None:
    """Name the years, and draw the deadline.

    Raises
    ------
    ChoiceError
        If the deadline is no date.
    """
    try:
        day = to_days(np.datetime64(pd.Timestamp(deadline)))
        is_day = bool(np.isfinite(day))
    except (TypeError, ValueError, OverflowError):
        is_day = False
    if not is_day or isinstance(deadline, int | float):
        raise ChoiceError(
            f"deadline=「{shorten(deadline)}」が読めません。2026-03-31 のように書いてください。"
        )
    axes.axvline(day, color=GREY, linewidth=1.2, linestyle=(0, (2, 2)))
    # above the axes, left of the legend, where no bar lies
    axes.annotate(
        f"期限 {deadline}",
        (day, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=LABEL_PT,
        color=DARK_GREY,
    )
    # years alone: months would lie over each other
    axes.xaxis_date()
    axes.xaxis.set_major_locator(locate_years())
    axes.xaxis.set_major_formatter(format_years("%Y年"))
    hide_frame(axes, keep=("left", "bottom"))
