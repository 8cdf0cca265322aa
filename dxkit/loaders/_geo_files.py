"""Which shapes and attributes stand in this GeoJSON, shapefile, GeoPackage or zip?

GDAL reads only copies under names of our own in a folder of our own, after the file has been
checked: JSON is parsed, archives are bounded, a shapefile is complete.
"""

import re
import tempfile
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError
from pyproj.exceptions import ProjError
from shapely.errors import ShapelyError

from dxkit._checks import import_extra
from dxkit.errors import Fault, TableError, TableWarning
from dxkit.loaders import _zip
from dxkit.loaders._json import parse_json
from dxkit.loaders._raw import read_bytes
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._shipped_table import DATUM

SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
NEEDED_PARTS = (".shx", ".dbf")
# how the files of other programs begin: GeoPackage, FlatGeobuf, GeoParquet
FORMAT_STARTS = {b"SQLite format 3\0": ".gpkg", b"fgb\x03": ".fgb", b"PAR1": ".parquet"}
# by which JSON is known to hold shapes, near its beginning
JSON_MARKS = (b'"type":"FeatureCollection"', b'"type":"Topology"')
HEAD_BYTES = 2000
VECTOR_SUFFIXES = (".shp", ".geojson", ".json", ".topojson")
PREFECTURE_ENDS = ("都", "道", "府", "県")
# columns of N03 and P35 that hold prefectures
PREFECTURE_COLUMNS = ("N03_001", "P35_003")
# degrees: Japan with its remote islands
WEST = 122
SOUTH = 20
EAST = 154
NORTH = 46
WHOLE_ZIP = "配布元のzipをそのまま指定してください"
# what is copied for GDAL has this name, whatever the file or the archive's member is called
COPY_NAME = "a"
# layers of an archive that a warning lists
LISTED_LAYERS = 5
DAMAGE = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    GeometryError,
    ShapelyError,
    ProjError,
    ValueError,
    LookupError,
    TypeError,
)


def read_features(path: str | Path) -> gpd.GeoDataFrame:
    """Read the features of a vector file, or of a zip of one, in JGD2011.

    GeoJSON, TopoJSON, shapefile, GeoPackage, FlatGeobuf or GeoParquet.

    Raises
    ------
    TableError
        If the file is damaged, holds no features, lies outside Japan, or is none of these.
    """
    path = Path(path)
    content = read_bytes(path)
    with tempfile.TemporaryDirectory() as folder:
        place, names_datum = _stage_copy(path, content, Path(folder))
        frame = _read_copy(place, path.name)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty or frame.geometry.isna().all():
        raise TableError.one("図形が1つもありません", GET_AGAIN, file=path.name)
    try:
        # files without a datum are read as JGD2011, which their publisher means
        if names_datum and frame.crs is not None:
            located = frame.to_crs(DATUM)
        else:
            located = frame.set_crs(DATUM, allow_override=True)
        west, south, east, north = located.total_bounds
    except DAMAGE as error:
        raise TableError.one("座標系が読めません", GET_AGAIN, file=path.name) from error
    if not (west >= WEST and south >= SOUTH and east <= EAST and north <= NORTH):
        problem = "図形の座標が日本の緯度経度の範囲にありません"
        remedy = "緯度と経度の順と座標系（JGD2011の緯度経度）を確かめてください"
        bounds = f"{west:g}, {south:g} 〜 {east:g}, {north:g}"
        raise TableError.one(problem, remedy, file=path.name, value=bounds)
    return located


def is_vector_file(path: Path, content: bytes) -> bool:
    """Check by its first bytes, or by the members of a zip, whether a file holds shapes."""
    if content.startswith(tuple(FORMAT_STARTS)) or path.suffix.lower() == ".shp":
        return True
    if content.startswith(_zip.START):
        members = _zip.open_zip(content, path.name).namelist()
        return any(name.lower().endswith(VECTOR_SUFFIXES) for name in members)
    head = re.sub(rb"\s", b"", content[:HEAD_BYTES])
    return any(mark in head for mark in JSON_MARKS)


def require_attributes(
    features: gpd.GeoDataFrame, needed: Iterable[str], title: str, file: str
) -> None:
    """Refuse a file that lacks attributes of an official data set; names all of them."""
    missing = [attribute for attribute in needed if attribute not in features]
    if missing:
        remedy = f"{title}のファイルか確かめてください"
        raise TableError(
            Fault("属性がありません", remedy, file=file, column=attribute) for attribute in missing
        )


def name_feature(position: int, attribute: str = "") -> str:
    """Name a feature (and its attribute) as a place in a message."""
    of_attribute = f"の {attribute}" if attribute else ""
    return f"{position + 1}番目の図形{of_attribute}"


def _stage_copy(path: Path, content: bytes, folder: Path) -> tuple[Path, bool]:
    """Put what GDAL needs into the folder; return its place, and whether it names its datum."""
    if content.startswith(_zip.START):
        return _stage_zip_layer(path, content, folder)
    for start, suffix in FORMAT_STARTS.items():
        if content.startswith(start):
            place = folder / f"{COPY_NAME}{suffix}"
            place.write_bytes(content)
            return place, True
    if path.suffix.lower() == ".shp":
        return _stage_shapefile(path, folder), True
    return _stage_json(path.name, content, folder)


def _stage_json(file: str, content: bytes, folder: Path) -> tuple[Path, bool]:
    # parsed first: GDAL would read half of a file that is cut off
    parsed, text = parse_json(content, file)
    kind = parsed.get("type", "") if isinstance(parsed, dict) else ""
    if kind not in ("FeatureCollection", "Topology"):
        problem = "GeoJSONでもTopoJSONでもありません"
        remedy = "境界や地点のファイル（.geojson / .topojson）を指定してください"
        raise TableError.one(problem, remedy, file=file, value=kind or None)
    suffix = ".topojson" if kind == "Topology" else ".geojson"
    place = folder / f"{COPY_NAME}{suffix}"
    place.write_text(text, encoding="utf-8")
    return place, "crs" in parsed


def _stage_zip_layer(path: Path, content: bytes, folder: Path) -> tuple[Path, bool]:
    """Take one layer out of a zip; the member's own name is never used as a path."""
    archive = _zip.open_zip(content, path.name)
    layers = [name for name in archive.namelist() if name.lower().endswith(VECTOR_SUFFIXES)]
    if not layers:
        problem = "圧縮ファイルの中に境界や地点のファイル（.shp / .geojson）がありません"
        raise TableError.one(problem, WHOLE_ZIP, file=path.name)
    # one zip may hold several editions and scales of the same shapes
    layer = min(layers, key=_rank_layer)
    others = [name for name in layers if _find_stem(name) != _find_stem(layer)]
    if others:
        listed = "、".join(Path(name).name for name in others[:LISTED_LAYERS])
        message = (
            f"ファイル「{path.name}」: zipの中の {Path(layer).name} だけを読みました。"
            f"ほかに {listed} があります（読むには、展開して1つずつ指定してください）"
        )
        warnings.warn(message, TableWarning, stacklevel=5)
    if not layer.lower().endswith(".shp"):
        member = _zip.read_member(archive, layer, path.name)
        return _stage_json(f"{path.name}/{layer}", member, folder)
    _copy_shape_parts(archive, layer, folder, path.name)
    return folder / f"{COPY_NAME}.shp", True


def _rank_layer(member: str) -> tuple[int, str]:
    """Rank municipalities before prefectures of the same zip, and GeoJSON before shapefiles.

    GeoJSON is always UTF-8.
    """
    lower = member.lower()
    return ("prefecture" in lower) * 10 + lower.endswith(".shp"), member


def _find_stem(member: str) -> str:
    """Find the name by which the same shapes in another format are known."""
    return Path(member.replace("\\", "/")).stem.lower()


def _copy_shape_parts(archive: zipfile.ZipFile, shape: str, folder: Path, file: str) -> None:
    members = {member.lower(): member for member in archive.namelist()}
    for suffix in SHAPE_PARTS:
        member = members.get(shape[: -len(".shp")].lower() + suffix)
        if member:
            content = _zip.read_member(archive, member, file)
            (folder / f"{COPY_NAME}{suffix}").write_bytes(content)
        elif suffix in NEEDED_PARTS:
            raise _make_part_error(suffix, WHOLE_ZIP, file, shape)


def _stage_shapefile(path: Path, folder: Path) -> Path:
    """Copy a shapefile with the parts that lie beside it."""
    # Windows does not tell N03.SHX from n03.shx, and neither do we
    beside = {part.name.lower(): part for part in path.parent.iterdir()}
    for suffix in SHAPE_PARTS:
        part = path.with_suffix(suffix)
        if not part.exists():
            part = beside.get(f"{path.stem}{suffix}".lower(), part)
        if part.exists():
            (folder / f"{COPY_NAME}{suffix}").write_bytes(read_bytes(part))
        elif suffix in NEEDED_PARTS:
            remedy = "同じフォルダーに置いてください"
            raise _make_part_error(suffix, remedy, path.name, part.name)
    return folder / f"{COPY_NAME}.shp"


def _make_part_error(suffix: str, remedy: str, file: str, value: str) -> TableError:
    problem = f"シェープファイルの「{suffix}」がありません"
    return TableError.one(problem, remedy, file=file, value=value)


def _read_copy(place: Path, file: str) -> gpd.GeoDataFrame:
    """Read with GDAL or pyarrow.

    Texts of a shapefile are UTF-8 or cp932, whichever gives prefectures.
    """
    encodings = ("utf-8", "cp932") if place.suffix == ".shp" else (None,)
    damage: Exception | None = None
    for encoding in encodings:
        try:
            frame = _read_format(place, encoding, file)
        except (*DAMAGE, OSError) as error:
            damage = error
            continue
        if len(encodings) == 1 or _has_readable_prefectures(frame):
            return frame
    problem = "図形のファイルが壊れているか、文字コードが分かりません"
    raise TableError.one(problem, GET_AGAIN, file=file) from damage


def _read_format(place: Path, encoding: str | None, file: str) -> gpd.GeoDataFrame:
    if place.suffix == ".parquet":
        import_extra("pyarrow", "pyarrow", "linkage")
        return gpd.read_parquet(place)
    layers = pyogrio.list_layers(place)[:, 0].tolist() if place.suffix == ".gpkg" else []
    if len(layers) > 1:
        listed = "、".join(map(str, layers[1:]))
        message = (
            f"ファイル「{file}」: 層「{layers[0]}」だけを読みました。ほかに {listed} があります"
        )
        warnings.warn(message, TableWarning, stacklevel=6)
    options = {"layer": layers[0]} if len(layers) > 1 else {}
    frame = pyogrio.read_dataframe(place, encoding=encoding, **options)
    return cast("gpd.GeoDataFrame", frame)


def _has_readable_prefectures(frame: pd.DataFrame) -> bool:
    """Check whether the columns that hold prefectures read as Japanese."""
    texts = [frame[column].dropna().astype(str) for column in PREFECTURE_COLUMNS if column in frame]
    return all(text.str.endswith(PREFECTURE_ENDS).all() for text in texts)
