"""How many municipalities stand at each level of an item, and how many have not answered?"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._arrays import FloatArray
from dxkit._checks import require_columns
from dxkit.charts._canvas import finish_chart, open_panels
from dxkit.charts._font import wrap_text
from dxkit.charts._heatmap import BLUES
from dxkit.charts._legend import add_legend_above, hide_frame, labelled_handles, name_rows
from dxkit.charts._style import DARK_GREY, GREY, LABEL_PT
from dxkit.charts._tables import (
    Names,
    TableOrResult,
    name_keys,
    read_number_columns,
    take_table,
)
from dxkit.errors import ChoiceError, Fault, TableError

LEVELS = (0, 1, 2, 3, 4, 5)
ANSWERED = "answered"
# a status without an answer → what it is called, and its hatching
NO_ANSWER = {
    "declined": ("回答なし", "/////"),
    "unknown": ("不明", "||||"),
    "not_applicable": ("対象外", ""),
}
# the first level whose colour asks for white figures
DARK_FROM_LEVEL = 3
# half-width letters in a line of an item's name
LABEL_WIDTH = 44
# the right panel is at least so wide beside the left one that its legend fits
RIGHT_MIN_SHARE = 0.18


class BarLook(NamedTuple):
    """How one part of the bars is named and drawn."""

    label: str
    colour: Any
    hatch: str
    number_colour: str


def levels(
    answers: TableOrResult,
    *,
    by: str = "item",
    names: Names = None,
    count_label: str = "市町",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw how answers are spread over the levels 0–5, with what was not answered beside them.

    Parameters
    ----------
    answers
        One row an answer: ``level`` (0–5) and ``status`` (answered/declined/unknown/
        not_applicable). A row that says answered without a level counts as 回答なし.
    by
        The column with a line each, in order of first appearance (or of its categories).
    names
        Value of ``by`` → Japanese name.
    count_label
        What is counted.
    ax
        Axes for the levels; what was not answered gets an inset at their right. By default a new
        figure is made.
    made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing, a level is not a whole number from 0 to 5, or a status is unknown.
    ChoiceError
        If there is no column ``by``.

    Examples
    --------
    >>> from dxkit import charts, load
    >>> answers = load("hearing_example")
    >>> own = answers[answers["code"] == "28209"]
    >>> charts.levels(own, count_label="項目", title="豊岡市").get_suptitle()
    '豊岡市（架空データ）'
    """
    counts = _count_answers(take_table(answers), by)
    level_counts = counts[list(LEVELS)]
    silent_counts = counts[list(NO_ANSWER)]
    labels = [wrap_text(label, LABEL_WIDTH) for label in name_keys(counts.index, names)]
    line_count = sum(1.0 + 0.6 * label.count("\n") for label in labels)
    # one answer is as wide in the right panel as in the left one
    left_width = max(float(level_counts.sum(axis=1).max()), 1.0)
    right_width = max(float(silent_counts.sum(axis=1).max()), 1.0, RIGHT_MIN_SHARE * left_width)
    canvas = open_panels(ax, 8.6, 1.1 + 0.25 * line_count, (left_width, right_width))
    level_axes = canvas.axes
    silent_axes = canvas.extra_axes[0]
    _stack_bars(level_axes, level_counts, _level_looks())
    _stack_bars(silent_axes, silent_counts, _silent_looks())
    name_rows(level_axes, labels)
    level_axes.set_xlabel(f"段階ごとの数（{count_label}）", fontsize=LABEL_PT)
    silent_axes.set_xlabel("答えのない数", fontsize=LABEL_PT)
    add_legend_above(level_axes, labelled_handles(level_axes), columns=6)
    add_legend_above(silent_axes, labelled_handles(silent_axes), columns=3)
    return finish_chart(canvas, [answers], title=title, source=source, made=made)


def _count_answers(answers: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count answers: one row a value of ``by``, one column a level and a kind of no answer."""
    # an option names this column, so it is the option that is wrong
    if not isinstance(by, str) or by not in answers.columns:
        raise ChoiceError(
            f"by=「{by}」という列はありません。使える列: {'、'.join(map(str, answers.columns))}"
        )
    require_columns(answers, ["level", "status"], "回答")
    level = _read_levels(answers)
    status = _read_statuses(answers)
    # answered without a level is no answer either
    given_level = np.where(level.isna(), "declined", level.fillna(0).astype(int).astype(str))
    kind = np.where(status == ANSWERED, given_level, status)
    keys = answers[by]
    is_categorical = isinstance(keys.dtype, pd.CategoricalDtype)
    order = keys.cat.categories if is_categorical else keys.unique()
    columns: dict[Any, str] = {level: str(level) for level in LEVELS}
    columns |= {status: status for status in NO_ANSWER}
    counts = pd.crosstab(keys.to_numpy(), kind)
    wide = counts.reindex(index=list(order), columns=list(columns.values()), fill_value=0)
    return wide.set_axis(list(columns), axis=1)


def _read_levels(answers: pd.DataFrame) -> pd.Series:
    level = read_number_columns(answers, ["level"], "回答")["level"]
    bad = np.flatnonzero((level.notna() & ~level.isin(LEVELS)).to_numpy()).tolist()
    if bad:
        raise TableError(
            Fault(
                "段階は0〜5の整数にしてください",
                "表を直してください",
                row=row + 1,
                column="level",
                value=level.iloc[row],
            )
            for row in bad
        )
    return level


def _read_statuses(answers: pd.DataFrame) -> pd.Series:
    status = answers["status"].fillna("").astype(str)
    statuses = [ANSWERED, *NO_ANSWER]
    bad = np.flatnonzero(~status.isin(statuses).to_numpy()).tolist()
    if bad:
        remedy = f"{'・'.join(statuses)} のどれかにしてください"
        raise TableError(
            Fault(
                "状態が分かりません", remedy, row=row + 1, column="status", value=status.iloc[row]
            )
            for row in bad
        )
    return status


def _level_looks() -> list[BarLook]:
    return [
        BarLook(
            f"段階{level}",
            BLUES(level / LEVELS[-1]),
            hatch="",
            number_colour=DARK_GREY if level < DARK_FROM_LEVEL else "white",
        )
        for level in LEVELS
    ]


def _silent_looks() -> list[BarLook]:
    return [BarLook(label, "white", hatch, DARK_GREY) for label, hatch in NO_ANSWER.values()]


def _stack_bars(axes: Any, counts: pd.DataFrame, looks: list[BarLook]) -> None:
    """Draw bars end to end, and the number in each that has room for it."""
    starts = np.zeros(len(counts))
    for index, look in enumerate(looks):
        widths = counts.iloc[:, index].to_numpy(dtype=float)
        axes.barh(
            range(len(counts)),
            # a bar of no width would still have an edge
            np.where(widths > 0, widths, np.nan),
            0.8,
            left=starts,
            color=look.colour,
            hatch=look.hatch,
            label=look.label,
            edgecolor=GREY if look.colour == "white" else "white",
            linewidth=0.7,
        )
        _write_counts(axes, widths, starts, look)
        starts += widths
    axes.set_xlim(0, 1.01 * max(float(starts.max(initial=0.0)), 1.0))
    axes.set_xticks([])
    hide_frame(axes)


def _write_counts(axes: Any, widths: FloatArray, starts: FloatArray, look: BarLook) -> None:
    # a number on hatching is read only on a plain ground
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if look.hatch else None
    for row in np.flatnonzero(widths).tolist():
        axes.text(
            starts[row] + widths[row] / 2,
            row,
            f"{widths[row]:g}",
            ha="center",
            va="center",
            color=look.number_colour,
            fontsize=LABEL_PT - 1,
            bbox=box,
        )
