"""Persons whom bodies send, latecomers, and next month's meeting; checked by trying every way."""

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxkit import groups
from dxkit.errors import ChoiceError, TableError, TableWarning

# one body of two towns, one of three persons, one of one: 6 persons
PERSONS = pd.DataFrame(
    {
        "code": ["28201", "28201", "28202", "28202", "28202", "28203"],
        "person": ["あおき", "いのうえ", "うえだ", "えぐち", "おか", "かとう"],
        "people": [1, 9, 2, 8, 1, 9],
    }
)


def _partitions(member_count, group_count, low, high):
    """Every way to put members into numbered groups, sizes kept (numbers mean nothing)."""
    for labels in itertools.product(range(group_count), repeat=member_count):
        sizes = [labels.count(group) for group in range(group_count)]
        if all(low <= size <= high for size in sizes):
            yield labels


def _count_reunions(labels, met):
    pairs = itertools.combinations(range(len(labels)), 2)
    return sum(met[i, j] for i, j in pairs if labels[i] == labels[j])


def test_persons_of_one_body_are_members_of_their_own():
    table = groups.form(PERSONS, size=3, alike="people").table
    assert list(table.columns[:3]) == ["code", "person", "group"]
    # worked by hand: those with 1, 2, 1 and those with 9, 8, 9
    assert table["group"].tolist() == [1, 2, 1, 2, 1, 2]
    assert table["person"].tolist() == PERSONS["person"].tolist()


def test_a_body_that_comes_twice_needs_persons():
    with pytest.raises(TableError, match="氏名の列 person"):
        groups.form(PERSONS.drop(columns="person"), size=3)
    blank = PERSONS.assign(person=["あおき", "", "", None, "おか", ""])
    with pytest.raises(TableError, match=r"2回あります.*列 person にそれぞれの氏名"):
        groups.form(blank, size=3)
    # one blank of a body is one member
    table = groups.form(
        PERSONS.assign(person=["あおき", "", "うえだ", "えぐち", "おか", None]), size=3
    ).table
    assert table["person"].tolist() == ["あおき", "", "うえだ", "えぐち", "おか", ""]


def test_all_faults_of_persons_come_at_once():
    doubled = pd.concat([PERSONS, PERSONS.iloc[[0, 3]]], ignore_index=True)
    doubled.loc[2, "code"] = "存在しない市"
    with pytest.raises(TableError, match="存在しない市") as error:
        groups.form(doubled, size=4)
    assert len(error.value.faults) == 3


def test_together_keeps_all_whom_a_body_sends_and_apart_parts_bodies():
    everybody = groups.form(PERSONS, size=3, together=[["28202", "28202"]]).table
    assert everybody.groupby("code")["group"].nunique()["28202"] == 1
    apart = groups.form(PERSONS, size=(1, 5), count=2, apart=[("28201", "28202")]).table
    seats = apart.groupby("code")["group"].agg(set)
    assert not seats["28201"] & seats["28202"]


@pytest.mark.parametrize(
    "link", [[("28201", "あおき"), ("28203", "かとう")], ["あおき", "かとう"], ["あおき", "28203"]]
)
def test_a_wish_may_name_a_person_in_three_ways(link):
    table = groups.form(PERSONS, size=3, alike="people", together=[link]).table
    seats = table.set_index("person")["group"]
    assert seats["あおき"] == seats["かとう"]


def test_a_name_that_two_have_is_no_name():
    same = PERSONS.assign(person=["あおき", "いのうえ", "あおき", "えぐち", "おか", "かとう"])
    with pytest.raises(TableError, match=r"\(団体, 氏名\) の形"):
        groups.form(same, size=3, together=[("あおき", "かとう")])


def test_wishes_are_any_number_of_sets():
    members = [f"m{number:02}" for number in range(12)]
    together = [("m00", "m01", "m02"), ("m02", "m03"), ("m04", "m05"), ("m06", "m07")]
    apart = [("m00", "m04", "m08"), ("m06", "m09"), ("m10", "m11")]
    table = groups.form(members, size=4, together=together, apart=apart).table
    seats = table.set_index("code")["group"]
    assert all(len(set(seats[list(link)])) == 1 for link in together)
    assert all(seats[list(link)].nunique() == len(link) for link in apart)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ａ社", "A社"), ("㈱山川", "山川"), ("ヤマカワ", "やまかわ"), ("県DX課", "県 ＤＸ課")],
)
def test_labels_that_are_nearly_equal_are_pointed_out(one, other):
    members = pd.DataFrame({"code": [one, other, "甲", "乙"], "vendor": ["x", "x", "y", "y"]})
    with pytest.warns(TableWarning, match=f"「{min(one, other)}」と「{max(one, other)}」"):
        groups.form(members, size=2)
    vendors = pd.DataFrame({"code": list("abcd"), "vendor": [one, other, "甲", "乙"]})
    with pytest.warns(TableWarning, match="列 vendor の"):
        groups.form(vendors, size=2, alike="vendor")


def test_labels_that_are_not_nearly_equal_are_not_pointed_out():
    members = pd.DataFrame({"code": ["A社", "B社", "A町", "甲"], "vendor": ["x", "y", "z", "w"]})
    with warnings.catch_warnings(action="error"):
        groups.form(members, size=2, alike="vendor")


def test_a_wish_for_a_label_that_is_nearly_one_says_which():
    with pytest.raises(TableError, match="「Ａ社」のことなら"):
        groups.form(["Ａ社", "B社", "C社", "D社"], size=2, together=[("A社", "B社")])


def test_the_order_of_the_list_changes_nothing():
    shuffled = PERSONS.sample(frac=1, random_state=3)
    seats = [
        groups.form(table, size=3, different="people").table.set_index(["code", "person"])["group"]
        for table in (PERSONS, shuffled)
    ]
    pd.testing.assert_series_equal(*(series.sort_index() for series in seats))


def test_an_explanation_names_persons():
    sentence = groups.explain(
        groups.form(PERSONS, size=3, alike="people", together=["あおき", "おか"])
    )[1]
    assert sentence.startswith("第1グループ（3人: 姫路市 あおき、尼崎市 うえだ、尼崎市 おか）")
    assert "姫路市 あおきと尼崎市 おかは同じグループの指定" in sentence


def test_a_rotation_of_persons_names_them():
    table = groups.rotate(PERSONS, rounds=2, size=3).table
    assert set(map(tuple, table[["code", "person"]].to_numpy())) == set(
        map(tuple, PERSONS[["code", "person"]].to_numpy())
    )


# latecomers and cancellations


def _find_fewest_moves(names, old, count):
    """The fewest moves of all plans into some groups of two to four; None if there is no plan."""
    return min(
        (
            sum(group != was for group, was in zip(plan, old, strict=False))
            for plan in itertools.product(names, repeat=count)
            if all(plan.count(group) in (0, 2, 3, 4) for group in names)
        ),
        default=None,
    )


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_as_few_move_as_can_when_some_stay_away_and_others_come_late(data):
    member_count = data.draw(st.integers(5, 7))
    members = pd.DataFrame(
        {
            "code": [f"m{i}" for i in range(member_count)],
            "x": data.draw(
                st.lists(st.integers(0, 9), min_size=member_count, max_size=member_count)
            ),
        }
    )
    before = groups.form(members, size=(2, 4), alike="x" if len(set(members["x"])) > 1 else ())
    absent = data.draw(st.lists(st.sampled_from(list(members["code"])), max_size=3, unique=True))
    late_count = data.draw(st.integers(0, 2))
    late = pd.DataFrame({"code": [f"z{i}" for i in range(late_count)], "x": range(late_count)})
    old = before.table[~before.table["code"].isin(absent)].set_index("code")["group"]
    count = len(old) + late_count
    # brute force over the former groups, any of which may be dissolved
    former = sorted(before.table["group"].unique())
    fewest = _find_fewest_moves(former, old, count)
    if fewest is None:
        # one is opened only where latecomers find no seat otherwise
        fewest = _find_fewest_moves([*former, max(former) + 1], old, count)
    if fewest is None:
        with pytest.raises(ChoiceError, match="分けられません"):
            groups.replan(before, absent, late)
        return
    after = groups.replan(before, absent, late)
    assert len(after.settings["moved"]) == fewest
    assert after.settings["late"] == list(late["code"])
    assert sorted(after.table["code"]) == sorted([*old.index, *late["code"]])
    sizes = after.table.groupby("group").size()
    assert sizes.between(2, 4).all()
    # a plan is what is said of it
    moves = {move["code"]: (move["from"], move["to"]) for move in after.settings["moved"]}
    seats = after.table.set_index("code")["group"]
    assert {
        code: (int(old[code]), int(seats[code])) for code in old.index if old[code] != seats[code]
    } == moves


def test_latecomers_sit_with_whom_they_are_like():
    members = pd.DataFrame({"code": list("abcdef"), "x": [1, 1, 1, 9, 9, 9]})
    late = pd.DataFrame({"code": ["y", "z"], "x": [9, 1]})
    after = groups.replan(groups.form(members, size=(3, 5), alike="x"), late=late)
    assert after.settings["moved"] == []
    assert after.table.set_index("code")["group"][["y", "z"]].tolist() == [2, 1]


def test_a_person_is_away_and_a_colleague_comes():
    before = groups.form(PERSONS, size=3, alike="people")
    late = pd.DataFrame({"code": ["姫路市"], "person": ["きむら"], "people": [9]})
    after = groups.replan(before, absent=[("28201", "いのうえ")], late=late)
    assert after.settings["absent"] == [("28201", "いのうえ")]
    assert after.settings["late"] == [("28201", "きむら")]
    assert after.table.iloc[-1].to_dict() == {
        "code": "28201", "person": "きむら", "group": 2, "name": "姫路市",
    }  # fmt: skip
    # a body's code stands for all whom it sends
    whole = groups.replan(groups.form(PERSONS, size=(1, 6), count=2), absent="28202")
    assert len(whole.settings["absent"]) == 3


def test_a_group_is_opened_only_where_latecomers_find_no_seat():
    before = groups.form(list("abcd"), size=(2, 4), count=1)
    after = groups.replan(before, late=["e"])
    assert sorted(after.table.groupby("group").size()) == [2, 3]


def test_who_is_there_already_cannot_come_late():
    before = groups.form(PERSONS, size=3)
    with pytest.raises(TableError, match=r"1行目.*もう参加者の表にいます"):
        groups.replan(before, late=PERSONS.head(2))
    with pytest.raises(TableError, match="late: 参加者が空欄"):
        groups.replan(before, late=[None])
    with pytest.raises(TableError, match="absent に参加者でない人"):
        groups.replan(before, absent=["28204"])


def test_a_latecomer_without_figures_counts_as_blank_and_that_is_said():
    before = groups.form(PERSONS, size=(3, 4), alike="people")
    late = pd.DataFrame({"code": ["28204"], "person": ["きむら"]})
    with pytest.warns(TableWarning, match=r"late に人口（people）の列がありません"):
        after = groups.replan(before, late=late)
    assert len(after.table) == 7


# next month


@given(st.data())
@settings(max_examples=6, deadline=None)
def test_pairs_meet_again_as_seldom_as_can_be(data):
    member_count = data.draw(st.integers(4, 7))
    codes = [f"m{i}" for i in range(member_count)]
    x = data.draw(st.lists(st.integers(0, 9), min_size=member_count, max_size=member_count))
    rounds = [
        data.draw(st.lists(st.integers(1, 2), min_size=member_count, max_size=member_count))
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    history = pd.concat(
        pd.DataFrame({"round": number, "group": labels, "code": codes})
        for number, labels in enumerate(rounds, 1)
    )
    met = sum(np.equal.outer(labels, labels).astype(int) for labels in rounds)
    low, high = 2, 4
    found = groups.next_round(
        pd.DataFrame({"code": codes, "x": x}), history, size=(low, high), count=2,
        alike="x" if len(set(x)) > 1 else (), apart=[("m0", "m1")],
    )  # fmt: skip
    ways = [way for way in _partitions(member_count, 2, low, high) if way[0] != way[1]]
    fewest = min(_count_reunions(way, met) for way in ways)
    assert found.settings["repeats"] == fewest
    assert _count_reunions(found.table["group"].tolist(), met) == fewest
    seats = found.table.set_index("code")["group"]
    assert seats["m0"] != seats["m1"]
    # of the groupings with so few, none is more alike
    scale = np.abs(np.subtract.outer(x, x)).astype(float)
    unit = scale[np.triu_indices(member_count, 1)].mean() or 1.0

    def quality(labels):
        same = np.equal.outer(labels, labels)
        return float(((scale / unit * same).sum(axis=1) / (same.sum(axis=1) - 1)).mean())

    if len(set(x)) > 1:
        best = min(quality(way) for way in ways if _count_reunions(way, met) == fewest)
        assert found.quality == pytest.approx(best)


def test_together_goes_before_new_pairs_and_the_rest_are_spread():
    history = pd.DataFrame({"round": 1, "group": [1, 1, 2, 2, 3, 3], "code": list("abcdef")})
    members = pd.DataFrame({"code": list("abcdef"), "lead": [True, False] * 3})
    found = groups.next_round(members, history, size=2, together=[("a", "b")], apart=[("c", "e")])
    seats = found.table.set_index("code")["group"]
    assert seats["a"] == seats["b"]
    assert found.settings["repeats"] == found.settings["repeats_wished"] == 1
    assert found.settings["repeated"] == [{"pair": ("a", "b"), "times": 1}]
    spread = groups.next_round(members, history, size=2, spread="lead").table
    joined = spread.merge(members, on="code")
    assert joined.groupby("group")["lead"].sum().tolist() == [1, 1, 1]


def test_colleagues_may_meet_and_bodies_meet_where_a_history_names_no_persons():
    history = pd.DataFrame({"round": 1, "group": [1, 1, 2], "code": ["28201", "28202", "28203"]})
    found = groups.next_round(PERSONS, history, size=3)
    # of 28201's two and 28202's three at least one of each meets: 2 x 3 pairs over two groups
    assert found.settings["repeats"] == min(
        _count_reunions(
            way,
            np.array(
                [
                    [int({a, b} == {"28201", "28202"}) for b in PERSONS["code"]]
                    for a in PERSONS["code"]
                ]
            ),
        )
        for way in _partitions(6, 2, 3, 3)
    )


def test_a_history_that_cannot_be_is_refused_and_a_doubtful_one_pointed_out():
    history = pd.DataFrame({"round": 1, "group": [1, 2, 2], "code": ["a", "a", None]})
    with pytest.raises(TableError, match=r"3行目.*空欄"):
        groups.next_round(list("abcd"), history, size=2)
    with pytest.raises(TableError, match=r"2行目.*2つのグループ"):
        groups.next_round(list("abcd"), history.head(2), size=2)
    with pytest.raises(TableError, match="round"):
        groups.next_round(list("abcd"), history.drop(columns="round"), size=2)
    strangers = pd.DataFrame({"round": 1, "group": 1, "code": ["Ａ社", "Ｂ社"]})
    with (
        pytest.warns(TableWarning, match="1人もいません"),
        pytest.warns(TableWarning, match="「Ａ社」と「A社」"),
    ):
        groups.next_round(["A社", "B社", "C社", "D社"], strangers, size=2)


def test_invented_members_stay_invented_in_groups_of_persons():
    made, late = (
        PERSONS.copy(),
        pd.DataFrame({"code": ["28204"], "person": ["きむら"], "people": [3]}),
    )
    made.attrs = {"made": True, "kind": "made", "source": "練習"}
    before = groups.form(made, size=(3, 4), alike="people")
    history = before.table.assign(round=1)
    for result in (
        before, groups.replan(before, late=late), groups.next_round(made, history, size=3),
    ):  # fmt: skip
        assert result.table.attrs["made"]
        assert result.members.attrs["made"]
    real = groups.form(PERSONS, size=(3, 4))
    late.attrs = {"made": True, "kind": "made"}
    assert groups.replan(real, late=late).table.attrs["made"]
