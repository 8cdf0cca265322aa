"""What do the entries of a meeting come to, without showing who entered them?

Entries are never changed: an undo, an arrangement and a later vote are entries of their own, and
these functions work out what stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray

Entry = Mapping[str, Any]
# value of a vote → its column in the results
VOTE_COLUMNS = {
    -2: "against_strongly",
    -1: "against",
    0: "neutral",
    1: "for",
    2: "for_strongly",
}
RESULT_COLUMNS = ("item", "votes", "mean", "median", "spread", *VOTE_COLUMNS.values())
NOTE_COLUMNS = ("id", "text", "group", "title", "at")
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


def find_standing_ids(entries: Sequence[Entry]) -> set[str]:
    """Find the ids that no standing undo takes back."""
    undone: set[str] = set()
    # an undo comes after what it undoes: going backwards, it is settled whether it stands itself
    for entry in reversed(entries):
        if entry["kind"] == "undo" and entry["id"] not in undone:
            undone.add(entry["target"])
    return {entry["id"] for entry in entries} - undone


def find_latest_entries(entries: Sequence[Entry], kind: str) -> dict[tuple[str, str], Entry]:
    """Find each author's last standing entry of a kind on each item."""
    standing_ids = find_standing_ids(entries)
    # later entries take the place of earlier ones with the same key
    return {
        (entry["author"], entry["item"]): entry
        for entry in entries
        if entry["kind"] == kind and entry["id"] in standing_ids
    }


def tabulate_votes(entries: Sequence[Entry], items: Sequence[str] | None) -> pd.DataFrame:
    """Tabulate standing votes, one row a voter and one column an item.

    Voters have running numbers in the order of their secret names, which is no order of arrival.
    """
    latest = find_latest_entries(entries, "vote")
    if items is None:
        items = list(dict.fromkeys(item for _, item in latest))
    column_of_item = {item: j for j, item in enumerate(items)}
    authors = sorted({author for author, item in latest if item in column_of_item})
    row_of_author = {author: i for i, author in enumerate(authors)}
    # missing until a vote says otherwise
    values = np.full((len(authors), len(items)), np.nan)
    for (author, item), entry in latest.items():
        if item in column_of_item:
            values[row_of_author[author], column_of_item[item]] = entry["value"]
    return pd.DataFrame(
        values,
        index=pd.RangeIndex(1, len(authors) + 1, name="voter"),
        columns=pd.Index(items, name="item"),
    )


def summarise_votes(entries: Sequence[Entry], items: Sequence[str] | None) -> pd.DataFrame:
    """Summarise each item: votes, mean, median, spread, and how many chose each value."""
    table = tabulate_votes(entries, items)
    rows = [_summarise_item(str(item), table[item].dropna().to_numpy()) for item in table]
    return pd.DataFrame(rows, columns=list(RESULT_COLUMNS))


def list_notes(entries: Sequence[Entry]) -> pd.DataFrame:
    """List the cards that stand, each with the group and title that it was put under last."""
    standing_ids = find_standing_ids(entries)
    cards = {
        entry["id"]: dict(entry)
        for entry in entries
        if entry["kind"] == "note" and entry["id"] in standing_ids
    }
    for entry in entries:
        stands = entry["kind"] == "arrange" and entry["id"] in standing_ids
        # the card itself may have been undone since
        if stands and entry["target"] in cards:
            cards[entry["target"]] |= {"group": entry["group"], "title": entry["title"]}
    return pd.DataFrame(cards.values(), columns=list(NOTE_COLUMNS))


def count_choices(entries: Sequence[Entry]) -> pd.DataFrame:
    """Count how many chose each option of each item."""
    latest = find_latest_entries(entries, "choice")
    # who chose is dropped here
    rows = [(item, entry["text"]) for (_, item), entry in latest.items()]
    table = pd.DataFrame(rows, columns=["item", "option"])
    return table.groupby(["item", "option"], sort=True).size().rename("votes").reset_index()


def list_history(entries: Iterable[Entry]) -> pd.DataFrame:
    """List every entry in order, without its author."""
    entries = list(entries)
    standing_ids = find_standing_ids(entries)
    rows = [
        {**entry, "refers_to": entry["target"], "stands": entry["id"] in standing_ids}
        for entry in entries
    ]
    table = pd.DataFrame(rows).rename(columns={"number": "order"})
    # only these columns: the author's is left behind
    listed = table.reindex(columns=list(HISTORY_COLUMNS))
    return listed.astype({"value": "Int64", "stands": bool})


def _summarise_item(item: str, votes: FloatArray) -> list[object]:
    # also values that nobody chose have a count
    counts = [int((votes == value).sum()) for value in VOTE_COLUMNS]
    if not len(votes):
        return [item, 0, np.nan, np.nan, np.nan, *counts]
    mean = float(votes.mean())
    return [item, len(votes), mean, float(np.median(votes)), float(votes.std()), *counts]
