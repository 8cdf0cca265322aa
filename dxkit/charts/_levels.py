"""How many municipalities stand at each level of an item, and how many have not answered?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dxkit.charts._figure import (
    DARK,
    GREY,
    SMALL,
    Chart,
    bare,
    called,
    columns_of,
    explain,
    finish,
    font,
    printable,
    wrap,
)
from dxkit.charts._heatmap import BLUES
from dxkit.errors import ChoiceError, Fault, TableError

Names = Mapping[str, str] | pd.Series | None
LEVELS = (0, 1, 2, 3, 4, 5)
# what is no answer, how it is called and hatched
APART = {
    "declined": ("回答なし", "/////"),
    "unknown": ("不明", "||||"),
    "not_applicable": ("対象外", ""),
}
ANSWERED = "answered"
# the first level whose colour asks for white figures
DARK_FROM = 3
WIDE = 44


def levels(
    answers: pd.DataFrame,
    *,
    by: str = "item",
    names: Names = None,
    count_label: str = "市町",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw how answers are spread over the levels 0–5, with what was not answered apart from them.

    Parameters
    ----------
    answers
        One row an answer: ``level`` (0–5) and ``status`` (answered/declined/unknown/not_applicable). A row that says
        answered without a level counts as 回答なし.
    by
        The column with a line each, in order of first appearance (or of its categories).
    names
        Value of ``by`` → Japanese name.
    count_label
        What is counted.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing, a level is not a whole number from 0 to 5, or a status is unknown.
    """
    counts = counted(answers, by)
    labels = [printable(wrap(label, WIDE)) for label in called(counts.index, names)]
    lines = sum(1.0 + 0.6 * label.count("\n") for label in labels)
    figure = Chart(figsize=(8.6, 1.1 + 0.25 * lines), layout="constrained")
    shares = (
        max(float(counts[list(LEVELS)].sum(axis=1).max()), 1.0),
        max(float(counts[list(APART)].sum(axis=1).max()), 1.0),
    )
    left, right = figure.subplots(
        1, 2, sharey=True, width_ratios=(shares[0], max(shares[1], 0.18 * shares[0]))
    )
    _stack(left, counts[list(LEVELS)], [(f"段階{level}", BLUES(level / 5), "") for level in LEVELS])
    _stack(right, counts[list(APART)], [(said, "white", hatch) for said, hatch in APART.values()])
    left.set_yticks(range(len(labels)), labels, fontproperties=font(SMALL))
    left.set_ylim(len(labels) - 0.5, -0.5)
    left.set_xlabel(f"段階ごとの数（{count_label}）", fontsize=SMALL)
    right.set_xlabel("答えのない数", fontsize=SMALL)
    explain(left, left.get_legend_handles_labels()[0], columns=6)
    explain(right, right.get_legend_handles_labels()[0], columns=3)
    return finish(figure, title, source, made=made)


def counted(answers: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count answers: one row a value of ``by``, one column a level and a kind of no answer.

    Raises
    ------
    TableError, ChoiceError
        As for `levels`.
    """
    if by not in answers.columns:
        raise ChoiceError(
            f"by=「{by}」という列はありません。使える列: {'、'.join(map(str, answers.columns))}"
        )
    level, status = columns_of(answers, ["level"])["level"], _statuses(answers)
    faults = [
        Fault(
            "段階は0〜5の整数にしてください",
            "表を直してください",
            row=at + 1,
            column="level",
            value=level.iloc[at],
        )
        for at in np.flatnonzero((level.notna() & ~level.isin(LEVELS)).to_numpy()).tolist()
    ]
    if faults:
        raise TableError(faults)
    kind = np.where(
        status != ANSWERED,
        status,
        np.where(level.isna(), "declined", level.fillna(0).astype(int).astype(str)),
    )
    keys = (
        answers[by].cat.categories
        if isinstance(answers[by].dtype, pd.CategoricalDtype)
        else answers[by].unique()
    )
    table = pd.crosstab(answers[by].to_numpy(), kind)
    columns: dict[Any, str] = {level: str(level) for level in LEVELS} | {
        each: each for each in APART
    }
    wide = table.reindex(index=list(keys), columns=list(columns.values()), fill_value=0)
    return wide.set_axis(list(columns), axis=1)


def _statuses(answers: pd.DataFrame) -> pd.Series:
    if "status" not in answers.columns:
        raise TableError(
            [Fault("列がありません", "read_hearing の結果を渡してください", column="status")]
        )
    status = answers["status"].fillna("").astype(str)
    bad = ~status.isin([ANSWERED, *APART])
    remedy = f"{'・'.join([ANSWERED, *APART])} のどれかにしてください"
    faults = [
        Fault("状態が分かりません", remedy, row=at + 1, column="status", value=status.iloc[at])
        for at in np.flatnonzero(bad.to_numpy()).tolist()
    ]
    if faults:
        raise TableError(faults)
    return status


def _stack(axes: Any, counts: pd.DataFrame, looks: Sequence[tuple[str, Any, str]]) -> None:
    """Draw bars end to end, and the number in each that has room for it."""
    starts = np.zeros(len(counts))
    for at, (label, colour, hatch) in enumerate(looks):
        widths = counts.iloc[:, at].to_numpy(dtype=float)
        plain = colour == "white"
        edge: dict[str, Any] = {"edgecolor": GREY if plain else "white", "linewidth": 0.7}
        # a bar of no width would still have an edge
        drawn = np.where(widths > 0, widths, np.nan)
        axes.barh(
            range(len(counts)),
            drawn,
            0.8,
            left=starts,
            color=colour,
            hatch=hatch,
            label=label,
            **edge,
        )
        for row in np.flatnonzero(widths).tolist():
            shade = DARK if plain or at < DARK_FROM else "white"
            look = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if hatch else None
            spot = starts[row] + widths[row] / 2
            axes.text(
                spot,
                row,
                f"{widths[row]:g}",
                ha="center",
                va="center",
                color=shade,
                fontsize=SMALL - 1,
                bbox=look,
            )
        starts += widths
    axes.set_xlim(0, 1.01 * max(float(starts.max(initial=0.0)), 1.0))
    axes.set_xticks([])
    bare(axes)
