"""Where do the municipalities stand, on a map that opens with the network unplugged?

`choropleth`, `points`, `coverage`, `difference`, `flows` and `compare` turn tables into folium maps that fetch nothing and
run nothing that a table says.
"""

from dxkit.maps.coverage import coverage, difference
from dxkit.maps.document import Map
from dxkit.maps.drawing import choropleth, compare, points
from dxkit.maps.flows import flows

__all__ = ["Map", "choropleth", "compare", "coverage", "difference", "flows", "points"]
