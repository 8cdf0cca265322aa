"""Write down what each exercise of the trainees' notebooks asks, and its answer.

    python scripts/record_exercises.py              all of them
    python scripts/record_exercises.py 12 13        those of the notebooks 12 and 13 only

Runs the notebooks and writes ``tests/course_exercises.csv``; ``tests/test_course_answers.py`` tries each exercise with
twenty written answers from it, and ``tests/test_notebooks.py`` holds it against the notebooks whenever they run.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "tests" / "course_exercises.csv"
NOTEBOOKS = ROOT / "notebooks" / "trainees"
COLUMNS = ["notebook", "number", "question", "answers", "unit", "tolerance", "choices"]
SEPARATOR = "|"
WAIT_S = 600
# before the first cell: every exercise also tells what it asks
WATCH = """
from dxkit import widgets as _widgets
_exercise = _widgets.exercise
def _told(question, answer, **options):
    listed = answer if isinstance(answer, list | tuple) else [answer]
    told = {"question": question, "answers": [str(part) if isinstance(part, str) else float(part) for part in listed]}
    told |= {name: options.get(name, otherwise) for name, otherwise in (("unit", ""), ("tolerance", 0), ("choices", []))}
    get_ipython().display_pub.publish({"application/json": {"exercise": told | {"choices": [str(c) for c in told["choices"]]}}})
    return _exercise(question, answer, **options)
_widgets.exercise = _told
"""


def main() -> int:
    """Run the notebooks and write the record."""
    numbers = sys.argv[1:]
    paths = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    chosen = [path for path in paths if not numbers or path.stem.partition("_")[0] in numbers]
    rows: list[dict[Any, Any]] = [row for path in chosen for row in record(path)]
    if numbers and RECORD.exists():
        kept = pd.read_csv(RECORD, dtype=str, keep_default_na=False)
        names = {path.stem for path in chosen}
        rows += kept[~kept["notebook"].isin(names)].to_dict("records")
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"number": int})
    table.sort_values(["notebook", "number"]).to_csv(RECORD, index=False)
    print(f"{len(table)} exercises: {RECORD.relative_to(ROOT)}")
    return 0


def record(path: Path) -> list[dict[str, Any]]:
    """Run a notebook and give its exercises, in their order."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    watch = nbformat.v4.new_code_cell(WATCH)  # type: ignore[no-untyped-call]
    notebook.cells.insert(0, watch)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        NotebookClient(
            notebook, timeout=WAIT_S, kernel_name="python3", resources=resources
        ).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    told = [output.get("data", {}).get("application/json") for output in outputs]
    exercises = [entry["exercise"] for entry in told if isinstance(entry, dict)]
    return [
        {
            "notebook": path.stem,
            "number": number,
            "question": exercise["question"],
            "answers": SEPARATOR.join(map(str, exercise["answers"])),
            "unit": exercise["unit"],
            "tolerance": exercise["tolerance"],
            "choices": SEPARATOR.join(exercise["choices"]),
        }
        for number, exercise in enumerate(exercises, start=1)
    ]


if __name__ == "__main__":
    sys.exit(main())
