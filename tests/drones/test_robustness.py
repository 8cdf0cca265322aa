"""What is left of the coverage in the wind or with a base closed, and what a delivery costs."""

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import drones
from dxkit.errors import ChoiceError, TableError

CRAFT = {
    "mass_kg": 8.8,
    "payload_max_kg": 1.0,
    "airspeed_ms": 10.0,
    "endurance_min": 20.0,
    "wind_max_ms": 10.0,
}


@pytest.fixture
def people():
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "lat": 35.3 + 0.2 * rng.random(600),
            "lon": 134.7 + 0.2 * rng.random(600),
            "people": rng.integers(1, 90, 600),
        }
    )


@pytest.fixture
def bases():
    return pd.DataFrame(
        {"base": ["一", "二", "三"], "lat": [35.35, 35.4, 35.45], "lon": [134.75, 134.8, 134.85]}
    )


def test_more_wind_never_covers_more(people, bases):
    table = drones.robustness(people, bases, drone=CRAFT, winds_ms=range(10), directions=4)
    winds = table[table["kind"] == "wind"]
    for _, own in winds[winds["wind_ms"] > 0].groupby("wind_from_deg"):
        assert own.sort_values("wind_ms")["covered"].is_monotonic_decreasing
    calm = winds.loc[winds["wind_ms"] == 0, "share"].item()
    assert (winds["share"] <= calm).all()
    assert winds["lost"].to_numpy() == pytest.approx(calm - winds["share"].to_numpy())


def test_each_wind_is_the_reach_of_its_shape(people, bases):
    table = drones.robustness(people, bases, drone=CRAFT, winds_ms=[6], directions=8).query(
        "kind == 'wind'"
    )
    for row in table.itertuples():
        shape = drones.flight_shape(CRAFT, wind_ms=6, wind_from_deg=row.wind_from_deg)
        reached = drones.reach(people, bases, range_km=shape)["place"].unique()
        assert people.loc[reached, "people"].sum() == row.covered


def test_above_the_limit_nobody_is_reached(people, bases):
    table = drones.robustness(people, bases, drone=CRAFT, winds_ms=[11], directions=2).query(
        "kind == 'wind'"
    )
    assert table["covered"].tolist() == [0.0, 0.0]


def test_with_a_base_closed_the_others_are_left(people, bases):
    table = drones.robustness(people, bases, range_km=6.0)
    assert table["kind"].unique().tolist() == ["closed"]
    for row in table.itertuples():
        rest = bases[bases["base"] != row.base]
        reached = drones.reach(people, rest, range_km=6.0)["place"].unique()
        assert people.loc[reached, "people"].sum() == row.covered


def test_neither_drone_nor_range_is_refused(people, bases):
    with pytest.raises(ChoiceError, match="drone"):
        drones.robustness(people, bases)


def costs(**changed):
    table = dxkit.load("delivery_costs").set_index("item")
    for item, value in changed.items():
        table.loc[item, ["value", "low", "high"]] = value
    return table.reset_index()


def test_a_delivery_by_drone_costs_what_the_formula_says():
    given = costs(aircraft_yen=4e6, aircraft_years=4, upkeep_share=0.2, insurance_yen_year=1.5e5, base_yen_year=1.2e6, operator_yen_hour=3000,
                  handling_min=10, drones_per_operator=1, drone_speed_ms=10, energy_yen_km=5, days_year=250, hours_day=7)  # fmt: skip
    row = drones.cost_per_delivery(given, distance_km=6, deliveries_per_day=10).iloc[0]
    # 1,000,000 + 800,000 + 150,000 + 1,200,000 yen a year over 2,500 deliveries; 10 + 20 minutes of work; 12 km
    assert row["drone_yen"] == pytest.approx(3_150_000 / 2500 + 30 * 50 + 60)
    assert row["drone_low_yen"] == row["drone_high_yen"] == row["drone_yen"]
    assert row["aircraft"] == 1


def test_a_delivery_by_van_costs_what_the_formula_says():
    given = costs(van_yen_year=6e5, driver_yen_hour=2400, fuel_yen_km=15, van_speed_kmh=30, road_factor=1.5, stop_min=4, drops_per_round=15,
                  spacing_km=2, days_year=250, hours_day=7)  # fmt: skip
    row = drones.cost_per_delivery(given, distance_km=6, deliveries_per_day=10).iloc[0]
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


# --- the shipped tables ------------------------------------------------------------------------------------------------


def test_every_drone_flies_the_range_that_is_published():
    for _, row in dxkit.load("drone_types").iterrows():
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
