"""How far is the energy model from endurances and flights that it was not fitted to? (`pytest -s` prints the misses.)"""

import re

import numpy as np
import pytest

import dxkit
from dxkit import drones

# the model needs them, the endurance does not
UNUSED = {"airspeed_ms": 10.0, "wind_max_ms": 10.0}
# payload (kg): minutes. Each is foretold from the one without a load, with the exponent of a drone of which no second
# endurance is known (1.5). The 1.24 of PF2-CAT3 was fitted to its own pair, and is not used here.
ENDURANCES = {
    # the maker's page, as listed in the survey of amvstore2018/Matlab-project-files (Sizing/Survey/Survey_final_yara.m)
    "DJI Matrice 100": (2.431, {0.0: 28.0, 0.5: 20.0, 1.0: 16.0}),
    # the maker's chart, as read off by drone-awe 1.0.1 (validationdata.py, FreeflyAlta8); it may itself be computed.
    # Mass: greatest take-off mass 18.1 kg less greatest load 9.1 kg, both of the same file
    "Freefly Alta 8": (
        9.0,
        {0.0: 1421.05 / 60, 4.536: 765.79 / 60, 9.072: 497.37 / 60},
    ),
    # MONOist 2023-04-20; as if the second endurance, of which the table's exponent comes, were not known
    "ACSL PF2-CAT3": (8.8, {0.0: 20.0, 1.0: 17.5}),
}
# measured power (kW) of a hexacopter of 1.5 kg at the lightest and the heaviest battery and load (kg), two flights each:
# Dorling et al. (IEEE Trans. SMC 2017), as read off by drone-awe 1.0.1. With the same battery, endurance is 1 / power
POWERS = {
    "Dorling 4S": {0.5511: (0.31318, 0.30917), 1.5133: (0.49713, 0.52063)},
    "Dorling 3S": {0.4511: (0.26848,), 1.4122: (0.42894, 0.44384)},
}
# PRODRONE PD4B-M (techable 2023-03, logi-today 2023-03-03): 12.3 kg with battery, 45 min without a load; on 2023-02-21
# two flew 26 km at 20 kg, and 30 and 40 % of the battery were left. No speed is published
PD4B = {"mass_kg": 12.3, "payload_max_kg": 10.0, "endurance_min": 45.0, **UNUSED}


def foretell(mass_kg, minutes, load_kg):
    """The minutes with a load, from those without."""
    figures = {"mass_kg": mass_kg, "payload_max_kg": 20.0, "endurance_min": minutes, **UNUSED}
    return drones.endurance_min(figures, load_kg)


def show(name, computed, published, unit):
    """Print one line of the table; give the miss in per cent."""
    miss = round(100 * (computed / published - 1), 1)
    print(f"{name}: computed {computed:.3g}, published {published:.3g} {unit}, miss {miss:+.1f} %")
    return miss


def test_endurances_with_a_load_are_missed_by_less_than_six_per_cent():
    misses = {}
    for name, (mass_kg, minutes) in ENDURANCES.items():
        for load_kg, published in list(minutes.items())[1:]:
            computed = foretell(mass_kg, minutes[0.0], load_kg)
            misses[name, load_kg] = show(f"{name}, {load_kg:g} kg", computed, published, "min")
    assert misses == {
        ("DJI Matrice 100", 0.5): 5.8,
        ("DJI Matrice 100", 1.0): 4.4,
        ("Freefly Alta 8", 4.536): 0.6,
        ("Freefly Alta 8", 9.072): 0.4,
        ("ACSL PF2-CAT3", 1.0): -2.8,
    }


def test_measured_powers_grow_less_with_the_load_than_the_model_says():
    misses = {}
    for name, powers in POWERS.items():
        (light, heavy) = powers
        published = np.mean(powers[light]) / np.mean(powers[heavy])
        computed = foretell(1.5 + light, 1.0, heavy - light)
        misses[name] = show(f"{name}, {heavy:g} kg", computed, published, "of the endurance")
    assert misses == {"Dorling 4S": -8.2, "Dorling 3S": -10.9}


def test_times_of_flights_that_were_not_used_for_the_table_are_missed_by_up_to_28_per_cent():
    types = dxkit.load("drone_types").set_index("drone")
    flights = dxkit.load("real_flights").dropna(subset=["km", "minutes"]).set_index("flight")
    misses = {}
    # the 25.5 km of 2025 are where the table's air speed comes from
    for name, flight in flights.drop(index="toyooka_pf4_25").iterrows():
        metres = 1000 * flight["km"] * (2 if flight["round_trip"] else 1)
        computed = metres / types.loc[flight["drone"], "airspeed_ms"] / 60
        misses[name] = show(name, computed, flight["minutes"], "min")
    assert misses == {
        # looked up before
        "izushi_okuyane": -16.7,
        "toyooka_jp2_11": -9.0,
        "toyooka_jp2_8": 14.4,
        # looked up for this test
        "kamishihoro_8": -11.5,
        "kamishihoro_5": -9.3,
        "wakayama_4": -28.3,
        "okutama": -16.7,
    }


def test_the_climb_of_the_flight_at_okutama_explains_what_the_level_flight_misses():
    flight = dxkit.load("real_flights").set_index("flight").loc["okutama"]
    drone = dxkit.load("drone_types").set_index("drone").loc[flight["drone"]]
    climb_m = float(re.search(r"標高差約(\d+) m", flight["source"])[1])
    assert (flight["round_trip"], climb_m) == (True, 150)
    # up on the way out, down on the way back, at the drone's published 3 and 2 m/s, each apart from the way
    level_s = 2 * 1000 * flight["km"] / drone["airspeed_ms"]
    minutes = (level_s + climb_m / 3 + climb_m / 2) / 60
    # with 140 m, which no source has and which stood here before: 4.9
    assert show("okutama with its climb", minutes, flight["minutes"], "min") == 6.5


@pytest.mark.parametrize(("left", "speed_ms"), [(0.3, 28.5), (0.4, 33.3)])
def test_the_battery_left_after_26_km_over_the_sea_is_not_explained(left, speed_ms):
    minutes = drones.endurance_min(PD4B, 7.7)
    needed_ms = 26_000 / (60 * minutes * (1 - left))
    print(f"PD4B-M, {1 - left:.0%} of {minutes:.1f} min for 26 km: {needed_ms:.1f} m/s")
    # far above what such a drone flies
    assert needed_ms == pytest.approx(speed_ms, abs=0.05)
    # at 20 m/s, the top speed of another make, the model spends this much too much
    spent = 26_000 / 20 / (60 * minutes)
    assert show("PD4B-M at 20 m/s", spent, 1 - left, "of the battery") > 40
