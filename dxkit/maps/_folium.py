"""Which parts of folium may stand on a dxkit map, and what is taken from them?

Never their templates: only their data, as text, numbers and colours that were checked. What is not listed here is refused,
so that a new version of folium or a plugin cannot bring in a script or an address unseen. HTML in a popup or tooltip is
shown as the text that it is.
"""

import json
import math
import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from branca.colormap import ColorMap, StepColormap
from branca.element import Element, Html
from folium.features import Choropleth, DivIcon, GeoJson, GeoJsonPopup, GeoJsonTooltip
from folium.map import FeatureGroup, FitBounds, Icon, LayerControl, Marker, Popup, Tooltip
from folium.vector_layers import Circle, CircleMarker, Polygon, PolyLine, Rectangle
from shapely.errors import ShapelyError
from shapely.geometry import shape

from dxkit.errors import AssetError, shorten
from dxkit.maps._classes import Entry, Legend, number
from dxkit.maps._html_safety import clean, colour
from dxkit.maps._layers import DataLayer, Gathered, Spec, shown

NUMBERS = ("weight", "opacity", "fillOpacity", "radius")
SWITCHES = ("stroke", "fill")
COLOURS = ("color", "fillColor")
WORDS = {
    "lineCap": ("butt", "round", "square"),
    "lineJoin": ("miter", "round", "bevel"),
    "fillRule": ("nonzero", "evenodd"),
}
PINS = {"lightred": "#ff8e7f", "darkpurple": "#5b396b"}
DEFAULT_PIN = "#2a6db0"
DEFAULT_STYLE = {"color": "#3388ff"}
NOTES = (Tooltip, Popup, GeoJsonTooltip, GeoJsonPopup)
POSITIONS = ("topleft", "topright", "bottomleft", "bottomright")
MOST_ENTRIES = 12
ALLOWED = (
    "Marker, DivIcon, Icon, Circle, CircleMarker, PolyLine, Polygon, Rectangle, GeoJson, Choropleth, FeatureGroup, "
    "LayerControl, FitBounds, Popup, Tooltip, GeoJsonTooltip, GeoJsonPopup"
)


def describe(element: Element, gathered: Gathered) -> Spec:
    """Give a folium element as ``map.js`` reads it.

    Parameters
    ----------
    element
        A child of a map.
    gathered
        Where geometries and legends are put.

    Raises
    ------
    AssetError
        If it is not among the parts that can be drawn safely, or holds what cannot.
    """
    if isinstance(element, DataLayer):
        _childless(element)
        return shown(element, element.describe(gathered))
    taker = TAKERS.get(type(element))
    if taker is None:
        raise AssetError(refusal(element))
    return shown(element, taker(element, gathered) | _notes(element))


def refusal(element: Element) -> str:
    """Say why an element cannot be drawn."""
    address = _address(element)
    what = f"folium の部品「{type(element).__name__}」"
    if address:
        return (
            f"{what}は外部のアドレス「{shorten(address)}」を読み込もうとするため、使えません。"
            "地図は通信なしで開けるようにしています。地理院タイルは offline=False で使えます。"
        )
    return f"{what}は安全に描けないため、使えません。使える部品: {ALLOWED}"


def control(element: LayerControl) -> Spec:
    """Give the options of a layer control."""
    _childless(element)
    position = element.options.get("position", "topright")
    return {
        "position": position if position in POSITIONS else "topright",
        "collapsed": bool(element.options.get("collapsed", True)),
    }


def bounds(element: FitBounds) -> list[list[float]]:
    """Give the box that a map shall show."""
    _childless(element)
    return [_position(corner) for corner in element.bounds]


def legend(element: ColorMap) -> Legend:
    """Give a legend for one of branca's colour scales."""
    edges = [float(edge) for edge in element.index]
    if isinstance(element, StepColormap) and len(edges) <= MOST_ENTRIES:
        pairs = pairwise(edges)
        entries = [
            Entry(f"{number(low)}〜{number(high)}", _hex(element, (low + high) / 2))
            for low, high in pairs
        ]
    else:
        steps = [element.vmin + (element.vmax - element.vmin) * step / 5 for step in range(6)]
        entries = [
            Entry(number(edge), _hex(element, edge))
            for edge in (edges if len(edges) <= MOST_ENTRIES else steps)
        ]
    return Legend(clean(element.caption), tuple(entries))


def _hex(scale: ColorMap, value: float) -> str:
    return colour(scale.rgb_hex_str(value))


def style(options: dict[str, Any]) -> Spec:
    """Keep those path options that are numbers, switches, colours or known words, checked."""
    kept: Spec = {key: float(options[key]) for key in NUMBERS if _given(options, key)}
    wrong = [key for key, value in kept.items() if not math.isfinite(value)]
    if wrong:
        raise AssetError(
            f"線や塗りの設定「{wrong[0]}」が有限の数ではありません（{kept[wrong[0]]}）。"
        )
    kept |= {key: bool(options[key]) for key in SWITCHES if _given(options, key)}
    kept |= {
        key: colour(options[key])
        for key in COLOURS
        if _given(options, key) and options[key] is not False
    }
    kept |= {key: options[key] for key, allowed in WORDS.items() if options.get(key) in allowed}
    if re.fullmatch(r"[0-9., ]{1,40}", str(options.get("dashArray") or "")):
        kept["dashArray"] = str(options["dashArray"])
    return kept


def _given(options: dict[str, Any], key: str) -> bool:
    return options.get(key) is not None


def _address(element: Element) -> str:
    """Give the first address that an element would have asked for."""
    linked = [
        link[1] for part in ("default_js", "default_css") for link in getattr(element, part, [])
    ]
    named = [getattr(element, part, None) for part in ("tiles", "url", "embed_link")]
    return next((str(each) for each in [*named, *linked] if each), "")


def _childless(element: Element, *, besides: Iterable[type] = ()) -> None:
    for child in element._children.values():
        if type(child) not in tuple(besides):
            raise AssetError(refusal(child))


def _position(pair: Iterable[Any]) -> list[float]:
    """Give latitude and longitude as plain numbers."""
    found = [round(float(value), 6) for value in pair]
    if len(found) != 2 or not all(map(math.isfinite, found)):
        raise AssetError(f"位置 {shorten(found)} は緯度と経度の組ではありません。")
    return found


def _positions(nested: Any) -> Any:
    """Give nested lists of positions, as deep as they came."""
    first = nested[0] if len(nested) else 0.0
    return (
        _position(nested)
        if isinstance(first, (int, float))
        else [_positions(inner) for inner in nested]
    )


# one function a kind of element -----------------------------------------------------------------------------------------


def _marker(element: Marker, _: Gathered) -> Spec:
    _childless(element, besides=(*NOTES, DivIcon, Icon, Marker.SetIcon))
    icon = element.icon
    if icon is not None and type(icon) not in (DivIcon, Icon):
        raise AssetError(refusal(icon))
    text = clean(icon.options.get("html") or "") if isinstance(icon, DivIcon) else None
    named = str(icon.options.get("marker_color") or "") if isinstance(icon, Icon) else DEFAULT_PIN
    return {
        "kind": "marker",
        "at": _position(element.location or ()),
        "text": text,
        "colour": colour(PINS.get(named, named)),
    }


def _round(kind: str) -> Callable[[Any, Gathered], Spec]:
    def take(element: Circle | CircleMarker, _: Gathered) -> Spec:
        _childless(element, besides=NOTES)
        return {
            "kind": kind,
            "at": _position(element.location or ()),
            "style": style(element.options),
        }

    return take


def _line(kind: str) -> Callable[[Any, Gathered], Spec]:
    def take(element: PolyLine | Polygon | Rectangle, _: Gathered) -> Spec:
        _childless(element, besides=NOTES)
        return {"kind": kind, "at": _positions(element.locations), "style": style(element.options)}

    return take


def _group(element: FeatureGroup, gathered: Gathered) -> Spec:
    """Give a group and what is in it; colour scales among its children become legends."""
    inner = []
    for child in element._children.values():
        if isinstance(child, ColorMap):
            gathered.legends.append(legend(child))
        elif type(child) not in NOTES:
            inner.append(describe(child, gathered))
    return {"kind": "group", "layers": inner}


def _geojson(element: GeoJson, gathered: Gathered) -> Spec:
    _childless(element, besides=NOTES)
    if element.embed_link or element.on_each_feature is not None:
        raise AssetError(
            refusal(element)
            if element.embed_link
            else "GeoJson の on_each_feature（スクリプト）は使えません。"
        )
    features = _features(element.data)
    base = (
        style(element.marker.options) if isinstance(element.marker, (Circle, CircleMarker)) else {}
    )
    plain = [base | style(_asked(element, "style", feature)) for feature in features]
    styles = [each or DEFAULT_STYLE for each in plain]
    told: Spec = {
        "kind": "shapes",
        "set": gathered.put([_geometry(each) for each in features]),
        "interactive": True,
    }
    if element.highlight:
        styles += [style(_asked(element, "highlight", feature)) for feature in features]
        told["hover"] = list(range(len(features), 2 * len(features)))
    return told | {"styles": styles, "style_of": list(range(len(features)))}


def _asked(element: GeoJson, what: str, feature: Spec) -> Spec:
    """Ask the user's style function, or else the feature itself, for Leaflet path options."""
    if getattr(element, what):
        return dict(getattr(element, f"{what}_function")(feature))
    own = (feature.get("properties") or {}).get("style")
    return dict(own) if isinstance(own, dict) else {}


def _features(data: Spec) -> list[Spec]:
    if data.get("type") == "FeatureCollection":
        return list(data["features"])
    return [
        data
        if data.get("type") == "Feature"
        else {"type": "Feature", "properties": {}, "geometry": data}
    ]


def _geometry(feature: Spec) -> Spec:
    """Give a geometry with nothing in it but its type and plain numbers."""
    try:
        found = shape(feature["geometry"])
        plain = json.loads(
            json.dumps(found.__geo_interface__), parse_float=lambda text: round(float(text), 5)
        )
    except (AttributeError, KeyError, TypeError, ValueError, ShapelyError) as error:
        raise AssetError(
            f"GeoJson の図形「{shorten(feature.get('geometry'))}」は読めません（{shorten(error)}）。"
        ) from error
    if plain["type"] == "GeometryCollection":
        raise AssetError(
            "GeoJson の GeometryCollection は描けません。explode() で分けてから渡してください。"
        )
    return dict(plain)


TAKERS: dict[type[Element], Callable[[Any, Gathered], Spec]] = {
    Marker: _marker,
    Circle: _round("circle"),
    CircleMarker: _round("circle_marker"),
    PolyLine: _line("polyline"),
    Polygon: _line("polygon"),
    Rectangle: _line("rectangle"),
    GeoJson: _geojson,
    FeatureGroup: _group,
    Choropleth: _group,
}


# tooltips and popups ----------------------------------------------------------------------------------------------------


def _notes(element: Element) -> Spec:
    """Give the tooltip and the popup of an element."""
    found: Spec = {}
    for child in element._children.values():
        if type(child) in NOTES:
            _childless(child)
            found["tooltip" if isinstance(child, (Tooltip, GeoJsonTooltip)) else "popup"] = _said(
                child, element
            )
    return found


def _said(note: Any, owner: Element) -> Spec:
    if isinstance(note, Tooltip):
        return {"text": clean(note.text).strip(), "options": _switches(note.options)}
    if isinstance(note, Popup):
        return {"text": _popup_text(note), "open": bool(note.show)}
    if not isinstance(owner, GeoJson):
        raise AssetError(f"「{type(note).__name__}」は GeoJson の上でだけ使えます。")
    options = note.tooltip_options if isinstance(note, GeoJsonTooltip) else {}
    properties = [feature.get("properties") or {} for feature in _features(owner.data)]
    rows = [
        [_plain(each.get(field), note.localize) for field in note.fields] for each in properties
    ]
    fields = [clean(alias) for alias in note.aliases] if note.labels else None
    return {"fields": fields, "rows": rows, "options": _switches(options)}


def _switches(options: dict[str, Any]) -> Spec:
    return {key: bool(options[key]) for key in ("sticky", "permanent") if key in options}


def _popup_text(popup: Popup) -> str:
    """Give a popup's text as it was before folium put backslashes before its backticks."""
    said = list(popup.html._children.values())
    texts = [each.data for each in said if isinstance(each, Html)]
    strange = [each for each in said if not isinstance(each, Html)]
    strange += [*popup.header._children.values(), *popup.script._children.values()]
    if strange:
        raise AssetError(
            f"Popup の中の「{type(strange[0]).__name__}」は使えません。文字だけを入れてください。"
        )
    return "\n".join(clean(text).replace("\\`", "`") for text in texts)


def _plain(value: object, localize: bool) -> str:
    if value is None:
        return ""
    if (
        localize
        and isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
    ):
        return number(value)
    return clean(
        json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value
    )
