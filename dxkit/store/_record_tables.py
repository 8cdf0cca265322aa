"""What do the entries of a meeting come to, without showing who entered them?

Entries are never changed: an undo, an arrangement and a later vote are entries of their own, and
these functions work out what stands. Figures of fewer than `LEAST_PEERS` voters are left out: they
would tell what one of them thinks.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit.schema import LEAST_PEERS
from dxkit.store._pseudonyms import unmask_voter
from dxkit.store._vote_scale import VOTE_COLUMNS

Entry = Mapping[str, Any]
# entries that only counts may be made of
SECRET_KINDS = ("vote", "choice")
FIGURE_COLUMNS = ("mean", "median", "spread")
RESULT_COLUMNS = ("item", "votes", *FIGURE_COLUMNS, *VOTE_COLUMNS.values())
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


def tabulate_votes(
    entries: Sequence[Entry], items: Sequence[str] | None, secret: bytes | bytearray
) -> pd.DataFrame:
    """Tabulate standing votes, one row a voter and one column an item.

    Voters have running numbers in the order of their secret names, which is no order of arrival.
    """
    votes = _unmask_votes(entries, secret)
    table = votes if items is None else votes.reindex(columns=list(items))
    # who voted on none of these items is no voter here
    table = table.dropna(how="all")
    return table.set_axis(pd.RangeIndex(1, len(table) + 1, name="voter")).rename_axis(
        "item", axis="columns"
    )


def list_receipts(entries: Sequence[Entry], items: Sequence[str] | None) -> pd.DataFrame:
    """List the receipts of the votes that stand, those of an item in the order of their codes."""
    seal = next((entry for entry in entries if entry["kind"] == "seal"), None)
    if seal is None:
        latest = find_latest_entries(entries, "vote")
        codes: dict[str, list[str]] = {}
        for (_, item), entry in latest.items():
            codes.setdefault(item, []).append(entry["text"])
    else:
        codes = read_seal(seal).get("receipts", {})
    names = list(codes) if items is None else list(items)
    # codes are random digits: their order is none of arrival
    rows = [(item, code) for item in names for code in sorted(codes.get(item, [])) if code]
    return pd.DataFrame(rows, columns=["item", "receipt"])


def read_seal(entry: Entry) -> dict[str, Any]:
    """Read what a seal keeps of a meeting."""
    content = json.loads(entry["text"])
    return dict(content) if isinstance(content, dict) else {}


def _unmask_votes(entries: Sequence[Entry], secret: bytes | bytearray) -> pd.DataFrame:
    """Put the votes of each voter together; only the meeting's secret can."""
    latest = list(find_latest_entries(entries, "vote").values())
    items = list(dict.fromkeys(entry["item"] for entry in latest))
    voters = [unmask_voter(secret, entry["voter"]) for entry in latest]
    column_of_item = {item: j for j, item in enumerate(items)}
    row_of_voter = {voter: i for i, voter in enumerate(sorted(set(voters)))}
    # missing until a vote says otherwise
    values = np.full((len(row_of_voter), len(items)), np.nan)
    for voter, entry in zip(voters, latest, strict=True):
        values[row_of_voter[voter], column_of_item[entry["item"]]] = entry["value"]
    return pd.DataFrame(values, columns=items)


def summarise_votes(entries: Sequence[Entry], items: Sequence[str] | None) -> pd.DataFrame:
    """Summarise each item: votes, mean, median, spread, and how many chose each value."""
    votes_of_item: dict[str, list[int]] = {}
    for (_, item), entry in find_latest_entries(entries, "vote").items():
        votes_of_item.setdefault(item, []).append(entry["value"])
    names = list(votes_of_item) if items is None else list(items)
    rows = [
        _summarise_item(name, np.array(votes_of_item.get(name, []), dtype=np.float64))
        for name in names
    ]
    table = pd.DataFrame(rows, columns=list(RESULT_COLUMNS))
    table[list(FIGURE_COLUMNS)] = table[list(FIGURE_COLUMNS)].astype("float64")
    # whole numbers that may be missing
    table[list(VOTE_COLUMNS.values())] = table[list(VOTE_COLUMNS.values())].astype("Int64")
    return table.astype({"votes": "int64"})


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
    counts = table.groupby(["item", "option"], sort=True).size().rename("votes").reset_index()
    is_few = counts.groupby("item")["votes"].transform("sum") < LEAST_PEERS
    # the option alone would tell what they chose
    counts = counts.assign(
        option=counts["option"].mask(is_few, ""), votes=counts["votes"].astype("Int64").mask(is_few)
    )
    return counts.drop_duplicates(["item", "option"], ignore_index=True)


def list_history(entries: Iterable[Entry]) -> pd.DataFrame:
    """List every entry in order, without its author and without what single voters entered."""
    entries = list(entries)
    standing_ids = find_standing_ids(entries)
    open_items = _find_open_items(entries)
    # while votes still stand in the order of their arrival, a value would lead from one to the next
    is_sealed = any(entry["kind"] == "seal" for entry in entries)
    rows = [
        {**entry, "refers_to": entry["target"], "stands": entry["id"] in standing_ids}
        | _hide_content(entry, open_items, is_sealed=is_sealed)
        for entry in entries
    ]
    table = pd.DataFrame(rows).rename(columns={"number": "order"})
    # only these columns: the author's is left behind
    listed = table.reindex(columns=list(HISTORY_COLUMNS))
    return listed.astype({"value": "Int64", "stands": bool})


def _find_open_items(entries: Sequence[Entry]) -> set[tuple[str, str]]:
    """Find kind and item of what so many have voted on or chosen that it may be shown."""
    counts: dict[tuple[str, str], int] = {}
    for kind in SECRET_KINDS:
        for _, item in find_latest_entries(entries, kind):
            counts[kind, item] = counts.get((kind, item), 0) + 1
    return {key for key, count in counts.items() if count >= LEAST_PEERS}


def _hide_content(
    entry: Entry, open_items: set[tuple[str, str]], *, is_sealed: bool
) -> dict[str, object]:
    """Blank what an entry says where it would tell what one person thinks."""
    # a seal holds figures and receipts, a vote its receipt
    if entry["kind"] == "seal":
        return {"text": ""}
    if entry["kind"] not in SECRET_KINDS:
        return {}
    is_open = is_sealed and (entry["kind"], entry["item"]) in open_items
    if entry["kind"] == "vote":
        return {"text": ""} if is_open else {"text": "", "value": None}
    return {} if is_open else {"text": ""}


def _summarise_item(item: str, votes: FloatArray) -> list[object]:
    if len(votes) < LEAST_PEERS:
        figures = [np.nan] * 3
        return [item, len(votes), *figures, *[pd.NA for _ in VOTE_COLUMNS]]
    # also values that nobody chose have a count
    counts = [int((votes == value).sum()) for value in VOTE_COLUMNS]
    figures = [float(votes.mean()), float(np.median(votes)), float(votes.std())]
    return [item, len(votes), *figures, *counts]
