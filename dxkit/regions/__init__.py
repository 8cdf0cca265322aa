"""Which municipality is where, who borders whom, and in which of them does a place lie?

Shapes are those of the table ``boundaries``: already generalised, off the official border and coast
by 34 m in the median and 142 m in the 95th percentile. `locate` therefore takes the nearest
municipality for points up to 300 m off the coast, and flags every point within 150 m of a border as
uncertain. Not for parcels, official areas or the wards of designated
cities.
"""

from dxkit.regions._areas import areas
from dxkit.regions._coast_distance import coast_distance
from dxkit.regions._locate import locate
from dxkit.regions._mesh import mesh
from dxkit.regions._municipalities import municipalities
from dxkit.regions._neighbours import neighbours
from dxkit.regions._within import within

__all__ = ["areas", "coast_distance", "locate", "mesh", "municipalities", "neighbours", "within"]
