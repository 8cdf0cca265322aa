"""How do cells, areas and names become paths of a small SVG?"""

import html
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from dxkit._arrays import FloatArray, IntArray
from dxkit.maps._shape_inputs import check_shapes
from dxkit.schema import replace_surrogates

FONT = (
    "font-family:'Hiragino Sans','BIZ UDPGothic','Yu Gothic UI',Meiryo,'Noto Sans CJK JP',"
    "IPAexGothic,sans-serif"
)
# of a cell's width: borders are drawn no finer
SIMPLIFIED_BY = 0.3


@dataclass(frozen=True)
class View:
    """A picture of mesh cells: which part of the Earth it shows, in cell widths.

    Attributes
    ----------
    west, north
        The upper left corner, in degrees.
    per_lat, per_lon
        How many cells a degree holds.
    width, height
        Of the picture, in cell widths.
    squash
        A cell's height in widths.
    """

    west: float
    north: float
    per_lat: float
    per_lon: float
    width: float
    height: float
    squash: float

    def project(self, lat: FloatArray, lon: FloatArray) -> FloatArray:
        """Compute points of the picture, a row each: right and down, in cell widths."""
        right = (lon - self.west) * self.per_lon
        down = (self.north - lat) * self.per_lat * self.squash
        return np.column_stack([right, down])

    @property
    def box(self) -> shapely.Geometry:
        """The picture's box in degrees."""
        south = self.north - self.height / self.squash / self.per_lat
        east = self.west + self.width / self.per_lon
        return shapely.box(self.west, south, east, self.north)


def write_cell_runs(row: IntArray, column: IntArray) -> str:
    """Write cells as boxes, neighbours in a row as one."""
    if not row.size:
        return ""
    order = np.lexsort((column, row))
    sorted_row = row[order]
    sorted_column = column[order]
    # a run begins where the row changes or a cell is left out
    is_start = (np.diff(sorted_row) != 0) | (np.diff(sorted_column) > 1)
    first = np.flatnonzero(np.append(True, is_start))
    last = np.append(first[1:], len(row)) - 1
    lengths = sorted_column[last] - sorted_column[first] + 1
    runs = zip(
        sorted_column[first].tolist(), sorted_row[first].tolist(), lengths.tolist(), strict=True
    )
    return "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)


def write_closed_path(points: FloatArray) -> str:
    """Write a closed line through these points of the picture."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z"


def write_areas(view: View, shapes: gpd.GeoDataFrame | None, fill: str, line: str) -> str:
    """Write areas as one path; nothing where there are none."""
    is_empty = isinstance(shapes, pd.DataFrame) and shapes.empty
    if shapes is None or is_empty:
        return ""
    path = "".join(_write_outlines(view, check_shapes(shapes, "background")))
    look = (
        f'fill="{fill}" stroke="{line}" stroke-width="1" fill-rule="evenodd" '
        'vector-effect="non-scaling-stroke"'
    )
    return f'<path {look} d="{path}"/>'


def write_borders(view: View, municipalities: gpd.GeoDataFrame | None, line: str) -> str:
    """Write borders and names over the cells; nothing where there are none."""
    if municipalities is None or not len(municipalities):
        return ""
    shapes = check_shapes(municipalities, "municipalities")
    path = "".join(_write_outlines(view, shapes))
    borders = (
        f'<path fill="none" stroke="{line}" stroke-width="1.2" '
        f'vector-effect="non-scaling-stroke" d="{path}"/>'
    )
    size = view.width / 42
    halo = view.width / 260
    style = (
        f'font-size="{size:.2f}" text-anchor="middle" fill="#222222" stroke="#ffffff" '
        f'stroke-width="{halo:.2f}"'
    )
    # a point on the surface lies inside also where the centroid of a bent area does not
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes.geometry.to_numpy()))
    positions = view.project(middles[:, 1], middles[:, 0])
    names = "".join(
        f'<text x="{x:.1f}" y="{y:.1f}">{html.escape(replace_surrogates(name))}</text>'
        for (x, y), name in zip(positions, shapes["name"], strict=True)
    )
    return (
        f'{borders}<g {style} paint-order="stroke" pointer-events="none" style="{FONT}">{names}</g>'
    )


def _write_outlines(view: View, shapes: gpd.GeoDataFrame) -> list[str]:
    """Write each area as a path, cut and simplified to what can be seen."""
    simplified = shapely.simplify(shapes.geometry.to_numpy(), SIMPLIFIED_BY / view.per_lon)
    # what lies outside would make the picture large and show nothing
    visible = shapely.intersection(simplified, view.box)
    return ["".join(_write_ring(view, ring) for ring in _list_rings(shape)) for shape in visible]


def _write_ring(view: View, ring: shapely.Geometry) -> str:
    lon, lat = shapely.get_coordinates(ring).T
    return write_closed_path(view.project(lat, lon))


def _list_rings(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """List the outer and inner rings of an area, whatever else the cut left of it."""
    polygons = [part for part in shapely.get_parts([shape]) if part.geom_type == "Polygon"]
    rings = [ring for part in polygons for ring in (part.exterior, *part.interiors)]
    return [ring for ring in rings if not ring.is_empty]
