"""Meetings in which nobody meets twice, beside the bound; cancellations; reasons."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import groups
from dxkit.errors import ChoiceError, TableError


def _hyogo():
    towns = dxkit.load("municipalities")
    done = dxkit.load("progress").groupby("code")["share_done"].mean()
    return towns[["code", "name", "area", "people_2020"]].assign(share_done=towns["code"].map(done))


def _met(table):
    """How often each pair sits in one group, counted from the table alone."""
    pairs = {}
    for _, own in table.groupby(["round", "group"])["code"]:
        for pair in combinations(sorted(own), 2):
            pairs[pair] = pairs.get(pair, 0) + 1
    return pairs


@pytest.mark.parametrize("order", [2, 3, 4, 5, 7, 8, 9, 11, 13])
def test_two_points_of_a_plane_lie_on_exactly_one_line(order):
    members = [f"m{at:03}" for at in range(order * order)]
    found = groups.rotate(members, rounds=order + 1, size=order)
    met = _met(found.table)
    assert len(met) == len(members) * (len(members) - 1) // 2
    assert set(met.values()) == {1}
    assert found.table.groupby(["round", "group"]).size().eq(order).all()


def test_41_members_meet_everybody_exactly_once_in_eight_meetings():
    found = groups.rotate(_hyogo(), rounds=8)
    met = _met(found.table)
    assert len(met) == 820
    assert set(met.values()) == {1}
    assert (found.repeats, found.bound) == (0, 0)
    assert found.table.groupby(["round", "group"]).size().between(5, 7).all()
    assert found.table.groupby("round")["code"].nunique().eq(41).all()


def test_40_members_without_kobe_meet_everybody_exactly_once():
    members = _hyogo()
    met = _met(groups.rotate(members[members["code"] != "28100"], rounds=8).table)
    assert (len(met), set(met.values())) == (780, {1})


def test_seating_by_likeness_keeps_repeats_at_zero_and_helps():
    asked = [("people_2020",), ("share_done",), ("area",), ("people_2020",), ("share_done",)]
    plain = groups.rotate(_hyogo(), rounds=5)
    found = groups.rotate(_hyogo(), rounds=5, alike=asked, scale="rank")
    assert plain.repeats == found.repeats == 0
    assert found.quality < 0.8
    assert found.by_round["columns"].tolist()[1] == "進捗率"


@pytest.mark.parametrize("people", [10, 17, 23, 25, 30, 36, 42, 49, 56, 60])
@pytest.mark.parametrize("rounds", [2, 5])
def test_any_number_of_members_keeps_sizes_and_never_falls_below_the_bound(people, rounds):
    found = groups.rotate([f"m{at}" for at in range(people)], rounds=rounds)
    met = _met(found.table)
    assert found.table.groupby(["round", "group"]).size().between(5, 7).all()
    assert found.repeats == sum(times - 1 for times in met.values())
    assert found.repeats >= found.bound
    assert found.pairs.sum() == people * (people - 1) // 2


@pytest.mark.parametrize("people", range(35, 61))
def test_from_35_members_on_nobody_meets_twice_in_five_meetings(people):
    assert groups.rotate([f"m{at}" for at in range(people)], rounds=5).repeats == 0


def test_the_bound_holds_for_every_schedule_of_a_small_case():
    rows = [(0, *each) for each in np.ndindex(2, 2, 2, 2, 2) if sum(each) == 3]

    def repeats(schedule):
        met = [
            sum(row[one] == row[two] for row in schedule) for one, two in combinations(range(6), 2)
        ]
        return sum(max(times - 1, 0) for times in met)

    least = min(repeats([rows[0], one, two]) for one in rows for two in rows)
    found = groups.rotate(list("abcdef"), rounds=3, size=3)
    assert 0 < found.bound <= least == found.repeats


def test_the_curve_goes_from_likeness_to_no_repeats():
    curve = groups.tradeoff(
        _hyogo(), rounds=3, alike="people_2020", scale="rank", penalties=(0.0, 1.0)
    )
    assert curve["repeats"].tolist() == sorted(curve["repeats"], reverse=True)
    assert curve["repeats"].iloc[-1] == 0
    assert curve["quality"].iloc[0] < curve["quality"].iloc[-1]


@pytest.mark.parametrize(
    ("options", "said"),
    [({"rounds": 0}, "rounds=0"), ({"rounds": 3, "alike": [("area",), ("area",)]}, "2回分")],
)
def test_meetings_that_cannot_be_are_refused(options, said):
    with pytest.raises(ChoiceError, match=said):
        groups.rotate(_hyogo(), **options)


def test_no_one_moves_where_sizes_still_fit():
    before = groups.form(_hyogo(), alike="people_2020", scale="rank")
    large = before.by_group.set_index("group")["size"].idxmax()
    gone = before.table.loc[before.table["group"] == large, "name"].iloc[0]
    after = groups.replan(before, absent=gone)
    assert after.settings["moved"] == []
    kept = before.table[before.table["name"] != gone].set_index("code")["group"]
    pd.testing.assert_series_equal(after.table.set_index("code")["group"], kept)


def test_as_few_move_as_brute_force_needs():
    members = pd.DataFrame({"code": list("abcdefghi"), "scale": [1, 2, 3, 11, 12, 13, 21, 22, 23]})
    before = groups.form(members, size=(2, 4), count=3, alike="scale", apart=[("b", "d")])
    after = groups.replan(before, absent=["a", "c"])
    assert len(after.settings["moved"]) == 1
    assert after.table["group"].value_counts().between(2, 4).all()
    group = after.table.set_index("code")["group"]
    assert group["b"] != group["d"]


@pytest.mark.parametrize("seed", range(6))
def test_leaders_are_crowded_nowhere_and_no_move_more_is_made_for_it(seed):
    rng = np.random.default_rng(seed)
    members = pd.DataFrame(
        {"code": list("abcdefghij"), "scale": rng.random(10), "leader": [True] * 4 + [False] * 6}
    )
    before = groups.form(members, size=(2, 4), count=3, alike="scale", spread="leader")
    gone = rng.choice(
        before.table.loc[before.table["group"] == rng.integers(1, 4), "code"], 2, replace=False
    ).tolist()
    after = groups.replan(before, absent=gone)
    left = before.table[~before.table["code"].isin(gone)]
    was, leads = left["group"].to_numpy() - 1, left["code"].isin(list("abcd")).to_numpy()
    most = np.maximum(np.bincount(was[leads], minlength=3), -(-leads.sum() // 3))

    def kept(plan):
        sizes = np.bincount(plan, minlength=3)
        return ((sizes == 0) | ((sizes >= 2) & (sizes <= 4))).all() and (
            np.bincount(plan[leads], minlength=3) <= most
        ).all()

    plans = (np.asarray(plan) for plan in product(range(3), repeat=len(was)))
    fewest = min((plan != was).sum() for plan in plans if kept(plan))
    assert kept(after.table["group"].to_numpy() - 1)
    assert len(after.settings["moved"]) == fewest
    assert after.settings["spread_kept"]


def test_leaders_who_must_crowd_are_told_of():
    members = pd.DataFrame(
        {
            "code": list("abcdef"),
            "scale": range(6),
            "leader": [True, False, False, True, False, False],
        }
    )
    before = groups.form(
        members, size=(2, 4), count=2, alike="scale", spread="leader", together=[("b", "c")]
    )
    assert "各グループに分散" in groups.explain(before).iloc[0]
    # b and c stay together, so the group of d can only be filled by the other leader, or be dissolved into hers
    after = groups.replan(before, absent=["e", "f"])
    assert not after.settings["spread_kept"]
    assert len(after.settings["moved"]) == 1
    assert "各グループに分散" not in groups.explain(after).iloc[0]


def test_an_absent_stranger_and_an_impossible_rest_are_named():
    before = groups.form(
        pd.DataFrame({"code": list("abcdef"), "scale": range(6)}), size=3, alike="scale"
    )
    with pytest.raises(TableError, match="zz"):
        groups.replan(before, absent="zz")
    with pytest.raises(ChoiceError, match="残る5人"):
        groups.replan(before, absent="a")


def test_every_group_is_explained_in_one_sentence():
    members = _hyogo().assign(done=lambda table: table["share_done"] > 0.95)
    found = groups.form(
        members,
        alike="people_2020",
        different="area",
        spread="done",
        together=[("姫路市", "尼崎市")],
        scale="rank",
    )
    said = groups.explain(found)
    assert said.index.tolist() == found.by_group["group"].tolist()
    assert all(text.count("。") == 1 and text.endswith("。") for text in said)
    assert (
        "姫路市と尼崎市は同じグループの指定"
        in said[int(found.table.set_index("name")["group"]["姫路市"])]
    )
    assert all("人口（2020年）" in text and "圏域" in text for text in said)
