"""Published instances with known optima.

OR-Library pmed1 and pmed5 (J. E. Beasley): 100 nodes, every node both a client of weight 1 and a candidate; of an edge that
is listed twice the last length counts. Optimal p-median: 5819 and 1355 (Beasley 1985); optimal p-centre: 127 and 48 (W.
Pullan, Evolutionary Computation 16, 2008, 417-436). Tolerance: none, all lengths are whole numbers.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import floyd_warshall

from dxkit import drones

HERE = Path(__file__).resolve().parent


def instance(name):
    """Read an OR-Library file: all shortest ways, and p."""
    (nodes, _, count), *edges = np.array(
        [
            list(map(int, line.split()))
            for line in (HERE / f"{name}.txt").read_text().splitlines()[1:]
        ]
    )
    length = np.zeros((nodes, nodes))
    for one, other, far in edges:
        length[one - 1, other - 1] = length[other - 1, one - 1] = far
    places = pd.DataFrame({"lat": 35.0, "lon": 135.0, "people": 1}, index=range(nodes))
    return places, places, floyd_warshall(csr_array(length)), int(count)


@pytest.mark.parametrize(("name", "optimum"), [("pmed1", 5819), ("pmed5", 1355)])
def test_the_published_p_median_is_found_and_proven(name, optimum):
    demand, candidates, km, count = instance(name)
    found = drones.median_bases(demand, candidates, count=count, distance_km=km)
    assert round(found.value * 100, 6) == optimum
    assert found.gap == 0
    assert km[:, found.bases.index].min(axis=1).sum() == optimum


@pytest.mark.parametrize(("name", "optimum"), [("pmed1", 127), ("pmed5", 48)])
def test_the_published_p_centre_is_found_and_proven(name, optimum):
    demand, candidates, km, count = instance(name)
    found = drones.centre_bases(demand, candidates, count=count, distance_km=km)
    assert found.value == optimum
    assert len(found.bases) == count
    assert km[:, found.bases.index].min(axis=1).max() == optimum


@pytest.mark.parametrize(("name", "radius"), [("pmed1", 127), ("pmed5", 48)])
def test_covering_within_the_published_radius_takes_the_published_number_of_bases(name, radius):
    demand, candidates, km, count = instance(name)
    assert (
        len(drones.fewest_bases(demand, candidates, range_km=radius, distance_km=km).bases) <= count
    )
    assert (
        len(drones.fewest_bases(demand, candidates, range_km=radius - 1, distance_km=km).bases)
        > count
    )
