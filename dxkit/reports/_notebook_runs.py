"""What does a notebook show when it is run, for one municipality or for all of them?

Every notebook runs in a kernel and a folder of its own, as a new user would run it.
"""

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dxkit._checks import import_extra
from dxkit.errors import ChoiceError
from dxkit.reports._town_cells import TOWN, list_town_cells, shows_something

KERNEL_S = 1200
# a widget is shown as HTML that needs no kernel (`dxkit.widgets.write_still`)
SHOW_STILLS = """
import ipywidgets
from dxkit import widgets
get_ipython().display_formatter.mimebundle_formatter.for_type(
    ipywidgets.Widget,
    lambda widget: {"text/html": widgets.write_still(widget)},
)
"""
# how a terminal is told to change its colour
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# a cell whose widget has positions of its own is drawn once, for the first municipality
CHOICE = 'class="dxkit-choice"'
# the line about old tables comes once in a notebook, below the cell that loads them first
OLD_TABLES = 'class="dxkit-old-tables"'


@dataclass
class NotebookRun:
    """A notebook with its results.

    Attributes
    ----------
    notebook
        As nbformat reads it, with outputs.
    folder
        Where it ran.
    variants
        Municipality → position of a cell → its outputs there.
    town
        The municipality of the notebook's own results; empty where it names none.
    fixed_cells
        Positions of cells that depend on the municipality and stay with the first.
    name
        What the notebook's file is called.
    """

    notebook: Any
    folder: Path
    variants: dict[str, dict[int, list[Any]]] = field(default_factory=dict)
    town: str = ""
    fixed_cells: tuple[int, ...] = ()
    name: str = ""


def run_notebook(path: Path, folder: Path, municipalities: Sequence[str]) -> NotebookRun:
    """Run a notebook, and what depends on the municipality once for each.

    Parameters
    ----------
    path
        The notebook.
    folder
        An empty folder to run in.
    municipalities
        Names; without any, the notebook runs once only.

    Raises
    ------
    ChoiceError
        If a cell fails; names the notebook, the cell and what went wrong.
    MissingExtraError
        If nbclient is not installed.
    """
    nbformat = import_extra("nbformat", "nbformat", "lab")
    nbclient = import_extra("nbclient", "nbclient", "lab")
    shutil.copyfile(path, folder / path.name)
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=KERNEL_S,
        # large results arrive late on a busy computer; without these they would be lost in silence
        iopub_timeout=KERNEL_S,
        raise_on_iopub_timeout=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        # says that a kernel listens on this computer, as every kernel does
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    # nothing is taken from, or kept in, the home of whoever makes the edition
    environment = os.environ | {"DXKIT_HOME": str(folder / ".home")}
    environment["PYTHONPATH"] = os.pathsep.join(
        [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    run = NotebookRun(notebook, folder, name=path.name)
    try:
        with client.setup_kernel(env=environment):
            _run_code(client, SHOW_STILLS)
            for position, cell in enumerate(notebook.cells):
                client.execute_cell(cell, position)
                if cell.cell_type == "code":
                    cell.outputs = _join_streams(cell.outputs)
            if municipalities:
                _run_municipalities(client, run, municipalities)
    except nbclient.exceptions.CellExecutionError as error:
        raise ChoiceError(
            f"ノートブック「{path.name}」を実行できません。{_read_reason(error)} "
            "ノートブックを開いて直してから、もう一度作ってください。"
        ) from error
    return run


def _run_code(client: Any, source: str) -> list[Any]:
    """Run code that is no cell of the notebook and return its outputs."""
    nbformat = import_extra("nbformat", "nbformat", "lab")
    cell = nbformat.v4.new_code_cell(source)
    # nbclient puts the cell into the notebook, so it gets a place of its own for the moment
    client.nb.cells.append(cell)
    try:
        client.execute_cell(cell, len(client.nb.cells) - 1, store_history=False)
    finally:
        client.nb.cells.pop()
    return _join_streams(cell.outputs)


def _join_streams(outputs: Sequence[Any]) -> list[Any]:
    """Join neighbouring pieces of one print, which a busy computer sends apart.

    ``coalesce_streams`` of nbclient would also move what is printed below a figure above it.
    """
    joined: list[Any] = []
    for output in outputs:
        before = joined[-1] if joined else {}
        if output["output_type"] == "stream" and before.get("name") == output["name"]:
            before["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def _run_municipalities(client: Any, run: NotebookRun, municipalities: Sequence[str]) -> None:
    """Run again what depends on the municipality, for each of them."""
    positions = [at for at, cell in enumerate(run.notebook.cells) if cell.cell_type == "code"]
    sources = [run.notebook.cells[at].source for at in positions]
    parts = {positions[number]: code for number, code in list_town_cells(sources).items()}
    if not parts:
        return
    run.fixed_cells = tuple(at for at in parts if _has_choice(run.notebook.cells[at]))
    parts = {at: code for at, code in parts.items() if at not in run.fixed_cells}
    run.town = _read_kernel_town(client)
    ages = {at: [*filter(_is_of_old_tables, run.notebook.cells[at].outputs)] for at in parts}
    for name in municipalities:
        _run_code(client, f"{TOWN} = {json.dumps(name, ensure_ascii=False)}")
        outputs = _run_parts(client, name, parts)
        # a cell whose shown part does not depend on the municipality stays as it is
        run.variants[name] = {
            at: [*outputs[at], *ages[at]] for at in parts if shows_something(parts[at])
        }


def _run_parts(client: Any, name: str, parts: dict[int, str]) -> dict[int, list[Any]]:
    """Run the parts of a notebook for one municipality; where its data lack it, that is said."""
    nbformat = import_extra("nbformat", "nbformat", "lab")
    nbclient = import_extra("nbclient", "nbclient", "lab")
    outputs: dict[int, list[Any]] = {}
    refusal = ""
    for at, code in parts.items():
        if not refusal:
            try:
                outputs[at] = _run_code(client, code)
                continue
            except nbclient.exceptions.CellExecutionError as error:
                refusal = f"{name}では、ここから先の結果を出せません。{_read_reason(error)}"
        # what follows would be of the municipality before
        outputs[at] = [nbformat.v4.new_output("stream", name="stdout", text=refusal)]
    return outputs


def _read_reason(error: Exception) -> str:
    """Read what went wrong from the last line of an error, without the colours of a terminal."""
    lines = COLOUR.sub("", str(error)).strip().splitlines()
    return lines[-1] if lines else ""


def _has_choice(cell: Any) -> bool:
    return any(CHOICE in _read_page(output) for output in cell.outputs)


def _is_of_old_tables(output: Any) -> bool:
    """Check for the line that names old tables, which running a cell again does not repeat."""
    return OLD_TABLES in _read_page(output)


def _read_page(output: Any) -> str:
    return str(output.get("data", {}).get("text/html", ""))


def _read_kernel_town(client: Any) -> str:
    """Read for which municipality the notebook's own results are."""
    outputs = _run_code(client, f"print({TOWN})")
    return "".join(output.get("text", "") for output in outputs).strip()
