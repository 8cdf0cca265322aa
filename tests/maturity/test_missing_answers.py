"""Intervals of municipalities with many blanks hold the truth; too many blanks give no interval."""

import concurrent.futures

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from dxkit import maturity

N_UNITS, N_ITEMS, N_PARTS = 40, 60, 6
PART = np.arange(N_ITEMS) * N_PARTS // N_ITEMS
NAMES = [f"i{item:02d}" for item in range(N_ITEMS)]
FRAME = pd.DataFrame(
    [(f"d{part}", "", f"d{part}", 1, 1.0, "", np.nan, np.nan) for part in range(N_PARTS)]
    + [(name, f"d{part}", name, 1, 1.0, "", 0.0, 5.0) for name, part in zip(NAMES, PART, strict=True)],
    columns=["indicator", "parent", "label", "direction", "weight", "unit", "low", "high"],
)  # fmt: skip
CODES = [f"{28001 + unit}" for unit in range(N_UNITS)]


def _levels(random):
    """Whole levels 0 to 5, clipped at the floor."""
    latent = (
        1.8 + 0.8 * random.normal(size=(N_UNITS, 1))
        + 0.27 * random.normal(size=(N_UNITS, N_PARTS))[:, PART]
        + 0.7 * random.normal(size=N_ITEMS) + 0.9 * random.normal(size=(N_UNITS, N_ITEMS))
    )  # fmt: skip
    return np.clip(np.round(latent), 0, 5)


def _yes_or_no(random):
    """Answers of 0 or 5 by a logistic curve."""
    latent = (
        1.3 * random.normal(size=(N_UNITS, 1))
        + 0.45 * random.normal(size=(N_UNITS, N_PARTS))[:, PART]
        + 0.8 * random.normal(size=N_ITEMS)
    )
    return 5.0 * (random.random((N_UNITS, N_ITEMS)) < 1 / (1 + np.exp(-latent)))


def _skewed(random):
    """Levels with a long tail upwards."""
    latent = np.exp(
        0.5 * random.normal(size=(N_UNITS, 1))
        + 0.14 * random.normal(size=(N_UNITS, N_PARTS))[:, PART]
        + 0.28 * random.normal(size=N_ITEMS) + 0.5 * random.normal(size=(N_UNITS, N_ITEMS))
    )  # fmt: skip
    return np.clip(np.round(latent), 0, 5)


KINDS = {"levels": _levels, "yes or no": _yes_or_no, "skewed": _skewed}


def _holes(random, share, who):
    """Which cells are blank: of everybody, of a quarter, or whole headings of a half."""
    blank = random.random((N_UNITS, N_ITEMS)) < share
    # somebody has answered each item
    blank[random.integers(0, N_UNITS, N_ITEMS), np.arange(N_ITEMS)] = False
    some = random.permutation(N_UNITS)
    if who == "a quarter":
        blank[some[N_UNITS // 4 :]] = False
    if who == "headings of a half":
        blank[:] = False
        for unit in some[: N_UNITS // 2]:
            parts = random.permutation(N_PARTS)[: min(round(share * N_PARTS), N_PARTS - 1)]
            blank[unit] = np.isin(PART, parts)
    return blank


def _coverage(kind, share, who, seeds=range(20), draws=600):
    """Share of true ranks inside, among units with blanks, and the intervals' mean width."""
    inside, width = [], []
    for seed in seeds:
        random = np.random.default_rng([seed, 1])
        whole = KINDS[kind](random)
        truth = rankdata(-whole.sum(axis=1), method="min")
        blank = _holes(random, share, who)
        values = pd.DataFrame(np.where(blank, np.nan, whole), index=CODES, columns=NAMES)
        table = maturity.rank_intervals(
            values, FRAME, vary=("missing",), draws=draws, seed=seed, min_answered=0.0
        ).table.astype(float)
        has_blanks = blank.any(axis=1)
        inside.append(((table["p05"] <= truth) & (truth <= table["p95"]))[has_blanks].mean())
        width.append((table["p95"] - table["p05"])[has_blanks].mean())
    return float(np.mean(inside)), float(np.mean(width))


@pytest.mark.parametrize(("share", "widest"), [(0.3, 6), (0.6, 9)])
def test_nine_in_ten_true_ranks_are_inside_at_many_blanks_of_a_few(share, widest):
    covered, width = _coverage("levels", share, "a quarter")
    assert covered >= 0.88
    assert width <= widest


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", ["everybody", "a quarter", "headings of a half"])
@pytest.mark.parametrize(("share", "least"), [(0.3, 0.88), (0.6, 0.88), (0.9, 0.8)])
def test_true_ranks_are_inside_whoever_has_blanks_and_whatever_was_asked(kind, who, share, least):
    covered, width = _coverage(kind, share, who, draws=1000)
    assert covered >= least
    # all places would hold everything
    assert width <= 24


def _trial_with_holes(seed, share):
    trial = maturity.hearing_trial(seed=seed)
    random = np.random.default_rng([seed, 2])
    values = trial.levels.mask(random.random(trial.levels.shape) < share)
    given = values.rename_axis("code").reset_index().melt(id_vars="code", var_name="item")
    answers = trial.answers.merge(given, on=["code", "item"], how="left")
    is_kept = answers["value"].notna() | answers["code"].str.startswith("V")
    return trial, values, answers[is_kept]


@pytest.mark.slow
@pytest.mark.parametrize(("share", "least"), [(0.3, 0.88), (0.6, 0.88), (0.9, 0.78)])
def test_intervals_with_severity_error_and_blanks_hold_the_true_rank(share, least):
    covered = []
    for seed in range(20):
        trial, values, answers = _trial_with_holes(seed, share)
        firm = maturity.rank_intervals(
            values, trial.indicators, answers=answers, draws=1000, seed=seed, min_answered=0.0
        )
        covered.append(trial.covered(firm.table)[0])
    assert np.mean(covered) >= least


def test_a_unit_with_many_blanks_moves_as_a_whole():
    """Blanks drawn one by one would average out: the fewer answers, the wider the interval."""
    widths = []
    for answered in (60, 30, 12, 6):
        whole = _levels(np.random.default_rng(5))
        blank = np.zeros_like(whole, dtype=bool)
        middle = int(np.argsort(whole.sum(axis=1))[N_UNITS // 2])
        keep = np.random.default_rng(0).permutation(N_ITEMS)[:answered]
        blank[middle] = True
        blank[middle, keep] = False
        values = pd.DataFrame(np.where(blank, np.nan, whole), index=CODES, columns=NAMES)
        table = maturity.rank_intervals(
            values, FRAME, vary=("missing",), draws=800, min_answered=0.0
        ).table
        widths.append(int((table["p95"] - table["p05"]).iloc[middle]))
    assert widths == sorted(widths)
    assert widths[0] == 0
    assert widths[3] > 12


def test_yes_or_no_stays_yes_or_no():
    frame = FRAME[FRAME["indicator"] == "i00"].assign(parent="", high=1.0)
    values = pd.DataFrame({"i00": [1, 1, 1, 0, 0, np.nan]}, index=CODES[:6])
    firm = maturity.rank_intervals(values, frame, vary=("missing",), draws=300, min_answered=0.0)
    ranks = firm.ranks[:, 5]
    # with a yes among the first, with a no behind the three: never in between
    assert set(ranks) == {1, 4}


def test_the_same_seed_draws_the_same_answers_on_any_workers():
    random = np.random.default_rng(1)
    whole = _levels(random)
    values = pd.DataFrame(
        np.where(_holes(random, 0.5, "everybody"), np.nan, whole), index=CODES, columns=NAMES
    )
    options = {"draws": 4500, "seed": 5, "vary": ("weights", "missing")}
    plain = maturity.rank_intervals(values, FRAME, **options)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        shared = maturity.rank_intervals(values, FRAME, executor=pool, **options)
    assert (plain.ranks == shared.ranks).all()


def _few_answers():
    whole = _levels(np.random.default_rng(2))
    values = pd.DataFrame(whole, index=CODES, columns=NAMES)
    # two headings of six, and a third of every heading
    values.iloc[3, PART >= 2] = np.nan
    values.iloc[4, np.arange(N_ITEMS) % 3 > 0] = np.nan
    return values


def test_who_answered_too_little_gets_no_interval_and_the_settings_say_so():
    values = _few_answers()
    firm = maturity.rank_intervals(values, FRAME, draws=200, min_answered=0.5)
    few = values.index[[3, 4]]
    assert firm.settings["min_answered"] == 0.5
    assert firm.settings["without_interval"] == tuple(few)
    assert firm.table.loc[few].isna().all(axis=None)
    rest = firm.table.drop(index=few)
    assert rest.notna().all(axis=None)
    assert rest.max().max() <= N_UNITS - 2
    # nobody's place depends on those without one
    assert firm.above.loc[few].isna().all(axis=None)
    assert firm.above[few].isna().all(axis=None)
    assert firm.first(N_UNITS - 2).drop(few).eq(1).all()
    assert firm.first(3)[few].isna().all()
    assert firm.tiers[few].isna().all()
    assert "順位の幅" in repr(firm)
    total = maturity.score(values, FRAME, min_answered=0.5).total
    assert total[few].isna().all()
    assert firm.table["nominal"].dropna().astype(int).tolist() == maturity.competition_ranks(total.dropna()).tolist()  # fmt: skip


def test_by_default_a_third_of_the_answers_gives_an_interval_and_no_nominal_rank():
    values = _few_answers()
    firm = maturity.rank_intervals(values, FRAME, draws=200)
    assert firm.settings["without_interval"] == ()
    assert firm.settings["min_answered"] == 0.6
    assert firm.settings["min_for_interval"] == 0.2
    shown = firm.table[["p05", "median", "p95"]]
    assert shown.notna().all(axis=None)
    total = maturity.score(values, FRAME).total
    assert firm.table["nominal"].isna().tolist() == total.isna().tolist()
    # with a rank for everybody, numbers stay plain
    whole = maturity.rank_intervals(values, FRAME, draws=200, min_answered=0.0)
    assert all(kind == np.dtype(int) for kind in whole.table.dtypes)


def test_by_default_a_tenth_of_the_answers_gives_no_interval():
    values = _few_answers()
    values.iloc[6, 6:] = np.nan
    firm = maturity.rank_intervals(values, FRAME, draws=200)
    assert firm.settings["without_interval"] == (CODES[6],)
    assert firm.table.iloc[6].isna().all()


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_by_default_nearly_everybody_with_that_many_blanks_has_an_interval_that_holds(share):
    inside = []
    for seed in range(6):
        random = np.random.default_rng([seed, 1])
        whole = _levels(random)
        truth = rankdata(-whole.sum(axis=1), method="min")
        blank = _holes(random, share, "everybody")
        values = pd.DataFrame(np.where(blank, np.nan, whole), index=CODES, columns=NAMES)
        table = maturity.rank_intervals(
            values, FRAME, vary=("missing",), draws=300, seed=seed
        ).table
        inside.append(((table["p05"] <= truth) & (truth <= table["p95"])).fillna(False).mean())
    assert np.mean(inside) >= 0.88


def test_a_nominal_rank_stands_where_score_gives_a_total_though_answers_are_few():
    values = pd.DataFrame(_levels(np.random.default_rng(2)), index=CODES, columns=NAMES)
    # four headings in full, with 0.6 of the weight: 0.667 of the headings, 0.583 of the answers
    values.iloc[0, PART >= 4] = np.nan
    values.iloc[0, [0, 1, 2, 3, 10]] = np.nan
    total = maturity.score(values, FRAME, min_answered=0.6).total
    row = maturity.rank_intervals(values, FRAME, draws=100, min_answered=0.6).table.iloc[0]
    assert not np.isnan(total.iloc[0])
    assert row["nominal"] == maturity.competition_ranks(total).iloc[0]
    assert row[["p05", "median", "p95", "tier"]].isna().all()


def test_who_answered_nothing_may_be_anywhere():
    values = pd.DataFrame(_levels(np.random.default_rng(2)), index=CODES, columns=NAMES)
    values.iloc[7] = np.nan
    assert maturity.rank_intervals(values, FRAME, draws=9).settings["without_interval"] == (
        CODES[7],
    )
    table = maturity.rank_intervals(
        values, FRAME, draws=1000, vary=("missing",), min_answered=0.0
    ).table
    assert pd.isna(table.loc[CODES[7], "nominal"])
    assert table.loc[CODES[7], "p05"] <= 5
    assert table.loc[CODES[7], "p95"] >= 36
    # without answers drawn there is no total to rank
    still = maturity.rank_intervals(values, FRAME, draws=10, vary=("weights",))
    assert still.settings["without_interval"] == (CODES[7],)
