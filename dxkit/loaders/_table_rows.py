"""Which rows of somebody's own sheet are data, and which municipality does each name?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pandera.pandas as pa

from dxkit.errors import Fault, PlaceNameError
from dxkit.loaders import _cells
from dxkit.loaders._character_variants import SLIPS
from dxkit.loaders._header_rows import Layout
from dxkit.loaders._municipalities import map_municipalities
from dxkit.loaders._place_names import (
    is_slip,
    is_total,
    municipality_name,
    names_municipality,
    to_plain_name,
)
from dxkit.loaders._resolve_municipality import resolve_row
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._sheet_looks import list_places
from dxkit.loaders._subtotal_rows import (
    PREFECTURE,
    WARD,
    AreaNames,
    Subtotal,
    find_area_names,
    find_subtotal,
)

# tables of one row a municipality, in which a ward has no place
WHOLE_MUNICIPALITIES = ("municipalities", "values", "members")
# letters of a skipped row that are kept
SKIPPED_CELL_LETTERS = 100
SKIPPED_ROW_LETTERS = 200
# a larger share of rows without a municipality is no slip
OUTSIDE_SHARE = 0.25
# what stands in the place of a municipality's name in the row of its prefecture
NO_NAMES = ("", "-", "―", "－")


@dataclass(slots=True)
class SplitRows:
    """The rows of a sheet: data, sums of data, and all others that hold something.

    Attributes
    ----------
    data
        Positions of the data rows.
    subtotals
        The rows that are sums.
    skipped
        ``row`` (its number in the file) and ``text`` of each row that is not read as data.
    area_names
        How bare names are read that an area and a city share.
    remarks
        What else was guessed, in Japanese.
    """

    data: list[int] = field(default_factory=list)
    subtotals: list[Subtotal] = field(default_factory=list)
    skipped: list[dict[str, object]] = field(default_factory=list)
    area_names: AreaNames = field(default_factory=AreaNames)
    remarks: list[str] = field(default_factory=list)


def split_rows(sheet: Sheet, layout: Layout, prefecture: str | None) -> SplitRows:
    """Split rows into data and what is none: sums, notes, and what stands above the header."""
    names = [sheet.find_text(row, layout.name) for row in range(layout.first, len(sheet.rows))]
    split = SplitRows(area_names=find_area_names(set(names), prefecture))
    prefectures: list[Subtotal] = []
    # what a row sums is told by its names alone: each naming is looked at once
    by_naming: dict[tuple[str, str], Subtotal | None] = {}
    for row in range(len(sheet.rows)):
        # headings are read elsewhere, blank rows say nothing
        if layout.header <= row < layout.first or sheet.is_blank(row):
            continue
        if row < layout.header:
            split.skipped.append(describe_row(sheet, row))
            continue
        naming = _find_naming(sheet, layout, row)
        if naming not in by_naming:
            by_naming[naming] = find_subtotal(row, *naming, prefecture, split.area_names)
        subtotal = by_naming[naming]
        if subtotal is not None:
            subtotal = replace(subtotal, row=row)
        if subtotal is None and not sheet.is_note(row):
            split.data.append(row)
        elif subtotal is not None and subtotal.kind == PREFECTURE and prefecture is None:
            prefectures.append(subtotal)
        else:
            split.skipped.append(describe_row(sheet, row))
            split.subtotals += [] if subtotal is None else [subtotal]
    _place_prefectures(sheet, split, prefectures)
    return split


def _place_prefectures(sheet: Sheet, split: SplitRows, prefectures: Sequence[Subtotal]) -> None:
    """Take prefectures for data in a table of prefectures, for sums in one of municipalities."""
    if split.data:
        split.subtotals += prefectures
        split.skipped += [describe_row(sheet, subtotal.row) for subtotal in prefectures]
        split.skipped.sort(key=lambda note: int(str(note["row"])))
    else:
        split.data += [subtotal.row for subtotal in prefectures]


def describe_row(sheet: Sheet, row: int) -> dict[str, object]:
    """Describe a row that is not read as data by its number and text."""
    words = [text[:SKIPPED_CELL_LETTERS] for text in sheet.texts[row] if text]
    return {"row": sheet.row_numbers[row], "text": " ".join(words)[:SKIPPED_ROW_LETTERS]}


def _find_naming(sheet: Sheet, layout: Layout, row: int) -> tuple[str, str]:
    """Find what a row's code and name are, for telling sums."""
    code = sheet.find_text(row, layout.code)
    name = sheet.find_text(row, layout.name)
    # of the prefecture's own row in a list by prefecture and municipality, the name is a dash
    if name in NO_NAMES and layout.prefecture is not None:
        name = sheet.find_text(row, layout.prefecture)
    return code, name


def set_wards_apart(
    sheet: Sheet, split: SplitRows, places: Sequence[str | None]
) -> list[str | None]:
    """Set apart the wards whose city has a row of its own; return the places of the other rows."""
    by_code = map_municipalities()
    cities = set(places)
    rows: list[int] = []
    others: list[str | None] = []
    for row, place in zip(split.data, places, strict=True):
        parent = by_code[place].parent if place in by_code else ""
        if parent in cities:
            city = by_code[parent].name
            text = f"{city}{by_code[str(place)].name.removeprefix(city)}"
            split.subtotals.append(Subtotal(row, WARD, text, frozenset([parent])))
            split.skipped.append(describe_row(sheet, row))
        else:
            rows.append(row)
            others.append(place)
    split.data = rows
    split.skipped.sort(key=lambda note: int(str(note["row"])))
    return others


def read_places(
    sheet: Sheet,
    layout: Layout,
    split: SplitRows,
    prefecture: str | None,
    schema: str | pa.DataFrameSchema | None,
) -> tuple[list[str | None], list[Fault]]:
    """Read the municipality of each data row, from its code, its name, or both.

    Returns
    -------
    places : list of str or None
        Five-digit codes.
    faults : list of Fault
        Of the rows that name none.
    """
    # long tables name the same municipality again and again: each naming is resolved once
    resolved: dict[tuple[str, str, str], str | PlaceNameError] = {}
    places: list[str | None] = []
    faults: list[Fault] = []
    blank = [row for row in split.data if _is_nameless(sheet, layout, row)]
    # a few blanks are slips; many are places outside of every municipality
    are_outside = len(blank) > OUTSIDE_SHARE * len(split.data)
    if are_outside:
        split.remarks.append(
            f"市町名も団体コードもない行が{len(blank):,}行あります（code は欠測として読みました）"
        )
    for row in split.data:
        code = sheet.find_text(row, layout.code)
        name = sheet.find_text(row, layout.name)
        within = sheet.find_text(row, layout.prefecture)
        if are_outside and not code and not name:
            places.append(None)
            continue
        naming = (code, name, within)
        if naming not in resolved:
            resolved[naming] = _resolve_naming(code, name, within, prefecture, split.area_names)
        # the same fault in many rows is told for each of them
        place = resolved[naming]
        if isinstance(place, PlaceNameError):
            faults.append(_make_place_fault(sheet, layout, row, place))
            places.append(None)
        else:
            places.append(place)
    if isinstance(schema, str) and schema in WHOLE_MUNICIPALITIES:
        faults += _find_ward_faults(sheet, layout, split.data, places)
    return places, faults


def _is_nameless(sheet: Sheet, layout: Layout, row: int) -> bool:
    return not (sheet.find_text(row, layout.code) or sheet.find_text(row, layout.name))


def _find_ward_faults(
    sheet: Sheet, layout: Layout, data: Sequence[int], places: Sequence[str | None]
) -> Iterator[Fault]:
    """Find wards in the place of their city; beside its own row they are set apart."""
    cities = set(places)
    for row, place in zip(data, places, strict=True):
        parent = map_municipalities()[place].parent if place in map_municipalities() else ""
        if parent and parent not in cities:
            city = municipality_name(parent)
            problem = f"市町ではなく区です（{city}の一部）"
            error = PlaceNameError(problem, f"区の行を{city}の1行にまとめてください")
            yield _make_place_fault(sheet, layout, row, error)


def _resolve_naming(
    code: str, name: str, within: str, prefecture: str | None, area_names: AreaNames
) -> str | PlaceNameError:
    """Resolve what a row holds to a code, or to what is wrong with it."""
    if not code and to_plain_name(name) in area_names.unclear:
        problem = f"「{name}」が圏域か市か、決められません"
        return PlaceNameError(problem, f"「{name}市」か「{name}地域」と書いてください")
    try:
        return resolve_row(code, name, within, prefecture=prefecture)
    except PlaceNameError as error:
        return error


def _make_place_fault(sheet: Sheet, layout: Layout, row: int, error: PlaceNameError) -> Fault:
    """Make the fault of a row that names no municipality, at its code or else at its name."""
    has_code = layout.code is not None and bool(sheet.find_text(row, layout.code))
    position = layout.code if has_code or layout.name is None else layout.name
    if position is None:
        return sheet.make_fault(error.problem, error.remedy, row=row, value="")
    return sheet.make_fault(
        error.problem,
        error.remedy,
        row=row,
        column=layout.heads[position],
        value=sheet.find_cell(row, position),
    )


def list_slips(sheet: Sheet, layout: Layout, data: Sequence[int]) -> list[str]:
    """List names that are read although a letter of them is another's (宍栗市)."""
    return [
        f"{sheet.row_numbers[row]}行目の「{name}」を、字の誤りとみて読みました"
        for row, name in find_slips(sheet, layout, data)
    ]


def find_slips(sheet: Sheet, layout: Layout, data: Sequence[int]) -> list[tuple[int, str]]:
    """Find the rows whose municipality is read although a letter of its name is another's."""
    rows = [(row, sheet.find_text(row, layout.name)) for row in data]
    slips = [(row, name) for row, name in rows for letter in SLIPS if letter in name]
    return [(row, name) for row, name in slips if is_slip(name)]


def list_total_rows(sheet: Sheet, data: Sequence[int]) -> list[str]:
    """List rows of a table without municipalities that look like its totals; they are data."""
    rows = [
        f"{sheet.row_numbers[row]}行目「{text}」"
        for row in data
        if (text := next(filter(None, sheet.texts[row]), "")) and is_total(text)
    ]
    if not rows:
        return []
    return [
        f"合計や平均のような行も、データとして読みました: {list_places(rows)}"
        "（足すと重なります。市町名の列がないので、合計の行かどうか決められません）"
    ]


def find_rows_above(sheet: Sheet, layout: Layout) -> Iterator[Fault]:
    """Find rows above the header that look like data, or like the header of a table on its side."""
    for row in range(layout.header):
        texts = [text for text in sheet.texts[row] if text]
        names = sum(map(names_municipality, texts))
        if names > 1 or (names and any(map(_is_number, texts))):
            yield sheet.make_fault(
                "見出しとみた行より上に、市町名の行があります（見出しの行を決められません）",
                "header= に見出しの行を、1行目を 0 として数えて指定してください",
                row=row,
                value=" ".join(texts),
            )


def find_second_table(sheet: Sheet, layout: Layout, data: Sequence[int]) -> Iterator[Fault]:
    """Find headings of a further table below the first.

    They repeat headings of the first, or at least that of the municipalities, or stand behind a gap
    and hold words in every column of numbers.
    """
    heads = {text for text in sheet.texts[layout.header] if text}
    lines = range(layout.header, layout.first)
    naming_heads = {sheet.find_text(line, layout.naming_column) for line in lines} - {""}
    for before, row in pairwise(data):
        has_gap = sheet.row_numbers[row] > sheet.row_numbers[before] + 1
        # nearly all rows begin with something else than a heading
        if not has_gap and next(filter(None, sheet.texts[row]), "") not in heads:
            continue
        texts = [text for text in sheet.texts[row] if text]
        names_again = sheet.find_text(row, layout.naming_column) in naming_heads
        is_header = len(texts) > 1 and (names_again or heads.issuperset(texts))
        if is_header or (has_gap and _holds_new_heads(sheet, before, row)):
            yield sheet.make_fault(
                "この行から下に、別の表があるようです",
                "1つのシートに1つの表だけを置いてください（表の途中の空行と見出しは消します）",
                row=row,
                value=" ".join(texts),
            )


def _holds_new_heads(sheet: Sheet, before: int, row: int) -> bool:
    """Check for a row of words behind a gap where the row before it holds numbers."""
    pairs = list(zip(sheet.texts[before], sheet.texts[row], strict=False))
    numbers = [new for old, new in pairs if _is_number(old)]
    return bool(numbers) and all(new and not _is_number(new) for new in numbers)


def _is_number(text: str) -> bool:
    return _cells.is_number("", text)
