"""What does somebody's own spreadsheet say about which municipality?

`read_table` finds the encoding, the sheet, the header row (also a two-row one with merged cells), the column that names
the municipality and the columns that hold numbers. Nothing is dropped silently: rows that were not read as data
(totals, notes, what stands above the header) are listed in ``.attrs["skipped"]``, and every fault is reported at once.
"""

import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from openpyxl.utils import get_column_letter

from dxkit import schema as schemas
from dxkit.errors import Fault, PlaceNameError, TableError, TableWarning
from dxkit.loaders import _cells, _place_names
from dxkit.loaders._header_rows import Layout, find_layout
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._sheet import Sheet

NUMERIC_SHARE = 0.8
# digits under such a heading name something, whatever their first digit
NAMING_HEAD = re.compile(r"(コード|番号|code\d*|ID|id|郵便|電話|tel|TEL|zip)$")
# tables of one row a municipality, in which a ward has no place
WHOLE_MUNICIPALITIES = ("municipalities", "values", "members")


def read_table(
    path: str | Path,
    *,
    schema: str | pa.DataFrameSchema | None = None,
    sheet: str | None = None,
    prefecture: str | None = "28",
) -> pd.DataFrame:
    """Read anybody's own CSV, TSV or XLSX.

    Parameters
    ----------
    path
        The file. UTF-8 (with or without BOM), UTF-16, cp932 and EUC-JP are recognised; comma, tab or semicolon.
    schema
        Name of a table form in `dxkit.schema.SCHEMAS` (``"values"``, ``"members"``, ``"demand"`` …) or a pandera schema.
        With it, headings are matched to its columns in Japanese or English and every cell is checked.
    sheet
        Sheet name; by default the first visible sheet in which a table is found.
    prefecture
        Two-digit prefecture of the table, by which repeated names such as 太子町 are told apart; ``None`` for nationwide
        tables, which then need a prefecture column or codes for repeated names.

    Returns
    -------
    pandas.DataFrame
        One row a data row of the file. If rows name municipalities, the first column is ``code`` (five-digit text) and
        ``name`` its official name (``municipality`` if the file has a ``name`` of its own). Numbers are numbers (74%
        becomes 0.74), blanks and marks such as ``***`` are missing; digits that name something (a leading zero, a heading
        that ends in コード or 番号) stay text. ``.attrs``: ``file, sheet, rows`` (row numbers), ``skipped`` (rows not read
        as data, with their text), ``missing_codes`` (municipalities of Hyogo without a row).

    Raises
    ------
    TableError
        With every fault of the file: file, sheet, row, column, value and what to do.

    Warns
    -----
    TableWarning
        If a table of one row a municipality repeats one, or lacks some of the 41.
    """
    if schema is not None:
        schemas.find(schema)
    candidates = read_sheets(path, sheet=sheet)
    found = [
        (candidate, layout)
        for candidate in candidates
        if (layout := find_layout(candidate, schema)) is not None
    ]
    named = [(candidate, layout) for candidate, layout in found if layout.naming is not None]
    if not found:
        problem = "表が見つかりません（見出しの行と、その下のデータの行が必要です）"
        remedy = "1行目に「市町名」「人口」などの見出し、2行目からデータを置いてください"
        raise TableError([Fault(problem, remedy, file=Path(path).name, sheet=sheet or "")])
    return _table(*(named or found)[0], schema=schema, prefecture=prefecture)


def _table(
    sheet: Sheet, layout: Layout, *, schema: str | pa.DataFrameSchema | None, prefecture: str | None
) -> pd.DataFrame:
    data, skipped = _data_rows(sheet, layout, prefecture)
    if not data:
        problem = (
            "データの行がありません（合計や注の行だけです）"
            if skipped
            else "見出しだけで、データの行がありません"
        )
        raise TableError(
            [sheet.fault(problem, "見出しの下に、1行に1件ずつ書いてください", at=layout.header)]
        )
    wanted = _wanted(schema)
    faults = [*sheet.faults, *_head_faults(sheet, layout, data, wanted)]
    faults += [fault for at in data if (fault := sheet.ragged(at, layout.width))]
    columns = _columns(sheet, layout, data, wanted, faults, schema=schema, prefecture=prefecture)
    if faults:
        raise TableError(sorted(faults, key=lambda fault: fault.row or 0))
    table = pd.DataFrame(columns)
    rows = [sheet.numbers[at] for at in data]
    table.attrs = {"file": sheet.file, "sheet": sheet.name, "rows": rows, "skipped": skipped}
    if schema is not None:
        table = schemas.validate(
            table,
            schema,
            file=sheet.file,
            sheet=sheet.name,
            rows=rows,
            names=_heads_of(layout, wanted),
        )
    return (
        _look_over(table, schema)
        if "code" in columns and prefecture == _place_names.HYOGO
        else table
    )


def _columns(
    sheet: Sheet,
    layout: Layout,
    data: list[int],
    wanted: dict[str, str],
    faults: list[Fault],
    *,
    schema: str | pa.DataFrameSchema | None,
    prefecture: str | None,
) -> dict[str, list[object]]:
    """Read column after column; what cannot be read is added to the faults."""
    columns: dict[str, list[object]] = {}
    if layout.naming is not None:
        places = _places(
            sheet, layout, data, prefecture, whole=schema in WHOLE_MUNICIPALITIES, faults=faults
        )
        columns["code"] = list(places)
        own_name = any(head == "name" and at != layout.name for at, head in enumerate(layout.heads))
        columns["municipality" if own_name else "name"] = [
            _place_names.municipality_name(place) if place else None for place in places
        ]
    for position, head in enumerate(layout.heads):
        if head and position not in (layout.code, layout.name):
            values, strays = _values(sheet, head, position, data)
            columns.setdefault(wanted.get(_place_names.plain(head), head), values)
            faults += strays
    return columns


def _data_rows(
    sheet: Sheet, layout: Layout, prefecture: str | None
) -> tuple[list[int], list[dict[str, object]]]:
    """Tell data rows from totals, notes and what stands above the header."""
    data: list[int] = []
    skipped: list[dict[str, object]] = []
    for at in range(len(sheet.rows)):
        if layout.header <= at < layout.first or sheet.is_blank(at):
            continue
        if at < layout.header or sheet.is_note(at) or _is_sum(sheet, layout, at, prefecture):
            said = " ".join(_cells.text(cell)[:100] for cell in sheet.rows[at] if _cells.text(cell))
            skipped.append({"row": sheet.numbers[at], "text": said[:200]})
        else:
            data.append(at)
    return data, skipped


def _is_sum(sheet: Sheet, layout: Layout, at: int, prefecture: str | None) -> bool:
    named = [position for position in (layout.name, layout.code) if position is not None]
    return any(
        _place_names.is_total(_cells.text(sheet.cell(at, position)), prefecture=prefecture)
        for position in named
    )


def _head_faults(
    sheet: Sheet, layout: Layout, data: list[int], wanted: dict[str, str]
) -> Iterator[Fault]:
    """Find headings that repeat, that mean the same column of the schema, or that are missing."""
    for head, times in Counter(head for head in layout.heads if head).items():
        if times > 1:
            remedy = "見出しを書き分けるか、要らない列を消してください"
            yield sheet.fault(
                f"同じ見出しの列が{times}つあります", remedy, at=layout.header, column=head
            )
    meant: dict[str, list[str]] = defaultdict(list)
    for position, head in enumerate(layout.heads):
        if _place_names.plain(head) in wanted and position not in (layout.code, layout.name):
            meant[wanted[_place_names.plain(head)]].append(head)
    for column, heads in meant.items():
        if len(set(heads)) > 1:
            problem = f"「{'」と「'.join(heads)}」は、どちらも「{schemas.heading(column)}」の列です"
            yield sheet.fault(
                problem,
                "どちらかの列を消すか、見出しを変えてください",
                at=layout.header,
                column=heads[1],
            )
    for position, head in enumerate(layout.heads):
        if (
            not head
            and not _running(sheet, position, data)
            and any(_cells.text(sheet.cell(at, position)) for at in data)
        ):
            column = f"{get_column_letter(position + 1)}列"
            yield sheet.fault(
                "見出しのない列に値があります",
                "見出しを書くか、列を消してください",
                at=layout.header,
                column=column,
            )


def _running(sheet: Sheet, position: int, data: list[int]) -> bool:
    """Tell a first column of running numbers, as pandas and Excel users leave it without a heading."""
    if position > 0:
        return False
    typed = [_cells.text(sheet.cell(at, position)) for at in data]
    return typed in (
        [str(number) for number in range(start, start + len(data))] for start in (0, 1)
    )


def _places(
    sheet: Sheet,
    layout: Layout,
    data: list[int],
    prefecture: str | None,
    *,
    whole: bool,
    faults: list[Fault],
) -> list[str | None]:
    """Give the municipality of each data row, from its code, its name, or both."""
    places: list[str | None] = []
    for at in data:
        try:
            places.append(_place(sheet, layout, at, prefecture, whole=whole))
        except PlaceNameError as error:
            coded = layout.code is not None and _cells.text(sheet.cell(at, layout.code))
            position = layout.code if coded or layout.name is None else layout.name
            places.append(None)
            value, head = (
                ("", "") if position is None else (sheet.cell(at, position), layout.heads[position])
            )
            faults.append(sheet.fault(error.problem, error.remedy, at=at, column=head, value=value))
    return places


def _place(sheet: Sheet, layout: Layout, at: int, prefecture: str | None, *, whole: bool) -> str:
    typed, name, within = (
        _cells.text(sheet.cell(at, position)) if position is not None else ""
        for position in (layout.code, layout.name, layout.prefecture)
    )
    code = _place_names.place_of(typed, name, within, prefecture=prefecture)
    if whole and (parent := _place_names.by_code()[code].parent):
        city = _place_names.municipality_name(parent)
        raise PlaceNameError(
            f"市町ではなく区です（{city}の一部）", f"区の行を{city}の1行にまとめてください"
        )
    return code


def _values(
    sheet: Sheet, head: str, position: int, data: list[int]
) -> tuple[list[object], list[Fault]]:
    """Give a column's values: numbers if nearly all are, with the rest as faults; else text."""
    raw = [sheet.cell(at, position) for at in data]
    naming = bool(NAMING_HEAD.search(head)) or _place_names.plain(head) in schemas.SYNONYMS["code"]
    if (
        not naming
        and (plain := _cells.plain_numbers(raw)) is not None
        and any(value is not None for value in plain)
    ):
        return list(plain), []
    read = (
        []
        if naming or any(map(_cells.keeps_text, raw))
        else [_number_or_text(cell) for cell in raw]
    )
    numeric = sum(isinstance(value, float) for value in read)
    stray = [
        (at, cell)
        for at, cell, value in zip(data, raw, read, strict=bool(read))
        if isinstance(value, str)
    ]
    if not numeric or numeric < NUMERIC_SHARE * (numeric + len(stray)):
        return [_cells.verbatim(cell) or None for cell in raw], []
    remedy = "数字だけにするか、空欄にしてください"
    return list(read), [
        sheet.fault("数値の列に、数値でない値があります", remedy, at=at, column=head, value=cell)
        for at, cell in stray
    ]


def _number_or_text(cell: object) -> float | str | None:
    try:
        return _cells.number(cell)
    except ValueError:
        return _cells.text(cell)


def _wanted(schema: str | pa.DataFrameSchema | None) -> dict[str, str]:
    """Give heading → column name for the columns that the schema asks for."""
    return schemas.known_headings(schemas.find(schema).columns) if schema is not None else {}


def _heads_of(layout: Layout, wanted: dict[str, str]) -> dict[str, str]:
    """Give column name → the file's own heading."""
    heads = {
        wanted[_place_names.plain(head)]: head
        for head in layout.heads
        if _place_names.plain(head) in wanted
    }
    for column, position in (("code", layout.code), ("name", layout.name)):
        if position is not None:
            heads.setdefault(column, layout.heads[position])
    return heads


def _look_over(table: pd.DataFrame, schema: str | pa.DataFrameSchema | None) -> pd.DataFrame:
    """Note which of the 41 have no row, and warn of repeats and gaps in what looks like one row a municipality."""
    every = [
        place
        for place in _place_names.all_municipalities()
        if place.code.startswith(_place_names.HYOGO) and not place.parent
    ]
    present = set(table["code"])
    missing = [place for place in every if place.code not in present]
    table.attrs["missing_codes"] = [place.code for place in missing]
    repeated = [code for code, times in Counter(table["code"]).items() if times > 1]
    if schema is None and 0 < len(repeated) <= len(present) / 4:
        said = "、".join(_place_names.municipality_name(code) for code in repeated)
        warnings.warn(
            f"同じ市町が2行以上あります: {said}（1市町1行の表なら、重複を直してください）",
            TableWarning,
            stacklevel=4,
        )
    if 0 < len(missing) <= len(every) / 4:
        said = "、".join(place.name for place in missing)
        warnings.warn(f"行のない市町があります: {said}", TableWarning, stacklevel=4)
    return table
