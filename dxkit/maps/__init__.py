"""Where do the municipalities stand, on a map that opens with the network unplugged?

`choropleth`, `points`, `coverage`, `difference`, `flows` and `compare` turn tables into folium maps that fetch nothing and
run nothing that a table says.
"""

from dxkit.maps._choropleth import choropleth, compare, points
from dxkit.maps._coverage import CHANGES, COLOURS, KINDS, NEITHER, coverage, difference, ring
from dxkit.maps._flows import flows
from dxkit.maps._map import Map
from dxkit.maps._svg import Mark, Sketch, sketch

__all__ = [
    "CHANGES",
    "COLOURS",
    "KINDS",
    "NEITHER",
    "Map",
    "Mark",
    "Sketch",
    "choropleth",
    "compare",
    "coverage",
    "difference",
    "flows",
    "points",
    "ring",
    "sketch",
]
