"""What could a reader work out from a published table with blanks?

The attack, by linear programming over everything that is printed. Unknown are the blanks (each at least 1, because zeros
are printed) and, if values were rounded, every printed value within its rounding. The margins give the equations. For every
blank the least and the most that fit are found; they are whole numbers, because the equations are those of a network. A
blank whose least and most agree is worked out.
"""

import highspy
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from dxkit.errors import ChoiceError, TableError
from dxkit.sharing._suppress import ROUNDINGS, TOTAL

Floats = NDArray[np.float64]
LEAST = 1.0


def audit(table: pd.DataFrame | pd.Series, *, rounding: int | None = None) -> pd.DataFrame:
    """Find every blank that a reader can work out.

    Parameters
    ----------
    table
        As published: blanks are missing, margins are named 計 (an axis without 計 gives no equation).
    rounding
        To which multiples values were rounded; by default what `suppress` noted in ``table.attrs``.

    Returns
    -------
    pandas.DataFrame
        One row a blank: ``row, column, low, high`` (the least and most that fit what is printed; ``inf`` without limit) and
        ``derivable``.

    Raises
    ------
    TableError
        If the printed numbers contradict each other.
    ChoiceError
        If ``rounding`` is not offered.
    """
    base = table.attrs.get("settings", {}).get("rounding") if rounding is None else rounding
    if base is not None and base not in ROUNDINGS:
        raise ChoiceError(f"rounding={base} は使えません。5・10・None から選んでください。")
    frame = table.to_frame() if isinstance(table, pd.Series) else table
    values = frame.to_numpy(dtype=float, na_value=np.nan)
    low, high = _bounds(values, base)
    attack = _Attack(_equations(frame), low.ravel(), high.ravel())
    rows = []
    for i, j in np.argwhere(np.isnan(values)):
        least, most = attack.ends(int(i) * values.shape[1] + int(j))
        rows.append((frame.index[i], frame.columns[j], least, most, least == most))
    found = pd.DataFrame(rows, columns=["row", "column", "low", "high", "derivable"])
    return found.astype({"low": float, "high": float, "derivable": bool})


def _bounds(values: Floats, rounding: int | None) -> tuple[Floats, Floats]:
    """Give the least and most that each cell may be by itself."""
    blank = np.isnan(values)
    below = 0 if rounding is None else rounding // 2
    above = 0 if rounding is None else rounding - rounding // 2 - 1
    low = np.where(blank, LEAST, np.maximum(values - below, 0))
    return low, np.where(blank, np.inf, values + above)


def _equations(frame: pd.DataFrame) -> csr_array:
    """Give one equation a line: its cells less its margin are zero."""
    cells = np.arange(frame.size).reshape(frame.shape)
    lines: list[tuple[NDArray[np.intp], int]] = []
    rows, columns = list(frame.index), list(frame.columns)
    if TOTAL in columns:
        at = columns.index(TOTAL)
        lines += [(np.delete(cells[i], at), int(cells[i, at])) for i in range(len(rows))]
    if TOTAL in rows:
        at = rows.index(TOTAL)
        lines += [(np.delete(cells[:, j], at), int(cells[at, j])) for j in range(len(columns))]
    matrix = np.zeros((len(lines), frame.size))
    for number, (parts, total) in enumerate(lines):
        matrix[number, parts], matrix[number, total] = 1.0, -1.0
    return csr_array(matrix)


class _Solver(highspy.Highs):
    """HiGHS without the greeting that the Python class prints when it is made: in a notebook it stands as if it were a result."""

    def __init__(self) -> None:
        # the class above `highspy.Highs` is the solver itself
        super(highspy.Highs, self).__init__()


class _Attack:
    """One linear programme for all questions: only the goal changes, so each answer starts from the one before."""

    def __init__(self, equations: csr_array, low: Floats, high: Floats) -> None:
        self.solver = _Solver()
        # presolving would throw away the answer from which the next question starts
        for option, value in (
            ("log_to_console", False),
            ("output_flag", False),
            ("presolve", "off"),
        ):
            self.solver.setOptionValue(option, value)
        # what is bounded at all is bounded by the sum of what is printed; a blank that reaches half of this has no limit
        self.cap = 10.0 * (1 + float(high[np.isfinite(high)].sum()) + len(high))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(low), equations.shape[0]
        model.col_cost_ = np.zeros(len(low))
        model.col_lower_, model.col_upper_ = low, np.where(np.isinf(high), self.cap, high)
        model.row_lower_ = model.row_upper_ = np.zeros(equations.shape[0])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = equations.indptr, equations.indices
        model.a_matrix_.value_ = equations.data
        self.solver.passModel(model)

    def ends(self, cell: int) -> tuple[float, float]:
        """Give the least and the most of one cell over all tables that fit."""
        least, most = self._least(cell, 1.0), -self._least(cell, -1.0)
        self.solver.changeColCost(cell, 0.0)
        return least, most

    def _least(self, cell: int, sign: float) -> float:
        self.solver.changeColCost(cell, sign)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise TableError.one(
                "公表された数どうしが矛盾しています", "計と内訳、丸めの単位を確かめてください"
            )
        value = float(np.round(self.solver.getInfo().objective_function_value))
        return -np.inf if -value > self.cap / 2 else value
