"""Every notebook keeps the design's form, runs from a clean kernel, and says numbers that its tables hold."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import dxkit

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(
    path for path in (ROOT / "notebooks").rglob("*.ipynb") if "out" not in path.parts and ".ipynb_checkpoints" not in path.parts
)
FIRST = ROOT / "notebooks" / "00_start_here.ipynb"
TRAINEE_01 = ROOT / "notebooks" / "trainees" / "01_where_are_we.ipynb"


def _read(path):
    return nbformat.read(path, as_version=4)


def _code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _text(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


ids = [path.relative_to(ROOT / "notebooks").as_posix() for path in NOTEBOOKS]
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)


def test_the_first_two_notebooks_are_there():
    assert FIRST in NOTEBOOKS
    assert TRAINEE_01 in NOTEBOOKS


@each_notebook
def test_a_notebook_is_short_and_defines_nothing(path):
    code = _code(_read(path))
    assert len(code) <= 20
    assert all(0 < len(source.strip().splitlines()) <= 12 for source in code)
    assert not any(re.search(r"^\s*(def|class)\s", source, re.M) for source in code)


@each_notebook
def test_a_notebook_stores_no_output_and_has_no_empty_cell(path):
    notebook = _read(path)
    assert all(cell.source.strip() for cell in notebook.cells)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


@each_notebook
def test_a_notebook_opens_with_a_question_and_says_for_whom_how_long_and_on_what_data(path):
    first = _read(path).cells[0].source
    title = first.splitlines()[0]
    assert title.startswith("# ")
    assert title.rstrip().endswith("？")
    assert re.search(r"対象.*・.*所要.*分", first.replace("\n", " "))
    assert re.search(r"データ", first)


@each_notebook
def test_a_notebook_imports_once_at_the_top(path):
    imports = [source for source in _code(_read(path)) if re.search(r"^(import|from)\s", source, re.M)]
    assert len(imports) == 1
    assert _code(_read(path))[0] == imports[0]


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path != FIRST], ids=[name for name in ids if not name.startswith("00")]
)
def test_a_notebook_walks_from_choice_to_belief(path):
    heads = re.findall(r"^## (.+)$", _text(_read(path)), re.M)
    for part in ("設定", "やってみよう", "どこまで信じてよいか", "まとめ"):
        assert any(part in head for head in heads), f"「{part}」の節がありません: {heads}"
    order = [
        next(i for i, head in enumerate(heads) if part in head)
        for part in ("設定", "やってみよう", "どこまで信じてよいか", "まとめ")
    ]
    assert order == sorted(order)


@each_notebook
def test_links_between_notebooks_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+\.ipynb)\)", _text(_read(path))):
        assert (path.parent / target).exists(), target


def test_the_start_lists_every_notebook_with_its_own_question_and_minutes():
    listed = _text(_read(FIRST))
    for path in NOTEBOOKS:
        if path == FIRST:
            continue
        first = _read(path).cells[0].source
        question = first.splitlines()[0].removeprefix("# ").strip()
        minutes = re.search(r"所要[^0-9]*(\d+)分", first).group(1)
        row = next((line for line in listed.splitlines() if path.relative_to(FIRST.parent).as_posix() in line), "")
        assert question in row, f"{path.name}: {question}"
        assert f"{minutes}分" in row


def test_notebook_json_names_a_python_kernel_and_no_machine():
    for path in NOTEBOOKS:
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        assert metadata["kernelspec"]["name"] == "python3"
        assert set(metadata) <= {"kernelspec", "language_info"}


def _expected_of_trainee_01():
    """Give every sentence part of the first trainee notebook that holds a figure, made from the tables."""
    values = dxkit.load("dashboard").set_index("code")
    mean = dxkit.load("progress").groupby("code")["share_done"].mean()
    places = dxkit.load("municipalities").set_index("code")
    systems = len(dxkit.load("systems"))
    yes = values[["ai", "rpa", "structure"]].sum().astype(int)
    return [
        f"全部で{len(places)}市町",
        f"人口は合わせて{places['people_2020'].sum():,}人（2020年）",
        f"AIは{yes['ai']}市町、RPAは{yes['rpa']}市町が導入",
        f"全庁的な体制は{yes['structure']}市町にあります",
        f"{len(mean)}市町の平均は{mean.mean():.1%}",
        f"いちばん小さい値は{places.loc[mean.idxmin(), 'name']}の{mean.min():.0%}",
        f"{systems}業務",
        "40の作業手順",
    ]


def test_every_number_in_the_findings_of_trainee_01_is_what_the_tables_say():
    cells = [cell.source for cell in _read(TRAINEE_01).cells if cell.cell_type == "markdown"]
    findings = [source for source in cells if "わかったこと" in source or "見るところ" in source]
    # headings carry the number of their section
    said = re.sub(r"^##.*$", "", "\n".join(findings), flags=re.M).replace("**", "").replace(" ", "")
    for part in _expected_of_trainee_01():
        if part in said:
            said = said.replace(part, "")
    assert len(findings) >= 8
    assert re.findall(r"[0-9][0-9,.]*", said) == []


def test_the_findings_of_trainee_01_hold_the_figures_they_should():
    said = _text(_read(TRAINEE_01)).replace("**", "").replace(" ", "")
    missing = [part for part in _expected_of_trainee_01() if part not in said]
    assert missing == []


@each_notebook
def test_a_notebook_runs_from_a_clean_kernel(path, tmp_path):
    copied = tmp_path / path.name
    copied.write_bytes(path.read_bytes())
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--nbval-lax",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(copied),
    ]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-3000:]
    assert f"{len(_code(_read(path)))} passed" in told.stdout
