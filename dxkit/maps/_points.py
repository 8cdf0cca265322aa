"""How does a table of places become a map of circles?"""

from collections.abc import Sequence
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.loaders import load
from dxkit.maps._classes import Classes
from dxkit.maps._colours import Colours
from dxkit.maps._column_styles import BACKGROUND, DrawnColumn, classify_column, make_notes
from dxkit.maps._inputs import (
    Columns,
    check_rows,
    has_numbers,
    read_names,
    require_column,
    to_finite_numbers,
)
from dxkit.maps._layers import PointLayer, Spec, make_background
from dxkit.maps._legend import Legend, LegendEntry, format_number, scale_radii
from dxkit.maps._map import Map
from dxkit.maps._provenance import read_background_source, read_caption, read_origin
from dxkit.maps._shape_inputs import check_shapes, read_positions
from dxkit.regions import locate
from dxkit.schema import replace_surrogates

# Leaflet path options of the circles
POINT: Spec = {"color": "#333333", "weight": 1, "fillOpacity": 0.85}
SINGLE_COLOUR = "#0072b2"
MISSING_COLOUR = "#ffffff"
RADIUS_PX = 5.0
# above a thousand places the circles are smaller
CROWD = 1000
CROWD_RADIUS_PX = 3.0
LEGEND_RADIUS_PX = 6.0
# of the land below the places, which no value is read from: some 200 m
SIMPLIFIED_DEG = 0.002
# of the largest value: which sizes the legend shows
LEGEND_SIZES = (1, 0.25)


def points(
    table: pd.DataFrame,
    *,
    lat: str = "lat",
    lon: str = "lon",
    name: str = "name",
    colour_by: str | None = None,
    size: str | None = None,
    label: str | None = None,
    unit: str = "",
    size_label: str | None = None,
    size_unit: str = "",
    bins: int | Sequence[float] = 5,
    scheme: str = "quantile",
    colours: Colours | None = None,
    missing: str = "データなし",
    made: bool = False,
    title: str = "",
    tooltip: Columns = (),
    background: gpd.GeoDataFrame | Literal[False] | None = None,
    source: str | None = None,
    offline: bool = True,
    height: int = 480,
) -> Map:
    """Draw places as circles; thousands of them are no burden.

    Parameters
    ----------
    table
        One row a place: columns of latitude and longitude in degrees, or a GeoDataFrame of points.
    lat, lon, name
        Its columns.
    colour_by
        A column to colour by, as `choropleth` does with ``bins``, ``scheme``, ``colours``,
        ``missing``.
    size
        A column of numbers of at least 0; the circle's area grows with them.
    label, unit, size_label, size_unit
        What the legend and the tooltip call the two columns, and their units.
    background
        Areas to draw in grey below; by default the municipalities of the prefecture in which the
        work is done, if `dxkit.regions.locate` finds any place in one of them; the line below the
        map then names their source, too. False draws none.
    made, title, tooltip, source, offline, height
        As for `choropleth`.

    Returns
    -------
    Map

    Raises
    ------
    TableError
        If the table is empty, a place has no position, or a size is negative or not finite.
    ChoiceError
        If there is no such column, scheme or colour.

    Examples
    --------
    >>> import dxkit
    >>> stations = dxkit.load("stations")
    >>> points(stations, title="兵庫県の駅")
    <地図「兵庫県の駅」 図形424>
    """
    check_rows(table)
    unit = read_caption(unit)
    missing = read_caption(missing)
    names = read_names(table, name)
    latitudes, longitudes = read_positions(table, lat, lon, names)
    classes = _classify_points(table, names, colour_by, bins=bins, scheme=scheme, colours=colours)
    sizes = None if size is None else _read_sizes(table, size, names)
    drawing = Map(
        title=title,
        offline=offline,
        height=height,
        **read_origin(table, source=source, made=made),
    )
    _put_background(drawing, background, latitudes, longitudes)
    # a heading is the caller's word, or else the column's name
    colour_heading = label or colour_by
    size_heading = size_label or size
    drawn_columns: list[DrawnColumn] = []
    if colour_by is not None:
        drawn_columns.append((colour_heading or "", table[colour_by], unit))
        drawing.legends.append(_make_colour_legend(classes, colour_heading or "", unit, missing))
    if size is not None:
        drawn_columns.append((size_heading or "", table[size], size_unit))
    # without any size above 0 there is no circle to compare with
    if sizes is not None and np.nanmax(sizes, initial=0.0) > 0:
        drawing.legends.append(_make_size_legend(sizes, size_heading or "", size_unit))
    styles = [POINT | {"fillColor": shade} for shade in (*classes.colours, MISSING_COLOUR)]
    layer = PointLayer(
        latitudes,
        longitudes,
        radius=_choose_radii(sizes, len(table)),
        styles=styles,
        # -1, a missing value, becomes the position of the last style
        style_of=classes.positions % len(styles),
        notes=make_notes(table, names, drawn_columns, tooltip, missing),
        name=colour_heading or size_heading or title or "地点",
    )
    drawing.add_child(layer)
    return drawing


def _put_background(
    drawing: Map,
    background: gpd.GeoDataFrame | Literal[False] | None,
    lat: FloatArray,
    lon: FloatArray,
) -> None:
    """Put the asked-for areas on a map, or else the land where there is some, with its source."""
    if background is False:
        return
    areas = background
    if areas is None:
        areas = _find_land(lat, lon)
        if areas is None:
            return
        drawing.background_source = read_background_source(areas)
    drawing.add_child(make_background(check_shapes(areas, "background"), BACKGROUND))


def _find_land(lat: FloatArray, lon: FloatArray) -> gpd.GeoDataFrame | None:
    """Find the prefecture's municipalities, in fewer points; None where no place is in them."""
    # places across the prefecture's border, however near, lie on land that is not drawn
    if locate(pd.DataFrame({"lat": lat, "lon": lon}))["code"].isna().all():
        return None
    shapes = gpd.GeoDataFrame(load("boundaries"))
    # neighbours keep a common border, so that no gap opens between them
    coarse = shapely.coverage_simplify(shapes.geometry.to_numpy(), SIMPLIFIED_DEG)
    return shapes.set_geometry(gpd.GeoSeries(coarse, index=shapes.index, crs=shapes.crs))


def _classify_points(
    table: pd.DataFrame,
    names: Sequence[str],
    column: str | None,
    *,
    bins: int | Sequence[float],
    scheme: str,
    colours: Colours | None,
) -> Classes:
    # one nameless class: one colour, and no legend of colours
    if column is None:
        return Classes(np.zeros(len(table), dtype=np.int64), ("",), (SINGLE_COLOUR,))
    values = require_column(table, column, "colour_by")
    return classify_column(values, names, bins=bins, scheme=scheme, colours=colours)


def _read_sizes(table: pd.DataFrame, column: str, names: Sequence[str]) -> FloatArray:
    """Read a column of sizes, none below 0.

    Raises
    ------
    ChoiceError
        If the column holds texts.
    TableError
        Naming every size below 0.
    """
    values = require_column(table, column, "size")
    if not has_numbers(values):
        raise ChoiceError(
            f"size の列「{shorten(column)}」は数の列にしてください"
            f"（「{shorten(values.iloc[0])}」があります）。"
        )
    sizes = to_finite_numbers(values, names)
    faults = [
        Fault(
            f"{names[row]}の大きさが0より小さい数です",
            "0以上の数の列にしてください",
            column=column,
            value=sizes[row],
        )
        for row in np.flatnonzero(sizes < 0).tolist()
    ]
    if faults:
        raise TableError(faults)
    return sizes


def _choose_radii(sizes: FloatArray | None, count: int) -> FloatArray:
    if sizes is not None:
        return scale_radii(sizes)
    return np.full(count, RADIUS_PX if count <= CROWD else CROWD_RADIUS_PX)


def _make_colour_legend(classes: Classes, label: str, unit: str, missing: str) -> Legend:
    entries = classes.make_entries("circle")
    if classes.has_missing:
        entries = (*entries, LegendEntry(missing, MISSING_COLOUR, "circle", LEGEND_RADIUS_PX))
    return Legend(replace_surrogates(label), entries, replace_surrogates(unit))


def _make_size_legend(sizes: FloatArray, label: str, unit: str) -> Legend:
    """Make a legend of two circles: the largest size and a quarter of it, both rounded."""
    largest = float(np.nanmax(sizes))
    steps = [float(f"{share * largest:.2g}") for share in LEGEND_SIZES]
    # each step is scaled together with the largest size, as the circles on the map are
    circles = tuple(
        LegendEntry(
            format_number(step),
            SINGLE_COLOUR,
            "circle",
            scale_radii(np.array([step, largest]))[0],
        )
        for step in steps
    )
    return Legend(replace_surrogates(label), circles, replace_surrogates(unit))
