"""How firm is each municipality's rank?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._legend import add_legend_above, legend_mark, name_rows, rule_rows
from dxkit.charts._style import DARK_GREY, GROUP_COLOUR, LABEL_PT, OWN_COLOUR
from dxkit.charts._tables import (
    Names,
    TableOrResult,
    index_by_code,
    name_keys,
    read_number_columns,
    refuse_missing,
    require_keys,
    take_table,
)
from dxkit.errors import ChoiceError, Fault, TableError

# neighbouring tiers alternate
BAND_COLOURS = ("#eef3f8", "#ffffff")
INTERVAL_LOOK = {"linewidth": 4.5, "alpha": 0.45}


def rank_intervals(
    table: TableOrResult,
    *,
    names: Names = None,
    level: float = 0.9,
    highlight: Sequence[str] = (),
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw the range of ranks that each municipality may take: a line each, never a bare rank.

    Parameters
    ----------
    table
        Index (or column) ``code``: the ends of the interval, ``median``, and if there are any
        ``tier`` (1 is foremost), shown as bands; or the result of `dxkit.maturity.rank_intervals`.
        The ends for a level of 0.9 are ``p05`` and ``p95``, for 0.8 ``p10`` and ``p90``.
    names
        Code → name.
    level
        Of the intervals (0–1): which columns are drawn, and what the legend says.
    highlight
        Codes to draw in another colour.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column or figure is missing, codes repeat, or an interval does not hold its median.
    ChoiceError
        If ``level`` is no share or a code of ``highlight`` is not in the table.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> ranks = pd.DataFrame({"p05": [2, 1], "median": [2, 1], "p95": [3, 2]}, index=["a", "b"])
    >>> figure = charts.rank_intervals(ranks, names={"a": "甲市", "b": "乙町"})
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['乙町', '甲市']
    """
    low, high = _interval_columns(level)
    keyed = index_by_code(take_table(table), "順位の幅")
    ranks = read_number_columns(keyed, [low, "median", high], "順位の幅")
    _require_medians_inside(ranks)
    require_keys(highlight, ranks.index, "highlight=")
    has_tiers = "tier" in keyed.columns
    tier = pd.Series(0.0, index=ranks.index)
    if has_tiers:
        tier = read_number_columns(keyed, ["tier"], "順位の幅")["tier"]
    # a tier's members stand together, as far as their medians allow
    sort_keys = ranks.assign(tier=tier, code_text=ranks.index.astype(str))
    codes = sort_keys.sort_values(["median", "tier", low, high, "code_text"]).index
    canvas = open_canvas(ax, 7.6, 1.7 + 0.21 * len(ranks))
    axes = canvas.axes
    if has_tiers:
        _draw_tier_bands(axes, tier.loc[codes].tolist())
    colours = [GROUP_COLOUR if code in highlight else OWN_COLOUR for code in codes]
    _draw_intervals(axes, ranks.loc[codes], colours)
    name_rows(axes, name_keys(codes, names))
    rule_rows(axes)
    # whole dots at the first and the last rank
    axes.set_xlim(0.3, len(ranks) + 0.7)
    axes.set_xlabel("順位（左ほど進んでいる）", fontsize=LABEL_PT)
    _explain_intervals(axes, level)
    return finish_chart(canvas, [table], title=title, source=source, made=made)


def _interval_columns(level: float) -> tuple[str, str]:
    """Name the columns that hold the ends of an interval."""
    if not 0 < level < 1:
        raise ChoiceError(f"level={level} は 0 と 1 の間の割合にしてください（例: 0.9）。")
    # percent below the interval, which is also that above it
    tail = round((1 - level) * 50, 1)
    return f"p{'0' if tail < 10 else ''}{tail:g}", f"p{100 - tail:g}"


def _require_medians_inside(ranks: pd.DataFrame) -> None:
    """Refuse missing figures, and intervals that do not hold their median."""
    refuse_missing(ranks)
    low, median, high = ranks.to_numpy().T
    outside = ranks.loc[(median < low) | (median > high), "median"]
    if len(outside):
        raise TableError(
            Fault(
                f"{code} の中央値が幅の外です",
                "両端の列を確かめてください",
                column="median",
                value=value,
            )
            for code, value in outside.items()
        )


def _draw_tier_bands(axes: Any, tier: Sequence[float]) -> None:
    """Lay a band behind each run of one tier, and name it at the right."""
    count = len(tier)
    starts = [row for row in range(count) if row == 0 or tier[row] != tier[row - 1]]
    ends = [*starts[1:], count]
    look = {"va": "center", "color": DARK_GREY, "fontsize": LABEL_PT}
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        colour = BAND_COLOURS[index % len(BAND_COLOURS)]
        axes.axhspan(start - 0.5, end - 0.5, color=colour, zorder=0)
        label = f"グループ{tier[start]:g}"
        middle = (start + end - 1) / 2
        axes.text(1.01, middle, label, transform=axes.get_yaxis_transform(), **look)


def _draw_intervals(axes: Any, ranks: pd.DataFrame, colours: Sequence[str]) -> None:
    low, median, high = ranks.to_numpy().T
    # the interval is wider than the dot of the median: it is what the eye should meet first
    rows = np.arange(len(ranks))
    axes.hlines(rows, low, high, colors=list(colours), **INTERVAL_LOOK)
    axes.scatter(median, rows, c=list(colours), s=22, zorder=3)


def _explain_intervals(axes: Any, level: float) -> None:
    label = f"{level:.0%}の場合がこの順位の間に入る"
    handles = [
        legend_mark(label, linestyle="-", **INTERVAL_LOOK),
        legend_mark("中央値", marker="o", markersize=5),
        # a sentence without a mark
        legend_mark("幅が重なるところは、どちらが先とはいえません"),
    ]
    add_legend_above(axes, handles, columns=3)
