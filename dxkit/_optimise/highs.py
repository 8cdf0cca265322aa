"""How is a model of a few arrays handed to HiGHS, and what comes back?

Rows are sparse (CSR); nothing is built in Python loops, which is where most of the time of a modelling language goes.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, DxkitError

Floats = NDArray[np.float64]
Whole = NDArray[np.bool_]
# a number of HiGHS's own that no model here comes near
ENDLESS = highspy.kHighsInf
ENDED = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit)


class Engine(highspy.Highs):
    """HiGHS without callbacks, the enabling of which prints a banner that no option stops."""

    def __init__(self) -> None:
        # the class above `highspy.Highs` is the solver itself
        super(highspy.Highs, self).__init__()


@dataclass(frozen=True)
class Answer:
    """What a solver found.

    Attributes
    ----------
    values
        One number a column.
    duals
        One number a row (of a linear programme; zeros otherwise).
    value, bound
        The objective, and what no solution can better.
    """

    values: Floats
    duals: Floats
    value: float
    bound: float


def solve(
    cost: Floats,
    rows: sp.csr_array,
    low: Floats,
    high: Floats,
    *,
    upper: Floats,
    whole: Whole | None = None,
    start: Floats | None = None,
    leeway: float = 0.0,
    seconds: float = ENDLESS,
    maximise: bool = True,
    simplify: bool = True,
) -> Answer:
    """Find the best x with low ≤ rows·x ≤ high and 0 ≤ x ≤ upper.

    Parameters
    ----------
    cost
        What a unit of each column is worth.
    rows, low, high
        The constraints.
    upper
        Of each column; the lower bound is 0.
    whole
        Which columns must be whole numbers; without it the programme is linear.
    start
        A solution to start from.
    leeway
        How far from the optimum, in units of the objective, the search may stop.
    seconds
        After which the search stops with what it has; its bound holds all the same.
    maximise
        Or else the least cost is sought.
    simplify
        Let HiGHS look for a smaller programme first; it only costs time where that has been done already.

    Raises
    ------
    ChoiceError
        If no x keeps the constraints.
    DxkitError
        If the search stopped before it had any answer.
    """
    engine = Engine()
    for option, setting in (
        ("log_to_console", False),
        ("output_flag", False),
        ("presolve", "choose" if simplify else "off"),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", max(leeway, 1e-7)),
    ):
        engine.setOptionValue(option, setting)
    if seconds < ENDLESS:
        engine.setOptionValue("time_limit", seconds)
    engine.passModel(_model(cost, rows, low, high, upper=upper, whole=whole, maximise=maximise))
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start
        engine.setSolution(given)
    _run(engine, central=whole is None)
    return _answer(engine, whole is not None)


def _model(
    cost: Floats,
    rows: sp.csr_array,
    low: Floats,
    high: Floats,
    *,
    upper: Floats,
    whole: Whole | None,
    maximise: bool,
) -> highspy.HighsLp:
    """Describe a programme as HiGHS takes it."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows.shape
    model.sense_ = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(len(cost)), upper
    model.row_lower_, model.row_upper_ = low, high
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_, matrix.index_, matrix.value_ = rows.indptr, rows.indices, rows.data.astype(float)
    if whole is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[each] for each in whole.astype(int)]
    return model


def _run(engine: highspy.Highs, *, central: bool) -> None:
    """Solve; a linear programme first from its inside, whose prices are central and serve bounds better than a corner's."""
    # one thread: HiGHS keeps its threads for the next run, and a process forked meanwhile would wait for them for ever; it
    # refuses another number than that of an earlier run, other people's too, unless that run's threads are given back
    highspy.Highs.resetGlobalScheduler(True)
    engine.setOptionValue("threads", 1)
    if central:
        engine.setOptionValue("solver", "ipm")
        engine.setOptionValue("run_crossover", "off")
        engine.run()
        if engine.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            return
        engine.setOptionValue("solver", "simplex")
    engine.run()


def _answer(engine: highspy.Highs, whole: bool) -> Answer:
    """Read what HiGHS found; an answer that is not there must never pass for one."""
    status = engine.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        raise ChoiceError(
            "この条件をすべて満たす拠点の置き方はありません。条件（拠点数・距離・既設拠点）をゆるめてください。"
        )
    info, told = engine.getInfo(), engine.getSolution()
    if status not in ENDED or info.primal_solution_status != highspy.kSolutionStatusFeasible:
        raise DxkitError(
            f"計算が答えの出る前に止まりました（HiGHS: {engine.modelStatusToString(status)}）。seconds= を長くしてください。"
        )
    bound = info.mip_dual_bound if whole else info.objective_function_value
    return Answer(
        np.asarray(told.col_value), np.asarray(told.row_dual), info.objective_function_value, bound
    )
