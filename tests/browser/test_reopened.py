"""A saved notebook is loaded again, reopened, moved and exported: every kind of map is still drawn."""

import json
import re
import subprocess
import sys

import nbformat
import pytest

import dxkit
from dxkit import maps

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RUN_MS = 180_000
IMPORTS = """
import numpy as np
import pandas as pd
import dxkit
from dxkit import maps, widgets
towns = dxkit.load("municipalities")
halls = pd.DataFrame({"name": towns["name"], "lat": towns["office_lat"], "lon": towns["office_lon"], "people": towns["people_2020"]})
"""
# one cell a kind of map, and how many shapes it draws
MAPS = {
    "maps.choropleth(towns, column='people_2020', label='人口')": 41,
    "maps.points(halls, size='people', label='人口')": 41,
    "maps.compare(maps.choropleth(towns, column='people_2020'), maps.choropleth(towns, column='people_2025'))": 82,
    "values = towns.set_index('code')[['people_2020']]\n"
    "widgets.maturity_explorer(values, pd.DataFrame({'indicator': ['people_2020'], 'label': ['人口'], 'unit': ['人']}), towns)": 41,
}
DRAWN = "body[data-drawn]"


def _count_shapes(page, frames):
    """Wait until so many maps are drawn and return how many shapes each counted."""
    page.wait_for_function(
        "n => document.querySelectorAll('iframe[srcdoc]').length >= n", arg=frames, timeout=RUN_MS
    )
    counts = []
    for frame in page.query_selector_all("iframe[srcdoc]"):
        frame.scroll_into_view_if_needed()
        inner = frame.content_frame()
        inner.wait_for_selector(DRAWN, timeout=RUN_MS)
        counts.append(int(inner.evaluate("document.body.dataset.drawn")))
    return counts


def _run_all_and_save(page):
    page.locator('.lm-MenuBar-item:has-text("実行")').first.click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
        ".every(e => /\\[\\d+\\]/.test(e.textContent))",
        timeout=RUN_MS,
    )
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=RUN_MS)
    _count_shapes(page, len(MAPS))
    page.keyboard.press("Control+s")


def _read_saved(page, path):
    """Read a notebook once it is on the disk whole, with what its last cell showed."""
    for _ in range(RUN_MS // 1000):
        page.wait_for_timeout(1000)
        text = path.read_text(encoding="utf-8")
        # while JupyterLab writes, the file is empty or broken off
        if text.rstrip().endswith("}") and all(
            cell["outputs"] for cell in json.loads(text)["cells"][1:]
        ):
            return nbformat.reads(text, as_version=4)
    raise AssertionError(f"{path.name} was never saved with its outputs")


def test_every_kind_of_map_is_drawn_again_after_saving_reloading_moving_and_exporting(
    lab_page, lab, chromium, tmp_path
):
    page = lab_page
    expected = list(MAPS.values())
    lab.put("kinds.ipynb", IMPORTS, *MAPS)
    lab.open(page, "kinds.ipynb")
    _run_all_and_save(page)
    saved = _read_saved(page, lab.folder / "kinds.ipynb")
    assert not (lab.folder / "out").exists()
    # the browser's own F5
    page.reload()
    assert _count_shapes(page, len(MAPS)) == expected
    # closed, its kernel ended, and opened again
    lab.stop_kernels()
    second = page.context.new_page()
    lab.open(second, "kinds.ipynb")
    assert _count_shapes(second, len(MAPS)) == expected
    # in another folder, under another name: nothing lies beside it
    (lab.folder / "moved").mkdir()
    (lab.folder / "kinds.ipynb").rename(lab.folder / "moved" / "other.ipynb")
    third = page.context.new_page()
    lab.open(third, "moved/other.ipynb")
    assert _count_shapes(third, len(MAPS)) == expected
    assert page.refused == []
    # exported: a page without any server; a widget needs JupyterLab's own scripts
    nbformat.write(saved, tmp_path / "alone.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "alone.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    context = chromium.new_context(offline=True)
    exported = context.new_page()
    exported.goto((tmp_path / "alone.html").as_uri(), wait_until="domcontentloaded")
    assert _count_shapes(exported, 3)[:3] == expected[:3]
    context.close()
    # a viewer that strips frames still has a picture of each map
    text = json.dumps(saved, ensure_ascii=False)
    assert len(re.findall(r"data:image/svg\+xml;base64,", text)) >= len(MAPS)
    assert (
        sum("image/svg+xml" in output.data for cell in saved.cells for output in cell.outputs) == 3
    )


def test_a_notebook_from_somebody_else_shows_still_pictures_before_it_is_trusted(lab_page, lab):
    drawing = maps.choropleth(dxkit.load("municipalities"), column="people_2020", label="人口")
    bundle = {"text/html": drawing._repr_html_(), "text/plain": repr(drawing)}
    lab.put("foreign.ipynb", "'地図'")
    path = lab.folder / "foreign.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs = [
        nbformat.v4.new_output("execute_result", bundle, execution_count=1)
    ]
    notebook.cells[0].execution_count = 1
    nbformat.write(notebook, path)
    lab.open(lab_page, "foreign.ipynb")
    image = lab_page.wait_for_selector(".jp-OutputArea-output img", timeout=RUN_MS)
    assert lab_page.query_selector("iframe[srcdoc]") is None
    box = image.bounding_box()
    assert box["width"] > 400
    assert box["height"] > 200
    assert image.evaluate("i => i.complete && i.naturalWidth") == 720
