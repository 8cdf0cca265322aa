"""What is handed out is complete, opens without a network, and never writes over somebody's work."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from dxkit import reports
from dxkit.errors import ChoiceError

ROOT = Path(__file__).resolve().parents[1]
# a run without any network where the machine allows one, else one in which every connection is refused
ALONE = ["unshare", "--map-root-user", "--net"]
NOWHERE = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "PIP_NO_INDEX": "1",
}


@pytest.fixture(scope="module")
def small_pack(tmp_path_factory):
    return reports.pack(
        tmp_path_factory.mktemp("hand out") / "パック", wheels=False, show_progress=False
    )


@pytest.fixture
def own_pack(small_pack, tmp_path):
    return shutil.copytree(small_pack, tmp_path / "pack")


def test_a_pack_holds_what_a_room_needs(small_pack):
    there = {path.name for path in small_pack.iterdir()}
    assert there >= {
        "notebooks",
        "data",
        "lab",
        "wheels",
        "start.cmd",
        "start.sh",
        "はじめに.txt",
        "requirements.lock",
        "pack.json",
    }
    assert sorted(
        path.relative_to(small_pack / "notebooks")
        for path in (small_pack / "notebooks").rglob("*.ipynb")
    ) == sorted(
        path.relative_to(ROOT / "notebooks")
        for path in (ROOT / "notebooks").rglob("*.ipynb")
        if "checkpoint" not in str(path)
    )
    assert [path.suffix for path in (small_pack / "wheels").iterdir()] == [".whl"]


def test_notebooks_in_a_pack_hold_no_results(small_pack):
    for path in (small_pack / "notebooks").rglob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert all(
            not cell.outputs and cell.execution_count is None
            for cell in cells
            if cell.cell_type == "code"
        )


def test_windows_gets_the_line_ends_that_its_tools_want(small_pack):
    for name in ("start.cmd", "はじめに.txt"):
        content = (small_pack / name).read_bytes()
        assert content.count(b"\n") == content.count(b"\r\n") > 0
    assert (small_pack / "はじめに.txt").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (small_pack / "start.cmd").read_bytes().isascii()
    assert b"\r" not in (small_pack / "start.sh").read_bytes()
    assert os.access(small_pack / "start.sh", os.X_OK)


def test_the_list_of_a_pack_names_every_file_with_its_hash(small_pack):
    listed = json.loads((small_pack / "pack.json").read_text(encoding="utf-8"))["files"]
    found = {
        path.relative_to(small_pack).as_posix() for path in small_pack.rglob("*") if path.is_file()
    } - {"pack.json"}
    assert set(listed) == found
    assert listed["README.md"] == hashlib.sha256((ROOT / "README.md").read_bytes()).hexdigest()


def test_a_pack_carries_the_documents_and_no_link_in_them_is_dead(small_pack):
    assert (small_pack / "docs" / "names.md").is_file()
    assert (small_pack / "docs" / "pictures" / "hero.png").is_file()
    has_pages = (ROOT / "docs" / "api" / "index.html").is_file()
    assert (small_pack / "docs" / "api" / "index.html").is_file() == has_pages
    documents = [*small_pack.glob("*.md"), *(small_pack / "docs").glob("*.md")]
    links = [
        (path.name, link)
        for path in documents
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]
    assert links == []
    # what names.md says of each name is still there
    names = (small_pack / "docs" / "names.md").read_text(encoding="utf-8")
    rows = (ROOT / "docs" / "names_ja.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert rows
    assert all(row.split(",", 1)[1].strip('"') in names for row in rows)


def test_an_untouched_pack_is_made_anew_in_its_place(own_pack):
    assert reports.pack(own_pack, wheels=False, show_progress=False) == own_pack


def test_a_pack_in_which_somebody_works_is_never_written_over(own_pack):
    (own_pack / "notebooks" / "意見.txt").write_text("大切なメモ", encoding="utf-8")
    with pytest.raises(ChoiceError, match=r"意見\.txt"):
        reports.pack(own_pack, wheels=False, show_progress=False)
    assert (own_pack / "notebooks" / "意見.txt").read_text(encoding="utf-8") == "大切なメモ"


def test_a_folder_that_is_no_pack_is_never_written_over(tmp_path):
    (tmp_path / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(ChoiceError, match="上書きしません"):
        reports.pack(tmp_path, wheels=False, show_progress=False)
    assert (tmp_path / "thesis.docx").read_bytes() == b"years of work"


@pytest.mark.parametrize("inside", [".", "dxkit", "notebooks/pack"])
def test_the_projects_own_folders_are_no_place_for_a_pack(inside):
    with pytest.raises(ChoiceError, match="dxkit 自身"):
        reports.pack(ROOT / inside, wheels=False, show_progress=False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"platform": "amiga"}, "win_amd64"),
        ({"python_version": "3.9"}, "3.11"),
        ({"python_version": "; rm"}, "3.11"),
    ],
)
def test_a_computer_that_is_not_offered_lists_those_that_are(tmp_path, options, said):
    with pytest.raises(ChoiceError, match=said):
        reports.pack(tmp_path / "pack", wheels=False, show_progress=False, **options)
    assert not (tmp_path / "pack").exists()


def pins_of(platform, tmp_path, monkeypatch):
    """The lines that a pack asks pip for, without their versions; pip itself does not run."""
    asked = []

    def run_pip(command, *arguments, watch=len):
        options = dict(pairwise(arguments))
        if command == "wheel":
            Path(options["--wheel-dir"], "dxkit-0-py3-none-any.whl").write_bytes(b"wheel")
        else:
            assert ("--platform" in options) == (platform is not None)
            assert "--require-hashes" in arguments
            asked.append(Path(options["-r"]).read_text(encoding="utf-8").splitlines())
        return 0, ""

    monkeypatch.setattr("dxkit.reports._pip.run_pip", run_pip)
    reports.pack(tmp_path / f"{platform}", platform=platform, show_progress=False)
    lines = [line for lines in asked for line in lines]
    assert len(lines) == len(set(lines))
    assert all("==" in line and " --hash=sha256:" in line and ";" not in line for line in lines)
    return {line.split("==")[0] for line in lines}


def test_windows_gets_the_libraries_that_only_windows_needs(tmp_path, monkeypatch):
    windows = pins_of("win_amd64", tmp_path, monkeypatch)
    linux = pins_of(None, tmp_path, monkeypatch)
    assert {"pywinpty", "colorama"} <= windows
    assert not {"pywinpty", "colorama"} & linux or os.name == "nt"
    assert {"pandas", "folium", "jupyterlab"} <= windows & linux


def test_old_keywords_still_work_for_one_release(tmp_path):
    with pytest.warns(FutureWarning) as caught, pytest.raises(ChoiceError, match="win_amd64"):
        reports.pack(to=tmp_path / "pack", progress=False, platform="amiga")
    said = " ".join(str(each.message) for each in caught)
    assert "pack の to= は path= " in said
    assert "pack の progress= は show_progress= " in said


@pytest.mark.slow
def test_a_pack_sets_up_and_runs_where_there_is_no_network(tmp_path):
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    made = reports.pack(
        tmp_path / "pack", platform=None, python_version=version, show_progress=False
    )
    alone = (
        ALONE
        if shutil.which("unshare")
        and subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0
        else []
    )
    surroundings = {**os.environ, **NOWHERE, "DXKIT_DATA": str(made / "data")}
    set_up = [*alone, sys.executable, "make_venv.py", "requirements.lock", "--wheels", "wheels"]
    subprocess.run(set_up, cwd=made, env=surroundings, check=True, capture_output=True)
    asked = "import dxkit, importlib.util; print(set(dxkit.check()['結果']), importlib.util.find_spec('jupyterlab') is not None)"
    done = subprocess.run(
        [*alone, str(made / ".venv" / "bin" / "python"), "-c", asked],
        cwd=made,
        env=surroundings,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "{'○'} True"
