"""Dear estimates are found where they were planted, and the limit of finding is said."""

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit.errors import ChoiceError, TableError
from dxkit.support import costs

TOWNS = dxkit.load("municipalities")


def f1(**options):
    return costs.evaluate_outlier_methods(TOWNS, **options).set_index("method")["f1"]


def test_planted_at_2_3_times_12_estimates_are_found_better_than_by_yen_per_resident():
    found = f1(n_estimates=12, n_planted=2, factor=2.3, repeats=300, seed=0)
    assert found["trimmed"] >= 0.87
    assert found["per_resident"] <= 0.60


@pytest.mark.slow
def test_planted_at_2_3_times_41_estimates_are_found_better_than_by_yen_per_resident():
    found = f1(n_estimates=41, n_planted=4, factor=2.3, repeats=300, seed=0)
    assert found["trimmed"] >= 0.93
    assert found["per_resident"] <= 0.70


def test_below_1_6_times_nothing_is_reliable():
    found = f1(n_estimates=41, n_planted=4, factor=1.6, repeats=60, seed=0)
    assert (found < 0.7).all()


def test_the_line_is_that_of_the_fair_ones_when_a_quarter_is_ten_times_as_dear():
    people = np.geomspace(10_000, 500_000, 20)
    yen = 1000 * people**0.7
    yen[::5] *= 10
    found = costs.outliers(
        pd.DataFrame(
            {"estimate": [f"団体{at}" for at in range(20)], "people": people, "yen_year": yen}
        )
    )
    assert found.settings["slope"] == pytest.approx(0.7, abs=1e-9)
    assert (found.table["verdict"] == "high").sum() == 4
    assert found.table["ratio"].iloc[:4].tolist() == pytest.approx([10] * 4)
    assert "10.0倍" in found.table["reason"].iloc[0]


def test_changing_the_unit_or_the_size_of_everything_changes_no_verdict():
    random = np.random.default_rng(1)
    table = pd.DataFrame({"estimate": range(15), "people": random.integers(8_000, 400_000, 15)})
    table["yen_year"] = 5000 * table["people"] ** 0.8 * np.exp(random.normal(0, 0.2, 15))
    table.loc[3, "yen_year"] *= 3
    first = costs.outliers(table).table.set_index("estimate")
    scaled = costs.outliers(
        table.assign(yen_year=table["yen_year"] / 1000, people=table["people"] * 7)
    ).table.set_index("estimate")
    assert first["verdict"].to_dict() == scaled["verdict"].to_dict()
    np.testing.assert_allclose(first["ratio"], scaled["ratio"].loc[first.index])


def test_same_sizes_give_a_level_line():
    logs = np.array([1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 1.0, 4.0])
    table = pd.DataFrame({"estimate": range(8), "people": np.exp(3.0), "yen_year": np.exp(logs)})
    found = costs.outliers(table)
    assert found.settings["slope"] == 0
    np.testing.assert_allclose(np.log(found.table["fair_yen_year"]), 1.0, atol=0.02)


def test_nothing_of_others_is_in_what_one_body_gets():
    table = dxkit.load("estimates_example")
    found = costs.outliers(table)
    own = found.for_one("団体A")
    assert own["estimates"].item() == len(table)
    assert len(own) == 1
    # the range stands at round sizes that are the same for everybody, and has no key
    assert "estimate" not in found.fair
    assert found.fair["people"].tolist() == [
        15_000,
        20_000,
        30_000,
        50_000,
        70_000,
        100_000,
        150_000,
    ]
    assert (found.fair["low_yen_per_person"] < found.fair["high_yen_per_person"]).all()
    with pytest.raises(ChoiceError, match="「団体Z」の見積もりはありません"):
        found.for_one("団体Z")


def test_the_shipped_example_is_made_of_8_cities_and_4_towns_and_its_dear_ones_are_found():
    table = dxkit.load("estimates_example")
    assert table.attrs["made"] is True
    assert table["kind"].value_counts().to_dict() == {"city": 8, "town": 4}
    found = costs.outliers(table)
    planted = set(table.loc[table["planted"] > 1, "estimate"])
    assert set(found.table.loc[found.table["verdict"] == "high", "estimate"]) == planted
    assert found.settings["flagged_from"] < found.settings["found_from"]


def test_too_few_and_impossible_estimates_are_refused():
    table = pd.DataFrame(
        {"code": list("abcde"), "people": [1, 2, 3, 4, 5], "yen_year": [1, 2, 3, 4, 5]}
    )
    with pytest.raises(TableError, match="見積もりが少なすぎます → 6件以上"):
        costs.outliers(table)
    with pytest.raises(TableError, match="値「0」"):
        costs.outliers(table.assign(yen_year=[0, 1, 2, 3, 4]))
    with pytest.raises(ChoiceError, match=r"coverage=0\.3"):
        costs.outliers(dxkit.load("estimates_example"), coverage=0.3)
    with pytest.raises(ChoiceError, match="n_planted=9"):
        costs.evaluate_outlier_methods(TOWNS, n_planted=9)


def test_the_old_name_of_the_trial_still_works_and_says_the_new_one():
    with pytest.warns(FutureWarning, match="evaluate_outlier_methods"):
        assert costs.estimates_trial is costs.evaluate_outlier_methods
