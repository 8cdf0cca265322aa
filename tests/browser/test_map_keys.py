"""A map without a mouse: one stop of Tab, arrows from part to part, and ready in a frame that nobody looks at."""

import html

import folium
import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import dxkit
from dxkit import maps

pytestmark = pytest.mark.browser
WORDS = "() => document.querySelector('.speaker').textContent"
FOCUS = "() => [document.activeElement.tagName, document.activeElement.classList[0] || '']"
SHAPES = "path.leaflet-interactive"
BELOW_PX = 5000
MOST_STOPS = 30
KINDS = ("choropleth", "points", "coverage", "difference", "flows", "compare")
# a browser shows nothing of a frame that lies outside the view; one picture now and then would be chance
NO_PICTURES = (
    "<script>window.requestAnimationFrame = () => 0;"
    "window.ResizeObserver = class { observe() {} unobserve() {} disconnect() {} };</script>"
)


@pytest.fixture
def grid():
    """Seven areas a row, from the south-west, as many as Hyogo has municipalities."""
    places = range(41)
    cells = [
        box(x, y, x + 0.1, y + 0.1)
        for place in places
        for x, y in [(134.3 + place % 7 * 0.1, 34.4 + place // 7 * 0.1)]
    ]
    table = {
        "code": [f"{28201 + place}" for place in places],
        "name": [f"第{place + 1}町" for place in places],
        "value": [float(place) for place in places],
    }
    return gpd.GeoDataFrame(table, geometry=cells, crs="EPSG:6668")


def _open(seen, drawing, folder):
    drawing.save(folder / "map.html")
    return seen.open(folder / "map.html")


def _read_name(page):
    """Read the name of the part that is chosen."""
    return page.evaluate(WORDS).partition("、")[0]


def test_a_map_is_one_stop_of_tab_and_arrows_walk_over_its_shapes(seen, grid, tmp_path):
    page = _open(seen, maps.choropleth(grid, column="value"), tmp_path)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == ["DIV", "map"]
    page.keyboard.press("ArrowUp")
    # the first is the one in the middle of the view
    assert _read_name(page) == "第25町"
    for key, name in (
        ("ArrowUp", "第32町"),
        ("ArrowRight", "第33町"),
        ("ArrowDown", "第26町"),
        ("ArrowLeft", "第25町"),
        ("PageDown", "第26町"),
        ("PageUp", "第25町"),
    ):
        page.keyboard.press(key)
        assert _read_name(page) == name
    assert page.evaluate(WORDS) == "第25町、value 24"
    # at the edge the walk stays
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    assert _read_name(page) == "第22町"
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == ["SUMMARY", ""]
    assert page.evaluate(WORDS) == ""
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUS) == ["DIV", "map"]
    # and goes on where it was left
    page.keyboard.press("ArrowRight")
    assert _read_name(page) == "第22町"
    seen.nothing_but_the_map()


def _list_stops(page):
    """List what Tab stops at, until it leaves the page."""
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        tag, name = page.evaluate(FOCUS)
        if tag == "BODY":
            return stops
        stops.append(name or tag)
    raise AssertionError(f"Tab does not leave the map: {stops}")


@pytest.fixture
def cells():
    """Cells of 500 m in two states, as before and after a choice of bases."""
    places = range(12)
    return pd.DataFrame(
        {
            "lat": [34.5 + (place // 4 + 0.5) / 240 for place in places],
            "lon": [134.5 + (place % 4 + 0.5) / 160 for place in places],
            "people": 10,
            "times": [place % 3 for place in places],
            "before": [place % 2 for place in places],
            "after": [place % 3 for place in places],
        }
    )


def _draw_every_kind(grid, cells):
    """Draw one map a function of `maps` that draws one."""
    halls = pd.DataFrame({"name": grid["name"], "lat": grid.centroid.y, "lon": grid.centroid.x})
    bases = pd.DataFrame({"name": ["拠点"], "lat": [34.505], "lon": [134.51]})
    moves = pd.DataFrame({"home": ["28201"], "host": ["28207"], "people": [5.0]})
    first, second = (maps.choropleth(grid, column="value", title=word) for word in "一二")
    return {
        "choropleth": maps.choropleth(grid, column="value"),
        "points": maps.points(halls),
        "coverage": maps.coverage(cells, bases, range_km=2.0),
        "difference": maps.difference(cells, bases, bases),
        "flows": maps.flows(moves, halls.assign(code=grid["code"]), municipalities=grid),
        "compare": maps.compare(first, second),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_tab_stops_of_every_kind_of_map(seen, grid, cells, tmp_path, kind):
    stops = _list_stops(_open(seen, _draw_every_kind(grid, cells)[kind], tmp_path))
    panes = 2 if kind == "compare" else 1
    assert stops.count("map") == panes
    # besides maps only legends can be folded
    assert set(stops) <= {"map", "SUMMARY"}
    legends = seen.page.locator(".legend summary").count()
    assert stops.count("SUMMARY") == legends


def test_no_kind_of_map_is_left_out(grid, cells):
    drawn = _draw_every_kind(grid, cells)
    functions = [name for name in maps.__all__ if callable(getattr(maps, name))]
    annotations = {name: getattr(maps, name).__annotations__.get("return") for name in functions}
    assert {name for name, kind in annotations.items() if kind is maps.Map} == set(drawn)
    assert set(drawn) == set(KINDS)


@pytest.mark.parametrize("is_collapsed", [True, False])
def test_a_control_of_layers_has_stops_of_its_own(seen, grid, tmp_path, is_collapsed):
    drawing = maps.choropleth(grid, column="value")
    group = folium.FeatureGroup(name="役場").add_to(drawing)
    folium.CircleMarker((34.6, 134.4), tooltip="役場").add_to(group)
    folium.LayerControl(collapsed=is_collapsed).add_to(drawing)
    page = _open(seen, drawing, tmp_path)
    # the areas and the group
    choices = ["leaflet-control-layers-selector"] * 2
    if is_collapsed:
        assert _list_stops(page) == ["map", "leaflet-control-layers-toggle", "SUMMARY"]
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert _list_stops(page) == [*choices, "SUMMARY"]
    else:
        assert _list_stops(page) == ["map", *choices, "SUMMARY"]


def test_the_chosen_shape_is_outlined_and_escape_leaves_it(seen, grid, tmp_path):
    page = _open(seen, maps.choropleth(grid, column="value"), tmp_path)
    lines = page.locator(".leaflet-chosen-pane path")
    page.keyboard.press("Tab")
    # a ring around the map, and the keys below it
    assert page.locator(".map").evaluate("box => getComputedStyle(box).outlineStyle") == "solid"
    assert page.locator(".keys").is_visible()
    assert lines.count() == 0
    page.keyboard.press("ArrowUp")
    assert [lines.nth(place).get_attribute("stroke") for place in range(2)] == [
        "#ffffff",
        "#111111",
    ]
    page.wait_for_selector(".leaflet-tooltip:has-text('第25町')")
    chosen = lines.last.bounding_box()
    page.keyboard.press("ArrowRight")
    assert lines.count() == 2
    assert lines.last.bounding_box()["x"] > chosen["x"] + 10
    page.keyboard.press("Escape")
    assert lines.count() == 0
    assert page.evaluate(WORDS) == ""
    page.wait_for_selector(".leaflet-tooltip", state="detached")
    assert page.evaluate(FOCUS) == ["DIV", "map"]


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_enter_and_space_open_what_a_click_opens(seen, tmp_path, key):
    drawing = maps.Map((34.7, 135.2), zoom_start=9)
    shape = box(135.0, 34.6, 135.4, 34.8).__geo_interface__
    layer = folium.GeoJson({"type": "Feature", "properties": {"name": "西の町"}, "geometry": shape})
    folium.GeoJsonPopup(["name"], ["市町"]).add_to(layer)
    layer.add_to(drawing)
    folium.Marker((34.95, 135.2), tooltip="役場", popup="開いています").add_to(drawing)
    page = _open(seen, drawing, tmp_path)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    page.keyboard.press(key)
    page.wait_for_selector(".leaflet-popup:has-text('西の町')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    # a pin is walked to as well
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(WORDS) == "役場"
    page.keyboard.press(key)
    page.wait_for_selector(".leaflet-popup:has-text('開いています')")
    assert page.evaluate(WORDS) == "開いています"


# where each arrow leads from each part; PageDown comes by all of them
WAYS = """() => {
    const map = document.querySelector('.map');
    const read = () => document.querySelector('.speaker').textContent.split('、')[0];
    const press = (key) => {
        map.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        return read();
    };
    const goTo = (name) => {
        for (let presses = 0; read() !== name; presses += 1) {
            if (presses > MOST) throw new Error(`PageDown does not come to ${name}`);
            press('PageDown');
        }
    };
    const ways = {};
    // every part is new until the first comes again, so that this ends
    for (let name = press('PageDown'); !(name in ways); goTo(name), name = press('PageDown')) {
        ways[name] = [];
        for (const key of ['ArrowUp', 'ArrowRight', 'ArrowDown', 'ArrowLeft']) {
            goTo(name);
            ways[name].push(press(key));
        }
    }
    return ways;
}""".replace("MOST", "100")


def test_arrows_alone_lead_from_each_municipality_to_all_others(seen, tmp_path):
    towns = dxkit.load("municipalities")
    page = _open(seen, maps.choropleth(towns, column="people_2020"), tmp_path)
    ways = page.evaluate(WAYS)
    assert set(ways) == set(towns["name"])
    for start in ways:
        reached, following = {start}, {start}
        while following:
            following = {name for place in following for name in ways[place]} - reached
            reached |= following
        assert reached == set(ways), start


def test_plus_zooms_and_an_arrow_brings_a_shape_outside_the_view_into_it(seen, grid, tmp_path):
    page = _open(seen, maps.choropleth(grid, column="value"), tmp_path)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    chosen = page.locator(".leaflet-chosen-pane path").last
    width = chosen.bounding_box()["width"]
    for _ in range(2):
        page.keyboard.press("Shift++")
        page.wait_for_function("() => !document.querySelector('.leaflet-zoom-anim')")
    assert chosen.bounding_box()["width"] > 2 * width
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    assert _read_name(page) == "第39町"
    page.wait_for_function(
        """() => {
            const box = (part) => [...document.querySelectorAll(part)].at(-1).getBoundingClientRect();
            const [map, shape] = [box('.map'), box('.leaflet-chosen-pane path')];
            const middle = (shape.top + shape.bottom) / 2;
            return shape.height > 40 && middle > map.top && middle < map.bottom;
        }"""
    )


def test_a_map_in_a_frame_outside_the_view_is_drawn_and_can_be_walked(seen, grid):
    page_of_map = (
        maps.choropleth(grid, column="value")
        .page()
        .replace("<head>", "<head>" + NO_PICTURES, 1)
        # this is not among the scripts that the page's own rule lets run
        .replace("Content-Security-Policy", "x-rule", 1)
    )
    frame = f'<iframe sandbox="allow-scripts" width="600" height="400" srcdoc="{html.escape(page_of_map)}"></iframe>'
    seen.page.set_content(f'<body style="margin:0"><div style="height:{BELOW_PX}px"></div>{frame}')
    inner = seen.page.query_selector("iframe").content_frame()
    # waiting for a function would wait for pictures, which such a frame never has
    inner.wait_for_function("() => document.body.dataset.drawn", polling=100)
    assert inner.locator(SHAPES).count() == 41
    assert inner.evaluate("() => document.querySelector('.map').getAttribute('role')") == (
        "application"
    )
    assert inner.evaluate("() => document.querySelectorAll('[tabindex=\"0\"]').length") == 1
    inner.evaluate(
        "() => document.querySelector('.map')"
        ".dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }))"
    )
    # the middle of the map lies between this and 第18町
    assert inner.evaluate(WORDS).startswith("第25町")
    assert inner.locator(".leaflet-chosen-pane path").count() == 2


# how wide and where the area in the middle is, and the size of the picture that Leaflet makes anew for another frame
SIZES = """() => {
    const picture = document.querySelector('.leaflet-overlay-pane svg');
    const { width, x, y } = picture.querySelectorAll('path.leaflet-interactive')[24].getBoundingClientRect();
    return { width, place: `${x} ${y}`, size: picture.getAttribute('width') };
}"""


def _shrink_frame(page, start):
    """Make the frame smaller and wait until Leaflet has drawn for it; return how wide an area is, of before."""
    page.set_viewport_size({"width": 560, "height": 392})
    page.wait_for_function(f"size => ({SIZES})().size !== size", arg=start["size"])
    return page.evaluate(SIZES)["width"] / start["width"]


@pytest.mark.parametrize(
    "keys",
    [
        ("Shift+Tab",),
        ("Escape",),
        ("Control", "Alt", "Meta"),
        ("Control+c",),
        ("ArrowUp",),
    ],
)
def test_a_map_that_keys_have_not_moved_is_aimed_again(seen, grid, tmp_path, keys):
    page = _open(seen, maps.choropleth(grid, column="value"), tmp_path)
    start = page.evaluate(SIZES)
    for key in ("Tab", *keys):
        page.keyboard.press(key)
    assert _shrink_frame(page, start) < 0.8


@pytest.mark.parametrize("key", ["Shift+ArrowUp", "-"])
def test_a_map_that_keys_have_moved_stays(seen, grid, tmp_path, key):
    page = _open(seen, maps.choropleth(grid, column="value"), tmp_path)
    place = page.evaluate(SIZES)["place"]
    page.keyboard.press("Tab")
    page.keyboard.press(key)
    page.wait_for_function(
        f"place => ({SIZES})().place !== place"
        " && !document.querySelector('.leaflet-zoom-anim, .leaflet-pan-anim')",
        arg=place,
    )
    assert _shrink_frame(page, page.evaluate(SIZES)) == pytest.approx(1, rel=0.02)
