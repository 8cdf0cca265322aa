"""In which line of which cell did it go wrong, and which cell would have made the missing name?"""

import ast
import json
import linecache
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from dxkit.errors import shorten

# characters of a line of code that stand in a message
LINE_LETTERS = 70
# what IPython calls the code of a cell
CELL_FILE = re.compile(r"ipykernel_\d+|<ipython-input-|<string>$")
# where the server, and VS Code, tell the kernel which notebook it belongs to
SESSION_VARIABLE = "JPY_SESSION_NAME"
VSCODE_NAME = "__vsc_ipynb_file__"


@dataclass(frozen=True)
class ErrorPlace:
    """Where in a cell something went wrong.

    Attributes
    ----------
    line
        Line of the cell, counted from 1; 0 where it is not known.
    code
        The text of that line.
    frame
        What was running there; None for a cell that could not be read.
    """

    line: int = 0
    code: str = ""
    frame: FrameType | None = None

    def __str__(self) -> str:
        if not self.line:
            return ""
        return f"どこで: この枠の{self.line}行目 {shorten(self.code.strip(), LINE_LETTERS)}"

    @property
    def names(self) -> dict[str, Any]:
        """The variables that could be used there."""
        if self.frame is None:
            return {}
        return {**self.frame.f_globals, **self.frame.f_locals}


def find_place(error: BaseException) -> ErrorPlace:
    """Find the line of the cell that a person has run."""
    if isinstance(error, SyntaxError) and _is_cell_file(error.filename):
        return ErrorPlace(error.lineno or 0, error.text or "")
    for frame, line in _walk(error.__traceback__):
        if _is_cell_file(frame.f_code.co_filename):
            return ErrorPlace(line, linecache.getline(frame.f_code.co_filename, line), frame)
    return ErrorPlace()


def _is_cell_file(name: str | None) -> bool:
    return bool(name and CELL_FILE.search(name))


def _walk(traceback: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    """Walk the frames from the cell inwards."""
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def walk_frames(error: BaseException) -> Iterator[FrameType]:
    """Walk the frames of an error from the cell inwards."""
    return (frame for frame, _ in _walk(error.__traceback__))


def find_defining_cell(name: str, shell: Any) -> str:
    """Say which cell of the open notebook makes a name; empty where that is not known."""
    heading = ""
    for cell in _read_cells(shell):
        source = "".join(cell.get("source", ""))
        if cell.get("cell_type") == "markdown":
            headings = re.findall(r"^#+ +(.+)$", source, re.M)
            heading = headings[-1] if headings else heading
        elif cell.get("cell_type") == "code" and name in _list_made_names(source):
            first = shorten(source.strip().splitlines()[0], LINE_LETTERS // 2)
            under = f"「{shorten(heading, 30)}」の" if heading else ""
            return f"{under}「{first}」で始まる枠"
    return ""


def _read_cells(shell: Any) -> list[dict[str, Any]]:
    """Read the cells of the notebook that this kernel belongs to, as last saved."""
    path = getattr(shell, "user_ns", {}).get(VSCODE_NAME) or os.environ.get(SESSION_VARIABLE, "")
    candidates = [Path(path), Path(Path(path).name)] if str(path).endswith(".ipynb") else []
    for candidate in candidates:
        try:
            cells = json.loads(candidate.read_text(encoding="utf-8"))["cells"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        return [cell for cell in cells if isinstance(cell, dict)]
    return []


def _list_made_names(source: str) -> set[str]:
    """List the variables and imported names that a cell makes."""
    try:
        tree = ast.parse(re.sub(r"^\s*[%!].*$", "", source, flags=re.M))
    except (SyntaxError, ValueError):
        return set()
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    return names
