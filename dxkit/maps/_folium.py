"""Which parts of folium may stand on a dxkit map, and what is taken from them?

Never their templates: only their data, as text, numbers and colours that were checked. What is not
listed here is refused, so that a new version of folium or a plugin cannot bring in a script or an
address unseen.
"""

import json
import math
import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from branca.colormap import ColorMap, StepColormap
from branca.element import Element
from folium.features import Choropleth, DivIcon, GeoJson
from folium.map import FeatureGroup, FitBounds, Icon, LayerControl, Marker
from folium.vector_layers import Circle, CircleMarker, Polygon, PolyLine, Rectangle
from shapely.errors import ShapelyError
from shapely.geometry import shape

from dxkit.errors import AssetError, shorten
from dxkit.maps._folium_notes import NOTE_TYPES, describe_notes, list_features
from dxkit.maps._folium_refusal import explain_refusal, require_no_children
from dxkit.maps._html_safety import check_colour
from dxkit.maps._layers import DataLayer, PageContent, Spec, add_visibility
from dxkit.maps._legend import Legend, LegendEntry, format_number
from dxkit.maps._pack_shapes import DECIMALS
from dxkit.schema import replace_surrogates

# Leaflet's path options that are taken over, by what their values may be
NUMBER_OPTIONS = ("weight", "opacity", "fillOpacity", "radius")
SWITCH_OPTIONS = ("stroke", "fill")
COLOUR_OPTIONS = ("color", "fillColor")
WORD_OPTIONS = {
    "lineCap": ("butt", "round", "square"),
    "lineJoin": ("miter", "round", "bevel"),
    "fillRule": ("nonzero", "evenodd"),
}
# names of folium's pins that are no CSS colours
PIN_COLOURS = {"lightred": "#ff8e7f", "darkpurple": "#5b396b"}
DEFAULT_PIN = "#2a6db0"
DEFAULT_STYLE = {"color": "#3388ff"}
CONTROL_CORNERS = ("topleft", "topright", "bottomleft", "bottomright")
# a colour scale with more steps is shown by six of its values
MAX_LEGEND_ENTRIES = 12
SCALE_STEPS = 5
# folium's positions keep about a decimetre
POSITION_DECIMALS = 6


def describe_element(element: Element, content: PageContent) -> Spec:
    """Describe a folium element as ``map.js`` reads it.

    Parameters
    ----------
    element
        A child of a map.
    content
        Where geometries and legends are put.

    Raises
    ------
    AssetError
        If it is not among the parts that can be drawn safely, or holds what cannot.
    """
    if isinstance(element, DataLayer):
        require_no_children(element)
        return add_visibility(element, element.describe_layer(content))
    # the exact type: a subclass may bring its own template
    describe = DESCRIBERS.get(type(element))
    if describe is None:
        raise AssetError(explain_refusal(element))
    return add_visibility(element, describe(element, content) | describe_notes(element))


def describe_control(element: LayerControl) -> Spec:
    """Describe the options of a layer control."""
    require_no_children(element)
    corner = element.options.get("position", "topright")
    return {
        "position": corner if corner in CONTROL_CORNERS else "topright",
        "collapsed": bool(element.options.get("collapsed", True)),
    }


def read_bounds(element: FitBounds) -> list[list[float]]:
    """Read the box that a map shall show."""
    require_no_children(element)
    return [_read_position(corner) for corner in element.bounds]


def make_scale_legend(scale: ColorMap) -> Legend:
    """Make a legend of one of branca's colour scales."""
    edges = [float(edge) for edge in scale.index]
    few_steps = len(edges) <= MAX_LEGEND_ENTRIES
    if isinstance(scale, StepColormap) and few_steps:
        entries = [
            LegendEntry(
                f"{format_number(low)}〜{format_number(high)}",
                _read_scale_colour(scale, (low + high) / 2),
            )
            for low, high in pairwise(edges)
        ]
    else:
        span = scale.vmax - scale.vmin
        steps = [scale.vmin + span * step / SCALE_STEPS for step in range(SCALE_STEPS + 1)]
        entries = [
            LegendEntry(format_number(edge), _read_scale_colour(scale, edge))
            for edge in (edges if few_steps else steps)
        ]
    return Legend(replace_surrogates(scale.caption), tuple(entries))


def _read_scale_colour(scale: ColorMap, value: float) -> str:
    return check_colour(scale.rgb_hex_str(value))


def _check_style(options: dict[str, Any]) -> Spec:
    """Select those path options that are numbers, switches, colours or known words, checked.

    Raises
    ------
    AssetError
        If a number is not finite or a colour is none.
    """
    present = {key: value for key, value in options.items() if value is not None}
    style: Spec = {key: float(present[key]) for key in NUMBER_OPTIONS if key in present}
    infinite = [key for key, value in style.items() if not math.isfinite(value)]
    if infinite:
        raise AssetError(
            f"線や塗りの設定「{infinite[0]}」が有限の数ではありません（{style[infinite[0]]}）。"
        )
    style |= {key: bool(present[key]) for key in SWITCH_OPTIONS if key in present}
    # folium writes False for a colour that is not used
    style |= {
        key: check_colour(present[key])
        for key in COLOUR_OPTIONS
        if key in present and present[key] is not False
    }
    style |= {key: options[key] for key, words in WORD_OPTIONS.items() if options.get(key) in words}
    dashes = str(options.get("dashArray") or "")
    if re.fullmatch(r"[0-9., ]{1,40}", dashes):
        style["dashArray"] = dashes
    return style


def _read_position(pair: Iterable[Any]) -> list[float]:
    """Read latitude and longitude as plain numbers.

    Raises
    ------
    AssetError
    """
    position = [round(float(value), POSITION_DECIMALS) for value in pair]
    if len(position) != 2 or not all(map(math.isfinite, position)):
        raise AssetError(f"位置 {shorten(position)} は緯度と経度の組ではありません。")
    return position


def _read_positions(nested: Any) -> Any:
    """Read nested lists of positions, as deep as they came."""
    first = nested[0] if len(nested) else 0.0
    if isinstance(first, (int, float)):
        return _read_position(nested)
    return [_read_positions(inner) for inner in nested]


def _describe_marker(element: Marker, _: PageContent) -> Spec:
    # SetIcon is what folium itself hangs on a marker that has an icon
    require_no_children(element, besides=(*NOTE_TYPES, DivIcon, Icon, Marker.SetIcon))
    icon = element.icon
    if icon is not None and type(icon) not in (DivIcon, Icon):
        raise AssetError(explain_refusal(icon))
    text = replace_surrogates(icon.options.get("html") or "") if isinstance(icon, DivIcon) else None
    pin = str(icon.options.get("marker_color") or "") if isinstance(icon, Icon) else DEFAULT_PIN
    return {
        "kind": "marker",
        "at": _read_position(element.location or ()),
        "text": text,
        "colour": check_colour(PIN_COLOURS.get(pin, pin)),
    }


def _make_circle_describer(kind: str) -> Callable[[Any, PageContent], Spec]:
    def describe_circle(element: Circle | CircleMarker, _: PageContent) -> Spec:
        require_no_children(element, besides=NOTE_TYPES)
        return {
            "kind": kind,
            "at": _read_position(element.location or ()),
            "style": _check_style(element.options),
        }

    return describe_circle


def _make_line_describer(kind: str) -> Callable[[Any, PageContent], Spec]:
    def describe_line(element: PolyLine | Polygon | Rectangle, _: PageContent) -> Spec:
        require_no_children(element, besides=NOTE_TYPES)
        positions = _read_positions(element.locations)
        return {"kind": kind, "at": positions, "style": _check_style(element.options)}

    return describe_line


def _describe_group(element: FeatureGroup, content: PageContent) -> Spec:
    """Describe a group and what is in it; colour scales among its children become legends."""
    layers = []
    for child in element._children.values():
        if isinstance(child, ColorMap):
            content.legends.append(make_scale_legend(child))
        elif type(child) not in NOTE_TYPES:
            layers.append(describe_element(child, content))
    return {"kind": "group", "layers": layers}


def _describe_geojson(element: GeoJson, content: PageContent) -> Spec:
    require_no_children(element, besides=NOTE_TYPES)
    # a link would be fetched, a function would be run
    if element.embed_link:
        raise AssetError(explain_refusal(element))
    if element.on_each_feature is not None:
        raise AssetError("GeoJson の on_each_feature（スクリプト）は使えません。")
    # from here on only data: styles by position, geometries as plain numbers
    features = list_features(element.data)
    # points of a GeoJson are drawn as its marker says
    marker = element.marker
    base = _check_style(marker.options) if isinstance(marker, (Circle, CircleMarker)) else {}
    styles = [
        base | _check_style(_ask_style(element, "style", feature)) or DEFAULT_STYLE
        for feature in features
    ]
    spec: Spec = {
        "kind": "shapes",
        "set": content.add_geometries([_read_geometry(feature) for feature in features]),
        "interactive": True,
    }
    if element.highlight:
        # the styles under the pointer follow the usual ones, in the same order
        styles += [_check_style(_ask_style(element, "highlight", feature)) for feature in features]
        spec["hover"] = list(range(len(features), 2 * len(features)))
    return spec | {"styles": styles, "style_of": list(range(len(features)))}


def _ask_style(element: GeoJson, what: str, feature: Spec) -> Spec:
    """Ask the user's style function, or else the feature itself, for Leaflet path options."""
    if getattr(element, what):
        return dict(getattr(element, f"{what}_function")(feature))
    style = (feature.get("properties") or {}).get("style")
    return dict(style) if isinstance(style, dict) else {}


def _read_geometry(feature: Spec) -> Spec:
    """Read a geometry with nothing in it but its type and plain numbers.

    Raises
    ------
    AssetError
        If it is no geometry, or a collection of several kinds.
    """
    try:
        geometry = shape(feature["geometry"])
        text = json.dumps(geometry.__geo_interface__)
        plain = json.loads(text, parse_float=lambda number: round(float(number), DECIMALS))
    except (AttributeError, KeyError, TypeError, ValueError, ShapelyError) as error:
        raise AssetError(
            f"GeoJson の図形「{shorten(feature.get('geometry'))}」は読めません（{shorten(error)}）。"
        ) from error
    if plain["type"] == "GeometryCollection":
        raise AssetError(
            "GeoJson の GeometryCollection は描けません。explode() で分けてから渡してください。"
        )
    return dict(plain)


# one function a type of element; a type that is missing here is refused
DESCRIBERS: dict[type[Element], Callable[[Any, PageContent], Spec]] = {
    Marker: _describe_marker,
    Circle: _make_circle_describer("circle"),
    CircleMarker: _make_circle_describer("circle_marker"),
    PolyLine: _make_line_describer("polyline"),
    Polygon: _make_line_describer("polygon"),
    Rectangle: _make_line_describer("rectangle"),
    GeoJson: _describe_geojson,
    FeatureGroup: _describe_group,
    Choropleth: _describe_group,
}
