"""Run the command of each row of ``docs/mission_items.md`` again, and compare what it prints.

``python scripts/mission_items.py [NUMBER …] [--write]``

A row's command is Python (with the names below already imported) or a line that begins with ``pytest``. With ``--write``
the column ``printed`` is renewed instead of compared; read the differences before you commit them.
"""

import argparse
import contextlib
import io
import os
import re
import subprocess
import sys
import warnings
from code import InteractiveInterpreter
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "mission_items.md"
COLUMNS = ("number", "item", "function", "notebook", "command", "printed", "verdict", "note")
VERDICTS = ("REAL", "MADE", "FACT", "SHALLOW", "MISSING")
# what a command may use without importing it
PRELUDE = """
import pandas as pd
import dxkit
from dxkit import drones, groups, linkage, loaders, maturity, regions, reports, sharing, store
from dxkit.support import answers, costs, liaison, matching, network
from dxkit.support import procedures, process, progress, security, training
load = dxkit.load
"""
LONGEST = 300


def read_rows(text: str) -> list[dict[str, str]]:
    """Read the rows of the page's table; a sign | within a cell is written ¦."""
    rows = []
    for line in text.splitlines():
        if re.match(r"\| \d+ \|", line):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            rows.append(dict(zip(COLUMNS, cells, strict=True)))
    return rows


def run_command(command: str) -> str:
    """Run a command and return what it prints, in one line."""
    code = command.strip("`").replace("¦", "|")
    if code.startswith("pytest "):
        return _run_tests(code)
    printed = io.StringIO()
    interpreter = InteractiveInterpreter()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(io.StringIO()) as errors,
    ):
        warnings.simplefilter("ignore")
        for source in (PRELUDE, code):
            interpreter.runsource(source, PAGE.name, "exec")
    # what went wrong ends with the error itself
    failure = (
        errors.getvalue().strip().splitlines()[-1:] if "Traceback" in errors.getvalue() else []
    )
    return clean(" ".join([printed.getvalue(), *failure]))


def clean(text: str) -> str:
    """Write a text as a cell: one line, no bars."""
    return " ".join(text.split()).replace("|", "¦").replace("`", "'")[:LONGEST]


def _run_tests(line: str) -> str:
    """Run tests in a process of their own; say how many passed."""
    command = [sys.executable, "-m", *line.split(), "-q", "-W", "ignore"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr[-LONGEST:]
    # the seconds differ from run to run
    return "、".join(re.findall(r"\d+ (?:passed|failed|error)", last)) or clean(last)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command; give how many rows print something else."""
    parser = argparse.ArgumentParser(
        description="docs/mission_items.md の各行をもう一度実行します。"
    )
    parser.add_argument("numbers", nargs="*", help="この番号の行だけ（既定: すべて）")
    parser.add_argument("--write", action="store_true", help="比べずに、印字の列を書き直す")
    chosen = parser.parse_args(arguments)
    text = PAGE.read_text(encoding="utf-8")
    rows = read_rows(text)
    os.chdir(ROOT)
    differing = 0
    for row in rows:
        if chosen.numbers and row["number"] not in chosen.numbers:
            continue
        printed = run_command(row["command"])
        if printed != row["printed"]:
            differing += 1
            print(f"{row['number']}: {row['printed']}\n  → {printed}")
            if chosen.write:
                old = f"{row['command']} | {row['printed']} |"
                # a cell that was empty has one blank
                old = old if row["printed"] else f"{row['command']} |  |"
                text = text.replace(old, f"{row['command']} | {printed} |")
    if chosen.write:
        PAGE.write_text(text, encoding="utf-8")
    counts = Counter(row["verdict"] for row in rows)
    print("、".join(f"{name} {counts[name]}" for name in VERDICTS), f"（{len(rows)}行）")
    return 0 if chosen.write else differing


if __name__ == "__main__":
    sys.exit(main())
