"""What does somebody's own spreadsheet say about which municipality?

`read_table` finds the encoding, the sheet, the header row (also a two-row one with merged cells),
the column that names the municipality and the columns that hold numbers. Nothing is dropped
silently: rows that were not read as data (totals, notes, what stands above the header) are listed
in ``.attrs["skipped"]``, and every fault is reported at once.
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from dxkit import schema as schemas
from dxkit.errors import ChoiceError, Fault, TableError, TableWarning, shorten
from dxkit.loaders._header_rows import Layout, LayoutOptions
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._place_names import municipality_name, to_plain_name
from dxkit.loaders._reading_recipe import find_recipe_sheet, load_recipe
from dxkit.loaders._resolve_prefecture import resolve_prefecture
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._sum_checks import SumChecker
from dxkit.loaders._table_columns import (
    ColumnValues,
    find_head_faults,
    find_number_columns,
    read_columns,
)
from dxkit.loaders._table_coverage import check_coverage
from dxkit.loaders._table_reading import (
    Reading,
    find_tables,
    is_source_sheet,
    read_source_sheet,
)
from dxkit.loaders._table_rows import (
    SplitRows,
    find_rows_above,
    find_second_table,
    list_slips,
    read_places,
    set_wards_apart,
    split_rows,
)

FAULT_ACTIONS = ("raise", "warn")
FAULT_WORDS = "raise（欠陥があれば読まない）か warn（警告して読み進める）を選んでください。"


@accepts_open_file
def read_table(
    path: str | Path,
    *,
    schema: str | pa.DataFrameSchema | None = None,
    header: int | Sequence[int] | None = None,
    sheet: str | int | None = None,
    code: str | int | None = None,
    name: str | int | None = None,
    columns: Sequence[str] | None = None,
    prefecture: str | None = "",
    on_fault: str = "raise",
    recipe: str | Path | Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    r"""Read anybody's own CSV, TSV or XLSX.

    Parameters
    ----------
    path
        The file. UTF-8 (with or without BOM), UTF-16, cp932 and EUC-JP are recognised; comma, tab
        or semicolon.
    schema
        Name of a table form in `dxkit.schema.SCHEMAS` (``"values"``, ``"members"``, ``"demand"`` …)
        or a pandera schema. With it, headings are matched to its columns in Japanese or English and
        every cell is checked.
    header
        Where the guess would be wrong: the line of the header, counted from 0 as pandas counts, or
        all lines of a header of several.
    sheet
        Name or number (from 0) of the sheet; by default the first visible sheet in which
        municipalities are named, or else a table is found.
    code, name
        Heading or number (from 0) of the column with the municipality's code or name.
    columns
        Headings of the columns to read, as pandas' ``usecols``; faults of others do not count.
    prefecture
        Prefecture of the table, by which repeated names such as 太子町 are told apart: name or JIS
        number, as for `load` (by default the room's, or else Hyogo); ``None`` for nationwide
        tables, which then need a prefecture column or codes for repeated names.
    on_fault
        ``"raise"`` refuses a table with faults; ``"warn"`` reads on: cells and municipalities that
        cannot be read are missing, and each fault is a warning.
    recipe
        How an earlier file of this form was read: the path to which ``.attrs["reading"].save``
        wrote it, or the receipt itself. Sheet, header, columns, prefecture and ``on_fault`` are
        those of the recipe, where this call names no others. A file that it does not fit is
        refused.

    Returns
    -------
    pandas.DataFrame
        One row a data row of the file. If rows name municipalities, the first column is ``code``
        (five-digit text) and ``name`` its official name (``municipality`` if the file has a
        ``name`` of its own). Numbers are numbers (74% becomes 0.74), blanks and marks such as
        ``***`` are missing; digits that name something (a leading zero, a heading that ends in
        コード or 番号) stay text; the apostrophe that `write_table` puts before ``= + - @`` is taken
        off. A unit (12件), 約 or a bracket with words (19（休床中）) is left away, and said. Rows of the
        prefecture, counties, areas, of wards beside their city and of totals are no rows of the
        table; their figures are compared with the sums. A table with municipalities as columns
        is turned. ``.attrs``: ``source`` (the file's name), ``file, sheet, rows`` (row numbers),
        ``skipped`` (rows not read as data, with their text), ``missing_codes`` (municipalities of
        the prefecture without a row), ``reading`` (``header, first, turned, remarks, subtotals``:
        what was guessed, set apart and checked; a notebook shows it as a coloured picture of the
        sheet, and its ``save(path)`` writes a recipe), and ``made=True`` for what `write_table`
        wrote of invented data.

    Raises
    ------
    TableError
        With every fault of the file: file, sheet, row, column, value and what to do.

    Warns
    -----
    TableWarning
        For whatever was guessed or set apart unchecked, cells that are crossed out or hidden, a
        note beside the table that its figures are thousands or more, totals that differ from the
        sums of their rows, other sheets with a table, and if a table of one row a municipality
        repeats one, or lacks some of the prefecture's.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "answers.csv"
    >>> _ = path.write_text("市町名,利用率\n太子町,74%\n上郡町,***\n合計,1\n", encoding="cp932")
    >>> read_table(path)
        code name   利用率
    0  28464  太子町  0.74
    1  28481  上郡町   NaN
    """
    if schema is not None:
        # an unknown name is told before a large file is read
        schemas.find_schema(schema)
    if on_fault not in FAULT_ACTIONS:
        raise ChoiceError(f"on_fault=「{shorten(on_fault)}」は選べません。{FAULT_WORDS}")
    form = None if recipe is None else load_recipe(recipe)
    if form is not None:
        sheet = find_recipe_sheet(path, form) if sheet is None else sheet
        header = form["header"] if header is None else header
        code = form["code"] if code is None else code
        name = form["name"] if name is None else name
        columns = form["columns"] if columns is None else columns
        prefecture = form["prefecture"] if prefecture == "" else prefecture
        on_fault = form["on_fault"] if on_fault == FAULT_ACTIONS[0] else on_fault
    prefecture = resolve_prefecture(prefecture)
    lines = (header,) if isinstance(header, int) else tuple(header or ())
    headings = None if columns is None else tuple(columns)
    options = LayoutOptions(lines, code, name, headings)
    tables = find_tables(path, sheet, schema, options)
    origin = read_source_sheet(tables)
    # the sheet of the sources is no table of the file's, unless it is asked for
    tables = [pair for pair in tables if not is_source_sheet(pair) or len(tables) == 1]
    # a sheet that names municipalities comes before a cover sheet
    table_sheet = next(
        (pair for pair in tables if pair.layout.naming_column is not None), tables[0]
    )
    others = [pair.sheet.name for pair in tables if pair is not table_sheet]
    reading = Reading(table_sheet, others, form, is_header_given=bool(lines))
    table = _make_table(reading, schema=schema, prefecture=prefecture, on_fault=on_fault)
    _add_origin(table, origin)
    if "code" in table.columns and prefecture is not None:
        check_coverage(table, schema, prefecture)
    return table


def _add_origin(table: pd.DataFrame, origin: dict[str, str]) -> None:
    """Add what a file that `write_table` wrote says of the sources of its table."""
    if origin:
        # what has been read of a line is not skipped any more
        table.attrs["skipped"] = [
            note
            for note in table.attrs["skipped"]
            if not schemas.read_source_note(str(note["text"]))
        ]
        # two files of one source differ in their names
        table.attrs |= origin | {"source": f"{origin['source']}（{table.attrs['file']}）"}
    if table.attrs.get("kind") == "made":
        table.attrs["made"] = True


def _make_table(
    reading: Reading,
    *,
    schema: str | pa.DataFrameSchema | None,
    prefecture: str | None,
    on_fault: str,
) -> pd.DataFrame:
    """Make the table of a sheet whose layout is known; raise all of its faults together."""
    sheet = reading.sheet
    layout = reading.layout
    split = split_rows(sheet, layout, prefecture)
    if not split.data:
        fault = _make_no_data_fault(sheet, layout, has_skipped=bool(split.skipped))
        raise TableError(reading.name_places([fault]))
    columns_by_head = _map_schema_heads(schema)
    columns, places, place_faults = _read_naming(reading, split, prefecture, schema)
    reading.subtotals = split.subtotals
    data = split.data
    faults = [*_find_sheet_faults(reading, data, columns_by_head), *place_faults]
    readings = read_columns(sheet, layout, data, columns_by_head)
    reading.remarks += readings.remarks
    faults += readings.faults
    numbers = find_number_columns(layout, readings.columns, columns_by_head)
    reading.require_recipe(list(numbers))
    if faults and on_fault == "raise":
        raise TableError(reading.name_places(faults))
    reading.remarks += map(str, reading.name_places(faults))
    reading.note_units(split)
    reading.note_looks(data, {head: position for head, (position, _) in numbers.items()})
    if split.subtotals:
        reading.add_sums(SumChecker(sheet, data, places, numbers, split.subtotals).check_all())
    for remark in reading.remarks:
        warnings.warn(str(Fault(remark, file=sheet.file)), TableWarning, stacklevel=3)
    # a column of the file never takes the place of the resolved code and name
    others = {head: column for head, column in readings.columns.items() if head not in columns}
    table = pd.DataFrame(columns | others)
    row_numbers = [sheet.row_numbers[row] for row in data]
    table.attrs = _describe_origin(sheet, row_numbers, reading.list_skipped(split))
    options = {"prefecture": prefecture, "on_fault": on_fault}
    reading.note_guesses(data, readings.guesses, faults)
    table.attrs["reading"] = reading.make_receipt(split, list(numbers), options)
    if schema is None:
        return table
    headings = _map_own_headings(layout, columns_by_head)
    return schemas.validate(
        table, schema, file=sheet.file, sheet=sheet.name, rows=row_numbers, names=headings
    )


def _map_schema_heads(schema: str | pa.DataFrameSchema | None) -> dict[str, str]:
    """Map headings to the schema's columns; without a schema every heading stays as it is."""
    return {} if schema is None else schemas.map_headings(schemas.find_schema(schema).columns)


def _read_naming(
    reading: Reading,
    split: SplitRows,
    prefecture: str | None,
    schema: str | pa.DataFrameSchema | None,
) -> tuple[dict[str, ColumnValues], list[str | None], list[Fault]]:
    """Read code and official name of each row; set wards beside their city apart."""
    sheet = reading.sheet
    layout = reading.layout
    if layout.naming_column is None:
        return {}, [], []
    places, faults = read_places(sheet, layout, split, prefecture, schema)
    places = set_wards_apart(sheet, split, places)
    names = [municipality_name(place) if place else None for place in places]
    reading.remarks += [*split.remarks, *list_slips(sheet, layout, split.data)]
    return {"code": places, _find_name_column(layout): names}, places, faults


def _find_sheet_faults(
    reading: Reading, data: Sequence[int], columns_by_head: dict[str, str]
) -> list[Fault]:
    """Find what is wrong with cells, headings and the form of a sheet."""
    sheet = reading.sheet
    layout = reading.layout
    faults = [*sheet.faults, *find_head_faults(sheet, layout, data, columns_by_head)]
    width = layout.column_count
    ragged = (sheet.find_ragged_fault(row, width) for row in data)
    faults += [fault for fault in ragged if fault]
    if not reading.is_header_given:
        faults += find_rows_above(sheet, layout)
    return [*faults, *find_second_table(sheet, layout, data)]


def _make_no_data_fault(sheet: Sheet, layout: Layout, *, has_skipped: bool) -> Fault:
    remedy = "見出しの下に、1行に1件ずつ書いてください"
    if has_skipped:
        problem = "データの行がありません（合計や注の行だけです）"
        return sheet.make_fault(problem, remedy, row=layout.header)
    return sheet.make_no_rows_fault(remedy, row=layout.header)


def _find_name_column(layout: Layout) -> str:
    """Choose the column of the official name: the file may have a ``name`` of its own."""
    has_own_name = any(
        head == "name" and position != layout.name for position, head in enumerate(layout.heads)
    )
    return "municipality" if has_own_name else "name"


def _describe_origin(
    sheet: Sheet, row_numbers: Sequence[int], skipped: Sequence[dict[str, object]]
) -> dict[Any, Any]:
    """Describe where a table comes from; the note below an invented one marks it again."""
    origin: dict[Any, Any] = {
        "source": sheet.file,
        "file": sheet.file,
        "sheet": sheet.name,
        "rows": list(row_numbers),
        "skipped": list(skipped),
    }
    if any(str(note["text"]).startswith(schemas.MADE_NOTE_START) for note in skipped):
        origin |= {"kind": "made", "made": True}
    return origin


def _map_own_headings(layout: Layout, columns_by_head: dict[str, str]) -> dict[str, str]:
    """Map each column of the schema to the file's own heading, for messages."""
    headings = {
        columns_by_head[to_plain_name(head)]: head
        for head in layout.heads
        if to_plain_name(head) in columns_by_head
    }
    # the columns that name the municipality go by other words than the schema's
    for column, position in (("code", layout.code), ("name", layout.name)):
        if position is not None:
            headings.setdefault(column, layout.heads[position])
    return headings
