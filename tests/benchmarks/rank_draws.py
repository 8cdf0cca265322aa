"""How long do ten thousand draws of ranks take, beside the tools that loop?

The same weights go through dxkit's kernel, scikit-criteria and pymcdm (min-max, weighted sum); ranks must be equal. The peers are
run for as many draws as fit a few seconds (50 at least) and scaled, which is fair to them: their cost per draw is constant.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd

from dxkit import maturity

DRAWS, ITEMS, DIMENSIONS = 10_000, 60, 6
BARS = {41: 1000, 1741: 40}


def tables(count):
    """Give figures and a framework of equal weights on two levels."""
    random = np.random.default_rng(count)
    names = [f"i{at}" for at in range(ITEMS)]
    values = pd.DataFrame(
        random.uniform(0, 5, (count, ITEMS)),
        index=[f"{at:05d}" for at in range(count)],
        columns=names,
    )
    rows = [(f"d{at}", "", f"d{at}", 1, 1.0, "", np.nan, np.nan) for at in range(DIMENSIONS)]
    rows += [
        (name, f"d{at * DIMENSIONS // ITEMS}", name, 1, 1.0, "", 0.0, 5.0)
        for at, name in enumerate(names)
    ]
    return values, pd.DataFrame(
        rows, columns=["indicator", "parent", "label", "direction", "weight", "unit", "low", "high"]
    )


def best_of(times, function):
    """Give the least time of several runs, and the last answer."""
    least, answer = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        answer = function()
        least = min(least, time.perf_counter() - start)
    return least, answer


def loop(rank, weights, least_draws=50, seconds=6.0):
    """Run one draw after another for some seconds; give the time of all draws and the ranks seen."""
    ranks, start = [], time.perf_counter()
    for draw in range(len(weights)):
        ranks.append(rank(weights[draw]))
        if draw + 1 >= least_draws and time.perf_counter() - start > seconds:
            break
    return (time.perf_counter() - start) / len(ranks) * len(weights), np.array(ranks)


def by_skcriteria(values):
    from skcriteria import mkdm
    from skcriteria.agg.simple import WeightedSumModel
    from skcriteria.pipelines import mkpipe
    from skcriteria.preprocessing.scalers import CenitDistanceMatrixScaler

    pipeline = mkpipe(CenitDistanceMatrixScaler(), WeightedSumModel())
    matrix, objectives = values.to_numpy(), [max] * values.shape[1]

    def rank(weights):
        return pipeline.evaluate(mkdm(matrix, objectives, weights=weights)).rank_

    return rank


def by_pymcdm(values):
    from pymcdm.methods import WSM
    from pymcdm.normalizations import minmax_normalization

    method, matrix, types = WSM(minmax_normalization), values.to_numpy(), np.ones(values.shape[1])

    def rank(weights):
        return method.rank(method(matrix, weights, types))

    return rank


def weights_only(count):
    """Compare the three on weights alone."""
    values, framework = tables(count)
    options = {"vary": ("weights",), "draws": DRAWS, "normalise": ("minmax",)}
    maturity.rank_intervals(values, framework, **options)
    ours, found = best_of(5, lambda: maturity.rank_intervals(values, framework, **options))
    # the weights that dxkit drew, for everybody
    weights = maturity.draw_weights(framework, draws=DRAWS).to_numpy()
    print(f"{count} x {ITEMS}, {DRAWS} draws of weights: dxkit {ours:.3f} s")
    for name, rank in (("scikit-criteria", by_skcriteria(values)), ("pymcdm", by_pymcdm(values))):
        theirs, ranks = loop(rank, weights)
        same = (ranks == found.ranks[: len(ranks)]).mean()
        bar = f" (bar {BARS[count]})" if name == "scikit-criteria" else ""
        print(
            f"  {name}: {theirs:.1f} s scaled from {len(ranks)} draws; ratio {theirs / ours:,.0f}{bar}; ranks equal {same:.6f}"
        )


def everything():
    """Time the full uncertainty for the whole country."""
    values, framework = tables(1741)
    random = np.random.default_rng(7)
    holed = values.round().mask(random.random(values.shape) < 0.1)
    who = {code: f"R{at % 5}" for at, code in enumerate(values.index)}
    answers = (
        holed.rename_axis("code")
        .reset_index()
        .melt(id_vars="code", var_name="item", value_name="level")
        .dropna()
    )
    answers["rater"] = answers["code"].map(who)
    trial = maturity.hearing_trial(seed=1, n_items=ITEMS)
    stories = trial.answers[trial.answers["code"].str.startswith("V")].copy()
    stories["item"] = stories["item"].map(
        dict(zip(trial.indicators["indicator"].iloc[6:], values.columns, strict=True))
    )
    stories["rater"] = stories["rater"].map({f"R{at + 1}": f"R{at}" for at in range(5)})
    both = pd.concat([answers, stories], ignore_index=True)
    taken, found = best_of(
        3, lambda: maturity.rank_intervals(holed, framework, answers=both, draws=DRAWS)
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"1741 x {ITEMS}, {DRAWS} draws of methods, weights, 10 % missing answers, severity and error: {taken:.2f} s (bar 10), "
          f"process {memory:.2f} GB (bar 4); {found}")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full-only", action="store_true", help="only the full uncertainty")
    if not parser.parse_args().full_only:
        weights_only(41)
        weights_only(1741)
    everything()
