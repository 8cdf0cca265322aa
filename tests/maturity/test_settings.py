"""Settings say what was really varied, and every constant is an option that they record."""

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import maturity
from dxkit.errors import ChoiceError


@pytest.fixture(scope="module")
def trial():
    return maturity.hearing_trial(seed=3, n_municipalities=15, n_items=12, n_dimensions=3)


@pytest.fixture(scope="module")
def dashboard():
    return dxkit.load("dashboard"), dxkit.load("indicators_dashboard")


def test_what_there_is_nothing_to_vary_in_is_not_said_to_have_varied(trial):
    settings = maturity.rank_intervals(trial.levels, trial.indicators, draws=20).settings
    assert settings["vary"] == ("weights", "normalise", "aggregate")
    assert set(settings["not_varied"]) == {"missing", "severity"}
    assert "answers" in settings["not_varied"]["severity"]
    assert settings["levels"] is None
    assert settings["n_donors"] is None


def test_what_was_varied_is_said(trial):
    holed = trial.levels.copy()
    holed.iloc[2, 3] = np.nan
    settings = maturity.rank_intervals(
        holed, trial.indicators, answers=trial.answers, draws=20, levels=(0, 4), n_donors=3
    ).settings
    assert settings["vary"] == ("weights", "normalise", "aggregate", "missing", "severity")
    assert settings["not_varied"] == {}
    assert settings["levels"] == (0, 4)
    assert settings["n_donors"] == 3
    assert settings["error"] > 0


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"weight_noise": 0.0}, "weights"),
        ({"normalise": ("minmax",)}, "normalise"),
        ({"aggregate": ("geometric",), "normalise": ("goalposts",)}, "aggregate"),
    ],
)
def test_a_single_choice_is_no_variation(trial, options, name):
    settings = maturity.rank_intervals(trial.levels, trial.indicators, draws=9, **options).settings
    assert name not in settings["vary"]
    assert settings["not_varied"][name]


def test_a_framework_of_one_indicator_has_no_weights_to_vary(trial):
    lone = trial.indicators[trial.indicators["indicator"] == "item_01"].assign(parent="")
    settings = maturity.rank_intervals(trial.levels, lone, draws=9).settings
    assert "weights" in settings["not_varied"]
    assert settings["weight_noise"] == 0


@pytest.mark.parametrize(
    "options",
    [{"floor": 0.0}, {"floor": 1.0}, {"weight_noise": 2}, {"min_answered": -1}, {"level": 1.5},
     {"tier_level": -0.1}, {"n_donors": 0}, {"draws": 0}],
)  # fmt: skip
def test_options_out_of_their_limits_are_named(trial, options):
    with pytest.raises(ChoiceError, match=next(iter(options))):
        maturity.rank_intervals(trial.levels, trial.indicators, **options)


def test_the_level_names_the_columns_and_widens_the_intervals(trial):
    options = {"vary": ("severity",), "answers": trial.answers, "draws": 400}
    wide = maturity.rank_intervals(trial.levels, trial.indicators, **options)
    narrow = maturity.rank_intervals(trial.levels, trial.indicators, level=0.5, **options)
    assert list(narrow.table) == ["nominal", "p25", "median", "p75", "tier"]
    assert narrow.settings["level"] == 0.5
    assert "順位の幅" in repr(narrow)
    covered, width = zip(trial.covered(narrow.table), trial.covered(wide.table), strict=True)
    assert covered[0] < covered[1]
    assert width[0] < width[1]
    assert list(maturity.rank_intervals(trial.levels, trial.indicators, level=0.8, draws=9).table)[1] == "p10"  # fmt: skip


def test_a_higher_tier_level_makes_fewer_tiers(trial):
    options = {"vary": ("severity",), "answers": trial.answers, "draws": 400}
    many, few = (
        maturity.rank_intervals(trial.levels, trial.indicators, tier_level=share, **options)
        for share in (0.55, 0.99)
    )
    assert few.table["tier"].max() < many.table["tier"].max()
    assert few.settings["tier_level"] == 0.99


def test_the_floor_of_geometric_means_is_an_option(dashboard):
    options = {"vary": (), "aggregate": ("geometric",), "normalise": ("goalposts",), "draws": 1}
    for floor in (0.01, 0.3):
        firm = maturity.rank_intervals(*dashboard, floor=floor, **options)
        total = maturity.score(*dashboard, aggregate="geometric", scale=(floor, 1)).total
        assert firm.table["nominal"].tolist() == maturity.competition_ranks(total).tolist()
        assert firm.settings["floor"] == floor
        moved = maturity.leave_one_out(*dashboard, aggregate="geometric", floor=floor)
        assert moved.attrs["settings"]["floor"] == floor


def test_sensitivity_turns_on_the_floor_and_can_draw_it_as_a_factor(dashboard):
    low, high = (
        maturity.sensitivity(*dashboard, draws=128, floor=floor).set_index("factor")["S1"]
        for floor in (0.01, 0.2)
    )
    # at a hundredth aggregation moves the order most, at a fifth normalisation does
    assert low["aggregate"] > low["normalise"] + 0.15
    assert high["normalise"] > high["aggregate"] + 0.15
    drawn = maturity.sensitivity(*dashboard, draws=128, floor=(0.01, 0.2))
    assert drawn["factor"].tolist()[-1] == "floor"
    assert drawn["label"].tolist()[-1] == "幾何平均の下端"
    settings = drawn.attrs["settings"]
    assert settings["floor"] == (0.01, 0.2)
    assert settings["vary"] == ("weights", "normalise", "aggregate", "floor")
    assert set(settings["not_varied"]) == {"missing", "severity"}
    with pytest.raises(ChoiceError, match="floor"):
        maturity.sensitivity(*dashboard, draws=8, floor=(0.2, 0.01))
    # arithmetic means alone do not feel it
    still = maturity.sensitivity(*dashboard, draws=8, vary=("weights",), floor=(0.01, 0.2))
    assert "floor" not in set(still["factor"])


def test_sensitivity_gives_the_same_half_widths_each_time(dashboard):
    first, second = (maturity.sensitivity(*dashboard, draws=16) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_how_many_alternatives_there_are_is_an_option(trial):
    holed = trial.levels.copy()
    holed.iloc[2:6, 3:9] = np.nan
    table = maturity.sensitivity(
        holed, trial.indicators, answers=trial.answers, draws=16, n_alternatives=4, n_donors=2
    )
    settings = table.attrs["settings"]
    assert (settings["n_alternatives"], settings["n_donors"]) == (4, 2)
    assert settings["vary"] == ("weights", "normalise", "aggregate", "missing", "severity")
    assert settings["levels"] == (0.0, 5.0)


def test_other_constants_are_options_too(trial):
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 2)))
    types = maturity.typology(table, draws=10, max_types=3, stable_from=0.0)
    assert types.settings["n_types"] <= 3
    assert (types.settings["max_types"], types.settings["stable"]) == (3, True)
    scores = maturity.score(trial.levels, trial.indicators, impute="neighbours", n_donors=2)
    assert scores.settings["n_donors"] == 2
    names = ["item_01", "item_02", "item_03"]
    tilted = pd.DataFrame([[1, 2, 2], [0.5, 1, 5], [0.5, 0.2, 1]], index=names, columns=names)
    weighted = maturity.reweight(trial.indicators, method="ahp", comparisons=tilted, max_ratio=0.5)
    assert weighted.attrs["settings"] == {"method": "ahp", "max_ratio": 0.5}
    steps = maturity.next_steps(scores, trial.levels.index[0], certainty=(0.0, 0.0))
    assert set(steps["sure"]) == {"高い"}
    assert steps.attrs["settings"]["certainty"] == (0.0, 0.0)
