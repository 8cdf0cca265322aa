"""What values stand in the columns of somebody's own sheet: numbers, or texts?"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from dxkit import schema as schemas
from dxkit._arrays import FloatArray
from dxkit.errors import Fault
from dxkit.loaders import _cells
from dxkit.loaders._header_rows import Layout
from dxkit.loaders._place_names import to_plain_name
from dxkit.loaders._sheet import Sheet, name_column

ColumnValues = FloatArray | Sequence[object]

# a column with fewer numbers than this share of its filled cells is a column of texts
NUMERIC_SHARE = 0.8
# digits under such a heading name something, whatever their first digit
NAMING_HEAD = re.compile(r"(コード|番号|code\d*|ID|id|郵便|電話|tel|TEL|zip)$")
STRAY_REMEDY = "数字だけにするか、空欄にしてください"


def read_columns(
    sheet: Sheet, layout: Layout, data: Sequence[int], columns_by_head: dict[str, str]
) -> tuple[dict[str, ColumnValues], list[Fault]]:
    """Read all columns that have a heading, except those that name the municipality.

    Returns
    -------
    columns : dict
        The schema's name of each column, or else its heading, to its values.
    faults : list of Fault
        Of the cells that cannot be read.
    """
    columns: dict[str, ColumnValues] = {}
    faults: list[Fault] = []
    # the headings come along so that columns beyond the last filled cell are there, too
    turned = zip_longest(layout.heads, *(sheet.texts[row] for row in data), fillvalue="")
    for position, (head, *texts) in enumerate(turned):
        if not head or position in (layout.code, layout.name):
            continue
        values, column_faults = _read_values(sheet, head, position, data, texts)
        columns.setdefault(columns_by_head.get(to_plain_name(head), head), values)
        faults += column_faults
    return columns, faults


def _read_values(
    sheet: Sheet, head: str, position: int, data: Sequence[int], texts: Sequence[str]
) -> tuple[ColumnValues, list[Fault]]:
    """Read a column: numbers if nearly all are, with the rest as faults; else texts."""
    is_naming = _names_something(head)
    if not is_naming and (plain := _cells.parse_plain_numbers(texts)) is not None:
        return plain, []
    if not is_naming and not any(map(_cells.has_leading_zero, texts)):
        numbers, strays = _read_numbers(sheet, position, data, texts)
        if numbers is not None:
            return numbers, [
                sheet.make_fault(
                    "数値の列に、数値でない値があります",
                    STRAY_REMEDY,
                    row=row,
                    column=head,
                    value=sheet.find_cell(row, position),
                )
                for row in strays
            ]
    verbatim = (sheet.find_verbatim(row, position) for row in data)
    # the apostrophe that an export puts before a formula is no part of the text
    return [schemas.plain_cell(text) or None for text in verbatim], []


def _read_numbers(
    sheet: Sheet, position: int, data: Sequence[int], texts: Sequence[str]
) -> tuple[list[float | None] | None, list[int]]:
    """Read numbers cell by cell; ``None`` for what is a column of texts; and the stray rows."""
    numbers: list[float | None] = []
    strays: list[int] = []
    # more strays than this leave too small a share of numbers, whatever else stands there
    most_strays = len(texts) - NUMERIC_SHARE * len(texts)
    for row, text in zip(data, texts, strict=True):
        try:
            numbers.append(_cells.to_number(sheet.find_cell(row, position), text))
        except ValueError:
            numbers.append(None)
            strays.append(row)
            if len(strays) > most_strays:
                return None, []
    numeric = sum(number is not None for number in numbers)
    if not numeric or numeric < NUMERIC_SHARE * (numeric + len(strays)):
        return None, []
    return numbers, strays


def _names_something(head: str) -> bool:
    """Check for a heading below which digits are names: 電話番号, 団体コード."""
    return bool(NAMING_HEAD.search(head)) or to_plain_name(head) in schemas.SYNONYMS["code"]


def find_head_faults(
    sheet: Sheet, layout: Layout, data: Sequence[int], columns_by_head: dict[str, str]
) -> Iterator[Fault]:
    """Find headings that repeat, that mean the same column of the schema, or that are missing."""
    for head, count in Counter(head for head in layout.heads if head).items():
        if count > 1:
            problem = f"同じ見出しの列が{count}つあります"
            remedy = "見出しを書き分けるか、要らない列を消してください"
            yield sheet.make_fault(problem, remedy, row=layout.header, column=head)
    yield from _find_synonym_faults(sheet, layout, columns_by_head)
    for position, head in enumerate(layout.heads):
        if head:
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
        if column is not None and position not in (layout.code, layout.name):
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
