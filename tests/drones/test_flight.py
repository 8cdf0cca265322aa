"""The range of a drone: published figures, and what must hold whatever the drone is."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dxkit import drones
from dxkit.errors import ChoiceError

# ACSL PF2-CAT3, type certificate of 2023-03-13: body 5.5 kg, battery 3.3 kg, load 1.0 kg, 10 m/s, 20 min at the least and
# 17.5 min at the greatest take-off mass (MONOist 2023-04-20)
PF2 = {
    "mass_kg": 8.8,
    "payload_max_kg": 1.0,
    "airspeed_ms": 10.0,
    "endurance_min": 20.0,
    "loaded_min": 17.5,
    "loaded_payload_kg": 1.0,
    "wind_max_ms": 10.0,
}
# only one endurance known: 50 min without load
OTHER = {
    "mass_kg": 20.0,
    "payload_max_kg": 5.0,
    "airspeed_ms": 15.0,
    "endurance_min": 50.0,
    "wind_max_ms": 12.0,
}
at_any_speed = settings(deadline=None)
drone = some.sampled_from([PF2, OTHER])


def test_the_published_endurances_are_reproduced():
    assert drones.endurance_min(PF2) == pytest.approx(20.0)
    assert drones.endurance_min(PF2, 1.0) == pytest.approx(17.5)
    # published range 11.4 km at 10 m/s: 19 of the 20 minutes
    assert drones.flight_range(PF2, reserve_share=0, round_trip=False) == pytest.approx(12.0)
    assert drones.flight_range(PF2, reserve_share=0.05, round_trip=False) == pytest.approx(11.4)


def test_power_grows_as_the_published_pair_says():
    assert drones.power_exponent(PF2) == pytest.approx(1.24, abs=0.005)
    assert drones.power_exponent(OTHER) == 1.5


def test_the_round_trip_with_a_load_is_the_worked_example():
    # 0.8 of the battery, out at 17.5 min, back at 20 min, 10 m/s: 0.8 / (1/10500 + 1/12000) m
    assert drones.flight_range(PF2, payload_kg=1.0) == pytest.approx(
        0.8 / (1 / 10_500 + 1 / 12_000) / 1000
    )


@at_any_speed
@given(
    drone,
    some.tuples(some.floats(0, 1), some.floats(0, 9), some.floats(0, 0.9)),
    some.booleans(),
    some.floats(0.01, 0.99),
)
def test_more_load_wind_or_reserve_never_reaches_further(craft, choice, back, less):
    payload, wind, reserve = choice

    def km(**changed):
        asked = {"payload_kg": payload, "wind_ms": wind, "reserve_share": reserve} | changed
        return drones.flight_range(craft, round_trip=back, **asked)

    # a wind of 1e-12 m/s changes the last bit of the range, one way or the other
    full = km() * (1 - 1e-12)
    assert km(payload_kg=payload * less) >= full
    assert km(wind_ms=wind * less) >= full
    assert km(reserve_share=reserve * less) >= full


@at_any_speed
@given(drone, some.floats(0, 1), some.floats(0, 9), some.floats(0, 359))
def test_wind_shortens_the_mean_of_opposite_directions_and_the_head_wind_is_the_shortest(
    craft, payload, wind, turn
):
    calm = drones.flight_range(craft, payload_kg=payload)
    shape = drones.flight_shape(craft, payload_kg=payload, wind_ms=wind, wind_from_deg=turn)[
        "range_km"
    ].to_numpy()
    assert ((shape[:180] + shape[180:]) / 2 <= calm * (1 + 1e-9)).all()
    assert shape.min() >= drones.flight_range(craft, payload_kg=payload, wind_ms=wind) * (1 - 1e-9)


@at_any_speed
@given(drone, some.floats(0, 9), some.floats(0, 359))
def test_without_a_load_wind_shortens_every_direction(craft, wind, turn):
    shape = drones.flight_shape(craft, wind_ms=wind, wind_from_deg=turn)
    assert (shape["range_km"] <= drones.flight_range(craft) * (1 + 1e-9)).all()


def test_a_light_wind_from_behind_carries_a_load_a_little_further():
    # the dear way out is the one that is helped
    shape = drones.flight_shape(PF2, payload_kg=1.0, wind_ms=0.3, wind_from_deg=180).set_index(
        "bearing_deg"
    )["range_km"]
    assert 0 < shape[0] / drones.flight_range(PF2, payload_kg=1.0) - 1 < 0.002


@at_any_speed
@given(some.floats(0.1, 9), some.floats(0, 359))
def test_without_a_load_wind_from_ahead_or_behind_is_the_same(wind, turn):
    shape = (
        drones.flight_shape(PF2, wind_ms=wind, wind_from_deg=turn)
        .set_index("bearing_deg")["range_km"]
        .to_numpy()
    )
    assert shape[:180] == pytest.approx(shape[180:])


def test_with_a_load_the_reach_drifts_against_the_way_the_wind_blows():
    shape = drones.flight_shape(PF2, payload_kg=1.0, wind_ms=7.0, wind_from_deg=0.0).set_index(
        "bearing_deg"
    )["range_km"]
    assert shape[180] > shape[0]
    assert shape[90] == pytest.approx(shape[270])


def test_at_seven_metres_a_second_about_half_of_the_range_is_left():
    left = drones.flight_range(PF2, payload_kg=1.0, wind_ms=7.0) / drones.flight_range(
        PF2, payload_kg=1.0
    )
    assert left == pytest.approx(0.487, abs=0.001)


def test_the_ground_speed_is_that_of_the_wind_triangle():
    # one way without reserve, 20 minutes in the air: the range is the ground speed times 1,200 s
    def speeds(wind_ms):
        shape = drones.flight_shape(
            PF2, wind_ms=wind_ms, reserve_share=0, round_trip=False, step_deg=90
        )
        return shape["range_km"].to_numpy()[:3] * 1000 / 1200

    assert speeds(6.0) == pytest.approx([4.0, 8.0, 16.0])
    assert speeds(10.0)[:2].tolist() == [0.0, 0.0]


def test_climbs_cost_time_in_the_air():
    # 150 m up at 3 m/s and down at 2 m/s: 125 s of 1,200 s on each leg
    assert drones.flight_range(PF2, reserve_share=0, climb_m=150) == pytest.approx(
        (1 - 2 * 125 / 1200) * 6
    )
    assert drones.flight_range(PF2, reserve_share=0.9, climb_m=150) == 0.0


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"payload_kg": -1}, "payload_kg=-1"),
        ({"payload_kg": 1.5}, "0〜1 kg"),
        ({"payload_kg": float("nan")}, "payload_kg=nan"),
        ({"wind_ms": 10.5}, "限度は 10 m/s"),
        ({"wind_ms": -1}, "wind_ms=-1"),
        ({"reserve_share": 1}, "reserve_share=1"),
        ({"reserve_share": -0.1}, "reserve_share=-0.1"),
        ({"climb_m": -5}, "climb_m=-5"),
    ],
)
def test_nonsense_is_refused_by_name(choice, said):
    with pytest.raises(ChoiceError, match=said):
        drones.flight_range(PF2, **choice)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"payload_kg": "1"}, "payload_kg=1"),
        ({"payload_kg": True}, "payload_kg=True"),
        ({"wind_ms": "強い"}, "wind_ms=強い"),
        ({"wind_ms": float("nan")}, "wind_ms=nan"),
        ({"wind_ms": float("inf")}, "wind_ms=inf"),
        ({"reserve_share": None}, "reserve_share=None"),
        ({"climb_m": float("inf")}, "climb_m=inf"),
        ({"climb_m": 10**400}, "climb_m=1000"),
    ],
)
def test_text_and_endless_numbers_are_refused_by_name(choice, words):
    with pytest.raises(ChoiceError, match=words):
        drones.flight_range(PF2, **choice)


@pytest.mark.parametrize(
    "choice",
    [
        {"wind_from_deg": "北"},
        {"wind_from_deg": float("nan")},
        {"step_deg": 0},
        {"step_deg": float("nan")},
        {"step_deg": 361},
    ],
)
def test_directions_that_cannot_be_are_refused(choice):
    with pytest.raises(ChoiceError, match="度で書いて"):
        drones.flight_shape(PF2, **choice)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"power_exponent": "大"}, "power_exponent=大"),
        ({"power_exponent": float("inf")}, "power_exponent=inf"),
        ({"power_exponent": 0}, "power_exponent=0"),
        ({"endurance_min": "50"}, "endurance_min=50"),
        ({"mass_kg": float("inf")}, "mass_kg=inf"),
        ({"mass_kg": None, "wind_max_ms": -1}, "mass_kg=None、wind_max_ms=-1"),
        ({"endurance_payload_kg": -1}, "endurance_payload_kg=-1"),
        # a second endurance at the same mass, and one that grows with the load
        ({"loaded_min": 40, "loaded_payload_kg": 0}, "loaded_min=40"),
        ({"loaded_min": 60, "loaded_payload_kg": 1}, "loaded_min=60"),
    ],
)
def test_figures_of_a_drone_that_cannot_be_are_named(figures, words):
    with pytest.raises(ChoiceError, match=words):
        drones.power_exponent(OTHER | figures)


def test_an_empty_cell_is_a_figure_that_is_not_known():
    assert drones.power_exponent(OTHER | {"power_exponent": float("nan")}) == 1.5
    assert drones.power_exponent(OTHER | {"power_exponent": 1.1}) == 1.1
    assert drones.power_exponent(PF2 | {"loaded_min": None, "power_exponent": 1.1}) == 1.1


def test_an_endurance_is_computed_only_up_to_the_greatest_load():
    with pytest.raises(ChoiceError, match="payload_kg=2"):
        drones.endurance_min(PF2, 2.0)


def test_a_drone_without_the_needed_figures_is_refused():
    with pytest.raises(ChoiceError, match="airspeed_ms"):
        drones.flight_range(PF2 | {"airspeed_ms": None})
    with pytest.raises(ChoiceError, match="PF2"):
        drones.flight_range("PF2")
    with pytest.raises(ChoiceError, match="2行"):
        drones.flight_range(pd.DataFrame([PF2, PF2]))


def test_a_row_of_a_table_will_do():
    table = pd.DataFrame([PF2 | {"label": "PF2", "power_exponent": None}])
    assert (
        drones.flight_range(table) == drones.flight_range(table.iloc[0]) == drones.flight_range(PF2)
    )
