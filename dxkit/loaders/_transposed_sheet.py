"""Does this table lie on its side, with a municipality in each column?

It is read as if it stood: columns become rows. Messages keep to the file's own rows and columns.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dxkit.errors import Fault
from dxkit.loaders._cells import PLAIN_NUMBER
from dxkit.loaders._place_names import names_municipality
from dxkit.loaders._sheet import Sheet, name_column
from dxkit.loaders._subtotal_rows import AreaNames, find_subtotal

# rows from the top in which the row of municipalities is looked for
HEADER_SEARCH = 40
LEAST_PLACES = 2
PLACE_SHARE = 0.8
# rows below by which is told that they hold no municipalities
CONTENT_ROWS = 40


@dataclass(frozen=True, slots=True)
class TransposedTable:
    """A sheet turned to stand, and how its places are named in the file.

    Attributes
    ----------
    sheet
        The turned sheet; its row numbers are the numbers of the file's columns.
    rows_by_head
        Row number in the file of each heading.
    above
        Rows above the table, with their numbers: titles and notes.
    """

    sheet: Sheet
    rows_by_head: dict[str, int]
    above: tuple[tuple[int, str], ...]

    def name_places(self, faults: Iterable[Fault]) -> Iterator[Fault]:
        """Name the places of faults as they are in the file."""
        for fault in faults:
            column = "" if fault.row is None else name_column(fault.row - 1)
            row = self.rows_by_head.get(fault.column)
            yield replace(fault, row=row, column=column or fault.column)


def find_transposed_table(sheet: Sheet) -> TransposedTable | None:
    """Find a table whose columns are municipalities and whose rows are not; turn it."""
    for row in range(min(HEADER_SEARCH, len(sheet.rows))):
        first = _find_first_place(sheet, row)
        if first is not None:
            return _turn(sheet, row, first)
    return None


def _find_first_place(sheet: Sheet, row: int) -> int | None:
    """Find the column of the first municipality of a row that holds hardly anything else."""
    texts = sheet.texts[row]
    # a row of figures need not be looked at cell by cell
    if sum(text[:1].isdigit() for text in texts) * 2 > len(texts):
        return None
    positions = [
        position for position, text in enumerate(texts) if text and names_municipality(text)
    ]
    if len(positions) < LEAST_PLACES or positions[0] == 0:
        return None
    names = [texts[position] for position in positions]
    first = positions[0]
    while first > 1 and _is_sum(texts[first - 1]):
        first -= 1
    filled = [text for text in texts[first:] if text]
    # sums stand beside the municipalities: prefecture, counties, areas
    beside = list(filter(_is_sum, filled))
    if len(names) < PLACE_SHARE * (len(filled) - len(beside)) or len(set(names)) < len(names):
        return None
    # labels stand left of them, in every row: figures there belong to a table that stands
    if any(names_municipality(text) for text in texts[:first]):
        return None
    body = sheet.texts[row + 1 : row + 1 + CONTENT_ROWS]
    cells = [text for below in body for text in below if text]
    if not cells or any(map(names_municipality, cells)):
        return None
    # figures left of the first municipality are a column that nobody can name
    has_figures = any(PLAIN_NUMBER.fullmatch(text) for below in body for text in below[1:first])
    return None if has_figures else first


def _is_sum(text: str) -> bool:
    return bool(text) and find_subtotal(0, "", text, None, AreaNames()) is not None


def _turn(sheet: Sheet, header: int, first: int) -> TransposedTable:
    """Turn columns into rows; several columns of labels are joined to one heading."""
    rows = [row for row in range(header + 1, len(sheet.rows)) if not _is_aside(sheet, row, first)]
    heads = {_join_labels(sheet.texts[row][:first]): sheet.row_numbers[row] for row in rows}
    corner = sheet.texts[header][first - 1] or "市町名"
    labels = [corner, *(_join_labels(sheet.texts[row][:first]) for row in rows)]
    width = max(len(sheet.rows[row]) for row in (header, *rows))
    turned: list[tuple[object, ...]] = [tuple(labels)]
    turned += [
        tuple(sheet.find_cell(row, position) for row in (header, *rows))
        for position in range(first, width)
    ]
    numbers = (first, *range(first + 1, width + 1))
    above = [
        (sheet.row_numbers[row], " ".join(sheet.list_texts(row)))
        for row in range(len(sheet.rows))
        if row != header and row not in rows and not sheet.is_blank(row)
    ]
    looks = sheet.looks.turn([sheet.row_numbers[row] for row in (header, *rows)])
    standing = Sheet(sheet.file, sheet.name, tuple(turned), numbers, sheet.faults, looks=looks)
    return TransposedTable(standing, heads, tuple(above))


def _is_aside(sheet: Sheet, row: int, first: int) -> bool:
    """Check for a blank row or a note: text that stands in the columns of labels alone."""
    return sheet.is_blank(row) or (not any(sheet.texts[row][first:]) and sheet.is_note(row))


def _join_labels(texts: Sequence[str]) -> str:
    return "_".join(dict.fromkeys(" ".join(text.split()) for text in texts if text))
