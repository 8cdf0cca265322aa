"""What does a table of values by municipality say of each item?"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._plain_tables import read_plain_table


def read_values(values: pd.DataFrame) -> pd.DataFrame:
    """Read a table of values, one row a ``code``.

    Raises
    ------
    TableError
        Without ``code``, or where one stands twice.
    """
    plain = read_plain_table(values)
    _checks.require_columns(plain, ["code"], "values")
    _checks.require_unique_rows(plain, ["code"], "values")
    return plain


def read_items(
    plain: pd.DataFrame, items: Iterable[str], labels: "Mapping[str, str] | pd.Series | None"
) -> Iterator[tuple[str, str, FloatArray]]:
    """Read item after item: its column, its label, and a number a row, NaN where blank.

    Raises
    ------
    TableError
        Where a cell is no number.
    """
    names = _checks.read_mapping(labels, "labels")
    for item in items:
        numbers = _checks.read_numbers(plain, item, "values", low=-np.inf, blank=True)
        yield item, names.get(item, item), numbers
