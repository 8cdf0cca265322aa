"""Which systems were given five more years, and where?

Reader for デジタル庁「特定移行支援システムの該当見込み一覧」: the agency's XLSX, or the JSON that third
parties make of it. A body that is not listed expects no 特定移行支援システム.
"""

from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, TableError
from dxkit.loaders._official_layout import find_official_sheet
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import set_origin
from dxkit.loaders._systems import (
    CHECK_NAME,
    UNKNOWN_SYSTEM,
    find_system,
    is_json,
    keep_prefecture,
    list_required_headings,
    make_repeat_faults,
    name_element,
    read_body_codes,
    read_json_bodies,
    resolve_json_body,
)

TITLE = "デジタル庁「特定移行支援システムの該当見込み一覧」"
REPEATED = "同じ団体の同じ業務が2回あります"


@accepts_open_file
def read_extensions(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    """Read which systems are expected to become 特定移行支援システム.

    Parameters
    ----------
    path
        XLSX of デジタル庁 (sheet 結果一覧, marks ●), or JSON with ``municipalities`` holding ``code,
        applicable_businesses``.
    prefecture
        Prefecture to keep: its name or JIS number, as for `load`.

    Returns
    -------
    pandas.DataFrame
        One row a body × system that is expected to apply: ``code, system``; 共通機能 beside the 20
        systems. Bodies that do not appear expect none. ``.attrs``: ``source, file, as_of`` (if the
        sheet says it) and ``kind`` (``published`` for the agency's workbook, ``derived`` for JSON).

    Raises
    ------
    TableError
        With every fault of the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "extensions.json"
    >>> _ = path.write_text('{"municipalities": [{"code": "28201",'
    ...                     ' "applicable_businesses": ["住民基本台帳"]}]}', encoding="utf-8")
    >>> read_extensions(path).to_numpy().tolist()
    [['28201', '住民基本台帳']]
    """
    table, kind, as_of = _read_json(path) if is_json(path) else _read_workbook(path)
    table = keep_prefecture(table, prefecture)
    set_origin(table, TITLE, Path(path).name, kind=kind, as_of=as_of)
    return table


def _read_json(path: str | Path) -> tuple[pd.DataFrame, str, str]:
    """Read JSON; return the table, its kind, and no date."""
    file = Path(path).name
    rows: list[tuple[str, str]] = []
    faults: list[Fault] = []
    for number, body in enumerate(read_json_bodies(path, "applicable_businesses", list), start=1):
        code = resolve_json_body(body, file, number, faults)
        for name in body["applicable_businesses"]:
            system = find_system(name)
            if not system:
                where = name_element(number)
                fault = Fault(UNKNOWN_SYSTEM, CHECK_NAME, file=file, column=where, value=name)
                faults.append(fault)
            # faults are raised together below: an unknown name keeps its place until then
            rows.append((code, system))
    return _make_table(rows, faults, file), "derived", ""


def _read_workbook(path: str | Path) -> tuple[pd.DataFrame, str, str]:
    """Read the agency's workbook; return the table, its kind, and as of when it is."""
    kind = "デジタル庁の特定移行支援システムの一覧"
    official = find_official_sheet(path, list_required_headings(), kind=kind)
    codes = read_body_codes(official)
    rows: list[tuple[str, str]] = []
    # columns beside the systems (remarks, totals) mean none
    for head in official.heads:
        if system := find_system(head):
            flags = official.read_flags(head)
            marked = (code or "" for code, flag in zip(codes, flags, strict=True) if flag)
            rows += [(code, system) for code in marked]
    table = _make_table(rows, official.faults, official.sheet.file)
    return table, "published", official.find_date()


def _make_table(rows: list[tuple[str, str]], faults: list[Fault], file: str) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "system"], dtype="str")
    faults += make_repeat_faults(table, REPEATED, file)
    if faults:
        raise TableError(faults)
    return table.sort_values("code", kind="stable")
