"""How much is left month by month, and what would a delay change?

What is not sure is a band from low to high; the mean alone is never drawn.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._arrays import FloatArray
from dxkit._checks import require_choice
from dxkit._keywords import accepts_old_keywords
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import to_printable
from dxkit.charts._legend import add_legend_above, labelled_handles
from dxkit.charts._schedule import DEADLINE, draw_years, read_dates
from dxkit.charts._style import GROUP_COLOUR, LABEL_PT, OWN_COLOUR, PALE_GREY
from dxkit.charts._tables import TableOrResult, convert_number_columns, take_table

# measure → what its axis is called
MEASURES = {
    "steps": "残っている手順の数",
    "systems": "終わっていない業務の数",
    "municipalities": "終わっていない市町の数",
}


@accepts_old_keywords(other="baseline", other_label="baseline_label")
def burn_down(
    table: TableOrResult,
    *,
    measure: str = "systems",
    baseline: TableOrResult | None = None,
    deadline: str = DEADLINE,
    label: str = "いまの見通し",
    baseline_label: str = "遅れがない場合",
    note: str = "",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw how much is left month by month, a line with its band.

    Parameters
    ----------
    table
        One row a measure and month: ``measure, date, mean, p05, p95``; or the result of
        `dxkit.support.progress.forecast`, of which ``.curve`` is drawn.
    measure
        ``steps``, ``systems`` or ``municipalities``.
    baseline
        Another such table, drawn as a broken line.
    deadline, label, baseline_label, note
        As for `gantt`.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If columns are missing or nothing is of that measure.
    ChoiceError
        If there is no such measure.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> months = pd.to_datetime(["2026-01-31", "2026-02-28"])
    >>> table = pd.DataFrame({"date": months, "mean": [9, 8], "p05": [8, 6], "p95": [9, 9]})
    >>> charts.burn_down(table.assign(measure="steps"), measure="steps").axes[0].get_ylabel()
    '残っている手順の数'
    """
    require_choice(measure, MEASURES, "measure")
    rows, days = _select_measure(take_table(table, "curve"), measure)
    canvas = open_canvas(ax, 8.0, 4.4)
    axes = canvas.axes
    # the band first, so that the lines lie on it
    band = {"color": OWN_COLOUR, "alpha": 0.18, "linewidth": 0, "label": "90%の幅"}
    axes.fill_between(days, rows["p05"], rows["p95"], **band)
    axes.plot(days, rows["mean"], color=OWN_COLOUR, linewidth=2, label=to_printable(label))
    if baseline is not None:
        baseline_rows, baseline_days = _select_measure(take_table(baseline, "curve"), measure)
        line = {"color": GROUP_COLOUR, "linewidth": 1.8, "linestyle": "--"}
        axes.plot(baseline_days, baseline_rows["mean"], label=to_printable(baseline_label), **line)
    # from 0 up: a cut axis would make slow progress look fast
    axes.set_ylim(0, None)
    axes.set_ylabel(MEASURES[measure], fontsize=LABEL_PT)
    axes.margins(x=0)
    axes.grid(axis="y", color=PALE_GREY, linewidth=0.8)
    draw_years(axes, deadline)
    add_legend_above(axes, labelled_handles(axes), columns=3)
    return finish_chart(canvas, [table, baseline], title=title, source=source, made=made, note=note)


def _select_measure(table: pd.DataFrame, measure: str) -> tuple[pd.DataFrame, FloatArray]:
    """Select the months of one measure, with their dates as matplotlib's days."""
    # the whole table first: a wrong column is named even if no row is of this measure
    read_dates(table, ("measure", "date", "mean", "p05", "p95"), "月ごとの見通し")
    figures = convert_number_columns(table, ["mean", "p05", "p95"], "月ごとの見通し")
    rows = figures[(table["measure"] == measure).to_numpy()].sort_values("date")
    return rows, read_dates(rows, ("date",), "月ごとの見通し")["date"]
