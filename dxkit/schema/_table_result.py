"""How does an answer show itself in a notebook, and how does it become a table to go on with?

`TableResult` gives the result classes of all topics the same two methods.
"""

from collections.abc import Sequence
from html import escape

import pandas as pd

from dxkit.schema._made_mark import MADE_MARK, is_made
from dxkit.schema._show import show

ROWS_SHOWN = 20


class TableResult:
    """An answer whose main table can be taken out and shown.

    A class whose main table has another name than ``table`` overrides `_main_table`.

    Examples
    --------
    >>> import dxkit
    >>> decision = dxkit.sharing.may_disclose("避難元市町", "県", "所在", phase="応急期")
    >>> decision.to_frame()["verdict"].tolist()
    ['可']
    """

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the main table, with its origin in ``.attrs``.

        Returns
        -------
        pandas.DataFrame
        """
        return self._main_table.copy()

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.table

    @property
    def _shown_table(self) -> pd.DataFrame:
        """The table for a notebook: the main one, where a class has no shorter one."""
        return self._main_table

    def _list_notes(self) -> Sequence[str]:
        """List sentences that must stand beside the figures."""
        return ()

    def _repr_html_(self) -> str:
        """Write summary and table for a notebook; nothing in it can become markup or a script."""
        table = self._shown_table
        # an invented table must say so wherever it is shown
        mark = f"（{MADE_MARK}）" if is_made(table) else ""
        lines = [repr(self).strip("<>") + mark, *self._list_notes()]
        rest = len(table) - ROWS_SHOWN
        if rest > 0:
            lines.append(f"はじめの{ROWS_SHOWN}行です（ほか{rest:,}行は to_frame() にあります）")
        heading = "".join(f"<p>{escape(line)}</p>" for line in lines)
        shown = show(table.head(ROWS_SHOWN))._repr_html_()
        # a name with $ in it is no formula
        return f'<div class="tex2jax_ignore mathjax_ignore">{heading}{shown}</div>'
