"""How does an answer show itself in a notebook, become a table or a file, and say its method?

`TableResult` gives the result classes of all topics the same methods.
"""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit.schema._made_mark import MADE_MARK, is_made
from dxkit.schema._methods import MethodText, write_methods
from dxkit.schema._show import show
from dxkit.schema._write_sheets import write_csv_text, write_sheets

ROWS_SHOWN = 20


class TableResult:
    """An answer whose main table can be taken out, shown, written, and cited.

    A class whose main table has another name than ``table`` overrides `_main_table`; each says its
    method in `_describe_method`.

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

    def to_csv(self, path: str | Path | None = None) -> str | Path:
        """Write the main table as a CSV, with its sources below and no cell that runs.

        Parameters
        ----------
        path
            ``.csv`` (or ``.xlsx``); by default the text is returned.

        Returns
        -------
        str or pathlib.Path
            The text, or the file that was written. An index of names, such as ``code``, is the
            first column.
        """
        table = self.to_frame()
        # an index that only counts rows says nothing
        if table.index.names != [None] or not isinstance(table.index, pd.RangeIndex):
            table = table.reset_index()
            table.attrs = dict(self._main_table.attrs)
        if path is None:
            return write_csv_text(table)
        return write_sheets({"結果": table}, path, sources=True)

    def methods(self, lang: str = "ja") -> str:
        """Write how this was computed, for a paper: sentences, settings, data, versions, BibTeX.

        Parameters
        ----------
        lang
            ``"ja"`` or ``"en"``.

        Returns
        -------
        str

        Raises
        ------
        ChoiceError
            If there is no such language.
        """
        return write_methods(
            self._main_table, lang, method=self._describe_method(), settings=self._used_settings
        )

    def _describe_method(self) -> MethodText:
        """Say the method of this class in sentences."""
        return MethodText((), ())

    @property
    def _used_settings(self) -> Mapping[str, Any]:
        """The settings as used: the class's own, or those that the main table remembers."""
        settings = getattr(self, "settings", None)
        return self._main_table.attrs.get("settings", {}) if settings is None else settings

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
