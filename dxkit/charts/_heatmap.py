"""Where in a table of municipalities by systems is much done, and where little?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from dxkit.charts._figure import GREY, SMALL, finish, font, numbers_of, opened, printable
from dxkit.errors import ChoiceError, Fault, TableError, shorten

BLUES = LinearSegmentedColormap.from_list("dxkit", ("#e3eef9", "#8bb8e0", "#3a7fc1", "#0b3d7a"))
FEW, SHORT = 12, 6
HATCHED: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": GREY,
    "hatch": "/////",
    "linewidth": 0,
}


def heatmap(
    table: pd.DataFrame,
    *,
    row: str | None = None,
    column: str | None = None,
    value: str | None = None,
    label: str = "",
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    missing: str = "データなし",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw a table of numbers as coloured cells, for example municipalities by systems.

    Parameters
    ----------
    table
        Wide: one row a municipality (the index is its name), one column a system. Or long, with ``row``, ``column`` and
        ``value`` naming its columns; rows and columns then keep the order in which they first appear.
    label, unit
        What the numbers are, for the colour bar.
    low, high
        Values at the ends of the colours; by default the least and the greatest.
    missing
        What a missing number is called; its cell is hatched.
    made
        The data are invented: says so in the title.
    title, source
        Above and below.

    Returns
    -------
    matplotlib.figure.Figure
        Not registered with pyplot, so that a notebook shows it once.

    Raises
    ------
    TableError
        If the table is empty, holds a text or an infinite number, or has two values for one cell.
    ChoiceError
        If there is no such column, or ``low`` is not below ``high``.
    """
    wide = table if value is None else _widen(table, row, column, value)
    numbers = numbers_of(wide)
    norm = _scale(numbers, low, high)
    rows, columns = numbers.shape
    # a point is 1/72 inch: room for the longest heading, which stands upright
    head = max(len(str(name)) for name in wide.columns) * SMALL / 72
    figure, axes = opened(2.6 + 0.3 * columns, 1.2 + head + 0.2 * rows)
    axes.imshow(
        np.ma.masked_invalid(numbers), cmap=BLUES, norm=norm, aspect="auto", interpolation="none"
    )
    for at, place in np.argwhere(np.isnan(numbers)).tolist():
        axes.add_patch(Rectangle((place - 0.5, at - 0.5), 1, 1, **HATCHED))
    _name_cells(axes, wide)
    # as wide for a few rows as for many
    size = {"shrink": 0.5 if rows > FEW else 1.0, "aspect": min(20, max(4, rows))}
    bar = figure.colorbar(ScalarMappable(norm, BLUES), ax=axes, fraction=0.04, pad=0.02, **size)
    # few rows make a short bar, beside which five numbers would lie over each other
    ends = np.linspace(norm.vmin or 0.0, norm.vmax or 0.0, 5 if rows > SHORT else 3)
    bar.set_ticks(ends.tolist(), labels=[f"{end:.3g}" for end in ends])
    bar.set_label(f"{label}（{unit}）" if unit else label)
    if np.isnan(numbers).any():
        handle = Patch(label=missing, **HATCHED | {"linewidth": 0.5})
        bar.ax.legend(
            handles=[handle],
            loc="upper left",
            bbox_to_anchor=(-0.5, -0.03),
            prop=font(SMALL),
            frameon=False,
        )
    return finish(figure, title, source, made=made)


def _widen(table: pd.DataFrame, row: str | None, column: str | None, value: str) -> pd.DataFrame:
    """Turn a long table into one row a row and one column a column, in the order of first appearance."""
    if row is None or column is None:
        raise ChoiceError("value= を使うときは、row= と column= にも列の名前を書いてください。")
    for name in (row, column, value):
        if name not in table.columns:
            raise ChoiceError(
                f"「{shorten(name)}」という列はありません。使える列: {'、'.join(map(str, table.columns))}"
            )
    twice = table[table.duplicated([row, column])]
    if not twice.empty:
        where = shorten("・".join(str(twice.iloc[0][each]) for each in (row, column)))
        raise TableError(
            [
                Fault(
                    f"同じます目（{where}）に値が2つ以上あります",
                    "1つにまとめてください",
                    column=value,
                )
            ]
        )
    wide = table.set_index([row, column])[value].unstack()  # noqa: PD010 - repeated cells were refused above
    return wide.reindex(index=table[row].unique(), columns=table[column].unique())


def _scale(numbers: NDArray[np.float64], low: float | None, high: float | None) -> Normalize:
    """Give the ends of the colours: as asked, or else of the data; a single value gets room above it."""
    if low is not None and high is not None and not low < high:
        raise ChoiceError(f"色の両端 low={low}, high={high} は、low のほうを小さくしてください。")
    known = numbers[~np.isnan(numbers)]
    start = float(known.min(initial=np.inf)) if low is None else low
    end = float(known.max(initial=-np.inf)) if high is None else high
    if not np.isfinite([start, end]).all():
        return Normalize(0.0, 1.0)
    return Normalize(start, end if end > start else start + 1.0)


def _name_cells(axes: Any, wide: pd.DataFrame) -> None:
    """Name rows and columns and draw thin white lines between cells; axes write these names again whenever they are drawn."""
    axes.set_xticks(
        range(wide.shape[1]),
        [printable(str(name)) for name in wide.columns],
        rotation=90,
        fontproperties=font(SMALL),
    )
    axes.set_yticks(
        range(wide.shape[0]),
        [printable(str(name)) for name in wide.index],
        fontproperties=font(SMALL),
    )
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(-0.5, wide.shape[1]), minor=True)
    axes.set_yticks(np.arange(-0.5, wide.shape[0]), minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
