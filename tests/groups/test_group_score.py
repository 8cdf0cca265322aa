"""Groups made by hand are measured as `form` measures its own, and broken rules are named."""

import numpy as np
import pandas as pd
import pytest

from dxkit import groups
from dxkit.errors import ChoiceError, TableError

MEMBERS = pd.DataFrame(
    {
        "code": ["f", "a", "e", "b", "d", "c"],
        "people": [9, 1, 8, 2, 7, 3],
        "vendor": ["X", "X", "Y", "Y", "X", "Y"],
        "leads": [True, True, False, False, False, False],
    }
)


def _put(*numbers, **options):
    return groups.score(MEMBERS.assign(group=numbers), size=3, alike="people", **options)


def test_a_grouping_of_form_gets_the_score_of_form():
    formed = groups.form(MEMBERS, size=3, alike="people", different="vendor")
    again = groups.score(formed.members, size=3, alike="people", different="vendor")
    assert again.quality == pytest.approx(formed.quality, rel=1e-12)
    assert again.table["group"].tolist() == formed.table["group"].tolist()
    assert again.settings["broken"] == []


def test_the_score_is_the_mean_distance_in_units_of_chance():
    # worked by hand: 1, 2, 3 and 7, 8, 9
    people = np.array([9, 1, 8, 2, 7, 3])
    pairs = [abs(people[i] - people[j]) for i in range(6) for j in range(i)]
    within = (1 + 1 + 2) / 3
    assert _put(2, 1, 2, 1, 2, 1).quality == pytest.approx(within / np.mean(pairs))


def test_numbers_stay_as_people_know_them():
    table = _put(7, 2, 7, 2, 7, 2)
    assert table.table["group"].tolist() == [7, 2, 7, 2, 7, 2]
    assert table.by_group["group"].tolist() == [2, 7]
    assert table.members["group"].tolist() == [7, 2, 7, 2, 7, 2]


def test_every_broken_rule_is_named():
    broken = _put(
        1, 1, 2, 2, 2, 2, together=[("a", "b")], apart=[("a", "f"), ("c", "d")], spread="leads"
    ).settings["broken"]
    assert broken[:5] == [
        "第1グループは2者です（3者にする決まりです）。",
        "第2グループは4者です（3者にする決まりです）。",
        "aとbは、同じグループにする希望ですが、分かれています。",
        "aとfは、別のグループにする希望ですが、第1で一緒です。",
        "cとdは、別のグループにする希望ですが、第2で一緒です。",
    ]
    assert len(broken) == 6
    assert broken[5].endswith("0〜2とかたよっています。")
    kept = _put(1, 2, 2, 2, 1, 1, apart=[("a", "f")], spread="leads").settings["broken"]
    assert kept == []


def test_a_moved_plan_can_be_mended_and_explained():
    moved = _put(1, 2, 1, 2, 1, 2)
    roomy = groups.score(MEMBERS.assign(group=[1, 2, 1, 2, 1, 2]), size=(2, 4), alike="people")
    mended = groups.replan(roomy, absent=["f"])
    assert mended.settings["moved"] == []
    assert len(groups.explain(moved)) == 2


@pytest.mark.parametrize("number", [0, None, 1.5, "甲", -1])
def test_what_is_no_group_is_named_with_its_row(number):
    members = MEMBERS.assign(group=pd.Series([1, 1, number, 2, 2, 2], dtype=object))
    with pytest.raises(TableError, match="グループの番号ではありません") as error:
        groups.score(members, size=3)
    assert error.value.faults[0].row == 3


def test_a_list_without_groups_and_a_size_that_is_none_are_refused():
    with pytest.raises(TableError, match="group"):
        groups.score(MEMBERS, size=3)
    with pytest.raises(ChoiceError, match="size"):
        groups.score(MEMBERS.assign(group=1), size=(4, 2))


def test_invented_members_stay_marked():
    made = MEMBERS.assign(group=1)
    made.attrs = {"made": True, "kind": "made"}
    scored = groups.score(made, size=6)
    tables = (scored.table, scored.members, scored.by_group, scored.by_column)
    assert all(table.attrs["made"] for table in tables)
