"""What has really changed since last time, and what may be noise?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._arrays import FloatArray
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._legend import add_legend_above, legend_mark, name_rows, rule_rows
from dxkit.charts._style import GREY, LABEL_PT, OWN_COLOUR, PALE_GREY
from dxkit.charts._tables import (
    Names,
    TableOrResult,
    index_by_code,
    name_keys,
    read_number_columns,
    take_table,
)
from dxkit.errors import Fault, TableError

# half-width letters in a line of a name
LABEL_WIDTH = 36


def change(
    table: TableOrResult,
    *,
    names: Names = None,
    label: str = "点",
    before: str = "前回",
    after: str = "今回",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw before and after of each municipality; a change that may be noise has no arrow.

    Parameters
    ----------
    table
        Index (or column) ``code``: ``before, after, low, high`` (the interval of the change),
        ``beyond_noise`` (True where the interval does not hold 0): `dxkit.maturity.change`. Drawn
        in the table's order.
    names
        Code → name.
    label
        What is measured.
    before, after
        What the two times are called.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing, codes repeat, or ``beyond_noise`` is not True or False. A
        municipality without a figure before or after keeps its row, which says so.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> table = pd.DataFrame({"before": [10.0, 40], "after": [30.0, None]}, index=["甲市", "乙町"])
    >>> table = table.assign(low=5.0, high=25.0, beyond_noise=[True, False])
    >>> figure = charts.change(table)
    >>> [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    ['比べられる回答なし']
    """
    keyed = index_by_code(take_table(table), "変化")
    figures = read_number_columns(keyed, ["before", "after", "low", "high"], "変化")
    # the table decides what is noise: this picture computes nothing
    is_sure = _read_verdicts(keyed)
    canvas = open_canvas(ax, 7.6, 1.7 + 0.24 * len(figures))
    axes = canvas.axes
    for row, (values, sure) in enumerate(zip(figures.to_numpy(), is_sure, strict=True)):
        # no dot at 0 for somebody who did not answer
        if np.isnan(values[:2]).any():
            _write_no_answer(axes, row)
        else:
            _draw_dumbbell(axes, row, values, is_sure=sure)
    name_rows(axes, name_keys(figures.index, names), width=LABEL_WIDTH)
    rule_rows(axes)
    axes.set_xlabel(label, fontsize=LABEL_PT)
    handles = [
        legend_mark(before, marker="o", markerfacecolor="white"),
        legend_mark(f"{after}（はっきりした変化）", marker="o"),
        legend_mark(f"{after}（誤差の範囲）", marker="o", color=GREY),
        legend_mark("変化の幅", linestyle="-", linewidth=5, color=PALE_GREY),
    ]
    add_legend_above(axes, handles, columns=4)
    return finish_chart(canvas, [table], title=title, source=source, made=made)


def _read_verdicts(table: pd.DataFrame) -> list[bool]:
    """Read ``beyond_noise``; numbers and blanks are not taken for an answer."""
    has_column = "beyond_noise" in table.columns
    values = table["beyond_noise"] if has_column else pd.Series([None])
    bad = [value for value in values if not isinstance(value, bool | np.bool_)]
    if bad:
        remedy = "dxkit.maturity.change の結果を渡してください"
        raise TableError(
            [Fault("True か False の列がありません", remedy, column="beyond_noise", value=bad[0])]
        )
    return [bool(value) for value in values]


def _write_no_answer(axes: Any, row: int) -> None:
    look = {"va": "center", "color": GREY, "fontsize": LABEL_PT}
    place = axes.get_yaxis_transform()
    axes.text(0.01, row, "比べられる回答なし", transform=place, **look)


def _draw_dumbbell(axes: Any, row: int, values: FloatArray, *, is_sure: bool) -> None:
    """Draw before hollow, after filled, and the interval of the change around after."""
    before, after, low, high = values
    colour = OWN_COLOUR if is_sure else GREY
    # the interval is one of the change: it starts from before
    axes.hlines(row, before + low, before + high, color=PALE_GREY, linewidth=5, zorder=1)
    axes.plot([before, after], [row, row], color=colour, linewidth=1.4, zorder=2)
    if is_sure:
        arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.4, "shrinkB": 3}
        axes.annotate("", xy=(after, row), xytext=(before, row), arrowprops=arrow, zorder=2)
    dot = {"marker": "o", "color": colour, "markersize": 5.5, "zorder": 3}
    axes.plot(before, row, markerfacecolor="white", **dot)
    axes.plot(after, row, **dot)
