"""A map looks first where most municipalities are, draws all, and names those outside its view."""

import re

import geopandas as gpd
import pytest
from shapely.geometry import box

import dxkit
from dxkit import maps

# 47 prefectures' maps fit without help but for these, whose islands are far
FAR_ISLANDS = {
    "東京都": ["大島町", "八丈町", "小笠原村"],
    "沖縄県": ["石垣市", "宮古島市", "南大東村"],
    "長崎県": ["対馬市"],
    "鹿児島県": ["奄美市", "与論町"],
}


def _draw(prefecture):
    towns = dxkit.load("municipalities", prefecture)
    return towns, maps.choropleth(towns, column="people_2025", title=prefecture)


def _view(drawing):
    (south, west), (north, east) = drawing.get_bounds()
    return box(west, south, east, north)


@pytest.mark.parametrize("prefecture", FAR_ISLANDS)
def test_far_islands_do_not_shrink_the_first_view_and_are_named(prefecture):
    towns, drawing = _draw(prefecture)
    assert drawing.shapes() == len(towns)
    view = _view(drawing)
    is_in_view = towns.geometry.intersects(view)
    assert is_in_view.mean() >= 2 / 3
    width = towns.total_bounds[2] - towns.total_bounds[0]
    assert view.bounds[2] - view.bounds[0] < width / 1.2
    page = drawing.page()
    note = re.search('離れた所（見えないときは縮小してください）: ([^"]*)', page)[1]
    for name in FAR_ISLANDS[prefecture]:
        assert name in note or "ほか" in note
        assert not is_in_view[towns["name"] == name].item()


@pytest.mark.parametrize("prefecture", ["北海道", "兵庫県", "新潟県", "香川県"])
def test_other_prefectures_are_shown_whole(prefecture):
    towns, drawing = _draw(prefecture)
    assert _view(drawing).buffer(1e-3).covers(box(*towns.total_bounds))
    assert "離れた所（" not in drawing.page()


def test_what_stands_on_an_island_brings_it_into_view():
    towns, _ = _draw("東京都")
    island = towns[towns["name"] == "小笠原村"].geometry.representative_point().iloc[0]
    drawing = maps.choropleth(towns, column="people_2025")
    points = maps.points(
        gpd.GeoDataFrame({"name": ["港"], "lat": [island.y], "lon": [island.x]}), title="港"
    )
    both = maps.compare(drawing, points)
    assert _view(both).covers(island)


def test_both_panes_of_a_comparison_look_at_the_same_place():
    towns, drawing = _draw("東京都")
    other = maps.choropleth(towns, column="people_2020")
    view = _view(maps.compare(drawing, other))
    assert view.equals(_view(drawing))
    assert view.bounds[1] > 35


def test_a_few_areas_all_count():
    names = list("あいう")
    shapes = gpd.GeoDataFrame(
        {"code": ["28201", "28202", "28203"], "name": names, "x": [1, 2, 3]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1), box(90, 0, 91, 1)],
        crs=6668,
    )
    drawing = maps.choropleth(shapes, column="x")
    assert _view(drawing).bounds == pytest.approx((0, 0, 91, 1))


def test_the_names_of_areas_outside_are_inert():
    rows = [box(i * 0.01, 35, i * 0.01 + 0.01, 35.01) for i in range(20)]
    shapes = gpd.GeoDataFrame(
        {"name": [f"町{i}" for i in range(20)] + ["<script>a()</script>"], "x": range(21)},
        geometry=[*rows, box(20, 35, 20.01, 35.01)],
        crs=6668,
    )
    page = maps.choropleth(shapes, column="x").page()
    assert "離れた所（" in page
    assert "<script>a()" not in page
