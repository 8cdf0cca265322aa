"""Which bases were chosen, whom do they reach, and how sure is that?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit._optimise.cover import ColumnChoice
from dxkit.drones._method_texts import describe_siting
from dxkit.drones._origin import mark_origin
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
    assigned: pd.DataFrame
    by_code: pd.DataFrame
    settings: dict[str, Any]

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
    assigned = _assign_places(problem, choice.columns)
    assigned = assigned.set_axis(problem.demand.index)
    covered = (assigned["times"] > 0).rename("covered")
    total = problem.total_weight
    covered_weight = float(problem.weights[covered.to_numpy()].sum())
    bases = _describe_bases(problem, np.sort(choice.columns), assigned["times"].to_numpy())
    return Siting(
        bases=mark_origin(bases, *problem.inputs),
        covered=mark_origin(covered, *problem.inputs),
        share=covered_weight / total if total else 0.0,
        value=value,
        bound=bound,
        gap=gap,
        assigned=mark_origin(assigned, *problem.inputs),
        by_code=mark_origin(_sum_by_code(problem, covered), *problem.inputs),
        settings={
            **problem.settings,
            "proven": gap == 0,
            "reproducible": choice.is_reproducible,
            **settings,
        },
    )


def _assign_places(problem: SitingProblem, columns: IntArray) -> pd.DataFrame:
    """Assign each place the nearest chosen base that reaches it, and count those that do."""
    pairs = problem.pairs
    is_chosen = np.zeros(pairs.shape[1], dtype=bool)
    is_chosen[columns] = True
    reached = pairs.select(is_chosen[pairs.base])
    # by place, and within a place from near to far: the first pair is the nearest base's
    # of two that are equally near, the one whose name comes first
    name_ranks = np.argsort(problem.base_order)[reached.base]
    order = np.lexsort((name_ranks, reached.km, reached.place))
    places, first = np.unique(reached.place[order], return_index=True)
    # the pair of each place's nearest base; -1 where none reaches it
    nearest_pair = np.full(pairs.shape[0], -1, dtype=np.intp)
    nearest_pair[places] = order[first]
    is_reached = nearest_pair >= 0
    times = np.bincount(reached.place, minlength=len(nearest_pair))
    if not len(reached.base):
        nobody = pd.Series([None] * len(nearest_pair))
        return pd.DataFrame({"base": nobody, "distance_km": np.nan, "times": times})
    bases = pd.Series(problem.names.take(reached.base[nearest_pair])).where(is_reached)
    km = np.where(is_reached, reached.km[nearest_pair], np.nan)
    return pd.DataFrame({"base": bases, "distance_km": km, "times": times})


def _describe_bases(problem: SitingProblem, columns: IntArray, times: IntArray) -> pd.DataFrame:
    """Take the chosen rows of the candidates, with the weight that each reaches, also alone."""
    pairs = problem.pairs
    weights = problem.weights[pairs.place]
    # a place that only one chosen base reaches is lost when that base closes
    weights_alone = np.where(times[pairs.place] == 1, weights, 0.0)
    base_count = len(problem.names)
    return problem.candidates.iloc[columns].assign(
        existing=np.isin(columns, problem.fixed),
        reached=np.bincount(pairs.base, weights, base_count)[columns],
        only=np.bincount(pairs.base, weights_alone, base_count)[columns],
    )


def _sum_by_code(problem: SitingProblem, covered: pd.Series) -> pd.DataFrame:
    """Sum each municipality's weight and its covered part; no rows without codes."""
    if "code" not in problem.demand.columns:
        return pd.DataFrame(
            {"code": pd.Series(dtype="str"), "weight": [], "covered": [], "share": []}
        )
    code_of_place, codes = pd.factorize(problem.demand["code"], sort=True)
    # a place without a code belongs to no municipality
    has_code = code_of_place >= 0
    rows = code_of_place[has_code]
    weights = problem.weights[has_code]
    covered_weights = np.where(covered.to_numpy()[has_code], weights, 0.0)
    sums = np.bincount(rows, weights, len(codes))
    covered_sums = np.bincount(rows, covered_weights, len(codes))
    # a municipality without weight has no share
    shares = np.divide(covered_sums, sums, out=np.full(len(codes), np.nan), where=sums > 0)
    return pd.DataFrame({"code": codes, "weight": sums, "covered": covered_sums, "share": shares})
