"""How does a map of mesh cells look that is redrawn at every click?

A `Sketch` keeps what stays (borders, names, the place of each cell) and writes the rest anew as
one small SVG: some milliseconds for thousands of cells, where a map with zoom takes its frame a
second. Every text in it is escaped, and it holds no script and no address.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray, IntArray
from dxkit.codes import MESH_LEVELS
from dxkit.maps._html_safety import check_colour
from dxkit.maps._inputs import check_rows, read_row_labels
from dxkit.maps._mesh_layers import FIRST_LONGITUDE, check_cells, find_cells
from dxkit.maps._provenance import MARKS, read_origin
from dxkit.maps._shape_inputs import read_positions
from dxkit.maps._sketch_paths import (
    FONT,
    View,
    write_areas,
    write_borders,
    write_cell_runs,
    write_closed_path,
)
from dxkit.schema import replace_surrogates

# of the map's longer side, left free around what is drawn
MARGIN = 0.03
# colours of what lies below the cells
SEA = "#eef3f6"
LAND = "#fafaf7"
LAND_LINE = "#444444"
BACKGROUND = "#f0f0ec"
BACKGROUND_LINE = "#c4c4c4"
# picture width in pixels for which the radius of a mark is meant
NOMINAL_WIDTH_PX = 640
# of a mark's radius: the line around a dot, and that of a hollow mark
DOT_LINE = 0.2
HOLLOW_LINE = 0.4


@dataclass(frozen=True)
class SketchMarks:
    """Bases to draw on a `Sketch`.

    Attributes
    ----------
    lat, lon, names
        Of each base; names show while the pointer rests on it.
    colour, radius, hollow
        How they look; the radius in pixels of a picture 640 pixels wide.
    rings
        How far they reach, as `reach_ring` computes it: rows of longitude and latitude.
    """

    lat: FloatArray
    lon: FloatArray
    names: Sequence[str]
    colour: str = "#111111"
    radius: float = 5.0
    hollow: bool = False
    rings: Sequence[FloatArray] = ()


@dataclass(frozen=True)
class Sketch:
    """A map of mesh cells in units of one cell's width.

    Attributes
    ----------
    row, column
        Of each cell, counted from the upper left.
    view
        The picture's corner and size.
    kind
        Of the data: ``"made"`` and ``"estimated"`` ones are marked in the picture.
    below, above
        What is drawn under and over the cells: areas, then borders and names.
    """

    row: IntArray
    column: IntArray
    view: View
    kind: str = ""
    below: str = ""
    above: str = ""

    def locate_points(self, lat: FloatArray, lon: FloatArray) -> FloatArray:
        """Compute points of the picture, a row each: right and down, in cell widths."""
        return self.view.project(lat, lon)

    def locate_shares(self, lat: FloatArray, lon: FloatArray) -> FloatArray:
        """Compute points as shares (0–1) of the picture's width and height."""
        return self.view.project(lat, lon) / [self.view.width, self.view.height]

    def write_svg(
        self,
        kinds: IntArray,
        colours: Sequence[str],
        *,
        marks: Sequence[SketchMarks] = (),
        label: str = "地図",
    ) -> str:
        """Write the picture.

        Parameters
        ----------
        kinds
            Of each cell, a position in ``colours``; -1 is not drawn.
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
        # the picture stands without a title: the mark is part of it
        mark = MARKS.get(self.kind, "")
        text = html.escape(replace_surrogates(f"{label}（{mark}）" if mark else label))
        view_box = f"0 0 {self.view.width:.1f} {self.view.height:.1f}"
        # as wide as what holds it, so that shares of width and height stay true
        style = f"display:block;width:100%;height:auto;background:{SEA}"
        drawn_marks = "".join([*map(self._write_rings, marks), *map(self._write_dots, marks)])
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box}" role="img" '
            f'aria-label="{text}" style="{style}">{self.below}'
            f'<g transform="scale(1 {self.view.squash:.5f})" shape-rendering="crispEdges" '
            f'fill-opacity="0.9">{"".join(self._write_cells(kinds, colours))}</g>'
            f"{self.above}{drawn_marks}{self._write_mark(mark)}</svg>"
        )

    def _write_cells(self, kinds: IntArray, colours: Sequence[str]) -> Iterator[str]:
        for kind, colour in enumerate(colours):
            is_kind = kinds == kind
            path = write_cell_runs(self.row[is_kind], self.column[is_kind])
            yield f'<path fill="{check_colour(colour)}" d="{path}"/>'

    def _write_rings(self, marks: SketchMarks) -> str:
        paths = [
            write_closed_path(self.view.project(ring[:, 1], ring[:, 0])) for ring in marks.rings
        ]
        if not paths:
            return ""
        style = (
            f'fill="none" stroke="{check_colour(marks.colour)}" stroke-width="1.5" '
            'stroke-dasharray="5 4" vector-effect="non-scaling-stroke"'
        )
        return f'<path {style} d="{"".join(paths)}"/>'

    def _write_dots(self, marks: SketchMarks) -> str:
        colour = check_colour(marks.colour)
        radius = marks.radius * self.view.width / NOMINAL_WIDTH_PX
        if marks.hollow:
            look = f'fill="none" stroke="{colour}" stroke-width="{HOLLOW_LINE * radius:.2f}"'
        else:
            width = DOT_LINE * radius
            look = f'fill="{colour}" stroke="#ffffff" stroke-width="{width:.2f}"'
        positions = self.view.project(marks.lat, marks.lon)
        return "".join(
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}" {look}>'
            f"<title>{html.escape(replace_surrogates(name))}</title></circle>"
            for (x, y), name in zip(positions, marks.names, strict=True)
        )

    def _write_mark(self, mark: str) -> str:
        """Write 架空データ or 推計 into the upper left corner."""
        if not mark:
            return ""
        # as large as the municipalities' names and a little more
        size = self.view.width / 32
        return (
            f'<text x="{size / 2:.2f}" y="{1.4 * size:.2f}" font-size="{size:.2f}" '
            f'font-weight="bold" fill="#b3261e" stroke="#ffffff" stroke-width="{size / 6:.2f}" '
            f'paint-order="stroke" pointer-events="none" style="{FONT}">{mark}</text>'
        )


def prepare_sketch(
    cells: pd.DataFrame,
    *,
    level: str | int | None = None,
    points: pd.DataFrame | None = None,
    municipalities: gpd.GeoDataFrame | None = None,
    background: gpd.GeoDataFrame | None = None,
    made: bool = False,
) -> Sketch:
    """Prepare a map of these cells that is redrawn at every click.

    Parameters
    ----------
    cells
        One row a mesh cell: ``lat, lon`` of its centre.
    level
        Of the mesh: "3" 1 km, "4" 500 m, "5" 250 m; by default that of which ``lat, lon`` are
        centres.
    points
        Further places (``lat, lon``) that must be on the map.
    municipalities
        Municipalities whose borders and names are drawn: ``name, geometry``.
    background
        Areas in grey below.
    made
        The data are invented, also where the ``.attrs`` of cells and points do not say so.

    Returns
    -------
    Sketch
        Its ``write_svg`` writes the picture.

    Raises
    ------
    TableError
        If a table is empty or holds no positions.
    ChoiceError
        If there is no such level, or the centres are of another or of none.

    Examples
    --------
    >>> import numpy as np
    >>> cells = pd.DataFrame({"lat": [35.50208, 35.50625], "lon": [134.803125, 134.803125]})
    >>> picture = prepare_sketch(cells).write_svg(np.array([0, 1]), ["#e69f00", "#8cc6ea"])
    >>> picture.count("<path")
    2
    """
    mesh_level = check_cells(cells, level)
    if points is not None:
        check_rows(points)
    lat, lon = read_positions(cells, "lat", "lon", read_row_labels(cells))
    row, column = find_cells(lat, lon, mesh_level)
    view, top_row, left_column = _fit_view(cells, points, mesh_level)
    origin = read_origin(cells, points, made=made)
    # rows are counted from the top of the picture, as SVG counts
    bare = Sketch(top_row - 1 - row, column - left_column, view, origin["kind"])
    ground = write_areas(view, background, BACKGROUND, BACKGROUND_LINE)
    land = write_areas(view, municipalities, LAND, LAND_LINE)
    borders = write_borders(view, municipalities, LAND_LINE)
    return replace(bare, below=ground + land, above=borders)


def _fit_view(
    cells: pd.DataFrame, points: pd.DataFrame | None, level: str
) -> tuple[View, int, int]:
    """Fit the picture to everything that must be on it.

    Returns
    -------
    view, top_row, left_column
        The picture, and its upper and left edge as a row and a column of the mesh.
    """
    tables = [cells] if points is None else [cells, points]
    positions = [read_positions(table, "lat", "lon", read_row_labels(table)) for table in tables]
    lat = np.concatenate([latitudes for latitudes, _ in positions])
    lon = np.concatenate([longitudes for _, longitudes in positions])
    per_lat, per_lon = MESH_LEVELS[level]
    # one cell more than the margin, as the outermost cells reach beyond their centres
    free = MARGIN * max(np.ptp(lat), np.ptp(lon)) + 1 / per_lon
    top_row = int(np.ceil((lat.max() + free) * per_lat))
    left_column = int(np.floor((lon.min() - free - FIRST_LONGITUDE) * per_lon))
    # a degree of longitude shrinks towards the pole
    squash = per_lon / per_lat / float(np.cos(np.radians(lat.mean())))
    view = View(
        west=FIRST_LONGITUDE + left_column / per_lon,
        north=top_row / per_lat,
        per_lat=per_lat,
        per_lon=per_lon,
        width=(lon.max() + free - FIRST_LONGITUDE) * per_lon - left_column,
        height=(top_row - (lat.min() - free) * per_lat) * squash,
        squash=squash,
    )
    return view, top_row, left_column
