"""How are the constraints of a model gathered one by one?"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from dxkit._arrays import FloatArray, IntArray


class RowBuilder:
    """Constraints low ≤ row·x ≤ high, gathered one by one.

    Examples
    --------
    >>> rows = RowBuilder(column_count=3)
    >>> rows.add_row([0, 2], 1.0, 1, 1)
    >>> rows.add_row([1, 2], [1.0, -1.0], 0, np.inf)
    >>> rows.build_matrix().toarray().tolist()
    [[1.0, 0.0, 1.0], [0.0, 1.0, -1.0]]
    """

    def __init__(self, column_count: int) -> None:
        self.column_count = column_count
        self._columns: list[IntArray] = []
        self._factors: list[FloatArray] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def add_row(
        self,
        columns: Sequence[int] | IntArray,
        factors: Sequence[float] | FloatArray | float,
        low: float,
        high: float,
    ) -> None:
        """Add low ≤ Σ factor · x[column] ≤ high; one factor may serve all columns."""
        positions = np.asarray(columns, dtype=np.intp)
        self._columns.append(positions)
        self._factors.append(
            np.broadcast_to(np.asarray(factors, dtype=np.float64), positions.shape)
        )
        self._low.append(low)
        self._high.append(high)

    def build_matrix(self) -> sp.csr_array:
        """Build the rows as one sparse matrix."""
        # numpy cannot join nothing
        if not self._columns:
            return sp.csr_array((0, self.column_count), dtype=np.float64)
        # CSR: where the entries of each row begin
        starts = np.cumsum([0, *(len(columns) for columns in self._columns)])
        entries = (np.concatenate(self._factors), np.concatenate(self._columns), starts)
        return sp.csr_array(entries, shape=(len(self._columns), self.column_count))

    @property
    def low_sides(self) -> FloatArray:
        """The lower side of each row."""
        return np.asarray(self._low, dtype=np.float64)

    @property
    def high_sides(self) -> FloatArray:
        """The upper side of each row."""
        return np.asarray(self._high, dtype=np.float64)
