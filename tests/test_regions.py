"""Is every place found in the municipality in which it lies, and is what cannot be known flagged?"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from dxkit import regions
from dxkit.codes import mesh_box, mesh_code
from dxkit.errors import ChoiceError, CodeError, TableError
from dxkit.loaders import load

SHARED = Path(__file__).resolve().parents[1] / ".." / "shared"
METRES = "EPSG:6690"
AWAJI = {"28205", "28224", "28226"}

needs_shared = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason="公表ファイルの置き場所 ../shared/data がない"
)


def joined(pairs: pd.DataFrame, start: str) -> set[str]:
    """Give who can be reached from a municipality over these pairs."""
    both = pd.concat(
        [
            pairs[["code", "neighbour"]],
            pairs[["neighbour", "code"]].set_axis(["code", "neighbour"], axis=1),
        ]
    )
    reached, edge = {start}, {start}
    while edge:
        edge = set(both.loc[both["code"].isin(edge), "neighbour"]) - reached
        reached |= edge
    return reached


# --- municipalities and areas ----------------------------------------------------------------------------------------


def test_the_41_municipalities_come_with_shapes_in_code_order():
    towns = regions.municipalities()
    promised = [
        "code",
        "code6",
        "name",
        "kana",
        "area",
        "kind",
        "people_2020",
        "people_2025",
        "households_2020",
        "elderly_2020",
    ]
    assert [*promised, "area_km2"] == [
        column for column in towns.columns if column in [*promised, "area_km2"]
    ]
    assert isinstance(towns, gpd.GeoDataFrame)
    assert towns.crs == "EPSG:6668"
    assert len(towns) == 41
    assert towns["code"].is_monotonic_increasing
    assert towns.attrs["publisher"] == load("municipalities").attrs["publisher"]


def test_a_callers_change_does_not_reach_the_next_caller():
    first = regions.municipalities()
    first["people_2020"] = 0
    pairs = regions.neighbours()
    pairs["border_km"] = -1
    assert regions.municipalities()["people_2020"].sum() == 5_465_002
    assert (regions.neighbours()["border_km"] > 0).all()


def test_the_ten_areas_add_up_to_the_prefecture():
    areas = regions.areas()
    assert areas["members"].tolist() == [1, 3, 5, 5, 6, 4, 7, 5, 2, 3]
    assert areas["people_2020"].sum() == 5_465_002
    assert areas.set_index("area")["people_2020"].loc["但馬"] == 157_989
    assert round(areas["area_km2"].sum(), 2) == 8400.82


def test_an_area_is_the_union_of_its_municipalities():
    areas, towns = regions.areas().to_crs(METRES), regions.municipalities().to_crs(METRES)
    assert areas.geometry.is_valid.all()
    assert areas.area.sum() == pytest.approx(towns.area.sum(), rel=1e-9)
    expected = towns.assign(km2=towns.area).groupby("area")["km2"].sum()
    np.testing.assert_allclose(areas.set_index("area").area, expected.loc[areas["area"]], rtol=1e-9)


# --- neighbours ------------------------------------------------------------------------------------------------------


def test_ashiya_borders_kobe_and_nishinomiya_only():
    pairs = regions.neighbours()
    of_ashiya = pairs[(pairs["code"] == "28206") | (pairs["neighbour"] == "28206")]
    assert set(of_ashiya[["code", "neighbour"]].to_numpy().ravel()) - {"28206"} == {
        "28100",
        "28204",
    }


def test_each_pair_stands_once_and_has_a_length():
    pairs = regions.neighbours()
    assert (pairs["code"] < pairs["neighbour"]).all()
    assert not pairs.duplicated(["code", "neighbour"]).any()
    assert (pairs["border_km"] > 0).all()
    assert set(pairs["via"]) == {"陸続き"}


def test_awaji_is_joined_to_nobody_by_land_and_everybody_else_hangs_together():
    pairs = regions.neighbours()
    assert joined(pairs, "28226") == AWAJI
    assert joined(pairs, "28100") == set(regions.municipalities()["code"]) - AWAJI


def test_the_bridge_joins_awaji_and_is_named():
    plain, bridged = regions.neighbours(), regions.neighbours(bridges=True)
    added = bridged[bridged["via"] != "陸続き"]
    assert added.to_numpy().tolist() == [["28100", "28226", 0.0, "明石海峡大橋"]]
    assert len(bridged) == len(plain) + 1
    assert len(joined(bridged, "28100")) == 41


def test_a_borders_length_is_geodesic_within_a_thousandth():
    shapes = load("boundaries").set_index("code").geometry
    pairs = regions.neighbours().head(12)
    geod = Geod(ellps="GRS80")
    shared = [
        shapes[code].boundary.intersection(shapes[other].boundary)
        for code, other in pairs[["code", "neighbour"]].to_numpy()
    ]
    geodesic = [
        sum(geod.geometry_length(part) for part in shapely.get_parts(lines)) / 1000
        for lines in shared
    ]
    np.testing.assert_allclose(pairs["border_km"], geodesic, rtol=1e-3, atol=0.006)


@needs_shared
def test_neighbours_are_those_of_the_official_boundaries():
    official = gpd.read_file(SHARED / "data/boundaries/N03-21_28_210101_s0010.geojson").set_crs(
        "EPSG:6668", allow_override=True
    )
    wards = official["N03_007"].between("28101", "28111")
    whole = (
        official.assign(code=official["N03_007"].mask(wards, "28100"))
        .dissolve("code")
        .to_crs(METRES)
        .geometry
    )
    first, second = whole.sindex.query(whole.to_numpy(), predicate="dwithin", distance=1)
    edges = shapely.boundary(whole.to_numpy())
    lengths = shapely.length(shapely.intersection(edges[first], edges[second]))
    pairs = pd.DataFrame(
        {"code": whole.index[first], "neighbour": whole.index[second], "length": lengths}
    ).query("code < neighbour")
    # the reference is simplified too: only what it shares for more than half a kilometre counts
    expected = set(
        pairs.loc[pairs["length"] > 500, ["code", "neighbour"]].itertuples(index=False, name=None)
    )
    ours = regions.neighbours()
    assert expected <= set(ours[["code", "neighbour"]].itertuples(index=False, name=None))
    surplus = ours[
        [
            pair not in expected
            for pair in ours[["code", "neighbour"]].itertuples(index=False, name=None)
        ]
    ]
    assert (surplus["border_km"] < 1).all()


# --- locate ----------------------------------------------------------------------------------------------------------


def test_every_office_is_found_in_its_own_municipality():
    towns = regions.municipalities()
    found = regions.locate(towns["office_lat"], towns["office_lon"])
    assert found["code"].tolist() == towns["code"].tolist()
    assert found["name"].tolist() == towns["name"].tolist()
    assert (found["distance_m"] == 0).all()


def test_points_come_as_table_series_or_array_and_keep_their_index():
    table = pd.DataFrame(
        {"lat": [34.8153, 35.5444], "lon": [134.6856, 134.82]}, index=["姫路", "豊岡"]
    )
    before = table.copy()
    found = regions.locate(table)
    pd.testing.assert_frame_equal(table, before)
    assert found.index.tolist() == ["姫路", "豊岡"]
    series = gpd.GeoSeries(
        gpd.points_from_xy(table["lon"], table["lat"]), index=table.index, crs="EPSG:4326"
    )
    for other in (
        regions.locate(series),
        regions.locate(table.to_numpy()),
        regions.locate(table["lat"], table["lon"]),
    ):
        assert other["code"].tolist() == found["code"].tolist() == ["28201", "28209"]


def test_a_point_on_a_pier_belongs_to_the_nearest_municipality():
    # ポートターミナル駅: on a pier, 8 m off the drawn coast
    found = regions.locate([[34.68146, 135.20222]]).iloc[0]
    assert found["code"] == "28100"
    assert 0 < found["distance_m"] < 20


def test_a_point_farther_than_300_m_at_sea_is_nowhere():
    found = regions.locate([[34.55, 134.75]]).iloc[0]
    assert pd.isna(found["code"])
    assert pd.isna(found["name"])
    assert found["distance_m"] > 300
    assert not found["near_border"]


def ring_around(shape: shapely.Geometry, metres: float, count: int) -> gpd.GeoSeries:
    """Give evenly spaced points that far outside a shape."""
    line = shapely.buffer(shape, metres).boundary
    return gpd.GeoSeries(
        shapely.line_interpolate_point(line, np.linspace(0, 1, count), normalized=True), crs=METRES
    )


def test_the_300_m_end_where_they_say():
    sumoto = regions.municipalities().to_crs(METRES).set_index("code").geometry["28205"]
    found = pd.concat([regions.locate(ring_around(sumoto, metres, 200)) for metres in (299, 301)])
    at_sea = found[found["distance_m"] > 0]
    within = at_sea["distance_m"] <= 300
    assert within.sum() > 50
    assert (~within).sum() > 50
    assert (at_sea["code"].notna() == within).all()


@needs_shared
def test_a_point_in_another_prefecture_is_never_taken_for_hyogo():
    official = gpd.read_file(
        SHARED / "data/boundaries/N03-21_210101_designated_city_s0010.topojson"
    ).set_crs("EPSG:6668")
    others = (
        official[~official["N03_007"].astype(str).str.startswith("28")]
        .cx[134:136, 34:36]
        .to_crs(METRES)
    )
    hyogo = gpd.GeoDataFrame(load("boundaries")).to_crs(METRES).union_all()
    # 250 m outside Hyogo, within reach of the coast rule, and well inside the other prefecture
    points = ring_around(
        shapely.get_parts(hyogo)[np.argmax(shapely.area(shapely.get_parts(hyogo)))], 250, 2000
    )
    points = points[points.within(others.union_all().buffer(-50))].reset_index(drop=True)
    assert len(points) > 500
    found = regions.locate(points)
    assert found["code"].isna().all()
    assert found["distance_m"].between(240, 251).all()


def test_a_point_near_a_border_is_flagged_and_one_inside_is_not():
    # 武庫川駅 stands on the bridge over the border of 尼崎 and 西宮; 姫路市役所 far from any
    found = regions.locate([[34.7155, 135.3822], [34.8153, 134.6856]])
    assert found["near_border"].tolist() == [True, False]


def test_near_border_means_within_150_m_of_another_municipality_or_prefecture():
    towns = regions.municipalities().to_crs(METRES).set_index("code").geometry
    himeji, tatsuno = towns["28201"], towns["28229"]
    line = himeji.boundary.intersection(tatsuno.boundary)
    at = shapely.line_interpolate_point(shapely.line_merge(line), [0.3, 0.7], normalized=True)
    near, far = shapely.get_parts(shapely.buffer(at, 100).tolist()), shapely.buffer(at, 400)
    inner = gpd.GeoSeries(
        [himeji.intersection(disc.boundary).representative_point() for disc in near], crs=METRES
    )
    assert regions.locate(inner)["near_border"].all()
    outer = gpd.GeoSeries([himeji.intersection(disc.boundary) for disc in far], crs=METRES)
    deep = gpd.GeoSeries(
        [p for arc in outer for p in shapely.points(shapely.get_coordinates(arc))], crs=METRES
    )
    deep = deep[deep.distance(line) > 160]
    others = [shape for code, shape in towns.items() if code != "28201"]
    expected = [min(shape.distance(point) for shape in others) <= 150 for point in deep]
    assert regions.locate(deep)["near_border"].tolist() == expected


def test_a_coast_is_no_border():
    # the southern tip of 南あわじ: sea on three sides
    found = regions.locate([[34.1690, 134.8230]]).iloc[0]
    assert found["code"] == "28224"
    assert not found["near_border"]


def test_a_point_without_coordinates_is_nowhere_and_disturbs_nobody():
    found = regions.locate(
        pd.DataFrame({"lat": [np.nan, 34.8153, None], "lon": [134.6, 134.6856, np.nan]})
    )
    assert found["code"].isna().tolist() == [True, False, True]
    assert found["distance_m"].isna().tolist() == [True, False, True]
    assert regions.locate(pd.DataFrame({"lat": [], "lon": []})).empty


def test_swapped_coordinates_are_reported_row_by_row():
    table = pd.DataFrame({"lat": [34.69, 135.18, "北緯"], "lon": [135.18, 34.69, 135.0]})
    with pytest.raises(TableError, match=r"2件の問題[\s\S]*緯度と経度が逆") as caught:
        regions.locate(table)
    assert [(fault.row, fault.column, fault.value) for fault in caught.value.faults] == [
        (2, "lat", 135.18),
        (3, "lat", "北緯"),
    ]


def test_missing_columns_are_named():
    with pytest.raises(TableError, match=r"列「lat」.*列がありません"):
        regions.locate(pd.DataFrame({"緯度": [34.0], "lon": [135.0]}))


@given(st.lists(st.tuples(st.floats(34.1, 35.7), st.floats(134.2, 135.5)), min_size=1, max_size=8))
def test_locate_agrees_with_asking_every_shape(points):
    shapes = load("boundaries").set_index("code").geometry
    found = regions.locate(points)
    for (lat, lon), code, distance in zip(points, found["code"], found["distance_m"], strict=True):
        holders = shapes.index[shapes.intersects(shapely.Point(lon, lat))]
        if len(holders):
            assert code in holders
            assert distance <= 0.1
        else:
            assert pd.isna(code) or distance <= 300


# --- mesh ------------------------------------------------------------------------------------------------------------


def test_a_mesh_cell_is_the_box_of_its_code():
    cells = regions.mesh(["523501244", "513477981"])
    assert cells["place"].tolist() == ["523501244", "513477981"]
    assert cells.crs == "EPSG:6668"
    box = mesh_box("523501244")
    assert cells.geometry.iloc[0].bounds == pytest.approx(
        (box.west, box.south, box.east, box.north)
    )
    assert (
        mesh_code(cells["lat"], cells["lon"], level="4") == cells["place"].to_numpy(dtype=str)
    ).all()


def test_mesh_takes_one_code_an_array_or_a_column():
    places = load("mesh_people")["place"].head(3)
    assert len(regions.mesh(places.iloc[0])) == 1
    assert (
        regions.mesh(places)["place"].tolist()
        == regions.mesh(places.to_numpy())["place"].tolist()
        == places.tolist()
    )
    assert regions.mesh([]).empty


def test_mesh_refuses_what_is_no_cell():
    with pytest.raises(CodeError, match="28201"):
        regions.mesh(["28201"])
    with pytest.raises(CodeError, match="段階（桁数）が違います"):
        regions.mesh(["523501244", "52350124"])


def test_within_gives_the_cells_whose_centre_lies_inside():
    cells = regions.mesh(regions.within("28382"))
    shape = load("boundaries").set_index("code").geometry["28382"]
    centres = gpd.GeoSeries(gpd.points_from_xy(cells["lon"], cells["lat"]))
    assert len(cells) == 32
    assert shapely.intersects(shape, centres.to_numpy()).all()
    ring = regions.mesh(np.setdiff1d(_all_cells_around(shape), cells["place"]))
    assert not shapely.contains(shape, gpd.points_from_xy(ring["lon"], ring["lat"])).any()


def _all_cells_around(shape: shapely.Geometry) -> np.ndarray:
    west, south, east, north = shape.bounds
    lat, lon = np.meshgrid(
        np.arange(south - 0.004, north + 0.004, 1 / 480),
        np.arange(west - 0.006, east + 0.006, 1 / 320),
    )
    return np.unique(mesh_code(lat.ravel(), lon.ravel(), level="4"))


def test_cells_of_all_municipalities_are_the_sum_of_each_and_cover_the_land():
    towns = regions.municipalities()
    whole = regions.within(towns["code"])
    parts = [regions.within(code) for code in towns["code"]]
    assert sum(map(len, parts)) == len(whole) == len(np.unique(whole))
    covered = regions.mesh(whole).to_crs(METRES).area.sum() / 1e6
    assert covered == pytest.approx(towns["area_km2"].sum(), rel=0.005)
    assert set(load("mesh_people")["place"]) <= set(whole)


@pytest.mark.parametrize(
    ("level", "digits", "per_km2"), [("3", 8, 0.95), (4, 9, 3.8), ("5", 10, 15.2)]
)
def test_within_knows_three_sizes(level, digits, per_km2):
    cells = regions.within(["28209", "28222"], level=level)
    assert set(map(len, cells)) == {digits}
    area = regions.municipalities().set_index("code")["area_km2"].loc[["28209", "28222"]].sum()
    assert len(cells) == pytest.approx(per_km2 * area, rel=0.02)


def test_within_names_the_code_and_the_level_it_does_not_know():
    with pytest.raises(CodeError, match=r"27381.*41市町"):
        regions.within(["28201", "27381"])
    with pytest.raises(ChoiceError, match="段階「6」"):
        regions.within("28201", level="6")
    assert regions.within([]).size == 0
    assert regions.within("282014").tolist() == regions.within("28201").tolist()
