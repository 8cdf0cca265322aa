"""Who does what with evacuees' records, who answers for it, and who is asked or informed?

The picture teaches and is no legal advice (教材であり法的助言ではない), and says so.
"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from dxkit._checks import require_columns
from dxkit.charts._canvas import Canvas, finish_chart, open_canvas
from dxkit.charts._font import font_of_size, to_printable
from dxkit.charts._grid import NOTICE, add_legend_below, draw_cell, name_grid
from dxkit.charts._legend import hide_frame
from dxkit.charts._style import LABEL_PT
from dxkit.charts._tables import TableOrResult, take_table
from dxkit.errors import Fault, TableError

# letter → what it means, its cell's colour and its own
ROLES: dict[str, tuple[str, str, str]] = {
    "R": ("行う", "#8bb8e0", "black"),
    "A": ("責任を負う", "#0b3d7a", "white"),
    "C": ("相談を受ける", "#fde3c0", "black"),
    "I": ("知らされる", "#eeeeee", "black"),
}
# columns that hold no body
TEXT_COLUMNS = ("notice", "task", "ground", "certainty", "note")
UNREAD = "要確認"
NOTE = "右は根拠の例です。※は、条文を読んでいない根拠です（要確認）。"


def raci(
    table: TableOrResult,
    *,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw which body does each task, answers for it, is asked and is informed (法的助言ではない).

    Parameters
    ----------
    table
        One row a task: ``task``, a column a body with the letters R, A, C, I or nothing, ``ground,
        certainty``: `dxkit.sharing.raci`. ``attrs["labels"]`` may hold the bodies' Japanese names.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If columns are missing, the table is empty, or a cell holds another letter.

    Examples
    --------
    >>> from dxkit import charts, sharing
    >>> figure = charts.raci(sharing.raci())
    >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
    ['避難先市町', '避難元市町', '県', '国', '支援団体']
    """
    tasks = take_table(table).rename(columns=str)
    require_columns(tasks, ("task", "ground", "certainty"), "役割分担")
    # bodies are all columns that hold no text
    bodies = [str(name) for name in tasks.columns if name not in TEXT_COLUMNS]
    roles = tasks[bodies].fillna("").astype(str)
    _require_roles(roles)
    labels = tasks.attrs.get("labels", {})
    canvas = open_canvas(ax, 7.6 + 0.5 * len(bodies), 2.0 + 0.42 * len(tasks))
    axes = canvas.axes
    for row, cells in enumerate(roles.itertuples(index=False)):
        for column, letters in enumerate(cells):
            _draw_letters(axes, column, row, letters)
    name_grid(
        axes, list(tasks["task"].astype(str)), [str(labels.get(body, body)) for body in bodies]
    )
    _name_grounds(canvas, tasks)
    handles = [
        Patch(label=f"{letter} {words}", facecolor=colour)
        for letter, (words, colour, _) in ROLES.items()
    ]
    add_legend_below(axes, handles)
    heading = f"{NOTICE}\n{title}"
    return finish_chart(canvas, [table], title=heading, source=source, made=made, note=NOTE)


def _draw_letters(axes: Any, column: int, row: int, letters: str) -> None:
    """Draw a body's letters for one task side by side in its cell."""
    for index, letter in enumerate(letters):
        _, colour, text_colour = ROLES[letter]
        look = {"facecolor": colour, "edgecolor": "white"}
        part = (index, len(letters))
        draw_cell(axes, column, row, letter, look, text_colour=text_colour, part=part)


def _name_grounds(canvas: Canvas, tasks: pd.DataFrame) -> None:
    """Write each task's ground on the right; one whose text was not read carries a mark."""
    side = canvas.axes.twinx()
    # a second axis that runs along the rows at the right
    side.set_ylim(canvas.axes.get_ylim())
    is_read = tasks["certainty"].astype(str) != UNREAD
    words = [
        to_printable(f"{'' if read else '※'}{ground}")
        for read, ground in zip(is_read, tasks["ground"], strict=True)
    ]
    side.set_yticks(range(len(words)), words, fontproperties=font_of_size(LABEL_PT))
    hide_frame(side)
    canvas.extra_axes.append(side)


def _require_roles(roles: pd.DataFrame) -> None:
    remedy = f"{'・'.join(ROLES)} を並べるか、空欄にしてください"
    faults = [
        Fault("知らない役割です", remedy, row=row + 1, column=str(name), value=cell)
        for name in roles.columns
        for row, cell in enumerate(roles[name])
        if set(cell) - set(ROLES)
    ]
    if faults:
        raise TableError(faults)
