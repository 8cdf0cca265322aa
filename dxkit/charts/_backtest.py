"""How far does a model that plays a past disaster back stay from what was counted?"""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from dxkit.charts._figure import GREY, SMALL, bare, finish, font, mark, opened, printable
from dxkit.charts._timeline import LOOKS
from dxkit.errors import ChoiceError, Fault, TableError, shorten

FITTED = "当てはめ"
HOURS_A_DAY = 24


def backtest(
    table: pd.DataFrame, curve: pd.DataFrame, *, title: str = "", source: str = ""
) -> Figure:
    """Draw what a model gave day by day, and what was counted: used for fitting, or predicted and missed by so much.

    Parameters
    ----------
    table
        One row a published figure: ``hour, measure, use`` (当てはめ or 予測), ``observed, simulated`` (shares), ``miss_points``;
        for example ``sharing.backtest("noto_2024").table``.
    curve
        One row a measure and hour: ``measure, hour, simulated``; for example ``.curve`` of the same.
    title, source
        Above and below.

    Returns
    -------
    matplotlib.figure.Figure
        A line a measure. Filled marks were used for fitting, hollow ones were not; a stick is the miss.

    Raises
    ------
    TableError
        If columns are missing or a table is empty.
    ChoiceError
        If there are more than six measures.
    """
    _check(table, ("hour", "measure", "use", "observed", "simulated", "miss_points"))
    _check(curve, ("measure", "hour", "simulated"))
    measures = list(dict.fromkeys(table["measure"]))
    if len(measures) > len(LOOKS):
        raise ChoiceError(
            f"指標は{len(LOOKS)}つまでです（いまは{len(measures)}）。表を絞り込んでください。"
        )
    figure, axes = opened(8.0, 4.4)
    handles = []
    # from the third look on: the first two are pale and dashed
    for measure, (colour, dash) in zip(measures, [*LOOKS[2:], *LOOKS[:2]], strict=False):
        line = curve[curve["measure"] == measure].sort_values("hour")
        axes.plot(
            line["hour"] / HOURS_A_DAY,
            100 * line["simulated"],
            color=colour,
            linestyle=dash,
            linewidth=2,
        )
        handles.append(mark(str(measure), color=colour, linestyle=dash))
        for at, row in enumerate(table[table["measure"] == measure].to_dict("records")):
            _put_figure(axes, row, colour, higher=bool(at % 2))
    handles += [
        mark("公表値（当てはめに使った）", marker="o"),
        mark("公表値（使っていない）", marker="o", markerfacecolor="white"),
    ]
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        prop=font(SMALL),
        frameon=False,
    )
    axes.set_xlabel("発災からの日数")
    axes.set_ylabel("割合［％］")
    axes.set_ylim(0, 108)
    axes.set_xlim(0, None)
    bare(axes, keep=("left", "bottom"))
    note = (
        "数字は、使っていない公表値とのずれ（ポイント、計算−公表）です。縦の棒がずれの大きさです。"
    )
    return finish(figure, title, source, made=False, note=note)


def _put_figure(axes: Any, row: dict[Any, Any], colour: str, *, higher: bool) -> None:
    """Mark one published figure, and how far the model is from it."""
    day, counted, given = row["hour"] / HOURS_A_DAY, 100 * row["observed"], 100 * row["simulated"]
    used = row["use"] == FITTED
    axes.plot([day, day], [counted, given], color=GREY, linewidth=1.2, zorder=1)
    axes.plot(
        [day],
        [counted],
        marker="o",
        color=colour,
        markerfacecolor=colour if used else "white",
        linestyle="",
        zorder=3,
    )
    if not used:
        # neighbours in two heights, away from the line
        said, away = printable(f"{row['miss_points']:+.1f}"), 5 + 10 * higher
        place = (6, -7 - away if given > counted else away)
        axes.annotate(
            said, (day, counted), xytext=place, textcoords="offset points", fontsize=SMALL
        )


def _check(table: pd.DataFrame, needed: tuple[str, ...]) -> None:
    faults = [
        Fault("列がありません", "表の形を確かめてください", column=shorten(name))
        for name in needed
        if name not in table.columns
    ]
    if not faults and table.empty:
        faults.append(Fault("表に行がありません", "絞り込みの条件を確かめてください"))
    if faults:
        raise TableError(faults)
