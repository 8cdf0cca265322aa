"""Does a notebook say which of the tables that it loads are older than good?

A table that is worked on before it is shown no longer knows its date: a sum, a join or a list has
none. So the cell that loads an old table says it, whatever becomes of the table afterwards.
"""

import html
import threading
from collections.abc import Mapping
from typing import Any

from dxkit._cell_hooks import add_cell_hook
from dxkit.schema import NEVER_OLD, is_old, today

HEADING = "期限を過ぎた表を使っています"
# in an output's metadata: this line stands below its cell (the edition without Python keeps it)
MARK = "dxkit_old_tables"
STYLE = "color:#444;font-size:12px;line-height:1.6;overflow-wrap:anywhere"
# loaded since the last cell ended: table → (good up to, the file that follows)
_pending: dict[str, tuple[str, str]] = {}
# table → the cell that says it; run again, that cell says it again
_cells: dict[str, str] = {}


def note_old_table(attrs: Mapping[Any, Any]) -> None:
    """Remember a loaded table that is older than good until the cell ends.

    What a server's thread loads meanwhile is nothing that the cell loads.

    Raises
    ------
    ChoiceError
        If ``DXKIT_TODAY`` is no day.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    day = today().isoformat()
    for record in attrs.get("inputs", ()):
        limit = str(record.get("fresh_until") or NEVER_OLD)
        if is_old(limit, day):
            _pending[str(attrs["name"])] = (limit, str(record.get("next_file") or ""))


def write_old_tables(tables: Mapping[str, tuple[str, str]]) -> str:
    """Write the line that names old tables, those of one edition together; empty without any.

    Examples
    --------
    >>> limit = ("2026-03-31", "令和8年度の一覧")
    >>> write_old_tables({"themes": limit, "courses": limit})
    '期限を過ぎた表を使っています: courses・themes（2026-03-31 まで。新しい表: 令和8年度の一覧）'
    """
    editions: dict[tuple[str, str], list[str]] = {}
    for name, edition in sorted(tables.items()):
        editions.setdefault(edition, []).append(name)
    texts = [
        f"{'・'.join(names)}（{limit} まで{_name_next_file(file)}）"
        for (limit, file), names in sorted(editions.items())
    ]
    return f"{HEADING}: {'、'.join(texts)}" if texts else ""


def forget_old_tables() -> None:
    """Forget tables that were loaded where nobody says it: before a shell is watched."""
    _pending.clear()


def publish_old_tables(shell: Any, cell: str) -> None:
    """Say below a cell which of the tables that it loaded are old, once in a notebook.

    Parameters
    ----------
    shell
        The IPython shell.
    cell
        What tells the cell from others.
    """
    tables = dict(_pending)
    _pending.clear()
    news = {name: age for name, age in tables.items() if _cells.setdefault(name, cell) == cell}
    if text := write_old_tables(news):
        page = f'<div style="{STYLE}">{html.escape(text)}</div>'
        shell.display_pub.publish({"text/html": page, "text/plain": text}, metadata={MARK: True})


def _name_next_file(file: str) -> str:
    return f"。新しい表: {file}" if file else ""


add_cell_hook(forget_old_tables, publish_old_tables)
