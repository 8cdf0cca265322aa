"""Indicator by indicator, where does one municipality stand among others like it?

The honest alternative to a web: positions on one scale are read without error, nothing depends on the order of the
indicators, and there is no area that means nothing (Cleveland & McGill 1984).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Patch
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
    check_known,
    columns_of,
    explain,
    finish,
    font,
    mark,
    opened,
    printable,
    raise_where,
    wrap,
)
from dxkit.errors import ChoiceError

Names = Mapping[str, str] | pd.Series | None
WIDE = 40
# of fewer answers a quartile says nothing
LEAST_FOR_BAND = 4
# GROUP, dark enough to be read as small text
BROWN = "#9a4200"
YES, NO = "実施", "未実施"


@dataclass(frozen=True)
class Scale:
    """Ends of the scale, its unit, and what a missing value is called."""

    low: float
    high: float
    unit: str
    missing: str

    def told(self, value: float) -> str:
        """Write a value."""
        return self.missing if np.isnan(value) else f"{value:.3g}{self.unit}"


@dataclass(frozen=True)
class Row:
    """One line of the picture: own value, and peers' values that are known."""

    own: float
    others: NDArray[np.float64]
    yes_no: bool
    scale: Scale

    @property
    def middle(self) -> float:
        """Peers' median; for yes and no, the share that says yes, on the scale."""
        if not self.others.size:
            return float("nan")
        return float(self.others.mean()) if self.yes_no else float(np.median(self.others))

    @property
    def band(self) -> tuple[float, float] | None:
        """Peers' quartiles, where there are enough answers and they are numbers."""
        if self.yes_no or self.others.size < LEAST_FOR_BAND:
            return None
        low, high = np.quantile(self.others, (0.25, 0.75))
        return float(low), float(high)

    def say_own(self) -> str:
        """Write the own value."""
        if self.yes_no and not np.isnan(self.own):
            return YES if self.own > self.scale.low else NO
        return self.scale.told(self.own)

    def say_others(self) -> str:
        """Write the peers' median, or how many of them say yes."""
        if self.yes_no and self.others.size:
            return f"{self.others.size}市町中 {int((self.others > self.scale.low).sum())}"
        return self.scale.told(self.middle)


def dots(
    values: pd.DataFrame,
    *,
    one: str,
    group: Sequence[str] | None = None,
    indicators: Sequence[str] | None = None,
    labels: Names = None,
    yes_no: Sequence[str] = (),
    name: str = "name",
    low: float = 0.0,
    high: float = 100.0,
    unit: str = "",
    group_label: str = "比べる市町",
    missing: str = "回答なし",
    made: bool = False,
    title: str = "",
    source: str = "",
) -> Figure:
    """Draw one municipality's indicators as dots, over the median and the quartiles of others.

    Parameters
    ----------
    values
        One row a municipality (index or column ``code``), one column an indicator, all on one scale.
    one
        Its code.
    group
        Codes to compare with; by default all others.
    indicators
        Columns from the top down; by default all columns of numbers.
    labels
        Column → Japanese name.
    yes_no
        Columns that only hold ``low`` (no) and ``high`` (yes): a quartile of them says nothing, so the share of the others
        that say yes is drawn.
    name
        The column with names, for the legend.
    low, high, unit
        Ends of the scale, and its unit.
    group_label
        What the others are called.
    missing
        Written where there is no value; never a dot at 0.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ChoiceError
        If there is no such code or column, or nobody to compare with.
    TableError
        If a value is no number from ``low`` to ``high``, or codes repeat.
    """
    keyed = by_code(values)
    others = [key for key in keyed.index if key != one] if group is None else list(group)
    check_known((one, *others), keyed.index, "one=・group=")
    scale = Scale(low, high, unit, missing)
    numbers = _numbers(keyed, indicators, yes_no, scale)
    if not others or numbers.empty:
        raise ChoiceError(
            "比べる市町か指標がありません。group= と indicators= に1つ以上書いてください。"
        )
    rows = [_row(numbers[column], one, others, yes_no, scale) for column in numbers.columns]
    written = [printable(wrap(label, WIDE)) for label in called(numbers.columns, labels)]
    ends = np.cumsum([0.0, *(1.0 + 0.7 * label.count("\n") for label in written)])
    figure, axes = opened(7.6, 1.25 + 0.235 * float(ends[-1]))
    spots = (ends[:-1] + ends[1:]) / 2
    for spot, row in zip(spots, rows, strict=True):
        _line(axes, spot, row)
        _write_values(axes, spot, row)
    axes.set_yticks(spots, written, fontproperties=font(SMALL))
    axes.set_ylim(ends[-1], 0)
    _ticks(axes, scale)
    town = str(keyed[name].loc[one]) if name in keyed.columns else str(one)
    _legend(axes, rows, town, group_label)
    return finish(figure, title, source, made=made)


def _numbers(
    table: pd.DataFrame, indicators: Sequence[str] | None, yes_no: Sequence[str], scale: Scale
) -> pd.DataFrame:
    """Give the columns that are asked for, all within the scale."""
    numeric = [
        str(column) for column in table.columns if pd.api.types.is_numeric_dtype(table[column])
    ]
    columns = numeric if indicators is None else list(indicators)
    check_known((*columns, *yes_no), pd.Index(numeric), "indicators=・yes_no=")
    numbers = columns_of(table, columns)
    outside, remedy = f"{scale.low:g}〜{scale.high:g}の外です", "low= と high= を合わせてください"
    raise_where(
        ((numbers < scale.low) | (numbers > scale.high)).to_numpy(), numbers, outside, remedy
    )
    binary = numbers[[column for column in columns if column in yes_no]]
    between = ((binary > scale.low) & (binary < scale.high)).to_numpy()
    raise_where(between, binary, "有無ではありません", "yes_no= から外してください")
    return numbers


def _row(
    values: pd.Series, one: str, others: Sequence[str], yes_no: Sequence[str], scale: Scale
) -> Row:
    peers = values.loc[list(others)].dropna()
    return Row(float(values[one]), peers.to_numpy(dtype=float), values.name in yes_no, scale)


def _line(axes: Any, spot: float, row: Row) -> None:
    """Draw one indicator: a rail, the peers' band and tick, the own dot; nothing where nothing is known."""
    axes.hlines(spot, row.scale.low, row.scale.high, color=PALE, linewidth=0.8, zorder=0)
    if row.band is not None:
        axes.hlines(spot, *row.band, color=GROUP, linewidth=7, alpha=0.28, zorder=1)
    if row.yes_no:
        axes.plot(
            row.middle,
            spot,
            marker="D",
            markersize=5,
            color=GROUP,
            markerfacecolor="white",
            zorder=2,
        )
    else:
        axes.plot(
            row.middle, spot, marker="|", markersize=13, markeredgewidth=2.2, color=GROUP, zorder=2
        )
    axes.plot(
        row.own,
        spot,
        marker="o",
        markersize=7.5,
        color=ONE,
        markeredgecolor="white",
        markeredgewidth=0.8,
        zorder=3,
    )


def _ticks(axes: Any, scale: Scale) -> None:
    room = 0.02 * (scale.high - scale.low)
    axes.set_xlim(scale.low - room, scale.high + room)
    ticks = np.linspace(scale.low, scale.high, 5)
    axes.set_xticks(
        ticks,
        [printable(scale.told(tick)) for tick in ticks],
        fontproperties=font(SMALL - 1),
        color=DARK,
    )
    bare(axes)


def _write_values(axes: Any, spot: float, row: Row) -> None:
    """Write own and peers' value in two columns at the right."""
    look = {"transform": axes.get_yaxis_transform(), "fontsize": SMALL, "va": "center"}
    axes.text(1.02, spot, row.say_own(), color=GREY if np.isnan(row.own) else ONE, **look)
    axes.text(1.17, spot, row.say_others(), color=BROWN, **look)


def _legend(axes: Any, rows: Sequence[Row], town: str, group_label: str) -> None:
    """Explain the marks that are there."""
    handles: list[Artist] = [mark(town, marker="o", markersize=7)]
    if any(row.yes_no for row in rows):
        said = f"{group_label}のうち実施している割合"
        handles.append(mark(said, marker="D", markersize=5, markerfacecolor="white", color=GROUP))
    if any(not row.yes_no for row in rows):
        handles.append(
            mark(
                f"{group_label}の中央値",
                marker="|",
                markersize=11,
                markeredgewidth=2.2,
                color=GROUP,
            )
        )
    if any(row.band for row in rows):
        handles.append(
            Patch(color=GROUP, alpha=0.28, linewidth=0, label="その半数が入る幅（四分位）")
        )
    explain(axes, handles, columns=2, right=1.3)
