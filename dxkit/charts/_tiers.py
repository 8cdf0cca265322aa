"""Which municipalities are too close to be put in order?"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._style import GREY, LABEL_PT, OWN_COLOUR
from dxkit.charts._tables import (
    Names,
    index_by_code,
    name_keys,
    read_number_columns,
    refuse_missing,
    take_series,
)

# names side by side in a tier's box
NAMES_PER_LINE = 8
# heading and air of a box, in lines of text
BOX_OVERHEAD_LINES = 1.6
BOX_LOOK: dict[str, Any] = {
    "boxstyle": "round,pad=0,rounding_size=0.12",
    "edgecolor": GREY,
    "facecolor": "#fafafa",
    "linewidth": 0.8,
}
NOTE = "グループの中は団体コード順です。中の順序は決められません。"


def tiers(
    tiers: pd.Series | Any,
    *,
    names: Names = None,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw groups of municipalities whose order is not settled, a box a group.

    Parameters
    ----------
    tiers
        Code → tier (1 is foremost); or the result of `dxkit.maturity.rank_intervals`. Within a box
        municipalities stand in the order of their codes: no rank is hidden there.
    names
        Code → name.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a tier is missing or not a number, or codes repeat.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> figure = charts.tiers(pd.Series({"28201": 1, "28209": 1, "28100": 2}))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['グループ1（2市町）', '28201', '28209', 'グループ2（1市町）', '28100']
    """
    keyed = index_by_code(take_series(tiers, "tiers").to_frame("tier"), "グループ")
    table = read_number_columns(keyed, ["tier"], "グループ")
    refuse_missing(table)
    # the order of codes: within a tier there is no other
    tier = table["tier"].sort_index()
    boxes = [
        (f"グループ{number:g}", name_keys(part.index, names)) for number, part in tier.groupby(tier)
    ]
    line_counts = [-(-len(members) // NAMES_PER_LINE) for _, members in boxes]
    height = sum(line_counts) + BOX_OVERHEAD_LINES * len(boxes)
    canvas = open_canvas(ax, 8.0, 1.2 + 0.27 * height)
    axes = canvas.axes
    axes.set(xlim=(0, NAMES_PER_LINE), ylim=(height, 0))
    axes.axis("off")
    top = 0.0
    for (heading, members), line_count in zip(boxes, line_counts, strict=True):
        _draw_box(axes, top, f"{heading}（{len(members)}市町）", members, line_count)
        top += line_count + BOX_OVERHEAD_LINES
    return finish_chart(canvas, [tiers], title=title, source=source, made=made, note=NOTE)


def _draw_box(axes: Any, top: float, heading: str, members: Sequence[str], line_count: int) -> None:
    """Draw one tier: a box, its heading, and its members in columns."""
    size = (NAMES_PER_LINE - 0.04, line_count + 1.2)
    axes.add_patch(FancyBboxPatch((0.02, top + 0.05), *size, **BOX_LOOK))
    head_look = {"weight": "bold", "color": OWN_COLOUR, "fontsize": LABEL_PT + 1}
    axes.text(0.15, top + 0.55, heading, va="center", **head_look)
    # the first column is a little away from the edge
    column_width = (NAMES_PER_LINE - 0.2) / NAMES_PER_LINE
    for index, name in enumerate(members):
        line, column = divmod(index, NAMES_PER_LINE)
        x = 0.15 + column * column_width
        axes.text(x, top + 1.45 + line, name, va="center", fontsize=LABEL_PT + 0.5)
