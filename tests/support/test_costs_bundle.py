"""The cheapest bundle is the one that listing every way of buying finds, and prices mean what they say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxkit.errors import ChoiceError, TableError
from dxkit.support import costs

PRICES = pd.DataFrame({"from_count": [1, 10, 30], "unit_yen": [1000, 800, 600]})


def contracts(most, prices, minimum, how):
    """What a contract for 0 … most costs, by the words of the docstring alone: buy any number that is large enough."""
    tiers = list(prices.sort_values("from_count").itertuples(index=False))
    unit = [
        next(tier.unit_yen for tier in reversed(tiers) if tier.from_count <= max(count, 1))
        for count in range(most + 61)
    ]
    listed = [
        count * unit[count] if how == "all" else sum(unit[1 : count + 1])
        for count in range(most + 61)
    ]
    return [min(listed[max(need, minimum) : max(need, minimum) + 45]) for need in range(most + 1)]


def partitions(members):
    """Every way of dividing members into groups."""
    if not members:
        yield []
        return
    first, *rest = members
    for parts in partitions(rest):
        yield [[first], *parts]
        for at, part in enumerate(parts):
            yield [*parts[:at], [first, *part], *parts[at + 1 :]]


def cheapest(needs, contract, *, handling, standing):
    """The least cost over all partitions into any number of bundles, each single member also without the council."""
    best = None
    for parts in partitions(list(range(len(needs)))):
        total = 0
        for part in parts:
            bundle = contract[sum(needs[at] for at in part)] + handling * len(part) + standing
            total += min(bundle, contract[needs[part[0]]]) if len(part) == 1 else bundle
        best = total if best is None else min(best, total)
    return best


def made_up(random):
    tiers = int(random.integers(1, 4))
    starts = np.concatenate(
        [[1], np.sort(random.choice(np.arange(2, 40), tiers - 1, replace=False))]
    )
    units = np.sort(random.integers(50, 2000, tiers))[::-1]
    return pd.DataFrame({"from_count": starts, "unit_yen": units})


def test_bundling_equals_listing_every_partition_on_200_random_small_cases():
    random = np.random.default_rng(5)
    for case in range(200):
        needs = random.integers(1, 15, int(random.integers(1, 7))).tolist()
        prices, minimum = made_up(random), int(random.integers(1, 20))
        how, handling, standing = (
            ("all", "each")[case % 2],
            int(random.integers(0, 4000)),
            int(random.integers(0, 8000)),
        )
        licences = pd.DataFrame({"code": [str(at) for at in range(len(needs))], "licences": needs})
        found = costs.bundle(
            licences, prices, minimum=minimum, how=how, handling_yen=handling, standing_yen=standing
        )
        contract = contracts(sum(needs), prices, minimum, how)
        assert found.total_yen == cheapest(needs, contract, handling=handling, standing=standing), (
            case,
            needs,
            minimum,
            how,
        )
        assert found.table["yen"].sum() == pytest.approx(found.total_yen)
        assert (
            found.plans.set_index("plan").loc["best", "yen"]
            == found.plans["yen"].min()
            == found.total_yen
        )


def test_those_below_the_minimum_are_bundled_and_the_large_one_stays_alone_where_handling_costs():
    licences = pd.DataFrame(
        {
            "code": ["L", "a", "b", "c"],
            "licences": [100, 3, 4, 5],
            "name": ["大市", "甲町", "乙町", "丙町"],
        }
    )
    found = costs.bundle(licences, PRICES, minimum=10, handling_yen=3000)
    assert found.table.set_index("code")["way"].to_dict() == {
        "L": "alone",
        "a": "bundle",
        "b": "bundle",
        "c": "bundle",
    }
    assert "必要数3は最小数10に満たない" in found.table.set_index("code").loc["a", "reason"]
    assert found.settings["bought"] == 12
    assert found.settings["spare"] == 0
    assert "3団体を一括" in repr(found)


def test_more_are_bought_than_needed_where_the_next_tier_costs_less():
    # 9 at 1,000 yen are dearer than 10 at 800
    table = costs.contract_costs(PRICES, 12)
    assert table["licences"].tolist() == list(range(13))
    assert table["yen"].iloc[[0, 1, 8, 9, 10]].tolist() == [0, 1000, 8000, 8000, 8000]
    assert table["bought"].iloc[[7, 9, 10]].tolist() == [7, 10, 10]
    by_tier = costs.contract_costs(PRICES, 12, how="each")
    assert by_tier["yen"].iloc[[9, 10, 12]].tolist() == [9000, 9800, 11400]


@given(
    needs=st.lists(st.integers(1, 30), min_size=2, max_size=2),
    minimum=st.integers(1, 40),
    how=st.sampled_from(["all", "each"]),
    seed=st.integers(0, 1000),
)
def test_together_is_never_dearer_than_apart_and_more_is_never_cheaper(needs, minimum, how, seed):
    prices = made_up(np.random.default_rng(seed))
    yen = costs.contract_costs(prices, 60, minimum=minimum, how=how)["yen"].to_numpy()
    first, second = needs
    assert yen[first + second] <= yen[first] + yen[second]
    assert (np.diff(yen) >= 0).all()


def test_tiers_that_rise_and_needs_that_are_no_whole_numbers_are_refused():
    licences = pd.DataFrame({"code": ["a"], "licences": [3]})
    with pytest.raises(TableError, match="数が増えると単価が上がっています"):
        costs.bundle(licences, pd.DataFrame({"from_count": [1, 10], "unit_yen": [500, 600]}))
    with pytest.raises(TableError, match=r"値「2\.5」: licences の値が使えません"):
        costs.bundle(licences.assign(licences=2.5), PRICES)
    with pytest.raises(ChoiceError, match="how=「some」は選べません"):
        costs.bundle(licences, PRICES, how="some")
    with pytest.raises(ChoiceError, match="minimum=0"):
        costs.bundle(licences, PRICES, minimum=0)
    with pytest.raises(ChoiceError, match="count=-1"):
        costs.contract_costs(PRICES, -1)
