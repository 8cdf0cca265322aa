"""What stands in a facilitator's CSV file, and in which line does each value stand?

`read_rows` reads one file by its headings. Size and number of rows are bounded; every fault is
gathered with its line.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dxkit.errors import Fault, TableError
from dxkit.loaders import decode_text
from dxkit.sharing._field_values import (
    Field,
    convert_text,
    explain_unknown_key,
    make_empty_value,
    normalise_width,
)

MAX_CSV_BYTES = 20_000_000
MAX_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Line:
    """One data row of a CSV file: its values by English name, and its line."""

    cells: dict[str, object]
    row: int


def read_text(path: Path, max_bytes: int) -> str:
    """Read a file of bounded size as text in whichever encoding it was saved.

    Raises
    ------
    TableError
        If it is absent, not a file, too large or no text.
    """
    if not path.is_file():
        raise TableError.one(
            "ファイルがありません", "フォルダーの中身と名前を確かめてください", file=path.name
        )
    # looked at before anything is read into memory
    size = path.stat().st_size
    if size > max_bytes:
        raise TableError.one(
            "ファイルが大きすぎます",
            f"{max_bytes / 1e6:g} MB 以下にしてください",
            file=path.name,
            value=f"{size:,} バイト",
        )
    return decode_text(path.read_bytes(), path.name)


def read_rows(path: Path, fields: Iterable[Field], faults: list[Fault]) -> list[Line]:
    """Read a CSV file whose first line holds the headings; every fault is added to ``faults``."""
    try:
        records = list(_split_records(read_text(path, MAX_CSV_BYTES), path.name))
    # faults of one file do not hide those of the others
    except TableError as error:
        faults += error.faults
        return []
    fields = list(fields)
    headings = records[0][1] if records else []
    columns = _match_headings(headings, fields, path.name, faults)
    # spreadsheet programs write lines of commas below the data: they are no rows
    lines = [
        _read_line(record, columns, fields, file=path.name, faults=faults)
        for record in records[1:]
        if any(normalise_width(cell) for cell in record[1])
    ]
    if records and not lines:
        faults.append(
            Fault(
                "データの行がありません", "見出しの下に1行以上書いてください", file=path.name, row=2
            )
        )
    return lines


def _split_records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Split a CSV text into records, each with the line on which it begins."""
    # strict: an open quotation mark is an error, where csv would swallow the rest of the file
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 1
    try:
        for cells in reader:
            yield row, cells
            # a record may span several lines
            row = reader.line_num + 1
            if row > MAX_ROWS:
                raise TableError.one(
                    "行が多すぎます", f"{MAX_ROWS:,}行までにしてください", file=file, row=row
                )
    except csv.Error:
        remedy = '引用符「"」の閉じ忘れを直してください'
        raise TableError.one("CSVとして読めません", remedy, file=file, row=row) from None


def _match_headings(
    headings: list[str], fields: list[Field], file: str, faults: list[Fault]
) -> list[Field | None]:
    """Match each column to a field; unknown, repeated and missing columns are faults."""
    field_of_name = {
        name: field for field in fields for name in (field.name, normalise_width(field.label))
    }
    columns = [field_of_name.get(normalise_width(heading)) for heading in headings]
    labels = [field.label for field in fields]
    for heading, column in zip(headings, columns, strict=True):
        name = normalise_width(heading)
        if column is None and name:
            problem, remedy = explain_unknown_key(name, labels)
            problem = problem.replace("項目", "列")
            faults.append(Fault(problem, remedy, file=file, row=1, column=name))
    for field in fields:
        # which of two equal columns is meant, nobody can say
        if columns.count(field) > 1:
            faults.append(
                Fault(
                    "同じ列が2つあります", "1つにしてください", file=file, row=1, column=field.label
                )
            )
        if field not in columns and field.default is ...:
            faults.append(
                Fault(
                    "列がありません", "見出しを足してください", file=file, row=1, column=field.label
                )
            )
    return columns


def _read_line(
    record: tuple[int, list[str]],
    columns: list[Field | None],
    fields: list[Field],
    *,
    file: str,
    faults: list[Fault],
) -> Line:
    row, cells = record
    if len(cells) > len(columns):
        remedy = "余分なカンマを消すか、カンマを含む値を引用符で囲んでください"
        faults.append(
            Fault("見出しより値が多い行です", remedy, file=file, row=row, value=cells[len(columns)])
        )
    # a row may be shorter than the headings: what is missing counts as empty
    texts: Mapping[str, str] = {
        column.name: cell for column, cell in zip(columns, cells, strict=False) if column
    }
    present = {column.name for column in columns if column}
    values: dict[str, object] = {}
    for field in fields:
        # a missing column without a default was blamed once, in its heading
        values[field.name] = (
            convert_text(texts.get(field.name), field, file=file, row=row, faults=faults)
            if field.name in present or field.default is not ...
            else make_empty_value(field)
        )
    return Line(values, row)
