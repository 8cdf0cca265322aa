"""How does something grow hour by hour under each choice, and what does each choice cost?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dxkit.charts._figure import GREY, SMALL, bare, finish, font, opened, printable
from dxkit.errors import ChoiceError, Fault, TableError, shorten

# colours that are told apart without red and green, and dashes that are told apart in print
LOOKS: tuple[tuple[str, Any], ...] = (
    ("#8a8a8a", (0, (1, 1))),
    ("#e69f00", (0, (4, 2))),
    ("#0072b2", "-"),
    ("#009e73", (0, (6, 2, 1, 2))),
    ("#d55e00", (0, (2, 1))),
    ("#cc79a7", (0, (8, 2))),
)
TIMELINE = ("hour", "mean", "p05", "p95")


def timeline(
    table: pd.DataFrame,
    *,
    by: str = "policy",
    marks: tuple[int, ...] = (24, 72, 168),
    share: bool = True,
    label: str = "",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw how a measure grows hour by hour, a line with its band for each choice.

    Parameters
    ----------
    table
        One row an hour and choice: ``hour, mean, p05, p95`` and the column named by ``by``.
    by
        What tells the lines apart; six at most.
    marks
        Hours marked by a thin line.
    share
        The measure is a share (0–1), shown in percent.
    label
        What is measured.
    made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If columns are missing or the table is empty.
    ChoiceError
        If there are more than six lines.
    """
    _check(table, (*TIMELINE, by))
    lines = list(dict.fromkeys(table[by]))
    if len(lines) > len(LOOKS):
        raise ChoiceError(
            f"線は{len(LOOKS)}本までです（いまは{len(lines)}本）。表を絞り込んでください。"
        )
    figure, axes = opened(8.0, 4.6)
    times = 100.0 if share else 1.0
    for name, (colour, dash) in zip(lines, LOOKS, strict=False):
        part = table[table[by] == name].sort_values("hour")
        axes.fill_between(
            part["hour"],
            times * part["p05"],
            times * part["p95"],
            color=colour,
            alpha=0.15,
            linewidth=0,
        )
        axes.plot(
            part["hour"],
            times * part["mean"],
            color=colour,
            linestyle=dash,
            linewidth=2,
            label=printable(str(name)),
        )
    for hour in marks:
        if hour <= table["hour"].max():
            axes.axvline(hour, color=GREY, linewidth=0.6, zorder=0)
    _hours(axes, float(table["hour"].max()), marks)
    axes.set_ylabel(f"{label}［%］" if share else label)
    axes.set_ylim(0, None)
    axes.margins(x=0)
    bare(axes, keep=("left", "bottom"))
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), prop=font(SMALL), frameon=False)
    note = "線は平均、帯は90%の場合が入る範囲です（通信と電気の途絶を変えて計算）。"
    return finish(figure, title, source, made=made, note=note)


def exposure(
    table: pd.DataFrame,
    *,
    benefit: str,
    cost: str,
    by: str = "policy",
    benefit_label: str = "",
    cost_label: str = "",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw what each choice gives against what it discloses: upper left is better on both.

    Parameters
    ----------
    table
        One row a choice, with the columns named by ``by``, ``benefit`` and ``cost``; a boolean ``pareto`` marks the choices that
        no other beats on both.
    benefit, cost
        Columns for the height and for the way to the right.
    by
        The choices' names.
    benefit_label, cost_label
        What the axes are called.
    made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If columns are missing or the table is empty.
    """
    _check(table, (by, benefit, cost))
    figure, axes = opened(7.2, 4.6)
    best = (
        table["pareto"].to_numpy(dtype=bool)
        if "pareto" in table
        else np.ones(len(table), dtype=bool)
    )
    for row, good in zip(table.to_dict("records"), best, strict=True):
        axes.plot(
            row[cost],
            100 * row[benefit],
            marker="o" if good else "x",
            color="#0072b2" if good else GREY,
            markersize=9,
            linestyle="",
        )
        axes.annotate(
            printable(str(row[by])),
            (row[cost], 100 * row[benefit]),
            xytext=(8, 4),
            textcoords="offset points",
        )
    axes.set_xlabel(cost_label or cost)
    axes.set_ylabel(f"{benefit_label or benefit}［%］")
    axes.margins(0.15)
    bare(axes, keep=("left", "bottom"))
    note = "左上ほどよい施策です。●は、どちらの面でも負けている相手のない施策、×は、ほかの施策に両方で負けている施策です。"
    return finish(figure, title, source, made=made, note=note if "pareto" in table else "")


def _hours(axes: Any, last: float, marks: tuple[int, ...]) -> None:
    """Name the marked hours and whole weeks in days."""
    hours = sorted(
        {
            0,
            *(hour for hour in marks if hour <= last),
            *(week for week in range(336, int(last) + 1, 336)),
        }
    )
    names = [
        "発災" if hour == 0 else f"{hour}時間" if hour < 168 else f"{hour // 24}日"
        for hour in hours
    ]
    axes.set_xticks(hours, names, fontproperties=font(SMALL))


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
