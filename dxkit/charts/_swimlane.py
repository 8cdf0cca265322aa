"""Who does which step of a process, where does a case wait, and how little of the time is work?

Steps stand one below the other, each in the column of who does it; the bar at the bottom has the
true lengths.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import cut_text, font_of_size, to_printable, wrap_text
from dxkit.charts._legend import add_legend_above, hide_frame
from dxkit.charts._style import DARK_GREY, GREY, GROUP_COLOUR, LABEL_PT, OWN_COLOUR, PALE_GREY
from dxkit.charts._tables import TableOrResult, take_table

WHAT = "手順の表"
# pale, so that black letters can be read on them
MEDIUM_COLOURS = {"紙": "#f6e2b3", "システム": "#cfe3f5"}
OTHER_COLOUR = "#e6e6e6"
WAIT_COLOUR = "#f3b183"
# a box in units of its column and its row
BOX_WIDTH = 0.92
BOX_HEIGHT = 0.5
# half-width letters that fit side by side in a box
BOX_LETTERS = 18
NAME_LONGEST = 24
# inches: small enough for a narrow screen to show letters at their size
COLUMN_WIDTH = 1.22
ROW_HEIGHT = 0.68
NARROWEST = 5.4
WIDEST = 12.0
# rows above the first step: the names of those who do the steps
HEADER_ROW = -0.9
# minutes a day above which a wait is written in days
DAY_MIN = 465.0
SMALL_PT = LABEL_PT - 0.5
TIME_ROW = "かかる時間"


@dataclass(frozen=True)
class Lanes:
    """Where each box stands: one entry a step."""

    steps: pd.DataFrame
    people: list[str]
    lane_of: list[int]

    @property
    def time_row(self) -> int:
        """The row of the bar with the true lengths, below the steps."""
        return len(self.steps)


def swimlane(
    table: TableOrResult,
    *,
    day_min: float = DAY_MIN,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw the steps of a process from the top down, in the lanes of those who do them.

    Parameters
    ----------
    table
        One row a step of one process: ``order, step, who, work_min, wait_min`` (minutes before the
        step); drawn where known: ``medium, sent_back, back_to, passes``
        (`dxkit.support.process.flow_times`). With ``passes`` the bar counts repeats.
    day_min
        Minutes of working time a day.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If the table cannot be drawn.
    ChoiceError
        If ``day_min`` is no number of minutes.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> steps = pd.DataFrame({"order": [1, 2], "step": ["受付", "審査"], "who": ["窓口", "担当"]})
    >>> figure = charts.swimlane(steps.assign(work_min=[10, 30], wait_min=[0, 930]), title="申請")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['1', '2', 'かかる時間']
    >>> figure.get_supxlabel()
    'いちばん下の帯は、本当の長さです。全部で2.1日、うち作業は4%です。'
    """
    _checks.require_number(day_min, "day_min", low=1.0, high=1440.0)
    lanes = _place_steps(take_table(table))
    width = min(max(NARROWEST, COLUMN_WIDTH * len(lanes.people) + 0.7), WIDEST)
    canvas = open_canvas(ax, width, 1.2 + ROW_HEIGHT * (len(lanes.steps) + 1.6))
    axes = canvas.axes
    _name_lanes(axes, lanes)
    for place in range(len(lanes.steps)):
        _draw_step(axes, lanes, place, day_min)
        _draw_return(axes, lanes, place)
    note = _draw_time(axes, lanes, day_min)
    labels = [*(f"{order:g}" for order in lanes.steps["order"]), TIME_ROW]
    axes.set_yticks(range(len(labels)), labels, fontproperties=font_of_size(LABEL_PT))
    axes.set_ylim(lanes.time_row + 0.5, HEADER_ROW - 0.3)
    axes.set_xlim(-0.5, len(lanes.people) - 0.5)
    axes.set_xticks([])
    hide_frame(axes)
    add_legend_above(axes, _list_handles(lanes.steps), columns=6)
    return finish_chart(canvas, [table], title=title, source=source, made=made, note=note)


def _name_lanes(axes: Any, lanes: Lanes) -> None:
    """Write whose lane each column is, and draw lines between them."""
    for lane, person in enumerate(lanes.people):
        name = wrap_text(cut_text(to_printable(person), NAME_LONGEST), BOX_LETTERS)
        axes.text(lane, HEADER_ROW, name, ha="center", va="center", fontsize=LABEL_PT)
    bottom = lanes.time_row - 0.5
    edges = [lane - 0.5 for lane in range(len(lanes.people) + 1)]
    axes.vlines(edges, HEADER_ROW - 0.3, bottom, color=PALE_GREY, linewidth=0.8)
    for row in (HEADER_ROW + 0.3, bottom):
        axes.axhline(row, color=PALE_GREY, linewidth=0.8)


def _place_steps(table: pd.DataFrame) -> Lanes:
    """Read the steps in their order, and give everybody a lane in the order of appearance."""
    rows = read_plain_table(table)
    _checks.require_columns(rows, ["order", "step", "who", "work_min", "wait_min"], WHAT)
    for column in ("order", "work_min", "wait_min"):
        rows[column] = _checks.read_numbers(rows, column, WHAT)
    _checks.require_unique_rows(rows, ["order"], WHAT)
    limits = {"sent_back": (1.0, 0.0), "passes": (np.inf, 1.0), "back_to": (np.inf, np.nan)}
    for column, (high, default) in limits.items():
        is_there = column in rows
        rows[column] = (
            _checks.read_numbers(rows, column, WHAT, high=high, blank=column == "back_to")
            if is_there
            else default
        )
    rows = rows.sort_values("order", kind="stable", ignore_index=True)
    people = list(dict.fromkeys(rows["who"].astype(str)))
    return Lanes(rows, people, [people.index(name) for name in rows["who"].astype(str)])


def _find_colour(row: Any) -> str:
    return MEDIUM_COLOURS.get(str(getattr(row, "medium", "")), OTHER_COLOUR)


def _write_minutes(minutes: float, day_min: float) -> str:
    """Write minutes, or days where there are many."""
    return f"{minutes:,.3g}分" if minutes < day_min / 2 else f"{minutes / day_min:,.2g}日"


def _draw_step(axes: Any, lanes: Lanes, place: int, day_min: float) -> None:
    """Draw a step's box, and the arrow that leads to it with the wait before it."""
    row = lanes.steps.iloc[place]
    lane = lanes.lane_of[place]
    corner = (lane - BOX_WIDTH / 2, place - BOX_HEIGHT / 2)
    box = Rectangle(corner, BOX_WIDTH, BOX_HEIGHT, linewidth=0.8, zorder=3)
    box.set(facecolor=_find_colour(row), edgecolor=GREY)
    axes.add_patch(box)
    name = cut_text(to_printable(str(row["step"])), NAME_LONGEST)
    look = {"ha": "center", "fontsize": SMALL_PT, "zorder": 4}
    axes.text(lane, place - 0.1, wrap_text(name, BOX_LETTERS), va="center", **look)
    work = f"作業{_write_minutes(row['work_min'], day_min)}"
    axes.text(lane, place + 0.13, work, va="center", color=DARK_GREY, **look)
    if row["wait_min"]:
        # the longest wait stands out
        is_longest = row["wait_min"] == lanes.steps["wait_min"].max()
        wait = f"{'★' if is_longest else ''}待ち{_write_minutes(row['wait_min'], day_min)}"
        top = place - BOX_HEIGHT / 2 - 0.02
        # an arrow that comes from the right must not cross the words
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
        words = axes.text(lane + 0.03, top, wait, va="bottom", color=GROUP_COLOUR, **look)
        words.set(horizontalalignment="left", bbox=paper)
    if place:
        start = (lanes.lane_of[place - 1], place - 1 + BOX_HEIGHT / 2)
        arrow = {"arrowstyle": "-|>", "color": DARK_GREY, "linewidth": 1.0}
        end = (lane, place - BOX_HEIGHT / 2)
        axes.annotate("", xy=end, xytext=start, arrowprops=arrow, zorder=2)


def _draw_return(axes: Any, lanes: Lanes, place: int) -> None:
    """Draw what is sent back as a dashed line to where it goes, with its share."""
    row = lanes.steps.iloc[place]
    if not row["sent_back"]:
        return
    orders = lanes.steps["order"].tolist()
    target = orders.index(row["back_to"]) if row["back_to"] in orders else max(place - 1, 0)
    start = (lanes.lane_of[place] - BOX_WIDTH / 2, place + 0.1)
    end = (lanes.lane_of[target] - BOX_WIDTH / 2, target + 0.1)
    arrow = {
        "arrowstyle": "-|>",
        "linestyle": "--",
        "color": OWN_COLOUR,
        "connectionstyle": "arc3,rad=-0.3",
    }
    axes.annotate("", xy=end, xytext=start, arrowprops=arrow, zorder=5)
    look = {"ha": "left", "va": "top", "color": OWN_COLOUR, "fontsize": SMALL_PT}
    below = place + BOX_HEIGHT / 2 + 0.02
    axes.text(start[0], below, f"差戻{row['sent_back']:.0%}", **look)


def _draw_time(axes: Any, lanes: Lanes, day_min: float) -> str:
    """Draw the bar with the true lengths; return what the reader must know of it."""
    waits = (lanes.steps["wait_min"] * lanes.steps["passes"]).to_numpy()
    works = (lanes.steps["work_min"] * lanes.steps["passes"]).to_numpy()
    total = waits.sum() + works.sum()
    if not total:
        return "時間が書かれていません（すべて0分）。"
    # from the left edge of the first box to the right edge of the last
    scale = (len(lanes.people) - 1 + BOX_WIDTH) / total
    start = -BOX_WIDTH / 2
    for wait, work in zip(waits, works, strict=True):
        for length, colour in ((wait, WAIT_COLOUR), (work, OWN_COLOUR)):
            axes.barh(lanes.time_row, length * scale, 0.4, left=start, color=colour, linewidth=0)
            start += length * scale
    repeats = "（差し戻しの繰り返しも数えます）" if (lanes.steps["passes"] > 1).any() else ""
    return (
        f"いちばん下の帯は、本当の長さです{repeats}。"
        f"全部で{_write_minutes(total, day_min)}、うち作業は{works.sum() / total:.0%}です。"
    )


def _list_handles(steps: pd.DataFrame) -> list[Patch]:
    """List the legend's entries: only what the picture holds."""
    media = steps["medium"].astype(str) if "medium" in steps else pd.Series(dtype=str)
    colours = {name: MEDIUM_COLOURS.get(name, OTHER_COLOUR) for name in dict.fromkeys(media)}
    boxes = [
        Patch(facecolor=colour, edgecolor=GREY, label=to_printable(cut_text(name, NAME_LONGEST)))
        for name, colour in colours.items()
    ]
    return [
        *boxes,
        Patch(color=WAIT_COLOUR, label="待ち"),
        Patch(color=OWN_COLOUR, label="作業"),
    ]
