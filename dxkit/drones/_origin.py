"""Where does an answer come from? From all the tables that it was computed from."""

from typing import TypeVar

import pandas as pd

from dxkit.schema import merge_provenance

Table = TypeVar("Table", pd.DataFrame, pd.Series)


def mark_origin(result: Table, *inputs: object) -> Table:
    """Write the merged origin of the inputs into ``result.attrs``, and return it.

    What pandas kept there of one of the inputs is replaced, as it says nothing of the others. A
    mapping (a drone written as a dict) is no table and says nothing of its origin.
    """
    # only tables carry an origin; a number, a range in km or nothing says nothing
    tables = [table for table in inputs if isinstance(table, pd.DataFrame | pd.Series)]
    result.attrs.update(merge_provenance(*tables))
    return result
