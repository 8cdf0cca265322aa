"""Does any answer about the linking of registers hang on how its tables lie?"""

import pandas as pd
import pytest
from doubt_cases import FEW, Case, list_moved

from dxkit import linkage

RESIDENTS, SHELTER, TRUTH = linkage.synth_registers(120, seed=1)
LINKS = linkage.link(RESIDENTS, SHELTER)
CHARACTERS = pd.DataFrame(
    {
        "code": ["28201", "28202", "28202", "28203"],
        "character": ["髙", "髙", "囯", chr(0xE001)],
        "people": [3.0, 2.0, 1.0, 1.0],
    }
)


def dedupe_of(records):
    links = linkage.dedupe(records)
    # which of two entries is the earlier one is what the order of a list says (see its docstring)
    pairs = [
        "・".join(sorted(pair)) for pair in zip(links["left_id"], links["right_id"], strict=True)
    ]
    persons = pd.concat(
        [
            links[["left_id", "person"]].set_axis(["id", "person"], axis=1),
            links[["right_id", "person"]].set_axis(["id", "person"], axis=1),
        ]
    )
    return (
        links[["probability", "weight"]].set_axis(pd.Index(pairs, name="pair")),
        sorted("・".join(sorted(set(part))) for _, part in persons.groupby("person")["id"]),
    )


CASES = {
    "linkage.identify_characters": Case({"characters": CHARACTERS}, linkage.identify_characters),
    "linkage.share_characters": Case({"characters": CHARACTERS}, linkage.share_characters),
    "linkage.link": Case(
        {"left": RESIDENTS, "right": SHELTER},
        linkage.link,
        quick=("rows shuffled",),
    ),
    "linkage.dedupe": Case(
        {"records": SHELTER},
        dedupe_of,
        quick=("rows shuffled",),
    ),
    "linkage.normalise": Case({"records": SHELTER}, linkage.normalise),
    "linkage.evaluate": Case({"links": LINKS, "truth": TRUTH}, linkage.evaluate),
    "linkage.missed_by_kind": Case(
        {"links": LINKS, "truth": TRUTH, "left": RESIDENTS, "right": SHELTER},
        linkage.missed_by_kind,
        quick=FEW,
    ),
    "linkage.review_plan": Case(
        {"links": LINKS}, lambda links: linkage.review_plan(links, staff_hours=0.1)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_slow_answer_does_not_hang_on_any_change_either(name):
    assert list_moved(CASES[name]) == ""
