"""The group builder forms what was chosen, says what cannot be, and shows names as text."""

import pandas as pd
import pytest

from dxkit import widgets
from dxkit.errors import ChoiceError

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def members():
    return pd.DataFrame(
        {
            "code": [f"m{at}" for at in range(12)],
            "name": [HOSTILE, *(f"町{at}" for at in range(1, 12))],
            "people_2020": [1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24],
            "vendor": ["A", "B", "C", HOSTILE] * 3,
            "done": [True, False, False, False] * 3,
        }
    )


def _builder(members, **options):
    return widgets.group_builder(members, size=(4, 4), **options)


def test_the_button_forms_groups_of_what_was_chosen(members):
    shown = _builder(members, alike=["people_2020"])
    assert shown.groups is None
    shown.button.click()
    # neighbours in size are together; the groups are numbered by the order of their labels
    sizes = shown.groups.table["group"].to_numpy().reshape(3, 4)
    assert [set(four) for four in sizes] == [{1}, {3}, {2}]
    assert "12者を3グループ" in shown.message.value
    assert shown.sentences.value.count("<li>") == 3
    assert "人口（2020年）" in shown.sentences.value


def test_a_changed_choice_changes_the_groups(members):
    shown = _builder(members, alike=["people_2020"])
    shown.button.click()
    first = shown.table.value
    shown.alike.value, shown.different.value = (), ("people_2020",)
    shown.button.click()
    assert shown.table.value != first


def test_links_and_spreading_are_kept(members):
    shown = _builder(members, alike=["people_2020"])
    shown.together.value, shown.apart.value, shown.spread.value = ("m1", "m5"), ("m2", "m3"), "done"
    shown.button.click()
    group = shown.groups.table.set_index("code")["group"]
    assert group["m1"] == group["m5"]
    assert group["m2"] != group["m3"]
    assert sorted(group[["m0", "m4", "m8"]]) == [1, 2, 3]


def test_rules_that_exclude_each_other_are_said_and_nothing_stale_is_left(members):
    shown = _builder(members, alike=["people_2020"])
    shown.button.click()
    shown.together.value = shown.apart.value = ("m1", "m5")
    shown.button.click()
    assert "同時には守れません" in shown.message.value
    assert shown.groups is None
    assert shown.table.value == shown.sentences.value == ""
    assert not shown.button.disabled


def test_one_name_alone_is_no_link_and_is_said(members):
    shown = _builder(members)
    shown.together.value = ("m1",)
    shown.button.click()
    assert "2人以上" in shown.message.value


def test_names_from_tables_never_become_html(members):
    shown = _builder(members, alike=["vendor"], source=HOSTILE)
    shown.together.value = shown.apart.value = ("m0", "m5")
    shown.button.click()
    assert "<img" not in shown.message.value
    shown.apart.value = ()
    shown.button.click()
    text = shown.message.value + shown.table.value + shown.sentences.value
    assert "<img" not in text
    assert "&lt;img" in text


def test_a_column_that_is_not_there_is_refused(members):
    with pytest.raises(ChoiceError, match="nothing"):
        widgets.group_builder(members, columns=["nothing"])


def test_two_columns_under_one_heading_are_told_apart(members):
    shown = _builder(members.assign(area="西", area_name="播磨"))
    labels = [label for label, _ in shown.alike.options]
    assert len(labels) == len(set(labels))
    assert {"圏域（area）", "圏域（area_name）", "人口（2020年）"} <= set(labels)
