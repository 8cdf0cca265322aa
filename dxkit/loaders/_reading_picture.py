"""What does the sheet look like, with each cell coloured by what was read from it?"""

import html
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from dxkit.errors import shorten
from dxkit.loaders._header_rows import Layout
from dxkit.loaders._sheet import Sheet, name_column

HEADING = "見出し"
DATA = "データ"
SUBTOTAL = "小計・合計"
SKIPPED = "読まなかったところ"
GUESSED = "推測・注意"
# background and letters of each kind of cell, readable in a dark notebook, too
COLOURS = {
    HEADING: ("#cfe2f3", "#10243a"),
    DATA: ("#ffffff", "#1a1a1a"),
    SUBTOTAL: ("#fff2b3", "#3a2f00"),
    SKIPPED: ("#d9d9d9", "#444444"),
    GUESSED: ("#f9cb9c", "#4a2500"),
}
# rows from the top, and rows further down that are not plain data
FIRST_ROWS = 15
FURTHER_ROWS = 10
MOST_COLUMNS = 14
CELL_LETTERS = 24
CELL_STYLE = "padding:2px 6px;border:1px solid #b8c0c8;text-align:left;white-space:nowrap"
FRAME_STYLE = "max-width:100%;overflow-x:auto;font-size:12px;line-height:1.4"
# Jupyter's table styles centre cells and stripe rows
CLASSES = "dxkit-table tex2jax_ignore mathjax_ignore"


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A row of the picture: its number in the file, and text and kind of each cell."""

    number: int
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The first rows of a sheet, and the further ones that are not plain data.

    Attributes
    ----------
    columns
        The letters of the columns (A, B …).
    rows
        In the sheet's order.
    row_count, column_count
        Of the whole sheet.
    is_turned
        Whether columns of the file are shown as rows, as they were read.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[PictureRow, ...] = ()
    row_count: int = 0
    column_count: int = 0
    is_turned: bool = False

    def to_html(self) -> str:
        """Write the picture as HTML in which every text of the sheet is a text."""
        head = "".join(_write_cell(letters, "th") for letters in ("", *self.columns))
        body: list[str] = [f"<tr>{head}</tr>"]
        before = None
        for row in self.rows:
            if before is not None and row.number > before + 1:
                body.append(f'<tr><td colspan="{len(self.columns) + 1}">⋮</td></tr>')
            before = row.number
            cells = "".join(_write_cell(text, "td", kind) for text, kind in row.cells)
            body.append(f"<tr>{_write_cell(str(row.number), 'th')}{cells}</tr>")
        legend = "".join(_write_swatch(kind) for kind in COLOURS)
        table = f'<table style="border-collapse:collapse">{"".join(body)}</table>'
        return (
            f'<div style="margin:4px 0">{legend}</div>'
            f'<div class="{CLASSES}" style="{FRAME_STYLE}">{table}</div>'
            f"<div>{html.escape(self._describe_extent())}</div>"
        )

    def to_text(self) -> str:
        """Write the kinds of the rows for a terminal."""
        return "\n".join(f"{row.number}行目 {_describe_row(row)}" for row in self.rows)

    def _describe_extent(self) -> str:
        turned = (
            "縦横を入れ替えて読みました（左の番号は、もとの列の番号です）。"
            if self.is_turned
            else ""
        )
        hidden = self.column_count - len(self.columns)
        more = f"、右に{hidden}列あります" if hidden > 0 else ""
        return f"{turned}全{self.row_count:,}行のうち{len(self.rows):,}行を示しました{more}"


@dataclass(slots=True)
class Marks:
    """Which rows and cells of a sheet are no plain data.

    Attributes
    ----------
    data
        Positions of the data rows, in order.
    subtotals
        Positions of the rows that are sums.
    skipped
        Numbers in the file of the rows that are not read as data.
    guesses
        Row and column of cells that were guessed or need a look.
    """

    data: Sequence[int]
    subtotals: Collection[int] = ()
    skipped: Collection[int] = ()
    guesses: set[tuple[int, int]] = field(default_factory=set)


def draw_picture(sheet: Sheet, layout: Layout, marks: Marks, *, is_turned: bool) -> Picture:
    """Draw the first rows of a sheet, and the first of the further ones that are no plain data."""
    # a sheet may have a million rows: only those that are shown are looked at
    special = {
        *marks.subtotals,
        *(row for row, _ in marks.guesses),
        *(bisect_left(sheet.row_numbers, number) for number in marks.skipped),
    }
    count = len(sheet.rows)
    first = list(range(min(FIRST_ROWS, count)))
    further = sorted(row for row in special if FIRST_ROWS <= row < count)
    shown = [*first, *further[:FURTHER_ROWS]]
    width = max((len(sheet.rows[row]) for row in shown), default=0)
    columns = range(min(MOST_COLUMNS, width))
    rows = [
        PictureRow(
            sheet.row_numbers[row],
            tuple(
                (
                    shorten(sheet.find_verbatim(row, position), CELL_LETTERS),
                    _find_kind(row, position, layout, marks),
                )
                for position in columns
            ),
        )
        for row in shown
    ]
    # names of places in a file are those of its own columns, of a turned one of its rows
    letters = ("",) * len(columns) if is_turned else tuple(map(_write_letters, columns))
    return Picture(letters, tuple(rows), count, width, is_turned)


def _find_kind(row: int, position: int, layout: Layout, marks: Marks) -> str:
    if layout.header <= row < layout.first:
        is_read = position < len(layout.heads) and layout.heads[position]
        return HEADING if is_read and position not in layout.ignored else SKIPPED
    if row in marks.subtotals:
        return SUBTOTAL
    place = bisect_left(marks.data, row)
    is_data = place < len(marks.data) and marks.data[place] == row
    if not is_data or position in layout.ignored:
        return SKIPPED
    if (row, position) in marks.guesses:
        return GUESSED
    return DATA if position < len(layout.heads) and layout.heads[position] else SKIPPED


def _write_letters(position: int) -> str:
    return name_column(position).removesuffix("列")


def _write_cell(text: str, tag: str, kind: str = "") -> str:
    colours = ""
    title = ""
    if kind:
        background, letters = COLOURS[kind]
        colours = f";background:{background};color:{letters}"
        # for those who cannot tell the colours apart
        title = f' title="{kind}"'
    return f'<{tag} style="{CELL_STYLE}{colours}"{title}>{html.escape(text, quote=True)}</{tag}>'


def _write_swatch(kind: str) -> str:
    background, letters = COLOURS[kind]
    style = f"background:{background};color:{letters};border:1px solid #b8c0c8;padding:1px 6px"
    return f'<span style="{style};margin-right:6px;font-size:12px">{kind}</span>'


def _describe_row(row: PictureRow) -> str:
    kinds = list(dict.fromkeys(kind for text, kind in row.cells if text))
    texts = " | ".join(_list_texts(row.cells))
    return f"［{'・'.join(kinds) or '空行'}］ {texts}"


def _list_texts(cells: Iterable[tuple[str, str]]) -> Sequence[str]:
    return [f"*{text}*" if kind == GUESSED else text for text, kind in cells]
