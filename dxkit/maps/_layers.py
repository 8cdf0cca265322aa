"""What is drawn on a dxkit map, as data?

Each layer is a folium layer, so that `folium.LayerControl` lists it and ``get_bounds`` covers it,
but it holds data and no template: it describes itself plainly, and ``map.js`` draws that.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import geopandas as gpd
import numpy as np
import shapely
from branca.element import Element
from folium.map import Layer
from numpy.typing import ArrayLike

from dxkit.errors import AssetError
from dxkit.maps._first_view import find_first_view, find_outside
from dxkit.maps._legend import Legend
from dxkit.maps._pack_shapes import DECIMALS

# what map.js reads: plain dicts, lists, texts, numbers
Spec = dict[str, Any]

HOVER_STYLE: Spec = {"weight": 3, "color": "#111111"}


@dataclass
class PageContent:
    """What the layers of a page share.

    Attributes
    ----------
    geometries
        Each set of geometries once, however many layers draw it.
    legends
        Of the map that is being described.
    """

    geometries: list[list[Spec]] = field(default_factory=list)
    legends: list[Legend] = field(default_factory=list)
    _positions: dict[str, int] = field(default_factory=dict)

    def add_geometries(self, geometries: list[Spec]) -> int:
        """Add a set of geometries unless it is there, and return its position."""
        # compared by content: two maps of the same areas share their shapes
        key = json.dumps(geometries)
        if key not in self._positions:
            self._positions[key] = len(self.geometries)
            self.geometries.append(geometries)
        return self._positions[key]


@dataclass(frozen=True)
class Notes:
    """What a tooltip says of each thing on a layer: a heading, and rows of heading and text."""

    heads: list[str]
    fields: list[str]
    rows: list[list[str]]

    def to_spec(self) -> Spec:
        """Convert to what ``map.js`` reads."""
        return {"heads": self.heads, "fields": self.fields, "rows": self.rows}


class DataLayer(Layer, ABC):
    """A layer that holds data; `describe_layer` describes what ``map.js`` draws."""

    def __init__(
        self,
        name: str | None,
        bounds: Sequence[float],
        notes: Notes | None,
        styles: Sequence[Spec],
        style_of: ArrayLike,
    ) -> None:
        super().__init__(name=name, overlay=True, control=name is not None)
        # branca builds identifiers from it
        self._name = type(self).__name__
        self.notes = notes
        self.styles = list(styles)
        self.style_of = np.asarray(style_of, dtype=int).tolist()
        # west, south, east, north
        self.bounds = [float(edge) for edge in bounds]

    def _get_self_bounds(self) -> list[list[float | None]]:
        """Return the box that the map should show; a mere background asks for none."""
        if self.notes is None:
            return [[None, None], [None, None]]
        west, south, east, north = self.bounds
        return [[south, west], [north, east]]

    @abstractmethod
    def describe_layer(self, content: PageContent) -> Spec:
        """Describe the layer as ``map.js`` reads it."""

    def render(self, **kwargs: Any) -> NoReturn:  # noqa: ARG002
        """Refuse branca's way of drawing; the map that holds the layer draws it.

        Raises
        ------
        AssetError
        """
        raise AssetError("この層は dxkit の地図（dxkit.maps.Map）の上でだけ描けます。")

    def _describe_common(self, kind: str) -> Spec:
        """Describe what all kinds of layers have: styles and tooltips."""
        spec: Spec = {"kind": kind, "styles": self.styles, "style_of": self.style_of}
        return spec | ({"tooltip": self.notes.to_spec()} if self.notes else {})


class ShapeLayer(DataLayer):
    """Areas, each in one of a few styles.

    Parameters
    ----------
    shapes
        Areas in degrees.
    styles, style_of
        Leaflet path options, and the position of each area's style among them.
    notes
        What tooltips say; without them the areas are a mere background.
    """

    def __init__(
        self,
        shapes: gpd.GeoDataFrame,
        *,
        styles: Sequence[Spec],
        style_of: ArrayLike,
        notes: Notes | None = None,
        name: str | None = None,
    ) -> None:
        # a mere background asks for no view
        view = shapes.total_bounds if notes is None else find_first_view(shapes)
        super().__init__(name, [float(edge) for edge in view], notes, styles, style_of)
        self.boxes = shapes.geometry.bounds.to_numpy(dtype=float)
        self.geometries = _round_geometries(shapes)

    def list_outside(self, edges: Sequence[float]) -> list[str]:
        """List the names of the areas that lie wholly outside a view (west, south, east, north)."""
        outside = find_outside(self.boxes, np.asarray(edges, dtype=float))
        return [self.notes.heads[position] for position in outside] if self.notes else []

    def describe_layer(self, content: PageContent) -> Spec:
        """Describe the layer as ``map.js`` reads it."""
        spec = self._describe_common("shapes") | {
            "set": content.add_geometries(self.geometries),
            "interactive": self.notes is not None,
        }
        if self.notes is not None:
            # the last style is the one of an area under the pointer
            spec["styles"] = [*self.styles, HOVER_STYLE]
            spec["hover"] = [len(self.styles)] * len(self.style_of)
        return spec


class PointLayer(DataLayer):
    """Any number of circles.

    Up to a thousand are shapes of the page; more are one canvas, which hides the notes of the
    areas below.

    Parameters
    ----------
    lat, lon
        Degrees.
    radius
        Pixels, one a point.
    styles, style_of, notes
        As for `ShapeLayer`.
    """

    def __init__(
        self,
        lat: ArrayLike,
        lon: ArrayLike,
        *,
        radius: ArrayLike,
        styles: Sequence[Spec],
        style_of: ArrayLike,
        notes: Notes | None = None,
        name: str | None = None,
    ) -> None:
        # rounded before the bounds, so that a page depends on what it shows alone
        latitudes = np.round(np.asarray(lat, dtype=float), DECIMALS)
        longitudes = np.round(np.asarray(lon, dtype=float), DECIMALS)
        bounds = (longitudes.min(), latitudes.min(), longitudes.max(), latitudes.max())
        super().__init__(name, bounds, notes, styles, style_of)
        self.lat = latitudes.tolist()
        self.lon = longitudes.tolist()
        self.radius = np.round(np.asarray(radius, dtype=float), DECIMALS).tolist()

    def describe_layer(self, content: PageContent) -> Spec:  # noqa: ARG002
        """Describe the layer as ``map.js`` reads it."""
        positions = {"lat": self.lat, "lon": self.lon, "radius": self.radius}
        return self._describe_common("points") | positions


def make_background(shapes: gpd.GeoDataFrame, style: Spec) -> ShapeLayer:
    """Make a layer of areas in one style, without tooltips and without a name."""
    return ShapeLayer(shapes, styles=[style], style_of=[0] * len(shapes))


def add_visibility(element: Element, spec: Spec) -> Spec:
    """Add to a description what the layer control must know.

    The keys are ``name`` (None keeps the layer out of the control), ``base`` (a base map) and
    ``show`` (visible at first).
    """
    if not isinstance(element, Layer):
        return spec | {"name": None, "base": False, "show": True}
    name = str(element.layer_name) if element.control else None
    return spec | {"name": name, "base": not element.overlay, "show": bool(element.show)}


def _round_geometries(shapes: gpd.GeoDataFrame) -> list[Spec]:
    """Write the geometries as GeoJSON with five decimals, without points that fall together."""
    # heights would be written into the page and shown nowhere
    plain = shapely.force_2d(shapes.geometry.to_numpy())
    rounded = shapely.transform(plain, lambda points: np.round(points, DECIMALS))
    thinned = shapely.remove_repeated_points(rounded)
    return [json.loads(text) for text in shapely.to_geojson(thinned)]
