"""How far is each municipality with each of the 20 systems, and which were given five more years?

Readers for 総務省「標準準拠システムへの移行進捗」 and デジタル庁「特定移行支援システムの該当見込み一覧」: the ministries' XLSX,
or the JSON that third parties make of them. Progress is the share of the 40 steps done, never "systems migrated": the steps are
not equal work, as the ministry itself warns. A body that is not listed expects no 特定移行支援システム.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit.errors import Fault, PlaceNameError, TableError, shorten
from dxkit.loaders import _cells, _place_names
from dxkit.loaders._catalog import load
from dxkit.loaders._encoding import GET_AGAIN
from dxkit.loaders._json import parse_json
from dxkit.loaders._official_layout import Columns, find_columns
from dxkit.loaders._raw import read_bytes

COMMON = "共通機能"
UNKNOWN_SYSTEM = "標準化対象の20業務にない業務名です"
NAME = ("市区町村名", "市区町村", "団体名", "自治体名", "地方公共団体名")
PREFECTURE = ("都道府県名", "都道府県")
CODE = ("団体コード", "市区町村コード", "地方公共団体コード", "コード")


def read_standardization(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    """Read the progress of the 20 systems.

    Parameters
    ----------
    path
        XLSX of 総務省 (one row a municipality, one column a system), or JSON with ``municipalities`` holding
        ``prefecture, city, business_rates``.
    prefecture
        Two-digit prefecture to keep.

    Returns
    -------
    pandas.DataFrame
        One row a municipality × system: ``code, system, share_done`` (0–1; missing where the source is blank), systems
        under their name in the table ``systems``.

    Raises
    ------
    TableError
        With every fault of the file.
    """
    table = _progress_json(path) if _is_json(path) else _progress_xlsx(path)
    return _kept(table, prefecture, Path(path).name)


def read_extensions(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    """Read which systems are expected to become 特定移行支援システム.

    Parameters
    ----------
    path
        XLSX of デジタル庁 (sheet 結果一覧, marks ●), or JSON with ``municipalities`` holding ``code, applicable_businesses``.
    prefecture
        Two-digit prefecture to keep.

    Returns
    -------
    pandas.DataFrame
        One row a body × system that is expected to apply: ``code, system``; 共通機能 beside the 20 systems. Bodies that do
        not appear expect none.

    Raises
    ------
    TableError
        With every fault of the file.
    """
    table = _extensions_json(path) if _is_json(path) else _extensions_xlsx(path)
    return _kept(table, prefecture, Path(path).name)


def system_names() -> dict[str, str]:
    """Give each spelling of a system's name → its name in the table ``systems``."""
    table = load("systems")
    spellings = [
        column for column in ("label", "progress_name", "extension_name") if column in table
    ]
    known = {
        _place_names.plain(row[column]): row["system"]
        for _, row in table.iterrows()
        for column in ["system", *spellings]
    }
    return known | {COMMON: COMMON}


def _kept(table: pd.DataFrame, prefecture: str | None, file: str) -> pd.DataFrame:
    kept = table[table["code"].str.startswith(prefecture)] if prefecture else table
    kept = kept.reset_index(drop=True)
    kept.attrs = {"file": file}
    return kept


def _is_json(path: str | Path) -> bool:
    return read_bytes(Path(path)).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")


def _bodies(path: str | Path, needed: str, kind: type) -> list[dict[str, Any]]:
    """Give the rows of a JSON file that has ``municipalities``, each with the key that is needed, of the kind that is needed."""
    file = Path(path).name
    content, _ = parse_json(read_bytes(Path(path)), file)
    rows = content.get("municipalities") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not rows:
        raise TableError.one("「municipalities」の一覧がありません", GET_AGAIN, file=file)
    faults = [
        Fault(
            f"「{needed}」がないか、形が違います", GET_AGAIN, file=file, column=_nth(at), value=row
        )
        for at, row in enumerate(rows, start=1)
        if not isinstance(row, dict) or not isinstance(row.get(needed), kind)
    ]
    if faults:
        raise TableError(faults)
    return rows


def _nth(at: int) -> str:
    """Name an element of a JSON list as a place."""
    return f"municipalities の{at}番目"


def _resolved(body: dict[str, Any], file: str, at: int, faults: list[Fault]) -> str:
    """Give the code of a body from its code, or from its prefecture and city."""
    typed, prefecture, city = (str(body.get(key) or "") for key in ("code", "prefecture", "city"))
    try:
        return _place_names.place_of(typed, prefecture + city, prefecture=None)
    except PlaceNameError as error:
        faults.append(
            Fault(
                error.problem,
                error.remedy,
                file=file,
                column=_nth(at),
                value=typed or prefecture + city,
            )
        )
        return ""


def _progress_json(path: str | Path) -> pd.DataFrame:
    file = Path(path).name
    known = system_names()
    rows: list[tuple[str, str, float | None]] = []
    faults: list[Fault] = []
    for at, body in enumerate(_bodies(path, "business_rates", dict), start=1):
        code = _resolved(body, file, at, faults)
        place = Fault("", file=file, column=_nth(at))
        rows += [
            (code, *_share(business, share, known, place, faults))
            for business, share in body["business_rates"].items()
        ]
    return _progress_table(rows, faults, file)


def _share(
    business: str, share: object, known: dict[str, str], place: Fault, faults: list[Fault]
) -> tuple[str, float | None]:
    """Check one cell of the progress table; ``place`` says where it stands."""
    system = known.get(_place_names.plain(business), "")
    if not system:
        faults.append(
            replace(
                place, problem=UNKNOWN_SYSTEM, remedy="業務名を確かめてください", value=business
            )
        )
    try:
        done = _cells.number(share)
    except ValueError:
        done = -1.0
    if done is not None and not 0 <= done <= 1:
        problem = f"「{shorten(business, 20)}」の進捗率ではありません"
        faults.append(
            replace(
                place, problem=problem, remedy="0〜1（0〜100%）の割合にしてください", value=share
            )
        )
    return system, done


def _progress_table(
    rows: Iterable[tuple[str, str, float | None]], faults: list[Fault], file: str
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "system", "share_done"]).astype(
        {"share_done": float}
    )
    twice = table[
        table.duplicated(["code", "system"]) & (table["code"] != "") & (table["system"] != "")
    ]
    problem = "同じ市区町村（の同じ業務）が2回あります"
    faults += [
        Fault(problem, "どちらかを消してください", file=file, value=code)
        for code in twice["code"].unique()
    ]
    if faults:
        raise TableError(faults)
    order = {system: position for position, system in enumerate(_twenty())}
    return table.sort_values(
        ["code", "system"],
        key=lambda column: column.map(order) if column.name == "system" else column,
    )


def _progress_xlsx(path: str | Path) -> pd.DataFrame:
    known = system_names()
    twenty = _twenty()
    columns = find_columns(path, [NAME, *map(_spellings, twenty)], kind="総務省の標準化進捗の表")
    places = _body_codes(columns)
    systems = [
        (position, head)
        for position, head in enumerate(columns.heads)
        if known.get(_place_names.plain(head)) in twenty
    ]
    rows: list[tuple[str, str, float | None]] = []
    for at, code in zip(columns.data, places, strict=True):
        for position, head in systems:
            place = columns.sheet.fault("", at=at, column=head)
            rows.append(
                (
                    code or "",
                    *_share(head, columns.cell(at, position), known, place, columns.faults),
                )
            )
    return _progress_table(rows, columns.faults, columns.sheet.file)


def _body_codes(columns: Columns) -> list[str | None]:
    """Leave out rows of totals and rows without a name, and give the code of each of the others."""
    named = columns.position(*NAME)
    columns.keep(
        [
            at
            for at in columns.data
            if (name := columns.cell(at, named)) and not _place_names.is_total(name)
        ]
    )
    if not columns.data:
        problem = "市区町村の行がありません"
        columns.faults.append(columns.sheet.fault(problem, GET_AGAIN, at=columns.header))
    return columns.municipalities(CODE, NAME, prefecture=None, pref=PREFECTURE)


def _twenty() -> list[str]:
    return list(load("systems")["system"])


def _spellings(system: str) -> list[str]:
    return [spelling for spelling, meant in system_names().items() if meant == system]


def _extensions_json(path: str | Path) -> pd.DataFrame:
    file = Path(path).name
    known = system_names()
    rows: list[tuple[str, str]] = []
    faults: list[Fault] = []
    for at, body in enumerate(_bodies(path, "applicable_businesses", list), start=1):
        code = _resolved(body, file, at, faults)
        for business in body["applicable_businesses"]:
            if _place_names.plain(business) not in known:
                fault = Fault(
                    UNKNOWN_SYSTEM,
                    "業務名を確かめてください",
                    file=file,
                    column=_nth(at),
                    value=business,
                )
                faults.append(fault)
            rows.append((code, known.get(_place_names.plain(business), "")))
    return _extensions_table(rows, faults, file)


def _extensions_xlsx(path: str | Path) -> pd.DataFrame:
    required = [NAME, *map(_spellings, _twenty())]
    columns = find_columns(path, required, kind="デジタル庁の特定移行支援システムの一覧")
    places = _body_codes(columns)
    known = system_names()
    rows: list[tuple[str, str]] = []
    for head in columns.heads:
        if system := known.get(_place_names.plain(head)):
            marked = columns.flags(head)
            rows += [
                (code or "", system) for code, mark in zip(places, marked, strict=True) if mark
            ]
    return _extensions_table(rows, columns.faults, columns.sheet.file)


def _extensions_table(rows: list[tuple[str, str]], faults: list[Fault], file: str) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "system"], dtype="str")
    twice = table[table.duplicated() & (table["code"] != "") & (table["system"] != "")]
    problem = "同じ団体の同じ業務が2回あります"
    faults += [
        Fault(problem, "どちらかを消してください", file=file, value=code)
        for code in twice["code"].unique()
    ]
    if faults:
        raise TableError(faults)
    return table.sort_values("code", kind="stable")
