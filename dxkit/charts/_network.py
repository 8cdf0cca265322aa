"""Who has what in common with whom?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from dxkit._arrays import FloatArray
from dxkit._checks import require_unique_rows
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._legend import add_legend_above, legend_mark
from dxkit.charts._style import DARK_GREY, GREY, LABEL_PT
from dxkit.charts._tables import (
    Names,
    TableOrResult,
    name_keys,
    read_number_columns,
    require_columns_if_any,
    require_places,
    take_series,
    take_table,
)
from dxkit.schema import is_made

# Okabe and Ito's colours but for black and yellow, which is too pale for a line
LINE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
# room between two groups on the circle, in names
GROUP_GAP = 0.7
# how far a line is drawn towards the middle: 0 straight, 1 through it
PULL = 0.75
# distance of names and of groups' names from the centre; the circle's radius is 1
NAME_RADIUS = 1.03
GROUP_RADIUS = 1.42
FRAME = (-1.55, 1.55)
NOTE = "線は共有するものがある組。灰色の名前には、線が1本もありません。"


def network(
    pairs: TableOrResult,
    *,
    groups: pd.Series,
    names: Names = None,
    colour_by: str = "shared",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw who shares something with whom: names on a circle, and a line for each pair.

    Parameters
    ----------
    pairs
        One row a pair: ``code, other``, ``weight`` (the line's width; by default alike) and the
        column that colours it; or the result of `dxkit.support.network.ties`.
    groups
        Code → group (for example ``area``): neighbours on the circle, in the order of their first
        code; who has no pair stands there too.
    names
        Code → name.
    colour_by
        The column whose values give lines their colour: the six most frequent ones, the others
        grey.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing, or a pair names a code without a group.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> pairs = pd.DataFrame({"code": ["a"], "other": ["b"], "shared": ["観光"]})
    >>> figure = charts.network(pairs, groups=pd.Series({"a": "但馬", "b": "但馬", "c": "淡路"}))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['a', 'b', 'c', '但馬', '淡路']
    """
    links = take_table(pairs)
    require_columns_if_any(links, ("code", "other", colour_by), "組")
    groups = take_series(groups, "groups")
    # one code stands at one place of the circle
    require_unique_rows(pd.DataFrame({"code": groups.index}), ["code"], "groups")
    angles = _place_on_circle(groups)
    require_places([*links["code"], *links["other"]], angles)
    canvas = open_canvas(ax, 8.4, 9.0)
    axes = canvas.axes
    # equal scales, or the circle would be an ellipse
    axes.set(xlim=FRAME, ylim=FRAME, aspect="equal")
    axes.axis("off")
    kinds = links[colour_by].astype(str)
    colours = dict(zip(kinds.value_counts().index, LINE_COLOURS, strict=False))
    ends = zip(links["code"], links["other"], kinds, _line_widths(links), strict=True)
    for start, end, kind, width in ends:
        colour = colours.get(kind, GREY)
        axes.add_patch(_make_line(_point_at(angles[start]), _point_at(angles[end]), colour, width))
    _write_names(axes, angles, names, {*links["code"], *links["other"]})
    _write_group_names(axes, groups, angles)
    _explain_colours(axes, colours, has_others=kinds.nunique() > len(colours))
    # the groups only arrange the names: invented ones are marked, their source is not printed
    is_invented = made or is_made(groups)
    return finish_chart(canvas, [pairs], title=title, source=source, made=is_invented, note=NOTE)


def _place_on_circle(groups: pd.Series) -> dict[Any, float]:
    """Compute each code's angle: groups together, apart from each other, clockwise from the top."""
    group_order = {group: index for index, group in enumerate(groups.sort_index().unique())}
    codes = sorted(groups.index, key=lambda code: (group_order[groups[code]], code))
    # the first code follows the last one round the circle
    steps = [
        1.0 + GROUP_GAP * (groups[code] != groups[before])
        for before, code in zip(codes[-1:] + codes[:-1], codes, strict=True)
    ]
    angles = np.pi / 2 - 2 * np.pi * np.cumsum(steps) / sum(steps)
    return dict(zip(codes, angles.tolist(), strict=True))


def _point_at(angle: float, radius: float = 1.0) -> FloatArray:
    return radius * np.array([np.cos(angle), np.sin(angle)])


def _line_widths(links: pd.DataFrame) -> list[float]:
    """Compute the width of each line in points: by its weight, or all alike."""
    weight = np.ones(len(links))
    if "weight" in links.columns:
        weight = read_number_columns(links, ["weight"], "組")["weight"].to_numpy()
    widths: list[float] = (0.6 + 1.8 * weight / max(weight.max(initial=0.0), 1e-9)).tolist()
    return widths


def _make_line(start: FloatArray, end: FloatArray, colour: str, width: float) -> PathPatch:
    """Make a line that bends towards the middle of the circle, so that lines can be told apart."""
    middle = (1 - PULL) * (start + end) / 2
    path = Path(np.vstack([start, middle, end]), [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    return PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width, alpha=0.55)


def _write_names(
    axes: Any, angles: Mapping[Any, float], names: Names, linked_codes: set[Any]
) -> None:
    """Write names outwards round the circle, grey where no line ends."""
    for (code, angle), label in zip(angles.items(), name_keys(angles, names), strict=True):
        x, y = _point_at(angle, NAME_RADIUS)
        # on the left half a name is turned round, or it would stand on its head
        is_left = x < 0
        axes.text(
            x,
            y,
            label,
            rotation=np.degrees(angle) + (180 if is_left else 0),
            rotation_mode="anchor",
            ha="right" if is_left else "left",
            va="center",
            fontsize=LABEL_PT,
            color="black" if code in linked_codes else GREY,
        )


def _write_group_names(axes: Any, groups: pd.Series, angles: Mapping[Any, float]) -> None:
    """Write each group's name outside the middle of its members."""
    box = {"boxstyle": "round,pad=0.25", "facecolor": "#eeeeea", "edgecolor": "none"}
    look = {"ha": "center", "va": "center", "fontsize": LABEL_PT, "color": DARK_GREY}
    for group, members in pd.Series(angles).groupby(groups.reindex(list(angles)), sort=False):
        middle = float(np.angle(np.exp(1j * members.to_numpy()).mean()))
        axes.text(*_point_at(middle, GROUP_RADIUS), str(group), bbox=box, **look)


def _explain_colours(axes: Any, colours: Mapping[str, str], *, has_others: bool) -> None:
    line = {"linestyle": "-", "linewidth": 2}
    handles = [legend_mark(kind, color=colour, **line) for kind, colour in colours.items()]
    if has_others:
        handles.append(legend_mark("その他", color=GREY, **line))
    add_legend_above(axes, handles, columns=2)
