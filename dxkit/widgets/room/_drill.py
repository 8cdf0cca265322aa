"""Which way of sharing does each group choose, hour by hour, and what does it lead to?

A table-top drill on the stage: each card of the table ``drill_cards`` is a question of the meeting.
The stage shows what has happened by its hour, the phones choose in secret, and what the officer
then opens is the shock and the scores of every choice beside the number of phones that made it: a
group counts once if it keeps to one phone, as the stage asks.
Questions, answers and scores lie in the meeting's files: nothing that is run again loses one.
"""

from typing import Any

import pandas as pd

from dxkit import sharing
from dxkit.loaders import load
from dxkit.schema import MADE_MARK
from dxkit.widgets.room._questions import Question
from dxkit.widgets.room._room_state import RoomState

CARDS_TABLE = "drill_cards"
SCENARIO = "nankai_illustrative"
SETTING = "drill"
HOURS = 72
DRAWS = 10
# before a day is over no municipality's own figures are marked
FIRST_SCORED_HOUR = 24


def start_drill(room: RoomState) -> None:
    """Ask the room the questions of all cards; those that are there already stay."""
    cards = load(CARDS_TABLE)
    policies = tuple(map(str, sharing.read_scenario(SCENARIO).policies["policy"]))
    drill = room.log.read_setting(SETTING, {})
    for card in cards.to_dict("records"):
        question = Question(
            f"{card['card']}枚目（{card['hour']}時間）: {card['question']}", "choice", policies
        )
        if question.key not in room.stage.questions:
            room.stage.add_question(question)
        shock = "" if pd.isna(card["shock"]) else str(card["shock"])
        facts = {"card": int(card["card"]), "inject": str(card["inject"]), "shock": shock}
        # what was scored before stays
        drill[question.key] = drill.get(question.key, {}) | facts
    room.log.write_setting(SETTING, drill)


def score_card(room: RoomState) -> None:
    """Compute the scores of the card on the stage while the groups choose, once; takes a second."""
    question = room.stage.question
    drill = room.log.read_setting(SETTING, {})
    if question is None or question.key not in drill or "scores" in drill[question.key]:
        return
    scores = _compute_scores(int(drill[question.key]["card"]))
    drill[question.key] |= {"scores": scores}
    room.log.write_setting(SETTING, drill)


def describe_card(room: RoomState, view: dict[str, Any], *, is_shown: bool) -> dict[str, Any]:
    """Describe what the stage shows of a card beside its question; nothing for other questions.

    Parameters
    ----------
    room
        The meeting.
    view
        The question and, where it is open, its result.
    is_shown
        Whether the officer has opened it: until then neither shock nor scores leave this laptop.
    """
    facts = room.log.read_setting(SETTING, {}).get(view["key"])
    if facts is None:
        return {}
    card: dict[str, Any] = {"inject": facts["inject"], "mark": MADE_MARK}
    if is_shown:
        votes = {bar["label"]: bar["count"] for bar in view.get("bars", ())}
        rows = [row | {"phones": votes.get(row["policy"])} for row in facts.get("scores", ())]
        card |= {"shock": facts["shock"], "scores": rows}
    return card


def _compute_scores(number: int) -> list[dict[str, Any]]:
    """Compute the scores at a card's hour, with all that has happened up to it."""
    cards = load(CARDS_TABLE)
    past = cards[(cards["card"] <= number) & cards["setting"].notna()]
    changes = dict(zip(past["setting"], past["value"], strict=True))
    scenario = sharing.read_scenario(SCENARIO).change(hours=HOURS, draws=DRAWS, **changes)
    hour = int(cards.loc[cards["card"] == number, "hour"].iloc[0])
    scores = sharing.drill_scores(sharing.simulate(scenario), hour=max(hour, FIRST_SCORED_HOUR))
    columns = ["policy", "known", "lawful_share", "staff_hours", "least_known"]
    # a browser reads no NaN
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in scores[columns].to_dict("records")
    ]
