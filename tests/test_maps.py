"""Maps from tables: what is drawn, what is refused, and that no text of a table is ever more than text."""

import base64
import csv
import hashlib
import html
import inspect
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from branca.colormap import LinearColormap
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from folium import plugins
from folium.utilities import JsCode
from hypothesis import example, given, settings
from hypothesis import strategies as st
from page_shapes import read_spec
from shapely.geometry import LineString, Point, box

from dxkit import maps
from dxkit.codes import full_code
from dxkit.errors import AssetError, ChoiceError, CodeError, TableError

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "dxkit" / "assets"
BOUNDARIES = ROOT / "data" / "derived" / "boundaries.geojson"


def boxes(count=41):
    """Areas in a grid, with Hyogo's codes."""
    places = range(count)
    shapes = [
        box(x, y, x + 0.1, y + 0.1)
        for x, y in ((134.3 + place % 7 * 0.1, 34.4 + place // 7 * 0.1) for place in places)
    ]
    columns = {
        "code": [f"{28201 + place}" for place in places],
        "name": [f"第{place + 1}町" for place in places],
    }
    return gpd.GeoDataFrame(
        columns | {"value": [float(place) for place in places]}, geometry=shapes, crs="EPSG:6668"
    )


@pytest.fixture
def towns():
    return boxes()


def drawn(made):
    """What a map hands to map.js."""
    return read_spec(made.page())


def layer(made, number=-1):
    return drawn(made)["panes"][0]["layers"][number]


def entries(made):
    return [
        (entry["label"], entry["kind"])
        for legend in drawn(made)["panes"][0]["legends"]
        for entry in legend["entries"]
    ]


# what is drawn ----------------------------------------------------------------------------------------------------------


def test_a_choropleth_is_a_folium_map_with_every_area_once(towns):
    made = maps.choropleth(towns, column="value", title="町の値")
    assert isinstance(made, folium.Map)
    assert len(drawn(made)["geometries"]) == 1
    assert len(drawn(made)["geometries"][0]) == 41
    assert repr(made) == "<地図「町の値」 図形41>"


def test_the_same_table_gives_the_same_page_byte_for_byte(towns):
    first, second = (
        maps.choropleth(boxes(), column="value", tooltip=("code",), background=boxes(3))
        for _ in range(2)
    )
    assert first.page() == second.page() == first.page()
    assert first.get_root().render() == first.page()


def test_two_maps_of_the_same_areas_hold_their_shapes_once(towns):
    both = maps.compare(
        maps.choropleth(towns, column="value"),
        maps.choropleth(towns, column="name", colours=["#112233"] * 41),
    )
    spec = drawn(both)
    assert [len(each) for each in spec["geometries"]] == [41]
    assert [pane["layers"][0]["set"] for pane in spec["panes"]] == [0, 0]


def test_comparing_alters_neither_map(towns):
    left, right = (
        maps.choropleth(towns, column="value", title="左"),
        maps.choropleth(towns, column="value", title="右"),
    )
    before = left.page(), right.page()
    both = maps.compare(left, right, title="並べる")
    folium.Marker((34.5, 134.5)).add_to(both)
    assert [len(pane["layers"]) for pane in drawn(both)["panes"]] == [2, 2]
    assert (left.page(), right.page()) == before


def test_a_compared_pair_names_each_source_once(towns):
    left, right = (
        maps.choropleth(towns, column="value", source=source) for source in ("総務省", "総務省")
    )
    assert "出典: 県、総務省<" in maps.compare(left, right, source="県").page()


def test_a_missing_value_is_hatched_and_never_takes_the_lowest_colour(towns):
    towns.loc[[3, 5], "value"] = np.nan
    made = maps.choropleth(towns, column="value", missing="回答なし")
    told = layer(made)
    hatched = [
        place
        for place, style in enumerate(told["style_of"])
        if told["styles"][style]["fillColor"] == "url(#hatch)"
    ]
    assert hatched == [3, 5]
    assert entries(made)[-1] == ("回答なし", "hatch")
    assert told["tooltip"]["rows"][3] == ["回答なし"]


def test_a_table_of_nothing_but_missing_values_is_drawn_hatched(towns):
    assert entries(maps.choropleth(towns.assign(value=np.nan), column="value")) == [
        ("データなし", "hatch")
    ]


def test_areas_that_the_table_lacks_are_drawn_as_missing(towns):
    rows = pd.DataFrame({"code": towns["code"][:40], "score": range(40)})
    made = maps.choropleth(rows, column="score", geometry=towns, tooltip={"score": "点"})
    assert layer(made)["tooltip"]["heads"] == list(towns["name"])
    assert layer(made)["tooltip"]["rows"][39:] == [["39", "39"], ["データなし", "データなし"]]


@pytest.mark.parametrize("shape", ["column", "index", "numbers", "series", "six digits"])
def test_a_table_is_joined_by_code_however_the_code_is_kept(towns, shape):
    rows = pd.DataFrame({"code": towns["code"], "score": range(41)}).sample(frac=1, random_state=0)
    given_as = {
        "column": rows,
        "index": rows.set_index("code"),
        "numbers": rows.assign(code=rows["code"].astype(int)),
        "series": rows.set_index("code")["score"],
        "six digits": rows.assign(code=[full_code(code) for code in rows["code"]]),
    }[shape]
    made = maps.choropleth(given_as, column=None if shape == "series" else "score", geometry=towns)
    assert layer(made)["tooltip"]["rows"] == [[str(place)] for place in range(41)]


def test_the_input_is_not_altered(towns):
    before = towns.copy()
    maps.choropleth(towns, column="value", geometry=None, tooltip=("code",))
    maps.choropleth(pd.DataFrame(towns.drop(columns="geometry")), column="value", geometry=towns)
    pd.testing.assert_frame_equal(pd.DataFrame(towns), pd.DataFrame(before))


def test_categories_keep_their_order_and_blank_is_missing(towns):
    kinds = pd.Categorical(
        ["未実施", "実施", "", "検討中"] * 10 + ["実施"],
        categories=["実施", "検討中", "未実施", "廃止", ""],
    )
    made = maps.choropleth(towns.assign(kind=kinds), column="kind")
    assert entries(made) == [
        ("実施", "fill"),
        ("検討中", "fill"),
        ("未実施", "fill"),
        ("データなし", "hatch"),
    ]


def test_true_and_false_are_shown_as_yes_and_no(towns):
    made = maps.choropleth(towns.assign(flag=[True, False] * 20 + [True]), column="flag")
    assert [label for label, _ in entries(made)] == ["いいえ", "はい"]
    rows = pd.DataFrame({"code": towns["code"][:2], "flag": [True, False]})
    assert [
        label for label, _ in entries(maps.choropleth(rows, column="flag", geometry=towns))
    ] == [
        "いいえ",
        "はい",
        "データなし",
    ]


def test_invented_data_say_so_in_the_title(towns):
    assert (
        "<h1>集まり（架空データ）</h1>"
        in maps.choropleth(towns, column="value", title="集まり", made=True).page()
    )
    points = pd.DataFrame({"lat": [34.5], "lon": [134.5]})
    assert "<h1>点（架空データ）</h1>" in maps.points(points, title="点", made=True).page()


def test_the_first_look_is_at_the_data_and_not_at_the_background(towns):
    made = maps.choropleth(towns[:1], column="value", background=boxes(41))
    assert drawn(made)["panes"][0]["bounds"] == [[34.4, 134.3], [34.5, 134.4]]


def test_a_map_can_be_told_where_to_look(towns):
    made = maps.choropleth(towns, column="value")
    made.fit_bounds([[34, 134], [35, 135]])
    assert drawn(made)["panes"][0]["bounds"] == [[34.0, 134.0], [35.0, 135.0]]
    placed = drawn(maps.Map((34.7, 135.2), zoom_start=12))["panes"][0]
    assert (placed["center"], placed["zoom"], placed["bounds"]) == ([34.7, 135.2], 12, None)


def test_coordinates_are_rounded_and_projected_shapes_are_put_back_into_degrees(towns):
    plane = towns.to_crs("EPSG:6673")
    first = drawn(maps.choropleth(plane, column="value"))["geometries"][0][0]["coordinates"][0]
    assert {*map(tuple, first)} == {(134.3, 34.4), (134.4, 34.4), (134.4, 34.5), (134.3, 34.5)}
    shifted = towns.set_geometry(towns.translate(1 / 3e5, 1 / 3e5))
    numbers = re.findall(
        r"\d+\.\d+", json.dumps(drawn(maps.choropleth(shifted, column="value"))["geometries"])
    )
    assert max(len(number.partition(".")[2]) for number in numbers) <= 5


@pytest.mark.skipif(
    not BOUNDARIES.exists(), reason="data/derived/boundaries.geojson has not been built"
)
def test_the_41_municipalities_fit_into_400_kb():
    made = maps.choropleth(
        gpd.read_file(BOUNDARIES).assign(value=range(41)), column="value", tooltip=("code",)
    )
    assert made.shapes() == 41
    assert len(made.page().encode()) < 400_000


def test_points_come_from_columns_or_from_geometry():
    rows = pd.DataFrame(
        {"緯度": [34.5, 34.6], "経度": [134.5, 134.6], "name": ["甲", "乙"], "人": [1, 4]}
    )
    told = layer(maps.points(rows, lat="緯度", lon="経度", size="人"))
    assert (told["lat"], told["lon"], told["radius"]) == ([34.5, 34.6], [134.5, 134.6], [8.0, 16.0])
    shapes = gpd.GeoDataFrame(
        rows[["name"]], geometry=[Point(134.5, 34.5), Point(134.6, 34.6)], crs="EPSG:6668"
    )
    assert layer(maps.points(shapes))["lon"] == [134.5, 134.6]


# latitude, longitude, and whether Hyogo's land is drawn below
@pytest.mark.parametrize(
    ("place", "has_land"),
    [
        ((34.69, 135.18), True),
        # a pier, 200 m off the coast as it is drawn
        ((34.642, 135.2206), True),
        # 池田市's town hall in Osaka, 800 m from Hyogo, and Tokyo's
        ((34.8217, 135.4286), False),
        ((35.6896, 139.6917), False),
        # 播磨灘: within the prefecture's frame, and on no land
        ((34.5, 134.5), False),
    ],
)
def test_land_is_drawn_where_a_place_lies_on_it(place, has_land):
    rows = pd.DataFrame({"name": ["甲"], "lat": [place[0]], "lon": [place[1]]})
    made = maps.points(rows)
    assert len(drawn(made)["geometries"]) == has_land
    assert bool(made.background_source) is has_land
    # the first view is of the place, whatever lies below
    assert drawn(made)["panes"][0]["bounds"] == [list(place)] * 2


def test_one_place_in_the_prefecture_is_enough_for_land_and_false_draws_none():
    rows = pd.DataFrame(
        {"name": ["神戸", "東京"], "lat": [34.69, 35.6896], "lon": [135.18, 139.6917]}
    )
    assert len(drawn(maps.points(rows))["geometries"][0]) == 41
    assert drawn(maps.points(rows, background=False))["geometries"] == []
    assert len(drawn(maps.points(rows, background=boxes(3)))["geometries"][0]) == 3


def test_a_points_legend_holds_colours_and_readable_sizes():
    rows = pd.DataFrame(
        {
            "lat": [34.5] * 3,
            "lon": [134.5] * 3,
            "people": [1_525_152, 40_000, None],
            "kind": ["病院", None, "薬局"],
        }
    )
    made = maps.points(rows, size="people", size_unit="人", colour_by="kind", label="種類")
    assert [label for label, _ in entries(made)] == [
        "病院",
        "薬局",
        "データなし",
        "1,500,000",
        "380,000",
    ]
    assert layer(made)["tooltip"]["rows"][2] == ["薬局", "データなし"]


# classes ----------------------------------------------------------------------------------------------------------------

SCHEMES = ("quantile", "equal")


def classified(values, **options):
    """Classes as a map of points shows them: position of each value (-1 is missing), labels, colours."""
    table = pd.DataFrame({"lat": 34.5, "lon": 135.0, "value": np.asarray(values, dtype=float)})
    made = maps.points(table, colour_by="value", **options)
    told = layer(made)
    missing = len(told["styles"]) - 1
    positions = np.array([-1 if style == missing else style for style in told["style_of"]])
    labels = tuple(label for label, _ in entries(made) if label != "データなし")
    return positions, labels, tuple(style["fillColor"] for style in told["styles"][:-1])


VALUES = st.lists(st.floats(-1e9, 1e9, allow_nan=False, width=32), min_size=1, max_size=60)


@settings(deadline=None, max_examples=200)
@given(VALUES, st.integers(2, 9), st.sampled_from(SCHEMES))
@example([0.32, 0.655, 0.7437, 0.98, 0.75], 5, "quantile")
@example([1e-9, 2e-9, 5e-9], 2, "equal")
@example([0.29, 0.58, 0.57, 0.1, 0.9999999], 4, "quantile")
def test_every_value_has_a_class_and_a_class_has_one_colour_and_one_label(values, bins, scheme):
    positions, labels, colours = classified(values, bins=bins, scheme=scheme)
    assert positions.min() >= 0
    assert positions.max() < len(labels) <= bins
    assert len(set(colours)) == len(labels)
    order = np.argsort(values)
    assert (np.diff(positions[order]) >= 0).all()


def test_a_legend_says_exactly_what_was_done():
    values = np.array([0.3201, 0.4, 0.5, 0.61, 0.72, 0.83, 0.9, 0.98])
    positions, labels, _ = classified(values, bins=4)
    for value, place in zip(values, positions, strict=True):
        low, high = (float(part.removesuffix("未満")) for part in labels[place].split("〜"))
        assert low <= value <= high
        assert value < high or place == 3


def test_given_edges_are_kept_and_named():
    positions, labels, _ = classified(
        [0, 19.9, 20, 100, np.nan], bins=[0, 20, 50, 100], colours="oranges"
    )
    assert labels == ("0〜20未満", "20〜50未満", "50〜100")
    assert positions.tolist() == [0, 0, 1, 2, -1]


def test_few_different_values_are_classes_of_their_own():
    positions, labels, _ = classified([3.0, 1.0, 3.0, np.nan], bins=5, scheme="equal")
    assert (labels, positions.tolist()) == (("1", "3"), [1, 0, 1, -1])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.75, "0.75"),
        (0.123456, "0.1235"),
        (1525152, "1,525,152"),
        (12345.678, "12,345.7"),
        (-2.0, "-2"),
        (1e-7, "0.0000001"),
    ],
)
def test_numbers_are_written_as_people_read_them(towns, value, text):
    made = maps.choropleth(towns.assign(value=float(value)), column="value")
    assert layer(made)["tooltip"]["rows"][0] == [text]


def test_colours_in_every_ramp_grow_darker_and_differ():
    for name in ("blues", "oranges", "purples"):
        _, _, shades = classified(range(9), bins=9, colours=name)
        light = [
            sum(
                int(shade[at : at + 2], 16) * weight
                for at, weight in ((1, 0.299), (3, 0.587), (5, 0.114))
            )
            for shade in shades
        ]
        assert light == sorted(light, reverse=True)
        assert len(set(shades)) == 9


# what is wrong with a table ---------------------------------------------------------------------------------------------


def plain(**columns):
    return pd.DataFrame({"code": boxes()["code"], "name": boxes()["name"]} | columns)


@pytest.mark.parametrize(
    ("change", "options", "error", "said"),
    [
        (
            lambda t: t,
            {"column": "点数"},
            ChoiceError,
            "「点数」という列はありません。使える列: code、name、value",
        ),
        (lambda t: t, {}, ChoiceError, "column= に、色を塗る列の名前"),
        (lambda t: t[:0], {"column": "value"}, TableError, "表に行がありません"),
        (pd.DataFrame, {"column": "value"}, TableError, "table に図形がありません"),
        (list, {"column": "value"}, ChoiceError, "list でした"),
        (
            lambda t: t.set_crs(None, allow_override=True),
            {"column": "value"},
            TableError,
            "座標系が分かりません",
        ),
        (
            lambda t: t.set_geometry(t.affine_transform([0, 1, 1, 0, 0, 0])),
            {"column": "value"},
            TableError,
            "緯度と経度の順",
        ),
        (
            lambda t: t.set_geometry(t.scale(1e4, 1e4)),
            {"column": "value"},
            TableError,
            "緯度経度の範囲にありません",
        ),
        (
            lambda t: t.set_geometry(t.geometry.where(t.index != 4)),
            {"column": "value"},
            TableError,
            "「第5町」に図形がありません",
        ),
        (
            lambda t: t.set_geometry(t.representative_point()),
            {"column": "value"},
            TableError,
            "値「Point」: table の「第1町」はPolygon・MultiPolygonではありません",
        ),
        (
            lambda t: t.assign(value=t["value"].replace(7, np.inf)),
            {"column": "value"},
            TableError,
            "列「value」 値「inf」: 第8町の値が有限の数では",
        ),
        (
            lambda t: t.assign(value=["1", 2] * 20 + ["3"]),
            {"column": "value"},
            TableError,
            "値「2」: 数と文字が混じっています",
        ),
        (
            lambda t: t.assign(value=[f"{n}%" for n in range(41)]),
            {"column": "value"},
            ChoiceError,
            "種類は8までです（41種類.*数に直してから",
        ),
        (
            lambda t: pd.concat([t, t[["value"]]], axis=1),
            {"column": "value"},
            ChoiceError,
            "列「value」が2つあります",
        ),
        (
            lambda t: t,
            {"column": "value", "tooltip": ("ない列",)},
            ChoiceError,
            "tooltip=「ない列」",
        ),
        (lambda t: t, {"column": "value", "name": "町名"}, ChoiceError, "name=「町名」"),
        (lambda t: t, {"column": "value", "bins": 1}, ChoiceError, "bins=1 は使えません"),
        (
            lambda t: t,
            {"column": "value", "bins": [0, 30, 20]},
            ChoiceError,
            r"\[0, 30, 20\] は、小さい順",
        ),
        (
            lambda t: t,
            {"column": "value", "bins": [0, 10, 20]},
            ChoiceError,
            "値 21（ほか19種類）は階級の境目 0〜20 の外",
        ),
        (
            lambda t: t,
            {"column": "value", "bins": "五つ"},
            ChoiceError,
            "階級の境目 五つ は、小さい順",
        ),
        (
            lambda t: t,
            {"column": "value", "scheme": "jenks"},
            ChoiceError,
            "「jenks」はありません。quantile・equal",
        ),
        (
            lambda t: t,
            {"column": "value", "colours": "虹"},
            ChoiceError,
            "「虹」はありません。blues",
        ),
        (
            lambda t: t,
            {"column": "value", "colours": ["#000000"]},
            ChoiceError,
            "色が1個ありますが、階級は5個",
        ),
        (
            lambda t: t,
            {"column": "value", "bins": 2, "colours": ["red", "url(http://x/)"]},
            AssetError,
            r"「url\(http://x/\)」は色ではありません",
        ),
        (
            lambda t: t.assign(value="未実施"),
            {"column": "value", "colours": {"実施": "red"}},
            ChoiceError,
            "「未実施」の色が colours にありません",
        ),
        (
            lambda t: t,
            {"column": "value", "background": "県"},
            TableError,
            "background に図形がありません（str）",
        ),
    ],
)
def test_a_table_that_cannot_be_drawn_is_refused_with_what_and_where(
    towns, change, options, error, said
):
    with pytest.raises(error, match=said):
        maps.choropleth(change(towns), **options)


@pytest.mark.parametrize(
    ("table", "error", "said"),
    [
        (
            plain(value=range(41)).assign(code="28201"),
            TableError,
            "値「28201」: table に同じコードの行が41つあります",
        ),
        (
            plain(value=range(41)).replace({"28203": "27100"}),
            TableError,
            "値「27100」: geometry に同じコードの図形がありません",
        ),
        (
            plain(value=range(41)).replace({"28203": "兵庫"}),
            CodeError,
            "「兵庫」は市区町村コードではありません",
        ),
        (
            plain(value=range(41)).drop(columns="code"),
            CodeError,
            "「0」は市区町村コードではありません",
        ),
    ],
)
def test_a_table_that_does_not_fit_its_areas_is_refused(towns, table, error, said):
    with pytest.raises(error, match=said):
        maps.choropleth(table, column="value", geometry=towns)


def test_all_faults_of_a_table_come_together(towns):
    towns.loc[[2, 9, 30], "value"] = np.inf
    with pytest.raises(TableError, match="3件の問題") as caught:
        maps.choropleth(towns, column="value")
    assert [fault.problem[:4] for fault in caught.value.faults] == ["第3町の", "第10町", "第31町"]


@pytest.mark.parametrize(
    ("columns", "options", "error", "said"),
    [
        (
            {"lat": [134.5], "lon": [34.5]},
            {},
            TableError,
            "列「lat」 値「134.5」: 「甲」の位置が緯度経度の範囲にありません",
        ),
        ({"lat": [None], "lon": [134.5]}, {}, TableError, "数ではありません|dropna で除き"),
        ({"lat": [np.nan], "lon": [134.5]}, {}, TableError, "空欄の行は dropna で除き"),
        ({"lat": ["北"], "lon": [134.5]}, {}, TableError, "値「北」: 緯度・経度が数ではありません"),
        ({"lat": [34.5]}, {}, ChoiceError, "lon=「lon」という列はありません"),
        (
            {"lat": [34.5], "lon": [134.5], "n": [-1]},
            {"size": "n"},
            TableError,
            "値「-1.0」: 甲の大きさが0より小さい",
        ),
        (
            {"lat": [34.5], "lon": [134.5], "n": ["大"]},
            {"size": "n"},
            ChoiceError,
            "size の列「n」は数の列に.*「大」",
        ),
        ({"lat": [34.5], "lon": [134.5]}, {"colour_by": "種類"}, ChoiceError, "colour_by=「種類」"),
        ({"lat": [], "lon": []}, {}, TableError, "表に行がありません"),
    ],
)
def test_places_that_cannot_be_drawn_are_refused_with_what_and_where(columns, options, error, said):
    with pytest.raises(error, match=said):
        maps.points(pd.DataFrame(columns).assign(name="甲"), **options)


def test_only_maps_of_dxkit_can_be_compared(towns):
    made = maps.choropleth(towns, column="value")
    for other in (folium.Map(tiles=None), maps.compare(made, made), "地図"):
        with pytest.raises(ChoiceError, match="choropleth や points で作った地図を2枚"):
            maps.compare(made, other)


# safety -----------------------------------------------------------------------------------------------------------------

HOSTILE = (
    "{{ cycler.__init__.__globals__.os.getcwd() }}",
    "{% x %}",
    "</script><script>alert(1)</script>",
    "`${alert(1)}`",
    "<!--<script>",
    '"><img src=x onerror=alert(1)>',
    "\ud800",
)


def fixed_parts(page):
    """The page without its data block: what a table can only reach as escaped title and source."""
    return re.sub(
        r'(<script type="application/json" id="map-data">).*?</script>',
        r"\1</script>",
        page,
        flags=re.DOTALL,
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_inside_the_data_block_and_is_told_unchanged(towns, text):
    # half of a surrogate pair is refused by pandas itself where pyarrow is installed: a table holds what stands for it
    held = text.encode("utf-8", "replace").decode()
    table = towns.assign(name=held, note=held).rename(columns={"value": held})
    made = maps.choropleth(table, column=held, tooltip=("note",), unit=text, missing=text)
    calm = maps.choropleth(
        towns.assign(note="静か"), column="value", tooltip=("note",), unit="静か", missing="静か"
    )
    assert fixed_parts(made.page()) == fixed_parts(calm.page())
    assert layer(made)["tooltip"]["heads"] == [held] * 41
    assert drawn(made)["panes"][0]["legends"][0]["title"] == held
    block = made.page().split('id="map-data">')[1].split("</script>")[0]
    assert not set("<>&") & set(block)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=40))
def test_any_text_comes_out_of_the_data_block_as_it_went_in(text):
    made = maps.Map()
    folium.Marker((34.5, 134.5), tooltip=folium.Tooltip(f"「{text}」")).add_to(made)
    assert layer(made)["tooltip"]["text"] == f"「{text}」".encode("utf-8", "replace").decode()


def test_title_and_source_are_escaped(towns):
    page = maps.choropleth(
        towns, column="value", title="<b>太字</b>{policy}", source='"&{{ 7*7 }}'
    ).page()
    assert "<h1>&lt;b&gt;太字&lt;/b&gt;{policy}</h1>" in page
    assert "<title>&lt;b&gt;太字&lt;/b&gt;{policy}</title>" in page
    assert "<footer>出典: &quot;&amp;{{ 7*7 }}</footer>" in page


def source_hash(text):
    """How a policy names a script or style, by the standard (CSP level 3)."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def inlined(page):
    """The styles, Leaflet and our script as they stand in a page."""
    leaflet, script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1], leaflet, script


def test_the_policy_of_a_page_lets_in_exactly_its_two_scripts_and_no_address(towns):
    page = maps.choropleth(towns, column="value").page()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy
    assert rules["img-src"] == "data:"
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 2
    assert [source_hash(script) for script in scripts] == rules["script-src"].split()
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert [source_hash(style) for style in styles] == [rules["style-src"]]


def test_an_offline_page_names_no_address_that_would_be_fetched(towns):
    page = maps.choropleth(towns, column="value").page()
    page = page.replace(inlined(page)[1], "")
    assert not re.search(r"""(src|href|srcset|action|data)\s*=\s*["']?\s*(https?:)?//""", page)
    assert "sourceMappingURL" not in page
    assert "@import" not in page
    assert "url(" not in page.partition("</style>")[0]
    assert "gsi.go.jp" not in page


def test_tiles_of_the_geospatial_authority_come_with_their_attribution_when_asked_for(towns):
    made = maps.choropleth(towns, column="value", offline=False)
    assert (
        drawn(made)["panes"][0]["tiles"]["attribution"]
        == "地図: 国土地理院 地理院タイル（淡色地図）"
    )
    assert "img-src data: https://cyberjapandata.gsi.go.jp;" in made.page()


REFUSED = {
    "TileLayer": lambda: folium.TileLayer("OpenStreetMap"),
    "WmsTileLayer": lambda: folium.WmsTileLayer("https://example.com/wms", layers="x"),
    "ImageOverlay": lambda: folium.raster_layers.ImageOverlay(
        "https://example.com/x.png", [[34, 134], [35, 135]]
    ),
    "HeatMap": lambda: plugins.HeatMap([[34.5, 134.5]]),
    "MarkerCluster": lambda: plugins.MarkerCluster([[34.5, 134.5]]),
    "TimestampedGeoJson": lambda: plugins.TimestampedGeoJson(
        {"type": "FeatureCollection", "features": []}
    ),
    "Fullscreen": plugins.Fullscreen,
    "TopoJson": lambda: folium.TopoJson({"type": "Topology", "objects": {}}, "objects.x"),
    "JavascriptLink": lambda: JavascriptLink("https://example.com/x.js"),
    "CssLink": lambda: CssLink("https://example.com/x.css"),
    "Element": lambda: Element("<script>alert(1)</script>"),
    "MacroElement": MacroElement,
    "EventHandler": lambda: folium.elements.EventHandler(
        "click", JsCode("function() { alert(1) }")
    ),
    "CustomIcon": lambda: folium.Marker(
        (34, 134), icon=folium.CustomIcon("https://example.com/x.png")
    ),
    "IFrame": lambda: folium.Marker(
        (34, 134), popup=folium.Popup(folium.IFrame("<script>alert(1)</script>"))
    ),
    "VegaLite": lambda: folium.Marker(
        (34, 134), popup=folium.Popup().add_child(folium.VegaLite({}))
    ),
    "ClickForMarker": lambda: folium.ClickForMarker("<script>alert(1)</script>"),
    "BoatMarker": lambda: plugins.BoatMarker((34, 134)),
    "on_each_feature": lambda: folium.GeoJson(
        Point(134, 34).__geo_interface__, on_each_feature=JsCode("alert(1)")
    ),
    "CustomPane": lambda: folium.map.CustomPane("x"),
    "Map": lambda: folium.Map(tiles=None),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_part_that_could_run_or_fetch_something_is_refused_by_name(towns, kind, tmp_path):
    made = maps.choropleth(towns, column="value")
    made.add_child(REFUSED[kind]())
    with pytest.raises(AssetError, match=kind):
        made.save(tmp_path / "map.html")
    assert not (tmp_path / "map.html").exists()


@pytest.mark.parametrize("where", ["header", "html", "script"])
def test_nothing_can_be_slipped_into_the_page_around_a_map(towns, where):
    made = maps.choropleth(towns, column="value")
    getattr(made.get_root(), where).add_child(Element("<script>alert(1)</script>"))
    with pytest.raises(AssetError, match="folium の部品「Element」は安全に描けない"):
        made.get_root().render()


def test_an_address_is_named_in_the_refusal(towns):
    made = maps.choropleth(towns, column="value")
    made.add_child(folium.TileLayer("https://tiles.example.com/{z}/{x}/{y}.png", attr="x"))
    with pytest.raises(
        AssetError,
        match=r"「https://tiles\.example\.com/.*」を読み込もうとするため、使えません.*offline=False",
    ):
        made.page()


def test_a_map_inside_another_figure_is_refused_rather_than_drawn_unsafely(towns):
    figure = Figure()
    figure.add_child(maps.choropleth(towns, column="value"))
    with pytest.raises(AssetError, match="ほかの Figure の中には置けません"):
        figure.render()


def test_a_layer_of_dxkit_on_a_plain_folium_map_is_refused(towns):
    made = maps.choropleth(towns, column="value")
    plain_map = folium.Map(tiles=None)
    plain_map.add_child(next(iter(made._children.values())))
    with pytest.raises(AssetError, match=r"dxkit の地図（dxkit\.maps\.Map）の上でだけ"):
        plain_map.get_root().render()


@pytest.mark.parametrize(
    "style",
    [{"fillColor": "url(https://example.com/x.svg#a)"}, {"color": "red;}"}, {"fillColor": "#12"}],
)
def test_a_style_that_is_no_colour_is_refused(towns, style):
    made = maps.Map()
    folium.GeoJson(towns, style_function=lambda feature: style).add_to(made)
    with pytest.raises(AssetError, match="は色ではありません"):
        made.page()


def test_folium_itself_is_left_as_it_was(towns):
    page = folium.Map(tiles=None).get_root().render()
    assert "leaflet.js" in page
    assert "cdn" in page


# folium's own parts -----------------------------------------------------------------------------------------------------


def test_folium_markers_lines_and_groups_are_taken_over_as_data():
    made = maps.Map()
    folium.Marker(
        (34.5, 134.5), popup="<b>庁舎</b>", tooltip="庁舎", icon=folium.Icon(color="darkpurple")
    ).add_to(made)
    folium.Marker((34.5, 134.6), icon=folium.DivIcon(html="甲")).add_to(made)
    folium.Circle((34.5, 134.5), radius=500, fill=True).add_to(made)
    folium.PolyLine([(34, 134), (35, 135)], weight=2, dash_array="4 2").add_to(made)
    folium.Polygon([[(34, 134), (35, 135), (34, 135)]]).add_to(made)
    group = folium.FeatureGroup(name="圏域", show=False).add_to(made)
    folium.Rectangle([(34, 134), (35, 135)], color="red").add_to(group)
    folium.LayerControl(position="bottomleft").add_to(made)
    pin, words, circle, line, area, inside = drawn(made)["panes"][0]["layers"]
    assert (pin["colour"], pin["popup"]["text"], pin["tooltip"]["text"]) == (
        "#5b396b",
        "<b>庁舎</b>",
        "庁舎",
    )
    assert words["text"] == "甲"
    assert circle["style"]["radius"] == 500
    assert (line["at"], line["style"]["dashArray"]) == ([[34.0, 134.0], [35.0, 135.0]], "4 2")
    assert area["at"] == [[[34.0, 134.0], [35.0, 135.0], [34.0, 135.0]]]
    assert (inside["name"], inside["show"], inside["layers"][0]["kind"]) == (
        "圏域",
        False,
        "rectangle",
    )
    assert drawn(made)["panes"][0]["control"] == {"position": "bottomleft", "collapsed": True}


def test_a_folium_choropleth_keeps_its_colours_and_gets_a_legend(towns):
    made = maps.Map()
    folium.Choropleth(
        towns, towns, ["code", "value"], "feature.properties.code", bins=4, legend_name="値"
    ).add_to(made)
    told = layer(made)["layers"][0]
    assert len({told["styles"][style]["fillColor"] for style in told["style_of"]}) == 4
    legend = drawn(made)["panes"][0]["legends"][0]
    assert (legend["title"], [entry["label"] for entry in legend["entries"]]) == (
        "値",
        ["0〜10", "10〜20", "20〜30", "30〜40"],
    )


def test_a_colour_scale_of_branca_becomes_a_legend():
    made = maps.Map()
    LinearColormap(["#ffffff", "#000000"], vmin=0, vmax=10, caption="濃さ").add_to(made)
    assert entries(made) == [("0", "fill"), ("10", "fill")]
    many = maps.Map()
    LinearColormap(["#ffffff"] * 100, vmin=0, vmax=10).add_to(many)
    assert [label for label, _ in entries(many)] == ["0", "2", "4", "6", "8", "10"]


@given(
    st.lists(
        st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=2, max_size=9),
        min_size=1,
        max_size=4,
    )
)
def test_packed_lines_come_back_to_the_last_decimal(lines):
    rounded = [[[round(lon, 5), round(lat, 5)] for lon, lat in line] for line in lines]
    made = maps.Map()
    shape = {"type": "MultiLineString", "coordinates": rounded}
    folium.GeoJson({"type": "Feature", "properties": {}, "geometry": shape}).add_to(made)
    assert drawn(made)["geometries"] == [[shape]]


def test_a_line_or_broken_shape_in_geojson_is_checked():
    made = maps.Map()
    folium.GeoJson(LineString([(134, 34), (135, 35)]).__geo_interface__).add_to(made)
    assert drawn(made)["geometries"] == [
        [{"type": "LineString", "coordinates": [[134.0, 34.0], [135.0, 35.0]]}]
    ]
    folium.GeoJson(
        {"type": "Feature", "properties": {}, "geometry": {"type": "Blob", "coordinates": []}}
    ).add_to(made)
    with pytest.raises(AssetError, match=r"GeoJson の図形.*Blob.*は読めません"):
        made.page()


# showing and saving -----------------------------------------------------------------------------------------------------


@pytest.fixture
def notebook_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_map_travels_inside_its_tag_in_a_sandbox_and_leaves_no_file(towns, notebook_folder):
    made = maps.choropleth(towns, column="value", title='題"名', height=300)
    tag = made._repr_html_()
    page = html.unescape(re.search(r'srcdoc="([^"]*)"', tag)[1])
    assert page == made.page()
    assert 'sandbox="allow-scripts"' in tag
    assert 'title="題&quot;名"' in tag
    assert 'height="300"' in tag
    assert not re.search(r'\ssrc="(?!data:)', tag)
    assert made._repr_html_() == tag
    assert made.get_root()._repr_html_() == tag
    assert list(notebook_folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["shapes", "points", "several"])
def test_a_still_picture_of_the_map_lies_below_its_frame(towns, kind):
    made = maps.choropleth(towns, column="value", title="題<名>", source="出所")
    if kind == "points":
        places = pd.DataFrame({"name": ["<b>"], "lat": [34.7], "lon": [135.2], "people": [5]})
        made = maps.points(places, size="people", label="人", title="題<名>", source="出所")
    elif kind == "several":
        made = maps.compare(made, made, title="題<名>")
    still = base64.b64decode(
        re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', made._repr_html_())[1]
    ).decode()
    assert still == made._repr_svg_()
    # well-formed, and nothing in it runs or fetches
    root = ET.fromstring(still)
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    names = {key.rpartition("}")[2] for element in root.iter() for key in element.attrib}
    assert {"script", "foreignObject", "image", "a", "use", "style"} & set(tags) == set()
    assert {name for name in names if name.startswith("on") or name == "href"} == set()
    # below places of Hyogo lie its 41 municipalities
    expected = {"shapes": len(towns), "points": 41, "several": 2 * len(towns)}[kind]
    assert tags.count("path") == expected
    assert tags.count("circle") >= (kind == "points")
    words = [element.text for element in root.iter() if element.tag.endswith("}text")]
    assert "題<名>" in words
    assert any("出所" in text for text in words if text)


def test_a_broken_title_can_be_sent_to_a_notebook(towns, notebook_folder):
    made = maps.choropleth(towns, column="value", title="半\ud800端\n" + "長" * 200)
    assert made._repr_html_().encode()
    assert repr(made).encode()
    assert len(repr(made)) < 90


def test_saving_makes_the_folders_on_the_way(towns, tmp_path):
    made = maps.choropleth(towns, column="value")
    made.save(tmp_path / "a" / "b" / "map.html")
    made.save(str(tmp_path / "map.html"))
    saved = (tmp_path / "a" / "b" / "map.html").read_bytes()
    assert saved == (tmp_path / "map.html").read_bytes() == made.page().encode()
    assert b"\r" not in saved


# assets -----------------------------------------------------------------------------------------------------------------


def manifest():
    lines = (ASSETS / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return list(csv.DictReader([",".join(row) for row in rows if not row[0].startswith("-")]))


def test_every_shipped_file_is_the_one_that_was_reviewed_and_has_its_licence():
    rows = manifest()
    assert {row["file"] for row in rows} == {
        "leaflet/LICENSE",
        "leaflet/leaflet.css",
        "leaflet/leaflet.js",
    }
    for row in rows:
        content = (ASSETS / row["file"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            int(row["bytes"]),
            row["sha256"],
        )
    assert {path.relative_to(ASSETS).as_posix() for path in (ASSETS / "leaflet").iterdir()} == {
        row["file"] for row in rows
    }
    assert (
        "Redistribution and use in source and binary forms"
        in maps.choropleth(boxes(), column="value").page()
    )


def test_a_file_that_is_not_shipped_is_an_error(towns, monkeypatch):
    monkeypatch.setattr("dxkit.maps._html_safety.SCRIPT_NAME", "jquery.js")
    with pytest.raises(AssetError, match=r"地図の部品「jquery\.js」は dxkit に入っていません"):
        maps.choropleth(towns, column="value").page()


def shipped(name):
    return (ASSETS / name).read_text(encoding="utf-8")


def test_a_shipped_script_cannot_end_the_block_it_is_inlined_in(towns):
    for script in (shipped("leaflet/leaflet.js"), shipped("map_keys.js"), shipped("map.js")):
        assert "</script" not in script.lower()
        assert "<!--" not in script
    for style in (shipped("leaflet/leaflet.css"), shipped("map.css")):
        assert "</style" not in style.lower()
    assert "--" not in shipped("leaflet/LICENSE")
    style, leaflet, script = inlined(maps.choropleth(towns, column="value").page())
    # what is inlined is what is shipped, but for Leaflet's last line and its images
    assert script == shipped("map_keys.js") + shipped("map.js")
    assert leaflet == shipped("leaflet/leaflet.js").partition("//# sourceMappingURL=")[0]
    assert style.endswith(shipped("map.css"))
    assert "</style" not in style.lower()


def test_our_script_never_writes_html():
    script = shipped("map_keys.js") + shipped("map.js")
    assert re.findall(r"\.innerHTML\b\s*(=?)", script) == [""]
    for means in (
        "insertAdjacentHTML",
        "outerHTML",
        "document.write",
        "eval(",
        "Function(",
        "srcdoc",
    ):
        assert means not in script


def test_the_public_functions_take_options_by_name_only():
    for function, subjects in ((maps.choropleth, 1), (maps.points, 1), (maps.compare, 2)):
        kinds = [parameter.kind for parameter in inspect.signature(function).parameters.values()]
        assert kinds[:subjects] == [inspect.Parameter.POSITIONAL_OR_KEYWORD] * subjects
        assert set(kinds[subjects:]) == {inspect.Parameter.KEYWORD_ONLY}


def test_old_keywords_of_compare_go_on_working_with_a_warning(towns):
    made = maps.choropleth(towns, column="value", title="一")
    with pytest.warns(FutureWarning, match=r"compare の left= は first_map= に変わりました"):
        both = maps.compare(left=made, second_map=made)
    with pytest.warns(FutureWarning, match="right= は second_map="):
        assert maps.compare(made, right=made).page() == both.page()
