"""Where are the roadside stations (道の駅), by 国土数値情報 P35 or a table of one's own?"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, PlaceNameError, TableError
from dxkit.loaders._coordinates import (
    LATITUDE,
    LATITUDE_LIMITS,
    LONGITUDE,
    LONGITUDE_LIMITS,
    make_table,
    read_points,
)
from dxkit.loaders._geo_files import name_feature, read_features, require_attributes
from dxkit.loaders._official_layout import find_official_sheet
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import set_origin
from dxkit.loaders._other_prefecture import require_rows
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._resolve_municipality import resolve_municipality

TITLE = "国土交通省「国土数値情報 道の駅（P35）」"
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")
NAME = ("name", "道の駅名", "名称")
CODE = ("code5", "団体コード", "code", "市区町村コード")
# attributes of P35
P35_LATITUDE = "P35_001"
P35_LONGITUDE = "P35_002"
P35_CODE = "P35_005"
P35_NAME = "P35_006"


@accepts_open_file
def read_roadside_stations(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    r"""Read roadside stations (道の駅).

    Parameters
    ----------
    path
        国土数値情報 P35 (GeoJSON, shapefile or its zip), or a CSV with ``name``, ``lat``, ``lon`` and
        a municipality code.
    prefecture
        Prefecture to keep of a nationwide file: its name or JIS number, as for `load`.

    Returns
    -------
    pandas.DataFrame
        One row a station: ``base`` (running number with prefix ``R``), ``name, kind``
        (``"道の駅"``), ``lat, lon, code``. The 2018 edition lacks newer stations.
        ``.attrs``: ``source, file`` and, for P35, ``kind``.

    Raises
    ------
    TableError
        With every fault of the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "stations.csv"
    >>> _ = path.write_text("name,lat,lon,code\nあわじ,34.6,135.0,28226\n", encoding="utf-8")
    >>> read_roadside_stations(path)[["base", "name", "code"]]
        base name   code
    0  R0001  あわじ  28226
    """
    # the content of both is checked by its own reader
    is_table = Path(path).suffix.lower() in TABLE_SUFFIXES
    table = _read_own_table(path) if is_table else _read_p35(path)
    attrs = table.attrs
    if prefecture:
        table = table[table["code"].str.startswith(prefecture)]
        require_rows(table, prefecture, Path(path).name)
    # sorted before they are numbered: the same stations get the same numbers from either form
    table = table.sort_values(["code", "name"], kind="stable").reset_index(drop=True)
    table.insert(0, "base", [f"R{number:04d}" for number in range(1, len(table) + 1)])
    table.insert(2, "kind", "道の駅")
    table.attrs = attrs
    return table


def _read_own_table(path: str | Path) -> pd.DataFrame:
    official = find_official_sheet(path, [NAME, LATITUDE, LONGITUDE, CODE], kind="道の駅の表")
    codes = official.read_municipalities(CODE, (), prefecture=None)
    columns: dict[str, Sequence[object]] = {
        "name": official.read_texts(*NAME),
        **read_points(official),
        "code": codes,
    }
    # anybody can write such a table: it says nothing of a publisher
    return make_table(official, columns, "", "")


def _read_p35(path: str | Path) -> pd.DataFrame:
    features = read_features(path)
    file = Path(path).name
    needed = (P35_LATITUDE, P35_LONGITUDE, P35_CODE, P35_NAME)
    require_attributes(features, needed, "国土数値情報 P35（道の駅）", file)
    faults: list[Fault] = []
    codes = []
    # every feature is looked at, so that all faults come at once
    for position, typed in enumerate(features[P35_CODE]):
        try:
            codes.append(resolve_municipality(typed, prefecture=None))
        except PlaceNameError as error:
            where = name_feature(position, P35_CODE)
            fault = Fault(error.problem, error.remedy, file=file, column=where, value=typed)
            faults.append(fault)
    lat = _read_degrees(features[P35_LATITUDE], LATITUDE_LIMITS, file, faults)
    lon = _read_degrees(features[P35_LONGITUDE], LONGITUDE_LIMITS, file, faults)
    if faults:
        raise TableError(faults)
    names = features[P35_NAME].astype("str")
    table = pd.DataFrame({"name": names, "lat": lat, "lon": lon, "code": codes})
    set_origin(table, TITLE, file)
    return table


def _read_degrees(
    column: "pd.Series[float]", limits: tuple[float, float], file: str, faults: list[Fault]
) -> "pd.Series[float]":
    """Read an attribute that holds degrees; what is none is added to the faults."""
    degrees = pd.to_numeric(column, errors="coerce")
    for position in degrees.index[~degrees.between(*limits)]:
        problem = f"{limits[0]:g}〜{limits[1]:g}の数値ではありません"
        where = name_feature(position, str(column.name))
        faults.append(Fault(problem, GET_AGAIN, file=file, column=where, value=column[position]))
    return degrees
