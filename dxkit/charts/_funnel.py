"""How many pass through the stages of learning, group by group?"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._arrays import FloatArray
from dxkit._checks import require_columns
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import font_of_size, to_printable
from dxkit.charts._legend import add_legend_above, hide_frame, labelled_handles
from dxkit.charts._style import DARK_GREY, GREY, LABEL_PT
from dxkit.charts._tables import Names, TableOrResult, name_keys, read_number_columns, take_table

# light to dark along the cycle
STAGE_COLOURS = ("#a9cfe8", "#3a8cc4", "#0a3d6b")
HIDDEN_LOOK: dict[str, Any] = {
    "color": "white",
    "edgecolor": GREY,
    "hatch": "/////",
    "linewidth": 0.6,
}
# length of the bar of a hidden count, as a share of the longest: it says nothing of the count
HIDDEN_LENGTH = 0.06
# thickness of a bar, and the distance between those of one group
BAR_HEIGHT = 0.23
BAR_STEP = 0.25


def funnel(
    table: TableOrResult,
    *,
    by: str | None = None,
    names: Names = None,
    unit: str = "件",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw how many have reached each stage, a bar a stage; a suppressed count is hatched.

    Parameters
    ----------
    table
        One row a group and stage: ``stage_label, count`` (empty where suppressed), and the column
        ``by``: `dxkit.support.training.funnel`, or several of the kind put together.
    by
        The column whose values stand one below the other; without it there is one group.
    names
        Value of ``by`` → Japanese name.
    unit
        What is counted.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or a count is no number.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> stages = pd.DataFrame({"stage_label": ["知る", "やってみる"], "count": [30, None]})
    >>> figure = charts.funnel(stages, title="研修", made=True)
    >>> print(figure.get_suptitle(), figure.get_supxlabel())
    研修（架空データ） 斜線は、人数が少ないため出さない数
    """
    stages = take_table(table)
    columns = ["stage_label", "count", *([] if by is None else [by])]
    require_columns(stages, columns, "学びの段階")
    counts = read_number_columns(stages, ["count"], "学びの段階")["count"].to_numpy()
    groups = [""] * len(stages) if by is None else [str(value) for value in stages[by]]
    group_order = list(dict.fromkeys(groups))
    # hidden counts take no part; a table of nothing else still gets a scale
    longest = float(np.nanmax(counts, initial=1.0))
    canvas = open_canvas(ax, 7.6, 1.3 + 0.72 * len(group_order))
    axes = canvas.axes
    rows = np.array([group_order.index(group) for group in groups], dtype=float)
    stage_order = list(dict.fromkeys(stages["stage_label"]))
    for index, (stage, colour) in enumerate(zip(stage_order, STAGE_COLOURS, strict=False)):
        is_stage = (stages["stage_label"] == stage).to_numpy()
        heights = rows[is_stage] + BAR_STEP * (index - 1)
        look = {"color": colour, "label": to_printable(str(stage))}
        _draw_stage(axes, counts[is_stage], heights, longest, look)
    _name_groups(axes, group_order, names)
    axes.set_xlim(0, 1.08 * longest)
    axes.set_xlabel(unit, fontsize=LABEL_PT)
    hide_frame(axes, keep=("left",))
    add_legend_above(axes, labelled_handles(axes), columns=3)
    note = "斜線は、人数が少ないため出さない数" if np.isnan(counts).any() else ""
    return finish_chart(canvas, [table], title=title, source=source, made=made, note=note)


def _draw_stage(
    axes: Any, counts: FloatArray, heights: FloatArray, longest: float, look: dict[str, Any]
) -> None:
    """Draw one stage's bars with their numbers; a hidden count is a hatched stub."""
    axes.barh(heights, np.where(np.isnan(counts), 0.0, counts), BAR_HEIGHT, **look)
    text_look = {"va": "center", "color": DARK_GREY, "fontsize": LABEL_PT - 1}
    for height, count in zip(heights, counts, strict=True):
        if np.isnan(count):
            axes.barh([height], [HIDDEN_LENGTH * longest], BAR_HEIGHT, **HIDDEN_LOOK)
        else:
            axes.text(count + 0.01 * longest, height, f"{count:g}", **text_look)


def _name_groups(axes: Any, groups: list[str], names: Names) -> None:
    labels = [to_printable(label) for label in name_keys(groups, names)]
    axes.set_yticks(range(len(groups)), labels, fontproperties=font_of_size(LABEL_PT))
    axes.set_ylim(len(groups) - 0.45, -0.55)
