"""Colleagues sit apart as far as there are groups enough, and the page says in plain words where there are not."""

import re
from collections import Counter

import pandas as pd
import pytest
from test_room_prepare import NAME, Window

from dxkit import groups
from dxkit._optimise.grouping_task import choose_group_count
from dxkit.errors import ChoiceError
from dxkit.store import Meeting
from dxkit.widgets.room import open_room
from dxkit.widgets.room._body_separation import part_bodies

CODE_WORDS = re.compile(r"apart|together|spread|size|count")


@pytest.fixture
def room(tmp_path):
    opened = open_room(tmp_path, meeting=NAME, address="127.0.0.1", browser=False)
    yield opened
    opened.stop()
    opened.session.close()


def _open_window(room, bodies, **rules):
    """Open the pages of a list with so many persons of each body, who shall sit apart."""
    people = [
        (body, f"{body}{number}")
        for body, count in bodies.items()
        for number in range(1, count + 1)
    ]
    with Meeting(room.session.database.path, meeting=NAME) as meeting:
        meeting.add_persons(pd.DataFrame(people, columns=["code", "person"]))
    window = Window(room)
    sizes = {"low": "5", "high": "7"} | rules
    assert window.act("rules", uses={}, separate=True, **sizes)[0] == 200
    return window


def _count_mates(window, body):
    """Count how many of a body sit in each group that has any."""
    return sorted(
        Counter(group for key, group in window.seats().items() if key[0] == body).values()
    )


def _singles(count):
    return {f"町{number}": 1 for number in range(count)}


@pytest.mark.parametrize("members", [4, 5, 8, 9, 10, 15])
def test_as_many_groups_are_counted_as_are_formed(members):
    count = choose_group_count(members, 5, 7)
    table = pd.DataFrame({"code": [f"c{number}" for number in range(members)]})
    if count is None:
        with pytest.raises(ChoiceError, match=r"分けられません"):
            groups.form(table, size=(5, 7), places=False)
    else:
        assert groups.form(table, size=(5, 7), places=False).settings["count"] == count


def test_four_of_one_body_in_three_groups_are_spread_and_said(room):
    window = _open_window(room, {"甲市": 4} | _singles(16))
    assert window.act("form")[0] == 200
    assert len(window.state["groups"]["rows"]) == 3
    assert _count_mates(window, "甲市") == [1, 1, 2]
    assert window.state["groups"]["broken"] == []
    assert window.state["wishes"]["remarks"][:1] == [
        "「甲市」は4人で、グループの数（3）より多いので、1つのグループに2人までにして分けます。"
    ]


def test_five_of_one_body_are_not_left_out_of_the_rule(room):
    window = _open_window(room, {"甲市": 5, "乙町": 3} | _singles(12))
    assert window.act("form")[0] == 200
    assert _count_mates(window, "甲市") == [1, 2, 2]
    assert _count_mates(window, "乙町") == [1, 1, 1]
    remarks = window.state["wishes"]["remarks"]
    assert [text for text in remarks if "より多い" in text] == remarks[:1]
    assert "5人" in remarks[0]


def test_who_is_tied_by_way_of_others_is_not_parted(room):
    window = _open_window(room, {"甲市": 2, "乙町": 2} | _singles(8))
    assert window.act("wish", kind="together", members=["甲市1", "乙町1"])[0] == 200
    assert window.act("wish", kind="together", members=["乙町1", "甲市2"])[0] == 200
    assert window.act("form")[0] == 200
    seats = window.seats()
    assert seats["甲市", "甲市1"] == seats["甲市", "甲市2"] == seats["乙町", "乙町1"]
    assert seats["乙町", "乙町2"] != seats["乙町", "乙町1"]
    assert window.state["groups"]["broken"] == []


def test_a_third_colleague_is_parted_from_two_who_stay_together(room):
    window = _open_window(room, {"甲市": 3} | _singles(9))
    assert window.act("wish", kind="together", members=["甲市1", "甲市2"])[0] == 200
    assert window.act("form")[0] == 200
    seats = window.seats()
    assert seats["甲市", "甲市1"] == seats["甲市", "甲市2"] != seats["甲市", "甲市3"]
    # three persons and two groups: nothing to say, as two of them stay together anyway
    assert not any("より多い" in text for text in window.state["wishes"]["remarks"])


def test_a_refusal_is_in_plain_words_and_says_where_it_comes_from(room):
    # 甲市1 and 甲市2 apart, each with one of two who shall sit apart, in one group
    window = _open_window(room, {"甲市": 2} | _singles(8))
    names = ["町0", "町1", "町2"]
    assert window.act("wish", kind="apart", members=names)[0] == 200
    status, said = window.act("form")
    assert status == 400
    assert not CODE_WORDS.search(said["error"])
    assert "別のグループにする" in said["error"]
    assert "「2 希望」で人数を変えて" in said["error"]
    assert "外すと、組めることがあります" in said["error"]


def test_sizes_that_do_not_add_up_are_said_in_plain_words(room):
    window = _open_window(room, _singles(8))
    status, said = window.act("form")
    assert status == 400
    assert not CODE_WORDS.search(said["error"])
    assert "人数を8〜8人にすると、1グループに" in said["error"]


def test_who_comes_late_and_who_cancels_leave_a_crowded_body_spread(room):
    window = _open_window(room, {"甲市": 4} | _singles(16))
    window.act("form")
    assert window.act("late", row={"code": "甲市", "person": "甲市5"})[0] == 200
    assert _count_mates(window, "甲市") == [1, 2, 2]
    assert window.state["groups"]["broken"] == []
    assert window.act("cancel", member=["甲市", "甲市1"])[0] == 200
    assert window.act("cancel", member=["町0", "町01"])[0] == 200
    assert max(_count_mates(window, "甲市")) <= 2
    assert window.state["groups"]["broken"] == []


def test_a_cancellation_that_leaves_fewer_groups_is_not_refused(room):
    window = _open_window(room, {"甲市": 3} | _singles(12))
    window.act("form")
    assert len(window.state["groups"]["rows"]) == 3
    assert window.act("cancel", member=["町0", "町01"])[0] == 200
    assert len(window.state["groups"]["rows"]) == 2
    assert sum(_count_mates(window, "甲市")) == 3


def test_whom_the_officer_moves_to_a_colleague_is_named():
    seats = {("甲", "1"): 1, ("甲", "2"): 2, ("甲", "3"): 2}
    # three in three groups: one of them is left without
    assert part_bodies({}, list(seats), 3, seats) == [(("甲", "1"), ("甲", "2"), ("甲", "3"))]
    # three in two groups: spread as evenly as can be, nobody is named
    layers = part_bodies({}, list(seats), 2, seats)
    assert layers == [(("甲", "1"), ("甲", "2"))]


def test_nobody_makes_no_group():
    assert choose_group_count(0, 5, 7) is None


def test_all_of_a_body_in_one_wish_are_one():
    keys = [("甲", "1"), ("甲", "2"), ("乙", "1")]
    assert part_bodies({"together": [("甲", "乙")]}, keys, 2) == []
