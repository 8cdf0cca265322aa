"""Which entries count in the end, and what do they come to?

An undo is an entry like any other, and may be undone itself. Of one client's votes on an item the last that stands counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

VALUES = (-2, -1, 0, 1, 2)
VOTE_COLUMNS = ("against_strongly", "against", "neutral", "for", "for_strongly")
RESULT_COLUMNS = ("item", "votes", "mean", "median", "spread", *VOTE_COLUMNS)
HISTORY_COLUMNS = ("order", "id", "kind", "item", "value", "text", "group", "title", "refers_to", "stands", "at")
Entry = Mapping[str, Any]


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
    return {(entry["author"], entry["item"]): entry for entry in entries if entry["kind"] == kind and entry["id"] in alive}


def votes(entries: Sequence[Entry], items: Sequence[str] | None) -> pd.DataFrame:
    """Give who (a running number in order of the secret names: no order of arrival) voted what on which item."""
    found = latest(entries, "vote")
    order = list(items) if items is not None else list(dict.fromkeys(item for _, item in found))
    authors = sorted({author for author, item in found if item in set(order)})
    table = pd.DataFrame(np.nan, index=pd.RangeIndex(1, len(authors) + 1, name="voter"), columns=pd.Index(order, name="item"))
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
    return pd.DataFrame([_result(str(item), table[item].dropna().to_numpy()) for item in table], columns=list(RESULT_COLUMNS))


def _result(item: str, given: Any) -> list[object]:
    counts = [int((given == value).sum()) for value in VALUES]
    if not len(given):
        return [item, 0, np.nan, np.nan, np.nan, *counts]
    return [item, len(given), float(given.mean()), float(np.median(given)), float(given.std()), *counts]


def notes(entries: Sequence[Entry]) -> pd.DataFrame:
    """Give the cards that stand, each with the group and title that it was put under last."""
    alive = standing(entries)
    cards = {entry["id"]: dict(entry) for entry in entries if entry["kind"] == "note" and entry["id"] in alive}
    for entry in entries:
        if entry["kind"] == "arrange" and entry["id"] in alive and entry["target"] in cards:
            cards[entry["target"]] |= {"group": entry["group"], "title": entry["title"]}
    return pd.DataFrame(cards.values(), columns=["id", "text", "group", "title", "at"])


def choices(entries: Sequence[Entry]) -> pd.DataFrame:
    """Give one row an item and option: how many chose it."""
    found = pd.DataFrame(
        [(item, entry["text"]) for (_, item), entry in latest(entries, "choice").items()], columns=["item", "option"]
    )
    return found.groupby(["item", "option"], sort=True).size().rename("votes").reset_index()


def history(entries: Iterable[Entry]) -> pd.DataFrame:
    """Give every entry in order, without its author."""
    rows = list(entries)
    alive = standing(rows)
    found = [{**entry, "refers_to": entry["target"], "stands": entry["id"] in alive} for entry in rows]
    table = pd.DataFrame(found).rename(columns={"number": "order"}).reindex(columns=list(HISTORY_COLUMNS))
    return table.astype({"value": "Int64", "stands": bool})
