"""Where do people live densely: the 人口集中地区 (DID) of the census, as polygons?

Files of e-Stat's 境界データ (KEN, CITY, JINKO, MENSEKI) and of 国土数値情報 A16 (A16_001 …) both list
one shape a district.
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from dxkit.errors import Fault, PlaceNameError, TableError
from dxkit.loaders._geo_files import name_feature, read_features
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import set_origin
from dxkit.loaders._other_prefecture import require_rows
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._resolve_municipality import resolve_municipality

TITLE = "総務省統計局「国勢調査 人口集中地区（DID）」"
# attributes of e-Stat, and of 国土数値情報 A16: code, district, people, km²
ESTAT_PARTS = ("KEN", "CITY")
ESTAT = ("CLASS", "JINKO", "MENSEKI")
A16_CODE = "A16_002"
A16 = ("A16_004", "A16_005", "A16_006")
COLUMNS = ("district", "people", "area_km2")


def is_did(features: gpd.GeoDataFrame) -> bool:
    """Check for the attributes of either publisher."""
    heads = set(features.columns)
    return {*ESTAT_PARTS, *ESTAT} <= heads or {A16_CODE, *A16} <= heads


@accepts_open_file
def read_did(path: str | Path, *, prefecture: str | None = None) -> gpd.GeoDataFrame:
    """Read polygons of 人口集中地区 (DID).

    Parameters
    ----------
    path
        GeoJSON, shapefile, zip or the like of e-Stat or of 国土数値情報 A16. The layout of A16 was
        read from its description, not seen in a file.
    prefecture
        Prefecture to keep: its name or JIS number, as for `load`.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a shape: ``code`` (a ward keeps its own), ``district`` (its number within the
        municipality), ``people, area_km2, geometry``. ``.attrs``: ``source, kind, file``.

    Raises
    ------
    TableError
        With every fault of the file, or if it holds nothing of the prefecture.

    Examples
    --------
    >>> import json
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> ring = [[134.6, 34.8], [134.7, 34.8], [134.7, 34.9], [134.6, 34.8]]
    >>> about = {"KEN": "28", "CITY": "201", "CLASS": "1", "JINKO": "380000", "MENSEKI": "86.5"}
    >>> shape = {"type": "Polygon", "coordinates": [ring]}
    >>> feature = {"type": "Feature", "properties": about, "geometry": shape}
    >>> path = Path(mkdtemp()) / "did.geojson"
    >>> _ = path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    >>> read_did(path)[["code", "people", "area_km2"]].to_numpy().tolist()
    [['28201', 380000, 86.5]]
    """
    features = read_features(path)
    file = Path(path).name
    if not is_did(features):
        problem = "人口集中地区（DID）の属性（KEN・CITY・JINKO・MENSEKI）がありません"
        remedy = "e-Statの境界データか国土数値情報A16のファイルか確かめてください"
        raise TableError.one(problem, remedy, file=file)
    is_estat = ESTAT[0] in features
    typed = (
        features["KEN"].astype(str).str.zfill(2) + features["CITY"].astype(str).str.zfill(3)
        if is_estat
        else features[A16_CODE].astype(str)
    )
    faults: list[Fault] = []
    columns: dict[str, pd.Series] = {"code": _read_codes(typed, file, faults)}
    for column, attribute in zip(COLUMNS, ESTAT if is_estat else A16, strict=True):
        columns[column] = _read_numbers(features[attribute], file, faults)
    if faults:
        raise TableError(faults)
    table = gpd.GeoDataFrame(columns, geometry=features.geometry.to_numpy(), crs=features.crs)
    table["district"] = table["district"].astype(int)
    if prefecture:
        table = table[table["code"].str.startswith(prefecture)]
        require_rows(table, prefecture, file)
    table = table.sort_values(["code", "district"], kind="stable").reset_index(drop=True)
    set_origin(table, TITLE, file)
    return table


def _read_codes(typed: "pd.Series[str]", file: str, faults: list[Fault]) -> "pd.Series[str]":
    codes = []
    for position, code in enumerate(typed):
        try:
            codes.append(resolve_municipality(code, prefecture=None))
        except PlaceNameError as error:
            where = name_feature(position)
            codes.append("")
            faults.append(Fault(error.problem, error.remedy, file=file, column=where, value=code))
    return pd.Series(codes, dtype="str")


def _read_numbers(column: "pd.Series[str]", file: str, faults: list[Fault]) -> "pd.Series[float]":
    numbers: pd.Series[float] = pd.to_numeric(column, errors="coerce").reset_index(drop=True)
    for position in numbers.index[numbers.isna() | (numbers < 0)]:
        where = name_feature(int(position), str(column.name))
        value = column.iloc[position]
        faults.append(
            Fault("0以上の数ではありません", GET_AGAIN, file=file, column=where, value=value)
        )
    return numbers
