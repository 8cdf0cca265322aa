"""Who is in need, on how many days a drone flies, how far a mountain is, and what else would deliver."""

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import assumptions, drones
from dxkit.errors import ChoiceError, TableError

TAJIMA = ["28209", "28222", "28225", "28585", "28586"]
PF2 = {
    "mass_kg": 8.8,
    "payload_max_kg": 1.0,
    "airspeed_ms": 10.0,
    "endurance_min": 20.0,
    "loaded_min": 17.5,
    "loaded_payload_kg": 1.0,
    "wind_max_ms": 10.0,
}


def of_tajima(name):
    table = dxkit.load(name)
    return table[table["code"].isin(TAJIMA)].reset_index(drop=True)


# --- need ------------------------------------------------------------------------------------------------------------


def test_need_counts_people_beyond_the_distance_and_nobody_at_it():
    # a degree of latitude at 35° is 110.95 km on the ellipsoid
    homes = pd.DataFrame({"lat": [35.0, 35.1], "lon": [134.0, 134.0], "people": [80, 20]})
    shop = pd.DataFrame({"lat": [35.0], "lon": [134.0]})
    far = drones.need(homes, shop, near_km=11.0)
    assert far["km_to_service"].tolist() == pytest.approx([0, 11.095], abs=0.01)
    assert far["in_need"].tolist() == [0, 20]
    assert drones.need(homes, shop, near_km=11.2)["in_need"].tolist() == [0, 0]
    assert "in_need" not in homes


def test_need_takes_the_nearest_of_all_services_as_reach_measures_it():
    homes = of_tajima("mesh_estimated").head(40)
    shops = dxkit.load("stations")
    pairs = drones.reach(homes, shops.reset_index(drop=True).rename_axis("base"), range_km=80)
    nearest = pairs.groupby("place")["distance_km"].min().loc[homes["place"]].to_numpy()
    assert drones.need(homes, shops, near_km=1)["km_to_service"].to_numpy() == pytest.approx(
        nearest
    )


def test_need_of_the_elderly_is_their_number_and_bad_input_is_refused():
    homes = pd.DataFrame({"lat": [35.1], "lon": [134.0], "people": [20], "elderly": [9]})
    shop = pd.DataFrame({"lat": [35.0], "lon": [134.0]})
    assert drones.need(homes, shop, near_km=1, weight="elderly")["in_need"].tolist() == [9]
    with pytest.raises(ChoiceError, match="near_km=0"):
        drones.need(homes, shop, near_km=0)
    with pytest.raises(TableError, match="services の表に列がありません"):
        drones.need(homes, shop.drop(columns="lat"), near_km=1)


def test_the_best_bases_for_all_and_for_those_in_need_are_not_the_same():
    demand = drones.need(of_tajima("mesh_estimated"), dxkit.load("stations"), near_km=5)
    sites = of_tajima("sites")
    plans = {
        weight: drones.best_bases(demand, sites, count=3, range_km=7.5, weight=weight)
        for weight in ("people", "in_need")
    }
    need = {
        weight: demand.loc[plan.covered, "in_need"].sum() / demand["in_need"].sum()
        for weight, plan in plans.items()
    }
    assert all(plan.gap == 0 for plan in plans.values())
    assert need["in_need"] > 2 * need["people"]
    assert not set(plans["people"].bases["base"]) & set(plans["in_need"].bases["base"])


# --- days ------------------------------------------------------------------------------------------------------------


def test_flyable_days_are_the_days_of_the_month_less_the_windy_ones():
    normals = dxkit.load("wind_normals").query("station == '香住'")
    days = drones.flyable(normals, PF2)
    assert days["month"].tolist() == list(range(1, 13))
    assert days["days"].sum() == pytest.approx(365.25)
    # 10 m/s and more at 香住, by the official table: 1.3, 1.3, 0.6, …; the months sum to 5.9 (the year's own normal: 5.5)
    assert 365.25 - days["flyable_days"].sum() == pytest.approx(5.9)
    january = drones.flyable(normals, PF2, month=1)
    assert january["flyable_days"].tolist() == [29.7]


def test_a_drone_that_stands_more_wind_flies_on_no_fewer_days():
    normals = dxkit.load("wind_normals")
    weak = drones.flyable(normals, PF2)["flyable_days"]
    # 12 m/s is not counted: the days of 10 m/s stay lost
    assert (drones.flyable(normals, PF2 | {"wind_max_ms": 12})["flyable_days"] == weak).all()
    assert (drones.flyable(normals, PF2 | {"wind_max_ms": 15})["flyable_days"] >= weak).all()


def test_hours_months_and_limits_that_the_normals_do_not_know_are_refused_in_words():
    normals = dxkit.load("wind_normals")
    with pytest.raises(ChoiceError, match="時間ごとの風の記録"):
        drones.flyable(normals, PF2, hours=(9, 17))
    with pytest.raises(ChoiceError, match="month=13"):
        drones.flyable(normals, PF2, month=13)
    with pytest.raises(ChoiceError, match="wind_max_ms=8 m/s"):
        drones.flyable(normals, PF2 | {"wind_max_ms": 8})
    with pytest.raises(TableError, match="days_10ms"):
        drones.flyable(normals.drop(columns="days_10ms"), PF2)


# --- terrain ---------------------------------------------------------------------------------------------------------


def terrain_km(height_m, **choices):
    """A flight of about 3.6 km with one cell of some height between two of 0 m."""
    home = pd.DataFrame({"place": ["甲"], "lat": [35.4625], "lon": [134.76]})
    site = pd.DataFrame({"base": ["出石"], "lat": [35.4625], "lon": [134.80]})
    between = dxkit.codes.mesh_code(35.4625, 134.78, level="3")
    ground = pd.DataFrame({"place": [between], "elevation_m": [float(height_m)]})
    return float(drones.terrain_distances(home, site, ground, PF2, **choices).iloc[0, 0])


def test_a_flight_over_a_mountain_reaches_exactly_as_far_as_the_range_with_that_climb():
    straight = terrain_km(0, clearance_m=0)
    assert straight == pytest.approx(3.63, abs=0.01)
    for height in (100.0, 240.0):
        # 0 m at both ends: both legs climb the whole height
        lost = drones.flight_range(PF2) - drones.flight_range(PF2, climb_m=height)
        assert terrain_km(height, clearance_m=0) - straight == pytest.approx(lost)
    assert terrain_km(100) > terrain_km(100, clearance_m=30) > terrain_km(100, clearance_m=0)


def test_terrain_never_shortens_and_feeds_every_siting_function():
    cells = of_tajima("mesh_estimated")
    sites = of_tajima("sites").query("kind == '道の駅'")
    km = drones.terrain_distances(cells, sites, dxkit.load("elevation"), PF2, payload_kg=1.0)
    range_km = drones.flight_range(PF2, payload_kg=1.0)
    flat = drones.best_bases(cells, sites, count=3, range_km=range_km)
    hilly = drones.best_bases(cells, sites, count=3, range_km=range_km, distance_km=km)
    assert hilly.value < flat.value
    pairs = drones.reach(cells, sites, range_km=range_km)
    lengthened = km.to_numpy()[
        km.index.get_indexer(pairs["place"]), km.columns.get_indexer(pairs["base"])
    ]
    assert (lengthened >= pairs["distance_km"]).all()


def test_the_district_of_toyooka_takes_people_and_is_flown_around():
    cells, sites = of_tajima("mesh_estimated"), of_tajima("sites")
    district = dxkit.load("did").query("code == '28209'")
    plain = drones.best_bases(cells, sites, count=3, range_km=7.5)
    around = drones.best_bases(cells, sites, count=3, range_km=7.5, no_fly=district)
    assert 0.03 < plain.share - around.share < 0.12


# --- flights that were made ------------------------------------------------------------------------------------------


def test_the_flight_from_izushi_lies_outside_the_round_trip_and_inside_the_one_way():
    flight = dxkit.load("real_flights").set_index("flight").loc["izushi_okuyane"]
    drone = dxkit.load("drone_types").set_index("drone").loc[flight["drone"]]
    there_and_back = drones.flight_range(drone, payload_kg=1.0)
    one_way = drones.flight_range(drone, payload_kg=1.0, round_trip=False)
    assert there_and_back < flight["km"] <= one_way


# --- the alternatives ------------------------------------------------------------------------------------------------


def costs_of(**figures):
    """A table in which every mode costs the same, save for what is named."""
    usual = {
        "days_year": 100,
        "fixed_yen_year": 100_000,
        "staff_yen_hour": 1_200,
        "yen_km": 10,
        "speed_kmh": 30,
        "road_factor": 1,
        "stop_min": 5,
        "households_round": 10,
        "drive_share": 1,
        "reach_share": 1,
    } | figures
    modes = dxkit.load("delivery_modes")["mode"].unique()
    rows = [
        {"mode": mode, "item": item, "value": value, "low": value, "high": value}
        for mode in modes
        for item, value in usual.items()
    ]
    return pd.DataFrame(rows)


def test_a_van_and_a_drone_cost_what_is_worked_out_by_hand():
    table = drones.compare_modes(
        costs_of(), households=20, distance_km=15, orders_week=1, spacing_km=1
    ).set_index("mode")
    # 1,040 orders; a van of 10 a round: 104 rounds of 30 km and 936 km between, 4,056 km in all
    van = table.loc["shop_van"]
    hours = 1040 * 5 / 60 + 4056 / 30
    assert van["staff_hours_year"] == pytest.approx(hours)
    assert van["yen_year"] == pytest.approx(100_000 + hours * 1200 + 4056 * 10)
    assert van["yen_delivery"] == pytest.approx(van["yen_year"] / 1040)
    assert van["yen_household"] == pytest.approx(van["yen_year"] / 20)
    # a drone flies 30 km for each: 31,200 km at 30 km/h and 87 h of handling, 1,127 h in 700 h a year
    drone = table.loc["drone"]
    assert drone["vehicles"] == 2
    drone_hours = 1040 * 5 / 60 + 31_200 / 30
    assert drone["yen_year"] == pytest.approx(200_000 + drone_hours * 1200 + 31_200 * 10)
    assert table.loc["shop_van", "cheaper"] == "shop_van"


def test_days_without_flight_carry_no_order_and_nobody_is_served_twice_a_day():
    full = drones.compare_modes(costs_of(), households=10, distance_km=5, orders_week=7)
    assert (full["orders_year"] == 10 * 100).all()
    half = drones.compare_modes(
        costs_of(), households=10, distance_km=5, orders_week=7, flyable_share=0.5
    ).set_index("mode")
    assert half.loc["drone", "orders_year"] == 500
    assert half.loc["weekly_bus", "orders_year"] == 1000


def test_the_shipped_assumptions_leave_every_comparison_with_the_drone_open():
    table = drones.compare_modes(dxkit.load("delivery_modes"), households=40, distance_km=8)
    others = table[table["mode"] != "drone"]
    assert (others["cheaper"] == "open").all()
    assert (others["yen_delivery"] < table.loc[0, "yen_delivery"]).all()
    for column in ("yen_delivery", "yen_household"):
        assert (table[f"{column}_low"] <= table[column]).all()
        assert (table[column] <= table[f"{column}_high"]).all()


def test_break_even_is_where_the_two_change_places():
    costs = costs_of()
    is_fixed = (costs["mode"] == "drone") & (costs["item"] == "fixed_yen_year")
    costs.loc[is_fixed, ["value", "low", "high"]] = 0
    table = drones.compare_modes(costs, households=5, distance_km=5).set_index("mode")
    turn = table.loc["parcel_van", "break_even_orders_week"]
    sides = [
        drones.compare_modes(costs, households=5, distance_km=5, orders_week=turn * factor)
        .set_index("mode")["yen_delivery"]
        .loc[["drone", "parcel_van"]]
        for factor in (0.9, 1.1)
    ]
    assert (sides[0]["drone"] < sides[0]["parcel_van"]) is not (
        sides[1]["drone"] < sides[1]["parcel_van"]
    )


def test_flips_say_what_would_have_to_be_true_for_the_drone_to_win():
    modes = dxkit.load("delivery_modes")
    named = modes[modes["mode"].isin(["drone", "parcel_van"])].assign(
        assumption=lambda table: table["mode"] + " " + table["item"]
    )
    named = named[named["item"].isin(["fixed_yen_year", "stop_min", "households_round"])]
    named = named[named["low"] < named["high"]]

    def is_drone_cheaper(values):
        trial = modes.copy()
        key = trial["mode"] + " " + trial["item"]
        trial["value"] = key.map(values).fillna(trial["value"])
        yen = drones.compare_modes(trial, households=40, distance_km=8)["yen_delivery"]
        return bool(yen[0] < yen[4])

    table = assumptions.flips(is_drone_cheaper, named, draws=20, seed=0, show_progress=False)
    # no single assumption turns it within its range
    assert table["flips_at"].isna().all()
    assert table.attrs["stands"] == 1.0


def test_a_table_of_costs_with_faults_is_refused_with_all_of_them():
    costs = dxkit.load("delivery_modes")
    wrong = costs.drop(index=costs.index[0]).reset_index(drop=True)
    wrong.loc[5, "low"] = wrong.loc[5, "high"] + 1
    with pytest.raises(TableError, match="drone days_year") as caught:
        drones.compare_modes(wrong, households=10, distance_km=5)
    assert "low ≦ value ≦ high" in str(caught.value)
    with pytest.raises(ChoiceError, match="households=0"):
        drones.compare_modes(costs, households=0, distance_km=5)


# --- an estimate that errs -------------------------------------------------------------------------------------------


def test_draws_keep_each_municipality_and_say_which_bases_stand():
    cells = of_tajima("mesh_estimated")
    sites = of_tajima("sites").query("kind == '道の駅'").reset_index(drop=True)
    siting = drones.best_bases(cells, sites, count=3, range_km=7.5)
    table = drones.robustness(cells, siting, range_km=7.5, draws=20, candidates=sites, seed=4)
    drawn = table[table["kind"] == "demand"]
    assert len(drawn) == 20
    # the plan cannot be better than a draw's own best
    assert (drawn["lost"] >= -1e-9).all()
    assert drawn["share"].std() > 0.002
    assert set(table.attrs["stands"]) == set(siting.bases["base"])
    assert all(0 <= share <= 1 for share in table.attrs["stands"].values())
    again = drones.robustness(cells, siting, range_km=7.5, draws=20, candidates=sites, seed=4)
    pd.testing.assert_frame_equal(table, again)
    other = drones.robustness(cells, siting, range_km=7.5, draws=20, seed=5)
    assert other.attrs["stands"] is None
    assert other.loc[other["kind"] == "demand", "lost"].isna().all()


def test_without_an_error_every_draw_is_the_estimate():
    cells = of_tajima("mesh_estimated")
    sure = cells.assign(low=cells["people"], high=cells["people"])
    sites = of_tajima("sites").query("kind == '道の駅'").reset_index(drop=True)
    siting = drones.best_bases(sure, sites, count=3, range_km=7.5)
    table = drones.robustness(sure, siting, range_km=7.5, draws=3, candidates=sites)
    drawn = table[table["kind"] == "demand"]
    assert drawn["share"].to_numpy() == pytest.approx(np.full(3, siting.share))
    assert set(table.attrs["stands"].values()) == {1.0}


def test_draws_of_hiroshima_err_as_much_as_its_estimate_was_found_to():
    check = dxkit.load("mesh_check")
    cells = check[check["rural"] & (check["estimated"] > 0)].reset_index(drop=True)
    truth = cells["people"].to_numpy(float)
    cells = cells.assign(
        people=cells["estimated"], low=np.minimum(cells["low"], cells["estimated"])
    )
    cells["high"] = np.maximum(cells["high"], cells["estimated"])
    errors = dxkit.load("mesh_errors").set_index(["rule", "area", "level"])["misplaced_share"]
    known = errors["estimated", "広島県の中山間", "1km"]
    found = np.abs(cells["people"] * truth.sum() / cells["people"].sum() - truth).sum() / 2
    assert found / truth.sum() == pytest.approx(known, abs=0.01)
    # a base for each cell would show each cell's people: the coverage of a third of them varies as the truth does
    site = pd.DataFrame({"base": ["x"], "lat": [34.75], "lon": [132.9]})
    table = drones.robustness(cells, site, range_km=15, draws=60, seed=0)
    drawn = table.loc[table["kind"] == "demand", "share"]
    reached = cells["place"].isin(drones.reach(cells, site, range_km=15)["place"])
    real = truth[reached].sum() / truth.sum()
    assert drawn.min() <= real <= drawn.max()


def test_draws_by_500_m_say_which_bases_stand():
    cells = of_tajima("mesh_estimated_500m")
    sites = of_tajima("sites").query("kind == '道の駅'").reset_index(drop=True)
    siting = drones.best_bases(cells, sites, count=3, range_km=7.5)
    table = drones.robustness(cells, siting, range_km=7.5, draws=10, candidates=sites, seed=4)
    drawn = table[table["kind"] == "demand"]
    assert len(drawn) == 10
    assert (drawn["lost"] >= -1e-9).all()
    assert drawn["share"].std() > 0.002
    assert set(table.attrs["stands"]) == set(siting.bases["base"])
    assert table.attrs["unproven"] == 0


def test_draws_need_limits_that_enclose_the_estimate():
    cells = of_tajima("mesh_estimated").head(20)
    site = pd.DataFrame({"base": ["x"], "lat": [35.5], "lon": [134.8]})
    with pytest.raises(TableError, match="low"):
        drones.robustness(cells.drop(columns="low"), site, range_km=5, draws=2)
    with pytest.raises(TableError, match="low ≦ people ≦ high"):
        drones.robustness(cells.assign(high=0.0), site, range_km=5, draws=2)
    with pytest.raises(ChoiceError, match="draws=-1"):
        drones.robustness(cells, site, range_km=5, draws=-1)
