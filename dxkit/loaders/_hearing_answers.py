"""Which answers stand on a sheet of the hearing's form, and which of them cannot be read?"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from dxkit.errors import Fault, PlaceNameError
from dxkit.loaders._hearing_layout import (
    FIELD_COLUMN,
    FIELD_LETTER,
    FIELDS,
    HEADS,
    STATUSES,
    list_items,
)
from dxkit.loaders._place_names import municipality_name
from dxkit.loaders._resolve_municipality import resolve_municipality
from dxkit.loaders._resolve_prefecture import list_unvisited, resolve_prefecture
from dxkit.loaders._sheet import Sheet

COLUMNS = ["code", "item", "rater", "level", "target", "status", "evidence", "date", "file"]
LEVEL = re.compile(r"[0-5]")
SEVERAL_LEVELS = re.compile(r"[0-5][^\d.]+[0-5]")
USE_FORM = "配布した様式に書き写してください（シートの名前や行は変えません）"
CHOOSE_LEVEL = "0〜5 のどれか1つを選ぶか、空欄にして「状態」を選んでください"


def read_answer_sheet(
    sheet: Sheet, code: str, prefecture: str | None = ""
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read one sheet of answers.

    Parameters
    ----------
    sheet
        The sheet.
    code
        Of the fictional town it is for; empty for a municipality, which the sheet itself names.
    prefecture
        Whose municipalities are asked; ``None``: those of all Japan.

    Returns
    -------
    answers : pandas.DataFrame
        One row an answer.
    faults : list of Fault
        What is wrong with the sheet.
    """
    faults = list(sheet.faults)
    # what the top of the form says holds for each of its answers
    common = _read_fields(sheet, code, prefecture, faults)
    header = _find_header(sheet)
    if header is None:
        faults.append(sheet.make_fault(f"見出しの行（{'・'.join(HEADS)}）がありません", USE_FORM))
        return pd.DataFrame(columns=COLUMNS), faults
    positions = {text: position for position, text in enumerate(sheet.texts[header]) if text}
    rows = [row for row in range(header + 1, len(sheet.rows)) if not sheet.is_blank(row)]
    faults += _find_row_faults(sheet, header, rows, positions["項目"])
    items = set(list_items())
    # rows that are none of the form's items are faults already
    answers = [
        common | _read_answer(sheet, row, positions, faults)
        for row in rows
        if sheet.find_text(row, positions["項目"]) in items
    ]
    table = pd.DataFrame(answers, columns=COLUMNS)
    return table.astype({"level": float, "target": float}), faults


def _find_header(sheet: Sheet) -> int | None:
    """Find the row that holds all headings of the form."""
    rows = (row for row, texts in enumerate(sheet.texts) if set(HEADS) <= set(texts))
    return next(rows, None)


def _read_fields(
    sheet: Sheet, code: str, prefecture: str | None, faults: list[Fault]
) -> dict[str, object]:
    """Read the top of the form: municipality, interviewer and date."""
    fields: dict[str, object] = {"code": code, "file": sheet.file}
    for key, label in FIELDS.items():
        rows = (row for row in range(len(sheet.rows)) if sheet.find_text(row, 0) == label)
        row = next(rows, None)
        if row is None:
            faults.append(sheet.make_fault(f"「{label}」の欄がありません", USE_FORM))
            fields[key] = None
            continue
        typed = sheet.find_verbatim(row, FIELD_COLUMN - 1)
        fields[key] = typed or None
        if key == "rater" and not typed:
            problem = "聞き取り者が空欄です"
            remedy = "名前か記号を入れてください"
            faults.append(sheet.make_fault(problem, remedy, row=row, column=FIELD_LETTER))
        # a sheet of a fictional town has its code in its name
        if key == "municipality" and not code:
            fields["code"] = _read_municipality(sheet, row, typed, prefecture, faults)
    # its code says more than the name that was typed
    fields.pop("municipality")
    return fields


def _read_municipality(
    sheet: Sheet, row: int, typed: str, prefecture: str | None, faults: list[Fault]
) -> str:
    """Read the code of the municipality that a form is about; empty if it cannot be told."""
    code = ""
    problem = ""
    remedy = "市町名を選んでください"
    if not typed:
        problem = "市町名が空欄です"
    else:
        try:
            code = resolve_municipality(typed, prefecture=resolve_prefecture(prefecture))
        except PlaceNameError as error:
            problem = error.problem
            remedy = error.remedy
    if code in list_unvisited(prefecture):
        problem = f"{municipality_name(code)}はこのヒアリングの対象外です"
        remedy = "このファイルを除いてください"
    if problem:
        value = typed or None
        faults.append(sheet.make_fault(problem, remedy, row=row, column=FIELD_LETTER, value=value))
    return code


def _find_row_faults(
    sheet: Sheet, header: int, rows: Sequence[int], position: int
) -> Iterator[Fault]:
    """Find rows that were deleted, added or doubled."""
    listed = [sheet.find_text(row, position) for row in rows]
    # rows may be sorted anew, but each item must be there once
    counts = Counter(listed)
    items = list_items()
    for item in items:
        if counts[item] != 1:
            problem = "項目の行が消えています"
            if counts[item]:
                problem = f"同じ項目の行が{counts[item]}つあります"
            yield sheet.make_fault(problem, USE_FORM, row=header, column="項目", value=item)
    for row, item in zip(rows, listed, strict=True):
        if item not in items:
            value = item or " ".join(sheet.list_texts(row))
            problem = "様式にない行があります"
            yield sheet.make_fault(problem, USE_FORM, row=row, column="項目", value=value)


def _read_answer(
    sheet: Sheet, row: int, positions: Mapping[str, int], faults: list[Fault]
) -> dict[str, object]:
    """Read the answer of a row; what is wrong is added to the faults."""
    typed = sheet.find_text(row, positions["状態"])
    has_level = bool(sheet.find_text(row, positions["現状"]))
    if fault := _find_status_fault(sheet, row, typed, has_level=has_level):
        faults.append(fault)
    return {
        "item": sheet.find_text(row, positions["項目"]),
        "level": _read_level(sheet, row, positions, "現状", faults),
        "target": _read_level(sheet, row, positions, "目標", faults),
        # a level alone is an answer
        "status": STATUSES.get(typed) or "answered",
        "evidence": sheet.find_verbatim(row, positions["根拠"]) or None,
    }


def _find_status_fault(sheet: Sheet, row: int, typed: str, *, has_level: bool) -> Fault | None:
    """Find a status that is none, or that contradicts the level."""
    # the order matters: of several contradictions the first is told
    status = STATUSES.get(typed, "")
    if typed and not status:
        problem = "状態が選択肢にありません"
        remedy = f"{'・'.join(STATUSES)} から選んでください"
        return sheet.make_fault(problem, remedy, row=row, column="状態", value=typed)
    if not typed and not has_level:
        problem = "現状も状態も空欄です（空欄は 0 ではありません）"
        return sheet.make_fault(problem, CHOOSE_LEVEL, row=row, column="現状")
    if status and status != "answered" and has_level:
        problem = f"状態が「{typed}」なのに現状が入っています"
        remedy = "どちらかを直してください"
        return sheet.make_fault(problem, remedy, row=row, column="状態", value=typed)
    if status == "answered" and not has_level:
        problem = "状態が「回答」なのに現状が空欄です"
        return sheet.make_fault(problem, CHOOSE_LEVEL, row=row, column="現状")
    return None


def _read_level(
    sheet: Sheet, row: int, positions: Mapping[str, int], head: str, faults: list[Fault]
) -> float | None:
    """Read a level of 0–5; blank is missing."""
    text = sheet.find_text(row, positions[head])
    if not text:
        return None
    if LEVEL.fullmatch(text):
        return float(text)
    # "2,3" and "2〜3" are two answers, "3くらい" and 2.5 are none
    problem = "0〜5 の整数ではありません"
    if SEVERAL_LEVELS.search(text):
        problem = "答えが2つ以上あります"
    value = sheet.find_cell(row, positions[head])
    faults.append(sheet.make_fault(problem, CHOOSE_LEVEL, row=row, column=head, value=value))
    return None
