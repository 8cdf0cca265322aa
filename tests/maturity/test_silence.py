"""Who has answered nothing is neither last nor a loser: no figure, or a word that says so."""

import warnings

import numpy as np
import pandas as pd
import pytest

from dxkit import maturity
from dxkit.errors import ChoiceError, TableError, TableWarning

ITEMS = ["plan", "team", "tools", "people"]
FRAME = pd.DataFrame(
    {
        "indicator": ["way", *ITEMS],
        "parent": ["", "way", "way", "", ""],
        "label": ["道筋", *ITEMS],
        "direction": 1,
        "weight": 1.0,
        "unit": "段階",
        "low": [None, *[0.0] * 4],
        "high": [None, *[5.0] * 4],
    }
)
SILENT = "28204"


@pytest.fixture
def values():
    cells = np.random.default_rng(0).integers(0, 6, (8, 4)).astype(float)
    table = pd.DataFrame(cells, index=[f"{28201 + row}" for row in range(8)], columns=ITEMS)
    table.loc[SILENT] = np.nan
    return table


def test_the_silent_one_is_missing_in_the_outranking_matrix(values):
    matrix = maturity.outranking(maturity.score(values, FRAME))
    assert matrix.loc[SILENT].isna().all()
    assert matrix[SILENT].isna().all()
    spoken = maturity.outranking(maturity.score(values.drop(SILENT), FRAME))
    pd.testing.assert_frame_equal(matrix.drop(index=SILENT, columns=SILENT), spoken)


def test_a_pair_that_shares_no_answer_below_a_heading_is_missing(values):
    values.loc["28201", ["plan", "people"]] = np.nan
    values.loc["28202", ["team", "tools", "people"]] = np.nan
    scores = maturity.score(values, FRAME)
    below = maturity.outranking(scores, heading="way")
    assert np.isnan(below.loc["28201", "28202"])
    assert np.isnan(below.loc["28202", "28201"])
    others = below.drop(index=SILENT, columns=SILENT).to_numpy()
    assert np.isnan(others).sum() == 2
    # ahead of one another adds up to all that both have answered
    total = maturity.outranking(scores)
    assert total.loc["28205", "28206"] + total.loc["28206", "28205"] == pytest.approx(1)
    assert np.isnan(total.loc["28201", "28202"])


def test_the_silent_one_changes_no_score_of_copelands_rule(values):
    loud = maturity.score(values, FRAME, aggregate="copeland")
    alone = maturity.score(values.drop(SILENT), FRAME, aggregate="copeland")
    assert np.isnan(loud.total[SILENT])
    pd.testing.assert_series_equal(loud.total.drop(SILENT), alone.total)
    pd.testing.assert_frame_equal(loud.dimensions.drop(SILENT), alone.dimensions)


@pytest.mark.parametrize("aggregate", ["arithmetic", "copeland"])
def test_the_silent_one_moves_no_mean_of_what_is_left_out(values, aggregate):
    loud = maturity.leave_one_out(values, FRAME, aggregate=aggregate)
    alone = maturity.leave_one_out(values.drop(SILENT), FRAME, aggregate=aggregate)
    pd.testing.assert_frame_equal(loud, alone)


def test_who_loses_the_only_answer_moves_nobody_to_the_last_place(values):
    values.loc["28208"] = [np.nan, np.nan, np.nan, 5.0]
    moves = maturity.leave_one_out(values, FRAME, min_answered=0).set_index("indicator")
    assert moves.loc["people", "code"] != "28208"


def test_an_index_of_one_indicator_has_no_order_without_it(values):
    frame = FRAME[FRAME["indicator"] == "people"]
    moves = maturity.leave_one_out(values[["people"]], frame)
    assert moves.loc[0, ["mean_shift", "largest", "code"]].isna().all()


@pytest.mark.parametrize("empty", [[None, None], [np.nan], pd.array([pd.NA, pd.NA])])
def test_nobody_is_first_without_a_score(empty):
    with pytest.raises(TableError, match="scores の値がすべて空欄です"):
        maturity.competition_ranks(pd.Series(empty, dtype="Float64"))
    assert maturity.competition_ranks(pd.Series([], dtype=float)).empty


def test_the_rank_of_the_silent_one_has_no_sensitivity(values):
    with pytest.raises(ChoiceError, match=f"code=「{SILENT}」は使えません。答えが1つもない"):
        maturity.sensitivity(values, FRAME, draws=8, code=SILENT)


def test_the_silent_one_is_told_why_no_step_is_proposed(values):
    scores = maturity.score(values, FRAME)
    with pytest.warns(TableWarning, match=f"「{SILENT}」は答えが1つもない") as caught:
        assert maturity.next_steps(scores, SILENT).empty
    assert caught[0].filename == __file__


def test_peers_without_scores_are_named(values):
    scores = maturity.score(values, FRAME)
    peers = pd.DataFrame({"code": ["28202", "28203", "28209", "01100"]})
    with pytest.warns(TableWarning, match="peersだけに2: 01100、28209") as caught:
        maturity.next_steps(scores, "28201", peers=peers)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        maturity.next_steps(scores, "28201", peers=peers[:2])
