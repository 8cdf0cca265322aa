"""The coverage map: small, true to its cells, inert, and clear about wrong input."""

import json

import numpy as np
import pandas as pd
import pytest
import shapely
from page_shapes import read_spec

import dxkit
from dxkit import regions
from dxkit.codes import MESH_LEVELS
from dxkit.errors import ChoiceError, TableError
from dxkit.maps import coverage, difference, reach_ring

TAJIMA = ("28209", "28222", "28225", "28585", "28586")


@pytest.fixture(scope="module")
def cells():
    table = dxkit.load("mesh_people")
    table = table[table["code"].isin(TAJIMA)].reset_index(drop=True)
    return table.assign(times=np.random.default_rng(0).integers(0, 4, len(table)))


def data(drawn):
    return read_spec(drawn.page())


def test_cells_are_drawn_where_the_mesh_has_them(cells):
    # a code of its own keeps each cell an area of its own
    alone = cells.assign(code=cells["place"], times=0)
    found = data(coverage(alone))
    layer = found["panes"][0]["layers"][0]
    drawn = shapely.from_geojson([json.dumps(each) for each in found["geometries"][layer["set"]]])
    order = alone.set_index("place").loc[layer["tooltip"]["heads"]].index
    true = shapely.bounds(regions.mesh(order).geometry.to_numpy())
    assert len(drawn) == len(cells)
    # maps keep five decimals
    assert np.abs(shapely.bounds(drawn) - np.round(true, 5)).max() < 1e-7


def test_the_areas_add_up_to_the_cells_of_each_kind(cells):
    found = data(coverage(cells))
    layer = found["panes"][0]["layers"][0]
    shapes = shapely.from_geojson([json.dumps(each) for each in found["geometries"][layer["set"]]])
    whole = shapely.area(regions.mesh(cells["place"]).geometry.to_numpy())
    kinds = np.minimum(cells["times"], 2).to_numpy()
    for kind in range(3):
        drawn = sum(
            shape.area
            for shape, place in zip(shapes, layer["style_of"], strict=True)
            if place == kind
        )
        assert drawn == pytest.approx(whole[kinds == kind].sum(), rel=2e-3)


def test_the_legend_counts_people(cells):
    entries = data(coverage(cells))["panes"][0]["legends"][0]["entries"]
    left = cells.loc[cells["times"] == 0, "people"].sum()
    assert f"{left:,.0f}人（{left / cells['people'].sum():.1%}）" in entries[-1]["label"]


def test_eight_thousand_cells_stay_below_three_megabytes(cells):
    quarter = pd.concat(
        [
            cells.assign(lat=cells["lat"] + n / 960, lon=cells["lon"] + e / 640)
            for n in (-1, 1)
            for e in (-1, 1)
        ]
    )
    assert len(quarter) > 8000
    page = coverage(
        quarter.reset_index(drop=True),
        level="5",
        municipalities=regions.municipalities().query("code in @TAJIMA"),
    ).page()
    assert len(page.encode()) < 3_000_000


def test_text_of_tables_is_never_code(cells):
    evil = "</script><script>alert(1)</script>"
    bases = pd.DataFrame({"name": [evil], "lat": [35.4], "lon": [134.8]})
    towns = regions.municipalities().query("code in @TAJIMA").assign(name=evil)
    page = coverage(cells, bases, municipalities=towns, title=evil, source=evil, range_km=5).page()
    assert "<script>alert" not in page


def test_bases_and_their_ranges_are_drawn(cells):
    bases = pd.DataFrame(
        {
            "base": ["甲", "乙"],
            "lat": [35.4, 35.5],
            "lon": [134.7, 134.8],
            "existing": [True, False],
            "reached": [5, 7],
        }
    )
    pane = data(coverage(cells, bases, range_km=[3.0, 5.0]))["panes"][0]
    points = next(layer for layer in pane["layers"] if layer["kind"] == "points")
    assert points["tooltip"]["heads"] == ["甲", "乙"]
    assert points["style_of"] == [1, 0]
    assert [entry["label"] for entry in pane["legends"][0]["entries"]] == [
        "選んだ拠点",
        "今ある拠点",
    ]


def test_a_ring_lies_at_its_distance():
    from pyproj import Geod

    around = np.arange(0.0, 360.0, 30.0)
    points = reach_ring(35.4, 134.8, around, np.full(12, 5.0))
    _, _, metres = Geod(ellps="sphere", a=6371008.8, b=6371008.8).inv(
        np.full(12, 134.8), np.full(12, 35.4), points[:, 0], points[:, 1]
    )
    assert metres == pytest.approx(np.full(12, 5000.0), abs=0.01)


def test_what_cannot_be_drawn_is_refused(cells):
    with pytest.raises(ChoiceError, match="段階「9」"):
        coverage(cells, level="9")
    with pytest.raises(ChoiceError, match="times"):
        coverage(cells.drop(columns="times"))
    with pytest.raises(TableError, match="-1"):
        coverage(cells.assign(times=-1))
    with pytest.raises(ChoiceError, match="range_km"):
        coverage(cells, pd.DataFrame({"lat": [35.4], "lon": [134.8]}), range_km=[1.0, 2.0])


def test_the_difference_counts_who_only_one_choice_reaches(cells):
    both = cells.assign(
        before=cells["times"], after=np.random.default_rng(1).integers(0, 3, len(cells))
    )
    entries = data(difference(both, labels=("グループA", "最適")))["panes"][0]["legends"][0][
        "entries"
    ]
    one, other = both["before"] > 0, both["after"] > 0
    for words, those in (
        ("グループAだけ届く", one & ~other),
        ("最適だけ届く", other & ~one),
        ("どちらも届く", one & other),
        ("どちらも届かない", ~one & ~other),
    ):
        assert any(
            entry["label"].startswith(f"{words} {both.loc[those, 'people'].sum():,.0f}人")
            for entry in entries
        )


def test_the_difference_shows_both_choices_of_bases_and_runs_nothing(cells):
    evil = "</script><script>alert(1)</script>"
    both = cells.assign(before=1, after=cells["times"])
    bases = pd.DataFrame({"name": [evil], "lat": [35.4], "lon": [134.8], "existing": [True]})
    drawn = difference(
        both, bases, bases.assign(lat=35.5), labels=(evil, "後"), title=evil, made=True
    )
    assert "<script>alert" not in drawn.page()
    assert "架空データ" in drawn.page()
    assert "今ある拠点" not in drawn.page()
    assert (
        len([layer for layer in data(drawn)["panes"][0]["layers"] if layer["kind"] == "points"])
        == 2
    )


def test_a_difference_needs_both_columns(cells):
    with pytest.raises(ChoiceError, match="after"):
        difference(cells.assign(before=1))
    with pytest.raises(ChoiceError, match="段階「9」"):
        difference(cells.assign(before=1, after=1), level="9")


def test_the_old_keyword_for_municipalities_goes_on_working_with_a_warning(cells):
    towns = regions.municipalities().query("code in @TAJIMA")
    both = cells.assign(before=1, after=cells["times"])
    with pytest.warns(FutureWarning, match=r"coverage の towns= は municipalities= に変わりました"):
        old = coverage(cells, towns=towns)
    assert old.page() == coverage(cells, municipalities=towns).page()
    with pytest.warns(FutureWarning, match=r"difference の towns= は municipalities="):
        old = difference(both, towns=towns)
    assert old.page() == difference(both, municipalities=towns).page()


@pytest.mark.parametrize("level", MESH_LEVELS)
def test_the_size_of_cells_is_that_of_which_the_positions_are_centres(level):
    per_lat, per_lon = MESH_LEVELS[level]
    row, column = round(35.0 * per_lat), round(35.0 * per_lon)
    places = [(row + down, column + right) for down in range(3) for right in range(2)]
    cells = pd.DataFrame(
        {
            "lat": [round((down + 0.5) / per_lat, 5) for down, _ in places],
            "lon": [round(100 + (right + 0.5) / per_lon, 5) for _, right in places],
            "people": 1.0,
            "times": 1,
        }
    )
    for only in (cells, *(cells.iloc[[place]] for place in range(len(cells)))):
        found = data(coverage(only))
        shapes = found["geometries"][found["panes"][0]["layers"][0]["set"]]
        area = sum(shapely.area(shapely.from_geojson(json.dumps(shape))) for shape in shapes)
        assert area == pytest.approx(len(only) / per_lat / per_lon, rel=0.01)


def test_a_size_of_cells_that_the_positions_deny_is_refused(cells):
    kilometres = dxkit.load("mesh_estimated").head(9).assign(times=1, people=1.0)
    for wrong in ("4", "5", 2):
        with pytest.raises(ChoiceError, match=r"段階「3」のものですが、level=「\d」とあります"):
            coverage(kilometres, level=wrong)
    with pytest.raises(ChoiceError, match=r"段階「4」のものですが、level=「3」とあります"):
        coverage(cells, level="3")
    free = kilometres.assign(lat=kilometres["lat"] + 0.0013)
    with pytest.raises(ChoiceError, match=r"どの大きさのマスか.*分かりません"):
        coverage(free)
    assert coverage(free, level="3").shapes() == coverage(kilometres).shapes()


def test_a_cell_that_stands_twice_is_refused_and_not_counted_twice(cells):
    twice = pd.concat([cells, cells.iloc[[3]]])
    with pytest.raises(TableError, match=f"{len(twice)}行目.*同じマスの行が2つ以上"):
        coverage(twice)


def test_cells_without_a_municipality_stay_on_the_map(cells):
    unknown = cells.astype({"code": object})
    unknown.loc[cells["code"] == "28586", "code"] = None
    people = [
        len(read_spec(coverage(table).page())["panes"][0]["layers"]) for table in (cells, unknown)
    ]
    assert people[0] == people[1]
    assert "nan" not in str(data(coverage(unknown))["panes"][0]["layers"][0]["tooltip"]["heads"])


@pytest.mark.parametrize("cell", [np.nan, -5, "多い", np.inf, True])
def test_people_of_a_cell_that_cannot_be_are_refused(cells, cell):
    people = cells["people"].astype(object)
    people.iloc[2] = cell
    with pytest.raises(TableError, match="3行目 列「people」"):
        coverage(cells.assign(people=people))


@pytest.mark.parametrize("range_km", ["x", np.nan, {}, 10**400, 1e9, [1, 2, 3]])
def test_ranges_that_cannot_be_drawn_are_refused_and_one_of_0_km_is_a_dot(cells, range_km):
    bases = pd.DataFrame({"name": ["駅"], "lat": [35.5], "lon": [134.8]})
    with pytest.raises(ChoiceError, match="range_km="):
        coverage(cells, bases, range_km=range_km)
    assert coverage(cells, bases, range_km=0).shapes() > 0


def test_bases_that_are_no_table_or_hold_words_for_flags_are_refused(cells):
    bases = pd.DataFrame({"name": ["駅"], "lat": [35.5], "lon": [134.8]})
    for wrong in (1, "x", [], pd.Series([1])):
        with pytest.raises(TableError, match="bases が表"):
            coverage(cells, wrong)
    with pytest.raises(TableError, match="列「existing」"):
        coverage(cells, bases.assign(existing="いいえ"))
    with pytest.raises(TableError, match="列「reached」"):
        coverage(cells, bases.assign(reached="多い"))


def test_what_says_nothing_is_no_word_on_the_map(cells):
    drawn = coverage(cells, title=None, unit=None, source=None).page()
    assert "None" not in drawn.partition("<script")[0]
    for labels in (None, "前後", ("前",), 3):
        with pytest.raises(ChoiceError, match="labels="):
            difference(cells.assign(before=1, after=1), labels=labels)
    for height in (None, "x", np.nan, 0):
        with pytest.raises(ChoiceError, match="height="):
            coverage(cells, height=height)


@pytest.mark.parametrize("name", [[], {}, pd.NA, None])
def test_what_is_no_name_of_a_column_is_refused_by_its_option(cells, name):
    with pytest.raises(ChoiceError, match="weight="):
        coverage(cells, weight=name)
