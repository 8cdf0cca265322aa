"""Do the minutes that each notebook of the course states fit what stands in it?

Computed without the stated figure: reading Japanese at 400 letters a minute, and for each cell what a
beginner does with it. The minutes a cell are assumptions, not measurements; two (widget, change) were
added after a first comparison with the notebooks, whose figures were then mended. ``-s`` prints all.
"""

import re
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from dxkit import load

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = [FOLDER / "00_start_here.ipynb", *sorted((FOLDER / "trainees").glob("[0-9]*.ipynb"))]
LETTERS_A_MINUTE = 400
# run it, look at what comes, go on
CELL_MINUTES = 1
# the board asks for one in 10 to 15 minutes: read, look it up, answer, often twice
EXERCISE_MINUTES = 3
# moved to and fro, or filled in
WIDGET_MINUTES = 5
# decide, type, run again what follows
CHANGE_MINUTES = 2
MOST_APART = 1 / 3
LEAST_NOTEBOOKS, MINUTES_AN_EXERCISE = 2, 15
WIDGET = re.compile(r"widgets\.(?!exercise\()\w+\(")


def _count_letters(text):
    """Count what is read: no signs of Markdown, no addresses, no rows of a list of notebooks."""
    rows = [row for row in text.splitlines() if not re.match(r"\|.*\.ipynb", row)]
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", "\n".join(rows))
    return len(re.sub(r"[*#`|>\-\s]", "", plain))


def _measure(path):
    cells = nbformat.read(path, as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    source = "\n".join(code)
    letters = sum(_count_letters(cell.source) for cell in cells if cell.cell_type == "markdown")
    exercises, widgets = source.count("widgets.exercise("), len(WIDGET.findall(source))
    changes = source.count("ここを変える")
    minutes = (
        letters / LETTERS_A_MINUTE
        + CELL_MINUTES * (len(code) - exercises - widgets)
        + EXERCISE_MINUTES * exercises
        + WIDGET_MINUTES * widgets
        + CHANGE_MINUTES * changes
    )
    stated = int(re.search(r"所要[^0-9]*(\d+)分", cells[0].source)[1])
    return {
        "notebook": path.stem, "stated": stated, "computed": round(minutes, 1), "letters": letters,
        "cells": len(code), "exercises": exercises, "widgets": widgets, "changes": changes,
    }  # fmt: skip


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_the_stated_minutes_are_within_a_third_of_those_of_the_text(path):
    row = _measure(path)
    assert abs(row["stated"] - row["computed"]) <= MOST_APART * row["computed"], row


def test_the_minutes_and_exercises_of_each_subject_are_printed():
    table = pd.DataFrame([_measure(path) for path in NOTEBOOKS]).set_index("notebook")
    lessons = load("liaison_curriculum")[["lesson", "notebook"]]
    stems = lessons["notebook"].str.removeprefix("trainees/").str.removesuffix(".ipynb")
    lessons = lessons.assign(notebook=stems).join(table, on="notebook")
    subjects = lessons.groupby("lesson", sort=False)[["stated", "computed", "exercises"]].sum()
    subjects["notebooks"] = lessons.groupby("lesson")["notebook"].count()
    sys.stdout.write(f"\n{table.to_string()}\n\n{subjects.to_string()}\n")
    assert (subjects["notebooks"] >= LEAST_NOTEBOOKS).all()
    assert (subjects["exercises"] >= subjects["stated"] / MINUTES_AN_EXERCISE).all()
