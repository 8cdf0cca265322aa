"""How many people live in each mesh cell, by e-Stat's census statistics?

A file covers one first-level mesh (or a prefecture): cp932, two header rows. Columns are found by their labels, because
their codes differ by table and year.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from dxkit.codes import mesh_box
from dxkit.errors import CodeError, Fault, TableError
from dxkit.loaders import _cells, _zip
from dxkit.loaders._catalog import DATUM, load
from dxkit.loaders._encoding import GET_AGAIN
from dxkit.loaders._raw import read_bytes, read_sheets, text_sheet
from dxkit.loaders._sheet import Sheet

PEOPLE = re.compile(r"人口\(?総数\)?|総人口")
ELDERLY = re.compile(r"65歳以上人口(\(?総数\)?)?")
COUNT = re.compile(r"[0-9]{1,9}")
MESH_HEADS = ("KEY_CODE", "HTKSYORI", "HTKSAKI", "GASSAN")
SUPPRESSED = "*"
# a cell on the coast whose centre lies in the sea belongs to the nearest municipality within half a kilometre
COAST_M = 500
METRES = "EPSG:6673"


def read_mesh_population(
    paths: str | Path | Iterable[str | Path],
    *,
    inside_only: bool = True,
    spread_suppressed: bool = False,
) -> pd.DataFrame:
    """Read e-Stat's census population by mesh, as demand for `dxkit.drones`.

    Parameters
    ----------
    paths
        One file or several (a file covers one first-level mesh): ``tblT001101H5334.txt`` or the zip it comes in. Hyogo
        needs 5134, 5135, 5234, 5235, 5334 and 5335.
    inside_only
        Keep only cells in Hyogo; with ``False`` cells elsewhere follow with ``code`` missing.
    spread_suppressed
        Details of a suppressed cell stand, by the source's rule, in the cell it was merged into. With ``True`` the 65+ of
        such a group are spread over its cells in proportion to people (an estimate); with ``False`` they are missing in
        the suppressed cells, and the receiving cell holds those of the whole group.

    Returns
    -------
    pandas.DataFrame
        One row a cell: ``place`` (mesh code), ``code`` (municipality by the cell's centre), ``lat, lon`` (centre),
        ``people, elderly, merged_into`` (the receiving cell of a suppressed one).

    Raises
    ------
    TableError
        With every fault of all files.

    Notes
    -----
    The total is never suppressed. Replaces the allocated ``load("mesh_people")`` by one line.
    """
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not listed:
        raise TableError.one(
            "ファイルが1つも指定されていません", "地域メッシュ統計のファイルを指定してください"
        )
    table = _every_file(listed)
    if spread_suppressed:
        table["elderly"] = _spread(table)
    table.insert(1, "code", _municipality_of(table))
    kept = table[table["code"].notna()] if inside_only else table
    kept = kept.sort_values("place").reset_index(drop=True)
    file = "、".join(path.name for path in listed)
    kept.attrs = {"file": file, "kind": "published", "source": "国勢調査 地域メッシュ統計"}
    return kept


def _every_file(listed: list[Path]) -> pd.DataFrame:
    """Read all files and check that they fit together."""
    frames: list[pd.DataFrame] = []
    faults: list[Fault] = []
    for path in listed:
        try:
            frames += [_mesh_table(sheet) for sheet in _mesh_sheets(path)]
        except TableError as error:
            faults += error.faults
    if faults:
        raise TableError(faults)
    table = pd.concat(frames, ignore_index=True)
    file = "、".join(path.name for path in listed)
    lengths = sorted(set(table["place"].str.len()))
    if len(lengths) > 1:
        problem = (
            f"段階の違うメッシュが混ざっています（コードが{'桁と'.join(map(str, lengths))}桁）"
        )
        raise TableError.one(
            problem, "同じ統計表（例: 500 m の T001101）のファイルだけを指定してください", file=file
        )
    repeated = table.loc[table["place"].duplicated(), "place"]
    if len(repeated):
        problem = f"同じメッシュが2回あります（{len(repeated)}個）"
        remedy = "同じファイルを2度指定していないか、ファイルの行が重なっていないか確かめてください"
        raise TableError.one(problem, remedy, file=file, value=repeated.iloc[0])
    return table


def _mesh_sheets(path: Path) -> list[Sheet]:
    """Give the text files of a path: itself, or the members of its zip."""
    content = read_bytes(path)
    if not content.startswith(_zip.START):
        return read_sheets(path)
    archive = _zip.normal_zip(content, path.name)
    members = [member for member in archive.namelist() if member.lower().endswith((".txt", ".csv"))]
    if not members:
        problem = "圧縮ファイルの中に .txt がありません"
        raise TableError.one(
            problem, "e-Statの地域メッシュ統計のzipを指定してください", file=path.name
        )
    return [
        text_sheet(f"{path.name}/{member}", _zip.read_member(archive, member, path.name))
        for member in members
    ]


def _mesh_table(sheet: Sheet) -> pd.DataFrame:
    if len(sheet.rows) < 2 or [_cells.text(cell) for cell in sheet.rows[0][:4]] != list(MESH_HEADS):
        remedy = "e-Stat「地域メッシュ統計」の tblT….txt を指定してください"
        problem = f"地域メッシュ統計の見出し（{'、'.join(MESH_HEADS)}）が1行目にありません"
        raise TableError([sheet.fault(problem, remedy)])
    labels = [re.sub(r"\s", "", _cells.text(cell)) for cell in sheet.rows[1]]
    people, elderly = _labelled(sheet, labels, PEOPLE), _labelled(sheet, labels, ELDERLY)
    data = [at for at in range(2, len(sheet.rows)) if not sheet.is_blank(at)]
    faults: list[Fault] = []
    rows = [_mesh_row(sheet, at, people, elderly, faults) for at in data]
    faults += _bad_codes(sheet, data)
    if not rows:
        faults.append(sheet.fault("見出しだけで、データの行がありません", GET_AGAIN))
    if faults:
        raise TableError(sorted(faults, key=lambda fault: fault.row or 0))
    table = pd.DataFrame(rows, columns=["place", "people", "elderly", "merged_into"])
    box = mesh_box(table["place"].to_numpy(str))
    table.insert(1, "lat", (np.asarray(box.south) + np.asarray(box.north)) / 2)
    table.insert(2, "lon", (np.asarray(box.west) + np.asarray(box.east)) / 2)
    return table


def _labelled(sheet: Sheet, labels: list[str], pattern: re.Pattern[str]) -> int:
    for position, label in enumerate(labels):
        if pattern.fullmatch(label):
            return position
    seen = "、".join(label for label in labels if label)
    raise TableError(
        [
            sheet.fault(
                "人口の列（人口（総数）・65歳以上人口）が見つかりません",
                f"この表の列: {seen[:150]}",
                at=1,
            )
        ]
    )


def _mesh_row(
    sheet: Sheet, at: int, people: int, elderly: int, faults: list[Fault]
) -> tuple[str, float | None, float | None, str | None]:
    row = [_cells.text(cell) for cell in sheet.rows[at]]
    if len(row) <= max(people, elderly):
        problem = f"列が足りません（{len(row)}列、見出しは{len(sheet.rows[0])}列）。行が途中で切れています"
        faults.append(sheet.fault(problem, GET_AGAIN, at=at))
        return row[0], None, None, None
    counts: list[float | None] = []
    for column, position in (("人口（総数）", people), ("65歳以上人口", elderly)):
        typed = row[position]
        suppressed = typed == SUPPRESSED and position == elderly
        if not suppressed and not COUNT.fullmatch(typed):
            problem = "人数ではありません（0以上の整数のはずです）"
            faults.append(sheet.fault(problem, GET_AGAIN, at=at, column=column, value=typed))
        counts.append(float(typed) if COUNT.fullmatch(typed) else None)
    return row[0], counts[0], counts[1], row[2] or None


def _bad_codes(sheet: Sheet, data: list[int]) -> list[Fault]:
    """Find mesh codes that are none or of another level than the first; all together first, because that is quick."""
    typed = [_cells.text(sheet.cell(at, 0)) for at in data]
    try:
        mesh_box(np.array(typed, dtype=str))
    except CodeError:
        pass
    else:
        return []
    faults = []
    for at, code in zip(data, typed, strict=True):
        try:
            mesh_box(np.array([typed[0], code] if len(code) != len(typed[0]) else [code]))
        except CodeError as error:
            faults.append(
                sheet.fault(
                    str(error).removesuffix("。"), GET_AGAIN, at=at, column="KEY_CODE", value=code
                )
            )
    return faults


def _spread(table: pd.DataFrame) -> "pd.Series[float]":
    """Spread the 65+ of a merged group over its cells in proportion to people."""
    group = table["merged_into"].fillna(table["place"])
    people = table.groupby(group)["people"].transform("sum")
    elderly = table.groupby(group)["elderly"].transform("sum")
    spread: pd.Series[float] = (elderly * table["people"] / people.where(people > 0)).fillna(
        table["elderly"]
    )
    return spread


def _municipality_of(table: pd.DataFrame) -> "pd.Series[str]":
    """Give the municipality in which a cell's centre lies, or the nearest within `COAST_M`."""
    centres = gpd.points_from_xy(table["lon"], table["lat"], crs=DATUM)
    points = gpd.GeoDataFrame(geometry=centres, index=table.index).to_crs(METRES)
    shapes = gpd.GeoDataFrame(load("boundaries")[["code", "geometry"]]).to_crs(METRES)
    nearest = gpd.sjoin_nearest(points, shapes, max_distance=COAST_M)
    first: pd.Series[str] = nearest["code"].groupby(level=0).first().reindex(table.index)
    return first
