"""Intentions of a form become wishes, budgets and what is there already; a service per area is taken up area by area."""

import pandas as pd
import pytest

import dxkit
from dxkit import loaders
from dxkit.errors import ChoiceError, TableError
from dxkit.support import matching

AREAS = pd.DataFrame(
    {"code": ["28201", "28202", "28203", "28204"], "area": ["甲", "甲", "乙", "乙"]}
)
SERVICES = pd.DataFrame(
    {"service": ["a"], "joint_yen": [3], "each_yen": [1], "least": [2], "per_area": [True]}
)


def wishes(*worth):
    return pd.DataFrame({"code": AREAS["code"], "service": "a", "worth_yen": worth}).dropna()


def test_a_service_per_area_needs_its_participants_within_the_area():
    # 甲: 5+5-2-3 = 5; 乙: one alone falls short of two
    found = matching.adopters(wishes(5, 5, 9, None), SERVICES, areas=AREAS)
    assert found.value == found.bound == 5
    assert found.table.set_index("area")["opened"].to_dict() == {"乙": False, "甲": True}
    assert found.joined["code"].tolist() == ["28201", "28202"]
    assert found.joined[["service", "area"]].drop_duplicates().to_numpy().tolist() == [["a", "甲"]]
    # for the whole prefecture all three would join: 5+5+9-3-3 = 13
    together = matching.adopters(wishes(5, 5, 9, None), SERVICES.drop(columns="per_area"))
    assert together.value == 13
    assert "area" not in together.table.columns


def test_who_has_it_already_counts_towards_the_threshold_and_is_not_chosen_again():
    present = pd.DataFrame({"code": ["28204"], "service": ["a"]})
    found = matching.adopters(wishes(5, 5, 9, None), SERVICES, areas=AREAS, present=present)
    # 乙: 9-1-3 = 5 besides
    assert found.value == 10
    assert set(found.joined["code"]) == {"28201", "28202", "28203"}
    assert found.table.set_index("area")["present"].to_dict() == {"乙": 1, "甲": 0}
    assert found.table.set_index("area")["least"].to_dict() == {"乙": 1, "甲": 2}
    with pytest.raises(TableError, match="28201・a"):
        matching.adopters(
            wishes(5, 5, 9, None), SERVICES, areas=AREAS, present=present.assign(code="28201")
        )
    with pytest.raises(ChoiceError, match="service=「b」"):
        matching.adopters(
            wishes(5, 5, 9, None), SERVICES, areas=AREAS, present=present.assign(service="b")
        )


def test_an_area_that_is_missing_is_told_of():
    with pytest.raises(TableError, match="圏域の表がありません"):
        matching.adopters(wishes(5, 5, 9, 9), SERVICES)
    with pytest.raises(TableError, match="28204"):
        matching.adopters(wishes(5, 5, 9, 9), SERVICES, areas=AREAS.head(3))


def test_the_order_of_rows_plays_no_part_with_areas_either():
    found = matching.adopters(wishes(5, 5, 9, 9), SERVICES, areas=AREAS)
    other = matching.adopters(wishes(5, 5, 9, 9).iloc[::-1], SERVICES, areas=AREAS.iloc[::-1])
    pd.testing.assert_frame_equal(found.joined, other.joined)


def test_a_form_of_intentions_goes_all_the_way_to_a_joint_adoption(tmp_path):
    form = pd.DataFrame(
        {
            "code": ["28201", "28202", "28203", "28204"],
            "service": "a",
            "intention": ["導入したい", "条件が合えば", "導入しない", "すでに使っている"],
            "worth_yen": [5, 5, None, None],
            "budget_yen": [1, None, None, None],
        }
    )
    form.attrs = {"made": True, "kind": "made"}
    read = loaders.read_form(loaders.write_form(tmp_path / "a.xlsx", "intention", rows=form))
    parts = matching.split_intentions(read)
    assert parts.wishes.to_numpy().tolist() == [["28201", "a", 5], ["28202", "a", 5]]
    assert parts.present["code"].tolist() == ["28204"]
    assert parts.budgets.to_numpy().tolist() == [["28201", 1]]
    found = matching.adopters(
        parts.wishes, SERVICES, budgets=parts.budgets, areas=AREAS, present=parts.present
    )
    assert found.joined["code"].tolist() == ["28201", "28202"]
    assert all(dxkit.schema.is_made(table) for table in (*parts, found.table, found.joined))


def test_faults_of_a_form_of_intentions_come_all_at_once():
    form = pd.DataFrame(
        {
            "code": ["28201", "28201", "28202"],
            "service": ["a", "b", "a"],
            "intention": ["導入したい", "たぶん", "条件が合えば"],
            "worth_yen": [5, 1, None],
            "budget_yen": [100, 200, None],
        }
    )
    with pytest.raises(TableError, match="3件の問題") as caught:
        matching.split_intentions(form)
    assert [fault.column for fault in caught.value.faults] == [
        "intention",
        "worth_yen",
        "budget_yen",
    ]
