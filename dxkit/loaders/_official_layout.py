"""Where in an official sheet do the header and the columns stand?

Official files keep their headings from year to year, not their positions: columns are found by heading, and a heading
that is missing is a fault that names what the sheet has instead.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple, TypeVar

from dxkit.errors import Fault, PlaceNameError, TableError
from dxkit.loaders import _cells, _place_names
from dxkit.loaders._encoding import GET_AGAIN
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._sheet import Sheet

HEADER_SEARCH = 30
T = TypeVar("T")


class Columns:
    """A sheet whose header row is known; gives cells by heading and collects faults.

    Parameters
    ----------
    sheet
        The sheet.
    header
        Position of the header row.
    first
        Position of the first data row.
    heads
        The headings.
    """

    def __init__(self, sheet: Sheet, header: int, first: int, heads: list[str]) -> None:
        self.sheet, self.header = sheet, header
        self.data = [
            at
            for at in range(first, len(sheet.rows))
            if not sheet.is_blank(at) and not sheet.is_note(at)
        ]
        self.heads = heads
        self.faults: list[Fault] = list(sheet.faults)

    def check_widths(self) -> None:
        """Note rows whose cells do not stand under the headings."""
        width = max(position for position, head in enumerate(self.heads) if head) + 1
        self.faults += [fault for at in self.data if (fault := self.sheet.ragged(at, width))]

    def keep(self, rows: Sequence[int]) -> None:
        """Read only these rows from now on."""
        self.data = list(rows)

    def join_heads(self) -> None:
        """Join the words of all header rows (those above the first row that holds a number), each once: 人口_男."""
        rows = list(
            takewhile(
                lambda row: not any(map(_cells.is_number, row)), self.sheet.rows[self.header :]
            )
        )
        width = max((len(row) for row in rows), default=0)
        words = [
            [_cells.text(row[position]) for row in rows if position < len(row)]
            for position in range(width)
        ]
        self.heads = [
            "_".join(dict.fromkeys(word for word in column if word)) for column in words
        ] or self.heads

    def position(self, *words: str) -> int | None:
        """Find the first of these headings."""
        plain = [_place_names.plain(head) for head in self.heads]
        return next(
            (
                plain.index(_place_names.plain(word))
                for word in words
                if _place_names.plain(word) in plain
            ),
            None,
        )

    def cell(self, at: int, position: int | None) -> str:
        """Give a cell as text; ``""`` where the row is short or the column is missing."""
        return _cells.text(self.sheet.cell(at, position)) if position is not None else ""

    def text(self, *words: str) -> list[str | None]:
        """Give a column as text, blanks as missing."""
        position = self.position(*words)
        if position is None:
            return [None] * len(self.data)
        return [_cells.verbatim(self.sheet.cell(at, position)) or None for at in self.data]

    def flags(self, *words: str, marks: Sequence[str] = ("1", "●", "○", "◯")) -> list[bool]:
        """Give a column of marks as booleans; any other text is a fault."""
        return self._each(
            words,
            lambda typed: _flag(typed, marks),
            f"{'・'.join(marks)} か空欄のはずです",
            "印を直してください",
            blank=False,
        )

    def numbers(
        self, *words: str, low: float = float("-inf"), high: float = float("inf")
    ) -> list[float | None]:
        """Give a column as numbers, blanks and marks as missing; text and numbers out of range are faults."""
        unbounded = low == float("-inf")
        problem = (
            "数値ではありません"
            if unbounded
            else f"{low:g}以上の数値ではありません"
            if high == float("inf")
            else f"{low:g}〜{high:g}の数値ではありません"
        )
        return self._each(
            words,
            lambda typed: _within(typed, low, high),
            problem,
            "値を直してください",
            blank=None,
        )

    def municipalities(
        self,
        code: Iterable[str],
        name: Iterable[str],
        *,
        prefecture: str | None,
        pref: Iterable[str] = (),
    ) -> list[str | None]:
        """Give the code of each row from its code, or from its prefecture and name; both must agree."""
        coded, named, within = self.position(*code), self.position(*name), self.position(*pref)
        places: list[str | None] = []
        for at in self.data:
            typed, called = self.cell(at, coded), self.cell(at, named)
            try:
                places.append(
                    _place_names.place_of(
                        typed, called, self.cell(at, within), prefecture=prefecture
                    )
                )
            except PlaceNameError as error:
                places.append(None)
                self.fault(
                    error.problem, error.remedy, at, coded if typed else named, typed or called
                )
        return places

    def fault(
        self, problem: str, remedy: str, at: int, position: int | None, value: object
    ) -> None:
        """Note a fault at a cell."""
        column = self.heads[position] if position is not None else ""
        self.faults.append(self.sheet.fault(problem, remedy, at=at, column=column, value=value))

    def settle(self) -> None:
        """Raise all faults noted so far."""
        if self.faults:
            raise TableError(self.faults)

    def _each(
        self,
        words: tuple[str, ...],
        read: Callable[[str], T],
        problem: str,
        remedy: str,
        *,
        blank: T,
    ) -> list[T]:
        position = self.position(*words)
        values: list[T] = []
        for at in self.data:
            typed = self.cell(at, position)
            try:
                values.append(read(typed))
            except ValueError:
                values.append(blank)
                self.fault(problem, remedy, at, position, typed)
        return values

    def find_twice(self, required: Sequence[Sequence[str]]) -> None:
        """Note needed headings that stand twice: which of the two is meant cannot be told."""
        plain = [_place_names.plain(head) for head in self.heads]
        for word in {_place_names.plain(word) for choices in required for word in choices}:
            if plain.count(word) > 1:
                problem = f"見出し「{word}」の列が{plain.count(word)}つあります"
                self.faults.append(
                    self.sheet.fault(
                        problem, "どちらかの列を消してください", at=self.header, column=word
                    )
                )


def find_columns(
    path: str | Path, required: Sequence[Sequence[str]], *, kind: str, sheet: str | None = None
) -> Columns:
    """Find the sheet and the header row that hold all required headings.

    Parameters
    ----------
    path
        The file.
    required
        For each column that must be there, the headings by which it may go.
    kind
        What the file should be, in Japanese, for messages.
    sheet
        Sheet name; by default every visible sheet is looked at.

    Raises
    ------
    TableError
        If no sheet has them; names the headings that the nearest row lacks.
    """
    best: _Found | None = None
    for candidate in read_sheets(path, sheet=sheet):
        for at in range(min(HEADER_SEARCH, len(candidate.rows))):
            for heads in (_heads(candidate, at), _heads(candidate, at, over=1)):
                words = {_place_names.plain(head) for head in heads if head}
                hits = sum(
                    any(_place_names.plain(word) in words for word in choices)
                    for choices in required
                )
                if best is None or hits > best.hits:
                    best = _Found(hits, candidate, at, heads)
    if best is None or best.hits < len(required):
        raise TableError(_lacking(Path(path).name, best, required, kind))
    columns = Columns(best.sheet, best.at, best.at + 1, best.heads)
    if not columns.data:
        raise TableError(
            [best.sheet.fault("見出しだけで、データの行がありません", GET_AGAIN, at=best.at)]
        )
    columns.find_twice(required)
    columns.check_widths()
    return columns


class _Found(NamedTuple):
    """The nearest header row so far: how many needed headings it has, and where it stands."""

    hits: int
    sheet: Sheet
    at: int
    heads: list[str]


def _heads(sheet: Sheet, at: int, over: int = 0) -> list[str]:
    """Give a row as headings; blank ones take the word of the row above (headings that span two rows)."""
    row = [_cells.text(cell) for cell in sheet.rows[at]]
    if not over or at == 0:
        return row
    return [head or _cells.text(sheet.cell(at - 1, position)) for position, head in enumerate(row)]


def _lacking(
    file: str, best: _Found | None, required: Sequence[Sequence[str]], kind: str
) -> list[Fault]:
    if best is None or best.hits == 0:
        problem = f"{kind}ではないようです（見出し「{required[0][0]}」などが見つかりません）"
        return [Fault(problem, "ファイルと、選んだ読み込み関数を確かめてください", file=file)]
    present = {_place_names.plain(head) for head in best.heads}
    missing = [
        choices[0]
        for choices in required
        if not any(_place_names.plain(word) in present for word in choices)
    ]
    remedy = f"{kind}の元のファイルか確かめてください"
    return [
        best.sheet.fault("この見出しの列がありません", remedy, at=best.at, column=word)
        for word in missing
    ]


def _flag(typed: str, marks: Sequence[str]) -> bool:
    if typed and typed not in marks:
        raise ValueError(typed)
    return bool(typed)


def _within(typed: str, low: float, high: float) -> float | None:
    number = _cells.number(typed)
    if number is not None and not low <= number <= high:
        raise ValueError(typed)
    return number
