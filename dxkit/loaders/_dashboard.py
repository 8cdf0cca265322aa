"""What does the Digital Agency's dashboard say of each municipality?

Readers for 自治体DXダッシュボード CSV: indicators (or procedures) are rows, municipalities are
columns without codes, in code order. 25 names repeat nationwide, so a repeated name is placed
between its neighbours' codes. A blank means "not carried out or not reported" and is missing, never
0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, PlaceNameError, TableError
from dxkit.loaders import _cells
from dxkit.loaders._load import load
from dxkit.loaders._municipalities import PREFECTURE_ENDING, all_municipalities
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import set_origin
from dxkit.loaders._other_prefecture import require_rows
from dxkit.loaders._place_names import to_plain_name
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._resolve_municipality import resolve_municipality
from dxkit.loaders._sheet import Sheet, name_column

TITLE = "デジタル庁「自治体DXダッシュボード」"
ANSWERS = {"実施": 1.0, "未実施": 0.0}
# positions: group, label, then one column a municipality
LABEL_COLUMN = 1
FIRST_VALUE = 2
HEADER_SEARCH = 10
# a header row has at least so many places, and hardly anything else
LEAST_PLACES = 2
PLACE_SHARE = 0.9
# the publisher's files have all prefectures or all municipalities
LEAST_PUBLISHED_PLACES = 47
PLACE_ENDS = ("市", "区", "町", "村", "都", "道", "府", "県")
UNKNOWN = "市区町村名が分かりません"
UNPLACED = "同じ名前の市区町村がほかにもあり、並び順（団体コード順）からも決められません"
REPEATED = "同じ市区町村の列が2つあります"
# before and after all codes
LOWEST_CODE = "00000"
HIGHEST_CODE = "99999"


@accepts_open_file
def read_dashboard(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    r"""Read a CSV of デジタル庁「自治体DXダッシュボード」.

    Parameters
    ----------
    path
        市区町村比較 (15 indicators), 行政手続のオンライン申請率 (52 procedures), or the prefectures'
        files of the same form.
    prefecture
        Prefecture to keep (name or JIS number); by default all 1,741 municipalities.

    Returns
    -------
    pandas.DataFrame
        One row a municipality (index ``code``; prefectures as ``28000``), one column an indicator:
        its name in the table ``indicators_dashboard`` if it stands there, else its official
        heading. 実施 is 1, 未実施 0, 74% 0.74; blanks and 調査無し are missing. ``.attrs["labels"]``
        gives the official heading of each column, ``.attrs["groups"]`` the heading of its group;
        ``source, kind, file``.

    Raises
    ------
    TableError
        With every fault of the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "dashboard.csv"
    >>> _ = path.write_text("区分,指標,神戸市,姫路市\n体制,CIOの任命,実施,未実施\n", encoding="utf-8")
    >>> read_dashboard(path).to_dict()
    {'chief_officer': {'28100': 1.0, '28201': 0.0}}
    """
    sheet = _find_filled_sheet(path)
    header = _find_header(sheet)
    codes, faults = _read_codes(sheet, header)
    indicators = _read_indicators(sheet, header, len(codes))
    faults = [*sheet.faults, *faults, *indicators.faults]
    if not indicators.figures:
        faults.append(sheet.make_fault("見出しだけで、指標の行がありません", GET_AGAIN))
    if faults:
        raise TableError(faults)
    index = pd.Index(codes, name="code", dtype="str")
    table = pd.DataFrame(indicators.figures, index=index, dtype=float).sort_index()
    if prefecture:
        table = table[table.index.str.startswith(prefecture)]
        require_rows(table, prefecture, sheet.file)
    set_origin(table, TITLE, sheet.file, labels=indicators.labels, groups=indicators.groups)
    return table


@dataclass(slots=True)
class _Indicators:
    """The rows of a dashboard: by column name the figures, the official label and the group."""

    figures: dict[str, list[float | None]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def _find_filled_sheet(path: str | Path) -> Sheet:
    """Find the first sheet that holds anything."""
    sheets = [sheet for sheet in read_sheets(path) if sheet.rows]
    if not sheets:
        raise TableError.one("シートに何も書かれていません", GET_AGAIN, file=Path(path).name)
    return sheets[0]


def _read_indicators(sheet: Sheet, header: int, count: int) -> _Indicators:
    """Read the rows of indicators, ``count`` municipalities each."""
    names = _map_indicator_labels()
    indicators = _Indicators()
    for row in range(header + 1, len(sheet.rows)):
        label = str(sheet.find_cell(row, LABEL_COLUMN)).strip()
        if sheet.is_blank(row) or (not label and sheet.is_note(row)):
            continue
        # an indicator that the project does not know keeps its official heading
        column = names.get(to_plain_name(label), label)
        values, faults = _read_row(sheet, row, count, header)
        indicators.faults += faults
        if not label:
            remedy = "2列目に指標名を入れてください"
            indicators.faults.append(sheet.make_fault("指標名が空欄です", remedy, row=row))
        elif column in indicators.figures:
            remedy = "どちらかを消してください"
            problem = "同じ指標の行が2つあります"
            indicators.faults.append(sheet.make_fault(problem, remedy, row=row, value=label))
        # a repeated indicator is a fault already: which of them is kept does not matter
        indicators.figures[column] = values
        indicators.labels[column] = label
        indicators.groups[column] = sheet.find_text(row, 0)
    return indicators


def _find_header(sheet: Sheet) -> int:
    """Find the row whose cells, from the third on, name municipalities or prefectures."""
    for row in range(min(HEADER_SEARCH, len(sheet.rows))):
        names = [text for text in sheet.texts[row][FIRST_VALUE:] if text]
        place_count = sum(name.endswith(PLACE_ENDS) for name in names)
        if len(names) >= LEAST_PLACES and place_count > PLACE_SHARE * len(names):
            return row
    problem = "市区町村名（都道府県名）が横に並んだ行が見つかりません"
    remedy = "デジタル庁「自治体DXダッシュボード」のCSVか確かめてください"
    raise TableError([sheet.make_fault(problem, remedy)])


def is_dashboard(sheet: Sheet, row: int) -> bool:
    """Check for the publisher's form: two columns of labels, and hundreds of places in a row."""
    names = [text for text in sheet.texts[row][FIRST_VALUE:] if text]
    place_count = sum(name.endswith(PLACE_ENDS) for name in names)
    is_wide = len(names) >= LEAST_PUBLISHED_PLACES and place_count > PLACE_SHARE * len(names)
    return is_wide and not _list_candidates(sheet.find_text(row, LABEL_COLUMN))


def _read_codes(sheet: Sheet, header: int) -> tuple[list[str], list[Fault]]:
    """Read the code of each column, from its name and, for repeated names, its place in order."""
    names = list(sheet.texts[header][FIRST_VALUE:])
    # commas at the end of the line are no columns
    while names and not names[-1]:
        names.pop()
    candidates = [_list_candidates(name) for name in names]
    codes = _choose_by_order(candidates)
    faults = [
        _make_head_fault(sheet, header, position, name, UNPLACED if places else UNKNOWN)
        for position, (name, places, code) in enumerate(zip(names, candidates, codes, strict=True))
        if code is None
    ]
    faults += _find_repeat_faults(sheet, header, names, codes)
    return [code or "" for code in codes], faults


def _find_repeat_faults(
    sheet: Sheet, header: int, names: Sequence[str], codes: Sequence[str | None]
) -> Iterator[Fault]:
    """Find columns that name the same municipality again."""
    read: set[str] = set()
    for position, (name, code) in enumerate(zip(names, codes, strict=True)):
        if code is not None and code in read:
            yield _make_head_fault(sheet, header, position, name, REPEATED)
        read.add(code or "")


def _make_head_fault(sheet: Sheet, header: int, position: int, name: str, problem: str) -> Fault:
    column = name_column(position + FIRST_VALUE)
    remedy = "市区町村名の行を元のファイルと比べてください"
    return sheet.make_fault(problem, remedy, row=header, column=column, value=name)


@lru_cache(maxsize=1)
def _map_codes() -> dict[str, list[str]]:
    """Map each name to the codes that it can mean, of prefectures and municipalities."""
    codes: dict[str, list[str]] = {
        place.prefecture: [place.code[:2] + PREFECTURE_ENDING] for place in all_municipalities()
    }
    for place in all_municipalities():
        # wards of designated cities have no column of their own
        if not place.parent:
            codes.setdefault(to_plain_name(place.name), []).append(place.code)
    return codes


def _list_candidates(name: str) -> list[str]:
    """List the codes that a column's name can mean."""
    if codes := _map_codes().get(to_plain_name(name)):
        return codes
    try:
        return [resolve_municipality(name, prefecture=None)] if name else []
    except PlaceNameError:
        return []


def _choose_by_order(candidates: Sequence[Sequence[str]]) -> list[str | None]:
    """Choose of each list the one code between the sure codes before and after it.

    In no order, nothing can be chosen.
    """
    sure = [codes[0] if len(codes) == 1 else None for codes in candidates]
    if any(before > after for before, after in pairwise(filter(None, sure))):
        return sure
    # the next sure code behind each column
    limits: list[str] = []
    limit = HIGHEST_CODE
    for code in reversed(sure):
        limits.append(limit)
        limit = code or limit
    choices: list[str | None] = []
    before = LOWEST_CODE
    for codes, code, after in zip(candidates, sure, reversed(limits), strict=True):
        fitting = [code] if code else [option for option in codes if before < option < after]
        choices.append(fitting[0] if len(fitting) == 1 else None)
        before = choices[-1] or before
    return choices


def _map_indicator_labels() -> dict[str, str]:
    table = load("indicators_dashboard")
    return {
        to_plain_name(label): indicator
        for label, indicator in zip(table["label"], table["indicator"], strict=True)
    }


def _read_row(
    sheet: Sheet, row: int, count: int, header: int
) -> tuple[list[float | None], list[Fault]]:
    """Read an indicator's value of each municipality."""
    values: list[float | None] = []
    faults: list[Fault] = []
    end = FIRST_VALUE + count
    for position in range(FIRST_VALUE, end):
        try:
            values.append(_parse_answer(sheet.find_text(row, position)))
        except ValueError:
            values.append(None)
            remedy = (
                "「実施」「未実施」「調査無し」、0〜100%の割合、"
                "0以上の数、空欄のどれかにしてください"
            )
            fault = sheet.make_fault(
                "読めない値です",
                remedy,
                row=row,
                column=sheet.find_text(header, position),
                value=sheet.find_cell(row, position),
            )
            faults.append(fault)
    # a value behind the last municipality, or a row that ends before it, is shifted
    surplus = [
        position for position in range(end, len(sheet.rows[row])) if sheet.texts[row][position]
    ]
    if surplus:
        problem = "市区町村名のない列に値があります（列がずれています）"
        value = sheet.rows[row][surplus[0]]
        faults.append(sheet.make_fault(problem, GET_AGAIN, row=row, value=value))
    length = len(sheet.rows[row])
    if length < end:
        problem = f"列が足りない行です（{length}列、市区町村名は{end}列目まで）"
        faults.append(sheet.make_fault(problem, GET_AGAIN, row=row))
    return values, faults


def _parse_answer(text: str) -> float | None:
    if text in ANSWERS:
        return ANSWERS[text]
    # a share above 1 is a slip only where it is written in percent
    value = _cells.parse_number(text)
    if value is not None and (value < 0 or (text.endswith("%") and value > 1)):
        raise ValueError(text)
    return value
