"""Can a notebook be read aloud, and its exercises solved, in the minutes that it promises?

    python -m pip install pyopenjtalk-plus            once: Open JTalk, its dictionary, a voice
    python tests/benchmarks/reading_time.py [--only trainees] [--outputs] [--speed 0.9]

A speech synthesiser speaks the Markdown of each notebook as a reader reads it: without code, what
is folded, and names of files; links by their words, tables cell by cell. Taken is the length of
the speech, not the time that it takes to make. At 0.9 the voice says about 300 letters a minute, as
the news are read in Japan. `--outputs` runs the notebooks and adds the sentences that they print
(not the cells of their tables). The exercises' questions are read, too; each exercise takes three
minutes, each cell that shows something half a minute more to be looked at. Nothing is added for
talk: a facilitator's notebook that is promised 90 minutes for a meeting spends most of them on it.

There is no rival. Without the synthesiser the page says how to have it, and measures nothing.
"""

import argparse
import ast
import csv
import json
import re
import tempfile
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
# the minutes are assumptions; the rows show what they add up to
EXERCISE_MINUTES, LOOK_MINUTES = 3.0, 0.5
CALM = 0.9
# longer texts make the synthesiser slow
LONGEST_PIECE = 200
PROMISE = re.compile(r"\*\*所要\*\* (\d+)分")
SHOWN_CALLS = ("print(", "dxkit.show(", "charts.", "maps.", "widgets.")
INSTALL = "reading_time: Open JTalk is not installed: python -m pip install pyopenjtalk-plus"


def read_prose(markdown):
    """Give what a reader says of a Markdown cell."""
    text = re.sub(r"```.*?```", "", markdown, flags=re.S)
    # what is folded is opened by whom it concerns
    text = re.sub(r"(</summary>).*?(?=</details>)", r"\1", text, flags=re.S)
    text = re.sub(r"<!--.*?-->|<[^>]+>", "", text, flags=re.S)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    # code and names of files between the words are looked at, not read
    text = re.sub(r"`[^`]*`|https?://\S+|[\w/]+\.ipynb", "", text)
    text = re.sub(r"^[|\s:-]+$", "", text, flags=re.M)
    text = re.sub(r"^\s*(#+|[-*>]|\d+\.)\s+", "", text, flags=re.M)
    return re.sub(r"[*_#]", "", text).replace("|", "、")


def list_questions():
    """Give the trainees' questions by notebook."""
    with (ROOT / "tests" / "course_exercises.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {row["notebook"] for row in rows}
    return {name: [row["question"] for row in rows if row["notebook"] == name] for name in names}


def list_subjects():
    """Give the subjects by notebook, by their numbers in the liaisons' curriculum."""
    path = ROOT / "data" / "derived" / "liaison_curriculum.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    subjects = {}
    for row in rows:
        subjects.setdefault(row["notebook"], []).append(row["lesson"])
    return subjects


def is_shown(source):
    """Check whether a cell ends in something to look at, and is no exercise."""
    if "widgets.exercise(" in source:
        return False
    lines = [line for line in source.split("\n") if line.strip()]
    try:
        last = ast.parse(source).body[-1]
    except (SyntaxError, IndexError):
        # a line of IPython's own
        return bool(lines)
    return isinstance(last, ast.Expr) or any(call in lines[-1] for call in SHOWN_CALLS)


def read_outputs(path):
    """Run a notebook and give the sentences that it prints."""
    nbformat, nbclient = import_module("nbformat"), import_module("nbclient")
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        nbclient.NotebookClient(notebook, timeout=1200, resources=resources).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [output["text"] for output in outputs if output.output_type == "stream"]


def split_pieces(texts):
    """Split texts into sentences, and those that are too long at commas."""
    for text in texts:
        for sentence in re.split(r"(?<=[。？！])|\n+", text):
            piece = ""
            for part in re.split(r"(?<=、)", sentence):
                if len(piece) + len(part) > LONGEST_PIECE:
                    yield piece
                    piece = ""
                piece += part
            # signs alone are silent
            if re.search(r"\w", piece):
                yield piece.strip()


def speak(voice, texts, speed):
    """Speak texts; return the number of words and the minutes of the speech."""
    words, seconds = 0, 0.0
    for piece in split_pieces(texts):
        features = voice.run_frontend(piece)
        words += sum(feature["pos"] != "記号" for feature in features)
        wave, rate = voice.synthesize(voice.make_label(features), speed=speed)
        seconds += len(wave) / rate
    return words, seconds / 60


def time_notebook(path, voice, speed, has_outputs):
    """Give a row of the table."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    name = path.relative_to(FOLDER).as_posix()
    texts = [read_prose(source) for kind, source in sources if kind == "markdown"]
    texts += list_questions().get(path.stem, [])
    texts += read_outputs(path) if has_outputs else []
    words, aloud = speak(voice, texts, speed)
    code = [source for kind, source in sources if kind == "code"]
    return {
        "notebook": name,
        "subjects": list_subjects().get(name, []),
        "words": words,
        "aloud": aloud,
        "exercises": sum("widgets.exercise(" in source for source in code),
        "looks": sum(map(is_shown, code)),
        "promised": int(PROMISE.search(sources[0][1])[1]),
    }


def sum_minutes(row):
    """Add up a notebook's minutes."""
    return row["aloud"] + EXERCISE_MINUTES * row["exercises"] + LOOK_MINUTES * row["looks"]


def print_subjects(rows):
    """Print the minutes and exercises of each subject; a notebook may serve two."""
    print(f"\n{'notebooks':>9}{'promised':>9}{'needed':>8}{'exercises':>10}  subject")
    names = dict.fromkeys(subject for row in rows for subject in row["subjects"])
    for subject in names:
        part = [row for row in rows if subject in row["subjects"]]
        totals = [sum(row[column] for row in part) for column in ("promised", "exercises")]
        needed = sum(map(sum_minutes, part))
        print(f"{len(part):9}{totals[0]:9}{needed:8.1f}{totals[1]:10}  {subject}")


def main():
    """Print a row a notebook, and what each subject adds up to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="notebooks whose path contains this")
    parser.add_argument("--outputs", action="store_true", help="run them, and read what they print")
    parser.add_argument("--speed", type=float, default=CALM, help="1: the voice's own")
    options = parser.parse_args()
    try:
        voice = import_module("pyopenjtalk")
    except ModuleNotFoundError:
        print(INSTALL)
        return
    print(f"minutes; {EXERCISE_MINUTES} an exercise, {LOOK_MINUTES} a result to look at")
    heads = [("words", 7), ("aloud", 7), ("exercises", 10), ("looks", 7), ("needed", 8)]
    heads += [("promised", 9), ("left", 7)]
    print(f"{'notebook':40}" + "".join(f"{head:>{width}}" for head, width in heads) + "  subject")
    rows = []
    for path in sorted(FOLDER.rglob("[0-9]*.ipynb")):
        name = path.relative_to(FOLDER).as_posix()
        if options.only not in name or "out" in path.parts or ".ipynb_checkpoints" in path.parts:
            continue
        row = time_notebook(path, voice, options.speed, options.outputs)
        needed = sum_minutes(row)
        rows.append(row)
        short = "  TOO SHORT" if needed > row["promised"] else ""
        print(
            f"{name:40}{row['words']:7}{row['aloud']:7.1f}{row['exercises']:10}{row['looks']:7}"
            f"{needed:8.1f}{row['promised']:9}{row['promised'] - needed:7.1f}"
            f"  {'・'.join(row['subjects'])}{short}",
            flush=True,
        )
    print_subjects(rows)


if __name__ == "__main__":
    main()
