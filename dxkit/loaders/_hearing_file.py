"""Is this file a form of the prefecture's hearing, and what was typed into it?"""

import io
import re
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, TableError
from dxkit.loaders import _zip
from dxkit.loaders._hearing_answers import USE_FORM, read_answer_sheet
from dxkit.loaders._hearing_layout import (
    ANSWERS,
    CODES_COLUMN,
    MADE_COLUMN,
    MARK,
    STAGES,
    STORY,
    VERSION,
    VERSION_COLUMN,
)
from dxkit.loaders._raw import read_bytes, read_sheets
from dxkit.loaders._sheet import Sheet
from dxkit.schema import MADE_MARK

FORM_SUFFIXES = (".xlsx", ".xlsm")
# Excel's lock files, and what other systems hide
HIDDEN_STARTS = ("~$", ".")
# names of sheets of answers: of a municipality, or of a fictional town
ANSWER_SHEET = re.compile(rf"{ANSWERS}(V\d+)?")


def is_form(path: Path) -> bool:
    """Check by its name whether a file of a folder is taken for a form."""
    return (
        path.is_file()
        and path.suffix.lower() in FORM_SUFFIXES
        and not path.name.startswith(HIDDEN_STARTS)
    )


def read_form(path: Path, prefecture: str | None = "") -> tuple[pd.DataFrame, list[str]]:
    """Read one form of a prefecture, with all of its faults.

    Returns
    -------
    answers : pandas.DataFrame
        One row an answer; marked as made if the form is.
    passed_over : list of str
        Names of sheets that are not part of the form.

    Raises
    ------
    TableError
    """
    _refuse_macros(path)
    sheets = {sheet.name: sheet for sheet in read_sheets(path, also=MARK)}
    hidden_sheet = sheets.pop(MARK, None)
    # anything else is told only of what is a form at all
    mark = _check_mark(path, hidden_sheet or _read_mark(path, sheets))
    codes = _find_codes(path, mark, sheets)
    passed_over = [
        name for name in sheets if not ANSWER_SHEET.fullmatch(name) and name not in (STAGES, STORY)
    ]
    faults: list[Fault] = []
    for name, sheet in sheets.items():
        # whatever result it shows, a formula is no answer that somebody gave
        faults += sheet.formulas if ANSWER_SHEET.fullmatch(name) else ()
    tables = []
    for code in codes:
        sheet = sheets[f"{ANSWERS}{code}"]
        table, sheet_faults = read_answer_sheet(sheet, code, prefecture)
        tables.append(table)
        faults += sheet_faults
    if faults:
        # a formula without a result is told by both readers: each fault once
        once = dict.fromkeys(faults)
        raise TableError(sorted(once, key=lambda fault: (fault.sheet, fault.row or 0)))
    answers = pd.concat(tables, ignore_index=True)
    if _is_invented(mark, [sheets[f"{ANSWERS}{code}"] for code in codes]):
        answers.attrs = {"kind": "made", "made": True}
    return answers, passed_over


def _is_invented(mark: Sheet, answer_sheets: Sequence[Sheet]) -> bool:
    """Check whether the hidden sheet, or the title that everybody sees, says so."""
    # programs drop what they do not know, and people clear cells: either mark is enough
    titles = [sheet.find_text(0, 0) for sheet in answer_sheets if sheet.rows]
    return mark.find_text(0, MADE_COLUMN - 1) == MADE_MARK or any(
        MADE_MARK in title for title in titles
    )


def _refuse_macros(path: Path) -> None:
    content = read_bytes(path)
    if not content.startswith(_zip.START):
        return
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except _zip.DAMAGE:
        # what is wrong with it is told by the reader of workbooks
        return
    if any(member.lower().endswith("vbaproject.bin") for member in members):
        remedy = "マクロを含まない「Excel ブック（.xlsx）」として保存し直してください"
        raise TableError.one("マクロ付きのExcelファイルです（読みません）", remedy, file=path.name)


def _read_mark(path: Path, sheets: Collection[str]) -> Sheet:
    """Read the hidden sheet by which a form is known."""
    try:
        return read_sheets(path, sheet=MARK)[0]
    except TableError as error:
        if sheets and f"シート「{MARK}」がありません" in str(error):
            problem = "県の聞き取り票ではありません"
            raise TableError.one(problem, USE_FORM, file=path.name) from error
        raise


def _check_mark(path: Path, mark: Sheet) -> Sheet:
    """Check the form's version."""
    version = mark.find_verbatim(0, VERSION_COLUMN - 1) if mark.rows else ""
    if version != VERSION:
        problem = f"様式の版が違います（いまの版は「{VERSION}」）"
        remedy = "いまの版の様式に書き写してください"
        raise TableError.one(problem, remedy, file=path.name, value=version)
    return mark


def _find_codes(path: Path, mark: Sheet, sheets: Collection[str]) -> list[str]:
    """Find which sheets of answers there are: ``""``, or the fictional towns' codes."""
    codes = [code.strip() for code in mark.find_text(0, CODES_COLUMN - 1).split(",")]
    names = [f"{ANSWERS}{code}" for code in codes]
    listed = "、".join(sheets)
    faults = [
        Fault(f"シート「{name}」がありません（あるシート: {listed}）", USE_FORM, file=path.name)
        for name in names
        if name not in sheets
    ]
    if faults:
        raise TableError(faults)
    return codes
