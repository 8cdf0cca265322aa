"""Who has what in common with whom, and by which way does each day of visits go?"""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
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
    mark,
    opened,
)
from dxkit.errors import Fault, TableError, shorten

Floats = NDArray[np.float64]
Names = Mapping[str, str] | pd.Series | None
# Okabe and Ito's colours but for black and yellow, which is too pale for a line
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
# room between two groups on the circle, in names
GAP = 0.7
# how far a line is drawn towards the middle: 0 straight, 1 through it
PULL = 0.75
OTHERS = "その他"


def reunions(
    table: pd.DataFrame, *, made: bool = False, title: str = "", source: str = ""
) -> Figure:
    """Draw plans of several meetings: pairs that meet again against the distance inside groups.

    Parameters
    ----------
    table
        One row a plan: ``repeats, quality, penalty`` (blank for the plan that avoids meeting again) and ``bound``:
        `dxkit.groups.tradeoff`.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or holds what is no number.
    """
    found = columns_of(table, ["repeats", "quality"]).assign(
        penalty=table["penalty"].to_numpy(dtype=float)
    )
    alone = found["penalty"].notna().to_numpy()
    figure, axes = opened(7.4, 4.6)
    steps, plan = found[alone].sort_values("repeats"), found[~alone]
    axes.plot(
        steps["repeats"],
        steps["quality"],
        color=GROUP,
        marker="o",
        linewidth=1.5,
        label="1回ずつ組む（再会の重さを変えて）",
    )
    axes.plot(
        plan["repeats"],
        plan["quality"],
        color=ONE,
        marker="D",
        markersize=9,
        linestyle="",
        label="全回をまとめて組む",
    )
    axes.axhline(1.0, color=PALE, linewidth=1.5)
    axes.annotate(
        "偶然に集まったとき", (found["repeats"].max(), 1.0), ha="right", va="bottom", fontsize=SMALL
    )
    axes.set_ylim(0, max(1.15, float(found["quality"].max()) * 1.1))
    axes.set_xlabel("もう一度会う組み合わせの数（少ないほど新しい相手に会える）", fontsize=SMALL)
    axes.set_ylabel("組の中の距離（小さいほど似た者どうし）", fontsize=SMALL)
    bare(axes, keep=("bottom", "left"))
    explain(axes, axes.get_legend_handles_labels()[0], columns=2)
    return finish(figure, title, source, made=made)


def network(
    pairs: pd.DataFrame,
    *,
    groups: pd.Series,
    names: Names = None,
    colour_by: str = "shared",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw who shares something with whom: names on a circle, group by group, and a line for each pair.

    Parameters
    ----------
    pairs
        One row a pair: ``code, other``, ``weight`` (the line's width; by default alike) and the column that colours it.
    groups
        Code → group (for example ``area``): neighbours on the circle, in the order of their first code; who has no pair stands
        there too.
    names
        Code → name.
    colour_by
        The column whose values give lines their colour: the six most frequent ones, the others grey.
    made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing, or a pair names a code without a group.
    """
    _check(pairs, ("code", "other", colour_by))
    places, turns = _circle(groups)
    _known(pairs, places)
    figure, axes = opened(8.4, 9.0)
    axes.set(xlim=(-1.55, 1.55), ylim=(-1.55, 1.55), aspect="equal")
    axes.axis("off")
    kinds = pairs[colour_by].astype(str)
    looks = dict(zip(kinds.value_counts().index, COLOURS, strict=False))
    weight = (
        columns_of(pairs, ["weight"])["weight"].to_numpy()
        if "weight" in pairs.columns
        else np.ones(len(pairs))
    )
    width = 0.6 + 1.8 * weight / max(weight.max(initial=0.0), 1e-9)
    for one, two, kind, wide in zip(pairs["code"], pairs["other"], kinds, width, strict=True):
        axes.add_patch(_line(places[one], places[two], looks.get(kind, GREY), float(wide)))
    tied = {*pairs["code"], *pairs["other"]}
    _names(axes, places, turns, names, tied)
    _group_names(axes, groups, turns)
    handles = [
        mark(kind, color=colour, linestyle="-", linewidth=2) for kind, colour in looks.items()
    ]
    handles += (
        [mark(OTHERS, color=GREY, linestyle="-", linewidth=2)]
        if len(set(kinds)) > len(looks)
        else []
    )
    explain(axes, handles, columns=2)
    return finish(
        figure,
        title,
        source,
        made=made,
        note="線は共有するものがある組。灰色の名前には、線が1本もありません。",
    )


def routes(
    visits: pd.DataFrame,
    places: pd.DataFrame,
    *,
    start: tuple[float, float],
    towns: gpd.GeoDataFrame | None = None,
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw each day's way from the start over its visits and back, the day's number at its farthest stop.

    Parameters
    ----------
    visits
        One row a visit: ``day, order, code``.
    places
        One row a municipality: ``code, lat, lon`` (or ``office_lat, office_lon``), ``name`` where known.
    start
        Latitude and longitude.
    towns
        Areas to draw below.
    made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or a visit leads to an unknown place.
    """
    _check(visits, ("day", "order", "code"))
    keyed = by_code(places)
    columns = ["office_lat", "office_lon"] if "office_lat" in keyed.columns else ["lat", "lon"]
    where = columns_of(keyed, columns)
    _known(visits.assign(other=visits["code"]), dict.fromkeys(where.index))
    figure, axes = opened(8.4, 9.6)
    if towns is not None:
        towns.plot(ax=axes, facecolor="#f6f6f2", edgecolor=PALE, linewidth=0.6)
    for number, (day, tour) in enumerate(visits.sort_values("order").groupby("day", sort=True)):
        stops = where.loc[tour["code"]].to_numpy()
        way = np.vstack([start, stops, start])
        colour = COLOURS[number % len(COLOURS)]
        axes.plot(
            way[:, 1], way[:, 0], color=colour, linewidth=1.6, marker="o", markersize=3.5, zorder=2
        )
        far = stops[np.abs(stops - np.asarray(start)).sum(axis=1).argmax()]
        look = {"boxstyle": "circle,pad=0.2", "facecolor": colour, "edgecolor": "white"}
        axes.text(
            far[1],
            far[0],
            str(day),
            color="white",
            fontsize=SMALL,
            ha="center",
            va="center",
            bbox=look,
            zorder=3,
        )
    axes.plot(start[1], start[0], marker="s", markersize=9, color=DARK, zorder=4)
    axes.set_aspect(1 / np.cos(np.radians(start[0])))
    axes.axis("off")
    note = "■は出発地、丸の数字は何日目か。線は直線で結んだもので、実際の道ではありません（淡路へは橋を渡ります）。"
    return finish(figure, title, source, made=made, note=note)


def _check(table: pd.DataFrame, needed: tuple[str, ...]) -> None:
    offered = shorten("、".join(map(str, table.columns)))
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise TableError(
            Fault("列がありません", f"今ある列: {offered}", column=name) for name in missing
        )


def _known(pairs: pd.DataFrame, places: Mapping[str, object]) -> None:
    unknown = [code for column in ("code", "other") for code in pairs[column] if code not in places]
    if unknown:
        raise TableError(
            Fault("場所のない市町です", "団体コードを確かめてください", column="code", value=code)
            for code in dict.fromkeys(unknown)
        )


def _circle(groups: pd.Series) -> tuple[dict[str, Floats], dict[str, float]]:
    """Give each code a place on the circle, groups together and apart from each other, and its angle."""
    first = groups.sort_index().drop_duplicates()
    order = {group: number for number, group in enumerate(first)}
    codes = sorted(groups.index, key=lambda code: (order[groups[code]], code))
    steps = [
        1.0 + GAP * (groups[code] != groups[before])
        for before, code in zip(codes[-1:] + codes[:-1], codes, strict=True)
    ]
    angles = np.pi / 2 - 2 * np.pi * np.cumsum(steps) / sum(steps)
    turns = dict(zip(codes, angles.tolist(), strict=True))
    return {code: np.array([np.cos(turn), np.sin(turn)]) for code, turn in turns.items()}, turns


def _line(one: Floats, two: Floats, colour: str, width: float) -> PathPatch:
    middle = (1 - PULL) * (one + two) / 2
    path = Path(np.vstack([one, middle, two]), [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    return PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width, alpha=0.55)


def _names(
    axes: Any,
    places: Mapping[str, Floats],
    turns: Mapping[str, float],
    names: Names,
    tied: set[str],
) -> None:
    for code, label in zip(places, called(places, names), strict=True):
        x, y = 1.03 * places[code]
        left = x < 0
        turn = np.degrees(turns[code]) + (180 if left else 0)
        axes.text(x, y, label, rotation=turn, rotation_mode="anchor", ha="right" if left else "left", va="center", fontsize=SMALL,
                  color="black" if code in tied else GREY)  # fmt: skip


def _group_names(axes: Any, groups: pd.Series, turns: Mapping[str, float]) -> None:
    for group, inside in pd.Series(turns).groupby(groups.reindex(list(turns)), sort=False):
        middle = float(np.angle(np.exp(1j * inside.to_numpy()).mean()))
        axes.text(1.42 * np.cos(middle), 1.42 * np.sin(middle), str(group), ha="center", va="center", fontsize=SMALL, color=DARK,
                  bbox={"boxstyle": "round,pad=0.25", "facecolor": "#eeeeea", "edgecolor": "none"})  # fmt: skip
