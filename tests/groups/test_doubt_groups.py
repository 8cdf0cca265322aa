"""Does any answer about the forming of groups hang on how its tables lie?"""

import pandas as pd
import pytest
from doubt_cases import SOME, Case, list_moved
from doubt_tables import FEW_TOWNS

from dxkit import groups

# who sat where last month
EARLIER_SEATS = pd.DataFrame(
    {"round": 1, "group": [1, 1, 1, 1, 2, 2, 2, 2], "code": list(FEW_TOWNS["code"].head(8))}
)


def form_of(members, **options):
    return groups.form(
        members, size=(3, 4), alike={"people_2020": 1.0}, different="kind", **options
    )


def groups_of(members):
    answer = form_of(members)
    return answer, groups.explain(answer), groups.replan(answer, absent=["28222"])


CASES = {
    "groups.form, explain, replan": Case({"members": FEW_TOWNS}, groups_of, quick=SOME),
    "groups.form, one attribute blank": Case(
        {
            "members": FEW_TOWNS.assign(
                people_2020=FEW_TOWNS["people_2020"].where(FEW_TOWNS.index != 3)
            )
        },
        form_of,
        quick=("rows shuffled", "pyarrow dtypes"),
    ),
    "groups.score": Case(
        {"members": FEW_TOWNS.assign(group=[row % 2 + 1 for row in range(len(FEW_TOWNS))])},
        lambda members: groups.score(members, size=(3, 4), alike="people_2020", different="kind"),
        quick=("rows shuffled",),
    ),
    "groups.next_round": Case(
        {"members": FEW_TOWNS.head(8), "history": EARLIER_SEATS},
        lambda members, history: groups.next_round(members, history, size=4, alike="people_2020"),
        quick=("rows shuffled",),
    ),
    "groups.rotate": Case(
        {"members": FEW_TOWNS.head(9)},
        lambda members: groups.rotate(members, rounds=2, size=3, alike="people_2020"),
        quick=("rows shuffled",),
    ),
    "groups.tradeoff": Case(
        {"members": FEW_TOWNS.head(8)},
        lambda members: groups.tradeoff(
            members, rounds=2, size=4, alike="people_2020", penalties=[1.0]
        ),
        quick=("rows shuffled",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_slow_answer_does_not_hang_on_any_change_either(name):
    assert list_moved(CASES[name]) == ""
