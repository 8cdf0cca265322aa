"""Where in a table of municipalities by systems is much done, and where little?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from dxkit._arrays import FloatArray
from dxkit._checks import require_number
from dxkit.charts._canvas import Canvas, finish_chart, open_canvas
from dxkit.charts._font import LABEL_LONGEST, font_of_size, read_caption, to_printable
from dxkit.charts._style import GREY, LABEL_PT, POINTS_PER_INCH
from dxkit.charts._tables import (
    TableOrResult,
    read_finite_numbers,
    require_column_names,
    take_table,
)
from dxkit.errors import ChoiceError, Fault, TableError, shorten

BLUES = LinearSegmentedColormap.from_list("dxkit", ("#e3eef9", "#8bb8e0", "#3a7fc1", "#0b3d7a"))
# above so many rows the colour bar is half as high as the table
FULL_BAR_MAX_ROWS = 12
# beside so few rows five numbers of a colour bar would lie over each other
SHORT_BAR_MAX_ROWS = 6
HATCHED_LOOK: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": GREY,
    "hatch": "/////",
    "linewidth": 0,
}
# ends of the colours up to here leave room for what lies between them
LARGEST_END = 1e300


def heatmap(
    table: TableOrResult,
    *,
    row: str | None = None,
    column: str | None = None,
    value: str | None = None,
    label: str = "",
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    missing: str = "データなし",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw a table of numbers as coloured cells, for example municipalities by systems.

    Parameters
    ----------
    table
        Wide: one row a municipality (the index is its name), one column a system; or a result with
        such ``.dimensions``: `dxkit.maturity.score`. Or long, with ``row``, ``column`` and
        ``value`` naming its columns; rows and columns then keep the order in which they first
        appear.
    row, column, value
        Columns of a long table.
    label, unit
        What the numbers are, for the colour bar.
    low, high
        Values at the ends of the colours; by default the least and the greatest.
    missing
        What a missing number is called; its cell is hatched.
    ax
        Axes of matplotlib to draw into, of which nothing is cleared; the title stands above them,
        note and source below. By default a new figure is made.
    made
        The data are invented: the title says so (架空データ). It also says so, whatever is given
        here, when the table's ``.attrs`` do, as those of `dxkit.load` and of what is computed from
        it; estimated data are marked 推計.
    title
        Above the chart.
    source
        Where the data come from, below the chart. By default what the table's ``.attrs`` say, with
        their date; an empty text leaves the line out.

    Returns
    -------
    matplotlib.figure.Figure
        That of ``ax``, or a new one, which is not registered with pyplot, so that a notebook shows
        it once.

    Raises
    ------
    TableError
        If the table is empty, holds a text or an infinite number, or has two values for one cell.
    ChoiceError
        If there is no such column, ``low`` is not below ``high``, or ``ax`` cannot be drawn into.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> shares = pd.DataFrame({"戸籍": [0.4, None]}, index=["甲市", "乙町"])
    >>> shares.attrs = {"source": "作文", "as_of": "2026-01", "kind": "made"}
    >>> figure = charts.heatmap(shares, title="進捗")
    >>> print(figure.get_suptitle(), figure.get_supxlabel())
    進捗（架空データ） 出典: 作文（2026-01時点）
    """
    data = take_table(table, "dimensions")
    wide = data if value is None else _widen(data, row, column, value)
    numbers = read_finite_numbers(wide)
    norm = _make_colour_scale(numbers, low, high)
    row_count, column_count = numbers.shape
    # room for the longest heading, which stands upright
    longest = min(max(len(str(name)) for name in wide.columns), LABEL_LONGEST)
    head = longest * LABEL_PT / POINTS_PER_INCH
    canvas = open_canvas(ax, 2.6 + 0.3 * column_count, 1.2 + head + 0.2 * row_count)
    canvas.axes.imshow(
        np.ma.masked_invalid(numbers), cmap=BLUES, norm=norm, aspect="auto", interpolation="none"
    )
    # hatched cells: white alone could be read as a low value
    is_missing = np.isnan(numbers)
    for cell_row, cell_column in np.argwhere(is_missing).tolist():
        corner = (cell_column - 0.5, cell_row - 0.5)
        canvas.axes.add_patch(Rectangle(corner, 1, 1, **HATCHED_LOOK))
    _name_cells(canvas.axes, wide)
    unit_text = f"（{unit}）" if read_caption(unit) else ""
    bar = _add_colour_bar(canvas, norm, row_count, f"{read_caption(label)}{unit_text}")
    if is_missing.any():
        _explain_missing(bar.ax, missing)
    return finish_chart(canvas, [table], title=title, source=source, made=made)


def _widen(table: pd.DataFrame, row: str | None, column: str | None, value: str) -> pd.DataFrame:
    """Turn a long table into one row a row and one column a column, in order of appearance."""
    if row is None or column is None:
        raise ChoiceError("value= を使うときは、row= と column= にも列の名前を書いてください。")
    require_column_names((row, column, value), table.columns)
    repeated = table[table.duplicated([row, column])]
    if not repeated.empty:
        cell = shorten("・".join(str(repeated.iloc[0][name]) for name in (row, column)))
        problem = f"同じます目（{cell}）に値が2つ以上あります"
        raise TableError([Fault(problem, "1つにまとめてください", column=value)])
    wide = table.set_index([row, column])[value].unstack()  # noqa: PD010 - no cell repeats here
    return wide.reindex(index=table[row].unique(), columns=table[column].unique())


def _make_colour_scale(numbers: FloatArray, low: float | None, high: float | None) -> Normalize:
    """Choose the ends of the colours: as given, or else of the data."""
    for end, option in ((low, "low"), (high, "high")):
        if end is not None:
            require_number(end, option, low=-LARGEST_END, high=LARGEST_END)
    if low is not None and high is not None and not low < high:
        raise ChoiceError(f"色の両端 low={low}, high={high} は、low のほうを小さくしてください。")
    values = numbers[~np.isnan(numbers)]
    start = float(values.min(initial=np.inf)) if low is None else low
    end = float(values.max(initial=-np.inf)) if high is None else high
    if not np.isfinite([start, end]).all():
        return Normalize(0.0, 1.0)
    # a single value gets room above it
    return Normalize(start, end if end > start else start + 1.0)


def _name_cells(axes: Any, wide: pd.DataFrame) -> None:
    """Name rows and columns, and draw thin white lines between cells."""
    # the font is set here, too: axes write these names again whenever they are drawn
    look = {"fontproperties": font_of_size(LABEL_PT)}
    columns = [to_printable(str(name)) for name in wide.columns]
    rows = [to_printable(str(name)) for name in wide.index]
    axes.set_xticks(range(len(columns)), columns, rotation=90, **look)
    axes.set_yticks(range(len(rows)), rows, **look)
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(-0.5, wide.shape[1]), minor=True)
    axes.set_yticks(np.arange(-0.5, wide.shape[0]), minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)


def _add_colour_bar(canvas: Canvas, norm: Normalize, row_count: int, label: str) -> Any:
    # as wide for a few rows as for many
    shrink = 0.5 if row_count > FULL_BAR_MAX_ROWS else 1.0
    size = {"shrink": shrink, "aspect": min(20, max(4, row_count)), "fraction": 0.04}
    figure = canvas.axes.get_figure()
    bar = figure.colorbar(ScalarMappable(norm, BLUES), ax=canvas.axes, pad=0.02, **size)
    tick_count = 5 if row_count > SHORT_BAR_MAX_ROWS else 3
    ends = np.linspace(norm.vmin or 0.0, norm.vmax or 0.0, tick_count)
    bar.set_ticks(ends.tolist(), labels=[f"{end:.3g}" for end in ends])
    bar.set_label(label)
    # its texts belong to this chart, too
    canvas.extra_axes.append(bar.ax)
    return bar


def _explain_missing(bar_axes: Any, missing: str) -> None:
    """Name the hatched cells below the colour bar."""
    handle = Patch(label=missing, **HATCHED_LOOK | {"linewidth": 0.5})
    bar_axes.legend(
        handles=[handle],
        loc="upper left",
        bbox_to_anchor=(-0.5, -0.03),
        prop=font_of_size(LABEL_PT),
        frameon=False,
    )
