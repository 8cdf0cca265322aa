"""How many must meet again so that people sit with others like them?"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._checks import require_columns
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._legend import add_legend_above, hide_frame, labelled_handles
from dxkit.charts._style import GROUP_COLOUR, LABEL_PT, OWN_COLOUR, PALE_GREY
from dxkit.charts._tables import TableOrResult, read_number_columns, refuse_cells, take_table

# the mean distance inside groups that are put together by chance
BY_CHANCE = 1.0
# meetings of two members; beyond it the axis has no ticks
LARGEST = 1e12


def reunions(
    table: TableOrResult,
    *,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw plans of several meetings: pairs that meet again against the distance inside groups.

    Parameters
    ----------
    table
        One row a plan: ``repeats, quality, penalty`` (blank for the plan that forms all meetings
        at once): `dxkit.groups.tradeoff`.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or holds what is no number.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> plans = pd.DataFrame(
    ...     {"repeats": [9, 4, 0], "quality": [0.3, 0.5, 0.6], "penalty": [0, 2, None]}
    ... )
    >>> [line.get_xdata().tolist() for line in charts.reunions(plans).axes[0].lines[:2]]
    [[4.0, 9.0], [0.0]]
    """
    plans = take_table(table)
    require_columns(plans, ["repeats", "quality", "penalty"], "集まりの計画")
    numbers = read_number_columns(plans, ["repeats", "quality"], "集まりの計画")
    refuse_cells(numbers.to_numpy() > LARGEST, numbers, "大きすぎます", "値を確かめてください")
    is_stepwise = plans["penalty"].notna().to_numpy()
    canvas = open_canvas(ax, 7.4, 4.6)
    axes = canvas.axes
    # plans with a penalty are one curve; the plan of all meetings at once is a point
    steps = numbers[is_stepwise].sort_values("repeats")
    step_look = {"color": GROUP_COLOUR, "marker": "o", "linewidth": 1.5}
    step_label = "1回ずつ組む（再会の重さを変えて）"
    axes.plot(steps["repeats"], steps["quality"], label=step_label, **step_look)
    all_at_once = numbers[~is_stepwise]
    point_look = {"color": OWN_COLOUR, "marker": "D", "markersize": 9, "linestyle": ""}
    axes.plot(
        all_at_once["repeats"], all_at_once["quality"], label="全回をまとめて組む", **point_look
    )
    _draw_chance(axes, numbers)
    axes.set_xlabel("もう一度会う組み合わせの数（少ないほど新しい相手に会える）", fontsize=LABEL_PT)
    axes.set_ylabel("グループの中の距離（小さいほど似た者どうし）", fontsize=LABEL_PT)
    hide_frame(axes, keep=("bottom", "left"))
    add_legend_above(axes, labelled_handles(axes), columns=2)
    return finish_chart(canvas, [table], title=title, source=source, made=made)


def _draw_chance(axes: Any, numbers: pd.DataFrame) -> None:
    """Draw the line of groups put together by chance, and keep it within the picture."""
    axes.axhline(BY_CHANCE, color=PALE_GREY, linewidth=1.5)
    # the words stand on the line's right end
    right_end = (numbers["repeats"].max(), BY_CHANCE)
    look = {"ha": "right", "va": "bottom", "fontsize": LABEL_PT}
    axes.annotate("偶然に集まったとき", right_end, **look)
    axes.set_ylim(0, max(1.15, float(numbers["quality"].max()) * 1.1))
