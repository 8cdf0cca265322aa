"""How does GSI's GeoJSON of shelters become the sheet that its CSV is?

Its features have the CSV's headings as attributes, and their place as a point. The layout was read
from other people's readers, not seen in a file of the publisher.
"""

from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd

from dxkit.errors import Fault, TableError
from dxkit.loaders._geo_files import name_feature, read_features
from dxkit.loaders._municipalities import all_municipalities, map_municipalities
from dxkit.loaders._raw import read_bytes
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._sheet import Sheet

PLACE = "共通ID"
NAME = "施設・場所名"
ADDRESS = "住所"
MUNICIPALITY = "都道府県名及び市町村名"
CODE_HEADS = ("code6", "市町村コード")
POINT_HEADS = ("緯度", "経度")
BOM = b"\xef\xbb\xbf"


def is_shelter_features(features: pd.DataFrame) -> bool:
    """Check for the attributes of GSI's shelters."""
    return {PLACE, NAME} <= set(features.columns)


def read_shelter_sheet(path: str | Path) -> Sheet | None:
    """Read the features as a sheet with the CSV's headings; None for a file that is no GeoJSON.

    Raises
    ------
    TableError
        If the file is damaged, or a feature is no point.
    """
    path = Path(path)
    if not read_bytes(path).removeprefix(BOM).lstrip().startswith(b"{"):
        return None
    features = read_features(path)
    faults = [
        Fault(
            "地点（Point）ではありません", GET_AGAIN, file=path.name, column=name_feature(position)
        )
        for position, shape in enumerate(features.geometry)
        if shape is None or shape.geom_type != "Point"
    ]
    if faults:
        raise TableError(faults)
    return Sheet(path.name, "", *_list_rows(features))


def _list_rows(
    features: gpd.GeoDataFrame,
) -> tuple[tuple[tuple[object, ...], ...], tuple[int, ...]]:
    """List headings and rows; the first feature is row 1 of the messages, as in the file."""
    table = pd.DataFrame(features.drop(columns=["geometry", *POINT_HEADS], errors="ignore"))
    texts = table.astype("object").where(table.notna(), "").map(_write_value)
    # some editions name the municipality in the address alone
    if MUNICIPALITY not in texts and not set(CODE_HEADS) & set(texts.columns):
        texts[MUNICIPALITY] = [find_body(address) for address in texts.get(ADDRESS, [])]
    points = features.geometry
    lat, lon = POINT_HEADS
    texts[lat] = [f"{point.y:.7f}" for point in points]
    texts[lon] = [f"{point.x:.7f}" for point in points]
    rows = [tuple(texts.columns), *texts.itertuples(index=False, name=None)]
    return tuple(rows), tuple(range(len(rows)))


def _write_value(value: object) -> str:
    """Write a value as the CSV does: 1 for a mark, whatever number JSON makes of it."""
    if isinstance(value, bool):
        return "1" if value else ""
    # a column with blanks makes 1 and 0 decimal numbers
    text = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
    return "" if text == "0" else text


def find_body(address: str) -> str:
    """Find the prefecture and municipality with which an address begins; empty if it names none."""
    bodies = _map_bodies()
    for length in range(min(len(address), max(map(len, bodies))), 0, -1):
        if (body := bodies.get(address[:length])) is not None:
            return body
    return ""


@lru_cache(maxsize=1)
def _map_bodies() -> dict[str, str]:
    """Map the beginnings of addresses to prefecture and municipality; wards to their city."""
    places = map_municipalities()
    bodies: dict[str, str] = {}
    for place in all_municipalities():
        city = places[place.parent].name if place.parent else place.name
        for county in {place.county, ""}:
            bodies[f"{place.prefecture}{county}{place.name}"] = f"{place.prefecture}{city}"
    return bodies
