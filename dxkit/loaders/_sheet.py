"""What does one sheet look like to everything that reads it?"""

from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from dxkit.errors import Fault
from dxkit.loaders import _cells
from dxkit.loaders._sheet_looks import SheetLooks

MAX_CELLS = 6_000_000
NOTE_STARTS = ("注", "※", "*", "出典", "資料", "備考", "(注", "(出典", "(資料", "(備考")
NOTE_MARKS = ("。", ":", "年", "作成")
# the last column that openpyxl has letters for (ZZZ); a CSV may be wider
LAST_LETTERED_COLUMN = 18_278


def name_column(position: int) -> str:
    """Name a column as a place in a message: B列, or its number where letters end."""
    number = position + 1
    if number > LAST_LETTERED_COLUMN:
        return f"{number:,}列目"
    return f"{get_column_letter(number)}列"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet (or of one CSV file), each with its text.

    Attributes
    ----------
    file, name
        File name, and sheet name (empty for CSV), as faults show them.
    rows
        Rows of cells; empty cells are ``""``. CSV cells are text, XLSX cells have their stored
        type.
    row_numbers
        The row number of each row as a spreadsheet or editor shows it.
    faults
        Cells that cannot be used as they stand (``#REF!``, formulas without a result); they count
        only if this sheet is the one that is read.
    formulas
        Cells that hold a formula, whatever it shows; faults only where a form allows none.
    looks
        What is hidden, merged, crossed out or a percentage on the screen.
    texts
        The same rows as plain texts: each cell is converted here, once.
    """

    file: str
    name: str
    rows: tuple[tuple[object, ...], ...]
    row_numbers: tuple[int, ...]
    faults: tuple[Fault, ...] = ()
    formulas: tuple[Fault, ...] = ()
    looks: SheetLooks = field(default_factory=SheetLooks)
    texts: tuple[tuple[str, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        # a frozen class sets its computed field by this way round
        object.__setattr__(self, "texts", tuple(map(_cells.to_texts, self.rows)))

    def find_cell(self, row: int, position: int) -> object:
        """Find a cell; ``""`` where the row is short."""
        cells = self.rows[row]
        return cells[position] if position < len(cells) else ""

    def find_text(self, row: int, position: int | None) -> str:
        """Find a cell's text; ``""`` where the row is short or there is no such column."""
        texts = self.texts[row]
        return texts[position] if position is not None and position < len(texts) else ""

    def find_verbatim(self, row: int, position: int) -> str:
        """Find a cell's text with the characters of its source."""
        return _cells.to_verbatim(self.find_cell(row, position), self.find_text(row, position))

    def make_fault(
        self,
        problem: str,
        remedy: str = "",
        *,
        row: int | None = None,
        column: str = "",
        value: object = None,
    ) -> Fault:
        """Make a fault of this sheet; ``row`` is the position of the row in `rows`."""
        number = None if row is None else self.row_numbers[row]
        return Fault(
            problem, remedy, file=self.file, sheet=self.name, row=number, column=column, value=value
        )

    def make_missing_heading_fault(self, heading: str, remedy: str, *, row: int) -> Fault:
        """Make the fault of a header row that lacks a heading."""
        return self.make_fault("この見出しの列がありません", remedy, row=row, column=heading)

    def make_no_rows_fault(self, remedy: str, *, row: int | None = None) -> Fault:
        """Make the fault of a table that is nothing but its headings."""
        return self.make_fault("見出しだけで、データの行がありません", remedy, row=row)

    def list_texts(self, row: int) -> list[str]:
        """List the different texts of a row."""
        return [text for text in dict.fromkeys(self.texts[row]) if text]

    def is_blank(self, row: int) -> bool:
        """Check whether a row holds nothing."""
        return not any(self.texts[row])

    def is_note(self, row: int) -> bool:
        """Check whether a row holds one sentence and nothing else (also one merged over cells)."""
        # a note has one text, perhaps repeated by merged cells
        words = filter(None, self.texts[row])
        sentence = next(words, "")
        # most rows hold a second text soon: the rest of them need not be looked at
        if any(word != sentence for word in words):
            return False
        return sentence.startswith(NOTE_STARTS) or any(mark in sentence for mark in NOTE_MARKS)

    def find_ragged_fault(self, row: int, width: int) -> Fault | None:
        """Find a CSV row with more or fewer cells than the header.

        Behind a lost or stray comma all cells are misplaced.
        """
        length = len(self.rows[row])
        if self.name or length == width:
            return None
        if length < width:
            return self.make_fault(
                f"列が足りない行です（{length}列、見出しは{width}列）",
                "行が途中で切れているか、「,」が足りません。元のファイルと比べてください",
                row=row,
                value=",".join(map(str, self.rows[row])),
            )
        # empty cells behind the last heading are what spreadsheets leave
        if any(surplus := self.texts[row][width:]):
            position = width + next(place for place, text in enumerate(surplus) if text)
            return self.make_fault(
                f"見出しより列が多い行です（{length}列、見出しは{width}列）",
                'セルの中に「,」があれば、そのセルを " で囲んでください',
                row=row,
                value=self.rows[row][position],
            )
        return None
