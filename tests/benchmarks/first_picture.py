"""How long until a notebook shows its first picture, and which cells are the slowest?

Each notebook runs in a kernel of its own, cell by cell. Counted is the processor time of the kernel
and its children (psutil), starting with the kernel itself, so that other work on the machine hardly
matters. A picture is a PNG or SVG, or HTML with a map or a drawing in it. There is no rival: the
plain alternative is the same notebook without dxkit, which nobody has.
"""

import argparse
import math
import re
import tempfile
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
GOAL_S = 5.0
PICTURE = re.compile(r"<svg|<iframe|<canvas|<img", re.IGNORECASE)
CELL_LIMIT_S = 1200


def processor_s(process):
    """Count the processor time of a process and of its children that still run or have ended."""
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            own = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += own.user + own.system
    return total


def shows_picture(outputs):
    """Check whether one of the outputs is a picture."""
    for output in outputs:
        data = output.get("data", {})
        if "image/png" in data or "image/svg+xml" in data:
            return True
        if PICTURE.search(str(data.get("text/html", ""))):
            return True
    return False


def time_notebook(path):
    """Run a notebook; return seconds until its first picture (NaN if none) and of each cell."""
    notebook = nbformat.read(path, as_version=4)
    first, total, cells = float("nan"), 0.0, []
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook, timeout=CELL_LIMIT_S, resources={"metadata": {"path": folder}}
        )
        with client.setup_kernel():
            kernel = psutil.Process(client.km.provisioner.pid)
            before = 0.0
            for index, cell in enumerate(notebook.cells):
                if cell.cell_type != "code":
                    continue
                client.execute_cell(cell, index)
                total = processor_s(kernel)
                cells.append((total - before, path.stem, index, cell.source.split("\n")[0]))
                before = total
                if math.isnan(first) and shows_picture(cell.outputs):
                    first = total
    return first, total, cells


def main():
    """Print a row a notebook, then the ten slowest cells of all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="notebooks whose path contains this")
    asked = parser.parse_args().only
    slowest = []
    print(f"{'notebook':44}{'first picture s':>16}{'whole s':>10}")
    for path in sorted(FOLDER.rglob("[0-9]*.ipynb")):
        name = path.relative_to(FOLDER).as_posix()
        if asked not in name or "out" in path.parts or ".ipynb_checkpoints" in path.parts:
            continue
        first, total, cells = time_notebook(path)
        late = "  > 5 s" if first > GOAL_S else ""
        print(f"{name:44}{first:16.1f}{total:10.1f}{late}", flush=True)
        slowest += cells
    print("\nslowest cells (processor s, notebook, cell, first line)")
    for seconds, name, index, line in sorted(slowest, reverse=True)[:10]:
        print(f"{seconds:8.1f}  {name:28}{index:4}  {line[:70]}")


if __name__ == "__main__":
    main()
