"""Where should a map look first, so that far islands do not make everything else a dot?"""

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from dxkit._arrays import FloatArray, IntArray

# degrees of sea between parts of one group, tried from the narrowest on
GAPS = (0.02, 0.1, 0.2, 0.4)
# share of the areas that the first view must hold
LEAST_SHARE = 2 / 3
# how many times larger these must become to leave the others outside the first view
LEAST_GAIN = 2.0
# width to height of a map in a notebook
FRAME_WIDTH = 900.0
FRAME_HEIGHT = 480.0
# a few areas all count; of a whole country, or of a mesh, nothing is left out
FEWEST = 8
MOST = 300


def find_first_view(shapes: gpd.GeoDataFrame) -> FloatArray:
    """Find the box that holds most areas: without islands so far that the rest would be tiny.

    Areas are grouped by the sea between their largest parts. The largest group is the first view
    if it holds two thirds of all areas and is shown at least twice as large without the others.

    Parameters
    ----------
    shapes
        Areas in degrees.

    Returns
    -------
    numpy.ndarray
        West, south, east, north; of all areas where nothing is gained.
    """
    everything = np.asarray(shapes.total_bounds, dtype=float)
    if not FEWEST <= len(shapes) <= MOST:
        return everything
    boxes = _find_largest_parts(shapes)
    for gap in GAPS:
        group = _find_largest_group(boxes, gap)
        if len(group) >= LEAST_SHARE * len(shapes):
            edges = shapely.total_bounds(boxes[group])
            gain = _measure_extent(everything) / max(_measure_extent(edges), 1e-9)
            return edges if gain >= LEAST_GAIN else everything
    return everything


def find_outside(boxes: FloatArray, edges: FloatArray) -> IntArray:
    """Find the positions of boxes wholly outside another; all are west, south, east, north."""
    west, south, east, north = edges
    is_outside = (
        (boxes[:, 0] > east) | (boxes[:, 2] < west) | (boxes[:, 1] > north) | (boxes[:, 3] < south)
    )
    return np.flatnonzero(is_outside)


def _find_largest_parts(shapes: gpd.GeoDataFrame) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """Find the box around the largest part of each area."""
    parts, owners = shapely.get_parts(shapes.geometry.to_numpy(), return_index=True)
    # the last of a sorted owner's parts is its largest
    order = np.lexsort((shapely.area(parts), owners))
    is_last = np.append(owners[order][1:] != owners[order][:-1], True)
    boxes: np.ndarray[tuple[int], np.dtype[np.object_]] = shapely.envelope(parts[order][is_last])
    return boxes


def _find_largest_group(
    boxes: "np.ndarray[tuple[int], np.dtype[np.object_]]", gap: float
) -> IntArray:
    """Find the positions of the largest group in which each box is near another."""
    tree = shapely.STRtree(boxes)
    first, second = tree.query(boxes, predicate="dwithin", distance=gap)
    links = coo_matrix((np.ones(len(first)), (first, second)), shape=(len(boxes), len(boxes)))
    _, labels = connected_components(links, directed=False)
    return np.flatnonzero(labels == np.bincount(labels).argmax())


def _measure_extent(edges: FloatArray) -> float:
    """Measure how much of a frame a box takes in Mercator's projection, in degrees a pixel."""
    west, south, east, north = edges
    low, high = np.degrees(np.arctanh(np.sin(np.radians([south, north]))))
    return float(max((east - west) / FRAME_WIDTH, (high - low) / FRAME_HEIGHT))
