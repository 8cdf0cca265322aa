"""How does a map look that is redrawn at every click?

A `Sketch` keeps what stays (borders, names, the place of each cell) and writes the rest anew as one small SVG: some
milliseconds for thousands of cells, where a map with zoom takes its frame a second. Every text in it is escaped, and it holds
no script and no address.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from dxkit.codes import MESH_LEVELS
from dxkit.errors import ChoiceError, shorten
from dxkit.maps import _inputs
from dxkit.maps._html_safety import clean, colour

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
# of the map's longer side, left free around what is drawn
MARGIN = 0.03
LAND, SEA, LINE = "#fafaf7", "#eef3f6", "#444444"
OTHERS, OTHER_LINE = "#f0f0ec", "#c4c4c4"
FONT = "font-family:'Hiragino Sans','BIZ UDPGothic','Yu Gothic UI',Meiryo,'Noto Sans CJK JP',IPAexGothic,sans-serif"


@dataclass(frozen=True)
class Mark:
    """Bases to draw: where, what they are called, how they look, and how far they reach."""

    lat: Floats
    lon: Floats
    names: Sequence[str]
    colour: str = "#111111"
    radius: float = 5.0
    hollow: bool = False
    rings: Sequence[Floats] = ()


@dataclass(frozen=True)
class Sketch:
    """A map of mesh cells in units of one cell's width.

    Attributes
    ----------
    row, column
        Of each cell, counted from the upper left.
    west, north, per_lat, per_lon
        The corner, and how many cells a degree holds.
    width, height
        Of the picture; ``squash`` is a cell's height in widths.
    below, above
        What is drawn under and over the cells: areas, then borders and names.
    """

    row: Places
    column: Places
    west: float
    north: float
    per_lat: float
    per_lon: float
    width: float
    height: float
    squash: float
    below: str = ""
    above: str = ""

    def at(self, lat: Floats, lon: Floats) -> Floats:
        """Give points of the picture, a row each: right and down."""
        across = (lon - self.west) * self.per_lon
        return np.column_stack([across, (self.north - lat) * self.per_lat * self.squash])

    def shares(self, lat: Floats, lon: Floats) -> Floats:
        """Give points as shares (0–1) of the picture's width and height."""
        return self.at(lat, lon) / [self.width, self.height]

    def svg(
        self,
        kinds: Places,
        colours: Sequence[str],
        *,
        marks: Sequence[Mark] = (),
        label: str = "地図",
    ) -> str:
        """Write the picture.

        Parameters
        ----------
        kinds
            Of each cell, a place in ``colours``; -1 is not drawn.
        colours
            CSS colours.
        marks
            Bases, the last on top.
        label
            Read out by screen readers.

        Returns
        -------
        str
            One ``<svg>`` element that is as wide as what holds it.
        """
        cells = "".join(
            f'<path fill="{colour(each)}" d="{_runs(self.row[kinds == kind], self.column[kinds == kind])}"/>'
            for kind, each in enumerate(colours)
        )
        drawn = "".join(self._rings(mark) for mark in marks) + "".join(
            self._dots(mark) for mark in marks
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:.1f} {self.height:.1f}" role="img" '
            f'aria-label="{html.escape(clean(label))}" style="display:block;width:100%;height:auto;background:{SEA}">'
            f'{self.below}<g transform="scale(1 {self.squash:.5f})" shape-rendering="crispEdges" fill-opacity="0.9">{cells}</g>'
            f"{self.above}{drawn}</svg>"
        )

    def _rings(self, mark: Mark) -> str:
        paths = "".join(_closed(self.at(ring[:, 1], ring[:, 0])) for ring in mark.rings)
        shade = colour(mark.colour)
        style = f'fill="none" stroke="{shade}" stroke-width="1.5" stroke-dasharray="5 4" vector-effect="non-scaling-stroke"'
        return f'<path {style} d="{paths}"/>' if paths else ""

    def _dots(self, mark: Mark) -> str:
        shade, size = colour(mark.colour), mark.radius * self.width / 640
        look = (
            f'fill="none" stroke="{shade}" stroke-width="{0.4 * size:.2f}"'
            if mark.hollow
            else f'fill="{shade}" stroke="#ffffff"'
        )
        line = "" if mark.hollow else f' stroke-width="{0.2 * size:.2f}"'
        return "".join(
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{size:.2f}" {look}{line}><title>{html.escape(clean(name))}</title></circle>'
            for (x, y), name in zip(self.at(mark.lat, mark.lon), mark.names, strict=True)
        )


def sketch(
    cells: pd.DataFrame,
    *,
    level: str | int = "4",
    points: pd.DataFrame | None = None,
    towns: gpd.GeoDataFrame | None = None,
    background: gpd.GeoDataFrame | None = None,
) -> Sketch:
    """Prepare a map of these cells.

    Parameters
    ----------
    cells
        One row a mesh cell: ``lat, lon`` of its centre.
    level
        Of the mesh: "3" 1 km, "4" 500 m, "5" 250 m.
    points
        Further places (``lat, lon``) that must be on the map.
    towns
        Municipalities whose borders and names are drawn: ``name, geometry``.
    background
        Areas in grey below.

    Returns
    -------
    Sketch

    Raises
    ------
    TableError
        If a table is empty or holds no positions.
    ChoiceError
        If there is no such level.
    """
    _inputs.check_rows(cells)
    if str(level) not in MESH_LEVELS:
        raise ChoiceError(
            f"メッシュの段階「{shorten(level)}」はありません。{'・'.join(MESH_LEVELS)} から選んでください（4 = 500 m）。"
        )
    per_lat, per_lon = MESH_LEVELS[str(level)]
    lat, lon = _inputs.positions(cells, "lat", "lon", [str(row) for row in cells.index])
    # a hair inwards, as `coverage` does it
    row, column = (
        np.floor(each + 1e-6).astype(np.intp) for each in (lat * per_lat, (lon - 100) * per_lon)
    )
    more = (
        []
        if points is None
        else [_inputs.positions(points, "lat", "lon", [str(each) for each in points.index])]
    )
    edges = [
        np.concatenate([each, *(extra[axis] for extra in more)])
        for axis, each in enumerate((lat, lon))
    ]
    free = MARGIN * max(np.ptp(edges[0]), np.ptp(edges[1])) + 1 / per_lon
    top, left = (
        int(np.ceil((edges[0].max() + free) * per_lat)),
        int(np.floor((edges[1].min() - free - 100) * per_lon)),
    )
    # a degree of longitude shrinks towards the pole
    squash = per_lon / per_lat / float(np.cos(np.radians(edges[0].mean())))
    width, height = (
        (edges[1].max() + free - 100) * per_lon - left,
        (top - (edges[0].min() - free) * per_lat) * squash,
    )
    empty = Sketch(
        top - 1 - row,
        column - left,
        100 + left / per_lon,
        top / per_lat,
        per_lat,
        per_lon,
        width,
        height,
        squash,
    )
    below = _areas(empty, background, OTHERS, OTHER_LINE) + _areas(empty, towns, LAND, LINE)
    return replace(empty, below=below, above=_borders(empty, towns))


def _runs(row: Places, column: Places) -> str:
    """Write cells as boxes, neighbours in a row as one."""
    if not row.size:
        return ""
    order = np.lexsort((column, row))
    row, column = row[order], column[order]
    first = np.flatnonzero(np.append(True, (np.diff(row) != 0) | (np.diff(column) > 1)))
    last = np.append(first[1:], len(row)) - 1
    long = column[last] - column[first] + 1
    boxes = zip(column[first].tolist(), row[first].tolist(), long.tolist(), strict=True)
    return "".join(f"M{x} {y}h{many}v1h-{many}z" for x, y, many in boxes)


def _closed(points: Floats) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z"


def _outline(drawn: Sketch, shapes: gpd.GeoDataFrame) -> list[str]:
    """Write each area that meets the picture as a path, cut and simplified to what can be seen."""
    low = drawn.north - drawn.height / drawn.squash / drawn.per_lat
    box = shapely.box(drawn.west, low, drawn.west + drawn.width / drawn.per_lon, drawn.north)
    cut = shapely.intersection(
        shapely.simplify(shapes.geometry.to_numpy(), 0.3 / drawn.per_lon), box
    )
    return [
        "".join(_closed(drawn.at(*_turned(ring))) for ring in _each_ring(shape)) for shape in cut
    ]


def _each_ring(shape: shapely.Geometry) -> list[shapely.Geometry]:
    polygons = [part for part in shapely.get_parts([shape]) if part.geom_type == "Polygon"]
    return [
        ring for part in polygons for ring in (part.exterior, *part.interiors) if not ring.is_empty
    ]


def _turned(ring: shapely.Geometry) -> tuple[Floats, Floats]:
    lon, lat = shapely.get_coordinates(ring).T
    return lat, lon


def _areas(drawn: Sketch, shapes: gpd.GeoDataFrame | None, fill: str, line: str) -> str:
    if shapes is None or not len(shapes):
        return ""
    path = "".join(_outline(drawn, _inputs.check_shapes(shapes, "background")))
    look = f'fill="{fill}" stroke="{line}" stroke-width="1" fill-rule="evenodd" vector-effect="non-scaling-stroke"'
    return f'<path {look} d="{path}"/>'


def _borders(drawn: Sketch, towns: gpd.GeoDataFrame | None) -> str:
    """Write borders and names over the cells."""
    if towns is None or not len(towns):
        return ""
    checked = _inputs.check_shapes(towns, "towns")
    path = "".join(_outline(drawn, checked))
    middle = shapely.get_coordinates(shapely.point_on_surface(checked.geometry.to_numpy()))
    size, halo = drawn.width / 42, drawn.width / 260
    style = f'font-size="{size:.2f}" text-anchor="middle" fill="#222222" stroke="#ffffff" stroke-width="{halo:.2f}"'
    words = "".join(
        f'<text x="{x:.1f}" y="{y:.1f}">{html.escape(clean(name))}</text>'
        for (x, y), name in zip(drawn.at(middle[:, 1], middle[:, 0]), checked["name"], strict=True)
    )
    lines = f'<path fill="none" stroke="{LINE}" stroke-width="1.2" vector-effect="non-scaling-stroke" d="{path}"/>'
    return (
        f'{lines}<g {style} paint-order="stroke" pointer-events="none" style="{FONT}">{words}</g>'
    )
