"""Where are the headings, and which column names the municipality, in somebody's own sheet?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandera.pandas as pa

from dxkit import schema as schemas
from dxkit.errors import TableError
from dxkit.loaders import _cells, _place_names
from dxkit.loaders._sheet import Sheet

# rows from the top in which a header is looked for
HEADER_SEARCH = 40
# most rows of one header
HEADER_ROWS = 4
# letters of a message that lists headings
LISTED_LETTERS = 300
# what may stand above 件数 and 率, though it is a number
YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?")
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
    ignored
        Positions of columns that the caller does not ask for.
    """

    header: int
    first: int
    heads: tuple[str, ...]
    code: int | None
    name: int | None
    prefecture: int | None
    ignored: frozenset[int] = frozenset()

    @property
    def naming_column(self) -> int | None:
        """Position of the column that tells the municipality, if any."""
        return self.name if self.code is None else self.code

    @property
    def column_count(self) -> int:
        """Number of columns up to the last heading."""
        return max((position + 1 for position, head in enumerate(self.heads) if head), default=0)


@dataclass(frozen=True, slots=True)
class LayoutOptions:
    """What the caller says of a sheet's layout, where the guess would be wrong.

    Attributes
    ----------
    header
        Line number of the header, counted from 0 as pandas does; the first and last of several.
    code, name
        Heading or position of the column that holds them.
    columns
        Headings of the columns to read; by default all.
    """

    header: tuple[int, ...] = ()
    code: str | int | None = None
    name: str | int | None = None
    columns: tuple[str, ...] | None = None


def find_layout(
    sheet: Sheet, schema: str | pa.DataFrameSchema | None, options: LayoutOptions
) -> Layout | None:
    """Find the header row and the columns that name municipalities.

    The header is the row that knows most headings; else the first row of several words above other
    rows.

    Parameters
    ----------
    sheet
        The sheet.
    schema
        The schema whose headings are looked for; by default all headings of the project.
    options
        What the caller says of the layout.

    Raises
    ------
    TableError
        If what the caller names is not there.
    """
    header, first = _find_given_header(sheet, options)
    is_guess = header is None
    if header is None:
        columns = None if schema is None else schemas.find_schema(schema).columns
        header = _find_best_header(sheet, set(schemas.map_headings(columns)))
    if header is None:
        return None
    code, name, prefecture = (
        _find_heading(sheet.texts[header], column) for column in ("code", "name", "prefecture")
    )
    code = _find_given_column(sheet, header, options.code, code)
    name = _find_given_column(sheet, header, options.name, name)
    if name is None:
        name = _find_naming_column(sheet, header, code)
    if first is None:
        first = _find_first_data_row(sheet, header, code if code is not None else name)
    if is_guess:
        header = _find_upper_header(sheet, header, first)
    width = max(map(len, sheet.rows[header:first]))
    heads = [_join_header_words(sheet, header, first, position) for position in range(width)]
    # columns of an Excel sheet may hold values beyond the last heading
    if sheet.name:
        width = max(map(len, sheet.rows[first:]), default=0)
        heads += [""] * (width - len(heads))
    ignored = _find_ignored(sheet, header, heads, (code, name, prefecture), options.columns)
    return Layout(header, first, tuple(heads), code, name, prefecture, ignored)


def _find_given_header(sheet: Sheet, options: LayoutOptions) -> tuple[int | None, int | None]:
    """Find the header that the caller names by its lines, and the row behind it."""
    if not options.header:
        return None, None
    lines = [line + 1 for line in options.header]
    rows = [row for row, number in enumerate(sheet.row_numbers) if number in lines]
    if not rows or sheet.is_blank(rows[0]):
        fault = sheet.make_fault(
            f"見出しに指定された行（header={options.header[0]}、ファイルの{lines[0]}行目）が空です",
            "header= には見出しの行を、1行目を 0 として数えて指定してください",
        )
        raise TableError([fault])
    return rows[0], rows[-1] + 1


def _find_given_column(
    sheet: Sheet, header: int, heading: str | int | None, guess: int | None
) -> int | None:
    """Find the column that the caller names by heading or position."""
    if heading is None:
        return guess
    heads = [_place_names.to_plain_name(text) for text in sheet.texts[header]]
    if isinstance(heading, int) and -len(heads) <= heading < len(heads):
        return heading % len(heads)
    if not isinstance(heading, int) and _place_names.to_plain_name(heading) in heads:
        return heads.index(_place_names.to_plain_name(heading))
    raise TableError(
        [sheet.make_missing_heading_fault(str(heading), _list_heads(heads), row=header)]
    )


def _list_heads(heads: Sequence[str]) -> str:
    return f"あるのは {'、'.join(head for head in heads if head)[:LISTED_LETTERS]} です"


def _find_ignored(
    sheet: Sheet,
    header: int,
    heads: Sequence[str],
    naming: Sequence[int | None],
    columns: tuple[str, ...] | None,
) -> frozenset[int]:
    """Find the columns that the caller does not ask for."""
    if columns is None:
        return frozenset()
    plain = [_place_names.to_plain_name(head) for head in heads]
    headings = [_place_names.to_plain_name(column) for column in columns]
    if missing := [column for column in headings if column not in plain]:
        remedy = _list_heads(heads)
        raise TableError(
            sheet.make_missing_heading_fault(head, remedy, row=header) for head in missing
        )
    return frozenset(
        position
        for position, head in enumerate(plain)
        if head not in headings and position not in naming
    )


def _find_best_header(sheet: Sheet, known_words: set[str]) -> int | None:
    """Find the row that looks most like a header."""
    scores = [
        _score_header(sheet, row, known_words) for row in range(min(HEADER_SEARCH, len(sheet.rows)))
    ]
    if not scores or max(scores) <= 0:
        return None
    return scores.index(max(scores))


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
    # several municipalities in one row are data, or the header of a matrix
    places = sum(_place_names.names_municipality(text) for _, text in filled)
    if places > 1 and not _is_matrix_header(sheet, row):
        return 0.0
    return KNOWN_WORD_SCORE * known_count + min(len(words) / len(filled), 1)


def _is_matrix_header(sheet: Sheet, row: int) -> bool:
    """Check for municipalities from the second column on, above rows that each begin with one."""
    texts = [text for text in sheet.texts[row][1:] if text]
    body = sheet.texts[row + 1 : row + 1 + CONTENT_ROWS]
    firsts = [next(filter(None, texts), "") for texts in body]
    return (
        len(texts) > 1
        and all(map(_place_names.names_municipality, texts))
        and len(firsts) > 1
        and sum(map(_place_names.names_municipality, firsts)) >= NAMED_SHARE * len(firsts)
        and not any(_place_names.names_municipality(text) for texts in body for text in texts[1:])
    )


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


def _find_upper_header(sheet: Sheet, header: int, first: int) -> int:
    """Find the row above by which headings differ that repeat in the row of most known words.

    件数 and 率 stand under each year: the year above tells the columns apart.
    """
    if not _count_repeats(sheet, header, first):
        return header
    for upper in range(header - 1, max(header - HEADER_ROWS, -1), -1):
        cells = zip(sheet.rows[upper], sheet.texts[upper], strict=True)
        numbers = [text for cell, text in cells if _cells.is_number(cell, text)]
        if sheet.is_blank(upper) or not all(map(YEAR.fullmatch, numbers)):
            break
        if not _count_repeats(sheet, upper, first):
            return upper
    return header


def _count_repeats(sheet: Sheet, header: int, first: int) -> int:
    """Count the headings, joined over their rows, that an earlier column has, too."""
    width = max(map(len, sheet.rows[header:first]))
    heads = [_join_header_words(sheet, header, first, position) for position in range(width)]
    filled = [head for head in heads if head]
    return len(filled) - len(set(filled))


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
