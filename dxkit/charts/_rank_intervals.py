"""How firm is each municipality's place, and which are too close to be put in order?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from dxkit.charts._figure import (
    DARK,
    GREY,
    GROUP,
    ONE,
    PALE,
    SMALL,
    bare,
    by_code,
    called,
    check_known,
    columns_of,
    explain,
    finish,
    font,
    mark,
    opened,
    printable,
)
from dxkit.errors import ChoiceError, Fault, TableError

Names = Mapping[str, str] | pd.Series | None
BAND = ("#eef3f8", "#ffffff")
# names side by side in a tier's box
PER_LINE = 8


def rank_intervals(
    table: pd.DataFrame,
    *,
    names: Names = None,
    level: float = 0.9,
    highlight: Sequence[str] = (),
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw the range of places that each municipality may take: a line a municipality, never a bare rank.

    Parameters
    ----------
    table
        Index (or column) ``code``: the ends of the interval, ``median``, and if there are any ``tier`` (1 is foremost),
        shown as bands. The ends for a level of 0.9 are ``p05`` and ``p95``, for 0.8 ``p10`` and ``p90``.
    names
        Code → name.
    level
        Of the intervals (0–1): which columns are taken, and what the picture says.
    highlight
        Codes to draw in another colour.
    made
        The data are invented: says so in the title.
    title, source
        Above and below.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column or figure is missing, codes repeat, or an interval does not hold its median.
    ChoiceError
        If ``level`` is no share or a code of ``highlight`` is not in the table.
    """
    low, high = _ends(level)
    keyed = by_code(table)
    ranks = _checked(columns_of(keyed, [low, "median", high]))
    check_known(highlight, ranks.index, "highlight=")
    # a tier's members stand together, as far as their medians allow
    tier = (
        columns_of(keyed, ["tier"])["tier"]
        if "tier" in keyed.columns
        else pd.Series(0.0, index=ranks.index)
    )
    order = (
        ranks.assign(tier=tier, key=ranks.index.astype(str))
        .sort_values(["median", "tier", low, high, "key"])
        .index
    )
    ranks = ranks.loc[order]
    figure, axes = opened(7.6, 1.7 + 0.21 * len(ranks))
    if "tier" in keyed.columns:
        _bands(axes, tier.loc[order].tolist(), len(ranks))
    colours = [GROUP if code in highlight else ONE for code in order]
    _lines(axes, ranks, colours)
    _rows(axes, called(order, names))
    axes.set_xlim(0.3, len(ranks) + 0.7)
    axes.set_xlabel("順位（左ほど進んでいる）", fontsize=SMALL)
    _say_level(axes, level)
    return finish(figure, title, source, made=made)


def tiers(
    tiers: pd.Series, *, names: Names = None, made: bool = False, title: str = "", source: str = ""
) -> Figure:
    """Draw groups of municipalities whose order is not settled, a box a group.

    Parameters
    ----------
    tiers
        Code → tier (1 is foremost). Within a box municipalities stand in the order of their codes: no rank is hidden there.
    names, made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a tier is missing or not a number, or codes repeat.
    """
    number = _checked(columns_of(by_code(tiers.to_frame("tier")), ["tier"]))["tier"].sort_index()
    boxes = [
        (f"グループ{tier:g}", called(part.index, names)) for tier, part in number.groupby(number)
    ]
    lines = [-(-len(members) // PER_LINE) for _, members in boxes]
    # in lines of text: a heading and some air a box
    height = sum(lines) + 1.6 * len(boxes)
    figure, axes = opened(8.0, 1.2 + 0.27 * height)
    axes.set(xlim=(0, PER_LINE), ylim=(height, 0))
    axes.axis("off")
    top = 0.0
    for (heading, members), count in zip(boxes, lines, strict=True):
        _box(axes, top, f"{heading}（{len(members)}市町）", members, count)
        top += count + 1.6
    note = "グループの中は団体コード順です。中の順序は決められません。"
    return finish(figure, title, source, made=made, note=note)


def _ends(level: float) -> tuple[str, str]:
    """Name the columns that hold the ends of an interval."""
    if not 0 < level < 1:
        raise ChoiceError(f"level={level} は 0 と 1 の間の割合にしてください（例: 0.9）。")
    tail = round((1 - level) * 50, 1)
    return f"p{tail:g}".replace("p", "p0" if tail < 10 else "p"), f"p{100 - tail:g}"


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    """Refuse missing figures, and intervals that do not hold their median."""
    gaps = np.argwhere(table.isna().to_numpy()).tolist()
    faults = [
        Fault(
            f"{table.index[row]} の値がありません", "計算し直してください", column=table.columns[at]
        )
        for row, at in gaps
    ]
    if table.shape[1] == 3 and not faults:
        low, median, high = table.to_numpy().T
        outside = table.loc[(median < low) | (median > high), "median"]
        faults = [
            Fault(
                f"{code} の中央値が幅の外です",
                "両端の列を確かめてください",
                column="median",
                value=value,
            )
            for code, value in outside.items()
        ]
    if faults:
        raise TableError(faults)
    return table


def _bands(axes: Any, tier: Sequence[float], count: int) -> None:
    """Lay a band behind each run of one tier, and name it at the right."""
    starts = [at for at in range(count) if at == 0 or tier[at] != tier[at - 1]]
    for place, (start, end) in enumerate(zip(starts, [*starts[1:], count], strict=True)):
        axes.axhspan(start - 0.5, end - 0.5, color=BAND[place % 2], zorder=0)
        spot = {"x": 1.01, "y": (start + end - 1) / 2, "transform": axes.get_yaxis_transform()}
        axes.text(s=f"グループ{tier[start]:g}", va="center", color=DARK, fontsize=SMALL, **spot)


def _lines(axes: Any, ranks: pd.DataFrame, colours: Sequence[str]) -> None:
    low, median, high = ranks.to_numpy().T
    rows = np.arange(len(ranks))
    axes.hlines(rows, low, high, colors=list(colours), linewidth=4.5, alpha=0.45)
    axes.scatter(median, rows, c=list(colours), s=22, zorder=3)


def _rows(axes: Any, labels: Sequence[str]) -> None:
    """Name the rows, the first on top."""
    axes.set_yticks(
        range(len(labels)), [printable(label) for label in labels], fontproperties=font(SMALL)
    )
    axes.set_ylim(len(labels) - 0.5, -0.5)
    bare(axes, keep=("bottom",))
    axes.grid(axis="x", color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)


def _say_level(axes: Any, level: float) -> None:
    line = mark(f"{level:.0%}の場合がこの順位の間に入る", linestyle="-", linewidth=4.5, alpha=0.45)
    handles = [
        line,
        mark("中央値", marker="o", markersize=5),
        mark("幅が重なる市町は、どちらが先とはいえません"),
    ]
    explain(axes, handles, columns=3)


def _box(axes: Any, top: float, heading: str, members: Sequence[str], lines: int) -> None:
    """Draw one tier: a bar of colour, its heading, and its members in columns."""
    look: dict[str, Any] = {
        "boxstyle": "round,pad=0,rounding_size=0.12",
        "edgecolor": GREY,
        "facecolor": "#fafafa",
        "linewidth": 0.8,
    }
    axes.add_patch(FancyBboxPatch((0.02, top + 0.05), PER_LINE - 0.04, lines + 1.2, **look))
    axes.text(0.15, top + 0.55, heading, va="center", weight="bold", color=ONE, fontsize=SMALL + 1)
    for at, name in enumerate(members):
        line, column = divmod(at, PER_LINE)
        axes.text(
            0.15 + column * (PER_LINE - 0.2) / PER_LINE,
            top + 1.45 + line,
            name,
            va="center",
            fontsize=SMALL + 0.5,
        )
