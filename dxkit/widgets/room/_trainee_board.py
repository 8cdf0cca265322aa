"""Where does a room of trainees stand, without anybody being named?

Trainees who share send which exercise they tried, of which kind an error was, and a red or green
card; nothing else is taken. What each has sent last is kept in the room's log under a hash that
leads to no vote and to no person. Counts below three are shown as 少数.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

from dxkit._environment import ERROR_KINDS
from dxkit.errors import ChoiceError
from dxkit.schema import LEAST_PEERS
from dxkit.widgets.room._course_exercises import list_course_exercises
from dxkit.widgets.room._keyed_hash import hash_text
from dxkit.widgets.room._page_files import CSS, HTML, SCRIPT
from dxkit.widgets.room._replies import Reply, make_reply
from dxkit.widgets.room._room_log import RoomLog

BOARD_STATE = "/board/state"
PROGRESS = "/progress"
BOARD_FILES = {
    "/board": ("board.html", HTML),
    "/board.css": ("board.css", CSS),
    "/board.js": ("board.js", SCRIPT),
}
LOG_NAME = "trainees"
NAME_LENGTH = 40
TRIED = "tried"
SOLVED = "solved"
RED = "red"
GREEN = "green"
CARDS = {RED: "止まっています", GREEN: "進めます"}
# an exercise that is in no notebook of the course
OTHER_EXERCISE = "other"
OTHER_LABEL = "ほかの問い"
FEW = "少数"
# share that has solved an exercise, and how its tile looks from there on
MANY_SHARE = 2 / 3
SOME_SHARE = 1 / 3

Trainee = dict[str, Any]


class TraineeBoard:
    """Keeps what trainees share, and describes it in counts.

    Parameters
    ----------
    log
        Where it is kept; it is there again after a restart.
    key
        The meeting's own key.
    """

    def __init__(self, log: RoomLog, key: bytes) -> None:
        self._log = log
        self._key = key
        # two reports at the same moment must not lose one another
        self._lock = threading.Lock()

    def take_report(self, body: Mapping[str, Any], client: str) -> Reply:
        """Keep one report.

        Raises
        ------
        ChoiceError
            If it holds anything but what a trainee may share.
        """
        name, value = _read_report(body)
        # another hash than that of votes and of the door
        trainee_id = hash_text(self._key, "trainee", client)[:NAME_LENGTH]
        with self._lock:
            trainees = dict(self._log.read_setting(LOG_NAME, {}))
            trainee = dict(trainees.pop(trainee_id, _make_trainee()))
            if name == "exercise":
                done = dict(trainee["exercises"])
                # who has solved it once has solved it
                if done.get(value["id"]) != SOLVED:
                    done[value["id"]] = value["state"]
                trainee["exercises"] = done
            elif name != "share":
                trainee[name] = value
            if name != "share" or value:
                trainees[trainee_id] = trainee
            # in the order of the hashes, which is no order of arrival
            self._log.write_setting(LOG_NAME, dict(sorted(trainees.items())))
        return make_reply(200, {"kept": True})

    def describe(self) -> dict[str, Any]:
        """Describe the room: sentences, cards and tiles; no count below three."""
        trainees = list(self._log.read_setting(LOG_NAME, {}).values())
        total = len(trainees)
        errors = Counter(trainee["error"] for trainee in trainees if trainee["error"])
        cards = Counter(trainee["card"] for trainee in trainees if trainee["card"])
        return {
            "total": write_count(total),
            "stops": [
                _write_stop(kind, count, total)
                for kind, count in sorted(
                    errors.items(), key=lambda item: (-item[1], ERROR_KINDS.index(item[0]))
                )
            ],
            "cards": [
                {"card": card, "label": label, "count": write_count(cards[card])}
                for card, label in CARDS.items()
            ],
            "tiles": _draw_tiles(trainees),
        }


def write_count(count: int) -> str:
    """Write a count of persons; one or two are few, whoever they are."""
    return FEW if 0 < count < LEAST_PEERS else f"{count}人"


def _make_trainee() -> Trainee:
    return {"exercises": {}, "error": "", "card": ""}


def _read_report(body: Mapping[str, Any]) -> tuple[str, Any]:
    """Read a report: exactly one thing, in words of a closed list.

    Raises
    ------
    ChoiceError
        If it is anything else.
    """
    refusal = ChoiceError("共有できるのは、練習・エラーの種類・カードだけです。")
    if len(body) != 1:
        raise refusal
    name, value = next(iter(body.items()))
    if name == "share" and isinstance(value, bool):
        return name, value
    if name == "error" and value in ("", *ERROR_KINDS):
        return name, value
    if name == "card" and value in ("", *CARDS):
        return name, value
    is_exercise = name == "exercise" and isinstance(value, dict) and set(value) == {"id", "state"}
    if not is_exercise or value["state"] not in (TRIED, SOLVED):
        raise refusal
    # an id that is not the course's could be any text: it is not kept
    is_known = isinstance(value["id"], str) and value["id"] in list_course_exercises()
    return name, {"id": value["id"] if is_known else OTHER_EXERCISE, "state": value["state"]}


def _write_stop(kind: str, count: int, total: int) -> str:
    """Write on what how many have stopped."""
    if count < LEAST_PEERS:
        return f"「{kind}」で止まっている人が、{FEW}います"
    return f"{total}人中{count}人が「{kind}」で止まっています"


def _draw_tiles(trainees: list[Trainee]) -> list[dict[str, str]]:
    """Draw a tile an exercise that anybody has tried, in the course's order."""
    course = list_course_exercises()
    solved: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for trainee in trainees:
        for cell_id, state in trainee["exercises"].items():
            (solved if state == SOLVED else tried)[cell_id] += 1
    tiles = []
    for cell_id in [*course, OTHER_EXERCISE]:
        if not solved[cell_id] and not tried[cell_id]:
            continue
        exercise = course.get(cell_id)
        tiles.append(
            {
                "label": exercise.label if exercise else OTHER_LABEL,
                "title": exercise.title if exercise else "",
                "solved": write_count(solved[cell_id]),
                "tried": write_count(tried[cell_id]),
                "look": _choose_look(solved[cell_id], len(trainees)),
            }
        )
    return tiles


def _choose_look(count: int, total: int) -> str:
    """Choose a tile's look; of few nothing more is shown than that they are few."""
    if count < LEAST_PEERS:
        return "few"
    share = count / max(total, 1)
    return "many" if share >= MANY_SHARE else "some" if share >= SOME_SHARE else "few"
