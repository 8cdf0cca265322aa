"""How firm is each municipality's place, once everything chosen or guessed may be otherwise?"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray
from dxkit._checks import (
    require_executor,
    require_number,
    require_share,
    require_whole_number,
)
from dxkit.maturity._answer_noise import gather_noise, warn_of_unvisited
from dxkit.maturity._competition_ranks import RankArray
from dxkit.maturity._draw_weights import WEIGHT_NOISE
from dxkit.maturity._draw_workers import rank_all_draws
from dxkit.maturity._framework import parse_framework, read_sorted_figures, sort_framework
from dxkit.maturity._heading_rule import MIN_ANSWERED
from dxkit.maturity._method_texts import describe_rank_intervals
from dxkit.maturity._missing_answers import N_DONORS
from dxkit.maturity._monte_carlo import FLOOR, MAX_FLOOR, Plan
from dxkit.maturity._plain_framework import complete_framework
from dxkit.maturity._rank_draws import count_above, group_by_unit
from dxkit.maturity._rank_table import MIN_FOR_INTERVAL, build_rank_table, find_ranked, name_ends
from dxkit.maturity._usable_methods import (
    AGGREGATIONS,
    NORMALISATIONS,
    find_kept_columns,
    list_dropped,
    pair_methods,
    plan_methods,
)
from dxkit.maturity._varied_choices import VARY, check_vary, explain_not_varied, find_varied
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance

# share of draws in which a tier's head is before the next tier's
TIER_LEVEL = 0.9
# share of draws inside an interval
INTERVAL_LEVEL = 0.9
# lowest and highest level of a hearing
LEVELS = (0.0, 5.0)


@dataclass(frozen=True)
class RankIntervals(TableResult):
    """Places of municipalities over many draws.

    Attributes
    ----------
    table
        Index ``code``: ``nominal`` (rank as scored without any variation), ``p05, median, p95`` of
        the drawn ranks (``p10, median, p90`` for a level of 0.8), ``tier`` (1 is foremost; the
        order within a tier is not settled). Whole numbers, missing where too little was answered
        (``min_answered``).
    ranks
        Draws × municipalities; those without an interval rank behind everybody.
    settings
        ``vary`` (what was really varied) and ``not_varied`` (why the rest was not); ``methods``
        used and ``left_out``; ``dropped`` (indicators that a normalisation could not use);
        ``error`` of an answer; ``without_interval`` (codes); and every option as it was used.
    """

    table: pd.DataFrame
    ranks: RankArray
    settings: dict[str, Any]

    def _describe_method(self) -> MethodText:
        return describe_rank_intervals(self.settings, len(self.table))

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
        low, high = (self.table[name] for name in name_ends(self.settings["level"]))
        width = float((high - low).mean())
        draws = self.ranks.shape[0]
        return f"<順位の幅: {len(self.table)}市町、{draws:,}回、幅の平均 {width:.1f}>"


@accepts_any_table("values", "indicators", "answers")
def rank_intervals(
    values: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    *,
    draws: int = 10_000,
    seed: int = 0,
    vary: Sequence[str] = VARY,
    answers: pd.DataFrame | None = None,
    executor: Executor | None = None,
    weight_noise: float = WEIGHT_NOISE,
    normalise: Sequence[str] = NORMALISATIONS,
    aggregate: Sequence[str] = AGGREGATIONS,
    levels: tuple[float, float] = LEVELS,
    min_answered: float | None = None,
    level: float = INTERVAL_LEVEL,
    tier_level: float = TIER_LEVEL,
    floor: float = FLOOR,
    n_donors: int = N_DONORS,
) -> RankIntervals:
    """Compute the range of places that each municipality takes over draws of all that is uncertain.

    Parameters
    ----------
    values
        One row a municipality (index or column ``code``; an index of other names, such as
        countries, serves, too), one column an indicator.
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
        Share of the weight (0–1) that a municipality must have answered. With less it gets no
        interval, and no nominal rank where `score` gives no total. By default nominal ranks, and
        draws in which blanks stay blanks, follow the rule of `score` (0.6 of each heading), and
        drawn answers give everybody an interval who has answered a fifth of the weight.
    level
        Share of the draws (0–1) inside an interval; names the columns (0.9: ``p05``, ``p95``).
    tier_level
        Share of the draws (0–1) in which a tier's foremost municipality is before the next tier.
    floor
        Lower end of the normalised scale (above 0, below 1), of which geometric means take the
        logarithm: the lower, the more a weakness counts.
    n_donors
        Most answers among which a missing one is drawn, once the standing is drawn.

    Returns
    -------
    RankIntervals

    Raises
    ------
    ChoiceError
        If something to vary is unknown, an option is out of its limits or no pair of methods is
        left.
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
    require_executor(executor, "submit")
    indicators = complete_framework(values, indicators)
    rule = MIN_ANSWERED if min_answered is None else min_answered
    _check_shares(weight_noise=weight_noise, min_answered=rule, level=level, tier_level=tier_level)
    _check_choices(vary, draws=draws, n_donors=n_donors, floor=floor)
    framework = sort_framework(parse_framework(indicators))
    numbers, codes, rows_given = read_sorted_figures(values, framework)
    noise = gather_noise(
        numbers, framework, codes, answers=answers, vary=vary, levels=levels, n_donors=n_donors
    )
    warn_of_unvisited(answers, codes, ~np.isnan(numbers), vary)
    pairs, impossible_pairs = pair_methods(normalise, aggregate, vary)
    kept = find_kept_columns(numbers, pairs, noise)
    methods = plan_methods(pairs, kept, framework)
    varied = find_varied(vary, framework, weight_noise, methods, noise)
    is_ranked = find_ranked(numbers, framework, min_answered, noise)
    plan = Plan(
        *(numbers, framework, methods, noise, is_ranked),
        weight_noise=weight_noise if "weights" in varied else 0.0,
        min_answered=rule,
        floor=floor,
    )
    ranks = rank_all_draws(plan, draws, seed, executor)
    table = build_rank_table(ranks, plan, codes, level=level, tier_level=tier_level)
    settings = {
        "vary": varied,
        "not_varied": explain_not_varied(vary, varied),
        "draws": draws,
        "seed": seed,
        "dropped": list_dropped(kept, framework),
        "level": level,
        "tier_level": tier_level,
        "levels": levels if "severity" in varied else None,
        "n_donors": n_donors if "missing" in varied else None,
        "min_for_interval": MIN_FOR_INTERVAL if min_answered is None else rule,
    }
    settings |= _describe_plan(plan, codes, [*impossible_pairs, *pairs])
    # drawn in the order of the codes, handed back in that of the user's rows
    table = carry_provenance(table.iloc[rows_given], values, indicators, answers)
    return RankIntervals(table, ranks[:, rows_given], settings)


def _check_choices(vary: Sequence[str], *, draws: int, n_donors: int, floor: float) -> None:
    """Refuse what cannot vary, counts below 1 and a floor that leaves no scale above it."""
    check_vary(vary)
    _check_counts(draws=draws, n_donors=n_donors)
    require_number(floor, "floor", high=MAX_FLOOR, above=True)


def _check_counts(**counts: int) -> None:
    """Refuse what is no whole number from 1."""
    for option, count in counts.items():
        require_whole_number(count, option, high=10**9)


def _check_shares(**shares: float) -> None:
    """Refuse shares that are not within 0 and 1."""
    for option, share in shares.items():
        require_share(share, option)


def _describe_plan(plan: Plan, codes: pd.Index, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Describe what was drawn, of all pairs of methods asked for, for the settings."""
    used_pairs = [(method.normalise, method.aggregate) for method in plan.methods]
    return {
        "weight_noise": plan.weight_noise,
        "methods": used_pairs,
        "left_out": [pair for pair in pairs if pair not in used_pairs],
        "error": plan.noise.error if plan.noise else 0.0,
        "min_answered": plan.min_answered,
        "without_interval": tuple(codes[~plan.is_ranked]),
        "floor": plan.floor,
    }
