"""How do the shapes of a country fit into a page?

Neighbouring points lie close: written as steps from point to point, in whole units of the last
decimal, a ring takes half the letters. ``map.js`` adds the steps up again; whole numbers lose
nothing on the way.
"""

from collections.abc import Sequence
from typing import Any

# decimals of a degree that a page's shapes keep: about a metre
DECIMALS = 5
UNITS = 10**DECIMALS


def pack_geometry(geometry: dict[str, Any]) -> dict[str, Any]:
    """Write the lines and rings of a GeoJSON geometry as steps; a single point stays as it is.

    Parameters
    ----------
    geometry
        In degrees, with at most five decimals.

    Returns
    -------
    dict
        With ``coordinates`` in which each list of points is one flat list of whole numbers: the
        first point's longitude and latitude, then the step to each next point, in 0.00001 degrees.
    """
    if "geometries" in geometry:
        parts = [pack_geometry(part) for part in geometry["geometries"]]
        return geometry | {"geometries": parts}
    if geometry["type"] == "Point":
        return geometry
    return geometry | {"coordinates": _pack_points(geometry["coordinates"])}


def _pack_points(coordinates: Sequence[Any]) -> list[Any]:
    # heights, which nothing shows, and parts without points are let through
    if not coordinates or not coordinates[0] or not isinstance(coordinates[0][0], int | float):
        return [_pack_points(part) for part in coordinates]
    steps: list[int] = []
    last_x = last_y = 0
    for lon, lat, *_ in coordinates:
        x = round(lon * UNITS)
        y = round(lat * UNITS)
        steps += (x - last_x, y - last_y)
        last_x = x
        last_y = y
    return steps
