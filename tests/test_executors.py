"""The same call gives the same answer on one core, on threads and on processes."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pandas as pd
import pytest

import dxkit
from dxkit import assumptions, drones, maturity, sharing

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
