"""How do the pictures of the law draw a grid of cells with names and a notice?

They teach and are no legal advice (教材であり法的助言ではない), and say so above everything else.
"""

from collections.abc import Sequence
from typing import Any

from matplotlib.patches import Patch, Rectangle

from dxkit.charts._font import font_of_size, to_printable
from dxkit.charts._legend import hide_frame
from dxkit.charts._style import LABEL_PT

NOTICE = "教材であり法的助言ではない"


def draw_cell(
    axes: Any,
    column: int,
    row: int,
    text: str,
    look: dict[str, Any],
    *,
    text_colour: str = "black",
    part: tuple[int, int] = (0, 1),
) -> None:
    """Draw one cell; ``part`` is the number of a letter among several in it, and how many."""
    index, part_count = part
    width = 1 / part_count
    left_edge = column - 0.5 + index * width
    axes.add_patch(Rectangle((left_edge, row - 0.5), width, 1, linewidth=1.5, **look))
    axes.text(
        left_edge + width / 2,
        row,
        to_printable(text),
        ha="center",
        va="center",
        fontsize=LABEL_PT,
        color=text_colour,
        # a text on hatching is read only on a plain ground
        bbox={"facecolor": look["facecolor"], "edgecolor": "none", "pad": 1.0},
    )


def name_grid(axes: Any, rows: Sequence[str], columns: Sequence[str], *, rotation: int = 0) -> None:
    """Name rows and columns: columns above, the first row on top."""
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    # a column's heading is read before its cells
    axes.xaxis.tick_top()
    look = {"fontproperties": font_of_size(LABEL_PT)}
    axes.set_xticks(
        range(len(columns)), list(map(to_printable, columns)), rotation=rotation, **look
    )
    axes.set_yticks(range(len(rows)), list(map(to_printable, rows)), **look)
    hide_frame(axes)


def add_legend_below(axes: Any, handles: list[Patch]) -> None:
    """Put a legend of one line below axes."""
    # below, because headings stand above
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.0, -0.01),
        ncols=len(handles),
        prop=font_of_size(LABEL_PT),
        frameon=False,
        columnspacing=1.2,
        handletextpad=0.6,
    )
