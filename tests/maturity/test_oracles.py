"""Every method against the handbook's formulas, written again without the toolkit, to nine digits."""

import ast
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from oracles import indices, statistics

from dxkit import maturity, store

FOLDER = Path(__file__).parent / "oracles"
TREE = [
    ("way", "", 2.0, 1, math.nan, math.nan), ("work", "", 1.0, 1, math.nan, math.nan),
    ("deep", "work", 3.0, 1, math.nan, math.nan), ("alone", "", 0.5, -1, 0.0, 5.0),
    ("a", "way", 1.0, 1, 0.0, 4.0), ("b", "way", 2.0, -1, 0.0, 5.0), ("c", "way", 1.5, 1, 1.0, 5.0),
    ("d", "deep", 1.0, 1, 0.0, 5.0), ("e", "deep", 1.0, 1, 0.0, 6.0), ("f", "work", 1.0, 1, 0.0, 5.0),
]  # fmt: skip
FRAME = pd.DataFrame(
    TREE, columns=["indicator", "parent", "weight", "direction", "low", "high"]
).assign(label="", unit="")
NAMES = [row[0] for row in indices.find_leaves(TREE)]
SEEDS = range(30)
NORMALISATIONS = ("goalposts", "minmax", "zscore", "rank", "percentile")
PAIRS = [(one, "arithmetic") for one in NORMALISATIONS] + [
    (one, mean) for one in ("goalposts", "minmax", "percentile") for mean in ("geometric", "harmonic")
]  # fmt: skip


def test_no_oracle_imports_the_toolkit():
    names = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                names.add((node.module or "").split(".")[0])
    assert names == {"math", "statistics", "numpy", "scipy"}


def random_table(seed, blanks=0.25, units=14, whole=True):
    """Levels with blanks; the first two have answered everything, at both ends."""
    random = np.random.default_rng(seed)
    figures = random.uniform(0, 5, (units, len(NAMES)))
    figures = figures.round() if whole else figures
    figures[random.random(figures.shape) < blanks] = np.nan
    figures[0], figures[1] = 0, 5
    return pd.DataFrame(figures, index=[f"{28201 + row}" for row in range(units)], columns=NAMES)


def as_dicts(table):
    return {
        code: {name: None if np.isnan(figure) else figure for name, figure in row.items()}
        for code, row in table.to_dict("index").items()
    }


def as_numbers(figures, name):
    return [math.nan if row[name] is None else row[name] for row in figures.values()]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("normalise", "mean"), PAIRS)
def test_scores_of_a_table_with_blanks_are_the_formulas(normalise, mean, seed):
    table = random_table(seed, whole=seed % 2 == 0)
    scale = (0.0, 1.0) if mean == "arithmetic" else (0.01, 1.0)
    scaled = indices.normalise(as_dicts(table), TREE, normalise, scale)
    expected = indices.aggregate(scaled, TREE, mean, 0.6)
    scores = maturity.score(table, FRAME, normalise=normalise, aggregate=mean)
    for name in NAMES:
        assert scores.normalised[name].tolist() == pytest.approx(
            as_numbers(scaled, name), abs=1e-9, nan_ok=True
        )
    for name in scores.dimensions:
        assert scores.dimensions[name].tolist() == pytest.approx(
            as_numbers(expected, name), abs=1e-9, nan_ok=True
        )
    totals = as_numbers(expected, "total")
    assert scores.total.tolist() == pytest.approx(totals, abs=1e-9, nan_ok=True)
    ranks = indices.rank({code: row["total"] for code, row in expected.items()})
    assert maturity.competition_ranks(scores.total).to_dict() == ranks


@pytest.mark.parametrize("seed", SEEDS)
def test_copeland_counts_wins_less_losses_of_what_both_have_answered(seed):
    table = random_table(seed)
    expected = indices.copeland(indices.normalise(as_dicts(table), TREE, "goalposts", (0, 1)), TREE)
    total = maturity.score(table, FRAME, aggregate="copeland", min_answered=0.0).total
    assert total.tolist() == pytest.approx(list(expected.values()), abs=1e-9)


@pytest.mark.parametrize("rule", [{}, {"min_answered": 0.0}])
@pytest.mark.parametrize("mean", ["arithmetic", "geometric"])
@pytest.mark.parametrize("seed", SEEDS)
def test_order_nominal_rank_and_draws_without_noise_are_equal(seed, mean, rule):
    table = random_table(seed)
    scaled = indices.normalise(as_dicts(table), TREE, "goalposts", (0.01, 1.0))
    figures = indices.aggregate(scaled, TREE, mean, rule.get("min_answered", 0.6))
    ranks = indices.rank({code: row["total"] for code, row in figures.items()})
    firm = maturity.rank_intervals(
        table, FRAME, vary=("weights",), weight_noise=0.0, aggregate=(mean,), draws=5, **rule
    )
    total = maturity.score(table, FRAME, aggregate=mean, **rule).total
    assert maturity.competition_ranks(total).to_dict() == ranks
    assert (firm.ranks == list(ranks.values())).all()
    nominal = firm.table["nominal"]
    assert nominal.isna().tolist() == [row["total"] is None for row in figures.values()]
    assert nominal.dropna().to_dict() == {code: ranks[code] for code in nominal.dropna().index}


@pytest.mark.parametrize("mean", ["arithmetic", "geometric"])
@pytest.mark.parametrize("seed", range(6))
def test_rank_intervals_are_those_of_scoring_draw_after_draw(seed, mean):
    table = random_table(seed)
    scaled = indices.normalise(as_dicts(table), TREE, "goalposts", (0.01, 1.0))
    weights = maturity.draw_weights(FRAME, draws=80, seed=seed)
    drawn_ranks = []
    for shares in weights.to_dict("records"):
        # a heading's drawn weight is that of all that stands below it
        drawn = dict(shares)
        for name in ("way", "deep", "work"):
            drawn[name] = sum(drawn[row[0]] for row in TREE if row[1] == name)
        figures = indices.aggregate(scaled, TREE, mean, 0.6, drawn)
        drawn_ranks.append(indices.rank({code: row["total"] for code, row in figures.items()}))
    firm = maturity.rank_intervals(
        table, FRAME, vary=("weights",), aggregate=(mean,), draws=80, seed=seed
    )
    for column, code in enumerate(table.index):
        ranks = [draw[code] for draw in drawn_ranks]
        assert firm.ranks[:, column].tolist() == ranks
        if not pd.isna(firm.table.loc[code, "p05"]):
            quantiles = [indices.quantile(ranks, share) for share in (0.05, 0.5, 0.95)]
            assert firm.table.loc[code, ["p05", "median", "p95"]].tolist() == quantiles


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.1, 0.5)])
def test_the_best_light_is_the_linear_programme_of_the_definition(seed, low, high):
    figures = np.random.default_rng(seed).uniform(0.2, 1, (9, 4))
    table = pd.DataFrame(figures, index=list("abcdefghi"), columns=list("wxyz"))
    expected = statistics.benefit_of_doubt(figures.tolist(), low, high)
    score = maturity.benefit_of_doubt(table, low=low, high=high)["score"]
    assert score.tolist() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_kendalls_w_is_the_formula_with_ties(seed):
    ratings = np.random.default_rng(seed).integers(-2, 3, (7, 6))
    w, _ = store.kendall_w(pd.DataFrame(ratings))
    assert w == pytest.approx(statistics.kendall_w(ratings.tolist()), abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_cronbachs_alpha_is_the_formula(seed):
    table = random_table(seed, blanks=0.0, whole=False)
    scores = maturity.score(table, FRAME)
    alpha = maturity.consistency(scores, draws=2)["alpha"]
    members = scores.normalised[["a", "b", "c"]].to_numpy().tolist()
    assert alpha["way"] == pytest.approx(statistics.cronbach(members), abs=1e-9)


def test_the_oracle_of_variance_shares_knows_an_analytic_function():
    # y = 2a + b + ab over a, b in {-1, 1}: variances 4, 1 and 1 of 6
    ends = np.array([-1.0, 1.0])
    outputs = 2 * ends[:, None] + ends[None, :] + ends[:, None] * ends[None, :]
    first, total = statistics.two_level_shares(outputs)
    assert first == pytest.approx([4 / 6, 1 / 6])
    assert total == pytest.approx([5 / 6, 2 / 6])


@pytest.mark.parametrize("seed", range(2))
def test_sobol_indices_are_those_of_the_table_of_all_choices(seed):
    """Two choices of two methods each: every output by the formulas, every share of variance exactly."""
    table = random_table(seed, blanks=0.0, units=20)
    scales = ("goalposts", "minmax")
    means = ("arithmetic", "geometric")
    # goalposts that are not the ends of the columns, so that normalisation matters
    tree = [(*row[:4], row[4] - 3, row[5] + 1) for row in TREE]
    frame = FRAME.assign(low=FRAME["low"] - 3, high=FRAME["high"] + 1)
    ranks = {}
    for scale in scales:
        scaled = indices.normalise(as_dicts(table), tree, scale, (0.01, 1.0))
        for mean in means:
            figures = indices.aggregate(scaled, tree, mean, 0.6)
            ranks[scale, mean] = indices.rank({code: row["total"] for code, row in figures.items()})
    nominal = ranks["goalposts", "arithmetic"]
    shift = np.array([
        [np.mean([abs(ranks[scale, mean][code] - nominal[code]) for code in nominal]) for mean in means]
        for scale in scales
    ])  # fmt: skip
    first, total = statistics.two_level_shares(shift)
    effects = maturity.sensitivity(
        table, frame, vary=("normalise", "aggregate"), draws=256
    ).set_index("factor")
    assert effects.attrs["mean"] == pytest.approx(shift.mean(), rel=0.01)
    assert effects.loc[["normalise", "aggregate"], "S1"].tolist() == pytest.approx(first, abs=0.05)
    assert effects.loc[["normalise", "aggregate"], "ST"].tolist() == pytest.approx(total, abs=0.05)
