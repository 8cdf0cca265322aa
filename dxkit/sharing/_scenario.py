"""Which disaster is simulated: who flees from where to where, with which staff, outages, policies?

`Scenario` holds it as tables and settings; it is never altered in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dxkit._checks import read_numbers, require_columns, require_filled, require_table
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError
from dxkit.schema import MethodText, TableResult

# columns of words for readers, which no method reads
REMARKS = ("note", "remark")


@dataclass(frozen=True)
class Scenario(TableResult):
    """A disaster to simulate, as a facilitator wrote it.

    Attributes
    ----------
    name, title, note
        Name of the folder, title, and what to keep in mind.
    settings
        The values of ``scenario.yaml`` by English name.
    tables
        ``evacuees, places, contacts, moves, arrivals, staff, outages, agreements, destinations,
        observed`` as tables. A table in which any number is assumed is marked as made.
    policies
        One row a policy to compare.
    figures
        One row a figure: ``file, row, item, column, value, unit, source, assumed``; ``assumed``
        unless a source is named.
    """

    name: str
    title: str
    note: str
    settings: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    policies: pd.DataFrame
    figures: pd.DataFrame

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"シナリオ「{self.title}」: 数値{len(self.figures)}のうち"
                f"{int(self.figures['assumed'].sum())}は仮定（出典のないもの）。",
                self.note,
            ),
            en=(
                f"Scenario {self.name}: of {len(self.figures)} figures "
                f"{int(self.figures['assumed'].sum())} are "
                "assumed (they name no source).",
            ),
        )

    def __repr__(self) -> str:
        # evacuees may be fractions of persons where they were shared out
        people = self.tables["evacuees"]["evacuees"].sum()
        assumed_count = int(self.figures["assumed"].sum())
        return (
            f"<シナリオ「{self.title}」 避難者 {people:,.0f}人、{self.settings['hours']}時間、"
            f"施策 {len(self.policies)}、数値 {len(self.figures)}（うち仮定 {assumed_count}）。"
            f"{self.note}>"
        )

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.figures

    def change(self, **settings: float) -> "Scenario":
        """Return a copy with other settings (``draws``, ``hours``, ``consent_share`` …).

        Raises
        ------
        ChoiceError
            If there is no such setting.
        """
        if unknown := [name for name in settings if name not in self.settings]:
            raise ChoiceError(
                f"設定「{unknown[0]}」はありません。{'、'.join(self.settings)} から選んでください。"
            )
        return replace(self, settings={**self.settings, **settings})

    def with_table(self, name: str, table: pd.DataFrame) -> "Scenario":
        """Return a copy with another table in place of one of its own, of the same columns.

        Raises
        ------
        TableError
            If it is no table, lacks a column, or is blank where the table that it replaces is not.
        """
        require_table(table, name)
        if name in self.tables and not table.empty:
            _require_same_columns(table, self.tables[name], name)
        # a fresh index, because the engines count rows by position; numbers of any dtype as doubles
        return replace(self, tables={**self.tables, name: read_plain_table(table)})


def _require_same_columns(table: pd.DataFrame, former: pd.DataFrame, name: str) -> None:
    """Refuse a table that could not stand where another one stood."""
    # remarks are read by nobody
    columns = [str(column) for column in former.columns if column not in REMARKS]
    require_columns(table, columns, name)
    if not former.empty:
        whole = [column for column in columns if former[column].notna().all()]
        require_filled(table, whole, name)
    for column in former[columns].select_dtypes("number"):
        read_numbers(table, str(column), name, low=-1e15, high=1e15, blank=True)
