"""Does any answer about places hang on how its tables lie?"""

import pytest
from doubt_cases import Case, by_code, list_moved
from doubt_tables import VILLAGES

from dxkit import regions

CASES = {
    "regions.coast_distance": Case(
        {"points": VILLAGES.head(12)},
        lambda points: by_code(regions.coast_distance(points), points["place"]),
    ),
    "regions.locate": Case(
        {"points": VILLAGES},
        lambda points: by_code(regions.locate(points), points["place"]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""
