"""Where in an official sheet do the header and the columns stand?

Official files keep their headings from year to year, not their positions: columns are found by
heading, and a heading that is missing is a fault that names what the sheet has instead.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from math import inf
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from dxkit.errors import Fault, PlaceNameError, TableError, TableWarning
from dxkit.loaders import _cells
from dxkit.loaders._origin import find_date
from dxkit.loaders._place_names import to_plain_name
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._resolve_municipality import resolve_row
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._subtotal_rows import Subtotal
from dxkit.loaders._sum_checks import SumChecker, describe_differences
from dxkit.loaders._table_rows import SplitRows, set_wards_apart

# rows from the top in which the header is looked for
HEADER_SEARCH = 30
MARKS = ("1", "●", "○", "◯")
T = TypeVar("T")


class OfficialSheet:
    """A sheet whose header row is known; reads columns by heading and collects faults.

    Parameters
    ----------
    sheet
        The sheet.
    header
        Position of the header row; data rows follow it.
    heads
        The headings.

    Attributes
    ----------
    data
        Positions of the data rows.
    faults
        What is wrong so far.
    """

    def __init__(self, sheet: Sheet, header: int, heads: Sequence[str]) -> None:
        self.sheet = sheet
        self.header = header
        self.data = [
            row
            for row in range(header + 1, len(sheet.rows))
            if not sheet.is_blank(row) and not sheet.is_note(row)
        ]
        self.faults: list[Fault] = list(sheet.faults)
        self._set_heads(heads)

    def _set_heads(self, heads: Sequence[str]) -> None:
        self.heads = list(heads)
        # the first of two columns of one heading is meant
        self._positions: dict[str, int] = {}
        for position, head in enumerate(heads):
            self._positions.setdefault(to_plain_name(head), position)

    def find_date(self) -> str:
        """Find as of when the sheet is, by its name and what stands above the header."""
        above = [text for row in range(self.header) for text in self.sheet.list_texts(row)]
        return find_date([self.sheet.name, *above])

    def add_width_faults(self) -> None:
        """Note rows whose cells do not stand under the headings."""
        width = max(position for position, head in enumerate(self.heads) if head) + 1
        ragged = (self.sheet.find_ragged_fault(row, width) for row in self.data)
        self.faults += [fault for fault in ragged if fault]

    def keep_rows(self, is_kept: Callable[[int], bool]) -> None:
        """Read only these rows from now on."""
        self.data = list(filter(is_kept, self.data))

    def join_heads(self) -> None:
        """Join the words of all header rows, each once: 人口_男.

        Header rows are those above the first row that holds a number; also above the row by which
        the sheet was known, if they hold more than a title.
        """
        rows_below = range(self.header, len(self.sheet.rows))
        rows_above = range(self.header - 1, -1, -1)
        above = list(takewhile(lambda row: len(self.sheet.list_texts(row)) > 1, rows_above))
        rows = [*reversed(above), *takewhile(lambda row: not self._holds_number(row), rows_below)]
        width = max((len(self.sheet.rows[row]) for row in rows), default=0)
        heads = []
        for position in range(width):
            words = dict.fromkeys(self.sheet.find_text(row, position) for row in rows)
            heads.append("_".join(word for word in words if word))
        self._set_heads(heads or self.heads)

    def _holds_number(self, row: int) -> bool:
        cells = zip(self.sheet.rows[row], self.sheet.texts[row], strict=True)
        return any(_cells.is_number(cell, text) for cell, text in cells)

    def find_position(self, *words: str) -> int | None:
        """Find the column of the first of these headings."""
        positions = (self._positions.get(to_plain_name(word)) for word in words)
        return next((position for position in positions if position is not None), None)

    def read_texts(self, *words: str) -> list[str | None]:
        """Read a column as text, blanks as missing; a column that is not there is all missing."""
        position = self.find_position(*words)
        if position is None:
            return [None] * len(self.data)
        return [self.sheet.find_verbatim(row, position) or None for row in self.data]

    def read_flags(self, *words: str) -> list[bool | None]:
        """Read a column of marks as booleans; any other text is a fault.

        Where there is no such column, nothing is known: all are missing.
        """
        if self.find_position(*words) is None:
            return [None] * len(self.data)
        problem = f"{'・'.join(MARKS)} か空欄のはずです"
        flags = self._read_cells(words, _parse_flag, (problem, "印を直してください"), blank=False)
        return list(flags)

    def read_numbers(self, *words: str, low: float = -inf, high: float = inf) -> list[float | None]:
        """Read a column as numbers, blanks and marks as missing.

        Texts and numbers out of range are faults.
        """
        # an open limit is not said
        limits = f"{low:g}以上の" if high == inf else f"{low:g}〜{high:g}の"
        problem = f"{limits if low > -inf else ''}数値ではありません"
        return self._read_cells(
            words,
            lambda text: _parse_within(text, low, high),
            (problem, "値を直してください"),
            blank=None,
        )

    def read_municipalities(
        self,
        code: Sequence[str],
        name: Sequence[str],
        *,
        prefecture: str | None,
        pref: Sequence[str] = (),
    ) -> list[str | None]:
        """Read the code of each row from its code, or from its prefecture and name.

        Both must agree.
        """
        code_position = self.find_position(*code)
        name_position = self.find_position(*name)
        prefecture_position = self.find_position(*pref)
        places: list[str | None] = []
        for row in self.data:
            typed_code = self.sheet.find_text(row, code_position)
            typed_name = self.sheet.find_text(row, name_position)
            within = self.sheet.find_text(row, prefecture_position)
            try:
                places.append(resolve_row(typed_code, typed_name, within, prefecture=prefecture))
            except PlaceNameError as error:
                places.append(None)
                position = code_position if typed_code else name_position
                self.add_fault(error.problem, error.remedy, row, position, typed_code or typed_name)
        return places

    def set_wards_apart(
        self, places: Sequence[str | None]
    ) -> tuple[list[str | None], list[Subtotal]]:
        """Set the wards apart whose city has a row of its own; return the other rows' places."""
        split = SplitRows(data=list(self.data))
        others = set_wards_apart(self.sheet, split, places)
        self.data = split.data
        return others, split.subtotals

    def check_sums(
        self,
        columns: Mapping[str, Sequence[float | None]],
        places: Sequence[str | None],
        subtotals: Sequence[Subtotal],
    ) -> list[str]:
        """Compare totals with the sums of their rows, in columns by heading; say which differ."""
        positions = {head: self.find_position(head) for head in columns}
        numbers = {
            head: (position, np.array(columns[head], dtype=float))
            for head, position in positions.items()
            if position is not None
        }
        checks = SumChecker(self.sheet, self.data, places, numbers, subtotals).check_all()
        remarks = describe_differences(checks)
        for remark in remarks:
            warnings.warn(str(Fault(remark, file=self.sheet.file)), TableWarning, stacklevel=3)
        return remarks

    def add_fault(
        self, problem: str, remedy: str, row: int, position: int | None, value: object
    ) -> None:
        """Note a fault at a cell."""
        column = self.heads[position] if position is not None else ""
        self.faults.append(
            self.sheet.make_fault(problem, remedy, row=row, column=column, value=value)
        )

    def raise_faults(self) -> None:
        """Raise all faults noted so far."""
        if self.faults:
            raise TableError(self.faults)

    def _read_cells(
        self,
        words: tuple[str, ...],
        parse: Callable[[str], T],
        fault_words: tuple[str, str],
        *,
        blank: T,
    ) -> list[T]:
        """Read a column cell by cell; what cannot be parsed becomes blank and a fault."""
        position = self.find_position(*words)
        values: list[T] = []
        for row in self.data:
            text = self.sheet.find_text(row, position)
            try:
                values.append(parse(text))
            except ValueError:
                # the column keeps its length: every row can still be told apart
                values.append(blank)
                self.add_fault(*fault_words, row, position, text)
        return values

    def add_repeat_faults(self, required: Iterable[Sequence[str]]) -> None:
        """Note needed headings that stand twice: which of the two is meant cannot be told."""
        plain = [to_plain_name(head) for head in self.heads]
        for word in {to_plain_name(word) for choices in required for word in choices}:
            if plain.count(word) > 1:
                problem = f"見出し「{word}」の列が{plain.count(word)}つあります"
                remedy = "どちらかの列を消してください"
                self.faults.append(
                    self.sheet.make_fault(problem, remedy, row=self.header, column=word)
                )


class _Candidate(NamedTuple):
    """A row that may be the header: how many needed headings it has, and where it stands."""

    hits: int
    sheet: Sheet
    row: int
    heads: list[str]


def find_official_sheet(
    path: str | Path,
    required: Sequence[Sequence[str]],
    *,
    kind: str,
    sheet: str | None = None,
    sheets: Sequence[Sheet] | None = None,
) -> OfficialSheet:
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
    sheets
        The sheets, where they have been read already.

    Raises
    ------
    TableError
        If no sheet has them; names the headings that the nearest row lacks.
    """
    # the row with most of the needed headings; the first of several
    best: _Candidate | None = None
    for candidate in read_sheets(path, sheet=sheet) if sheets is None else sheets:
        # titles and dates stand above the header
        for row in range(min(HEADER_SEARCH, len(candidate.rows))):
            # headings that span two rows stand in the upper one
            for heads in (list(candidate.texts[row]), _fill_from_above(candidate, row)):
                hits = len(required) - len(_find_missing(heads, required))
                if best is None or hits > best.hits:
                    best = _Candidate(hits, candidate, row, heads)
    if best is None or best.hits < len(required):
        raise TableError(_describe_missing(Path(path).name, best, required, kind))
    official = OfficialSheet(best.sheet, best.row, best.heads)
    if not official.data:
        raise TableError([best.sheet.make_no_rows_fault(GET_AGAIN, row=best.row)])
    # both are told together with what the columns themselves hold
    official.add_repeat_faults(required)
    official.add_width_faults()
    return official


def _fill_from_above(sheet: Sheet, row: int) -> list[str]:
    """Take the word of the row above where a heading is blank."""
    above = max(row - 1, 0)
    return [
        head or sheet.find_text(above, position) for position, head in enumerate(sheet.texts[row])
    ]


def _find_missing(heads: Iterable[str], required: Iterable[Sequence[str]]) -> list[str]:
    """Find the required headings of which no spelling is there."""
    # spellings differ in blanks and full-width letters
    words = {to_plain_name(head) for head in heads if head}
    return [
        choices[0]
        for choices in required
        if not any(to_plain_name(word) in words for word in choices)
    ]


def _describe_missing(
    file: str, best: _Candidate | None, required: Sequence[Sequence[str]], kind: str
) -> list[Fault]:
    """Describe what the nearest row lacks; a sheet that has nothing is of another kind."""
    if best is None or best.hits == 0:
        problem = f"{kind}ではないようです（見出し「{required[0][0]}」などが見つかりません）"
        return [Fault(problem, "ファイルと、選んだ読み込み関数を確かめてください", file=file)]
    remedy = f"{kind}の元のファイルか確かめてください"
    return [
        best.sheet.make_missing_heading_fault(word, remedy, row=best.row)
        for word in _find_missing(best.heads, required)
    ]


def _parse_flag(text: str) -> bool:
    if text and text not in MARKS:
        raise ValueError(text)
    return bool(text)


def _parse_within(text: str, low: float, high: float) -> float | None:
    number = _cells.parse_number(text)
    if number is not None and not low <= number <= high:
        raise ValueError(text)
    return number
