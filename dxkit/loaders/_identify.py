"""What file is this, of which edition, and which reader fits it?"""

import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from dxkit.errors import TableError, TableWarning
from dxkit.loaders import _zip
from dxkit.loaders._boundaries import NEEDED as N03_ATTRIBUTES
from dxkit.loaders._boundaries import is_old_layout, read_boundaries
from dxkit.loaders._dashboard import is_dashboard, read_dashboard
from dxkit.loaders._did import is_did, read_did
from dxkit.loaders._elevation import find_prefix, is_elevation, read_elevation
from dxkit.loaders._estat import AREA, VALUE, read_estat
from dxkit.loaders._estat_site import find_site_table
from dxkit.loaders._extensions import read_extensions
from dxkit.loaders._geo_files import is_vector_file, read_features
from dxkit.loaders._hearing_layout import MARK
from dxkit.loaders._hearing_table import read_hearing
from dxkit.loaders._mesh_population import MESH_HEADS, read_mesh_population
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import DATE, find_date_in_name
from dxkit.loaders._place_names import to_plain_name
from dxkit.loaders._raw import read_bytes, read_sheets
from dxkit.loaders._residents import CODE, NAME, PREFECTURE, read_residents
from dxkit.loaders._roadside_stations import P35_CODE, read_roadside_stations
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._shelter_features import is_shelter_features
from dxkit.loaders._shelters import ADDRESS as GSI_ADDRESS
from dxkit.loaders._shelters import PLACE as GSI_PLACE
from dxkit.loaders._shelters import read_shelters
from dxkit.loaders._standard_facilities import is_standard_set, read_facilities
from dxkit.loaders._standardization import read_standardization
from dxkit.loaders._standardization_steps import SYSTEM as STEP_SYSTEM
from dxkit.loaders._standardization_steps import find_steps
from dxkit.loaders._systems import NAME as STEP_NAME
from dxkit.loaders._systems import list_required_headings
from dxkit.loaders._table import read_table
from dxkit.loaders._towns import CITY, TOWN, read_towns
from dxkit.loaders._weather_areas import is_weather_areas, read_weather_areas
from dxkit.loaders._wind_normals import is_wind_normals, read_wind_normals

# rows from the top in which headings are looked for
HEADER_SEARCH = 30
# digits of a mesh code → its size
MESH_SIZES = {8: "1 km", 9: "500 m", 10: "250 m", 11: "125 m"}
GSI_TITLE = "国土地理院 指定緊急避難場所・指定避難所"
PROGRESS = "総務省 標準準拠システムへの移行の進捗"
MESH_ARCHIVE_SUFFIXES = (".txt", ".csv")

Reader = Callable[..., pd.DataFrame]


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """What a file is.

    Attributes
    ----------
    kind
        Publisher and title, in Japanese.
    edition
        As of when or in which layout it is, as far as the file tells; else empty.
    reader
        The function of `dxkit.loaders` that reads it.
    file
        Its name.

    Notes
    -----
    Its text is Japanese: kind, edition and reader.
    """

    kind: str
    edition: str
    reader: Reader
    file: str

    def __str__(self) -> str:
        title = f"{self.kind} {self.edition}".strip()
        package = "dxkit.loaders" if self.reader.__module__.startswith("dxkit") else "geopandas"
        # geopandas keeps the function behind its public name
        name = self.reader.__name__.lstrip("_")
        return f"{title}（{package}.{name} で読めます）"


@accepts_open_file
def identify(path: str | Path) -> FileIdentity:
    r"""Say what a file is and which reader fits, by what it holds and not by its name.

    Parameters
    ----------
    path
        Any file that `dxkit.loaders` reads, or a folder of forms of the hearing.

    Returns
    -------
    FileIdentity
        ``kind, edition, reader``; its ``str()`` is Japanese. What no other reader knows is
        somebody's own table (`read_table`).

    Raises
    ------
    TableError
        If the file cannot be opened at all.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "a.csv"
    >>> _ = path.write_text("@cat01,@area,@time,@unit,$\nA,28201,2020,人,530495\n", "utf-8")
    >>> print(identify(path))
    e-Stat APIのCSV（dxkit.loaders.read_estat で読めます）
    """
    with warnings.catch_warnings():
        # what there is to say of its content says the reader
        warnings.simplefilter("ignore", TableWarning)
        return _identify_path(Path(path))


def _identify_path(path: Path) -> FileIdentity:
    if path.is_dir():
        return FileIdentity("県の聞き取り票のフォルダー", "", read_hearing, path.name)
    content = read_bytes(path)
    if is_vector_file(path, content):
        return _identify_features(path)
    if content.lstrip()[:1] in (b"{", b"["):
        return _identify_json(path, content)
    if (site := find_site_table(path)) is not None:
        edition = find_edition(site.preface)
        return FileIdentity("e-Stat 統計表のCSV", edition, read_estat, path.name)
    if content.startswith(_zip.START) and _holds_texts(content, path.name):
        return FileIdentity("国勢調査 地域メッシュ統計", "zip", read_mesh_population, path.name)
    return _identify_sheets(path)


def find_edition(texts: Iterable[str]) -> str:
    """Find the first date in Japanese form, as it is written."""
    for text in texts:
        if match := DATE.search(text):
            return match[0].replace(" ", "")
    return ""


def _identify_features(path: Path) -> FileIdentity:
    features = read_features(path)
    if P35_CODE in features:
        return FileIdentity("国土数値情報 道の駅（P35）", "", read_roadside_stations, path.name)
    if all(attribute in features for attribute in N03_ATTRIBUTES):
        day = find_date_in_name(path.name)
        edition = f"{int(day[:4])}年" if day else ""
        if is_old_layout(features):
            edition = edition or "1920〜2000年の版"
        elif not edition:
            edition = "2024年からの版" if "N03_005" in features else "2023年までの版"
        return FileIdentity("国土数値情報 N03（行政区域）", edition, read_boundaries, path.name)
    if is_shelter_features(features):
        return FileIdentity(f"{GSI_TITLE}（GeoJSON）", "", read_shelters, path.name)
    if find_prefix(list(features.columns)):
        return FileIdentity(
            "国土数値情報 標高・傾斜度メッシュ（G04）", "", read_elevation, path.name
        )
    if is_did(features):
        return FileIdentity("国勢調査 人口集中地区（DID）", "", read_did, path.name)
    return FileIdentity(
        "図形のファイル（公的な形式のどれでもないもの）", "", gpd.read_file, path.name
    )


def _identify_json(path: Path, content: bytes) -> FileIdentity:
    try:
        bodies = json.loads(content).get("municipalities", [{}])
    except (ValueError, AttributeError, RecursionError):
        bodies = [{}]
    keys = set(bodies[0]) if isinstance(bodies, list) and bodies else set()
    if "applicable_businesses" in keys:
        kind = "デジタル庁 特定移行支援システム（JSON）"
        return FileIdentity(kind, "", read_extensions, path.name)
    return FileIdentity(f"{PROGRESS}（JSON）", "", read_standardization, path.name)


def _holds_texts(content: bytes, file: str) -> bool:
    members = _zip.open_zip(content, file).namelist()
    return any(name.lower().endswith(MESH_ARCHIVE_SUFFIXES) for name in members)


def _identify_sheets(path: Path) -> FileIdentity:
    """Identify a table by the headings of its sheets."""
    sheets = read_sheets(path)
    if any(page.name for page in sheets) and _has_mark(path):
        return FileIdentity("県の聞き取り票", "", read_hearing, path.name)
    for sheet in sheets:
        for row in range(min(HEADER_SEARCH, len(sheet.rows))):
            texts = set(map(to_plain_name, sheet.texts[row])) - {""}
            if identity := _identify_header(path, sheet, row, texts):
                return identity
    if is_standard_set(sheets):
        title = "自治体標準オープンデータセット"
        return FileIdentity(title, "", read_facilities, path.name)
    edition = find_edition(_list_titles(sheets[0], HEADER_SEARCH)) if sheets else ""
    return FileIdentity("表", edition, read_table, path.name)


def _has_mark(path: Path) -> bool:
    """Check for the hidden sheet by which a form of the hearing is known."""
    try:
        return any(page.name == MARK for page in read_sheets(path, sheet=MARK))
    except TableError:
        return False


def _identify_header(path: Path, sheet: Sheet, row: int, texts: set[str]) -> FileIdentity | None:
    """Identify a sheet by a row that may be its header."""
    kind = ""
    reader: Reader = read_table
    edition = find_edition([*_list_titles(sheet, row), sheet.name])
    if sheet.texts[row][: len(MESH_HEADS)] == MESH_HEADS:
        kind = "国勢調査 地域メッシュ統計"
        reader = read_mesh_population
        edition = _find_mesh_size(sheet)
    elif texts & set(AREA) and texts & set(VALUE):
        kind = "e-Stat APIのCSV"
        reader = read_estat
    elif {GSI_PLACE, GSI_ADDRESS} <= texts:
        kind = GSI_TITLE
        reader = read_shelters
    elif {CODE, PREFECTURE, NAME} <= texts and _is_of_residents(sheet):
        kind = "総務省 住民基本台帳人口"
        reader = read_residents
    elif texts & set(CITY) and texts & set(TOWN):
        kind = "Geolonia 住所データ"
        reader = read_towns
    elif all(set(map(to_plain_name, words)) & texts for words in list_required_headings()):
        # both ministries list the 20 systems; one of them marks extended ones
        is_list = "特定移行" in "".join([sheet.name, *_list_titles(sheet, row), path.name])
        kind = "デジタル庁 特定移行支援システム" if is_list else PROGRESS
        reader = read_extensions if is_list else read_standardization
    elif texts & set(STEP_NAME) and texts & set(STEP_SYSTEM) and find_steps([sheet]):
        kind = f"{PROGRESS}（作業ステップ）"
        reader = read_standardization
    elif is_wind_normals(sheet, row):
        kind = "気象庁 アメダスの風の平年値"
        reader = read_wind_normals
    elif is_elevation(sheet, row):
        kind = "国土数値情報 標高のメッシュ"
        reader = read_elevation
    elif is_weather_areas(sheet, row):
        kind = "気象庁 市町村等と警報の区域"
        reader = read_weather_areas
    elif is_dashboard(sheet, row):
        kind = "デジタル庁 自治体DXダッシュボード"
        reader = read_dashboard
    return FileIdentity(kind, edition, reader, path.name) if kind else None


def _is_of_residents(sheet: Sheet) -> bool:
    words = [
        text for row in range(min(HEADER_SEARCH, len(sheet.rows))) for text in sheet.list_texts(row)
    ]
    return "住民基本台帳" in "".join([sheet.name, *words])


def _find_mesh_size(sheet: Sheet) -> str:
    codes = (sheet.find_text(row, 0) for row in range(1, len(sheet.rows)))
    return MESH_SIZES.get(len(next(filter(None, codes), "")), "")


def _list_titles(sheet: Sheet, header: int) -> list[str]:
    rows = range(min(header, len(sheet.rows)))
    return [text for row in rows for text in sheet.list_texts(row)]
