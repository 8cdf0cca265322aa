"""What moves the ranks most, and what has really changed since last time?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

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
    columns_of,
    explain,
    finish,
    font,
    mark,
    opened,
    printable,
    wrap,
)
from dxkit.errors import Fault, TableError

Names = Mapping[str, str] | pd.Series | None
FACTORS = {
    "weights": "重み",
    "normalise": "正規化の方法",
    "aggregate": "集計の方法",
    "missing": "未回答の扱い",
    "severity": "評価者の厳しさと回答の誤差",
    "impute": "未回答の補い方",
}
# index: where its bar stands, its colour, what it means
BARS = {
    "S1": (-0.19, ONE, "その要因だけの効果（S1）"),
    "ST": (0.19, GROUP, "ほかの要因との組み合わせも含む効果（ST）"),
}
WIDE = 36


def sensitivity(
    table: pd.DataFrame,
    *,
    names: Names = None,
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw how much of the ranks' shifts each choice explains, alone and together with others.

    Parameters
    ----------
    table
        One row a factor: ``factor, S1, S1_conf, ST, ST_conf`` (Sobol indices and the half-widths of their intervals) and,
        if there is one, ``label`` (Japanese).
    names
        Factor → Japanese name, before ``label``.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or a figure is not finite.
    """
    if "factor" not in table.columns:
        raise TableError(
            [
                Fault(
                    "列がありません",
                    f"今ある列: {'、'.join(map(str, table.columns))}",
                    column="factor",
                )
            ]
        )
    figures = columns_of(table.set_index("factor"), ["S1", "S1_conf", "ST", "ST_conf"]).sort_values(
        "ST", ascending=False
    )
    brought = (
        {}
        if "label" not in table.columns
        else dict(zip(table["factor"], table["label"], strict=True))
    )
    known = (
        FACTORS
        | brought
        | ({} if names is None else {str(key): str(name) for key, name in names.items()})
    )
    figure, axes = opened(7.4, 1.6 + 0.62 * len(figures))
    for index, (shift, colour, said) in BARS.items():
        rows = np.arange(len(figures)) + shift
        whiskers = {"ecolor": DARK, "capsize": 3, "error_kw": {"linewidth": 1}}
        axes.barh(
            rows,
            figures[index],
            height=0.34,
            color=colour,
            xerr=figures[f"{index}_conf"],
            label=said,
            **whiskers,
        )
    _name_rows(axes, called(figures.index, known))
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_xlim(min(0.0, float((figures["S1"] - figures["S1_conf"]).min())), None)
    axes.set_xlabel("順位のずれのうち説明できる割合（ひげは推定の幅）", fontsize=SMALL)
    explain(axes, axes.get_legend_handles_labels()[0], columns=2)
    return finish(figure, title, source, made=made)


def change(
    table: pd.DataFrame,
    *,
    names: Names = None,
    label: str = "点",
    before: str = "前回",
    after: str = "今回",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw before and after of each municipality; a change that may be noise is grey and has no arrow.

    Parameters
    ----------
    table
        Index (or column) ``code``: ``before, after, change, low, high`` (the interval of the change), ``beyond_noise``
        (True where the interval does not hold 0). Drawn in the table's order.
    names
        Code → name.
    label
        What is measured.
    before, after
        What the two times are called.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing, codes repeat, or ``beyond_noise`` is not True or False. A municipality without a figure
        before or after is named, and said to have none.
    """
    keyed = by_code(table)
    figures = columns_of(keyed, ["before", "after", "low", "high"])
    sure = _yes_or_no(keyed)
    figure, axes = opened(7.6, 1.7 + 0.24 * len(figures))
    for row, (values, moved) in enumerate(zip(figures.to_numpy(), sure, strict=True)):
        _dumbbell(axes, row, values, moved=moved)
    _name_rows(axes, called(figures.index, names))
    axes.set_xlabel(label, fontsize=SMALL)
    handles = [
        mark(before, marker="o", markerfacecolor="white"),
        mark(f"{after}（はっきりした変化）", marker="o"),
        mark(f"{after}（誤差の範囲）", marker="o", color=GREY),
        mark("変化の幅", linestyle="-", linewidth=5, color=PALE),
    ]
    explain(axes, handles, columns=4)
    return finish(figure, title, source, made=made)


def _yes_or_no(table: pd.DataFrame) -> list[bool]:
    """Give ``beyond_noise``; numbers and blanks are not taken for an answer."""
    values = table["beyond_noise"] if "beyond_noise" in table.columns else pd.Series([None])
    bad = [value for value in values if not isinstance(value, bool | np.bool_)]
    if bad:
        remedy = "dxkit.maturity.change の結果を渡してください"
        raise TableError(
            [Fault("True か False の列がありません", remedy, column="beyond_noise", value=bad[0])]
        )
    return [bool(value) for value in values]


def _dumbbell(axes: Any, row: int, values: NDArray[np.float64], *, moved: bool) -> None:
    """Draw one municipality: before hollow, after filled, the interval of the change around after."""
    before, after, low, high = values
    colour = ONE if moved else GREY
    if np.isnan([before, after]).any():
        axes.text(
            0.01,
            row,
            "比べられる回答なし",
            transform=axes.get_yaxis_transform(),
            va="center",
            color=GREY,
            fontsize=SMALL,
        )
        return
    axes.hlines(row, before + low, before + high, color=PALE, linewidth=5, zorder=1)
    axes.plot([before, after], [row, row], color=colour, linewidth=1.4, zorder=2)
    if moved:
        arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.4, "shrinkB": 3}
        axes.annotate("", xy=(after, row), xytext=(before, row), arrowprops=arrow, zorder=2)
    axes.plot(
        before, row, marker="o", color=colour, markerfacecolor="white", markersize=5.5, zorder=3
    )
    axes.plot(after, row, marker="o", color=colour, markersize=5.5, zorder=3)


def _name_rows(axes: Any, labels: Sequence[str]) -> None:
    """Name the rows, the first on top; a long name takes two lines."""
    written = [printable(wrap(label, WIDE)) for label in labels]
    axes.set_yticks(range(len(labels)), written, fontproperties=font(SMALL))
    axes.set_ylim(len(labels) - 0.5, -0.5)
    bare(axes, keep=("bottom",))
    axes.grid(axis="x", color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
