"""Where a table comes from travels with what is computed from it; made in, made out."""

from dataclasses import fields

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box
from tajima import CRAFT

import dxkit
from dxkit import drones
from dxkit.schema import is_made

PUBLISHED = {"source": "国勢調査", "as_of": "2020", "licence": "CC BY", "kind": "published"}
MADE = {"source": "例", "kind": "made", "made": True}


def with_origin(table, origin):
    table.attrs = dict(origin)
    return table


def inputs(made):
    """All inputs of the siting functions, one of them invented."""

    def origin(name):
        return MADE if name == made else PUBLISHED

    demand = pd.DataFrame(
        {
            "place": ["甲", "乙"],
            "code": "28209",
            "lat": [35.0, 35.1],
            "lon": 135.0,
            "people": [1, 2],
        }
    )
    candidates = pd.DataFrame({"base": ["x", "y"], "lat": [35.0, 35.1], "lon": 135.0})
    ranges = pd.Series({"x": 3.0, "y": 3.0})
    km = pd.DataFrame([[1.0, 2.0], [2.0, 1.0]], index=["甲", "乙"], columns=["x", "y"])
    no_fly = gpd.GeoDataFrame(geometry=[box(130, 30, 130.1, 30.1)], crs=6668)
    return {
        "demand": with_origin(demand, origin("demand")),
        "candidates": with_origin(candidates, origin("candidates")),
        "range_km": with_origin(ranges, origin("range_km")),
        "distance_km": with_origin(km, origin("distance_km")),
        "no_fly": with_origin(no_fly, origin("no_fly")),
    }


def tables_of(result):
    """The table itself, or every table of a result."""
    if isinstance(result, pd.DataFrame):
        return {"table": result}
    values = {field.name: getattr(result, field.name) for field in fields(result)}
    # written when they are asked for
    if isinstance(result, drones.Siting):
        values |= {"assigned": result.assigned, "by_code": result.by_code}
    return {
        name: value for name, value in values.items() if isinstance(value, pd.DataFrame | pd.Series)
    }


SITINGS = [
    (drones.reach, {}, True),
    (drones.best_bases, {"count": 1}, True),
    (drones.fewest_bases, {}, True),
    (drones.backup, {"count": 1}, True),
    (drones.budget_curve, {"counts": 2}, True),
    (drones.median_bases, {"count": 1}, False),
    (drones.centre_bases, {"count": 1}, False),
]
MADE_INPUTS = [None, "demand", "candidates", "range_km", "distance_km", "no_fly"]


@pytest.mark.parametrize("made", MADE_INPUTS)
@pytest.mark.parametrize(
    ("function", "options", "has_range"), SITINGS, ids=[case[0].__name__ for case in SITINGS]
)
def test_an_invented_input_makes_every_table_of_the_answer_invented(
    function, options, has_range, made
):
    tables = inputs(made)
    demand, candidates = tables.pop("demand"), tables.pop("candidates")
    if not has_range:
        del tables["range_km"]
    result = function(demand, candidates, **tables, **options)
    is_used = made is not None and (made != "range_km" or has_range)
    for name, table in tables_of(result).items():
        assert is_made(table) is is_used, name
        assert "国勢調査" in table.attrs["source"], name
        assert ("例" in table.attrs["source"]) is is_used, name
    assert is_made(demand) is (made == "demand")
    assert is_made(candidates) is (made == "candidates")


@pytest.mark.parametrize("made", [None, "demand", "candidates", "drone"])
def test_robustness_is_as_invented_as_its_tables(made):
    tables = inputs(made)
    drone = with_origin(pd.Series(CRAFT), MADE if made == "drone" else PUBLISHED)
    table = drones.robustness(
        tables["demand"], tables["candidates"], drone=drone, winds_ms=[3], directions=2
    )
    assert is_made(table) is (made is not None)
    assert "国勢調査" in table.attrs["source"]
    siting = drones.best_bases(tables["demand"], tables["candidates"], count=1, range_km=3)
    assert is_made(drones.robustness(tables["demand"], siting, range_km=3)) is (
        made in ("demand", "candidates")
    )


def test_a_shape_is_as_invented_as_its_drone_and_a_drone_written_by_hand_says_nothing():
    drone = with_origin(pd.DataFrame([CRAFT]), MADE)
    shape = drones.flight_shape(drone, wind_ms=3)
    assert is_made(shape)
    assert shape.attrs["settings"]["wind_ms"] == 3
    assert set(drones.flight_shape(CRAFT | {"source": "x", "kind": "made"}).attrs) == {"settings"}
    tables = inputs(None)
    assert is_made(drones.reach(tables["demand"], tables["candidates"], range_km=shape))


@pytest.mark.parametrize("origin", [MADE, PUBLISHED])
def test_zones_and_costs_are_as_invented_as_their_tables(origin):
    points = with_origin(pd.DataFrame({"lat": [35.5], "lon": [134.8]}), origin)
    runway = with_origin(
        pd.DataFrame(
            {"end_lat": [35.5], "end_lon": [134.7], "other_lat": [35.6], "other_lon": [134.7]}
        ),
        origin,
    )
    costs = with_origin(dxkit.load("delivery_costs"), origin)
    results = [
        drones.circles(points, radius_km=1),
        drones.runway_strips(runway, beyond_km=1, half_width_km=1),
        drones.cost_per_delivery(costs, distance_km=5),
    ]
    for result in results:
        assert is_made(result) is (origin is MADE)
        assert result.attrs["source"] == origin["source"]


def test_the_shipped_tables_carry_their_mark_into_the_answer():
    cells = dxkit.load("mesh_people").query("code == '28209'").head(200)
    sites = cells.sample(5, random_state=0)[["lat", "lon"]]
    siting = drones.best_bases(cells, sites, count=2, range_km=5)
    assert is_made(cells)
    assert all(is_made(table) for table in tables_of(siting).values())
    assert is_made(drones.cost_per_delivery(dxkit.load("delivery_costs"), distance_km=5))
    assert np.isfinite(siting.value)
