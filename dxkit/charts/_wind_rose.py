"""How much of the drones' coverage does the wind take, by direction and speed?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit.charts._canvas import POLAR, finish_chart, open_canvas
from dxkit.charts._font import font_of_size
from dxkit.charts._style import DARK_GREY, GREY, LABEL_PT, PALE_GREY
from dxkit.charts._tables import TableOrResult, read_number_columns, take_table
from dxkit.errors import Fault, TableError

# light to dark: stronger wind, darker line
SPEED_COLOURS = ("#8cc6ea", "#3a8cc4", "#00588f", "#0a2a4a", "#000000")
COMPASS = ("北", "北東", "東", "南東", "南", "南西", "西", "北西")
# points of a circle that looks round
CIRCLE_POINTS = 73


def wind_rose(
    table: TableOrResult,
    *,
    label: str = "届く人の割合",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw how much of the coverage is left for each direction and speed of the wind.

    Parameters
    ----------
    table
        One row a wind: ``wind_ms, wind_from_deg`` (where it comes from), ``share``; rows whose
        ``kind`` is not ``wind`` are left out: `dxkit.drones.robustness`.
    label
        What is measured.
    ax
        Polar axes to draw into, made by ``figure.add_subplot(projection="polar")``; by default a
        new figure is made.
    made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If no row is a wind, or a column is missing or holds what is no number.
    ChoiceError
        If ``ax`` is not polar.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> winds = pd.DataFrame({"wind_ms": 5.0, "wind_from_deg": [0.0, 180.0], "share": [0.9, 0.7]})
    >>> [line.get_label() for line in charts.wind_rose(winds).axes[0].lines]
    ['5 m/s']
    """
    whole_table = take_table(table)
    # a table of robustness also holds rows of closed bases
    has_kinds = "kind" in whole_table.columns
    winds = whole_table[whole_table["kind"] == "wind"] if has_kinds else whole_table
    if winds.empty:
        remedy = "robustness に drone を渡して作った表にしてください"
        raise TableError([Fault("風の行がありません", remedy, column="kind")])
    numbers = read_number_columns(winds, ["wind_ms", "wind_from_deg", "share"], "風")
    canvas = open_canvas(ax, 7.0, 6.0, projection=POLAR)
    axes = canvas.axes
    # as on a compass: north on top, clockwise
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    for index, speed in enumerate(sorted(numbers["wind_ms"].unique())):
        rows = numbers[numbers["wind_ms"] == speed].sort_values("wind_from_deg")
        colour = SPEED_COLOURS[min(index, len(SPEED_COLOURS) - 1)]
        _draw_speed(axes, rows, speed, colour)
    axes.set_ylim(0, max(0.05, float(numbers["share"].max()) * 1.05))
    _label_rose(axes, label)
    return finish_chart(canvas, [table], title=title, source=source, made=made)


def _draw_speed(axes: Any, rows: pd.DataFrame, speed: float, colour: str) -> None:
    """Draw one wind speed as a closed line; calm air, which has no direction, as a circle."""
    angles = np.radians(rows["wind_from_deg"].to_numpy())
    shares = rows["share"].to_numpy()
    if len(rows) == 1:
        angles = np.linspace(0, 2 * np.pi, CIRCLE_POINTS)
        shares = np.full(CIRCLE_POINTS, shares[0])
    else:
        angles = np.append(angles, angles[0] + 2 * np.pi)
        shares = np.append(shares, shares[0])
    look: dict[str, Any] = {"color": colour, "marker": "o", "markersize": 4}
    if speed == 0:
        look = {"color": DARK_GREY, "linestyle": "--"}
    name = "無風" if speed == 0 else f"{speed:g} m/s"
    axes.plot(angles, shares, linewidth=1.8, label=name, **look)


def _label_rose(axes: Any, label: str) -> None:
    axes.set_xticks(np.radians(np.arange(0, 360, 45)), COMPASS)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_rlabel_position(22)
    axes.grid(color=PALE_GREY)
    axes.spines["polar"].set_color(GREY)
    axes.set_xlabel(f"中心からの長さ: {label}　向き: 風が吹いてくる方角", fontsize=LABEL_PT)
    # round axes have no free corner: the legend stands beside them
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.08, 1.0),
        prop=font_of_size(LABEL_PT),
        frameon=False,
        title="風速",
        title_fontproperties=font_of_size(LABEL_PT),
    )
