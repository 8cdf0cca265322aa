"""How large is a map of ours beside a plain folium map of the same content?

    python tests/benchmarks/map_size.py

Both hold the same 41 shapes, coloured by the same numbers, with the same tooltip. Ours carries Leaflet inside and opens
with the network unplugged; the plain one has links in its place, whose files (counted, not fetched) come on top of its size.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

import folium
import geopandas as gpd

from dxkit import maps

ROOT = Path(__file__).resolve().parents[2]
BOUNDARIES = ROOT / "data" / "derived" / "boundaries.geojson"
LEAFLET = ROOT / "dxkit" / "assets" / "leaflet"
SHAPES = 41


def towns():
    """The 41 municipalities with a number each."""
    shapes = gpd.read_file(BOUNDARIES)[["code", "name", "geometry"]]
    return shapes.assign(value=[float(place) for place in range(len(shapes))])


def ours(table, path):
    """Save our map and give the number of shapes in it."""
    maps.choropleth(table, column="value", label="値", title="大きさを比べる").save(path)
    block = re.search(r'id="map-data">(.*?)</script>', path.read_text(encoding="utf-8"), re.DOTALL)[
        1
    ]
    return sum(len(shapes) for shapes in json.loads(block)["geometries"])


def plain(table, path):
    """Save folium's own choropleth with a tooltip, as its documentation does it, and give the number of shapes in it."""
    made = folium.Map((34.9, 134.9), tiles=None)
    areas = folium.Choropleth(
        table, table, ["code", "value"], "feature.properties.code", legend_name="値"
    ).add_to(made)
    folium.GeoJsonTooltip(["name", "value"], ["市町", "値"]).add_to(areas.geojson)
    made.save(path)
    return path.read_text(encoding="utf-8").count('"type": "Feature"')


def main():
    """Print both sizes and their ratio; fail when either map lacks a shape."""
    table = towns()
    with tempfile.TemporaryDirectory() as folder:
        sizes = {}
        for name, make in (("dxkit", ours), ("folium", plain)):
            path = Path(folder) / f"{name}.html"
            shapes = make(table, path)
            links = len(
                re.findall(
                    r'<(?:script|link)[^>]+(?:src|href)="https?:', path.read_text(encoding="utf-8")
                )
            )
            sizes[name] = path.stat().st_size
            print(
                f"{name}: {sizes[name] / 1000:.0f} kB, {shapes} shapes, {links} files fetched from outside when opened"
            )
            if shapes != SHAPES:
                sys.exit(f"{name}: {shapes} shapes instead of {SHAPES}")
    leaflet = sum((LEAFLET / name).stat().st_size for name in ("leaflet.js", "leaflet.css"))
    print(
        f"of dxkit's, Leaflet: {leaflet / 1000:.0f} kB, the rest: {(sizes['dxkit'] - leaflet) / 1000:.0f} kB"
    )
    print(f"ratio: {sizes['dxkit'] / sizes['folium']:.2f}")


if __name__ == "__main__":
    main()
