"""Groups keep sizes and rules, are as good as brute force where that can be tried, and bad lists are told whole."""

import re
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import dxkit
from dxkit import groups
from dxkit.errors import ChoiceError, TableError, TableWarning


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


def _distances(values):
    """Members × members: difference or inequality, 1 on average over pairs."""
    values = np.asarray(values)
    if values.dtype.kind == "f":
        table = np.abs(values[:, None] - values[None, :])
    else:
        table = (values[:, None] != values[None, :]).astype(float)
    return table / table[np.triu_indices(len(values), 1)].mean()


def _costs(members, alike=(), different=()):
    """What it costs that two members meet; and the sign of the quality."""
    columns = [*([alike] if isinstance(alike, str) else alike)]
    others = [*([different] if isinstance(different, str) else different)]
    total = sum(_distances(members[column]) for column in columns) - sum(
        _distances(members[column]) for column in others
    )
    return total / (len(columns) + len(others)), 1 if columns else -1


def _factor(size, people, objective):
    """What the sum of the pairs of a group counts."""
    return 1.0 if objective == "sum" else 2 / max(size - 1, 1) / people


def _by_hand(cost, row, objective="mean"):
    total = 0.0
    for group in set(row):
        own = [at for at, each in enumerate(row) if each == group]
        pairs = sum(cost[one, two] for one, two in combinations(own, 2))
        total += pairs * _factor(len(own), len(row), objective)
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
    cost, sign = _costs(members, alike, different)
    best = min(_by_hand(cost, row.tolist(), objective) for row in _partitions(9, 2, 4, 3))
    assert sign * found.quality == pytest.approx(best, abs=1e-9)
    assert found.bound == pytest.approx(found.quality)
    assert found.gap == 0


def test_rules_are_kept_and_the_certificate_knows_them():
    members = _made(9, seed=5).assign(done=[True, True, True] + [False] * 6)
    rules = {"together": [("m03", "m04")], "apart": [("m06", "m07")], "spread": "done"}
    found = groups.form(members, size=3, alike="scale", certify=True, **rules)

    def keeps(row):
        return row[3] == row[4] and row[6] != row[7] and len(set(row[:3])) == 3

    kept = [row for row in _partitions(9, 3, 3, 3).tolist() if keeps(row)]
    assert len(kept) > 0
    assert keeps(found.table["group"].tolist())
    cost, _ = _costs(members, "scale")
    assert found.quality == pytest.approx(min(_by_hand(cost, row) for row in kept))
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
    # in one group of all, the mean over its pairs is that over all pairs
    found = groups.form(members, size=25, alike=["scale", "vendor", "done"])
    assert found.by_column["distance"].tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert found.by_column["kind"].tolist() == ["数値", "区分", "有無"]


def test_a_blank_is_as_far_as_chance_and_is_counted():
    members = _made(10)
    members.loc[[2, 5], "scale"] = np.nan
    # in groups of two, the distance of a group is that of its two members
    for other in ("m00", "m01", "m05"):
        pairs = groups.form(members, size=2, alike="scale", together=[("m02", other)])
        group = pairs.table.set_index("code")["group"]["m02"]
        assert pairs.by_group.set_index("group")["distance"][group] == 1
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
            "code": [f"{at:02d}" for at in range(12)],
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
            "apart: 姫路市と明石市",
            "together: 姫路市と尼崎市",
            "together: 尼崎市と明石市",
        )
    )
    assert "西宮市" not in said
    assert "芦屋市" not in said


def test_each_named_rule_is_needed_for_the_conflict():
    rules = {
        "together": [("m00", "m01", "m02"), ("m05", "m06")],
        "apart": [tuple(f"m0{at}" for at in range(2, 6))],
    }
    with pytest.raises(ChoiceError, match="同時には守れません") as told:
        groups.form(_made(9), size=3, **rules)
    named = re.findall(r"(together|apart): (m\d\d)と(m\d\d)を", str(told.value))
    assert len(named) > 1

    def form(pairs):
        links = {
            option: [pair for name, *pair in pairs if name == option]
            for option in ("together", "apart")
        }
        return groups.form(_made(9), size=3, **links)

    with pytest.raises(ChoiceError, match="同時には守れません"):
        form(named)
    for at in range(len(named)):
        assert len(form(named[:at] + named[at + 1 :]).table) == 9


def test_more_leaders_apart_than_groups_is_a_conflict():
    with pytest.raises(ChoiceError, match="apart"):
        groups.form(_made(12), size=4, apart=[("m00", "m01", "m02", "m03")])


def _worthy_groups(people, sizes, allowed):
    """All groups of these sizes that keep the rules."""
    return [
        group for size in sizes for group in combinations(range(people), size) if allowed(group)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_relaxation_is_that_over_all_groups(seed):
    # one group that the pricing passes over, and the bound would be above the linear programme's
    members = _made(11, seed)
    found = groups.form(
        members,
        size=(5, 6),
        count=2,
        different=["scale", "vendor"],
        together=[("m00", "m04")],
        apart=[("m01", "m02")],
        certify=True,
    )

    def allowed(group):
        return (0 in group) == (4 in group) and not {1, 2} <= set(group)

    cost, _ = _costs(members, different=["scale", "vendor"])
    listed = _worthy_groups(11, (5, 6), allowed)
    costs = [
        _factor(len(group), 11, "mean") * sum(cost[pair] for pair in combinations(group, 2))
        for group in listed
    ]
    covers = np.asarray(
        [[member in group for group in listed] for member in range(11)] + [[True] * len(listed)]
    )
    sides = np.append(np.ones(11), 2)
    relaxed = linprog(costs, A_eq=covers.astype(float), b_eq=sides, bounds=(0, 1))
    # the two of a grouping are complements, so that the best of them is the optimum
    pairs = {frozenset(group): value for group, value in zip(listed, costs, strict=True)}
    everybody = frozenset(range(11))
    best = min(value + pairs[everybody - group] for group, value in pairs.items()
               if everybody - group in pairs)  # fmt: skip
    assert -found.settings["relaxed"] <= relaxed.fun + 1e-7
    assert -found.quality == pytest.approx(best)
    assert found.gap == 0


@pytest.mark.parametrize("spread", [(), "done"])
def test_the_relaxation_converges_to_the_linear_programme(spread):
    # an example whose programme is below the optimum, so that pricing goes on to its end
    figures = np.random.default_rng(1).normal(size=(15, 3))
    members = pd.DataFrame(figures, columns=list("abc")).assign(
        code=[f"m{at:02}" for at in range(15)], done=[True] * 3 + [False] * 12
    )
    options = {"size": 5, "different": list("abc"), "spread": spread}
    found = groups.form(members, certify=True, **options)

    def allowed(group):
        return not spread or len({0, 1, 2} & set(group)) == 1

    cost, _ = _costs(members, different=list("abc"))
    listed = _worthy_groups(15, (5,), allowed)
    costs = [2 / 4 / 15 * sum(cost[pair] for pair in combinations(group, 2)) for group in listed]
    covers = np.asarray([[member in group for group in listed] for member in range(15)], float)
    relaxed = linprog(costs, A_eq=covers, b_eq=np.ones(15), bounds=(0, 1))
    assert -found.quality > relaxed.fun + 1e-4
    assert -found.settings["relaxed"] == pytest.approx(relaxed.fun, abs=1e-6)
    assert found.gap == 0


class _Counting(Executor):
    """An executor that counts what it is given."""

    def __init__(self):
        self.count = 0

    def submit(self, task, /, *arguments, **options):
        self.count += 1
        future = Future()
        future.set_result(task(*arguments, **options))
        return future


def test_an_executor_gives_the_same_groups():
    members = _made(15)
    here = groups.form(members, alike="scale").table
    with ThreadPoolExecutor(2) as executor:
        there = groups.form(members, alike="scale", executor=executor)
    pd.testing.assert_frame_equal(there.table, here)
    counting = _Counting()
    pd.testing.assert_frame_equal(
        groups.form(members, alike="scale", executor=counting).table, here
    )
    assert counting.count > 1


def test_too_many_possible_groups_are_said_and_a_weak_bound_given():
    members = _made(60)
    found = groups.form(members, size=(9, 11), alike="scale", certify=True)
    assert "多すぎる" in found.settings["proof"]
    assert found.bound <= found.quality


def test_a_block_that_only_just_fits_is_seated():
    links = [tuple(f"m{at:02}" for at in range(7)), tuple(f"m{at:02}" for at in range(7, 11))]
    found = groups.form(_made(15), size=(4, 7), count=3, alike="scale", together=links)
    assert sorted(found.by_group["size"]) == [4, 4, 7]


# --- the same everywhere ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("certify", [False, True])
def test_the_cost_matrix_is_computed_once(monkeypatch, certify):
    # before: 137 times with a proof, as search, proof and result each built it anew
    calls = []
    members = _made(20)
    cost, _ = _costs(members, ["scale", "vendor"])

    def compute(criteria, member_count):
        calls.append(member_count)
        return cost.copy()

    monkeypatch.setattr("dxkit.groups._problem.sum_distances", compute)
    found = groups.form(members, alike=["scale", "vendor"], certify=certify)
    assert calls == [20]
    labels = found.table["group"].tolist()
    assert found.quality == pytest.approx(_by_hand(cost, labels))


@pytest.mark.parametrize("role", ["alike", "different"])
def test_rounding_of_another_processor_changes_no_group(role):
    # the same distances but for their last digits
    members = _made(25, 7)
    other = members.assign(scale=members["scale"] * 3.7)
    options = {role: ["scale", "vendor", "done"], "apart": [("m04", "m05"), ("m06", "m07")]}
    one = groups.form(members, **options).table["group"]
    assert one.tolist() == groups.form(other, **options).table["group"].tolist()


def test_the_clock_stops_nothing_by_default_and_is_told_of_where_it_does(monkeypatch):
    members = _made(11)
    options = {"size": (3, 4), "different": "scale", "certify": True}
    # a clock that runs a day at each look
    days = iter(range(10**9))
    monkeypatch.setattr("dxkit.groups._work_limit.monotonic", lambda: 86_400.0 * next(days))
    slow = groups.form(members, **options)
    stopped = groups.form(members, **options, time_limit_s=60)
    monkeypatch.undo()
    fast = groups.form(members, **options)
    pd.testing.assert_frame_equal(slow.table, fast.table)
    assert (slow.quality, slow.bound) == (fast.quality, fast.bound)
    assert slow.settings["reproducible"]
    assert fast.settings["reproducible"]
    assert not stopped.settings["reproducible"]
    assert stopped.bound >= fast.bound
    # a limit that is not reached changes nothing
    relaxed = groups.form(members, **options, time_limit_s=3600)
    assert relaxed.settings["reproducible"]
    pd.testing.assert_frame_equal(relaxed.table, fast.table)


def test_a_limit_of_work_stops_the_proof_and_leaves_it_reproducible(monkeypatch):
    members = _made(11)
    options = {"size": (3, 4), "different": "scale", "certify": True}
    monkeypatch.setattr("dxkit.groups._column_generation.WORK_UNITS", 0)
    one, two = (groups.form(members, **options) for _ in range(2))
    assert one.settings["reproducible"]
    assert "最適とは証明していません" in one.settings["proof"]
    assert (one.quality, one.bound) == (two.quality, two.bound)
    assert one.gap > 0


def test_a_question_without_an_answer_counts_as_possible(monkeypatch):
    # no node of the search tree: whether the rules can be kept is not known
    rng = np.random.default_rng(0)
    members = _made(41)
    apart = [(f"m{i:02}", f"m{j:02}") for i in range(41) for j in range(i) if rng.random() < 0.5]
    monkeypatch.setattr("dxkit.groups._feasibility.NODE_LIMIT", 0)
    with pytest.raises(dxkit.errors.DxkitError, match="探索の上限まで"):
        groups.form(members, alike="scale", apart=apart)


@pytest.mark.slow
def test_410_members_return_with_their_gap():
    figures = np.random.default_rng(1).normal(size=(410, 4))
    members = pd.DataFrame(figures, columns=list("abcd")).assign(
        code=[f"m{at:03}" for at in range(410)]
    )
    found = groups.form(members, alike=list("abcd"), certify=True)
    assert found.table["group"].nunique() == 68
    assert found.by_group["size"].between(5, 7).all()
    assert 0 < found.gap < 0.35
    assert found.settings["reproducible"]


def test_old_keywords_are_still_taken():
    members = _made(10)
    new = groups.form(members, alike="scale", certify=True, time_limit_s=60)
    with pytest.warns(FutureWarning, match="seconds= は time_limit_s="):
        old = groups.form(members, alike="scale", certify=True, seconds=60)
    pd.testing.assert_frame_equal(old.table, new.table)
    with pytest.warns(FutureWarning, match="progress= は show_progress="):
        groups.form(members, alike="scale", progress=False)
    with pytest.warns(FutureWarning, match="progress= は show_progress="):
        groups.tradeoff(members, rounds=2, size=5, penalties=[0.0], progress=False)


def test_a_time_limit_that_cannot_be_is_refused():
    with pytest.raises(ChoiceError, match="time_limit_s=0"):
        groups.form(_made(10), alike="scale", time_limit_s=0)


# --- where it comes from ---------------------------------------------------------------------------------------------


def test_groups_of_made_members_are_made():
    members = _made(12)
    members.attrs = {"source": "例", "made": True, "kind": "made"}
    found = groups.form(members, size=(3, 4), alike="scale")
    after = groups.replan(found, absent=["m00"])
    curve = groups.tradeoff(members, rounds=2, size=4, alike="scale", penalties=[0.0])
    plan = groups.rotate(members, rounds=2, size=4)
    tables = [
        *(getattr(each, name) for each in (found, after)
          for name in ("table", "by_group", "by_column", "members")),
        plan.table, plan.by_round, plan.pairs, curve, groups.explain(found), groups.explain(after),
    ]  # fmt: skip
    assert all(dxkit.schema.is_made(table) for table in tables)
    assert all(table.attrs["source"] == "例" for table in tables)
    assert found.table.attrs["settings"]["seed"] == 0
    assert not dxkit.schema.is_made(groups.form(_made(12), size=4).table)


@pytest.mark.parametrize(
    ("cells", "words"),
    [([1e308, -1e308], "数が大きすぎます"), ([np.inf, 0], "無限大は使えません"), ([1j, 2], "複素数は使えません")],
)  # fmt: skip
def test_figures_without_a_difference_are_refused(cells, words):
    with pytest.raises(TableError, match=f"列「scale」.*{words}"):
        groups.form(_made(12).assign(scale=np.resize(cells, 12)), size=(3, 4), alike="scale")


@pytest.mark.parametrize("weight", [1e308, 0, -1, np.nan, "2", None, True])
def test_a_weight_that_is_no_number_within_reason_is_refused(weight):
    with pytest.raises(TableError, match=r"列「scale」.*列の重みが使えません"):
        groups.form(_made(12), size=(3, 4), alike={"scale": weight})


@pytest.mark.parametrize("kind", [Decimal, Fraction])
def test_decimals_and_fractions_are_numbers(kind):
    plain = _made(12).assign(scale=range(12))
    others = plain.assign(scale=[kind(number) for number in range(12)])
    asked = {"size": (3, 4), "alike": "scale", "seed": 1}
    found = groups.form(plain, **asked)
    assert found.quality < 1
    pd.testing.assert_frame_equal(groups.form(others, **asked).table, found.table)
    assert groups.form(others, **asked).quality == pytest.approx(found.quality)
