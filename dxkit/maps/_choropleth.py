"""How does a table of municipalities become a map of coloured areas?"""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from dxkit.maps._classes import Classes
from dxkit.maps._colours import Colours
from dxkit.maps._column_styles import BACKGROUND, classify_column, make_notes
from dxkit.maps._html_safety import HATCH
from dxkit.maps._inputs import Columns, read_names, require_column
from dxkit.maps._layers import Notes, ShapeLayer, Spec, make_background
from dxkit.maps._legend import Legend, LegendEntry
from dxkit.maps._map import Map
from dxkit.maps._provenance import read_caption, read_origin
from dxkit.maps._shape_inputs import check_shapes, join_shapes
from dxkit.schema import replace_surrogates

# Leaflet path options of the areas
EDGE: Spec = {"color": "#555555", "weight": 1, "opacity": 1, "fillOpacity": 1}
# over tiles the areas let their names shine through
OPACITY_OVER_TILES = 0.7
# map.js draws the hatching of this entry; its colour is not used
MISSING_SWATCH = "#ffffff"


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
    source: str | None = None,
    offline: bool = True,
    height: int = 480,
) -> Map:
    """Draw areas coloured by one column.

    Parameters
    ----------
    table
        One row an area: a GeoDataFrame (``code``, ``name``, ``geometry`` and the column), or a
        DataFrame or Series keyed by ``code`` (column or index) together with ``geometry``.
        Source, time and kind of its ``.attrs`` stand on the map.
    column
        What to colour by: numbers are sorted into classes, texts (実施・未実施) and True/False
        are categories. Not needed for a Series.
    geometry
        A GeoDataFrame with ``code``, ``name`` and ``geometry``; areas that the table lacks are
        drawn as missing.
    label, unit
        What the legend and the tooltip call the column (its name by default), and the unit of its
        values.
    bins
        How many classes (2–9), or their edges from low to high.
    scheme
        ``"quantile"`` (about as many areas in each class) or ``"equal"`` (classes of equal width).
    colours
        ``"blues"``, ``"oranges"``, ``"purples"``, ``"diverging"``, a list of colours, or for
        categories a mapping category → colour. By default blues for numbers, Okabe and Ito's
        colours for categories.
    missing
        What a missing or blank value is called; such areas are hatched, never coloured like a low
        value.
    made
        The data are invented: marks the title 架空データ, which a table that says so itself does
        without this keyword. Estimated data are marked 推計.
    title
        Shown above the map.
    source
        Shown below the map in place of the table's own source; by default the latter.
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
        If the table is empty, codes repeat or have no area, values are not finite, or shapes are
        missing or not placed.
    ChoiceError
        If there is no such column, scheme or colour, or classes cannot be made so.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> cities = gpd.GeoDataFrame(
    ...     {"code": ["28201", "28204"], "name": ["姫路市", "西宮市"], "share": [74.0, None]},
    ...     geometry=[box(134.5, 34.7, 134.8, 35.0), box(135.3, 34.7, 135.4, 34.9)],
    ...     crs="EPSG:6668",
    ... )
    >>> choropleth(cities, column="share", label="保有率", unit="%", title="マイナンバーカード")
    <地図「マイナンバーカード」 図形2>
    """
    unit = read_caption(unit)
    missing = read_caption(missing)
    # read before the join, in which pandas drops the attributes
    origin = read_origin(table, source=source, made=made)
    shapes, column = join_shapes(table, geometry, column, name)
    # names are read after the join: the shapes have them where the table has none
    names = read_names(shapes, name)
    values = require_column(shapes, column, "column")
    classes = classify_column(values, names, bins=bins, scheme=scheme, colours=colours)
    label = label or column
    drawing = Map(title=title, offline=offline, height=height, **origin)
    # layers lie above each other in the order in which they are added
    if background is not None:
        drawing.add_child(make_background(check_shapes(background, "background"), BACKGROUND))
    notes = make_notes(shapes, names, [(label, values, unit)], tooltip, missing)
    drawing.add_child(_make_area_layer(shapes, classes, notes=notes, name=label, offline=offline))
    drawing.legends.append(_make_legend(classes, label, unit, missing))
    return drawing


def _make_area_layer(
    shapes: gpd.GeoDataFrame, classes: Classes, *, notes: Notes, name: str, offline: bool
) -> ShapeLayer:
    edge = EDGE if offline else EDGE | {"fillOpacity": OPACITY_OVER_TILES}
    styles = [edge | {"fillColor": shade} for shade in (*classes.colours, HATCH)]
    # -1, a missing value, becomes the position of the last style
    style_of = classes.positions % len(styles)
    return ShapeLayer(shapes, styles=styles, style_of=style_of, notes=notes, name=name)


def _make_legend(classes: Classes, label: str, unit: str, missing: str) -> Legend:
    entries = classes.make_entries()
    if classes.has_missing:
        entries = (*entries, LegendEntry(missing, MISSING_SWATCH, "hatch"))
    return Legend(replace_surrogates(label), entries, replace_surrogates(unit))
