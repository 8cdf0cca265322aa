"""How high and how steep is each 1 km cell?"""

import re
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from dxkit.errors import Fault, TableError
from dxkit.loaders._geo_files import is_vector_file, name_feature, read_features
from dxkit.loaders._mesh_codes import find_centres, find_code_faults
from dxkit.loaders._official_layout import OfficialSheet, find_official_sheet
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import set_origin
from dxkit.loaders._raw import read_bytes
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._sheet import Sheet

TITLE = "国土交通省「国土数値情報 標高・傾斜度メッシュ」"
PLACE = (
    "place", "mesh_code", "メッシュコード", "メッシュ", "3次メッシュコード", "4次メッシュコード", "5次メッシュコード",
)  # fmt: skip
ELEVATION = ("elevation_m", "elevation", "平均標高")
# attributes by number in the description of G04-a (1 km), G04-c (500 m) and G04-d (250 m)
PARTS = {
    "elevation_m": "002",
    "highest_m": "003",
    "lowest_m": "004",
    "steepest_deg": "006",
    "slope_deg": "010",
}
ATTRIBUTE = re.compile(r"(G04[acd])_001")
# cells of water
WATER = ("unknown", "")
# the deepest shore and above the highest summit; slopes
LIMITS_M = (-200.0, 4000.0)
LIMITS_DEG = (0.0, 90.0)


def is_elevation(sheet: Sheet, row: int) -> bool:
    """Check whether a row holds the headings of a list of cells and their height."""
    texts = set(sheet.texts[row])
    return bool(texts & set(PLACE)) and bool(texts & set(ELEVATION))


def find_prefix(columns: Sequence[str]) -> str:
    """Find by which attributes the shapes of 国土数値情報 G04 go; empty for other shapes."""
    matches = filter(None, map(ATTRIBUTE.fullmatch, map(str, columns)))
    return next((match[1] for match in matches), "")


@accepts_open_file
def read_elevation(path: str | Path) -> pd.DataFrame:
    r"""Read the elevation (and slope) of mesh cells.

    Parameters
    ----------
    path
        CSV with the mesh code (``place`` or ``mesh_code``) and the mean ``elevation`` in metres; or
        the shapefile, GeoJSON or zip of 国土数値情報 標高・傾斜度メッシュ (G04-a, -c, -d). The layout of
        the latter was read from its description, not seen in a file; of its GML the shapefile of
        the same zip is read.

    Returns
    -------
    pandas.DataFrame
        One row a cell: ``place, lat, lon`` (centre), ``elevation_m`` (mean of the cell: ridges are
        cut off); from 国土数値情報 also ``highest_m, lowest_m, steepest_deg, slope_deg`` (mean).
        Cells of water are missing. ``.attrs``: ``source, kind, file``.

    Raises
    ------
    TableError
        With every fault of the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "heights.csv"
    >>> _ = path.write_text("mesh_code,elevation_m\n52340467,73.7\n52340468,\n", encoding="utf-8")
    >>> read_elevation(path)[["place", "elevation_m"]]
          place  elevation_m
    0  52340467         73.7
    1  52340468          NaN
    """
    path = Path(path)
    is_vector = is_vector_file(path, read_bytes(path))
    table = _read_shapes(read_features(path), path.name) if is_vector else _read_sheet(path)
    lat, lon = find_centres(table["place"].to_numpy(dtype=str))
    table.insert(1, "lat", lat)
    table.insert(2, "lon", lon)
    set_origin(table, TITLE, path.name)
    return table


def _read_sheet(path: Path) -> pd.DataFrame:
    official = find_official_sheet(path, [PLACE, ELEVATION], kind="標高のメッシュの表")
    low, high = LIMITS_M
    heights = official.read_numbers(*ELEVATION, low=low, high=high)
    places = [text or "" for text in official.read_texts(*PLACE)]
    _add_code_faults(official, places)
    official.raise_faults()
    return pd.DataFrame({"place": places, "elevation_m": heights})


def _add_code_faults(official: OfficialSheet, places: Sequence[str]) -> None:
    """Note codes that are none, and cells that stand twice."""
    column = official.find_position(*PLACE)
    # the codes alone, in the first column, as a mesh file has them
    numbers = tuple(official.sheet.row_numbers[row] for row in official.data)
    codes = Sheet(official.sheet.file, "", tuple((place,) for place in places), numbers)
    official.faults += find_code_faults(codes, range(len(places)))
    seen: set[str] = set()
    for row, place in zip(official.data, places, strict=True):
        if place in seen:
            problem = "同じメッシュが2回あります"
            official.add_fault(problem, "どちらかの行を消してください", row, column, place)
        seen.add(place)


def _read_shapes(features: gpd.GeoDataFrame, file: str) -> pd.DataFrame:
    prefix = find_prefix(features.columns)
    if not prefix:
        problem = "標高・傾斜度メッシュ（G04）の属性がありません"
        raise TableError.one(problem, GET_AGAIN, file=file)
    faults: list[Fault] = []
    places = features[f"{prefix}_001"].astype(str).str.strip()
    codes = Sheet(file, "", tuple((place,) for place in places), tuple(range(1, len(places) + 1)))
    faults += find_code_faults(codes, range(len(places)))
    columns: dict[str, object] = {"place": places.to_numpy()}
    for column, number in PARTS.items():
        if (attribute := f"{prefix}_{number}") in features:
            limits = LIMITS_DEG if column.endswith("_deg") else LIMITS_M
            columns[column] = _read_values(features[attribute], limits, file, faults)
    if faults:
        raise TableError(faults)
    return pd.DataFrame(columns).sort_values("place", ignore_index=True)


def _read_values(
    column: "pd.Series[str]", limits: tuple[float, float], file: str, faults: list[Fault]
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    texts = column.astype("string").fillna("").str.strip()
    numbers = pd.to_numeric(texts.mask(texts.isin(WATER)), errors="coerce")
    low, high = limits
    # a text is no number, so neither within nor without the limits
    is_wrong = ~texts.isin(WATER) & ~numbers.between(low, high).fillna(False)
    for position in np.flatnonzero(is_wrong.to_numpy(dtype=bool)):
        where = name_feature(int(position), str(column.name))
        problem = f"{low:g}〜{high:g}の数値ではありません"
        value = texts.iloc[position]
        faults.append(Fault(problem, GET_AGAIN, file=file, column=where, value=value))
    return numbers.to_numpy(dtype=float, na_value=np.nan)
