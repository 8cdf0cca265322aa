"""What does the record of a meeting show, without showing who voted what?"""

import hmac
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dxkit.errors import ChoiceError, StoreError
from dxkit.schema import heading
from dxkit.schema.exporting import write_sheets
from dxkit.store import counting
from dxkit.store.agreeing import Agreement, agree
from dxkit.store.keeping import Keeper

SHEETS = ("結果", "カード", "選択", "履歴")
KINDS = {"vote": "票", "note": "カード", "choice": "選択", "arrange": "カードの移動", "undo": "取り消し"}
# a card's group is no class of anything
OWN_HEADINGS = {"group": "グループ", "text": "内容"}


class Record:
    """The reading side of a `Session`."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    def history(self) -> pd.DataFrame:
        """Give everything that was ever entered, in order, without who entered it.

        Returns
        -------
        pandas.DataFrame
            One row an entry: ``order, id, kind`` (vote, note, choice, arrange, undo), ``item, value, text, group, title,
            refers_to`` (what is undone or arranged), ``stands`` (``False`` once undone), ``at`` (to the minute, Japan time).
        """
        return self._marked(counting.history(self._keeper.entries()))

    def results(self, *, items: Sequence[str] | None = None) -> pd.DataFrame:
        """Count the votes that stand.

        Parameters
        ----------
        items
            Which items, in which order, also those without a vote; all that were voted on when absent.

        Returns
        -------
        pandas.DataFrame
            One row an item: ``item, votes, mean, median, spread`` (standard deviation of these votes), and how many chose
            each value: ``against_strongly`` (-2), ``against``, ``neutral``, ``for``, ``for_strongly`` (2).
        """
        return self._marked(counting.results(self._keeper.entries(), items))

    def notes(self) -> pd.DataFrame:
        """Give the cards that stand.

        Returns
        -------
        pandas.DataFrame
            One row a card: ``id, text, group, title, at``.
        """
        return self._marked(counting.notes(self._keeper.entries()))

    def choices(self) -> pd.DataFrame:
        """Count the choices that stand.

        Returns
        -------
        pandas.DataFrame
            One row an item and option: ``item, option, votes``.
        """
        return self._marked(counting.choices(self._keeper.entries()))

    def agreement(self, *, items: Sequence[str] | None = None, seed: int = 0) -> Agreement:
        """Tell how far the voters agree, and which groups of opinion there are.

        Parameters
        ----------
        items
            Which items; all that were voted on when absent.
        seed
            Starts the search for groups.

        Returns
        -------
        Agreement
            Kendall's W (see `kendall_w`) and groups (see `opinion_groups`). Nothing in it names a voter, and figures of a
            group of fewer than three are left out.

        Warns
        -----
        TableWarning
            If more than half of the votes are missing.
        """
        return agree(counting.votes(self._keeper.entries(), items), seed=seed)

    def export(self, path: str | Path) -> Path:
        """Write the record of the meeting, with no cell that a spreadsheet program runs, and nothing on who voted what.

        Parameters
        ----------
        path
            ``.xlsx`` for one workbook (sheets 結果, カード, 選択, 履歴), or ``.csv`` for the results, with ``NAME_カード.csv``
            and so on beside it. Votes stand in it as counts; the history leaves their values out.

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
        entries = self._keeper.entries()
        past = counting.history(entries)
        secret = past["kind"].isin(("vote", "choice"))
        past = past.assign(value=past["value"].mask(secret), text=past["text"].mask(past["kind"] == "choice", ""))
        past = past.assign(kind=past["kind"].map(KINDS), stands=past["stands"].map({True: "○", False: "取り消し"}))
        tables = [counting.results(entries, None), counting.notes(entries), counting.choices(entries), past]
        named = [
            table.rename(columns={name: OWN_HEADINGS.get(name, heading(name)) for name in map(str, table)}) for table in tables
        ]
        try:
            return write_sheets(dict(zip(SHEETS, named, strict=True)), path)
        except OSError as error:
            raise StoreError(
                f"「{Path(path).name}」を書けません（{error}）。開いていれば閉じ、空きを確かめてください。"
            ) from error

    def key(self, purpose: str) -> bytes:
        """Give a key that only this meeting has, the same after every restart: the room page signs with it.

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
        return hmac.digest(self._secret(), f"key {purpose}".encode(), "sha256")

    def count(self, kinds: Sequence[str] = ()) -> int:
        """Count the entries: it changes whenever something was entered.

        Parameters
        ----------
        kinds
            Only entries of these kinds (as in `history`); all when empty.

        Returns
        -------
        int
        """
        return self._keeper.count(kinds)

    def _secret(self) -> bytes:
        if not self._keeper.secret:
            raise ChoiceError(
                f"会議「{self._keeper.meeting}」は封をしたので、もう票を受け付けません。別の会議として始めてください。"
            )
        return self._keeper.secret

    def _marked(self, table: pd.DataFrame) -> pd.DataFrame:
        table.attrs["settings"] = {"store": self._keeper.shown, "meeting": self._keeper.meeting}
        return table
