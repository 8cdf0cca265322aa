"""Labels count: what a user's table says of which place or base is never taken by position."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, Polygon, box

import dxkit
from dxkit import drones
from dxkit.errors import ChoiceError, TableError, TableWarning

PLACES = ["甲", "乙", "丙"]
BASES = ["駅", "役場"]
KM = np.array([[1.0, 9.0], [2.0, 3.0], [9.0, 4.0]])


@pytest.fixture
def tables():
    demand = pd.DataFrame(
        {"place": PLACES, "lat": [35.0, 35.1, 35.2], "lon": 135.0, "people": [10, 20, 40]}
    )
    return demand, pd.DataFrame({"base": BASES, "lat": [35.0, 35.2], "lon": 135.0})


@pytest.fixture
def distance_km():
    return pd.DataFrame(KM, index=PLACES, columns=BASES)


def reached(tables, range_km=3.5, **options):
    pairs = drones.reach(*tables, range_km=range_km, **options)
    return list(zip(pairs["place"], pairs["base"], strict=True))


EXPECTED = [("甲", "駅"), ("乙", "駅"), ("乙", "役場")]


def test_a_table_in_any_order_is_put_in_order_and_an_array_goes_by_position(tables, distance_km):
    turned = distance_km.iloc[::-1, ::-1]
    assert reached(tables, distance_km=turned) == EXPECTED
    assert reached(tables, distance_km=distance_km) == EXPECTED
    assert reached(tables, distance_km=KM) == EXPECTED
    assert reached(tables, distance_km=KM.tolist()) == EXPECTED
    assert turned.index.tolist() == PLACES[::-1]


SITINGS = [
    (drones.reach, {"range_km": 3}),
    (drones.best_bases, {"range_km": 3, "count": 1}),
    (drones.fewest_bases, {"range_km": 3}),
    (drones.backup, {"range_km": 3, "count": 1}),
    (drones.budget_curve, {"range_km": 3, "counts": 2}),
    (drones.robustness, {"range_km": 3}),
    (drones.median_bases, {"count": 1}),
    (drones.centre_bases, {"count": 1}),
]


@pytest.mark.parametrize(
    ("function", "options"), SITINGS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_misspelt_label_is_named_on_both_sides(tables, distance_km, function, options):
    with pytest.raises(TableError, match="役場") as error:
        function(*tables, distance_km=distance_km.rename(columns={"役場": "役揚"}), **options)
    # of the columns, robustness leaves out those of other candidates
    assert ("役揚" in str(error.value)) is (function is not drones.robustness)
    with pytest.raises(TableError, match="巳") as error:
        function(*tables, distance_km=distance_km.rename(index={"乙": "巳"}), **options)
    assert "乙" in str(error.value)


def test_every_label_without_a_partner_is_named_at_once(tables, distance_km):
    wrong = distance_km.rename(columns={"役場": "役揚"}, index={"乙": "巳"})
    with pytest.raises(TableError, match="4件の問題") as error:
        reached(tables, distance_km=wrong)
    assert sorted(str(fault.value) for fault in error.value.faults) == sorted(
        ["役場", "役揚", "乙", "巳"]
    )


def test_a_label_too_many_or_twice_is_refused(tables, distance_km):
    with pytest.raises(TableError, match="港"):
        reached(tables, distance_km=distance_km.assign(港=1.0))
    with pytest.raises(TableError, match="丁"):
        reached(tables, distance_km=pd.concat([distance_km, distance_km.head(1).set_axis(["丁"])]))
    with pytest.raises(TableError, match=r"甲.*2つ以上"):
        reached(tables, distance_km=pd.concat([distance_km, distance_km.head(1)]))


def test_labels_by_default_are_no_names(tables):
    with pytest.raises(TableError, match="to_numpy"):
        reached(tables, distance_km=pd.DataFrame(KM))
    demand, candidates = (table.iloc[:, 1:] for table in tables)
    pairs = drones.reach(demand, candidates, range_km=3.5, distance_km=pd.DataFrame(KM))
    assert pairs["place"].tolist() == [0, 1, 1]
    with pytest.raises(TableError, match="to_numpy"):
        drones.reach(demand.tail(2), candidates, range_km=3, distance_km=pd.DataFrame(KM[1:]))


def test_numbers_and_the_same_numbers_as_text_are_one_label(tables, distance_km):
    demand, candidates = tables
    numbered = demand.assign(place=[101, 102, 103]), candidates.assign(base=["1", "2"])
    own = distance_km.set_axis(["103", "101", "102"]).set_axis([2, 1], axis=1)
    pairs = drones.reach(*numbered, range_km=3.5, distance_km=own)
    # the first row of `own` is that of the third place, its first column that of the second base
    assert list(zip(pairs["place"], pairs["base"], strict=True)) == [
        (101, "1"),
        (101, "2"),
        (103, "2"),
    ]
    with pytest.raises(TableError, match="01"):
        drones.reach(*numbered, range_km=3, distance_km=own.set_axis(["01", "02"], axis=1))


def test_labels_that_could_be_either_are_refused(tables, distance_km):
    demand, candidates = tables
    both = demand, candidates.assign(base=pd.Series([1, "1"], dtype=object))
    own = distance_km.set_axis(pd.Index([1, "1"], dtype=object), axis=1)
    assert len(drones.reach(*both, range_km=3.5, distance_km=own)) == 3
    with pytest.raises(TableError, match="必要な名前"):
        drones.reach(demand, candidates.assign(base=["1", "2"]), range_km=3, distance_km=own)


def test_a_table_with_rows_and_columns_swapped_is_refused(tables, distance_km):
    with pytest.raises(TableError, match="入れ替わって") as error:
        reached(tables, distance_km=distance_km.T)
    assert len(error.value.faults) == 1
    assert "distance_km.T" in str(error.value)


def test_a_square_table_with_rows_and_columns_swapped_is_refused():
    demand = pd.DataFrame({"place": ["甲", "乙"], "lat": [35.0, 35.1], "lon": 135.0})
    bases = pd.DataFrame({"base": ["x", "y"], "lat": [35.0, 35.1], "lon": 135.0})
    own = pd.DataFrame([[1.0, 9.0], [2.0, 3.0]], index=["x", "y"], columns=["甲", "乙"])
    with pytest.raises(TableError, match="入れ替わって"):
        drones.reach(demand, bases, range_km=5, distance_km=own)
    pairs = drones.reach(demand, bases, range_km=2.5, distance_km=own.T)
    assert pairs[["place", "base"]].to_numpy().tolist() == [["甲", "x"], ["甲", "y"]]


def test_a_range_for_each_base_goes_by_its_labels(tables, distance_km):
    ranges = pd.Series({"役場": 3.5, "駅": 1.5})
    pairs = [("甲", "駅"), ("乙", "役場")]
    assert reached(tables, ranges, distance_km=distance_km) == pairs
    assert reached(tables, ranges.iloc[::-1], distance_km=distance_km) == pairs
    assert reached(tables, [1.5, 3.5], distance_km=distance_km) == pairs
    assert reached(tables, np.array([1.5, 3.5]), distance_km=distance_km) == pairs
    curve = drones.budget_curve(*tables, counts=2, range_km=ranges, distance_km=distance_km)
    assert curve["covered"].tolist() == [20.0, 30.0]
    assert curve.attrs["settings"]["range_km"] == {"役場": 3.5, "駅": 1.5}


@pytest.mark.parametrize(
    ("ranges", "label"),
    [
        (pd.Series({"役揚": 3.5, "駅": 1.5}), "役揚"),
        (pd.Series({"役場": 3.5}), "駅"),
        (pd.Series([1.5, 3.5]), "役場"),
        (pd.Series({"役場": 3.5, "駅": 1.5, "港": 1.0}), "港"),
    ],
)
def test_a_range_whose_labels_do_not_match_is_refused(tables, ranges, label):
    with pytest.raises(TableError, match=label):
        reached(tables, ranges)


def test_a_fixed_base_in_another_type_is_refused(tables):
    demand, candidates = tables
    with pytest.raises(ChoiceError, match="fixed"):
        drones.best_bases(demand, candidates.assign(base=[1, 2]), count=1, range_km=3, fixed=["1"])
    held = drones.best_bases(demand, candidates.assign(base=[1, 2]), count=1, range_km=3, fixed=2)
    assert held.bases["base"].tolist() == [2]


@pytest.mark.parametrize(
    ("cell", "words"),
    [("近い", "近い"), (np.nan, "nan"), (-1.0, "-1"), (1e9, "inf"), (True, "True"), (None, "空")],
)
def test_every_cell_that_is_no_distance_is_named_with_its_place(tables, distance_km, cell, words):
    own = distance_km.astype(object)
    own.loc["乙", "役場"] = cell
    own.loc["丙", "駅"] = cell
    with pytest.raises(TableError, match=words) as error:
        reached(tables, distance_km=own)
    assert [(fault.row, fault.column) for fault in error.value.faults] == [(2, "役場"), (3, "駅")]


def test_text_among_the_distances_of_an_array_is_refused(tables):
    with pytest.raises(TableError, match="遠い"):
        reached(tables, distance_km=[["1", "遠い"], [2, 3], [9, 4]])
    with pytest.raises(TableError, match="大きさ"):
        reached(tables, distance_km=[[1, 2], [3]])


@pytest.mark.parametrize("column", ["range_km", "bearing_deg"])
@pytest.mark.parametrize("cell", [np.nan, np.inf, "遠い"])
def test_a_shape_with_cells_that_are_no_numbers_is_refused(tables, column, cell):
    shape = pd.DataFrame({"bearing_deg": [0.0, 180.0], "range_km": [3.0, 4.0]}).astype(object)
    shape.loc[1, column] = cell
    with pytest.raises(TableError, match=column):
        reached(tables, shape)


@pytest.mark.parametrize("cell", [np.inf, np.nan, 1e300, -1, "多い"])
def test_a_weight_that_is_no_number_of_people_is_refused(tables, cell):
    demand, candidates = tables
    demand = demand.astype({"people": object})
    demand.loc[1, "people"] = cell
    for function, options in SITINGS[1:]:
        with pytest.raises(TableError, match="people"):
            function(demand, candidates, **options)


@pytest.mark.parametrize("share", [0, -1, 1.5, float("nan"), "半分", True, None])
def test_a_share_that_cannot_be_is_refused(tables, share):
    with pytest.raises(ChoiceError, match="share="):
        drones.fewest_bases(*tables, range_km=3, share=share)


@pytest.mark.parametrize(
    "values", [(1, float("nan")), ("1", "0.3"), (), 1.0, (float("inf"), 1), [[1]]]
)
def test_values_of_backup_that_are_no_numbers_are_refused(tables, values):
    with pytest.raises(ChoiceError, match="values="):
        drones.backup(*tables, range_km=3, count=1, values=values)


@pytest.mark.parametrize("counts", [2.5, "2", [], [1, 2.5], 0, float("nan"), True])
def test_numbers_of_bases_of_a_curve_that_cannot_be_are_refused(tables, counts):
    with pytest.raises(ChoiceError, match="counts="):
        drones.budget_curve(*tables, range_km=3, counts=counts)


def test_a_curve_below_the_fixed_bases_is_refused(tables):
    with pytest.raises(ChoiceError, match="より少なくできません"):
        drones.budget_curve(*tables, range_km=3, counts=1, fixed=BASES)


@pytest.mark.parametrize("radius", [0, -1, float("nan"), float("inf"), 1e9, "1"])
def test_lengths_of_zones_that_cannot_be_are_refused(tables, radius):
    with pytest.raises(ChoiceError, match="radius_km"):
        drones.circles(tables[1], radius_km=radius)
    runway = pd.DataFrame(
        {"end_lat": [35.5], "end_lon": [134.7], "other_lat": [35.6], "other_lon": [134.7]}
    )
    with pytest.raises(ChoiceError, match="beyond_km"):
        drones.runway_strips(runway, beyond_km=radius, half_width_km=1)
    with pytest.raises(ChoiceError, match="half_width_km"):
        drones.runway_strips(runway, beyond_km=1, half_width_km=radius)


def test_a_runway_without_length_or_off_the_earth_is_refused():
    runway = pd.DataFrame(
        {"end_lat": [35.5], "end_lon": [134.7], "other_lat": [35.5], "other_lon": [134.7]}
    )
    with pytest.raises(TableError, match="両端"):
        drones.runway_strips(runway, beyond_km=1, half_width_km=1)
    with pytest.raises(TableError, match="other_lat"):
        drones.runway_strips(runway.assign(other_lat=135.0), beyond_km=1, half_width_km=1)


def test_nobody_who_counts_is_an_answer(tables):
    demand, candidates = tables
    centre = drones.centre_bases(demand.assign(people=0), candidates, count=1)
    assert (centre.value, centre.gap, len(centre.bases)) == (0.0, 0.0, 1)


@pytest.mark.parametrize("name", [None, np.nan, "", "　", pd.NA])
def test_a_base_without_a_name_is_refused_as_who_is_assigned_to_it_looks_like_nobody(tables, name):
    demand, candidates = tables
    with pytest.raises(TableError, match=r"1行目 列「base」.*名前のない行"):
        drones.best_bases(
            demand,
            candidates.assign(base=pd.Series([name, "役場"], dtype=object)),
            count=1,
            range_km=3,
        )


@pytest.mark.parametrize("wrong", [None, pd.Series([1]), pd.DataFrame(), "表", 3])
def test_what_is_no_table_of_bases_is_one_error(tables, wrong):
    with pytest.raises(TableError, match="candidates"):
        drones.best_bases(tables[0], wrong, count=1, range_km=3)
    with pytest.raises(TableError, match="demand"):
        drones.reach(wrong, tables[1], range_km=3)


@pytest.mark.parametrize("weight", [[], ["people"], {}, pd.NA, None, np.array([1, 2])])
def test_a_weight_that_is_no_name_of_a_column_is_refused(tables, weight):
    with pytest.raises(TableError, match="列がありません"):
        drones.best_bases(*tables, count=1, range_km=3, weight=weight)


def test_an_executor_that_runs_nothing_and_a_seed_that_is_none_are_refused(tables):
    with pytest.raises(ChoiceError, match="executor=x"):
        drones.budget_curve(*tables, counts=1, range_km=3, executor="x")
    costs = dxkit.load("delivery_modes")
    demand = tables[0].assign(in_need=tables[0]["people"])
    for seed in (2.5, -1, "x", True, float("nan")):
        with pytest.raises(ChoiceError, match="seed="):
            drones.first_trials(demand, tables[1], costs, range_km=6, draws=2, seed=seed)


def test_a_place_abroad_is_named_in_a_warning_and_used(tables):
    demand, candidates = tables
    with pytest.warns(TableWarning, match=r"2行目.*日本の外の位置が1行"):
        pairs = drones.reach(demand.assign(lat=[35.0, 0.0, 35.2]), candidates, range_km=3)
    assert pairs["place"].tolist() == ["甲", "丙"]


@pytest.mark.parametrize("cell", [True, b"10", 10**400])
def test_what_pandas_would_count_is_no_number_of_people(tables, cell):
    people = pd.Series([10, cell, 40], dtype=object)
    with pytest.raises(TableError, match="2行目 列「people」"):
        drones.best_bases(tables[0].assign(people=people), tables[1], count=1, range_km=3)


def test_half_a_character_where_pandas_needs_a_text_is_named_by_its_row():
    winds = dxkit.load("wind_normals").head(3)
    stations = winds.assign(
        station=pd.Series(["a", "b\ud800", "c"], dtype=object, index=winds.index)
    )
    drone = dxkit.load("drone_types").iloc[0]
    with pytest.raises(TableError, match=r"2行目 列「station」.*サロゲート"):
        drones.flyable(stations, drone)


def test_two_heights_of_one_cell_are_refused(tables):
    ground = pd.DataFrame({"place": ["53346532", "53346532"], "elevation_m": [200.0, 900.0]})
    drone = dxkit.load("drone_types").iloc[0]
    with pytest.raises(TableError, match="elevation に同じ行が2つ以上"):
        drones.terrain_distances(*tables, ground, drone)


@pytest.mark.parametrize(
    "shape",
    [
        None,
        Polygon(),
        Point(135, 35.1),
        LineString([(135, 35), (135, 35.2)]),
        box(34, 134, 36, 136),
    ],
)
def test_a_zone_that_would_block_nothing_is_refused_by_its_row(tables, shape):
    zones = gpd.GeoDataFrame(geometry=[box(134, 34, 134.5, 34.5), shape], crs="EPSG:6668")
    with pytest.raises(TableError, match=r"2行目.*no_fly の図形が区域になりません"):
        reached(tables, no_fly=zones)
