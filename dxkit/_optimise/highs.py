"""How is a linear or mixed-integer programme of a few arrays handed to HiGHS, and what comes back?

The one wrapper of HiGHS for all of dxkit. Rows are sparse matrices, so that no model is written in
a Python loop, where a modelling language spends most of its time. A kernel has no words for users:
a `Solution` says with its `Status` how the search ended (`dxkit._optimise.solution`), and the
packages above turn that into their own sentences.

Which function for what:

* `solve_model`: one linear or mixed-integer programme;
* `solve_binary`: any (or the cheapest) 0/1 vector that keeps rows gathered with
  `dxkit._optimise.row_builder.RowBuilder`;
* `LinearProgram`: one linear programme whose cost changes from question to question, each solution
  starting from the one before.

A search is limited by `node_limit`, which gives the same answer on every machine. A `time_limit_s`
is possible, too; a search that it stops says so in its status.
"""

import highspy
import numpy as np
import scipy.sparse as sp

from dxkit._arrays import BoolArray, FloatArray
from dxkit._optimise.row_builder import RowBuilder
from dxkit._optimise.solution import Solution, Status

# a side of a row that has no limit
NO_LIMIT = highspy.kHighsInf
# absolute gap, in units of the objective, below which HiGHS takes an integer solution for optimal
SMALLEST_GAP = 1e-7
# nodes of the search tree after which a search for the best answer stops with what it has: ten
# times what made-up matrices without any structure take; real places need less than ten
NODE_LIMIT = 20_000

_STATUS_OF_HIGHS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Status.TIME_LIMIT,
    # the name under which HiGHS reports that `mip_max_nodes` was reached
    highspy.HighsModelStatus.kSolutionLimit: Status.NODE_LIMIT,
}


class HighsSolver(highspy.Highs):
    """A silent HiGHS of one thread.

    Parameters
    ----------
    use_presolve
        Let HiGHS look for a smaller model first; it only costs time where that has been done.
    time_limit_s, node_limit
        As for `solve_model`.
    """

    def __init__(
        self,
        *,
        use_presolve: bool = True,
        time_limit_s: float | None = None,
        node_limit: int | None = None,
    ) -> None:
        # `highspy.Highs.__init__` enables callbacks, which prints a banner that no option stops;
        # the class above it is the solver itself
        super(highspy.Highs, self).__init__()
        # HiGHS keeps its threads for the next run: a process forked meanwhile would wait for them
        # for ever, and another number of threads than that of an earlier run is refused, also if
        # that run was other people's; so the threads are given back first
        highspy.Highs.resetGlobalScheduler(True)
        self.setOptionValue("log_to_console", False)
        self.setOptionValue("output_flag", False)
        self.setOptionValue("threads", 1)
        self.setOptionValue("presolve", "choose" if use_presolve else "off")
        if time_limit_s is not None:
            self.setOptionValue("time_limit", float(time_limit_s))
        if node_limit is not None:
            self.setOptionValue("mip_max_nodes", int(node_limit))

    def run_interior_point(self) -> None:
        """Solve a linear programme from its inside, without going on to a corner.

        Its duals are central and give better bounds than those of a corner. Where the interior
        point method ends without an optimum, the simplex method decides.
        """
        self.setOptionValue("solver", "ipm")
        self.setOptionValue("run_crossover", "off")
        self.run()
        if self.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.setOptionValue("solver", "simplex")
            self.run()

    def read_solution(self, *, is_integer: bool) -> Solution:
        """Read what the last run found."""
        highs_status = self.getModelStatus()
        status = _STATUS_OF_HIGHS.get(highs_status, Status.FAILED)
        info = self.getInfo()
        feasible = info.primal_solution_status == highspy.kSolutionStatusFeasible
        # what a failed run leaves behind is no answer, even where it keeps the constraints
        has_values = feasible and status is not Status.FAILED
        solution = self.getSolution()
        nothing = np.zeros(0)
        return Solution(
            status=status,
            values=np.asarray(solution.col_value) if has_values else nothing,
            duals=np.asarray(solution.row_dual) if has_values else nothing,
            value=float(info.objective_function_value) if has_values else float("nan"),
            bound=float(info.mip_dual_bound if is_integer else info.objective_function_value),
            detail=self.modelStatusToString(highs_status),
        )


def build_model(
    cost: FloatArray,
    rows: sp.csr_array | sp.csc_array,
    low: FloatArray,
    high: FloatArray,
    *,
    upper: FloatArray,
    lower: FloatArray | None = None,
    integers: BoolArray | None = None,
    maximise: bool = False,
) -> highspy.HighsLp:
    """Describe a programme as HiGHS takes it; parameters as for `solve_model`."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows.shape
    model.sense_ = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
    model.col_cost_ = cost
    model.col_lower_ = np.zeros(len(cost)) if lower is None else lower
    model.col_upper_ = upper
    model.row_lower_ = low
    model.row_upper_ = high
    by_column = rows.format == "csc"
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise if by_column else highspy.MatrixFormat.kRowwise
    matrix.start_ = rows.indptr
    matrix.index_ = rows.indices
    matrix.value_ = rows.data.astype(np.float64)
    if integers is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(is_integer)] for is_integer in integers]
    return model


def solve_model(
    cost: FloatArray,
    rows: sp.csr_array | sp.csc_array,
    low: FloatArray,
    high: FloatArray,
    *,
    upper: FloatArray,
    lower: FloatArray | None = None,
    integers: BoolArray | None = None,
    maximise: bool = False,
    start: FloatArray | None = None,
    absolute_gap: float = SMALLEST_GAP,
    cutoff: float | None = None,
    central_duals: bool = False,
    use_presolve: bool = True,
    node_limit: int | None = None,
    time_limit_s: float | None = None,
) -> Solution:
    """Find the best x with low ≤ rows·x ≤ high and lower ≤ x ≤ upper.

    Parameters
    ----------
    cost
        What a unit of each column costs (or is worth, if it is maximised).
    rows, low, high
        The constraints, a sparse matrix by row (CSR) or by column (CSC), and the sides of each
        row; `NO_LIMIT` where a side has none.
    upper, lower
        Of each column; without ``lower`` it is 0.
    integers
        Which columns must be whole numbers; without it the programme is linear.
    maximise
        Seek the greatest objective in place of the least.
    start
        A feasible vector to start from.
    absolute_gap
        How far from the optimum, in units of the objective, an integer solution may be.
    cutoff
        Of a minimised integer programme: solutions that cost more are of no interest.
    central_duals
        Of a linear programme: solve by the interior point method without crossover.
    use_presolve
        Let HiGHS look for a smaller model first.
    node_limit
        Of an integer programme: nodes of the search tree after which the search stops with what it
        has. The same on every machine.
    time_limit_s
        Seconds after which the search stops with what it has. Depends on the machine.
    """
    solver = HighsSolver(
        use_presolve=use_presolve, time_limit_s=time_limit_s, node_limit=node_limit
    )
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", max(absolute_gap, SMALLEST_GAP))
    if cutoff is not None:
        solver.setOptionValue("objective_bound", float(cutoff))
    solver.passModel(
        build_model(
            cost, rows, low, high, upper=upper, lower=lower, integers=integers, maximise=maximise
        )
    )
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start
        solver.setSolution(solution)
    if central_duals and integers is None:
        solver.run_interior_point()
    else:
        solver.run()
    return solver.read_solution(is_integer=integers is not None)


def solve_binary(
    cost: FloatArray,
    rows: RowBuilder,
    *,
    node_limit: int | None = None,
    time_limit_s: float | None = None,
) -> FloatArray | None:
    """Find the cheapest 0/1 vector that keeps the rows; None if no vector does.

    With a cost of zeros the first vector that is found will do, and the question is whether there
    is one.

    Raises
    ------
    SearchStoppedError
        If a limit was reached before it was known whether there is one.

    Examples
    --------
    >>> rows = RowBuilder(column_count=3)
    >>> rows.add_row([0, 1], 1.0, 1, 1)
    >>> rows.add_row([1, 2], 1.0, 2, 2)
    >>> solve_binary(np.zeros(3), rows).tolist()
    [0.0, 1.0, 1.0]
    >>> rows.add_row([0], 1.0, 1, 1)
    >>> solve_binary(np.zeros(3), rows) is None
    True
    """
    solution = solve_model(
        cost,
        rows.build_matrix(),
        rows.low_sides,
        rows.high_sides,
        upper=np.ones(rows.column_count),
        integers=np.ones(rows.column_count, dtype=np.bool_),
        node_limit=node_limit,
        time_limit_s=time_limit_s,
    )
    return None if solution.status is Status.INFEASIBLE else solution.require_values()


class LinearProgram:
    """One linear programme for many questions: only the cost and the columns' ends change.

    Each question starts from the solution of the one before, so presolve, which would throw that
    solution away, is off.

    Parameters
    ----------
    rows, low, high, upper, lower
        As for `solve_model`.

    Examples
    --------
    The least and the most of the first of two numbers that add up to 7, each at least 1:

    >>> rows = sp.csr_array(np.array([[1.0, 1.0]]))
    >>> sides = np.array([7.0])
    >>> programme = LinearProgram(rows, sides, sides, lower=np.ones(2), upper=np.full(2, 50.0))
    >>> programme.minimise(np.array([1.0, 0.0])).value
    1.0
    >>> -programme.minimise(np.array([-1.0, 0.0])).value
    6.0
    """

    def __init__(
        self,
        rows: sp.csr_array | sp.csc_array,
        low: FloatArray,
        high: FloatArray,
        *,
        upper: FloatArray,
        lower: FloatArray | None = None,
    ) -> None:
        self._cost = np.zeros(rows.shape[1])
        self._solver = HighsSolver(use_presolve=False)
        self._solver.passModel(build_model(self._cost, rows, low, high, upper=upper, lower=lower))

    def change_bounds(self, column: int, lower: float, upper: float) -> None:
        """Let a column lie between two other ends from the next question on."""
        self._solver.changeColBounds(column, float(lower), float(upper))

    def minimise(self, cost: FloatArray) -> Solution:
        """Find the x of the least cost; a greatest value is the least of the negative cost."""
        changed = np.flatnonzero(cost != self._cost)
        for column in changed.tolist():
            self._solver.changeColCost(column, float(cost[column]))
        self._cost = np.array(cost, dtype=np.float64)
        # another solver may have been run since the last question (see `HighsSolver`)
        highspy.Highs.resetGlobalScheduler(True)
        self._solver.run()
        return self._solver.read_solution(is_integer=False)
