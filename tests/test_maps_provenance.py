"""No map and no widget shows invented or estimated data without saying so, and each names where its data come from."""

import inspect
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from ipywidgets import HTML
from shapely.geometry import box

from dxkit import maps, sharing, widgets

MADE = {"source": "作り話", "as_of": "2026-11", "kind": "made", "made": True}
PUBLISHED = {"source": "出典: 県の統計", "as_of": "2025-04", "kind": "published"}
ESTIMATED = {"source": "推計の表", "as_of": "2030", "kind": "estimated"}


def with_origin(table, attrs):
    table = table.copy()
    table.attrs = dict(attrs)
    return table


def areas(attrs):
    shapes = [box(134.5 + place, 34.5, 135.5 + place, 35.5) for place in range(2)]
    table = gpd.GeoDataFrame(
        {
            "code": ["28201", "28202"],
            "name": ["姫路市", "尼崎市"],
            "area": ["中播磨", "阪神南"],
            "value": [1.0, 2.0],
        },
        geometry=shapes,
        crs="EPSG:6668",
    )
    return with_origin(table, attrs)


def cells(attrs):
    row = np.arange(12)
    table = pd.DataFrame(
        {
            "code": "28201",
            "lat": 35.3 + (row // 4 + 0.5) / 240,
            "lon": 134.6 + (row % 4 + 0.5) / 160,
            "people": 10.0 + row,
            "times": row % 3,
            "before": row % 2,
            "after": row % 3,
        }
    )
    return with_origin(table, attrs)


def bases(attrs):
    table = pd.DataFrame({"base": ["甲", "乙"], "lat": [35.305, 35.31], "lon": [134.61, 134.62]})
    return with_origin(table, attrs)


def moves(attrs):
    table = pd.DataFrame({"home": ["28201"], "host": ["28202"], "people": [5.0]})
    return with_origin(table, attrs)


def places(attrs):
    table = areas({}).drop(columns="geometry").assign(lat=[34.8, 34.7], lon=[134.7, 135.4])
    return with_origin(pd.DataFrame(table), attrs)


TYPES = pd.DataFrame(
    {
        "label": ["小型"],
        "mass_kg": [8.8],
        "payload_max_kg": [1.0],
        "airspeed_ms": [10.0],
        "endurance_min": [20.0],
        "wind_max_ms": [10.0],
    }
)


def drawn(values, attrs, **options):
    return maps.choropleth(with_origin(values, attrs), column="value", **options)


# every table that a map function draws, one case a table; each gives a page from the provenance of that table
MAP_CASES = {
    "choropleth": [
        lambda attrs, **k: maps.choropleth(areas(attrs), column="value", **k).page(),
        lambda attrs, **k: maps.choropleth(
            with_origin(areas({}).set_index("code")["value"], attrs), geometry=areas({}), **k
        ).page(),
    ],
    "points": [lambda attrs, **k: maps.points(places(attrs), **k).page()],
    "coverage": [
        lambda attrs, **k: maps.coverage(cells(attrs), **k).page(),
        lambda attrs, **k: maps.coverage(cells({}), bases(attrs), **k).page(),
        lambda attrs, **k: maps.coverage(
            cells({}),
            bases({}),
            range_km=with_origin(
                pd.DataFrame({"bearing_deg": [0.0, 120, 240], "range_km": 2.0}), attrs
            ),
            **k,
        ).page(),
    ],
    "difference": [
        lambda attrs, **k: maps.difference(cells(attrs), **k).page(),
        lambda attrs, **k: maps.difference(cells({}), bases(attrs), **k).page(),
        lambda attrs, **k: maps.difference(cells({}), None, bases(attrs), **k).page(),
    ],
    "flows": [
        lambda attrs, **k: maps.flows(moves(attrs), places({}), **k).page(),
        lambda attrs, **k: maps.flows(moves({}), places(attrs), **k).page(),
    ],
    "compare": [
        lambda attrs, **k: maps.compare(
            drawn(areas({}), attrs, **k), drawn(areas({}), PUBLISHED), title="並べる"
        ).page(),
        lambda attrs, **k: maps.compare(
            drawn(areas({}), PUBLISHED), drawn(areas({}), attrs, **k), title="並べる"
        ).page(),
    ],
    "prepare_sketch": [
        lambda attrs, **k: maps.prepare_sketch(cells(attrs), **k).write_svg(
            np.zeros(12, dtype=int), ["#e69f00"]
        ),
        lambda attrs, **k: maps.prepare_sketch(cells({}), points=bases(attrs), **k).write_svg(
            np.zeros(12, dtype=int), ["#e69f00"]
        ),
    ],
}
# public names that draw no table: classes, constants, and what computes shapes or words
NO_MAP = {
    "COVERAGE_COLOURS",
    "COVERAGE_KINDS",
    "DIFFERENCE_COLOURS",
    "Map",
    "Sketch",
    "SketchMarks",
    "bend_arrow",
    "name_difference_kinds",
    "reach_ring",
}


def shown(widget):
    """All that a widget shows as HTML."""
    parts = [getattr(widget, "value", "")]
    parts += [each["data"]["text/html"] for each in getattr(widget, "outputs", ())]
    for child in getattr(widget, "children", ()):
        parts.append(shown(child))
    return "".join(part for part in parts if isinstance(part, str))


def maturity(attrs, **options):
    values = pd.DataFrame({"ai": [1.0, 0.0]}, index=pd.Index(["28201", "28202"], name="code"))
    indicators = pd.DataFrame({"indicator": ["ai"], "label": ["AI"], "unit": ["有無"]})
    return widgets.maturity_explorer(with_origin(values, attrs), indicators, areas({}), **options)


def builder(attrs, **options):
    members = pd.DataFrame({"code": list("abcd"), "people": [1, 2, 8, 9]})
    made = widgets.group_builder(
        with_origin(members, attrs), alike=["people"], size=(2, 2), **options
    )
    made.build()
    return made


def scenario(attrs):
    found = sharing.read_scenario("nankai_illustrative").change(hours=30)
    tables = {name: with_origin(table, attrs) for name, table in found.tables.items()}
    return replace(found, tables=tables)


WIDGET_CASES = {
    "drone_explorer": [
        lambda attrs, **k: widgets.drone_explorer(cells(attrs), bases({}), TYPES, count=1, **k),
        lambda attrs, **k: widgets.drone_explorer(cells({}), bases(attrs), TYPES, count=1, **k),
        lambda attrs, **k: widgets.drone_explorer(
            cells({}), bases({}), with_origin(TYPES, attrs), count=1, **k
        ),
    ],
    "maturity_explorer": [maturity],
    "group_builder": [builder],
    "write_still": [lambda attrs, **k: HTML(widgets.write_still(maturity(attrs, **k)))],
    # a simulation is always marked, and takes no keyword for that
    "sharing_explorer": [
        lambda attrs, made=False: widgets.sharing_explorer(
            scenario(attrs), policies=["協定"], draws=1, hour=24
        )
    ],
}
# public names that show no table
NO_EXPLORER = {
    "DroneExplorer",
    "GroupBuilder",
    "SharingExplorer",
    "VoteBoard",
    # shows where one's own municipality lies, and no figure of it
    "choose_town",
    # draws what somebody brings; a file's mark: tests/test_widgets_receive_table.py
    "receive_table",
    "exercise",
    # made for practice: their mark is tried in tests/test_widgets_security.py
    "incident_walk",
    "mail_board",
    "share_progress",
    "vote_board",
}


@pytest.mark.parametrize("name", maps.__all__)
def test_a_map_of_invented_data_cannot_be_drawn_without_its_mark(name):
    if name in NO_MAP:
        return
    for draw in MAP_CASES[name]:
        for page in (draw(MADE), draw(MADE, made=False)):
            assert "（架空データ）" in page
        assert "架空データ" not in draw({})
        assert "架空データ" not in draw(PUBLISHED)
        assert "（架空データ）" in draw(PUBLISHED, made=True)


@pytest.mark.parametrize("name", widgets.__all__)
def test_an_explorer_of_invented_data_cannot_be_shown_without_its_mark(name):
    if name in NO_EXPLORER:
        return
    for make in WIDGET_CASES[name]:
        assert "架空データ" in shown(make(MADE))
        assert "架空データ" in shown(make(MADE, made=False))
        assert "架空データ" in shown(make(PUBLISHED, made=True))
        assert "作り話" in shown(make(MADE))
        assert "時点: 2026-11" in shown(make(MADE))
        if name != "sharing_explorer":
            assert "架空データ" not in shown(make(PUBLISHED))
            assert "推計" in shown(make(ESTIMATED))


@pytest.mark.parametrize("name", MAP_CASES)
def test_estimated_data_are_marked_as_such(name):
    for draw in MAP_CASES[name]:
        page = draw(ESTIMATED)
        assert "（推計）" in page
        assert "架空データ" not in page


@pytest.mark.parametrize("name", [name for name in MAP_CASES if name != "prepare_sketch"])
def test_a_map_names_source_and_time_of_its_tables(name):
    for draw in MAP_CASES[name]:
        page = draw(MADE)
        footer = re.search(r"<footer>(.*?)</footer>", page)[1]
        assert footer.startswith("出典: ")
        assert "作り話" in footer
        assert "2026-11" in footer.partition("時点: ")[2]
    assert "<footer>" not in MAP_CASES["choropleth"][0]({})


def test_a_source_that_is_given_replaces_the_one_of_the_table_and_takes_no_mark_away():
    page = maps.choropleth(areas(MADE), column="value", title="題", source="別の出典").page()
    assert "<footer>出典: 別の出典　時点: 2026-11</footer>" in page
    assert "<h1>題（架空データ）</h1>" in page
    page = maps.choropleth(areas(PUBLISHED), column="value", source="").page()
    assert "<footer>時点: 2025-04</footer>" in page


def test_the_prefix_of_a_source_stands_once():
    page = maps.choropleth(areas(PUBLISHED), column="value").page()
    assert "<footer>出典: 県の統計　時点: 2025-04</footer>" in page


def test_boundaries_and_backgrounds_are_not_the_data():
    rows = pd.DataFrame({"code": ["28201", "28202"], "value": [1.0, 2.0]})
    pages = [
        maps.choropleth(
            with_origin(rows, PUBLISHED),
            column="value",
            geometry=areas(MADE),
            background=areas(MADE),
        ).page(),
        maps.points(places(PUBLISHED), background=areas(MADE)).page(),
        maps.coverage(cells(PUBLISHED), municipalities=areas(MADE), background=areas(MADE)).page(),
        maps.flows(moves(PUBLISHED), places(PUBLISHED), municipalities=areas(MADE)).page(),
    ]
    for page in pages:
        assert "架空データ" not in page
        assert "作り話" not in page


LAND = "背景の境界: 気象庁ホームページ（土砂災害の市町村等領域 GeoJSON、2025-03-10）を加工して作成"


def read_footer(drawing):
    return re.search(r"<footer>(.*?)</footer>", drawing.page())[1]


def test_land_that_is_drawn_below_places_is_credited_and_no_word_takes_that_away():
    rows = places(PUBLISHED)
    assert read_footer(maps.points(rows)) == f"出典: 県の統計　時点: 2025-04　{LAND}"
    assert read_footer(maps.points(rows, source="別の出典")) == (
        f"出典: 別の出典　時点: 2025-04　{LAND}"
    )
    assert read_footer(maps.points(places({}), source="")) == LAND
    # the land is published, and makes no invented data so
    assert "（架空データ）" in maps.points(places(MADE)).page()
    for pair in (
        maps.compare(maps.points(rows), maps.points(rows)),
        maps.compare(drawn(areas({}), {}), maps.points(rows)),
        maps.compare(maps.points(rows), drawn(areas({}), {}), source="別の出典"),
    ):
        assert read_footer(pair).endswith(f"　{LAND}")
        assert read_footer(pair).count(LAND) == 1


def test_the_still_picture_has_the_whole_line_of_sources():
    source = "、".join(f"長い名前の統計の第{number}表" for number in range(9))
    rows = with_origin(places({}), PUBLISHED | {"source": source})
    still = maps.points(rows)._repr_svg_()
    lines = re.findall(r'<text x="4.0" y="[\d.]+" font-size="11"[^>]*>([^<]*)</text>', still)
    assert len(lines) > 2
    assert "".join(lines).replace(" ", "") == (
        read_footer(maps.points(rows)).replace("　", "").replace(" ", "")
    )
    height = float(re.search(r'viewBox="0 0 720 (\d+)"', still)[1])
    assert all(float(y) < height for y in re.findall(r'y="([\d.]+)" font-size="11"', still))


def test_without_land_nothing_is_credited():
    rows = places(PUBLISHED)
    plain = "出典: 県の統計　時点: 2025-04"
    assert read_footer(maps.points(rows, background=False)) == plain
    assert read_footer(maps.points(rows, background=areas({}))) == plain


def test_the_mark_stays_when_the_title_is_changed_afterwards():
    made = maps.choropleth(areas(MADE), column="value", title="前")
    made.title = "後"
    assert "<h1>後（架空データ）</h1>" in made.page()
    assert repr(made) == "<地図「後（架空データ）」 図形2>"
    # a title that carries the mark already is not marked twice; one that only mentions it is
    made.title = "後（架空データ）"
    assert made.title == "後（架空データ）"
    made.title = "架空データではない"
    assert made.title == "架空データではない（架空データ）"


def test_two_invented_maps_make_an_invented_comparison_and_one_alone_marks_its_own_pane():
    made, real = drawn(areas({}), MADE, title="左"), drawn(areas({}), PUBLISHED, title="右")
    assert maps.compare(made, made, title="並べる").title == "並べる（架空データ）"
    both = maps.compare(made, real, title="並べる")
    assert both.title == "並べる"
    assert '"heading":"左（架空データ）"' in both.page()
    assert '"heading":"右"' in both.page()
    assert "出典: 作り話、県の統計　時点: 2026-11、2025-04" in both.page()


def test_hostile_provenance_stays_text():
    evil = "</footer><script>alert(1)</script>{policy}{{ 7*7 }}"
    attrs = {"source": evil, "as_of": evil, "kind": "made"}
    for draw in (draw for draws in MAP_CASES.values() for draw in draws):
        assert "<script>alert" not in draw(attrs)
    for name, makes in WIDGET_CASES.items():
        for make in makes:
            page = shown(make(attrs))
            assert "<script>alert" not in page, name
            assert "&lt;script&gt;alert" in page or "&amp;lt;script&amp;gt;alert" in page, name


def test_the_map_with_zoom_of_the_drone_explorer_carries_the_mark_of_any_of_its_tables(tmp_path):
    for make in WIDGET_CASES["drone_explorer"]:
        explorer = make(MADE)
        explorer.zoom()
        page = explorer.zoomed.outputs[0]["data"]["text/html"]
        assert "（架空データ）" in page
        assert "作り話" in page


def test_neither_map_nor_widget_alters_the_provenance_of_a_table():
    demand, sites = cells(MADE), bases(PUBLISHED)
    widgets.drone_explorer(demand, sites, TYPES, count=1, source="別の出典", made=True)
    maps.coverage(demand, sites, source="別の出典")
    assert demand.attrs == MADE
    assert sites.attrs == PUBLISHED


def test_every_map_function_takes_made_and_source():
    for name in MAP_CASES:
        options = inspect.signature(getattr(maps, name)).parameters
        if name not in ("compare", "prepare_sketch"):
            assert options["made"].default is False
        if name != "prepare_sketch":
            assert options["source"].default is None


def test_what_groups_record_carries_the_provenance_of_the_tables_on():
    explorer = WIDGET_CASES["drone_explorer"][0](MADE)
    assert explorer.records.attrs["made"] is True
    assert explorer.records.attrs["source"] == "作り話"
    shared = WIDGET_CASES["sharing_explorer"][0](PUBLISHED)
    assert shared.records.attrs["made"] is True
