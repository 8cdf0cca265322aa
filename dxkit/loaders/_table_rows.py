"""Which rows of somebody's own sheet are data, and which municipality does each name?"""

from collections.abc import Sequence

import pandera.pandas as pa

from dxkit.errors import Fault, PlaceNameError
from dxkit.loaders._header_rows import Layout
from dxkit.loaders._municipalities import map_municipalities
from dxkit.loaders._place_names import is_total, municipality_name
from dxkit.loaders._resolve_municipality import resolve_row
from dxkit.loaders._sheet import Sheet

# tables of one row a municipality, in which a ward has no place
WHOLE_MUNICIPALITIES = ("municipalities", "values", "members")
# letters of a skipped row that are kept
SKIPPED_CELL_LETTERS = 100
SKIPPED_ROW_LETTERS = 200


def split_rows(
    sheet: Sheet, layout: Layout, prefecture: str | None
) -> tuple[list[int], list[dict[str, object]]]:
    """Split rows into data and what is none: totals, notes, and what stands above the header.

    Returns
    -------
    data : list of int
        Positions of the data rows.
    skipped : list of dict
        ``row`` (its number in the file) and ``text`` of each other row that holds something.
    """
    data: list[int] = []
    skipped: list[dict[str, object]] = []
    for row in range(len(sheet.rows)):
        # headings are read elsewhere, blank rows say nothing
        if layout.header <= row < layout.first or sheet.is_blank(row):
            continue
        if row < layout.header or sheet.is_note(row) or _is_sum(sheet, layout, row, prefecture):
            words = [text[:SKIPPED_CELL_LETTERS] for text in sheet.texts[row] if text]
            text = " ".join(words)[:SKIPPED_ROW_LETTERS]
            skipped.append({"row": sheet.row_numbers[row], "text": text})
        else:
            data.append(row)
    return data, skipped


def _is_sum(sheet: Sheet, layout: Layout, row: int, prefecture: str | None) -> bool:
    return any(
        is_total(sheet.find_text(row, position), prefecture=prefecture)
        for position in (layout.name, layout.code)
        if position is not None
    )


def read_places(
    sheet: Sheet,
    layout: Layout,
    data: Sequence[int],
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
    refuses_wards = isinstance(schema, str) and schema in WHOLE_MUNICIPALITIES
    # long tables name the same municipality again and again: each naming is resolved once
    resolved: dict[tuple[str, str, str], str | PlaceNameError] = {}
    places: list[str | None] = []
    faults: list[Fault] = []
    for row in data:
        code = sheet.find_text(row, layout.code)
        name = sheet.find_text(row, layout.name)
        within = sheet.find_text(row, layout.prefecture)
        naming = (code, name, within)
        if naming not in resolved:
            resolved[naming] = _resolve_naming(
                code, name, within, prefecture, refuses_wards=refuses_wards
            )
        # the same fault in many rows is told for each of them
        place = resolved[naming]
        if isinstance(place, PlaceNameError):
            faults.append(_make_place_fault(sheet, layout, row, place))
            places.append(None)
        else:
            places.append(place)
    return places, faults


def _resolve_naming(
    code: str, name: str, within: str, prefecture: str | None, *, refuses_wards: bool
) -> str | PlaceNameError:
    """Resolve what a row holds to a code, or to what is wrong with it."""
    try:
        place = resolve_row(code, name, within, prefecture=prefecture)
    except PlaceNameError as error:
        return error
    if refuses_wards and (parent := map_municipalities()[place].parent):
        city = municipality_name(parent)
        problem = f"市町ではなく区です（{city}の一部）"
        return PlaceNameError(problem, f"区の行を{city}の1行にまとめてください")
    return place


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
