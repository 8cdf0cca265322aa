"""Where are the headings, and which column names the municipality, in somebody's own sheet?"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandera.pandas as pa

from dxkit import schema as schemas
from dxkit.loaders import _cells, _place_names
from dxkit.loaders._sheet import Sheet

# rows from the top in which a header is looked for
HEADER_SEARCH = 40
# most rows of one header
HEADER_ROWS = 4
# rows below the header by which a column of municipalities is told
CONTENT_ROWS = 80
NAMED_SHARE = 0.5
# a heading that the project knows counts more than any number of unknown words
KNOWN_WORD_SCORE = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a sheet.

    Attributes
    ----------
    header, first
        Positions of the first header row and of the first data row.
    heads
        The heading of each column.
    code, name, prefecture
        Positions of the columns that hold them; ``None`` where there is none.
    """

    header: int
    first: int
    heads: tuple[str, ...]
    code: int | None
    name: int | None
    prefecture: int | None

    @property
    def naming_column(self) -> int | None:
        """Position of the column that tells the municipality, if any."""
        return self.name if self.code is None else self.code

    @property
    def column_count(self) -> int:
        """Number of columns up to the last heading."""
        return max((position + 1 for position, head in enumerate(self.heads) if head), default=0)


def find_layout(sheet: Sheet, schema: str | pa.DataFrameSchema | None) -> Layout | None:
    """Find the header row and the columns that name municipalities.

    The header is the row that knows most headings; else the first row of several words above other
    rows.

    Parameters
    ----------
    sheet
        The sheet.
    schema
        The schema whose headings are looked for; by default all headings of the project.
    """
    columns = None if schema is None else schemas.find_schema(schema).columns
    known_words = set(schemas.map_headings(columns))
    scores = [
        _score_header(sheet, row, known_words) for row in range(min(HEADER_SEARCH, len(sheet.rows)))
    ]
    if not scores or max(scores) <= 0:
        return None
    header = scores.index(max(scores))
    code, name, prefecture = (
        _find_heading(sheet.texts[header], column) for column in ("code", "name", "prefecture")
    )
    if name is None:
        name = _find_naming_column(sheet, header, code)
    first = _find_first_data_row(sheet, header, code if code is not None else name)
    width = max(map(len, sheet.rows[header:first]))
    heads = [_join_header_words(sheet, header, first, position) for position in range(width)]
    # columns of an Excel sheet may hold values beyond the last heading
    if sheet.name:
        width = max(map(len, sheet.rows[first:]), default=0)
        heads += [""] * (width - len(heads))
    return Layout(header, first, tuple(heads), code, name, prefecture)


def _score_header(sheet: Sheet, row: int, known_words: set[str]) -> float:
    """Score how much a row looks like a header.

    Known words count first, then several different words and no numbers.
    """
    filled = [
        (cell, text) for cell, text in zip(sheet.rows[row], sheet.texts[row], strict=True) if text
    ]
    words = {_place_names.to_plain_name(text) for _, text in filled}
    known_count = len(words & known_words)
    if not words or (len(words) == 1 and not known_count):
        return 0.0
    if not known_count and any(_cells.is_number(cell, text) for cell, text in filled):
        return 0.0
    # several municipalities in one row are data (or the header of a table that lies on its side)
    if sum(_place_names.names_municipality(text) for _, text in filled) > 1:
        return 0.0
    return KNOWN_WORD_SCORE * known_count + min(len(words) / len(filled), 1)


def _find_heading(texts: Sequence[str], column: str) -> int | None:
    """Find the column of a meaning in a header row; the first listed of its synonyms wins."""
    heads = [_place_names.to_plain_name(text) for text in texts]
    # "name" and 名称 name anything; only what stands under them tells whether it is a municipality
    sure = () if column == "name" else (column, schemas.HEADINGS[column][0])
    for word in (*sure, *schemas.SYNONYMS.get(column, ())):
        if word in heads:
            return heads.index(word)
    return None


def _find_naming_column(sheet: Sheet, header: int, code: int | None) -> int | None:
    """Find a column most of whose cells name municipalities, whatever its heading says."""
    body = range(header + 1, min(header + 1 + CONTENT_ROWS, len(sheet.rows)))
    for position in range(len(sheet.rows[header])):
        filled = [text for row in body if (text := sheet.find_text(row, position))]
        count = sum(map(_place_names.names_municipality, filled))
        if position != code and count and count >= NAMED_SHARE * len(filled):
            return position
    return None


def _find_first_data_row(sheet: Sheet, header: int, naming_column: int | None) -> int:
    """Find the first data row.

    Where municipalities are named, rows before the first of them are header, too.
    """
    if naming_column is None:
        return header + 1
    # a heading that is repeated in the next row (merged cells) is no municipality
    words = set(map(_place_names.to_plain_name, sheet.texts[header]))
    for row in range(header + 1, min(header + 1 + HEADER_ROWS, len(sheet.rows))):
        text = sheet.find_text(row, naming_column)
        if text and _place_names.to_plain_name(text) not in words:
            return row
        # a number without a municipality is a data row with a fault, not a second row of headings
        cells = zip(sheet.rows[row], sheet.texts[row], strict=True)
        if any(_cells.is_number(cell, typed) for cell, typed in cells):
            return row
    return header + 1


def _join_header_words(sheet: Sheet, header: int, first: int, position: int) -> str:
    """Join the words of a column's header rows, each once.

    A heading over several columns stands only above the first of them.
    """
    words = []
    for row in range(header, first):
        word = " ".join(sheet.find_text(row, position).split())
        if not word and row < first - 1 and sheet.find_text(first - 1, position):
            word = _find_spanning_word(sheet, row, first - 1, position)
        words.append(str(schemas.plain_cell(word)))
    return "_".join(dict.fromkeys(word for word in words if word))


def _find_spanning_word(sheet: Sheet, row: int, last: int, position: int) -> str:
    """Find the heading to the left that spans this column.

    It does if every column between has a word of its own in the last header row.
    """
    for before in range(position - 1, -1, -1):
        if not sheet.find_text(last, before):
            return ""
        if word := sheet.find_text(row, before):
            return " ".join(word.split())
    return ""
