"""Which of the 20 systems does a heading mean, and which bodies does a list of them name?

Shared by the readers of the two ministries' lists, and of the JSON that third parties make of them.
"""

import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit.errors import Fault, PlaceNameError, TableError, TableWarning
from dxkit.loaders._json import parse_json
from dxkit.loaders._load import load
from dxkit.loaders._official_layout import OfficialSheet
from dxkit.loaders._place_names import is_total, to_plain_name
from dxkit.loaders._raw import read_bytes
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._resolve_municipality import resolve_row

# a system beside the 20, in the list of extensions only
COMMON = "共通機能"
UNKNOWN_SYSTEM = "標準化対象の20業務にない業務名です"
CHECK_NAME = "業務名を確かめてください"
# headings by which the columns go
NAME = ("市区町村名", "市区町村", "団体名", "自治体名", "地方公共団体名")
PREFECTURE = ("都道府県名", "都道府県")
CODE = ("団体コード", "市区町村コード", "地方公共団体コード", "コード")
# rows that a warning lists
LISTED_ROWS = 5
SPELLING_COLUMNS = ("system", "label", "progress_name", "extension_name")


@lru_cache(maxsize=1)
def list_systems() -> tuple[str, ...]:
    """List the 20 systems in the official order."""
    return tuple(load("systems")["system"])


@lru_cache(maxsize=1)
def map_system_names() -> Mapping[str, str]:
    """Map each spelling of a system's name to its name in the table ``systems``."""
    table = load("systems")
    # both ministries print the names a little differently
    names = {
        to_plain_name(row[column]): str(row["system"])
        for _, row in table.iterrows()
        for column in SPELLING_COLUMNS
        if column in table
    }
    return names | {COMMON: COMMON}


def find_system(name: str) -> str:
    """Find the system that a heading means; empty if it means none."""
    return map_system_names().get(to_plain_name(name), "")


def list_spellings(system: str) -> list[str]:
    """List the spellings of a system's name."""
    return [spelling for spelling, name in map_system_names().items() if name == system]


def is_json(path: str | Path) -> bool:
    """Check whether a file begins as JSON does."""
    head = read_bytes(Path(path)).lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    return head in (b"{", b"[")


def read_json_bodies(path: str | Path, needed: str, kind: type) -> list[dict[str, Any]]:
    """Read the rows of a JSON file that has ``municipalities``.

    Each row must have the key that is needed, with a value of the kind that is needed.
    """
    file = Path(path).name
    content, _ = parse_json(read_bytes(Path(path)), file)
    rows = content.get("municipalities") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not rows:
        raise TableError.one("「municipalities」の一覧がありません", GET_AGAIN, file=file)
    # files of the other kind have the same outline but lack this key
    problem = f"「{needed}」がないか、形が違います"
    faults = [
        Fault(problem, GET_AGAIN, file=file, column=name_element(number), value=row)
        for number, row in enumerate(rows, start=1)
        if not isinstance(row, dict) or not isinstance(row.get(needed), kind)
    ]
    if faults:
        raise TableError(faults)
    return rows


def name_element(number: int) -> str:
    """Name an element of the JSON list as a place in a message."""
    return f"municipalities の{number}番目"


def resolve_json_body(body: Mapping[str, Any], file: str, number: int, faults: list[Fault]) -> str:
    """Find the code of a body from its code, or from its prefecture and city."""
    code, prefecture, city = (str(body.get(key) or "") for key in ("code", "prefecture", "city"))
    name = prefecture + city
    try:
        return resolve_row(code, name, prefecture=None)
    except PlaceNameError as error:
        where = name_element(number)
        fault = Fault(error.problem, error.remedy, file=file, column=where, value=code or name)
        faults.append(fault)
        return ""


def read_body_codes(official: OfficialSheet) -> list[str | None]:
    """Leave out rows of totals and rows without a name, and read the code of each other row."""
    position = official.find_position(*NAME)
    _warn_of_nameless_rows(official, position)
    official.keep_rows(lambda row: _names_body(official.sheet.find_text(row, position)))
    if not official.data:
        problem = "市区町村の行がありません"
        official.faults.append(official.sheet.make_fault(problem, GET_AGAIN, row=official.header))
    return official.read_municipalities(CODE, NAME, prefecture=None, pref=PREFECTURE)


def _warn_of_nameless_rows(official: OfficialSheet, position: int | None) -> None:
    """Say which rows hold figures but name no municipality: they may be a prefecture's own."""
    sheet = official.sheet
    nameless = [
        row
        for row in official.data
        if not sheet.find_text(row, position) and not any(map(is_total, sheet.list_texts(row)))
    ]
    if nameless:
        listed = "、".join(f"{sheet.row_numbers[row]}行目" for row in nameless[:LISTED_ROWS])
        more = " など" if len(nameless) > LISTED_ROWS else ""
        problem = f"市区町村名のない行が{len(nameless):,}行あり、読みませんでした（{listed}{more}）"
        remark = str(Fault(problem, file=sheet.file, sheet=sheet.name))
        warnings.warn(remark, TableWarning, stacklevel=5)


def _names_body(name: str) -> bool:
    return bool(name) and not is_total(name)


def list_required_headings() -> list[Sequence[str]]:
    """List the headings that both ministries' workbooks must have: a name and the 20 systems."""
    return [NAME, *map(list_spellings, list_systems())]


def make_repeat_faults(table: pd.DataFrame, problem: str, file: str) -> list[Fault]:
    """Make the faults of rows that repeat code and system; unknown ones are told already."""
    # what could not be read is empty, and may be empty twice
    repeated = table[
        table.duplicated(["code", "system"]) & (table["code"] != "") & (table["system"] != "")
    ]
    return [
        Fault(problem, "どちらかを消してください", file=file, value=code)
        for code in repeated["code"].unique()
    ]


def keep_prefecture(table: pd.DataFrame, prefecture: str | None) -> pd.DataFrame:
    """Keep the rows of a prefecture; all if none is given."""
    if prefecture:
        table = table[table["code"].str.startswith(prefecture)]
    return table.reset_index(drop=True)
