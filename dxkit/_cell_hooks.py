"""What is to be done when a cell of a notebook has run? A package adds it here when it is loaded.

So ``import dxkit`` watches a shell without loading, or knowing, the packages that have a word to
say below a cell.
"""

from collections.abc import Callable
from typing import Any

_starters: list[Callable[[], None]] = []
_finishers: list[Callable[[Any, str], None]] = []


def add_cell_hook(start: Callable[[], None], finish: Callable[[Any, str], None]) -> None:
    """Add what is done when a shell begins to be watched, and after each of its cells.

    Parameters
    ----------
    start
        Forgets what belongs to no cell of the shell.
    finish
        Gets the shell and what tells the cell from others.
    """
    _starters.append(start)
    _finishers.append(finish)


def watch_cells(shell: Any) -> None:
    """Run the hooks, also those that are added later, after each cell of an IPython shell."""
    for start in _starters:
        start()
    shell.events.register("post_run_cell", lambda result: _finish_cell(shell, result))


def _finish_cell(shell: Any, result: Any) -> None:
    # a shell without a notebook has no ids of cells
    cell = str(getattr(result.info, "cell_id", None) or result.info.raw_cell)
    for finish in _finishers:
        finish(shell, cell)
