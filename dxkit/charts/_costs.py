"""Which estimate lies outside the fair range for its size, and who pays how much under which rule?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dxkit.charts._figure import (
    DARK,
    GREY,
    GROUP,
    ONE,
    PALE,
    SMALL,
    bare,
    columns_of,
    explain,
    finish,
    font,
    opened,
    printable,
)
from dxkit.errors import ChoiceError, Fault, TableError, shorten

BAND = ("low_yen_per_person", "middle_yen_per_person", "high_yen_per_person")
# colours of Okabe and Ito and a shape each: told apart in print, too
LOOKS = (
    ("#0072b2", "o"),
    ("#d55e00", "s"),
    ("#009e73", "^"),
    ("#cc79a7", "D"),
    ("#e69f00", "v"),
    ("#000000", "x"),
)


def fair_range(
    estimates: pd.DataFrame,
    fair: pd.DataFrame,
    *,
    one: str | None = None,
    anonymous: bool = False,
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw estimates per resident by size, with the range that is fair.

    Parameters
    ----------
    estimates
        One row an estimate: its key first, then ``people, yen_per_person, verdict`` (high, low, fair): the table of
        ``dxkit.support.costs.outliers``.
    fair
        One row a size: ``people, low_yen_per_person, middle_yen_per_person, high_yen_per_person``.
    one
        The key of the estimate that is named and marked.
    anonymous
        Draw no estimate but that one.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or holds what is no number.
    ChoiceError
        If ``one`` is not among the estimates.
    """
    points, band = (
        columns_of(estimates, ["people", "yen_per_person"]),
        columns_of(fair, ["people", *BAND]),
    )
    if "verdict" not in estimates:
        raise TableError(
            [Fault("列がありません", "outliers の結果の .table を渡してください", column="verdict")]
        )
    keys = [str(key) for key in estimates.iloc[:, 0]]
    if one is not None and one not in keys:
        raise ChoiceError(
            f"one=「{shorten(one)}」は見積もりの表にありません。次のように書いてください: {'、'.join(keys[:5])}"
        )
    figure, axes = opened(7.4, 4.8)
    axes.fill_between(
        band["people"],
        band[BAND[0]],
        band[BAND[2]],
        color=PALE,
        label="ばらつきの範囲",
        linewidth=0,
    )
    axes.plot(band["people"], band[BAND[1]], color=GREY, linewidth=1.5, label="規模から見た中央")
    shown = np.array([key == one or not anonymous for key in keys])
    high = (estimates["verdict"] == "high").to_numpy()
    for chosen, look in ((~high, {"color": ONE, "marker": "o", "label": "範囲の中（または安い）"}),
                         (high, {"color": GROUP, "marker": "^", "label": "高い"})):  # fmt: skip
        at = chosen & shown
        if at.any():
            axes.scatter(
                points["people"][at],
                points["yen_per_person"][at],
                s=38,
                zorder=3,
                edgecolors="white",
                **look,
            )
    for key, people, yen, named in zip(
        keys,
        points["people"],
        points["yen_per_person"],
        shown & (high | (np.array(keys) == one)),
        strict=True,
    ):
        if named:
            axes.annotate(
                printable(key),
                (people, yen),
                xytext=(7, 4),
                textcoords="offset points",
                fontsize=SMALL,
                color=DARK,
            )
    _log_axes(axes)
    return finish(figure, title, source, made=made)


def split(
    table: pd.DataFrame,
    rules: pd.DataFrame,
    *,
    shown: Sequence[str] | None = None,
    names: Mapping[str, str] | pd.Series | None = None,
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw what each municipality pays under each rule, as a share of what it would pay alone.

    Parameters
    ----------
    table
        One row a municipality: ``code, alone_yen`` and a column a rule: the table of ``dxkit.support.costs.share``.
    rules
        One row a rule: ``rule, label, leavers`` (0: nobody would rather leave). Rules without a column are left out.
    shown
        The rules that are drawn, at most six.
    names
        Code → name; else the column ``name``.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or holds what is no number.
    ChoiceError
        If more than six rules, or one that is not there, are asked for.
    """
    offered = [rule for rule in rules["rule"] if rule in table.columns]
    chosen = list(shown) if shown is not None else offered
    if len(chosen) > len(LOOKS) or not set(chosen) <= set(offered):
        raise ChoiceError(
            f"shown={shorten(chosen)} は描けません。{'・'.join(offered)} から{len(LOOKS)}つまで選んでください。"
        )
    yen = columns_of(table, ["alone_yen", *chosen])
    said = rules.set_index("rule")
    labels = table["name"] if "name" in table else table["code"]
    called = [
        printable(str(dict(names.items()).get(code, label) if names is not None else label))
        for code, label in zip(table["code"], labels, strict=True)
    ]
    figure, axes = opened(7.8, 1.6 + 0.24 * len(table))
    spots = np.arange(len(table))
    axes.hlines(spots, 0, 1, color=PALE, linewidth=0.8)
    for at, (rule, (colour, marker)) in enumerate(zip(chosen, LOOKS, strict=False)):
        stays = (
            "抜ける組なし"
            if said.loc[rule, "leavers"] == 0
            else f"抜けたい組{said.loc[rule, 'leavers']}団体"
        )
        look = {
            "color": colour,
            "marker": marker,
            "label": printable(f"{said.loc[rule, 'label']}（{stays}）"),
        }
        # a little apart, so that equal parts do not hide each other
        aside = 0.11 * (at - (len(chosen) - 1) / 2)
        axes.plot(yen[rule] / yen["alone_yen"], spots + aside, linestyle="", markersize=5, **look)
    axes.axvline(1, color=DARK, linewidth=1)
    axes.set_yticks(spots, called, fontproperties=font(SMALL))
    axes.set_ylim(len(table) - 0.4, -0.6)
    farthest = float((yen[chosen].to_numpy() / yen[["alone_yen"]].to_numpy()).max())
    axes.set_xlim(0, max(1.05, 1.05 * farthest))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_xlabel(
        "各自で買うときの費用に対する割合（100%の線より左なら、共同のほうが安い）", fontsize=SMALL
    )
    bare(axes, keep=("bottom",))
    explain(axes, axes.get_legend_handles_labels()[0], columns=2)
    return finish(figure, title, source, made=made)


def _log_axes(axes: Any) -> None:
    """Give both axes their ticks in plain numbers."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(_few())
        axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axis.set_minor_formatter(lambda *_: "")
    axes.set_xlabel("人口（人、対数目盛）", fontsize=SMALL)
    axes.set_ylabel("1人あたりの年額（円、対数目盛）", fontsize=SMALL)
    axes.grid(color=PALE, linewidth=0.6, which="major")
    bare(axes, keep=("bottom", "left"))
    explain(axes, axes.get_legend_handles_labels()[0], columns=4)


def _few() -> Any:
    from matplotlib.ticker import LogLocator  # noqa: PLC0415 - untyped, used here only

    return LogLocator(base=10, subs=(1.0, 2.0, 5.0))
