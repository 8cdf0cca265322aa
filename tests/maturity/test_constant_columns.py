"""A column in which everybody is equal says nothing of the order, and is no reason to give none."""

import warnings

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import maturity
from dxkit.errors import TableError, TableWarning

NAMES = ["a", "b", "c", "d"]
FRAME = pd.DataFrame(
    [("one", "", 2.0), ("two", "", 1.0), ("a", "one", 1.0), ("b", "one", 2.0), ("c", "two", 1.0), ("d", "two", 3.0)],
    columns=["indicator", "parent", "weight"],
).assign(label="", unit="段階", direction=1, low=0.0, high=5.0)  # fmt: skip


def _values(**columns):
    random = np.random.default_rng(4)
    levels = random.integers(0, 6, (15, 4)).astype(float)
    index = [f"{28201 + row}" for row in range(15)]
    return pd.DataFrame(levels, index=index, columns=NAMES).assign(**columns)


@pytest.mark.parametrize("area", sorted(dxkit.load("municipalities")["area"].unique()))
def test_every_area_gets_intervals_from_the_dashboard(area):
    towns = dxkit.load("municipalities")
    values = dxkit.load("dashboard")
    values = values[values["code"].isin(towns.loc[towns["area"] == area, "code"])]
    indicators = dxkit.load("indicators_dashboard")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        firm = maturity.rank_intervals(values, indicators, draws=60)
    said = [str(warning.message) for warning in caught if warning.category is TableWarning]
    leaves = maturity.score(values, indicators).raw
    flat = tuple(name for name in sorted(leaves) if leaves[name].min() == leaves[name].max())
    dropped = firm.settings["dropped"]
    if flat:
        assert {name: tuple(sorted(names)) for name, names in dropped.items()} == {
            "minmax": flat,
            "zscore": flat,
        }
        assert all(name in said[0] for name in (*flat, "minmax・zscore"))
    else:
        assert dropped == {}
        assert said == []
    assert firm.table["p05"].between(1, len(values)).all()


@pytest.mark.parametrize("normalise", ["minmax", "zscore"])
@pytest.mark.parametrize("vary", [(), ("weights",)])
def test_draws_without_a_constant_column_are_those_of_the_other_columns(normalise, vary):
    holed = _values(c=3.0)
    holed.loc["28203", "d"] = np.nan
    options = {"normalise": (normalise,), "vary": vary, "draws": 50, "weight_noise": 0.0}
    with pytest.warns(TableWarning, match=f"c は、.*{normalise} で計算する回では使いません"):
        firm = maturity.rank_intervals(holed, FRAME, **options)
    without = maturity.rank_intervals(holed, FRAME[FRAME["indicator"] != "c"], **options)
    assert firm.settings["dropped"] == {normalise: ("c",)}
    assert without.settings["dropped"] == {}
    pd.testing.assert_frame_equal(firm.table, without.table)


def test_what_nobody_has_answered_is_left_out_of_draws():
    values = _values(c=np.nan)
    values.loc["28203", "d"] = np.nan
    with pytest.warns(TableWarning, match="c は、"):
        firm = maturity.rank_intervals(values, FRAME, draws=100)
    assert set(firm.settings["dropped"]) == {"goalposts", "minmax", "zscore"}
    assert firm.table.notna().all(axis=None)
    # where nothing is drawn, goalposts leave it out by the rule for missing answers
    still = maturity.rank_intervals(values, FRAME, vary=("weights",), draws=20)
    assert still.settings["dropped"] == {}


def test_a_table_in_which_nothing_varies_has_no_order_but_goalposts():
    values = pd.DataFrame(2.0, index=["28201", "28202"], columns=NAMES)
    with pytest.warns(TableWarning):
        firm = maturity.rank_intervals(values, FRAME, draws=9, vary=("weights", "normalise"))
    assert firm.settings["methods"] == [("goalposts", "arithmetic")]
    assert ("minmax", "arithmetic") in firm.settings["left_out"]
    assert (firm.ranks == 1).all()
    with pytest.raises(TableError, match="違いのある指標"):
        maturity.rank_intervals(values, FRAME, draws=9, normalise=("minmax",), vary=())


def test_sensitivity_is_computed_without_a_constant_column_too():
    with pytest.warns(TableWarning, match="c は、"):
        table = maturity.sensitivity(_values(c=3.0), FRAME, draws=16)
    assert table.attrs["settings"]["dropped"]["minmax"] == ("c",)
    assert table["ST"].notna().all()


def test_ranks_beyond_the_smallest_whole_numbers_are_right():
    count = 33_000
    scores = np.random.default_rng(0).permutation(count).astype(float)
    index = [f"{unit:05d}" for unit in range(count)]
    expected = count - scores
    assert (maturity.competition_ranks(pd.Series(scores, index=index)) == expected).all()
    frame = FRAME[FRAME["indicator"] == "a"].assign(parent="", high=float(count))
    values = pd.DataFrame({"a": scores}, index=index)
    firm = maturity.rank_intervals(values, frame, vary=(), draws=2)
    assert (firm.ranks == expected).all()
    assert (firm.table["p95"] == expected).all()


def test_shares_above_count_draws_and_half_of_ties():
    random = np.random.default_rng(0)
    values = _values().round(-1) + random.integers(0, 2, (15, 4))
    firm = maturity.rank_intervals(values, FRAME, draws=333)
    ranks = firm.ranks.astype(int)
    for one in range(15):
        for other in range(15):
            before = (ranks[:, one] < ranks[:, other]).mean()
            level = (ranks[:, one] == ranks[:, other]).mean()
            assert firm.above.iloc[one, other] == pytest.approx(before + level / 2)


@pytest.mark.parametrize(
    "figures",
    [[0.1 + 0.2, 0.3], [1.0, 1 + 2.3e-16], [0.0, 5e-324], [1e6, 1e6 * (1 + 1e-15)]],
    ids=["a sum of tenths", "the last bit", "the smallest number of all", "a large figure"],
)
def test_a_column_that_differs_by_rounding_alone_is_constant(figures):
    rounded = _values(a=np.resize(figures, 15))
    with pytest.raises(TableError, match="列「a」: すべての市町で同じ値か"):
        maturity.score(rounded, FRAME, normalise="zscore")
    options = {"draws": 50, "vary": ("normalise",), "aggregate": ["arithmetic"]}
    with pytest.warns(TableWarning, match="a は、すべての市町で同じ値か"):
        firm = maturity.rank_intervals(rounded, FRAME, **options)
    with pytest.warns(TableWarning, match="a は、すべての市町で同じ値か"):
        constant = maturity.rank_intervals(_values(a=figures[0]), FRAME, **options)
    pd.testing.assert_frame_equal(firm.table, constant.table)


def test_small_differences_that_are_no_rounding_are_kept():
    # by hand: 0, 1, 2 thousandths of a millionth lie evenly between worst and best
    values = pd.DataFrame({"a": [0.0, 1e-9, 2e-9]}, index=["28201", "28202", "28203"])
    frame = pd.DataFrame({"indicator": ["a"], "parent": [""], "label": ["a"], "direction": [1], "weight": [1.0], "unit": [""], "low": [0.0], "high": [1.0]})  # fmt: skip
    total = maturity.score(values, frame, normalise="minmax").total
    np.testing.assert_allclose(total, [0, 0.5, 1])
