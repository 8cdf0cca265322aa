"""What a map's page hands to map.js, with the shapes' coordinates in degrees as GeoJSON has them."""

import json
import re
from itertools import accumulate

BLOCK = re.compile(r'<script type="application/json" id="map-data">(.*?)</script>', re.DOTALL)


def read_spec(page):
    spec = json.loads(BLOCK.search(page)[1])
    spec["geometries"] = [[_unpack(shape) for shape in shapes] for shapes in spec["geometries"]]
    return spec


def _unpack(shape):
    if "geometries" in shape:
        return shape | {"geometries": [_unpack(part) for part in shape["geometries"]]}
    if shape["type"] == "Point":
        return shape
    return shape | {"coordinates": _add_steps(shape["coordinates"])}


def _add_steps(steps):
    if steps and isinstance(steps[0], list):
        return [_add_steps(part) for part in steps]
    assert all(type(step) is int for step in steps)
    columns = (accumulate(steps[::2]), accumulate(steps[1::2]))
    return [[x / 1e5, y / 1e5] for x, y in zip(*columns, strict=True)]
