"""Cut-over dates of a form make schedule groups, and say what breaks while one system has moved and another has not."""

import pandas as pd
import pytest

import dxkit
from dxkit import groups, loaders
from dxkit.errors import ChoiceError, TableError
from dxkit.support import progress as pr

LINKS = dxkit.load("system_links")
CUTOVERS = pd.DataFrame(
    [
        ("28201", "住民基本台帳", "2026-10-01", "甲社", "第4.1版"),
        ("28201", "介護保険", "2027-01-04", "乙社", "第4.0版"),
        ("28201", "就学", "2026-10-01", "甲社", "第4.1版"),
        ("28202", "住民基本台帳", "2027-10-01", "乙社", None),
        ("28202", "介護保険", None, "乙社", None),
        ("28203", "住民基本台帳", None, None, None),
    ],
    columns=["code", "system", "cutover_date", "vendor", "standard_version"],
)


def test_a_municipality_is_summed_up_by_its_last_date_and_its_commonest_vendor():
    members = pr.schedule_members(CUTOVERS).set_index("code")
    assert members["undecided"].to_dict() == {"28201": 0, "28202": 1, "28203": 1}
    assert members.loc["28201", "last_cutover"] == pd.Timestamp("2027-01-04")
    assert members["vendor"].tolist() == ["甲社", "乙社", "（未記入）"]
    assert members["cutover_quarter"].fillna("").tolist() == ["2027Q1", "2027Q4", ""]
    # from the earliest date of all, 2026-10-01: three months, and a year
    assert members["cutover_months"].tolist()[:2] == [3.1, 12.0]


def test_groups_of_a_meeting_can_share_the_month_and_the_vendor(tmp_path):
    towns = dxkit.load("municipalities")["code"].head(8)
    form = pd.DataFrame({"code": towns, "system": "戸籍"})
    form["cutover_date"] = ["2026-10-01", "2028-03-01"] * 4
    form["vendor"] = ["甲社", "乙社"] * 4
    read = loaders.read_form(loaders.write_form(tmp_path / "a.xlsx", "cutover", rows=form))
    made = groups.form(pr.schedule_members(read), size=4, alike=["cutover_months", "vendor"])
    by_group = made.table.merge(form, on="code").groupby("group")["cutover_date"].nunique()
    assert by_group.tolist() == [1, 1]


def test_what_moves_first_breaks_the_links_with_one_end_among_it():
    links = pd.DataFrame(
        {"from_system": ["a", "b", "a"], "to_system": ["b", "c", "c"], "data": ["x", "y", "z"]}
    )
    broken = pr.broken_links(links, first=["b"])
    assert broken[["from_system", "to_system", "moved", "waits"]].to_numpy().tolist() == [
        ["a", "b", "b", "a"],
        ["b", "c", "b", "c"],
    ]
    assert pr.broken_links(links, first=["a", "b", "c"]).empty
    with pytest.raises(ChoiceError, match="first=「d」"):
        pr.broken_links(links, first=["d"])
    with pytest.raises(ChoiceError, match="どちらか1つ"):
        pr.broken_links(links)


def test_dates_say_how_many_days_a_bridge_is_needed_and_which_links_have_none():
    broken = pr.broken_links(LINKS, cutovers=CUTOVERS)
    assert broken[["code", "from_system", "to_system", "days"]].to_numpy().tolist() == [
        ["28201", "住民基本台帳", "介護保険", 95]
    ]
    assert broken.loc[0, ["moved", "waits", "side"]].tolist() == [
        "住民基本台帳",
        "介護保険",
        "渡す側が先に移る",
    ]
    # 住民基本台帳 feeds 介護保険 and 就学: two links at 28201, one at 28202 without a date
    assert broken.attrs["settings"] == {"undated": 1, "links": 3}


def test_the_shipped_links_join_the_twenty_systems_and_say_that_they_are_assumed():
    systems = set(dxkit.load("systems")["system"])
    assert set(LINKS["from_system"]) | set(LINKS["to_system"]) <= systems
    assert (LINKS["certainty"] == "仮定").all()
    assert not (LINKS["from_system"] == LINKS["to_system"]).any()
    resident_links = LINKS[LINKS["from_system"] == "住民基本台帳"]
    assert len(resident_links) == 17


def test_made_dates_make_made_answers_and_two_rows_of_one_system_are_refused():
    made = CUTOVERS.copy()
    made.attrs = {"made": True, "kind": "made"}
    assert dxkit.schema.is_made(pr.schedule_members(made))
    assert dxkit.schema.is_made(pr.broken_links(LINKS, cutovers=made))
    with pytest.raises(TableError, match="28201・住民基本台帳"):
        pr.schedule_members(pd.concat([CUTOVERS, CUTOVERS.head(1)]))
