"""Does a study's conclusion stand under every combination of its choices?

A specification curve: above, the estimate of every combination from the smallest to the largest;
below, which options it took.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._arrays import BoolArray, FloatArray
from dxkit._checks import read_mapping, require_columns, to_numbers
from dxkit.charts._canvas import finish_chart, open_rows
from dxkit.charts._font import to_printable
from dxkit.charts._legend import add_legend_above, labelled_handles
from dxkit.charts._style import DARK_GREY, GREY, LABEL_PT, OWN_COLOUR
from dxkit.charts._tables import TableOrResult, take_table
from dxkit.errors import Fault, TableError

RESULT_COLUMNS = ("conclusion", "estimate", "stands", "refused")
# dots of combinations in which the conclusion is another one
OTHER_COLOUR = "#d55e00"
# heights in inches: of the curve, and of a row of options
CURVE_HEIGHT = 2.4
ROW_HEIGHT = 0.2


def multiverse(
    table: TableOrResult,
    *,
    names: Mapping[str, str] | None = None,
    estimate: str = "推定値",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw the specification curve of a study, with the share in which its conclusion stands.

    Parameters
    ----------
    table
        One row a combination: `dxkit.assumptions.multiverse`.
    names
        Choice or option → Japanese name.
    estimate
        What the estimate is, with its unit. Without estimates the conclusions are the rows of the
        upper part, the most frequent one below.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure
        The study's own combination is marked by a ring.

    Raises
    ------
    TableError
        If the table has no column of choices, or no combination that was possible.

    Examples
    --------
    >>> from dxkit import assumptions, charts
    >>> table = assumptions.multiverse(
    ...     lambda choice: {"conclusion": choice["a"] > 1, "estimate": choice["a"] * choice["b"]},
    ...     {"a": [2, 1], "b": [3, 5]},
    ... )
    >>> figure = charts.multiverse(table, title="仮の研究")
    >>> figure.axes[0].get_legend().get_texts()[0].get_text()
    '結論が同じ（2通り、50%）'
    """
    combinations = take_table(table)
    require_columns(combinations, RESULT_COLUMNS, "multiverse")
    choices = [name for name in combinations.columns if name not in RESULT_COLUMNS]
    possible = combinations[combinations["refused"] == ""]
    if not choices or possible.empty:
        remedy = "assumptions.multiverse の表を渡してください"
        raise TableError([Fault("描ける選び方の組み合わせがありません", remedy)])
    heights, ticks = _find_heights(possible)
    # from the smallest to the largest; those of one height in the order of the table
    order = np.argsort(heights, kind="stable")
    rows = _list_rows(possible, choices, read_mapping(names, "names"))
    canvas = open_rows(ax, 7.4, (CURVE_HEIGHT, ROW_HEIGHT * len(rows)))
    stands = possible["stands"].to_numpy(dtype=bool)
    _draw_curve(canvas.axes, heights, stands, order)
    _name_heights(canvas.axes, ticks, estimate)
    _draw_options(canvas.extra_axes[0], rows, stands, order)
    refused = len(combinations) - len(possible)
    note = f"組み合わせられない{refused}通りは除いています。" if refused else ""
    return finish_chart(canvas, [table], title=title, source=source, made=made, note=note)


def _find_heights(possible: pd.DataFrame) -> tuple[FloatArray, list[str]]:
    """Find how high each combination stands: its estimate, or the row of its conclusion."""
    estimates = to_numbers(possible["estimate"])
    if np.isfinite(estimates).any():
        return estimates, []
    texts = possible["conclusion"].map(str)
    ticks = texts.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    return texts.map({text: row for row, text in enumerate(ticks)}).to_numpy(float), list(ticks)


def _draw_curve(axes: Any, heights: FloatArray, stands: BoolArray, order: Any) -> None:
    """Draw one dot a combination, and a ring around the study's own."""
    place = np.empty(len(order), dtype=int)
    place[order] = np.arange(len(order))
    total = len(heights)
    for is_same, colour, words in (
        (stands, OWN_COLOUR, "結論が同じ"),
        (~stands, OTHER_COLOUR, "結論が違う"),
    ):
        count = int(is_same.sum())
        label = f"{words}（{count:,}通り、{count / total:.0%}）"
        axes.scatter(place[is_same], heights[is_same], s=14, color=colour, label=label, zorder=3)
    ring = {"facecolors": "none", "edgecolors": DARK_GREY, "linewidths": 1.4, "zorder": 4}
    axes.scatter([place[0]], [heights[0]], s=90, label="研究自身の選び方", **ring)
    axes.set_xlim(-1, total)
    axes.tick_params(labelbottom=False, bottom=False)
    axes.grid(axis="y", color=GREY, linewidth=0.4)
    add_legend_above(axes, labelled_handles(axes), columns=3)


def _name_heights(axes: Any, ticks: list[str], estimate: str) -> None:
    """Name the axis of the estimates, or the rows of the conclusions."""
    if ticks:
        axes.set_yticks(range(len(ticks)), list(map(to_printable, ticks)), fontsize=LABEL_PT)
        axes.set_ylim(-0.5, len(ticks) - 0.5)
    else:
        axes.set_ylabel(to_printable(estimate), fontsize=LABEL_PT)


def _list_rows(
    possible: pd.DataFrame, choices: list[Any], names: Mapping[str, str]
) -> list[tuple[str, BoolArray]]:
    """List the rows of the lower part: an option's name, and which combinations took it."""
    rows = []
    for choice in choices:
        texts = possible[choice].map(str)
        for option in dict.fromkeys(texts):
            name = f"{names.get(str(choice), str(choice))}: {names.get(option, option)}"
            rows.append((name, (texts == option).to_numpy(dtype=bool)))
    return rows


def _draw_options(
    axes: Any, rows: list[tuple[str, BoolArray]], stands: BoolArray, order: Any
) -> None:
    """Draw a mark where a combination took an option."""
    for position, (_, took) in enumerate(rows):
        for is_same, colour in ((True, OWN_COLOUR), (False, OTHER_COLOUR)):
            places = np.flatnonzero((took & (stands == is_same))[order])
            axes.scatter(places, np.full(len(places), position), s=10, marker="|", color=colour)
    labels = [to_printable(name) for name, _ in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=LABEL_PT)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(labelbottom=False, bottom=False, left=False)
