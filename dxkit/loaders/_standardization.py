"""How far is each municipality with each of the 20 systems?

Reader for 総務省「標準準拠システムへの移行進捗」: the ministry's XLSX, or the JSON that third parties
make of it. Progress is the share of the 40 steps done, never "systems migrated": the steps are not
equal work, as the ministry itself warns.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, TableError, shorten
from dxkit.loaders import _cells
from dxkit.loaders._official_layout import find_official_sheet
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import set_origin
from dxkit.loaders._other_prefecture import require_rows
from dxkit.loaders._standardization_steps import read_steps
from dxkit.loaders._systems import (
    CHECK_NAME,
    UNKNOWN_SYSTEM,
    find_system,
    is_json,
    keep_prefecture,
    list_required_headings,
    list_systems,
    make_repeat_faults,
    name_element,
    read_body_codes,
    read_json_bodies,
    resolve_json_body,
)

TITLE = "総務省「標準準拠システムへの移行の進捗状況」"
REPEATED = "同じ市区町村（の同じ業務）が2回あります"
# letters of a system's name that stand in a message
NAME_LETTERS = 20

ProgressRow = tuple[str, str, float | None]


@accepts_open_file
def read_standardization(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    """Read the progress of the 20 systems.

    Parameters
    ----------
    path
        XLSX of 総務省 (one row a municipality, one column a system; or a sheet of the 40 steps of
        each municipality and system, of which the layout was only described: a row a pair with 40
        columns, or a row a step, in the words 完了済み・作業中・未着手・対象外), or JSON with
        ``municipalities`` holding ``prefecture, city, business_rates``. Of steps, the share done
        is that of 完了済み and 対象外, as the ministry counts.
    prefecture
        Prefecture to keep: its name or JIS number, as for `load`.

    Returns
    -------
    pandas.DataFrame
        One row a municipality × system: ``code, system, share_done`` (0–1; missing where the source
        is blank), systems under their name in the table ``systems``; and ``as_of`` where the sheet
        says its date, so that files of several months can stand in one table.
        ``.attrs``: ``source, file, as_of`` (if the sheet says it) and ``kind`` (``published`` for
        the ministry's workbook, ``derived`` for JSON).

    Raises
    ------
    TableError
        With every fault of the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "progress.json"
    >>> _ = path.write_text('{"municipalities": [{"prefecture": "兵庫県", "city": "姫路市",'
    ...                     ' "business_rates": {"住民基本台帳": 0.5}}]}', encoding="utf-8")
    >>> read_standardization(path).to_numpy().tolist()
    [['28201', '住民基本台帳', 0.5]]
    """
    table, kind, as_of = _read_json(path) if is_json(path) else _read_workbook(path)
    table = keep_prefecture(table, prefecture)
    if prefecture:
        require_rows(table, prefecture, Path(path).name)
    if as_of:
        table = table.assign(as_of=as_of)
    set_origin(table, TITLE, Path(path).name, kind=kind, as_of=as_of)
    return table


def _read_json(path: str | Path) -> tuple[pd.DataFrame, str, str]:
    """Read JSON; return the table, its kind, and no date."""
    file = Path(path).name
    rows: list[ProgressRow] = []
    faults: list[Fault] = []
    for number, body in enumerate(read_json_bodies(path, "business_rates", dict), start=1):
        code = resolve_json_body(body, file, number, faults)
        place = Fault("", file=file, column=name_element(number))
        for name, share in body["business_rates"].items():
            rows.append((code, *_read_share(name, share, place, faults)))
    return _make_table(rows, faults, file), "derived", ""


def _read_workbook(path: str | Path) -> tuple[pd.DataFrame, str, str]:
    """Read the ministry's workbook; return the table, its kind, and as of when it is."""
    if (steps := read_steps(path)) is not None:
        counted, official, as_of = steps
        shares = counted.itertuples(index=False, name=None)
        table = _make_table(shares, official.faults, official.sheet.file)
        return table, "published", as_of
    official = find_official_sheet(path, list_required_headings(), kind="総務省の標準化進捗の表")
    codes = read_body_codes(official)
    # columns beside the systems hold names, dates and averages
    systems = [
        (position, head)
        for position, head in enumerate(official.heads)
        if find_system(head) in list_systems()
    ]
    rows: list[ProgressRow] = []
    for row, code in zip(official.data, codes, strict=True):
        for position, head in systems:
            place = official.sheet.make_fault("", row=row, column=head)
            # shares are typed as 0.75, 75% or ７５％
            share = official.sheet.find_text(row, position)
            rows.append((code or "", *_read_share(head, share, place, official.faults)))
    table = _make_table(rows, official.faults, official.sheet.file)
    return table, "published", official.find_date()


def _read_share(
    name: str, share: object, place: Fault, faults: list[Fault]
) -> tuple[str, float | None]:
    """Read system and share of one cell of the progress table; ``place`` says where it stands."""
    system = find_system(name)
    if not system:
        faults.append(replace(place, problem=UNKNOWN_SYSTEM, remedy=CHECK_NAME, value=name))
    try:
        done = _cells.to_number(share, _cells.to_text(share))
    except ValueError:
        # a word in the place of a share is told like a share out of range
        done = -1.0
    if done is not None and not 0 <= done <= 1:
        problem = f"「{shorten(name, NAME_LETTERS)}」の進捗率ではありません"
        remedy = "0〜1（0〜100%）の割合にしてください"
        faults.append(replace(place, problem=problem, remedy=remedy, value=share))
    return system, done


def _make_table(rows: Iterable[ProgressRow], faults: list[Fault], file: str) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "system", "share_done"])
    table = table.astype({"share_done": float})
    faults += make_repeat_faults(table, REPEATED, file)
    if faults:
        raise TableError(faults)
    # systems in the official order, not in that of their names
    order = {system: position for position, system in enumerate(list_systems())}
    return table.sort_values(
        ["code", "system"],
        key=lambda column: column.map(order) if column.name == "system" else column,
    )
