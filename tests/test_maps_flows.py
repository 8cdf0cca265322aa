"""The flow map: nobody is lost between arrows, circles and legend, arrows point the right way, and texts stay texts."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from page_shapes import read_spec
from shapely.geometry import box

from dxkit import maps
from dxkit.errors import ChoiceError, TableError
from dxkit.maps import bend_arrow

PLACES = pd.DataFrame(
    {
        "code": ["28100", "28201", "28202", "99000"],
        "name": ["神戸市", "姫路市", "尼崎市", "県外"],
        "lat": [34.69, 34.82, 34.73, np.nan],
        "lon": [135.2, 134.69, 135.41, np.nan],
    }
)
MOVES = pd.DataFrame(
    [
        ("28100", "28100", "避難所", 600.0),
        ("28100", "28100", "在宅", 200.0),
        ("28100", "28201", "避難所", 90.0),
        ("28100", "28201", "在宅", 10.0),
        ("28201", "28100", "避難所", 30.0),
        ("28100", "28202", "避難所", 5.0),
        ("28202", "99000", "避難所", 40.0),
        ("28201", "28201", "避難所", 70.0),
        ("28202", "28201", "避難所", 0.0),
    ],
    columns=["home", "host", "place", "people"],
)


def spec(drawn):
    return read_spec(drawn.page())


def layers(drawn):
    return {layer["name"]: layer for layer in spec(drawn)["panes"][0]["layers"] if layer["name"]}


def told(layer):
    return dict(zip(layer["tooltip"]["heads"], layer["tooltip"]["rows"], strict=True))


def legends(drawn):
    return {
        each["title"]: [entry["label"] for entry in each["entries"]]
        for each in spec(drawn)["panes"][0]["legends"]
    }


def test_arrows_add_up_rows_of_one_pair_and_come_largest_first():
    found = layers(maps.flows(MOVES, PLACES))["移動"]
    assert found["tooltip"]["heads"] == ["神戸市 → 姫路市", "姫路市 → 神戸市", "神戸市 → 尼崎市"]
    # of the 905 who fled from Kobe
    assert told(found)["神戸市 → 姫路市"] == ["100 人", "11.0%"]


def test_circles_tell_who_is_here_who_stayed_who_came_and_who_left():
    found = told(layers(maps.flows(MOVES, PLACES))["いまいる人"])
    assert found["神戸市"] == ["830 人", "800 人", "30 人", "105 人"]
    assert found["姫路市"] == ["170 人", "70 人", "100 人", "30 人"]
    assert found["尼崎市"] == ["5 人", "0 人", "5 人", "40 人"]
    assert "県外" not in found


def test_circles_are_blue_where_more_came_and_orange_where_more_left():
    layer = layers(maps.flows(MOVES, PLACES))["いまいる人"]
    colours = [layer["styles"][at]["fillColor"] for at in layer["style_of"]]
    assert dict(zip(layer["tooltip"]["heads"], colours, strict=True)) == {
        "神戸市": "#e69f00",
        "姫路市": "#0072b2",
        "尼崎市": "#e69f00",
    }


def test_what_is_not_drawn_is_counted_in_the_legend():
    hidden = legends(maps.flows(MOVES, PLACES, arrow_count=1))["描いていない移動"]
    assert hidden == ["小さい移動 2本 35 人", "位置のない相手（県外） 40 人"]
    assert "描いていない移動" not in legends(maps.flows(MOVES.head(4), PLACES))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 5000)),
        min_size=1,
        max_size=20,
    ),
    st.integers(1, 9),
)
def test_nobody_is_lost_between_arrows_and_legend(rows, most):
    codes = PLACES["code"].tolist()
    table = pd.DataFrame(
        [(codes[a], codes[b], n) for a, b, n in rows], columns=["home", "host", "people"]
    )
    drawn = maps.flows(table, PLACES, arrow_count=most)
    shown = (
        [row[0] for row in layers(drawn)["移動"]["tooltip"]["rows"]]
        if "移動" in layers(drawn)
        else []
    )
    hidden = [label.rsplit(" ", 2)[1] for label in legends(drawn).get("描いていない移動", [])]
    people = sum(int(text.split()[0].replace(",", "")) for text in (*shown, *hidden))
    assert people == table.loc[table["home"] != table["host"], "people"].sum()
    assert len(shown) <= most


@settings(max_examples=80, deadline=None)
@given(st.tuples(*[st.floats(-2, 2)] * 4), st.floats(0.001, 0.2))
def test_an_arrow_is_one_valid_area_that_points_from_start_to_end(ends, width):
    start, end = np.array(ends[:2]), np.array(ends[2:])
    length = float(np.hypot(*(end - start)))
    if length < 0.01:
        return
    shape = bend_arrow(start, end, width)
    assert shape.is_valid
    assert not shape.is_empty
    # the tip is the part nearest to the end, and nearer to it than the tail is
    assert shape.distance(shapely.Point(end)) < 0.2 * length
    assert shape.distance(shapely.Point(start)) < 0.2 * length + width


def test_the_way_there_and_the_way_back_lie_side_by_side():
    there, back = (
        (np.array([0.0, 0.0]), np.array([1.0, 0.0])),
        (np.array([1.0, 0.0]), np.array([0.0, 0.0])),
    )
    up, down = bend_arrow(*there, 0.02), bend_arrow(*back, 0.02)
    assert up.intersection(down).area < 0.05 * up.area
    assert up.centroid.y == pytest.approx(-down.centroid.y)
    assert up.bounds[3] == pytest.approx(0.14, abs=0.03)


def test_wider_arrows_are_more_people():
    found = spec(maps.flows(MOVES, PLACES))
    layer = next(each for each in found["panes"][0]["layers"] if each["name"] == "移動")
    areas = [
        shapely.from_geojson(json.dumps(shape)).area for shape in found["geometries"][layer["set"]]
    ]
    assert areas[0] > 2 * areas[1]


def test_a_table_without_moves_has_circles_only():
    drawn = maps.flows(MOVES[MOVES["home"] == MOVES["host"]], PLACES)
    assert set(layers(drawn)) == {"いまいる人"}


def test_the_same_table_gives_the_same_page_and_is_not_altered():
    before = MOVES.copy(), PLACES.copy()
    assert maps.flows(MOVES, PLACES).page() == maps.flows(MOVES, PLACES).page()
    pd.testing.assert_frame_equal(before[0], MOVES)
    pd.testing.assert_frame_equal(before[1], PLACES)


def test_invented_flows_are_marked_and_areas_lie_below():
    towns = gpd.GeoDataFrame(
        {"name": ["町"]}, geometry=[box(134.5, 34.5, 135.5, 35.0)], crs="EPSG:6668"
    )
    drawn = maps.flows(
        MOVES, PLACES, made=True, title="流れ", municipalities=towns, background=towns
    )
    assert drawn.title == "流れ（架空データ）"
    assert [layer["name"] for layer in spec(drawn)["panes"][0]["layers"]] == [
        None,
        None,
        "移動",
        "いまいる人",
    ]
    assert drawn.shapes() == 6


def test_text_of_tables_is_never_code():
    evil = "</script><script>alert(1)</script>"
    page = maps.flows(MOVES, PLACES.assign(name=evil), title=evil, source=evil, unit=evil).page()
    assert "<script>alert" not in page


def test_what_cannot_be_drawn_is_refused_by_name():
    with pytest.raises(TableError, match=r"1行目 列「home」 値「28999」: places にないコードです"):
        maps.flows(MOVES.assign(home=["28999", *MOVES["home"][1:]]), PLACES)
    with pytest.raises(TableError, match=r"3行目 列「people」 値「-1.0」: 人数ではありません"):
        maps.flows(MOVES.assign(people=[1.0, 1.0, -1.0, *[1.0] * 6]), PLACES)
    with pytest.raises(TableError, match="値「28100」: places に同じコードが2つあります"):
        maps.flows(MOVES, pd.concat([PLACES, PLACES.head(1)]))
    with pytest.raises(TableError, match="位置のある行がありません"):
        maps.flows(MOVES, PLACES.assign(lat=np.nan))
    with pytest.raises(ChoiceError, match="origin=「home」という列はありません"):
        maps.flows(MOVES.rename(columns={"home": "元"}), PLACES)
    with pytest.raises(ChoiceError, match="lat=「lat」という列はありません"):
        maps.flows(MOVES, PLACES.drop(columns=["lat", "lon"]))
    with pytest.raises(ChoiceError, match="arrow_count=0 は使えません"):
        maps.flows(MOVES, PLACES, arrow_count=0)
    with pytest.raises(TableError, match="表に行がありません"):
        maps.flows(MOVES.head(0), PLACES)


def test_old_keywords_go_on_working_with_a_warning():
    towns = gpd.GeoDataFrame(
        {"name": ["町"]}, geometry=[box(134.5, 34.5, 135.5, 35.0)], crs="EPSG:6668"
    )
    new = maps.flows(MOVES, PLACES, municipalities=towns, arrow_count=2).page()
    with pytest.warns(FutureWarning, match=r"flows の towns= は municipalities= に変わりました"):
        assert maps.flows(MOVES, PLACES, towns=towns, arrow_count=2).page() == new
    with pytest.warns(FutureWarning, match=r"flows の most= は arrow_count= に変わりました"):
        assert maps.flows(MOVES, PLACES, municipalities=towns, most=2).page() == new


@pytest.mark.parametrize("count", [None, "x", 2.5, True, 0, [1]])
def test_numbers_of_arrows_that_cannot_be_are_refused(count):
    with pytest.raises(ChoiceError, match="arrow_count="):
        maps.flows(MOVES, PLACES, arrow_count=count)


def test_a_place_without_a_code_is_refused():
    with pytest.raises(TableError, match="2行目 列「code」"):
        maps.flows(MOVES, PLACES.assign(code=["28100", None, "28202", "99000"]))


def test_an_arrow_from_a_point_to_itself_or_from_nowhere_is_refused():
    here = np.array([0.0, 0.0])
    for end in (here, np.array([np.nan, 1.0]), "x", [1.0]):
        with pytest.raises(ChoiceError, match="end="):
            bend_arrow(here, end, 0.2)
    with pytest.raises(ChoiceError, match="width="):
        bend_arrow(here, np.array([1.0, 0.0]), 0.0)
