"""How many of the 40 steps has each municipality done, when a workbook lists the steps themselves?

The ministry's dashboard counts a step that does not apply (対象外) as done: share = (完了 + 対象外) / 40.
The layout was read from other people's readers, not seen in a file: sheet 業務別ステップ別進捗一覧 with
都道府県名, 市区町村名, 業務名 and 40 columns of words, behind a sheet of prefectures; one row a step is
read, too.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, TableWarning
from dxkit.loaders._official_layout import HEADER_SEARCH, OfficialSheet
from dxkit.loaders._origin import find_date
from dxkit.loaders._place_names import to_plain_name
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._systems import (
    CHECK_NAME,
    CODE,
    NAME,
    PREFECTURE,
    UNKNOWN_SYSTEM,
    find_system,
    read_body_codes,
)

SYSTEM = (
    "業務", "業務名", "対象業務", "対象業務名", "標準化対象業務", "標準化対象事務", "対象事務", "システム",
    "システム名", "業務システム",
)  # fmt: skip
STEP = ("ステップ", "作業ステップ", "手順", "作業手順", "作業項目", "ステップ名", "手順名")
STATUS = ("状況", "進捗状況", "ステータス", "作業状況", "進捗", "状態")
STEP_COUNT = 40
DONE = frozenset(["完了済み", "完了済", "完了", "済", "対象外"])
OPEN = frozenset(["作業中", "実施中", "未着手", "未完了", "未実施", "着手"])
# of a column of words, so many are statuses; the others are slips
STATUS_SHARE = 0.8
# rows by which a column of steps is known
CONTENT_ROWS = 200
STATUS_REMEDY = "完了済み・作業中・未着手・対象外 のどれかにしてください"
STEP_REMEDY = "1つの市区町村・業務に40の作業ステップがある元のファイルか確かめてください"


def find_steps(sheets: Sequence[Sheet]) -> OfficialSheet | None:
    """Find the sheet that lists the steps of each municipality and system; None if none does."""
    for sheet in sheets:
        for row in range(min(HEADER_SEARCH, len(sheet.rows))):
            words = set(map(to_plain_name, sheet.texts[row]))
            if not (words & set(NAME) and words & set(SYSTEM)):
                continue
            official = OfficialSheet(sheet, row, sheet.texts[row])
            if official.data and _list_step_columns(official):
                return official
    return None


def read_steps(path: str | Path) -> tuple[pd.DataFrame, OfficialSheet, str] | None:
    """Read the share of steps done; None if no sheet of the file lists steps.

    Returns
    -------
    table : pandas.DataFrame
        ``code, system, share_done``; unsorted.
    official : OfficialSheet
        The sheet, with all faults.
    as_of : str
        As of when it is: by its own words, or by the name of another sheet.
    """
    sheets = read_sheets(path)
    official = find_steps(sheets)
    if official is None:
        return None
    as_of = official.find_date() or find_date(sheet.name for sheet in sheets)
    codes = read_body_codes(official)
    systems = _read_systems(official)
    columns = _list_step_columns(official)
    faults_before = len(official.faults)
    flags = [[_read_status(official, row, column) for column in columns] for row in official.data]
    if len(official.faults) > faults_before:
        return pd.DataFrame(columns=["code", "system", "share_done"]), official, as_of
    pairs = [(code or "", system) for code, system in zip(codes, systems, strict=True)]
    if official.find_position(*STEP) is not None:
        return _count_long(official, pairs, [row[0] for row in flags]), official, as_of
    return _count_wide(official, pairs, flags), official, as_of


def _list_step_columns(official: OfficialSheet) -> list[int]:
    """List the columns that hold the status of steps: one by its heading, or all of such words."""
    if official.find_position(*STEP) is not None:
        column = official.find_position(*STATUS)
        return [] if column is None else [column]
    naming = [official.find_position(*words) for words in (CODE, NAME, PREFECTURE, SYSTEM)]
    others = [
        position for position, head in enumerate(official.heads) if head and position not in naming
    ]
    columns = [position for position in others if _holds_statuses(official, position)]
    # where the 40 stand alone, a column of slips is one of them
    return others if columns and len(others) == STEP_COUNT else columns


def _holds_statuses(official: OfficialSheet, position: int) -> bool:
    rows = official.data[:CONTENT_ROWS]
    texts = [text for row in rows if (text := official.sheet.find_text(row, position))]
    hits = sum(text in DONE or text in OPEN for text in texts)
    return hits > 0 and hits >= STATUS_SHARE * len(texts)


def _read_systems(official: OfficialSheet) -> list[str]:
    position = official.find_position(*SYSTEM)
    systems = []
    for row in official.data:
        name = official.sheet.find_text(row, position)
        system = find_system(name)
        if not system:
            official.add_fault(UNKNOWN_SYSTEM, CHECK_NAME, row, position, name)
        systems.append(system)
    return systems


def _read_status(official: OfficialSheet, row: int, column: int) -> bool | None:
    """Read whether a step is done or does not apply; a blank says nothing."""
    text = official.sheet.find_text(row, column)
    if text in DONE:
        return True
    if text and text not in OPEN:
        official.add_fault("作業ステップの状況ではありません", STATUS_REMEDY, row, column, text)
    return False if text else None


def _count_wide(
    official: OfficialSheet,
    pairs: Sequence[tuple[str, str]],
    flags: Sequence[Sequence[bool | None]],
) -> pd.DataFrame:
    """Count the steps of one row a municipality and system."""
    width = len(flags[0]) if flags else 0
    if width != STEP_COUNT:
        problem = f"作業ステップの列が{width}あります（{STEP_COUNT}のはずです）"
        official.faults.append(official.sheet.make_fault(problem, STEP_REMEDY, row=official.header))
    shares = [None if None in row else sum(map(bool, row)) / STEP_COUNT for row in flags]
    _warn_of_blanks(official, shares)
    return _make_rows(pairs, shares)


def _count_long(
    official: OfficialSheet, pairs: Sequence[tuple[str, str]], flags: Sequence[bool | None]
) -> pd.DataFrame:
    """Count the steps of one row a municipality, system and step."""
    counts = Counter(pairs)
    step = official.find_position(*STEP)
    for pair, count in counts.items():
        if count != STEP_COUNT:
            row = official.data[pairs.index(pair)]
            problem = f"作業ステップが{count}あります（{STEP_COUNT}のはずです）"
            official.add_fault(problem, STEP_REMEDY, row, step, "・".join(pair))
    names = Counter(
        (pair, official.sheet.find_text(row, step))
        for pair, row in zip(pairs, official.data, strict=True)
    )
    for (pair, name), count in names.items():
        if count > 1:
            row = official.data[pairs.index(pair)]
            problem = f"同じ作業ステップが{count}回あります"
            official.add_fault(problem, STEP_REMEDY, row, step, name)
    done: dict[tuple[str, str], list[bool | None]] = {}
    for pair, flag in zip(pairs, flags, strict=True):
        done.setdefault(pair, []).append(flag)
    shares = [None if None in row else sum(map(bool, row)) / STEP_COUNT for row in done.values()]
    _warn_of_blanks(official, shares)
    return _make_rows(list(done), shares)


def _warn_of_blanks(official: OfficialSheet, shares: Sequence[float | None]) -> None:
    count = sum(share is None for share in shares)
    if count:
        problem = f"状況が空欄の作業ステップがあり、{count:,}組の進捗率は欠測として読みました"
        remark = str(Fault(problem, file=official.sheet.file, sheet=official.sheet.name))
        warnings.warn(remark, TableWarning, stacklevel=5)


def _make_rows(pairs: Sequence[tuple[str, str]], shares: Sequence[float | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": [code for code, _ in pairs],
            "system": [system for _, system in pairs],
            "share_done": pd.Series(list(shares), dtype=float),
        }
    )
