"""How does a result show itself in a notebook, and how does it become a table to go on with?

`TableResult` gives the result classes of `dxkit.sharing` the same two methods.
"""

from html import escape

import pandas as pd

from dxkit.schema import MADE_MARK, is_made

ROWS_SHOWN = 20


class TableResult:
    """A result whose main table can be taken out and shown."""

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the main table, with its origin in ``.attrs``."""
        return self._main_table.copy()

    @property
    def _main_table(self) -> pd.DataFrame:
        raise NotImplementedError

    @property
    def _shown_table(self) -> pd.DataFrame:
        """The table for a notebook: the main one, where a class has no shorter one."""
        return self._main_table

    def _repr_html_(self) -> str:
        """Write summary and table for a notebook; nothing in it can become markup or a script."""
        table = self._shown_table
        mark = f"（{MADE_MARK}）" if is_made(table) else ""
        summary = escape(f"{self!r}{mark}".strip("<>"))
        # a name with $ in it must not become a formula either
        classes = ["tex2jax_ignore", "mathjax_ignore"]
        cells = table.to_html(escape=True, max_rows=ROWS_SHOWN, index=False, classes=classes)
        return f'<div class="{" ".join(classes)}"><p>{summary}</p>{cells}</div>'
