"""Which cells and headings of a table can no function of this house work with?

Numbers of Python's other kinds (Decimal, Fraction) become plain ones; complex numbers, numbers
without end of digits, headings in several steps and headings that repeat are refused here, once for
all functions.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from dxkit.errors import Fault, TableError

# kinds of object columns, in pandas' words, in which nothing odd can stand
PLAIN_KINDS = frozenset(
    ["string", "boolean", "bytes", "date", "datetime", "datetime64", "time", "period", "empty"]
)
# a number of more digits has no place in a double
LARGEST_DOUBLE = 10**300


def plain_cells(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Turn odd cells of a table into plain ones; the table itself where there are none.

    Raises
    ------
    TableError
        Naming every heading or cell that cannot be used.
    """
    if faults := _find_heading_faults(table, what):
        raise TableError(faults)
    changed: dict[Any, Any] = {}
    for head in table.columns:
        column = table[head]
        if isinstance(column.dtype, pd.CategoricalDtype) and _is_numeric(column.cat.categories):
            # a category says how a number is stored, not what it is
            changed[head] = column.astype(column.cat.categories.dtype).array
            continue
        if isinstance(column.dtype, np.dtype) and column.dtype.kind == "c":
            faults.append(_make_complex_fault(what, head, 1, next(iter(column), "")))
        elif column.dtype == object and len(column):
            kind = pd.api.types.infer_dtype(column, skipna=True)
            cells = column.tolist()
            if kind not in PLAIN_KINDS and any(map(_is_odd, cells)):
                faults += _find_cell_faults(cells, what, head)
                changed[head] = [_to_plain(cell) for cell in cells]
    if faults:
        raise TableError(faults)
    if not changed:
        return table
    plain = table.copy()
    for head, cells in changed.items():
        plain[head] = pd.Series(cells, index=table.index)
    plain.attrs = dict(table.attrs)
    return plain


def _find_heading_faults(table: pd.DataFrame, what: str) -> list[Fault]:
    if table.columns.nlevels > 1:
        remedy = '1段にしてください（例: table.columns = ["_".join(head) for head in table]）'
        return [Fault(f"{what} の見出しが{table.columns.nlevels}段です", remedy)]
    return [
        Fault(
            f"{what} に同じ名前の列が2つ以上あります", "列の名前を変えてください", column=str(head)
        )
        for head in table.columns[table.columns.duplicated()].unique()
    ]


def _find_cell_faults(cells: list[Any], what: str, head: object) -> list[Fault]:
    faults = []
    for row, cell in enumerate(cells, start=1):
        if isinstance(cell, complex | np.complexfloating):
            faults.append(_make_complex_fault(what, head, row, cell))
        elif isinstance(cell, int) and abs(cell) > LARGEST_DOUBLE:
            problem = (
                f"{what} の数が大きすぎます（{len(str(abs(cell) // LARGEST_DOUBLE)) + 300}桁）"
            )
            faults.append(Fault(problem, "数か空欄にしてください", row=row, column=str(head)))
    return faults


def _make_complex_fault(what: str, head: object, row: int, cell: object) -> Fault:
    problem = f"{what} に複素数があります"
    return Fault(problem, "ふつうの数にしてください", row=row, column=str(head), value=cell)


def _is_numeric(categories: pd.Index) -> bool:
    is_whole = pd.api.types.is_integer_dtype(categories.dtype)
    return is_whole or pd.api.types.is_float_dtype(categories.dtype)


def _is_odd(cell: Any) -> bool:
    if isinstance(cell, Decimal | Fraction | complex | np.complexfloating):
        return True
    if isinstance(cell, int):
        return abs(cell) > LARGEST_DOUBLE
    return cell is pd.NA or cell is pd.NaT


def _to_plain(cell: Any) -> Any:
    """Turn a cell into a plain number, or NaN for what is missing."""
    if cell is pd.NA or cell is pd.NaT:
        return np.nan
    if isinstance(cell, Decimal) and cell.is_nan():
        return np.nan
    return float(cell) if isinstance(cell, Decimal | Fraction) else cell
