"""What is drawn on a dxkit map, as data?

Each layer is a folium layer, so that `folium.LayerControl` lists it and ``get_bounds`` finds it, but it holds data and no
template: it gives a plain description, which ``map.js`` draws.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import geopandas as gpd
import numpy as np
from branca.element import Element
from folium.map import Layer
from numpy.typing import ArrayLike

from dxkit.errors import AssetError
from dxkit.maps._classes import Legend
from dxkit.maps._inputs import DECIMALS, rounded

Spec = dict[str, Any]


@dataclass
class Gathered:
    """What the layers of a page share: each set of geometries once, and the legends of the pane at hand."""

    geometries: list[list[Spec]] = field(default_factory=list)
    legends: list[Legend] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    def put(self, geometries: list[Spec]) -> int:
        """Keep a set of geometries, once, and give its place."""
        key = json.dumps(geometries)
        if key not in self._places:
            self._places[key] = len(self.geometries)
            self.geometries.append(geometries)
        return self._places[key]


@dataclass(frozen=True)
class Notes:
    """What a tooltip says of each thing on a layer: a heading, and rows of heading and text."""

    heads: list[str]
    fields: list[str]
    rows: list[list[str]]

    def spec(self) -> Spec:
        """Give the notes as ``map.js`` reads them."""
        return {"heads": self.heads, "fields": self.fields, "rows": self.rows}


class DataLayer(Layer, ABC):
    """A layer that holds data; `describe` gives what ``map.js`` draws."""

    def __init__(
        self,
        name: str | None,
        bounds: Sequence[float],
        notes: Notes | None,
        styles: Sequence[Spec],
        places: ArrayLike,
    ) -> None:
        super().__init__(name=name, overlay=True, control=name is not None)
        self._name = type(self).__name__
        self.notes = notes
        self.styles = list(styles)
        self.places = np.asarray(places, dtype=int).tolist()
        # west, south, east, north
        self.bounds = [float(edge) for edge in bounds]

    def _get_self_bounds(self) -> list[list[float | None]]:
        """Give the box that the map should show; a mere background asks for none."""
        if self.notes is None:
            return [[None, None], [None, None]]
        west, south, east, north = self.bounds
        return [[south, west], [north, east]]

    @abstractmethod
    def describe(self, gathered: Gathered) -> Spec:
        """Give the layer as ``map.js`` reads it."""

    def render(self, **kwargs: Any) -> NoReturn:  # noqa: ARG002
        """Refuse branca's way of drawing; the map that holds the layer draws it."""
        raise AssetError("この層は dxkit の地図（dxkit.maps.Map）の上でだけ描けます。")

    def _told(self, kind: str) -> Spec:
        told: Spec = {"kind": kind, "styles": self.styles, "style_of": self.places}
        return told | ({"tooltip": self.notes.spec()} if self.notes else {})


class ShapeLayer(DataLayer):
    """Areas, each in one of a few styles.

    Parameters
    ----------
    shapes
        Areas in degrees.
    styles, places
        Leaflet path options, and which of them each area takes.
    notes
        What tooltips say; without them the areas are a mere background.
    """

    def __init__(
        self,
        shapes: gpd.GeoDataFrame,
        *,
        styles: Sequence[Spec],
        places: ArrayLike,
        notes: Notes | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name, shapes.total_bounds, notes, styles, places)
        self.geometries = rounded(shapes)

    def describe(self, gathered: Gathered) -> Spec:
        """Give the layer as ``map.js`` reads it."""
        told = self._told("shapes") | {
            "set": gathered.put(self.geometries),
            "interactive": self.notes is not None,
        }
        if self.notes is not None:
            told["styles"] = [*self.styles, {"weight": 3, "color": "#111111"}]
            told["hover"] = [len(self.styles)] * len(self.places)
        return told


class PointLayer(DataLayer):
    """Any number of circles: shapes up to a thousand, one canvas beyond, which hides the notes of the areas below.

    Parameters
    ----------
    lat, lon
        Degrees.
    radius
        Pixels, one a point.
    styles, places, notes
        As for `ShapeLayer`.
    """

    def __init__(
        self,
        lat: ArrayLike,
        lon: ArrayLike,
        *,
        radius: ArrayLike,
        styles: Sequence[Spec],
        places: ArrayLike,
        notes: Notes | None = None,
        name: str | None = None,
    ) -> None:
        lats, lons, radii = (
            np.round(np.asarray(values, dtype=float), DECIMALS) for values in (lat, lon, radius)
        )
        super().__init__(
            name, (lons.min(), lats.min(), lons.max(), lats.max()), notes, styles, places
        )
        self.lat, self.lon, self.radius = lats.tolist(), lons.tolist(), radii.tolist()

    def describe(self, gathered: Gathered) -> Spec:  # noqa: ARG002
        """Give the layer as ``map.js`` reads it."""
        return self._told("points") | {"lat": self.lat, "lon": self.lon, "radius": self.radius}


def shown(element: Element, told: Spec) -> Spec:
    """Add to a description what the layer control must know: the name, whether it is a base map, whether it shows at first."""
    if not isinstance(element, Layer):
        return told | {"name": None, "base": False, "show": True}
    name = str(element.layer_name) if element.control else None
    return told | {"name": name, "base": not element.overlay, "show": bool(element.show)}
