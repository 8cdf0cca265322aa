"""Which places do the chosen bases reach, from which base, and what is that by municipality?"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.drones._origin import mark_origin
from dxkit.drones._pairs import Pairs
from dxkit.drones._siting_problem import SitingProblem


@dataclass(frozen=True)
class PlaceCoverage:
    """What the chosen bases mean for each place; its tables are written when they are asked for.

    Attributes
    ----------
    pairs
        Those of the chosen bases.
    times
        By how many bases each place is reached.
    weights
        One a place.
    codes
        The municipality of each place, as it stood when the bases were chosen; None without.
    index
        That of the demand.
    names, base_ranks
        Of all candidates: names, and the place of each in the order of names.
    origin
        An empty table that carries the origin of all inputs.
    """

    pairs: Pairs
    times: IntArray
    weights: FloatArray
    codes: "pd.Series | None"
    index: pd.Index
    names: pd.Index
    base_ranks: IntArray
    origin: pd.Series

    @property
    def is_covered(self) -> BoolArray:
        """Whether a chosen base reaches the place."""
        return self.times > 0

    @cached_property
    def assigned(self) -> pd.DataFrame:
        """The nearest chosen base that reaches each place, how far it is, and how many do."""
        pairs = self.pairs
        # by place, and within a place from near to far: the first pair is the nearest base's
        # of two that are equally near, the one whose name comes first
        order = np.lexsort((self.base_ranks[pairs.base], pairs.km, pairs.place))
        places, first = np.unique(pairs.place[order], return_index=True)
        # -1 where no base reaches the place
        base = np.full(len(self.index), -1, dtype=np.intp)
        base[places] = pairs.base[order[first]]
        km = np.full(len(self.index), np.nan)
        km[places] = pairs.km[order[first]]
        names: object = np.full(len(self.index), None, dtype=object)
        if len(pairs.base):
            # -1 becomes a gap
            names = pd.api.extensions.take(self.names.values, base, allow_fill=True)
        table = pd.DataFrame(
            {"base": names, "distance_km": km, "times": self.times}, index=self.index
        )
        return mark_origin(table, self.origin)

    @cached_property
    def by_code(self) -> pd.DataFrame:
        """Each municipality's weight and its covered part; no rows without codes."""
        if self.codes is None:
            nothing = {"code": pd.Series(dtype="str"), "weight": [], "covered": [], "share": []}
            return mark_origin(pd.DataFrame(nothing), self.origin)
        code_of_place, codes = pd.factorize(self.codes, sort=True)
        # a place without a code belongs to no municipality
        has_code = code_of_place >= 0
        rows = code_of_place[has_code]
        weights = self.weights[has_code]
        covered_weights = np.where(self.is_covered[has_code], weights, 0.0)
        sums = np.bincount(rows, weights, len(codes))
        covered = np.bincount(rows, covered_weights, len(codes))
        # a municipality without weight has no share
        shares = np.divide(covered, sums, out=np.full(len(codes), np.nan), where=sums > 0)
        table = pd.DataFrame({"code": codes, "weight": sums, "covered": covered, "share": shares})
        return mark_origin(table, self.origin)


def cover_places(problem: SitingProblem, columns: IntArray) -> PlaceCoverage:
    """Find what chosen candidates reach."""
    is_chosen = np.zeros(problem.pairs.shape[1], dtype=np.bool_)
    is_chosen[columns] = True
    pairs = problem.pairs.select(is_chosen[problem.pairs.base])
    demand = problem.demand
    base_ranks = np.empty(len(problem.base_order), dtype=np.intp)
    base_ranks[problem.base_order] = np.arange(len(base_ranks))
    return PlaceCoverage(
        pairs=pairs,
        times=np.bincount(pairs.place, minlength=problem.pairs.shape[0]),
        # copies: the caller may change the table before the sums are asked for
        weights=problem.weights.copy(),
        codes=demand["code"].copy() if "code" in demand.columns else None,
        index=demand.index,
        names=problem.names,
        base_ranks=base_ranks,
        origin=mark_origin(pd.Series(dtype=object), *problem.inputs),
    )
