"""Where in a file is the table, and what was guessed, set apart and checked in reading it?"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandera.pandas as pa

from dxkit.errors import Fault, TableError, list_first, shorten
from dxkit.loaders._header_rows import Layout, LayoutOptions, find_layout
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._reading_picture import Marks, draw_picture
from dxkit.loaders._reading_receipt import ReadingReceipt
from dxkit.loaders._reading_recipe import find_misfits, list_new_heads, make_recipe
from dxkit.loaders._sheet import Sheet, name_column
from dxkit.loaders._sheet_looks import describe_crossed, describe_hidden, describe_merged
from dxkit.loaders._subtotal_rows import TOTAL, Subtotal
from dxkit.loaders._sum_checks import LISTED_CHECKS, SumCheck, describe_differences
from dxkit.loaders._table_rows import SplitRows, find_slips, list_total_rows
from dxkit.loaders._transposed_sheet import TransposedTable, find_transposed_table
from dxkit.loaders._unit_notes import describe_units
from dxkit.schema import SOURCE_SHEET, read_source_note


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A sheet in which a table was found; ``lying`` if it has been turned."""

    sheet: Sheet
    layout: Layout
    lying: TransposedTable | None = None


def find_tables(
    path: str | Path,
    sheet: str | int | None,
    schema: str | pa.DataFrameSchema | None,
    options: LayoutOptions,
) -> list[FoundTable]:
    """Find the table of each sheet that has one; what the caller names must be there."""
    tables: list[FoundTable] = []
    for candidate in _choose_sheets(path, sheet):
        lying = None if options.header else find_transposed_table(candidate)
        if lying is not None:
            standing = replace(options, header=(lying.sheet.row_numbers[0] - 1,))
            layout = find_layout(lying.sheet, schema, standing)
            if layout is not None:
                tables.append(FoundTable(lying.sheet, layout, lying))
        elif (layout := find_layout(candidate, schema, options)) is not None:
            tables.append(FoundTable(candidate, layout))
    if not tables:
        problem = "表が見つかりません（見出しの行と、その下のデータの行が必要です）"
        remedy = "1行目に「市町名」「人口」などの見出し、2行目からデータを置いてください"
        name = "" if sheet is None else str(sheet)
        raise TableError([Fault(problem, remedy, file=Path(path).name, sheet=name)])
    return tables


def is_source_sheet(pair: FoundTable) -> bool:
    """Say whether this is the sheet in which `write_table` says where its table comes from."""
    return pair.sheet.name == SOURCE_SHEET and SOURCE_SHEET in pair.layout.heads


def read_source_sheet(tables: Sequence[FoundTable]) -> dict[str, str]:
    """Read the sheet of the sources, or the line of a CSV, as keys of ``.attrs``."""
    for pair in tables:
        if is_source_sheet(pair):
            # cells as they are written: texts are normalised for comparison
            cells = zip(pair.layout.heads, pair.sheet.rows[pair.layout.first], strict=False)
            parts = [f"{head}: {cell}" for head, cell in cells if cell]
            return read_source_note(f"※{'｜'.join(parts)}")
    # of a CSV it is one of the last two lines
    for row in tables[0].sheet.rows[-2:]:
        if row and (origin := read_source_note(str(row[0]))):
            return origin
    return {}


def _choose_sheets(path: str | Path, sheet: str | int | None) -> list[Sheet]:
    if not isinstance(sheet, int):
        return read_sheets(path, sheet=sheet)
    sheets = read_sheets(path)
    if not -len(sheets) <= sheet < len(sheets):
        listed = "、".join(page.name for page in sheets)
        problem = f"{sheet}番目のシートがありません（0 から数えます）"
        raise TableError.one(problem, f"あるシート: {listed}", file=Path(path).name)
    return [sheets[sheet]]


class Reading:
    """What was guessed, set apart and checked in reading one table, for its receipt."""

    def __init__(
        self,
        table_sheet: FoundTable,
        other_sheets: Sequence[str],
        recipe: Mapping[str, Any] | None,
        *,
        is_header_given: bool,
    ) -> None:
        self.is_header_given = is_header_given
        self.recipe = recipe
        self.guesses: set[tuple[int, int]] = set()
        self.sheet = table_sheet.sheet
        self.layout = table_sheet.layout
        self.lying = table_sheet.lying
        self.remarks: list[str] = []
        self.checks: list[SumCheck] = []
        self.subtotals: list[Subtotal] = []
        if self.lying is not None:
            self.remarks.append("市町が横（列）に並んだ表なので、縦横を入れ替えて読みました")
        if other_sheets:
            listed = "」「".join(other_sheets)
            self.remarks.append(
                f"シート「{self.sheet.name}」を読みました。シート「{listed}」にも表があります"
                "（sheet= で選べます）"
            )

    def list_skipped(self, split: SplitRows) -> list[dict[str, object]]:
        """List the rows not read as data, with titles and notes around a table that was turned."""
        above = self.lying.above if self.lying else ()
        return [*({"row": row, "text": text} for row, text in above), *split.skipped]

    def note_units(self, split: SplitRows) -> None:
        """Note what is said around the table of thousands or millions."""
        self.remarks += describe_units(self.list_skipped(split))

    def name_places(self, faults: Iterable[Fault]) -> list[Fault]:
        """Sort faults by the file's own rows."""
        placed = self.lying.name_places(faults) if self.lying else faults
        return sorted(placed, key=lambda fault: fault.row or 0)

    def add_sums(self, checks: Sequence[SumCheck]) -> None:
        """Note which totals differ from the sums of their rows, and which cannot be checked."""
        self.checks = list(checks)
        self.remarks += describe_differences(checks)
        checked = {check.subtotal.row for check in checks}
        unchecked = [
            subtotal
            for subtotal in self.subtotals
            if subtotal.kind != TOTAL and subtotal.row not in checked
        ]
        if unchecked:
            texts = (
                f"{self.sheet.row_numbers[subtotal.row]}行目「{shorten(subtotal.text, 20)}」"
                for subtotal in unchecked
            )
            listed = list_first(texts, LISTED_CHECKS, count=len(unchecked), unit="行")
            self.remarks.append(
                f"市町の行ではない（都道府県・郡・圏域・区）とみて別にした行があります: {listed}"
                "（内訳がそろわず、合計は確かめていません）"
            )

    def note_looks(self, data: Sequence[int], numbers: Mapping[str, int]) -> None:
        """Note what of the data a person does not see on the screen, or sees as a sum."""
        rows = [self.sheet.row_numbers[row] for row in data]
        heads = self.layout.heads
        columns = [(head, place) for place, head in enumerate(heads) if self._is_read(place)]
        looks = self.sheet.looks
        self.remarks += describe_hidden(looks, rows, columns, self._name_row)
        self.remarks += describe_crossed(looks, set(rows), columns, self._name_row)
        self.remarks += describe_merged(looks, rows, numbers.items(), self._name_row)
        if self.layout.naming_column is None:
            self.remarks += list_total_rows(self.sheet, data)

    def _name_row(self, number: int) -> str:
        """Name a row as the file has it: of a turned table, a column."""
        return f"{number}行目" if self.lying is None else name_column(number - 1)

    def require_recipe(self, numbers: Sequence[str]) -> None:
        """Refuse a sheet that differs from the recipe by which it is read, if there is one.

        Raises
        ------
        TableError
            With all differences: the faults of cells in the wrong places would only hide them.
        """
        if self.recipe is None:
            return
        if remark := list_new_heads(self.recipe, self.layout):
            self.remarks.append(remark)
        is_turned = self.lying is not None
        faults = find_misfits(self.recipe, self.sheet, self.layout, numbers, is_turned=is_turned)
        if faults:
            raise TableError(faults)

    def note_guesses(
        self, data: Sequence[int], guesses: Iterable[tuple[int, int]], faults: Iterable[Fault]
    ) -> None:
        """Note the cells that were guessed, or that were read past in spite of a fault."""
        self.guesses |= set(guesses)
        if self.layout.name is not None:
            slips = find_slips(self.sheet, self.layout, data)
            self.guesses |= {(row, self.layout.name) for row, _ in slips}
        numbers = self.sheet.row_numbers
        for fault in faults:
            if fault.row is not None and fault.column in self.layout.heads:
                place = (bisect_left(numbers, fault.row), self.layout.heads.index(fault.column))
                self.guesses.add(place)

    def make_receipt(
        self, split: SplitRows, numbers: Sequence[str], options: Mapping[str, Any]
    ) -> ReadingReceipt:
        """Make the receipt for ``.attrs["reading"]``: facts, picture and recipe."""
        is_turned = self.lying is not None
        subtotals = {subtotal.row for subtotal in self.subtotals}
        skipped = [int(str(note["row"])) for note in split.skipped]
        marks = Marks(split.data, subtotals, skipped, self.guesses)
        # columns that nobody asked for are not asked for next month, either
        columns = (
            [head for place, head in enumerate(self.layout.heads) if self._is_asked_for(place)]
            if self.layout.ignored
            else None
        )
        recipe = make_recipe(
            self.sheet,
            self.layout,
            numbers,
            {"columns": columns, **options},
            is_turned=is_turned,
        )
        return ReadingReceipt(
            self._describe(),
            file=self.sheet.file,
            picture=draw_picture(self.sheet, self.layout, marks, is_turned=is_turned),
            recipe=recipe,
        )

    def _is_asked_for(self, position: int) -> bool:
        is_naming = position in (self.layout.code, self.layout.name, self.layout.prefecture)
        return self._is_read(position) and not is_naming

    def _is_read(self, position: int) -> bool:
        return bool(self.layout.heads[position]) and position not in self.layout.ignored

    def _describe(self) -> dict[str, object]:
        """Describe the reading: header, remarks and sums."""
        agreement: dict[int, bool] = {}
        for check in self.checks:
            row = check.subtotal.row
            agreement[row] = agreement.get(row, True) and check.agrees
        return {
            "header": self.sheet.row_numbers[self.layout.header],
            "first": self.sheet.row_numbers[self.layout.first]
            if self.layout.first < len(self.sheet.rows)
            else None,
            "turned": self.lying is not None,
            "remarks": list(self.remarks),
            "subtotals": [
                {
                    "row": self.sheet.row_numbers[subtotal.row],
                    "kind": subtotal.kind,
                    "text": subtotal.text,
                    "agrees": agreement.get(subtotal.row),
                }
                for subtotal in sorted(self.subtotals, key=lambda subtotal: subtotal.row)
            ],
        }
