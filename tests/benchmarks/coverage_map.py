"""How large is a map of 8,000 cells, how soon is it drawn in a browser, and how soon does the workshop's map follow a slider?

    python tests/benchmarks/coverage_map.py

Tajima's people in cells of 250 m (each 500 m cell of the table ``mesh_people``, made, split into four), three bases, borders.
Beside our `maps.coverage` stands folium's own way: a GeoJson layer of the same cells with a style function. Both are opened
in Chromium with the network unplugged (folium's page then lacks its libraries, so that only its size is told). The slider:
`widgets.drone_explorer` at 500 m × 200 candidates, ten winds.
"""

import sys
import tempfile
import time
from pathlib import Path

import folium
import geopandas as gpd
import pandas as pd
import shapely
from siting import candidates, people

import dxkit
from dxkit import drones, maps, widgets
from dxkit.codes import MESH_LEVELS

sys.path.append(str(Path(__file__).resolve().parents[1] / "browser"))
SECONDS, MEGABYTES, SLIDER_SECONDS = 1.0, 3.0, 0.3


def ours(cells, siting, path):
    """Save our map."""
    towns = dxkit.load("municipalities")
    towns = towns[towns["code"].isin(cells["code"])]
    drawn = maps.coverage(
        cells.assign(times=siting.assigned["times"]),
        siting.bases,
        range_km=5,
        level="5",
        municipalities=towns,
        made=True,
        title="250 m",
    )
    drawn.save(path)


def plain(cells, siting, path):
    """Save folium's own map of the same cells."""
    per_lat, per_lon = MESH_LEVELS["5"]
    half_lat, half_lon = 0.5 / per_lat, 0.5 / per_lon
    boxes = shapely.box(
        cells["lon"] - half_lon,
        cells["lat"] - half_lat,
        cells["lon"] + half_lon,
        cells["lat"] + half_lat,
    )
    table = gpd.GeoDataFrame(
        {"times": siting.assigned["times"], "people": cells["people"]},
        geometry=boxes,
        crs="EPSG:6668",
    )
    drawn = folium.Map((35.4, 134.8), tiles=None)
    folium.GeoJson(
        table,
        style_function=lambda cell: {
            "fillColor": "blue" if cell["properties"]["times"] else "orange",
            "weight": 0,
        },
    ).add_to(drawn)
    drawn.save(path)


def opened(path):
    """Open a map in Chromium; give the best of five times until it is drawn."""
    from conftest import CHROMIUM_FLAGS, chromium_path
    from playwright.sync_api import sync_playwright

    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_FLAGS)
        )
        context = browser.new_context(viewport={"width": 1000, "height": 700})
        context.set_offline(True)
        for _ in range(5):
            page = context.new_page()
            start = time.perf_counter()
            page.goto(path.as_uri())
            page.wait_for_selector("body[data-drawn]", timeout=30_000)
            page.evaluate(
                "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            times.append(time.perf_counter() - start)
            page.close()
        browser.close()
    return min(times)


def slider():
    """Move the wind ten times; give the slowest answer."""
    demand, sites = people(500).drop(columns=["x", "y"]), candidates(200)
    explorer = widgets.drone_explorer(
        demand,
        sites,
        dxkit.load("drone_types"),
        municipalities=dxkit.load("municipalities"),
        made=True,
    )
    times = []
    for wind in (1, 2, 3, 4, 5, 6, 7, 6.5, 5.5, 2.5):
        start = time.perf_counter()
        explorer.wind.value = wind
        times.append(time.perf_counter() - start)
        best = drones.best_bases(
            demand, sites, count=3, range_km=explorer.study.compute_reach(explorer.read_flight())
        )
        if f"{best.value:,.0f}人" not in explorer.sentence.value:
            sys.exit(f"wind {wind}: the widget does not show the optimum {best.value:,.0f}")
    return max(times), pd.Series(times).median()


def main():
    """Print sizes and times; fail above the bars."""
    cells = people(250).drop(columns=["x", "y"])
    siting = drones.best_bases(cells, candidates(50), count=3, range_km=5)
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{name}.html" for name in ("dxkit", "folium")}
        start = time.perf_counter()
        ours(cells, siting, paths["dxkit"])
        made = time.perf_counter() - start
        plain(cells, siting, paths["folium"])
        sizes = {name: path.stat().st_size / 1e6 for name, path in paths.items()}
        seconds = opened(paths["dxkit"])
    print(f"{len(cells)} cells: dxkit {sizes['dxkit']:.2f} MB with Leaflet inside, folium {sizes['folium']:.2f} MB without its libraries "
          f"({sizes['folium'] / sizes['dxkit']:.1f} ×); written in {made:.2f} s, drawn in {seconds:.2f} s")  # fmt: skip
    slowest, usual = slider()
    print(
        f"slider at 500 m × 200: new optimum and map in {usual:.3f} s (median of ten), {slowest:.3f} s at most"
    )
    if sizes["dxkit"] > MEGABYTES or seconds > SECONDS or slowest > SLIDER_SECONDS:
        sys.exit(f"above the bars of {MEGABYTES} MB, {SECONDS} s and {SLIDER_SECONDS} s")


if __name__ == "__main__":
    main()
