"""How do all charts name their rows and explain their marks alike?"""

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from dxkit.charts._font import font_of_size, to_printable, wrap_text
from dxkit.charts._style import GREY, LABEL_PT, OWN_COLOUR, PALE_GREY


def legend_mark(label: str, **look: Any) -> Line2D:
    """Make a mark for a legend."""
    return Line2D(
        [], [], label=to_printable(label), **{"linestyle": "", "color": OWN_COLOUR} | look
    )


def add_legend_above(
    axes: Any, handles: Sequence[Artist], *, columns: int, right: float = 1.0
) -> None:
    """Put a legend above axes, ending at their right; a figure's own would lie over the title."""
    axes.legend(
        handles=handles,
        loc="lower right",
        bbox_to_anchor=(right, 1.0),
        ncols=columns,
        prop=font_of_size(LABEL_PT),
        frameon=False,
        columnspacing=1.2,
        handletextpad=0.6,
        borderaxespad=0.2,
    )


def add_legend_beside(axes: Any, handles: Sequence[Artist] | None = None, **place: Any) -> None:
    """Put a legend at the right of axes; without handles it explains what has a label."""
    axes.legend(
        handles=handles,
        **{"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)} | place,
        prop=font_of_size(LABEL_PT),
        frameon=False,
    )


def labelled_handles(axes: Any) -> Sequence[Artist]:
    """List the artists of axes that have a label."""
    handles: Sequence[Artist] = axes.get_legend_handles_labels()[0]
    return handles


def hide_frame(axes: Any, *, keep: Sequence[str] = ()) -> None:
    """Take the frame and the tick marks off axes, except for the sides to keep."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in keep)
        spine.set_color(GREY)
    axes.tick_params(length=0)


def name_rows(axes: Any, labels: Sequence[str], *, width: int = 0) -> None:
    """Name rows from the top down; with a ``width`` longer names take several lines."""
    lines = [wrap_text(label, width) if width else label for label in labels]
    axes.set_yticks(
        range(len(labels)), list(map(to_printable, lines)), fontproperties=font_of_size(LABEL_PT)
    )
    axes.set_ylim(len(labels) - 0.5, -0.5)


def rule_rows(axes: Any) -> None:
    """Leave only the bottom of the frame, and draw thin lines upwards from its ticks."""
    hide_frame(axes, keep=("bottom",))
    axes.grid(axis="x", color=PALE_GREY, linewidth=0.6)
    # grid lines never cross a bar
    axes.set_axisbelow(True)
