"""How does an answer show itself in a notebook, and how does it become a table to go on with?

`TableResult` gives the result classes of `dxkit.support` the same two methods.
"""

from collections.abc import Sequence
from html import escape
from typing import ClassVar

import pandas as pd

from dxkit.schema import MADE_MARK, is_made

ROWS_SHOWN = 20


class TableResult:
    """What an answer with a main table can do."""

    _main_table: ClassVar[str] = "table"

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the main table, with its origin in ``.attrs``.

        Returns
        -------
        pandas.DataFrame
        """
        main: pd.DataFrame = getattr(self, self._main_table)
        return main.copy()

    def _repr_html_(self) -> str:
        """Write the summary and the main table for a notebook; every cell is escaped."""
        table = self.to_frame()
        # an invented table must say so wherever it is shown
        mark = f"（{MADE_MARK}）" if is_made(table) else ""
        lines = [f"{self!r}{mark}".strip("<>"), *self._list_notes()]
        heading = "".join(f"<p>{escape(line)}</p>" for line in lines)
        # a name with $ in it is no formula
        classes = ["tex2jax_ignore", "mathjax_ignore"]
        shown = table.to_html(escape=True, max_rows=ROWS_SHOWN, index=False, classes=classes)
        return f'<div class="tex2jax_ignore mathjax_ignore">{heading}{shown}</div>'

    def _list_notes(self) -> Sequence[str]:
        """List sentences that must stand beside the figures."""
        return ()
