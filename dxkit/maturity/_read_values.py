"""Which cells of a table are no figures that can be computed with?

Text, infinite numbers and numbers too large for sums of squares are refused together, each with its
municipality and its column.
"""

import numpy as np
import pandas as pd

from dxkit._checks import to_numbers
from dxkit.errors import Fault, TableError

# larger figures do not occur, and their squares and sums lose everybody else's digits
LARGEST_NUMBER = 1e15


def is_numeric(table: pd.DataFrame, largest: float = LARGEST_NUMBER) -> bool:
    """Say whether all columns hold usable numbers or nothing: the rule, and quickly checked."""
    if not all(isinstance(kind, np.dtype) and kind.kind in "biuf" for kind in table.dtypes):
        return False
    return not bool((np.abs(table.to_numpy(dtype=float)) > largest).any())


def find_cell_faults(table: pd.DataFrame, largest: float = LARGEST_NUMBER) -> list[Fault]:
    """Find cells that are no usable numbers, for tables indexed by code."""
    if is_numeric(table, largest):
        return []
    faults = []
    for name in table.columns:
        # text that reads as a number is taken for one
        numbers = to_numbers(table[name])
        is_text = (np.isnan(numbers) & table[name].notna().to_numpy(bool)) | np.isinf(numbers)
        is_large = ~is_text & (np.abs(numbers) > largest)
        for row in np.flatnonzero(is_text | is_large).tolist():
            problem = "数ではありません" if is_text[row] else "大きすぎます"
            faults.append(
                Fault(
                    f"{table.index[row]} の値が{problem}",
                    "数か空欄にしてください",
                    column=str(name),
                    value=table[name].iloc[row],
                )
            )
    return faults


def require_numbers(table: pd.DataFrame, largest: float = LARGEST_NUMBER) -> None:
    """Refuse a table with cells that are no usable numbers.

    Raises
    ------
    TableError
        Naming every one.
    """
    if faults := find_cell_faults(table, largest):
        raise TableError(faults)
