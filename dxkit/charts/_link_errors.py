"""By which kinds of error are links missed, and how much less with another method?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dxkit.charts._figure import (
    GROUP,
    ONE,
    PALE,
    SMALL,
    bare,
    finish,
    font,
    mark,
    opened,
    printable,
)
from dxkit.errors import ChoiceError, Fault, TableError, shorten

LOOKS = ((GROUP, "o"), (ONE, "s"), ("#009e73", "^"))
ROW = 0.34


def link_errors(
    table: pd.DataFrame, *, by: str = "", made: bool = False, title: str = "", source: str = ""
) -> Figure:
    """Draw the share of links missed for every kind of error.

    Parameters
    ----------
    table
        One row a kind of error (and method): ``field, kind, pairs, missed``; the answer of ``linkage.missed_by_kind``, or
        several of them below each other with a column that tells them apart.
    by
        The column that tells methods apart; three at most.
    made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure
        A row a kind, in groups by field; how many pairs are of the kind stands behind its name.

    Raises
    ------
    TableError
        If columns are missing, or the table is empty or holds numbers that cannot be.
    ChoiceError
        If there are more than three methods.
    """
    _check(table, ("field", "kind", "pairs", "missed", *([by] if by else [])))
    methods = list(dict.fromkeys(table[by])) if by else [""]
    if len(methods) > len(LOOKS):
        raise ChoiceError(
            f"方法は{len(LOOKS)}つまでです（いまは{len(methods)}）。表を絞り込んでください。"
        )
    rows = table.drop_duplicates(["field", "kind"]).reset_index(drop=True)
    places = _places(rows)
    figure, axes = opened(8.0, 1.4 + ROW * (max(places) + 1))
    for method, (colour, marker) in zip(methods, LOOKS, strict=False):
        part = (table[table[by] == method] if by else table).set_index(["field", "kind"])
        shares = (100 * part["missed"] / part["pairs"]).reindex(
            pd.MultiIndex.from_frame(rows[["field", "kind"]])
        )
        axes.plot(
            shares.to_numpy(),
            places,
            marker=marker,
            color=colour,
            linestyle="",
            markersize=7,
            zorder=3,
        )
    _axes(axes, rows, places)
    if by:
        handles = [
            mark(str(method), color=look[0], marker=look[1])
            for method, look in zip(methods, LOOKS, strict=False)
        ]
        axes.legend(
            handles=handles,
            loc="lower center",
            bbox_to_anchor=(0.4, 1.0),
            ncols=3,
            prop=font(SMALL),
            frameon=False,
        )
    note = "1組は項目ごとに1回ずつ数えます。括弧内はその種類の（正しい）組の数です。"
    return finish(figure, title, source, made=made, note=note)


def _places(rows: pd.DataFrame) -> list[float]:
    """Give each kind its height; a gap and a heading before every field."""
    new = (rows["field"] != rows["field"].shift()).to_numpy()
    places: list[float] = (np.arange(len(rows)) + 1.0 * np.cumsum(new)).tolist()
    return places


def _axes(axes: Any, rows: pd.DataFrame, places: list[float]) -> None:
    labels = [
        f"{kind}（{pairs:,}）" for kind, pairs in zip(rows["kind"], rows["pairs"], strict=True)
    ]
    first = ~rows["field"].duplicated().to_numpy()
    heads = [
        (place - 1, str(field))
        for place, field, new in zip(places, rows["field"], first, strict=True)
        if new
    ]
    ticks = [*places, *(place for place, _ in heads)]
    axes.set_yticks(
        ticks, [printable(text) for text in (*labels, *(f"【{head}】" for _, head in heads))]
    )
    axes.hlines(places, 0, 100, color=PALE, linewidth=0.8, zorder=1)
    axes.set_ylim(max(places) + 0.7, -0.7)
    axes.set_xlim(-2, 102)
    axes.set_xlabel("見落とした割合［％］")
    axes.tick_params(axis="y", length=0)
    bare(axes, keep=("bottom",))


def _check(table: pd.DataFrame, needed: tuple[str, ...]) -> None:
    faults = [
        Fault(
            "列がありません", "linkage.missed_by_kind の答えを渡してください", column=shorten(name)
        )
        for name in needed
        if name not in table
    ]
    if not faults and table.empty:
        faults.append(Fault("表に行がありません", "絞り込みの条件を確かめてください"))
    if not faults:
        wrong = ~(
            (table["pairs"] > 0) & (table["missed"] >= 0) & (table["missed"] <= table["pairs"])
        )
        remedy = "見落とし（missed）は0以上、組の数（pairs）以下にしてください"
        faults += [
            Fault("数が合いません", remedy, column="missed", value=value)
            for value in table.loc[wrong, "missed"]
        ]
    if faults:
        raise TableError(faults)
