"""Why does a wish end where it ends, and is the seating fair to every body?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dxkit.support.training._paths import LABELS, STAGES, Session, Wish, fits

Given = Mapping[int, tuple[int, ...]]
LAST = len(STAGES) - 1
WAYS = {
    "stage_by_stage": "段階ごとの先着順",
    "first_come": "人ごとの先着順",
    "best": "全体を見て割り当て",
}


def refused(
    given: Given, asked: Sequence[Wish], offered: Sequence[Session], load: int
) -> pd.DataFrame:
    """Say for every wish that does not reach the last stage why it goes no further."""
    left, used = _left(given, offered), _used(given, asked, offered)
    rows = []
    for at, wish in enumerate(asked):
        path = given.get(at, ())
        stage = offered[path[-1]].stage if path else wish.done
        if stage < LAST:
            cause, reason = _cause(
                wish, path, offered, left=left, used=used, load=load, stage=stage + 1
            )
            reached = STAGES[offered[path[-1]].stage] if path else ""
            rows.append((wish.person, wish.code, wish.topic, reached, cause, reason))
    return pd.DataFrame(rows, columns=["learner", "code", "topic", "reached", "cause", "reason"])


def by_code(
    given: Given, asked: Sequence[Wish], offered: Sequence[Session], load: int
) -> pd.DataFrame:
    """Count for every body, and say why where nobody of it has a seat."""
    why = refused(given, asked, offered, load)
    rows = []
    for code in sorted({wish.code for wish in asked}):
        own = [at for at, wish in enumerate(asked) if wish.code == code]
        served = [at for at in own if at in given]
        reasons = Counter(why.loc[why["code"] == code, "reason"])
        rows.append(
            {
                "code": code,
                "persons": len({asked[at].person for at in own}),
                "wishes": len(own),
                "seats": sum(len(given[at]) for at in served),
                "cycles": sum(_whole(given[at], offered) for at in served),
                "served": len({asked[at].person for at in served}),
                "share": len(served) / len(own),
                "reason": ""
                if served
                else "、".join(reason for reason, _ in reasons.most_common()),
            }
        )
    return pd.DataFrame(rows)


def totals(
    way: str, given: Given, asked: Sequence[Wish], offered: Sequence[Session], bonus: int
) -> dict[str, Any]:
    """Give value, seats and completed cycles of a seating, and how the worst off fare."""
    cycles = [at for at, path in given.items() if _whole(path, offered)]
    wanted, got = Counter(wish.code for wish in asked), Counter(asked[at].code for at in given)
    return {
        "way": way,
        "label": WAYS[way],
        "value": sum(asked[at].value * len(path) for at, path in given.items())
        + bonus * sum(asked[at].value for at in cycles),
        "seats": sum(map(len, given.values())),
        "cycles": len(cycles),
        "served": len({asked[at].person for at in given}),
        "empty": sum(code not in got for code in wanted),
        "lowest": min((got[code] / many for code, many in wanted.items()), default=0.0),
    }


def _whole(path: Sequence[int], offered: Sequence[Session]) -> bool:
    return offered[path[-1]].stage == LAST


def _left(given: Given, offered: Sequence[Session]) -> list[int]:
    taken = Counter(session for path in given.values() for session in path)
    return [session.seats - taken[at] for at, session in enumerate(offered)]


def _used(
    given: Given, asked: Sequence[Wish], offered: Sequence[Session]
) -> Counter[tuple[str, int]]:
    return Counter(
        (asked[at].person, offered[session].term) for at, path in given.items() for session in path
    )


def _cause(
    wish: Wish,
    path: Sequence[int],
    offered: Sequence[Session],
    *,
    left: Sequence[int],
    used: Mapping[tuple[str, int], int],
    load: int,
    stage: int,
) -> tuple[str, str]:
    """Give the first thing that stands in the way of the next stage."""
    said = f"「{LABELS[STAGES[stage]]}」"
    after = offered[path[-1]].term if path else 0
    every = [
        at
        for at, session in enumerate(offered)
        if session.topic == wish.topic and session.stage == stage
    ]
    there = [at for at in every if fits(wish, offered[at], stage) and offered[at].term >= after]
    free = [at for at in there if left[at] > 0]
    if not every:
        return "none_offered", f"{said}の開講がない"
    if not there:
        when = f"第{after}期より後に" if after else ""
        return "away", f"{said}は、{when}出られる期の開講がない"
    if not free:
        terms = "・".join(str(offered[at].term) for at in there)
        return "full", f"{said}は満席（第{terms}期、{sum(offered[at].seats for at in there)}席）"
    if all(used.get((wish.person, offered[at].term), 0) >= load for at in free):
        return "load", f"{said}に空きはあるが、1期{load}回までの上限に達している"
    return "open", f"{said}に空きがある（追加で申し込める）"
