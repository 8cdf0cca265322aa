"""What does the record of a meeting show, without showing who voted what?"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dxkit.errors import ChoiceError, StoreError
from dxkit.schema import heading, write_sheets
from dxkit.store._agreement import Agreement, agree
from dxkit.store._database import Keeper

VALUES = (-2, -1, 0, 1, 2)
VOTE_COLUMNS = ("against_strongly", "against", "neutral", "for", "for_strongly")
RESULT_COLUMNS = ("item", "votes", "mean", "median", "spread", *VOTE_COLUMNS)
HISTORY_COLUMNS = (
    "order",
    "id",
    "kind",
    "item",
    "value",
    "text",
    "group",
    "title",
    "refers_to",
    "stands",
    "at",
)
Entry = Mapping[str, Any]
SHEETS = ("結果", "カード", "選択", "履歴")
KINDS = {
    "vote": "票",
    "note": "カード",
    "choice": "選択",
    "arrange": "カードの移動",
    "undo": "取り消し",
}
# a card's group is no class of anything
OWN_HEADINGS = {"group": "グループ", "text": "内容"}


def standing(entries: Sequence[Entry]) -> set[str]:
    """Give the ids that no standing undo takes back; an undo comes after what it undoes, so the last is decided first."""
    taken_back: set[str] = set()
    for entry in reversed(entries):
        if entry["kind"] == "undo" and entry["id"] not in taken_back:
            taken_back.add(entry["target"])
    return {entry["id"] for entry in entries} - taken_back


def latest(entries: Sequence[Entry], kind: str) -> dict[tuple[str, str], Entry]:
    """Give each author's last standing entry of a kind on each item."""
    alive = standing(entries)
    return {
        (entry["author"], entry["item"]): entry
        for entry in entries
        if entry["kind"] == kind and entry["id"] in alive
    }


def votes(entries: Sequence[Entry], items: Sequence[str] | None) -> pd.DataFrame:
    """Give who (a running number in order of the secret names: no order of arrival) voted what on which item."""
    found = latest(entries, "vote")
    order = list(items) if items is not None else list(dict.fromkeys(item for _, item in found))
    authors = sorted({author for author, item in found if item in set(order)})
    table = pd.DataFrame(
        np.nan,
        index=pd.RangeIndex(1, len(authors) + 1, name="voter"),
        columns=pd.Index(order, name="item"),
    )
    row = {author: at for at, author in enumerate(authors)}
    column = {item: at for at, item in enumerate(order)}
    values = table.to_numpy(copy=True)
    for (author, item), entry in found.items():
        if item in column:
            values[row[author], column[item]] = entry["value"]
    return pd.DataFrame(values, index=table.index, columns=table.columns)


def results(entries: Sequence[Entry], items: Sequence[str] | None) -> pd.DataFrame:
    """Give one row an item: how many voted, mean, median, spread, and how many chose each of the five values."""
    table = votes(entries, items)
    return pd.DataFrame(
        [_result(str(item), table[item].dropna().to_numpy()) for item in table],
        columns=list(RESULT_COLUMNS),
    )


def _result(item: str, given: Any) -> list[object]:
    counts = [int((given == value).sum()) for value in VALUES]
    if not len(given):
        return [item, 0, np.nan, np.nan, np.nan, *counts]
    return [
        item,
        len(given),
        float(given.mean()),
        float(np.median(given)),
        float(given.std()),
        *counts,
    ]


def notes(entries: Sequence[Entry]) -> pd.DataFrame:
    """Give the cards that stand, each with the group and title that it was put under last."""
    alive = standing(entries)
    cards = {
        entry["id"]: dict(entry)
        for entry in entries
        if entry["kind"] == "note" and entry["id"] in alive
    }
    for entry in entries:
        if entry["kind"] == "arrange" and entry["id"] in alive and entry["target"] in cards:
            cards[entry["target"]] |= {"group": entry["group"], "title": entry["title"]}
    return pd.DataFrame(cards.values(), columns=["id", "text", "group", "title", "at"])


def choices(entries: Sequence[Entry]) -> pd.DataFrame:
    """Give one row an item and option: how many chose it."""
    found = pd.DataFrame(
        [(item, entry["text"]) for (_, item), entry in latest(entries, "choice").items()],
        columns=["item", "option"],
    )
    return found.groupby(["item", "option"], sort=True).size().rename("votes").reset_index()


def history(entries: Iterable[Entry]) -> pd.DataFrame:
    """Give every entry in order, without its author."""
    rows = list(entries)
    alive = standing(rows)
    found = [
        {**entry, "refers_to": entry["target"], "stands": entry["id"] in alive} for entry in rows
    ]
    table = (
        pd.DataFrame(found)
        .rename(columns={"number": "order"})
        .reindex(columns=list(HISTORY_COLUMNS))
    )
    return table.astype({"value": "Int64", "stands": bool})


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
        return self._marked(history(self._keeper.entries()))

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
        return self._marked(results(self._keeper.entries(), items))

    def notes(self) -> pd.DataFrame:
        """Give the cards that stand.

        Returns
        -------
        pandas.DataFrame
            One row a card: ``id, text, group, title, at``.
        """
        return self._marked(notes(self._keeper.entries()))

    def choices(self) -> pd.DataFrame:
        """Count the choices that stand.

        Returns
        -------
        pandas.DataFrame
            One row an item and option: ``item, option, votes``.
        """
        return self._marked(choices(self._keeper.entries()))

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
        return agree(votes(self._keeper.entries(), items), seed=seed)

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
        past = history(entries)
        secret = past["kind"].isin(("vote", "choice"))
        past = past.assign(
            value=past["value"].mask(secret), text=past["text"].mask(past["kind"] == "choice", "")
        )
        past = past.assign(
            kind=past["kind"].map(KINDS), stands=past["stands"].map({True: "○", False: "取り消し"})
        )
        tables = [results(entries, None), notes(entries), choices(entries), past]
        named = [
            table.rename(
                columns={name: OWN_HEADINGS.get(name, heading(name)) for name in map(str, table)}
            )
            for table in tables
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
