"""How does a map look where no script may run: on a page that shows notebooks, or in print?

`write_still_map` draws the same description that ``map.js`` reads as one small SVG picture. Every
text in it is escaped, and it holds no script and no address.
"""

import html
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from dxkit.errors import shorten
from dxkit.maps._html_safety import HATCH
from dxkit.maps._layers import Spec
from dxkit.maps._sketch_paths import FONT
from dxkit.schema import replace_surrogates

# pixels of the picture: its width, the map of a single pane, a line of text
WIDTH_PX = 720
MAP_HEIGHT_PX = 430
LINE_PX = 20
SWATCH_PX = 16
# one entry of a legend in pixels, and how many half-width letters fit into it, a title, the footer
ENTRY_PX = 180
ENTRY_LETTERS = 25
TITLE_LETTERS = 84
FOOTER_LETTERS = 126
# as many as the page shows without scrolling
FOOTER_LINES = 4
# Leaflet's side of a tile, which says what a zoom level means
TILE_PX = 256
METRES_PER_DEGREE = 111_320.0
# borders are drawn no finer, in pixels
SIMPLIFIED_BY_PX = 0.6
SEA = "#eef3f6"
PATTERN = (
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="7" height="7" fill="#ffffff"/>'
    '<rect width="2" height="7" fill="#8a8a8a"/></pattern></defs>'
)
# what Leaflet draws where a style says nothing
LEAFLET_STYLE: Spec = {"stroke": True, "color": "#3388ff", "weight": 3, "opacity": 1}
LEAFLET_RADIUS_PX = 10
MARKER_RADIUS_PX = 6


@dataclass(frozen=True)
class Window:
    """Which part of the Earth a pane of the picture shows, in Mercator's projection.

    Attributes
    ----------
    west, top
        The upper left corner: longitude, and Mercator's height in degrees.
    pixels
        How many pixels a degree of longitude takes.
    """

    west: float
    top: float
    pixels: float

    def place(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        """Compute pixels right and down."""
        return (np.asarray(lon) - self.west) * self.pixels, (
            self.top - _project_latitude(lat)
        ) * self.pixels

    def scale_metres(self, metres: float, lat: float) -> float:
        """Compute how many pixels a length takes at a latitude."""
        return metres / METRES_PER_DEGREE / math.cos(math.radians(lat)) * self.pixels


def write_still_map(spec: Spec, *, title: str = "", footer: str = "") -> str:
    """Write a map's description as an SVG picture.

    Parameters
    ----------
    spec
        What ``map.js`` reads: ``geometries`` and ``panes``.
    title, footer
        Above and below; any text.
    """
    panes = spec["panes"]
    width = WIDTH_PX // len(panes)
    top = LINE_PX + 8 if title else 0
    parts = []
    heights = []
    for position, pane in enumerate(panes):
        content, height = _draw_pane(pane, spec["geometries"], width - 4)
        # a picture inside the picture cuts off what lies outside of its window
        parts.append(
            f'<svg x="{position * width}" y="{top}" width="{width - 4}" height="{height}">'
            f"{content}</svg>"
        )
        heights.append(height)
    bottom = top + max(heights)
    lines = (
        [_write_text(4, 18, _cut_text(title, TITLE_LETTERS), size=16, bold=True)] if title else []
    )
    # licences ask for the sources in it, so that it is broken and not cut
    credit_lines = _break_text(footer, FOOTER_LETTERS, FOOTER_LINES)
    lines += [
        _write_text(4, bottom + 15 + place * LINE_PX, line, size=11)
        for place, line in enumerate(credit_lines)
    ]
    total = bottom + LINE_PX * len(credit_lines)
    label = html.escape(replace_surrogates(title) or "地図")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {total}" '
        f'width="{WIDTH_PX}" height="{total}" role="img" aria-label="{label}" style="{FONT}">'
        f'{PATTERN}<rect width="{WIDTH_PX}" height="{total}" fill="#ffffff"/>'
        f"{''.join(parts)}{''.join(lines)}</svg>"
    )


def _draw_pane(pane: Spec, geometries: list[list[Spec]], width: int) -> tuple[str, int]:
    """Draw one map with its heading and legends; also compute its height in pixels."""
    heading = pane["heading"]
    top = LINE_PX if heading else 0
    words = (
        _write_text(2, 15, _cut_text(heading, TITLE_LETTERS // 2), size=13, bold=True)
        if heading
        else ""
    )
    window = _choose_window(pane, width)
    shapes = "".join(
        _draw_layer(layer, geometries, window) for layer in pane["layers"] if layer["show"]
    )
    legends, height = _draw_legends(pane["legends"], top + MAP_HEIGHT_PX, width)
    picture = (
        f'<svg y="{top}" width="{width}" height="{MAP_HEIGHT_PX}">'
        f'<rect width="{width}" height="{MAP_HEIGHT_PX}" fill="{SEA}"/>{shapes}</svg>'
    )
    return words + picture + legends, top + MAP_HEIGHT_PX + height


def _choose_window(pane: Spec, width: int) -> Window:
    """Choose the window as the page does: the bounds, or a centre and a zoom level."""
    if pane["bounds"] is None:
        lat, lon = pane["center"]
        pixels = TILE_PX * 2.0 ** pane["zoom"] / 360
    else:
        (south, west), (north, east) = pane["bounds"]
        low, high = float(_project_latitude(south)), float(_project_latitude(north))
        # a single point has no extent of its own
        pixels = min(
            (width - 16) / max(east - west, 1e-3), (MAP_HEIGHT_PX - 16) / max(high - low, 1e-3)
        )
        lon = (west + east) / 2
        return Window(
            lon - width / 2 / pixels, (low + high) / 2 + MAP_HEIGHT_PX / 2 / pixels, pixels
        )
    top = float(_project_latitude(lat)) + MAP_HEIGHT_PX / 2 / pixels
    return Window(lon - width / 2 / pixels, top, pixels)


def _project_latitude(lat: Any) -> Any:
    """Compute Mercator's height of a latitude, in degrees of longitude."""
    return np.degrees(np.arctanh(np.sin(np.radians(np.asarray(lat, dtype=float)))))


def _draw_layer(layer: Spec, geometries: list[list[Spec]], window: Window) -> str:
    kind = layer["kind"]
    if kind == "group":
        return "".join(_draw_layer(inner, geometries, window) for inner in layer["layers"])
    if kind == "shapes":
        return _draw_shapes(layer, geometries[layer["set"]], window)
    if kind == "points":
        x, y = window.place(layer["lon"], layer["lat"])
        looks = [layer["styles"][style] for style in layer["style_of"]]
        rows = zip(x, y, layer["radius"], looks, strict=True)
        return "".join(_write_circle(*row) for row in rows)
    if kind in ("marker", "circle", "circle_marker"):
        return _draw_spot(layer, window)
    return _draw_lines(layer, window)


def _draw_shapes(layer: Spec, geometries: Sequence[Spec], window: Window) -> str:
    parts = []
    for geometry, style in zip(geometries, layer["style_of"], strict=True):
        look = layer["styles"][style]
        simplified = shapely.simplify(shape(geometry), SIMPLIFIED_BY_PX / window.pixels)
        for part in shapely.get_parts([simplified]):
            if part.geom_type == "Point":
                x, y = window.place(part.x, part.y)
                parts.append(_write_circle(x, y, look.get("radius", MARKER_RADIUS_PX), look))
        path = _write_rings(simplified, window)
        if path:
            is_area = "Polygon" in simplified.geom_type
            parts.append(f'<path d="{path}" {_write_look(look, fills=is_area)}/>')
    return "".join(parts)


def _write_rings(geometry: shapely.Geometry, window: Window) -> str:
    """Write the outlines of an area, or a line, as one path."""
    path = []
    for part in shapely.get_parts([geometry]):
        if part.geom_type == "Polygon":
            path += [
                _write_path(ring.coords, window, close=True)
                for ring in (part.exterior, *part.interiors)
            ]
        elif part.geom_type in ("LineString", "LinearRing"):
            path.append(_write_path(part.coords, window))
    return "".join(path)


def _write_path(points: Iterable[Sequence[float]], window: Window, *, close: bool = False) -> str:
    places = np.asarray([point[:2] for point in points], dtype=float).reshape(-1, 2)
    if not len(places):
        return ""
    x, y = window.place(places[:, 0], places[:, 1])
    steps = " ".join(f"{right:.1f},{down:.1f}" for right, down in zip(x, y, strict=True))
    return f"M{steps}{'z' if close else ''}"


def _draw_spot(layer: Spec, window: Window) -> str:
    """Draw a marker (a dot, or its words) or a circle, whose radius is metres or pixels."""
    lat, lon = layer["at"]
    x, y = window.place(lon, lat)
    if layer["kind"] == "marker":
        if layer["text"]:
            return _write_text(float(x), float(y), _cut_text(layer["text"], ENTRY_LETTERS), size=12)
        return _write_circle(x, y, MARKER_RADIUS_PX, {"fillColor": layer["colour"]})
    style = layer["style"]
    radius = float(style.get("radius", LEAFLET_RADIUS_PX))
    if layer["kind"] == "circle":
        radius = window.scale_metres(radius, lat)
    return _write_circle(x, y, radius, style)


def _draw_lines(layer: Spec, window: Window) -> str:
    """Draw a line, polygon or rectangle, given as latitudes and longitudes."""
    is_area = layer["kind"] in ("polygon", "rectangle")
    paths = [
        _write_path([(lon, lat) for lat, lon in points], window, close=is_area)
        for points in _list_lines(layer["at"], is_box=layer["kind"] == "rectangle")
    ]
    return f'<path d="{"".join(paths)}" {_write_look(layer["style"], fills=is_area)}/>'


def _list_lines(nested: Any, *, is_box: bool) -> list[Any]:
    """List the lines in nested lists of positions; two corners stand for a box."""
    if not nested:
        return []
    if not isinstance(nested[0][0], (int, float)):
        return [line for inner in nested for line in _list_lines(inner, is_box=is_box)]
    if is_box and len(nested) == 2:
        (south, west), (north, east) = nested
        return [[(south, west), (south, east), (north, east), (north, west)]]
    return [nested]


def _write_circle(x: Any, y: Any, radius: float, style: Spec) -> str:
    return (
        f'<circle cx="{float(x):.1f}" cy="{float(y):.1f}" r="{radius:.1f}" '
        f"{_write_look(style, fills=True)}/>"
    )


def _write_look(style: Spec, *, fills: bool) -> str:
    """Write Leaflet's path options as attributes of SVG."""
    look = LEAFLET_STYLE | style
    stroke = look["color"] if look["stroke"] else "none"
    fill = look.get("fillColor", look["color"]) if look.get("fill", fills) else "none"
    values = {
        "fill": HATCH if fill == HATCH else fill,
        "fill-opacity": look.get("fillOpacity", 0.2),
        "fill-rule": "evenodd",
        "stroke": stroke,
        "stroke-width": look["weight"],
        "stroke-opacity": look["opacity"],
        "stroke-dasharray": look.get("dashArray", "none"),
    }
    return " ".join(f'{name}="{html.escape(str(value))}"' for name, value in values.items())


def _draw_legends(legends: Sequence[Spec], top: int, width: int) -> tuple[str, int]:
    """Draw the legends below a map; also compute their height."""
    per_row = max(width // ENTRY_PX, 1)
    parts = []
    line = top
    for legend in legends:
        words = f"{legend['title']}（{legend['unit']}）" if legend["unit"] else legend["title"]
        line += LINE_PX
        parts.append(_write_text(4, line - 5, _cut_text(words, TITLE_LETTERS // 2), bold=True))
        for position, entry in enumerate(legend["entries"]):
            column = position % per_row
            line += LINE_PX if column == 0 else 0
            parts.append(_draw_entry(entry, 6 + column * ENTRY_PX, line - 5))
    return "".join(parts), line - top + (6 if legends else 0)


def _draw_entry(entry: Spec, x: int, y: int) -> str:
    fill = HATCH if entry["kind"] == "hatch" else html.escape(str(entry["colour"]))
    middle = y - 4
    if entry["kind"] == "circle":
        radius = min(float(entry["radius"]), SWATCH_PX / 2)
        swatch = f'<circle cx="{x + 8}" cy="{middle}" r="{radius}" fill="{fill}"/>'
    else:
        swatch = (
            f'<rect x="{x}" y="{middle - 6}" width="{SWATCH_PX}" height="12" fill="{fill}" '
            'stroke="#555555"/>'
        )
    return swatch + _write_text(x + SWATCH_PX + 6, y, _cut_text(entry["label"], ENTRY_LETTERS))


def _write_text(x: float, y: float, words: str, *, size: int = 12, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}"{weight} fill="#1c1c1c">'
        f"{html.escape(replace_surrogates(words))}</text>"
    )


def _break_text(text: str, letters: int, most: int) -> list[str]:
    """Break a text into lines of so many half-width letters; what the last cannot hold is cut."""
    rest = shorten(text, letters * most)
    lines: list[str] = []
    while rest and len(lines) < most - 1:
        end = _count_fitting(rest, letters)
        lines.append(rest[:end])
        rest = rest[end:].lstrip()
    return [*lines, _cut_text(rest, letters)] if rest else lines


def _cut_text(text: str, letters: int) -> str:
    """Cut a text to one line of so many half-width letters; a Japanese letter takes two."""
    line = shorten(text, letters)
    end = _count_fitting(line, letters)
    return line if end == len(line) else f"{line[: max(end - 1, 0)]}…"


def _count_fitting(text: str, letters: int) -> int:
    """Count the letters at the head of a text that so many half-width letters can hold."""
    widths = [2 if unicodedata.east_asian_width(letter) in "FWA" else 1 for letter in text]
    return int((np.cumsum(widths) <= letters).sum())
