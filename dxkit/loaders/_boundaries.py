"""Which shape has each municipality in the official boundary files?

国土数値情報 N03 (行政区域) in both editions: to 2021/2023 the city of a ward stands in N03_003; from 2024 N03_004 is the
municipality including the designated city and N03_005 the ward. GeoJSON, TopoJSON, shapefile, or the publisher's zip.
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from dxkit.codes import short_code
from dxkit.errors import CodeError, Fault, TableError
from dxkit.loaders import _place_names
from dxkit.loaders._encoding import GET_AGAIN
from dxkit.loaders._geo_files import read_features

NEEDED = ("N03_001", "N03_003", "N03_004", "N03_007")
COLUMNS = ["code", "prefecture", "county", "name", "geometry"]


def read_boundaries(path: str | Path, *, merge_wards: bool = True) -> gpd.GeoDataFrame:
    """Read municipal boundaries of 国土数値情報 N03.

    Parameters
    ----------
    path
        GeoJSON, TopoJSON, ``.shp`` (with its ``.shx`` and ``.dbf`` beside it) or the publisher's zip.
    merge_wards
        Join the wards of designated cities to one city (Kobe = 28100); with ``False`` each ward is a row.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a municipality in code order: ``code, prefecture, county, name, geometry`` (EPSG:6668; files without a
        datum are read as JGD2011). A nationwide file also holds the six villages of the northern territories
        (01695–01700). ``.attrs["skipped"]`` counts areas without a code (所属未定地).

    Raises
    ------
    TableError
        With every fault of the file; also when wards must be merged and a code is unknown.
    """
    features = read_features(path)
    file = Path(path).name
    if absent := [column for column in NEEDED if column not in features]:
        remedy = "国土数値情報 N03（行政区域）のファイルか確かめてください"
        raise TableError(
            [Fault("属性がありません", remedy, file=file, column=column) for column in absent]
        )
    coded = features[
        features["N03_007"].notna() & (features["N03_007"].astype(str).str.strip() != "")
    ].copy()
    if coded.empty:
        raise TableError.one("団体コード（N03_007）のある図形がありません", GET_AGAIN, file=file)
    coded["code"] = _codes(coded["N03_007"], file)
    coded["geometry"] = _areas(coded, file)
    coded["name"] = _ward_or_municipality(coded)
    if merge_wards:
        coded["code"], coded["name"] = _merged(coded, file)
    coded["prefecture"] = coded["N03_001"]
    coded["county"] = coded["N03_003"].where(
        coded["N03_003"].fillna("").astype(str).str.endswith("郡"), None
    )
    merged = (
        coded[COLUMNS]
        .dissolve(by="code", as_index=False)
        .sort_values("code")
        .reset_index(drop=True)
    )
    result = gpd.GeoDataFrame(merged[COLUMNS], crs=merged.crs)
    result.attrs = {"file": file, "skipped": len(features) - len(coded)}
    return result


def _nth(at: int) -> str:
    return f"{at}番目の図形"


def _codes(column: "pd.Series[str]", file: str) -> list[str]:
    found, faults = [], []
    for at, typed in zip(column.index, column, strict=True):
        try:
            found.append(short_code(typed))
        except CodeError as error:
            where = f"{_nth(at + 1)}の N03_007"
            faults.append(
                Fault(
                    str(error).removesuffix("。"), GET_AGAIN, file=file, column=where, value=typed
                )
            )
    if faults:
        raise TableError(faults)
    return found


def _areas(coded: gpd.GeoDataFrame, file: str) -> gpd.GeoSeries:
    """Give the shapes, mended where a ring crosses itself; points and lines are no areas."""
    kinds = coded.geometry.geom_type
    faults = [
        Fault(
            "面の図形ではありません",
            "行政区域（面）のファイルか確かめてください",
            file=file,
            column=_nth(at + 1),
            value=kind,
        )
        for at, kind in kinds.items()
        if kind not in ("Polygon", "MultiPolygon")
    ]
    if faults:
        raise TableError(faults)
    broken = ~coded.geometry.is_valid
    mended = shapely.make_valid(
        coded.geometry[broken].to_numpy(), method="structure", keep_collapsed=False
    )
    shapes = coded.geometry.copy()
    shapes[broken] = mended
    return shapes


def _ward_or_municipality(coded: pd.DataFrame) -> "pd.Series[str]":
    """Give the ward's name where there is one, in either edition."""
    if "N03_005" not in coded:
        return coded["N03_004"].fillna(coded["N03_003"]).fillna("")
    return coded["N03_005"].fillna(coded["N03_004"]).fillna("")


def _merged(coded: pd.DataFrame, file: str) -> tuple[list[str], list[str]]:
    """Give each ward its city's code and name."""
    known = _place_names.by_code()
    named = dict(zip(coded["code"], coded["name"].astype(str), strict=True))
    wards = [
        code for code, name in sorted(named.items()) if code not in known and name.endswith("区")
    ]
    if wards:
        remedy = "merge_wards=False を付けて、区のまま読んでください"
        raise TableError(
            [
                Fault("どの市の区か分かりません", remedy, file=file, column="N03_007", value=code)
                for code in wards
            ]
        )
    codes = [known[code].parent or code if code in known else code for code in coded["code"]]
    official = [
        known[code].name if code in known else name
        for code, name in zip(codes, coded["name"], strict=True)
    ]
    return codes, official
