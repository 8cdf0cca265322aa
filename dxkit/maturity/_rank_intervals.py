"""How firm is each municipality's place, once everything that was chosen or guessed may be otherwise?"""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import ThreadpoolController

from dxkit.errors import ChoiceError
from dxkit.maturity import _ranks
from dxkit.maturity._aggregate import aggregated
from dxkit.maturity._framework import Floats, Framework, build, figures
from dxkit.maturity._impute import donors
from dxkit.maturity._monte_carlo import FLOOR, Noise, Plan, ranks_of_draws
from dxkit.maturity._normalise import normalised
from dxkit.maturity._raters import rater_severity

VARY = ("weights", "normalise", "aggregate", "missing", "severity")
NORMALISATIONS = ("goalposts", "minmax", "zscore")
AGGREGATIONS = ("arithmetic", "geometric")
WEIGHT_NOISE = 0.25
TIER_LEVEL = 0.9
# draws that one worker takes at a time
PORTION = 2048
# ranks to be found (draws × municipalities) below which handing work to threads costs more than it saves
SMALL = 2_000_000


@dataclass(frozen=True)
class RankIntervals:
    """Places of municipalities over many draws.

    Attributes
    ----------
    table
        Index ``code``: ``nominal`` (rank as scored without any variation), ``p05, median, p95`` of the drawn ranks, ``tier``
        (1 is foremost; the order within a tier is not settled).
    ranks
        Draws × municipalities.
    settings
        What varied, the combinations of methods used and left out, draws, seed.
    """

    table: pd.DataFrame
    ranks: _ranks.Ranks
    settings: dict[str, Any]

    @cached_property
    def above(self) -> pd.DataFrame:
        """Share of draws in which the row's municipality is before the column's (a tie counts half)."""
        return pd.DataFrame(
            _ranks.above(_ranks.by_unit(self.ranks)),
            index=self.table.index,
            columns=self.table.index,
        )

    @cached_property
    def tiers(self) -> pd.Series:
        """Tier of each municipality: 1 is foremost; the order within a tier is not settled."""
        return self.table["tier"]

    def first(self, count: int) -> pd.Series:
        """Give the share of draws in which each municipality is among the first ``count``.

        Parameters
        ----------
        count
            How many places from the top.

        Returns
        -------
        pandas.Series
        """
        return pd.Series(
            (self.ranks <= count).mean(axis=0), index=self.table.index, name=f"first_{count}"
        )

    def __repr__(self) -> str:
        return f"<順位の幅: {len(self.table)}市町、{self.ranks.shape[0]:,}回、幅の平均 {self._width():.1f}>"

    def _width(self) -> float:
        return float((self.table["p95"] - self.table["p05"]).mean())


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
) -> RankIntervals:
    """Give the range of places that each municipality takes over draws of everything uncertain.

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
        What varies: ``"weights"`` (each by ± ``weight_noise`` of itself, heading by heading), ``"normalise"``,
        ``"aggregate"``, ``"missing"`` (missing answers drawn from like municipalities), ``"severity"`` (interviewers'
        severity and the error of an answer, estimated from cases that several interviewers rated; needs ``answers``).
    answers
        One row an answer (``code, item, rater, level``), the fictional towns among them; needed for ``"severity"``.
    executor
        Workers to share the draws: any `concurrent.futures.Executor`; by default this computer's cores.
    weight_noise
        Share (0–1) by which a weight may vary.
    normalise, aggregate
        The methods among which a draw chooses. Pairs that do not go together (z-scores have no geometric mean) are left out
        and listed in the settings.
    levels
        Lowest and highest level of an answer.

    Returns
    -------
    RankIntervals

    Raises
    ------
    ChoiceError
        If something to vary is unknown or no pair of methods is left.
    TableError
        If tables do not fit, or interviewers share no case.

    Notes
    -----
    Uncertainty analysis of the OECD/JRC handbook (step 7; Saisana, Saltelli & Tarantola 2005), with the answers' own
    uncertainty: a draw takes back a drawn severity and error from every answer. Methods that stay the same are the first of
    ``normalise`` and ``aggregate``. Aggregation is by the product of weights from the leaf up, the same at every heading.
    """
    unknown = [name for name in vary if name not in VARY]
    if unknown or draws < 1:
        wrong = f"vary の「{unknown[0]}」" if unknown else f"draws={draws}"
        raise ChoiceError(
            f"{wrong} は使えません。vary は {'・'.join(VARY)} から、draws は1以上を選んでください。"
        )
    framework = build(indicators)
    numbers, codes = figures(values, framework)
    methods, left_out = _methods(normalise, aggregate, vary)
    noise = noise_of(numbers, codes, answers=answers, vary=vary, levels=levels)
    plan = Plan(numbers, framework, methods, weight_noise if "weights" in vary else 0.0, noise)
    ranks = _all_draws(plan, draws, seed, executor)
    settings = {
        "vary": tuple(vary),
        "draws": draws,
        "seed": seed,
        "weight_noise": weight_noise,
        "methods": methods,
    }
    settings |= {"left_out": left_out, "error": noise.error if noise else 0.0}
    return RankIntervals(_table(ranks, numbers, codes, framework, methods[0]), ranks, settings)


def _methods(
    normalise: Sequence[str], aggregate: Sequence[str], vary: Sequence[str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Give the pairs of methods that a draw may take, and those that do not go together."""
    for name in (*normalise, *aggregate):
        if name not in (*NORMALISATIONS, *AGGREGATIONS):
            offered = (
                f"normalise は {'・'.join(NORMALISATIONS)}、aggregate は {'・'.join(AGGREGATIONS)}"
            )
            raise ChoiceError(
                f"「{name}」は順位の幅の計算では使えません。{offered} から選んでください。"
            )
    ways = list(normalise) if "normalise" in vary else list(normalise)[:1]
    means = list(aggregate) if "aggregate" in vary else list(aggregate)[:1]
    pairs = list(product(ways, means))
    good = [pair for pair in pairs if pair != ("zscore", "geometric")]
    if not good:
        raise ChoiceError(
            "組み合わせられる方法がありません。zscore は geometric と組み合わせられません。"
        )
    return good, [pair for pair in pairs if pair not in good]


def noise_of(
    numbers: Floats,
    codes: pd.Index,
    *,
    answers: pd.DataFrame | None,
    vary: Sequence[str],
    levels: tuple[float, float],
) -> Noise | None:
    """Gather what is uncertain in the answers; ``None`` if nothing is."""
    severe = "severity" in vary and answers is not None
    holes = "missing" in vary and bool(np.isnan(numbers).any())
    if not severe and not holes:
        return None
    rows, columns, given = donors(numbers)
    raters = np.full(numbers.shape[0], -1)
    severity, spread, error = np.zeros(0), np.zeros(0), 0.0
    ends = (np.nanmin(numbers, axis=0), np.nanmax(numbers, axis=0))
    if severe and answers is not None:
        found = rater_severity(answers)
        who = answers.drop_duplicates("code").set_index("code")["rater"].astype(str)
        raters = found.table.index.get_indexer(pd.Index(who.reindex(codes).fillna("")))
        severity, spread = found.table["severity"].to_numpy(), found.table["se"].to_numpy()
        error = found.error
        ends = (np.full(numbers.shape[1], levels[0]), np.full(numbers.shape[1], levels[1]))
    return Noise(
        rows, columns, given, np.asarray(raters, dtype=np.intp), severity, spread, error, ends
    )


def _all_draws(plan: Plan, draws: int, seed: int, executor: Executor | None) -> _ranks.Ranks:
    """Share the draws among workers; each portion has a seed of its own, so the number of workers changes nothing."""
    counts = [min(PORTION, draws - start) for start in range(0, draws, PORTION)]
    seeds = np.random.SeedSequence(seed).spawn(len(counts))
    if executor is not None:
        return np.concatenate([job.result() for job in _submit(executor, plan, counts, seeds)])
    # one thread a worker: those of the matrix library would wait for each other
    with _libraries().limit(limits=1):
        if draws * plan.numbers.shape[0] < SMALL and plan.noise is None:
            return np.concatenate(
                [
                    ranks_of_draws(plan, count, each)
                    for count, each in zip(counts, seeds, strict=True)
                ]
            )
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            return np.concatenate([job.result() for job in _submit(pool, plan, counts, seeds)])


@lru_cache
def _libraries() -> ThreadpoolController:
    """Find the libraries that have threads of their own; once, because it takes a while."""
    return ThreadpoolController()


def _submit(
    pool: Executor, plan: Plan, counts: Sequence[int], seeds: Sequence[np.random.SeedSequence]
) -> list[Any]:
    return [
        pool.submit(ranks_of_draws, plan, count, seed)
        for count, seed in zip(counts, seeds, strict=True)
    ]


def _table(
    ranks: _ranks.Ranks,
    numbers: Floats,
    codes: pd.Index,
    framework: Framework,
    method: tuple[str, str],
) -> pd.DataFrame:
    units = _ranks.by_unit(ranks)
    low, median, high = _ranks.quantiles(units, (0.05, 0.5, 0.95)).T
    scaled = normalised(numbers, framework, method[0], (FLOOR, 1.0))
    nominal = _ranks.ranks_of(aggregated(scaled, framework, method[1], 0.0)[:, -1][None, :])[0]
    tier = _ranks.tiers(units, median.astype(float), TIER_LEVEL)
    found = {"nominal": nominal, "p05": low, "median": median, "p95": high, "tier": tier}
    return pd.DataFrame(found, index=codes).astype(int)
