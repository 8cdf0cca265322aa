"""How are the models of grouping handed to HiGHS?

The package's use of the one wrapper (`dxkit._optimise.highs`): `solve_mip` for whole answers and
`solve_lp_from_inside` for the prices of a linear relaxation. Searches are limited by nodes, never
by the clock unless the caller passes a time limit.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from dxkit._arrays import BoolArray, FloatArray
from dxkit._optimise.highs import HighsSolver, build_model
from dxkit._optimise.solution import Status


@dataclass(frozen=True)
class SparseModel:
    """A model min cost·x with low ≤ matrix·x ≤ high and 0 ≤ x ≤ 1."""

    cost: FloatArray
    matrix: sp.csc_array
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class MipAnswer:
    """What a search for whole numbers ended with.

    Attributes
    ----------
    values
        One number a column; None where nothing was found.
    value, bound
        Objective of the answer (inf without one), and what no answer can be below.
    is_ended
        Whether the search ended by itself: with the optimum, or with the proof that there is none
        (then ``values`` is None).
    """

    values: FloatArray | None
    value: float
    bound: float
    is_ended: bool


def solve_mip(
    model: SparseModel,
    *,
    node_limit: int,
    time_limit_s: float = np.inf,
    objective_limit: float | None = None,
) -> MipAnswer:
    """Find the cheapest answer of zeros and ones.

    Parameters
    ----------
    model
        The model.
    node_limit
        After so many nodes of the search tree the search stops with what it has.
    time_limit_s
        The same by the clock.
    objective_limit
        Answers that cost more are of no interest.
    """
    engine = HighsSolver(time_limit_s=_limit(time_limit_s), node_limit=node_limit)
    engine.setOptionValue("mip_rel_gap", 0.0)
    if objective_limit is not None:
        engine.setOptionValue("objective_bound", objective_limit)
    # all columns are zeros and ones: their bounds are 0 and 1
    engine.passModel(_convert_model(model, integers=np.ones(len(model.cost), dtype=np.bool_)))
    engine.run()
    # a search that was stopped may hold an answer that is not proven the best
    solution = engine.read_solution(is_integer=True)
    return MipAnswer(
        values=solution.values if solution.has_values else None,
        value=solution.value if solution.has_values else np.inf,
        bound=solution.bound,
        is_ended=solution.status in {Status.OPTIMAL, Status.INFEASIBLE},
    )


def solve_lp_from_inside(
    model: SparseModel, *, time_limit_s: float = np.inf
) -> tuple[FloatArray, int]:
    """Solve the linear relaxation by an interior point method without crossover.

    Its prices are central, which serves column generation better than a corner's.

    Returns
    -------
    tuple
        The price of each row, and the number of iterations.
    """
    engine = HighsSolver(time_limit_s=_limit(time_limit_s))
    engine.passModel(_convert_model(model))
    engine.run_interior_point()
    return np.asarray(engine.getSolution().row_dual), int(engine.getInfo().ipm_iteration_count)


def _limit(time_limit_s: float) -> float | None:
    return float(time_limit_s) if np.isfinite(time_limit_s) else None


def _convert_model(model: SparseModel, integers: BoolArray | None = None) -> highspy.HighsLp:
    """Write a model as HiGHS takes it."""
    upper = np.ones(len(model.cost))
    return build_model(
        model.cost, model.matrix, model.low, model.high, upper=upper, integers=integers
    )
