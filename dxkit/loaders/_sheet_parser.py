"""What stands in the XML of one sheet: cells, formulas, and how they look on the screen?"""

from collections.abc import Generator
from typing import Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl.utils import range_boundaries
from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG, WorkSheetParser

from dxkit.loaders._sheet_looks import SheetLooks

LAST_ROW = 2**20
LAST_COLUMN = 2**14
MERGE_TAG = ROW_TAG.replace("row", "mergeCell")
COLUMN_TAG = ROW_TAG.replace("row", "col")
TRUE_WORDS = ("1", "true")


class SheetParser(WorkSheetParser):
    """openpyxl's parser of a sheet, reduced to its cells and to how they look on the screen.

    Attributes
    ----------
    merged
        Ranges of merged cells, as the file writes them (``"B2:B3"``).
    formulas
        Row, column and text of each cell with a formula.
    hidden_rows
        Their numbers.
    hidden_columns
        First and last number of each run of hidden columns.
    percents
        Row and column of each cell that is shown as a percentage.
    crossed
        Row and column of each filled cell whose text is crossed out.
    percent_styles, crossed_styles
        Numbers of the workbook's styles that show percentages, or cross out; the caller sets them.
    """

    merged: list[str]
    formulas: list[tuple[int, int, str]]
    hidden_rows: set[int]
    hidden_columns: list[tuple[int, int]]
    percents: set[tuple[int, int]]
    crossed: set[tuple[int, int]]
    percent_styles: frozenset[int] = frozenset()
    crossed_styles: frozenset[int] = frozenset()

    def parse(self) -> Generator[tuple[int, list[dict[str, Any]]]]:
        """Parse row after row; all attributes are complete when they are through."""
        self.merged = []
        self.formulas = []
        self.hidden_rows = set()
        self.hidden_columns = []
        self.percents = set()
        self.crossed = set()
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                # the stub's own protocol does not fit Element
                row = self.parse_row(element)  # type: ignore[arg-type]
                if _is_hidden(element):
                    self.hidden_rows.add(row[0])
                # what has been read is let go: a sheet may be much longer than memory is wide
                element.clear()
                yield row
            elif element.tag == MERGE_TAG:
                self.merged.append(element.get("ref", ""))
            elif element.tag == COLUMN_TAG and _is_hidden(element):
                first = int(element.get("min", "1"))
                self.hidden_columns.append((first, int(element.get("max", first))))

    def parse_cell(self, element: Element) -> dict[str, Any]:
        """Mark formulas whose result was never stored: they would read as blanks."""
        cell: dict[str, Any] = super().parse_cell(element)
        style = int(element.get("s", "0"))
        if style in self.percent_styles:
            self.percents.add((cell["row"], cell["column"]))
        if style in self.crossed_styles and cell["value"] is not None:
            self.crossed.add((cell["row"], cell["column"]))
        formula = element.find(FORMULA_TAG)
        if formula is not None:
            written = f"={formula.text or ''}"
            self.formulas.append((cell["row"], cell["column"], written))
            if cell["value"] is None:
                cell |= {"data_type": "f", "value": written}
        return cell

    def describe_looks(self) -> SheetLooks:
        """Describe what is hidden, merged, crossed out or a percentage; after the last row."""
        return SheetLooks(
            frozenset(self.hidden_rows),
            tuple(self.hidden_columns),
            tuple(map(find_bounds, self.merged)),
            frozenset(self.percents),
            crossed=frozenset(self.crossed),
        )


def _is_hidden(element: Element) -> bool:
    return element.get("hidden") in TRUE_WORDS


def find_bounds(ref: str) -> tuple[int, int, int, int]:
    """Find left, top, right, bottom of a range; an open one (A:C) reaches to the sheet's end."""
    first, top, right, bottom = range_boundaries(ref)
    return first or 1, top or 1, right or LAST_COLUMN, bottom or LAST_ROW
