"""Where are the headings, and which column names the municipality, in somebody's own sheet?"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandera.pandas as pa

from dxkit import schema as schemas
from dxkit.loaders import _cells, _place_names
from dxkit.loaders._sheet import Sheet

HEADER_SEARCH = 40
HEADER_ROWS = 4
LOOK_AT = 80
NAMED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a sheet: positions of the header rows, first data row and the naming columns."""

    header: int
    first: int
    heads: tuple[str, ...]
    code: int | None
    name: int | None
    prefecture: int | None

    @property
    def naming(self) -> int | None:
        """The column that tells the municipality, if any."""
        return self.name if self.code is None else self.code

    @property
    def width(self) -> int:
        """Number of columns up to the last heading."""
        return max((position + 1 for position, head in enumerate(self.heads) if head), default=0)


def find_layout(sheet: Sheet, schema: str | pa.DataFrameSchema | None) -> Layout | None:
    """Find the header row: the one that knows most headings; else the first row of several words above other rows.

    Parameters
    ----------
    sheet
        The sheet.
    schema
        The schema whose headings are looked for; by default all headings of the project.
    """
    known = (
        schemas.known_headings(schemas.find(schema).columns)
        if schema is not None
        else schemas.known_headings()
    )
    searched = range(min(HEADER_SEARCH, len(sheet.rows)))
    best = max(searched, key=lambda at: (_score(sheet, at, known), -at), default=None)
    if best is None or _score(sheet, best, known) <= 0:
        return None
    code, name, prefecture = (
        _position(sheet.rows[best], column) for column in ("code", "name", "prefecture")
    )
    if name is None:
        name = _by_content(sheet, best, code)
    first = _first_data(sheet, best, code if code is not None else name)
    width = max(map(len, sheet.rows[best:first]))
    heads = tuple(_joined(sheet, best, first, position) for position in range(width))
    return Layout(best, first, _with_unheaded(sheet, heads, first), code, name, prefecture)


def _score(sheet: Sheet, at: int, known: dict[str, str]) -> float:
    """Give how much a row looks like a header: known words first, then several different words and no numbers."""
    filled = [cell for cell in sheet.rows[at] if _cells.text(cell)]
    words = {_place_names.plain(cell) for cell in filled}
    if not words or (len(words) == 1 and not words & known.keys()):
        return 0.0
    if any(_cells.is_number(cell) for cell in filled) and not words & known.keys():
        return 0.0
    # several municipalities in one row are data (or the header of a table that lies on its side)
    if sum(_place_names.is_known(cell) for cell in filled) > 1:
        return 0.0
    return 10 * len(words & known.keys()) + min(len(words) / len(filled), 1)


def _position(row: Sequence[object], column: str) -> int | None:
    """Find the column of that meaning in a header row; the word listed first among the synonyms wins."""
    heads = [_place_names.plain(cell) for cell in row]
    # "name" and 名称 name anything; only what stands under them tells whether it is a municipality
    sure = () if column == "name" else (column, schemas.HEADINGS[column][0])
    for word in (*sure, *schemas.SYNONYMS.get(column, ())):
        if word in heads:
            return heads.index(word)
    return None


def _by_content(sheet: Sheet, header: int, code: int | None) -> int | None:
    """Find a column most of whose cells name municipalities, whatever its heading says."""
    body = range(header + 1, min(header + 1 + LOOK_AT, len(sheet.rows)))
    for position in range(len(sheet.rows[header])):
        filled = [cell for at in body if _cells.text(cell := sheet.cell(at, position))]
        hits = sum(_place_names.is_known(cell) for cell in filled)
        if position != code and hits and hits >= NAMED_SHARE * len(filled):
            return position
    return None


def _first_data(sheet: Sheet, header: int, position: int | None) -> int:
    """Give the first row after the header; where municipalities are named, rows before the first of them are header too."""
    if position is None:
        return header + 1
    repeated = {_place_names.plain(cell) for cell in sheet.rows[header]}
    for at in range(header + 1, min(header + 1 + HEADER_ROWS, len(sheet.rows))):
        cell = sheet.cell(at, position)
        if _cells.text(cell) and _place_names.plain(cell) not in repeated:
            return at
        # a number without a municipality is a data row with a fault, not a second row of headings
        if any(_cells.is_number(other) for other in sheet.rows[at]):
            return at
    return header + 1


def _joined(sheet: Sheet, header: int, first: int, position: int) -> str:
    """Join the words of a column's header rows, each once; a heading over several columns stands only above the first."""
    words = []
    for at in range(header, first):
        word = " ".join(_cells.text(sheet.cell(at, position)).split())
        if not word and at < first - 1 and _cells.text(sheet.cell(first - 1, position)):
            word = _spanning(sheet, at, first - 1, position)
        words.append(word)
    return "_".join(dict.fromkeys(word for word in words if word))


def _spanning(sheet: Sheet, at: int, last: int, position: int) -> str:
    """Give the heading to the left that spans this column: every column between has a word of its own in the last row."""
    for left in range(position - 1, -1, -1):
        if not _cells.text(sheet.cell(last, left)):
            return ""
        if word := _cells.text(sheet.cell(at, left)):
            return " ".join(word.split())
    return ""


def _with_unheaded(sheet: Sheet, heads: tuple[str, ...], first: int) -> tuple[str, ...]:
    """Add empty headings for columns of an Excel sheet that hold values beyond the last heading."""
    return (
        heads + ("",) * (max(map(len, sheet.rows[first:]), default=0) - len(heads))
        if sheet.name
        else heads
    )
