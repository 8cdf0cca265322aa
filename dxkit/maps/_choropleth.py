"""How does a table become a map?

The public functions: each checks its table, sorts its values into classes, and puts layers and a legend on a `Map`.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.maps import _inputs
from dxkit.maps._classes import (
    Classes,
    Colours,
    Entry,
    Legend,
    number,
    radii,
    sort_numbers,
    sort_texts,
)
from dxkit.maps._html_safety import HATCH, clean
from dxkit.maps._inputs import Columns
from dxkit.maps._layers import Notes, PointLayer, ShapeLayer, Spec
from dxkit.maps._map import Comparison, Map

EDGE: Spec = {"color": "#555555", "weight": 1, "opacity": 1, "fillOpacity": 1}
BACKGROUND: Spec = {"color": "#c4c4c4", "weight": 1, "fillColor": "#f2f2ee", "fillOpacity": 1}
POINT: Spec = {"color": "#333333", "weight": 1, "fillOpacity": 0.85}
MISSING_ENTRY = "#ffffff"
MISSING_POINT = "#ffffff"
ONE_COLOUR = "#0072b2"
RADIUS, RADIUS_OF_MANY, MANY = 5.0, 3.0, 1000


def choropleth(
    table: pd.DataFrame | pd.Series,
    *,
    column: str | None = None,
    geometry: gpd.GeoDataFrame | None = None,
    label: str | None = None,
    unit: str = "",
    bins: int | Sequence[float] = 5,
    scheme: str = "quantile",
    colours: Colours | None = None,
    missing: str = "データなし",
    made: bool = False,
    title: str = "",
    name: str = "name",
    tooltip: Columns = (),
    background: gpd.GeoDataFrame | None = None,
    source: str = "",
    offline: bool = True,
    height: int = 480,
) -> Map:
    """Draw areas coloured by one column.

    Parameters
    ----------
    table
        One row an area: a GeoDataFrame (``code``, ``name``, ``geometry`` and the column), or a DataFrame or Series keyed by
        ``code`` (column or index) together with ``geometry``.
    column
        What to colour by: numbers are sorted into classes, texts (実施・未実施) and True/False are categories. Not needed for
        a Series.
    geometry
        A GeoDataFrame with ``code``, ``name`` and ``geometry``; areas that the table lacks are drawn as missing.
    label, unit
        What the legend and the tooltip call the column (its name by default), and the unit of its values.
    bins
        How many classes (2–9), or their edges from low to high.
    scheme
        ``"quantile"`` (about as many areas in each class) or ``"equal"`` (classes of equal width).
    colours
        ``"blues"``, ``"oranges"``, ``"purples"``, ``"diverging"``, a list of colours, or for categories a mapping
        category → colour. By default blues for numbers, Okabe and Ito's colours for categories.
    missing
        What a missing or blank value is called; such areas are hatched, never coloured like a low value.
    made
        The data are invented: says so in the title.
    title, source
        Shown above and below the map.
    name
        The column with the areas' names.
    tooltip
        Further columns that the tooltip shows, or a mapping column → Japanese heading.
    background
        Areas to draw in grey below, for example neighbouring prefectures.
    offline
        ``False`` puts 国土地理院's tiles below, fetched from the network.
    height
        Of the map in a notebook, in pixels.

    Returns
    -------
    Map
        A folium map; it shows itself in a notebook, and ``.save(path)`` writes one HTML file.

    Raises
    ------
    TableError
        If the table is empty, codes repeat or have no area, values are not finite, or shapes are missing or not placed.
    ChoiceError
        If there is no such column, scheme or colour, or classes cannot be made so.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> towns = gpd.GeoDataFrame(
    ...     {"code": ["28201", "28204"], "name": ["姫路市", "西宮市"], "share": [74.0, None]},
    ...     geometry=[box(134.5, 34.7, 134.8, 35.0), box(135.3, 34.7, 135.4, 34.9)], crs="EPSG:6668",
    ... )
    >>> choropleth(towns, column="share", label="保有率", unit="%", title="マイナンバーカード")
    <地図「マイナンバーカード」 図形2>
    """
    shapes, column = _inputs.join(table, geometry, column, name)
    names = _inputs.names_of(shapes, name)
    values = _inputs.column_of(shapes, column, "column")
    classes = _classes(values, names, bins=bins, scheme=scheme, colours=colours)
    label = label or column
    drawn = Map(title=marked(title, made=made), source=source, offline=offline, height=height)
    _put_background(drawn, background)
    edge = EDGE if offline else EDGE | {"fillOpacity": 0.7}
    styles = [edge | {"fillColor": shade} for shade in (*classes.colours, HATCH)]
    notes = _notes(shapes, names, [(label, values, unit)], tooltip, missing)
    # -1, a missing value, is the last style
    drawn.add_child(
        ShapeLayer(
            shapes, styles=styles, places=classes.places % len(styles), notes=notes, name=label
        )
    )
    drawn.legends.append(_legend(classes, label, unit, missing))
    return drawn


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
    background: gpd.GeoDataFrame | None = None,
    source: str = "",
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
        A column to colour by, as `choropleth` does with ``bins``, ``scheme``, ``colours``, ``missing``.
    size
        A column of numbers of at least 0; the circle's area grows with them.
    label, unit, size_label, size_unit
        What the legend and the tooltip call the two columns, and their units.
    background
        Areas to draw in grey below.
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
    """
    _inputs.check_rows(table)
    names = _inputs.names_of(table, name)
    lats, lons = _inputs.positions(table, lat, lon, names)
    classes = _point_classes(table, names, colour_by, bins=bins, scheme=scheme, colours=colours)
    sizes = None if size is None else _sizes(table, size, names)
    drawn = Map(title=marked(title, made=made), source=source, offline=offline, height=height)
    _put_background(drawn, background)
    told = [(label or colour_by, colour_by, unit), (size_label or size, size, size_unit)]
    rows = [(heading, table[column], each) for heading, column, each in told if heading and column]
    styles = [POINT | {"fillColor": shade} for shade in (*classes.colours, MISSING_POINT)]
    radius = (
        np.full(len(table), RADIUS if len(table) <= MANY else RADIUS_OF_MANY)
        if sizes is None
        else radii(sizes)
    )
    notes = _notes(table, names, rows, tooltip, missing)
    layer_name = label or colour_by or size_label or size or title or "地点"
    places = classes.places % len(styles)
    drawn.add_child(
        PointLayer(
            lats, lons, radius=radius, styles=styles, places=places, notes=notes, name=layer_name
        )
    )
    drawn.legends += _point_legends(classes, sizes, told, missing)
    return drawn


def compare(left: Map, right: Map, *, title: str = "", source: str = "", height: int = 480) -> Map:
    """Put two maps side by side; moving one moves the other.

    Parameters
    ----------
    left, right
        Maps of `choropleth` or `points`; each keeps its title and legend. They are not altered.
    title, source
        Above and below both; the maps' own sources are added.
    height
        In a notebook, in pixels.

    Returns
    -------
    Map
        Shows itself and saves like any map.

    Raises
    ------
    ChoiceError
        If one of them is not such a map.
    """
    return Comparison(left, right, title=title, source=source, height=height)


def marked(title: str, *, made: bool) -> str:
    """Give a title that says so when the data are invented."""
    return f"{title}（架空データ）" if made else title


def _classes(
    values: pd.Series,
    names: Sequence[str],
    *,
    bins: int | Sequence[float],
    scheme: str,
    colours: Colours | None,
) -> Classes:
    """Sort a column into classes or categories, whichever it holds."""
    if _inputs.are_numbers(values) or values.isna().all():
        return sort_numbers(
            _inputs.numbers(values, names), bins=bins, scheme=scheme, colours=colours
        )
    found, order = _inputs.texts(values)
    return sort_texts(found, order=order, colours=colours)


def _point_classes(
    table: pd.DataFrame,
    names: Sequence[str],
    column: str | None,
    *,
    bins: int | Sequence[float],
    scheme: str,
    colours: Colours | None,
) -> Classes:
    if column is not None:
        return _classes(
            _inputs.column_of(table, column, "colour_by"),
            names,
            bins=bins,
            scheme=scheme,
            colours=colours,
        )
    return Classes(np.zeros(len(table), dtype=np.int64), ("",), (ONE_COLOUR,))


def _sizes(table: pd.DataFrame, column: str, names: Sequence[str]) -> NDArray[np.float64]:
    """Give a column of sizes, none below 0."""
    values = _inputs.column_of(table, column, "size")
    if not _inputs.are_numbers(values):
        raise ChoiceError(
            f"size の列「{shorten(column)}」は数の列にしてください（「{shorten(values.iloc[0])}」があります）。"
        )
    sizes = _inputs.numbers(values, names)
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


def _notes(
    table: pd.DataFrame,
    names: list[str],
    told: Sequence[tuple[str, pd.Series, str]],
    tooltip: Columns,
    missing: str,
) -> Notes:
    """Write what tooltips say: the name, the drawn columns with their units, then the further columns."""
    headings, rows = _inputs.tooltip_rows(table, tooltip, missing)
    drawn = [
        [_inputs.written(value, missing, unit) for value in values] for _, values, unit in told
    ]
    fields = [clean(heading) for heading, _, _ in told] + headings
    return Notes(
        names,
        fields,
        [[*(column[row] for column in drawn), *rows[row]] for row in range(len(table))],
    )


def _legend(classes: Classes, label: str, unit: str, missing: str) -> Legend:
    entries = classes.entries()
    if (classes.places < 0).any():
        entries = (*entries, Entry(missing, MISSING_ENTRY, "hatch"))
    return Legend(clean(label), entries, clean(unit))


def _point_legends(
    classes: Classes,
    sizes: NDArray[np.float64] | None,
    told: Sequence[tuple[str | None, str | None, str]],
    missing: str,
) -> list[Legend]:
    """Give a legend of colours and one of sizes, where there are any."""
    (label, coloured, unit), (size_label, _, size_unit) = told
    legends = []
    if coloured is not None:
        entries = classes.entries("circle")
        if (classes.places < 0).any():
            entries = (*entries, Entry(missing, MISSING_POINT, "circle", 6.0))
        legends.append(Legend(clean(label), entries, clean(unit)))
    if sizes is not None and np.nanmax(sizes, initial=0.0) > 0:
        largest = float(np.nanmax(sizes))
        shown = [float(f"{share * largest:.2g}") for share in (1, 0.25)]
        circles = tuple(
            Entry(number(value), ONE_COLOUR, "circle", radii(np.array([value, largest]))[0])
            for value in shown
        )
        legends.append(Legend(clean(size_label), circles, clean(size_unit)))
    return legends


def _put_background(drawn: Map, background: gpd.GeoDataFrame | None) -> None:
    if background is not None:
        shapes = _inputs.check_shapes(background, "background")
        drawn.add_child(ShapeLayer(shapes, styles=[BACKGROUND], places=[0] * len(shapes)))
