"""How firm is each municipality's place, once everything chosen or guessed may be otherwise?"""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import ThreadpoolController

from dxkit._arrays import BoolArray, FloatArray
from dxkit.errors import ChoiceError
from dxkit.maturity._aggregate import aggregate_headings
from dxkit.maturity._answer_noise import gather_noise
from dxkit.maturity._competition_ranks import RankArray, rank_rows
from dxkit.maturity._draw_weights import WEIGHT_NOISE, split_draws
from dxkit.maturity._framework import (
    Framework,
    build_framework,
    read_sorted_figures,
    sort_framework,
)
from dxkit.maturity._heading_rule import SHARE_TOLERANCE, find_present
from dxkit.maturity._monte_carlo import FLOOR, Noise, Plan, rank_draws
from dxkit.maturity._normalise import normalise_kept
from dxkit.maturity._rank_draws import count_above, find_quantiles, group_by_unit, group_tiers
from dxkit.maturity._usable_methods import (
    AGGREGATIONS,
    NORMALISATIONS,
    find_kept,
    list_dropped,
    pair_methods,
    plan_methods,
)
from dxkit.schema import carry_provenance

VARY = ("weights", "normalise", "aggregate", "missing", "severity")
# share of draws in which a tier's head is before the next tier's
TIER_LEVEL = 0.9
# ranks to be computed (draws × municipalities) below which handing work to threads costs more than
# it saves
MIN_RANKS_FOR_THREADS = 2_000_000


@dataclass(frozen=True)
class RankIntervals:
    """Places of municipalities over many draws.

    Attributes
    ----------
    table
        Index ``code``: ``nominal`` (rank as scored without any variation), ``p05, median, p95`` of
        the drawn ranks, ``tier`` (1 is foremost; the order within a tier is not settled). Whole
        numbers, missing where too little was answered (``min_answered``).
    ranks
        Draws × municipalities; those without an interval rank behind everybody.
    settings
        What varied, the combinations of methods used and left out, the indicators that a
        normalisation dropped, draws, seed.
    """

    table: pd.DataFrame
    ranks: RankArray
    settings: dict[str, Any]

    @cached_property
    def above(self) -> pd.DataFrame:
        """Share of draws in which the row's municipality is before the column's.

        A tie counts half; missing for municipalities without an interval.
        """
        shares = count_above(group_by_unit(self.ranks))
        shares[~self._has_interval] = np.nan
        shares[:, ~self._has_interval] = np.nan
        table = pd.DataFrame(shares, index=self.table.index, columns=self.table.index)
        return carry_provenance(table, self.table)

    @cached_property
    def tiers(self) -> pd.Series:
        """Tier of each municipality: 1 is foremost; the order within a tier is not settled."""
        return self.table["tier"]

    def first(self, count: int) -> pd.Series:
        """Compute how often each municipality is among the first ``count``.

        Parameters
        ----------
        count
            How many places from the top.

        Returns
        -------
        pandas.Series
            Share of draws (0–1); missing for municipalities without an interval.
        """
        share = np.where(self._has_interval, (self.ranks <= count).mean(axis=0), np.nan)
        series = pd.Series(share, index=self.table.index, name=f"first_{count}")
        return carry_provenance(series, self.table)

    @property
    def _has_interval(self) -> BoolArray:
        return np.asarray(self.table["median"].notna(), dtype=bool)

    def __repr__(self) -> str:
        width = float((self.table["p95"] - self.table["p05"]).mean())
        draws = self.ranks.shape[0]
        return f"<順位の幅: {len(self.table)}市町、{draws:,}回、幅の平均 {width:.1f}>"


def rank_intervals(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    draws: int = 10_000,
    seed: int = 0,
    vary: Sequence[str] = VARY,
    answers: pd.DataFrame | None = None,
    executor: Executor | None = None,
    weight_noise: float = WEIGHT_NOISE,
    normalise: Sequence[str] = NORMALISATIONS,
    aggregate: Sequence[str] = AGGREGATIONS,
    levels: tuple[float, float] = (0.0, 5.0),
    min_answered: float = 0.0,
) -> RankIntervals:
    """Compute the range of places that each municipality takes over draws of all that is uncertain.

    Parameters
    ----------
    values
        One row a municipality (index or column ``code``), one column an indicator.
    indicators
        The framework; its order, goalposts and weights are the nominal choice.
    draws
        How many draws.
    seed
        Of the draws: the same seed gives the same intervals, whatever the number of cores.
    vary
        What varies: ``"weights"`` (each by ± ``weight_noise`` of itself, heading by heading),
        ``"normalise"``, ``"aggregate"``, ``"missing"`` (missing answers drawn from like
        municipalities), ``"severity"`` (interviewers' severity and the error of an answer,
        estimated from cases that several interviewers rated; needs ``answers``).
    answers
        One row an answer (``code, item, rater, level``), the fictional towns among them; needed
        for ``"severity"``.
    executor
        Workers to share the draws: any `concurrent.futures.Executor`; by default this computer's
        cores.
    weight_noise
        Share (0–1) by which a weight may vary.
    normalise, aggregate
        The methods among which a draw chooses. Pairs that do not go together (z-scores have no
        geometric mean) are left out and listed in the settings. Minmax and z-scores leave out
        indicators in which everybody is equal, with a warning and a line in the settings.
    levels
        Lowest and highest level of an answer.
    min_answered
        Share of the weight (0–1) that a municipality must have answered, as in `score`; with less
        it gets no interval, and no nominal rank where `score` gives no total. By default everybody
        gets an interval, as wide as the blanks make it.

    Returns
    -------
    RankIntervals

    Raises
    ------
    ChoiceError
        If something to vary is unknown or no pair of methods is left.
    TableError
        If tables do not fit, interviewers share no case, or no indicator varies.

    Notes
    -----
    Uncertainty analysis of the OECD/JRC handbook (step 7; Saisana, Saltelli & Tarantola 2005),
    with the answers' own uncertainty: a draw takes back a drawn severity and error from every
    answer. Methods that stay the same are the first of ``normalise`` and ``aggregate``.

    A municipality's missing answers are drawn together: one standing a draw from what it has
    answered (a mixed model with variances between municipalities, under headings and of items),
    then for each blank an answer that somebody near that standing gave. Blanks are taken to say
    nothing of their own; where the weak do not answer, intervals are too high.
    Missing answers that are not drawn are left out heading by heading, as in `score`: with
    nothing varied, or weights varied by 0, the drawn ranks are the nominal ones.

    Examples
    --------
    >>> import dxkit
    >>> figures, framework = dxkit.load("dashboard"), dxkit.load("indicators_dashboard")
    >>> intervals = rank_intervals(figures, framework, draws=500)
    >>> intervals.table.loc["28100", ["p05", "p95"]].tolist()
    [8, 16]
    """
    unknown = [name for name in vary if name not in VARY]
    if unknown or draws < 1:
        wrong = f"vary の「{unknown[0]}」" if unknown else f"draws={draws}"
        raise ChoiceError(
            f"{wrong} は使えません。vary は {'・'.join(VARY)} から、draws は1以上を選んでください。"
        )
    framework = sort_framework(build_framework(indicators))
    numbers, codes, rows_given = read_sorted_figures(values, framework)
    pairs, left_out = pair_methods(normalise, aggregate, vary)
    noise = gather_noise(numbers, framework, codes, answers=answers, vary=vary, levels=levels)
    fills_blanks = noise is not None and noise.missing is not None
    methods = plan_methods(pairs, numbers, framework, fills_blanks=fills_blanks)
    noise_of_weights = weight_noise if "weights" in vary else 0.0
    is_ranked = _find_ranked(numbers, framework, min_answered, noise)
    plan = Plan(numbers, framework, methods, noise_of_weights, noise, min_answered, is_ranked)
    ranks = _rank_all_draws(plan, draws, seed, executor)
    kept = {name: find_kept(numbers, name, fills_blanks=fills_blanks) for name, _ in pairs}
    dropped = list_dropped(kept, framework)
    used_pairs = [(method.normalise, method.aggregate) for method in methods]
    settings = {
        "vary": tuple(vary),
        "draws": draws,
        "seed": seed,
        "weight_noise": weight_noise,
        "methods": used_pairs,
        "left_out": [*left_out, *(pair for pair in pairs if pair not in used_pairs)],
        "dropped": dropped,
        "error": noise.error if noise else 0.0,
        "min_answered": min_answered,
        "without_interval": tuple(codes[~is_ranked]),
    }
    table = _build_table(ranks, plan, codes)
    if (np.diff(rows_given) != 1).any():
        # drawn in the order of the codes, handed back in that of the user's rows
        table = table.iloc[rows_given]
        ranks = ranks[:, rows_given]
    return RankIntervals(carry_provenance(table, values, indicators, answers), ranks, settings)


def _rank_all_draws(plan: Plan, draws: int, seed: int, executor: Executor | None) -> RankArray:
    """Share the draws among workers.

    Each portion has a seed of its own, so the number of workers changes nothing.
    """
    portions = split_draws(draws, seed)
    if executor is not None:
        return _collect_ranks(executor, plan, portions)
    # one thread a worker: those of the matrix library would wait for each other
    with _find_libraries().limit(limits=1):
        n_ranks = draws * plan.numbers.shape[0]
        if n_ranks < MIN_RANKS_FOR_THREADS and plan.noise is None:
            return np.concatenate([rank_draws(plan, *portion) for portion in portions])
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            return _collect_ranks(pool, plan, portions)


@lru_cache
def _find_libraries() -> ThreadpoolController:
    """Find the libraries that have threads of their own; once, because it takes a while."""
    return ThreadpoolController()


def _collect_ranks(
    pool: Executor, plan: Plan, portions: Sequence[tuple[int, np.random.SeedSequence]]
) -> RankArray:
    jobs = [pool.submit(rank_draws, plan, count, seed) for count, seed in portions]
    # in the order of the portions, whichever is ready first
    return np.concatenate([job.result() for job in jobs])


def _find_ranked(
    numbers: FloatArray, framework: Framework, min_answered: float, noise: Noise | None
) -> BoolArray:
    """Find the units that have answered enough to be ranked in draws."""
    is_answered = ~np.isnan(numbers)
    is_ranked = is_answered @ framework.leaf_weights >= min_answered - SHARE_TOLERANCE
    if noise is None or noise.missing is None:
        # without answers drawn, a total that is not there stays away
        is_ranked &= find_present(is_answered, framework, min_answered)[:, -1]
    return np.asarray(is_ranked)


def _build_table(ranks: RankArray, plan: Plan, codes: pd.Index) -> pd.DataFrame:
    """Build one row a unit; units without an interval have a nominal rank at most."""
    # what nobody has answered counts as missing here, as in `score`
    nominal_pair = (plan.methods[0].normalise, plan.methods[0].aggregate)
    method = plan_methods([nominal_pair], plan.numbers, plan.framework, fills_blanks=False)[0]
    scaled = normalise_kept(
        plan.numbers, plan.framework, method.normalise, (FLOOR, 1.0), method.is_kept
    )
    total = aggregate_headings(scaled, method.framework, method.aggregate, plan.min_answered)[:, -1]
    unit_ranks = group_by_unit(ranks[:, plan.is_ranked])
    low, median, high = find_quantiles(unit_ranks, (0.05, 0.5, 0.95)).T
    columns = {
        "p05": low,
        "median": median,
        "p95": high,
        "tier": group_tiers(unit_ranks, median.astype(float), TIER_LEVEL),
    }
    nominal = pd.Series(rank_rows(total[None, :])[0], index=codes).mask(np.isnan(total))
    table = pd.DataFrame({"nominal": nominal})
    for name, column in columns.items():
        table[name] = pd.Series(column, index=codes[plan.is_ranked])
    # whole numbers, with room for missing ones only where there are any
    return table.astype("Int64" if table.isna().any(axis=None) else int)
