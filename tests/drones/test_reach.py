"""Who is within reach: against the geodesic library, by direction, around polygons, by a user's own distances."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
from shapely.geometry import LineString, Point, box

from dxkit import drones
from dxkit.errors import ChoiceError, TableError

GEOD = pyproj.Geod(ellps="GRS80")


def scattered(seed, many, south=34.2, west=134.3, size=1.3):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {"lat": south + size * rng.random(many), "lon": west + size * rng.random(many), "people": 1}
    )


@pytest.mark.parametrize(("south", "km"), [(34.2, 5), (34.2, 50), (26.0, 20), (44.0, 20)])
def test_distances_are_geodesic_to_the_millimetre_and_no_pair_is_missing(south, km):
    demand, bases = scattered(1, 400, south), scattered(2, 30, south)
    found = drones.reach(demand, bases, range_km=km)
    lons, lats = (np.repeat(demand[each].to_numpy(), 30) for each in ("lon", "lat"))
    _, _, metres = GEOD.inv(lons, lats, np.tile(bases["lon"], 400), np.tile(bases["lat"], 400))
    true = metres.reshape(400, 30) / 1000
    assert len(found) == (true <= km).sum() > 0
    assert np.abs(true[found["place"], found["base"]] - found["distance_km"]).max() < 1e-6


@pytest.mark.parametrize(
    ("south", "west", "size"), [(84.0, -180.0, 5.9), (-3.0, 179.0, 0.9), (-60.0, -90.0, 100.0)]
)
@pytest.mark.parametrize("km", [1, 300, 8000])
def test_the_search_finds_what_measuring_every_pair_finds_anywhere_on_the_globe(
    south, west, size, km
):
    demand, bases = scattered(1, 300, south, west, size), scattered(2, 40, south, west, size)
    # across the date line, too
    bases["lon"] = np.where(np.arange(40) % 2 & (west > 170), -bases["lon"], bases["lon"])
    every = drones.reach(demand, bases, range_km=19_000)
    near = every[every["distance_km"] <= km].reset_index(drop=True)
    pd.testing.assert_frame_equal(drones.reach(demand, bases, range_km=km), near)
    assert len(every) == 300 * 40


def test_pairs_come_in_the_order_of_the_tables():
    found = drones.reach(scattered(1, 50), scattered(2, 10), range_km=50)
    assert (
        found.sort_values(["place", "base"], kind="stable").index.tolist() == found.index.tolist()
    )


def test_each_base_may_have_its_own_range():
    demand, bases = scattered(1, 200), scattered(2, 3)
    whole = drones.reach(demand, bases, range_km=40)
    own = drones.reach(demand, bases, range_km=[10, 20, 40])
    limit = whole["base"].map({0: 10, 1: 20, 2: 40})
    pd.testing.assert_frame_equal(own, whole[whole["distance_km"] <= limit].reset_index(drop=True))


def test_a_shape_reaches_further_one_way_than_another():
    base = pd.DataFrame({"base": ["中央"], "lat": [35.0], "lon": [135.0]})
    around = pd.DataFrame(
        {
            "place": ["北", "東", "南", "西"],
            "lat": [35.04, 35.0, 34.96, 35.0],
            "lon": [135.0, 135.04, 135.0, 134.96],
        }
    )
    shape = pd.DataFrame({"bearing_deg": [0, 90, 180, 270], "range_km": [1.0, 5.0, 1.0, 1.0]})
    assert drones.reach(around, base, range_km=shape)["place"].tolist() == ["東"]


def test_more_wind_never_reaches_more():
    craft = {
        "mass_kg": 8.8,
        "payload_max_kg": 1.0,
        "airspeed_ms": 10.0,
        "endurance_min": 20.0,
        "wind_max_ms": 10.0,
    }
    demand, bases = scattered(3, 800, size=0.3), scattered(4, 6, size=0.3)
    before = None
    for wind in (0, 2, 4, 6, 8):
        shape = drones.flight_shape(craft, wind_ms=wind, wind_from_deg=300)
        now = set(
            map(
                tuple,
                drones.reach(demand, bases, range_km=shape)[["place", "base"]].to_numpy().tolist(),
            )
        )
        assert before is None or now < before
        before = now


def square(west, south, east, north):
    return gpd.GeoDataFrame(geometry=[box(west, south, east, north)], crs="EPSG:6668")


def test_a_blocked_flight_goes_around_by_the_nearer_corner():
    base = pd.DataFrame({"lat": [35.0], "lon": [135.0]})
    there = pd.DataFrame({"lat": [35.0, 35.02], "lon": [135.1, 135.1]})
    zone = square(135.04, 34.99, 135.06, 35.005)
    free, around = (
        drones.reach(there, base, range_km=50),
        drones.reach(there, base, range_km=50, no_fly=zone),
    )
    way = [(135.0, 35.0), (135.04, 35.005), (135.06, 35.005), (135.1, 35.0)]
    metres = sum(GEOD.inv(*one, *other)[2] for one, other in pairwise(way))
    assert around["distance_km"][0] == pytest.approx(metres / 1000, abs=0.004)
    assert around["distance_km"][0] > free["distance_km"][0]
    assert around["distance_km"][1] == free["distance_km"][1]


def test_nobody_inside_a_zone_is_reached_and_detours_may_leave_the_range():
    base = pd.DataFrame({"lat": [35.0], "lon": [135.0]})
    there = pd.DataFrame({"place": ["中", "奥"], "lat": [35.0, 35.0], "lon": [135.05, 135.1]})
    zone = square(135.04, 34.9, 135.06, 35.1)
    assert drones.reach(there, base, range_km=12, no_fly=zone).empty
    assert drones.reach(there, base, range_km=40, no_fly=zone)["place"].tolist() == ["奥"]


@pytest.mark.parametrize("seed", range(4))
def test_only_flights_that_would_cross_a_zone_are_longer_and_only_those_inside_are_gone(seed):
    rng = np.random.default_rng(seed)
    corners = 135.0 + 0.2 * rng.random((4, 2))
    zones = gpd.GeoDataFrame(
        geometry=[box(x, y - 100, x + 0.03, y - 100 + 0.03) for x, y in corners], crs="EPSG:6668"
    )
    demand, bases = scattered(seed, 60, 35.0, 135.0, 0.2), scattered(seed + 9, 5, 35.0, 135.0, 0.2)
    free = drones.reach(demand, bases, range_km=100).set_index(["place", "base"])["distance_km"]
    around = drones.reach(demand, bases, range_km=100, no_fly=zones).set_index(["place", "base"])[
        "distance_km"
    ]
    extra = around - free.reindex(around.index)
    assert (extra >= -1e-9).all()
    plane = zones.to_crs(6690).union_all()
    starts, ends = (
        gpd.GeoSeries.from_xy(each["lon"], each["lat"], crs=6668).to_crs(6690)
        for each in (bases, demand)
    )
    for (place, base), more in extra.items():
        line = LineString([starts[base], ends[place]])
        crossed = line.intersection(plane).length
        # a line that only touches a corner is not asked about
        assert crossed > 0 if more > 1e-9 else crossed < 1.0
    gone = free.index.difference(around.index)
    assert set(gone) == {
        (place, base)
        for place, base in free.index
        if ends[place].within(plane) or starts[base].within(plane)
    }


def test_circles_hold_their_radius_and_strips_their_runway():
    spot = pd.DataFrame({"name": ["病院"], "lat": [35.5], "lon": [134.8]})
    circle = drones.circles(spot, radius_km=1).geometry[0]
    lon, lat, _ = GEOD.fwd(
        np.full(90, 134.8), np.full(90, 35.5), np.arange(0, 360, 4), np.full(90, 998.0)
    )
    assert all(circle.contains(Point(*each)) for each in zip(lon, lat, strict=True))
    runway = pd.DataFrame(
        {"end_lat": [35.5075], "end_lon": [134.787], "other_lat": [35.5183], "other_lon": [134.787]}
    )
    strip = drones.runway_strips(runway, beyond_km=3, half_width_km=0.3).geometry[0]
    assert strip.contains(Point(134.787, 35.5183 + 0.026))
    assert not strip.contains(Point(134.787, 35.5183 + 0.028))
    assert strip.contains(Point(134.790, 35.51))
    assert not strip.contains(Point(134.791, 35.51))


def test_own_distances_replace_the_straight_ones_and_follow_their_labels():
    demand = pd.DataFrame(
        {"place": ["甲", "乙"], "lat": [35.0, 35.0], "lon": [135.0, 135.0], "people": [1, 2]}
    )
    bases = pd.DataFrame({"base": ["x", "y"], "lat": [35.0, 35.0], "lon": [135.0, 135.0]})
    own = pd.DataFrame([[np.inf, 3.0], [9.0, 4.0]], index=["乙", "甲"], columns=["y", "x"])
    found = drones.reach(demand, bases, range_km=5, distance_km=own)
    assert found.to_dict("records") == [
        {"place": "甲", "base": "x", "distance_km": 4.0},
        {"place": "乙", "base": "x", "distance_km": 3.0},
    ]
    assert drones.best_bases(demand, bases, count=1, range_km=5, distance_km=own).bases[
        "base"
    ].tolist() == ["x"]


@pytest.mark.parametrize(
    ("own", "said"),
    [(np.ones((2, 3)), "大きさ"), (np.full((2, 2), np.nan), "inf"), (-np.ones((2, 2)), "-1")],
)
def test_distances_that_do_not_fit_are_refused(own, said):
    demand = pd.DataFrame({"lat": [35.0, 35.0], "lon": [135.0, 135.0]})
    with pytest.raises(TableError, match=said):
        drones.reach(demand, demand, range_km=5, distance_km=own)


def test_a_zone_without_a_coordinate_system_is_refused():
    demand = pd.DataFrame({"lat": [35.0], "lon": [135.0]})
    with pytest.raises(ChoiceError, match="座標系"):
        drones.reach(
            demand,
            demand,
            range_km=5,
            no_fly=gpd.GeoDataFrame(geometry=[box(135, 35, 135.1, 35.1)]),
        )


def test_a_position_outside_the_earth_is_refused():
    demand = pd.DataFrame({"lat": [135.0], "lon": [35.0]})
    with pytest.raises(TableError, match="135"):
        drones.reach(demand, demand, range_km=5)


def test_a_range_table_without_its_columns_is_refused():
    demand = pd.DataFrame({"lat": [35.0], "lon": [135.0]})
    with pytest.raises(ChoiceError, match="bearing_deg"):
        drones.reach(demand, demand, range_km=pd.DataFrame({"range_km": [1.0]}))
