"""How many pass through the stages of learning, and how does one way of giving seats compare with another?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dxkit.charts._figure import (
    DARK,
    GREY,
    SMALL,
    bare,
    columns_of,
    explain,
    finish,
    font,
    opened,
    printable,
)
from dxkit.errors import Fault, TableError

# light to dark along the cycle
SHADES = ("#a9cfe8", "#3a8cc4", "#0a3d6b")
HIDDEN: dict[str, Any] = {"color": "white", "edgecolor": GREY, "hatch": "/////", "linewidth": 0.6}
# how far a bar of a hidden count goes: it says nothing of the count
STUB = 0.06


def funnel(
    table: pd.DataFrame,
    *,
    by: str | None = None,
    names: Mapping[str, str] | pd.Series | None = None,
    unit: str = "件",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw how many have reached each stage, a bar a stage; a count that is kept back is hatched.

    Parameters
    ----------
    table
        One row a group and stage: ``stage_label, count`` (empty where kept back), and the column ``by``: the table of
        ``dxkit.support.training.funnel``, or several of the kind put together.
    by
        The column whose values stand one below the other; without it there is one group.
    names
        Value of ``by`` → Japanese name.
    unit
        What is counted.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or a count is no number.
    """
    missing = [
        name for name in ("stage_label", "count", *([by] if by else [])) if name not in table
    ]
    if missing:
        raise TableError(
            Fault("列がありません", "training.funnel の結果を渡してください", column=name)
            for name in missing
        )
    counts = columns_of(table.assign(count=table["count"].astype(float)), ["count"])[
        "count"
    ].to_numpy()
    groups = ["" for _ in counts] if by is None else [str(each) for each in table[by]]
    order, stages = list(dict.fromkeys(groups)), list(dict.fromkeys(table["stage_label"]))
    most = float(np.nanmax(counts, initial=1.0))
    figure, axes = opened(7.6, 1.3 + 0.72 * len(order))
    labelled = list(zip(groups, table["stage_label"], strict=True))
    for at, (stage, shade) in enumerate(zip(stages, SHADES, strict=False)):
        rows = [row for row, (_, label) in enumerate(labelled) if label == stage]
        spots = [order.index(groups[row]) + 0.25 * (at - 1) for row in rows]
        _bars(axes, counts[rows], spots=spots, shade=shade, label=printable(str(stage)), most=most)
    known = {} if names is None else dict(names.items())
    axes.set_yticks(
        range(len(order)),
        [printable(str(known.get(each, each))) for each in order],
        fontproperties=font(SMALL),
    )
    axes.set_ylim(len(order) - 0.45, -0.55)
    axes.set_xlim(0, 1.08 * most)
    axes.set_xlabel(unit, fontsize=SMALL)
    bare(axes, keep=("left",))
    explain(axes, axes.get_legend_handles_labels()[0], columns=3)
    return finish(
        figure,
        title,
        source,
        made=made,
        note="斜線は、人数が少ないため出さない数" if np.isnan(counts).any() else "",
    )


def _bars(
    axes: Any, values: Any, *, spots: list[float], shade: str, label: str, most: float
) -> None:
    """Draw one stage's bars with their numbers; a hidden count is a hatched stub."""
    drawn = np.where(np.isnan(values), 0.0, values)
    axes.barh(spots, drawn, 0.23, color=shade, label=label)
    for spot, value in zip(spots, values, strict=True):
        if np.isnan(value):
            axes.barh([spot], [STUB * most], 0.23, **HIDDEN)
        else:
            axes.text(
                value + 0.01 * most, spot, f"{value:g}", va="center", color=DARK, fontsize=SMALL - 1
            )
