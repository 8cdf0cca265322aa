"""What is left of the coverage in the wind or with a base closed."""

import numpy as np
import pandas as pd
import pytest
from tajima import CRAFT, scatter_people

from dxkit import drones
from dxkit.errors import ChoiceError


@pytest.fixture
def people():
    return scatter_people(600)


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


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"directions": 2.5}, "directions=2.5"),
        ({"directions": 0}, "directions=0"),
        ({"winds_ms": [3, float("nan")]}, "winds_ms"),
        ({"winds_ms": [float("inf")]}, "winds_ms"),
        ({"winds_ms": ["強い"]}, "winds_ms"),
        ({"winds_ms": [-1]}, "winds_ms"),
        ({"range_km": "5"}, "range_km=5"),
        ({"range_km": float("nan")}, "range_km=nan"),
    ],
)
def test_numbers_that_cannot_be_are_refused(people, bases, choice, words):
    with pytest.raises(ChoiceError, match=words):
        drones.robustness(people, bases, drone=CRAFT, **choice)


def test_the_distances_of_all_candidates_serve_those_that_were_chosen(people, bases):
    km = pd.DataFrame(1.0, index=people.index, columns=["三", "二", "一"])
    km.loc[people.index[:300], "一"] = np.inf
    siting = drones.best_bases(people, bases, count=2, range_km=2.0, distance_km=km, fixed=["一"])
    table = drones.robustness(people, siting, range_km=2.0, distance_km=km)
    first = table.set_index("base").loc[siting.bases["base"].iloc[1]]
    assert first["covered"] == people["people"].iloc[300:].sum()
