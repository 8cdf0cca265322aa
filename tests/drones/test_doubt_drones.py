"""Does any answer about the siting of drones hang on how its tables lie?"""

import dataclasses

import pandas as pd
import pytest
from doubt_cases import Case, by_code, list_moved
from doubt_tables import VILLAGES

import dxkit
from dxkit import drones

BASES = (
    dxkit.load("stations")
    .drop_duplicates("station")
    .iloc[::30]
    .reset_index(drop=True)
    .rename(columns={"station": "base"})[["base", "name", "lat", "lon"]]
)
# two candidates at one place are equally good and equally near: only their names tell them apart
BASES = pd.concat(
    [BASES, BASES.iloc[[2, 5]].assign(base=lambda table: table["base"] + "（裏）")],
    ignore_index=True,
)
SITES = {"demand": VILLAGES, "candidates": BASES}
PLACES = {"demand": VILLAGES, "bases": BASES}
DRONE = dxkit.load("drone_types").head(1)
WIND = dxkit.load("wind_normals").query("station in ['香住', '豊岡']").reset_index(drop=True)
GROUND = dxkit.load("elevation").iloc[::7].reset_index(drop=True)


def siting_of(find, demand, candidates, **options):
    siting = find(demand, candidates, **options)
    fields = [field.name for field in dataclasses.fields(siting) if field.name[0] != "_"]
    answer = {name: getattr(siting, name) for name in [*fields, "assigned", "by_code"]}
    # what has the user's rows is read under the places' names
    return answer | {
        "covered": by_code(siting.covered, demand["place"]),
        "assigned": by_code(siting.assigned, demand["place"]),
    }


def budget_curve_of(demand, candidates):
    curve = drones.budget_curve(demand, candidates, counts=3, range_km=8)
    # a cell lists bases in the order of the user's rows
    return curve.assign(bases=curve["bases"].map(sorted))


RUNWAYS = dxkit.load("runways")
COSTS = dxkit.load("delivery_costs")

CASES = {
    "drones.reach": Case(PLACES, lambda demand, bases: drones.reach(demand, bases, range_km=8)),
    "drones.best_bases": Case(
        SITES, lambda **tables: siting_of(drones.best_bases, **tables, count=3, range_km=8)
    ),
    "drones.fewest_bases": Case(
        SITES, lambda **tables: siting_of(drones.fewest_bases, **tables, range_km=12, share=0.6)
    ),
    "drones.backup": Case(
        SITES, lambda **tables: siting_of(drones.backup, **tables, count=3, range_km=12)
    ),
    "drones.budget_curve": Case(SITES, budget_curve_of),
    "drones.median_bases": Case(
        SITES, lambda **tables: siting_of(drones.median_bases, **tables, count=3)
    ),
    "drones.centre_bases": Case(
        SITES, lambda **tables: siting_of(drones.centre_bases, **tables, count=3)
    ),
    "drones.robustness": Case(
        {"demand": VILLAGES, "bases": BASES.head(4)},
        lambda demand, bases: drones.robustness(demand, bases, range_km=8),
    ),
    "drones.need": Case(
        {"demand": VILLAGES, "services": BASES},
        lambda demand, services: drones.need(demand, services, near_km=5),
    ),
    "drones.flyable": Case(
        {"stations": WIND, "drone": DRONE},
        drones.flyable,
    ),
    "drones.terrain_distances": Case(
        {"demand": VILLAGES, "bases": BASES, "elevation": GROUND, "drone": DRONE},
        drones.terrain_distances,
    ),
    "drones.compare_modes": Case(
        {"costs": dxkit.load("delivery_modes")},
        lambda costs: drones.compare_modes(costs, households=40, distance_km=8),
    ),
    "drones.first_trials": Case(
        {
            "demand": VILLAGES.assign(in_need=VILLAGES["people"]),
            "bases": BASES,
            "costs": dxkit.load("delivery_modes"),
        },
        lambda demand, bases, costs: drones.first_trials(
            demand, bases, costs, range_km=6, draws=20
        ),
    ),
    "drones.circles": Case({"points": BASES}, lambda points: drones.circles(points, radius_km=2.0)),
    "drones.runway_strips": Case(
        {"runways": RUNWAYS},
        lambda runways: drones.runway_strips(runways, beyond_km=3.0, half_width_km=0.3),
    ),
    "drones.cost_per_delivery": Case(
        {"costs": COSTS},
        lambda costs: drones.cost_per_delivery(costs, distance_km=5, deliveries_per_day=[5, 20]),
    ),
    "drones.endurance_min, flight_range, flight_shape, power_exponent": Case(
        {"drone": DRONE},
        lambda drone: (
            drones.endurance_min(drone, 0.5),
            drones.flight_range(drone, payload_kg=0.5, wind_ms=3.0),
            drones.flight_shape(drone, payload_kg=0.5, wind_ms=3.0, step_deg=45),
            drones.power_exponent(drone),
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""
