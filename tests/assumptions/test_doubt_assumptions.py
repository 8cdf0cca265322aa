"""Does any answer about the tests of assumptions hang on how its tables lie?"""

import pandas as pd
import pytest
from doubt_cases import Case, list_moved

from dxkit import assumptions

ASSUMED = pd.DataFrame(
    {
        "assumption": ["speed", "wind"],
        "value": [50.0, 5.0],
        "low": [40.0, 2.0],
        "high": [60.0, 8.0],
        "source": ["", "気象庁"],
    }
)


def flips_of(assumptions):
    table = FLIPS(lambda values: values["speed"] > 9 * values["wind"], assumptions, draws=20)
    return table, {name: value for name, value in table.attrs.items() if name != "settings"}


FLIPS = assumptions.flips
ASSUMPTION_TABLE = assumptions.table

CASES = {
    "assumptions.table": Case({"rows": ASSUMED}, ASSUMPTION_TABLE),
    "assumptions.flips": Case({"assumptions": ASSUMED}, flips_of),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""
