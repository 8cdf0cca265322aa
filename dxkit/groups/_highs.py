"""How are the models of grouping handed to HiGHS?

The only module of this package that knows the solver: `solve_mip` for whole answers and
`solve_lp_from_inside` for the prices of a linear relaxation. Searches are limited by nodes, never
by the clock unless the caller passes a time limit.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray


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
    engine = _make_engine(time_limit_s)
    engine.setOptionValue("mip_max_nodes", node_limit)
    if objective_limit is not None:
        engine.setOptionValue("objective_bound", objective_limit)
    highs_model = _convert_model(model)
    # all columns are zeros and ones: their bounds are 0 and 1
    highs_model.integrality_ = [highspy.HighsVarType.kInteger] * len(model.cost)
    engine.passModel(highs_model)
    engine.run()
    status = engine.getModelStatus()
    info = engine.getInfo()
    # a search that was stopped may hold an answer that is not proven the best
    is_feasible = info.primal_solution_status == highspy.kSolutionStatusFeasible
    return MipAnswer(
        values=np.asarray(engine.getSolution().col_value) if is_feasible else None,
        value=float(info.objective_function_value) if is_feasible else np.inf,
        bound=float(info.mip_dual_bound),
        is_ended=status
        in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible},
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
    engine = _make_engine(time_limit_s)
    engine.setOptionValue("solver", "ipm")
    # crossover would move the answer to a corner and change the prices
    engine.setOptionValue("run_crossover", "off")
    engine.passModel(_convert_model(model))
    engine.run()
    return np.asarray(engine.getSolution().row_dual), int(engine.getInfo().ipm_iteration_count)


class _Engine(highspy.Highs):
    """HiGHS without callbacks, the enabling of which prints a banner that no option stops."""

    def __init__(self) -> None:
        # the class above `highspy.Highs` is the solver itself
        super(highspy.Highs, self).__init__()


def _make_engine(time_limit_s: float) -> _Engine:
    """Make a silent solver of one thread, whose answers do not depend on the number of cores."""
    # HiGHS keeps its threads for the next run, and a process forked meanwhile would wait for them
    # for ever
    highspy.Highs.resetGlobalScheduler(True)
    engine = _Engine()
    options = {"output_flag": False, "threads": 1, "mip_rel_gap": 0.0}
    if np.isfinite(time_limit_s):
        options["time_limit"] = time_limit_s
    for option, value in options.items():
        engine.setOptionValue(option, value)
    return engine


def _convert_model(model: SparseModel) -> highspy.HighsLp:
    """Write a model as HiGHS takes it."""
    lp = highspy.HighsLp()
    lp.num_row_ = model.matrix.shape[0]
    lp.num_col_ = model.matrix.shape[1]
    lp.col_cost_ = model.cost
    lp.col_lower_ = np.zeros(len(model.cost))
    lp.col_upper_ = np.ones(len(model.cost))
    lp.row_lower_ = model.low
    lp.row_upper_ = model.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = model.matrix.indptr
    lp.a_matrix_.index_ = model.matrix.indices
    lp.a_matrix_.value_ = model.matrix.data
    return lp
