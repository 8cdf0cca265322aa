"""From when to when may each municipality or system be through?

What is not sure is a bar from early to late; the middle alone is never drawn.
"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._arrays import FloatArray
from dxkit._keywords import accepts_old_keywords
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import font_of_size, read_caption, to_printable
from dxkit.charts._legend import add_legend_above, legend_mark
from dxkit.charts._schedule import DEADLINE, draw_years, read_dates
from dxkit.charts._style import GROUP_COLOUR, LABEL_PT, OWN_COLOUR, PALE_GREY
from dxkit.charts._tables import Names, TableOrResult, name_keys, take_table

# columns in the order of time
DATES = ("start", "finish_p05", "finish", "finish_p95")
BAR_COLOUR = "#9cc7e6"
HOLLOW_LOOK = {"color": GROUP_COLOUR, "marker": "o", "fillstyle": "none"}
ARROW_NOTE = "右向きの三角は、図より先まで幅があることを示します。"


@accepts_old_keywords(other="baseline", other_label="baseline_label")
def gantt(
    table: TableOrResult,
    *,
    by: str = "code",
    names: Names = None,
    baseline: TableOrResult | None = None,
    deadline: str = DEADLINE,
    label: str = "完了の見通し",
    baseline_label: str = "遅れがない場合",
    note: str = "",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw from when to when each row may be through: a bar from early to late, a mark between.

    Parameters
    ----------
    table
        One row a municipality or system: the column named by ``by``, and the dates ``start,
        finish_p05, finish, finish_p95``; where ``beyond`` is true the bar ends in an arrow. Drawn
        in the table's order, first above: `dxkit.support.progress.forecast`.
    by
        What the rows are.
    names
        Value of ``by`` → name.
    baseline
        Another such table whose middles are marked too, such as the one without the delay; rows
        are matched by ``by``.
    deadline
        A date, drawn as a line.
    label, baseline_label
        What the two marks are called.
    note
        Written below the picture, such as what a share means.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If columns are missing, dates cannot be read, or the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> dates = pd.to_datetime(["2026-01-31", "2026-03-01", "2026-06-01", "2027-01-01"])
    >>> columns = ["start", "finish_p05", "finish", "finish_p95"]
    >>> table = pd.DataFrame([dates], columns=columns).assign(code="28201")
    >>> figure = charts.gantt(table, names={"28201": "姫路市"})
    >>> figure.axes[0].get_yticklabels()[0].get_text(), figure.axes[0].texts[0].get_text()
    ('姫路市', '期限 2026-03-31')
    """
    plan = take_table(table)
    dates = read_dates(plan, (by, *DATES), "見通し")
    canvas = open_canvas(ax, 8.4, 1.6 + 0.22 * len(plan))
    axes = canvas.axes
    _draw_bars(axes, dates)
    has_arrow = "beyond" in plan and bool(plan["beyond"].any())
    if has_arrow:
        _draw_arrows(axes, dates["finish_p95"], plan["beyond"].to_numpy(dtype=bool))
    # the legend explains only what the picture holds
    handles: list[Artist] = [
        legend_mark(f"{label}の中央", marker="|", markeredgewidth=2.5, markersize=9),
        legend_mark("90%の幅", marker="s", color=BAR_COLOUR),
    ]
    if baseline is not None:
        _mark_baseline(axes, plan[by], take_table(baseline), by)
        handles.append(legend_mark(baseline_label, **HOLLOW_LOOK))
    labels = [to_printable(name) for name in name_keys(plan[by], names)]
    axes.set_yticks(range(len(plan)), labels, fontproperties=font_of_size(LABEL_PT))
    # the first row on top
    axes.set_ylim(len(plan) - 0.4, -0.6)
    draw_years(axes, deadline)
    axes.set_xlim(dates["start"].min(), None)
    add_legend_above(axes, handles, columns=3)
    whole_note = (ARROW_NOTE if has_arrow else "") + read_caption(note)
    return finish_chart(
        canvas, [table, baseline], title=title, source=source, made=made, note=whole_note
    )


def _draw_bars(axes: Any, dates: dict[str, FloatArray]) -> None:
    """Draw a thin line until the early end, a bar from early to late, and the middle."""
    early = dates["finish_p05"]
    rows = np.arange(len(early))
    axes.hlines(rows, dates["start"], early, color=PALE_GREY, linewidth=2)
    # pale, so that the middle's tick stands out on it
    bar = {"height": 0.55, "color": BAR_COLOUR, "linewidth": 0}
    axes.barh(rows, dates["finish_p95"] - early, left=early, **bar)
    tick = {"marker": "|", "markersize": 9, "markeredgewidth": 2.5, "linestyle": ""}
    axes.plot(dates["finish"], rows, color=OWN_COLOUR, **tick)


def _draw_arrows(axes: Any, ends: FloatArray, is_beyond: np.ndarray) -> None:
    """Let the bars that run past the forecast's horizon end in an arrow."""
    arrow = {"marker": ">", "markersize": 6, "linestyle": "", "clip_on": False}
    axes.plot(ends[is_beyond], np.flatnonzero(is_beyond), color=OWN_COLOUR, **arrow)


def _mark_baseline(axes: Any, keys: pd.Series, baseline: pd.DataFrame, by: str) -> None:
    """Mark the middles of another table in the rows that both have."""
    days = read_dates(baseline, (by, *DATES), "比べる見通し")["finish"]
    # the two tables need not have the same rows or order
    row_of = {key: row for row, key in enumerate(keys)}
    points = [
        (day, row_of[key]) for key, day in zip(baseline[by], days, strict=True) if key in row_of
    ]
    axes.plot([day for day, _ in points], [row for _, row in points], linestyle="", **HOLLOW_LOOK)
