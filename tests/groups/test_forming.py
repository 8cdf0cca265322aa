"""Groups keep sizes and rules, are as good as brute force where that can be tried, and bad lists are told whole."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dxkit
from dxkit import groups
from dxkit.errors import ChoiceError, TableError, TableWarning
from dxkit.groups import _distance, _feasibility, _pricing, _problem, _search


def _made(people, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "code": [f"m{at:02}" for at in range(people)],
            "scale": rng.normal(size=people),
            "vendor": rng.choice(["A", "B", "C"], people),
            "done": rng.random(people) < 0.3,
        }
    )


def _partitions(people, low, high, count):
    """All groupings of so many people, as tuples of group numbers in order of first member."""
    found = []

    def place(at, sizes, row):
        if at == people:
            if len(sizes) == count and min(sizes) >= low:
                found.append(row)
            return
        for group in range(min(len(sizes) + 1, count)):
            if group == len(sizes):
                place(at + 1, [*sizes, 1], [*row, group])
            elif sizes[group] < high:
                place(
                    at + 1, [*sizes[:group], sizes[group] + 1, *sizes[group + 1 :]], [*row, group]
                )

    place(0, [], [])
    return np.asarray(found)


def _by_hand(cost, row, objective):
    total = 0.0
    for group in set(row):
        own = [at for at, each in enumerate(row) if each == group]
        pairs = sum(cost[one, two] for one, two in combinations(own, 2))
        total += pairs if objective == "sum" else pairs * 2 / (len(own) - 1) / len(row)
    return total


@pytest.mark.parametrize("objective", ["mean", "sum"])
@pytest.mark.parametrize(
    ("alike", "different"),
    [(["scale", "vendor"], ()), ((), ["scale", "vendor"]), ("scale", "vendor")],
)
def test_the_certified_optimum_is_that_of_brute_force(alike, different, objective):
    members = _made(9, seed=3)
    found = groups.form(
        members,
        size=(2, 4),
        count=3,
        alike=alike,
        different=different,
        objective=objective,
        certify=True,
    )
    asked = _problem.ask(
        members, size=(2, 4), count=3, alike=alike, different=different, objective=objective
    )
    best = min(_by_hand(asked.cost, row.tolist(), objective) for row in _partitions(9, 2, 4, 3))
    assert asked.sign * found.quality == pytest.approx(best, abs=1e-9)
    assert found.bound == pytest.approx(found.quality)
    assert found.gap == 0


def test_rules_are_kept_and_the_certificate_knows_them():
    members = _made(9, seed=5).assign(done=[True, True, True] + [False] * 6)
    rules = {"together": [("m03", "m04")], "apart": [("m06", "m07")], "spread": "done"}
    found = groups.form(members, size=3, alike="scale", certify=True, **rules)
    asked = _problem.ask(members, size=3, alike="scale", **rules)
    kept = [row for row in _partitions(9, 3, 3, 3) if not asked.rules.broken(row)]
    assert len(kept) > 0
    assert not asked.rules.broken(found.table["group"].to_numpy() - 1)
    assert found.quality == pytest.approx(
        min(_by_hand(asked.cost, row.tolist(), "mean") for row in kept)
    )
    assert found.gap == 0


def test_a_bound_is_never_on_the_wrong_side_of_the_quality():
    members = _made(14, seed=2)
    near = groups.form(members, size=(3, 5), alike="scale")
    far = groups.form(members, size=(3, 5), different="scale")
    assert near.bound <= near.quality
    assert far.bound >= far.quality
    assert far.quality > 1 > near.quality


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(4, 24), st.integers(1, 5), st.integers(0, 3), st.integers(0, 99))
def test_everybody_is_in_one_group_of_an_allowed_size_and_links_hold(people, low, more, seed):
    members = _made(people, seed)
    pair, other = [("m00", "m01")], [("m02", "m03")]
    try:
        found = groups.form(
            members,
            size=(low, low + more),
            alike=["scale", "vendor"],
            together=pair,
            apart=other,
            seed=seed,
        )
    except ChoiceError:
        return
    sizes = found.table["group"].value_counts()
    assert found.table["code"].tolist() == members["code"].tolist()
    assert sizes.between(low, low + more).all()
    group = found.table.set_index("code")["group"]
    assert group["m00"] == group["m01"]
    assert group["m02"] != group["m03"]


@settings(max_examples=10, deadline=None)
@given(st.integers(2, 30), st.integers(0, 99))
def test_marked_members_are_spread_evenly(marked, seed):
    members = _made(30, seed).assign(done=[at < marked for at in range(30)])
    found = groups.form(members, size=5, alike="scale", spread="done", seed=seed)
    number = found.table.assign(done=members["done"]).groupby("group")["done"].sum()
    assert number.max() - number.min() <= 1


def test_the_same_seed_gives_the_same_groups_and_inputs_stay_as_they_were():
    members = _made(20)
    before = members.copy(deep=True)
    one, two = (groups.form(members, alike="scale", seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(members, before)
    assert one.table.attrs["settings"]["seed"] == 4


def test_distances_of_every_kind_of_column_are_one_on_average():
    members = _made(25)
    for each in _distance.criteria_of(members, ["scale", "vendor", "done"], (), "spread"):
        assert each.apart[np.triu_indices(25, 1)].mean() == pytest.approx(1.0)


def test_a_blank_is_as_far_as_chance_and_is_counted():
    members = _made(10)
    members.loc[[2, 5], "scale"] = np.nan
    (each,) = _distance.criteria_of(members, "scale", (), "spread")
    assert each.apart[2, [0, 1, 5]].tolist() == [1, 1, 1]
    found = groups.form(members, size=5, alike="scale")
    assert found.by_column["blanks"].tolist() == [2]
    with pytest.raises(TableError, match="3行目"):
        groups.form(members, size=5, alike="scale", missing="refuse")


def test_ranks_keep_one_large_city_from_outweighing_all_others():
    members = pd.DataFrame({"code": list("abcdef"), "people": [1, 2, 3, 4, 5, 1_000_000]})
    table = groups.form(members, size=2, alike="people", scale="rank").table
    assert table["group"].tolist() == [1, 1, 2, 2, 3, 3]


def test_with_one_column_groups_are_neighbours():
    members = pd.DataFrame(
        {
            "code": [str(at) for at in range(12)],
            "scale": [1, 2, 3, 11, 12, 13, 21, 22, 23, 31, 32, 33],
        }
    )
    table = groups.form(members, size=3, alike="scale", places=False).table
    assert table["group"].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


def test_municipalities_may_be_written_as_people_write_them():
    with pytest.warns(TableWarning, match="丹波篠山市（28221）"):
        found = groups.form(["姫路市", "篠山市", "282031", "赤穂郡上郡町"], size=2)
    assert found.table["code"].tolist() == ["28201", "28221", "28203", "28481"]
    assert found.table["name"].tolist() == ["姫路市", "丹波篠山市", "明石市", "上郡町"]


def test_all_faults_of_a_list_are_told_together():
    with pytest.raises(TableError, match="件の問題") as told:
        groups.form(["篠山市", "丹波篠山市", "姫路市", "蓬莱市", None, "28201", "28999"], size=2)
    said = str(told.value)
    for part in (
        "5件の問題",
        "「蓬莱市」",
        "5行目",
        "28999",
        "1行目「篠山市」、2行目「丹波篠山市」",
        "3行目「姫路市」、6行目「28201」",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"alike": "nothing"}, "nothing"),
        ({"different": {"scale": -1}}, "重み"),
        ({"alike": "scale", "different": "scale"}, "両方"),
        ({"together": [("m00", "x99")]}, "x99"),
        ({"apart": [("m00",)]}, "2人以上"),
        ({"spread": "code"}, "20種類"),
    ],
)
def test_columns_and_links_that_cannot_be_are_named(options, said):
    with pytest.raises(TableError, match=said):
        groups.form(_made(20), **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"size": 6}, r"41人は、どのグループも6人に.*size=\(5, 6\)"),
        ({"size": (7, 5)}, "size="),
        ({"count": 9}, "45〜63人"),
        ({"objective": "best"}, "mean・sum"),
        ({"scale": "log"}, "spread・rank"),
    ],
)
def test_sizes_and_choices_that_cannot_be_are_refused(options, said):
    with pytest.raises(ChoiceError, match=said):
        groups.form(_made(41), **options)


def test_of_many_rules_only_those_that_exclude_each_other_are_named():
    rules = {
        "together": [("28201", "28202"), ("28202", "28203"), ("28204", "28205")],
        "apart": [("28203", "28201"), ("28206", "28207")],
    }
    with pytest.raises(ChoiceError, match="次の3つの条件") as told:
        groups.form(dxkit.load("municipalities")[["code"]], **rules)
    said = str(told.value)
    assert all(
        part in said
        for part in (
            "apart: 明石市と姫路市",
            "together: 姫路市と尼崎市",
            "together: 尼崎市と明石市",
        )
    )
    assert "西宮市" not in said
    assert "芦屋市" not in said


def test_each_named_rule_is_needed_for_the_conflict():
    asked = _problem.ask(
        _made(9),
        size=3,
        together=[("m00", "m01", "m02"), ("m05", "m06")],
        apart=[tuple(f"m0{at}" for at in range(2, 6))],
    )
    kept = _feasibility.conflicts(asked.rules)
    assert not _feasibility.possible(asked.rules)
    for at in range(len(kept)):
        assert _feasibility.possible(
            _feasibility.with_only(asked.rules, kept[:at] + kept[at + 1 :])
        )


def test_more_leaders_apart_than_groups_is_a_conflict():
    with pytest.raises(ChoiceError, match="apart"):
        groups.form(_made(12), size=4, apart=[("m00", "m01", "m02", "m03")])


def test_pricing_finds_exactly_the_groups_below_the_limit():
    asked = _problem.ask(
        _made(11, 1),
        size=(4, 6),
        count=2,
        alike="scale",
        together=[("m00", "m04")],
        apart=[("m01", "m02")],
    )
    prices = np.random.default_rng(1).random(11) / 10
    for size in (5, 6):
        found = _pricing.Pricer(asked.rules, asked.cost, size, float(asked.factor[size])).below(
            prices, 0.02, 10**6, np.random.default_rng(0)
        )
        worth = {}
        for each in combinations(range(11), size):
            fine = (0 in each) == (4 in each) and not {1, 2} <= set(each)
            value = (
                asked.factor[size] * sum(asked.cost[one, two] for one, two in combinations(each, 2))
                - prices[list(each)].sum()
            )
            if fine and value < 0.02:
                worth[each] = value
        assert {
            tuple(map(int, each)): value
            for each, value in zip(found.members, found.reduced, strict=True)
        } == pytest.approx(worth)
        assert found.whole


def test_an_executor_gives_the_same_groups():
    from concurrent.futures import ThreadPoolExecutor

    members = _made(15)
    with ThreadPoolExecutor(2) as executor:
        there = groups.form(members, alike="scale", executor=executor)
    pd.testing.assert_frame_equal(there.table, groups.form(members, alike="scale").table)


def test_too_many_possible_groups_are_said_and_a_weak_bound_given():
    members = _made(60)
    found = groups.form(members, size=(9, 11), alike="scale", certify=True)
    assert "多すぎる" in found.settings["proof"]
    assert found.bound <= found.quality


def test_a_block_that_only_just_fits_is_seated():
    links = [tuple(f"m{at:02}" for at in range(7)), tuple(f"m{at:02}" for at in range(7, 11))]
    found = groups.form(_made(15), size=(4, 7), count=3, alike="scale", together=links)
    assert sorted(found.by_group["size"]) == [4, 4, 7]
    assert _search.CHAINS > 1
