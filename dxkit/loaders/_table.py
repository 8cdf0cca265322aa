"""What does somebody's own spreadsheet say about which municipality?

`read_table` finds the encoding, the sheet, the header row (also a two-row one with merged cells),
the column that names the municipality and the columns that hold numbers. Nothing is dropped
silently: rows that were not read as data (totals, notes, what stands above the header) are listed
in ``.attrs["skipped"]``, and every fault is reported at once.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from dxkit import schema as schemas
from dxkit.errors import Fault, TableError, TableWarning
from dxkit.loaders._header_rows import Layout, find_layout
from dxkit.loaders._hyogo import list_hyogo_municipalities
from dxkit.loaders._place_names import municipality_name, to_plain_name
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._resolve_prefecture import HYOGO
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._table_columns import ColumnValues, find_head_faults, read_columns
from dxkit.loaders._table_rows import read_places, split_rows

# a table with more repeats or gaps than this share is no table of one row a municipality
ODD_SHARE = 1 / 4


def read_table(
    path: str | Path,
    *,
    schema: str | pa.DataFrameSchema | None = None,
    sheet: str | None = None,
    prefecture: str | None = "28",
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
    sheet
        Sheet name; by default the first visible sheet in which a table is found.
    prefecture
        Two-digit prefecture of the table, by which repeated names such as 太子町 are told apart;
        ``None`` for nationwide tables, which then need a prefecture column or codes for repeated
        names.

    Returns
    -------
    pandas.DataFrame
        One row a data row of the file. If rows name municipalities, the first column is ``code``
        (five-digit text) and ``name`` its official name (``municipality`` if the file has a
        ``name`` of its own). Numbers are numbers (74% becomes 0.74), blanks and marks such as
        ``***`` are missing; digits that name something (a leading zero, a heading that ends in
        コード or 番号) stay text; the apostrophe that `write_table` puts before ``= + - @`` is taken
        off. ``.attrs``: ``source`` (the file's name), ``file, sheet, rows`` (row numbers),
        ``skipped`` (rows not read as data, with their text), ``missing_codes`` (municipalities of
        Hyogo without a row), and ``made=True`` for what `write_table` wrote of invented data.

    Raises
    ------
    TableError
        With every fault of the file: file, sheet, row, column, value and what to do.

    Warns
    -----
    TableWarning
        If a table of one row a municipality repeats one, or lacks some of the 41.

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
    layouts = [
        (candidate, layout)
        for candidate in read_sheets(path, sheet=sheet)
        if (layout := find_layout(candidate, schema)) is not None
    ]
    if not layouts:
        problem = "表が見つかりません（見出しの行と、その下のデータの行が必要です）"
        remedy = "1行目に「市町名」「人口」などの見出し、2行目からデータを置いてください"
        raise TableError([Fault(problem, remedy, file=Path(path).name, sheet=sheet or "")])
    # a sheet that names municipalities comes before a cover sheet
    first, layout = next(
        (pair for pair in layouts if pair[1].naming_column is not None), layouts[0]
    )
    table = _make_table(first, layout, schema=schema, prefecture=prefecture)
    if "code" in table.columns and prefecture == HYOGO:
        _check_coverage(table, schema)
    return table


def _make_table(
    sheet: Sheet, layout: Layout, *, schema: str | pa.DataFrameSchema | None, prefecture: str | None
) -> pd.DataFrame:
    """Make the table of a sheet whose layout is known; raise all of its faults together."""
    data, skipped = split_rows(sheet, layout, prefecture)
    if not data:
        raise TableError([_make_no_data_fault(sheet, layout, has_skipped=bool(skipped))])
    # without a schema every heading stays as it is
    columns_by_head = (
        schemas.map_headings(schemas.find_schema(schema).columns) if schema is not None else {}
    )
    faults = [*sheet.faults, *find_head_faults(sheet, layout, data, columns_by_head)]
    width = layout.column_count
    ragged = (sheet.find_ragged_fault(row, width) for row in data)
    faults += [fault for fault in ragged if fault]
    columns: dict[str, ColumnValues] = {}
    if layout.naming_column is not None:
        places, place_faults = read_places(sheet, layout, data, prefecture, schema)
        faults += place_faults
        columns["code"] = places
        columns[_find_name_column(layout)] = [
            municipality_name(place) if place else None for place in places
        ]
    values, value_faults = read_columns(sheet, layout, data, columns_by_head)
    faults += value_faults
    if faults:
        raise TableError(sorted(faults, key=lambda fault: fault.row or 0))
    # a column of the file never takes the place of the resolved code and name
    table = pd.DataFrame(columns | {name: values[name] for name in values if name not in columns})
    row_numbers = [sheet.row_numbers[row] for row in data]
    table.attrs = _describe_origin(sheet, row_numbers, skipped)
    if schema is None:
        return table
    headings = _map_own_headings(layout, columns_by_head)
    return schemas.validate(
        table, schema, file=sheet.file, sheet=sheet.name, rows=row_numbers, names=headings
    )


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


def _check_coverage(table: pd.DataFrame, schema: str | pa.DataFrameSchema | None) -> None:
    """Note which of the 41 have no row, and warn of repeats and gaps.

    They are pointed out only in what looks like one row a municipality.
    """
    everybody = list_hyogo_municipalities()
    # rows may repeat a municipality, for example one a year
    counts = Counter(table["code"])
    missing = [place for place in everybody if place.code not in counts]
    table.attrs["missing_codes"] = [place.code for place in missing]
    repeated = [code for code, count in counts.items() if count > 1]
    if schema is None and 0 < len(repeated) <= len(counts) * ODD_SHARE:
        names = "、".join(map(municipality_name, repeated))
        message = f"同じ市町が2行以上あります: {names}（1市町1行の表なら、重複を直してください）"
        warnings.warn(message, TableWarning, stacklevel=3)
    if 0 < len(missing) <= len(everybody) * ODD_SHARE:
        names = "、".join(place.name for place in missing)
        warnings.warn(f"行のない市町があります: {names}", TableWarning, stacklevel=3)
