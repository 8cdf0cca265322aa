"""How does a user's newer file become the table whose place it takes?

It is read with the reader that fits it, brought into the columns of the shipped table, and checked:
columns, numbers, one row a unit, every municipality. What does not fit is refused with every fault.
"""

import hashlib
import re
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from dxkit import schema
from dxkit.errors import TableError, TableWarning
from dxkit.loaders._boundaries import read_boundaries
from dxkit.loaders._dashboard import read_dashboard
from dxkit.loaders._elevation import read_elevation
from dxkit.loaders._extensions import read_extensions
from dxkit.loaders._identify import FileIdentity, identify
from dxkit.loaders._mesh_population import read_mesh_population
from dxkit.loaders._newer_columns import check_grain, fit_columns
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._resolve_prefecture import HYOGO
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._standardization import read_standardization
from dxkit.loaders._table import read_table
from dxkit.loaders._wind_normals import read_wind_normals

# 2026-07, 202607, 20260731, 2026年7月 in a file's name
MONTH_IN_NAME = re.compile(
    r"(20\d\d)"
    r"(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?(?!\d)|年(0?[1-9]|1[0-2])月)"
)
DATE_REMEDY = "ファイルの名前に、2026-07 のように時点を書き足してください"
# ISO dates: year, month and day, of which the last may be missing
ISO_DATE = re.compile(r"(?<!\d)(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?!\d)")
PROVENANCE = ("source", "publisher", "licence", "as_of", "kind")


def find_table_by_content(path: Path) -> str:
    """Find the table that an official file stands for; empty for none."""
    identity = identify(path)
    if identity.reader is read_dashboard:
        # the same publisher and form: indicators of a municipality, or shares of procedures
        labels = read_dashboard(path).attrs["labels"]
        return "dashboard" if "chief_officer" in labels else "online_applications"
    return OFFICIAL_TABLES.get(identity.reader, "")


def read_newer_table(
    name: str, path: Path, shipped: pd.DataFrame, row: "pd.Series[Any]", prefecture: str | None
) -> pd.DataFrame | None:
    """Read a newer file as the table whose place it takes.

    Parameters
    ----------
    name
        Of the table.
    path
        The file.
    shipped
        The shipped table of that prefecture, whose columns and grain the file must have.
    row
        Its row of the catalogue.
    prefecture
        Two digits; None for all Japan.

    Returns
    -------
    pandas.DataFrame or None
        With ``.attrs``; None where the file has no row of that prefecture, for which the shipped
        table stays good.

    Raises
    ------
    TableError
        If the file does not fit, with every fault.
    """
    identity = identify(path)
    official = OFFICIAL_TABLES.get(identity.reader, "")
    is_dashboard = identity.reader is read_dashboard
    content = find_table_by_content(path) if official or is_dashboard else ""
    if content and content != name:
        problem = f"名前は表「{name}」のものですが、中身は{identity.kind}（表「{content}」）です"
        remedy = f"ファイルの名前を {content}{path.suffix} にしてください"
        raise TableError.one(problem, remedy, file=path.name)
    table = READERS[name](path, shipped) if content else _read_own_table(identity, path, shipped)
    origin = dict(table.attrs)
    fitted = fit_columns(table.reset_index(drop=True), shipped, path.name)
    # a national table stays whole
    if prefecture is not None and not _is_of_prefecture(shipped, prefecture):
        prefecture = None
    if prefecture is not None:
        fitted = _select_prefecture(fitted, shipped, prefecture)
        if fitted.empty:
            return None
    check_grain(fitted, shipped, path.name, prefecture, is_official=bool(content))
    origin["as_of"] = origin.get("as_of") or _find_column_date(fitted)
    fitted.attrs = _describe_origin(name, path, origin, row, is_official=bool(content))
    return fitted


def _is_of_prefecture(shipped: pd.DataFrame, prefecture: str) -> bool:
    """Say whether all municipalities of a table are of one prefecture."""
    if "code" not in shipped.columns:
        return False
    return bool(shipped["code"].dropna().str.startswith(prefecture).all())


def _select_prefecture(table: pd.DataFrame, shipped: pd.DataFrame, prefecture: str) -> pd.DataFrame:
    """Select a prefecture's rows; those without a code stay where the shipped table has such."""
    is_there = table["code"].str.startswith(prefecture).fillna(False).astype(bool)
    if shipped["code"].isna().any():
        is_there |= table["code"].isna()
    return table[is_there].reset_index(drop=True)


def _read_progress(path: Path, shipped: pd.DataFrame) -> pd.DataFrame:
    """Read the ministry's progress; which systems are extended is what the other list says."""
    table = read_standardization(path)
    as_of = table.attrs.get("as_of") or _find_month(path.name)
    if not as_of:
        raise TableError.one("いつの時点の表か分かりません", DATE_REMEDY, file=path.name)
    extended = shipped.loc[shipped["extended"], ["code", "system"]]
    pairs = set(extended.itertuples(index=False, name=None))
    flags = [pair in pairs for pair in zip(table["code"], table["system"], strict=True)]
    result = table.assign(extended=flags, as_of=as_of)
    result.attrs = table.attrs | {"as_of": as_of}
    return result


def _read_extensions(path: Path, shipped: pd.DataFrame) -> pd.DataFrame:
    """Read the agency's list as a row a municipality; one that is not listed expects none."""
    listed = read_extensions(path)
    codes = shipped["code"]
    joined = listed.groupby("code")["system"].agg(["size", "、".join])
    count = codes.map(joined["size"]).fillna(0).astype(int)
    table = pd.DataFrame({"code": codes, "count": count, "systems": codes.map(joined["join"])})
    table.attrs = listed.attrs
    return table


def _read_dashboard(path: Path, shipped: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001
    table = read_dashboard(path)
    result = table.reset_index()
    result.attrs = table.attrs
    return result


def _read_applications(path: Path, shipped: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001
    """Read the shares of procedures as a row a municipality and procedure."""
    table = read_dashboard(path)
    long = table.reset_index().melt("code", var_name="column", value_name="share")
    for column, facts in (("procedure", "labels"), ("group", "groups")):
        long[column] = long["column"].map(table.attrs[facts])
    result = long.sort_values("code", kind="stable")
    result.attrs = table.attrs
    return result


def _read_boundaries(path: Path, shipped: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001
    shapes: pd.DataFrame = read_boundaries(path)
    return shapes


def _read_mesh(path: Path, shipped: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001
    return read_mesh_population(path)


def _read_elevation(path: Path, shipped: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001
    table = read_elevation(path)
    result = table[table["elevation_m"].notna()]
    result.attrs = table.attrs
    return result


def _read_wind(path: Path, shipped: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001
    # the shipped table is Hyogo's
    return read_wind_normals(path, prefecture=HYOGO)


# official file → the table whose place it can take
OFFICIAL_TABLES: dict[Callable[..., pd.DataFrame], str] = {
    read_standardization: "progress",
    read_extensions: "extensions",
    read_boundaries: "boundaries",
    read_elevation: "elevation",
    read_wind_normals: "wind_normals",
    read_mesh_population: "mesh_people",
}
READERS: dict[str, Callable[[Path, pd.DataFrame], pd.DataFrame]] = {
    "progress": _read_progress,
    "extensions": _read_extensions,
    "dashboard": _read_dashboard,
    "online_applications": _read_applications,
    "boundaries": _read_boundaries,
    "mesh_people": _read_mesh,
    "elevation": _read_elevation,
    "wind_normals": _read_wind,
}


def _read_own_table(identity: FileIdentity, path: Path, shipped: pd.DataFrame) -> pd.DataFrame:
    """Read somebody's own table by the headings of the table that it is called after."""
    if identity.reader is gpd.read_file:
        shapes: pd.DataFrame = gpd.read_file(path)
        shapes.attrs = {"source": path.name}
        return shapes
    if identity.reader is not read_table:
        return identity.reader(path)
    sheet = read_sheets(path)[0]
    columns = {str(column) for column in schema.drop_old_names(shipped.columns)}
    # a copy of the shipped table: no row is a sum, no name a slip
    if "code" not in columns or columns <= set(sheet.texts[0]):
        return _read_plain_rows(sheet)
    return read_table(path, prefecture=None)


def _read_plain_rows(sheet: Sheet) -> pd.DataFrame:
    """Read the rows below the first as they stand, without the notes that `write_table` adds."""
    heads = sheet.texts[0]
    rows: list[list[str]] = []
    origin: dict[str, Any] = {"source": sheet.file}
    for row, texts in enumerate(sheet.texts):
        note = sheet.find_verbatim(row, 0)
        if not row or not any(texts):
            continue
        # the line that marks invented figures marks them again
        if note.startswith(schema.MADE_NOTE_START):
            origin |= {"kind": "made", "made": True}
            continue
        if said := schema.read_source_note(note):
            origin |= said
            continue
        cells = (sheet.find_verbatim(row, position) for position in range(len(heads)))
        # the apostrophe keeps a spreadsheet from running the cell
        rows.append([str(schema.plain_cell(cell)) for cell in cells])
    table = pd.DataFrame(rows, columns=pd.Index(heads), dtype="str").replace("", None)
    table.attrs |= origin
    return table


def _describe_origin(
    name: str, path: Path, origin: dict[Any, Any], row: "pd.Series[Any]", *, is_official: bool
) -> dict[Any, Any]:
    """Describe where a newer table comes from; it stays good as long as the shipped one did."""
    facts = {key: str(origin.get(key) or "") for key in PROVENANCE}
    # what somebody writes into a file's name is newer than the note of the copy that was edited
    dates = [facts["as_of"], _find_month(path.name)]
    facts["as_of"] = next(filter(None, dates if is_official else dates[::-1]), "")
    facts["source"] = facts["source"] or path.name
    if schema.is_made(origin):
        facts["kind"] = "made"
    # an edited copy of an invented table stays invented; a publisher's file replaces it by figures
    if not is_official:
        facts["kind"] = "made" if "made" in (row["kind"], facts["kind"]) else str(row["kind"])
    elif row["kind"] != "made":
        facts["publisher"] = facts["publisher"] or str(row["publisher"])
        facts["licence"] = facts["licence"] or str(row["licence"])
    record = {
        "name": name,
        **facts,
        "url": str(row["url"]),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "fresh_until": _shift_limit(row, facts["as_of"], path.name),
        "next_file": str(row["next_file"]),
    }
    attrs: dict[Any, Any] = {"name": name, **facts, "file": path.name, "inputs": [record]}
    if facts["kind"] == "made":
        attrs["made"] = True
    return attrs


def _find_month(file: str) -> str:
    """Find year and month in a file's name: progress_2026-07.xlsx → 2026-07; empty if none."""
    match = MONTH_IN_NAME.search(file)
    return f"{match[1]}-{int(match[2] or match[3]):02d}" if match else ""


def _find_column_date(table: pd.DataFrame) -> str:
    """Find the date that every row of a table has in its own column; empty if none."""
    if "as_of" not in table.columns:
        return ""
    dates = table["as_of"].dropna().unique()
    return str(dates[0]) if len(dates) == 1 else ""


def _shift_limit(row: "pd.Series[Any]", as_of: str, file: str) -> str:
    """Shift the day up to which the shipped table is good by what the newer one is younger.

    A file of which nobody knows the date is good no longer than the table that it replaces.
    """
    limit = str(row["fresh_until"])
    if limit == schema.NEVER_OLD:
        return limit
    before = _read_day(str(row["as_of"]))
    after = _read_day(as_of)
    if before is None or after is None:
        message = (
            f"「{file}」: いつの時点か分かりません。付属の表と同じく {limit} までの表として使います。"
            f"{DATE_REMEDY}。"
        )
        warnings.warn(message, TableWarning, stacklevel=2)
        return limit
    return (date.fromisoformat(limit) + (after - before)).isoformat()


def _read_day(as_of: str) -> date | None:
    """Read the last of the dates of a table as its first day; None where there is none."""
    dates = ISO_DATE.findall(as_of)
    if not dates:
        return None
    try:
        return date(*(int(part or 1) for part in dates[-1]))
    except ValueError:
        # 2026-13: what somebody typed is no date
        return None
