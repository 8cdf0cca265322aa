"""Which shape has each municipality in the official boundary files?

国土数値情報 N03 (行政区域) in its three layouts: of 1920–2000 N03_005 and N03_006 are dates, and
towns share the code of their prefecture; to 2021/2023 the city of a ward stands in N03_003; from
2024 N03_004 is the municipality including the designated city and N03_005 the ward. GeoJSON,
TopoJSON, shapefile, GeoPackage, FlatGeobuf, GeoParquet, or the publisher's zip.
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from dxkit._checks import require_flag
from dxkit.codes import short_code
from dxkit.errors import CodeError, Fault, TableError
from dxkit.loaders._geo_files import name_feature, read_features, require_attributes
from dxkit.loaders._municipalities import map_municipalities
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import find_date_in_name, set_origin
from dxkit.loaders._remedies import GET_AGAIN

TITLE = "国土交通省「国土数値情報 行政区域（N03）」"
CODE = "N03_007"
# prefecture; county or city of a ward; municipality; code
NEEDED = ("N03_001", "N03_003", "N03_004", CODE)
COLUMNS = ["code", "prefecture", "county", "name", "geometry"]
# days of founding and of end in editions of 1920–2000
OLD_COLUMNS = ("valid_from", "valid_to")
OLD_DATE = r"\d{8}|\d{4}[-/]\d{2}[-/]\d{2}.*"
STILL = "99991231"
AREA_TYPES = ("Polygon", "MultiPolygon")


@accepts_open_file
def read_boundaries(path: str | Path, *, merge_wards: bool = True) -> gpd.GeoDataFrame:
    """Read municipal boundaries of 国土数値情報 N03.

    Parameters
    ----------
    path
        GeoJSON, TopoJSON, ``.shp`` (with its ``.shx`` and ``.dbf`` beside it), ``.gpkg``, ``.fgb``,
        ``.parquet`` or the publisher's zip.
    merge_wards
        Join the wards of designated cities to one city (Kobe = 28100); with ``False`` each ward is
        a row.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a municipality in code order: ``code, prefecture, county, name, geometry``
        (EPSG:6668; files without a datum are read as JGD2011). A nationwide file also holds the six
        villages of the northern territories (01695–01700). Editions of 1920–2000 have one row a
        city, town or village of their time, with ``valid_from, valid_to`` (days of founding and
        of end, missing while it stands), and the code of the file, which towns of a county may
        share. ``.attrs``: ``source, kind, as_of`` (if the file's name says it), ``file, layout``
        (``old`` or ``new``), and ``skipped``: areas without a code (所属未定地).

    Raises
    ------
    TableError
        With every fault of the file; also when wards must be merged and a code is unknown.

    Examples
    --------
    >>> import json
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> ring = [[134.6, 34.8], [134.7, 34.8], [134.7, 34.9], [134.6, 34.8]]
    >>> about = {"N03_001": "兵庫県", "N03_003": None, "N03_004": "姫路市", "N03_007": "28201"}
    >>> shape = {"type": "Polygon", "coordinates": [ring]}
    >>> feature = {"type": "Feature", "properties": about, "geometry": shape}
    >>> path = Path(mkdtemp()) / "N03-20240101_28.geojson"
    >>> _ = path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    >>> towns = read_boundaries(path)
    >>> towns["name"].tolist(), towns.attrs["as_of"]
    (['姫路市'], '2024-01-01')
    """
    require_flag(merge_wards, "merge_wards")
    features = read_features(path)
    file = Path(path).name
    require_attributes(features, NEEDED, "国土数値情報 N03（行政区域）", file)
    has_code = features[CODE].notna() & (features[CODE].astype(str).str.strip() != "")
    coded = features[has_code].copy()
    if coded.empty:
        raise TableError.one(f"団体コード（{CODE}）のある図形がありません", GET_AGAIN, file=file)
    coded["code"] = _read_codes(coded[CODE], file)
    coded["geometry"] = _mend_areas(coded, file)
    is_old = is_old_layout(coded)
    coded["name"] = coded["N03_004"].fillna("") if is_old else _find_names(coded)
    # nine wards of Kobe become one city of the same name
    if merge_wards and not is_old:
        coded["code"], coded["name"] = _find_cities(coded, file)
    if merge_wards and is_old:
        coded["code"], coded["name"] = _find_old_cities(coded)
    coded["prefecture"] = coded["N03_001"]
    # cities stand in this column, too
    is_county = coded["N03_003"].fillna("").astype(str).str.endswith("郡")
    coded["county"] = coded["N03_003"].where(is_county, None)
    if is_old:
        coded["valid_from"] = _read_dates(coded["N03_005"])
        coded["valid_to"] = _read_dates(coded["N03_006"])
    result = _dissolve(coded, is_old=is_old)
    skipped = len(features) - len(coded)
    as_of = find_date_in_name(file)
    set_origin(result, TITLE, file, as_of=as_of, skipped=skipped, layout="old" if is_old else "new")
    return result


def is_old_layout(coded: pd.DataFrame) -> bool:
    """Check for an edition of 1920–2000: N03_005 and N03_006 are dates, no ward and no area."""
    if not {"N03_005", "N03_006"} <= set(coded.columns):
        return False
    texts = pd.concat([coded["N03_005"], coded["N03_006"]]).dropna().astype(str)
    return bool(len(texts)) and bool(texts.str.fullmatch(OLD_DATE).all())


def _find_old_cities(coded: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Find the city of each ward of an old edition, by name: many of its wards are gone."""
    codes = {place.prefecture + place.name: place.code for place in map_municipalities().values()}
    rows = zip(
        *(coded[column].fillna("") for column in ("N03_001", "N03_003", "code", "name")),
        strict=True,
    )
    cities = [
        (codes.get(prefecture + city, code), city)
        if city.endswith("市") and name.endswith("区")
        else (code, name)
        for prefecture, city, code, name in rows
    ]
    return [code for code, _ in cities], [name for _, name in cities]


def _read_dates(column: "pd.Series[str]") -> "list[str | None]":
    """Read 19350801, 1935-08-01 as ISO; 99991231 means still so."""
    digits = column.astype("string").str.replace(r"[-/]", "", regex=True).str[:8]
    return [
        None if pd.isna(text) or text == STILL else f"{text[:4]}-{text[4:6]}-{text[6:8]}"
        for text in digits
    ]


def _dissolve(coded: gpd.GeoDataFrame, *, is_old: bool) -> gpd.GeoDataFrame:
    """Join the islands and exclaves of a municipality to one row."""
    # all towns of a county share a code in old editions: there, the name counts
    keys = ["code", "county", "name"] if is_old else ["code"]
    columns = [*COLUMNS[:-1], *(OLD_COLUMNS if is_old else ()), "geometry"]
    merged = coded[columns].dissolve(by=keys, as_index=False, dropna=False).sort_values(keys)
    return gpd.GeoDataFrame(merged[columns].reset_index(drop=True), crs=merged.crs)


def _read_codes(column: "pd.Series[str]", file: str) -> list[str]:
    codes = []
    faults = []
    for position, typed in zip(column.index, column, strict=True):
        try:
            codes.append(short_code(typed))
        except CodeError as error:
            problem = str(error).removesuffix("。")
            where = name_feature(position, CODE)
            faults.append(Fault(problem, GET_AGAIN, file=file, column=where, value=typed))
    if faults:
        raise TableError(faults)
    return codes


def _mend_areas(coded: gpd.GeoDataFrame, file: str) -> gpd.GeoSeries:
    """Mend rings that cross themselves; points and lines are no areas."""
    types = coded.geometry.geom_type
    remedy = "行政区域（面）のファイルか確かめてください"
    faults = [
        Fault(
            "面の図形ではありません",
            remedy,
            file=file,
            column=name_feature(position),
            value=geometry_type,
        )
        for position, geometry_type in types.items()
        if geometry_type not in AREA_TYPES
    ]
    if faults:
        raise TableError(faults)
    # generalised shapes may touch themselves; others are left as they are
    broken = ~coded.geometry.is_valid
    mended = shapely.make_valid(
        coded.geometry[broken].to_numpy(), method="structure", keep_collapsed=False
    )
    shapes = coded.geometry.copy()
    shapes[broken] = mended
    return shapes


def _find_names(coded: pd.DataFrame) -> "pd.Series[str]":
    """Find the ward's name where there is one, in either edition."""
    if "N03_005" not in coded:
        return coded["N03_004"].fillna(coded["N03_003"]).fillna("")
    return coded["N03_005"].fillna(coded["N03_004"]).fillna("")


def _find_cities(coded: pd.DataFrame, file: str) -> tuple[list[str], list[str]]:
    """Find for each ward its city's code and name; others keep theirs."""
    places = map_municipalities()
    names = dict(zip(coded["code"], coded["name"].astype(str), strict=True))
    # a ward of a later edition than the list of codes: its city is not known
    wards = [
        code for code, name in sorted(names.items()) if code not in places and name.endswith("区")
    ]
    if wards:
        problem = "どの市の区か分かりません"
        remedy = "merge_wards=False を付けて、区のまま読んでください"
        raise TableError(
            Fault(problem, remedy, file=file, column=CODE, value=code) for code in wards
        )
    codes = [places[code].parent or code if code in places else code for code in coded["code"]]
    official = [
        places[code].name if code in places else name
        for code, name in zip(codes, coded["name"], strict=True)
    ]
    return codes, official
