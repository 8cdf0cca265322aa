"""A first trial stands where most people in need live together, and names no winner too early."""

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import drones
from dxkit.errors import ChoiceError, TableError

COSTS = dxkit.load("delivery_modes")


@pytest.fixture(scope="module")
def far():
    """Two towns of invented places: one with need, one without."""
    rng = np.random.default_rng(4)
    table = pd.DataFrame(
        {
            "place": [f"p{i:02}" for i in range(40)],
            "code": ["28585"] * 30 + ["28586"] * 10,
            "lat": 35.4 + rng.random(40) * 0.2,
            "lon": 134.5 + rng.random(40) * 0.2,
            "people": rng.integers(1, 90, 40),
        }
    )
    return table.assign(in_need=np.where(table["code"] == "28585", table["people"], 0.0))


@pytest.fixture(scope="module")
def bases():
    return pd.DataFrame(
        {
            "base": ["a", "b"],
            "name": ["役場", "道の駅"],
            "lat": [35.41, 35.58],
            "lon": [134.51, 134.6],
        }
    )


def haversine_km(lat, lon, lats, lons):
    """Distance on a sphere: within .3 % of the ellipsoid's."""
    one, two = np.radians(lat), np.radians(lats)
    half = np.sin((two - one) / 2) ** 2
    half += np.cos(one) * np.cos(two) * np.sin(np.radians(lons - lon) / 2) ** 2
    return 2 * 6371.0 * np.arcsin(np.sqrt(half))


def test_the_place_is_the_one_with_most_people_in_need_around_it(far, bases):
    trials = drones.first_trials(far, bases, COSTS, range_km=8, draws=5).set_index("code")
    own = far[far["code"] == "28585"]
    around = [
        own.loc[haversine_km(row.lat, row.lon, own["lat"], own["lon"]) <= 2.0, "in_need"].sum()
        for row in own.itertuples()
    ]
    row = trials.loc["28585"]
    assert row["trial_people"] == max(around)
    assert row["place"] == own["place"].iloc[int(np.argmax(around))]
    km = haversine_km(row["lat"], row["lon"], bases["lat"], bases["lon"])
    assert row["base"] == bases["base"].iloc[int(km.argmin())]
    assert row["distance_km"] == pytest.approx(km.min(), rel=5e-3)
    assert row["in_reach"] == (km.min() <= 8)
    assert row["households"] == pytest.approx(row["trial_people"] / 2.21 * 0.1)


def test_where_nobody_is_in_need_nothing_is_tried(far, bases):
    trials = drones.first_trials(far, bases, COSTS, range_km=8, draws=5)
    assert trials["code"].tolist() == ["28585", "28586"]
    assert trials.loc[1, ["place", "base", "cheapest", "stands"]].isna().all()
    assert trials.loc[1, "in_need"] == 0


def test_the_modes_are_those_of_the_comparison_at_that_distance(far, bases):
    row = drones.first_trials(far, bases, COSTS, range_km=100, draws=5).loc[0]
    modes = drones.compare_modes(
        COSTS, households=row["households"], distance_km=row["distance_km"]
    ).set_index("label")
    assert row["cheapest"] == modes["yen_delivery"].idxmin()
    assert row["yen_delivery"] == pytest.approx(modes["yen_delivery"].min())
    assert row["drone_yen"] == pytest.approx(modes.loc["ドローン", "yen_delivery"])


def test_a_drone_that_cannot_reach_cannot_win(far, bases):
    free = COSTS.copy()
    money = free["mode"].eq("drone") & free["item"].isin(
        ["fixed_yen_year", "staff_yen_hour", "yen_km"]
    )
    free.loc[money, ["value", "low", "high"]] = 0.0
    near = drones.first_trials(far, bases, free, range_km=100, draws=20).loc[0]
    assert (near["cheapest"], near["drone_wins"]) == ("ドローン", 1.0)
    short = drones.first_trials(far, bases, free, range_km=0.1, draws=20).loc[0]
    assert short["cheapest"] != "ドローン"
    assert short["drone_wins"] == 0.0
    assert np.isnan(short["drone_yen"])


def test_without_a_span_every_draw_says_the_same(far, bases):
    sure = COSTS.assign(low=COSTS["value"], high=COSTS["value"])
    row = drones.first_trials(far, bases, sure, range_km=100, draws=20).loc[0]
    assert row["stands"] == 1.0
    assert row["yen_delivery_low"] == row["yen_delivery"] == row["yen_delivery_high"]


def test_the_answer_is_marked_as_made_and_carries_its_settings(far, bases):
    trials = drones.first_trials(far, bases, COSTS, range_km=8, draws=5, joining_share=0.2)
    assert trials.attrs["made"] is True
    assert trials.attrs["settings"]["joining_share"] == 0.2
    assert trials.loc[0, "households"] == pytest.approx(trials.loc[0, "trial_people"] / 2.21 * 0.2)


def test_what_cannot_be_is_refused_by_name(far, bases):
    with pytest.raises(TableError, match="in_need"):
        drones.first_trials(far.drop(columns="in_need"), bases, COSTS, range_km=8)
    with pytest.raises(ChoiceError, match="joining_share"):
        drones.first_trials(far, bases, COSTS, range_km=8, joining_share=0)
    with pytest.raises(ChoiceError, match="draws"):
        drones.first_trials(far, bases, COSTS, range_km=8, draws=0)
