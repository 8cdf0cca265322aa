"""What a delivery costs by drone and by van, and what the shipped tables of drones and costs say."""

import pandas as pd
import pytest

import dxkit
from dxkit import drones
from dxkit.errors import ChoiceError, TableError


def costs(**changed):
    table = dxkit.load("delivery_costs").set_index("item")
    for item, value in changed.items():
        table.loc[item, ["value", "low", "high"]] = value
    return table.reset_index()


def test_a_delivery_by_drone_costs_what_the_formula_says():
    table = costs(aircraft_yen=4e6, aircraft_years=4, upkeep_share=0.2, insurance_yen_year=1.5e5, base_yen_year=1.2e6, operator_yen_hour=3000,
                  handling_min=10, drones_per_operator=1, drone_speed_ms=10, energy_yen_km=5, days_year=250, hours_day=7)  # fmt: skip
    row = drones.cost_per_delivery(table, distance_km=6, deliveries_per_day=10).iloc[0]
    # 1,000,000 + 800,000 + 150,000 + 1,200,000 yen a year over 2,500 deliveries; 10 + 20 minutes of work; 12 km
    assert row["drone_yen"] == pytest.approx(3_150_000 / 2500 + 30 * 50 + 60)
    assert row["drone_low_yen"] == row["drone_high_yen"] == row["drone_yen"]
    assert row["aircraft"] == 1


def test_a_delivery_by_van_costs_what_the_formula_says():
    table = costs(van_yen_year=6e5, driver_yen_hour=2400, fuel_yen_km=15, van_speed_kmh=30, road_factor=1.5, stop_min=4, drops_per_round=15,
                  spacing_km=2, days_year=250, hours_day=7)  # fmt: skip
    row = drones.cost_per_delivery(table, distance_km=6, deliveries_per_day=10).iloc[0]
    # one round of (12 + 9 · 2) · 1.5 = 45 km: 90 minutes on the road and 40 at doors
    assert row["van_yen"] == pytest.approx((2400 + 130 * 40 + 45 * 15) / 10)


def test_the_spans_hold_the_usual_case_and_more_orders_make_a_base_cheaper():
    table = drones.cost_per_delivery(
        dxkit.load("delivery_costs"), distance_km=5, deliveries_per_day=range(1, 10)
    )
    for side in ("drone", "van"):
        assert (table[f"{side}_low_yen"] <= table[f"{side}_yen"]).all()
        assert (table[f"{side}_yen"] <= table[f"{side}_high_yen"]).all()
    assert table["drone_yen"].is_monotonic_decreasing
    assert (
        drones.cost_per_delivery(costs(drones_per_operator=5), distance_km=5)["drone_yen"]
        <= drones.cost_per_delivery(costs(drones_per_operator=1), distance_km=5)["drone_yen"]
    ).all()


def test_faults_of_the_cost_table_are_named():
    table = dxkit.load("delivery_costs")
    with pytest.raises(TableError, match="stop_min"):
        drones.cost_per_delivery(table[table["item"] != "stop_min"], distance_km=5)
    with pytest.raises(TableError, match="fuel_yen_km"):
        drones.cost_per_delivery(
            table.assign(low=table["low"].where(table["item"] != "fuel_yen_km", 99)), distance_km=5
        )
    with pytest.raises(ChoiceError, match="distance_km=0"):
        drones.cost_per_delivery(table, distance_km=0)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"distance_km": float("nan")}, "distance_km=nan"),
        ({"distance_km": float("inf")}, "distance_km=inf"),
        ({"distance_km": 1e9}, "distance_km="),
        ({"distance_km": "5"}, "distance_km=5"),
        ({"deliveries_per_day": 2.5}, "deliveries_per_day=2.5"),
        ({"deliveries_per_day": [3, 0]}, "deliveries_per_day=0"),
        ({"deliveries_per_day": "十"}, "deliveries_per_day=十"),
    ],
)
def test_numbers_that_cannot_be_are_refused(choice, words):
    with pytest.raises(ChoiceError, match=words):
        drones.cost_per_delivery(dxkit.load("delivery_costs"), **({"distance_km": 5} | choice))


def test_an_item_in_two_rows_is_refused_and_the_order_of_rows_does_not_matter():
    table = dxkit.load("delivery_costs")
    with pytest.raises(TableError, match="fuel_yen_km"):
        drones.cost_per_delivery(
            pd.concat([table, table[table["item"] == "fuel_yen_km"]]), distance_km=5
        )
    pd.testing.assert_frame_equal(
        drones.cost_per_delivery(table.iloc[::-1], distance_km=5),
        drones.cost_per_delivery(table, distance_km=5),
    )


def test_a_drone_whose_endurance_is_published_flies_the_range_that_is_published():
    table = dxkit.load("drone_types")
    # an endurance that was computed from the range itself would pass whatever the model says
    is_own = ~table["assumed"].fillna("").str.contains("endurance_min")
    assert table.loc[is_own, "drone"].tolist() == ["pf2_cat3"]
    for _, row in table[is_own].iterrows():
        load = (
            0.0 if pd.isna(row["published_range_payload_kg"]) else row["published_range_payload_kg"]
        )
        km = drones.flight_range(row, payload_kg=load, reserve_share=0.0, round_trip=False)
        # PF2-CAT3 publishes 11.4 km beside 20 min at 10 m/s, which would be 12 km
        assert km == pytest.approx(row["published_range_km"], rel=0.06), row["drone"]


def test_estimates_are_named_and_every_row_has_its_source():
    table = dxkit.load("drone_types")
    assert table["source"].str.len().gt(10).all()
    assert all(set(assumed.split()) <= set(table.columns) for assumed in table["assumed"])
    assert table["certainty"].str.contains("推定|仮定").all()


def test_costs_are_assumptions_and_say_so():
    table = dxkit.load("delivery_costs")
    assert table.attrs["made"] is True
    assert (table["certainty"] == "仮定").all()


def test_the_runway_of_tajima_is_1200_m_long_as_its_ends_are_apart():
    from pyproj import Geod

    row = dxkit.load("runways").set_index("airport").loc["RJBT"]
    apart = Geod(ellps="GRS80").inv(
        row["end_lon"], row["end_lat"], row["other_lon"], row["other_lat"]
    )[2]
    assert row["length_m"] == 1200
    assert apart == pytest.approx(1200, abs=10)
