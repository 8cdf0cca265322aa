"""What stays of a meeting once nobody may ever link a ballot to a person, a card or another ballot?

The entries are written anew: each vote and choice that counts becomes a row of its own, with a
random id, without its time, in random order within its item. What was replaced or taken back goes.
Cards keep their order and times, which then lead to no ballot. The seal keeps what the ballots of
one voter together were needed for (how far the voters agree), and the receipts apart from the
values.
"""

import json
import random
import secrets
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dxkit.errors import ChoiceError
from dxkit.schema import LEAST_PEERS, carry_provenance
from dxkit.store._agreement import Agreement, measure_agreement
from dxkit.store._entry_row import make_row
from dxkit.store._practice_meetings import PRACTICE_MARK
from dxkit.store._record_tables import (
    SECRET_KINDS,
    find_latest_entries,
    list_receipts,
    read_seal,
    tabulate_votes,
)

Entry = Mapping[str, Any]
# random bytes that take the place of an author: two ballots on an item must differ in something
AUTHOR_BYTES = 32
FIGURES = ("w", "p_value", "voters", "complete", "items", "missing", "silhouette")


def rewrite_entries(
    entries: Sequence[Entry], secret: bytes | bytearray, digest_before: str
) -> list[dict[str, Any]]:
    """Write the entries of a meeting as they stay, the seal last.

    Parameters
    ----------
    entries
        All entries, in their order.
    secret
        The meeting's.
    digest_before
        The digest of these entries, which may have been printed.
    """
    # the order of the rows must not be one that anybody could compute again
    shuffle = random.SystemRandom().shuffle
    ballots: list[dict[str, Any]] = []
    for kind in SECRET_KINDS:
        of_item: dict[str, list[dict[str, Any]]] = {}
        for (_, item), entry in find_latest_entries(entries, kind).items():
            of_item.setdefault(item, []).append(_write_ballot(entry))
        for rows in of_item.values():
            shuffle(rows)
            ballots += rows
    cards = [_write_card(entry) for entry in _list_card_entries(entries)]
    text = json.dumps(
        {
            "agreements": _measure_agreements(entries, secret),
            "receipts": _collect_receipts(entries),
            "digest_before": digest_before,
        },
        ensure_ascii=False,
    )
    return [*ballots, *cards, make_row("seal", None, {"text": text})]


def read_agreement(entry: Entry, items: Sequence[str] | None, *, made: bool = False) -> Agreement:
    """Read how far the voters agreed from the seal of a meeting.

    Raises
    ------
    ChoiceError
        If the seal does not keep it for these items.
    """
    kept = read_seal(entry).get("agreements", [])
    for content in kept:
        if items is None or set(items) == set(content["names"]):
            return _read_figures(content, PRACTICE_MARK if made else {})
    raise ChoiceError(
        "封をした会議の一致の度合いは、投票のあった全項目か、"
        f"{LEAST_PEERS}票以上の全項目についてだけ残っています"
        "（1人の票どうしを結べないよう、票の組は消しました）。items を書かずに呼んでください。"
    )


def _write_ballot(entry: Entry) -> dict[str, Any]:
    """Write a ballot of which nothing is known but what it says."""
    # a choice is its text; a vote's text is the receipt
    text = entry["text"] if entry["kind"] == "choice" else ""
    return make_row(
        entry["kind"], str(uuid.uuid4()), {"item": entry["item"], "value": entry["value"]}
    ) | {"author": secrets.token_hex(AUTHOR_BYTES), "text": text, "at": ""}


def _write_card(entry: Entry) -> dict[str, Any]:
    """Write a card's entry without the hash of who sent it."""
    fields = {name: value for name, value in entry.items() if name not in ("number", "meeting")}
    return fields | {"author": "", "voter": ""}


def _list_card_entries(entries: Sequence[Entry]) -> list[Entry]:
    """List the entries of cards, and those that move or take back entries of cards."""
    ids: set[str] = set()
    of_cards = []
    for entry in entries:
        is_card = entry["kind"] == "note" or (entry["target"] and entry["target"] in ids)
        if is_card:
            ids.add(entry["id"])
            of_cards.append(entry)
    return of_cards


def _collect_receipts(entries: Sequence[Entry]) -> dict[str, list[str]]:
    receipts = list_receipts(entries, None)
    return {str(item): list(rows) for item, rows in receipts.groupby("item", sort=True)["receipt"]}


def _measure_agreements(
    entries: Sequence[Entry], secret: bytes | bytearray
) -> list[dict[str, Any]]:
    """Measure how far the voters agree on all items, and on those whose figures are shown."""
    votes = tabulate_votes(entries, None, secret)
    counts = votes.notna().sum()
    shown = [str(item) for item in votes.columns[counts >= LEAST_PEERS]]
    sets = [list(map(str, votes.columns))]
    sets += [shown] if shown and len(shown) < len(counts) else []
    return [_write_figures(items, votes.reindex(columns=items).dropna(how="all")) for items in sets]


def _write_figures(items: list[str], votes: pd.DataFrame) -> dict[str, Any]:
    agreement = measure_agreement(votes.rename_axis("item", axis="columns"))
    figures = {
        name: None if pd.isna(value := getattr(agreement, name)) else value for name in FIGURES
    }
    tables = {
        name: getattr(agreement, name).astype(object).where(getattr(agreement, name).notna(), None)
        for name in ("groups", "opinions")
    }
    rows = {name: table.to_dict("list") for name, table in tables.items()}
    return {"names": items, "figures": figures, **rows}


def _read_figures(content: Mapping[str, Any], origin: Mapping[str, Any]) -> Agreement:
    figures: dict[str, Any] = {
        name: float("nan") if value is None else value for name, value in content["figures"].items()
    }
    groups = pd.DataFrame(content["groups"], columns=["group", "voters"])
    opinions = pd.DataFrame(content["opinions"], columns=["group", "item", "votes", "mean"])
    # the kinds of columns that an open meeting's answer has
    opinions = opinions.astype({"group": "Int64", "mean": "float64"})
    figures["groups"] = carry_provenance(groups.astype({"group": "Int64"}), origin)
    figures["opinions"] = carry_provenance(opinions, origin)
    return Agreement(**figures)
