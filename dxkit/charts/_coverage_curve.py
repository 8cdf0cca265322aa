"""How much does each further base bring?"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._arrays import FloatArray
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import read_caption
from dxkit.charts._legend import add_legend_above, hide_frame, labelled_handles
from dxkit.charts._style import DARK_GREY, GROUP_COLOUR, LABEL_PT, OWN_COLOUR, PALE_GREY
from dxkit.charts._tables import TableOrResult, read_number_columns, take_table


def curve(
    table: TableOrResult,
    *,
    label: str = "届く人の割合",
    group_label: str = "いちばん届かない市町",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw how the covered share grows with the number of bases.

    Parameters
    ----------
    table
        One row a number of bases: ``count, share``, and where known ``covered, bound`` (the band
        up to what no choice can pass), ``worst_share`` (of the municipality with the smallest
        share) and ``elbow``: `dxkit.drones.budget_curve`.
    label, group_label
        What the two lines are called.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If the table is empty, lacks ``count`` or ``share``, or holds what is no number.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> budget = pd.DataFrame(
    ...     {"count": [1, 2, 3], "share": [0.4, 0.7, 0.75], "elbow": [False, True, False]}
    ... )
    >>> charts.curve(budget).axes[0].texts[0].get_text().split()
    ['2', '拠点で', '70%', 'ここから伸びが鈍る']
    """
    budget = take_table(table)
    numbers = read_number_columns(budget, ["count", "share"], "拠点の数ごとの割合")
    count = numbers["count"].to_numpy()
    share = numbers["share"].to_numpy()
    canvas = open_canvas(ax, 7.4, 4.6)
    axes = canvas.axes
    # who is served worst belongs beside the mean, where it is known
    if "worst_share" in budget.columns and budget["worst_share"].notna().any():
        worst_look = {"color": GROUP_COLOUR, "marker": "s", "markersize": 4, "linestyle": "--"}
        axes.plot(
            count,
            budget["worst_share"],
            linewidth=1.5,
            label=read_caption(group_label),
            **worst_look,
        )
    if {"covered", "bound", "gap"} <= set(budget.columns) and (budget["gap"] > 0).any():
        # what a proof allows at most, as a share
        upper = share * budget["bound"] / budget["covered"].where(budget["covered"] > 0)
        axes.fill_between(count, share, upper, color=PALE_GREY, label="最適と証明できていない幅")
    axes.plot(
        count,
        share,
        color=OWN_COLOUR,
        marker="o",
        markersize=5,
        linewidth=2,
        label=read_caption(label),
    )
    if "elbow" in budget.columns and budget["elbow"].any():
        _mark_elbow(axes, count, share, int(np.argmax(budget["elbow"].to_numpy(dtype=bool))))
    _label_axes(axes)
    return finish_chart(canvas, [table], title=title, source=source, made=made)


def _label_axes(axes: Any) -> None:
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    # there is no half base
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("拠点の数", fontsize=LABEL_PT)
    axes.grid(axis="y", color=PALE_GREY, linewidth=0.8)
    hide_frame(axes, keep=("bottom",))
    add_legend_above(axes, labelled_handles(axes), columns=3)


def _mark_elbow(axes: Any, count: FloatArray, share: FloatArray, row: int) -> None:
    """Point out the number of bases from which on more bring clearly less."""
    ring = {"color": "none", "markeredgecolor": DARK_GREY, "markeredgewidth": 1.5}
    axes.plot(count[row], share[row], marker="o", markersize=13, **ring)
    axes.annotate(
        f"{count[row]:.0f} 拠点で {share[row]:.0%}\nここから伸びが鈍る",
        (count[row], share[row]),
        xytext=(-10, 18),
        ha="right",
        textcoords="offset points",
        fontsize=LABEL_PT,
        color=DARK_GREY,
    )
