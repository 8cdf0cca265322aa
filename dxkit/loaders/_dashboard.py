"""What does the Digital Agency's dashboard say of each municipality?

Readers for 自治体DXダッシュボード CSV: indicators (or procedures) are rows, municipalities are columns without codes, in
code order. 25 names repeat nationwide, so a repeated name is placed between its neighbours' codes. A blank means "not
carried out or not reported" and is missing, never 0.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
from openpyxl.utils import get_column_letter

from dxkit.errors import Fault, PlaceNameError, TableError
from dxkit.loaders import _cells, _place_names
from dxkit.loaders._catalog import load
from dxkit.loaders._encoding import GET_AGAIN
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._sheet import Sheet

ANSWERS = {"実施": 1.0, "未実施": 0.0}
FIRST_VALUE = 2
HEADER_SEARCH = 10
PLACE_ENDS = ("市", "区", "町", "村", "都", "道", "府", "県")
UNKNOWN = "市区町村名が分かりません"
UNPLACED = "同じ名前の市区町村がほかにもあり、並び順（団体コード順）からも決められません"


def read_dashboard(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    """Read a CSV of デジタル庁「自治体DXダッシュボード」.

    Parameters
    ----------
    path
        市区町村比較 (15 indicators), 行政手続のオンライン申請率 (52 procedures), or the prefectures' files of the same form.
    prefecture
        Two-digit prefecture to keep; by default all 1,741 municipalities.

    Returns
    -------
    pandas.DataFrame
        One row a municipality (index ``code``; prefectures as ``28000``), one column an indicator: its name in the table
        ``indicators_dashboard`` if it stands there, else its official heading. 実施 is 1, 未実施 0, 74% 0.74; blanks and
        調査無し are missing. ``.attrs["labels"]`` gives the official heading of each column, ``.attrs["groups"]`` the heading
        of its group.

    Raises
    ------
    TableError
        With every fault of the file.
    """
    sheet = _sheet(path)
    header = _header(sheet)
    codes, faults = _codes(sheet, header)
    table, labels, groups = _indicators(sheet, header, codes, [*sheet.faults, *faults])
    kept = table[table.index.str.startswith(prefecture)] if prefecture else table
    kept.attrs = {"file": sheet.file, "labels": labels, "groups": groups}
    return kept


def _sheet(path: str | Path) -> Sheet:
    """Give the first sheet that holds anything."""
    sheets = [sheet for sheet in read_sheets(path) if sheet.rows]
    if not sheets:
        raise TableError.one("シートに何も書かれていません", GET_AGAIN, file=Path(path).name)
    return sheets[0]


def _indicators(
    sheet: Sheet, header: int, codes: list[str], faults: list[Fault]
) -> tuple[pd.DataFrame, dict[str, str], dict[str, str]]:
    """Read the rows of indicators, with the official label and group of each."""
    names_of = _indicator_names()
    values: dict[str, list[float | None]] = {}
    labels: dict[str, str] = {}
    groups: dict[str, str] = {}
    for at in range(header + 1, len(sheet.rows)):
        label = str(sheet.cell(at, 1)).strip()
        if sheet.is_blank(at) or (not label and sheet.is_note(at)):
            continue
        column = names_of.get(_place_names.plain(label), label)
        row, row_faults = _row(sheet, at, len(codes), header)
        faults += row_faults + _label_faults(sheet, at, label, column, values)
        values[column], labels[column], groups[column] = row, label, _cells.text(sheet.cell(at, 0))
    if not values:
        faults.append(sheet.fault("見出しだけで、指標の行がありません", GET_AGAIN))
    if faults:
        raise TableError(faults)
    index = pd.Index(codes, name="code", dtype="str")
    return pd.DataFrame(values, index=index, dtype=float).sort_index(), labels, groups


def _header(sheet: Sheet) -> int:
    """Find the row whose cells, from the third on, name municipalities or prefectures."""
    for at in range(min(HEADER_SEARCH, len(sheet.rows))):
        named = [_cells.text(cell) for cell in sheet.rows[at][FIRST_VALUE:] if _cells.text(cell)]
        places = sum(text.endswith(PLACE_ENDS) for text in named)
        if len(named) >= 2 and places > 0.9 * len(named):
            return at
    problem = "市区町村名（都道府県名）が横に並んだ行が見つかりません"
    raise TableError(
        [
            Fault(
                problem,
                "デジタル庁「自治体DXダッシュボード」のCSVか確かめてください",
                file=sheet.file,
                sheet=sheet.name,
            )
        ]
    )


def _codes(sheet: Sheet, header: int) -> tuple[list[str], list[Fault]]:
    """Give the code of each column, from its name and, for repeated names, its place in code order."""
    named = [_cells.text(cell) for cell in sheet.rows[header][FIRST_VALUE:]]
    while named and not named[-1]:
        named.pop()
    meant = [_candidates(name) for name in named]
    codes = _between_neighbours(meant)
    faults = [
        _head_fault(sheet, header, position, name, UNKNOWN if not places else UNPLACED)
        for position, (name, places, code) in enumerate(zip(named, meant, codes, strict=True))
        if code is None
    ]
    seen: set[str] = set()
    for position, (name, code) in enumerate(zip(named, codes, strict=True)):
        if code is not None and code in seen:
            faults.append(
                _head_fault(sheet, header, position, name, "同じ市区町村の列が2つあります")
            )
        seen.add(code or "")
    return [code or "" for code in codes], faults


def _head_fault(sheet: Sheet, header: int, position: int, name: str, problem: str) -> Fault:
    column = f"{get_column_letter(position + FIRST_VALUE + 1)}列"
    return sheet.fault(
        problem,
        "市区町村名の行を元のファイルと比べてください",
        at=header,
        column=column,
        value=name,
    )


@lru_cache(maxsize=1)
def _places() -> dict[str, list[str]]:
    """Give the codes that each name can mean: prefectures, and municipalities without the wards of designated cities."""
    found: dict[str, list[str]] = {
        place.prefecture: [place.code[:2] + "000"] for place in _place_names.all_municipalities()
    }
    for place in _place_names.all_municipalities():
        if not place.parent:
            found.setdefault(_place_names.plain(place.name), []).append(place.code)
    return found


def _candidates(name: str) -> list[str]:
    """Give the codes that a column's name can mean."""
    if found := _places().get(_place_names.plain(name)):
        return found
    try:
        return [_place_names.resolve_municipality(name, prefecture=None)] if name else []
    except PlaceNameError:
        return []


def _between_neighbours(meant: Sequence[Sequence[str]]) -> list[str | None]:
    """Choose of each list the one code between the sure codes before and after it; in no order, nothing can be chosen."""
    sure = [codes[0] if len(codes) == 1 else None for codes in meant]
    known = [code for code in sure if code]
    if any(before > after for before, after in pairwise(known)):
        return sure
    chosen: list[str | None] = []
    after: list[str] = []
    following = "99999"
    for code in reversed(sure):
        after.append(following)
        following = code or following
    before = "00000"
    for codes, code, limit in zip(meant, sure, reversed(after), strict=True):
        fitting = [code] if code else [other for other in codes if before < other < limit]
        chosen.append(fitting[0] if len(fitting) == 1 else None)
        before = chosen[-1] or before
    return chosen


def _indicator_names() -> dict[str, str]:
    table = load("indicators_dashboard")
    return {
        _place_names.plain(label): indicator
        for label, indicator in zip(table["label"], table["indicator"], strict=True)
    }


def _row(sheet: Sheet, at: int, width: int, header: int) -> tuple[list[float | None], list[Fault]]:
    values: list[float | None] = []
    faults: list[Fault] = []
    for position in range(FIRST_VALUE, FIRST_VALUE + width):
        cell = sheet.cell(at, position)
        try:
            values.append(_answer(_cells.text(cell)))
        except ValueError:
            values.append(None)
            column = _cells.text(sheet.cell(header, position))
            remedy = "「実施」「未実施」「調査無し」、0〜100%の割合、0以上の数、空欄のどれかにしてください"
            faults.append(sheet.fault("読めない値です", remedy, at=at, column=column, value=cell))
    if extra := [cell for cell in sheet.rows[at][FIRST_VALUE + width :] if _cells.text(cell)]:
        faults.append(
            sheet.fault(
                "市区町村名のない列に値があります（列がずれています）",
                GET_AGAIN,
                at=at,
                value=extra[0],
            )
        )
    if len(sheet.rows[at]) < FIRST_VALUE + width:
        problem = f"列が足りない行です（{len(sheet.rows[at])}列、市区町村名は{FIRST_VALUE + width}列目まで）"
        faults.append(sheet.fault(problem, GET_AGAIN, at=at))
    return values, faults


def _answer(typed: str) -> float | None:
    if typed in ANSWERS:
        return ANSWERS[typed]
    value = _cells.number(typed)
    if value is not None and (value < 0 or (typed.endswith("%") and value > 1)):
        raise ValueError(typed)
    return value


def _label_faults(
    sheet: Sheet, at: int, label: str, column: str, values: dict[str, list[float | None]]
) -> list[Fault]:
    if not label:
        return [sheet.fault("指標名が空欄です", "2列目に指標名を入れてください", at=at)]
    if column in values:
        return [
            sheet.fault("同じ指標の行が2つあります", "どちらかを消してください", at=at, value=label)
        ]
    return []
