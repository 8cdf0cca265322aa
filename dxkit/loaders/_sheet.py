"""What does one sheet look like to everything that reads it?"""

from dataclasses import dataclass

from dxkit.errors import Fault, TableError
from dxkit.loaders import _cells

MAX_CELLS = 6_000_000
NOTE_STARTS = ("注", "※", "*", "出典", "資料", "備考", "(注", "(出典", "(資料", "(備考")
NOTE_MARKS = ("。", ":", "年", "作成")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet (or of one CSV file).

    Attributes
    ----------
    file, name
        File name, and sheet name (empty for CSV), as faults show them.
    rows
        Rows of cells; empty cells are ``""``. CSV cells are text, XLSX cells have their stored type.
    numbers
        The row number of each row as a spreadsheet or editor shows it.
    faults
        Cells that cannot be used as they stand (``#REF!``, formulas without a result); they count only if this sheet is
        the one that is read.
    """

    file: str
    name: str
    rows: tuple[tuple[object, ...], ...]
    numbers: tuple[int, ...]
    faults: tuple[Fault, ...] = ()

    def cell(self, at: int, position: int) -> object:
        """Give a cell; ``""`` where the row is short."""
        row = self.rows[at]
        return row[position] if position < len(row) else ""

    def fault(
        self,
        problem: str,
        remedy: str = "",
        *,
        at: int | None = None,
        column: str = "",
        value: object = None,
    ) -> Fault:
        """Name a fault of this sheet; ``at`` is the position of the row in `rows`."""
        row = None if at is None else self.numbers[at]
        return Fault(
            problem, remedy, file=self.file, sheet=self.name, row=row, column=column, value=value
        )

    def filled(self, at: int) -> list[str]:
        """Give the different texts of a row."""
        return [said for said in map(_cells.text, dict.fromkeys(self.rows[at])) if said]

    def is_note(self, at: int) -> bool:
        """Tell whether a row holds one sentence and nothing else (also one merged over the whole width)."""
        # most rows hold many different cells: telling that is cheap
        if len(set(self.rows[at])) > 3:
            return False
        said = self.filled(at)
        return len(said) == 1 and (
            said[0].startswith(NOTE_STARTS) or any(mark in said[0] for mark in NOTE_MARKS)
        )

    def is_blank(self, at: int) -> bool:
        """Tell whether a row holds nothing."""
        return len(set(self.rows[at])) <= 3 and not self.filled(at)

    def ragged(self, at: int, width: int) -> Fault | None:
        """Find a CSV row with more or fewer cells than the header: behind a lost or stray comma all cells are misplaced."""
        row = self.rows[at]
        if self.name:
            return None
        if extra := [cell for cell in row[width:] if _cells.text(cell)]:
            problem = f"見出しより列が多い行です（{len(row)}列、見出しは{width}列）"
            return self.fault(
                problem,
                'セルの中に「,」があれば、そのセルを " で囲んでください',
                at=at,
                value=extra[0],
            )
        if len(row) < width:
            problem = f"列が足りない行です（{len(row)}列、見出しは{width}列）"
            return self.fault(
                problem,
                "行が途中で切れているか、「,」が足りません。元のファイルと比べてください",
                at=at,
                value=",".join(map(str, row)),
            )
        return None

    def check(self) -> None:
        """Raise the faults of its cells."""
        if self.faults:
            raise TableError(self.faults)
