"""Where have people of Hyogo settled, as far as open point data tell?

Town halls of every municipality that has existed since 1920, with the dates between which it did, and railway stations.
The points are those of ROIS-DS CODH's gazetteer 歴史的行政区域データセットβ版 and of 国土数値情報 N02, as packed in a registry
package's source archive (read, never built). Limits: town halls of the 1950s often borrow the position of a branch
office nearby; a station stands once for each line; a point just off the drawn coast is left out (one station is:
ポートターミナル, on a pier of Kobe, 8 m outside).
"""

import io
import tarfile
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd

from making.packages import PLACES, obtain
from making.workplace import DECIMALS, MakeError, Workplace, nearest_code

VILLAGES_FILE = "geoshape-city.csv"
STATIONS_FILE = "ksj-station-N02-2020.csv"
PREFECTURE = "兵庫県"


def villages(work: Workplace) -> pd.DataFrame:
    """Make the municipalities since 1920: ``place, county, place_code, lat, lon, valid_from, valid_to, code, name``."""
    raw = read_member(obtain(PLACES, work), VILLAGES_FILE)
    raw = raw[raw["prefname"] == PREFECTURE]
    table = pd.DataFrame(
        {
            "place": raw["body"] + raw["suffix"],
            "county": raw["countyname"],
            "place_code": raw["code"],
            "lat": raw["latitude"].astype(float).round(DECIMALS),
            "lon": raw["longitude"].astype(float).round(DECIMALS),
            "valid_from": raw["valid_from"],
            "valid_to": raw["valid_to"],
        }
    ).reset_index(drop=True)
    return _placed(table, work).sort_values(
        ["code", "place", "valid_from", "valid_to", "lat", "lon"], kind="stable"
    )


def stations(work: Workplace) -> pd.DataFrame:
    """Make the railway stations: ``station, line, lat, lon, code, name``; one row a station and line."""
    raw = read_member(obtain(PLACES, work), STATIONS_FILE)
    table = pd.DataFrame(
        {
            "station": raw["body"],
            "line": raw["hypernym"],
            "lat": raw["latitude"].astype(float).round(DECIMALS),
            "lon": raw["longitude"].astype(float).round(DECIMALS),
        }
    )
    return _placed(table, work).sort_values(["code", "station", "line"], kind="stable")


def _placed(table: pd.DataFrame, work: Workplace) -> pd.DataFrame:
    """Keep the points that lie in Hyogo as drawn and add today's municipality."""
    shapes = gpd.GeoDataFrame(work.read("boundaries"))
    codes, distance = nearest_code(shapes, table["lat"], table["lon"])
    placed = table.assign(code=codes)[distance == 0]
    named: pd.DataFrame = placed.assign(name=placed["code"].map(shapes.set_index("code")["name"]))
    return named


@lru_cache(maxsize=2)
def read_member(archive: Path, file: str) -> pd.DataFrame:
    """Read a table of the gazetteer's archive, all as text."""
    with tarfile.open(archive) as content:
        name = next(
            (name for name in content.getnames() if name.endswith(f"/base_data/{file}")), None
        )
        member = content.extractfile(name) if name else None
        if member is None:
            raise MakeError(f"{archive.name} に {file} がありません。")
        return pd.read_csv(io.BytesIO(member.read()), dtype=str, keep_default_na=False)
