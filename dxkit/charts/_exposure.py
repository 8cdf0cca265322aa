"""What does each choice bring, and how much does it disclose for that?"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._checks import require_columns
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import read_caption, to_printable
from dxkit.charts._legend import hide_frame
from dxkit.charts._style import GREY, OWN_COLOUR
from dxkit.charts._tables import TableOrResult, convert_number_columns, refuse_missing, take_table

# shares are drawn in percent
PERCENT = 100
NOTE = (
    "左上ほどよい施策です。●は、どちらの面でも負けている相手のない施策、"
    "×は、ほかの施策に両方で負けている施策です。"
)


def exposure(
    table: TableOrResult,
    *,
    benefit: str,
    cost: str,
    by: str = "policy",
    benefit_label: str = "",
    cost_label: str = "",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw what each choice brings against what it discloses: upper left is better on both.

    Parameters
    ----------
    table
        One row a choice, with the columns named by ``by``, ``benefit`` and ``cost``; a boolean
        ``pareto`` marks the choices that no other beats on both: `dxkit.sharing.compare`.
    benefit, cost
        Columns for the height (a share) and for the way to the right.
    by
        The choices' names.
    benefit_label, cost_label
        What the axes are called.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If columns are missing or the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> policies = pd.DataFrame(
    ...     {"policy": ["甲", "乙"], "known": [0.5, 0.4], "told": [1, 2], "pareto": [True, False]}
    ... )
    >>> figure = charts.exposure(policies, benefit="known", cost="told")
    >>> [line.get_marker() for line in figure.axes[0].lines]
    ['o', 'x']
    """
    choices = take_table(table)
    require_columns(choices, (by, benefit, cost), "施策の比較")
    choices = convert_number_columns(choices, (benefit, cost), "施策の比較")
    # a mark without a place would be missing from the picture without a word
    refuse_missing(choices[[benefit, cost]])
    canvas = open_canvas(ax, 7.2, 4.6)
    axes = canvas.axes
    has_verdict = "pareto" in choices
    # without a verdict all marks look alike
    is_efficient = np.ones(len(choices), dtype=bool)
    if has_verdict:
        is_efficient = choices["pareto"].to_numpy(dtype=bool)
    for row, efficient in zip(choices.to_dict("records"), is_efficient, strict=True):
        place = (row[cost], PERCENT * row[benefit])
        _draw_choice(axes, str(row[by]), place, efficient=bool(efficient))
    axes.set_xlabel(read_caption(cost_label) or cost)
    axes.set_ylabel(f"{read_caption(benefit_label) or benefit}［%］")
    # room for the names at the right of the marks
    axes.margins(0.15)
    hide_frame(axes, keep=("left", "bottom"))
    note = NOTE if has_verdict else ""
    return finish_chart(canvas, [table], title=title, source=source, made=made, note=note)


def _draw_choice(axes: Any, name: str, place: tuple[float, float], *, efficient: bool) -> None:
    marker = "o" if efficient else "x"
    colour = OWN_COLOUR if efficient else GREY
    axes.plot(*place, marker=marker, color=colour, markersize=9, linestyle="")
    axes.annotate(to_printable(name), place, xytext=(8, 4), textcoords="offset points")
