"""When may each be through, how much is left month by month, and what would a delay change?

Both pictures show what is not sure as a band or a bar from early to late; the middle alone is never drawn.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.figure import Figure

from dxkit.charts._figure import (
    DARK,
    GREY,
    GROUP,
    ONE,
    PALE,
    SMALL,
    bare,
    called,
    explain,
    finish,
    font,
    mark,
    opened,
    printable,
)
from dxkit.errors import ChoiceError, Fault, TableError, shorten

DEADLINE = "2026-03-31"
MEASURES = {
    "steps": "残っている手順の数",
    "systems": "終わっていない業務の数",
    "municipalities": "終わっていない市町の数",
}
# matplotlib's own dates carry no types
days_of: Callable[[Any], Any] = mdates.date2num
locate: Callable[[], Any] = mdates.YearLocator
name_years: Callable[[str], Any] = mdates.DateFormatter
DATES = ("start", "finish_p05", "finish", "finish_p95")


def gantt(
    table: pd.DataFrame,
    *,
    by: str = "code",
    names: Mapping[str, str] | pd.Series | None = None,
    other: pd.DataFrame | None = None,
    deadline: str = DEADLINE,
    label: str = "完了の見通し",
    other_label: str = "遅れがない場合",
    note: str = "",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw from when to when each row may be through: a thin line until the early end, a bar from early to late, a mark between.

    Parameters
    ----------
    table
        One row a municipality or system: the column named by ``by``, and the dates ``start, finish_p05, finish, finish_p95``;
        where ``beyond`` is true the bar ends in an arrow. Drawn in the table's order, first above:
        ``dxkit.support.progress.forecast(...).table``.
    by
        What the rows are.
    names
        Value of ``by`` → name.
    other
        Another such table whose middles are marked too, such as the one without the delay; rows are found by ``by``.
    deadline
        A date, drawn as a line.
    label, other_label
        What the two marks are called.
    note
        Said below the picture, such as what a share means.
    made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If columns are missing, dates cannot be read, or the table is empty.
    """
    dates = _dates(table, (by, *DATES))
    figure, axes = opened(8.4, 1.6 + 0.22 * len(table))
    rows = np.arange(len(table))
    axes.hlines(rows, dates["start"], dates["finish_p05"], color=PALE, linewidth=2)
    width = dates["finish_p95"] - dates["finish_p05"]
    axes.barh(rows, width, left=dates["finish_p05"], height=0.55, color="#9cc7e6", linewidth=0)
    axes.plot(
        dates["finish"],
        rows,
        color=ONE,
        marker="|",
        markersize=9,
        markeredgewidth=2.5,
        linestyle="",
    )
    if "beyond" in table.columns:
        late = table["beyond"].to_numpy(dtype=bool)
        axes.plot(
            dates["finish_p95"][late],
            rows[late],
            color=ONE,
            marker=">",
            markersize=6,
            linestyle="",
            clip_on=False,
        )
    handles = [
        mark(f"{label}の中央", marker="|", markeredgewidth=2.5, markersize=9),
        mark("90%の幅", marker="s", color="#9cc7e6"),
    ]
    if other is not None:
        before = _dates(other, (by, *DATES))["finish"]
        place = {key: at for at, key in enumerate(table[by])}
        kept = [
            (place[key], day) for key, day in zip(other[by], before, strict=True) if key in place
        ]
        axes.plot(
            [day for _, day in kept],
            [at for at, _ in kept],
            color=GROUP,
            marker="o",
            fillstyle="none",
            linestyle="",
        )
        handles.append(mark(other_label, color=GROUP, marker="o", fillstyle="none"))
    axes.set_yticks(
        rows, [printable(name) for name in called(table[by], names)], fontproperties=font(SMALL)
    )
    axes.set_ylim(len(table) - 0.4, -0.6)
    _years(axes, deadline)
    axes.set_xlim(dates["start"].min(), None)
    explain(axes, handles, columns=3)
    arrow = (
        "右向きの三角は、図より先まで幅があることを示します。"
        if "beyond" in table and table["beyond"].any()
        else ""
    )
    return finish(figure, title, source, made=made, note=arrow + note)


def burn_down(
    table: pd.DataFrame,
    *,
    measure: str = "systems",
    other: pd.DataFrame | None = None,
    deadline: str = DEADLINE,
    label: str = "いまの見通し",
    other_label: str = "遅れがない場合",
    note: str = "",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw how much is left month by month, a line with its band.

    Parameters
    ----------
    table
        One row a measure and month: ``measure, date, mean, p05, p95``: ``dxkit.support.progress.forecast(...).curve``.
    measure
        ``steps``, ``systems`` or ``municipalities``.
    other
        Another such table, drawn as a broken line.
    deadline, label, other_label, note
        As for `gantt`.
    made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If columns are missing or nothing is of that measure.
    ChoiceError
        If there is no such measure.
    """
    if measure not in MEASURES:
        raise ChoiceError(
            f"measure=「{shorten(measure)}」は使えません。{'・'.join(MEASURES)} から選んでください。"
        )
    own, dates = _of_measure(table, measure)
    figure, axes = opened(8.0, 4.4)
    axes.fill_between(
        dates, own["p05"], own["p95"], color=ONE, alpha=0.18, linewidth=0, label="90%の幅"
    )
    axes.plot(dates, own["mean"], color=ONE, linewidth=2, label=printable(label))
    if other is not None:
        without, days = _of_measure(other, measure)
        axes.plot(
            days,
            without["mean"],
            color=GROUP,
            linewidth=1.8,
            linestyle="--",
            label=printable(other_label),
        )
    axes.set_ylim(0, None)
    axes.set_ylabel(MEASURES[measure], fontsize=SMALL)
    axes.margins(x=0)
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    _years(axes, deadline)
    explain(axes, axes.get_legend_handles_labels()[0], columns=3)
    return finish(figure, title, source, made=made, note=note)


def _of_measure(table: pd.DataFrame, measure: str) -> tuple[pd.DataFrame, np.ndarray]:
    _dates(table, ("measure", "date", "mean", "p05", "p95"))
    own = table[table["measure"] == measure].sort_values("date")
    return own, _dates(own, ("date",))["date"]


def _dates(table: pd.DataFrame, needed: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Give the date columns as matplotlib's days.

    Raises
    ------
    TableError
    """
    faults = [
        Fault("列がありません", "forecast の結果の表を渡してください", column=name)
        for name in needed
        if name not in table.columns
    ]
    if not faults and table.empty:
        faults.append(Fault("表に行がありません", "絞り込みの条件を確かめてください"))
    wanted = [name for name in (*DATES, "date") if name in needed]
    faults += [
        Fault(
            "日付ではない列です", "日付の列にしてください", column=name, value=table[name].iloc[0]
        )
        for name in wanted
        if not faults and not pd.api.types.is_datetime64_any_dtype(table[name])
    ]
    if faults:
        raise TableError(faults)
    return {name: days_of(table[name].to_numpy()) for name in wanted}


def _years(axes: Any, deadline: str) -> None:
    """Name the years, and draw the deadline."""
    try:
        day = np.datetime64(pd.Timestamp(deadline))
    except ValueError:
        raise ChoiceError(
            f"deadline=「{shorten(deadline)}」が読めません。2026-03-31 のように書いてください。"
        ) from None
    at = days_of(day)
    axes.axvline(at, color=GREY, linewidth=1.2, linestyle=(0, (2, 2)))
    look = {"xytext": (0, 4), "textcoords": "offset points", "fontsize": SMALL, "color": DARK}
    # above the axes, left of the legend, where no bar lies
    axes.annotate(f"期限 {deadline}", (at, 1), xycoords=("data", "axes fraction"), **look)
    axes.xaxis_date()
    axes.xaxis.set_major_locator(locate())
    axes.xaxis.set_major_formatter(name_years("%Y年"))
    bare(axes, keep=("left", "bottom"))
