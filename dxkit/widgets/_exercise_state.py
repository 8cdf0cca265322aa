"""What has a trainee answered before, on another day or before the notebook was opened again?

One small file in the user's own folder (`dxkit.loaders.user_folder`); no name, no time.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass

from dxkit.loaders import user_folder

FILE_NAME = "exercises.json"
KEY_DIGITS = 16


@dataclass
class ExerciseState:
    """What was typed last, how often it was wrong, and whether it was right."""

    typed: str = ""
    tries: int = 0
    solved: bool = False


def make_key(*parts: object) -> str:
    """Make the key of an exercise: another question or another answer is another exercise."""
    return hashlib.sha256("\n".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[
        :KEY_DIGITS
    ]


def read_state(key: str) -> ExerciseState:
    """Read what was answered; a file that is not there or damaged is the same as nothing."""
    entry = _read_all().get(key)
    if not isinstance(entry, dict):
        return ExerciseState()
    typed, tries, solved = (entry.get(name) for name in ("typed", "tries", "solved"))
    return ExerciseState(
        typed=typed if isinstance(typed, str) else "",
        tries=tries if isinstance(tries, int) else 0,
        solved=solved is True,
    )


def write_state(key: str, state: ExerciseState) -> bool:
    """Keep what was answered; returns whether it could be written."""
    path = user_folder() / FILE_NAME
    partial = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    # what other notebooks have written meanwhile stays
    states = _read_all() | {key: asdict(state)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(states, ensure_ascii=True), encoding="utf-8")
        partial.replace(path)
    except OSError:
        return False
    return True


def _read_all() -> dict[str, object]:
    try:
        states = json.loads((user_folder() / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return states if isinstance(states, dict) else {}
