"""Where is a chart drawn: in a figure of its own, or in axes that the caller hands over?

Charts open a `Canvas`, draw into its axes, and end with `finish_chart`, which puts title, note and
source where they belong and every text into the shipped Japanese font.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from dxkit.charts._font import LABEL_LONGEST, TEXT_LONGEST, cut_text, use_plain_text, wrap_text
from dxkit.charts._origin import SOURCE_PREFIX, mark_title, read_origin
from dxkit.charts._style import AXES_TITLE_PT, LABEL_PT, POINTS_PER_INCH, TITLE_PT
from dxkit.errors import ChoiceError, shorten

# what matplotlib calls ordinary axes and round ones
RECTILINEAR = "rectilinear"
POLAR = "polar"
# air in points between a chart and its title or note, and between two panels as a part of the first
GAP_PT = 6.0
PANEL_GAP = 0.03
# inches for title, legend and note of two panels one above the other
ROOM_FOR_WORDS = 1.2
SHORTEST_LINE = 20
# lines below a chart for which its height has room, and the height of each further one in points
USUAL_LINES = 2
LINE_PT = 1.4 * LABEL_PT
# a higher chart gives room to its note itself, and its sheet of paper stays one sheet
LOW_CHART_INCHES = 3.0
# letters of a note or a source
LINE_LONGEST = 800


class Chart(Figure):
    """A figure that shows itself once in a notebook, whether or not pyplot is in use."""

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        self.savefig(buffer, format="png", dpi=110, bbox_inches="tight")
        return buffer.getvalue()

    def __repr__(self) -> str:
        return f"<図「{self.get_suptitle()}」>"


@dataclass(frozen=True)
class Canvas:
    """Axes to draw into.

    Attributes
    ----------
    axes
        The chart's (first) axes.
    is_own
        Whether the whole figure belongs to this chart.
    extra_axes
        Further axes of the same chart, such as a colour bar's or a second panel.
    """

    axes: Any
    is_own: bool
    extra_axes: list[Any] = field(default_factory=list)

    @property
    def all_axes(self) -> list[Any]:
        """The axes that this chart draws into."""
        return [self.axes, *self.extra_axes]

    @property
    def root_figure(self) -> Figure:
        """The figure that holds the axes, at any depth of subfigures."""
        figure: Figure = self.axes.get_figure(root=True)
        return figure


def open_canvas(
    ax: Axes | None, width: float, height: float, projection: str = RECTILINEAR
) -> Canvas:
    """Open a figure of so many inches whose parts make room for each other, or take given axes.

    Raises
    ------
    ChoiceError
        If ``ax`` is no Axes, or round where straight axes are needed or the other way round.
    """
    # nothing of the caller's axes is cleared: they may hold a background
    if ax is not None:
        _require_axes(ax, projection)
        return Canvas(ax, is_own=False)
    figure = Chart(figsize=(width, height), layout="constrained")
    return Canvas(figure.add_subplot(projection=projection), is_own=True)


def open_panels(
    ax: Axes | None, width: float, height: float, width_ratios: tuple[float, float]
) -> Canvas:
    """Open two panels side by side with the same rows; beside given axes the second is an inset.

    Raises
    ------
    ChoiceError
        As for `open_canvas`.
    """
    # an inset's width is counted in widths of the first panel
    left_ratio, right_ratio = width_ratios
    if ax is not None:
        _require_axes(ax, RECTILINEAR)
        # an inset outside the axes belongs to them: layouts of the caller's figure make room for it
        bounds = (1 + PANEL_GAP, 0, right_ratio / left_ratio, 1)
        inset = ax.inset_axes(bounds, sharey=ax)
        inset.tick_params(labelleft=False)
        return Canvas(ax, is_own=False, extra_axes=[inset])
    figure = Chart(figsize=(width, height), layout="constrained")
    first_axes, second_axes = figure.subplots(1, 2, sharey=True, width_ratios=width_ratios)
    return Canvas(first_axes, is_own=True, extra_axes=[second_axes])


def open_rows(ax: Axes | None, width: float, heights: tuple[float, float]) -> Canvas:
    """Open two panels one above the other with the same columns; below given axes an inset.

    Raises
    ------
    ChoiceError
        As for `open_canvas`.
    """
    upper, lower = heights
    if ax is not None:
        _require_axes(ax, RECTILINEAR)
        share = lower / upper
        inset = ax.inset_axes((0, -2 * PANEL_GAP - share, 1, share), sharex=ax)
        return Canvas(ax, is_own=False, extra_axes=[inset])
    figure = Chart(figsize=(width, upper + lower + ROOM_FOR_WORDS), layout="constrained")
    first_axes, second_axes = figure.subplots(2, 1, sharex=True, height_ratios=heights)
    return Canvas(first_axes, is_own=True, extra_axes=[second_axes])


def finish_chart(
    canvas: Canvas,
    data: Iterable[object],
    *,
    title: str,
    source: str | None,
    made: bool,
    note: str = "",
) -> Figure:
    """Write title, note and source, and set every text in the Japanese font.

    Parameters
    ----------
    canvas
        What the chart was drawn into.
    data
        The tables and result objects that the chart was handed: their ``.attrs`` say where the
        data come from and whether they are invented.
    title, source, made
        The caller's own words; see `dxkit.charts._origin.read_origin`.
    note
        What the reader must know, above the source.

    Returns
    -------
    matplotlib.figure.Figure
        The figure that holds the canvas.
    """
    origin = read_origin(data, source, made=made)
    # the mark stands behind the title, however long that is
    plain_title = cut_text(title, LABEL_LONGEST)
    heading = mark_title(plain_title, origin.mark)
    source_line = f"{SOURCE_PREFIX}{origin.source}" if origin.source else ""
    lines = [cut_text(note, TEXT_LONGEST), source_line, origin.age_note]
    lines = [line for line in lines if line]
    if canvas.is_own:
        _write_on_figure(canvas.root_figure, heading, lines, is_mark_only=not plain_title)
        use_plain_text(canvas.root_figure)
        return canvas.root_figure
    # legends are measured for the place of the title; the caller's other axes keep their own font
    for axes in canvas.all_axes:
        use_plain_text(axes)
    _write_around_axes(canvas, heading, lines, is_mark_only=not plain_title)
    for axes in canvas.all_axes:
        use_plain_text(axes)
    return canvas.root_figure


def _require_axes(ax: object, projection: str) -> None:
    if not isinstance(ax, Axes):
        raise ChoiceError(
            f"ax=「{shorten(ax)}」には描けません。matplotlib の座標軸（Axes）を1つ渡してください。"
        )
    if ax.name == projection:
        return
    if projection == POLAR:
        raise ChoiceError(
            "この図は丸い座標軸に描きます。ax= には "
            'fig.add_subplot(projection="polar") で作った座標軸を渡してください。'
        )
    raise ChoiceError(
        f"この図は {ax.name} の座標軸には描けません。"
        "ax= には fig.add_subplot() で作った座標軸を渡してください。"
    )


def _write_on_figure(
    figure: Figure, heading: str, lines: Sequence[str], *, is_mark_only: bool
) -> None:
    if heading:
        # a mark without a title takes little room from the chart
        figure.suptitle(heading, fontsize=LABEL_PT if is_mark_only else TITLE_PT)
    # lines as wide as the figure: wider ones would shrink everything else
    width = _letters_in(figure.get_figwidth())
    text = "\n".join(wrap_text(line, width, LINE_LONGEST) for line in lines)
    if text:
        figure.supxlabel(text, x=0.01, ha="left", fontsize=LABEL_PT)
        # a chart of one row has no height to give away to a long note
        more_lines = max(0, text.count("\n") + 1 - USUAL_LINES)
        height = figure.get_figheight()
        if height < LOW_CHART_INCHES:
            height += more_lines * LINE_PT / POINTS_PER_INCH
            figure.set_figheight(min(height, LOW_CHART_INCHES))


def _write_around_axes(
    canvas: Canvas, heading: str, lines: Sequence[str], *, is_mark_only: bool
) -> None:
    """Put the title above what stands above the axes, and the note below what stands below."""
    axes = canvas.axes
    if heading:
        size_pt = LABEL_PT if is_mark_only else AXES_TITLE_PT
        axes.set_title(heading, fontsize=size_pt, pad=GAP_PT + _legend_height_pt(canvas))
    width = max(SHORTEST_LINE, _letters_in(_cell_width(axes)))
    text = "\n".join(wrap_text(line, width, LINE_LONGEST) for line in lines)
    if text:
        # the place follows the axes through every later layout of the caller's figure
        axes.annotate(
            text,
            xy=(0, 0),
            xycoords=_outline_of(canvas.all_axes),
            xytext=(0, -GAP_PT),
            textcoords="offset points",
            ha="left",
            va="top",
            fontsize=LABEL_PT,
            annotation_clip=False,
        )


def _letters_in(width_inches: float) -> int:
    """Count the half-width letters of a note that fit side by side."""
    return int(2 * POINTS_PER_INCH * width_inches / LABEL_PT) - 4


def _cell_width(axes: Any) -> float:
    """Compute the width in inches of the grid cell in which axes stand, labels included."""
    figure = axes.get_figure(root=True)
    spec = axes.get_subplotspec()
    if spec is None:
        return float(axes.get_position().width * figure.get_figwidth())
    # the outermost grid leaves margins: a share of it is the same share of the figure
    margins = spec.get_topmost_subplotspec().get_gridspec().get_subplot_params(figure)
    cell = spec.get_position(figure)
    return float(cell.width / (margins.right - margins.left) * figure.get_figwidth())


def _legend_height_pt(canvas: Canvas) -> float:
    """Measure how many points legends reach above their axes."""
    heights = [0.0]
    for axes in canvas.all_axes:
        legend = axes.get_legend()
        if legend is not None:
            extent = legend.get_window_extent()
            # a legend beside or below the axes does not meet the title
            if extent.y0 >= axes.bbox.y1 - 1:
                heights.append(extent.y1 - axes.bbox.y1)
    return max(heights) * POINTS_PER_INCH / canvas.root_figure.dpi


def _outline_of(all_axes: Sequence[Any]) -> Callable[[RendererBase], Bbox]:
    """Return a function that measures the outline of axes with ticks, labels and legends."""

    def measure_outline(renderer: RendererBase) -> Bbox:
        boxes = [axes.bbox for axes in all_axes]
        for axes in all_axes:
            if axes.axison:
                boxes += [axis.get_tightbbox(renderer) for axis in (axes.xaxis, axes.yaxis)]
            if axes.get_legend() is not None:
                boxes.append(axes.get_legend().get_window_extent(renderer))
        # an axis without a visible part has no box
        return Bbox.union([box for box in boxes if box is not None])

    return measure_outline
