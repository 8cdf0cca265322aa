"""Which shapes and attributes stand in this GeoJSON, TopoJSON, shapefile or zip?

GDAL reads only copies under names of our own in a folder of our own, after the file has been checked: JSON is parsed,
archives are bounded, a shapefile is complete.
"""

import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError
from pyproj.exceptions import ProjError
from shapely.errors import ShapelyError

from dxkit.errors import TableError
from dxkit.loaders import _zip
from dxkit.loaders._catalog import DATUM
from dxkit.loaders._encoding import GET_AGAIN
from dxkit.loaders._json import parse_json
from dxkit.loaders._raw import read_bytes

SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
VECTOR_SUFFIXES = (".shp", ".geojson", ".json", ".topojson")
PREFECTURE_ENDS = ("都", "道", "府", "県")
# Japan with its remote islands
WEST, SOUTH, EAST, NORTH = 122, 20, 154, 46
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
    """Read the features of a GeoJSON, TopoJSON, shapefile or zip of one, in JGD2011.

    Raises
    ------
    TableError
        If the file is damaged, holds no features, lies outside Japan, or is none of these.
    """
    path = Path(path)
    content = read_bytes(path)
    with tempfile.TemporaryDirectory() as folder:
        place, dated = _staged(path, content, Path(folder))
        frame = _read(place, path.name)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty or frame.geometry.isna().all():
        raise TableError.one("図形が1つもありません", GET_AGAIN, file=path.name)
    try:
        # files without a datum are read as JGD2011, which their publisher means
        located = (
            frame.to_crs(DATUM)
            if dated and frame.crs is not None
            else frame.set_crs(DATUM, allow_override=True)
        )
        west, south, east, north = located.total_bounds
    except DAMAGE as error:
        raise TableError.one("座標系が読めません", GET_AGAIN, file=path.name) from error
    if not (west >= WEST and south >= SOUTH and east <= EAST and north <= NORTH):
        problem = "図形の座標が日本の緯度経度の範囲にありません"
        remedy = "緯度と経度の順と座標系（JGD2011の緯度経度）を確かめてください"
        raise TableError.one(
            problem, remedy, file=path.name, value=f"{west:g}, {south:g} 〜 {east:g}, {north:g}"
        )
    return located


def _staged(path: Path, content: bytes, folder: Path) -> tuple[Path, bool]:
    """Put what GDAL needs into the folder; tell also whether the file names its datum."""
    if content.startswith(_zip.START):
        return _unpacked(path, content, folder)
    if path.suffix.lower() == ".shp":
        return _beside(path, folder), True
    return _staged_json(path.name, content, folder)


def _staged_json(file: str, content: bytes, folder: Path) -> tuple[Path, bool]:
    parsed, text = parse_json(content, file)
    kind = parsed.get("type", "") if isinstance(parsed, dict) else ""
    if kind not in ("FeatureCollection", "Topology"):
        remedy = "境界や地点のファイル（.geojson / .topojson）を指定してください"
        raise TableError.one(
            "GeoJSONでもTopoJSONでもありません", remedy, file=file, value=kind or None
        )
    place = folder / ("a.topojson" if kind == "Topology" else "a.geojson")
    place.write_text(text, encoding="utf-8")
    return place, "crs" in parsed


def _unpacked(path: Path, content: bytes, folder: Path) -> tuple[Path, bool]:
    """Take one layer out of a zip; the member's own name is never used as a path."""
    archive = _zip.normal_zip(content, path.name)
    layers = sorted(
        (member for member in archive.namelist() if member.lower().endswith(VECTOR_SUFFIXES)),
        key=_preference,
    )
    if not layers:
        problem = "圧縮ファイルの中に境界や地点のファイル（.shp / .geojson）がありません"
        raise TableError.one(problem, "配布元のzipをそのまま指定してください", file=path.name)
    chosen = layers[0]
    if not chosen.lower().endswith(".shp"):
        return _staged_json(
            f"{path.name}/{chosen}", _zip.read_member(archive, chosen, path.name), folder
        )
    _copy_parts(archive, chosen, folder, path.name)
    return folder / "a.shp", True


def _preference(member: str) -> tuple[int, str]:
    """Prefer municipalities to the prefectures of the same zip, and GeoJSON (always UTF-8) to shapefile."""
    lower = member.lower()
    return ("prefecture" in lower or "subprefecture" in lower) * 10 + lower.endswith(".shp"), member


def _copy_parts(archive: zipfile.ZipFile, shape: str, folder: Path, file: str) -> None:
    members = {member.lower(): member for member in archive.namelist()}
    for suffix in SHAPE_PARTS:
        found = members.get(shape[: -len(".shp")].lower() + suffix)
        if found:
            (folder / f"a{suffix}").write_bytes(_zip.read_member(archive, found, file))
        elif suffix in (".shx", ".dbf"):
            problem = f"シェープファイルの「{suffix}」がありません"
            raise TableError.one(
                problem, "配布元のzipをそのまま指定してください", file=file, value=shape
            )


def _beside(path: Path, folder: Path) -> Path:
    for suffix in SHAPE_PARTS:
        part = path.with_suffix(suffix)
        if part.exists():
            (folder / f"a{suffix}").write_bytes(read_bytes(part))
        elif suffix in (".shx", ".dbf"):
            problem = f"シェープファイルの「{suffix}」がありません"
            raise TableError.one(
                problem, "同じフォルダーに置いてください", file=path.name, value=part.name
            )
    return folder / "a.shp"


def _read(place: Path, file: str) -> gpd.GeoDataFrame:
    """Read with GDAL; a shapefile's text is tried as UTF-8 and cp932 until prefectures read as such."""
    encodings = ("utf-8", "cp932") if place.suffix == ".shp" else (None,)
    problem: Exception | None = None
    for encoding in encodings:
        try:
            frame = pyogrio.read_dataframe(place, encoding=encoding)
        except DAMAGE as error:
            problem = error
            continue
        if len(encodings) == 1 or _readable(frame):
            return frame
    raise TableError.one(
        "図形のファイルが壊れているか、文字コードが分かりません", GET_AGAIN, file=file
    ) from problem


def _readable(frame: pd.DataFrame) -> bool:
    """Tell whether the columns that hold prefectures read as Japanese."""
    texts = [
        frame[column].dropna().astype(str) for column in ("N03_001", "P35_003") if column in frame
    ]
    return all(text.str.endswith(PREFECTURE_ENDS).all() for text in texts)
