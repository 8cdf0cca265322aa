"""What could a reader work out from a published table with blanks?

`audit` attacks the table with linear programming over everything that is printed. Unknown are the
blanks (each at least 1, because zeros are printed) and, if values were rounded, every printed value
within its rounding. The margins give the equations. For each blank the smallest and the largest
value that fit are computed; they are whole numbers, because the equations are those of a network
flow. A blank whose smallest and largest value agree is disclosed (derivable).
"""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.highs import LinearProgram
from dxkit.errors import ChoiceError, TableError
from dxkit.schema import carry_provenance
from dxkit.sharing._suppress import ROUNDING_BASES, TOTAL

# people in a blank cell, at least: zeros are published
SMALLEST_BLANK = 1.0


def audit(table: pd.DataFrame | pd.Series, *, rounding: int | None = None) -> pd.DataFrame:
    """Find every blank that a reader can work out.

    Parameters
    ----------
    table
        As published: blanks are missing, margins are named 計 (an axis without 計 gives no
        equation).
    rounding
        To which multiples values were rounded; by default what `suppress` noted in
        ``table.attrs``.

    Returns
    -------
    pandas.DataFrame
        One row a blank: ``row, column, low, high`` (people; the smallest and the largest count that
        fit what is printed; ``inf`` without limit) and ``derivable``.

    Raises
    ------
    TableError
        If the printed numbers contradict each other.
    ChoiceError
        If ``rounding`` is not offered.

    Notes
    -----
    The attacker knows only the table. Who knows more, such as the only person in a cell, may derive
    more.

    Examples
    --------
    One blank in a column with a total is worked out; two blanks hide each other:

    >>> import pandas as pd
    >>> index = ["神戸市", "姫路市", "明石市", "計"]
    >>> audit(pd.Series([None, 30, 12, 46], index=index, name="人数")).iloc[0].to_dict()
    {'row': '神戸市', 'column': '人数', 'low': 4.0, 'high': 4.0, 'derivable': True}
    >>> audit(pd.Series([None, 30, None, 46], index=index, name="人数"))[["low", "high"]]
       low  high
    0  1.0  15.0
    1  1.0  15.0
    """
    base = table.attrs.get("settings", {}).get("rounding") if rounding is None else rounding
    if base is not None and base not in ROUNDING_BASES:
        raise ChoiceError(f"rounding={base} は使えません。5・10・None から選んでください。")
    frame = table.to_frame() if isinstance(table, pd.Series) else table
    values = frame.to_numpy(dtype=float, na_value=np.nan)
    low, high = _bound_cells(values, base)
    attack = _RangeAttack(_build_margin_equations(frame), low.ravel(), high.ravel())
    rows = []
    for i, j in np.argwhere(np.isnan(values)):
        lowest, highest = attack.compute_range(int(i) * values.shape[1] + int(j))
        # equal ends mean that no other value fits
        rows.append((frame.index[i], frame.columns[j], lowest, highest, lowest == highest))
    ranges = pd.DataFrame(rows, columns=["row", "column", "low", "high", "derivable"])
    typed = ranges.astype({"low": float, "high": float, "derivable": bool})
    return carry_provenance(typed, table)


def _bound_cells(values: FloatArray, rounding: int | None) -> tuple[FloatArray, FloatArray]:
    """Compute the lowest and the highest value that each cell may have by itself."""
    is_blank = np.isnan(values)
    # a multiple of 5 stands for two people fewer to two more, of 10 for five fewer to four more
    margin_below = 0 if rounding is None else rounding // 2
    margin_above = 0 if rounding is None else rounding - rounding // 2 - 1
    low = np.where(is_blank, SMALLEST_BLANK, np.maximum(values - margin_below, 0))
    return low, np.where(is_blank, np.inf, values + margin_above)


def _build_margin_equations(frame: pd.DataFrame) -> csr_array:
    """Build one equation a row: the cells that a margin sums, less the margin, are zero."""
    # numbers of the unknowns, row by row
    cells = np.arange(frame.size).reshape(frame.shape)
    equations: list[tuple[IntArray, int]] = []
    rows = list(frame.index)
    columns = list(frame.columns)
    if TOTAL in columns:
        j = columns.index(TOTAL)
        equations += [(np.delete(cells[i], j), int(cells[i, j])) for i in range(len(rows))]
    if TOTAL in rows:
        i = rows.index(TOTAL)
        equations += [(np.delete(cells[:, j], i), int(cells[i, j])) for j in range(len(columns))]
    matrix = np.zeros((len(equations), frame.size))
    for row, (parts, total) in enumerate(equations):
        matrix[row, parts] = 1.0
        matrix[row, total] = -1.0
    return csr_array(matrix)


class _RangeAttack:
    """One linear programme for the ranges of all blanks: only the cost changes."""

    def __init__(self, equations: csr_array, low: FloatArray, high: FloatArray) -> None:
        # what has a limit at all is limited by the sum of what is printed; a blank that reaches
        # half of this number has none
        self.unlimited = 10.0 * (1 + float(high[np.isfinite(high)].sum()) + len(high))
        upper = np.where(np.isinf(high), self.unlimited, high)
        zeros = np.zeros(equations.shape[0])
        self.program = LinearProgram(equations, zeros, zeros, upper=upper, lower=low)
        self.cell_count = len(low)

    def compute_range(self, cell: int) -> tuple[float, float]:
        """Compute the lowest and the highest value of one cell over all tables that fit."""
        return self._minimise_cell(cell, 1.0), -self._minimise_cell(cell, -1.0)

    def _minimise_cell(self, cell: int, sign: float) -> float:
        cost = np.zeros(self.cell_count)
        cost[cell] = sign
        solution = self.program.minimise(cost)
        if not solution.has_values:
            raise TableError.one(
                "公表された数どうしが矛盾しています", "計と内訳、丸めの単位を確かめてください"
            )
        # every corner of a network flow with whole margins is whole: rounding takes float dust off
        value = float(np.round(solution.value))
        return -np.inf if -value > self.unlimited / 2 else value
