"""Which cells and headings of a table can no function of this house work with?

Numbers of Python's other kinds (Decimal, Fraction) become plain ones; complex numbers, numbers
without end of digits, lists in a cell and headings in several steps are refused here, once for all
functions. A heading that repeats is refused by who reads its column (`dxkit._checks`).
"""

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import numpy as np
import pandas as pd

from dxkit._checks import require_one_heading
from dxkit.errors import Fault, TableError

# kinds of object columns, in pandas' words, in which nothing odd can stand
PLAIN_KINDS = frozenset(
    ["string", "boolean", "bytes", "date", "datetime", "datetime64", "time", "period", "empty"]
)
# a number of more digits has no place in a double
LARGEST_POWER = 300
SURROGATE = re.compile("[\ud800-\udfff]")
LARGEST_DOUBLE = 10**LARGEST_POWER
ExactNumber = int | Fraction | Decimal


def plain_cells(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Turn odd cells of a table into plain ones; the table itself where there are none.

    Raises
    ------
    TableError
        Naming every heading or cell that cannot be used.
    """
    require_one_heading(table, what)
    faults: list[Fault] = []
    # by position: a heading may repeat
    changed: dict[int, Any] = {}
    for position, (head, kind) in enumerate(zip(table.columns, table.dtypes, strict=True)):
        # plain numbers and texts, which most columns are, cost no look at their cells
        if not isinstance(kind, pd.CategoricalDtype) and kind.kind not in "Oc":
            continue
        column = table.iloc[:, position]
        if isinstance(column.dtype, pd.CategoricalDtype):
            if _is_numeric(column.cat.categories):
                changed[position] = drop_categories(column).array
                continue
            column = drop_categories(column)
        if isinstance(column.dtype, np.dtype) and column.dtype.kind == "c":
            faults.append(_make_complex_fault(what, head, 1, next(iter(column), "")))
        elif column.dtype == object and len(column):
            content = pd.api.types.infer_dtype(column, skipna=True)
            cells = column.tolist()
            if content not in PLAIN_KINDS and any(map(_is_odd, cells)):
                cell_faults = _find_cell_faults(cells, what, head)
                faults += cell_faults
                # what is too large cannot be converted
                changed[position] = [] if cell_faults else list(map(_to_plain, cells))
    if faults:
        raise TableError(faults)
    return _replace_columns(table, changed) if changed else table


def find_broken_texts(table: object, what: str) -> list[Fault]:
    """Find the cells with half of a surrogate pair, which is no character.

    Parameters
    ----------
    table
        What may hold such cells; what is no table holds none.
    what
        What to call it in a message.

    Returns
    -------
    list of Fault
        One a cell.
    """
    if not isinstance(table, pd.DataFrame):
        return []
    return [
        Fault(
            f"{what} に、文字として読めない符号（サロゲートの片割れ）があります",
            "元の表の文字コードを確かめてください",
            row=row,
            column=str(head),
            value=cell,
        )
        for position, head in enumerate(table.columns)
        for row, cell in enumerate(table.iloc[:, position], start=1)
        if isinstance(cell, str) and SURROGATE.search(cell)
    ]


def drop_categories(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Turn categories into what they stand for: how a number is stored is not what it is."""
    kind = column.cat.categories.dtype
    # no whole number stands for a gap
    has_gap = _is_numeric(column.cat.categories) and column.isna().any()
    return column.astype("float64" if has_gap else kind)


def _replace_columns(table: pd.DataFrame, changed: dict[int, Any]) -> pd.DataFrame:
    """Copy a table with other cells in some columns, counted from 0."""
    plain = table.copy()
    for position, cells in changed.items():
        plain.isetitem(position, cast("Any", pd.Series(cells).array))
    plain.attrs = dict(table.attrs)
    return plain


def _find_cell_faults(cells: list[Any], what: str, head: object) -> list[Fault]:
    faults = []
    for row, cell in enumerate(cells, start=1):
        if isinstance(cell, complex | np.complexfloating):
            faults.append(_make_complex_fault(what, head, row, cell))
        elif _is_collection(cell):
            problem = f"{what} の1つのセルに、いくつもの値（{type(cell).__name__}）が入っています"
            remedy = "1つのセルに1つの値にしてください（例: table.explode で行を分ける）"
            faults.append(Fault(problem, remedy, row=row, column=str(head), value=cell))
        elif _is_endless(cell):
            problem = f"{what} の数が大きすぎます（{_count_digits(cell)}桁）"
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
    return cell is pd.NA or cell is pd.NaT or _is_collection(cell) or _is_endless(cell)


def _is_collection(cell: Any) -> bool:
    """Check for a list, dictionary, set or array, by which nothing can be counted or sorted."""
    return type(cell).__hash__ is None


def _is_endless(cell: Any) -> bool:
    """Check for a number too large for a double, before anything converts it."""
    if isinstance(cell, Decimal):
        # by its power of ten: arithmetic would round, or refuse
        return cell.is_finite() and cell.adjusted() >= LARGEST_POWER
    return isinstance(cell, int | Fraction) and abs(cell) > LARGEST_DOUBLE


def _count_digits(number: ExactNumber) -> int:
    """Count the digits before the point; Python refuses to write very many of them."""
    if isinstance(number, Decimal):
        return number.adjusted() + 1
    whole = abs(int(number))
    digits = int((whole.bit_length() - 1) * math.log10(2)) + 1
    return digits + int(whole >= int(10**digits))


def _to_plain(cell: Any) -> Any:
    """Turn a cell into a plain number, or NaN for what is missing."""
    if cell is pd.NA or cell is pd.NaT:
        return np.nan
    if isinstance(cell, Decimal) and cell.is_nan():
        return np.nan
    return float(cell) if isinstance(cell, Decimal | Fraction) else cell
