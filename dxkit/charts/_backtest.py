"""How far does a model that plays a past disaster back stay from what was counted?"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._checks import require_columns
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import to_printable
from dxkit.charts._legend import add_legend_beside, hide_frame, legend_mark
from dxkit.charts._style import GREY, LABEL_PT
from dxkit.charts._tables import (
    TableOrResult,
    convert_number_columns,
    take_second_table,
    take_table,
)
from dxkit.charts._timeline import LINE_LOOKS
from dxkit.errors import ChoiceError

FITTED = "当てはめ"
HOURS_PER_DAY = 24
PERCENT = 100
# the first two looks of a timeline are pale and dotted: a back-test uses them last
LOOKS = (*LINE_LOOKS[2:], *LINE_LOOKS[:2])
NOTE = "数字は、使っていない公表値とのずれ（ポイント、計算−公表）です。縦の棒がずれの大きさです。"


def backtest(
    table: TableOrResult,
    curve: pd.DataFrame | None = None,
    *,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw what a model computed day by day, and what was counted, with the miss between them.

    Parameters
    ----------
    table
        One row a published figure: ``hour, measure, use`` (当てはめ or 予測), ``observed,
        simulated`` (shares), ``miss_points``; or the result of `dxkit.sharing.backtest`.
    curve
        One row a measure and hour: ``measure, hour, simulated``; by default the result's.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure
        A line a measure. Filled marks were used for fitting, hollow ones were predicted; a stick
        is the miss.

    Raises
    ------
    TableError
        If columns are missing or a table is empty.
    ChoiceError
        If there are more than six measures.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> counted = pd.DataFrame({"hour": [24, 72], "use": ["当てはめ", "予測"], "observed": [0.9, 0.5]})
    >>> counted = counted.assign(measure="避難所", simulated=[0.9, 0.6], miss_points=[0.0, 10.0])
    >>> figure = charts.backtest(counted, counted[["measure", "hour", "simulated"]])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['+10.0']
    """
    counted = take_table(table)
    computed = take_second_table(curve, table, "curve")
    needed = ("hour", "measure", "use", "observed", "simulated", "miss_points")
    require_columns(counted, needed, "公表値との比較")
    require_columns(computed, ("measure", "hour", "simulated"), "計算の線")
    figures = ["hour", "observed", "simulated", "miss_points"]
    counted = convert_number_columns(counted, figures, "公表値との比較")
    computed = convert_number_columns(computed, ["hour", "simulated"], "計算の線")
    # in the order of the table, so that two pictures of one test look alike
    measures = list(dict.fromkeys(counted["measure"]))
    if len(measures) > len(LOOKS):
        raise ChoiceError(
            f"指標は{len(LOOKS)}つまでです（いまは{len(measures)}）。表を絞り込んでください。"
        )
    canvas = open_canvas(ax, 8.0, 4.4)
    for measure, (colour, dash) in zip(measures, LOOKS, strict=False):
        line = computed[computed["measure"] == measure].sort_values("hour")
        _draw_line(canvas.axes, line, color=colour, linestyle=dash)
        figures = counted[counted["measure"] == measure].to_dict("records")
        for index, row in enumerate(figures):
            # neighbours write their miss at two heights
            _draw_miss(canvas.axes, row, colour, is_high=bool(index % 2))
    _explain_marks(canvas.axes, measures)
    _label_axes(canvas.axes)
    return finish_chart(canvas, [table, curve], title=title, source=source, made=made, note=NOTE)


def _draw_line(axes: Any, line: pd.DataFrame, **look: Any) -> None:
    # hours say little over months
    days = line["hour"] / HOURS_PER_DAY
    axes.plot(days, PERCENT * line["simulated"], linewidth=2, **look)


def _draw_miss(axes: Any, row: dict[Any, Any], colour: str, *, is_high: bool) -> None:
    """Mark one published figure, and how far the model is from it."""
    day = row["hour"] / HOURS_PER_DAY
    observed = PERCENT * row["observed"]
    simulated = PERCENT * row["simulated"]
    is_fitted = row["use"] == FITTED
    axes.plot([day, day], [observed, simulated], color=GREY, linewidth=1.2, zorder=1)
    face = colour if is_fitted else "white"
    axes.plot(
        [day], [observed], marker="o", color=colour, markerfacecolor=face, linestyle="", zorder=3
    )
    if not is_fitted:
        # on the side away from the model's line
        away = 5 + 10 * is_high
        offset = (6, -7 - away if simulated > observed else away)
        axes.annotate(
            to_printable(f"{row['miss_points']:+.1f}"),
            (day, observed),
            xytext=offset,
            textcoords="offset points",
            fontsize=LABEL_PT,
        )


def _explain_marks(axes: Any, measures: list[Any]) -> None:
    handles = [
        legend_mark(str(measure), color=colour, linestyle=dash)
        for measure, (colour, dash) in zip(measures, LOOKS, strict=False)
    ]
    handles += [
        legend_mark("公表値（当てはめに使った）", marker="o"),
        legend_mark("公表値（使っていない）", marker="o", markerfacecolor="white"),
    ]
    add_legend_beside(axes, handles)


def _label_axes(axes: Any) -> None:
    axes.set_xlabel("発災からの日数")
    axes.set_ylabel("割合［％］")
    # room above 100 % for the misses' numbers
    axes.set_ylim(0, 108)
    axes.set_xlim(0, None)
    hide_frame(axes, keep=("left", "bottom"))
