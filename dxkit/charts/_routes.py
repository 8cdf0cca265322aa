"""By which way does each day of visits go?"""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._arrays import FloatArray
from dxkit._checks import read_numbers
from dxkit._keywords import accepts_old_keywords
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._network import LINE_COLOURS
from dxkit.charts._style import DARK_GREY, LABEL_PT, PALE_GREY
from dxkit.charts._tables import (
    TableOrResult,
    index_by_code,
    read_number_columns,
    require_columns_if_any,
    require_places,
    take_table,
)
from dxkit.errors import Fault, TableError
from dxkit.loaders import load

LAND_COLOUR = "#f6f6f2"
NOTE = "■は出発地、丸の数字は何日目か。線は直線で結んだもので、実際の道ではありません"


@accepts_old_keywords(towns="municipalities")
def routes(
    visits: TableOrResult,
    places: pd.DataFrame,
    *,
    start: tuple[float, float],
    municipalities: gpd.GeoDataFrame | None = None,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw each day's way from the start over its visits and back, numbered at its farthest stop.

    Parameters
    ----------
    visits
        One row a visit: ``day, order, code``; or the result of `dxkit.support.liaison.rounds`.
    places
        One row a municipality: ``code, lat, lon`` (or ``office_lat, office_lon``).
    start
        Latitude and longitude.
    municipalities
        Areas to draw below.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or a visit leads to an unknown place.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts, load
    >>> visits = pd.DataFrame({"day": [1, 2], "order": [1, 1], "code": ["28205", "28209"]})
    >>> figure = charts.routes(visits, load("municipalities"), start=(34.69, 135.18))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1', '2']
    """
    stops = take_table(visits)
    require_columns_if_any(stops, ("day", "order", "code"), "訪問")
    # a place in the order of a day is a number
    stops = stops.assign(order=read_numbers(stops, "order", "訪問")) if len(stops) else stops
    keyed = index_by_code(take_table(places), "places")
    # liaisons visit the town hall, not the middle of the area
    columns = ["office_lat", "office_lon"] if "office_lat" in keyed.columns else ["lat", "lon"]
    coordinates = read_number_columns(keyed, columns, "places")
    require_places(stops["code"], dict.fromkeys(coordinates.index))
    canvas = open_canvas(ax, 8.4, 9.6)
    axes = canvas.axes
    # areas first, so that ways lie on them
    if municipalities is not None:
        _require_shapes(municipalities)
        look = {"facecolor": LAND_COLOUR, "edgecolor": PALE_GREY, "linewidth": 0.6}
        municipalities.plot(ax=axes, **look)
    for index, (day, tour) in enumerate(stops.sort_values("order").groupby("day", sort=True)):
        colour = LINE_COLOURS[index % len(LINE_COLOURS)]
        _draw_tour(axes, str(day), coordinates.loc[tour["code"]].to_numpy(), start, colour)
    axes.plot(start[1], start[0], marker="s", markersize=9, color=DARK_GREY, zorder=4)
    # a degree of longitude is shorter than one of latitude
    axes.set_aspect(1 / np.cos(np.radians(start[0])))
    axes.axis("off")
    data = [visits, places, municipalities]
    return finish_chart(
        canvas, data, title=title, source=source, made=made, note=_write_note(stops["code"])
    )


def _require_shapes(municipalities: object) -> None:
    """Refuse areas without shapes: there is nothing to draw below the ways."""
    is_geographic = (
        isinstance(municipalities, gpd.GeoDataFrame) and municipalities.columns.nlevels == 1
    )
    shapes = getattr(municipalities, "geometry", None) if is_geographic else None
    if not isinstance(shapes, gpd.GeoSeries) or bool(shapes.isna().all()):
        remedy = 'load("boundaries") のような、形のある表（GeoDataFrame）を渡してください'
        raise TableError([Fault("municipalities に形がありません", remedy, value=municipalities)])


def _draw_tour(
    axes: Any, day: str, stops: FloatArray, start: tuple[float, float], colour: str
) -> None:
    """Draw one day's way, with its number at the stop farthest from the start."""
    # out from the start and back to it
    way = np.vstack([start, stops, start])
    latitude, longitude = way.T
    line = {"linewidth": 1.6, "marker": "o", "markersize": 3.5}
    axes.plot(longitude, latitude, color=colour, zorder=2, **line)
    # the tours of different days are farthest from each other there
    farthest = stops[np.abs(stops - np.asarray(start)).sum(axis=1).argmax()]
    axes.text(
        farthest[1],
        farthest[0],
        day,
        color="white",
        fontsize=LABEL_PT,
        ha="center",
        va="center",
        bbox={"boxstyle": "circle,pad=0.2", "facecolor": colour, "edgecolor": "white"},
        zorder=3,
    )


def _write_note(codes: pd.Series) -> str:
    """Write what the picture leaves out; a bridge is named where a stop lies beyond it."""
    bridges = load("bridges", None)
    over = [
        str(row.via) for row in bridges.itertuples() if set(codes) & set(str(row.beyond).split())
    ]
    return NOTE + (f"（橋の先へは{'・'.join(over)}を渡ります）" if over else "") + "。"
