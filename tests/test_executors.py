"""The same call gives the same answer on one core, on threads and on processes."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.pool import ThreadPool
from types import SimpleNamespace

import pandas as pd
import pytest

import dxkit
from dxkit import assumptions, drones, groups, maturity, sharing
from dxkit.errors import ChoiceError

INDEX = dxkit.load("technology_index").set_index("country")
FRAMEWORK = dxkit.load("indicators_technology")
PEOPLE = pd.DataFrame(
    {
        "place": list("abcdef"),
        "lat": [35.0, 35.0, 35.1, 35.2, 35.21, 35.3],
        "lon": [134.0, 134.01, 134.0, 134.1, 134.1, 134.2],
        "people": [10, 20, 25, 7, 3, 40],
    }
)
SITES = PEOPLE.rename(columns={"place": "base"}).drop(columns="people")


def decide(choice):
    return {"conclusion": choice["a"] * choice["b"] > 2, "estimate": choice["a"] - choice["b"]}


CALLS = {
    "sensitivity": lambda executor: maturity.sensitivity(
        INDEX, FRAMEWORK, draws=16, seed=3, executor=executor
    ),
    "rank_intervals": lambda executor: (
        maturity.rank_intervals(INDEX, FRAMEWORK, draws=3000, seed=3, executor=executor).table
    ),
    "budget_curve": lambda executor: drones.budget_curve(
        PEOPLE, SITES, counts=4, range_km=3, executor=executor
    ),
    "score_forecasts": lambda executor: sharing.score_forecasts(executor=executor),
    "multiverse": lambda executor: assumptions.multiverse(
        decide, {"a": [1, 2, 3], "b": [1, 2]}, executor=executor
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_threads_give_the_serial_answer(call):
    serial = call(None)
    with ThreadPoolExecutor(3) as executor:
        pd.testing.assert_frame_equal(call(executor), serial, check_exact=True)


@pytest.mark.slow
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_processes_give_the_serial_answer(call):
    serial = call(None)
    # a fresh process for each worker: what it needs must be sent to it
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        pd.testing.assert_frame_equal(call(executor), serial, check_exact=True)


# what a Dask client offers: its answers are promises
DASK_CLIENT = SimpleNamespace(map=map, submit=map, get_executor=object)
REFUSING_CALLS = CALLS | {
    "form": lambda executor: groups.form(
        pd.DataFrame({"code": ["28201", "28202", "28203", "28204"]}), size=2, executor=executor
    ),
    "simulate": lambda executor: sharing.simulate(
        sharing.read_scenario("noto_2024").change(hours=12), draws=1, executor=executor
    ),
}
NO_EXECUTORS = ["x", "", 4, 0, True, False, [], {}, map, ThreadPoolExecutor, PEOPLE, object()]


@pytest.mark.parametrize("call", REFUSING_CALLS.values(), ids=REFUSING_CALLS.keys())
def test_what_shares_no_work_is_refused_by_name(call):
    for nobody in NO_EXECUTORS:
        with pytest.raises(ChoiceError, match=r"^executor=.*使えません。.*ThreadPoolExecutor\(4\)"):
            call(nobody)


@pytest.mark.parametrize("call", REFUSING_CALLS.values(), ids=REFUSING_CALLS.keys())
def test_a_dask_client_is_told_which_part_of_it_shares_work(call):
    with pytest.raises(ChoiceError, match=r"client\.get_executor\(\)"):
        call(DASK_CLIENT)


def test_a_pool_that_maps_shares_work_where_no_more_is_needed():
    with ThreadPool(2) as pool:
        table = CALLS["budget_curve"](pool)
    pd.testing.assert_frame_equal(table, CALLS["budget_curve"](None), check_exact=True)
