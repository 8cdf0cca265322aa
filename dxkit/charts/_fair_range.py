"""Which estimate lies outside the fair range for its size?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from dxkit._arrays import BoolArray
from dxkit._checks import is_among, require_columns, require_flag
from dxkit._keywords import accepts_old_keywords
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import to_printable
from dxkit.charts._legend import add_legend_above, hide_frame, labelled_handles
from dxkit.charts._style import (
    DARK_GREY,
    GREY,
    GROUP_COLOUR,
    LABEL_PT,
    OWN_COLOUR,
    PALE_GREY,
)
from dxkit.charts._tables import (
    TableOrResult,
    read_number_columns,
    take_second_table,
    take_table,
)
from dxkit.errors import ChoiceError, shorten

# columns of the two tables
LOW = "low_yen_per_person"
MIDDLE = "middle_yen_per_person"
HIGH = "high_yen_per_person"
YEN = "yen_per_person"


@accepts_old_keywords(one="estimate")
def fair_range(
    estimates: TableOrResult,
    fair: pd.DataFrame | None = None,
    *,
    estimate: str | None = None,
    anonymous: bool = False,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw estimates per resident by size, with the range that is fair.

    Parameters
    ----------
    estimates
        One row an estimate: its key first, then ``people, yen_per_person, verdict`` (high, low,
        fair); or the result of `dxkit.support.costs.outliers`.
    fair
        One row a size: ``people, low_yen_per_person, middle_yen_per_person,
        high_yen_per_person``; by default the result's.
    estimate
        The key of the estimate that is named and marked.
    anonymous
        Draw no estimate but that one.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or holds what is no number.
    ChoiceError
        If ``estimate`` is not among the estimates.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> estimates = pd.DataFrame({"body": ["甲", "乙"], "people": [5000, 6000]})
    >>> estimates = estimates.assign(yen_per_person=[900, 2400], verdict=["fair", "high"])
    >>> fair = pd.DataFrame({"people": [4000, 8000], "low_yen_per_person": 800})
    >>> fair = fair.assign(middle_yen_per_person=1000, high_yen_per_person=1300)
    >>> [text.get_text() for text in charts.fair_range(estimates, fair).axes[0].texts]
    ['乙']
    """
    require_flag(anonymous, "anonymous")
    table = take_table(estimates)
    require_columns(table, ["people", YEN, "verdict"], "見積もり")
    points = read_number_columns(table, ["people", YEN], "見積もり")
    band_table = take_second_table(fair, estimates, "fair")
    band = read_number_columns(band_table, ["people", LOW, MIDDLE, HIGH], "ばらつきの範囲")
    keys = table.iloc[:, 0].astype(str).to_numpy()
    # a wrong key would draw an anonymous picture without its own mark
    if estimate is not None and not is_among(estimate, keys.tolist()):
        raise ChoiceError(
            f"estimate=「{shorten(estimate)}」は見積もりの表にありません。"
            f"次のように書いてください: {'、'.join(keys[:5])}"
        )
    is_own = keys == estimate
    is_high = (table["verdict"] == "high").to_numpy()
    # in a sheet for one body nobody else's estimate may be drawn
    is_visible = is_own | (not anonymous)
    canvas = open_canvas(ax, 7.4, 4.8)
    _draw_band(canvas.axes, band)
    _draw_points(canvas.axes, points, is_high=is_high, is_visible=is_visible)
    # names only for estimates to talk about: high ones and the caller's own
    is_named = is_visible & (is_high | is_own)
    _name_points(canvas.axes, points[is_named], keys[is_named])
    _set_log_scales(canvas.axes)
    return finish_chart(canvas, [estimates, fair], title=title, source=source, made=made)


def _draw_band(axes: Any, band: pd.DataFrame) -> None:
    axes.fill_between(
        band["people"],
        band[LOW],
        band[HIGH],
        color=PALE_GREY,
        label="ばらつきの範囲",
        linewidth=0,
    )
    axes.plot(band["people"], band[MIDDLE], color=GREY, linewidth=1.5, label="規模から見た中央")


def _draw_points(
    axes: Any, points: pd.DataFrame, *, is_high: BoolArray, is_visible: BoolArray
) -> None:
    # told apart by colour and by shape
    looks = (
        (~is_high, {"color": OWN_COLOUR, "marker": "o", "label": "範囲の中（または安い）"}),
        (is_high, {"color": GROUP_COLOUR, "marker": "^", "label": "高い"}),
    )
    for is_member, look in looks:
        part = points[is_member & is_visible]
        if len(part):
            axes.scatter(part["people"], part[YEN], s=38, zorder=3, edgecolors="white", **look)


def _name_points(axes: Any, points: pd.DataFrame, keys: np.ndarray) -> None:
    for key, place in zip(keys, points[["people", YEN]].to_numpy(), strict=True):
        axes.annotate(
            to_printable(key),
            tuple(place),
            xytext=(7, 4),
            textcoords="offset points",
            fontsize=LABEL_PT,
            color=DARK_GREY,
        )


def _set_log_scales(axes: Any) -> None:
    """Scale both axes by logarithms, with ticks in plain numbers."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    # ticks as 1, 2 and 5 of each power, written out: staff do not read powers of ten
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axis.set_minor_formatter(lambda *_: "")
    axes.set_xlabel("人口（人、対数目盛）", fontsize=LABEL_PT)
    axes.set_ylabel("1人あたりの年額（円、対数目盛）", fontsize=LABEL_PT)
    axes.grid(color=PALE_GREY, linewidth=0.6, which="major")
    hide_frame(axes, keep=("bottom", "left"))
    add_legend_above(axes, labelled_handles(axes), columns=4)
