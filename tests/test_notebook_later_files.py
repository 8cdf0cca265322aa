"""A later list of progress in the data folder stops no notebook that reads it, whatever its month."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import dxkit

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
KERNEL_S = 600
# month of the file → how much more of the steps is done than in the shipped list
MONTHS = {"2026-03": 0.1, "2026-07": 0.2, "2027-01": 0.3}
READERS = [
    path.relative_to(NOTEBOOKS).as_posix()
    for path in sorted(NOTEBOOKS.rglob("[0-9]*.ipynb"))
    if 'load(\\"progress\\"' in path.read_text(encoding="utf-8") and "out" not in path.parts
]
pytestmark = pytest.mark.slow


def write_later_progress(folder, month):
    """Write a later list of all municipalities as the ministry's: every share somewhat higher."""
    shipped = dxkit.loaders.load_shipped("progress", None)
    later = shipped.assign(
        share_done=(shipped["share_done"] + MONTHS[month]).clip(upper=1).round(3), as_of=month
    )
    headings = {"code": "団体コード", "system": "業務", "share_done": "進捗率", "as_of": "時点"}
    headings["extended"] = "特定移行支援システム"
    path = folder / f"progress_{month}.csv"
    later.rename(columns=headings).to_csv(path, index=False, encoding="cp932")


@pytest.fixture
def data(request, tmp_path):
    """A data folder with the shipped tables and a later list of progress."""
    folder = tmp_path / "data"
    folder.mkdir()
    for entry in dxkit.data_folder().iterdir():
        (folder / entry.name).symlink_to(entry)
    write_later_progress(folder, request.param)
    return folder


def test_the_notebooks_that_read_progress_are_there():
    assert len(READERS) >= 8


@pytest.mark.parametrize("data", MONTHS, indirect=True)
@pytest.mark.parametrize("name", READERS)
def test_a_later_list_of_progress_stops_no_notebook(name, data, tmp_path):
    shutil.copy(NOTEBOOKS / name, tmp_path)
    notebook = nbformat.read(tmp_path / Path(name).name, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(
        notebook,
        timeout=KERNEL_S,
        kernel_name="python3",
        resources=resources,
        # a busy machine sends one print in pieces
        coalesce_streams=True,
    )
    client.execute(env=os.environ | {"DXKIT_DATA": str(data)})
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    outputs = [output for cell in cells for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error"] == []
    # the list was used, and that is said
    assert next(data.glob("progress_*.csv")).name in str(outputs)
