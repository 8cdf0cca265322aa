"""How does somebody get an empty form to fill in, or one that is filled in beforehand?

One writer for all forms of the table ``form_columns``: an XLSX with drop-downs where there is a
choice, yellow cells to type into, a sheet that explains each column, and a hidden mark by which
`read_form` knows it again.
"""

from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.loaders._form_columns import (
    ENTRIES,
    FIRST_ROW,
    FORM_COLUMN,
    GUIDE,
    HEAD_ROW,
    LISTS_COLUMN,
    MADE_COLUMN,
    MARK,
    VERSION,
    VERSION_COLUMN,
    Form,
    FormColumn,
    find_form,
)
from dxkit.loaders._load import load
from dxkit.loaders._place_names import municipality_name
from dxkit.loaders._resolve_prefecture import resolve_prefecture
from dxkit.loaders._sheet_style import (
    BOLD,
    THIN,
    WRAP,
    add_rule,
    make_input,
    set_page,
    write_heading,
)
from dxkit.schema import MADE_MARK, is_made, writable_text

# empty rows below those filled in beforehand
BLANK_ROWS = 30
# columns that need more room than others, and how much, in letters
WIDTHS = {"text": 24, "municipality": 14, "system": 18, "portal_item": 22}
USUAL_WIDTH = 13
KINDS_IN_WORDS = {
    "municipality": "市町の名前",
    "system": "選択肢",
    "portal_item": "選択肢",
    "role": "選択肢",
    "skill": "選択肢",
    "topic": "選択肢",
    "choice": "選択肢",
    "date": "日付（2026-10-01）",
    "integer": "整数",
    "number": "数",
    "text": "文字",
}


def write_form(
    path: str | Path,
    form: str,
    *,
    rows: pd.DataFrame | None = None,
    blank_rows: int = BLANK_ROWS,
    prefecture: str | None = "",
) -> Path:
    """Write a form to be filled in by municipalities, trainees or liaisons.

    Parameters
    ----------
    path
        Where to write (``.xlsx``).
    form
        A name in the table ``form_columns``: ``cutover`` (標準化の切替), ``characters`` (外字),
        ``portal`` (ホームページ点検), ``intention`` (導入意向), ``case`` (相談票), ``school``, ``currency``,
        ``talent`` (共同調達の3つ), ``skill``, ``tool``, ``material``, ``process``
        (業務の手順), ``membership`` (参加団体).
    rows
        What is filled in beforehand, in the form's columns as `read_form` returns them; columns
        may be absent. Invented rows (`dxkit.schema.is_made`) mark the form.
    blank_rows
        Empty rows below.
    prefecture
        As for `dxkit.load`: whose municipalities are offered.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ChoiceError
        If the name does not end in ``.xlsx`` or the form is unknown.
    TableError
        If ``rows`` has a column that the form does not have.

    Examples
    --------
    >>> import openpyxl
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = write_form(Path(mkdtemp()) / "cutover.xlsx", "cutover")
    >>> book = openpyxl.load_workbook(path)
    >>> book.sheetnames, book["記入"]["C4"].value
    (['記入', '書き方', '様式'], '本番の切替日')
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise ChoiceError(f"「{path.name}」は書けません。名前の終わりを .xlsx にしてください。")
    layout = find_form(form)
    names = load("municipalities", resolve_prefecture(prefecture))["name"].astype(str).tolist()
    _check_rows(layout, rows)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    entries = book.create_sheet(ENTRIES)
    _write_entries(entries, layout, rows, blank_rows)
    _write_guide(book.create_sheet(GUIDE), layout)
    lists = _write_mark(book.create_sheet(MARK), layout, names, is_invented=is_made(rows))
    last = FIRST_ROW + blank_rows + (0 if rows is None else len(rows)) - 1
    for number, cells in lists.items():
        letter = get_column_letter(number)
        rule = add_rule(entries, f"{letter}{FIRST_ROW}:{letter}{max(last, FIRST_ROW)}", cells)
        rule.error = "一覧から選んでください"
        rule.errorTitle = "選択肢にありません"
    # written aside first, so that a file under its own name is always whole
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    book.save(part)
    part.replace(path)
    return path


def _check_rows(layout: Form, rows: pd.DataFrame | None) -> None:
    """Refuse columns that the form does not have: what is in them would be lost without a word."""
    if rows is None:
        return
    known = {column.column for column in layout.columns}
    stray = [str(name) for name in rows.columns if name not in known]
    if stray:
        raise TableError(
            Fault(
                f"様式「{layout.title}」にない列です",
                f"使える列: {'、'.join(column.column for column in layout.columns)}",
                column=name,
            )
            for name in stray
        )


def _write_entries(
    sheet: Worksheet, layout: Form, rows: pd.DataFrame | None, blank_rows: int
) -> None:
    """Lay out the sheet that is filled in."""
    mark = f"（{MADE_MARK}）" if is_made(rows) else ""
    sheet["A1"].value = f"{layout.title}{mark}"
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"].value = f"{layout.note} 黄色のセルに記入します。見出しと列の順は変えません。"
    sheet["A2"].alignment = WRAP
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=len(layout.columns))
    sheet.row_dimensions[2].height = 34
    for number, column in enumerate(layout.columns, start=1):
        cell = write_heading(sheet, HEAD_ROW, number, column.head)
        cell.alignment = WRAP
        cell.border = THIN
    records = [] if rows is None else rows.to_dict("records")
    for place in range(len(records) + blank_rows):
        record = records[place] if place < len(records) else {}
        for number, column in enumerate(layout.columns, start=1):
            _write_input(
                sheet, FIRST_ROW + place, number, _to_cell(column, record.get(column.column))
            )
    widths = {
        get_column_letter(number): WIDTHS.get(column.kind, USUAL_WIDTH)
        for number, column in enumerate(layout.columns, start=1)
    }
    set_page(sheet, widths)
    # the headings stay on the screen and stand on every printed page
    sheet.freeze_panes = f"A{FIRST_ROW}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"


def _write_input(sheet: Worksheet, row: int, number: int, value: object) -> None:
    """Write a yellow cell; text stays text, whatever it begins with."""
    cell = sheet.cell(row, number)
    cell.alignment = WRAP
    make_input(cell)
    if value is not None:
        cell.value = value  # type: ignore[assignment] # a number or text
        cell.data_type = "s" if isinstance(value, str) else cell.data_type


def _to_cell(column: FormColumn, value: object) -> object:
    """Turn a value of the table into what a person would have typed; None for a blank."""
    if pd.isna(value):  # type: ignore[call-overload] # a cell of any kind
        return None
    if column.kind == "municipality":
        return municipality_name(str(value)) or str(value)
    if column.kind == "date":
        return f"{pd.Timestamp(value):%Y-%m-%d}"  # type: ignore[arg-type] # a date or its text
    if column.kind in ("integer", "number"):
        number = float(value)  # type: ignore[arg-type] # numbers of any kind
        return int(number) if number.is_integer() else number
    codes = {code: label for label, code in column.labels.items()}
    return writable_text(codes.get(str(value), str(value)))


def _write_guide(sheet: Worksheet, layout: Form) -> None:
    """Write what may stand in each column."""
    for number, head in enumerate(
        ("見出し", "書くもの", "必ず書く", "選択肢・範囲", "説明"), start=1
    ):
        write_heading(sheet, 1, number, head)
    for row, column in enumerate(layout.columns, start=2):
        limits = "〜".join(
            "" if limit is None else f"{limit:,g}" for limit in (column.low, column.high)
        )
        texts = (
            column.head,
            KINDS_IN_WORDS[column.kind],
            "必ず" if column.is_required else "",
            "、".join(column.labels) or ("" if limits == "〜" else limits),
            column.help,
        )
        for number, text in enumerate(texts, start=1):
            cell = sheet.cell(row, number, text)
            cell.alignment = WRAP
            cell.border = THIN
        sheet.cell(row, 1).font = BOLD
    set_page(sheet, {"A": 24, "B": 18, "C": 10, "D": 50, "E": 44})


def _write_mark(
    sheet: Worksheet, layout: Form, names: list[str], *, is_invented: bool
) -> dict[int, str]:
    """Write what tells the form, unseen, with the lists of its drop-downs; return their cells."""
    sheet.cell(1, VERSION_COLUMN, VERSION)
    sheet.cell(1, FORM_COLUMN, layout.name)
    if is_invented:
        sheet.cell(1, MADE_COLUMN, MADE_MARK)
    lists: dict[int, str] = {}
    for number, column in enumerate(layout.columns, start=1):
        words = names if column.kind == "municipality" else list(column.labels)
        if not words:
            continue
        # a list in a rule itself may hold 255 letters only
        position = LISTS_COLUMN + len(lists)
        letter = get_column_letter(position)
        for row, word in enumerate(words, start=1):
            sheet.cell(row, position, word)
        lists[number] = f"{MARK}!${letter}$1:${letter}${len(words)}"
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True
    return lists
