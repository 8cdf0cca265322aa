"""Who wants to be reached, which bases may be chosen, and who reaches whom?

The checked tables that all siting functions share, and the sentences for what the optimisation
kernels, which have no words, refuse.
"""

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from dxkit import _checks
from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.cover import ColumnChoice
from dxkit._optimise.solution import InfeasibleError, SearchStoppedError
from dxkit._plain_tables import order_of_labels
from dxkit.drones._base_ranges import Range, describe_range
from dxkit.drones._detours import NoFly
from dxkit.drones._geodesic import FARTHEST_KM
from dxkit.drones._pairs import Pairs
from dxkit.drones._reach import Distances, find_pairs
from dxkit.errors import ChoiceError, DxkitError, Fault, TableError

# more than all people there are by far; sums of such weights stay finite
LARGEST_WEIGHT = 1e12


@dataclass(frozen=True)
class SitingProblem:
    """Checked tables.

    Attributes
    ----------
    weights
        One a row of the demand.
    names
        One a row of the candidates.
    fixed
        Positions of the candidates that stay.
    pairs
        Who reaches whom.
    place_order, base_order
        Rows in the order of their names (places without a name: from south to north).
    settings
        What was asked.
    inputs
        All that the answer is computed from, for its origin.
    """

    demand: pd.DataFrame
    candidates: pd.DataFrame
    weights: FloatArray
    names: pd.Index
    fixed: IntArray
    pairs: Pairs
    place_order: IntArray
    base_order: IntArray
    settings: dict[str, Any]
    inputs: tuple[object, ...]

    @property
    def total_weight(self) -> float:
        """The weight of all places, reached or not."""
        return float(self.weights.sum())

    def solver_input(self) -> tuple[sp.csr_array, FloatArray, IntArray]:
        """Return who reaches whom as a 0/1 matrix, the weights and the fixed positions, sorted.

        Places and bases stand in the order of `place_order` and `base_order`: among equally good
        choices a solver takes one by their order, which must not be that of the user's rows.
        """
        matrix = self.pairs.to_matrix()
        # most tables are in that order: no copy then
        if not _is_sorted(self.place_order):
            matrix = matrix[self.place_order]
        if not _is_sorted(self.base_order):
            matrix = matrix[:, self.base_order].tocsr()
            matrix.sort_indices()
        return matrix, self.weights[self.place_order], self.sorted_fixed

    @property
    def sorted_fixed(self) -> IntArray:
        """Positions of the candidates that stay, in the solvers' order."""
        ranks = np.empty(len(self.base_order), dtype=np.intp)
        ranks[self.base_order] = np.arange(len(self.base_order))
        return ranks[self.fixed]

    def restore_columns(self, choice: ColumnChoice) -> ColumnChoice:
        """Return a solver's choice with the positions that the user's rows have."""
        return replace(choice, columns=np.sort(self.base_order[choice.columns]))

    def finite_distances(self) -> FloatArray:
        """Write the kilometres of all pairs as a matrix, sorted as for `solver_input`.

        Where there is no way, a distance further than any way stands: such a base is never the
        nearest one where another can be.

        Raises
        ------
        TableError
            If no candidate reaches a place that has weight.
        """
        km = np.full(self.pairs.shape, np.inf)
        km[self.pairs.place, self.pairs.base] = self.pairs.km
        # a place that nobody can serve makes every mean and maximum infinite
        lost = np.flatnonzero((self.weights > 0) & ~np.isfinite(km).any(axis=1))
        if lost.size:
            places = _checks.read_labels(self.demand, "place", "demand")
            raise TableError(
                Fault(
                    "どの候補地からも行けません",
                    "この行を除くか、候補地を足してください",
                    row=int(row) + 1,
                    column="place",
                    value=places[int(row)],
                )
                for row in lost
            )
        km = km[np.ix_(self.place_order, self.base_order)]
        is_way = np.isfinite(km)
        return np.where(is_way, km, 1e3 * (1.0 + km[is_way].max(initial=0.0)))


def read_siting_problem(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    weight: str,
    fixed: Iterable[Hashable],
    no_fly: NoFly,
    distance_km: Distances,
    range_km: Range = FARTHEST_KM,
) -> SitingProblem:
    """Check the tables and find who reaches whom; parameters as for `dxkit.drones.best_bases`."""
    weights = _checks.read_numbers(demand, weight, "demand", low=0, high=LARGEST_WEIGHT)
    names = _checks.read_labels(candidates, "base", "candidates")
    pairs = find_pairs(
        demand, candidates, range_km=range_km, no_fly=no_fly, distance_km=distance_km
    )
    # existing bases are candidates, too, under their own names
    fixed_positions = _checks.find_positions(fixed, names)
    settings = {
        "range_km": describe_range(range_km),
        "weight": weight,
        "fixed": names[fixed_positions].tolist(),
        "no_fly": no_fly is not None,
        "own_distances": distance_km is not None,
    }
    return SitingProblem(
        demand=demand,
        candidates=candidates,
        weights=weights,
        names=names,
        fixed=fixed_positions,
        pairs=pairs,
        place_order=_order_places(demand, weights),
        base_order=order_of_labels(names),
        settings=settings,
        inputs=(demand, candidates, range_km, no_fly, distance_km),
    )


def _order_places(demand: pd.DataFrame, weights: FloatArray) -> IntArray:
    """Order places by name, or where they have none by where they lie and what they weigh."""
    if "place" in demand.columns:
        return order_of_labels(demand["place"])
    lat, lon = _checks.read_coordinates(demand, "demand")
    return np.lexsort((weights, lon, lat))


def _is_sorted(order: IntArray) -> bool:
    return bool((np.diff(order) > 0).all())


def read_base_count(count: int, problem: SitingProblem) -> int:
    """Read a number of bases: the fixed ones at least, all candidates at most."""
    base_count = _checks.require_count(count, len(problem.names))
    if base_count < len(problem.fixed):
        raise ChoiceError(
            f"count={base_count} は、既設拠点 fixed の数（{len(problem.fixed)}）"
            "より少なくできません。"
        )
    return base_count


@contextmanager
def explain_solver_errors() -> Iterator[None]:
    """Say in words for users what a kernel refuses."""
    try:
        yield
    except InfeasibleError as error:
        raise ChoiceError(
            "この条件をすべて満たす拠点の置き方はありません。"
            "条件（拠点数・距離・既設拠点）をゆるめてください。"
        ) from error
    except SearchStoppedError as error:
        raise DxkitError(
            f"計算が答えの出る前に止まりました（HiGHS: {error.detail}）。"
            "重みや距離の値に、けた違いのものがないか確かめてください。"
        ) from error
