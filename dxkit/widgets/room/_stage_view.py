"""What exactly goes to the projector's page, and nothing more?

A result leaves only when the officer has opened it, and only from as many voters on as the room's
least number: a hidden result does not reach the browser at all.
"""

from collections import Counter
from typing import Any

import pandas as pd
import segno

from dxkit.schema import VOTE_WORDS
from dxkit.widgets.room._drill import describe_card
from dxkit.widgets.room._questions import WITH_CARDS, Question, write_vote_value
from dxkit.widgets.room._room_state import RoomState
from dxkit.widgets.room._stage import AGENDA, CARDS, DOOR, SHOWN

# value of a vote → its column in the results
VOTE_COLUMNS = {
    -2: "against_strongly",
    -1: "against",
    0: "neutral",
    1: "for",
    2: "for_strongly",
}
# cards and words that fit on a projector
MAX_STAGE_CARDS = 12
MAX_STAGE_WORDS = 24


def describe_stage(room: RoomState) -> dict[str, Any]:
    """Describe what the projector shows now."""
    stage = room.stage
    view: dict[str, Any] = {
        "title": room.title,
        "step": stage.step,
        "timer_s": stage.timer_s,
        "joined": room.joined,
        "expected": room.door.expected,
        "accepting": stage.is_accepting,
    }
    if stage.step == DOOR:
        view["door"] = describe_door(room)
    if stage.step == AGENDA:
        view["agenda"] = stage.agenda
    if stage.step == CARDS:
        # answers to a question have a step of their own
        answered = {question.label for question in stage.questions.values()}
        cards = [card for card in room.list_shown_cards() if card["group"] not in answered]
        view |= {"cards": cards[:MAX_STAGE_CARDS], "total": len(cards)}
    if stage.question is not None:
        is_open = stage.is_open(stage.question.key)
        result = describe_result(room, stage.question, is_shown=is_open)
        view["question"] = result | describe_card(room, result, is_shown=is_open)
    return view


def describe_door(room: RoomState) -> dict[str, Any]:
    """Describe how phones come in; no QR code leads to this laptop itself unless asked for."""
    return {
        "address": room.address,
        "code": f"{room.code[:4]} {room.code[4:]}",
        "qr": draw_qr(room.link) if room.has_qr else None,
        "tickets": room.door.needs_ticket,
    }


def draw_qr(link: str) -> str:
    """Draw a QR code as a picture that stands in the page itself."""
    return segno.make(link, error="m", micro=False).svg_data_uri(scale=8, border=3)


def describe_result(room: RoomState, question: Question, *, is_shown: bool) -> dict[str, Any]:
    """Describe a question and, where it is open, its result."""
    view: dict[str, Any] = question.describe() | {"open": is_shown, "least": room.min_votes}
    if question.kind == "scale":
        return view | _describe_scale(room, question, is_shown=is_shown)
    if question.kind in WITH_CARDS:
        return view | _describe_cards(room, question, is_shown=is_shown)
    return view | _describe_choices(room, question, is_shown=is_shown)


def _describe_scale(room: RoomState, question: Question, *, is_shown: bool) -> dict[str, Any]:
    results = room.read_table("results")
    rows = results[results["item"] == question.key].to_dict(orient="records")
    votes = int(rows[0]["votes"]) if rows else 0
    if not is_shown or votes < room.min_votes:
        return {"votes": votes}
    bars = [
        {
            "label": f"{write_vote_value(value)} {word}",
            "count": int(rows[0][VOTE_COLUMNS[value]]),
            "tone": value,
        }
        for value, word in VOTE_WORDS.items()
    ]
    return {"votes": votes, "bars": bars, "mean": round(float(rows[0]["mean"]), 2)}


def _describe_choices(room: RoomState, question: Question, *, is_shown: bool) -> dict[str, Any]:
    """Describe a choice, or a ranking: points 3, 2, 1 for the first three places."""
    items = [question.key] if question.kind == "choice" else question.place_items
    choices = room.read_table("choices")
    # fewer than three: one row without a number
    tables = [choices[choices["item"] == item] for item in items]
    if any(table["votes"].isna().any() for table in tables):
        return {"votes": None}
    votes = max(int(table["votes"].sum()) for table in tables)
    if not is_shown or min(int(table["votes"].sum()) for table in tables) < room.min_votes:
        return {"votes": votes}
    points: Counter[str] = Counter()
    for place, table in enumerate(tables):
        weight = len(tables) - place
        for row in table.to_dict(orient="records"):
            points[str(row["option"])] += weight * int(row["votes"])
    # an even result keeps the order in which the options were asked
    ordered = sorted(question.options, key=lambda option: -points[option])
    bars = [{"label": option, "count": points[option], "tone": 2} for option in ordered]
    return {"votes": votes, "bars": bars, "is_points": question.kind == "ranking"}


def _describe_cards(room: RoomState, question: Question, *, is_shown: bool) -> dict[str, Any]:
    cards = [card for card in room.list_shown_cards() if card["group"] == question.label]
    view: dict[str, Any] = {"votes": len(cards)}
    if is_shown and question.kind == "words":
        words = pd.Series([card["text"] for card in cards], dtype=object)
        # the same word in another width counts as the same
        counts = words.str.normalize("NFKC").str.strip().value_counts(sort=True)
        view["total"] = len(counts)
        view["words"] = [
            {"label": str(word), "count": int(count)}
            for word, count in counts.head(MAX_STAGE_WORDS).items()
        ]
    elif is_shown:
        by_support = sorted(cards, key=lambda card: -(card["support"] or 0))
        view |= {"cards": by_support[:MAX_STAGE_CARDS], "total": len(cards)}
    return view


def count_waiting(cards: list[dict[str, Any]]) -> int:
    """Count the cards that nobody has let through or hidden yet."""
    return sum(card["verdict"] not in (SHOWN, "hidden") for card in cards)
