"""Which bases were chosen, whom do they reach, and how sure is that?"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit._optimise.cover import ColumnChoice
from dxkit.drones._method_texts import describe_siting
from dxkit.drones._origin import mark_origin
from dxkit.drones._place_coverage import PlaceCoverage, cover_places
from dxkit.drones._siting_problem import SitingProblem
from dxkit.schema import MethodText, TableResult


@dataclass(frozen=True)
class Siting(TableResult):
    """Chosen bases, whom they reach, and how sure that is.

    Attributes
    ----------
    bases
        The chosen rows of the candidates, with ``existing`` (kept by ``fixed``), ``reached``
        (weight that the base reaches) and ``only`` (weight that no other chosen base reaches), in
        the candidates' order.
    covered
        True for each demand row that a chosen base reaches; index of the demand table.
    share
        0–1: the covered part of all weight.
    value, bound, gap
        What was sought (the covered weight; for `median_bases` the mean distance, for
        `centre_bases` the longest), what no choice can better, and their distance relative to the
        bound: 0 when the choice is proven to be the best (with ``fixed``: of those that keep these
        bases).
    assigned
        One row a demand row: ``base`` (the nearest chosen one that reaches it), ``distance_km``,
        ``times`` (by how many it is reached).
    by_code
        One row a municipality (where the demand has ``code``): ``code, weight, covered, share``.
    settings
        What was asked, ``proven`` (whether the gap is 0), and ``reproducible``: False where
        ``time_limit_s`` stopped the search, so that another machine may find another answer.
    """

    bases: pd.DataFrame
    covered: pd.Series
    share: float
    value: float
    bound: float
    gap: float
    settings: dict[str, Any]
    # large tables that many callers never look at are written when they are asked for
    _coverage: PlaceCoverage = field(repr=False)

    @property
    def assigned(self) -> pd.DataFrame:
        """One row a demand row: ``base``, ``distance_km``, ``times``."""
        return self._coverage.assigned

    @property
    def by_code(self) -> pd.DataFrame:
        """One row a municipality: ``code, weight, covered, share``."""
        return self._coverage.by_code

    def __repr__(self) -> str:
        proof = (
            "証明ずみ"
            if self.settings["proven"]
            else f"証明の途中、最善との差は最大 {self.gap:.2%}"
        )
        return f"<拠点 {len(self.bases)}か所: 届く割合 {self.share:.1%}、値 {self.value:,.6g}（{proof}）>"

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.bases

    def _describe_method(self) -> MethodText:
        return describe_siting(self.settings, len(self.bases), self.gap)


def build_siting(
    problem: SitingProblem, choice: ColumnChoice, *, scale: float = 1.0, **settings: object
) -> Siting:
    """Write down what a choice of candidates means for the demand.

    Parameters
    ----------
    scale
        By which value and bound are divided.
    settings
        Further entries of ``Siting.settings``.
    """
    # from here on positions are those of the user's rows
    choice = problem.restore_columns(choice)
    value = choice.value / scale
    bound = choice.bound / scale
    # where the bound is 0 (nobody in reach) the gap is that of 0 to 0
    gap = abs(bound - value) / max(abs(bound), 1e-12)
    coverage = cover_places(problem, choice.columns)
    total = problem.total_weight
    covered_weight = float(problem.weights[coverage.is_covered].sum())
    bases = _describe_bases(problem, np.sort(choice.columns), coverage)
    covered = pd.Series(coverage.is_covered, index=problem.demand.index, name="covered")
    return Siting(
        bases=mark_origin(bases, *problem.inputs),
        covered=mark_origin(covered, *problem.inputs),
        share=covered_weight / total if total else 0.0,
        value=value,
        bound=bound,
        gap=gap,
        settings={
            **problem.settings,
            "proven": gap == 0,
            "reproducible": choice.is_reproducible,
            **settings,
        },
        _coverage=coverage,
    )


def _describe_bases(
    problem: SitingProblem, columns: IntArray, coverage: PlaceCoverage
) -> pd.DataFrame:
    """Take the chosen rows of the candidates, with the weight that each reaches, also alone."""
    pairs = coverage.pairs
    weights = problem.weights[pairs.place]
    # a place that only one chosen base reaches is lost when that base closes
    weights_alone = np.where(coverage.times[pairs.place] == 1, weights, 0.0)
    base_count = len(problem.names)
    return problem.candidates.iloc[columns].assign(
        existing=np.isin(columns, problem.fixed),
        reached=np.bincount(pairs.base, weights, base_count)[columns],
        only=np.bincount(pairs.base, weights_alone, base_count)[columns],
    )
