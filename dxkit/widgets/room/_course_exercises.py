"""Which exercises does the trainees' course have, and what is each called on the board?

Read from the notebooks themselves: JupyterLab tells the kernel the id of the cell that runs, and
the same id stands in the notebook's file.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dxkit.loaders import data_folder

CALL = "widgets.exercise("
TITLE = re.compile(r"^# +(.+)$", re.M)


class CourseExercise(NamedTuple):
    """One exercise: its cell's id, its notebook's number and title, and which it is there."""

    cell_id: str
    notebook: str
    title: str
    number: int

    @property
    def label(self) -> str:
        """What it is called on the board, such as 06 問1."""
        return f"{self.notebook} 問{self.number}"


@cache
def list_course_exercises() -> dict[str, CourseExercise]:
    """List the course's exercises by the ids of their cells; empty where no notebooks are there."""
    folder = data_folder().parent / "notebooks" / "trainees"
    exercises = [
        exercise for path in sorted(folder.glob("[0-9]*.ipynb")) for exercise in _read_course(path)
    ]
    return {exercise.cell_id: exercise for exercise in exercises}


def _read_course(path: Path) -> list[CourseExercise]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        # somebody has saved it half: the board goes on without it
        return []
    sources = [("".join(cell.get("source", "")), str(cell.get("id", ""))) for cell in cells]
    title = TITLE.search(sources[0][0]) if sources else None
    ids = [cell_id for source, cell_id in sources if CALL in source and cell_id]
    notebook = path.stem.partition("_")[0]
    return [
        CourseExercise(cell_id, notebook, title[1].strip() if title else path.stem, number)
        for number, cell_id in enumerate(ids, start=1)
    ]
