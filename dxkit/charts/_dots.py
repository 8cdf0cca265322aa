"""Indicator by indicator, where does one municipality stand among others like it?

Dots on a common scale are read with fewer errors than areas or angles, and nothing depends on the
order of the indicators (Cleveland & McGill 1984).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from dxkit._arrays import FloatArray
from dxkit._checks import read_list, require_number
from dxkit._keywords import accepts_old_keywords
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import font_of_size, to_printable, wrap_text
from dxkit.charts._legend import add_legend_above, hide_frame, legend_mark
from dxkit.charts._style import (
    DARK_GREY,
    GREY,
    GROUP_COLOUR,
    LABEL_PT,
    OWN_COLOUR,
    PALE_GREY,
)
from dxkit.charts._tables import (
    Names,
    TableOrResult,
    index_by_code,
    name_keys,
    read_number_columns,
    read_own_name,
    refuse_cells,
    require_keys,
    take_table,
)
from dxkit.errors import ChoiceError

# half-width letters in a line of an indicator's name
LABEL_WIDTH = 40
# the ends of a scale; beyond, its digits are lost
LARGEST_VALUE = 1e15
# of fewer answers a quartile says nothing
QUARTILE_MIN_COUNT = 4
# the group's colour, dark enough to be read as small text
GROUP_TEXT_COLOUR = "#9a4200"
YES = "実施"
NO = "未実施"


@dataclass(frozen=True)
class Scale:
    """Ends of the scale, its unit, and what a missing value is called."""

    low: float
    high: float
    unit: str
    missing: str

    def write_value(self, value: float) -> str:
        """Write a value with its unit."""
        return self.missing if np.isnan(value) else f"{value:.3g}{self.unit}"


@dataclass(frozen=True)
class IndicatorRow:
    """One line of the picture: the own value, and the peers' values as far as they are there."""

    own_value: float
    peer_values: FloatArray
    yes_no: bool
    scale: Scale

    @property
    def peer_middle(self) -> float:
        """Peers' median; for yes and no, the share that says yes, on the scale."""
        # a mean of nothing would warn
        if not self.peer_values.size:
            return float("nan")
        return float(self.peer_values.mean() if self.yes_no else np.median(self.peer_values))

    @property
    def peer_band(self) -> tuple[float, float] | None:
        """Peers' quartiles, where there are enough answers and they are numbers."""
        if self.yes_no or self.peer_values.size < QUARTILE_MIN_COUNT:
            return None
        low, high = np.quantile(self.peer_values, (0.25, 0.75))
        return float(low), float(high)

    def write_own(self) -> str:
        """Write the own value."""
        if self.yes_no and not np.isnan(self.own_value):
            return YES if self.own_value > self.scale.low else NO
        return self.scale.write_value(self.own_value)

    def write_peers(self) -> str:
        """Write the peers' median, or how many of them say yes."""
        if self.yes_no and self.peer_values.size:
            count = int((self.peer_values > self.scale.low).sum())
            return f"{self.peer_values.size}市町中 {count}"
        return self.scale.write_value(self.peer_middle)


@accepts_old_keywords(one="code")
def dots(
    values: TableOrResult,
    *,
    code: str,
    group: Sequence[str] | None = None,
    indicators: Sequence[str] | None = None,
    labels: Names = None,
    yes_no: Sequence[str] = (),
    name: str = "name",
    low: float = 0.0,
    high: float = 100.0,
    unit: str = "",
    group_label: str = "比べる市町",
    missing: str = "回答なし",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw one municipality's indicators as dots, over the median and the quartiles of others.

    Parameters
    ----------
    values
        One row a municipality (index or column ``code``), one column an indicator, all on one
        scale; or a result with such ``.dimensions``: `dxkit.maturity.score`.
    code
        The municipality to draw.
    group
        Codes to compare with; by default all others.
    indicators
        Columns from the top down; by default all columns of numbers.
    labels
        Column → Japanese name.
    yes_no
        Columns that only hold ``low`` (no) and ``high`` (yes): a quartile of them says nothing, so
        the share of the others that say yes is drawn.
    name
        The column with names, for the legend.
    low, high, unit
        Ends of the scale, and its unit.
    group_label
        What the others are called.
    missing
        Written where there is no value; never a dot at 0.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ChoiceError
        If there is no such code or column, or nobody to compare with.
    TableError
        If a value is no number from ``low`` to ``high``, or codes repeat.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> points = pd.DataFrame({"研修": [10.0, 20, 60]}, index=["28201", "28202", "28203"])
    >>> [text.get_text() for text in charts.dots(points, code="28201", unit="点").axes[0].texts]
    ['10点', '40点']
    """
    keyed = index_by_code(take_table(values, "dimensions"), "指標")
    require_keys((code,), keyed.index, "code=・group=")
    others = [key for key in keyed.index if key != code]
    peers = others if group is None else read_list(group, "group")
    require_keys(peers, keyed.index, "code=・group=")
    # read everything first: what cannot be drawn is refused before a figure is made
    scale = _read_scale(low, high, unit, missing)
    yes_no = read_list(yes_no, "yes_no")
    numbers = _read_indicators(keyed, indicators, yes_no, scale)
    if not peers or numbers.empty:
        raise ChoiceError(
            "比べる市町か指標がありません。group= と indicators= に1つ以上書いてください。"
        )
    rows = [_make_row(numbers[column], code, peers, yes_no, scale) for column in numbers.columns]
    names = [
        to_printable(wrap_text(label, LABEL_WIDTH)) for label in name_keys(numbers.columns, labels)
    ]
    # a name of several lines takes more room from top to bottom
    ends = np.cumsum([0.0, *(1.0 + 0.7 * label.count("\n") for label in names)])
    canvas = open_canvas(ax, 7.6, 1.25 + 0.235 * float(ends[-1]))
    axes = canvas.axes
    # each row stands in the middle of its room
    heights = (ends[:-1] + ends[1:]) / 2
    for height, row in zip(heights, rows, strict=True):
        _draw_row(axes, height, row)
        _write_values(axes, height, row)
    axes.set_yticks(heights, names, fontproperties=font_of_size(LABEL_PT))
    axes.set_ylim(ends[-1], 0)
    _draw_scale(axes, scale)
    own_name = read_own_name(keyed, name, code)
    _explain_marks(axes, rows, own_name, group_label)
    return finish_chart(canvas, [values], title=title, source=source, made=made)


def _read_scale(low: float, high: float, unit: str, missing: str) -> Scale:
    """Read the ends of the scale, the lower one first."""
    ends = [
        require_number(end, option, low=-LARGEST_VALUE, high=LARGEST_VALUE)
        for end, option in ((low, "low"), (high, "high"))
    ]
    if ends[0] >= ends[1]:
        raise ChoiceError(f"low={low:g}, high={high:g} は使えません。low を小さくしてください。")
    return Scale(ends[0], ends[1], unit, missing)


def _read_indicators(
    table: pd.DataFrame, indicators: Sequence[str] | None, yes_no: Sequence[str], scale: Scale
) -> pd.DataFrame:
    """Read the columns to draw, and refuse values outside the scale."""
    # names and other texts are no indicators
    numeric = [
        str(column) for column in table.columns if pd.api.types.is_numeric_dtype(table[column])
    ]
    columns = numeric if indicators is None else read_list(indicators, "indicators")
    require_keys((*columns, *yes_no), pd.Index(numeric), "indicators=・yes_no=")
    numbers = read_number_columns(table, columns, "指標")
    is_outside = ((numbers < scale.low) | (numbers > scale.high)).to_numpy()
    problem = f"{scale.low:g}〜{scale.high:g}の外です"
    refuse_cells(is_outside, numbers, problem, "low= と high= を合わせてください")
    # a value between no and yes would be counted as yes
    binary = numbers[[column for column in columns if column in yes_no]]
    is_between = ((binary > scale.low) & (binary < scale.high)).to_numpy()
    refuse_cells(is_between, binary, "有無ではありません", "yes_no= から外してください")
    return numbers


def _make_row(
    values: pd.Series, code: str, peers: Sequence[str], yes_no: Sequence[str], scale: Scale
) -> IndicatorRow:
    peer_values = values.loc[list(peers)].dropna().to_numpy(dtype=float)
    return IndicatorRow(float(values[code]), peer_values, values.name in yes_no, scale)


def _draw_row(axes: Any, height: float, row: IndicatorRow) -> None:
    """Draw one indicator: a rail, the peers' band and tick, and the own dot where there is one."""
    axes.hlines(height, row.scale.low, row.scale.high, color=PALE_GREY, linewidth=0.8, zorder=0)
    if row.peer_band is not None:
        axes.hlines(height, *row.peer_band, color=GROUP_COLOUR, linewidth=7, alpha=0.28, zorder=1)
    # a tick on the band; a hollow diamond for a share, which has no band
    peer_look: dict[str, Any] = {"marker": "|", "markersize": 13, "markeredgewidth": 2.2}
    if row.yes_no:
        peer_look = {"marker": "D", "markersize": 5, "markerfacecolor": "white"}
    axes.plot(row.peer_middle, height, color=GROUP_COLOUR, zorder=2, **peer_look)
    own_look = {"marker": "o", "markersize": 7.5, "markeredgecolor": "white"}
    axes.plot(row.own_value, height, color=OWN_COLOUR, markeredgewidth=0.8, zorder=3, **own_look)


def _draw_scale(axes: Any, scale: Scale) -> None:
    # room for a whole dot at either end
    room = 0.02 * (scale.high - scale.low)
    axes.set_xlim(scale.low - room, scale.high + room)
    ticks = np.linspace(scale.low, scale.high, 5)
    labels = [to_printable(scale.write_value(tick)) for tick in ticks]
    axes.set_xticks(ticks, labels, fontproperties=font_of_size(LABEL_PT - 1), color=DARK_GREY)
    hide_frame(axes)


def _write_values(axes: Any, height: float, row: IndicatorRow) -> None:
    """Write own and peers' value in two columns at the right."""
    look = {"transform": axes.get_yaxis_transform(), "fontsize": LABEL_PT, "va": "center"}
    own_colour = GREY if np.isnan(row.own_value) else OWN_COLOUR
    axes.text(1.02, height, row.write_own(), color=own_colour, **look)
    axes.text(1.17, height, row.write_peers(), color=GROUP_TEXT_COLOUR, **look)


def _explain_marks(
    axes: Any, rows: Sequence[IndicatorRow], own_name: str, group_label: str
) -> None:
    """Explain the marks that the picture holds."""
    handles: list[Artist] = [legend_mark(own_name, marker="o", markersize=7)]
    if any(row.yes_no for row in rows):
        diamond = {"marker": "D", "markersize": 5, "markerfacecolor": "white"}
        label = f"{group_label}のうち実施している割合"
        handles.append(legend_mark(label, color=GROUP_COLOUR, **diamond))
    if any(not row.yes_no for row in rows):
        tick = {"marker": "|", "markersize": 11, "markeredgewidth": 2.2}
        handles.append(legend_mark(f"{group_label}の中央値", color=GROUP_COLOUR, **tick))
    if any(row.peer_band for row in rows):
        label = "その半数が入る幅（四分位）"
        handles.append(Patch(color=GROUP_COLOUR, alpha=0.28, linewidth=0, label=label))
    add_legend_above(axes, handles, columns=2, right=1.3)
