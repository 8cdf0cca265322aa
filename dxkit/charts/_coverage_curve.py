"""How much does each further base bring, and how much of it does the wind take?"""

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
)
from dxkit.errors import Fault, TableError

# light to dark: stronger wind, darker line
WINDS = ("#8cc6ea", "#3a8cc4", "#00588f", "#0a2a4a", "#000000")
COMPASS = ("北", "北東", "東", "南東", "南", "南西", "西", "北西")


def curve(
    table: pd.DataFrame,
    *,
    label: str = "届く人の割合",
    group_label: str = "いちばん届かない市町",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw how the covered share grows with the number of bases.

    Parameters
    ----------
    table
        One row a number of bases: ``count, share``, and where known ``covered, bound`` (the band up to what no choice can
        pass), ``worst_share`` (of the municipality with the smallest share) and ``elbow``: `dxkit.drones.budget_curve`.
    label, group_label
        What the two lines are called.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If the table is empty, lacks ``count`` or ``share``, or holds what is no number.
    """
    found = columns_of(table, ["count", "share"])
    count, share = found["count"].to_numpy(), found["share"].to_numpy()
    figure, axes = opened(7.4, 4.6)
    if "worst_share" in table.columns and table["worst_share"].notna().any():
        axes.plot(
            count,
            table["worst_share"],
            color=GROUP,
            marker="s",
            markersize=4,
            linewidth=1.5,
            linestyle="--",
            label=group_label,
        )
    if {"covered", "bound", "gap"} <= set(table.columns) and (table["gap"] > 0).any():
        most = share * table["bound"] / table["covered"].where(table["covered"] > 0)
        axes.fill_between(count, share, most, color=PALE, label="最適と証明できていない幅")
    axes.plot(count, share, color=ONE, marker="o", markersize=5, linewidth=2, label=label)
    if "elbow" in table.columns and table["elbow"].any():
        _mark_elbow(axes, count, share, int(np.argmax(table["elbow"].to_numpy(dtype=bool))))
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("拠点の数", fontsize=SMALL)
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    bare(axes, keep=("bottom",))
    explain(axes, axes.get_legend_handles_labels()[0], columns=3)
    return finish(figure, title, source, made=made)


def wind_rose(
    table: pd.DataFrame,
    *,
    label: str = "届く人の割合",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw how much of the coverage is left for each direction and speed of the wind.

    Parameters
    ----------
    table
        One row a wind: ``wind_ms, wind_from_deg`` (where it comes from), ``share``; rows whose ``kind`` is not ``wind`` are
        left out: `dxkit.drones.robustness`.
    label
        What is measured.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If no row is a wind, or a column is missing or holds what is no number.
    """
    winds = table[table["kind"] == "wind"] if "kind" in table.columns else table
    if winds.empty:
        raise TableError(
            [
                Fault(
                    "風の行がありません",
                    "robustness に drone を渡して作った表にしてください",
                    column="kind",
                )
            ]
        )
    found = columns_of(winds, ["wind_ms", "wind_from_deg", "share"])
    figure, axes = opened(7.0, 6.0, projection="polar")
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    speeds = sorted(found["wind_ms"].unique())
    for place, speed in enumerate(speeds):
        own = found[found["wind_ms"] == speed].sort_values("wind_from_deg")
        _put_wind(axes, own, speed, WINDS[min(place, len(WINDS) - 1)])
    axes.set_ylim(0, max(0.05, float(found["share"].max()) * 1.05))
    axes.set_xticks(np.radians(np.arange(0, 360, 45)), COMPASS)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_rlabel_position(22)
    axes.grid(color=PALE)
    axes.spines["polar"].set_color(GREY)
    axes.set_xlabel(f"中心からの長さ: {label}　向き: 風が吹いてくる方角", fontsize=SMALL)
    # round axes have no free corner: the legend stands beside them
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.08, 1.0),
        prop=font(SMALL),
        frameon=False,
        title="風速",
        title_fontproperties=font(SMALL),
    )
    return finish(figure, title, source, made=made)


def _put_wind(axes: Any, own: pd.DataFrame, speed: float, colour: str) -> None:
    """Draw one wind speed as a closed line; calm air, which has no direction, as a circle."""
    way, share = np.radians(own["wind_from_deg"].to_numpy()), own["share"].to_numpy()
    if len(own) == 1:
        way, share = np.linspace(0, 2 * np.pi, 73), np.full(73, share[0])
    else:
        way, share = np.append(way, way[0] + 2 * np.pi), np.append(share, share[0])
    style = (
        {"linestyle": "--", "color": DARK}
        if speed == 0
        else {"color": colour, "marker": "o", "markersize": 4}
    )
    axes.plot(way, share, linewidth=1.8, label="無風" if speed == 0 else f"{speed:g} m/s", **style)


def _mark_elbow(axes: Any, count: np.ndarray, share: np.ndarray, row: int) -> None:
    """Point out the number of bases from which on more bring clearly less."""
    axes.plot(
        count[row],
        share[row],
        marker="o",
        markersize=13,
        color="none",
        markeredgecolor=DARK,
        markeredgewidth=1.5,
    )
    axes.annotate(
        f"{count[row]:.0f} 拠点で {share[row]:.0%}\nここから伸びが鈍る",
        (count[row], share[row]),
        xytext=(-10, 18),
        ha="right",
        textcoords="offset points",
        fontsize=SMALL,
        color=DARK,
    )
