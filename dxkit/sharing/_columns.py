"""Does a table have the columns that are read, whether or not it has rows?

`dxkit._checks.require_columns` also refuses a table without rows. Here such a table has a meaning:
no needs, no staff, no legal ground.
"""

from collections.abc import Sequence

import pandas as pd

from dxkit._checks import require_columns, require_single_columns


def require_columns_only(table: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse a table that lacks columns or repeats them; rows are not looked at."""
    if not set(columns) <= set(table.columns):
        require_columns(table, columns, name)
    require_single_columns(table, columns, name)
