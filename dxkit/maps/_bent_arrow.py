"""How does an arrow bend, so that the way there and the way back lie side by side?"""

import numpy as np
import shapely
from shapely.ops import substring

from dxkit._arrays import FloatArray
from dxkit._checks import require_number, to_float_array
from dxkit.errors import ChoiceError, shorten

# of the arrow's length: how far its middle lies from the straight line
BEND = 0.14
# lengths beyond this lose the digits of the arrow's head
LARGEST_LENGTH = 1e12
# of the curve: what stays free at both ends, and how many points it has between
CURVE_START = 0.04
CURVE_END = 0.95
CURVE_POINTS = 24
# of the width: length and half width of the head, where the arrow is long enough
HEAD_LENGTH = 2.2
HEAD_HALF_WIDTH = 1.1
# of the arrow's length: the longest head; of the head: its least half width
MAX_HEAD_SHARE = 0.45
MIN_HEAD_SLOPE = 0.35
# of the head: how far the body reaches below it, so that no gap opens
BODY_OVERLAP = 0.9


def bend_arrow(start: FloatArray, end: FloatArray, width: float) -> shapely.Geometry:
    """Build a bent arrow between two points of a plane, as an area.

    The arrow bends to its left and stays a little away from both points.

    Parameters
    ----------
    start, end
        Two coordinates each.
    width
        Of the arrow's body, in the unit of the coordinates.

    Returns
    -------
    shapely.Polygon

    Notes
    -----
    The body follows a quadratic Bézier curve whose control point lies to the left of the way.

    Examples
    --------
    >>> import numpy as np
    >>> arrow = bend_arrow(np.array([0.0, 0.0]), np.array([10.0, 0.0]), 0.2)
    >>> [round(edge, 2) for edge in arrow.bounds]
    [0.36, 0.13, 9.5, 1.5]
    """
    _check_ends(start, end, width)
    way = end - start
    # a Bézier curve passes its control point at half the distance
    control = (start + end) / 2 + BEND * 2 * np.array([-way[1], way[0]])
    t = np.linspace(CURVE_START, CURVE_END, CURVE_POINTS)[:, None]
    line = shapely.LineString((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end)
    head = min(HEAD_LENGTH * width, MAX_HEAD_SHARE * line.length)
    neck = np.array(line.interpolate(line.length - head).coords[0])
    tip = np.array(line.coords[-1])
    # perpendicular to the head's direction, of unit length, then as long as half the head is wide
    across = np.array([-(tip - neck)[1], (tip - neck)[0]]) / head
    side = across * max(HEAD_HALF_WIDTH * width, MIN_HEAD_SLOPE * head)
    middle_line = substring(line, 0, line.length - BODY_OVERLAP * head)
    body = middle_line.buffer(width / 2, cap_style="flat")
    return shapely.union(body, shapely.Polygon([neck + side, tip, neck - side]))


def _check_ends(start: FloatArray, end: FloatArray, width: float) -> None:
    """Refuse what is no way from one point to another."""
    points = to_float_array([start, end])
    is_way = points.shape == (2, 2) and bool((np.abs(points) <= LARGEST_LENGTH).all())
    if not is_way or np.array_equal(*points):
        raise ChoiceError(
            f"start={shorten(start)}, end={shorten(end)} は使えません。"
            "2つの異なる点を、それぞれ2つの数で書いてください。"
        )
    require_number(width, "width", above=True, high=LARGEST_LENGTH)
