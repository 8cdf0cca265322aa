"""In what is one municipality ahead of others like it, and in what behind, as a web?

A web is what people know and ask for. Its area means nothing (it changes with the order of the indicators), and beyond eight
spokes it is hard to read: the picture says both. `dxkit.charts._dots` shows the same without either fault.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from dxkit.charts._figure import (
    GREY,
    GROUP,
    ONE,
    SMALL,
    finish,
    font,
    numbers_of,
    opened,
    printable,
    raise_where,
    wrap,
)
from dxkit.errors import ChoiceError, Fault, TableError, shorten

# spokes beyond which positions are hard to tell
MOST_SPOKES = 8
# of fewer answers a quartile says nothing
LEAST_FOR_BAND = 4
# half-width letters in a line of what a spoke is called
WIDE = 24


def radar(
    table: pd.DataFrame,
    *,
    one: str,
    group: Sequence[str] | None = None,
    indicators: Sequence[str] | None = None,
    name: str = "name",
    low: float = 0.0,
    high: float = 100.0,
    unit: str = "",
    group_label: str = "比べる市町の中央値",
    missing: str = "データなし",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw one municipality's indicators as a web, over the median and the quartiles of others.

    The area within a line means nothing, and the picture says so; with more than eight indicators it names `dots`, which is
    easier to read.

    Parameters
    ----------
    table
        One row a municipality (the index, or a column ``code``), one column an indicator, all on one scale.
    one
        Its row: the code or index label.
    group
        The rows to compare with; by default all others.
    indicators
        Columns in order around the web, three or more; by default all columns of numbers.
    name
        The column with names, for the legend; the index label where there is none.
    low, high
        Centre and rim of the web.
    unit
        Of the numbers on the rings.
    group_label
        What the median is called.
    missing, made, title, source
        As for `heatmap`; where ``one`` lacks an indicator the line is open and the indicator says so.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ChoiceError
        If there is no such row or column, fewer than three indicators, or ``group`` is empty.
    TableError
        If a value is not a number between ``low`` and ``high``, or rows repeat.
    """
    keyed = table.set_index("code") if "code" in table.columns else table
    chosen = _indicators(keyed, indicators)
    others = [key for key in keyed.index if key != one] if group is None else list(group)
    _check_rows(keyed, one, others)
    values = numbers_of(keyed[chosen])
    outside = f"{low:g}〜{high:g}の外です"
    raise_where(
        (values < low) | (values > high), keyed[chosen], outside, "low= と high= を合わせてください"
    )
    own = values[keyed.index.get_indexer(pd.Index([one]))[0]]
    peers = values[keyed.index.get_indexer(pd.Index(others))]
    called = str(keyed[name].loc[one]) if name in keyed.columns else str(one)
    figure, axes = opened(8.0, 5.8, projection="polar")
    labels = [
        wrap(each, WIDE) + (f"\n（{missing}）" if np.isnan(value) else "")
        for each, value in zip(chosen, own, strict=True)
    ]
    _web(axes, labels, low, high, unit)
    _band(axes, peers)
    _ring(axes, _median(peers), color=GROUP, linestyle="--", marker="s", label=group_label)
    _ring(axes, own, color=ONE, linestyle="-", marker="o", label=called)
    figure.legend(loc="upper left", prop=font(SMALL), frameon=False)
    return finish(figure, title, source, made=made, note=_caution(len(chosen)))


def _indicators(table: pd.DataFrame, chosen: Sequence[str] | None) -> list[str]:
    numeric = [str(name) for name in table.columns if pd.api.types.is_numeric_dtype(table[name])]
    found = numeric if chosen is None else list(chosen)
    unknown = [name for name in found if name not in table.columns]
    if unknown:
        raise ChoiceError(
            f"「{shorten(unknown[0])}」という列はありません。使える列: {'、'.join(numeric)}"
        )
    if len(found) < 3:
        raise ChoiceError(
            f"指標が{len(found)}つしかありません。3つ以上の列を indicators= に書いてください。"
        )
    return found


def _check_rows(table: pd.DataFrame, one: str, others: Sequence[str]) -> None:
    unknown = [key for key in (one, *others) if key not in table.index]
    if unknown:
        offered = "、".join(str(key) for key in table.index[:5])
        raise ChoiceError(
            f"「{shorten(unknown[0])}」の行はありません。次のように書いてください: {offered}"
        )
    if not others:
        raise ChoiceError("比べる市町がありません。group= に1つ以上書いてください。")
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise TableError(
            [Fault("同じ行が2つ以上あります", "1市町1行にしてください", column="code", value=twice)]
        )


def _median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the median of each column over those that have a value; NaN where none has."""
    return np.array(
        [np.median(known) if (known := part[~np.isnan(part)]).size else np.nan for part in values.T]
    )


def _band(axes: Any, peers: NDArray[np.float64]) -> None:
    """Shade the quartiles of the others, where all around there are enough answers that are more than yes or no."""
    known = [part[~np.isnan(part)] for part in peers.T]
    if any(part.size < LEAST_FOR_BAND or np.unique(part).size <= 2 for part in known):
        return
    low, high = np.array([np.quantile(part, (0.25, 0.75)) for part in known]).T
    angles = np.append(_angles(low.size), 2 * np.pi)
    ends = [np.append(part, part[0]) for part in (low, high)]
    axes.fill_between(
        angles, *ends, color=GROUP, alpha=0.14, linewidth=0, label="その半数が入る幅（四分位）"
    )


def _caution(spokes: int) -> str:
    """Say what a web must not be read for."""
    said = "囲まれた面積に意味はありません（項目の並べ方で変わります）。"
    if spokes <= MOST_SPOKES:
        return said
    return (
        f"{said}項目が{MOST_SPOKES}を超えるので、点の図（charts.dots）のほうが読みやすくなります。"
    )


def _web(axes: Any, labels: Sequence[str], low: float, high: float, unit: str) -> None:
    """Draw the rings and spokes, clockwise from the top; what a spoke is called stands outside the rim."""
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_ylim(low, high)
    rings = np.linspace(low, high, 5)[1:]
    axes.set_yticks(
        rings,
        [printable(f"{ring:g}{unit}") for ring in rings],
        fontproperties=font(SMALL - 1),
        color=GREY,
    )
    axes.set_rlabel_position(180 / len(labels))
    axes.set_xticks(
        _angles(len(labels)), [printable(label) for label in labels], fontproperties=font(SMALL + 1)
    )
    for text, across in zip(axes.get_xticklabels(), np.sin(_angles(len(labels))), strict=True):
        text.set_horizontalalignment(
            "center" if abs(across) < 0.1 else "left" if across > 0 else "right"
        )


def _ring(axes: Any, values: NDArray[np.float64], **look: Any) -> None:
    """Draw one closed line, filled if it is whole and solid; it is open where a value is missing."""
    angles = _angles(values.size)
    axes.plot([*angles, angles[0]], [*values, values[0]], **look)
    if look["linestyle"] == "-" and not np.isnan(values).any():
        axes.fill(angles, values, color=look["color"], alpha=0.15)


def _angles(count: int) -> NDArray[np.float64]:
    return np.asarray(np.linspace(0, 2 * np.pi, count, endpoint=False), dtype=np.float64)
