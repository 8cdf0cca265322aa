"""How does a table look on a notebook's page, and as plain text?

The HTML is made here from escaped text and numbers alone: no script, no link, no class of anybody
else's, and nothing wider than the page. Styles stand in the elements, because notebooks drop style
sheets of outputs that they do not trust.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dxkit.schema._age_note import write_age_note
from dxkit.schema._column_widths import find_least_widths
from dxkit.schema._made_mark import ESTIMATED_MARK, MADE_MARK, is_made

MOST_ROWS = 200
# notebooks typeset what stands between dollar signs as formulas, except in these classes
CLASSES = "dxkit-table tex2jax_ignore mathjax_ignore"
FRAME_STYLE = "max-width:100%;overflow-x:auto"
TABLE_STYLE = "border-collapse:collapse;table-layout:auto;max-width:100%;margin:0"
# a page may count padding as width: a least width is that of the letters
CELL_STYLE = (
    "vertical-align:top;border-bottom:1px solid #dde3ea;max-width:none;box-sizing:content-box"
)
HEAD_STYLE = "border-bottom:2px solid #9aa5b1;font-weight:bold"
FOOT_STYLE = "color:#444;font-size:12px;line-height:1.6;overflow-wrap:anywhere"
# pixels beside a text, and beside all texts of a row together
COLUMN_PADDING_PX = 8
PAGE_PADDING_PX = 64
# half-width letters of numbers that stay on one line beside each other
NUMBER_LETTERS = 60
DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")
# letters of a cell in the plain text
TEXT_LETTERS = 40


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column as it is shown: heading, texts, backgrounds (CSS) and unaltered values."""

    heading: str
    texts: Sequence[str]
    series: "pd.Series[Any]"
    is_numeric: bool
    is_index: bool
    backgrounds: Sequence[str] = ()


class ShownTable:
    """A table made ready for reading: a notebook shows it as HTML, a terminal as text.

    `dxkit.show` makes it.

    Parameters
    ----------
    columns
        The columns, in order.
    attrs
        What the table says of its origin.

    Notes
    -----
    At most 200 rows are shown; `to_frame` holds all of them.

    Examples
    --------
    >>> import pandas as pd
    >>> import dxkit
    >>> print(dxkit.show(pd.DataFrame({"people": [12345], "sex": ["women"]})))
    人口［人］ 性別
        12,345   女
    """

    def __init__(self, columns: Sequence[ShownColumn], attrs: Mapping[Any, Any]) -> None:
        self._columns = list(columns)
        self._attrs = dict(attrs)
        self._row_count = len(columns[0].texts) if columns else 0

    @property
    def columns(self) -> tuple[ShownColumn, ...]:
        """Each column's heading and texts, for pages that lay a table out in their own way."""
        return tuple(self._columns)

    def to_frame(self) -> pd.DataFrame:
        """Return what is shown as a table: Japanese headings, values as they were.

        Returns
        -------
        pandas.DataFrame
            All rows; a shown index stays the index. ``.attrs`` as those of the table.

        Examples
        --------
        >>> import dxkit
        >>> shown = dxkit.show(dxkit.load("areas").head(2), columns=["label", "members"])
        >>> shown.to_frame()["市町数［市町］"].tolist()
        [1, 3]
        """
        # numbered first: two columns may have the same heading
        frame = pd.DataFrame({number: column.series for number, column in self._numbered})
        frame.columns = pd.Index([column.heading for column in self._columns])
        levels = [column for column in self._columns if column.is_index]
        if levels:
            frame = frame.iloc[:, len(levels) :]
            frame.index = pd.MultiIndex.from_arrays([level.series for level in levels])
            if len(levels) == 1:
                frame.index = pd.Index(levels[0].series)
            frame.index.names = [level.heading or None for level in levels]
        frame.attrs = dict(self._attrs)
        return frame

    def _repr_html_(self) -> str:
        """Return the table as HTML in which every text is inert."""
        least_widths = find_least_widths(
            [
                (column.heading, *(() if column.is_numeric else column.texts[:MOST_ROWS]))
                for column in self._columns
            ]
        )
        styled = list(zip(self._columns, least_widths, strict=True))
        head = "".join(self._write_head(column, least) for column, least in styled)
        rows = [
            "<tr>"
            + "".join(self._write_cell(column, least, row) for column, least in styled)
            + "</tr>"
            for row in range(min(self._row_count, MOST_ROWS))
        ]
        lines = [f"<div>{_escape(line)}</div>" for line in self._list_foot_lines()]
        foot = f'<div style="{FOOT_STYLE}">{"".join(lines)}</div>' if lines else ""
        return (
            f'<div class="{CLASSES}" style="{FRAME_STYLE}"><table style="{TABLE_STYLE}">'
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{foot}</div>"
        )

    def __repr__(self) -> str:
        """Return the table as text, as wide as its cells."""
        headings = [column.heading for column in self._columns]
        if not self._row_count:
            return "\n".join(["　".join(headings), *self._list_foot_lines()])
        frame = pd.DataFrame(
            {
                number: [text.replace("\n", " ") for text in column.texts[:MOST_ROWS]]
                for number, column in self._numbered
            }
        )
        # full-width letters take two places: pandas must be told so, or columns do not line up
        with pd.option_context("display.unicode.east_asian_width", True):
            text = frame.to_string(header=headings, index=False, max_colwidth=TEXT_LETTERS)
        return "\n".join([text, *self._list_foot_lines()])

    @property
    def _numbered(self) -> list[tuple[int, ShownColumn]]:
        return list(enumerate(self._columns))

    def _write_head(self, column: ShownColumn, least_em: float) -> str:
        style = f"{self._find_style(column, least_em, wraps=True)};{HEAD_STYLE}"
        return f'<th scope="col" style="{style}">{_escape(column.heading)}</th>'

    def _write_cell(self, column: ShownColumn, least_em: float, row: int) -> str:
        # a date broken at its hyphens reads as two numbers
        is_date = DATE.fullmatch(column.texts[row]) is not None
        wraps = not is_date and (not column.is_numeric or self._has_many_numbers)
        style = self._find_style(column, least_em, wraps=wraps)
        if column.backgrounds and column.backgrounds[row]:
            style += f";background:{column.backgrounds[row]}"
        # what names the row is its heading, for readers who listen to the page
        tag = "th" if column.is_index else "td"
        scope = ' scope="row"' if column.is_index else ""
        return f'<{tag}{scope} style="{style}">{_escape(column.texts[row])}</{tag}>'

    def _find_style(self, column: ShownColumn, least_em: float, *, wraps: bool) -> str:
        """Find alignment and wrapping: texts wrap anywhere, numbers only where there are many."""
        align = "right" if column.is_numeric else "left"
        padding = min(COLUMN_PADDING_PX, max(PAGE_PADDING_PX // len(self._columns), 1))
        style = f"padding:3px {padding}px;{CELL_STYLE};text-align:{align}"
        if not wraps:
            return f"{style};white-space:nowrap"
        return f"{style};white-space:normal;overflow-wrap:anywhere;min-width:{least_em:.3g}em"

    @property
    def _has_many_numbers(self) -> bool:
        """Whether the numbers beside each other would be wider than a page."""
        widths = (
            max(map(len, column.texts[:MOST_ROWS]), default=0)
            for column in self._columns
            if column.is_numeric
        )
        return sum(widths) > NUMBER_LETTERS

    def _list_foot_lines(self) -> list[str]:
        """List what stands below the table: rows left out, the mark, and the source."""
        lines = []
        if not self._row_count:
            lines.append("（行がありません）")
        if self._row_count > MOST_ROWS:
            lines.append(f"…ほか{self._row_count - MOST_ROWS:,}行（.to_frame() で全部見られます）")
        # what is invented must never be read without saying so
        if is_made(self._attrs):
            lines.append(MADE_MARK)
        elif self._attrs.get("kind") == "estimated":
            lines.append(ESTIMATED_MARK)
        if source := str(self._attrs.get("source") or ""):
            as_of = str(self._attrs.get("as_of") or "")
            date = f"（{as_of}）" if as_of and as_of not in source else ""
            lines.append(f"出典: {source.removeprefix('出典: ')}{date}")
        if age_note := write_age_note(self._attrs):
            lines.append(age_note)
        return lines


def _escape(text: str) -> str:
    """Escape a text for HTML; its own line breaks are kept."""
    return html.escape(text, quote=True).replace("\n", "<br>")
