"""Maps in a real Chromium with the network unplugged: drawn, silent, and deaf to what tables say."""

import io
import re

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from shapely.geometry import box

from dxkit import maps

pytestmark = pytest.mark.browser

PWN = "window.__pwned=1"
HOSTILE = (
    f"<script>{PWN}</script>",
    f"</script><script>{PWN}</script>",
    f"<img src=x onerror={PWN}>",
    f'"><svg onload="{PWN}">',
    f"`${{{PWN}}}`",
    f"\\`${{{PWN}}}",
    f"');{PWN};//",
    f'");{PWN};//',
    f"--><!--<script>{PWN}",
    f"&lt;img src=x onerror={PWN}&gt;&#60;svg onload={PWN}&#62;",
    "{{ cycler.__init__.__globals__.os.getcwd() }}",
    "{% x %}{{ 7*7 }}{# c",
    f"javascript:{PWN}",
    "__proto__",
    "\ud800 \u2028 \u202e 反対",
    "{policy} {data} %s $1 \\1",
)
SHAPES = "path.leaflet-interactive"


def boxes(count=41):
    """Areas in a grid, with Hyogo's codes."""
    codes = [f"{28201 + place}" for place in range(count)]
    names = [f"第{place + 1}町" for place in range(count)]
    shapes = [
        box(x, y, x + 0.1, y + 0.1)
        for place in range(count)
        for x, y in [(134.3 + place % 7 * 0.1, 34.4 + place // 7 * 0.1)]
    ]
    return gpd.GeoDataFrame(
        {"code": codes, "name": names, "value": [float(place) for place in range(count)]},
        geometry=shapes,
        crs="EPSG:6668",
    )


@pytest.fixture
def towns():
    return boxes()


def visible(text):
    """A text as the browser tells it back: white space as one space, a lone half of a pair replaced."""
    return re.sub(r"\s+", " ", text.encode("utf-8", "replace").decode()).strip()


def told(page, selector):
    return [visible(text) for text in page.locator(selector).all_text_contents()]


def hover(page, shape=5):
    """Move the mouse onto a shape and give what the tooltip says."""
    spot = page.locator(SHAPES).nth(shape).bounding_box()
    page.mouse.move(1, 1)
    page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    page.wait_for_selector(".leaflet-tooltip")
    return visible(page.locator(".leaflet-tooltip").text_content())


def hover_inside(page, shape):
    """Move the mouse onto a bent shape, whose middle may lie outside of it, and give what the tooltip says."""
    find = """(path) => {
        const box = path.getBoundingClientRect();
        for (let x = box.left; x < box.right; x += 1)
            for (let y = box.top; y < box.bottom; y += 1)
                if (document.elementFromPoint(x, y) === path) return [x, y];
    }"""
    page.mouse.move(1, 1)
    page.mouse.move(*page.locator(SHAPES).nth(shape).evaluate(find))
    page.wait_for_selector(".leaflet-tooltip")
    # the one before may still be fading
    return visible(page.locator(".leaflet-tooltip").last.text_content())


def disarmed(drawn, path):
    """Save a map without its Content-Security-Policy: texts must be harmless even where nothing else would stop them."""
    html, found = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", drawn.page())
    assert found == 1
    path.write_text(html, encoding="utf-8")
    return path


def in_a_table(text):
    """What a column of text can hold: half of a surrogate pair is refused by pandas itself where pyarrow is installed."""
    return text.encode("utf-8", "replace").decode()


def with_text(text, *, column="value"):
    """A table in which every name, heading and note is the same text."""
    text, column = in_a_table(text), in_a_table(column)
    table = boxes().assign(name=text, note=text)
    table.loc[7, "value"] = np.nan
    return table.rename(columns={"value": column, "note": text + "n"})


def words(text):
    return {
        "label": text,
        "unit": text,
        "missing": text,
        "title": text,
        "source": text,
        "tooltip": (in_a_table(text) + "n",),
    }


def numbers_map(text):
    return maps.choropleth(
        with_text(text, column=text), column=in_a_table(text), **(words(text) | {"label": None})
    )


def categories_map(text):
    table = with_text(text).assign(
        kind=[in_a_table(text) if place % 2 else "実施" for place in range(41)]
    )
    return maps.choropleth(table, column="kind", **words(text))


def comparison_map(text):
    return maps.compare(numbers_map(text), categories_map(text), title=text, source=text)


def markers_map(text):
    drawn = numbers_map(text)
    for place, popup in enumerate(
        (text, folium.Popup(text, show=True), folium.Popup(text, parse_html=True))
    ):
        folium.Marker(
            (34.5, 134.4 + place / 10), popup=popup, tooltip=text, icon=folium.DivIcon(html=text)
        ).add_to(drawn)
    group = folium.FeatureGroup(name=text).add_to(drawn)
    folium.CircleMarker(
        (34.6, 134.4), tooltip=folium.Tooltip(text, permanent=True), popup=text
    ).add_to(group)
    folium.PolyLine([(34.4, 134.4), (34.8, 134.8)], tooltip=text, popup=text).add_to(group)
    folium.LayerControl(collapsed=False).add_to(drawn)
    return drawn


def geojson_map(text):
    drawn = maps.Map(title=text, source=text)
    held = in_a_table(text)
    table = boxes().assign(name=held).rename(columns={"name": held})
    folium.GeoJson(
        table,
        name=text,
        style_function=lambda feature: {"fillColor": "#0072b2", "weight": 1},
        highlight_function=lambda feature: {"weight": 4},
        tooltip=folium.GeoJsonTooltip(fields=[held, "code"], aliases=[text, "コード"]),
        popup=folium.GeoJsonPopup(fields=[held]),
    ).add_to(drawn)
    folium.LayerControl(collapsed=False).add_to(drawn)
    return drawn


def folium_choropleth_map(text):
    drawn = maps.Map(title=text)
    table = boxes().assign(name=in_a_table(text))
    inside = folium.Choropleth(
        table,
        data=table,
        columns=["code", "value"],
        key_on="feature.properties.code",
        legend_name=text,
        name=text,
    ).add_to(drawn)
    folium.GeoJsonTooltip(fields=["name"]).add_to(inside.geojson)
    folium.LayerControl(collapsed=False).add_to(drawn)
    return drawn


AREA_MAPS = (
    numbers_map,
    categories_map,
    comparison_map,
    markers_map,
    geojson_map,
    folium_choropleth_map,
)


@pytest.mark.parametrize("make", AREA_MAPS)
def test_a_hostile_text_is_shown_as_text_in_every_slot_and_never_runs(seen, tmp_path, make):
    for text in HOSTILE:
        page = seen.open(disarmed(make(text), tmp_path / "map.html"))
        seen.nothing_but_the_map()
        shapes = 82 if make is comparison_map else 41
        assert page.locator(SHAPES).count() >= shapes, text
        assert visible(text) in told(page, "h1")[0]
        if make is not markers_map:
            assert visible(text) in hover(page), text
        if make in (numbers_map, categories_map, comparison_map, folium_choropleth_map):
            assert visible(text) in " ".join(told(page, ".legend")), text
        if make in (markers_map, geojson_map, folium_choropleth_map):
            assert visible(text) in told(page, ".leaflet-control-layers-overlays label span"), text
        if make is markers_map:
            assert told(page, ".mark .words") == [visible(text)] * 3, text
            # folium's Popup keeps "\\`" and "`" as one and the same
            assert visible(text.replace("\\`", "`")) in told(page, ".leaflet-popup .note"), text
        page.mouse.click(500, 400)
        seen.nothing_but_the_map()


def test_hostile_texts_on_points_are_shown_as_text_and_never_run(seen, tmp_path):
    for text in HOSTILE:
        held = in_a_table(text)
        rows = pd.DataFrame(
            {
                "lat": [34.5, 34.6, 34.7],
                "lon": [134.5, 134.6, 134.7],
                "name": held,
                held: [held, "b", None],
                "n": [1, 4, 9],
            }
        )
        drawn = maps.points(
            rows,
            colour_by=held,
            size="n",
            size_label=text,
            background=boxes(),
            **(words(text) | {"label": None, "tooltip": (held,)}),
        )
        page = seen.open(disarmed(drawn, tmp_path / "map.html"))
        spot = page.locator(".map").bounding_box()
        page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
        page.wait_for_selector(".leaflet-tooltip")
        assert visible(text) in told(page, ".leaflet-tooltip")[0]
        assert visible(text) in " ".join(told(page, ".legend"))
        assert page.evaluate("document.body.dataset.drawn") == "3"
        seen.nothing_but_the_map()


def test_hostile_texts_on_flows_are_shown_as_text_and_never_run(seen, tmp_path):
    for text in HOSTILE:
        held = in_a_table(text)
        places = pd.DataFrame(
            {
                "code": ["a", "b", "c"],
                "name": held,
                "lat": [34.5, 34.8, np.nan],
                "lon": [134.5, 135.0, np.nan],
            }
        )
        rows = pd.DataFrame({"home": ["a", "a", "b"], "host": ["b", "a", "c"], held: [9, 4, 1]})
        drawn = maps.flows(
            rows, places, people=held, municipalities=boxes(), unit=text, title=text, source=text
        )
        page = seen.open(disarmed(drawn, tmp_path / "map.html"))
        assert page.evaluate("document.body.dataset.drawn") == "3"
        for _ in range(3):
            assert visible(text) in hover_inside(page, 0), text
        assert visible(text) in " ".join(told(page, ".legend")), text
        assert visible(text) in told(page, "h1")[0]
        seen.nothing_but_the_map()


def test_arrows_and_circles_of_a_flow_map_tell_their_numbers(seen, tmp_path):
    places = pd.DataFrame(
        {"code": ["a", "b"], "name": ["甲市", "乙町"], "lat": [34.5, 34.8], "lon": [134.5, 135.0]}
    )
    rows = pd.DataFrame(
        {"home": ["a", "a", "b"], "host": ["b", "a", "a"], "people": [900, 4000, 30]}
    )
    maps.flows(rows, places, title="流れ").save(tmp_path / "map.html")
    page = seen.open(tmp_path / "map.html")
    # a shape that is pointed at comes to the front: the next one is first
    said = [hover_inside(page, 0) for _ in range(4)]
    assert "甲市 → 乙町" in said[0]
    assert "900 人" in said[0]
    assert "乙町 → 甲市" in said[1]
    assert "4,030 人" in said[2]
    colours = colours_of(page.locator(".map").screenshot())
    assert (
        sum(count for colour, count in colours.items() if colour[1:3] > "c0" and colour[5:] < "60")
        > 300
    )
    seen.nothing_but_the_map()


def test_a_script_slipped_into_a_saved_map_is_not_run(seen, towns, tmp_path):
    page = maps.choropleth(towns, column="value").page()
    slipped = f"<script>{PWN}</script><img src=x onerror={PWN}><script src=https://example.com/x.js></script></body>"
    (tmp_path / "map.html").write_text(page.replace("</body>", slipped), encoding="utf-8")
    opened = seen.open(tmp_path / "map.html")
    assert opened.evaluate("typeof window.__pwned") == "undefined"
    assert opened.locator(SHAPES).count() == 41
    assert len(seen.errors) == 4
    assert all("Content Security Policy" in said for said in seen.errors)


def test_a_frame_in_a_notebook_cannot_reach_the_page_around_it(seen, towns, tmp_path):
    tag = maps.choropleth(towns, column="value", title="枠")._repr_html_()
    (tmp_path / "notebook.html").write_text(
        f"<!DOCTYPE html><meta charset=utf-8><title>secret</title>{tag}", encoding="utf-8"
    )

    def serve(route):
        name = route.request.url.removeprefix("http://notebook.test/")
        route.fulfill(path=tmp_path / name, content_type="text/html; charset=utf-8")

    seen.page.context.set_offline(False)
    seen.page.route("http://notebook.test/**", serve)
    seen.page.goto("http://notebook.test/notebook.html")
    # on a busy machine the frame comes a little after its page
    frame = seen.page.wait_for_selector("iframe[srcdoc]").content_frame()
    frame.wait_for_selector("body[data-drawn='41']")
    assert frame.evaluate("origin") == "null"
    assert (
        frame.evaluate(
            "() => { try { return parent.document.title } catch (error) { return error.name } }"
        )
        == "SecurityError"
    )
    assert {url.split("/")[2] for url in seen.requests} == {"notebook.test"}
    assert seen.errors == []


def test_a_map_inside_the_tag_is_drawn_too(seen, towns, tmp_path):
    tag = maps.choropleth(towns, column="value", title="枠")._repr_html_()
    (tmp_path / "notebook.html").write_text(
        f"<!DOCTYPE html><meta charset=utf-8>{tag}", encoding="utf-8"
    )
    seen.page.goto((tmp_path / "notebook.html").as_uri())
    frame = seen.page.frames[1]
    frame.wait_for_selector("body[data-drawn='41']")
    assert frame.evaluate("origin") == "null"
    seen.nothing_but_the_map()


def colours_of(picture):
    """The colours in a screenshot, with how many pixels have each."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    return {
        "#{:02x}{:02x}{:02x}".format(*colour): count
        for count, colour in image.getcolors(maxcolors=1 << 24)
    }


def test_every_class_of_the_legend_is_seen_on_the_map_and_missing_areas_are_hatched(
    seen, towns, tmp_path
):
    towns.loc[[3, 11], "value"] = np.nan
    drawn = maps.choropleth(towns, column="value", title="色")
    drawn.save(tmp_path / "map.html")
    page = seen.open(tmp_path / "map.html")
    seen_colours = colours_of(page.locator(".map").screenshot())
    wanted = [entry.colour for entry in drawn.legends[0].entries if entry.kind == "fill"]
    assert len(wanted) == 5
    assert all(seen_colours.get(colour, 0) > 1000 for colour in wanted)
    assert page.locator(f"{SHAPES}[fill='url(#hatch)']").count() == 2
    # slanted lines are smoothed: shades between the line's grey and white
    greys = [f"#{shade:02x}{shade:02x}{shade:02x}" for shade in range(0x8A, 0xF0)]
    assert sum(seen_colours.get(grey, 0) for grey in greys) > 1000
    seen.nothing_but_the_map()


def test_five_thousand_points_are_drawn_over_the_background(seen, towns, tmp_path):
    places = np.arange(5000)
    rows = pd.DataFrame(
        {
            "lat": 34.45 + places % 50 / 100,
            "lon": 134.35 + places // 50 / 200,
            "name": places.astype(str),
        }
    )
    maps.points(rows, background=towns).save(tmp_path / "map.html")
    page = seen.open(tmp_path / "map.html")
    assert page.evaluate("document.body.dataset.drawn") == "5000"
    assert page.locator("canvas").count() == 1
    # circles are drawn slightly transparent: nearly the blue of Okabe and Ito
    blue = sum(
        count
        for colour, count in colours_of(page.locator(".map").screenshot()).items()
        if colour[1:3] < "40" and colour[5:] > "90"
    )
    assert blue > 20_000
    seen.nothing_but_the_map()


def test_areas_below_circles_still_tell_their_notes(seen, tmp_path):
    places = np.arange(100)
    cells = pd.DataFrame(
        {
            "lat": 34.5 + (places // 10 + 0.5) / 240,
            "lon": 134.5 + (places % 10 + 0.5) / 160,
            "people": 10,
            "times": 1,
        }
    )
    bases = pd.DataFrame({"name": ["第一拠点"], "lat": [34.6], "lon": [134.6]})
    maps.coverage(cells, bases, range_km=9.0).save(tmp_path / "map.html")
    page = seen.open(tmp_path / "map.html")
    said = [hover_inside(page, shape) for shape in range(page.locator(SHAPES).count())]
    assert any("1,000 人" in each for each in said)
    assert any("第一拠点" in each for each in said)
    seen.nothing_but_the_map()


def test_moving_one_of_two_compared_maps_moves_the_other(seen, towns, tmp_path):
    left = maps.choropleth(towns, column="value", title="左")
    right = maps.choropleth(
        towns.assign(kind=["実施", *["未実施"] * 40]), column="kind", title="右"
    )
    maps.compare(left, right, title="並べる").save(tmp_path / "map.html")
    page = seen.open(tmp_path / "map.html")
    assert told(page, "h2") == ["左", "右"]
    first, second = page.locator(".map").nth(0), page.locator(".map").nth(1)
    assert first.bounding_box()["height"] == second.bounding_box()["height"]

    def spots():
        """Where a shape in the middle of each map lies within its map."""
        found = []
        for area in (first, second):
            shape, frame = area.locator(SHAPES).nth(17).bounding_box(), area.bounding_box()
            found.append([shape["x"] - frame["x"], shape["y"] - frame["y"], shape["width"]])
        return found

    def together(places):
        """No further apart than half a pixel."""
        return places[0] == pytest.approx(places[1], abs=0.5)

    def at_rest():
        """Where they lie once nothing moves: a map that was thrown glides on, longer on a busy machine."""
        seen_before, now = None, spots()
        while now != seen_before:
            page.wait_for_timeout(400)
            seen_before, now = now, spots()
        return now

    before = at_rest()
    assert together(before)
    page.locator(".leaflet-control-zoom-in").first.click()
    assert together(at_rest())
    second_box = second.bounding_box()
    for step in (80, -80, 77, -77, 43, -43):
        page.mouse.move(second_box["x"] + 200, second_box["y"] + 200)
        page.mouse.down()
        page.mouse.move(second_box["x"] + 200 - step, second_box["y"] + 200 - step / 2, steps=4)
        page.mouse.up()
        after = at_rest()
        assert together(after)
        assert not together([after[0], before[0]])
    seen.nothing_but_the_map()


@pytest.mark.parametrize(("width", "height"), [(700, 500), (340, 480), (1400, 900)])
def test_legend_and_map_keep_apart_and_inside_a_frame_of_any_size(
    seen, towns, tmp_path, width, height
):
    maps.choropleth(towns, column="value", title="狭い枠", source="出典の名前").save(
        tmp_path / "map.html"
    )
    seen.page.set_viewport_size({"width": width, "height": height})
    page = seen.open(tmp_path / "map.html")
    area, legend, source = (
        page.locator(part).bounding_box() for part in (".map", "aside", "footer")
    )
    beside = area["x"] + area["width"] <= legend["x"] + 1
    below = area["y"] + area["height"] <= legend["y"] + 1
    assert beside or below
    assert source["y"] + source["height"] <= height
    assert area["width"] >= 0.6 * width or below
    assert area["height"] >= 0.5 * height
    seen.nothing_but_the_map()


def test_tiles_are_asked_of_the_geospatial_authority_only_when_told_to(seen, towns, tmp_path):
    maps.choropleth(towns, column="value", offline=False).save(tmp_path / "map.html")
    page = seen.open(tmp_path / "map.html")
    assert page.locator(SHAPES).count() == 41
    assert {url.split("/")[2] for url in seen.requests} == {"cyberjapandata.gsi.go.jp"}
    assert "国土地理院" in told(page, ".leaflet-control-attribution")[0]
