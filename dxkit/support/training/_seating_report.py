"""Why does a wish end where it ends, and is the seating fair to every body?

`tabulate_refusals` gives each wish that goes no further its reason, `count_by_code` and
`sum_up_seating` count what each body gets and what a seating is worth.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dxkit.support.training._learning_paths import Path, Session, Wish, is_fitting
from dxkit.support.training._learning_stages import LAST_STAGE, LEARNING_STAGES, STAGE_LABELS

# wish → its path, both as positions
Seating = Mapping[int, Path]
WAY_LABELS = {
    "stage_by_stage": "段階ごとの先着順",
    "first_come": "人ごとの先着順",
    "best": "全体を見て割り当て",
}
SEAT_COLUMNS = ["learner", "code", "topic", "stage", "term", "session"]
REFUSAL_COLUMNS = ["learner", "code", "topic", "reached", "cause", "reason"]


def tabulate_seats(
    seating: Seating, wishes: Sequence[Wish], sessions: Sequence[Session]
) -> pd.DataFrame:
    """Tabulate who sits in which session."""
    rows = [
        (
            wishes[position].person,
            wishes[position].code,
            wishes[position].topic,
            LEARNING_STAGES[sessions[session].stage],
            sessions[session].term,
            sessions[session].name,
        )
        # by person and topic, as the wishes are
        for position, path in sorted(seating.items())
        for session in path
    ]
    return pd.DataFrame(rows, columns=SEAT_COLUMNS)


def tabulate_refusals(
    seating: Seating, wishes: Sequence[Wish], sessions: Sequence[Session], load: int
) -> pd.DataFrame:
    """Tabulate every wish that does not reach the last stage, and why it goes no further."""
    seats_left = _count_seats_left(seating, sessions)
    hours = _count_hours(seating, wishes, sessions)
    rows = []
    for position, wish in enumerate(wishes):
        path = seating.get(position, ())
        stage = sessions[path[-1]].stage if path else wish.stage_done
        # who reaches the end of the cycle has nothing refused
        if stage >= LAST_STAGE:
            continue
        cause, reason = _find_cause(
            wish, path, sessions, stage + 1, seats_left=seats_left, hours=hours, load=load
        )
        # a stage done before is no seat of this year
        reached = LEARNING_STAGES[sessions[path[-1]].stage] if path else ""
        rows.append((wish.person, wish.code, wish.topic, reached, cause, reason))
    return pd.DataFrame(rows, columns=REFUSAL_COLUMNS)


def count_by_code(
    seating: Seating,
    wishes: Sequence[Wish],
    sessions: Sequence[Session],
    refusals: pd.DataFrame,
) -> pd.DataFrame:
    """Count for every body, and say why where nobody of it has a seat."""
    rows = []
    for code in sorted({wish.code for wish in wishes}):
        positions = [position for position, wish in enumerate(wishes) if wish.code == code]
        seated = [position for position in positions if position in seating]
        reasons = Counter(refusals.loc[refusals["code"] == code, "reason"])
        rows.append(
            {
                "code": code,
                "persons": len({wishes[position].person for position in positions}),
                "wishes": len(positions),
                "seats": sum(len(seating[position]) for position in seated),
                "cycles": sum(_is_cycle(seating[position], sessions) for position in seated),
                "served": len({wishes[position].person for position in seated}),
                "share": len(seated) / len(positions),
                "reason": "" if seated else "、".join(_list_by_frequency(reasons)),
            }
        )
    return pd.DataFrame(rows)


def sum_up_seating(
    way: str, seating: Seating, wishes: Sequence[Wish], sessions: Sequence[Session], bonus: int
) -> dict[str, Any]:
    """Sum up value, seats and completed cycles of a seating, and how the worst off fare."""
    cycles = [position for position, path in seating.items() if _is_cycle(path, sessions)]
    # shares are of a body's wishes, so that large bodies do not outweigh small ones
    n_wishes = Counter(wish.code for wish in wishes)
    n_seated = Counter(wishes[position].code for position in seating)
    seat_value = sum(wishes[position].value * len(path) for position, path in seating.items())
    cycle_value = sum(wishes[position].value for position in cycles)
    return {
        "way": way,
        "label": WAY_LABELS[way],
        "value": seat_value + bonus * cycle_value,
        "seats": sum(map(len, seating.values())),
        "cycles": len(cycles),
        "served": len({wishes[position].person for position in seating}),
        "empty": sum(code not in n_seated for code in n_wishes),
        "lowest": min((n_seated[code] / total for code, total in n_wishes.items()), default=0.0),
    }


def _is_cycle(path: Path, sessions: Sequence[Session]) -> bool:
    return sessions[path[-1]].stage == LAST_STAGE


def _list_by_frequency(reasons: Counter[str]) -> list[str]:
    # equally frequent reasons in the order of their words
    return sorted(reasons, key=lambda reason: (-reasons[reason], reason))


def _count_seats_left(seating: Seating, sessions: Sequence[Session]) -> list[int]:
    occupied = Counter(session for path in seating.values() for session in path)
    return [session.seats - occupied[position] for position, session in enumerate(sessions)]


def _count_hours(
    seating: Seating, wishes: Sequence[Wish], sessions: Sequence[Session]
) -> Counter[tuple[str, int]]:
    """Count the sessions of each person in each term."""
    return Counter(
        (wishes[position].person, sessions[session].term)
        for position, path in seating.items()
        for session in path
    )


def _find_cause(
    wish: Wish,
    path: Path,
    sessions: Sequence[Session],
    stage: int,
    *,
    seats_left: Sequence[int],
    hours: Mapping[tuple[str, int], int],
    load: int,
) -> tuple[str, str]:
    """Find the first thing that stands in the way of the next stage."""
    label = f"「{STAGE_LABELS[LEARNING_STAGES[stage]]}」"
    last_term = sessions[path[-1]].term if path else 0
    # from the widest to the narrowest, so that the first empty list is the cause
    same_stage = [
        position
        for position, session in enumerate(sessions)
        if session.topic == wish.topic and session.stage == stage
    ]
    possible = [
        position
        for position in same_stage
        if is_fitting(wish, sessions[position], stage) and sessions[position].term >= last_term
    ]
    # a seat is free where others have left one
    free = [position for position in possible if seats_left[position] > 0]
    if not same_stage:
        return "none_offered", f"{label}の開講がない"
    if not possible:
        when = f"第{last_term}期より後に" if last_term else ""
        return "away", f"{label}は、{when}出られる期の開講がない"
    if not free:
        terms = "・".join(str(sessions[position].term) for position in possible)
        seats = sum(sessions[position].seats for position in possible)
        return "full", f"{label}は満席（第{terms}期、{seats}席）"
    if all(hours.get((wish.person, sessions[position].term), 0) >= load for position in free):
        return "load", f"{label}に空きはあるが、1期{load}回までの上限に達している"
    return "open", f"{label}に空きがある（追加で申し込める）"
