"""How does something grow hour by hour under each choice?"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._checks import read_list, require_columns, require_flag
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import font_of_size, to_printable
from dxkit.charts._legend import add_legend_beside, hide_frame
from dxkit.charts._style import GREY, LABEL_PT
from dxkit.charts._tables import TableOrResult, convert_number_columns, take_table
from dxkit.errors import ChoiceError

# colours that differ without red and green, and dashes that differ in print
LINE_LOOKS: tuple[tuple[str, Any], ...] = (
    ("#8a8a8a", (0, (1, 1))),
    ("#e69f00", (0, (4, 2))),
    ("#0072b2", "-"),
    ("#009e73", (0, (6, 2, 1, 2))),
    ("#d55e00", (0, (2, 1))),
    ("#cc79a7", (0, (8, 2))),
)
NOTE = "線は平均、帯は90%の場合が入る範囲です（通信と電気の途絶を変えて計算）。"
HOURS_PER_DAY = 24
# from a week on, times are named in days; every second week has a tick
HOURS_PER_WEEK = 168
TICK_STEP_H = 2 * HOURS_PER_WEEK


def timeline(
    table: TableOrResult,
    *,
    by: str = "policy",
    marks: tuple[int, ...] = (24, 72, 168),
    share: bool = True,
    label: str = "",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw how a measure grows hour by hour, a line with its band for each choice.

    Parameters
    ----------
    table
        One row an hour and choice: ``hour, mean, p05, p95`` and the column named by ``by``; one
        measure of the ``.timeline`` of `dxkit.sharing.simulate`.
    by
        The column whose values get a line each; six at most.
    marks
        Hours marked by a thin line.
    share
        The measure is a share (0–1), shown in percent.
    label
        What is measured.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If columns are missing or the table is empty.
    ChoiceError
        If there are more than six lines.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> hours = pd.DataFrame({"hour": [1, 72], "mean": [0.1, 0.6], "p05": 0.0, "p95": 0.8})
    >>> figure = charts.timeline(hours.assign(policy="電話"), label="知る割合")
    >>> [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
    ['発災', '24時間', '72時間']
    """
    require_flag(share, "share")
    hourly = take_table(table)
    require_columns(hourly, ("hour", "mean", "p05", "p95", by), "時間の経過")
    hourly = convert_number_columns(hourly, ("hour", "mean", "p05", "p95"), "時間の経過")
    lines = list(dict.fromkeys(hourly[by]))
    if len(lines) > len(LINE_LOOKS):
        raise ChoiceError(
            f"線は{len(LINE_LOOKS)}本までです（いまは{len(lines)}本）。表を絞り込んでください。"
        )
    canvas = open_canvas(ax, 8.0, 4.6)
    axes = canvas.axes
    # shares in percent, counts as they are
    scale = 100.0 if share else 1.0
    for name, look in zip(lines, LINE_LOOKS, strict=False):
        rows = hourly[hourly[by] == name].sort_values("hour")
        _draw_line_and_band(axes, rows, str(name), look, scale)
    last_hour = float(hourly["hour"].max())
    # a mark beyond the last hour would stretch the axis
    reached_marks = [hour for hour in read_list(marks, "marks") if hour <= last_hour]
    for hour in reached_marks:
        axes.axvline(hour, color=GREY, linewidth=0.6, zorder=0)
    _name_hours(axes, last_hour, reached_marks)
    axes.set_ylabel(f"{label}［%］" if share else label)
    axes.set_ylim(0, None)
    axes.margins(x=0)
    hide_frame(axes, keep=("left", "bottom"))
    add_legend_beside(axes)
    return finish_chart(canvas, [table], title=title, source=source, made=made, note=NOTE)


def _draw_line_and_band(
    axes: Any, rows: pd.DataFrame, name: str, look: tuple[str, Any], scale: float
) -> None:
    colour, dash = look
    # a pale band below a line of its colour
    band = (scale * rows["p05"], scale * rows["p95"])
    axes.fill_between(rows["hour"], *band, color=colour, alpha=0.15, linewidth=0)
    line = {"color": colour, "linestyle": dash, "linewidth": 2, "label": to_printable(name)}
    axes.plot(rows["hour"], scale * rows["mean"], **line)


def _name_hours(axes: Any, last_hour: float, marks: Sequence[int]) -> None:
    """Name the marked hours, and every second week in days."""
    weeks = range(TICK_STEP_H, int(last_hour) + 1, TICK_STEP_H)
    hours = sorted({0, *marks, *weeks})
    axes.set_xticks(hours, map(_name_hour, hours), fontproperties=font_of_size(LABEL_PT))


def _name_hour(hour: int) -> str:
    if hour == 0:
        return "発災"
    return f"{hour}時間" if hour < HOURS_PER_WEEK else f"{hour // HOURS_PER_DAY}日"
