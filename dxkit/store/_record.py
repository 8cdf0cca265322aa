"""What does the record of a meeting show, without showing who voted what?

`Record` is the reading side of a `Session`: tables, agreement and export.
"""

import hmac
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit.errors import ChoiceError, StoreError, TableWarning
from dxkit.schema import carry_provenance, heading, write_sheets
from dxkit.store._agreement import Agreement, measure_agreement
from dxkit.store._digest import Digest
from dxkit.store._entry_commits import Database
from dxkit.store._practice_meetings import PRACTICE_MARK, is_practice
from dxkit.store._record_book import NOTE_COLUMNS, lay_out_book, list_history_rows, write_minutes
from dxkit.store._record_tables import (
    count_choices,
    list_history,
    list_notes,
    list_receipts,
    summarise_votes,
    tabulate_votes,
)
from dxkit.store._sealing import read_agreement

SHEETS = ("結果", "カード", "選択", "履歴")
# headings that differ from those of other tables: a card's group is no class of anything
CHANGED = (
    "会議「{meeting}」の記録が、書いたときのものと違います（{problem}）。"
    "ファイルが壊れたか、dxkit のほかで書き換えられています → "
    "印刷した記録の照合値（digest）や控えと比べてください。"
)
NO_KEY = (
    "保存先「{store}」の会議「{meeting}」の鍵のファイル（dxkit-….key）が、保存ファイルの隣にないか、"
    "読み取り専用などで読めません → 会議を始めたパソコンから、書き込めるフォルダーへ、"
    "保存ファイルと一緒に戻してください。いままでの票とカードは残っています（鍵がなくても読めます）。"
    "保存ファイルが壊れて、鍵の名前が変わったときにも出ます。"
)
OWN_HEADINGS = {"group": "グループ", "text": "内容"}


class Record:
    """The reading side of a `Session`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def history(self) -> pd.DataFrame:
        """List everything that was ever entered, in order, without who entered it.

        Returns
        -------
        pandas.DataFrame
            One row an entry: ``order, id, kind`` (vote, note, choice, arrange, undo, seal), ``item,
            value, text, group, title, refers_to`` (what is undone or arranged), ``stands``
            (``False`` once undone), ``at`` (to the minute, Japan time). What single voters
            voted and chose is missing: in the order of their arrival it would lead from one vote to
            the next. Once the meeting is sealed, votes and choices stand first, in random order
            within an item, without times, and with their values where at least three voted or
            chose.
        """
        return self._mark_settings(list_history(self._read_entries()))

    def results(self, *, items: Sequence[str] | None = None) -> pd.DataFrame:
        """Count the votes that stand.

        Parameters
        ----------
        items
            Which items, in which order, also those without a vote; all that were voted on when
            absent.

        Returns
        -------
        pandas.DataFrame
            One row an item: ``item, votes, mean, median, spread`` (standard deviation of these
            votes), and how many chose each value: ``against_strongly`` (-2), ``against``,
            ``neutral``, ``for``, ``for_strongly`` (2). Where fewer than three voted, all figures
            but ``votes`` are missing: they would tell what one person thinks.
        """
        return self._mark_settings(summarise_votes(self._read_entries(), items))

    def receipts(self, *, items: Sequence[str] | None = None) -> pd.DataFrame:
        """List the receipts of the votes that stand, for everybody to find the own one.

        Parameters
        ----------
        items
            As in `results`.

        Returns
        -------
        pandas.DataFrame
            One row a vote that counts: ``item, receipt`` (the ``code`` of the vote's `Receipt`),
            those of an item in the order of their random digits. No value stands beside them: who
            sees another's receipt learns that it was counted, not what it said.
        """
        return self._mark_settings(list_receipts(self._read_entries(), items))

    def notes(self) -> pd.DataFrame:
        """List the cards that stand.

        Returns
        -------
        pandas.DataFrame
            One row a card: ``id, text, group, title, at``.
        """
        return self._mark_settings(list_notes(self._read_entries()))

    def choices(self) -> pd.DataFrame:
        """Count the choices that stand.

        Returns
        -------
        pandas.DataFrame
            One row an item and option: ``item, option, votes``. Where fewer than three chose for an
            item it has one row, with an empty option and no number.
        """
        return self._mark_settings(count_choices(self._read_entries()))

    def agreement(self, *, items: Sequence[str] | None = None, seed: int = 0) -> Agreement:
        """Measure how far the voters agree, and which groups of opinion there are.

        Parameters
        ----------
        items
            Which items; all that were voted on when absent. A sealed meeting keeps the figures only
            for all items, and for all with three votes or more.
        seed
            Starts the search for groups; without effect once the meeting is sealed.

        Returns
        -------
        Agreement
            Kendall's W (see `kendall_w`) and groups (see `opinion_groups`). Nothing in it names a
            voter, and figures of a group of fewer than three are left out.

        Raises
        ------
        ChoiceError
            If a sealed meeting is asked for some of its items.

        Warns
        -----
        TableWarning
            If more than half of the votes are missing.
        """
        # a copy of its own: a seal overwrites the secret, also while this computes. It comes before
        # the entries, so that it is theirs unless they hold the seal
        secret = self._database.key.copy_secret()
        entries = self._read_entries()
        seal = next((entry for entry in entries if entry["kind"] == "seal"), None)
        is_invented = is_practice(self._database.meeting)
        if seal is not None:
            return read_agreement(seal, items, made=is_invented)
        try:
            # voters are numbers here, and leave only as counts and means
            votes = tabulate_votes(entries, items, secret or self._require_secret())
        finally:
            secret[:] = bytes(len(secret))
        votes = carry_provenance(votes, PRACTICE_MARK if is_invented else {})
        return measure_agreement(votes, seed=seed)

    def digest(self) -> Digest:
        """Compute what all entries come to as one number, and whether they are what was written.

        Returns
        -------
        Digest
            `dxkit.reports.record` prints it. Who compares it with an earlier print sees any change
            since, also one that came with a new digest in the store.
        """
        return self._database.read_entries()[1]

    def export(self, path: str | Path) -> Path:
        """Write the record of the meeting, with nothing on who voted what.

        No cell in it is one that a spreadsheet program would run.

        Parameters
        ----------
        path
            ``.xlsx`` for one workbook (sheets 結果, カード, 選択, 履歴), or ``.csv`` for the
            results, with ``NAME_カード.csv`` and so on beside it. Votes stand in it as counts; the
            history lists them by item, without values, times and ids. A workbook prints on A4.

        Returns
        -------
        pathlib.Path

        Raises
        ------
        ChoiceError
            If the name ends in neither.
        StoreError
            If the file cannot be written.
        """
        entries = self._read_entries()
        # all sheets from one reading: entries may come in meanwhile
        tables = (
            summarise_votes(entries, None),
            write_minutes(list_notes(entries)[NOTE_COLUMNS]),
            count_choices(entries),
            write_minutes(list_history_rows(list_history(entries))),
        )
        sheets = {
            sheet: self._mark_settings(table).rename(
                columns={str(name): _find_heading(str(name)) for name in table}
            )
            for sheet, table in zip(SHEETS, tables, strict=True)
        }
        try:
            written = write_sheets(sheets, path)
            if written.suffix.lower() == ".xlsx":
                meeting = self._database.meeting
                lay_out_book(written, {sheet: f"{meeting}　{sheet}" for sheet in SHEETS})
        except OSError as error:
            raise StoreError(
                f"「{Path(path).name}」を書けません（{error}）。"
                "開いていれば閉じ、空きを確かめてください。"
            ) from error
        return written

    def key(self, purpose: str) -> bytes:
        """Derive a key that only this meeting has, the same after every restart.

        The room page signs with it.

        Parameters
        ----------
        purpose
            What it is for; each purpose has its own.

        Returns
        -------
        bytes

        Raises
        ------
        ChoiceError
            If the meeting is sealed.
        """
        # a purpose in the message keeps keys apart from each other and from authors
        return hmac.digest(self._require_secret(), f"key {purpose}".encode(), "sha256")

    def count(self, kinds: Sequence[str] = ()) -> int:
        """Count the entries: the number changes whenever something was entered.

        Parameters
        ----------
        kinds
            Only entries of these kinds (as in `history`); all when empty.

        Returns
        -------
        int
        """
        return self._database.count_entries(kinds)

    def _read_entries(self) -> list[dict[str, Any]]:
        """Read all entries; warn the caller of the method if they are not what was written."""
        entries, digest = self._database.read_entries()
        if not digest.intact:
            self._warn("照合値が合いません", stacklevel=4)
        return entries

    def _warn_of_changes(self) -> None:
        """Warn who opens the store if it is not what was written, or no longer guarded."""
        if not self._database.read_entries()[1].intact:
            self._warn("照合値が合いません", stacklevel=4)
        elif not self._database.has_protection():
            self._warn("書き換えを防ぐ仕掛けが外されています。照合値は合っています", stacklevel=4)

    def _warn(self, problem: str, *, stacklevel: int) -> None:
        message = CHANGED.format(meeting=self._database.meeting, problem=problem)
        warnings.warn(message, TableWarning, stacklevel=stacklevel)

    def _require_secret(self) -> bytearray:
        if self._database.key.is_missing:
            database = self._database
            raise StoreError(NO_KEY.format(store=database.safe_url, meeting=database.meeting))
        # a sealed meeting has none
        if not self._database.key.secret:
            raise ChoiceError(
                f"会議「{self._database.meeting}」は封をしたので、もう票もカードも受け付けません。"
                "別の会議として始めてください。"
            )
        return self._database.key.secret

    def _mark_settings(self, table: pd.DataFrame) -> pd.DataFrame:
        """Note in which store and meeting a table lies, and whether it is for practice."""
        if is_practice(self._database.meeting):
            carry_provenance(table, PRACTICE_MARK)
        settings = {"store": self._database.safe_url, "meeting": self._database.meeting}
        table.attrs["settings"] = settings
        return table


def _find_heading(column: str) -> str:
    return OWN_HEADINGS.get(column, heading(column))
