"""Do tables that are written late say what held at the choice, and are swaps the best?"""

import numpy as np
import pandas as pd
import scipy.sparse as sp

from dxkit import drones
from dxkit._optimise.cover import find_best_swaps, merge_rows, sum_covered_weight


def test_late_tables_do_not_follow_later_changes_of_the_demand():
    demand = pd.DataFrame(
        {
            "place": ["甲", "乙", "丙"],
            "code": ["28201", "28201", "28202"],
            "lat": [35.0, 35.0, 35.5],
            "lon": [134.0, 134.01, 134.0],
            "people": [10.0, 20.0, 25.0],
        },
        index=[7, 8, 9],
    )
    sites = pd.DataFrame({"base": ["駅", "港"], "lat": [35.0, 36.0], "lon": [134.005, 134.0]})
    siting = drones.best_bases(demand, sites, count=1, range_km=2)
    demand["code"] = "28999"
    # in place: what was handed over may be a view of these very numbers
    demand.loc[:, "people"] = 0.0
    sites["base"] = "別名"
    assert siting.by_code.to_dict("list") == {
        "code": ["28201", "28202"],
        "weight": [30.0, 25.0],
        "covered": [30.0, 0.0],
        "share": [1.0, 0.0],
    }
    assert siting.assigned.index.tolist() == [7, 8, 9]
    assert siting.assigned["base"].fillna("").tolist() == ["駅", "駅", ""]
    assert siting.assigned["times"].tolist() == [1, 1, 0]
    # the same table each time
    assert siting.assigned is siting.assigned


def test_best_swaps_are_those_that_trying_finds():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        matrix = sp.csr_array((rng.random((40, 9)) < 0.2).astype(np.int8))
        cover = merge_rows(matrix, rng.integers(1, 30, 40).astype(float))
        columns = rng.choice(9, 3, replace=False)
        value = sum_covered_weight(cover, columns)
        entering, gains = find_best_swaps(cover, columns)
        others = np.setdiff1d(np.arange(9), columns)
        for leaving in range(3):
            tried = [
                sum_covered_weight(cover, np.append(np.delete(columns, leaving), other)) - value
                for other in others
            ]
            assert gains[leaving] == max(tried)
            assert entering[leaving] == others[int(np.argmax(tried))]
