"""Which choice moves the ranks most?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._checks import require_columns
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._legend import add_legend_above, labelled_handles, name_rows, rule_rows
from dxkit.charts._style import DARK_GREY, GREY, GROUP_COLOUR, LABEL_PT, OWN_COLOUR
from dxkit.charts._tables import (
    Names,
    TableOrResult,
    name_keys,
    read_number_columns,
    refuse_cells,
    take_table,
)

FACTOR_NAMES = {
    "weights": "重み",
    "normalise": "正規化の方法",
    "aggregate": "集計の方法",
    "missing": "未回答の扱い",
    "severity": "評価者の厳しさと回答の誤差",
    "impute": "未回答の補い方",
}
# Sobol index → where its bar stands in a row, its colour, and what it means
BARS = {
    "S1": (-0.19, OWN_COLOUR, "その要因だけの効果（S1）"),
    "ST": (0.19, GROUP_COLOUR, "ほかの要因との組み合わせも含む効果（ST）"),
}
BAR_HEIGHT = 0.34
# half-width letters in a line of a factor's name
LABEL_WIDTH = 36


def sensitivity(
    table: TableOrResult,
    *,
    names: Names = None,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw how much of the ranks' shifts each choice explains, alone and together with others.

    Parameters
    ----------
    table
        One row a factor: ``factor, S1, S1_conf, ST, ST_conf`` (Sobol indices and the half-widths
        of their intervals) and, if there is one, ``label`` (Japanese):
        `dxkit.maturity.sensitivity`.
    names
        Factor → Japanese name, before ``label``.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or a figure is not finite.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> effects = pd.DataFrame({"factor": ["weights", "missing"], "S1": [0.2, 0.5]})
    >>> effects = effects.assign(S1_conf=0.1, ST=[0.3, 0.6], ST_conf=0.1)
    >>> figure = charts.sensitivity(effects)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['未回答の扱い', '重み']
    """
    factors = take_table(table)
    require_columns(factors, ["factor"], "感度")
    keyed = factors.set_index("factor")
    figures = read_number_columns(keyed, ["S1", "S1_conf", "ST", "ST_conf"], "感度")
    refuse_cells(
        figures[["S1_conf", "ST_conf"]].to_numpy() < 0,
        figures[["S1_conf", "ST_conf"]],
        "0より小さい幅です",
        "推定の幅（0以上）にしてください",
    )
    # what moves most stands first
    figures = figures.sort_values("ST", ascending=False)
    canvas = open_canvas(ax, 7.4, 1.6 + 0.62 * len(figures))
    axes = canvas.axes
    for index in BARS:
        _draw_bars(axes, figures, index)
    labels = name_keys(figures.index, _name_factors(factors, names))
    name_rows(axes, labels, width=LABEL_WIDTH)
    rule_rows(axes)
    axes.axvline(0, color=GREY, linewidth=0.8)
    # an estimated index may be a little below 0
    lowest = float((figures["S1"] - figures["S1_conf"]).min())
    axes.set_xlim(min(0.0, lowest), None)
    axes.set_xlabel("順位のずれのうち説明できる割合（ひげは推定の幅）", fontsize=LABEL_PT)
    add_legend_above(axes, labelled_handles(axes), columns=2)
    return finish_chart(canvas, [table], title=title, source=source, made=made)


def _draw_bars(axes: Any, figures: pd.DataFrame, index: str) -> None:
    """Draw one of the two indices of every factor, with its interval as a whisker."""
    shift, colour, label = BARS[index]
    axes.barh(
        np.arange(len(figures)) + shift,
        figures[index],
        height=BAR_HEIGHT,
        color=colour,
        xerr=figures[f"{index}_conf"],
        label=label,
        ecolor=DARK_GREY,
        capsize=3,
        error_kw={"linewidth": 1},
    )


def _name_factors(factors: pd.DataFrame, names: Names) -> dict[str, str]:
    """Collect the factors' names: the caller's first, then the table's, then the usual ones."""
    # later ones win in the union below
    labels: dict[str, str] = {}
    if "label" in factors.columns:
        labels = dict(zip(factors["factor"], factors["label"], strict=True))
    own_names = {} if names is None else {str(key): str(name) for key, name in names.items()}
    return FACTOR_NAMES | labels | own_names
