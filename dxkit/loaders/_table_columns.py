"""What values stand in the columns of somebody's own sheet: numbers, or texts?"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np

from dxkit import schema as schemas
from dxkit._arrays import FloatArray
from dxkit.errors import Fault, list_first, shorten
from dxkit.loaders import _cells
from dxkit.loaders._header_rows import Layout
from dxkit.loaders._mixed_columns import describe_mixture, loses_digits
from dxkit.loaders._place_names import to_plain_name
from dxkit.loaders._sheet import Sheet, name_column

ColumnValues = FloatArray | Sequence[object]

# a column with fewer numbers than this share of its filled cells is a column of texts
NUMERIC_SHARE = 0.8
# digits under such a heading name something, whatever their first digit
NAMING_HEAD = re.compile(r"(コード|番号|code\d*|ID|id|郵便|電話|tel|TEL|zip|_ident)$")
STRAY_REMEDY = "数字だけにするか、空欄にしてください"
# values that a message lists
LISTED_VALUES = 4
# from here on a figure is hardly a share, and up to here one that is shown as a percentage is:
# 80 beside 74%; but 1.05 beside 110% are two rates of growth
LEAST_PERCENT = 5
LARGEST_SHARE = 2


@dataclass(slots=True)
class ColumnReadings:
    """The columns of a sheet as they were read.

    Attributes
    ----------
    columns
        The schema's name of each column, or else its heading, to its values.
    faults
        Of the cells that cannot be read.
    remarks
        What was typed around the numbers of a column and left away, in Japanese.
    guesses
        Row and position of the cells of which something was left away.
    """

    columns: dict[str, ColumnValues] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    guesses: set[tuple[int, int]] = field(default_factory=set)


def read_columns(
    sheet: Sheet, layout: Layout, data: Sequence[int], columns_by_head: dict[str, str]
) -> ColumnReadings:
    """Read all columns that have a heading, except those that name the municipality."""
    readings = ColumnReadings()
    # the headings come along so that columns beyond the last filled cell are there, too
    turned = zip_longest(layout.heads, *(sheet.texts[row] for row in data), fillvalue="")
    for position, (head, *texts) in enumerate(turned):
        if not head or position in (layout.code, layout.name) or position in layout.ignored:
            continue
        column = _Column(sheet, head, position, data, texts)
        values = _read_values(column, readings)
        readings.columns.setdefault(columns_by_head.get(to_plain_name(head), head), values)
    return readings


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a sheet: its heading and position, its data rows and their texts."""

    sheet: Sheet
    head: str
    position: int
    rows: Sequence[int]
    texts: Sequence[str]

    def make_fault(self, problem: str, remedy: str, row: int, value: object) -> Fault:
        return self.sheet.make_fault(problem, remedy, row=row, column=self.head, value=value)

    def find_cell(self, row: int) -> object:
        return self.sheet.find_cell(row, self.position)

    def is_percent(self, row: int) -> bool:
        """Check for a number of a workbook that is shown as a percentage."""
        place = (self.sheet.row_numbers[row], self.position + 1)
        return place in self.sheet.looks.percents


def _read_values(column: _Column, readings: ColumnReadings) -> ColumnValues:
    """Read a column: numbers if nearly all are, with the rest as faults; else texts."""
    is_naming = _names_something(column.head)
    plain = None if is_naming else _cells.parse_plain_numbers(column.texts)
    if plain is not None and loses_digits(column.texts, plain):
        # digits alone are a number of something; among decimals they are a figure
        is_naming = all(text.isdigit() for text in column.texts if text)
        how = "文字として読みました" if is_naming else "丸めて読みました"
        readings.remarks.append(f"列「{column.head}」: 数では表せない桁数の値を、{how}")
    if not is_naming and plain is not None and not any(map(column.is_percent, column.rows)):
        return plain
    is_naming = is_naming or any(map(_cells.has_leading_zero, column.texts))
    if not is_naming:
        numbers, strays = _read_numbers(column)
        if numbers is not None:
            problem = "数値の列に、数値でない値があります"
            readings.faults += [
                column.make_fault(problem, STRAY_REMEDY, row, column.find_cell(row))
                for row in strays
            ]
            _note_remarks(column, _mark_percents(column, numbers, readings), readings)
            return [number and number.value for number in numbers]
        cells = [column.find_cell(row) for row in column.rows]
        row_numbers = [column.sheet.row_numbers[row] for row in column.rows]
        readings.remarks += describe_mixture(column.head, cells, column.texts, row_numbers)
    verbatim = (column.sheet.find_verbatim(row, column.position) for row in column.rows)
    # the apostrophe that an export puts before a formula is no part of the text
    return [schemas.plain_cell(text) or None for text in verbatim]


def _read_numbers(column: _Column) -> tuple[list[_cells.TypedNumber | None] | None, list[int]]:
    """Read numbers cell by cell; ``None`` for what is a column of texts; and the stray rows."""
    numbers: list[_cells.TypedNumber | None] = []
    strays: list[int] = []
    # more strays than this leave too small a share of numbers, whatever else stands there
    most_strays = len(column.texts) - NUMERIC_SHARE * len(column.texts)
    for row, text in zip(column.rows, column.texts, strict=True):
        cell = column.find_cell(row)
        try:
            # a truth value of a workbook counts as 1 or 0, the word "True" does not
            is_truth = isinstance(cell, bool)
            typed = _cells.TypedNumber(float(bool(cell)), "", "") if is_truth else None
            numbers.append(typed or _cells.parse_typed(text))
        except ValueError:
            numbers.append(None)
            strays.append(row)
            if len(strays) > most_strays:
                return None, []
    numeric = sum(number is not None and number.value is not None for number in numbers)
    if not numeric or numeric < NUMERIC_SHARE * (numeric + len(strays)):
        return None, []
    return numbers, strays


def _mark_percents(
    column: _Column, numbers: list[_cells.TypedNumber | None], readings: ColumnReadings
) -> list[_cells.TypedNumber | None]:
    """Mark what a workbook shows as a percentage, where others in the column are clearly none.

    Beside shares alone (0.74) they are shares like these; beside what may be a share (1.05), too,
    and that is said.
    """
    filled = [
        (row, number)
        for row, number in zip(column.rows, numbers, strict=True)
        if number is not None and (number.value or number.unit == _cells.PERCENT)
    ]
    shown = {row: number for row, number in filled if column.is_percent(row)}
    others = {row: number for row, number in filled if row not in shown}
    if not shown:
        return numbers
    has_share = any(abs(number.value or 0) <= LARGEST_SHARE for number in shown.values())
    if any(
        number.unit or (has_share and abs(number.value or 0) >= LEAST_PERCENT)
        for number in others.values()
    ):
        return [
            number._replace(unit=_cells.PERCENT) if number and row in shown else number
            for row, number in zip(column.rows, numbers, strict=True)
        ]
    above = [row for row, number in others.items() if abs(number.value or 0) > 1]
    if above:
        readings.remarks.append(_describe_shares(column, above))
        readings.guesses |= {(row, column.position) for row in above}
    return numbers


def _describe_shares(column: _Column, above: Sequence[int]) -> str:
    """Describe in Japanese which figures were read as shares beside percentages."""
    texts = (f"{column.sheet.row_numbers[row]}行目「{column.find_cell(row)}」" for row in above)
    listed = list_first(texts, LISTED_VALUES, count=len(above))
    return (
        f"列「{column.head}」: ％表示のセルと、そうでないセル（{listed}）が混ざっています。"
        "どれも割合（100% が 1）として読みました。％の値なら、表示をそろえてください"
    )


def _note_remarks(
    column: _Column, numbers: Sequence[_cells.TypedNumber | None], readings: ColumnReadings
) -> None:
    """Note what was typed around the numbers; different scales in one column are a fault."""
    read = [
        (row, text, number)
        for row, text, number in zip(column.rows, column.texts, numbers, strict=True)
        if number is not None and number.value is not None
    ]
    # nothing is nothing in any unit
    units = {number.unit for _, _, number in read if number.value or number.unit}
    if len(units) > 1 and (units & _cells.SCALE_UNITS or len(units - {""}) > 1):
        readings.faults.append(_make_mixture_fault(column, read))
        return
    readings.guesses |= {
        (row, column.position)
        for row, _, number in read
        if number.remark or number.unit not in ("", _cells.PERCENT)
    }
    if units - {"", _cells.PERCENT}:
        unit = next(iter(units - {""}))
        remark = f"列「{column.head}」: 単位「{unit}」の付いた値を、数として読みました"
        readings.remarks.append(remark)
    remarked = [(row, text) for row, text, number in read if number.remark]
    if remarked:
        texts = (
            f"{column.sheet.row_numbers[row]}行目「{shorten(text, 20)}」" for row, text in remarked
        )
        listed = list_first(texts, LISTED_VALUES, count=len(remarked))
        remark = f"列「{column.head}」: 注や「約」の付いた値を、数だけ読みました（{listed}）"
        readings.remarks.append(remark)


def _make_mixture_fault(
    column: _Column, read: Sequence[tuple[int, str, _cells.TypedNumber]]
) -> Fault:
    """Make the fault of a column of several scales; it shows the mixture."""
    # one example of each unit, and more as there is room
    filled = [
        (f"{number.value:.15g}（％表示）" if column.is_percent(row) else text, number)
        for row, text, number in read
        if number.value
    ]
    by_unit: dict[str, str] = {}
    for text, number in filled:
        by_unit.setdefault(number.unit, text)
    examples = dict.fromkeys([*by_unit.values(), *(text for text, _ in filled)])
    row = next(row for row, _, number in read if number.unit != read[0][2].unit)
    return column.make_fault(
        "1つの列に単位の違う値が混ざっています（％の付いた値と付かない値など）",
        "すべての行を同じ書き方（74% か 0.74 のどちらか）にそろえてください",
        row,
        "、".join(list(examples)[:LISTED_VALUES]),
    )


def find_number_columns(
    layout: Layout, values: Mapping[str, ColumnValues], columns_by_head: dict[str, str]
) -> dict[str, tuple[int, FloatArray]]:
    """Find the columns that hold numbers: position and values, by heading."""
    numbers: dict[str, tuple[int, FloatArray]] = {}
    for position, head in enumerate(layout.heads):
        column = values.get(columns_by_head.get(to_plain_name(head), head)) if head else None
        is_text = isinstance(column, list) and any(isinstance(value, str) for value in column)
        if column is not None and not is_text and not _names_something(head):
            numbers.setdefault(head, (position, np.asarray(column, dtype=float)))
    return numbers


def _names_something(head: str) -> bool:
    """Check for a heading below which digits are names: 電話番号, 団体コード."""
    return bool(NAMING_HEAD.search(head)) or to_plain_name(head) in schemas.SYNONYMS["code"]


def find_head_faults(
    sheet: Sheet, layout: Layout, data: Sequence[int], columns_by_head: dict[str, str]
) -> Iterator[Fault]:
    """Find headings that repeat, that mean the same column of the schema, or that are missing."""
    heads = [
        head
        for position, head in enumerate(layout.heads)
        if head and position not in layout.ignored
    ]
    for head, count in Counter(heads).items():
        if count > 1:
            problem = f"同じ見出しの列が{count}つあります"
            remedy = "見出しを書き分けるか、要らない列を消してください"
            yield sheet.make_fault(problem, remedy, row=layout.header, column=head)
    yield from _find_synonym_faults(sheet, layout, columns_by_head)
    for position, head in enumerate(layout.heads):
        if head or position in layout.ignored:
            continue
        texts = [sheet.find_text(row, position) for row in data]
        if any(texts) and not (position == 0 and _count_rows(texts)):
            yield sheet.make_fault(
                "見出しのない列に値があります",
                "見出しを書くか、列を消してください",
                row=layout.header,
                column=name_column(position),
            )


def _find_synonym_faults(
    sheet: Sheet, layout: Layout, columns_by_head: dict[str, str]
) -> Iterator[Fault]:
    """Find different headings that mean the same column of the schema."""
    heads_by_column: dict[str, list[str]] = defaultdict(list)
    for position, head in enumerate(layout.heads):
        # code and name are found by what they hold, not by their heading
        column = columns_by_head.get(to_plain_name(head))
        is_naming = position in (layout.code, layout.name)
        if column is not None and not is_naming and position not in layout.ignored:
            heads_by_column[column].append(head)
    for column, heads in heads_by_column.items():
        if len(set(heads)) > 1:
            listed = "」と「".join(heads)
            problem = f"「{listed}」は、どちらも「{schemas.heading(column)}」の列です"
            remedy = "どちらかの列を消すか、見出しを変えてください"
            yield sheet.make_fault(problem, remedy, row=layout.header, column=heads[1])


def _count_rows(texts: Sequence[str]) -> bool:
    """Check for running numbers, as pandas and Excel users leave them without a heading."""
    return any(
        list(texts) == [str(number) for number in range(start, start + len(texts))]
        for start in (0, 1)
    )
