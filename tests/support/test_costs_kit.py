"""A joint procurement says who joins, who pays what, and at which price that turns; a pool of staff keeps its promise."""

import math

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import loaders
from dxkit.errors import TableError
from dxkit.support import costs

PRICES = pd.DataFrame({"from_count": [1, 80], "unit_yen": [1000, 800]})
FORM = pd.DataFrame(
    {"code": ["28201", "28202", "28203"], "teachers": [60, 30, 10], "most_yen": [None, None, 5_000]}
)


def test_who_is_above_its_limit_leaves_and_the_others_are_computed_again():
    found = costs.kit(FORM, PRICES, units="teachers")
    # 90 units at 800; the third would pay 8,000 of all three's bill, and at most 5,000
    assert found.table["joins"].tolist() == [True, True, False]
    assert found.table["part_yen"].fillna(0).tolist() == [48_000, 24_000, 0]
    assert found.table["alone_yen"].tolist() == [60_000, 30_000, 10_000]
    assert found.settings["in_core"]
    assert found.split.rules["leavers"].notna().any()
    # at five eighths of the price its part among all three is 5,000
    assert found.table["joins_below"].fillna(0).tolist() == [0, 0, 0.625]
    flip = found.flips.iloc[0]
    assert flip["before"] == "28201・28202"
    assert flip["flips_at"] == pytest.approx(0.625, abs=0.02)
    assert flip["after"] == "28201・28202・28203"


def test_who_would_rather_leave_is_called_by_its_name():
    names = {"28201": "姫路市", "28202": "尼崎市", "28203": "明石市"}
    # equal parts are dear for the smaller two
    form = FORM.assign(most_yen=None, teachers=[90, 30, 1])
    found = costs.kit(form, PRICES, units="teachers", names=names)
    reasons = " ".join(found.split.rules["reason"])
    assert "尼崎市・明石市の組だけで買うほうが" in reasons
    assert "28203" not in reasons
    assert found.flips.loc[0, "before"] == "姫路市・尼崎市・明石市"


def test_nobody_joins_where_together_is_no_cheaper_than_the_limit():
    found = costs.kit(FORM.assign(most_yen=1), PRICES, units="teachers")
    assert not found.table["joins"].any()
    assert found.split is None
    assert "0市町" in repr(found)
    with pytest.raises(TableError, match="値「28203」: 数が0の市町"):
        costs.kit(FORM.assign(teachers=[60, 30, 0]), PRICES, units="teachers")


@pytest.mark.parametrize("name", ["school", "currency"])
def test_a_kit_goes_from_the_form_to_a_table_and_stays_invented(tmp_path, name):
    example = dxkit.load(f"{name}_example")
    tariff = dxkit.load("kit_prices").query("kit == @name")
    read = loaders.read_form(loaders.write_form(tmp_path / "a.xlsx", name, rows=example))
    units, minimum = tariff["units"].iloc[0], int(tariff["minimum"].iloc[0])
    found = costs.kit(read, tariff, units=units, minimum=minimum)
    assert len(found.table) == {"school": 9, "currency": 10}[name]
    joined = found.table[found.table["joins"]]
    limit = joined["most_yen"].fillna(joined[["alone_yen", "present_yen"]].max(axis=1))
    assert (joined["part_yen"] <= limit + 0.5).all()
    assert dxkit.schema.is_made(found.table)
    assert dxkit.schema.is_made(found.flips)


@pytest.mark.parametrize("count", [1, 9, 60, 75, 79, 80, 120])
def test_a_bill_is_that_of_the_contract_costs_beside_it(count):
    form = pd.DataFrame({"code": ["28201", "28202"], "teachers": [count, 1]})
    found = costs.kit(form, PRICES, units="teachers", minimum=5)
    curve = costs.contract_costs(PRICES, count, minimum=5)
    assert found.table["alone_yen"].iloc[0] == curve["yen"].iloc[-1]


def erlang_wait(load, people):
    """The chance to wait in an M/M/c queue (Erlang 1917), by its formula."""
    rest = load**people / math.factorial(people) * people / (people - load)
    return rest / (sum(load**k / math.factorial(k) for k in range(people)) + rest)


def test_the_queue_waits_as_long_as_erlangs_formula_says():
    # 200 jobs of 3 days in 220 days: load 2.727 on the people that the pool finds
    needs = pd.DataFrame(
        {"code": ["28201"], "role": ["data"], "days": [600.0], "visit_share": [0.0]}
    )
    assumed = dxkit.load("talent_assumptions")
    assumed.loc[assumed["assumption"] == "待ってよい日数（日）", ["value", "low"]] = 0.0
    found = costs.talent_pool(needs, assumed, years=400).table.iloc[0]
    load = 600 / 220
    assert found["people"] == next(c for c in range(3, 20) if erlang_wait(load, c) <= 0.1)
    assert 1 - found["in_time"] == pytest.approx(erlang_wait(load, found["people"]), abs=0.01)
    assert found["busy"] == pytest.approx(load / found["people"], abs=1e-9)


def test_the_pool_costs_its_people_and_alone_each_pays_for_its_least():
    needs = pd.DataFrame({"code": ["28201", "28202"], "role": "data", "days": [10.0, 200.0]})
    needs["alone_yen"] = [np.nan, 1_000_000]
    found = costs.talent_pool(needs, dxkit.load("talent_assumptions"), years=5)
    # half a person at 9 million for the first, what it says for the second
    assert found.table["alone_yen"].tolist() == [5_500_000]
    assert found.table["pool_yen"].tolist() == [9_000_000 * found.table["people"].iloc[0]]
    again = costs.talent_pool(needs.iloc[::-1], dxkit.load("talent_assumptions"), years=5)
    pd.testing.assert_frame_equal(found.table, again.table)
    with pytest.raises(TableError, match="仮定が足りません"):
        costs.talent_pool(needs, dxkit.load("talent_assumptions").head(3))


@pytest.mark.slow
def test_the_example_of_forty_towns_is_cheaper_together_and_says_what_would_turn_that():
    found = costs.talent_pool(
        dxkit.load("talent_example"),
        dxkit.load("talent_assumptions"),
        roles=dxkit.load("talent_roles"),
        years=3,
    )
    assert (found.table["in_time"] >= 0.9).all()
    assert found.table["saved_yen"].sum() > 0
    assert set(found.flips["before"]) == {"プールが安い"}
    assert dxkit.schema.is_made(found.table)
