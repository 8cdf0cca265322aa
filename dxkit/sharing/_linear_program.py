"""How is one linear programme asked many questions, of which only the cost differs?

The only file of this package that knows HiGHS; `LinearProgram.minimise` is all that others call.
"""

from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import csr_array

from dxkit._arrays import FloatArray


@dataclass(frozen=True)
class Solution:
    """What HiGHS found: the least cost, and whether any vector keeps the constraints."""

    value: float
    has_values: bool


class _SilentHighs(highspy.Highs):
    """HiGHS without the banner that the Python class prints, which a notebook shows as a result."""

    def __init__(self) -> None:
        # the class above `highspy.Highs` is the solver itself
        super(highspy.Highs, self).__init__()


class LinearProgram:
    """Find the least cost · x with low ≤ rows · x ≤ high and lower ≤ x ≤ upper.

    Each question starts from the solution of the one before.
    """

    def __init__(
        self,
        rows: csr_array,
        low: FloatArray,
        high: FloatArray,
        *,
        upper: FloatArray,
        lower: FloatArray,
    ) -> None:
        self._cost = np.zeros(rows.shape[1])
        self._solver = _SilentHighs()
        # presolve would throw away the solution from which the next question starts
        options: dict[str, bool | str] = {
            "log_to_console": False,
            "output_flag": False,
            "presolve": "off",
        }
        for option, value in options.items():
            self._solver.setOptionValue(option, value)
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = rows.shape
        model.col_cost_ = self._cost
        model.col_lower_ = lower
        model.col_upper_ = upper
        model.row_lower_ = low
        model.row_upper_ = high
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = rows.indptr
        matrix.index_ = rows.indices
        matrix.value_ = rows.data
        self._solver.passModel(model)

    def minimise(self, cost: FloatArray) -> Solution:
        """Find the least cost over all x; a greatest value is the least of the negative cost."""
        for column in np.flatnonzero(cost != self._cost).tolist():
            self._solver.changeColCost(column, float(cost[column]))
        self._cost = np.array(cost, dtype=np.float64)
        self._solver.run()
        is_optimal = self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return Solution(float(self._solver.getInfo().objective_function_value), is_optimal)
