"""How many people live in each mesh cell, by e-Stat's census statistics?

A file covers one first-level mesh (or a prefecture): cp932, two header rows. Columns are found by
their labels, because their codes differ by table and year.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from dxkit.codes import mesh_box
from dxkit.errors import CodeError, Fault, TableError
from dxkit.loaders import _zip
from dxkit.loaders._load import load
from dxkit.loaders._origin import set_origin
from dxkit.loaders._raw import read_bytes, read_sheets, read_text_sheet
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._shipped_table import DATUM

TITLE = "総務省統計局「国勢調査 地域メッシュ統計」"
PEOPLE = re.compile(r"人口\(?総数\)?|総人口")
ELDERLY = re.compile(r"65歳以上人口(\(?総数\)?)?")
COUNT = re.compile(r"[0-9]{1,9}")
MESH_HEADS = ("KEY_CODE", "HTKSYORI", "HTKSAKI", "GASSAN")
# positions in a row: the cell's code, and the cell into which its details were merged
CODE_COLUMN = 0
MERGED_COLUMN = 2
LABEL_ROW = 1
FIRST_DATA_ROW = 2
SUPPRESSED = "*"
# letters of a message that lists a file's columns
LISTED_LETTERS = 150
# a cell on the coast whose centre lies in the sea belongs to the nearest municipality within half
# a kilometre
COAST_M = 500
# JGD2011 / plane rectangular zone V (兵庫県)
METRES = "EPSG:6673"


def read_mesh_population(
    paths: str | Path | Iterable[str | Path],
    *,
    inside_only: bool = True,
    spread_suppressed: bool = False,
) -> pd.DataFrame:
    r"""Read e-Stat's census population by mesh, as demand for `dxkit.drones`.

    Parameters
    ----------
    paths
        One file or several (a file covers one first-level mesh): ``tblT001101H5334.txt`` or the zip
        it comes in. Hyogo needs 5134, 5135, 5234, 5235, 5334 and 5335.
    inside_only
        Keep only cells in Hyogo; with ``False`` cells elsewhere follow with ``code`` missing.
    spread_suppressed
        Details of a suppressed cell stand, by the source's rule, in the cell it was merged into.
        With ``True`` the 65+ of such a group are spread over its cells in proportion to people (an
        estimate); with ``False`` they are missing in the suppressed cells, and the receiving cell
        holds those of the whole group.

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
        With every fault of all files.

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
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not listed:
        remedy = "地域メッシュ統計のファイルを指定してください"
        raise TableError.one("ファイルが1つも指定されていません", remedy)
    file = "、".join(path.name for path in listed)
    table = _read_all_files(listed)
    _require_one_level(table, file)
    if spread_suppressed:
        table["elderly"] = _spread_elderly(table)
    table.insert(1, "code", _find_municipalities(table))
    if inside_only:
        table = table[table["code"].notna()]
    table = table.sort_values("place").reset_index(drop=True)
    set_origin(table, TITLE, file, kind="estimated" if spread_suppressed else "published")
    return table


def _read_all_files(paths: Iterable[Path]) -> pd.DataFrame:
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
    return pd.concat(frames, ignore_index=True)


def _require_one_level(table: pd.DataFrame, file: str) -> None:
    """Refuse files of different levels, and cells that stand in two of them."""
    lengths = sorted(set(table["place"].str.len()))
    if len(lengths) > 1:
        digits = "桁と".join(map(str, lengths))
        problem = f"段階の違うメッシュが混ざっています（コードが{digits}桁）"
        remedy = "同じ統計表（例: 500 m の T001101）のファイルだけを指定してください"
        raise TableError.one(problem, remedy, file=file)
    repeated = table.loc[table["place"].duplicated(), "place"]
    if len(repeated):
        problem = f"同じメッシュが2回あります（{len(repeated)}個）"
        remedy = "同じファイルを2度指定していないか、ファイルの行が重なっていないか確かめてください"
        raise TableError.one(problem, remedy, file=file, value=repeated.iloc[0])


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
    if len(sheet.rows) < FIRST_DATA_ROW or sheet.texts[0][: len(MESH_HEADS)] != MESH_HEADS:
        problem = f"地域メッシュ統計の見出し（{'、'.join(MESH_HEADS)}）が1行目にありません"
        remedy = "e-Stat「地域メッシュ統計」の tblT….txt を指定してください"
        raise TableError([sheet.make_fault(problem, remedy)])
    people = _find_labelled_column(sheet, PEOPLE)
    elderly = _find_labelled_column(sheet, ELDERLY)
    data = [row for row in range(FIRST_DATA_ROW, len(sheet.rows)) if not sheet.is_blank(row)]
    faults: list[Fault] = []
    rows = [_read_mesh_row(sheet, row, people, elderly, faults) for row in data]
    faults += _find_code_faults(sheet, data)
    if not rows:
        faults.append(sheet.make_no_rows_fault(GET_AGAIN))
    if faults:
        raise TableError(sorted(faults, key=lambda fault: fault.row or 0))
    table = pd.DataFrame(rows, columns=["place", "people", "elderly", "merged_into"])
    # a cell is taken for its centre
    box = mesh_box(table["place"].to_numpy(str))
    table.insert(1, "lat", (np.asarray(box.south) + np.asarray(box.north)) / 2)
    table.insert(2, "lon", (np.asarray(box.west) + np.asarray(box.east)) / 2)
    return table


def _find_labelled_column(sheet: Sheet, pattern: re.Pattern[str]) -> int:
    labels = [re.sub(r"\s", "", text) for text in sheet.texts[LABEL_ROW]]
    for position, label in enumerate(labels):
        if pattern.fullmatch(label):
            return position
    listed = "、".join(label for label in labels if label)
    problem = "人口の列（人口（総数）・65歳以上人口）が見つかりません"
    remedy = f"この表の列: {listed[:LISTED_LETTERS]}"
    raise TableError([sheet.make_fault(problem, remedy, row=LABEL_ROW)])


def _read_mesh_row(
    sheet: Sheet, row: int, people: int, elderly: int, faults: list[Fault]
) -> tuple[str, float | None, float | None, str | None]:
    """Read code, people, 65+ and receiving cell of a row; what is wrong is added to the faults."""
    texts = sheet.texts[row]
    if len(texts) <= max(people, elderly):
        problem = (
            f"列が足りません（{len(texts)}列、見出しは{len(sheet.rows[0])}列）。"
            "行が途中で切れています"
        )
        faults.append(sheet.make_fault(problem, GET_AGAIN, row=row))
        return texts[CODE_COLUMN], None, None, None
    counts: list[float | None] = []
    for column, position in (("人口（総数）", people), ("65歳以上人口", elderly)):
        typed = texts[position]
        # only details are suppressed, never the total
        is_suppressed = typed == SUPPRESSED and position == elderly
        is_count = COUNT.fullmatch(typed) is not None
        if not is_suppressed and not is_count:
            problem = "人数ではありません（0以上の整数のはずです）"
            faults.append(sheet.make_fault(problem, GET_AGAIN, row=row, column=column, value=typed))
        counts.append(float(typed) if is_count else None)
    return texts[CODE_COLUMN], counts[0], counts[1], texts[MERGED_COLUMN] or None


def _find_code_faults(sheet: Sheet, data: Sequence[int]) -> list[Fault]:
    """Find mesh codes that are none or of another level than the first."""
    codes = [sheet.find_text(row, CODE_COLUMN) for row in data]
    # all together first, because that is quick
    try:
        mesh_box(np.array(codes, dtype=str))
    except CodeError:
        pass
    else:
        return []
    faults = []
    for row, code in zip(data, codes, strict=True):
        try:
            # a code of another length is told as one that does not fit the first
            mesh_box(np.array([codes[0], code] if len(code) != len(codes[0]) else [code]))
        except CodeError as error:
            problem = str(error).removesuffix("。")
            faults.append(
                sheet.make_fault(problem, GET_AGAIN, row=row, column=MESH_HEADS[0], value=code)
            )
    return faults


def _spread_elderly(table: pd.DataFrame) -> "pd.Series[float]":
    """Spread the 65+ of a merged group over its cells in proportion to people."""
    group = table["merged_into"].fillna(table["place"])
    people = table.groupby(group)["people"].transform("sum")
    elderly = table.groupby(group)["elderly"].transform("sum")
    spread = elderly * table["people"] / people.where(people > 0)
    filled: pd.Series[float] = spread.fillna(table["elderly"])
    return filled


def _find_municipalities(table: pd.DataFrame) -> "pd.Series[str]":
    """Find the municipality in which a cell's centre lies, or the nearest within `COAST_M`."""
    centres = gpd.points_from_xy(table["lon"], table["lat"], crs=DATUM)
    points = gpd.GeoDataFrame(geometry=centres, index=table.index).to_crs(METRES)
    shapes = gpd.GeoDataFrame(load("boundaries")[["code", "geometry"]]).to_crs(METRES)
    nearest = gpd.sjoin_nearest(points, shapes, max_distance=COAST_M)
    # a centre on a border has two nearest shapes
    first: pd.Series[str] = nearest["code"].groupby(level=0).first().reindex(table.index)
    return first
