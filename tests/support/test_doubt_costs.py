"""Does any answer about costs hang on how its tables lie?"""

import dataclasses

import pandas as pd
import pytest
from doubt_cases import FEW, Case, list_moved
from doubt_tables import HIMEJI, PLAIN_TOWNS, TOWNS

import dxkit
from dxkit.support import costs

LICENCES = PLAIN_TOWNS.tail(9)[["code", "name"]].assign(
    licences=[3, 3, 8, 3, 12, 8, 3, 40, 8], people=PLAIN_TOWNS["people_2020"].tail(9)
)
PRICES = pd.DataFrame({"from_count": [1, 50, 200], "unit_yen": [26_400, 22_000, 18_700]})
FEES = costs.fee(PLAIN_TOWNS)[["code", "name", "fee_yen_year"]]
KIT_PRICES = dxkit.load("kit_prices").query("kit == 'school'").reset_index(drop=True)
TALENT = dxkit.load("talent_example").head(12)


def share_of(licences, prices):
    split = costs.share(licences, prices, minimum=10)
    # tuples go by the user's rows
    return dataclasses.replace(
        split, exact={rule: sorted(parts) for rule, parts in split.exact.items()}
    )


KNOWN = pd.DataFrame({"code": ["28209", "28210"], "system": "電子申告", "joined": [True, False]})

CASES = {
    "support.costs.bundle": Case(
        {"licences": LICENCES, "prices": PRICES},
        lambda licences, prices: costs.bundle(licences, prices, minimum=10, handling_yen=20_000),
    ),
    "support.costs.contract_costs": Case(
        {"prices": PRICES}, lambda prices: costs.contract_costs(prices, 60)
    ),
    "support.costs.share": Case(
        {"licences": LICENCES, "prices": PRICES},
        share_of,
    ),
    "support.costs.kit": Case(
        {"members": dxkit.load("school_example"), "prices": KIT_PRICES},
        lambda members, prices: dataclasses.replace(
            costs.kit(members, prices, units="teachers", minimum=100), split=None
        ),
        quick=FEW,
    ),
    "support.costs.support_forms": Case(
        {"values": HIMEJI},
        # the forms are read in their order: the strongest comes first
        lambda values: costs.support_forms(values, dxkit.load("support_forms")),
        quick=FEW,
    ),
    "support.costs.talent_pool": Case(
        {"needs": TALENT, "assumptions": dxkit.load("talent_assumptions")},
        lambda needs, assumptions: costs.talent_pool(needs, assumptions, years=2).table,
        quick=("rows shuffled",),
    ),
    "support.costs.fee": Case({"municipalities": PLAIN_TOWNS}, costs.fee),
    "support.costs.fee_limits": Case({"municipalities": PLAIN_TOWNS}, costs.fee_limits, quick=FEW),
    "support.costs.participation": Case(
        {"systems": dxkit.load("shared_systems"), "municipalities": PLAIN_TOWNS, "known": KNOWN},
        lambda systems, municipalities, known: costs.participation(
            systems, municipalities, known_participation=known
        ),
        quick=FEW,
    ),
    "support.costs.gain": Case(
        {"fees": FEES, "present": pd.DataFrame({"code": TOWNS["code"], "yen": 200_000.5})},
        lambda fees, present: costs.gain(
            fees, present.set_index("code")["yen"], joined={"28365": 0.25}, switch_yen=500_000
        ),
    ),
    "support.costs.outliers": Case({"estimates": dxkit.load("estimates_example")}, costs.outliers),
    "support.costs.evaluate_outlier_methods": Case(
        {"municipalities": PLAIN_TOWNS},
        lambda municipalities: costs.evaluate_outlier_methods(municipalities, repeats=6),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_slow_answer_does_not_hang_on_any_change_either(name):
    assert list_moved(CASES[name]) == ""
