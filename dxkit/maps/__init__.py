"""Where do the municipalities stand, on a map that opens with the network unplugged?

`choropleth`, `points`, `coverage`, `difference`, `flows` and `compare` turn tables into folium maps
that fetch nothing and run nothing that a table says. `prepare_sketch` makes the small picture that
widgets redraw at every click, with `reach_ring` and `bend_arrow` for its shapes.
"""

from dxkit.maps._bent_arrow import bend_arrow
from dxkit.maps._choropleth import choropleth
from dxkit.maps._comparison import compare
from dxkit.maps._coverage import COVERAGE_COLOURS, COVERAGE_KINDS, coverage
from dxkit.maps._difference import DIFFERENCE_COLOURS, difference, name_difference_kinds
from dxkit.maps._flows import flows
from dxkit.maps._map import Map
from dxkit.maps._points import points
from dxkit.maps._reach_rings import reach_ring
from dxkit.maps._sketch import Sketch, SketchMarks, prepare_sketch

__all__ = [
    "COVERAGE_COLOURS",
    "COVERAGE_KINDS",
    "DIFFERENCE_COLOURS",
    "Map",
    "Sketch",
    "SketchMarks",
    "bend_arrow",
    "choropleth",
    "compare",
    "coverage",
    "difference",
    "flows",
    "name_difference_kinds",
    "points",
    "prepare_sketch",
    "reach_ring",
]
