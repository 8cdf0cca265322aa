"""Which municipality is ahead of which whatever the weights, and which two cannot be compared?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._arrays import BoolArray, IntArray
from dxkit._checks import read_mapping, require_filled
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._hasse_layout import Layout, lay_out
from dxkit.charts._style import GREY, LABEL_PT, OWN_COLOUR
from dxkit.charts._tables import (
    Names,
    TableOrResult,
    name_keys,
    read_number_columns,
    require_columns_if_any,
    take_table,
)
from dxkit.errors import Fault, TableError

# inches for a name from left to right and a unit from top to bottom, and the least width
NAME_INCHES = 0.82
DOWN_INCHES = 0.6
MIN_WIDTH_INCHES = 6.4
BOX_LOOK: dict[str, Any] = {
    "boxstyle": "round,pad=0.25",
    "facecolor": "white",
    "edgecolor": OWN_COLOUR,
    "linewidth": 1.0,
}
NOTE = (
    "線をたどって上にある市町ほど、どの重みでも進んでいます。"
    "線でつながらない市町どうしは、どちらが先とはいえません。"
)


def hasse(
    edges: TableOrResult,
    *,
    names: Names = None,
    levels: pd.Series | None = None,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw a partial order: a line leads down from each municipality to those surely behind it.

    Parameters
    ----------
    edges
        One row a pair: ``upper`` is ahead of ``lower`` (codes); or the result of
        `dxkit.maturity.robust_order`. Pairs that follow from others are left out of the picture.
    names
        Code → name; codes that are in no pair are drawn too, if they have a name here.
    levels
        Code → layer (smaller is higher), each below those ahead of it; by default as high as the
        pairs allow.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing, pairs lead round in a circle, or a layer is missing or not below
        the one ahead.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> edges = pd.DataFrame({"upper": ["a", "a", "b"], "lower": ["b", "c", "c"]})
    >>> figure = charts.hasse(edges, names={"a": "甲市", "b": "乙町", "c": "丙町"})
    >>> len(figure.axes[0].lines)
    2
    """
    # first the order and its layers, then the places, and the size of the figure from these
    codes, is_ahead = _read_order(take_table(edges, "edges"), names)
    depth = _find_depths(is_ahead) if levels is None else _read_levels(levels, codes, is_ahead)
    layout = lay_out(_direct_pairs(is_ahead), depth)
    first_across = layout.across.min()
    last_across = layout.across.max()
    bottom = layout.down.max()
    width = max(MIN_WIDTH_INCHES, NAME_INCHES * (last_across - first_across + 1))
    canvas = open_canvas(ax, width, max(2.6, DOWN_INCHES * bottom + 1.8))
    axes = canvas.axes
    # a narrow order keeps the size of its boxes
    spare = max(0.0, MIN_WIDTH_INCHES / NAME_INCHES - (last_across - first_across + 1)) / 2
    axes.set(
        xlim=(first_across - 0.6 - spare, last_across + 0.6 + spare), ylim=(bottom + 0.4, -0.4)
    )
    axes.axis("off")
    _draw_layout(axes, layout, name_keys(codes, names))
    return finish_chart(canvas, [edges], title=title, source=source, made=made, note=NOTE)


def _draw_layout(axes: Any, layout: Layout, labels: Sequence[str]) -> None:
    # lines below boxes
    for chain in layout.chains:
        axes.plot(layout.across[chain], layout.down[chain], color=GREY, linewidth=0.8, zorder=1)
    look = {"ha": "center", "va": "center", "fontsize": LABEL_PT, "bbox": BOX_LOOK}
    for box, label in enumerate(labels):
        axes.text(layout.across[box], layout.down[box], label, zorder=2, **look)


def _read_order(edges: pd.DataFrame, names: Names) -> tuple[list[str], BoolArray]:
    """Read the codes, and for each pair whether the row's is ahead of the column's."""
    require_columns_if_any(edges, ("upper", "lower"), "前後の組")
    if len(edges):
        require_filled(edges, ["upper", "lower"], "前後の組")
    pairs = edges[["upper", "lower"]].astype(str)
    named_codes = [str(code) for code in read_mapping(names, "names")]
    codes = sorted({*pairs["upper"], *pairs["lower"], *named_codes})
    if not codes:
        raise TableError([Fault("比べる市町がありません", "names= に名前の表を渡してください")])
    position = {code: index for index, code in enumerate(codes)}
    is_ahead = np.zeros((len(codes), len(codes)), dtype=bool)
    is_ahead[pairs["upper"].map(position), pairs["lower"].map(position)] = True
    return codes, _close_transitively(is_ahead, codes)


def _close_transitively(is_ahead: BoolArray, codes: Sequence[str]) -> BoolArray:
    """Add what follows: who is ahead of one who is ahead (Warshall 1962)."""
    closed = is_ahead.copy()
    for middle in range(len(codes)):
        closed |= closed[:, [middle]] & closed[[middle], :]
    in_circle = np.flatnonzero(np.diag(closed))
    if in_circle.size:
        members = "、".join(codes[index] for index in in_circle[:5])
        remedy = "upper と lower を確かめてください"
        raise TableError([Fault("前後の関係が輪になっています", remedy, value=members)])
    return closed


def _direct_pairs(is_ahead: BoolArray) -> BoolArray:
    """Select the pairs with nobody between them."""
    has_between = is_ahead.astype(int) @ is_ahead.astype(int) > 0
    return np.asarray(is_ahead & ~has_between)


def _find_depths(is_ahead: BoolArray) -> IntArray:
    """Compute the length of the longest way down to each."""
    depth = np.zeros(len(is_ahead), dtype=np.intp)
    # those with fewer ahead of them come first, so that everybody ahead is done before
    for index in np.argsort(is_ahead.sum(axis=0), kind="stable"):
        above = depth[is_ahead[:, index]]
        depth[index] = above.max() + 1 if above.size else 0
    return depth


def _read_levels(levels: pd.Series, codes: Sequence[str], is_ahead: BoolArray) -> IntArray:
    """Read the caller's layers, counted from 0, and refuse those that contradict the order."""
    named_levels = pd.Series(read_mapping(levels, "levels"), dtype=object)
    table = read_number_columns(named_levels.to_frame("level"), ["level"], "levels")
    # a layer of a code that is not drawn is ignored
    layer = table["level"].reindex(list(codes))
    faults = [
        Fault(f"{code} の層がありません", "levels= に加えてください")
        for code in layer.index[layer.isna()]
    ]
    if not faults:
        is_wrong = is_ahead & ~(layer.to_numpy()[:, None] < layer.to_numpy()[None, :])
        faults = [
            Fault(
                f"{codes[upper]} は {codes[lower]} より先なのに、層が上ではありません",
                "levels= を直してください",
            )
            for upper, lower in np.argwhere(is_wrong).tolist()
        ]
    if faults:
        raise TableError(faults)
    return np.asarray(np.unique(layer.to_numpy(), return_inverse=True)[1], dtype=np.intp)
