"""In what is one municipality ahead of others like it, and in what behind, as a web?

A web is what people know and ask for. Its area means nothing (it changes with the order of the
indicators), and beyond eight spokes it is hard to read: the picture says both. `dots` shows the
same without either fault.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from dxkit._arrays import FloatArray
from dxkit._keywords import accepts_old_keywords
from dxkit.charts._canvas import POLAR, Canvas, finish_chart, open_canvas
from dxkit.charts._font import font_of_size, to_printable, use_plain_text, wrap_text
from dxkit.charts._style import GREY, GROUP_COLOUR, LABEL_PT, OWN_COLOUR
from dxkit.charts._tables import (
    TableOrResult,
    index_by_code,
    read_finite_numbers,
    read_own_name,
    refuse_cells,
    require_column_names,
    take_table,
)
from dxkit.errors import ChoiceError, shorten

# spokes beyond which positions are hard to tell
MAX_SPOKES = 8
MIN_SPOKES = 3
# of fewer answers a quartile says nothing
QUARTILE_MIN_COUNT = 4
# half-width letters in a line of a spoke's name
LABEL_WIDTH = 24
NOTE = "囲まれた面積に意味はありません（項目の並べ方で変わります）。"


@accepts_old_keywords(one="code")
def radar(
    table: TableOrResult,
    *,
    code: str,
    group: Sequence[str] | None = None,
    indicators: Sequence[str] | None = None,
    name: str = "name",
    low: float = 0.0,
    high: float = 100.0,
    unit: str = "",
    group_label: str = "比べる市町の中央値",
    missing: str = "データなし",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw one municipality's indicators as a web, over the median and the quartiles of others.

    The area within a line means nothing, and the picture says so; with more than eight indicators
    it names `dots`, which is easier to read.

    Parameters
    ----------
    table
        One row a municipality (the index, or a column ``code``), one column an indicator, all on
        one scale; or a result with such ``.dimensions``: `dxkit.maturity.score`.
    code
        The municipality to draw: its code or index label.
    group
        The rows to compare with; by default all others.
    indicators
        Columns in order around the web, three or more; by default all columns of numbers.
    name
        The column with names, for the legend; the index label where there is none.
    low, high
        Centre and rim of the web.
    unit
        Of the numbers on the rings.
    group_label
        What the median is called.
    missing
        What a missing number is called: the line is open there, and the indicator says so.
    ax
        Polar axes to draw into, made by ``figure.add_subplot(projection="polar")``; by default a
        new figure is made.
    made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ChoiceError
        If there is no such row or column, fewer than three indicators, ``group`` is empty, or
        ``ax`` is not polar.
    TableError
        If a value is not a number between ``low`` and ``high``, or rows repeat.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> table = pd.DataFrame(
    ...     {"研修": [10, 20], "計画": [0, 50], "体制": [100, 30]}, index=["甲市", "乙町"]
    ... )
    >>> figure = charts.radar(table, code="甲市", title="甲市の姿")
    >>> print(figure.get_supxlabel())
    囲まれた面積に意味はありません（項目の並べ方で変わります）。
    """
    keyed = index_by_code(take_table(table, "dimensions"), "指標").rename(columns=str)
    columns = _choose_indicators(keyed, indicators)
    peers = [key for key in keyed.index if key != code] if group is None else list(group)
    _require_rows(keyed, code, peers)
    values = read_finite_numbers(keyed[columns])
    refuse_cells(
        (values < low) | (values > high),
        keyed[columns],
        f"{low:g}〜{high:g}の外です",
        "low= と high= を合わせてください",
    )
    # numbers by position: codes may be any kind of label
    own_values = values[keyed.index.get_indexer(pd.Index([code]))[0]]
    peer_values = values[keyed.index.get_indexer(pd.Index(peers))]
    own_name = read_own_name(keyed, name, code)
    labels = [
        wrap_text(column, LABEL_WIDTH) + (f"\n（{missing}）" if np.isnan(value) else "")
        for column, value in zip(columns, own_values, strict=True)
    ]
    canvas = open_canvas(ax, 8.0, 5.8, projection=POLAR)
    axes = canvas.axes
    _draw_web(axes, labels, np.linspace(low, high, 5), unit)
    _draw_quartiles(axes, peer_values)
    group_look = {"color": GROUP_COLOUR, "linestyle": "--", "marker": "s"}
    _draw_ring(axes, _median_of_columns(peer_values), label=group_label, **group_look)
    own_look = {"color": OWN_COLOUR, "linestyle": "-", "marker": "o"}
    _draw_ring(axes, own_values, label=own_name, **own_look)
    _add_legend(canvas)
    note = _write_caution(len(columns))
    return finish_chart(canvas, [table], title=title, source=source, made=made, note=note)


def _choose_indicators(table: pd.DataFrame, indicators: Sequence[str] | None) -> list[str]:
    numeric = [str(name) for name in table.columns if pd.api.types.is_numeric_dtype(table[name])]
    columns = numeric if indicators is None else list(indicators)
    unknown = [column for column in columns if column not in table.columns]
    require_column_names(unknown, numeric)
    if len(columns) < MIN_SPOKES:
        raise ChoiceError(
            f"指標が{len(columns)}つしかありません。3つ以上の列を indicators= に書いてください。"
        )
    return columns


def _require_rows(table: pd.DataFrame, code: str, peers: Sequence[str]) -> None:
    unknown = [key for key in (code, *peers) if key not in table.index]
    if unknown:
        examples = "、".join(str(key) for key in table.index[:5])
        raise ChoiceError(
            f"「{shorten(unknown[0])}」の行はありません。次のように書いてください: {examples}"
        )
    if not peers:
        raise ChoiceError("比べる市町がありません。group= に1つ以上書いてください。")


def _median_of_columns(values: FloatArray) -> FloatArray:
    """Compute the median of each column over its values; NaN where it has none."""
    columns = [column[~np.isnan(column)] for column in values.T]
    return np.array([np.median(column) if column.size else np.nan for column in columns])


def _draw_quartiles(axes: Any, peer_values: FloatArray) -> None:
    """Shade the peers' quartiles, if every indicator has enough answers beyond yes and no."""
    columns = [column[~np.isnan(column)] for column in peer_values.T]
    if any(_has_no_quartiles(column) for column in columns):
        return
    quartiles = np.array([np.quantile(column, (0.25, 0.75)) for column in columns]).T
    # the band closes where it began
    low, high = np.column_stack([quartiles, quartiles[:, 0]])
    angles = np.append(_spoke_angles(len(columns)), 2 * np.pi)
    look = {"color": GROUP_COLOUR, "alpha": 0.14, "linewidth": 0}
    axes.fill_between(angles, low, high, label="その半数が入る幅（四分位）", **look)


def _has_no_quartiles(values: FloatArray) -> bool:
    return values.size < QUARTILE_MIN_COUNT or np.unique(values).size <= 2


def _write_caution(spoke_count: int) -> str:
    """Write what a web must not be read for."""
    if spoke_count <= MAX_SPOKES:
        return NOTE
    return (
        f"{NOTE}項目が{MAX_SPOKES}を超えるので、点の図（charts.dots）のほうが読みやすくなります。"
    )


def _draw_web(axes: Any, labels: Sequence[str], rings: FloatArray, unit: str) -> None:
    """Draw rings and spokes, clockwise from the top; spokes are named outside the rim."""
    # as a clock is read
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_ylim(rings[0], rings[-1])
    ring_labels = [to_printable(f"{ring:g}{unit}") for ring in rings[1:]]
    ring_font = font_of_size(LABEL_PT - 1)
    axes.set_yticks(rings[1:], ring_labels, fontproperties=ring_font, color=GREY)
    # the rings' numbers stand between two spokes
    axes.set_rlabel_position(180 / len(labels))
    angles = _spoke_angles(len(labels))
    names = list(map(to_printable, labels))
    axes.set_xticks(angles, names, fontproperties=font_of_size(LABEL_PT + 1))
    for text, across in zip(axes.get_xticklabels(), np.sin(angles), strict=True):
        # names grow away from the web: rightwards on its right side
        side = "left" if across > 0 else "right"
        text.set_horizontalalignment("center" if abs(across) < 0.1 else side)


def _draw_ring(axes: Any, values: FloatArray, **look: Any) -> None:
    """Draw one closed line, filled if it is whole and solid; open where a value is missing."""
    angles = _spoke_angles(values.size)
    axes.plot([*angles, angles[0]], [*values, values[0]], **look)
    if look["linestyle"] == "-" and not np.isnan(values).any():
        axes.fill(angles, values, color=look["color"], alpha=0.15)


def _add_legend(canvas: Canvas) -> None:
    """Put the legend into the corner of an own figure, or below the names of given axes."""
    look = {"prop": font_of_size(LABEL_PT), "frameon": False}
    if canvas.is_own:
        canvas.root_figure.legend(loc="upper left", **look)
        return
    axes = canvas.axes
    # measured below: a formula would have another size, or none
    use_plain_text(axes)
    # in inches, so that it stays below the spokes' names whatever becomes of the axes' size
    names = axes.xaxis.get_tightbbox()
    drop_inches = (axes.bbox.y0 - names.y0) / canvas.root_figure.dpi
    shift = ScaledTranslation(0, -drop_inches, canvas.root_figure.dpi_scale_trans)
    place = axes.transAxes + shift
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), bbox_transform=place, **look)


def _spoke_angles(count: int) -> FloatArray:
    return np.asarray(np.linspace(0, 2 * np.pi, count, endpoint=False), dtype=np.float64)
