"""How many people live in each mesh cell, by e-Stat's census statistics?

A file covers one first-level mesh (or a prefecture): cp932, two header rows. Columns are found by
their labels, because their codes differ by table and year.
"""

import re
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from dxkit._checks import require_flag
from dxkit.errors import Fault, TableError, TableWarning
from dxkit.loaders import _zip
from dxkit.loaders._mesh_codes import find_centres, find_code_faults
from dxkit.loaders._mesh_municipalities import (
    find_cells_elsewhere,
    find_municipalities,
    list_mesh_remarks,
)
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import set_origin
from dxkit.loaders._other_prefecture import require_rows
from dxkit.loaders._raw import read_bytes, read_sheets, read_text_sheet
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._resolve_prefecture import resolve_prefecture
from dxkit.loaders._sheet import Sheet

TITLE = "総務省統計局「国勢調査 地域メッシュ統計」"
PEOPLE = re.compile(r"人口\(?総数\)?|総人口")
ELDERLY = re.compile(r"65歳以上人口(\(?総数\)?)?")
COUNT = re.compile(r"[0-9]{1,9}")
MESH_HEADS = ("KEY_CODE", "HTKSYORI", "HTKSAKI", "GASSAN")
# positions in a row: the cell's code, and the cell into which its details were merged
CODE_COLUMN = 0
MERGED_COLUMN = 2
MOST_HEADER_ROWS = 4
SUPPRESSED = "*"
# letters of a message that lists a file's columns
LISTED_LETTERS = 150


@accepts_open_file
def read_mesh_population(
    paths: str | Path | Iterable[str | Path],
    *,
    inside_only: bool = True,
    spread_suppressed: bool = False,
    prefecture: str | None = "",
) -> pd.DataFrame:
    r"""Read e-Stat's census population by mesh, as demand for `dxkit.drones`.

    Parameters
    ----------
    paths
        One file or several (a file covers one first-level mesh or a prefecture; a border cell that
        stands in two of them is read once): ``tblT001101H5334.txt``, the zip it comes in, or XLSX.
        Hyogo needs 5134, 5135, 5234, 5235, 5334 and 5335.
    inside_only
        Keep only cells in the prefecture (how many others there are, and their people, is said);
        with ``False`` cells elsewhere follow with ``code`` missing. A cell whose centre lies in no
        municipality (an islet) but nearest to one of the prefecture stays, with ``code`` missing.
    spread_suppressed
        Details of a suppressed cell stand, by the source's rule, in the cell it was merged into.
        With ``True`` the 65+ of such a group are spread over its cells in proportion to people (an
        estimate); with ``False`` they are missing in the suppressed cells, and the receiving cell
        holds those of the whole group.
    prefecture
        Name or JIS number, as for `load`: by default the room's, or else Hyogo; ``None``: any.

    Returns
    -------
    pandas.DataFrame
        One row a cell: ``place`` (mesh code), ``code`` (municipality by the cell's centre), ``lat,
        lon`` (centre), ``people, elderly, merged_into`` (the receiving cell of a suppressed one).
        ``.attrs``: ``source, file`` and ``kind`` (``published``, or ``estimated`` where the 65+ are
        spread).

    Raises
    ------
    TableError
        With every fault of all files, or if no cell lies in the prefecture.

    Warns
    -----
    TableWarning
        If cells were left out because they lie elsewhere, lie in no municipality, stand in two
        files, or if ages are missing.

    Notes
    -----
    The total is never suppressed. Replaces the allocated ``load("mesh_people")`` by one line.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "tblT001101H5234.txt"
    >>> heads = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T1,T2\n,,,,人口（総数）,65歳以上人口\n"
    >>> _ = path.write_text(heads + "523425054,0,,,120,30\n", encoding="cp932")
    >>> read_mesh_population(path)[["place", "code", "people", "elderly"]]
           place   code  people  elderly
    0  523425054  28201   120.0     30.0
    """
    for option, value in {
        "inside_only": inside_only,
        "spread_suppressed": spread_suppressed,
    }.items():
        require_flag(value, option)
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not listed:
        remedy = "地域メッシュ統計のファイルを指定してください"
        raise TableError.one("ファイルが1つも指定されていません", remedy)
    file = "、".join(path.name for path in listed)
    table = _read_all_files(listed)
    _require_one_level(table, file)
    if spread_suppressed:
        table["elderly"] = _spread_elderly(table)
    number = resolve_prefecture(prefecture)
    table.insert(1, "code", find_municipalities(table, number))
    border_cells = table.attrs.get("border_cells", 0)
    is_elsewhere = find_cells_elsewhere(table, number)
    outside = int(is_elsewhere.sum())
    remarks = list_mesh_remarks(table, is_elsewhere, number) if inside_only else []
    if inside_only:
        table = table[~is_elsewhere]
        require_rows(table, number or "", file)
    for remark in remarks:
        warnings.warn(str(Fault(remark, file=file)), TableWarning, stacklevel=3)
    table = table.sort_values("place").reset_index(drop=True)
    reading = {"border_cells": border_cells, "outside": outside, "remarks": remarks}
    kind = "estimated" if spread_suppressed else "published"
    set_origin(table, TITLE, file, kind=kind, reading=reading)
    return table


def _read_all_files(paths: Sequence[Path]) -> pd.DataFrame:
    """Read all files; faults of all of them come together."""
    frames: list[pd.DataFrame] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            frames += [_read_mesh_sheet(sheet) for sheet in _list_sheets(path)]
        except TableError as error:
            faults += error.faults
    if faults:
        raise TableError(faults)
    return _merge_border_cells(frames, "、".join(path.name for path in paths))


def _require_one_level(table: pd.DataFrame, file: str) -> None:
    """Refuse files of different levels, and cells that stand in two of them."""
    lengths = sorted(set(table["place"].str.len()))
    if len(lengths) > 1:
        digits = "桁と".join(map(str, lengths))
        problem = f"段階の違うメッシュが混ざっています（コードが{digits}桁）"
        remedy = "同じ統計表（例: 500 m の T001101）のファイルだけを指定してください"
        raise TableError.one(problem, remedy, file=file)
    # a border cell stands in the file of each prefecture
    repeated = table.loc[table["place"].duplicated(), "place"]
    if len(repeated):
        problem = f"同じメッシュが2回あり、値が違います（{len(repeated)}個）"
        remedy = "同じファイルを2度指定していないか、ファイルの行が重なっていないか確かめてください"
        raise TableError.one(problem, remedy, file=file, value=repeated.iloc[0])


def _merge_border_cells(frames: Sequence[pd.DataFrame], file: str) -> pd.DataFrame:
    """Join the tables of files, a cell that stands in several with the same figures once.

    Raises
    ------
    TableError
        If a file holds a cell twice, or two files are the same.
    """
    faults: list[Fault] = []
    keys = [tuple(sorted(frame["place"])) for frame in frames]
    doubled = [frame["place"][frame["place"].duplicated()] for frame in frames]
    inner = [place for places in doubled for place in places]
    if inner or len(set(keys)) < len(keys):
        problem = f"同じメッシュが2回あります（{len(inner) or len(keys[0])}個）"
        remedy = "同じファイルを2度指定していないか、ファイルの行が重なっていないか確かめてください"
        value = inner[0] if inner else frames[0]["place"].iloc[0]
        faults.append(Fault(problem, remedy, file=file, value=value))
        raise TableError(faults)
    table = pd.concat(frames, ignore_index=True)
    merged = table.drop_duplicates(ignore_index=True)
    if count := len(table) - len(merged):
        message = (
            f"{count:,}個のメッシュが複数のファイルに同じ値であるので、1度だけ読みました"
            "（都道府県の境のメッシュです）"
        )
        warnings.warn(str(Fault(message, file=file)), TableWarning, stacklevel=4)
    merged.attrs["border_cells"] = count
    return merged


def _list_sheets(path: Path) -> list[Sheet]:
    """List the text files of a path: itself, or the members of its zip."""
    content = read_bytes(path)
    if not content.startswith(_zip.START):
        return read_sheets(path)
    archive = _zip.open_zip(content, path.name)
    members = [member for member in archive.namelist() if member.lower().endswith((".txt", ".csv"))]
    if not members:
        problem = "圧縮ファイルの中に .txt がありません"
        remedy = "e-Statの地域メッシュ統計のzipを指定してください"
        raise TableError.one(problem, remedy, file=path.name)
    return [
        read_text_sheet(f"{path.name}/{member}", _zip.read_member(archive, member, path.name))
        for member in members
    ]


def _read_mesh_sheet(sheet: Sheet) -> pd.DataFrame:
    if not sheet.rows or sheet.texts[0][: len(MESH_HEADS)] != MESH_HEADS:
        problem = f"地域メッシュ統計の見出し（{'、'.join(MESH_HEADS)}）が1行目にありません"
        remedy = "e-Stat「地域メッシュ統計」の tblT….txt を指定してください"
        raise TableError([sheet.make_fault(problem, remedy)])
    first = _find_first_data_row(sheet)
    people = _find_labelled_column(sheet, PEOPLE, first)
    if people is None:
        raise TableError([_make_no_people_fault(sheet, first)])
    # the smallest cells and some tables have no ages
    elderly = _find_labelled_column(sheet, ELDERLY, first)
    data = [row for row in range(first, len(sheet.rows)) if not sheet.is_blank(row)]
    faults: list[Fault] = []
    rows = [_read_mesh_row(sheet, row, people, elderly, faults) for row in data]
    faults += find_code_faults(sheet, data)
    if not rows:
        faults.append(sheet.make_no_rows_fault(GET_AGAIN))
    if faults:
        raise TableError(sorted(faults, key=lambda fault: fault.row or 0))
    table = pd.DataFrame(rows, columns=["place", "people", "elderly", "merged_into"])
    table["elderly"] = table["elderly"].astype(float)
    _check_elderly(sheet, table, data)
    if elderly is None:
        message = "65歳以上人口の列がないので、elderly は不明（欠測）です"
        warnings.warn(str(Fault(message, file=sheet.file)), TableWarning, stacklevel=4)
    # a cell is taken for its centre
    lat, lon = find_centres(table["place"].to_numpy(str))
    table.insert(1, "lat", lat)
    table.insert(2, "lon", lon)
    return table


def _check_elderly(sheet: Sheet, table: pd.DataFrame, data: Sequence[int]) -> None:
    """Refuse cells with more people of 65 and over than people.

    A cell that others were merged into holds the details of all of them, so it may.
    """
    receives = table["place"].isin(set(table["merged_into"].dropna()))
    is_wrong = (table["elderly"] > table["people"]) & ~receives
    faults = [
        sheet.make_fault(
            f"65歳以上人口が人口（{table['people'].iloc[position]:,.0f}）より多くなっています",
            "元の統計表と比べて、直すか、ダウンロードし直してください",
            row=data[position],
            value=f"{table['elderly'].iloc[position]:,.0f}",
        )
        for position in map(int, is_wrong.to_numpy().nonzero()[0])
    ]
    if faults:
        raise TableError(faults)


def _find_first_data_row(sheet: Sheet) -> int:
    """Find the first row that begins with a code: one or two rows of labels stand above it."""
    for row in range(1, min(MOST_HEADER_ROWS, len(sheet.rows))):
        if sheet.find_text(row, CODE_COLUMN):
            return row
    return min(MOST_HEADER_ROWS, len(sheet.rows))


def _find_labelled_column(sheet: Sheet, pattern: re.Pattern[str], first: int) -> int | None:
    """Find the column whose label fits, in any of the rows above the data."""
    for row in range(1, first):
        for position, text in enumerate(sheet.texts[row]):
            if pattern.fullmatch(re.sub(r"\s", "", text)):
                return position
    return None


def _make_no_people_fault(sheet: Sheet, first: int) -> Fault:
    row = min(max(first - 1, 0), len(sheet.rows) - 1)
    listed = "、".join(text for text in sheet.texts[row] if text)
    problem = "人口の列（人口（総数））が見つかりません"
    return sheet.make_fault(problem, f"この表の列: {listed[:LISTED_LETTERS]}", row=row)


def _read_mesh_row(
    sheet: Sheet, row: int, people: int, elderly: int | None, faults: list[Fault]
) -> tuple[str, float | None, float | None, str | None]:
    """Read code, people, 65+ and receiving cell of a row; what is wrong is added to the faults."""
    texts = sheet.texts[row]
    if len(texts) <= max(people, elderly or 0):
        problem = (
            f"列が足りません（{len(texts)}列、見出しは{len(sheet.rows[0])}列）。"
            "行が途中で切れています"
        )
        faults.append(sheet.make_fault(problem, GET_AGAIN, row=row))
        return texts[CODE_COLUMN], None, None, None
    counts: list[float | None] = []
    for column, position in (("人口（総数）", people), ("65歳以上人口", elderly)):
        if position is None:
            counts.append(None)
            continue
        typed = texts[position]
        # only details are suppressed, never the total
        is_suppressed = typed == SUPPRESSED and position == elderly
        is_count = COUNT.fullmatch(typed) is not None
        if not is_suppressed and not is_count:
            problem = "人数ではありません（0以上の整数のはずです）"
            faults.append(sheet.make_fault(problem, GET_AGAIN, row=row, column=column, value=typed))
        counts.append(float(typed) if is_count else None)
    return texts[CODE_COLUMN], counts[0], counts[1], texts[MERGED_COLUMN] or None


def _spread_elderly(table: pd.DataFrame) -> "pd.Series[float]":
    """Spread the 65+ of a merged group over its cells in proportion to people."""
    group = table["merged_into"].fillna(table["place"])
    people = table.groupby(group)["people"].transform("sum")
    elderly = table.groupby(group)["elderly"].transform("sum")
    spread = elderly * table["people"] / people.where(people > 0)
    filled: pd.Series[float] = spread.fillna(table["elderly"])
    return filled
