"""A conclusion is turned by the smallest change that turns it, and stands as often as it is drawn."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxkit import assumptions
from dxkit.errors import ChoiceError, TableError

ROWS = [
    {"assumption": "price", "value": 100, "low": 50, "high": 200, "source": "見積"},
    {"assumption": "users", "value": 30, "low": 25, "high": 40, "source": ""},
]


def _decide(values):
    return "join" if values["price"] * values["users"] < 3600 else "stay"


def test_the_flip_is_found_within_a_hundredth_of_the_range_and_both_conclusions_are_named():
    changes = assumptions.flips(_decide, ROWS).set_index("assumption")
    assert changes.loc["price", "flips_at"] == pytest.approx(120, abs=1.5)
    assert changes.loc["users", "flips_at"] == pytest.approx(36, abs=0.15)
    assert changes.loc["price", "relative_change"] == pytest.approx(0.2, abs=0.015)
    assert (changes["before"] == "join").all()
    assert (changes["after"] == "stay").all()


@settings(max_examples=60, deadline=None)
@given(
    value=st.floats(0.05, 0.95),
    turns=st.floats(0, 1),
    scale=st.floats(1e-3, 1e6),
    shift=st.floats(-1e3, 1e3),
)
def test_a_threshold_anywhere_is_found_to_one_percent_of_the_range(value, turns, scale, shift):
    low, high = shift, shift + scale
    rows = [{"assumption": "x", "value": low + value * scale, "low": low, "high": high}]
    row = assumptions.flips(lambda v: v["x"] >= low + turns * scale, rows, draws=0).iloc[0]
    beyond_the_end = (row["before"] and turns <= 0) or turns > 1
    if not beyond_the_end and not math.isnan(row["flips_at"]):
        assert abs(row["flips_at"] - (low + turns * scale)) <= 0.0101 * scale
        assert row["after"] == (not row["before"])
    else:
        # nothing within the range turns it: the whole range is on one side of the threshold
        assert {x >= low + turns * scale for x in np.linspace(low, high, 11)} == {row["before"]}


def test_the_nearer_of_two_flips_is_named_on_whichever_side_it_is():
    rows = [{"assumption": "x", "value": 5, "low": 0, "high": 10}]
    changes = assumptions.flips(lambda v: 4.2 < v["x"] < 9, rows, draws=0)
    assert changes["flips_at"].item() == pytest.approx(4.2, abs=0.1)
    changes = assumptions.flips(lambda v: 1 < v["x"] < 5.5, rows, draws=0)
    assert changes["flips_at"].item() == pytest.approx(5.5, abs=0.1)


def test_what_never_turns_the_conclusion_is_missing():
    changes = assumptions.flips(lambda v: "same", ROWS)
    assert changes["flips_at"].isna().all()
    assert changes["after"].tolist() == [None, None]
    assert changes.attrs["stands"] == 1


def test_the_share_of_draws_is_that_of_the_box_in_which_the_conclusion_holds():
    rows = [
        {"assumption": "x", "value": 0.1, "low": 0, "high": 1},
        {"assumption": "y", "value": 0.1, "low": 0, "high": 1},
    ]
    changes = assumptions.flips(lambda v: v["x"] + v["y"] < 1, rows, draws=4000)
    assert changes.attrs["stands"] == pytest.approx(0.5, abs=0.03)
    assert changes.attrs["stands_low"] < 0.5 < changes.attrs["stands_high"]
    assert sum(changes.attrs["conclusions"].values()) == pytest.approx(1)


def test_the_same_seed_gives_the_same_answer_and_the_order_of_rows_does_not_matter():
    forth = assumptions.flips(_decide, ROWS, seed=3)
    pd.testing.assert_frame_equal(forth, assumptions.flips(_decide, ROWS, seed=3))
    back = assumptions.flips(_decide, ROWS[::-1], seed=3)
    columns = ["flips_at", "relative_change"]
    first = forth.set_index("assumption")[columns]
    pd.testing.assert_frame_equal(first, back.set_index("assumption")[columns].loc[first.index])


def test_a_missing_number_as_conclusion_is_one_conclusion():
    rows = [{"assumption": "x", "value": 1, "low": 0, "high": 2}]
    changes = assumptions.flips(lambda v: math.nan, rows, draws=10)
    assert changes["flips_at"].isna().all()
    assert changes.attrs["stands"] == 1


def test_an_assumption_without_source_is_marked_and_one_without_range_never_turns():
    ledger = assumptions.table([{"assumption": "x", "value": 1, "low": 1, "high": 1}])
    assert ledger["source"].tolist() == ["仮定"]
    assert assumptions.flips(lambda v: v["x"], ledger)["flips_at"].isna().all()


def test_a_made_ledger_gives_a_made_answer():
    ledger = assumptions.table(ROWS)
    ledger.attrs = {"made": True, "source": "例"}
    assert assumptions.flips(_decide, ledger, draws=0).attrs["made"] is True


def test_every_fault_of_a_ledger_is_named_at_once():
    rows = [
        {"assumption": "x", "value": 5, "low": 6, "high": 9, "source": "a"},
        {"assumption": "x", "value": "五", "low": 0, "high": 9, "source": "a"},
        {"assumption": "", "value": np.inf, "low": 0, "high": 9, "source": "a"},
    ]
    with pytest.raises(TableError, match="同じ名前の仮定") as error:
        assumptions.table(rows)
    for text in ("low ≦ value ≦ high ではありません", "五", "仮定の名前が空欄です", "inf"):
        assert text in str(error.value)
    with pytest.raises(TableError, match="low"):
        assumptions.table([{"assumption": "x", "value": 1, "high": 2}])
    with pytest.raises(TableError, match="行がありません"):
        assumptions.table([])


def test_a_conclusion_that_cannot_be_compared_is_refused():
    with pytest.raises(ChoiceError, match="list は比べられません"):
        assumptions.flips(lambda v: [1], ROWS)
    with pytest.raises(ChoiceError, match="draws=-1"):
        assumptions.flips(_decide, ROWS, draws=-1)


def _rebuild(blank):
    """Build the same conclusion with a nan of its own."""
    if isinstance(blank, tuple):
        return tuple(map(_rebuild, blank))
    return float("nan") if isinstance(blank, float) else blank


@pytest.mark.parametrize(
    "blank", [float("nan"), pd.NaT, pd.NA, ("x", float("nan")), (1, (pd.NA, "y"))], ids=repr
)
def test_two_missing_conclusions_are_the_same_one_also_within_a_tuple(blank):
    # another object each time: Python calls one and the same nan equal in a tuple
    changes = assumptions.flips(lambda _: _rebuild(blank), ROWS, draws=20)
    assert changes["flips_at"].isna().all()
    assert changes.attrs["stands"] == 1
    turned = assumptions.flips(lambda v: "x" if v["price"] > 120 else blank, ROWS, draws=0)
    assert turned["flips_at"].iloc[0] == pytest.approx(120, abs=1.5)


@pytest.mark.parametrize(
    ("column", "cell"), [("high", 1e308), ("low", -1e308), ("value", 3j), ("high", pd.Period("2026-04"))]
)  # fmt: skip
def test_limits_between_which_no_step_can_be_taken_are_refused(column, cell):
    with pytest.raises(TableError, match=f"1行目 列「{column}」.*数ではありません"):
        assumptions.flips(_decide, [ROWS[0] | {column: cell}, ROWS[1]])
