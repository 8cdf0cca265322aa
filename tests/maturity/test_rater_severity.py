"""Agreement equals published examples; severity is found where it can be and refused where it cannot."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxkit import maturity
from dxkit.errors import ChoiceError, TableError

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: 4 observers, 12 units, values missing
OBSERVED = {
    "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
}


def _answers(table):
    rows = [
        (f"{28201 + unit}", "x", rater, level)
        for rater, given in table.items()
        for unit, level in enumerate(given)
    ]
    return pd.DataFrame(rows, columns=["code", "item", "rater", "level"])


@pytest.mark.parametrize(
    ("metric", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_equals_krippendorffs_published_example(metric, alpha):
    found = maturity.agreement(_answers(OBSERVED), metric=metric, draws=50)
    assert round(found["alpha"], 3) == alpha
    assert found["low"] <= found["alpha"] <= found["high"]
    assert found["cases"] == 11


def test_perfect_agreement_is_one_and_total_disagreement_below_zero():
    assert maturity.agreement(_answers({"A": [1, 2, 3], "B": [1, 2, 3]}), draws=10)["alpha"] == 1
    assert (
        maturity.agreement(_answers({"A": [1, 5, 1, 5], "B": [5, 1, 5, 1]}), draws=10)["alpha"] < 0
    )


@pytest.mark.parametrize(
    ("table", "said"), [({"A": [1, 2]}, "2人以上"), ({"A": [2, 2], "B": [2, 2]}, "同じ段階")]
)
def test_agreement_that_is_not_defined_says_why(table, said):
    with pytest.raises(TableError, match=said):
        maturity.agreement(_answers(table))


def test_an_unknown_metric_lists_the_known():
    with pytest.raises(ChoiceError, match="ordinal"):
        maturity.agreement(_answers(OBSERVED), metric="ratio")


def test_severity_without_error_is_found_exactly():
    truth = np.array([-0.5, 0.0, 0.5])
    base = np.array([1.0, 2.0, 3.0, 2.5])
    found = maturity.rater_severity(
        _answers({f"R{at}": (base + off).tolist() for at, off in enumerate(truth)})
    )
    assert found.table["severity"].tolist() == pytest.approx(truth.tolist(), abs=1e-9)
    assert found.error == pytest.approx(0, abs=1e-9)


def test_a_chain_of_shared_cases_is_enough():
    answers = _answers({"A": [1, 2, None, None], "B": [2, 3, 1, None], "C": [None, None, 2, 4]})
    found = maturity.rater_severity(answers).table["severity"]
    assert (found["B"] - found["A"]) == pytest.approx(1)
    assert (found["C"] - found["B"]) == pytest.approx(1)


def test_interviewers_whom_nothing_links_are_refused_by_name():
    answers = _answers(
        {
            "A": [1, 2, None, None],
            "B": [2, 3, None, None],
            "C": [None, None, 2, 4],
            "D": [None, None, 3, 3],
        }
    )
    with pytest.raises(TableError, match="A・B / C・D"):
        maturity.rater_severity(answers)


def test_adjusting_takes_severity_back_and_keeps_levels_in_range():
    answers = _answers({"A": [1, 2, 4], "B": [2, 3, 5]})
    found = maturity.rater_severity(answers)
    adjusted = found.adjust(answers)
    assert adjusted.groupby("rater")["level"].mean().diff().iloc[1] == pytest.approx(0)
    assert adjusted["level"].between(0, 5).all()
    assert answers["level"].tolist() == [1, 2, 4, 2, 3, 5]


def test_severity_is_recovered_within_its_standard_error_from_two_fictional_towns():
    off = []
    for seed in range(20):
        trial = maturity.hearing_trial(seed=seed)
        found = maturity.rater_severity(trial.answers)
        true = trial.severity - trial.severity.mean()
        off.append(((found.table["severity"] - true) / found.table["se"]).to_numpy())
    # standard deviations of the miss in standard errors: 1 if the errors are right; floor and rounding leave a little
    assert 0.7 <= np.std(off) <= 1.4


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 5), min_size=6, max_size=6), min_size=2, max_size=4),
    st.randoms(),
)
def test_the_order_of_answers_means_nothing(levels, random):
    answers = _answers({f"R{at}": given for at, given in enumerate(levels)})
    shuffled = answers.sample(frac=1, random_state=random.randint(0, 2**31))
    assert maturity.rater_severity(shuffled).table["severity"].tolist() == pytest.approx(
        maturity.rater_severity(answers).table["severity"].tolist(), abs=1e-9
    )
