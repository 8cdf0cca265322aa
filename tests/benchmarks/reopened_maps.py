"""Is every map of every notebook still drawn after F5, when reopened, moved and exported?

    python tests/benchmarks/reopened_maps.py [--only trainees]

Each notebook that draws maps runs whole in JupyterLab as `make lab` starts it, and is saved. A row
a map: how many shapes its page describes, and how many are drawn right after the run, after the
browser's own F5, in a new window after the kernel has ended, from another folder under another
name, and in the HTML that nbconvert writes, with the network unplugged. A map inside a widget needs
JupyterLab's own scripts and has no place in that HTML ("-").
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))
from conftest import CHROMIUM_FLAGS, ROOT, chromium_path, copy_notebooks, open_lab
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

WAIT_MS = 600_000
DRAWS_MAPS = re.compile(r"\bmaps\.|choose_town|_explorer\(|receive_table|_board\(|place_game")
STAGES = ("run", "F5", "reopened", "moved", "exported")
FRAMES = "iframe[srcdoc]"
MAP_DATA = "() => document.getElementById('map-data')?.textContent ?? ''"
ALL_RAN = """() => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
    return prompts.length && prompts.every((prompt) => /\\[\\d+\\]/.test(prompt.textContent));
}"""


def count_described(layers, geometries):
    """Count the shapes that answer to a mouse, as a map's page describes them."""
    count = 0
    for layer in layers:
        if layer["kind"] == "group":
            count += count_described(layer["layers"], geometries)
        elif layer["kind"] == "points":
            count += len(layer["lat"])
        elif layer["kind"] == "shapes" and layer["interactive"]:
            count += len(geometries[layer["set"]])
    return count


def count_shapes(page, least):
    """Return for each map what its page describes and what is drawn; of anything else nothing."""
    page.wait_for_function(
        "([frames, least]) => document.querySelectorAll(frames).length >= least",
        arg=[FRAMES, least],
        timeout=WAIT_MS,
    )
    counts = []
    for frame in page.query_selector_all(FRAMES):
        inner = frame.content_frame()
        inner.wait_for_load_state()
        text = inner.evaluate(MAP_DATA)
        if not text:
            continue
        # neither scrolled to nor looked at: a map is drawn all the same
        inner.wait_for_selector("body[data-drawn]", state="attached", timeout=WAIT_MS)
        spec = json.loads(text)
        described = sum(
            count_described(pane["layers"], spec["geometries"]) for pane in spec["panes"]
        )
        counts.append((described, int(inner.evaluate("document.body.dataset.drawn"))))
    return counts


def run_and_save(page, lab, notebook):
    """Run a notebook whole, count, and save it; return the counts."""
    lab.open(page, notebook)
    page.locator('.lm-MenuBar-item:has-text("実行")').first.click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_function(ALL_RAN, timeout=WAIT_MS)
    idle = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
    page.wait_for_selector(idle, timeout=WAIT_MS)
    counts = count_shapes(page, 0)
    path = lab.folder / notebook
    before = path.stat().st_mtime_ns
    page.keyboard.press("Control+s")
    page.wait_for_selector(".jp-mod-dirty", state="detached", timeout=WAIT_MS)
    for _ in range(WAIT_MS // 1000):
        text = path.read_text(encoding="utf-8")
        # while JupyterLab writes, the file is empty or broken off
        if path.stat().st_mtime_ns != before and text.rstrip().endswith("}"):
            break
        page.wait_for_timeout(1000)
    return counts


def count_exported(browser, path, folder, least):
    """Write a saved notebook as HTML and count in a browser without network."""
    nbformat.write(nbformat.read(path, as_version=4), folder / "alone.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "alone.ipynb"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((folder / "alone.html").as_uri(), wait_until="domcontentloaded")
    counts = count_shapes(page, least)
    context.close()
    return counts


def walk_notebook(browser, lab, notebook):
    """Count the maps of a notebook at every stage."""
    context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="ja-JP")
    try:
        page = context.new_page()
        counts = {"run": run_and_save(page, lab, notebook)}
        frames = len(page.query_selector_all(FRAMES))
        page.reload()
        counts["F5"] = count_shapes(page, frames)
        lab.stop_kernels()
        page = context.new_page()
        lab.open(page, notebook)
        counts["reopened"] = count_shapes(page, frames)
        moved = Path("moved") / f"other_{Path(notebook).name}"
        (lab.folder / "moved").mkdir(exist_ok=True)
        (lab.folder / notebook).rename(lab.folder / moved)
        page = context.new_page()
        lab.open(page, moved.as_posix())
        counts["moved"] = count_shapes(page, frames)
        saved = (lab.folder / moved).read_text(encoding="utf-8")
        direct = sum(
            "<iframe srcdoc=" in "".join(output.get("data", {}).get("text/html", ""))
            for cell in json.loads(saved)["cells"]
            for output in cell.get("outputs", ())
        )
        counts["exported"] = count_exported(browser, lab.folder / moved, lab.folder, direct)
    finally:
        context.close()
        lab.stop_kernels()
    return counts


def print_maps(notebook, counts):
    """Print a row a map; return how many maps there are and how many are wrong somewhere."""
    wrong = 0
    exported = list(counts["exported"])
    for place, (described, _) in enumerate(counts["run"]):
        cells = []
        for stage in STAGES[:-1]:
            stage_counts = counts[stage]
            cells.append(stage_counts[place][1] if place < len(stage_counts) else "none")
        # maps of widgets are not in the export, the others stand there in the same order
        in_export = exported and exported[0][0] == described
        cells.append(exported.pop(0)[1] if in_export else "-")
        is_wrong = any(cell not in (described, "-") for cell in cells)
        wrong += is_wrong
        row = "".join(f"{cell:>10}" for cell in (described, *cells))
        print(f"{notebook:42}{place + 1:4}{row}{'  WRONG' if is_wrong else ''}", flush=True)
    # an exported map that fits none was drawn wrong
    for described, drawn in exported:
        print(f"{notebook:42}{'':4}{described:>10}{drawn:>10}  WRONG in the export", flush=True)
    return len(counts["run"]), wrong + len(exported)


def main():
    """Print a row a map of each notebook, and how many are wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="notebooks whose path contains this")
    asked = parser.parse_args().only
    maps, wrong, failures = 0, 0, []
    print(f"{'notebook':42}{'map':>4}{'right':>10}" + "".join(f"{stage:>10}" for stage in STAGES))
    with tempfile.TemporaryDirectory() as workplace, sync_playwright() as playwright:
        os.environ["DXKIT_HOME"] = str(Path(workplace) / "home")
        flags = list(CHROMIUM_FLAGS)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        copy_notebooks(Path(workplace))
        with open_lab(Path(workplace)) as lab:
            for path in sorted((ROOT / "notebooks").rglob("[0-9]*.ipynb")):
                notebook = path.relative_to(ROOT).as_posix()
                source = path.read_text(encoding="utf-8")
                if asked not in notebook or "out" in path.parts or not DRAWS_MAPS.search(source):
                    continue
                try:
                    count, bad = print_maps(notebook, walk_notebook(browser, lab, notebook))
                # one that stops is named, and the others go on
                except (PlaywrightError, OSError, AssertionError) as error:
                    failures.append(notebook)
                    print(f"{notebook:42}{type(error).__name__}: {str(error)[:120]}", flush=True)
                    continue
                maps, wrong = maps + count, wrong + bad
        browser.close()
    print(f"{maps} maps, {wrong} wrong; notebooks that did not run whole: {failures or 'none'}")


if __name__ == "__main__":
    main()
